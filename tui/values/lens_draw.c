/*
 * How the lens looks: a row a field, the shapes that are offered, and what comes of it.
 */
#include <stdio.h>
#include <string.h>

#include "tui/view/dialog.h"
#include "tui/values/lens_private.h"

#define FIELD_WIDTH 24 /* of a text; what can be done stands behind it */

enum lens_row {
    ROW_RULE,
    ROW_TYPE,
    ROW_SHAPE,
    ROW_OFFERED,
    ROW_ORDER,
    ROW_OFFSET,
    ROW_VERDICT,
    ROW_BUTTONS,
};

static enum lens_row row_of(enum lens_field field)
{
    static const enum lens_row rows[LENS_FIELD_COUNT] = {ROW_TYPE, ROW_SHAPE, ROW_ORDER, ROW_OFFSET,
                                                         ROW_BUTTONS};
    return rows[field];
}

/* --- rows --- */

static int field_width(int width)
{
    int most = dialog_field_width(width);
    return most < FIELD_WIDTH ? most : FIELD_WIDTH;
}

static void draw_text(const struct line *line, const char *hint, bool focused, struct cells *cells, int y,
                      int x, int width)
{
    int field = field_width(width), behind = x + DIALOG_LABEL + field + 2;
    if (field > 0)
        line_draw(line, cells, y, x + DIALOG_LABEL, field, focused);
    if (focused && behind < x + width)
        cells_put_cut(cells, y, behind, x + width - behind, ROLE_DIM, 0, hint);
}

static int offered_text(const struct lens *lens, size_t index, char *buf, size_t size)
{
    char text[64];
    bool here = (int)index == lens_offered_now(lens);
    matrix_shape_text(lens->offered[index].rank, lens->offered[index].dims, false, text, sizeof text);
    snprintf(buf, size, here ? "[%s]" : " %s ", text);
    return text_width(buf);
}

/* From which one on the chosen one can be seen. */
static size_t first_offered(const struct lens *lens, int width)
{
    char text[80];
    size_t first = 0, now = lens_offered_now(lens) < 0 ? 0 : (size_t)lens_offered_now(lens);
    int used = 0;
    for (size_t i = 0; i <= now && i < lens->offered_count; i++)
        used += offered_text(lens, i, text, sizeof text);
    for (; used > width && first < now; first++)
        used -= offered_text(lens, first, text, sizeof text);
    return first;
}

static void draw_offered(const struct lens *lens, struct cells *cells, int y, int x, int width)
{
    char text[80];
    int room = dialog_field_width(width), right = x + width;
    bool focused = lens->focus == LENS_SHAPE;
    x += DIALOG_LABEL;
    for (size_t i = first_offered(lens, room); i < lens->offered_count && x < right; i++) {
        bool here = (int)i == lens_offered_now(lens);
        if (offered_text(lens, i, text, sizeof text) > right - x && i > 0 && !here)
            return;
        x += cells_put_cut(cells, y, x, right - x, here ? ROLE_STRONG : ROLE_DIM,
                           here && focused ? CELL_SELECTED : 0, text);
    }
}

static void draw_buttons(const struct lens *lens, struct cells *cells, int y, int x, int width)
{
    enum lens_result results[LENS_BUTTONS_MAX];
    const char *texts[LENS_BUTTONS_MAX];
    int n = lens_buttons(lens, results, texts);
    dialog_buttons(cells, y, x, width, texts, n, lens->focus == LENS_BUTTONS ? lens->button : -1);
}

static void draw_rule(struct cells *cells, int y, int x, int width)
{
    cells_rule(cells, y, x - 1, width + 2, ROLE_RULE);
    if (width > 4)
        cells_put_cut(cells, y, x + 2, width - 4, ROLE_STRONG, CELL_BOLD, " Look at its bytes as ");
}

static void draw_label(const struct lens *lens, enum lens_row row, struct cells *cells, int y, int x,
                       int width)
{
    static const char *const labels[LENS_ROWS] = {
        [ROW_TYPE] = "Type", [ROW_SHAPE] = "Shape", [ROW_ORDER] = "Order", [ROW_OFFSET] = "Offset"};
    if (labels[row])
        dialog_label(cells, y, x, width, labels[row], row == row_of(lens->focus));
}

static void draw_row(const struct lens *lens, enum lens_row row, struct cells *cells, int y, int x, int width)
{
    static const char *const orders[] = {"C: rows lie together", "F: columns lie together", NULL};
    draw_label(lens, row, cells, y, x, width);
    switch (row) {
    case ROW_RULE:
        draw_rule(cells, y, x, width);
        break;
    case ROW_TYPE:
        draw_text(lens->type, "Left and Right, or f2, >f8, int32, …", lens->focus == LENS_TYPE, cells, y, x,
                  width);
        break;
    case ROW_SHAPE:
        draw_text(lens->shape, "Up, Down or 1000,768; -1: what fills it", lens->focus == LENS_SHAPE, cells, y,
                  x, width);
        break;
    case ROW_OFFERED:
        draw_offered(lens, cells, y, x, width);
        break;
    case ROW_ORDER:
        dialog_choice(cells, y, x + DIALOG_LABEL, dialog_field_width(width), orders, lens->order,
                      lens->focus == LENS_ORDER);
        break;
    case ROW_OFFSET:
        draw_text(lens->offset, "bytes in front of the first element", lens->focus == LENS_OFFSET, cells, y,
                  x, width);
        break;
    case ROW_VERDICT:
        cells_put_cut(cells, y, x, width,
                      lens->is_right ? ROLE_GOOD
                      : lens->known  ? ROLE_BAD
                                     : ROLE_DIM,
                      0, lens->verdict);
        break;
    case ROW_BUTTONS:
        draw_buttons(lens, cells, y, x, width);
        break;
    }
}

/* --- all --- */

/* Which rows there is room for. */
static void choose(const struct lens *lens, int room, bool chosen[LENS_ROWS])
{
    const enum lens_row order[] = {row_of(lens->focus), ROW_VERDICT, ROW_SHAPE,   ROW_TYPE, ROW_OFFSET,
                                   ROW_ORDER,           ROW_OFFERED, ROW_BUTTONS, ROW_RULE};
    for (size_t i = 0; i < sizeof order / sizeof order[0] && room > 0; i++) {
        room -= !chosen[order[i]];
        chosen[order[i]] = true;
    }
}

void lens_layout(struct lens *lens, int columns)
{
    int width = field_width(columns - 2);
    line_layout(lens->type, width > 0 ? width : 1);
    line_layout(lens->shape, width > 0 ? width : 1);
    line_layout(lens->offset, width > 0 ? width : 1);
}

void lens_draw(const struct lens *lens, struct cells *cells, struct rect rect)
{
    bool chosen[LENS_ROWS] = {false};
    int y = rect.y;
    if (rect.height < 1 || rect.width < 3)
        return;
    choose(lens, rect.height, chosen);
    for (int row = 0; row < LENS_ROWS; row++)
        if (chosen[row])
            draw_row(lens, (enum lens_row)row, cells, y++, rect.x + 1, rect.width - 2);
}
