/*
 * How the save dialog looks.
 */
#include <stdio.h>
#include <string.h>

#include "core/catalog/format.h"
#include "tui/view/save_private.h"

#define REASON 2 /* lines that a reason may take */

/* The rows inside the form, from the top. */
enum form_row {
    ROW_MATRIX,
    ROW_FILE,
    ROW_PLACE,
    ROW_FORMAT,
    ROW_EXISTS,
    ROW_ROOM,
    ROW_ERROR,
    ROW_BUTTONS,
    ROW_HINT,
    ROW_COUNT
};

/* --- rows --- */

static const char *shape_of(const struct save_dialog *dialog, char *buf, size_t size)
{
    const char *from = dialog->facts->content.shape;
    size_t n = 0;
    if (!dialog->ascii)
        return from;
    for (; *from && n + 1 < size; from++) { /* × is two bytes */
        if ((unsigned char)*from == 0xc3)
            buf[n++] = 'x';
        else if ((unsigned char)*from < 0x80)
            buf[n++] = *from;
    }
    buf[n] = '\0';
    return buf;
}

static void slice_text(const struct save_subject *subject, char *buf, size_t size)
{
    const char *transposed = subject->transposed ? " transposed" : "";
    const char *said = subject->is_said ? ", as you said" : "";
    if (subject->index[0])
        snprintf(buf, size, "of [%.200s]%s%s", subject->index, transposed, said);
    else
        snprintf(buf, size, "all%s%s", transposed, said);
}

static void draw_matrix(const struct save_dialog *dialog, struct cells *cells, int y, int x, int width)
{
    const struct save_dialog_reply *facts = dialog->facts;
    char shape[sizeof facts->content.shape], slice[256];
    int at = x, right = x + width;
    if (!facts || !facts->content.is_read)
        return;
    slice_text(&dialog->subject, slice, sizeof slice);
    const struct {
        enum role role;
        const char *text;
    } parts[] = {{ROLE_TYPE, facts->content.type},
                 {ROLE_TEXT, shape_of(dialog, shape, sizeof shape)},
                 {ROLE_DIM, slice}};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0] && at < right; i++)
        at += cells_put_cut(cells, y, at, right - at, parts[i].role, 0, parts[i].text) + 2;
}

/* Why it cannot be saved, or not there; NULL: nothing is to be said. */
static const char *matrix_reason(const struct save_dialog *dialog)
{
    return dialog->facts && dialog->facts->error.code ? dialog->facts->error.text : NULL;
}

static const char *place_reason(const struct save_dialog *dialog)
{
    const struct save_dialog_reply *facts = dialog->facts;
    bool known = facts && save_dialog_is_current(dialog) && facts->place_state == PLACE_BAD;
    return known ? facts->place_error.text : NULL;
}

static void draw_place(const struct save_dialog *dialog, struct cells *cells, int y, int x, int width)
{
    const struct save_dialog_reply *facts = dialog->facts;
    char bytes[FORMAT_BYTES_MAX];
    if (!facts || !save_dialog_is_current(dialog))
        return;
    if (facts->place_state == PLACE_FREE)
        cells_put_cut(cells, y, x, width, ROLE_GOOD, 0, "a new file");
    if (facts->place_state == PLACE_EXISTS) {
        format_bytes(facts->old_size, bytes, sizeof bytes);
        int put = cells_put_cut(cells, y, x, width, ROLE_WARN, 0, "exists, ");
        cells_put_cut(cells, y, x + put, width - put, ROLE_WARN, 0, bytes);
    }
}

static void draw_room(const struct save_dialog *dialog, struct cells *cells, int y, int x, int width)
{
    const struct save_dialog_reply *facts = dialog->facts;
    char needed[FORMAT_BYTES_MAX], least[FORMAT_BYTES_MAX], text[128];
    int format = -1;
    bool is_placed = facts && (facts->place_state == PLACE_FREE || facts->place_state == PLACE_EXISTS);
    if (!is_placed || !facts->content.is_read || !save_dialog_is_current(dialog))
        return;
    save_dialog_choices(dialog, SAVE_FIELD_FORMAT, &format);
    format_bytes(facts->content.bytes, needed, sizeof needed);
    format_bytes(facts->free, least, sizeof least);
    bool enough = facts->content.bytes <= facts->free;
    const char *about = format == SAVE_CSV ? " or more" : "";
    if (facts->free == UINT64_MAX)
        snprintf(text, sizeof text, "takes %s%s", needed, about);
    else
        snprintf(text, sizeof text, "takes %s%s, %s%s free there", needed, about, enough ? "" : "only ",
                 least);
    cells_put_cut(cells, y, x, width, enough ? ROLE_TEXT : ROLE_BAD, 0, text);
}

