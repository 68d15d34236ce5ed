/*
 * How the load dialog looks: the form, the list of completions, the progress, the question.
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
    ROW_NAME,
    ROW_MODE,
    ROW_LAYOUT,
    ROW_ORDER,
    ROW_EXISTS,
    ROW_ROOM,
    ROW_ERROR,
    ROW_BUTTONS,
    ROW_HINT,
    ROW_COUNT
};

/* --- rows --- */

static void put_label(const struct load_dialog *dialog, struct cells *cells, int y, int x, int width,
                      const char *text, enum load_field field)
{
    dialog_label(cells, y, x, width, text, dialog->focus == field);
}

static const char *shape_of(const struct load_dialog *dialog, char *buf, size_t size)
{
    const char *from = dialog->facts->file.shape;
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

/* Why nothing is known of the file; NULL: nothing is to be said. */
static const char *reason_of(const struct load_dialog *dialog)
{
    const struct load_dialog_reply *facts = dialog->facts;
    if (line_is_empty(dialog->file.line) || !facts || facts->file.is_read || !load_dialog_is_current(dialog))
        return NULL;
    return facts->error.text;
}

static void draw_holds(const struct load_dialog *dialog, struct cells *cells, int y, int x, int width)
{
    const struct load_dialog_reply *facts = dialog->facts;
    char shape[sizeof facts->file.shape], bytes[FORMAT_BYTES_MAX];
    int at = x, right = x + width;
    if (line_is_empty(dialog->file.line)) {
        cells_put_cut(cells, y, x, width, ROLE_DIM, 0, "a .npy file");
        return;
    }
    if (!facts || !facts->file.is_read)
        return;
    format_bytes(facts->file.bytes, bytes, sizeof bytes);
    const struct {
        enum role role;
        const char *text;
    } parts[] = {{ROLE_DIM, facts->file.kind},
                 {ROLE_TYPE, facts->file.type},
                 {ROLE_TEXT, shape_of(dialog, shape, sizeof shape)},
                 {ROLE_DIM, facts->file.order == 'F' ? "F order"
                            : facts->file.order      ? "C order"
                                                     : ""},
                 {ROLE_TEXT, bytes},
                 {ROLE_GOOD, "ok"}};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0] && at < right; i++)
        if (parts[i].text[0])
            at += cells_put_cut(cells, y, at, right - at, parts[i].role, 0, parts[i].text) + 2;
}

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

static void draw_name(const struct load_dialog *dialog, struct cells *cells, int y, int x, int width)
{
    int field = width - 24 > 12 ? width - 24 : width;
    line_draw(dialog->name, cells, y, x, field, dialog->focus == FIELD_NAME);
    draw_name_state(dialog, cells, y, x + field + 2, width - field - 2);
}

static void draw_choice(const struct load_dialog *dialog, enum load_field field, struct cells *cells, int y,
                        int x, int width)
{
    int chosen = 0;
    const char *const *choices = load_dialog_choices(dialog, field, &chosen);
    dialog_choice(cells, y, x, width, choices, chosen, dialog->focus == field);
}

static const char *least_limit(const struct load_dialog *dialog, const struct room *room)
{
    uint64_t least = room_least(room);
    return least == room->filesystem ? dialog->directory
           : least == room->memory   ? "memory (MemAvailable)"
                                     : "this control group";
}

static void draw_room(const struct load_dialog *dialog, struct cells *cells, int y, int x, int width)
{
    const struct load_dialog_reply *facts = dialog->facts;
    char needed[FORMAT_BYTES_MAX], least[FORMAT_BYTES_MAX], text[512];
    if (!facts || !facts->has_room)
        return;
    uint64_t room = room_least(&facts->room);
    format_bytes(facts->needed, needed, sizeof needed);
    format_bytes(room, least, sizeof least);
    bool enough = facts->needed <= room;
    if (room == UINT64_MAX)
        snprintf(text, sizeof text, "needs %s", needed);
    else
        snprintf(text, sizeof text, "needs %s, %s%s free in %.300s", needed, enough ? "" : "only ", least,
                 least_limit(dialog, &facts->room));
    cells_put_cut(cells, y, x, width, enough ? ROLE_TEXT : ROLE_BAD, 0, text);
}

