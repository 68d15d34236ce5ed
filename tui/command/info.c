/*
 * shmtop info: all that is known of each NAME, who holds it included.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/catalog/column.h"
#include "core/process/creator.h"
#include "core/sys/fd.h"
#include "core/transfer/delete.h"
#include "tui/command/command.h"
#include "tui/command/find.h"
#include "tui/command/segment_json.h"
#include "tui/command/use.h"

#define NANOSECOND 1000000000

struct info {
    const struct options *options;
    struct directory *directory;
    struct users *users;
    int64_t now;
    bool json;
    struct unlinked *unlinked; /* owned */
    size_t unlinked_count;
    enum exit_status status;
    size_t shown;
};

static void put_label(const char *label)
{
    printf("%-*s", 12, label);
}

/* "label:      text", the text printable. */
static void put_line(const struct info *info, const char *label, const char *text)
{
    put_label(label);
    report_put(info->options, stdout, text);
    putchar('\n');
}

static void put_bytes(const struct info *info, const char *label, uint64_t bytes)
{
    char human[16], text[64];
    format_bytes(bytes, human, sizeof human);
    if (bytes < 1024)
        snprintf(text, sizeof text, "%llu bytes", (unsigned long long)bytes);
    else
        snprintf(text, sizeof text, "%s (%llu bytes)", human, (unsigned long long)bytes);
    put_line(info, label, text);
}

static void put_time(const struct info *info, const char *label, int64_t time)
{
    char stamp[64], age[16], text[128];
    if (time == 0)
        return;
    format_time(time, stamp, sizeof stamp);
    format_age(info->now > time ? (info->now - time) / NANOSECOND : 0, age, sizeof age);
    snprintf(text, sizeof text, "%s, %s ago", stamp, age);
    put_line(info, label, text);
}

static void put_layout(const struct info *info, const struct row *row)
{
    static const char *const words[] = {
        [LAYOUT_UNKNOWN] = "unknown: its bytes may not be read",
        [LAYOUT_NPY] = "npy",
        [LAYOUT_RAW] = "raw: nothing in it says its type and shape",
        [LAYOUT_DIRECTORY] = "directory",
        [LAYOUT_SEMAPHORE] = "POSIX semaphore",
        [LAYOUT_OTHER] = "other: no regular file",
    };
    put_line(info, "layout:", words[row->layout]);
    if (row->damage)
        put_line(info, "damaged:", row->damage);
}

static void put_type(const struct info *info, const struct dtype *dtype)
{
    char name[DTYPE_NAME_MAX], descr[400], text[512];
    dtype_name(dtype, name);
    dtype_descr(dtype, descr, sizeof descr);
    snprintf(text, sizeof text, "%s, %s", name, descr);
    put_line(info, "type:", text);
}

static void put_matrix(const struct info *info, const struct row *row)
{
    struct matrix matrix = {0};
    char shape[1024];
    if (!row_matrix(row, &matrix))
        return;
    put_type(info, &matrix.dtype);
    matrix_shape_text(matrix.rank, matrix.shape, info->options->ascii, shape, sizeof shape);
    put_line(info, "shape:", shape);
    put_line(info, "order:", matrix.order == 'F' ? "F: columns lie together" : "C: rows lie together");
    matrix_clear(&matrix);
}

static void put_owner(const struct info *info, const struct row *row)
{
    char text[256];
    snprintf(text, sizeof text, "%s (%u)", users_lookup_name(info->users, row->uid), (unsigned)row->uid);
    put_line(info, "owner:", text);
    snprintf(text, sizeof text, "%s (%u)", users_lookup_group(info->users, row->gid), (unsigned)row->gid);
    put_line(info, "group:", text);
    snprintf(text, sizeof text, "%04o", (unsigned)(row->mode & 07777));
    put_line(info, "mode:", text);
}

