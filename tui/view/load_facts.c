/*
 * What the load dialog says of the file and the name.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/catalog/format.h"
#include "tui/view/load_private.h"

#define NAME_STATE 24 /* columns for what is said of the name */

/* --- the file --- */

const char *load_facts_reason(const struct load_dialog *dialog)
{
    const struct load_dialog_reply *facts = dialog->facts;
    if (line_is_empty(dialog->form.file.line) || !facts || facts->file.is_read ||
        !load_dialog_is_current(dialog))
        return NULL;
    return facts->error.text;
}

struct part {
    enum role role;
    const char *text;
};

/* Puts parts side by side, over as many lines as they take but for the last, which is left out where it would
 * take one more; returns how many. cells NULL: only measures. */
static int put_parts(const struct part *parts, size_t n, struct cells *cells, struct rect rect)
{
    int y = rect.y, at = 0;
    for (size_t i = 0; i < n; i++) {
        int width = text_width(parts[i].text);
        if (width == 0)
            continue;
        if (at > 0 && at + width > rect.width && i + 1 == n)
            break;
        if (at > 0 && at + width > rect.width && y + 1 < rect.y + rect.height) {
            y++;
            at = 0;
        }
        if (cells && at < rect.width)
            cells_put_cut(cells, y, rect.x + at, rect.width - at, parts[i].role, 0, parts[i].text);
        at += width + 2;
    }
    return y - rect.y + 1;
}

int load_facts_draw_file(const struct load_dialog *dialog, struct cells *cells, struct rect rect)
{
    const struct load_dialog_reply *facts = dialog->facts;
    char bytes[FORMAT_BYTES_MAX], about[FORMAT_BYTES_MAX + 8];
    if (line_is_empty(dialog->form.file.line)) {
        const struct part kinds = {ROLE_DIM, "a .npy, .npz, .csv, .tsv, .txt or .pkl file, or raw bytes"};
        return put_parts(&kinds, 1, cells, rect);
    }
    if (!facts || !facts->file.is_read)
        return 1;
    format_bytes(facts->file.bytes, bytes, sizeof bytes);
    snprintf(about, sizeof about, "%s%s", facts->file.is_estimated ? "about " : "", bytes);
    const struct part parts[] = {{ROLE_DIM, facts->file.kind},
                                 {ROLE_TYPE, facts->file.type},
                                 {ROLE_TEXT, facts->file.shape},
                                 {ROLE_DIM, facts->file.order == 'F' ? "F order"
                                            : facts->file.order      ? "C order"
                                                                     : ""},
                                 {ROLE_TEXT, about},
                                 {ROLE_GOOD, "ok"}};
    return put_parts(parts, sizeof parts / sizeof parts[0], cells, rect);
}

/* --- name and mode --- */

static void draw_name_state(const struct load_dialog *dialog, struct cells *cells, int y, int x, int width)
{
    const struct load_dialog_reply *facts = dialog->facts;
    char bytes[FORMAT_BYTES_MAX], text[64];
    if (width < 1 || !facts || !load_dialog_is_current(dialog))
        return;
    switch (facts->name_state) {
    case NAME_FREE:
        cells_put_cut(cells, y, x, width, ROLE_GOOD, 0, "free");
        break;
    case NAME_EXISTS:
        format_bytes(facts->old_size, bytes, sizeof bytes);
        snprintf(text, sizeof text, "exists, %s", bytes);
        cells_put_cut(cells, y, x, width, ROLE_WARN, 0, text);
        break;
    case NAME_BAD:
        cells_put_cut(cells, y, x, width, ROLE_BAD, 0, facts->name_error.text);
        break;
    default:
        break;
    }
}

void load_facts_draw_name(const struct load_dialog *dialog, struct cells *cells, int y, int x, int width)
{
    int field = width - NAME_STATE > 12 ? width - NAME_STATE : width;
    line_draw(dialog->name, cells, y, x, field, file_form_has_focus(&dialog->form, FIELD_NAME));
    draw_name_state(dialog, cells, y, x + field + 2, width - field - 2);
}

