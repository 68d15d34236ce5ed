/*
 * How the load dialog looks: the form, the list of completions, the progress, the question.
 */
#include <stdio.h>
#include <string.h>

#include "core/catalog/format.h"
#include "tui/view/load_private.h"

#define WIDTH_MAX 96
#define MARGIN    4
#define LIST_MAX  12 /* rows of the box with completions */
#define LABEL     11 /* columns of "If exists  " */
#define REASON    2  /* lines that a reason may take */

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

static int box_width(const struct rect *rect)
{
    int width = rect->width - 2 * MARGIN;
    return rect->width < 60 ? rect->width : width < WIDTH_MAX ? width : WIDTH_MAX;
}

static int field_width(int inside)
{
    return inside > LABEL ? inside - LABEL : 0;
}

/* --- rows --- */

static void put_label(const struct load_dialog *dialog, struct cells *cells, int y, int x, int width,
                      const char *text, enum load_field field)
{
    cells_put(cells, y, x, width < LABEL ? width : LABEL, dialog->focus == field ? ROLE_STRONG : ROLE_DIM,
              dialog->focus == field ? CELL_BOLD : 0, text);
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
    if (line_is_empty(dialog->file) || !facts || facts->file.is_read || !load_dialog_is_current(dialog))
        return NULL;
    return facts->error.text;
}

