/*
 * What lies in a segment or file: an element type, a shape, an order and where the data start.
 */
#ifndef SHMTOP_CORE_MATRIX_MATRIX_H
#define SHMTOP_CORE_MATRIX_MATRIX_H

#include "core/matrix/dtype.h"

#define MATRIX_RANK_MAX 64 /* numpy 2; numpy 1 has 32 */

struct matrix {
    struct dtype dtype; /* owned: matrix_clear */
    char order;         /* 'C' or 'F'; 'C' for rank < 2 */
    int rank;           /* 0 .. MATRIX_RANK_MAX */
    uint64_t offset;    /* bytes from the start of the file to the first element */
    uint64_t shape[MATRIX_RANK_MAX];
};

/* A copy in *ret, to be cleared. */
void matrix_copy(const struct matrix *matrix, struct matrix *ret);
void matrix_clear(struct matrix *matrix);

/*
 * Number of elements (1 for rank 0) and bytes of data. As numpy, the product of the non-zero dims must fit
 * even where a dim is 0. -EBADMSG on overflow of 2^63-1.
 */
int matrix_count(const struct matrix *matrix, uint64_t *ret_count, struct error *error);
int matrix_bytes(const struct matrix *matrix, uint64_t *ret_bytes, struct error *error);

/* "40000 × 60000", with x where ascii; "scalar" for rank 0, "5" for one dimension. Returns the length needed.
 */
size_t matrix_shape_text(int rank, const uint64_t *shape, bool ascii, char *buf, size_t size);

#endif