static void draw_choice(const struct save_dialog *dialog, enum save_field field, struct cells *cells, int y,
                        int x, int width)
{
    int chosen = -1;
    const char *const *choices = save_dialog_choices(dialog, field, &chosen);
    dialog_choice(cells, y, x, width, choices, chosen, dialog->focus == field);
}

static const char *hint_of(const struct save_dialog *dialog)
{
    switch (dialog->focus) {
    case SAVE_FIELD_FILE:
        return "Tab completes, Up and Down: history, Enter: next";
    case SAVE_FIELD_SAVE:
    case SAVE_FIELD_CANCEL:
        return "Enter: do it, Esc cancels";
    default:
        return "Left and Right choose, Enter: next, Esc cancels";
    }
}

static void draw_form_buttons(const struct save_dialog *dialog, struct cells *cells, int y, int x, int width)
{
    static const char *const buttons[] = {"Save", "Cancel"};
    if (dialog->saving)
        cells_put_cut(cells, y, x, width, ROLE_DIM, 0, "saving…");
    else
        dialog_buttons(cells, y, x, width, buttons, 2,
                       dialog->focus == SAVE_FIELD_SAVE     ? 0
                       : dialog->focus == SAVE_FIELD_CANCEL ? 1
                                                            : -1);
}

/* --- the form --- */

/* The reason that stands in a row; NULL: none. */
static const char *reason_in(const struct save_dialog *dialog, enum form_row row)
{
    return row == ROW_MATRIX  ? matrix_reason(dialog)
           : row == ROW_PLACE ? place_reason(dialog)
           : row == ROW_ERROR ? dialog->error
                              : NULL;
}

/* The rows grow where a reason takes more than one. */
static int row_height(const struct save_dialog *dialog, enum form_row row, int inside)
{
    const char *text = reason_in(dialog, row);
    int width = row == ROW_ERROR ? inside : dialog_field_width(inside);
    if (!text || width < 1)
        return 1;
    int lines = dialog_text(NULL, (struct rect){0, 0, REASON, width}, ROLE_BAD, text);
    return lines > 1 ? lines : 1;
}

/* Lines of the form above a row; ROW_COUNT: of all of it. */
static int row_top(const struct save_dialog *dialog, enum form_row row, int inside)
{
    int top = 0;
    for (int i = 0; i < (int)row; i++)
        top += row_height(dialog, (enum form_row)i, inside);
    return top;
}

static struct rect form_box(const struct save_dialog *dialog, struct rect rect)
{
    int width = dialog_width(rect);
    return dialog_place(rect, row_top(dialog, ROW_COUNT, width - 4) + 2, width);
}

static void draw_label(const struct save_dialog *dialog, enum form_row row, struct cells *cells, int y, int x,
                       int width)
{
    static const struct {
        const char *text;
        enum save_field field;
    } labels[ROW_COUNT] = {
        [ROW_MATRIX] = {"Matrix", SAVE_FIELD_COUNT},
        [ROW_FILE] = {"File", SAVE_FIELD_FILE},
        [ROW_FORMAT] = {"Format", SAVE_FIELD_FORMAT},
        [ROW_EXISTS] = {"If exists", SAVE_FIELD_EXISTS},
    };
    if (labels[row].text)
        dialog_label(cells, y, x, width, labels[row].text, dialog->focus == labels[row].field);
}

