/*
 * Where in the matrix the preview is: axes, slice, cursor, and the ways to move them. The element under the
 * cursor stays the same whatever is done to the axes.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sys/checked.h"
#include "core/sys/memory.h"
#include "tui/values/map.h"
#include "tui/values/preview_private.h"

static uint64_t element_count(const struct preview *preview)
{
    return preview->matrix.rank == 0 ? 1 : preview->matrix.shape[0];
}

uint64_t preview_grid_rows(const struct preview *preview)
{
    if (!preview->has_matrix)
        return 0;
    if (preview->arrangement == ARRANGE_FLAT) {
        uint64_t n = element_count(preview);
        return n / preview->wrap + (n % preview->wrap != 0);
    }
    return preview->row_axis < 0 ? 1 : preview->matrix.shape[preview->row_axis];
}

uint64_t preview_grid_columns(const struct preview *preview)
{
    if (!preview->has_matrix)
        return 0;
    if (preview->arrangement == ARRANGE_FLAT)
        return min_u64(preview->wrap, element_count(preview));
    if (preview->arrangement == ARRANGE_FIELDS)
        return dtype_field_count(&preview->matrix.dtype);
    return preview->matrix.shape[preview->column_axis];
}

bool preview_slice(const struct preview *preview, char buf[PREVIEW_SLICE_MAX], bool *ret_transposed)
{
    size_t used = 0;
    bool whole = true;
    buf[0] = '\0';
    if (!preview->has_matrix || preview->hex)
        return false;
    *ret_transposed = preview->column_axis >= 0 && preview->row_axis > preview->column_axis;
    if (preview->arrangement == ARRANGE_FLAT)
        return true;
    for (int axis = 0; axis < preview->matrix.rank; axis++) {
        bool shown = axis == preview->row_axis || axis == preview->column_axis;
        const char *comma = axis ? "," : "";
        used += (size_t)(shown ? snprintf(buf + used, PREVIEW_SLICE_MAX - used, "%s:", comma)
                               : snprintf(buf + used, PREVIEW_SLICE_MAX - used, "%s%" PRIu64, comma,
                                          preview->fixed[axis]));
        whole &= shown;
    }
    if (whole)
        buf[0] = '\0';
    return true;
}

uint64_t preview_row_length(const struct preview *preview, uint64_t row)
{
    uint64_t columns = preview_grid_columns(preview);
    if (preview->arrangement != ARRANGE_FLAT || columns == 0)
        return columns;
    uint64_t n = element_count(preview), first = row * preview->wrap;
    return first >= n ? 0 : min_u64(preview->wrap, n - first);
}

void preview_index(const struct preview *preview, uint64_t row, uint64_t column, uint64_t *ret_index)
{
    if (preview->arrangement == ARRANGE_FLAT) {
        if (preview->matrix.rank == 1)
            ret_index[0] = row * preview->wrap + column;
        return;
    }
    for (int axis = 0; axis < preview->matrix.rank; axis++)
        ret_index[axis] = axis == preview->row_axis      ? row
                          : axis == preview->column_axis ? column
                                                         : preview->fixed[axis];
}

static bool is_fixed(const struct preview *preview, int axis)
{
    return axis != preview->row_axis && axis != preview->column_axis;
}

/* The next fixed axis behind `axis`, round the end; -1: none. */
static int next_fixed(const struct preview *preview, int axis)
{
    int rank = preview->matrix.rank;
    for (int i = 1; i <= rank; i++) {
        int next = (axis + i + rank) % rank;
        if (is_fixed(preview, next))
            return next;
    }
    return -1;
}

static void settle_step_axis(struct preview *preview)
{
    if (preview->arrangement == ARRANGE_FLAT)
        preview->step_axis = -1;
    else if (preview->step_axis < 0 || preview->step_axis >= preview->matrix.rank ||
             !is_fixed(preview, preview->step_axis))
        preview->step_axis = next_fixed(preview, -1);
}

