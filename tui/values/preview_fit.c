/*
 * What fits: the lines of the rectangle, the width of columns, the scroll. A column is as wide as what it
 * shows, and never gets narrower while the same axes are shown, so that scrolling does not make it flicker.
 */
#include <stdlib.h>
#include <string.h>

#include "core/matrix/number.h"
#include "core/segment/name.h"
#include "core/sys/checked.h"
#include "tui/term/width.h"
#include "tui/values/map.h"
#include "tui/values/preview_private.h"

#define WIDTH_MIN  3
#define TEXT_MAX   32 /* columns of a text's column */
#define NUMBER_MAX 64
#define HEX_MARGIN 13 /* columns beside the bytes of a row: offset, blanks */

bool preview_has_slices(const struct preview *preview)
{
    /* Two axes as usual need no words. */
    return preview->has_matrix && (preview->step_axis >= 0 || (preview->arrangement == ARRANGE_PLANE &&
                                                               preview->row_axis > preview->column_axis));
}

bool preview_has_remark(const struct preview *preview)
{
    return preview->plight != PLIGHT_FINE || (preview->reason && preview->saying == SAYING_NOTHING);
}

/* The rows of the lens: one goes before all but a row of values. */
static int panel_rows(const struct preview *preview, int left)
{
    int rows = left > 2 ? left - 2 : left > 0;
    return !preview->lens ? 0 : rows < LENS_ROWS ? rows : LENS_ROWS;
}

struct preview_lines preview_lines(const struct preview *preview)
{
    struct preview_lines lines = {0};
    int left = preview->height - 1; /* one row of values goes before all */
    lines.panel = panel_rows(preview, left);
    left -= lines.panel;
    if (left > 0) {
        lines.bottom = true;
        left--;
    }
    if (left > 0) {
        lines.title = true;
        left--;
    }
    if (left > 0) {
        lines.header = true;
        left--;
    }
    if (left > 1 && (preview_has_slices(preview) || preview_has_remark(preview))) {
        lines.slice = true;
        left--;
    }
    lines.figures = preview_figures_rows(preview);
    lines.scale = preview_tint_rows(preview);
    lines.first = lines.title + lines.panel + lines.slice + lines.header;
    lines.rows = preview->height - lines.first - lines.bottom - lines.figures - lines.scale;
    return lines;
}

static int digits(uint64_t value)
{
    int n = 1;
    for (; value >= 10; value /= 10)
        n++;
    return n;
}

/* Of all rows, not of those that are visible: so it stays the same wherever one is. */
static uint64_t last_heading(const struct preview *preview)
{
    if (preview->arrangement == ARRANGE_FLAT)
        return preview->matrix.rank == 0 ? 0 : preview->matrix.shape[0];
    return preview_grid_rows(preview);
}

int preview_heading_width(const struct preview *preview)
{
    if (preview->hex)
        return 10;
    if (preview->matrix.rank == 0)
        return 1;
    int width = digits(last_heading(preview));
    return (width < 4 ? 4 : width) + 1;
}

/* Room for columns; a gap stands in front of each, a blank at either edge. */
static int room(const struct preview *preview)
{
    int width = preview->breadth - preview_heading_width(preview) - 2;
    return width < 1 ? 1 : width;
}

int preview_widest(const struct preview *preview)
{
    int most = room(preview) - PREVIEW_GAP;
    return most < 1 ? 1 : most;
}

static int bounded(const struct preview *preview, int width, uint64_t column)
{
    int most = preview_widest(preview);
    int limit = preview_grid_columns(preview) == 1                      ? most
                : preview_is_text(preview_column_kind(preview, column)) ? TEXT_MAX
                                                                        : NUMBER_MAX;
    if (width < WIDTH_MIN)
        width = WIDTH_MIN;
    if (width > limit)
        width = limit;
    return width > most ? most : width;
}

static bool has_own_widths(const struct preview *preview)
{
    return preview->arrangement == ARRANGE_FIELDS && preview->widths;
}

int preview_natural_width(const struct preview *preview, uint64_t column)
{
    return bounded(preview, has_own_widths(preview) ? preview->widths[column] : preview->width, column);
}

