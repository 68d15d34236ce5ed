/*
 * How the map looks: what it is of, headings, blocks, the window of the grid in it, statistics, the scale.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/matrix/number.h"
#include "core/segment/name.h"
#include "core/sys/checked.h"
#include "tui/values/bars.h"
#include "tui/values/figures.h"
#include "tui/values/map_cell.h"
#include "tui/values/map_private.h"

#define LABEL_EVERY 4 /* rows */
#define SCALE_LEAST MAP_CELL_SCALE_WHOLE
#define SCALE_MOST  40
#define WIDE        100 /* columns that have room for both values of a block */

static struct rect rect_of(int y, int x, int height, int width)
{
    return (struct rect){y, x, height < 0 ? 0 : height, width < 0 ? 0 : width};
}

/* --- what it is of --- */

static bool is_complex(const struct preview *preview)
{
    return preview->arrangement != ARRANGE_FIELDS
               ? preview->matrix.dtype.kind == DTYPE_COMPLEX
               : dtype_field_at(&preview->matrix.dtype, preview->cursor_column).dtype.kind == DTYPE_COMPLEX;
}

/* brief: only what is not plain to see. */
static void subject_text(const struct drawing *drawing, bool brief, char *buf, size_t size)
{
    const struct preview *preview = drawing->preview;
    char name[PREVIEW_TEXT_MAX];
    if (preview->arrangement == ARRANGE_FIELDS) {
        preview_column_heading(preview, preview->cursor_column, name, sizeof name);
        snprintf(buf, size, brief ? "%.60s: " : "map of the field %.200s: ", name);
    } else if (brief) {
        buf[0] = '\0';
    } else {
        snprintf(buf, size, preview->step_axis >= 0 ? "map of the slice: " : "map of the whole: ");
    }
}

/* one half block = 1176 × 682 elements */
static void block_size_text(const struct preview *preview, char *buf, size_t size)
{
    const struct map_fit *fit = &preview->map->fit;
    struct map_plane_size plane = preview_map_size(preview);
    const char *block = fit->high > 1 || fit->wide > 1 ? "block" : fit->half ? "half block" : "character";
    uint64_t rows = plane.rows / fit->blocks_down, columns = plane.columns / fit->blocks_across;
    if (plane.folded)
        snprintf(buf, size, "one %s = %" PRIu64 " element%s, row by row", block, columns,
                 columns == 1 ? "" : "s");
    else
        snprintf(buf, size, "one %s = %" PRIu64 " %s %" PRIu64 " element%s", block, rows,
                 preview->ascii ? "x" : "×", columns, rows == 1 && columns == 1 ? "" : "s");
}

static const char *value_text(const struct preview *preview)
{
    if (is_complex(preview))
        return preview->map->extreme ? ", largest magnitude" : ", mean magnitude";
    return preview->map->extreme ? ", extreme" : ", mean";
}

/* A map of something else is shown only as long as it takes to read this one. */
static bool is_shown(const struct preview *preview)
{
    const struct preview_map *map = preview->map;
    struct map_place place = preview_map_place(preview);
    if (!map->has_map || map->map.rows == 0)
        return false;
    return map_place_equal(&map->place, &place) ||
           (map->asked != MAP_IDLE && preview->now - map->asked_at < PREVIEW_SLOW);
}

/* Nothing is asked for where there is nothing to be read. */
static const char *why_missing(const struct preview *preview)
{
    return preview->plight == PLIGHT_FINE ? "reading…"
           : preview_is_lost(preview)     ? "no map: it is gone"
                                          : "no map: it cannot be read";
}

static void state_text(const struct preview *preview, char *buf, size_t size)
{
    const struct preview_map *map = preview->map;
    uint64_t percent = map->total ? (uint64_t)(100.0 * (double)map->done / (double)map->total) : 0;
    if (map->trouble[0])
        snprintf(buf, size, "%s", map->trouble);
    else if (map->asked == MAP_GOES_THROUGH)
        snprintf(buf, size, "going through all: %" PRIu64 "%%, Esc stops", min_u64(percent, 100));
    else if (!is_shown(preview))
        snprintf(buf, size, "%s", why_missing(preview));
    else if (map->map.looked < map->map.elements)
        snprintf(buf, size, "sampled 1 in %.0f, exact: X",
                 (double)map->map.elements / (double)(map->map.looked ? map->map.looked : 1));
    else
        snprintf(buf, size, map->map.rewritten ? "exact, but written to meanwhile" : "exact");
}

