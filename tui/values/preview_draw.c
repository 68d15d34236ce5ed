/*
 * How the preview looks: title, slice, frozen headings, values, and the cell under the cursor in full.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/catalog/column.h"
#include "core/matrix/number.h"
#include "core/matrix/window.h"
#include "core/segment/name.h"
#include "core/sys/checked.h"
#include "tui/values/map.h"
#include "tui/values/preview_private.h"

#define SLICE_TEXT_MAX 1536

/* --- the title --- */

static void size_text(uint64_t bytes, char buf[16])
{
    format_bytes(bytes, buf, 16);
}

static const char *order_text(const struct matrix *matrix)
{
    return matrix->rank < 2 ? "" : matrix->order == 'F' ? "F order" : "C order";
}

/* What raw bytes are they do not say themselves. */
static int draw_who_says(const struct drawing *drawing, int y, int x)
{
    static const char *const words[] = {[DESCRIPTION_NONE] = "",
                                        [DESCRIPTION_ATTRIBUTE] = "(its attribute says so)",
                                        [DESCRIPTION_STATE] = "(your state file says so)",
                                        [DESCRIPTION_RULE] = "(the admin's rules say so)"};
    if (preview_is_said(drawing->preview))
        return preview_put(drawing, y, x, ROLE_WARN, 0, "(you said so)") + 1;
    int end = preview_put(drawing, y, x, ROLE_DIM, 0, words[drawing->preview->described]);
    return end > x ? end + 1 : x;
}

static int draw_what(const struct drawing *drawing, int y, int x)
{
    const struct preview *preview = drawing->preview;
    char text[1024];
    if (preview->saying == SAYING_NONSENSE)
        return preview_put(drawing, y, x, ROLE_WARN, 0, "as nothing that fits");
    if (preview->hex || !preview->has_matrix) {
        const char *name = layout_name(preview->layout);
        return preview_put(drawing, y, x, ROLE_TYPE, 0, name ? name : "");
    }
    char type[DTYPE_NAME_MAX];
    bool said = preview_is_said(preview);
    dtype_name(&preview->matrix.dtype, type);
    if (said) /* nobody shall take it for what is known */
        x = preview_put(drawing, y, x, ROLE_WARN, 0, "as ");
    x = preview_put(drawing, y, x, ROLE_TYPE, 0, type) + 1;
    x = draw_who_says(drawing, y, x);
    matrix_shape_text(preview->matrix.rank, preview->matrix.shape, preview->ascii, text, sizeof text);
    return preview_put(drawing, y, x, ROLE_TEXT, 0, text);
}

struct status {
    enum role role;
    const char *text;
};

static struct status status_of(const struct preview *preview)
{
    switch (preview->plight) {
    case PLIGHT_GONE:
        return (struct status){ROLE_BAD, "gone"};
    case PLIGHT_OTHER:
        return (struct status){ROLE_BAD, "replaced"};
    case PLIGHT_SHRUNK:
        return (struct status){ROLE_BAD, "shrunk"};
    case PLIGHT_DAMAGED:
    case PLIGHT_FAILED:
        return (struct status){ROLE_BAD, "not readable"};
    default:
        break;
    }
    if (preview->frozen)
        return (struct status){ROLE_WARN, "frozen (Z)"};
    return preview->looked ? (struct status){ROLE_LIVE, "● live"} : (struct status){ROLE_DIM, "reading…"};
}

/* At the right: whether it is up to date, and in which format. Takes its room from the rectangle. */
static void draw_status(struct drawing *drawing, int y)
{
    struct status status = status_of(drawing->preview);
    char words[64];
    preview_format_words(drawing->preview, words, sizeof words);
    int width = text_width(status.text);
    if (width + 12 >= drawing->rect.width)
        return;
    cells_put(drawing->cells, y, preview_right_edge(drawing) - width - 1, width, status.role, 0, status.text);
    drawing->rect.width -= width + 3;
    width = text_width(words);
    if (width == 0 || width + 12 >= drawing->rect.width)
        return;
    cells_put(drawing->cells, y, preview_right_edge(drawing) - width, width, ROLE_STRONG, 0, words);
    drawing->rect.width -= width + 2;
}

