#include "tui/command/info_print.h"

#include <string.h>
#include <sys/stat.h>

#include "core/catalog/evidence.h"
#include "core/catalog/format.h"
#include "core/segment/description.h"

#define NANOSECOND 1000000000

static void put_label(const char *label)
{
    printf("%-*s", 12, label);
}

/* "label:      text", the text printable. */
static void put_line(const struct info_page *page, const char *label, const char *text)
{
    put_label(label);
    report_put(page->options, stdout, text);
    putchar('\n');
}

static void put_bytes(const struct info_page *page, const char *label, uint64_t bytes)
{
    char human[16], text[64];
    format_bytes(bytes, human, sizeof human);
    if (bytes < 1024)
        snprintf(text, sizeof text, "%llu bytes", (unsigned long long)bytes);
    else
        snprintf(text, sizeof text, "%s (%llu bytes)", human, (unsigned long long)bytes);
    put_line(page, label, text);
}

static void put_time(const struct info_page *page, const char *label, int64_t time)
{
    char stamp[64], age[16], text[128];
    if (time == 0)
        return;
    format_time(time, stamp, sizeof stamp);
    format_age(page->now > time ? (page->now - time) / NANOSECOND : 0, age, sizeof age);
    snprintf(text, sizeof text, "%s, %s ago", stamp, age);
    put_line(page, label, text);
}

/* Where it stands. */
static void put_description(const struct info_page *page, const struct row *row)
{
    char file[NAME_PRINTABLE_MAX] = "";
    const char *state = descriptions_state_path(page->options->host.descriptions);
    if (row->description == DESCRIPTION_STATE && state) {
        name_escape(state, strlen(state), false, file, sizeof file);
        put_line(page, "described:", file);
    } else {
        put_line(page, "described:",
                 row->description == DESCRIPTION_RULE ? DESCRIPTIONS_RULES_FILE
                                                      : "its attribute " DESCRIPTION_HEADER);
    }
}

static void put_layout(const struct info_page *page, const struct row *row)
{
    static const char *const words[] = {
        [LAYOUT_UNKNOWN] = "unknown: its bytes may not be read",
        [LAYOUT_NPY] = "npy",
        [LAYOUT_SHAREDARRAY] = "sharedarray: an array of the Python package SharedArray",
        [LAYOUT_IMAGESTREAM] = "imagestream: an image of ImageStreamIO",
        [LAYOUT_DESCRIBED] = "described: raw bytes; type and shape are recorded separately",
        [LAYOUT_RAW] =
            "raw: nothing in it says its type and shape (show --as looks at it, describe records it)",
        [LAYOUT_DIRECTORY] = "directory",
        [LAYOUT_SEMAPHORE] = "POSIX semaphore",
        [LAYOUT_OTHER] = "other: not a regular file",
    };
    put_line(page, "layout:", words[row->layout]);
    if (row->layout == LAYOUT_DESCRIBED)
        put_description(page, row);
    if (row->damage)
        put_line(page, "damaged:", row->damage);
}

static void put_type(const struct info_page *page, const struct dtype *dtype)
{
    char name[DTYPE_NAME_MAX], descr[400], text[512];
    dtype_name(dtype, name);
    dtype_descr(dtype, descr, sizeof descr);
    snprintf(text, sizeof text, "%s, %s", name, descr);
    put_line(page, "type:", text);
}

static void put_matrix(const struct info_page *page, const struct row *row)
{
    struct matrix matrix = {0};
    char shape[1024];
    if (!row_matrix(row, &matrix))
        return;
    put_type(page, &matrix.dtype);
    matrix_shape_text(matrix.rank, matrix.shape, page->options->ascii, shape, sizeof shape);
    put_line(page, "shape:", shape);
    put_line(page, "order:", matrix.order == 'F' ? "F: columns lie together" : "C: rows lie together");
    matrix_clear(&matrix);
}

static void put_owner(const struct info_page *page, const struct row *row)
{
    char text[256];
    snprintf(text, sizeof text, "%s (%u)", users_lookup_name(page->users, row->uid), (unsigned)row->uid);
    put_line(page, "owner:", text);
    snprintf(text, sizeof text, "%s (%u)", users_lookup_group(page->users, row->gid), (unsigned)row->gid);
    put_line(page, "group:", text);
    snprintf(text, sizeof text, "%04o", (unsigned)(row->mode & 07777));
    put_line(page, "mode:", text);
}

static void put_holder(const struct info_page *page, const struct holder *holder)
{
    char command[10 * sizeof holder->command], unit[1024] = "", since[64] = "";
    name_escape(holder->command, strnlen(holder->command, sizeof holder->command), false, command,
                sizeof command);
    if (holder->started != 0)
        format_time(holder->started, since, sizeof since);
    if (holder->unit)
        name_escape(holder->unit, strlen(holder->unit), false, unit, sizeof unit);
    put_label("");
    report_putf(page->options, stdout, "%d  %s  %s  %s%s%s%s%s%s%s%s\n", (int)holder->pid,
                users_lookup_name(page->users, holder->uid), command, holder->mapped ? "mapped" : "",
                holder->mapped && holder->open ? ", " : "", holder->open ? "open" : "",
                holder->writable ? ", writable" : "", unit[0] ? ", in " : "", unit,
                since[0] ? ", runs since " : "", since);
}