void preview_map_draw_header(const struct drawing *drawing, int y)
{
    const struct preview *preview = drawing->preview;
    char subject[PREVIEW_TEXT_MAX], block[128], state[ERROR_TEXT_MAX];
    if (!preview->map || preview->map->fit.down == 0 || preview_map_refusal(preview))
        return;
    const char *value = value_text(preview);
    struct drawing left = *drawing;
    int x = drawing->rect.x + 1;
    state_text(preview, state, sizeof state);
    block_size_text(preview, block, sizeof block);
    subject_text(drawing, false, subject, sizeof subject);
    int width = text_width(state), room = preview_right_edge(drawing) - x - width - 2;
    if (text_width(subject) + text_width(block) + text_width(value) > room)
        subject_text(drawing, true, subject, sizeof subject);
    if (room > 24)
        left.rect.width -= width + 2;
    x = preview_put(&left, y, x, ROLE_DIM, 0, subject);
    x = preview_put(&left, y, x, ROLE_DIM, 0, block);
    x = preview_put(&left, y, x, ROLE_DIM, 0, value);
    bool is_missing = preview->plight != PLIGHT_FINE && !is_shown(preview);
    bool is_news = preview->map->trouble[0] || preview->map->asked == MAP_GOES_THROUGH || is_missing;
    x += x + 4 + width < preview_right_edge(drawing) ? 4 : 2;
    preview_put(drawing, y, x, is_news ? ROLE_WARN : ROLE_DIM, 0, state);
}

/* --- the blocks --- */

struct canvas {
    const struct drawing *drawing;
    const struct preview_map *map;
    struct map_plane_size size;
    struct rect rect;
    unsigned cursor_down, cursor_across; /* the drawn block under the cursor */
};

/* The block at a place of the canvas: half cells or cells down, cells across; NULL: none. */
static const struct map_block *block_at(const struct canvas *canvas, unsigned down, unsigned across)
{
    const struct map_fit *fit = &canvas->map->fit;
    struct map_box box;
    if (!map_fit_box(fit, &canvas->size, down / fit->high, across / fit->wide, &box))
        return NULL;
    return map_block_at(canvas->map, &canvas->size, box.top + (box.bottom - box.top) / 2,
                        box.left + (box.right - box.left) / 2);
}

static bool is_cursor(const struct canvas *canvas, unsigned down, unsigned across)
{
    const struct map_fit *fit = &canvas->map->fit;
    return down / fit->high == canvas->cursor_down && across / fit->wide == canvas->cursor_across;
}

static void draw_cell(const struct canvas *canvas, int y, int x)
{
    const struct map_fit *fit = &canvas->map->fit;
    unsigned each = fit->half ? 2 : 1, down = (unsigned)y * each, across = (unsigned)x;
    struct map_cell cell = {.scale = canvas->map->has_scale ? &canvas->map->scale : NULL,
                            .extreme = canvas->map->extreme,
                            .half = fit->half,
                            .upper = block_at(canvas, down, across),
                            .upper_selected = is_cursor(canvas, down, across)};
    if (fit->half) {
        cell.lower = block_at(canvas, down + 1, across);
        cell.lower_selected = is_cursor(canvas, down + 1, across);
    }
    map_cell_put(&cell, canvas->drawing->cells, canvas->rect.y + y, canvas->rect.x + x);
}

static void draw_headings(const struct canvas *canvas)
{
    const struct map_fit *fit = &canvas->map->fit;
    int every = fit->rows >= 2 * LABEL_EVERY ? LABEL_EVERY : 2, width = fit->heading - 2;
    uint64_t last = UINT64_MAX;
    for (int y = 0; y < fit->rows && width > 0; y += every) {
        struct map_box box;
        char text[32];
        unsigned down = (unsigned)y * (fit->half ? 2 : 1) / fit->high;
        if (!map_fit_box(fit, &canvas->size, down, 0, &box))
            return;
        uint64_t first = canvas->size.folded ? box.left : box.top;
        if (first == last)
            continue;
        last = first;
        snprintf(text, sizeof text, "%" PRIu64, first);
        cells_put_right(canvas->drawing->cells, canvas->rect.y + y, canvas->rect.x - width - 1, width,
                        ROLE_DIM, 0, text);
    }
}

