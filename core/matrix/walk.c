/*
 * A block is a box of the view, whole in the last axes, a range in one, a single step in those before; so the
 * elements of a box, one after the other, are the view's in C order.
 */
#include "core/matrix/walk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/matrix/number.h"
#include "core/matrix/window.h"
#include "core/sys/checked.h"
#include "core/sys/memory.h"

int walk_begin(struct walk *walk, int fd, const struct matrix *matrix, const struct view *view,
               struct error *error)
{
    uint64_t itemsize = max_u64(matrix->dtype.itemsize, 1), elements = 1;
    uint64_t room = max_u64(WALK_BLOCK / itemsize, 1);
    *walk = (struct walk){.fd = fd, .matrix = matrix, .view = view};
    for (int axis = view->rank - 1; axis >= 0; axis--) {
        walk->most[axis] = max_u64(min_u64(view->count[axis], room / elements), 1);
        elements *= walk->most[axis];
        if (walk->most[axis] < view->count[axis])
            room = elements;
    }
    walk->text_size = 256;
    walk->block = malloc(elements * itemsize);
    walk->text = malloc(walk->text_size);
    if (walk->block && walk->text)
        return 0;
    walk_end(walk);
    return error_set_errno(error, ENOMEM, "cannot read its values");
}

void walk_end(struct walk *walk)
{
    free(walk->block);
    free(walk->text);
    walk->block = NULL;
    walk->text = NULL;
}

const char *walk_text(struct walk *walk, const struct dtype *dtype, const void *element, size_t *ret_length)
{
    size_t length = number_text(dtype, element, NUMBER_FULL, walk->text, walk->text_size);
    if (length >= walk->text_size) {
        walk->text = memory_grow(walk->text, &walk->text_size, length + 1, 1);
        number_text(dtype, element, NUMBER_FULL, walk->text, walk->text_size);
    }
    *ret_length = length;
    return walk->text;
}

bool walk_step(int rank, const uint64_t *count, uint64_t *index)
{
    for (int axis = rank - 1; axis >= 0; axis--) {
        if (++index[axis] < count[axis])
            return true;
        index[axis] = 0;
    }
    return false;
}

/* Moves to the next block; false after the last. */
static bool advance(struct walk *walk)
{
    const struct view *view = walk->view;
    if (!walk->began) {
        walk->began = true;
        return view_elements(view) > 0;
    }
    for (int axis = view->rank - 1; axis >= 0; axis--) {
        walk->origin[axis] += walk->most[axis];
        if (walk->origin[axis] < view->count[axis])
            return true;
        walk->origin[axis] = 0;
    }
    return false;
}

int walk_next(struct walk *walk, struct error *error)
{
    if (!advance(walk))
        return 0;
    walk->elements = 1;
    for (int axis = 0; axis < walk->view->rank; axis++) {
        walk->extent[axis] = min_u64(walk->most[axis], walk->view->count[axis] - walk->origin[axis]);
        walk->elements *= walk->extent[axis];
    }
    int r = window_read(walk->fd, walk->matrix, walk->view, walk->origin, walk->extent, walk->block, error);
    return r < 0 ? r : 1;
}
