/*
 * What is known of the values, as a line and as three parts below each other.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/catalog/format.h"
#include "core/sys/checked.h"
#include "tui/values/bars.h"
#include "tui/values/insight_private.h"
#include "tui/view/words.h"
#include "tui/values/map_cell.h"

/* Rows, each with a heading; the map with its scale. */
#define STATISTICS_ROWS (1 + FIGURES_ROWS_BESIDE)
#define STANDING_LEAST  (1 + 5)
#define STANDING_MOST   (1 + 8)
#define LYING_MOST      (1 + HISTOGRAM_BINS / 2)
#define MAP_LEAST       (1 + 4 + 1)
#define MAP_MOST        (1 + 10 + 1)
#define MAP_COLUMNS     80

/* --- what is known --- */

/* In place of how long it took, where it may be another by now. */
static void say_age(const struct statistics *statistics, int64_t age, char *buf, size_t size)
{
    char text[FORMAT_AGE_MAX], count[WORDS_COUNT_MAX];
    format_age(age / 1000, text, sizeof text);
    words_count(statistics->tally.count, count);
    snprintf(buf, size, "%s%s, %s ago%s", statistics->sampled ? "sampled " : "exact",
             statistics->sampled ? count : "", text, statistics->rewritten ? ", rewritten meanwhile" : "");
}

/* All of it is being read. */
static void say_progress(const struct asked *asked, bool more, char *buf, size_t size)
{
    size_t used = strlen(buf);
    if (asked->wish == WISH_EXACT && asked->total > 0)
        snprintf(buf + used, size - used, more ? ", all %.0f %%" : "%.0f %% read",
                 100.0 * (double)min_u64(asked->done, asked->total) / (double)asked->total);
}

static void say_how(const struct insight *insight, int64_t now, char *buf, size_t size)
{
    const struct finding_kept *known = insight->known;
    bool ours = insight->asked.visit == insight->visit;
    buf[0] = '\0';
    if (known && known->looked.is_there) {
        const struct stamp *looked = &known->looked;
        if (insight->subject.live || !insight_is_fresh(insight, looked))
            say_age(&known->statistics, now - looked->at, buf, size);
        else
            figures_how_text(&known->statistics, looked->took, buf, size);
    }
    if (ours)
        say_progress(&insight->asked, buf[0] != '\0', buf, size);
}

static void say_slice(const struct matrix *matrix, char *buf, size_t size)
{
    size_t used = (size_t)snprintf(buf, size, "[");
    buf[matrix->rank > 2 ? used : 0] = '\0';
    for (int axis = 0; axis < matrix->rank && matrix->rank > 2 && used < size; axis++)
        used += (size_t)snprintf(buf + used, size - used, "%s%s", axis + 2 < matrix->rank ? "0" : ":",
                                 axis + 1 < matrix->rank ? ", " : "]");
}

void insight_known(const struct insight *insight, const struct row *row, int64_t now,
                   struct insight_known *ret)
{
    const struct subject *subject = &insight->subject;
    const struct finding_kept *known = insight->known;
    *ret = (struct insight_known){.trouble = ""};
    if (!row || !subject->is_there || !identity_equal(&subject->id, &row->id))
        return;
    struct view plane;
    insight_plane(&subject->matrix, &plane);
    ret->has_values = true;
    ret->magnitudes = subject->matrix.dtype.kind == DTYPE_COMPLEX;
    ret->trouble = insight->trouble;
    ret->statistics = known && known->looked.is_there ? &known->statistics : NULL;
    ret->map = known && known->mapped.is_there ? &known->map : NULL;
    if (plane.rank > 0 && !insight->no_map) {
        ret->plane_rows = plane.rank > 1 ? plane.count[0] : 1;
        ret->plane_columns = plane.count[plane.rank - 1];
    }
    say_how(insight, now, ret->how, sizeof ret->how);
    say_slice(&subject->matrix, ret->slice, sizeof ret->slice);
}

/* --- the line --- */

void insight_put_line(const struct insight_known *known, struct cells *cells, int y, int x, int width)
{
    if (known->statistics)
        figures_put_line(known->statistics, known->how, cells, y, x, width);
    else if (known->trouble[0])
        cells_put_cut(cells, y, x, width, ROLE_WARN, 0, known->trouble);
    else
        cells_put_cut(cells, y, x, width, ROLE_DIM, 0, known->how);
}

/* --- the parts --- */

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

/* Rows of cells that the whole plane takes, one row of it a block. */
static int rows_of_plane(const struct insight_known *known, unsigned blocks)
{
    uint64_t rows = (known->plane_rows + blocks - 1) / blocks;
    return rows > MAP_MOST ? MAP_MOST : (int)rows;
}

static void lay_out_map(const struct insight_known *known, int room, int width, unsigned blocks,
                        struct insight_layout *layout)
{
    int rows = smaller(room, MAP_MOST) - 2, all = rows_of_plane(known, blocks);
    if (known->plane_rows == 0 || room < smaller(MAP_LEAST, all + 2) || width < 8)
        return;
    rows = smaller(rows, all);
    layout->map = rows + 2;
    layout->map_rows = (unsigned)rows * blocks;
    layout->map_columns = (unsigned)smaller(width, MAP_COLUMNS);
}