void preview_draw_title(struct drawing *drawing, int y)
{
    const struct preview *preview = drawing->preview;
    struct rect all = drawing->rect;
    char name[NAME_PRINTABLE_MAX], size[16];
    draw_status(drawing, y);
    name_escape(preview->reach.name, strlen(preview->reach.name), preview->ascii, name, sizeof name);
    /* A long name leaves room for what it is. */
    int x = all.x + 1, most = drawing->rect.width > 60 ? drawing->rect.width - 40 : drawing->rect.width;
    x += cells_put_cut(drawing->cells, y, x, most - 1, strchr(name, '\\') ? ROLE_ESCAPED : ROLE_STRONG,
                       CELL_BOLD, name);
    if (preview->reach.unlinked)
        x = preview_put(drawing, y, x + 1, ROLE_WARN, 0, "(unlinked)");
    x = draw_what(drawing, y, x + 2);
    if (preview->looked) {
        size_text(preview->size, size);
        x = preview_put(drawing, y, x + 2, ROLE_TEXT, 0, size);
        if (preview->has_matrix)
            preview_put(drawing, y, x + 2, ROLE_DIM, 0, order_text(&preview->matrix));
    }
    drawing->rect = all;
}

/* --- the slice --- */

void preview_slice_text(const struct drawing *drawing, char *buf, size_t size)
{
    const struct page *page = &drawing->page;
    size_t n = (size_t)snprintf(buf, size, "a[");
    for (int axis = 0; axis < drawing->preview->matrix.rank && n < size; axis++) {
        const char *comma = axis > 0 ? "," : "";
        if (axis == page->row_axis || axis == page->column_axis)
            n += (size_t)snprintf(buf + n, size - n, "%s:", comma);
        else
            n += (size_t)snprintf(buf + n, size - n, "%s%" PRIu64, comma, page->fixed[axis]);
    }
    if (n < size)
        snprintf(buf + n, size - n, "]");
}

void preview_draw_bar(const struct drawing *drawing, int y, int x, int width, uint64_t part, uint64_t whole)
{
    cells_put(drawing->cells, y, x, 1, ROLE_RULE, 0, "[");
    cells_fill(drawing->cells, (struct rect){y, x + 1, 1, width}, ROLE_RULE, 0, "─");
    cells_bar(drawing->cells, y, x + 1, width, part, whole, ROLE_LIVE);
    cells_put(drawing->cells, y, x + 1 + width, 1, ROLE_RULE, 0, "]");
}

/* axis 0: 17 of 64 and a bar that shows how far. */
static int draw_position(const struct drawing *drawing, int y, int x)
{
    const struct preview *preview = drawing->preview;
    int axis = preview->step_axis;
    char text[96];
    if (axis < 0)
        return x;
    uint64_t at = drawing->page.fixed[axis], count = preview->matrix.shape[axis];
    snprintf(text, sizeof text, "axis %d: ", axis);
    x = preview_put(drawing, y, x, ROLE_DIM, 0, text);
    snprintf(text, sizeof text, "%" PRIu64 " of %" PRIu64, at, count);
    x = preview_put(drawing, y, x, ROLE_STRONG, 0, text) + 1;
    int width = 12;
    if (x + width + 2 > preview_right_edge(drawing))
        return x;
    preview_draw_bar(drawing, y, x, width, at + 1, count);
    return x + width + 4;
}

