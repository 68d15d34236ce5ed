/*
 * shmtop: arguments → console or command. The only place that ends the program.
 */
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "tui/app/console.h"
#include "tui/command/command.h"

/*
 * A caller may have closed 0, 1 or 2: the next file that we open would take its place, and a message would go
 * into a segment. Opened for reading, a write to it fails as it should.
 */
static void keep_standard_descriptors(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF && open("/dev/null", O_RDONLY) != fd)
            abort();
}

/* A file that cannot be used is no reason to show nothing: *ret_error says so, and the built-in table is
 * left. What it protects is not known then, so all is protected. */
static void open_host(struct options *options, struct error *ret_error)
{
    static struct producers *producers; /* looked at by threads until the program ends */
    bool lost = producers_load(&producers, options->producers, ret_error) < 0;
    options->host =
        (struct host){.root = "/", .proc_root = "/proc", .producers = producers, .producers_lost = lost};
}

#define ONLY_BUILT_IN "only the built-in producers are known"

/*
 * What a console takes it keeps for days. One arena, for the threads beside the loop allocate little; and
 * what is large goes back when it is freed, whatever was freed before it (glibc raises the threshold as it
 * learns): arrays of a sort, and the batches of a scan (120 KB), between which the names of rows would stay.
 */
static void keep_memory_small(void)
{
    mallopt(M_ARENA_MAX, 1);
    mallopt(M_MMAP_THRESHOLD, 96 << 10);
}

static enum exit_status run_console(const struct options *options, const struct error *problem)
{
    char text[ERROR_TEXT_MAX + 128];
    snprintf(text, sizeof text, "%s: %s; " ONLY_BUILT_IN, options->producers, problem->text);
    struct console_options console = {
        .directory = options->directory,
        .host = options->host,
        .problem = problem->code ? text : NULL,
        .read_only = options->read_only,
        .numeric = options->numeric,
        .ascii = options->ascii,
        .color = options->color,
    };
    struct error error = {0};
    keep_memory_small();
    if (console_run(&console, &error) == 0)
        return EXIT_STATUS_DONE;
    return report_error(options, error.code == ENOTTY ? NULL : options->directory, &error);
}

static enum exit_status run(int argc, char **argv)
{
    struct options options = {.ascii = strcmp(nl_langinfo(CODESET), "UTF-8") != 0};
    int first;
    if (options_parse(&options, argc, argv, &first) < 0)
        return EXIT_STATUS_USAGE;
    struct error problem = {0};
    open_host(&options, &problem);
    if (first == argc && !options.help && !options.version)
        return run_console(&options, &problem);
    report_begin();
    if (options.help) {
        command_print_help(stdout);
        return report_finish(&options, EXIT_STATUS_DONE);
    }
    if (options.version) {
        puts(PACKAGE_STRING);
        return report_finish(&options, EXIT_STATUS_DONE);
    }
    if (problem.code)
        report_problem(&options, options.producers, "%s; " ONLY_BUILT_IN, problem.text);
    return command_run(&options, argc - first, argv + first);
}

int main(int argc, char **argv)
{
    keep_standard_descriptors();
    setlocale(LC_CTYPE, "");
    exit(run(argc, argv));
}
