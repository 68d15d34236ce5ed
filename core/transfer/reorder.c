#include "core/transfer/reorder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/sys/checked.h"

#define TILE 32 /* elements a side: a tile's lines of both buffers stay in the first cache */

/* A box of the stored array: the last axis is the one whose elements lie together. */
struct box {
    int rank;
    uint64_t dims[MATRIX_RANK_MAX], origin[MATRIX_RANK_MAX], extent[MATRIX_RANK_MAX];
};

struct reorder {
    uint64_t itemsize;
    struct box box;                 /* as it lies in the source */
    uint64_t step[MATRIX_RANK_MAX]; /* extents of a box that meets no edge */
    const struct reorder_io *io;
    uint8_t *from, *to;
};

/* The axes as they lie in the file, without those of length 1, which change nothing. */
static void stored_axes(const struct matrix *matrix, struct box *ret_box)
{
    ret_box->rank = 0;
    for (int i = 0; i < matrix->rank; i++) {
        uint64_t n = matrix->shape[matrix->order == 'F' ? matrix->rank - 1 - i : i];
        if (n != 1)
            ret_box->dims[ret_box->rank++] = n;
    }
}

bool reorder_is_needed(const struct matrix *matrix)
{
    struct box box;
    stored_axes(matrix, &box);
    for (int i = 0; i < box.rank; i++)
        if (box.dims[i] == 0)
            return false;
    return box.rank >= 2 && matrix->dtype.itemsize > 0;
}

static uint64_t elements(const uint64_t *extent, int rank)
{
    uint64_t n = 1;
    for (int i = 0; i < rank; i++)
        n *= extent[i];
    return n;
}

/* Widens the box from one end of the axes on, to at most limit elements. */
static void widen(struct reorder *reorder, bool from_last, uint64_t limit)
{
    int rank = reorder->box.rank;
    for (int i = 0; i < rank; i++) {
        int axis = from_last ? rank - 1 - i : i;
        uint64_t room = limit / (elements(reorder->step, rank) / reorder->step[axis]);
        reorder->step[axis] = max_u64(reorder->step[axis], min_u64(reorder->box.dims[axis], room));
        if (reorder->step[axis] < reorder->box.dims[axis])
            return;
    }
}

static void choose_step(struct reorder *reorder, bool sequential)
{
    uint64_t limit = max_u64(REORDER_BUFFER / reorder->itemsize, 1);
    for (int i = 0; i < reorder->box.rank; i++)
        reorder->step[i] = 1;
    if (!sequential) {
        uint64_t side = 1;
        while (side * side < limit)
            side *= 2;
        widen(reorder, true, min_u64(side, limit));
        widen(reorder, false, limit);
    }
    widen(reorder, true, limit);
}

static void box_reverse(const struct box *box, struct box *ret)
{
    ret->rank = box->rank;
    for (int i = 0; i < box->rank; i++) {
        int j = box->rank - 1 - i;
        ret->dims[i] = box->dims[j];
        ret->origin[i] = box->origin[j];
        ret->extent[i] = box->extent[j];
    }
}

/* How many of the last axes lie in one run: those that the box spans, and one more. Returns the first of
 * them. */
static int run_axis(const struct box *box, uint64_t *ret_elements)
{
    int axis = box->rank - 1;
    uint64_t n = box->extent[axis];
    while (axis > 0 && box->extent[axis] == box->dims[axis])
        n *= box->extent[--axis];
    *ret_elements = n;
    return axis;
}

/* Steps index through the first axes of the box. False after the last. */
static bool next_index(const uint64_t *extent, int axes, uint64_t *index)
{
    for (int i = axes - 1; i >= 0; i--) {
        if (++index[i] < extent[i])
            return true;
        index[i] = 0;
    }
    return false;
}

static uint64_t position(const struct box *box, const uint64_t *index, int axes)
{
    uint64_t at = 0;
    for (int i = 0; i < box->rank; i++)
        at = at * box->dims[i] + box->origin[i] + (i < axes ? index[i] : 0);
    return at;
}

/* Reads (or writes) the box, run by run, into (from) buf. */
static int transfer_box(const struct reorder *reorder, const struct box *box, bool writes, uint8_t *buf,
                        struct error *error)
{
    const struct reorder_io *io = reorder->io;
    uint64_t index[MATRIX_RANK_MAX] = {0}, run;
    int axes = run_axis(box, &run);
    size_t size = (size_t)(run * reorder->itemsize);
    int r;
    do {
        uint64_t offset = position(box, index, axes) * reorder->itemsize;
        r = writes ? io->write(io->context, offset, buf, size, error)
                   : io->read(io->context, offset, buf, size, error);
        buf += size;
    } while (r == 0 && next_index(box->extent, axes, index));
    return r;
}

/* Turns a plane of rows × columns elements; strides in bytes between the rows of from and the columns in to.
 */
#define DEFINE_TURN(name, copy)                                                                              \
    static void name(const uint8_t *from, size_t from_stride, uint8_t *to, size_t to_stride, uint64_t rows,  \
                     uint64_t columns, size_t itemsize)                                                      \
    {                                                                                                        \
        (void)itemsize;                                                                                      \
        for (uint64_t i0 = 0; i0 < rows; i0 += TILE)                                                         \
            for (uint64_t j0 = 0; j0 < columns; j0 += TILE)                                                  \
                for (uint64_t j = j0; j < min_u64(columns, j0 + TILE); j++)                                  \
                    for (uint64_t i = i0; i < min_u64(rows, i0 + TILE); i++)                                 \
                        memcpy(to + j * to_stride + i * (copy), from + i * from_stride + j * (copy), copy);  \
    }
