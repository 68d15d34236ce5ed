/*
 * shmtop rm: each NAME is looked up, all are checked in one sweep, what may go goes.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/catalog/column.h"
#include "core/transfer/delete.h"
#include "tui/command/allow.h"
#include "tui/command/command.h"
#include "tui/command/find.h"
#include "tui/command/use.h"

struct deletion {
    const struct options *options;
    struct directory *directory;
    struct users *users;
    struct delete_allow allow;
    size_t deleted;
    uint64_t freed;
    bool in_doubt; /* one was deleted that somebody unseen may hold */
    enum exit_status status;
};

static void note(struct deletion *deletion, enum exit_status status)
{
    deletion->status = exit_status_worse(deletion->status, status);
}

static void refuse_held(struct deletion *deletion, const char *name, const struct delete_item *item,
                        const struct sweep *sweep)
{
    char names[2048], unread[512];
    use_unread(sweep, unread, sizeof unread);
    if (item->holders.count > 0) {
        use_names(&item->holders, deletion->users, names, sizeof names);
        report_problem(deletion->options, name,
                       "in use by %s%s%s; --allow held deletes it all the same, and they keep what they hold",
                       names, unread[0] ? "; " : "", unread);
    } else {
        report_problem(
            deletion->options, name,
            "in use, and by whom cannot be seen from here%s%s; --allow held deletes it all the same",
            unread[0] ? ": " : "", unread);
    }
    note(deletion, EXIT_STATUS_REFUSED);
}

static void refuse_protected(struct deletion *deletion, const char *name, const struct delete_item *item)
{
    report_problem(
        deletion->options, name,
        "protected: it belongs to %s, which breaks without it; --allow protected deletes it all the same",
        item->protected_by ? item->protected_by : "another program");
    note(deletion, EXIT_STATUS_REFUSED);
}

/* What came back now, and what only later. */
static void say_deleted(struct deletion *deletion, const char *name, const struct delete_item *item,
                        uint64_t freed)
{
    const struct options *options = deletion->options;
    char shown[NAME_PRINTABLE_MAX], bytes[16], later[16];
    report_escape(options, name, shown, sizeof shown);
    format_bytes(freed, bytes, sizeof bytes);
    printf("deleted %s: %s came back", shown, bytes);
    if (item->freed_later > 0) {
        format_bytes(item->freed_later, later, sizeof later);
        printf(", %s more when %s", later,
               delete_item_is_held(item) ? "its holders end" : "its other links go");
    }
    putchar('\n');
}

static void delete_one(struct deletion *deletion, const char *name, const struct delete_item *item,
                       const struct sweep *sweep)
{
    struct error error = {0};
    struct removed removed = {0};
    if (item->problem.code) {
        note(deletion, report_error(deletion->options, name, &item->problem));
    } else if (item->is_protected && !deletion->allow.is_protected) {
        refuse_protected(deletion, name, item);
    } else if (delete_item_is_held(item) && !deletion->allow.held) {
        refuse_held(deletion, name, item, sweep);
    } else if (delete_run(deletion->directory, item, deletion->allow, &removed, &error) < 0) {
        note(deletion, report_error(deletion->options, name, &error));
    } else {
        say_deleted(deletion, name, item, removed.freed);
        deletion->deleted++;
        deletion->freed += removed.freed;
        deletion->in_doubt |= removed.held == HELD_UNKNOWN && !sweep->complete;
    }
}

static void delete_found(struct deletion *deletion, const struct found *found)
{
    struct delete_check check;
    struct error error = {0};
    if (delete_check_quickly(deletion->directory, &(struct host){.proc_root = "/proc"},
                     (const char *const *)found->names, found->ids, found->count, &check, NULL, &error) < 0) {
        note(deletion, report_error(deletion->options, NULL, &error));
        return;
    }
    for (size_t i = 0; i < check.count; i++)
        delete_one(deletion, found->names[i], &check.items[i], &check.sweep);
    if (deletion->deleted > 1) {
        char bytes[16];
        format_bytes(deletion->freed, bytes, sizeof bytes);
        printf("deleted %zu segments: %s came back\n", deletion->deleted, bytes);
    }
    if (deletion->in_doubt) {
        char unread[512];
        use_unread(&check.sweep, unread, sizeof unread);
        printf("%s: what others hold comes back when they end\n", unread);
    }
    delete_check_clear(&check);
}

enum { OPTION_ALLOW = 256 };

/* 1: it was only asked for help. */
static int parse(const struct options *options, struct delete_allow *allow, int argc, char **argv)
{
    static const struct option names[] = {
        {"allow", required_argument, NULL, OPTION_ALLOW},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option;
    optind = 0;
    while ((option = options_next(options, argv[0], argc, argv, "h", names)) != -1) {
        if (option == 'h') {
            command_print_usage(&command_rm);
            return 1;
        }
        if (option != OPTION_ALLOW ||
            allow_parse(options, argv[0], optarg, &allow->held, &allow->is_protected) < 0)
            return -EINVAL;
    }
    if (optind < argc)
        return 0;
    report_usage(options, argv[0], "which segment? rm NAME...");
    return -EINVAL;
}

static enum exit_status run(const struct options *options, int argc, char **argv)
{
    struct deletion deletion = {.options = options};
    int code = parse(options, &deletion.allow, argc, argv);
    if (code != 0)
        return code > 0 ? EXIT_STATUS_DONE : EXIT_STATUS_USAGE;
    deletion.directory = command_open_directory(options, &deletion.status);
    if (!deletion.directory)
        return deletion.status;
    struct error error = {0};
    struct found found = {0};
    if (directory_may_change(deletion.directory, &error) < 0) {
        deletion.status = report_error(options, options->directory, &error);
        goto out;
    }
    deletion.users = users_new(options->numeric);
    deletion.status = find_all(options, deletion.directory, argv + optind, (size_t)(argc - optind), &found);
    if (deletion.users && found.count > 0)
        delete_found(&deletion, &found);
out:
    found_clear(&found);
    users_free(deletion.users);
    directory_close(deletion.directory);
    return deletion.status;
}

const struct command command_rm = {
    .name = "rm",
    .usage = "rm [--allow held] [--allow protected] NAME...",
    .summary = "Delete segments, unless somebody uses them",
    .help = "      --allow held        even if processes hold it: they keep what they hold\n"
            "      --allow protected   even if it belongs to software that breaks without it\n"
            "  -h, --help\n",
    .run = run,
};
