/*
 * shmtop watch: a line for each change as it happens.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "core/catalog/filter.h"
#include "core/process/users.h"
#include "tui/command/command.h"
#include "tui/command/observer.h"
#include "tui/command/watch_print.h"

struct watching {
    const struct options *options;
    struct directory *directory;
    struct users *users;
    struct filter *filter; /* NULL: everything */
    struct observer *observer;
    const char *trouble; /* said already */
    bool json;
};

static bool is_wanted(struct watching *watching, const struct observed *observed)
{
    const struct row *row = &observed->event.row;
    if (!watching->filter)
        return true;
    users_lookup_name(watching->users, row->uid);
    users_lookup_group(watching->users, row->gid);
    const struct filter_context context = {.users = watching->users, .wall = observed->event.wall};
    return filter_matches(watching->filter, row, &context);
}

static void print_events(struct watching *watching)
{
    struct observed observed;
    while (observer_take(watching->observer, &observed)) {
        if (is_wanted(watching, &observed))
            (watching->json ? watch_print_json : watch_print_text)(watching->options, &observed,
                                                                   watching->users);
        journal_event_clear(&observed.event);
    }
    fflush(stdout);
}

/* Once: what cannot be known is said and no reason to end. */
static void say_trouble(struct watching *watching)
{
    const char *trouble = observer_trouble(watching->observer);
    if (trouble && !watching->trouble)
        report_problem(watching->options, NULL, "%s", trouble);
    if (trouble)
        watching->trouble = trouble;
}

/* Until nobody reads any more, which is seen while nothing happens too; or a signal ends us as it ends
 * others. */
static enum exit_status watch(struct watching *watching)
{
    struct pollfd fds[OBSERVER_FDS + 1];
    bool more = false;
    for (;;) {
        nfds_t count = observer_fds(watching->observer, fds);
        fds[count++] = (struct pollfd){.fd = STDOUT_FILENO};
        say_trouble(watching);
        if (poll(fds, count, more ? 0 : observer_timeout(watching->observer)) < 0 && errno != EINTR)
            return EXIT_STATUS_FAILED;
        if (fds[count - 1].revents & (POLLERR | POLLHUP | POLLNVAL))
            return EXIT_STATUS_DONE;
        more = observer_step(watching->observer, NULL);
        print_events(watching);
        if (report_reader_left())
            return EXIT_STATUS_DONE;
        if (ferror(stdout))
            return EXIT_STATUS_FAILED; /* report_finish says why */
    }
}

static enum exit_status start(struct watching *watching)
{
    struct error error = {0};
    const struct observer_options options = {
        .directory = watching->directory,
        .host = &watching->options->host,
        .states = watching->filter && filter_needs(watching->filter) & FILTER_NEEDS_SWEEP,
    };
    if (observer_new(&watching->observer, &options, &error) < 0)
        return report_error(watching->options, watching->options->directory, &error);
    watching->users = users_new(watching->options->numeric);
    return watch(watching);
}

enum { OPTION_JSON = 256, OPTION_WHERE };

static int take_where(struct watching *watching, const char *text)
{
    struct error error = {0};
    filter_free(watching->filter);
    watching->filter = NULL;
    if (filter_parse(text, &watching->filter, &error) == 0)
        return 0;
    report_usage(watching->options, "watch", "--where: %s", error.text);
    return -EINVAL;
}

/* 1: it was only asked for help. */
static int parse(struct watching *watching, int argc, char **argv)
{
    static const struct option names[] = {
        {"json", no_argument, NULL, OPTION_JSON},
        {"where", required_argument, NULL, OPTION_WHERE},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option, code = 0;
    optind = 0;
    while (code == 0 && (option = options_next(watching->options, argv[0], argc, argv, "h", names)) != -1) {
        if (option == 'h') {
            command_print_usage(&command_watch);
            return 1;
        }
        if (option == OPTION_JSON)
            watching->json = true;
        else
            code = option == OPTION_WHERE ? take_where(watching, optarg) : -EINVAL;
    }
    if (code == 0 && optind < argc) {
        report_usage(watching->options, argv[0],
                     watching->filter ? "takes no NAME; a filter of several terms is quoted: --where "
                                        "'user:bob size>1G'"
                                      : "takes no NAME; --where chooses");
        code = -EINVAL;
    }
    return code;
}

static enum exit_status run(const struct options *options, int argc, char **argv)
{
    struct watching watching = {.options = options};
    enum exit_status status = EXIT_STATUS_DONE;
    int code = parse(&watching, argc, argv);
    if (code == 0)
        watching.directory = command_open_directory(options, &status);
    if (watching.directory)
        status = start(&watching);
    observer_free(watching.observer);
    filter_free(watching.filter);
    users_free(watching.users);
    directory_close(watching.directory);
    return code < 0 ? EXIT_STATUS_USAGE : status;
}

const struct command command_watch = {
    .name = "watch",
    .usage = "watch [--json] [--where EXPR]",
    .summary = "A line for each change as it happens",
    .help = "      --json         one JSON object a line\n"
            "      --where EXPR   only of segments that match, as in size>1G user:alice\n"
            "  -h, --help\n",
    .run = run,
};
