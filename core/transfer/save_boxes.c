/*
 * A view that does not lie together in the segment, into a file in C order, box by box. A box is made of what
 * lies together in the segment, until that is a long run, and then of what lies together in the file: so
 * both are moved in long pieces, whichever axes those are.
 */
#include <errno.h>
#include <stdlib.h>

#include "core/matrix/walk.h"
#include "core/matrix/window.h"
#include "core/sys/checked.h"
#include "core/sys/fd.h"
#include "core/transfer/save_private.h"

#define RUN (UINT64_C(8) << 10) /* bytes; longer ones would make the others short */

struct boxes {
    const struct view *view;
    uint64_t itemsize;
    uint64_t step[MATRIX_RANK_MAX];   /* elements of a whole box */
    uint64_t count[MATRIX_RANK_MAX];  /* boxes */
    uint64_t stride[MATRIX_RANK_MAX]; /* bytes between neighbours in the file */
    uint64_t elements;                /* of a whole box */
};

/* The axis not taken yet whose neighbours lie closest in the segment; -1: none is left. */
static int nearest_axis(const struct boxes *boxes, const bool *taken)
{
    const struct view *view = boxes->view;
    int nearest = -1;
    for (int axis = view->rank - 1; axis >= 0; axis--) {
        bool closer = nearest < 0 || llabs(view->stride[axis]) < llabs(view->stride[nearest]);
        if (!taken[axis] && view->count[axis] > 1 && closer)
            nearest = axis;
    }
    return nearest;
}

/* Makes a box that many elements wide along an axis, or as wide as there are. */
static void widen(struct boxes *boxes, int axis, uint64_t step)
{
    uint64_t others = boxes->elements / boxes->step[axis];
    boxes->step[axis] = min_u64(boxes->view->count[axis], max_u64(boxes->step[axis], step));
    boxes->elements = others * boxes->step[axis];
}

static void choose(struct boxes *boxes)
{
    const struct view *view = boxes->view;
    uint64_t run = RUN / boxes->itemsize, room = max_u64(WALK_BLOCK / boxes->itemsize, 1);
    bool taken[MATRIX_RANK_MAX] = {false};
    uint64_t stride = boxes->itemsize;
    boxes->elements = 1;
    for (int axis = view->rank - 1; axis >= 0; axis--) {
        boxes->step[axis] = 1;
        boxes->stride[axis] = stride;
        stride *= view->count[axis];
    }
    for (int axis; boxes->elements < run && (axis = nearest_axis(boxes, taken)) >= 0; taken[axis] = true)
        widen(boxes, axis, run / boxes->elements);
    for (int axis = view->rank - 1; axis >= 0; axis--)
        widen(boxes, axis, room / (boxes->elements / boxes->step[axis]));
    for (int axis = 0; axis < view->rank; axis++)
        boxes->count[axis] = (view->count[axis] + boxes->step[axis] - 1) / boxes->step[axis];
}

/* A box that was read: the last axes that it has whole, and a part of the one before, are one run. */
static int put_box(const struct boxes *boxes, const struct save_out *out, const uint64_t *origin,
                   const uint64_t *extent, const uint8_t *block)
{
    uint64_t run = boxes->itemsize, within[MATRIX_RANK_MAX] = {0};
    int axes = boxes->view->rank, r;
    while (axes > 0) {
        run *= extent[--axes];
        if (extent[axes] != boxes->view->count[axes])
            break;
    }
    do {
        uint64_t at = out->at;
        for (int axis = 0; axis < boxes->view->rank; axis++)
            at += (origin[axis] + within[axis]) * boxes->stride[axis];
        r = fd_pwrite_all(out->fd, block, run, at);
        block += run;
    } while (r == 0 && walk_step(axes, extent, within));
    return r;
}

static int copy_box(const struct boxes *boxes, const struct save *save, const struct save_out *out,
                    const uint64_t *index, uint8_t *block, struct progress *progress, struct error *error)
{
    uint64_t origin[MATRIX_RANK_MAX], extent[MATRIX_RANK_MAX], elements = 1;
    for (int axis = 0; axis < boxes->view->rank; axis++) {
        origin[axis] = index[axis] * boxes->step[axis];
        extent[axis] = min_u64(boxes->step[axis], boxes->view->count[axis] - origin[axis]);
        elements *= extent[axis];
    }
    if (progress_cancelled(progress))
        return -ECANCELED;
    int r = window_read(save->fd, save->matrix, save->view, origin, extent, block, error);
    if (r < 0)
        return r;
    window_swap(&save->matrix->dtype, block, elements);
    r = put_box(boxes, out, origin, extent, block);
    progress_add(progress, r == 0 ? elements * boxes->itemsize : 0);
    return r;
}

int save_write_boxes(const struct save *save, struct save_out *out, struct progress *progress,
                     struct error *error)
{
    struct boxes boxes = {.view = save->view, .itemsize = save->matrix->dtype.itemsize};
    uint64_t index[MATRIX_RANK_MAX] = {0};
    int r;
    choose(&boxes);
    uint8_t *block = malloc(boxes.elements * boxes.itemsize);
    if (!block)
        return error_set_errno(error, ENOMEM, "cannot read its values");
    do
        r = copy_box(&boxes, save, out, index, block, progress, error);
    while (r == 0 && walk_step(save->view->rank, boxes.count, index));
    free(block);
    out->at += r == 0 ? view_elements(save->view) * boxes.itemsize : 0;
    return r;
}