static void draw_holds(const struct load_dialog *dialog, struct cells *cells, int y, int x, int width)
{
    const struct load_dialog_reply *facts = dialog->facts;
    char shape[sizeof facts->file.shape], bytes[FORMAT_BYTES_MAX];
    int at = x, right = x + width;
    if (line_is_empty(dialog->file)) {
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
    int chosen = 0, right = x + width;
    const char *const *choices = load_dialog_choices(dialog, field, &chosen);
    for (int i = 0; choices[i] && x < right; i++) {
        bool here = i == chosen;
        uint8_t flags = here && dialog->focus == field ? CELL_SELECTED : 0;
        char text[40];
        snprintf(text, sizeof text, here ? "[%s]" : " %s ", choices[i]);
        x += cells_put_cut(cells, y, x, right - x, here ? ROLE_STRONG : ROLE_DIM, flags, text) + 1;
    }
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
    int width = row == ROW_HOLDS ? field_width(inside) : inside;
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
    int width = box_width(&rect);
    return dialog_place(rect, row_top(dialog, ROW_COUNT, width - 4) + 2, width);
}

/* height: the lines that are there for it. */
static void draw_row(const struct load_dialog *dialog, enum form_row row, struct cells *cells, int y, int x,
                     int width, int height)
{
    int field = x + LABEL, rest = field_width(width);
    const char *reason;
    switch (row) {
    case ROW_FILE:
        put_label(dialog, cells, y, x, width, "File", FIELD_FILE);
        line_draw(dialog->file, cells, y, field, rest, dialog->focus == FIELD_FILE);
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
static struct rect list_box(const struct load_dialog *dialog, struct rect rect)
{
    struct rect form = form_box(dialog, rect);
    struct rect box = {form.y + 2, form.x + 2, rect.y + rect.height - form.y - 2, form.width - 4};
    size_t columns = (size_t)completion_columns(dialog->listed, box.width - 4);
    size_t rows = (dialog->listed->count + columns - 1) / columns;
    if (box.height > LIST_MAX)
        box.height = LIST_MAX;
    if ((size_t)box.height > rows + 2)
        box.height = (int)rows + 2;
    return box;
}

static size_t list_fit(const struct load_dialog *dialog)
{
    struct rect box = list_box(dialog, (struct rect){0, 0, dialog->height, dialog->width});
    int rows = box.height > 3 ? box.height - 2 : 1;
    return (size_t)rows * (size_t)completion_columns(dialog->listed, box.width - 4);
}

static void draw_list(const struct load_dialog *dialog, struct cells *cells, struct rect rect)
{
    const struct completion *listed = dialog->listed;
    struct rect box = list_box(dialog, rect);
    size_t first = dialog->listed_first, fit = list_fit(dialog), end = first + fit;
    char title[96];
    if (box.height < 3 || box.width < 8)
        return;
    if (fit >= listed->count)
        snprintf(title, sizeof title, "%zu begin like this", listed->count);
    else
        snprintf(title, sizeof title, "%zu-%zu of %zu%s, Tab: more", first + 1,
                 end < listed->count ? end : listed->count, listed->count, listed->cut ? "+" : "");
    cells_box(cells, box, ROLE_RULE, title);
    completion_draw(listed, first, cells, (struct rect){box.y + 1, box.x + 2, box.height - 2, box.width - 4});
}

/* --- the running load --- */

static uint64_t rate_of(const struct load_dialog *dialog)
{
    int64_t ms = dialog->now - dialog->started;
    return ms > 0 ? (uint64_t)((double)dialog->done * 1000 / (double)ms) : 0;
}

static void draw_numbers(const struct load_dialog *dialog, struct cells *cells, int y, int x, int width)
{
    char done[FORMAT_BYTES_MAX], total[FORMAT_BYTES_MAX], rate[FORMAT_BYTES_MAX], age[FORMAT_AGE_MAX],
        text[160];
    uint64_t per_second = rate_of(dialog);
    format_bytes(dialog->done, done, sizeof done);
    format_bytes(dialog->total, total, sizeof total);
    format_bytes(per_second, rate, sizeof rate);
    int n = snprintf(text, sizeof text, "%s of %s  %s/s", done, total, rate);
    if (per_second > 0 && dialog->total >= dialog->done) {
        format_age((int64_t)((dialog->total - dialog->done) / per_second), age, sizeof age);
        snprintf(text + n, sizeof text - (size_t)n, "  %s left", age);
    }
    int stop = text_width("Esc: cancel");
    cells_put_cut(cells, y, x, width, ROLE_TEXT, 0, text);
    if (text_width(text) + stop + 2 < width)
        cells_put(cells, y, x + width - stop, stop, ROLE_DIM, 0, "Esc: cancel");
}

static void draw_progress(const struct load_dialog *dialog, struct cells *cells, struct rect rect)
{
    struct rect box = dialog_place(rect, 5, box_width(&rect));
    int x = box.x + 2, inside = box.width - 4;
    cells_box(cells, box, ROLE_RULE, "Loading");
    if (inside < 1 || box.height < 3)
        return;
    if (inside > 10) {
        int bar = inside - 5;
        cells_fill(cells, (struct rect){box.y + 1, x, 1, bar}, ROLE_RULE, 0, "─");
        cells_bar(cells, box.y + 1, x, bar, dialog->done, dialog->total, ROLE_LIVE);
        cells_putf(cells, box.y + 1, x + bar + 1, 4, ROLE_STRONG, 0, "%3u%%",
                   dialog->total ? (unsigned)((double)dialog->done * 100 / (double)dialog->total) : 0);
    }
    if (box.height > 3)
        draw_numbers(dialog, cells, box.y + 2, x, inside);
    if (box.height > 4)
        cells_put_cut(cells, box.y + 3, x, inside, ROLE_DIM, 0,
                      "it appears under its name when it is complete");
}

static void draw_question(const struct load_dialog *dialog, struct cells *cells, struct rect rect)
{
    static const char *const buttons[] = {"Go on", "Stop and quit (y)"};
    struct rect box = dialog_place(rect, 4, rect.width < 56 ? rect.width : 56);
    cells_box(cells, box, ROLE_WARN, "Quit");
    if (box.width < 5 || box.height < 3)
        return;
    cells_put_cut(cells, box.y + 1, box.x + 2, box.width - 4, ROLE_TEXT, 0,
                  "A load is running: stop it and quit?");
    if (box.height > 3)
        dialog_buttons(cells, box.y + 2, box.x + 2, box.width - 4, buttons, 2, dialog->quit_focused);
}

/* --- all --- */

void load_dialog_layout(struct load_dialog *dialog, int rows, int columns, bool ascii)
{
    dialog->height = rows;
    dialog->width = columns;
    dialog->ascii = ascii;
    struct rect rect = {0, 0, rows, columns};
    int width = field_width(box_width(&rect) - 4);
    line_layout(dialog->file, width);
    line_layout(dialog->name, width - 24 > 12 ? width - 24 : width);
    line_layout(dialog->mode, 6);
    if (dialog->listed)
        dialog->listed_fit = list_fit(dialog);
}

void load_dialog_draw(const struct load_dialog *dialog, struct cells *cells, struct rect rect)
{
    if (rect.height < 1 || rect.width < 1)
        return;
    if (dialog->asks_quit)
        draw_question(dialog, cells, rect);
    else if (dialog->loading && dialog->now - dialog->started >= LOAD_BOX_DELAY)
        draw_progress(dialog, cells, rect);
    else
        draw_form(dialog, cells, rect);
    if (dialog->listed && !dialog->loading)
        draw_list(dialog, cells, rect);
}
