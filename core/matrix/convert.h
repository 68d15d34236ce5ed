/*
 * Elements of one type into another, as numpy's astype (casting='unsafe') bit for bit where that is defined:
 * to nearest, ties to even, straight from the source type, subnormals kept, overflow to inf. What numpy
 * leaves undefined is defined here: to an integer type values out of range saturate (integers too), and nan
 * becomes 0. Source: npy.md §3, IEEE 754.
 *
 * The kernels are chosen when a converter is made, the best that the processor has; all of them give the same
 * bits and the same counts.
 */
#ifndef SHMTOP_CORE_MATRIX_CONVERT_H
#define SHMTOP_CORE_MATRIX_CONVERT_H

#include "core/matrix/dtype.h"

/* Values that lost more than precision. */
struct convert_counts {
    uint64_t saturated;  /* out of an integer type's range */
    uint64_t overflowed; /* finite, and became inf: of a complex number each part */
    uint64_t lost_nan;   /* nan that became 0 in an integer type */
};

static inline uint64_t convert_counts_sum(const struct convert_counts *counts)
{
    return counts->saturated + counts->overflowed + counts->lost_nan;
}

enum convert_level { CONVERT_PORTABLE, CONVERT_AVX2, CONVERT_AVX512, CONVERT_NEON, CONVERT_BEST };

/* One block's work; private but for its size. */
struct converter {
    uint64_t from_size, to_size; /* bytes of an element */
    bool is_copy;                /* the bytes stay as they are */
    void (*kernel)(const void *from, void *to, uint64_t n, struct convert_counts *counts);
    uint64_t swap_from, swap_to; /* unit of a byte swap before and after; 0: none */
};

/*
 * Whether elements of `from` can become `to` at all: between bool, int, uint and float of any order, from
 * those to complex and from complex to complex; a type into itself and into its other byte order always.
 * -ENOTSUP with the reason ("complex to float64 would drop the imaginary part", "strings stay strings").
 */
int convert_check(const struct dtype *from, const struct dtype *to, struct error *error);

/* Fills *ret_converter. level: CONVERT_BEST but in tests, which ask for one (-EOPNOTSUPP where the machine or
 * the build has not got it). As convert_check. */
int converter_make(const struct dtype *from, const struct dtype *to, enum convert_level level,
                   struct converter *ret_converter, struct error *error);

/*
 * Converts n elements, and adds to *counts. from and to may have any alignment, and may not overlap, but for
 * to == from where to_size <= from_size. Works in blocks that fit the cache; n is any number.
 */
void converter_run(const struct converter *converter, const void *from, void *to, uint64_t n,
                   struct convert_counts *counts);

#endif
