#include "core/transfer/boxes.h"

#include "core/sys/checked.h"

#define ALIASING 512 /* runs of a multiple of these bytes get a gap */
#define GAP      64

void grid_of_matrix(const struct matrix *matrix, struct grid *ret)
{
    ret->rank = 0;
    for (int i = 0; i < matrix->rank; i++) {
        uint64_t n = matrix->shape[matrix->order == 'F' ? matrix->rank - 1 - i : i];
        if (n != 1)
            ret->dims[ret->rank++] = n;
    }
}

void grid_of_box(int rank, const struct box *box, struct grid *ret)
{
    ret->rank = rank;
    for (int i = 0; i < rank; i++)
        ret->dims[i] = box->extent[i];
}

static uint64_t product(const uint64_t *extent, int rank)
{
    uint64_t n = 1;
    for (int i = 0; i < rank; i++)
        n *= extent[i];
    return n;
}

/* Into as few boxes as n at most allows, of about the same size. */
static uint64_t even_step(uint64_t dim, uint64_t n)
{
    if (n >= dim)
        return dim;
    uint64_t boxes = dim / n + (dim % n != 0);
    return dim / boxes + (dim % boxes != 0);
}

/* Widens the boxes from one end of the axes on, to at most limit elements. */
static void widen(struct grid *grid, bool from_last, uint64_t limit)
{
    for (int i = 0; i < grid->rank; i++) {
        int axis = from_last ? grid->rank - 1 - i : i;
        uint64_t room = limit / (product(grid->step, grid->rank) / grid->step[axis]);
        if (room > grid->step[axis])
            grid->step[axis] = even_step(grid->dims[axis], room);
        if (grid->step[axis] < grid->dims[axis])
            return;
    }
}

void grid_choose(struct grid *grid, uint64_t back, uint64_t limit)
{
    for (int i = 0; i < grid->rank; i++)
        grid->step[i] = 1;
    widen(grid, true, min_u64(back, limit));
    widen(grid, false, limit);
    widen(grid, true, limit);
}

static uint64_t boxes_along(const struct grid *grid, int axis)
{
    return grid->dims[axis] / grid->step[axis] + (grid->dims[axis] % grid->step[axis] != 0);
}

uint64_t grid_count(const struct grid *grid)
{
    uint64_t n = 1;
    for (int i = 0; i < grid->rank; i++)
        n *= boxes_along(grid, i);
    return n;
}

void grid_box(const struct grid *grid, uint64_t index, struct box *ret)
{
    for (int i = grid->rank - 1; i >= 0; i--) {
        uint64_t n = boxes_along(grid, i);
        ret->origin[i] = index % n * grid->step[i];
        ret->extent[i] = min_u64(grid->step[i], grid->dims[i] - ret->origin[i]);
        index /= n;
    }
}

uint64_t box_elements(int rank, const struct box *box)
{
    return product(box->extent, rank);
}

/* The stored axis that is the i-th of this side. */
static int axis_of(const struct runs *runs, int i)
{
    return runs->reversed ? runs->rank - 1 - i : i;
}

void runs_make(const struct grid *grid, const struct box *box, bool reversed, uint64_t itemsize,
               struct runs *ret)
{
    *ret = (struct runs){.size = itemsize, .rank = grid->rank, .reversed = reversed, .itemsize = itemsize};
    bool goes_on = true;
    for (int i = grid->rank - 1; i >= 0 && goes_on; i--) {
        int axis = axis_of(ret, i);
        ret->size *= box->extent[axis];
        ret->axes = i;
        goes_on = box->extent[axis] == grid->dims[axis];
    }
    ret->count = box_elements(grid->rank, box) * itemsize / ret->size;
    ret->step = (size_t)ret->size + (ret->size % ALIASING == 0 ? GAP : 0);
}

uint64_t runs_offset(const struct runs *runs, const struct grid *grid, const struct box *box, uint64_t index)
{
    uint64_t at = 0, unit = runs->itemsize;
    for (int i = runs->rank - 1; i >= 0; i--) {
        int axis = axis_of(runs, i);
        uint64_t here = box->origin[axis];
        if (i < runs->axes) {
            here += index % box->extent[axis];
            index /= box->extent[axis];
        }
        at += here * unit;
        unit *= grid->dims[axis];
    }
    return at;
}

void runs_strides(const struct runs *runs, const struct box *box, size_t stride[MATRIX_RANK_MAX])
{
    size_t unit = (size_t)runs->itemsize;
    for (int i = runs->rank - 1; i >= 0; i--) {
        int axis = axis_of(runs, i);
        if (i == runs->axes - 1)
            unit = runs->step;
        stride[axis] = unit;
        unit *= (size_t)box->extent[axis];
    }
}
