/*
 * Where the map is, and what its keys do.
 */
#include <stdlib.h>

#include "core/sys/checked.h"
#include "core/sys/memory.h"
#include "tui/values/map_private.h"

const char *preview_map_refusal(const struct preview *preview)
{
    const struct dtype *dtype = &preview->matrix.dtype;
    if (!preview->has_matrix)
        return "nothing here has a map: there are no values";
    if (preview->arrangement != ARRANGE_FIELDS)
        return dtype_is_numeric(dtype) ? NULL : "no map: only numbers have one";
    struct dtype_field field = dtype_field_at(dtype, preview->cursor_column);
    if (field.rank > 0)
        return "no map of this field: its elements are arrays";
    return dtype_is_numeric(&field.dtype) ? NULL : "no map of this field: only numbers have one";
}

struct map_place preview_map_place(const struct preview *preview)
{
    struct map_place place = {.generation = preview->generation, .page = preview_page(preview)};
    place.page.wrap = 0; /* the map folds by itself */
    if (preview->arrangement == ARRANGE_FIELDS)
        place.field = preview->cursor_column;
    return place;
}

bool map_place_equal(const struct map_place *a, const struct map_place *b)
{
    return a->generation == b->generation && a->field == b->field && page_same_slice(&a->page, &b->page);
}

struct map_plane_size preview_map_size(const struct preview *preview)
{
    struct map_plane_size size = {.rows = 1, .folded = true};
    const struct matrix *matrix = &preview->matrix;
    if (preview->arrangement == ARRANGE_PLANE) {
        size.folded = false;
        size.rows = matrix->shape[preview->row_axis];
        size.columns = matrix->shape[preview->column_axis];
    } else if (preview->arrangement == ARRANGE_FIELDS) {
        size.columns = preview_grid_rows(preview);
    } else {
        size.columns = matrix->rank == 0 ? 1 : matrix->shape[0];
    }
    for (int axis = 0; axis < matrix->rank; axis++)
        if (matrix->shape[axis] == 0)
            size.rows = size.columns = 0;
    return size;
}

/* --- the cursor --- */

void preview_map_cursor(const struct preview *preview, uint64_t *ret_row, uint64_t *ret_column)
{
    *ret_row = preview->arrangement == ARRANGE_PLANE ? preview->cursor_row : 0;
    *ret_column = preview->arrangement == ARRANGE_PLANE ? preview->cursor_column
                  : preview->arrangement == ARRANGE_FIELDS
                      ? preview->cursor_row
                      : preview->cursor_row * preview->wrap + preview->cursor_column;
}

void preview_map_set_cursor(struct preview *preview, uint64_t row, uint64_t column)
{
    preview->jumped = true;
    if (preview->arrangement == ARRANGE_PLANE) {
        preview->cursor_row = row;
        preview->cursor_column = column;
    } else if (preview->arrangement == ARRANGE_FIELDS) {
        preview->cursor_row = column;
    } else {
        preview->cursor_row = column / preview->wrap;
        preview->cursor_column = column % preview->wrap;
    }
}

/* --- moving --- */

/* From block to block, to its first element; what is folded goes on in the next row. */
static void move_by(struct preview *preview, int64_t down, int64_t across)
{
    const struct map_fit *fit = &preview->map->fit;
    struct map_plane_size size = preview_map_size(preview);
    uint64_t row, column;
    unsigned at_down, at_across;
    struct map_box box;
    if (fit->down == 0)
        return;
    preview_map_cursor(preview, &row, &column);
    map_fit_block(fit, &size, row, column, &at_down, &at_across);
    int64_t y = at_down + down, x = at_across + across;
    if (size.folded && across != 0) {
        y += x < 0 ? -1 : x >= fit->across ? 1 : 0;
        if (y < 0 || y >= fit->down)
            return;
        x = x < 0 ? fit->across - 1 : x >= fit->across ? 0 : x;
    }
    y = y < 0 ? 0 : y >= fit->down ? fit->down - 1 : y;
    x = x < 0 ? 0 : x >= fit->across ? fit->across - 1 : x;
    /* The last row may be a shorter one. */
    if (!map_fit_box(fit, &size, (unsigned)y, (unsigned)x, &box))
        return;
    bool moved_down = (unsigned)y != at_down, moved_across = (unsigned)x != at_across;
    if (size.folded)
        preview_map_set_cursor(preview, 0, moved_down || moved_across ? box.left : column);
    else
        preview_map_set_cursor(preview, moved_down ? box.top : row, moved_across ? box.left : column);
}

/* To the first or last row of elements, or to the ends of this one. */
static void go_to_end(struct preview *preview, enum action action)
{
    const struct map_fit *fit = &preview->map->fit;
    struct map_plane_size size = preview_map_size(preview);
    uint64_t row, column;
    unsigned down, across;
    struct map_box box;
    if (fit->down == 0)
        return;
    preview_map_cursor(preview, &row, &column);
    if (!size.folded) {
        row = action == ACTION_FIRST ? 0 : action == ACTION_LAST ? size.rows - 1 : row;
        column = action == ACTION_ROW_START ? 0 : action == ACTION_ROW_END ? size.columns - 1 : column;
        preview_map_set_cursor(preview, row, column);
        return;
    }
    map_fit_block(fit, &size, row, column, &down, &across);
    if (action == ACTION_ROW_START && map_fit_box(fit, &size, down, 0, &box))
        column = box.left;
    else if (action == ACTION_ROW_END)
        column = map_fit_box(fit, &size, down, fit->across - 1, &box) ? box.left : size.columns - 1;
    else
        column = action == ACTION_FIRST ? 0 : size.columns - 1;
    preview_map_set_cursor(preview, 0, column);
}

