/*
 * shmtop rm: what is named or matches is looked up once, all are checked in one sweep, what may go goes. A
 * question (--where on a terminal) is followed by another check: what is deleted is what was listed, or what
 * is left of it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/sys/memory.h"
#include "core/transfer/delete.h"
#include "tui/command/allow.h"
#include "tui/command/command.h"
#include "tui/command/named.h"
#include "tui/command/gone.h"
#include "tui/command/rm_where.h"
#include "tui/command/rm_words.h"
#include "tui/command/use.h"

struct deletion {
    const struct options *options;
    struct filter *filter; /* NULL: NAMEs are given */
    bool dry_run, yes, asks;
    struct delete_allow allow;
    struct directory *directory;
    struct users *users;
    struct matched matched; /* states are NULL where NAMEs are given */
    struct rm_words words;
    struct gone gone;
    enum exit_status status;
};

static void note(struct deletion *deletion, enum exit_status status)
{
    deletion->status = exit_status_worse(deletion->status, status);
}

/* --- one item --- */

/* The words for a refusal name who uses it, and which option allows it. */
static void refuse(struct deletion *deletion, const char *name, const struct delete_item *item,
                   const struct error *error, bool is_held)
{
    if (error->code == ENOENT && !deletion->filter)
        note(deletion, gone_report(&deletion->gone, name, error));
    else if (error->code != EBUSY || item->problem.code)
        note(deletion, report_error(deletion->options, name, error));
    else if (item->is_protected && !deletion->allow.is_protected)
        note(deletion, rm_refuse_protected(&deletion->words, name, item, !deletion->filter));
    else if (is_held || delete_item_is_held(item))
        note(deletion, rm_refuse_held(&deletion->words, name, item));
    else
        note(deletion, report_error(deletion->options, name, error));
}

static void say_results(struct deletion *deletion, const struct delete_check *check,
                        struct delete_result *results)
{
    for (size_t i = 0; i < check->count; i++) {
        const char *name = deletion->matched.found.names[i];
        if (results[i].error)
            refuse(deletion, name, &check->items[i], results[i].error, results[i].removed.held == HELD_YES);
        else
            rm_say_deleted(&deletion->words, name, &check->items[i], &results[i].removed);
    }
}

/* --- all of them --- */

static void try_all(struct deletion *deletion, const struct delete_check *check,
                    struct delete_result *results)
{
    for (size_t i = 0; i < check->count; i++) {
        const struct delete_item *item = &check->items[i];
        struct error error;
        results[i].removed = (struct removed){item->freed_now, item->held};
        if (delete_foresee(deletion->directory, item, deletion->allow, &error) < 0) {
            results[i].error = memory_new(sizeof error);
            *results[i].error = error;
        }
    }
}

static void delete_all(struct deletion *deletion, const struct delete_check *check,
                       struct delete_result *results)
{
    struct delete_allow *allow = memory_new((check->count + 1) * sizeof *allow);
    for (size_t i = 0; i < check->count; i++)
        allow[i] = deletion->allow;
    delete_run_all(deletion->directory, check, allow, results, NULL);
    free(allow);
}

/* What was made in a directory since it was matched was neither matched nor listed. */
static void keep_what_grew(const struct deletion *deletion, struct delete_check *check)
{
    for (size_t i = 0; i < check->count; i++)
        if (!matched_covers(&deletion->matched, &check->items[i]))
            error_set(&check->items[i].problem, ESTALE, "something was made in it meanwhile");
}

/* quickly: for a check that nobody looks at before the deletion. */
static bool look(struct deletion *deletion, bool quickly, struct delete_check *ret_check)
{
    const struct found *found = &deletion->matched.found;
    struct error error = {0};
    int r = (quickly ? delete_check_quickly : delete_check)(deletion->directory, &deletion->options->host,
                                                            (const char *const *)found->names, found->ids,
                                                            found->count, ret_check, NULL, &error);
    if (r < 0)
        note(deletion, report_error(deletion->options, NULL, &error));
    else if (deletion->filter)
        keep_what_grew(deletion, ret_check);
    return r == 0;
}

static void run_found(struct deletion *deletion)
{
    struct delete_check check;
    if (!look(deletion, !deletion->dry_run, &check))
        return;
    struct delete_result *results = memory_new((check.count + 1) * sizeof *results);
    deletion->words.sweep = &check.sweep;
    if (deletion->dry_run)
        try_all(deletion, &check, results);
    else
        delete_all(deletion, &check, results);
    say_results(deletion, &check, results);
    rm_say_sum(&deletion->words, check.count);
    delete_results_clear(results, check.count);
    free(results);
    delete_check_clear(&check);
}

