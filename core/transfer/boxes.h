/*
 * An array of any rank parted into boxes, and where the bytes of a box lie.
 *
 * Axes are those of the stored array: the last one is the one whose elements lie together in the source, the
 * first one the one whose elements lie together in the target, where all axes are reversed. A box that is
 * wide at both ends of the axes is read and written in long runs.
 */
#ifndef SHMTOP_CORE_TRANSFER_BOXES_H
#define SHMTOP_CORE_TRANSFER_BOXES_H

#include <stddef.h>

#include "core/matrix/matrix.h"

struct box {
    uint64_t origin[MATRIX_RANK_MAX], extent[MATRIX_RANK_MAX];
};

/* What is parted, and how: boxes of step elements an axis, smaller ones at the far edges. */
struct grid {
    int rank; /* at least 1 */
    uint64_t dims[MATRIX_RANK_MAX], step[MATRIX_RANK_MAX];
};

/* The axes of a matrix as they are stored, without those of length 1; step is not set. */
void grid_of_matrix(const struct matrix *matrix, struct grid *ret);

/* The axes of a box; step is not set. */
void grid_of_box(int rank, const struct box *box, struct grid *ret);

/*
 * Sets step to boxes of at most limit elements: as wide at the end of the axes as back says, and from there
 * on at their front; what then is left of the limit widens the end again. At least one element.
 */
void grid_choose(struct grid *grid, uint64_t back, uint64_t limit);

/* How many boxes there are, and the one of an index; the last axis goes first. */
uint64_t grid_count(const struct grid *grid);
void grid_box(const struct grid *grid, uint64_t index, struct box *ret);

uint64_t box_elements(int rank, const struct box *box);

/*
 * A box on one side: it lies there in runs of bytes, in memory with a gap behind each where that spares the
 * cache lines that would all fall together.
 */
struct runs {
    uint64_t size;  /* bytes of one */
    uint64_t count; /* of them */
    size_t step;    /* bytes from one to the next in memory */
    int rank;
    int axes; /* those that are stepped from run to run; of the target counted from the last stored axis on */
    bool reversed;
    uint64_t itemsize;
};

/* The runs of a box in the source, or, reversed, in the target. */
void runs_make(const struct grid *grid, const struct box *box, bool reversed, uint64_t itemsize,
               struct runs *ret);

/* Bytes from the first element of the whole array to where run number index begins. */
uint64_t runs_offset(const struct runs *runs, const struct grid *grid, const struct box *box, uint64_t index);

/* Bytes from one element of the box to the next in memory, by axis. */
void runs_strides(const struct runs *runs, const struct box *box, size_t stride[MATRIX_RANK_MAX]);

#endif
