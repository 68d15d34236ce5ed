/*
 * What shapes so many elements may have: for raw bytes, of which only the size is known.
 */
#ifndef SHMTOP_CORE_MATRIX_FACTOR_H
#define SHMTOP_CORE_MATRIX_FACTOR_H

#include <stddef.h>
#include <stdint.h>

#define FACTORINGS_MAX 16

struct factoring {
    int rank; /* 1 or 2 */
    uint64_t dims[2];
};

/*
 * The factorings of bytes / itemsize elements, the likely ones first: all in one row; then rows of the widths
 * that people use (powers of two and multiples of them, image and embedding sizes, round decimals); then the
 * most nearly square ones, of which rows may be more than columns or fewer. Each divides exactly; none has a
 * dimension of 1. Returns how many of at most max were written: 0 where bytes is 0 or no multiple of
 * itemsize.
 */
size_t factor_shapes(uint64_t bytes, uint64_t itemsize, struct factoring *ret, size_t max);

#endif