/* Lists what fits, and asks. What may not go is told by the deletion, or here where that is all. */
static bool ask(struct deletion *deletion)
{
    struct delete_check check;
    if (!look(deletion, false, &check))
        return false;
    struct delete_result *results = memory_new((check.count + 1) * sizeof *results);
    deletion->words.sweep = &check.sweep;
    try_all(deletion, &check, results);
    size_t possible = rm_list(&deletion->words, deletion->matched.states, &check, results, command_now());
    bool yes = possible > 0 && rm_ask(possible, check.count);
    if (possible == 0)
        say_results(deletion, &check, results);
    else if (!yes)
        puts("nothing was deleted");
    delete_results_clear(results, check.count);
    free(results);
    delete_check_clear(&check);
    return yes;
}

/* --- which --- */

/* An unlinked segment has no name to take away. */
static bool refuse_unlinked(struct deletion *deletion, const char *text)
{
    uint64_t inode, device = directory_device(deletion->directory);
    struct sweep_scope scope = {.device = device, .threads = sweep_threads()};
    struct sweep sweep;
    if (!segment_read_inode(text, &inode) ||
        sweep_run(deletion->options->host.proc_root, &scope, &sweep, NULL, NULL) < 0)
        return false;
    const struct sweep_other *other = sweep_find_other(&sweep, device, inode);
    bool is = other && other->deleted;
    if (is) {
        deletion->words.sweep = &sweep;
        note(deletion, rm_refuse_unlinked(&deletion->words, text, other));
    }
    sweep_clear(&sweep);
    return is;
}

static void refuse_name(struct deletion *deletion, const char *text, const struct error *error)
{
    if (error->code != ENOENT || !refuse_unlinked(deletion, text))
        note(deletion, gone_report(&deletion->gone, text, error));
}

/* What can only be meant as it stands: the check looks it up. */
static bool is_literal(const char *text)
{
    return text[0] != '#' && !strchr(text, '\\');
}

static void take_names(struct deletion *deletion, int argc, char **argv)
{
    struct found *found = &deletion->matched.found;
    found->names = memory_new((size_t)argc * sizeof *found->names);
    found->ids = memory_new((size_t)argc * sizeof *found->ids);
    for (int i = 0; i < argc; i++) {
        struct segment segment = {0};
        struct error error = {0};
        if (is_literal(argv[i])) {
            found->names[found->count++] = memory_dup(argv[i]);
        } else if (segment_find(deletion->directory, argv[i], &segment, &error) < 0) {
            refuse_name(deletion, argv[i], &error);
        } else {
            found->ids[found->count] = segment.id;
            found->names[found->count++] = segment.name;
            segment.name = NULL;
            segment_clear(&segment);
        }
    }
}

/* --- the command line --- */

enum { OPTION_ALLOW = 256, OPTION_DRY_RUN, OPTION_WHERE, OPTION_YES };

static int take_filter(struct deletion *deletion)
{
    struct error error = {0};
    filter_free(deletion->filter);
    deletion->filter = NULL;
    if (filter_parse(optarg, &deletion->filter, &error) < 0) {
        report_error(deletion->options, "--where", &error);
        return -EINVAL;
    }
    if (!filter_is_empty(deletion->filter))
        return 0;
    report_problem(deletion->options, "--where",
                   "no term: that would be every segment (name:* if that is meant)");
    return -EINVAL;
}

static int take_option(struct deletion *deletion, const char *who, int option)
{
    switch (option) {
    case OPTION_ALLOW:
        return allow_parse(deletion->options, who, optarg, &deletion->allow.held,
                           &deletion->allow.is_protected);
    case OPTION_DRY_RUN:
        deletion->dry_run = true;
        return 0;
    case OPTION_WHERE:
        return take_filter(deletion);
    case OPTION_YES:
        deletion->yes = true;
        return 0;
    default:
        return -EINVAL;
    }
}

/* NULL, or what is wrong with the options together. */
static const char *find_conflict(const struct deletion *deletion, int names)
{
    if (!deletion->filter)
        return names > 0 ? NULL : "which segment? rm NAME..., or rm --where EXPR";
    if (names > 0)
        return "either NAMEs or --where, not both; a filter of several terms is quoted: --where 'user:bob "
               "size>1G'";
    if (deletion->allow.is_protected)
        return "--allow protected is for NAMEs only: what is protected is deleted one by one";
    if (!deletion->dry_run && !deletion->yes && !deletion->asks)
        return "--where asks before it deletes, and there is no terminal to ask on: --yes deletes without "
               "asking, --dry-run only says what would go";
    return NULL;
}