static void put_state(const struct info_page *page, const struct info_shown *shown)
{
    char text[ERROR_TEXT_MAX + 512];
    evidence_text(&shown->row, &shown->sweep, page->options->ascii, text, sizeof text);
    put_line(page, "state:", text);
}

static void put_use(const struct info_page *page, const struct info_shown *shown)
{
    char text[ERROR_TEXT_MAX + 64];
    const struct row *row = &shown->row;
    size_t count = row->holders ? row->holders->count : 0;
    bool settled = row->held == HELD_NO || shown->sweep.complete;
    if (count > 0)
        snprintf(text, sizeof text, "yes, by %zu process%s", count, count == 1 ? "" : "es");
    else if (row->held == HELD_YES)
        snprintf(text, sizeof text, "yes, but by whom cannot be seen from here");
    else if (settled)
        snprintf(text, sizeof text, "no, nobody maps it or has it open");
    else
        snprintf(text, sizeof text, "unknown: nobody was seen to hold it, but not all could be seen");
    put_line(page, "held:", text);
    for (size_t i = 0; i < count; i++)
        put_holder(page, &row->holders->list[i]);
    if (settled)
        return;
    snprintf(text, sizeof text, "not every process could be seen (%s)", shown->sweep.reason);
    put_line(page, "", text);
}

static void put_producer(const struct info_page *page, const struct row *row)
{
    char text[256];
    producer_text(row, text, sizeof text);
    if (text[0])
        put_line(page, "producer:", text);
}

/* What must come to pass for the rest to come back. */
static const char *when_later(const struct row *row, bool held)
{
    bool linked = row->links > 1;
    if (S_ISDIR(row->mode))
        return held ? "those who hold what lies in it end" : "the other names of what lies in it go";
    if (held)
        return linked ? "its holders end and its other names go" : "its holders end";
    return "its other names go";
}

/* Of what has no name any more. */
static void put_gone(const struct info_page *page, const struct row *row)
{
    char text[160];
    put_line(page, "deleting:", "it has no name left to delete; its memory comes back when its holders end");
    if (row->loading)
        return;
    snprintf(text, sizeof text, "restore '#%llu' copies it back under its name",
             (unsigned long long)row->id.inode);
    put_line(page, "undo:", text);
}

/* What deleting it would give back. */
static void put_freed(const struct info_page *page, const struct info_shown *shown)
{
    char now[FORMAT_BYTES_MAX], later[FORMAT_BYTES_MAX], text[160];
    const struct delete_item *item = shown->item;
    if (!item)
        put_gone(page, &shown->row);
    if (!item || item->problem.code)
        return;
    bool held = delete_item_is_held(item);
    bool certain = held || item->held == HELD_NO || shown->sweep.complete || item->freed_now == 0;
    format_bytes(item->freed_now, now, sizeof now);
    format_bytes(item->freed_later, later, sizeof later);
    int used = snprintf(text, sizeof text, "gives back %s now%s", now, certain ? "" : ", if nobody holds it");
    if (item->freed_later)
        snprintf(text + used, sizeof text - (size_t)used, ", %s more when %s", later,
                 when_later(&shown->row, held));
    put_line(page, "deleting:", text);
}

static void put_protection(const struct info_page *page, const char *owner)
{
    char text[256];
    snprintf(text, sizeof text, "yes (%s): what uses it breaks without it", owner ? owner : "by its name");
    put_line(page, "protected:", text);
}

void info_print_text(const struct info_page *page, const struct info_shown *shown)
{
    char name[NAME_PRINTABLE_MAX], inode[32];
    const struct row *row = &shown->row;
    put_line(page, "name:", report_escape(page->options, row->name, name, sizeof name));
    put_bytes(page, "size:", row->size);
    if (!row->unmeasured)
        put_bytes(page, "allocated:", row->allocated);
    put_layout(page, row);
    put_matrix(page, row);
    if (!row->unmeasured)
        put_owner(page, row);
    put_time(page, "created:", row->created);
    put_time(page, "modified:", row->modified);
    put_producer(page, row);
    put_state(page, shown);
    put_use(page, shown);
    if (row->is_protected)
        put_protection(page, shown->item ? shown->item->protected_by : row->producer->label);
    put_freed(page, shown);
    snprintf(inode, sizeof inode, "%llu", (unsigned long long)row->id.inode);
    put_line(page, "inode:", inode);
}

void info_print_json(const struct info_page *page, struct json *json, const struct info_shown *shown)
{
    const struct holders *holders = shown->row.holders;
    json_line(json);
    json_open_object(json);
    segment_json(json, &shown->row, page->now, page->users, &shown->sweep);
    json_key(json, "held_by");
    json_open_array(json);
    for (size_t i = 0; holders && i < holders->count; i++)
        segment_json_holder(json, &holders->list[i], page->users);
    json_close(json);
    json_close(json);
}
