/*
 * shmtop info: all that is known of each NAME, who holds it included.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <string.h>

#include "core/catalog/state.h"
#include "core/process/creator.h"
#include "core/sys/fd.h"
#include "core/sys/memory.h"
#include "core/transfer/delete.h"
#include "tui/command/command.h"
#include "tui/command/named.h"
#include "tui/command/info_print.h"

struct info {
    const struct options *options;
    struct directory *directory;
    struct info_page page;
    bool json;
    struct unlinked *unlinked; /* owned */
    size_t unlinked_count;
    struct info_shown *list; /* owned */
    size_t count;
    enum exit_status status;
};

/* Gone or replaced since it was looked up; what forbids only its deletion is no matter here. */
static bool is_lost(const struct delete_item *item)
{
    return item->problem.code == ENOENT || item->problem.code == ESTALE;
}

/* --- gathering --- */

static void complain(struct info *info, const char *name, const struct error *error)
{
    info->status = exit_status_worse(info->status, report_error(info->options, name, error));
}

static struct info_shown *add_shown(struct info *info, const char *name, struct segment *segment)
{
    struct info_shown *shown = &info->list[info->count++];
    *shown = (struct info_shown){.name = name};
    row_from_segment(&shown->row, segment, info->options->host.producers);
    return shown;
}

/* Of a directory that may not be read nothing is known; of one that is empty, that nobody holds anything in
 * it. */
static void take_item(struct info *info, const char *name, struct delete_item *item,
                      const struct sweep *sweep)
{
    struct error error = {0};
    if (is_lost(item)) {
        complain(info, name, &item->problem);
        return;
    }
    if (segment_recognise(info->directory, &item->segment, &error) < 0) {
        complain(info, name, &error);
        return;
    }
    creator_read(info->directory, &item->segment, info->options->host.producers);
    struct info_shown *shown = add_shown(info, name, &item->segment);
    bool looked = item->problem.code == 0;
    shown->item = item;
    shown->sweep = *sweep;
    shown->sweep.complete = looked && (sweep->complete || sweep->count == 0);
    if (!looked)
        snprintf(shown->sweep.reason, sizeof shown->sweep.reason, "%.100s", item->problem.text);
    shown->row.is_protected = item->is_protected;
    shown->row.held = looked ? item->held : HELD_UNKNOWN;
    shown->row.holders = item->holders.count ? &item->holders : NULL;
}

static void take_unlinked(struct info *info, struct unlinked *unlinked)
{
    fd_close(&(int){unlinked_recognise(info->directory, unlinked, &info->options->host, NULL)});
    struct info_shown *shown = add_shown(info, NULL, &unlinked->segment);
    shown->sweep = unlinked->sweep;
    shown->row.unlinked = true;
    shown->row.unmeasured = !unlinked->other->known;
    if (shown->row.unmeasured)
        shown->row.allocated = shown->row.size; /* at most */
    shown->row.loading = state_is_loading(unlinked->other, shown->row.name);
    shown->row.holders = &unlinked->other->holders;
}

/* Of a directory that could not be looked into it is not known whether anybody holds something in it. */
static void judge(struct info *info, struct info_shown *shown, const struct sweep *people)
{
    struct row *row = &shown->row;
    int64_t born = row->created ? row->created : row->modified;
    row->ownerless = people->sees_all && !row->unmeasured && sweep_lacks_owner(people, row->uid);
    struct state_verdict verdict = state_judge(&(struct state_facts){
        .swept = !shown->item || shown->item->problem.code == 0,
        .complete = shown->sweep.complete,
        .hidden = !people->sees_all,
        .found = row->holders != NULL,
        .unlinked = row->unlinked,
        .loading = row->loading,
        .held = row->held,
        .creator = row->creator,
        .producer = row->producer,
        .age = born > 0 ? info->page.now - born : 0,
    });
    row->state = (uint8_t)verdict.state;
    row->doubtful = verdict.doubtful;
}

/* Whose processes live: creators and owners. */
static int judge_all(struct info *info, struct error *error)
{
    struct creator_query *queries = memory_new((info->count + 1) * sizeof *queries);
    uid_t *owners = memory_new((info->count + 1) * sizeof *owners);
    for (size_t i = 0; i < info->count; i++) {
        queries[i] = (struct creator_query){info->list[i].row.creator_pid, info->list[i].row.created};
        owners[i] = info->list[i].row.uid;
    }
    struct sweep_scope scope = {.creators = queries,
                                .creator_count = info->count,
                                .owners = owners,
                                .owner_count = info->count,
                                .threads = sweep_threads()};
    struct sweep people;
    int code = sweep_run(info->options->host.proc_root, &scope, &people, NULL, error);
    for (size_t i = 0; code == 0 && i < info->count; i++) {
        info->list[i].row.creator = (uint8_t)people.creators[i];
        judge(info, &info->list[i], &people);
    }
    if (code == 0)
        sweep_clear(&people);
    free(queries);
    free(owners);
    return code;
}