/* The last axes run down and across, the slice is the first one. */
void preview_place_reset(struct preview *preview)
{
    int rank = preview->matrix.rank;
    memset(preview->fixed, 0, sizeof preview->fixed);
    preview->cursor_row = preview->cursor_column = preview->top = preview->left = 0;
    preview->step_axis = preview->row_axis = preview->column_axis = -1;
    preview->wrap = preview->hex ? PREVIEW_HEX_WRAP : 1;
    preview->width = 0;
    free(preview->widths);
    free(preview->chosen_widths);
    preview->widths = preview->chosen_widths = NULL;
    preview->chosen_width = 0;
    preview->kept = preview->kept_shown = 0;
    preview->has_block = preview->wants_copy = false;
    if (preview->matrix.dtype.kind == DTYPE_STRUCT && dtype_field_count(&preview->matrix.dtype) > 0) {
        preview->arrangement = ARRANGE_FIELDS;
        preview->row_axis = rank - 1;
        size_t fields = dtype_field_count(&preview->matrix.dtype);
        preview->widths = memory_new(fields * sizeof *preview->widths);
        preview->chosen_widths = memory_new(fields * sizeof *preview->chosen_widths);
    } else if (rank < 2) {
        preview->arrangement = ARRANGE_FLAT;
    } else {
        preview->arrangement = ARRANGE_PLANE;
        preview->row_axis = rank - 2;
        preview->column_axis = rank - 1;
    }
    settle_step_axis(preview);
}

static uint64_t clamp_below(uint64_t value, uint64_t count)
{
    return count == 0 ? 0 : min_u64(value, count - 1);
}

void preview_place_clamp(struct preview *preview)
{
    if (!preview->has_matrix)
        return;
    for (int axis = 0; axis < preview->matrix.rank; axis++)
        preview->fixed[axis] = clamp_below(preview->fixed[axis], preview->matrix.shape[axis]);
    preview->cursor_row = clamp_below(preview->cursor_row, preview_grid_rows(preview));
    preview->cursor_column =
        clamp_below(preview->cursor_column, preview_row_length(preview, preview->cursor_row));
    preview->top = clamp_below(preview->top, preview_grid_rows(preview));
    preview->left = clamp_below(preview->left, preview_grid_columns(preview));
}

void preview_rewrap(struct preview *preview, uint32_t wrap)
{
    uint64_t at = preview->cursor_row * preview->wrap + preview->cursor_column;
    uint64_t top = preview->top * preview->wrap, before = preview->wrap;
    preview->wrap = wrap;
    preview->cursor_row = at / wrap;
    preview->cursor_column = at % wrap;
    preview->top = top / wrap;
    preview->left = 0;
    at = preview->block_row * before + preview->block_column;
    preview->block_row = at / wrap;
    preview->block_column = at % wrap;
}

/* --- axes --- */

/* The axes are others: what was about rows and columns is about none. */
static void forget_view(struct preview *preview)
{
    preview->top = preview->left = 0;
    preview->jumped = true;
    preview->kept = preview->kept_shown = 0;
    preview->has_block = preview->wants_copy = false;
}

/* Gives *axis to another axis, *cursor to that one's index; the old one stays fixed where the cursor was. */
static void exchange_axis(struct preview *preview, int *axis, uint64_t *cursor)
{
    int next = next_fixed(preview, *axis);
    if (next < 0)
        return;
    preview->fixed[*axis] = *cursor;
    *cursor = preview->fixed[next];
    *axis = next;
    forget_view(preview);
    preview->width = 0;
    settle_step_axis(preview);
}

static void choose_axis(struct preview *preview, enum action action)
{
    if (preview->arrangement == ARRANGE_FIELDS && action == ACTION_AXIS_COLUMNS)
        preview_say(preview, "a struct's fields run across");
    else if (preview->step_axis < 0)
        preview_say(preview, "%s",
                    preview->arrangement == ARRANGE_PLANE ? "two axes only: t transposes" : "no other axis");
    else if (action == ACTION_AXIS_ROWS)
        exchange_axis(preview, &preview->row_axis, &preview->cursor_row);
    else
        exchange_axis(preview, &preview->column_axis, &preview->cursor_column);
}

