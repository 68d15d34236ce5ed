/*
 * A shape as people write it, held against a size: "1000,1000", where one dimension may be -1, to be found
 * from the size.
 */
#ifndef SHMTOP_CORE_MATRIX_FIT_H
#define SHMTOP_CORE_MATRIX_FIT_H

#include "core/matrix/matrix.h"

struct fit {
    int rank; /* 1 .. MATRIX_RANK_MAX */
    int open; /* the axis that is written -1, whose dim is 0; -1: none */
    uint64_t dims[MATRIX_RANK_MAX];
};

/* As shape_parse_open (core/matrix/shape.h), but at least one dimension. -EINVAL with what was expected. */
int fit_parse(const char *text, struct fit *ret_fit, struct error *error);

/*
 * The shape as that of matrix (whose dtype, order and offset are set; order becomes 'C' where it means
 * nothing) in a file of this size. The open dimension becomes what fills the file to its last byte: -EBADMSG
 * where none does, where nothing is left behind the offset, or where it all would have more bytes than the
 * file. The matrix is untouched then.
 */
int fit_apply(const struct fit *fit, uint64_t size, struct matrix *matrix, struct error *error);

#endif
