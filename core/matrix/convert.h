/*
 * Elements of one type into another, as numpy's astype (casting='unsafe') bit for bit where that is defined:
 * to nearest, ties to even, straight from the source type, subnormals kept, overflow to inf. What numpy
 * leaves undefined is defined here: to an integer type values out of range saturate (integers too), and nan
 * becomes 0. To bool all but 0 is true, nan too; a bool byte other than 0 is 1, but bool into bool keeps its
 * bytes. A nan stays a nan; its payload is the processor's matter. Source: npy.md §3, IEEE 754.
 *
 * The kernels are chosen when a converter is made, the best that the processor has; all of them give the same
 * bits (of nans: a nan) and the same counts. They run at about the speed of the second cache, on any
 * alignment.
 */
#ifndef SHMTOP_CORE_MATRIX_CONVERT_H
#define SHMTOP_CORE_MATRIX_CONVERT_H

#include "core/matrix/dtype.h"

/* Values that lost more than precision. */
struct convert_counts {
    uint64_t saturated;  /* out of an integer type's range, inf too */
    uint64_t overflowed; /* finite, and became inf: of a complex number each part */
    uint64_t lost_nan;   /* nan that became 0 in an integer type */
};

static inline uint64_t convert_counts_sum(const struct convert_counts *counts)
{
    return counts->saturated + counts->overflowed + counts->lost_nan;
}

static inline void convert_counts_add(struct convert_counts *counts, const struct convert_counts *more)
{
    counts->saturated += more->saturated;
    counts->overflowed += more->overflowed;
    counts->lost_nan += more->lost_nan;
}

enum convert_level { CONVERT_PORTABLE, CONVERT_AVX2, CONVERT_AVX512, CONVERT_NEON, CONVERT_BEST };

/* The level that a wish comes to, CONVERT_BEST to the best one. False where this machine or the build has not
 * got it. Other kernels are chosen by it too. */
bool convert_find_level(enum convert_level wanted, enum convert_level *ret_level);

/* n units that lie together; neither side need be aligned, and they do not overlap. */
typedef void (*convert_kernel)(const void *from, void *to, size_t n, struct convert_counts *counts);

#define CONVERT_STEPS_MAX 5

/* A small value without owner. Private but for the first three. */
struct converter {
    uint64_t from_size, to_size; /* bytes of an element */
    bool is_copy;                /* the bytes stay as they are */
    uint64_t parts;              /* units of an element: of a complex number 2, of text its characters */
    unsigned steps;
    struct {
        convert_kernel kernel;
        unsigned size; /* bytes of a unit behind this step */
    } step[CONVERT_STEPS_MAX];
};

/*
 * Whether elements of `from` can become `to` at all: between bool, int, uint and float of any order, from
 * those to complex and from complex to complex; a type into itself always, and where byte order applies to
 * the whole element also into its other order (text, datetimes of one unit). -ENOTSUP with the reason, a
 * sentence: complex to bool, int or float, as this would drop the imaginary part (numpy's bool would be true
 * where either part is not 0; say so by hand); text, bytes, datetimes and structs to something else.
 */
int convert_check(const struct dtype *from, const struct dtype *to, struct error *error);

/* Fills *ret_converter. level: CONVERT_BEST but in tests, which ask for one (-EOPNOTSUPP where the machine or
 * the build has not got it). Else as convert_check. */
int converter_make(const struct dtype *from, const struct dtype *to, enum convert_level level,
                   struct converter *ret_converter, struct error *error);

/*
 * Converts n elements, and adds to *counts. from and to may have any alignment, and may not overlap, but for
 * to == from where to_size <= from_size. Works in blocks that fit the first cache, on 16 KiB of stack; n is
 * any number. Several threads may use one converter, each with counts of its own.
 */
void converter_run(const struct converter *converter, const void *from, void *to, uint64_t n,
                   struct convert_counts *counts);

#endif