static void transpose(struct preview *preview)
{
    if (preview->arrangement != ARRANGE_PLANE) {
        preview_say(preview, "nothing to transpose: one axis runs down");
        return;
    }
    int axis = preview->row_axis;
    uint64_t cursor = preview->cursor_row;
    preview->row_axis = preview->column_axis;
    preview->column_axis = axis;
    preview->cursor_row = preview->cursor_column;
    preview->cursor_column = cursor;
    forget_view(preview);
}

static void step_slice(struct preview *preview, int64_t steps)
{
    int axis = preview->step_axis;
    if (axis < 0) {
        preview_say(preview, "there is only this slice");
        return;
    }
    uint64_t *at = &preview->fixed[axis], distance = (uint64_t)(steps < 0 ? -steps : steps);
    if (steps < 0)
        *at -= min_u64(distance, *at);
    else
        *at = clamp_below(*at + distance, preview->matrix.shape[axis]);
}

/* The next axis to step along. */
static void next_axis(struct preview *preview)
{
    int next = preview->step_axis < 0 ? -1 : next_fixed(preview, preview->step_axis);
    if (next < 0)
        preview_say(preview, "there is only this slice");
    else if (next == preview->step_axis)
        preview_say(preview, "no other axis to step along");
    else
        preview->step_axis = next;
}

/* --- the cursor --- */

static void move_rows(struct preview *preview, int64_t rows)
{
    uint64_t distance = (uint64_t)(rows < 0 ? -rows : rows);
    if (rows < 0)
        preview->cursor_row -= min_u64(distance, preview->cursor_row);
    else if (preview->cursor_row < UINT64_MAX - distance)
        preview->cursor_row += distance;
    preview_place_clamp(preview);
}

/* A page moves what is shown, and the cursor with it. */
static void move_page(struct preview *preview, int64_t rows)
{
    uint64_t distance = (uint64_t)(rows < 0 ? -rows : rows);
    uint64_t all = preview_grid_rows(preview), shown = (uint64_t)(preview->rows > 0 ? preview->rows : 1);
    uint64_t last = all > shown ? all - shown : 0;
    if (rows < 0)
        preview->top -= min_u64(distance, preview->top);
    else
        preview->top = max_u64(min_u64(preview->top + distance, last), preview->top);
    move_rows(preview, rows);
}

static void move_left(struct preview *preview)
{
    if (preview->cursor_column > 0) {
        preview->cursor_column--;
    } else if (preview->arrangement == ARRANGE_FLAT && preview->cursor_row > 0) {
        preview->cursor_row--;
        preview->cursor_column = preview_row_length(preview, preview->cursor_row) - 1;
    }
}

static void move_right(struct preview *preview)
{
    uint64_t row = preview->cursor_row;
    if (preview->cursor_column + 1 < preview_row_length(preview, row)) {
        preview->cursor_column++;
    } else if (preview->arrangement == ARRANGE_FLAT && row + 1 < preview_grid_rows(preview)) {
        preview->cursor_row++;
        preview->cursor_column = 0;
    }
}

bool preview_steps(enum action action, int64_t page, int64_t *ret_rows, bool *ret_scrolls)
{
    *ret_scrolls = action != ACTION_UP && action != ACTION_DOWN;
    switch (action) {
    case ACTION_UP:
        *ret_rows = -1;
        return true;
    case ACTION_DOWN:
        *ret_rows = 1;
        return true;
    case ACTION_PAGE_UP:
        *ret_rows = -page;
        return true;
    case ACTION_PAGE_DOWN:
        *ret_rows = page;
        return true;
    case ACTION_HALF_UP:
        *ret_rows = -(page + 1) / 2;
        return true;
    case ACTION_HALF_DOWN:
        *ret_rows = (page + 1) / 2;
        return true;
    default:
        return false;
    }
}

/* To the ends of the rows and columns, or to what is beside the cursor. */
static bool move_elsewhere(struct preview *preview, enum action action)
{
    switch (action) {
    case ACTION_LEFT:
        move_left(preview);
        return true;
    case ACTION_RIGHT:
        move_right(preview);
        return true;
    case ACTION_FIRST:
        preview->cursor_row = 0;
        return true;
    case ACTION_LAST:
        preview->cursor_row = UINT64_MAX;
        preview_place_clamp(preview);
        return true;
    case ACTION_ROW_START:
        preview->cursor_column = 0;
        return true;
    case ACTION_ROW_END:
        preview->cursor_column = UINT64_MAX;
        preview_place_clamp(preview);
        return true;
    default:
        return false;
    }
}