static void draw_slice(const struct drawing *drawing, int y)
{
    char text[SLICE_TEXT_MAX];
    int x = drawing->rect.x + 1, most = drawing->rect.width / 3;
    preview_slice_text(drawing, text, sizeof text);
    x +=
        cells_put_cut(drawing->cells, y, x, most < 8 ? drawing->rect.width - 1 : most, ROLE_STRONG, 0, text) +
        2;
    x = draw_position(drawing, y, x);
    if (drawing->page.row_axis >= 0)
        snprintf(text, sizeof text, "rows = axis %d", drawing->page.row_axis);
    else
        text[0] = '\0';
    x = preview_put(drawing, y, x, ROLE_DIM, 0, text) + 2;
    if (drawing->page.arrangement == ARRANGE_FIELDS)
        snprintf(text, sizeof text, "columns = fields");
    else
        snprintf(text, sizeof text, "columns = axis %d", drawing->page.column_axis);
    preview_put(drawing, y, x, ROLE_DIM, 0, text);
}

void preview_draw_remark(const struct drawing *drawing, int y)
{
    const struct preview *preview = drawing->preview;
    char text[ERROR_TEXT_MAX + 32], age[16];
    enum role role = ROLE_BAD;
    if (preview->plight == PLIGHT_GONE) {
        int64_t ms = preview->now - preview->plight_since;
        format_age(ms < 0 ? 0 : ms / 1000, age, sizeof age);
        snprintf(text, sizeof text, "gone: deleted %s ago", age);
    } else if (preview->plight != PLIGHT_FINE) {
        snprintf(text, sizeof text, "%s", preview->plight_text);
    } else {
        snprintf(text, sizeof text, "%s", preview->reason ? preview->reason : "");
        role = preview->layout == LAYOUT_RAW || preview->layout == LAYOUT_SEMAPHORE ? ROLE_DIM : ROLE_WARN;
    }
    preview_put(drawing, y, drawing->rect.x + 1, role, 0, text);
}

/* --- the bottom line --- */

void preview_index_text(const struct preview *preview, uint64_t row, uint64_t column, char *buf, size_t size)
{
    uint64_t index[MATRIX_RANK_MAX];
    size_t n = (size_t)snprintf(buf, size, "[");
    preview_index(preview, row, column, index);
    for (int axis = 0; axis < preview->matrix.rank && n < size; axis++)
        n += (size_t)snprintf(buf + n, size - n, "%s%" PRIu64, axis ? ", " : "", index[axis]);
    if (n < size)
        n += (size_t)snprintf(buf + n, size - n, "]");
    if (preview->arrangement == ARRANGE_FIELDS && n + 1 < size) {
        buf[n++] = '.';
        preview_column_heading(preview, column, buf + n, size - n);
    }
}

/* What the bytes from the cursor on would be as numbers: the first thing that is asked of an unknown segment.
 */
static void bytes_as_numbers(const struct preview *preview, char *buf, size_t size)
{
    static const char *const types[] = {"f2", "f4", "f8", "i2", "i4", "i8"};
    uint8_t bytes[8];
    char text[64];
    size_t n = 0, have = 0;
    for (; have < sizeof bytes; have++) {
        uint64_t at = preview->cursor_row * preview->wrap + preview->cursor_column + have;
        const uint8_t *cell = preview_cell(preview, at / preview->wrap, at % preview->wrap);
        if (!cell)
            break;
        bytes[have] = *cell;
    }
    buf[0] = '\0';
    for (size_t i = 0; i < sizeof types / sizeof types[0] && n < size; i++) {
        struct dtype dtype;
        if (dtype_parse(types[i], &dtype, NULL) < 0 || dtype.itemsize > have)
            continue;
        number_text(&dtype, bytes, NUMBER_SHORT, text, sizeof text);
        n += (size_t)snprintf(buf + n, size - n, "  %s %s", types[i], text);
    }
}

