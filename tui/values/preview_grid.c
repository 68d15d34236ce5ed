/*
 * The preview's grid: frozen headings and the values.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/matrix/number.h"
#include "core/segment/name.h"
#include "tui/values/preview_private.h"

int preview_right_edge(const struct drawing *drawing)
{
    return drawing->rect.x + drawing->rect.width;
}

/* Puts text at x of a row of the rectangle, cut at its right edge; returns the x behind it. */
int preview_put(const struct drawing *drawing, int y, int x, enum role role, uint8_t flags, const char *text)
{
    int room = preview_right_edge(drawing) - x;
    if (room <= 0)
        return x;
    return x + cells_put_cut(drawing->cells, y, x, room, role, flags, text);
}

/* Its text is right-aligned in the width that follows. */
int preview_column_x(const struct drawing *drawing, uint32_t index)
{
    const struct preview *preview = drawing->preview;
    int x = drawing->rect.x + drawing->heading + 1;
    if (preview->hex)
        return x + (int)index * 3 + (drawing->page.wrap >= 16 && index >= drawing->page.wrap / 2);
    for (uint32_t i = 0; i < index && x < preview_right_edge(drawing); i++)
        x += preview_column_width(preview, page_column(&drawing->page, i)) + PREVIEW_GAP;
    return x + PREVIEW_GAP;
}

bool preview_column_is_visible(const struct drawing *drawing, uint32_t i, int x)
{
    int width = preview_column_width(drawing->preview, page_column(&drawing->page, i));
    return x < preview_right_edge(drawing) && (i == 0 || x + width <= preview_right_edge(drawing));
}

/* What is left of a column at the right edge. */
static int visible_width(const struct drawing *drawing, int x, int width)
{
    int left = preview_right_edge(drawing) - x;
    return width < left ? width : left;
}

static void put_aligned(const struct drawing *drawing, int y, int x, int width, uint64_t column,
                        enum role role, uint8_t flags, const char *text)
{
    width = visible_width(drawing, x, width);
    if (preview_is_text(preview_column_kind(drawing->preview, column)))
        cells_put_cut(drawing->cells, y, x, width, role, flags, text);
    else
        cells_put_right(drawing->cells, y, x, width, role, flags, text);
}

void preview_put_value(const struct drawing *drawing, int y, int x, int width, uint64_t column,
                       enum role role, uint8_t flags, const char *text)
{
    bool is_number = !preview_is_text(preview_column_kind(drawing->preview, column));
    width = visible_width(drawing, x, width);
    if (is_number && text_width(text) > width)
        cells_fill(drawing->cells, (struct rect){y, x, 1, width}, role, flags, "#");
    else
        put_aligned(drawing, y, x, width, column, role, flags, text);
}

void preview_column_heading(const struct preview *preview, uint64_t column, char *buf, size_t size)
{
    if (preview->arrangement == ARRANGE_FIELDS) {
        struct dtype_field field = dtype_field_at(&preview->matrix.dtype, column);
        name_escape(field.name, strlen(field.name), preview->ascii, buf, size);
    } else if (preview->hex) {
        snprintf(buf, size, "%2" PRIx64, column);
    } else {
        snprintf(buf, size, "%" PRIu64, column);
    }
}

void preview_draw_header(const struct drawing *drawing, int y)
{
    const struct page *page = &drawing->page;
    char text[PREVIEW_TEXT_MAX];
    cells_fill(drawing->cells, (struct rect){y, drawing->rect.x, 1, drawing->rect.width}, ROLE_TITLE,
               CELL_UNDERLINE, " ");
    if (drawing->preview->matrix.rank == 0 && page->arrangement == ARRANGE_FLAT)
        return;
    for (uint32_t i = 0; i < page->columns; i++) {
        uint64_t column = page_column(page, i);
        int width = preview_column_width(drawing->preview, column), x = preview_column_x(drawing, i);
        if (!preview_column_is_visible(drawing, i, x))
            break;
        preview_column_heading(drawing->preview, column, text, sizeof text);
        enum role role = column == drawing->preview->cursor_column ? ROLE_STRONG : ROLE_TITLE;
        if (page->arrangement == ARRANGE_FIELDS)
            put_aligned(drawing, y, x, width, column, role, CELL_UNDERLINE, text);
        else
            preview_put_value(drawing, y, x, width, column, role, CELL_UNDERLINE, text);
    }
}

static void draw_row_heading(const struct drawing *drawing, int y, uint64_t row)
{
    char text[32];
    const struct preview *preview = drawing->preview;
    if (preview->matrix.rank == 0)
        return;
    if (preview->hex)
        snprintf(text, sizeof text, "%08" PRIx64, row * drawing->page.wrap);
    else if (preview->arrangement == ARRANGE_FLAT)
        snprintf(text, sizeof text, "%" PRIu64, row * drawing->page.wrap);
    else
        snprintf(text, sizeof text, "%" PRIu64, row);
    int width = drawing->heading < drawing->rect.width ? drawing->heading : drawing->rect.width;
    cells_put_right(drawing->cells, y, drawing->rect.x, width,
                    row == preview->cursor_row ? ROLE_STRONG : ROLE_DIM, 0, text);
}