int preview_column_width(const struct preview *preview, uint64_t column)
{
    if (preview->hex)
        return 2;
    int chosen = has_own_widths(preview) ? preview->chosen_widths[column] : preview->chosen_width;
    if (chosen == 0)
        return preview_natural_width(preview, column);
    return chosen > preview_widest(preview) ? preview_widest(preview) : chosen;
}

static int kept_width(const struct preview *preview, uint32_t kept)
{
    int width = 0;
    for (uint32_t i = 0; i < kept; i++)
        width += preview_column_width(preview, i) + PREVIEW_GAP;
    return width;
}

/* As many as leave room for another column. */
uint32_t preview_kept_that_fit(const struct preview *preview, uint32_t kept)
{
    uint64_t columns = preview_grid_columns(preview);
    uint32_t fit = 0;
    int used = 0, all = room(preview);
    while (fit < kept && fit + 1 < columns) {
        used += preview_column_width(preview, fit) + PREVIEW_GAP;
        if (used + preview_column_width(preview, fit + 1) + PREVIEW_GAP > all)
            break;
        fit++;
    }
    return fit;
}

uint64_t preview_columns_that_fit(const struct preview *preview, uint64_t left)
{
    uint64_t columns = preview_grid_columns(preview), n = 0;
    int used = 0, all = room(preview) - kept_width(preview, preview->kept_shown);
    if (preview->arrangement == ARRANGE_FLAT)
        return columns;
    while (left + n < columns) {
        used += preview_column_width(preview, left + n) + PREVIEW_GAP;
        if (used > all)
            break;
        n++;
    }
    return n ? n : 1;
}

/* --- wrapping --- */

/* Values a row: a number that people can count with. */
static uint32_t wrap_for(int columns)
{
    static const uint16_t choices[] = {1000, 500, 200, 100, 50, 40, 32, 20, 16, 10, 8, 5, 4, 2};
    for (size_t i = 0; i < sizeof choices / sizeof choices[0]; i++)
        if (choices[i] <= columns)
            return choices[i];
    return 1;
}

static uint32_t hex_wrap_for(int breadth)
{
    uint32_t wrap = PREVIEW_HEX_WRAP;
    while (wrap > 1 && HEX_MARGIN + (int)wrap * 4 > breadth)
        wrap /= 2;
    return wrap;
}

static void settle_wrap(struct preview *preview)
{
    if (preview->arrangement != ARRANGE_FLAT)
        return;
    uint32_t wrap = preview->hex ? hex_wrap_for(preview->breadth)
                                 : wrap_for(room(preview) / (preview_column_width(preview, 0) + PREVIEW_GAP));
    if (wrap != preview->wrap)
        preview_rewrap(preview, wrap);
}

/* --- scrolling: no further than the cursor needs, but after a jump it gets neighbours on all sides --- */

static void settle_rows(struct preview *preview)
{
    uint64_t rows = preview_grid_rows(preview), shown = preview->rows > 0 ? (uint64_t)preview->rows : 1;
    uint64_t last = rows > shown ? rows - shown : 0, margin = preview->jumped && shown > 2;
    uint64_t cursor = preview->cursor_row, top = preview->top;
    if (preview->jumped && (cursor < top + margin || cursor - top + margin >= shown))
        preview->top = cursor - min_u64(cursor, shown / 2);
    else if (cursor < top)
        preview->top = cursor;
    else if (cursor - top >= shown)
        preview->top = cursor - shown + 1;
    if (preview->top > last)
        preview->top = last;
}

/* The first of the columns that end with `end` and fit into so much room; `end` itself where none does. */
static uint64_t first_before(const struct preview *preview, uint64_t end, int within)
{
    int used = preview_column_width(preview, end) + PREVIEW_GAP;
    uint64_t first = end;
    while (first > preview->kept_shown) {
        used += preview_column_width(preview, first - 1) + PREVIEW_GAP;
        if (used > within)
            break;
        first--;
    }
    return first;
}

