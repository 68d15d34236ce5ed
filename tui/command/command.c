#include "tui/command/command.h"

#include <string.h>
#include <time.h>

#include "core/segment/publish.h"

static const struct command *const commands[] = {
    &command_list, &command_info,     &command_show, &command_stats,   &command_find,  &command_load,
    &command_save, &command_describe, &command_rm,   &command_restore, &command_watch,
};
#define COMMANDS (sizeof commands / sizeof commands[0])

static const char global_help[] =
    "Options before the command:\n"
    "  -d, --directory DIR   look there instead of /dev/shm\n"
    "  -r, --read-only       change nothing: no load, save, describe, delete, restore\n"
    "  -n, --numeric         user and group ids instead of names\n"
    "      --color WHEN      auto, never, 16 or 256\n"
    "      --ascii           no character beyond ASCII\n"
    "  -h, --help            this; after a command: its own options\n"
    "  -V, --version\n";

static const struct command *find(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

void command_print_help(FILE *out)
{
    fputs("usage: shmtop [OPTIONS] [COMMAND ...]\n"
          "The shared-memory matrices of this server. Without a command: the console.\n\n"
          "Commands:\n",
          out);
    for (size_t i = 0; i < COMMANDS; i++)
        fprintf(out, "  %-8s  %s\n", commands[i]->name, commands[i]->summary);
    fprintf(out, "\n%s\nshmtop COMMAND --help tells more; so does man shmtop.\n", global_help);
}

void command_print_usage(const struct command *command)
{
    printf("usage: shmtop [OPTIONS] %s\n%s.\n\n%s", command->usage, command->summary, command->help);
}

static enum exit_status complain_of_unknown(const struct options *options, const char *name)
{
    char names[160] = "";
    for (size_t i = 0; i < COMMANDS; i++) {
        if (i > 0)
            strcat(names, i + 1 < COMMANDS ? ", " : " and ");
        strcat(names, commands[i]->name);
    }
    report_problem(options, name, "no such command; there are %s", names);
    return EXIT_STATUS_USAGE;
}

enum exit_status command_run(const struct options *options, int argc, char **argv)
{
    const struct command *command = find(argv[0]);
    if (!command)
        return complain_of_unknown(options, argv[0]);
    return report_finish(options, command->run(options, argc, argv));
}

struct directory *command_open_directory(const struct options *options, enum exit_status *ret_status)
{
    struct directory *directory;
    struct error error = {0};
    if (directory_open(&directory, options->directory, options->read_only, &error) == 0) {
        publish_clean_leftovers(directory);
        directory_use_descriptions(directory, options->host.descriptions);
        return directory;
    }
    *ret_status = report_error(options, options->directory, &error);
    return NULL;
}

int64_t command_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * (int64_t)1000000000 + now.tv_nsec;
}
