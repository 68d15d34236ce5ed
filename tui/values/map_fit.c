/*
 * How the map fits: its parts, and how many blocks of which size are drawn.
 */
#include "core/sys/checked.h"
#include "tui/values/map_private.h"

#define PANE_FROM 100 /* columns from which on statistics stand beside the map */
#define PANE      28
#define MAP_LEAST 8 /* rows of the map that the line of statistics leaves */
#define WIDE_MOST 8
#define HIGH_MOST 8
#define STRETCH   4 /* a block is at most so many times as wide as high, or the other way round */

static int digits(uint64_t value)
{
    int n = 1;
    for (; value >= 10; value /= 10)
        n++;
    return n;
}

static unsigned bounded(uint64_t value, unsigned most)
{
    return value < 1 ? 1 : value > most ? most : (unsigned)value;
}

/* Few elements are drawn larger. */
static void enlarge(struct map_fit *fit, unsigned places_down, unsigned places_across)
{
    fit->high = bounded(places_down / fit->down, HIGH_MOST);
    fit->wide = bounded(places_across / fit->across, WIDE_MOST);
    fit->high = bounded(fit->high, fit->wide * STRETCH);
    fit->wide = bounded(fit->wide, fit->high * STRETCH);
    if (fit->half && fit->high > 1) /* whole cells */
        fit->high -= fit->high % 2;
}

static void choose_blocks(struct map_fit *fit, const struct map_plane_size *size)
{
    unsigned places_down = (unsigned)fit->rows * (fit->half ? 2 : 1), places_across = (unsigned)fit->columns;
    if (size->rows == 0 || size->columns == 0 || places_down == 0 || places_across == 0)
        return;
    if (size->folded) {
        fit->across = (unsigned)min_u64(places_across, size->columns);
        fit->blocks_across =
            (unsigned)min_u64(min_u64((uint64_t)places_down * places_across, MAP_BLOCKS_MAX), size->columns);
        fit->down = (fit->blocks_across + fit->across - 1) / fit->across;
        fit->blocks_down = 1;
    } else {
        fit->across = fit->blocks_across = (unsigned)min_u64(places_across, size->columns);
        fit->down = fit->blocks_down = (unsigned)min_u64(places_down, size->rows);
        if ((uint64_t)fit->across * fit->down > MAP_BLOCKS_MAX)
            fit->down = fit->blocks_down = MAP_BLOCKS_MAX / fit->across;
    }
    enlarge(fit, places_down, places_across);
}

struct map_fit map_fit_make(const struct map_plane_size *size, uint64_t last_heading, int rows, int columns,
                            bool half)
{
    struct map_fit fit = {.half = half};
    fit.pane = columns >= PANE_FROM && rows >= MAP_LEAST ? PANE : 0;
    fit.heading = digits(last_heading) < 5 ? 7 : digits(last_heading) + 2;
    if (fit.heading > columns / 2)
        fit.heading = columns > 2;
    fit.scale = rows > 2;
    fit.figures = !fit.pane && rows > MAP_LEAST + 1;
    fit.rows = rows - fit.scale - fit.figures;
    fit.columns = columns - fit.heading - fit.pane - (columns > 2);
    if (fit.rows < 0 || fit.columns < 0)
        fit.rows = fit.columns = 0;
    choose_blocks(&fit, size);
    return fit;
}

bool map_fit_box(const struct map_fit *fit, const struct map_plane_size *size, unsigned down, unsigned across,
                 struct map_box *ret_box)
{
    struct map_box box = {0, 1, 0, 0};
    if (down >= fit->down || across >= fit->across)
        return false;
    unsigned block = size->folded ? down * fit->across + across : across;
    if (block >= fit->blocks_across)
        return false;
    map_span(size->columns, fit->blocks_across, block, &box.left, &box.right);
    if (!size->folded)
        map_span(size->rows, fit->blocks_down, down, &box.top, &box.bottom);
    *ret_box = box;
    return true;
}

void map_fit_block(const struct map_fit *fit, const struct map_plane_size *size, uint64_t row,
                   uint64_t column, unsigned *ret_down, unsigned *ret_across)
{
    unsigned block = map_block_of(size->columns, fit->blocks_across, column);
    *ret_down = size->folded ? block / fit->across : map_block_of(size->rows, fit->blocks_down, row);
    *ret_across = size->folded ? block % fit->across : block;
}

const struct map_block *map_block_at(const struct preview_map *map, const struct map_plane_size *size,
                                     uint64_t row, uint64_t column)
{
    if (!map->has_map || map->map.rows == 0)
        return NULL;
    return &map->map.blocks[(size_t)map_block_of(size->rows, map->map.rows, row) * map->map.columns +
                            map_block_of(size->columns, map->map.columns, column)];
}