DEFINE_TURN(turn_1, 1)
DEFINE_TURN(turn_2, 2)
DEFINE_TURN(turn_4, 4)
DEFINE_TURN(turn_8, 8)
DEFINE_TURN(turn_16, 16)
DEFINE_TURN(turn_any, itemsize)

static void turn(const uint8_t *from, size_t from_stride, uint8_t *to, size_t to_stride, uint64_t rows,
                 uint64_t columns, size_t itemsize)
{
    switch (itemsize) {
    case 1:
        turn_1(from, from_stride, to, to_stride, rows, columns, itemsize);
        break;
    case 2:
        turn_2(from, from_stride, to, to_stride, rows, columns, itemsize);
        break;
    case 4:
        turn_4(from, from_stride, to, to_stride, rows, columns, itemsize);
        break;
    case 8:
        turn_8(from, from_stride, to, to_stride, rows, columns, itemsize);
        break;
    case 16:
        turn_16(from, from_stride, to, to_stride, rows, columns, itemsize);
        break;
    default:
        turn_any(from, from_stride, to, to_stride, rows, columns, itemsize);
    }
}

/* Reverses the axes of the packed box: plane by plane of its first and last axis, for each index of those
 * between. */
static void turn_box(const struct reorder *reorder, const struct box *box)
{
    int last = box->rank - 1;
    size_t itemsize = (size_t)reorder->itemsize;
    size_t from_row = itemsize * (size_t)(elements(box->extent, box->rank) / box->extent[0]);
    size_t to_column = itemsize * (size_t)(elements(box->extent, box->rank) / box->extent[last]);
    uint64_t index[MATRIX_RANK_MAX] = {0};
    do {
        size_t from = 0, to = 0;
        for (int i = 0; i <= last; i++) {
            from = from * (size_t)box->extent[i] + (size_t)(i == 0 || i == last ? 0 : index[i - 1]);
            int j = last - i;
            to = to * (size_t)box->extent[j] + (size_t)(j == 0 || j == last ? 0 : index[j - 1]);
        }
        turn(reorder->from + from * itemsize, from_row, reorder->to + to * itemsize, to_column,
             box->extent[0], box->extent[last], itemsize);
    } while (next_index(box->extent + 1, box->rank - 2, index));
}

/* An element larger than the buffer needs no turning. */
static int move_large_element(const struct reorder *reorder, struct progress *progress, struct error *error)
{
    const struct reorder_io *io = reorder->io;
    const uint64_t index[MATRIX_RANK_MAX] = {0};
    struct box target;
    box_reverse(&reorder->box, &target);
    uint64_t from = position(&reorder->box, index, 0) * reorder->itemsize;
    uint64_t to = position(&target, index, 0) * reorder->itemsize;
    int r = 0;
    for (uint64_t done = 0; done < reorder->itemsize && r == 0;) {
        size_t size = (size_t)min_u64(REORDER_BUFFER, reorder->itemsize - done);
        if (progress_cancelled(progress))
            return error_set(error, ECANCELED, "stopped");
        if ((r = io->read(io->context, from + done, reorder->from, size, error)) == 0)
            r = io->write(io->context, to + done, reorder->from, size, error);
        done += size;
        progress_add(progress, size);
    }
    return r;
}

static int move_box(const struct reorder *reorder, struct progress *progress, struct error *error)
{
    struct box target;
    if (reorder->itemsize > REORDER_BUFFER)
        return move_large_element(reorder, progress, error);
    if (progress_cancelled(progress))
        return error_set(error, ECANCELED, "stopped");
    int r = transfer_box(reorder, &reorder->box, false, reorder->from, error);
    if (r < 0)
        return r;
    turn_box(reorder, &reorder->box);
    box_reverse(&reorder->box, &target);
    r = transfer_box(reorder, &target, true, reorder->to, error);
    progress_add(progress, elements(reorder->box.extent, reorder->box.rank) * reorder->itemsize);
    return r;
}

static void fit_extent(struct reorder *reorder)
{
    struct box *box = &reorder->box;
    for (int i = 0; i < box->rank; i++)
        box->extent[i] = min_u64(reorder->step[i], box->dims[i] - box->origin[i]);
}

static bool next_box(struct reorder *reorder)
{
    struct box *box = &reorder->box;
    for (int i = box->rank - 1; i >= 0; i--) {
        box->origin[i] += reorder->step[i];
        if (box->origin[i] < box->dims[i])
            return true;
        box->origin[i] = 0;
    }
    return false;
}

int reorder_run(const struct matrix *matrix, bool sequential, const struct reorder_io *io,
                struct progress *progress, struct error *error)
{
    struct reorder reorder = {.itemsize = matrix->dtype.itemsize, .io = io};
    stored_axes(matrix, &reorder.box);
    if (!reorder_is_needed(matrix))
        return 0;
    choose_step(&reorder, sequential);
    reorder.from = malloc(REORDER_BUFFER);
    reorder.to = malloc(REORDER_BUFFER);
    int r = reorder.from && reorder.to ? 0 : error_set_errno(error, ENOMEM, "cannot change the order");
    if (r == 0) {
        do {
            fit_extent(&reorder);
            r = move_box(&reorder, progress, error);
        } while (r == 0 && next_box(&reorder));
    }
    free(reorder.from);
    free(reorder.to);
    return r;
}