void insight_lay_out(const struct insight_known *known, int height, int width, bool heat, bool whole,
                     struct insight_layout *ret)
{
    unsigned blocks = heat ? 2 : 1;
    *ret = (struct insight_layout){.lying = whole};
    if (!known->has_values || width <= 0 || height <= 0)
        return;
    if (height < STATISTICS_ROWS || width < FIGURES_BESIDE_WIDTH) {
        ret->statistics = smaller(height, width < FIGURES_BESIDE_WIDTH ? 1 + FIGURES_ROWS : 1);
        return;
    }
    ret->statistics = STATISTICS_ROWS;
    int left = height - STATISTICS_ROWS, most = whole ? LYING_MOST : STANDING_MOST;
    if (left < STANDING_LEAST)
        return;
    lay_out_map(known, left - (whole ? most : STANDING_LEAST), width, blocks, ret);
    ret->histogram = smaller(left - ret->map, most);
}

/* "statistics  exact, 0.31 s ─────" */
static void put_heading(struct cells *cells, int y, int x, int width, const char *title, const char *remark)
{
    int end = x + width;
    cells_rule(cells, y, x, width, ROLE_RULE);
    x += cells_put(cells, y, x, width, ROLE_STRONG, 0, title);
    if (remark[0] && x + 4 < end) {
        cells_put(cells, y, x, 2, ROLE_TEXT, 0, "  ");
        x += 2 + cells_put_cut(cells, y, x + 2, end - x - 2, ROLE_DIM, 0, remark);
    }
    if (x < end)
        cells_put(cells, y, x, 1, ROLE_TEXT, 0, " ");
}

static void draw_statistics(const struct insight_known *known, struct cells *cells, struct rect rect)
{
    if (rect.height == 1) {
        insight_put_line(known, cells, rect.y, rect.x, rect.width);
        return;
    }
    put_heading(cells, rect.y, rect.x, rect.width, known->magnitudes ? "magnitudes" : "statistics",
                known->how);
    rect.y++, rect.height--;
    if (known->statistics)
        figures_draw(known->statistics, cells, rect);
    else
        cells_put_cut(cells, rect.y, rect.x, rect.width, ROLE_WARN, 0, known->trouble);
}

static void draw_histogram(const struct insight_known *known, bool lying, struct cells *cells,
                           struct rect rect)
{
    const struct statistics *statistics = known->statistics;
    put_heading(cells, rect.y, rect.x, rect.width, "histogram", "");
    rect.y++, rect.height--;
    if (statistics && statistics->tally.finite == 0)
        cells_put_cut(cells, rect.y, rect.x, rect.width, ROLE_DIM, 0, "no finite value");
    else if (statistics && statistics->has_histogram)
        (lying ? bars_draw : bars_draw_standing)(&statistics->histogram, cells, rect);
}

static bool has_halves(const struct cells *cells)
{
    return cells->heat && !cells->ascii;
}

static void draw_blocks(const struct map *map, const struct map_scale *scale, struct cells *cells,
                        struct rect rect)
{
    unsigned each = has_halves(cells) ? 2 : 1;
    for (int y = 0; y < rect.height && (unsigned)y * each < map->rows; y++)
        for (int x = 0; x < rect.width && (unsigned)x < map->columns; x++) {
            unsigned row = (unsigned)y * each;
            const struct map_block *upper = &map->blocks[(size_t)row * map->columns + (unsigned)x];
            struct map_cell cell = {.scale = scale, .half = each > 1, .upper = upper};
            cell.lower = each > 1 && row + 1 < map->rows ? upper + map->columns : NULL;
            map_cell_put(&cell, cells, rect.y + y, rect.x + x);
        }
}

/* "-2.4 ▀▀▀▀▀▀ 2.4" */
static void draw_scale(const struct map_scale *scale, struct cells *cells, int y, int x, int width)
{
    char low[32], high[32];
    snprintf(low, sizeof low, "%.3g", scale->low);
    snprintf(high, sizeof high, "%.3g", scale->high);
    int bar = smaller(width - (int)strlen(low) - (int)strlen(high) - 2, HEAT_LEVELS);
    if (bar < 3)
        return;
    x += cells_put(cells, y, x, -1, ROLE_DIM, 0, low) + 1;
    map_cell_put_scale(scale, cells, y, x, bar);
    cells_put(cells, y, x + bar + 1, -1, ROLE_DIM, 0, high);
}

static void draw_map(const struct insight_known *known, struct cells *cells, struct rect rect)
{
    char remark[INSIGHT_SLICE_MAX + 64];
    struct map_scale scale;
    const struct map *map = known->map;
    snprintf(remark, sizeof remark, "%s%smean%s%s", known->slice, known->slice[0] ? ", " : "",
             known->magnitudes ? " magnitude" : "", map && map->looked < map->elements ? ", sampled" : "");
    put_heading(cells, rect.y, rect.x, rect.width, "map", remark);
    if (!map)
        return;
    struct rect inside = {rect.y + 1, rect.x, rect.height - 2, rect.width};
    bool has_scale = map_scale_of(map, false, &scale);
    draw_blocks(map, has_scale ? &scale : NULL, cells, inside);
    if (has_scale)
        draw_scale(&scale, cells, rect.y + rect.height - 1, rect.x, rect.width);
}

int insight_draw(const struct insight_known *known, struct cells *cells, struct rect rect, bool whole)
{
    struct insight_layout layout;
    struct rect part = rect;
    insight_lay_out(known, rect.height, rect.width, has_halves(cells), whole, &layout);
    part.height = layout.statistics;
    if (part.height > 0)
        draw_statistics(known, cells, part);
    part.y += part.height;
    part.height = layout.histogram;
    if (part.height > 0)
        draw_histogram(known, layout.lying, cells, part);
    part.y += part.height;
    part.height = layout.map;
    if (part.height > 0)
        draw_map(known, cells, part);
    return part.y + part.height - rect.y;
}
