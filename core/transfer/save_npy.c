/*
 * A view as an .npy file.
 */
#include <errno.h>
#include <stdlib.h>

#include "core/layout/npy.h"
#include "core/matrix/walk.h"
#include "core/matrix/window.h"
#include "core/sys/copy.h"
#include "core/transfer/save_private.h"

/* Whether neighbours along the axes, taken from the first or the last, lie side by side. */
static bool is_contiguous(const struct view *view, uint64_t itemsize, bool fortran)
{
    int64_t expected = (int64_t)itemsize;
    for (int i = 0; i < view->rank; i++) {
        int axis = fortran ? i : view->rank - 1 - i;
        if (view->count[axis] > 1 && view->stride[axis] != expected)
            return false;
        expected *= (int64_t)view->count[axis];
    }
    return true;
}

bool save_is_packed(const struct save *save, struct matrix *ret_matrix)
{
    const struct view *view = save->view;
    uint64_t itemsize = save->matrix->dtype.itemsize;
    struct matrix matrix = {.dtype = save->matrix->dtype, .order = 'C', .rank = view->rank};
    for (int axis = 0; axis < view->rank; axis++)
        matrix.shape[axis] = view->count[axis];
    bool packed = view_elements(view) == 0 || is_contiguous(view, itemsize, false);
    if (!packed && is_contiguous(view, itemsize, true)) {
        matrix.order = 'F';
        packed = true;
    }
    *ret_matrix = matrix;
    return packed;
}

/* A range of the segment. */
static int copy_bytes(const struct save *save, struct save_out *out, uint64_t from, uint64_t count,
                      struct progress *progress)
{
    int r = out->is_file ? copy_range_data(out->fd, out->at, save->fd, from, count, progress)
                         : copy_stream(out->fd, save->fd, from, count, progress);
    out->at += r == 0 ? count : 0;
    return r;
}

/* The elements one by one, for those of which not even one should be held in memory. */
static int copy_elements(const struct save *save, struct save_out *out, struct progress *progress)
{
    const struct view *view = save->view;
    uint64_t index[MATRIX_RANK_MAX] = {0};
    int r;
    do {
        int64_t offset = (int64_t)save->matrix->offset + view->start;
        for (int axis = 0; axis < view->rank; axis++)
            offset += (int64_t)index[axis] * view->stride[axis];
        r = copy_bytes(save, out, (uint64_t)offset, save->matrix->dtype.itemsize, progress);
    } while (r == 0 && walk_step(view->rank, view->count, index));
    return r;
}

/* To a stream: in C order, as stored. */
static int write_blocks(const struct save *save, struct save_out *out, struct progress *progress,
                        struct error *error)
{
    const struct dtype *dtype = &save->matrix->dtype;
    struct walk walk;
    int r = walk_begin(&walk, save->fd, save->matrix, save->view, error);
    if (r < 0)
        return r;
    while ((r = walk_next(&walk, error)) > 0) {
        uint64_t bytes = walk.elements * dtype->itemsize;
        window_swap(dtype, walk.block, walk.elements);
        r = progress_cancelled(progress) ? -ECANCELED : save_put(out, walk.block, bytes);
        if (r < 0)
            break;
        progress_add(progress, bytes);
    }
    walk_end(&walk);
    return r;
}

int save_write_npy(const struct save *save, struct save_out *out, struct progress *progress,
                   struct error *error)
{
    struct matrix matrix;
    uint8_t *header = NULL;
    size_t size;
    bool packed = save_is_packed(save, &matrix);
    uint64_t itemsize = matrix.dtype.itemsize, bytes = view_elements(save->view) * itemsize;
    int r = npy_write_header(&matrix, &header, &size, error);
    if (r < 0)
        return r;
    r = save_put(out, header, size);
    free(header);
    if (r < 0 || bytes == 0)
        return r;
    if (packed)
        return copy_bytes(save, out, save->matrix->offset + (uint64_t)save->view->start, bytes, progress);
    if (itemsize > WALK_BLOCK)
        return copy_elements(save, out, progress);
    return out->is_file ? save_write_boxes(save, out, progress, error)
                        : write_blocks(save, out, progress, error);
}
