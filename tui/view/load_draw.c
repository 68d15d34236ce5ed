/*
 * How the load dialog's form looks. What it says of file and name is load_facts.c's.
 */
#include <stdio.h>
#include <string.h>

#include "core/catalog/format.h"
#include "tui/view/load_private.h"

#define REASON 2 /* lines that a reason may take */

/* The rows inside the form, from the top. */
enum form_row {
    ROW_FILE,
    ROW_HOLDS,
    ROW_MEMBER,
    ROW_DELIMITER,
    ROW_HEADERS,
    ROW_NAME,
    ROW_MODE,
    ROW_TYPE,
    ROW_SHAPE,
    ROW_PREVIEW,
    ROW_LOSSY,
    ROW_ORDER,
    ROW_LAYOUT,
    ROW_EXISTS,
    ROW_ROOM,
    ROW_REMOVAL,
    ROW_ERROR,
    ROW_BUTTONS,
    ROW_HINT,
    ROW_COUNT
};

/* Rows with a field; what has none is drawn by what it says. */
static const struct {
    enum form_row row;
    const char *label;
} fields[FIELD_COUNT] = {
    [FIELD_FILE] = {ROW_FILE, "File"},
    [FIELD_MEMBER] = {ROW_MEMBER, "Member"},
    [FIELD_DELIMITER] = {ROW_DELIMITER, "Delimiter"},
    [FIELD_HEADERS] = {ROW_HEADERS, "Headers"},
    [FIELD_NAME] = {ROW_NAME, "Name"},
    [FIELD_MODE] = {ROW_MODE, "Mode"},
    [FIELD_TYPE] = {ROW_TYPE, "Type"},
    [FIELD_SHAPE] = {ROW_SHAPE, "Shape"},
    [FIELD_LOSSY] = {ROW_LOSSY, "If lossy"},
    [FIELD_ORDER] = {ROW_ORDER, "Order"},
    [FIELD_LAYOUT] = {ROW_LAYOUT, "Layout"},
    [FIELD_EXISTS] = {ROW_EXISTS, "If exists"},
    [FIELD_LOAD] = {ROW_BUTTONS, NULL},
    [FIELD_CANCEL] = {ROW_BUTTONS, NULL},
};

/* The field of a row; FIELD_COUNT: it has none. */
static enum load_field field_at(enum form_row row)
{
    int field = 0;
    while (field < FIELD_COUNT && fields[field].row != row)
        field++;
    return (enum load_field)field;
}

/* --- the rows' heights --- */

/* A text that may take several lines. "" : there is none. */
static void text_of(const struct load_dialog *dialog, enum form_row row, char *buf, size_t size,
                    enum role *ret_role)
{
    const struct load_dialog_reply *facts = load_dialog_is_current(dialog) ? dialog->facts : NULL;
    const char *reason = row == ROW_HOLDS ? load_facts_reason(dialog) : NULL;
    buf[0] = '\0';
    *ret_role = ROLE_BAD;
    if (reason)
        snprintf(buf, size, "%s", reason);
    else if (row == ROW_PREVIEW)
        load_facts_preview(dialog, buf, size, ret_role);
    else if (row == ROW_ERROR)
        snprintf(buf, size, "%s", dialog->form.error);
    else if (row == ROW_REMOVAL && facts) {
        snprintf(buf, size, "%s", facts->removal);
        *ret_role = ROLE_WARN;
    }
}

static int text_indent(enum form_row row)
{
    return row == ROW_HOLDS || row == ROW_PREVIEW ? DIALOG_LABEL : 0;
}

static int row_height(const struct load_dialog *dialog, enum form_row row, int inside)
{
    char text[ERROR_TEXT_MAX + 64];
    enum role role;
    enum load_field field = field_at(row);
    if (field != FIELD_COUNT)
        return load_field_is_shown(dialog, field);
    text_of(dialog, row, text, sizeof text, &role);
    if (row == ROW_REMOVAL && !text[0])
        return 0;
    struct rect rect = {0, 0, REASON, inside - text_indent(row)};
    int lines = rect.width < 1     ? 1
                : text[0]          ? dialog_text(NULL, rect, role, text)
                : row == ROW_HOLDS ? load_facts_draw_file(dialog, NULL, rect)
                                   : 1;
    return lines > 1 ? lines : 1;
}

/* --- rows --- */

static void draw_choice(const struct load_dialog *dialog, enum load_field field, struct cells *cells, int y,
                        int x, int width)
{
    int chosen = 0;
    const char *const *choices = load_field_choices(dialog, field, &chosen);
    dialog_choice(cells, y, x, width, choices, chosen, file_form_has_focus(&dialog->form, field));
}

static void draw_combo(const struct load_dialog *dialog, const struct combo *combo, enum load_field field,
                       struct cells *cells, int y, int x, int width)
{
    combo_draw(combo, cells, y, x, width, file_form_has_focus(&dialog->form, field));
}

static const char *hint_of(const struct load_dialog *dialog)
{
    switch (dialog->form.focus) {
    case FIELD_FILE:
        return "Tab completes, Up and Down: history, Enter: next";
    case FIELD_MEMBER:
        return dialog->members_open ? "Up and Down choose, Enter: next, Esc closes the list"
                                    : "Left and Right choose, Space: list, Enter: next, Esc cancels";
    case FIELD_DELIMITER:
    case FIELD_HEADERS:
    case FIELD_TYPE:
    case FIELD_SHAPE:
        return "Left and Right choose, or type another; Enter: next, Esc cancels";
    case FIELD_NAME:
    case FIELD_MODE:
        return "Enter: next, Esc cancels";
    case FIELD_LOAD:
    case FIELD_CANCEL:
        return "Enter: do it, Esc cancels";
    default:
        return "Left and Right choose, Enter: next, Esc cancels";
    }
}