/* --- showing --- */

static void print_all(const struct info *info)
{
    struct json json;
    for (size_t i = 0; !info->json && i < info->count; i++) {
        if (i > 0)
            putchar('\n');
        info_print_text(&info->page, &info->list[i]);
    }
    if (!info->json)
        return;
    json_begin(&json, stdout, info->options->ascii);
    json_open_object(&json);
    json_key(&json, "segments");
    json_open_array(&json);
    for (size_t i = 0; i < info->count; i++)
        info_print_json(&info->page, &json, &info->list[i]);
    json_line(&json);
    json_close(&json);
    json_close(&json);
    json_end(&json);
}

/* What has names in several items is counted once in a check of all: each is told as if it went alone. */
static void account_alone(const struct info *info, const struct found *found, struct delete_check *check)
{
    for (size_t i = 0; !info->json && check->count > 1 && i < check->count; i++) {
        struct delete_item *item = &check->items[i];
        struct delete_check alone;
        const char *name = found->names[i];
        if (item->problem.code || (item->segment.links < 2 && !S_ISDIR(item->segment.mode)))
            continue;
        if (delete_check(info->directory, &info->options->host, &name, &found->ids[i], 1, &alone, NULL,
                         NULL) < 0)
            continue;
        item->freed_now = alone.items[0].freed_now;
        item->freed_later = alone.items[0].freed_later;
        delete_check_clear(&alone);
    }
}

/* The checks before a delete are the facts that a person asks for: taken anew, with the lease and a sweep. */
static void show_all(struct info *info, const struct found *found)
{
    struct delete_check check = {0};
    struct error error = {0};
    info->list = memory_new((found->count + info->unlinked_count + 1) * sizeof *info->list);
    int code = 0;
    if (found->count > 0)
        code = delete_check(info->directory, &info->options->host, (const char *const *)found->names,
                            found->ids, found->count, &check, NULL, &error);
    if (code == 0)
        account_alone(info, found, &check);
    for (size_t i = 0; code == 0 && i < check.count; i++)
        take_item(info, found->names[i], &check.items[i], &check.sweep);
    for (size_t i = 0; i < info->unlinked_count; i++)
        take_unlinked(info, &info->unlinked[i]);
    if (code == 0)
        code = judge_all(info, &error);
    if (code < 0)
        complain(info, NULL, &error);
    print_all(info);
    for (size_t i = 0; i < info->count; i++)
        row_clear(&info->list[i].row);
    free(info->list);
    delete_check_clear(&check);
}

enum { OPTION_JSON = 256 };

/* 1: it was only asked for help. */
static int parse(struct info *info, int argc, char **argv)
{
    static const struct option names[] = {
        {"json", no_argument, NULL, OPTION_JSON},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option;
    optind = 0;
    while ((option = options_next(info->options, argv[0], argc, argv, "h", names)) != -1) {
        if (option == 'h') {
            command_print_usage(&command_info);
            return 1;
        }
        if (option != OPTION_JSON)
            return -EINVAL;
        info->json = true;
    }
    if (optind < argc)
        return 0;
    report_usage(info->options, argv[0], "which segment? info NAME...");
    return -EINVAL;
}

static enum exit_status run(const struct options *options, int argc, char **argv)
{
    struct info info = {.options = options, .page = {.options = options, .now = command_now()}};
    int code = parse(&info, argc, argv);
    if (code != 0)
        return code > 0 ? EXIT_STATUS_DONE : EXIT_STATUS_USAGE;
    info.directory = command_open_directory(options, &info.status);
    if (!info.directory)
        return info.status;
    struct found found;
    info.page.users = users_new(options->numeric);
    info.status = named_all_and_unlinked(options, info.directory, argv + optind, (size_t)(argc - optind),
                                        &found, &info.unlinked, &info.unlinked_count);
    if (info.page.users)
        show_all(&info, &found);
    found_clear(&found);
    for (size_t i = 0; i < info.unlinked_count; i++)
        unlinked_clear(&info.unlinked[i]);
    free(info.unlinked);
    users_free(info.page.users);
    directory_close(info.directory);
    return info.status;
}

const struct command command_info = {
    .name = "info",
    .usage = "info [--json] NAME...",
    .summary = "All that is known of segments, who holds them included",
    .help = "      --json   one JSON object\n"
            "  -h, --help\n",
    .run = run,
};