static const char *hint_of(const struct load_dialog *dialog)
{
    switch (dialog->focus) {
    case FIELD_FILE:
        return "Tab completes, Up and Down: history, Enter: next";
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

static void draw_form_buttons(const struct load_dialog *dialog, struct cells *cells, int y, int x, int width)
{
    static const char *const buttons[] = {"Load", "Cancel"};
    if (dialog->loading)
        cells_put_cut(cells, y, x, width, ROLE_DIM, 0, "loading…");
    else
        dialog_buttons(cells, y, x, width, buttons, 2,
                       dialog->focus == FIELD_LOAD     ? 0
                       : dialog->focus == FIELD_CANCEL ? 1
                                                       : -1);
}

/* The rows grow where a reason takes more than one. */
static int row_height(const struct load_dialog *dialog, enum form_row row, int inside)
{
    const char *text = row == ROW_HOLDS ? reason_of(dialog) : row == ROW_ERROR ? dialog->error : NULL;
    int width = row == ROW_HOLDS ? dialog_field_width(inside) : inside;
    if (!text || width < 1)
        return 1;
    int lines = dialog_text(NULL, (struct rect){0, 0, REASON, width}, ROLE_BAD, text);
    return lines > 1 ? lines : 1;
}

/* Lines of the form above a row; ROW_COUNT: of all of it. */
static int row_top(const struct load_dialog *dialog, enum form_row row, int inside)
{
    int top = 0;
    for (int i = 0; i < (int)row; i++)
        top += row_height(dialog, (enum form_row)i, inside);
    return top;
}

static struct rect form_box(const struct load_dialog *dialog, struct rect rect)
{
    int width = dialog_width(rect);
    return dialog_place(rect, row_top(dialog, ROW_COUNT, width - 4) + 2, width);
}

/* height: the lines that are there for it. */
static void draw_row(const struct load_dialog *dialog, enum form_row row, struct cells *cells, int y, int x,
                     int width, int height)
{
    int field = x + DIALOG_LABEL, rest = dialog_field_width(width);
    const char *reason;
    switch (row) {
    case ROW_FILE:
        put_label(dialog, cells, y, x, width, "File", FIELD_FILE);
        line_draw(dialog->file.line, cells, y, field, rest, dialog->focus == FIELD_FILE);
        break;
    case ROW_HOLDS:
        if ((reason = reason_of(dialog)) && rest > 0)
            dialog_text(cells, (struct rect){y, field, height, rest}, ROLE_BAD, reason);
        else
            draw_holds(dialog, cells, y, field, rest);
        break;
    case ROW_NAME:
        put_label(dialog, cells, y, x, width, "Name", FIELD_NAME);
        draw_name(dialog, cells, y, field, rest);
        break;
    case ROW_MODE:
        put_label(dialog, cells, y, x, width, "Mode", FIELD_MODE);
        line_draw(dialog->mode, cells, y, field, rest < 6 ? rest : 6, dialog->focus == FIELD_MODE);
        break;
    case ROW_LAYOUT:
        put_label(dialog, cells, y, x, width, "Layout", FIELD_LAYOUT);
        draw_choice(dialog, FIELD_LAYOUT, cells, y, field, rest);
        break;
    case ROW_ORDER:
        put_label(dialog, cells, y, x, width, "Order", FIELD_ORDER);
        draw_choice(dialog, FIELD_ORDER, cells, y, field, rest);
        break;
    case ROW_EXISTS:
        put_label(dialog, cells, y, x, width, "If exists", FIELD_EXISTS);
        draw_choice(dialog, FIELD_EXISTS, cells, y, field, rest);
        break;
    case ROW_ROOM:
        draw_room(dialog, cells, y, field, rest);
        break;
    case ROW_ERROR:
        dialog_text(cells, (struct rect){y, x, height, width}, ROLE_BAD, dialog->error);
        break;
    case ROW_BUTTONS:
        draw_form_buttons(dialog, cells, y, x, width);
        break;
    default:
        cells_put_cut(cells, y, x, width, ROLE_DIM, 0, hint_of(dialog));
    }
}

static enum form_row row_of(enum load_field field)
{
    static const enum form_row rows[FIELD_COUNT] = {ROW_FILE,  ROW_NAME,   ROW_MODE,    ROW_LAYOUT,
                                                    ROW_ORDER, ROW_EXISTS, ROW_BUTTONS, ROW_BUTTONS};
    return rows[field];
}

static void draw_form(const struct load_dialog *dialog, struct cells *cells, struct rect rect)
{
    char title[400];
    struct rect box = form_box(dialog, rect);
    int inside = box.width - 4, rows = box.height - 2;
    snprintf(title, sizeof title, "Load a file into %.300s", dialog->directory);
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

/* --- completions --- */

/* Below the file's field, over the rest of the form. */
static struct rect list_place(const struct load_dialog *dialog, struct rect rect)
{
    struct rect form = form_box(dialog, rect);
    return (struct rect){form.y + 2, form.x + 2, rect.y + rect.height - form.y - 2, form.width - 4};
}

/* --- all --- */

void load_dialog_layout(struct load_dialog *dialog, int rows, int columns, bool ascii)
{
    dialog->height = rows;
    dialog->width = columns;
    dialog->ascii = ascii;
    struct rect rect = {0, 0, rows, columns};
    int width = dialog_field_width(dialog_width(rect) - 4);
    line_layout(dialog->file.line, width);
    line_layout(dialog->name, width - 24 > 12 ? width - 24 : width);
    line_layout(dialog->mode, 6);
    path_field_layout(&dialog->file, list_place(dialog, rect));
}

void load_dialog_draw(const struct load_dialog *dialog, struct cells *cells, struct rect rect)
{
    static const struct progress_words words = {"Loading", "it appears under its name when it is complete",
                                                "A load is running: stop it and quit?"};
    if (rect.height < 1 || rect.width < 1)
        return;
    if (dialog->loading && progress_box_shows(&dialog->progress))
        progress_box_draw(&dialog->progress, &words, cells, rect);
    else
        draw_form(dialog, cells, rect);
    if (!dialog->loading)
        path_field_draw(&dialog->file, cells, list_place(dialog, rect));
}