static void put_holder(const struct info *info, const struct holder *holder)
{
    char command[10 * sizeof holder->command], since[64] = "";
    name_escape(holder->command, strnlen(holder->command, sizeof holder->command), false, command,
                sizeof command);
    if (holder->started != 0)
        format_time(holder->started, since, sizeof since);
    put_label("");
    report_putf(info->options, stdout, "%d  %s  %s  %s%s%s%s%s%s\n", (int)holder->pid,
                users_lookup_name(info->users, holder->uid), command, holder->mapped ? "mapped" : "",
                holder->mapped && holder->open ? ", " : "", holder->open ? "open" : "",
                holder->writable ? ", writable" : "", since[0] ? ", runs since " : "", since);
}

static void put_use(const struct info *info, const struct use *use)
{
    char text[ERROR_TEXT_MAX + 64];
    size_t count = use->holders->count;
    enum held held = use_held(use);
    if (count > 0)
        snprintf(text, sizeof text, "yes, by %zu process%s", count, count == 1 ? "" : "es");
    else if (held == HELD_YES)
        snprintf(text, sizeof text, "yes, but by whom cannot be seen from here");
    else if (held == HELD_NO)
        snprintf(text, sizeof text, "no, nobody maps it or has it open");
    else
        snprintf(text, sizeof text, "unknown: nobody that can be seen");
    put_line(info, "held:", text);
    for (size_t i = 0; i < count; i++)
        put_holder(info, &use->holders->list[i]);
    if (use->complete || held == HELD_NO)
        return;
    snprintf(text, sizeof text, "not every process could be seen (%s)", use->reason);
    put_line(info, "", text);
}

static void put_producer(const struct info *info, const struct row *row)
{
    char text[128];
    if (!row->producer)
        return;
    int n = snprintf(text, sizeof text, "%s", row->producer->label);
    if (row->creator_pid)
        snprintf(text + n, sizeof text - (size_t)n, ", creator's pid %d", (int)row->creator_pid);
    put_line(info, "producer:", text);
}

static void put_protection(const struct info *info, const char *owner)
{
    char text[256];
    snprintf(text, sizeof text, "yes, it belongs to %s", owner ? owner : "another program");
    put_line(info, "protected:", text);
}

static void print_text(struct info *info, const struct row *row, const struct delete_item *item,
                       const struct use *use)
{
    char name[NAME_PRINTABLE_MAX], inode[32];
    if (info->shown > 0)
        putchar('\n');
    put_line(info, "name:", report_escape(info->options, row->name, name, sizeof name));
    if (row->unlinked)
        put_line(info, "unlinked:", "its name is gone, and its memory stays while anybody holds it");
    put_bytes(info, "size:", row->size);
    put_bytes(info, "allocated:", row->allocated);
    put_layout(info, row);
    put_matrix(info, row);
    if (!row->unmeasured)
        put_owner(info, row);
    put_time(info, "created:", row->created);
    put_time(info, "modified:", row->modified);
    put_producer(info, row);
    put_use(info, use);
    if (row->is_protected)
        put_protection(info, item->protected_by);
    snprintf(inode, sizeof inode, "%llu", (unsigned long long)row->id.inode);
    put_line(info, "inode:", inode);
}

static void print_json(struct info *info, struct json *json, const struct row *row, const struct use *use)
{
    json_line(json);
    json_open_object(json);
    segment_json(json, row, info->now, info->users, use);
    json_key(json, "held_by");
    json_open_array(json);
    for (size_t i = 0; i < use->holders->count; i++)
        segment_json_holder(json, &use->holders->list[i], info->users);
    json_close(json);
    json_close(json);
}

/* Gone or replaced since it was looked up; what forbids only its deletion is no matter here. */
static bool is_lost(const struct delete_item *item)
{
    return item->problem.code == ENOENT || item->problem.code == ESTALE;
}

/* Of a directory that may not be read nothing is known; of one that is empty, that nobody holds anything in
 * it. */
