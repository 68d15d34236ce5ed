#include "tui/values/map_cell.h"

#include <math.h>
#include <string.h>

static const char rising[] = " .:-=+*%@", diverging[] = "M=-.+*@";

_Static_assert(sizeof rising - 1 <= MAP_CELL_SCALE_WHOLE && sizeof diverging - 1 <= MAP_CELL_SCALE_WHOLE,
               "a whole scale has room for every character");

static unsigned ramp_level(const struct map_scale *scale, double value)
{
    return map_scale_level(scale, value, scale->diverging ? sizeof diverging - 1 : sizeof rising - 1);
}

static enum role ramp_role(const struct map_scale *scale, unsigned level)
{
    unsigned middle = scale->diverging ? sizeof diverging / 2 - 1 : sizeof rising / 2 - 1;
    return level < middle ? ROLE_COLD : level > middle ? ROLE_HOT : ROLE_TEXT;
}

static void put_character(const struct map_scale *scale, double value, struct cells *cells, int y, int x)
{
    unsigned level = ramp_level(scale, value);
    const char text[2] = {(scale->diverging ? diverging : rising)[level], '\0'};
    cells_put(cells, y, x, 1, ramp_role(scale, level), 0, text);
}

static uint8_t heat_of(const struct map_scale *scale, double value)
{
    if (!scale || isnan(value))
        return 0;
    unsigned level = map_scale_level(scale, value, HEAT_LEVELS);
    return scale->diverging ? heat_diverging(level) : heat_rising(level);
}

static double value_of(const struct map_cell *cell, const struct map_block *block)
{
    return !block ? NAN : cell->extreme ? block->extreme : block->mean;
}

void map_cell_put_mark(struct cells *cells, int y, int x, bool nan, uint8_t flags)
{
    cells_put(cells, y, x, 1, nan ? ROLE_NAN : ROLE_INF, CELL_BOLD | flags, nan ? "#" : "^");
    if (cells->heat)
        cells_heat(cells, (struct rect){y, x, 1, 1}, nan ? HEAT_NAN : HEAT_INF);
}

static void put_one(const struct map_cell *cell, struct cells *cells, int y, int x)
{
    double value = value_of(cell, cell->upper);
    if (isnan(value) && cell->lower)
        value = value_of(cell, cell->lower);
    if (!cell->scale || isnan(value))
        return;
    put_character(cell->scale, value, cells, y, x);
    if (cells->heat)
        cells_heat(cells, (struct rect){y, x, 1, 1}, heat_of(cell->scale, value));
}

/* A half that is selected has the colour of what is selected, so that it is seen which one it is. */
static void select_half(const struct map_cell *cell, struct cells *cells, int y, int x, uint8_t heat)
{
    const char *text = cell->upper_selected && cell->lower_selected ? " " : cell->upper_selected ? "▄" : "▀";
    cells_put(cells, y, x, 1, ROLE_TEXT, CELL_SELECTED, text);
    cells_heat(cells, (struct rect){y, x, 1, 1}, heat);
}

static void put_two(const struct map_cell *cell, struct cells *cells, int y, int x)
{
    uint8_t upper = heat_of(cell->scale, value_of(cell, cell->upper));
    uint8_t lower = heat_of(cell->scale, value_of(cell, cell->lower));
    if (cell->upper_selected || cell->lower_selected)
        select_half(cell, cells, y, x, upper ? upper : lower);
    else if (upper)
        cells_put_heat(cells, y, x, upper, lower);
}

void map_cell_put(const struct map_cell *cell, struct cells *cells, int y, int x)
{
    bool nan = (cell->upper && cell->upper->nan) || (cell->lower && cell->lower->nan);
    bool inf = (cell->upper && cell->upper->inf) || (cell->lower && cell->lower->inf);
    bool selected = cell->upper_selected || cell->lower_selected;
    if (!cell->upper)
        return;
    if (nan || inf)
        map_cell_put_mark(cells, y, x, nan, selected ? CELL_SELECTED : 0);
    else if (cell->half && cells->heat)
        put_two(cell, cells, y, x);
    else
        put_one(cell, cells, y, x);
    if (selected)
        cells_tint(cells, (struct rect){y, x, 1, 1}, -1, CELL_SELECTED);
}

static double value_at(const struct map_scale *scale, double part)
{
    return scale->low * (1 - part) + scale->high * part;
}

void map_cell_put_scale(const struct map_scale *scale, struct cells *cells, int y, int x, int width)
{
    for (int i = 0; i < width; i++) {
        double part = width > 1 ? (double)i / (width - 1) : 0;
        if (cells->heat && !cells->ascii) {
            uint8_t heat = heat_of(scale, value_at(scale, part));
            cells_put_heat(cells, y, x + i, heat, heat);
            continue;
        }
        double value = value_at(scale, (i + 0.5) / width); /* few characters: none is left out */
        put_character(scale, value, cells, y, x + i);
        if (cells->heat)
            cells_heat(cells, (struct rect){y, x + i, 1, 1}, heat_of(scale, value));
    }
}

/* --- the window --- */

static const char *edge(const struct rect *rect, int y, int x)
{
    bool top = y == 0, bottom = y == rect->height - 1, left = x == 0, right = x == rect->width - 1;
    if (rect->height == 1)
        return left ? "╶" : right ? "╴" : "─";
    if (rect->width == 1)
        return top ? "╷" : bottom ? "╵" : "│";
    if (top || bottom)
        return left ? (top ? "┌" : "└") : right ? (top ? "┐" : "┘") : "─";
    return left || right ? "│" : NULL;
}

static struct cell *cell_at(struct cells *cells, int y, int x)
{
    if (y < 0 || x < 0 || y >= cells->rows || x >= cells->columns)
        return NULL;
    return &cells->grid[(size_t)y * (size_t)cells->columns + (size_t)x];
}

void map_cell_outline(struct cells *cells, struct rect rect)
{
    if (cells->ascii) { /* where a frame would look like values */
        cells_tint(cells, rect, -1, CELL_UNDERLINE);
        return;
    }
    for (int y = 0; y < rect.height; y++)
        for (int x = 0; x < rect.width; x++) {
            const char *text = edge(&rect, y, x);
            const struct cell *cell = cell_at(cells, rect.y + y, rect.x + x);
            if (!text || !cell || (cell->flags & CELL_SELECTED) || cell->role == ROLE_NAN ||
                cell->role == ROLE_INF)
                continue;
            uint8_t heat = cell->upper ? cell->upper : cell->heat;
            cells_put(cells, rect.y + y, rect.x + x, 1, ROLE_STRONG, CELL_BOLD, text);
            cells_heat(cells, (struct rect){rect.y + y, rect.x + x, 1, 1}, heat);
        }
}