/* The cells that the grid's window lies in. */
static struct rect window_of(const struct canvas *canvas)
{
    const struct preview *preview = canvas->drawing->preview;
    const struct map_fit *fit = &canvas->map->fit;
    struct page page = preview_page(preview);
    int each = fit->half ? 2 : 1;
    unsigned top, left, bottom, right;
    uint64_t first_row = page.top, first_column = page.left;
    if (page.rows == 0 || page.columns == 0)
        return (struct rect){0};
    uint64_t last_row = page.top + page.rows - 1, last_column = page.left + page.columns - 1;
    if (canvas->size.folded) {
        uint64_t wrap = preview->arrangement == ARRANGE_FIELDS ? 1 : page.wrap;
        first_column = page.top * wrap;
        last_column = min_u64((last_row + 1) * wrap, canvas->size.columns) - 1;
        first_row = last_row = 0;
    }
    map_fit_block(fit, &canvas->size, first_row, first_column, &top, &left);
    map_fit_block(fit, &canvas->size, last_row, last_column, &bottom, &right);
    if (canvas->size.folded && top != bottom) {
        left = 0;
        right = fit->across - 1;
    }
    int y = (int)(top * fit->high) / each, end = (int)((bottom + 1) * fit->high + (unsigned)each - 1) / each;
    return rect_of(canvas->rect.y + y, canvas->rect.x + (int)(left * fit->wide), end - y,
                   (int)((right - left + 1) * fit->wide));
}

static void draw_blocks(const struct canvas *canvas)
{
    for (int y = 0; y < canvas->rect.height; y++)
        for (int x = 0; x < canvas->rect.width; x++)
            draw_cell(canvas, y, x);
    struct rect window = window_of(canvas);
    const struct map_fit *fit = &canvas->map->fit;
    bool is_all = window.height * (fit->half ? 2 : 1) >= (int)(fit->down * fit->high) &&
                  window.width >= (int)(fit->across * fit->wide);
    if (window.height * window.width > 2 && !is_all) /* a smaller one is where the cursor is */
        map_cell_outline(canvas->drawing->cells, window);
}

/* --- the scale --- */

static void number(double value, char *buf, size_t size)
{
    static const struct dtype dtype = {
        .kind = DTYPE_FLOAT, .order = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? '<' : '>', .itemsize = 8};
    number_text(&dtype, &value, NUMBER_SHORT, buf, size);
}

static int put_legend(const struct drawing *drawing, int y, int x, bool nan)
{
    int room = preview_right_edge(drawing) - x;
    if (room < 10)
        return x;
    map_cell_put_mark(drawing->cells, y, x, nan, 0);
    return preview_put(drawing, y, x + 2, ROLE_DIM, 0, nan ? "has nan" : "has inf") + 2;
}

static const char *const follows[] = {"1st to 99th percentile, f freezes", "f freezes", ""};
static const char *const frozen[] = {"frozen, f: it follows the values", "f: frozen", ""};

/* The longest of the texts that leaves room for a scale. */
static const char *how_to_read(const struct preview_map *map, int room)
{
    const char *const *texts = map->scale_is_frozen ? frozen : follows;
    while ((*texts)[0] && room - text_width(*texts) - 2 < SCALE_LEAST)
        texts++;
    return *texts;
}

static int draw_range(const struct drawing *drawing, int y, int x, int room)
{
    const struct preview_map *map = drawing->preview->map;
    char low[48], high[48];
    number(map->scale.low, low, sizeof low);
    number(map->scale.high, high, sizeof high);
    room -= text_width(low) + text_width(high) + 4;
    const char *how = how_to_read(map, room);
    int width = room - (how[0] ? text_width(how) + 2 : 0);
    width = width < SCALE_MOST ? width : SCALE_MOST;
    if (width < 3)
        return x;
    x = preview_put(drawing, y, x, ROLE_TEXT, 0, low) + 1;
    map_cell_put_scale(&map->scale, drawing->cells, y, x, width);
    x = preview_put(drawing, y, x + width + 1, ROLE_TEXT, 0, high) + 2;
    return how[0] ? preview_put(drawing, y, x, ROLE_DIM, 0, how) + 2 : x;
}

static void draw_scale(const struct drawing *drawing, int y)
{
    const struct preview_map *map = drawing->preview->map;
    int x = drawing->rect.x + map->fit.heading, marks = (map->map.nan ? 11 : 0) + (map->map.inf ? 11 : 0);
    if (map->has_scale)
        x = draw_range(drawing, y, x, preview_right_edge(drawing) - x - marks);
    else
        x = preview_put(drawing, y, x, ROLE_DIM, 0, "no block has a finite value") + 2;
    if (map->map.nan)
        x = put_legend(drawing, y, x, true);
    if (map->map.inf)
        put_legend(drawing, y, x, false);
}

/* --- statistics --- */