static struct use use_of(const struct delete_item *item, const struct sweep *sweep)
{
    bool looked = item->problem.code == 0;
    return (struct use){
        .held = looked ? item->held : HELD_UNKNOWN,
        .holders = &item->holders,
        .complete = looked && (sweep->complete || sweep->count == 0),
        .unread = sweep->unread,
        .reason = looked ? sweep->reason : item->problem.text,
    };
}

static void show_one(struct info *info, struct json *json, const char *name, struct delete_item *item,
                     const struct sweep *sweep)
{
    struct error error = {0};
    if (is_lost(item)) {
        info->status = exit_status_worse(info->status, report_error(info->options, name, &item->problem));
        return;
    }
    if (segment_recognise(info->directory, &item->segment, &error) < 0) {
        info->status = exit_status_worse(info->status, report_error(info->options, name, &error));
        return;
    }
    struct row row;
    struct use use = use_of(item, sweep);
    creator_read(info->directory, &item->segment, info->options->host.producers);
    row_from_segment(&row, &item->segment, info->options->host.producers);
    row.is_protected = item->is_protected;
    if (info->json)
        print_json(info, json, &row, &use);
    else
        print_text(info, &row, item, &use);
    info->shown++;
    row_clear(&row);
}

/* The checks before a delete are the facts that a person asks for: taken anew, with the lease and one sweep.
 */
static void show_found(struct info *info, struct json *json, const struct found *found)
{
    struct delete_check check;
    struct error error = {0};
    if (delete_check(info->directory, &info->options->host, (const char *const *)found->names, found->ids,
                     found->count, &check, NULL, &error) < 0) {
        info->status = exit_status_worse(info->status, report_error(info->options, NULL, &error));
        return;
    }
    for (size_t i = 0; i < check.count; i++)
        show_one(info, json, found->names[i], &check.items[i], &check.sweep);
    delete_check_clear(&check);
}

/* Who holds it is what keeps it. */
static void show_unlinked(struct info *info, struct json *json, struct unlinked *unlinked)
{
    const struct sweep *sweep = &unlinked->sweep;
    const struct use use = {.held = HELD_YES,
                            .holders = &unlinked->other->holders,
                            .complete = sweep->complete,
                            .unread = sweep->unread,
                            .reason = sweep->reason};
    struct row row;
    fd_close(&(int){unlinked_recognise(unlinked, info->options->host.proc_root, NULL)});
    row_from_segment(&row, &unlinked->segment, info->options->host.producers);
    row.unlinked = true;
    row.unmeasured = !unlinked->other->known;
    row.state = STATE_UNLINKED;
    if (info->json)
        print_json(info, json, &row, &use);
    else
        print_text(info, &row, &(struct delete_item){0}, &use);
    info->shown++;
    row_clear(&row);
}

static void show_all(struct info *info, const struct found *found)
{
    struct json json;
    json_begin(&json, stdout, info->options->ascii);
    if (info->json) {
        json_open_object(&json);
        json_key(&json, "segments");
        json_open_array(&json);
    }
    if (found->count > 0)
        show_found(info, &json, found);
    for (size_t i = 0; i < info->unlinked_count; i++)
        show_unlinked(info, &json, &info->unlinked[i]);
    if (info->json) {
        json_line(&json);
        json_close(&json);
        json_close(&json);
        json_end(&json);
    }
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
    struct info info = {.options = options, .now = command_now()};
    int code = parse(&info, argc, argv);
    if (code != 0)
        return code > 0 ? EXIT_STATUS_DONE : EXIT_STATUS_USAGE;
    info.directory = command_open_directory(options, &info.status);
    if (!info.directory)
        return info.status;
    struct found found;
    info.users = users_new(options->numeric);
    info.status = find_all_and_unlinked(options, info.directory, argv + optind, (size_t)(argc - optind),
                                        &found, &info.unlinked, &info.unlinked_count);
    if (info.users)
        show_all(&info, &found);
    found_clear(&found);
    for (size_t i = 0; i < info.unlinked_count; i++)
        unlinked_clear(&info.unlinked[i]);
    free(info.unlinked);
    users_free(info.users);
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
