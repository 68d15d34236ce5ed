/*
 * shmtop: arguments → console or command. The only place that ends the program.
 */
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <limits.h>
#include <locale.h>
#include <malloc.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "core/segment/descriptions.h"
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

/* Why a file of the host's settings cannot be used. */
struct problem {
    const char *path;   /* raw */
    const char *so;     /* what follows from it */
    struct error error; /* code 0: it can */
};

/* What main.c reads of the host's settings. */
struct problems {
    struct problem producers, descriptions;
};

/* A file that cannot be used is no reason to show nothing: the built-in table is left. What it protects is
 * not known then, so all is protected. */
static void open_host(struct options *options, struct problem *problem)
{
    static struct producers *producers; /* looked at by threads until the program ends */
    bool lost = producers_load(&producers, options->producers, &problem->error) < 0;
    problem->path = options->producers;
    problem->so = "only the built-in producers are known";
    options->host =
        (struct host){.root = "/", .proc_root = "/proc", .producers = producers, .producers_lost = lost};
}

/*
 * The user's state file, as the XDG base directory specification has it; NULL: there is no place for one. As
 * root the home of root, not that which sudo may have left in HOME: who may write there could choose what is
 * believed.
 */
static const char *find_state_file(char *buf, size_t size)
{
    const char *base = getenv("XDG_STATE_HOME"), *home = geteuid() == 0 ? NULL : getenv("HOME");
    const struct passwd *passwd = home ? NULL : getpwuid(geteuid());
    int n = -1;
    if (passwd)
        home = passwd->pw_dir;
    if (base && base[0] == '/')
        n = snprintf(buf, size, "%s/shmtop/described", base);
    else if (home && home[0] == '/')
        n = snprintf(buf, size, "%s/.local/state/shmtop/described", home);
    return n > 0 && (size_t)n < size ? buf : NULL;
}

static void open_descriptions(struct options *options, struct problem *problem)
{
    static struct descriptions *descriptions; /* looked at by threads until the program ends */
    char state[PATH_MAX];
    descriptions = descriptions_new(find_state_file(state, sizeof state), DESCRIPTIONS_RULES_FILE);
    descriptions_refresh(descriptions, &problem->path, &problem->error);
    problem->so = "the whole file is ignored";
    options->host.descriptions = descriptions;
}

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

/* Both in one text, printable. */
static void join_problems(const struct problems *problems, char *buf, size_t size)
{
    const struct problem *list[] = {&problems->producers, &problems->descriptions};
    size_t n = 0;
    buf[0] = '\0';
    for (unsigned i = 0; i < 2; i++) {
        char path[NAME_PRINTABLE_MAX];
        if (list[i]->error.code == 0 || n >= size)
            continue;
        name_escape(list[i]->path, strlen(list[i]->path), false, path, sizeof path);
        n += (size_t)snprintf(buf + n, size - n, "%s%s: %s; %s", n > 0 ? "; " : "", path, list[i]->error.text,
                              list[i]->so);
    }
}

static enum exit_status run_console(const struct options *options, const struct problems *problems)
{
    char text[2 * ERROR_TEXT_MAX + 256];
    join_problems(problems, text, sizeof text);
    struct console_options console = {
        .directory = options->directory,
        .host = options->host,
        .problem = text[0] ? text : NULL,
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

static void report_problems(const struct options *options, const struct problems *problems)
{
    const struct problem *list[] = {&problems->producers, &problems->descriptions};
    for (unsigned i = 0; i < 2; i++)
        if (list[i]->error.code)
            report_problem(options, list[i]->path, "%s; %s", list[i]->error.text, list[i]->so);
}

static enum exit_status run(int argc, char **argv)
{
    struct options options = {.ascii = strcmp(nl_langinfo(CODESET), "UTF-8") != 0};
    int first;
    if (options_parse(&options, argc, argv, &first) < 0)
        return EXIT_STATUS_USAGE;
    struct problems problems = {0};
    open_host(&options, &problems.producers);
    open_descriptions(&options, &problems.descriptions);
    if (first == argc && !options.help && !options.version)
        return run_console(&options, &problems);
    report_begin();
    if (options.help) {
        command_print_help(stdout);
        return report_finish(&options, EXIT_STATUS_DONE);
    }
    if (options.version) {
        puts(PACKAGE_STRING);
        return report_finish(&options, EXIT_STATUS_DONE);
    }
    report_problems(&options, &problems);
    return command_run(&options, argc - first, argv + first);
}

int main(int argc, char **argv)
{
    keep_standard_descriptors();
    setlocale(LC_CTYPE, "");
    exit(run(argc, argv));
}