static bool move(struct preview *preview, enum action action)
{
    int64_t page = preview->map->fit.down / 2 + 1, down;
    bool scrolls;
    if (preview_steps(action, page, &down, &scrolls)) {
        move_by(preview, down, 0);
        return true;
    }
    switch (action) {
    case ACTION_LEFT:
        move_by(preview, 0, -1);
        return true;
    case ACTION_RIGHT:
        move_by(preview, 0, 1);
        return true;
    case ACTION_FIRST:
    case ACTION_LAST:
    case ACTION_ROW_START:
    case ACTION_ROW_END:
        go_to_end(preview, action);
        return true;
    default:
        return false;
    }
}

/* --- coming and going --- */

void preview_map_free(struct preview_map *map)
{
    if (!map)
        return;
    map_clear(&map->map);
    statistics_clear(&map->statistics);
    free(map);
}

void preview_map_open(struct preview *preview)
{
    const char *refusal = preview_map_refusal(preview);
    if (refusal) {
        preview_say(preview, "%s", refusal);
        return;
    }
    if (!preview->map)
        preview->map = memory_new(sizeof *preview->map);
    struct preview_map *map = preview->map;
    preview_index(preview, preview->cursor_row, preview->cursor_column, map->back);
    map->back_generation = preview->generation;
    map->next = preview->now;
    map->period = PREVIEW_MAP_PERIOD;
    map->trouble[0] = '\0';
    map->wants_exact = map->refused = false;
    preview->screen = SCREEN_MAP;
}

void preview_map_renew(struct preview *preview)
{
    struct preview_map *map = preview->map;
    if (!map)
        return;
    map->next = preview->now;
    map->period = PREVIEW_MAP_PERIOD;
    map->trouble[0] = '\0';
    map->statistics_are_old = true;
    map->refused = false;
}

/* To the element that the grid was at, on whatever axes are shown by now. */
static void go_back(struct preview *preview)
{
    const struct preview_map *map = preview->map;
    preview->screen = SCREEN_GRID;
    if (map->back_generation != preview->generation || preview->matrix.rank == 0)
        return;
    if (preview->arrangement == ARRANGE_FLAT) {
        preview_map_set_cursor(preview, 0, map->back[0]);
        return;
    }
    preview->jumped = true;
    preview->cursor_row = map->back[preview->row_axis];
    if (preview->arrangement == ARRANGE_PLANE)
        preview->cursor_column = map->back[preview->column_axis];
}

static bool goes_through(const struct preview_map *map)
{
    return map->wants_exact || map->asked == MAP_GOES_THROUGH;
}

static void stop_going_through(struct preview *preview)
{
    preview->map->wants_exact = false;
    preview_say(preview, "stopped: the map is of a sample");
}

static void swap_mean_and_extreme(struct preview_map *map)
{
    map->extreme = !map->extreme;
    map->has_scale = map->has_map && map_scale_of(&map->map, map->extreme, &map->scale);
}

static void freeze(struct preview_map *map)
{
    map->scale_is_frozen = !map->scale_is_frozen && map->has_scale;
    if (!map->scale_is_frozen && map->has_map)
        map->has_scale = map_scale_of(&map->map, map->extreme, &map->scale);
}

enum preview_result preview_map_action(struct preview *preview, enum action action)
{
    struct preview_map *map = preview->map;
    if (move(preview, action))
        return PREVIEW_USED;
    switch (action) {
    case ACTION_OPEN:
        preview->screen = SCREEN_GRID;
        return PREVIEW_USED;
    case ACTION_CLOSE:
    case ACTION_INTERRUPT:
        if (goes_through(map)) {
            stop_going_through(preview);
            return PREVIEW_USED;
        }
        if (action == ACTION_INTERRUPT)
            return PREVIEW_UNUSED;
        go_back(preview);
        return PREVIEW_USED;
    case ACTION_MAP:
    case ACTION_BACK:
        go_back(preview);
        return PREVIEW_USED;
    case ACTION_EXACT:
        map->wants_exact = !map->has_map || map->map.looked < map->map.elements || map->map.rewritten;
        if (!map->wants_exact)
            preview_say(preview, "it is exact already");
        return PREVIEW_USED;
    case ACTION_EXTREME:
        swap_mean_and_extreme(map);
        return PREVIEW_USED;
    case ACTION_FREEZE:
        freeze(map);
        return PREVIEW_USED;
    default:
        return PREVIEW_UNUSED; /* of the map: slices and axes are as in the grid */
    }
}

/* --- fitting --- */

static uint64_t last_heading(const struct preview *preview)
{
    struct map_plane_size size = preview_map_size(preview);
    return size.folded ? size.columns : size.rows;
}

void preview_map_layout(struct preview *preview)
{
    struct preview_lines lines = preview_lines(preview);
    int rows = preview->height - lines.first - lines.bottom;
    if (!preview->map)
        return;
    preview->map->fit = (struct map_fit){0};
    if (preview_map_refusal(preview))
        return;
    struct map_plane_size size = preview_map_size(preview);
    preview->map->fit =
        map_fit_make(&size, last_heading(preview), rows, preview->breadth, preview->heat && !preview->ascii);
}