enum role preview_cell_role(const struct drawing *drawing, const uint8_t *cell, uint64_t column)
{
    struct dtype dtype =
        preview_column_dtype(&drawing->preview->matrix, drawing->preview->arrangement, column);
    if (drawing->old)
        return ROLE_DIM;
    if (drawing->preview->hex)
        return *cell ? ROLE_TEXT : ROLE_DIM;
    if (preview_is_text(dtype.kind))
        return ROLE_TEXT;
    return number_is_nan(&dtype, cell) ? ROLE_NAN : number_is_inf(&dtype, cell) ? ROLE_INF : ROLE_TEXT;
}

static bool is_changed(const struct preview *preview, uint64_t row, uint64_t column)
{
    size_t at = page_index(&preview->page, row, column);
    return preview->changed && at != SIZE_MAX && preview->changed[at];
}

static void draw_cell(const struct drawing *drawing, int y, int x, int width, uint64_t row, uint64_t column)
{
    const struct preview *preview = drawing->preview;
    char text[PREVIEW_TEXT_MAX];
    const uint8_t *cell = drawing->usable ? preview_cell(preview, row, column) : NULL;
    bool cursor = row == preview->cursor_row && column == preview->cursor_column;
    bool block = preview_block_holds(preview, row, column);
    uint8_t flags = (cursor || block ? CELL_SELECTED : 0) | (cursor && block ? CELL_UNDERLINE : 0);
    if (flags)
        cells_fill(drawing->cells, (struct rect){y, x, 1, visible_width(drawing, x, width)}, ROLE_TEXT, flags,
                   " ");
    if (!cell) {
        put_aligned(drawing, y, x, width, column, ROLE_DIM, flags, "·");
        return;
    }
    preview_shown_text(preview, cell, column, text, sizeof text);
    if (!drawing->old && is_changed(preview, row, column))
        flags |= CELL_BOLD;
    preview_put_value(drawing, y, x, width, column, preview_cell_role(drawing, cell, column), flags, text);
    if (!cursor && !block && !drawing->old)
        cells_heat(drawing->cells, (struct rect){y, x - 1, 1, visible_width(drawing, x, width) + 1},
                   preview_tint_of(preview, cell, column));
}

/* The bytes of a row as characters, behind them. */
static void draw_characters(const struct drawing *drawing, int y, uint64_t row)
{
    const struct page *page = &drawing->page;
    int x = preview_column_x(drawing, page->wrap - 1) + 4;
    for (uint64_t column = 0;
         column < preview_row_length(drawing->preview, row) && x < preview_right_edge(drawing);
         column++, x++) {
        const uint8_t *cell = drawing->usable ? preview_cell(drawing->preview, row, column) : NULL;
        bool printable = cell && *cell >= 0x20 && *cell < 0x7f;
        bool cursor = row == drawing->preview->cursor_row && column == drawing->preview->cursor_column;
        const char text[2] = {printable ? (char)*cell : '.', '\0'};
        cells_put(drawing->cells, y, x, 1, printable && !drawing->old ? ROLE_TEXT : ROLE_DIM,
                  cursor ? CELL_SELECTED : 0, text);
    }
}

static void draw_row(const struct drawing *drawing, int y, uint64_t row)
{
    const struct page *page = &drawing->page;
    uint64_t length = preview_row_length(drawing->preview, row);
    draw_row_heading(drawing, y, row);
    for (uint32_t i = 0; i < page->columns && page_column(page, i) < length; i++) {
        uint64_t column = page_column(page, i);
        int width = preview_column_width(drawing->preview, column), x = preview_column_x(drawing, i);
        if (!preview_column_is_visible(drawing, i, x))
            break;
        if (page->kept > 0 && i == page->kept)
            cells_put(drawing->cells, y, x - PREVIEW_GAP, 1, ROLE_RULE, 0, "│");
        draw_cell(drawing, y, x, width, row, column);
    }
    if (drawing->preview->hex)
        draw_characters(drawing, y, row);
}

void preview_draw_grid(const struct drawing *drawing, int y, int rows)
{
    const struct preview *preview = drawing->preview;
    char text[1024], shape[896];
    if (!preview->has_matrix)
        return;
    if (drawing->page.rows == 0 || drawing->page.columns == 0) {
        matrix_shape_text(preview->matrix.rank, preview->matrix.shape, preview->ascii, shape, sizeof shape);
        snprintf(text, sizeof text, preview->hex ? "no bytes" : "no elements: the shape is %s", shape);
        preview_put(drawing, y, drawing->rect.x + 1, ROLE_DIM, 0, text);
        return;
    }
    for (int i = 0; i < rows && (uint32_t)i < drawing->page.rows; i++)
        draw_row(drawing, y + i, drawing->page.top + (uint64_t)i);
}