static void settle_columns(struct preview *preview)
{
    if (preview->arrangement == ARRANGE_FLAT)
        return;
    uint64_t cursor = preview->cursor_column, kept = preview->kept_shown;
    preview->left = max_u64(preview->left, kept);
    if (cursor < kept || preview_grid_columns(preview) == 0)
        return;
    int within = room(preview) - kept_width(preview, preview->kept_shown);
    uint64_t fit = preview_columns_that_fit(preview, preview->left), last = preview_grid_columns(preview) - 1;
    uint64_t margin = preview->jumped && fit > 2;
    if (preview->jumped && (cursor < preview->left + margin || cursor - preview->left + margin >= fit))
        preview->left = min_u64(
            first_before(preview, cursor, (within + preview_column_width(preview, cursor)) / 2 + PREVIEW_GAP),
            first_before(preview, last, within));
    else if (cursor < preview->left)
        preview->left = cursor;
    else if (cursor - preview->left >= fit)
        preview->left = first_before(preview, cursor, within);
}

/* --- widths --- */

static int cell_width(const struct preview *preview, uint64_t row, uint64_t column)
{
    char text[PREVIEW_TEXT_MAX];
    const uint8_t *cell = preview_cell(preview, row, column);
    if (!cell)
        return 0;
    preview_shown_text(preview, cell, column, text, sizeof text);
    return text_width(text);
}

static int field_name_width(const struct preview *preview, uint64_t column)
{
    struct dtype_field field = dtype_field_at(&preview->matrix.dtype, column);
    char text[PREVIEW_TEXT_MAX];
    name_escape(field.name, strlen(field.name), preview->ascii, text, sizeof text);
    return text_width(text);
}

static int header_width(const struct preview *preview, uint64_t column)
{
    return preview->arrangement == ARRANGE_FIELDS ? field_name_width(preview, column) : digits(column);
}

static int page_column_width(const struct preview *preview, uint64_t column)
{
    const struct page *page = &preview->page;
    int width = header_width(preview, column), figure = preview_figure_width(preview, column);
    if (figure > width)
        width = figure;
    for (uint64_t row = page->top; row < page->top + page->rows; row++) {
        int cell = cell_width(preview, row, column);
        if (cell > width)
            width = cell;
    }
    return width > UINT16_MAX ? UINT16_MAX : width;
}

/* Only columns that are then still visible make the common width. */
static void learn_common_width(struct preview *preview)
{
    const struct page *page = &preview->page;
    int width = preview->width;
    for (uint32_t i = 0; i < page->columns; i++) {
        int column = page_column_width(preview, page_column(page, i));
        if (column > width)
            width = column;
        if ((int64_t)(i + 1) * (bounded(preview, width, 0) + PREVIEW_GAP) > room(preview))
            break;
    }
    preview->width = width;
}

static void learn_widths(struct preview *preview)
{
    const struct page *page = &preview->page;
    struct page now = preview_page(preview);
    if (preview->hex || !preview->has_values || !page_same_slice(page, &now))
        return;
    if (!has_own_widths(preview)) {
        learn_common_width(preview);
        return;
    }
    for (uint32_t i = 0; i < page->columns; i++) {
        uint64_t column = page_column(page, i);
        int width = page_column_width(preview, column);
        if (width > preview->widths[column])
            preview->widths[column] = (uint16_t)width;
    }
}

void preview_show_heat(struct preview *preview, bool heat)
{
    preview->heat = heat;
}

static void layout_grid(struct preview *preview)
{
    learn_widths(preview);
    settle_wrap(preview);
    preview_place_clamp(preview);
    settle_rows(preview);
    preview->kept_shown =
        preview->arrangement == ARRANGE_FLAT ? 0 : preview_kept_that_fit(preview, preview->kept);
    settle_columns(preview);
    preview->jumped = false;
    preview_tint_layout(preview);
}

void preview_layout(struct preview *preview, int rows, int columns, bool ascii)
{
    preview->height = rows < 0 ? 0 : rows;
    preview->breadth = columns < 0 ? 0 : columns;
    preview->ascii = ascii;
    preview->rows = preview_lines(preview).rows;
    if (preview->line) {
        int width = preview->breadth - text_width(preview_line_prompt(preview)) - 1;
        line_layout(preview->line, width > 0 ? width : 1);
    }
    if (preview->lens)
        lens_layout(preview->lens, preview->breadth);
    if (preview->has_matrix)
        layout_grid(preview);
    if (preview->screen == SCREEN_CENSUS)
        census_layout(preview);
    preview_map_layout(preview);
}