/* 1: it was only asked for help. */
static int parse(struct deletion *deletion, int argc, char **argv)
{
    static const struct option names[] = {
        {"allow", required_argument, NULL, OPTION_ALLOW},
        {"dry-run", no_argument, NULL, OPTION_DRY_RUN},
        {"where", required_argument, NULL, OPTION_WHERE},
        {"yes", no_argument, NULL, OPTION_YES},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option;
    optind = 0;
    while ((option = options_next(deletion->options, argv[0], argc, argv, "h", names)) != -1) {
        if (option == 'h') {
            command_print_usage(&command_rm);
            return 1;
        }
        if (take_option(deletion, argv[0], option) < 0)
            return -EINVAL;
    }
    const char *conflict = find_conflict(deletion, argc - optind);
    if (!conflict)
        return 0;
    report_usage(deletion->options, argv[0], "%s", conflict);
    return -EINVAL;
}

/* Not to who runs it every night: there it is the usual case. */
static void say_nothing_fits(const struct deletion *deletion)
{
    if (deletion->words.to_people)
        puts("nothing fits");
    if (filter_has_pattern_word(deletion->filter))
        report_problem(deletion->options, "--where", "a pattern is written name:*.shm");
    use_say_unread(deletion->options, &deletion->matched.seen);
}

static void run_where(struct deletion *deletion)
{
    bool asks = deletion->asks && !deletion->yes && !deletion->dry_run;
    note(deletion, rm_match(deletion->options, deletion->directory, deletion->users, deletion->filter, asks,
                            &deletion->matched));
    if (deletion->status != EXIT_STATUS_DONE)
        return;
    if (deletion->matched.found.count == 0)
        say_nothing_fits(deletion);
    else if (!asks || ask(deletion))
        run_found(deletion);
}

static void run_opened(struct deletion *deletion, int argc, char **argv)
{
    const struct options *options = deletion->options;
    struct error error = {0};
    if (directory_may_change(deletion->directory, &error) < 0) {
        for (int i = 0; i < argc; i++)
            note(deletion, report_error(options, argv[i], &error));
        if (argc == 0)
            note(deletion, report_error(options, options->directory, &error));
        return;
    }
    deletion->users = users_new(options->numeric);
    deletion->words = (struct rm_words){.options = options,
                                        .users = deletion->users,
                                        .dry_run = deletion->dry_run,
                                        .to_people = deletion->dry_run || isatty(STDOUT_FILENO)};
    deletion->gone = (struct gone){options, deletion->directory, .matches = "rm --where"};
    if (deletion->filter) {
        run_where(deletion);
    } else {
        take_names(deletion, argc, argv);
        if (deletion->matched.found.count > 0)
            run_found(deletion);
    }
    matched_clear(&deletion->matched);
    gone_clear(&deletion->gone);
    users_free(deletion->users);
}

static enum exit_status run(const struct options *options, int argc, char **argv)
{
    struct deletion deletion = {.options = options, .asks = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)};
    int code = parse(&deletion, argc, argv);
    if (code != 0)
        deletion.status = code > 0 ? EXIT_STATUS_DONE : EXIT_STATUS_USAGE;
    else
        deletion.directory = command_open_directory(options, &deletion.status);
    if (deletion.directory)
        run_opened(&deletion, argc - optind, argv + optind);
    directory_close(deletion.directory);
    filter_free(deletion.filter);
    return deletion.status;
}

const struct command command_rm = {
    .name = "rm",
    .usage = "rm [--dry-run] [--allow held] [--allow protected] NAME...\n"
             "       shmtop [OPTIONS] rm --where EXPR [--dry-run] [--yes] [--allow held]",
    .summary = "Delete segments, unless somebody uses them",
    .help = "      --where EXPR        those that fit all terms: state:stale,leaked size>1G user:bob age>7d\n"
            "      --yes               with --where: do not list and ask; needed where there is no terminal\n"
            "      --dry-run           say what would go, and what not and why; delete nothing\n"
            "      --allow held        even if processes hold it: they keep what they hold\n"
            "      --allow protected   even if it belongs to software that breaks without it (NAMEs only)\n"
            "  -h, --help\n",
    .run = run,
};
