/*
 * shmtop: arguments → console or command. The only place that ends the program.
 */
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
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

static enum exit_status run_console(const struct options *options)
{
    struct console_options console = {
        .directory = options->directory,
        .host = {.proc_root = "/proc"},
        .read_only = options->read_only,
        .numeric = options->numeric,
        .ascii = options->ascii,
        .color = options->color,
    };
    struct error error = {0};
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
    if (first == argc && !options.help && !options.version)
        return run_console(&options);
    report_begin();
    if (options.help) {
        command_print_help(stdout);
        return report_finish(&options, EXIT_STATUS_DONE);
    }
    if (options.version) {
        puts(PACKAGE_STRING);
        return report_finish(&options, EXIT_STATUS_DONE);
    }
    signal(SIGPIPE, SIG_IGN); /* report_finish tells */
    return command_run(&options, argc - first, argv + first);
}

int main(int argc, char **argv)
{
    keep_standard_descriptors();
    setlocale(LC_CTYPE, "");
    exit(run(argc, argv));
}
