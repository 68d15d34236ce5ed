#include "tui/command/watch_print.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/catalog/column.h"
#include "core/segment/name.h"
#include "tui/command/json.h"
#include "tui/command/segment_json.h"
#include "tui/command/use.h"

#define SECOND INT64_C(1000000000)

static const char *const words[] = {
    [JOURNAL_CREATED] = "created", [JOURNAL_RESIZED] = "resized", [JOURNAL_DESCRIBED] = "described",
    [JOURNAL_RENAMED] = "renamed", [JOURNAL_DELETED] = "deleted", [JOURNAL_RELEASED] = "released",
};

static void escape_command(const struct culprit *by, char *buf, size_t size)
{
    name_escape(by->command, strnlen(by->command, sizeof by->command), false, buf, size);
}

/* The row as it is to be told: of a deleted one it is known whether anybody holds it. */
static struct row told_row(const struct observed *observed)
{
    struct row row = observed->event.row;
    if (observed->event.kind == JOURNAL_DELETED && !row.holders)
        row.held = observed->held ? HELD_YES : HELD_NO;
    return row;
}

/* The sweep that tells who holds a deleted one; what nobody holds needs none. */
static const struct sweep *told_sweep(const struct observed *observed)
{
    static const struct sweep nobody = {.complete = true};
    if (observed->event.kind != JOURNAL_DELETED)
        return NULL;
    return observed->held ? observed->sweep : &nobody;
}

/* --- JSON --- */

static void put_time(struct json *json, int64_t wall)
{
    char text[64], day[32];
    struct tm tm;
    time_t seconds = (time_t)(wall / SECOND);
    gmtime_r(&seconds, &tm);
    strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(text, sizeof text, "%s.%06dZ", day, (int)(wall % SECOND / 1000));
    json_key(json, "time");
    json_put_text(json, text);
}

static void put_name(struct json *json, const char *key, const char *raw)
{
    char name[NAME_PRINTABLE_MAX];
    name_escape(raw, strlen(raw), false, name, sizeof name);
    json_key(json, key);
    json_put_text(json, name);
}

static void put_by(struct json *json, const struct observed *observed, struct users *users)
{
    const struct culprit *by = &observed->by;
    char command[10 * sizeof by->command];
    json_key(json, "by");
    if (!observed->has_by) {
        json_put_null(json);
        return;
    }
    escape_command(by, command, sizeof command);
    json_open_object(json);
    json_key(json, "pid");
    json_put_signed(json, by->pid);
    json_key(json, "user");
    json_put_text(json, by->known ? users_lookup_name(users, by->uid) : NULL);
    json_key(json, "command");
    json_put_text(json, by->known ? command : NULL);
    json_close(json);
}

static void put_held_by(struct json *json, const struct observed *observed, struct users *users)
{
    const struct holders *holders = observed->event.row.holders;
    json_key(json, "held_by");
    if (observed->held && !observed->sweep) {
        json_put_null(json);
        return;
    }
    json_open_array(json);
    for (size_t i = 0; holders && i < holders->count; i++)
        segment_json_holder(json, &holders->list[i], users);
    json_close(json);
}

void watch_print_json(const struct options *options, const struct observed *observed, struct users *users)
{
    const struct journal_event *event = &observed->event;
    const struct row row = told_row(observed);
    struct json json;
    json_begin(&json, stdout, options->ascii);
    json_open_object(&json);
    put_time(&json, event->wall);
    json_key(&json, "event");
    json_put_text(&json, words[event->kind]);
    if (event->kind == JOURNAL_RENAMED)
        put_name(&json, "old_name", event->old_name);
    put_by(&json, observed, users);
    segment_json(&json, &row, event->wall, users, told_sweep(observed));
    if (event->kind == JOURNAL_DELETED)
        put_held_by(&json, observed, users);
    json_close(&json);
    json_end(&json);
}

/* --- text --- */

static void put_local_time(int64_t wall)
{
    char text[32];
    struct tm tm;
    time_t seconds = (time_t)(wall / SECOND);
    localtime_r(&seconds, &tm);
    strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &tm);
    printf("%s.%06d", text, (int)(wall % SECOND / 1000));
}

static void put_what(const struct options *options, const struct row *row)
{
    struct matrix matrix;
    char type[DTYPE_NAME_MAX], shape[1024];
    if (!row_matrix(row, &matrix)) {
        const char *layout = row->damage ? "damaged" : layout_name(row->layout);
        printf("  %s", layout ? layout : "-");
        return;
    }
    dtype_name(&matrix.dtype, type);
    matrix_shape_text(matrix.rank, matrix.shape, options->ascii, shape, sizeof shape);
    report_putf(options, stdout, "  %s %s", type, shape);
    matrix_clear(&matrix);
}

static void put_culprit(const struct options *options, const struct culprit *by, struct users *users)
{
    char command[10 * sizeof by->command];
    if (!by->known) {
        printf("  by %d", (int)by->pid);
        return;
    }
    escape_command(by, command, sizeof command);
    report_putf(options, stdout, "  by %s (%d, %s)", command, (int)by->pid,
                users_lookup_name(users, by->uid));
}

static void put_holders(const struct options *options, const struct observed *observed, struct users *users)
{
    const struct holders *holders = observed->event.row.holders;
    char names[2048];
    if (!observed->held)
        return;
    if (observed->moved)
        printf("  moved elsewhere");
    if (!holders) {
        printf(observed->sweep ? "  not released: held by nobody seen, or moved elsewhere"
                               : "  not released");
        return;
    }
    use_names(holders, users, names, sizeof names);
    report_putf(options, stdout, "  held by %s", names);
    if (!observed->moved) /* what restore takes */
        printf("  as #%" PRIu64, observed->event.row.id.inode);
}

void watch_print_text(const struct options *options, const struct observed *observed, struct users *users)
{
    const struct journal_event *event = &observed->event;
    const struct row *row = &event->row;
    char name[NAME_PRINTABLE_MAX], old_name[NAME_PRINTABLE_MAX], size[FORMAT_BYTES_MAX];
    format_bytes(row->size, size, sizeof size);
    put_local_time(event->wall);
    report_putf(options, stdout, "  %-9s  %s", words[event->kind],
                report_escape(options, row->name, name, sizeof name));
    if (event->old_name)
        report_putf(options, stdout, "  from %s",
                    report_escape(options, event->old_name, old_name, sizeof old_name));
    printf("  %s", size);
    put_what(options, row);
    report_putf(options, stdout, "  %s", row->unmeasured ? "?" : users_lookup_name(users, row->uid));
    if (observed->has_by)
        put_culprit(options, &observed->by, users);
    put_holders(options, observed, users);
    putchar('\n');
}