static bool move(struct preview *preview, enum action action)
{
    int64_t page = preview->rows > 1 ? preview->rows : 1, rows;
    bool scrolls;
    if (!preview_steps(action, page, &rows, &scrolls))
        return move_elsewhere(preview, action);
    (scrolls ? move_page : move_rows)(preview, rows);
    return true;
}

enum preview_result preview_place_action(struct preview *preview, enum action action)
{
    if (!preview->has_matrix)
        return action >= ACTION_UP && action <= ACTION_ROW_END ? PREVIEW_USED : PREVIEW_UNUSED;
    if (move(preview, action))
        return PREVIEW_USED;
    switch (action) {
    case ACTION_SLICE_PREVIOUS:
        step_slice(preview, -1);
        return PREVIEW_USED;
    case ACTION_SLICE_NEXT:
        step_slice(preview, 1);
        return PREVIEW_USED;
    case ACTION_SLICE_BACK_10:
        step_slice(preview, -10);
        return PREVIEW_USED;
    case ACTION_SLICE_ON_10:
        step_slice(preview, 10);
        return PREVIEW_USED;
    case ACTION_NEXT_AXIS:
        next_axis(preview);
        return PREVIEW_USED;
    case ACTION_AXIS_ROWS:
    case ACTION_AXIS_COLUMNS:
        choose_axis(preview, action);
        return PREVIEW_USED;
    case ACTION_TRANSPOSE:
        transpose(preview);
        return PREVIEW_USED;
    default:
        return PREVIEW_UNUSED;
    }
}

bool preview_has_use_for(const struct preview *preview, enum action action)
{
    switch (action) {
    case ACTION_SLICE_PREVIOUS:
    case ACTION_SLICE_NEXT:
    case ACTION_SLICE_BACK_10:
    case ACTION_SLICE_ON_10:
    case ACTION_NEXT_AXIS:
    case ACTION_AXIS_ROWS:
    case ACTION_AXIS_COLUMNS:
        return preview->step_axis >= 0;
    case ACTION_TRANSPOSE:
        return preview->has_matrix && preview->arrangement == ARRANGE_PLANE;
    case ACTION_FORMAT:
    case ACTION_MAGNITUDE:
    case ACTION_NARROWER:
    case ACTION_WIDER:
    case ACTION_FREEZE:
    case ACTION_TINT:
        return preview_format_has_use(preview, action);
    case ACTION_GOTO:
        return !preview->has_matrix || preview->matrix.rank > 0;
    case ACTION_CENSUS:
        return preview->screen == SCREEN_CENSUS || (preview->has_matrix && preview_any_has_figures(preview));
    case ACTION_RECORD:
        return preview_is_said(preview);
    case ACTION_EXACT:
        return preview->screen != SCREEN_CENSUS || census_has_use_for(preview, action);
    case ACTION_MAP:
        return preview->screen == SCREEN_MAP || !preview_map_refusal(preview);
    default:
        return true;
    }
}

/* --- going to an element --- */

void preview_place_go(struct preview *preview, const int *axes, const uint64_t *position, int n)
{
    preview->jumped = true;
    for (int i = 0; i < n; i++) {
        if (preview->arrangement == ARRANGE_FLAT) {
            preview->cursor_row = position[i] / preview->wrap;
            preview->cursor_column = position[i] % preview->wrap;
        } else if (axes[i] == preview->row_axis) {
            preview->cursor_row = position[i];
        } else if (axes[i] == preview->column_axis) {
            preview->cursor_column = position[i];
        } else {
            preview->fixed[axes[i]] = position[i];
        }
    }
}

void preview_place_index(struct preview *preview, const uint64_t *index)
{
    int axes[MATRIX_RANK_MAX];
    for (int i = 0; i < preview->matrix.rank; i++)
        axes[i] = i;
    preview_place_go(preview, axes, index, preview->matrix.rank);
    preview_place_clamp(preview);
}
