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
    char slice[256];
    int at = x, right = x + width;
    if (!facts || !facts->content.is_read)
        return;
    slice_text(&dialog->subject, slice, sizeof slice);
    const struct {
        enum role role;
        const char *text;
    } parts[] = {
        {ROLE_TYPE, facts->content.type}, {ROLE_TEXT, dialog->facts->content.shape}, {ROLE_DIM, slice}};
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
    dialog_choice(cells, y, x, width, choices, chosen, file_form_has_focus(&dialog->form, field));
}

static const char *hint_of(const struct save_dialog *dialog)
{
    switch (dialog->form.focus) {
    case SAVE_FIELD_FILE:
        return "Tab completes, Up and Down: history, Enter: next";
    case SAVE_FIELD_SAVE:
    case SAVE_FIELD_CANCEL:
        return "Enter: do it, Esc cancels";
    default:
        return "Left and Right choose, Enter: next, Esc cancels";
    }
}

/* --- the form --- */

/* The reason that stands in a row; NULL: none. */
static const char *reason_in(const struct save_dialog *dialog, enum form_row row)
{
    return row == ROW_MATRIX  ? matrix_reason(dialog)
           : row == ROW_PLACE ? place_reason(dialog)
           : row == ROW_ERROR ? dialog->form.error
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
        dialog_label(cells, y, x, width, labels[row].text,
                     file_form_has_focus(&dialog->form, labels[row].field));
}

/* In a rectangle of as many lines as are there for it. */
static void draw_row(const struct save_dialog *dialog, enum form_row row, struct cells *cells,
                     struct rect rect)
{
    int y = rect.y, x = rect.x, width = rect.width;
    int field = row == ROW_ERROR ? x : x + DIALOG_LABEL;
    int rest = row == ROW_ERROR ? width : dialog_field_width(width);
    const char *reason = reason_in(dialog, row);
    draw_label(dialog, row, cells, y, x, width);
    if (reason && rest > 0) {
        dialog_text(cells, (struct rect){y, field, rect.height, rest}, ROLE_BAD, reason);
        return;
    }
    switch (row) {
    case ROW_MATRIX:
        draw_matrix(dialog, cells, y, field, rest);
        break;
    case ROW_FILE:
        line_draw(dialog->form.file.line, cells, y, field, rest,
                  file_form_has_focus(&dialog->form, SAVE_FIELD_FILE));
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
        file_form_draw_buttons(&dialog->form, "Save", "saving…", cells, rect);
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

static struct file_form_rows place_rows(const struct save_dialog *dialog, struct rect rect)
{
    struct file_form_rows rows;
    int heights[ROW_COUNT];
    for (int row = 0; row < ROW_COUNT; row++)
        heights[row] = row_height(dialog, (enum form_row)row, file_form_inside(rect));
    file_form_rows_place(&rows, rect, heights, ROW_COUNT, row_of(dialog->form.focus));
    return rows;
}

static void draw_form(const struct save_dialog *dialog, struct cells *cells,
                      const struct file_form_rows *rows)
{
    char name[NAME_PRINTABLE_MAX], title[NAME_PRINTABLE_MAX + 16];
    name_escape(dialog->subject.name, strlen(dialog->subject.name), dialog->form.ascii, name, sizeof name);
    snprintf(title, sizeof title, "Save %s", name);
    cells_box(cells, rows->box, ROLE_RULE, title);
    for (int row = 0; row < ROW_COUNT; row++) {
        struct rect at = file_form_row(rows, row);
        if (at.height > 0)
            draw_row(dialog, (enum form_row)row, cells, at);
    }
}

/* --- all --- */

void save_dialog_layout(struct save_dialog *dialog, int rows, int columns, bool ascii)
{
    struct rect rect = {0, 0, rows, columns};
    dialog->form.height = rows;
    dialog->form.ascii = ascii;
    line_layout(dialog->form.file.line, dialog_field_width(file_form_inside(rect)));
    struct file_form_rows placed = place_rows(dialog, rect);
    path_field_layout(&dialog->form.file, file_form_list_place(&placed, rect, ROW_FILE));
}

void save_dialog_draw(const struct save_dialog *dialog, struct cells *cells, struct rect rect)
{
    static const struct progress_words words = {"Saving", "it appears under its name when it is complete",
                                                "A save is running: stop it and quit?"};
    if (rect.height < 1 || rect.width < 1 || file_form_draw_progress(&dialog->form, &words, cells, rect))
        return;
    struct file_form_rows rows = place_rows(dialog, rect);
    draw_form(dialog, cells, &rows);
    if (!dialog->form.running)
        path_field_draw(&dialog->form.file, cells, file_form_list_place(&rows, rect, ROW_FILE));
}