/* r 0-12/512 c 0-5/4096 */
static void range_text(const struct drawing *drawing, char *buf, size_t size)
{
    const struct preview *preview = drawing->preview;
    const struct page *page = &drawing->page;
    uint64_t rows = preview_grid_rows(preview), columns = preview_grid_columns(preview);
    buf[0] = '\0';
    if (preview->has_block) {
        preview_block_text(preview, buf, size);
        return;
    }
    if (page->rows == 0 || page->columns == 0 || preview->matrix.rank == 0)
        return;
    if (preview->arrangement == ARRANGE_FLAT) {
        uint64_t first = page->top * page->wrap, end = first + (uint64_t)page->rows * page->wrap;
        snprintf(buf, size, "%" PRIu64 "-%" PRIu64 "/%" PRIu64, first,
                 min_u64(end, preview->matrix.shape[0]) - 1, preview->matrix.shape[0]);
        return;
    }
    snprintf(buf, size, "r %" PRIu64 "-%" PRIu64 "/%" PRIu64 " c %" PRIu64 "-%" PRIu64 "/%" PRIu64, page->top,
             page->top + page->rows - 1, rows, page->left, page->left + (page->columns - page->kept) - 1,
             columns);
}

static int draw_magnitude(const struct drawing *drawing, int y, int x, const uint8_t *cell)
{
    const struct preview *preview = drawing->preview;
    struct dtype dtype = preview_column_dtype(&preview->matrix, preview->arrangement, preview->cursor_column);
    char text[PREVIEW_TEXT_MAX];
    x = preview_put(drawing, y, x, ROLE_DIM, 0, "magnitude ");
    preview_double_text(preview_magnitude(&dtype, cell), NUMBER_FULL, text, sizeof text);
    return preview_put(drawing, y, x, ROLE_TEXT, 0, text);
}

static int draw_value(const struct drawing *drawing, int y, int x)
{
    const struct preview *preview = drawing->preview;
    char text[SLICE_TEXT_MAX];
    const uint8_t *cell =
        drawing->usable ? preview_cell(preview, preview->cursor_row, preview->cursor_column) : NULL;
    preview_index_text(preview, preview->cursor_row, preview->cursor_column, text, sizeof text);
    x = preview_put(drawing, y, x, ROLE_STRONG, CELL_BOLD,
                    preview->matrix.rank == 0 && text[2] == '\0' ? "" : text);
    x = preview_put(drawing, y, x, ROLE_DIM, 0, " = ");
    if (!cell)
        return preview_put(drawing, y, x, ROLE_DIM, 0, "…");
    if (preview->hex) {
        snprintf(text, sizeof text, "0x%02x %u", *cell, *cell);
        x = preview_put(drawing, y, x, ROLE_TEXT, 0, text);
        bytes_as_numbers(preview, text, sizeof text);
        return preview_put(drawing, y, x, ROLE_DIM, 0, text);
    }
    preview_cell_text(preview, cell, preview->cursor_column, NUMBER_FULL, text, sizeof text);
    x = preview_put(drawing, y, x, preview_cell_role(drawing, cell, preview->cursor_column), 0, text);
    if (preview->magnitude && preview_column_kind(preview, preview->cursor_column) == DTYPE_COMPLEX)
        x = draw_magnitude(drawing, y, x + 2, cell);
    preview_cell_text(preview, cell, preview->cursor_column, NUMBER_HEX, text, sizeof text);
    return preview_put(drawing, y, x + 2, ROLE_DIM, 0, text);
}

static void draw_bottom(struct drawing *drawing, int y)
{
    const struct preview *preview = drawing->preview;
    struct rect all = drawing->rect;
    char text[160];
    if (preview->message[0] && !preview->line) {
        preview_put(drawing, y, all.x + 1, ROLE_WARN, 0, preview->message);
        return;
    }
    if (!preview->has_matrix || drawing->page.rows == 0 || drawing->page.columns == 0)
        return;
    if (preview->screen == SCREEN_MAP)
        preview_map_block_text(preview, text, sizeof text);
    else
        range_text(drawing, text, sizeof text);
    int width = text_width(text);
    if (width > 0 && width + 24 < all.width) {
        cells_put(drawing->cells, y, all.x + all.width - width - 1, width, ROLE_DIM, 0, text);
        drawing->rect.width -= width + 3;
    }
    draw_value(drawing, y, all.x + 1);
    drawing->rect = all;
}

