/*
 * Basic numpy indexing, and the strided view that it selects.
 */
#ifndef SHMTOP_CORE_MATRIX_INDEX_H
#define SHMTOP_CORE_MATRIX_INDEX_H

#include "core/matrix/matrix.h"

/*
 * A selection of elements: an N-d box of bytes strides over the data. Element (i0, i1, …) lies at
 * matrix.offset + start + Σ i_k·stride[k]. Strides may be negative.
 */
struct view {
    int rank;
    int64_t start; /* bytes from the first element's position */
    uint64_t count[MATRIX_RANK_MAX];
    int64_t stride[MATRIX_RANK_MAX]; /* bytes */
    /* Where each axis came from, so that an element can be named in the whole matrix: */
    int axis[MATRIX_RANK_MAX];      /* axis of the matrix */
    int64_t first[MATRIX_RANK_MAX]; /* per axis of the MATRIX: index at view position 0 */
    int64_t step[MATRIX_RANK_MAX];  /* per axis of the MATRIX: index step (0 where the axis is fixed) */
};

/* The whole matrix as a view. */
void view_whole(const struct matrix *matrix, struct view *ret_view);

/*
 * Applies an index as in numpy's brackets: "17,0:20,::2", negative indices, "...", blanks allowed. Slices
 * clip, integers out of range are an error. "" is the whole. -EINVAL, saying which term and what was
 * expected.
 */
int view_parse(const struct matrix *matrix, const char *text, struct view *ret_view, struct error *error);

/* Elements in the view; cannot overflow for a view of a valid matrix. */
uint64_t view_elements(const struct view *view);

/* Swaps two axes of the view. */
void view_swap_axes(struct view *view, int a, int b);

#endif