void load_facts_draw_mode(const struct load_dialog *dialog, struct cells *cells, int y, int x, int width)
{
    int field = width < 6 ? width : 6;
    line_draw(dialog->mode, cells, y, x, field, file_form_has_focus(&dialog->form, FIELD_MODE));
    if (dialog->facts && load_dialog_is_current(dialog) && width > 8)
        cells_put_cut(cells, y, x + 8, width - 8, ROLE_TEXT, 0, dialog->facts->readers);
}

/* --- the conversion --- */

static void put_sample(const struct load_preview *preview, char *buf, size_t size)
{
    char count[32];
    if (preview->elements == LOAD_PREVIEW_VALUES)
        snprintf(count, sizeof count, "1M");
    else
        snprintf(count, sizeof count, "%llu", (unsigned long long)preview->elements);
    snprintf(buf, size, "%s %s", preview->whole ? "all" : "first", count);
}

static void put_losses(const struct load_dialog_reply *reply, char *buf, size_t size)
{
    const struct convert_counts *counts = &reply->preview.counts;
    if (reply->to_integer)
        snprintf(buf, size, "%llu out of range, %llu nan lost", (unsigned long long)counts->saturated,
                 (unsigned long long)counts->lost_nan);
    else
        snprintf(buf, size, "%llu overflow", (unsigned long long)counts->overflowed);
}

static void put_preview(const struct load_dialog *dialog, char *buf, size_t size, enum role *ret_role)
{
    const struct load_dialog_reply *reply = dialog->preview;
    char losses[96], sample[48];
    put_sample(&reply->preview, sample, sizeof sample);
    bool loses = convert_counts_sum(&reply->preview.counts) > 0;
    *ret_role = loses ? ROLE_WARN : *ret_role;
    put_losses(reply, losses, sizeof losses);
    if (reply->is_kept) /* of text */
        snprintf(buf, size, "%s: %s (%s)", reply->types, loses ? losses : "well formed", sample);
    else
        snprintf(buf, size, "%s: %s; max rel. error %.1g (%s)", reply->types, losses, reply->preview.worst,
                 sample);
}

void load_facts_preview(const struct load_dialog *dialog, char *buf, size_t size, enum role *ret_role)
{
    struct load_dialog_request request = {0};
    const struct load_dialog_reply *preview = dialog->preview;
    enum load_field field;
    struct error error;
    buf[0] = '\0';
    *ret_role = ROLE_TEXT;
    if (!load_fields_read(dialog, &request, &field, &error)) {
        snprintf(buf, size, "%s", error.text);
        *ret_role = ROLE_WARN;
    } else if (load_dialog_is_current(dialog) && preview && preview->generation == dialog->form.generation &&
               preview->error.code != ECANCELED) {
        if (preview->error.code) {
            snprintf(buf, size, "%s", preview->error.text);
            *ret_role = ROLE_BAD;
        } else if (!preview->is_kept || dialog->facts->file.is_text) {
            put_preview(dialog, buf, size, ret_role);
        }
    }
}

/* --- room --- */

static const char *least_limit(const struct load_dialog *dialog, const struct room *room)
{
    uint64_t least = room_least(room);
    return least == room->filesystem ? dialog->directory
           : least == room->memory   ? "memory (MemAvailable)"
                                     : "this control group";
}

void load_facts_draw_room(const struct load_dialog *dialog, struct cells *cells, int y, int x, int width)
{
    const struct load_dialog_reply *facts = dialog->facts;
    char needed[FORMAT_BYTES_MAX], least[FORMAT_BYTES_MAX], text[512];
    if (!facts || !facts->has_room)
        return;
    const char *about = facts->file.is_estimated ? "about " : "";
    uint64_t room = room_least(&facts->room);
    format_bytes(facts->needed, needed, sizeof needed);
    format_bytes(room, least, sizeof least);
    bool enough = facts->needed <= room;
    if (room == UINT64_MAX)
        snprintf(text, sizeof text, "needs %s%s", about, needed);
    else
        snprintf(text, sizeof text, "needs %s%s, %s%s free in %.300s", about, needed, enough ? "" : "only ",
                 least, least_limit(dialog, &facts->room));
    cells_put_cut(cells, y, x, width, enough ? ROLE_TEXT : ROLE_BAD, 0, text);
}