static void draw_line(const struct drawing *drawing, int y)
{
    const struct preview *preview = drawing->preview;
    int x = preview_put(drawing, y, drawing->rect.x + 1, ROLE_STRONG, 0, preview_line_prompt(preview));
    int width = preview_right_edge(drawing) - x, message = text_width(preview->message);
    if (message > 0 && width > 20) {
        int half = width / 3;
        line_draw(preview->line, drawing->cells, y, x, half, true);
        preview_put(drawing, y, x + half + 1, ROLE_BAD, 0, preview->message);
        return;
    }
    line_draw(preview->line, drawing->cells, y, x, width, true);
}

/* --- all --- */

/* The page to show: the one that should be, or, until it was read, the last one. */
static void choose_page(struct drawing *drawing)
{
    const struct preview *preview = drawing->preview;
    struct page want = preview_page(preview);
    drawing->page = want;
    drawing->old = preview->plight != PLIGHT_FINE;
    drawing->usable = preview->has_values && page_same_slice(&preview->page, &want);
    if (!preview->has_values || (drawing->usable && page_covers(&preview->page, &want)))
        return;
    if (!drawing->old && !(preview->asked && preview->now - preview->asked_at >= PREVIEW_SLOW)) {
        drawing->page = preview->page;
        drawing->usable = true;
    }
}

/* The grid's rows, and what stands below them. */
static void draw_rows(const struct drawing *drawing, int y, const struct preview_lines *lines, int bottom)
{
    int rows = bottom - y < lines->rows ? bottom - y : lines->rows;
    preview_draw_grid(drawing, y, rows);
    y += drawing->page.rows < (uint32_t)rows ? (int)drawing->page.rows : rows;
    rows = bottom - y;
    preview_draw_figures(drawing, y, rows < lines->figures ? rows : lines->figures);
    y += lines->figures;
    if (lines->scale > 0 && y < bottom)
        preview_draw_scale(drawing, y);
}

static void draw_values(struct drawing *drawing, int y, const struct preview_lines *lines, int bottom)
{
    const struct preview *preview = drawing->preview;
    struct rect rect = drawing->rect;
    if (lines->title)
        preview_draw_title(drawing, y++);
    if (lines->panel > 0)
        lens_draw(preview->lens, drawing->cells, (struct rect){y, rect.x, lines->panel, rect.width});
    y += lines->panel;
    if (lines->slice && preview_has_remark(preview))
        preview_draw_remark(drawing, y++);
    else if (lines->slice)
        draw_slice(drawing, y++);
    bool is_map = preview->screen == SCREEN_MAP;
    if (lines->header && preview->has_matrix)
        (is_map ? preview_map_draw_header : preview_draw_header)(drawing, y);
    y += lines->header;
    bottom -= lines->bottom;
    if (is_map)
        preview_map_draw(drawing, y, bottom - y);
    else
        draw_rows(drawing, y, lines, bottom);
}

void preview_draw(const struct preview *preview, struct cells *cells, struct rect rect)
{
    struct drawing drawing = {.preview = preview, .cells = cells, .rect = rect};
    struct preview_lines lines = preview_lines(preview);
    bool census = preview->screen == SCREEN_CENSUS && !preview->lens;
    if (rect.height < 1 || rect.width < 1)
        return;
    cells_fill(cells, rect, ROLE_TEXT, 0, " ");
    choose_page(&drawing);
    drawing.heading = preview_heading_width(preview);
    int bottom = rect.y + rect.height;
    if (census)
        census_draw(&drawing, rect.y);
    else
        draw_values(&drawing, rect.y, &lines, bottom);
    if (preview->line)
        draw_line(&drawing, bottom - 1);
    else if (!lines.bottom || search_draw(&drawing, bottom - 1))
        return;
    else if (census && !preview->message[0])
        census_draw_bottom(&drawing, bottom - 1);
    else
        draw_bottom(&drawing, bottom - 1);
}
