/*
 * A shape as a person types it.
 */
#ifndef SHMTOP_CORE_MATRIX_SHAPE_H
#define SHMTOP_CORE_MATRIX_SHAPE_H

#include "core/matrix/matrix.h"

/*
 * "40000,60000": lengths, separated by commas; blanks around them, a comma behind the last and parentheses
 * around all are taken as numpy shows them, "()" is a scalar's. shape has room for MATRIX_RANK_MAX. -EINVAL
 * with where it is wrong.
 */
int shape_parse(const char *text, int *ret_rank, uint64_t shape[MATRIX_RANK_MAX], struct error *error);

/* The same, where one length may be -1, to be found out: *ret_open is its axis, where shape has 0; -1: none
 * is. */
int shape_parse_open(const char *text, int *ret_rank, uint64_t shape[MATRIX_RANK_MAX], int *ret_open,
                     struct error *error);

#endif