static bool has_statistics(const struct preview *preview)
{
    struct map_place place = preview_map_place(preview);
    return preview->map->has_statistics && map_place_equal(&preview->map->statistics_place, &place);
}

static void how_text(const struct preview_map *map, char *buf, size_t size)
{
    figures_how_text(&map->statistics, map->statistics_took, buf, size);
}

static void draw_pane(const struct drawing *drawing, int y, int rows)
{
    const struct preview_map *map = drawing->preview->map;
    struct rect rect = rect_of(y, preview_right_edge(drawing) - map->fit.pane + 2, rows, map->fit.pane - 3);
    char how[FIGURES_HOW_MAX];
    int bottom = y + rows;
    if (!has_statistics(drawing->preview))
        return;
    how_text(map, how, sizeof how);
    int used =
        cells_put_cut(drawing->cells, rect.y, rect.x, rect.width, ROLE_STRONG, CELL_BOLD, "statistics");
    cells_put_cut(drawing->cells, rect.y, rect.x + used + 1, rect.width - used, ROLE_DIM, 0, how);
    rect.y++;
    rect.height = bottom - rect.y;
    rect.y += figures_draw(&map->statistics, drawing->cells, rect) + 1;
    if (!map->statistics.has_histogram || bottom - rect.y < 3)
        return;
    cells_put(drawing->cells, rect.y++, rect.x, rect.width, ROLE_STRONG, CELL_BOLD, "histogram");
    rect.height = bottom - rect.y;
    bars_draw(&map->statistics.histogram, drawing->cells, rect);
}

static void draw_figures(const struct drawing *drawing, int y)
{
    const struct preview_map *map = drawing->preview->map;
    char how[FIGURES_HOW_MAX];
    int x = drawing->rect.x + 1;
    if (!has_statistics(drawing->preview))
        return;
    how_text(map, how, sizeof how);
    figures_put_line(&map->statistics, how, drawing->cells, y, x, preview_right_edge(drawing) - x - 1);
}

/* --- all --- */

void preview_map_draw(const struct drawing *drawing, int y, int rows)
{
    const struct preview *preview = drawing->preview;
    const char *refusal = preview_map_refusal(preview);
    const struct preview_map *map = preview->map;
    if (refusal || !map || map->fit.down == 0) {
        preview_put(drawing, y, drawing->rect.x + 1, ROLE_DIM, 0,
                    refusal                ? refusal
                    : map && map->fit.rows ? "no elements"
                                           : "");
        return;
    }
    struct canvas canvas = {
        .drawing = drawing,
        .map = map,
        .size = preview_map_size(preview),
        .rect = rect_of(y, drawing->rect.x + map->fit.heading, map->fit.rows, map->fit.columns)};
    uint64_t row, column;
    preview_map_cursor(preview, &row, &column);
    map_fit_block(&map->fit, &canvas.size, row, column, &canvas.cursor_down, &canvas.cursor_across);
    if (is_shown(preview)) {
        draw_headings(&canvas);
        draw_blocks(&canvas);
    }
    y += map->fit.rows;
    if (map->fit.figures)
        draw_figures(drawing, y++);
    if (map->fit.scale && is_shown(preview))
        draw_scale(drawing, y);
    if (map->fit.pane)
        draw_pane(drawing, canvas.rect.y, rows);
}

void preview_map_block_text(const struct preview *preview, char *buf, size_t size)
{
    const struct preview_map *map = preview->map;
    struct map_plane_size plane = preview_map_size(preview);
    uint64_t row, column;
    char mean[48], extreme[48];
    size_t n = 0;
    buf[0] = '\0';
    if (!map || map->fit.down == 0 || !is_shown(preview))
        return;
    preview_map_cursor(preview, &row, &column);
    const struct map_block *block = map_block_at(map, &plane, row, column);
    if (!block)
        return;
    number(block->mean, mean, sizeof mean);
    number(block->extreme, extreme, sizeof extreme);
    if (isnan(block->mean))
        n = (size_t)snprintf(buf, size, "block: nothing finite");
    else if (preview->breadth >= WIDE)
        n = (size_t)snprintf(buf, size, "block: mean %s, extreme %s", mean, extreme);
    else
        n = (size_t)snprintf(buf, size, "block: %s", map->extreme ? extreme : mean);
    if (block->nan && n < size)
        n += (size_t)snprintf(buf + n, size - n, ", %" PRIu64 " nan", block->nan);
    if (block->inf && n < size)
        snprintf(buf + n, size - n, ", %" PRIu64 " inf", block->inf);
}