/* height: the lines that are there for it. */
static void draw_row(const struct save_dialog *dialog, enum form_row row, struct cells *cells, int y, int x,
                     int width, int height)
{
    int field = row == ROW_ERROR ? x : x + DIALOG_LABEL;
    int rest = row == ROW_ERROR ? width : dialog_field_width(width);
    const char *reason = reason_in(dialog, row);
    draw_label(dialog, row, cells, y, x, width);
    if (reason && rest > 0) {
        dialog_text(cells, (struct rect){y, field, height, rest}, ROLE_BAD, reason);
        return;
    }
    switch (row) {
    case ROW_MATRIX:
        draw_matrix(dialog, cells, y, field, rest);
        break;
    case ROW_FILE:
        line_draw(dialog->file.line, cells, y, field, rest, dialog->focus == SAVE_FIELD_FILE);
        break;
    case ROW_PLACE:
        draw_place(dialog, cells, y, field, rest);
        break;
    case ROW_FORMAT:
        draw_choice(dialog, SAVE_FIELD_FORMAT, cells, y, field, rest);
        break;
    case ROW_EXISTS:
        draw_choice(dialog, SAVE_FIELD_EXISTS, cells, y, field, rest);
        break;
    case ROW_ROOM:
        draw_room(dialog, cells, y, field, rest);
        break;
    case ROW_BUTTONS:
        draw_form_buttons(dialog, cells, y, x, width);
        break;
    case ROW_HINT:
        cells_put_cut(cells, y, x, width, ROLE_DIM, 0, hint_of(dialog));
        break;
    default:
        break;
    }
}

static enum form_row row_of(enum save_field field)
{
    static const enum form_row rows[SAVE_FIELD_COUNT] = {ROW_FILE, ROW_FORMAT, ROW_EXISTS, ROW_BUTTONS,
                                                         ROW_BUTTONS};
    return rows[field];
}

static void draw_form(const struct save_dialog *dialog, struct cells *cells, struct rect rect)
{
    char name[NAME_PRINTABLE_MAX], title[NAME_PRINTABLE_MAX + 16];
    struct rect box = form_box(dialog, rect);
    int inside = box.width - 4, rows = box.height - 2;
    name_escape(dialog->subject.name, strlen(dialog->subject.name), dialog->ascii, name, sizeof name);
    snprintf(title, sizeof title, "Save %s", name);
    cells_box(cells, box, ROLE_RULE, title);
    if (inside < 1 || rows < 1)
        return;
    /* Where not all fits, the field in focus does. */
    int all = row_top(dialog, ROW_COUNT, inside);
    int first = row_top(dialog, row_of(dialog->focus), inside) + 2 - rows;
    first = first > all - rows ? all - rows : first;
    first = first < 0 ? 0 : first;
    for (int row = 0, y = -first; row < ROW_COUNT && y < rows; row++) {
        int height = row_height(dialog, (enum form_row)row, inside);
        if (y >= 0)
            draw_row(dialog, (enum form_row)row, cells, box.y + 1 + y, box.x + 2, inside,
                     height < rows - y ? height : rows - y);
        y += height;
    }
}

/* Below the file's field, over the rest of the form. */
static struct rect list_place(const struct save_dialog *dialog, struct rect rect)
{
    struct rect form = form_box(dialog, rect);
    int top = form.y + 2 + row_top(dialog, ROW_FILE, form.width - 4);
    return (struct rect){top, form.x + 2, rect.y + rect.height - top, form.width - 4};
}

/* --- all --- */

void save_dialog_layout(struct save_dialog *dialog, int rows, int columns, bool ascii)
{
    struct rect rect = {0, 0, rows, columns};
    dialog->height = rows;
    dialog->width = columns;
    dialog->ascii = ascii;
    line_layout(dialog->file.line, dialog_field_width(dialog_width(rect) - 4));
    path_field_layout(&dialog->file, list_place(dialog, rect));
}

void save_dialog_draw(const struct save_dialog *dialog, struct cells *cells, struct rect rect)
{
    static const struct progress_words words = {"Saving", "it appears under its name when it is complete",
                                                "A save is running: stop it and quit?"};
    if (rect.height < 1 || rect.width < 1)
        return;
    if (dialog->saving && progress_box_shows(&dialog->progress)) {
        progress_box_draw(&dialog->progress, &words, cells, rect);
        return;
    }
    draw_form(dialog, cells, rect);
    if (!dialog->saving)
        path_field_draw(&dialog->file, cells, list_place(dialog, rect));
}
