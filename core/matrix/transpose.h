/*
 * The order of elements in memory turned round: C into F, or F into C, which is all axes reversed.
 *
 * A pure copy between two strided places. What makes it fast is that of one side the first axes and of the
 * other the last ones lie together: planes of both are turned in windows that stay in the first cache, in
 * squares of 16-byte vectors. Axes are taken together where each is short, so that twenty axes of 2 are
 * turned as well as two of 1024.
 */
#ifndef SHMTOP_CORE_MATRIX_TRANSPOSE_H
#define SHMTOP_CORE_MATRIX_TRANSPOSE_H

#include <stddef.h>

#include "core/matrix/matrix.h"

/* The element at an index lies at the sum of index × stride, in bytes, of both sides. */
struct transpose {
    int rank; /* 0 .. MATRIX_RANK_MAX */
    size_t itemsize;
    uint64_t extent[MATRIX_RANK_MAX];
    size_t from_stride[MATRIX_RANK_MAX]; /* best with the last axes lying together: itemsize the last */
    size_t to_stride[MATRIX_RANK_MAX];   /* best with the first axes lying together: itemsize the first */
};

/* The strides of an array without gaps whose order is C before, and F after: axes reversed. */
void transpose_make(int rank, const uint64_t *extent, size_t itemsize, struct transpose *ret);

/* Copies every element; nothing where an extent is 0. from and to may have any alignment and may not overlap.
 * The places that strides do not reach stay as they are. */
void transpose_run(const struct transpose *transpose, const void *from, void *to);

#endif