static void draw_field(const struct load_dialog *dialog, enum load_field field, struct cells *cells, int y,
                       int x, int width)
{
    switch (field) {
    case FIELD_FILE:
        line_draw(dialog->form.file.line, cells, y, x, width, file_form_has_focus(&dialog->form, FIELD_FILE));
        break;
    case FIELD_MEMBER:
        load_members_draw_chosen(dialog, cells, y, x, width);
        break;
    case FIELD_DELIMITER:
        draw_combo(dialog, &dialog->delimiter, field, cells, y, x, width);
        break;
    case FIELD_HEADERS:
        draw_combo(dialog, &dialog->headers, field, cells, y, x, width);
        break;
    case FIELD_TYPE:
        draw_combo(dialog, &dialog->type, field, cells, y, x, width);
        break;
    case FIELD_SHAPE:
        draw_combo(dialog, &dialog->shape, field, cells, y, x, width);
        break;
    case FIELD_NAME:
        load_facts_draw_name(dialog, cells, y, x, width);
        break;
    case FIELD_MODE:
        load_facts_draw_mode(dialog, cells, y, x, width);
        break;
    default:
        draw_choice(dialog, field, cells, y, x, width);
    }
}

static void draw_facts(const struct load_dialog *dialog, enum form_row row, struct cells *cells,
                       struct rect rect)
{
    char text[ERROR_TEXT_MAX + 64];
    enum role role;
    int indent = text_indent(row);
    struct rect field = {rect.y, rect.x + DIALOG_LABEL, rect.height, dialog_field_width(rect.width)};
    text_of(dialog, row, text, sizeof text, &role);
    if (text[0] && rect.width > indent)
        dialog_text(cells, (struct rect){rect.y, rect.x + indent, rect.height, rect.width - indent}, role,
                    text);
    else if (row == ROW_HOLDS && field.width > 0)
        load_facts_draw_file(dialog, cells, field);
    else if (row == ROW_ROOM)
        load_facts_draw_room(dialog, cells, field.y, field.x, field.width);
    else if (row == ROW_HINT)
        cells_put_cut(cells, rect.y, rect.x, rect.width, ROLE_DIM, 0, hint_of(dialog));
}

/* In a rectangle of as many lines as are there for it. */
static void draw_row(const struct load_dialog *dialog, enum form_row row, struct cells *cells,
                     struct rect rect)
{
    enum load_field field = field_at(row);
    if (row == ROW_BUTTONS) {
        file_form_draw_buttons(&dialog->form, "Load", "loading…", cells, rect);
    } else if (field == FIELD_COUNT) {
        draw_facts(dialog, row, cells, rect);
    } else {
        dialog_label(cells, rect.y, rect.x, rect.width, fields[field].label,
                     file_form_has_focus(&dialog->form, field));
        if (dialog_field_width(rect.width) > 0)
            draw_field(dialog, field, cells, rect.y, rect.x + DIALOG_LABEL, dialog_field_width(rect.width));
    }
}

/* --- the form --- */

static struct file_form_rows place_rows(const struct load_dialog *dialog, struct rect rect)
{
    struct file_form_rows rows;
    int heights[ROW_COUNT];
    for (int row = 0; row < ROW_COUNT; row++)
        heights[row] = row_height(dialog, (enum form_row)row, file_form_inside(rect));
    file_form_rows_place(&rows, rect, heights, ROW_COUNT, fields[dialog->form.focus].row);
    return rows;
}

static void draw_form(const struct load_dialog *dialog, struct cells *cells,
                      const struct file_form_rows *rows)
{
    char title[400];
    snprintf(title, sizeof title, "Load a file into %.300s", dialog->directory);
    cells_box(cells, rows->box, ROLE_RULE, title);
    for (int row = 0; row < ROW_COUNT; row++) {
        struct rect at = file_form_row(rows, row);
        if (at.height > 0)
            draw_row(dialog, (enum form_row)row, cells, at);
    }
}

/* --- all --- */

void load_dialog_layout(struct load_dialog *dialog, int rows, int columns, bool ascii)
{
    dialog->form.height = rows;
    dialog->form.ascii = ascii;
    struct rect rect = {0, 0, rows, columns};
    int width = dialog_field_width(file_form_inside(rect));
    line_layout(dialog->form.file.line, width);
    line_layout(dialog->name, width - 24 > 12 ? width - 24 : width);
    line_layout(dialog->mode, 6);
    for (int field = 0; field < FIELD_COUNT; field++) {
        struct combo *combo = load_field_combo(dialog, (enum load_field)field);
        if (combo)
            combo_layout(combo, width);
    }
    struct file_form_rows placed = place_rows(dialog, rect);
    path_field_layout(&dialog->form.file, file_form_list_place(&placed, rect, ROW_FILE));
    load_members_layout(dialog, file_form_list_place(&placed, rect, ROW_MEMBER));
}

void load_dialog_draw(const struct load_dialog *dialog, struct cells *cells, struct rect rect)
{
    static const struct progress_words words = {"Loading", "it appears under its name when it is complete",
                                                "A load is running: stop it and quit?"};
    if (rect.height < 1 || rect.width < 1 || file_form_draw_progress(&dialog->form, &words, cells, rect))
        return;
    struct file_form_rows rows = place_rows(dialog, rect);
    draw_form(dialog, cells, &rows);
    if (dialog->form.running)
        return;
    path_field_draw(&dialog->form.file, cells, file_form_list_place(&rows, rect, ROW_FILE));
    load_members_draw(dialog, cells, file_form_list_place(&rows, rect, ROW_MEMBER));
}
