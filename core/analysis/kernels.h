/*
 * The loops under tally.c and histogram.c, one set a level, chosen as those of conversion are (see
 * core/matrix/convert.h). Every other type is converted to these first, in pieces that stay in the first
 * cache. All levels sum in the same 16 lanes and add those up in the same order, so that they give the same
 * bits. Inputs may lie at any address.
 */
#ifndef SHMTOP_CORE_ANALYSIS_KERNELS_H
#define SHMTOP_CORE_ANALYSIS_KERNELS_H

#include "core/matrix/convert_private.h"

/* At most so many elements a call. */
#define KERNEL_PIECE 4096
/* But so many bytes that are counted: vectors of 16 count up to 255 in each of theirs, four at once. */
#define KERNEL_BYTES 14336

/* Of the finite ones among n doubles. */
struct sum_f8 {
    uint64_t finite, nan, posinf, neginf, zeros;
    double min, max; /* inf and -inf where there is none */
    double sum;
};

/* Deviations from a middle. */
struct deviation {
    double sum, squares;
};

/* Of n floats. Where one is not finite, neither is the sum, and the rest means nothing. */
struct sum_f4 {
    uint64_t zeros;
    float min, max;
    double sum, squares; /* squares of the values themselves */
};

struct sum_i8 {
    uint64_t zeros;
    int64_t min, max; /* of the canonical values: see below */
    unsigned __int128 sum;
};

/* Where bins are looked for. The guess, which edge is the nearest, is x · scale - offset; it must be less
 * than half a bin off for every x from low to high. */
struct bin_plan {
    const double *edges; /* bins + 1, rising */
    unsigned bins;
    double low, high;
    double scale, offset;
    struct {
        bool is_good; /* the guess in single precision is */
        float scale, offset;
        float edges[32]; /* the least floats that are not below them */
    } f4;                /* where bins are BINS_FEW_MAX at most */
};

#define BINS_FEW_MAX 23

/* What comes behind the bins: values that are high itself, which belong to the last bin, and those outside,
 * or that are no numbers: these are BIN_OUTSIDE or above. */
#define BIN_HIGH(plan)    ((plan)->bins)
#define BIN_OUTSIDE(plan) ((plan)->bins + 1)
#define BINS_EXTRA        2
#define BINS_SMALL_MAX    253 /* bins, so that a byte holds the two as well */

struct analysis_kernels {
    /* The sum is not finite where anything is not, and may not be where all is: then the next one tells. */
    void (*sum_f8)(const f8_at *x, size_t n, struct sum_f8 *ret);
    void (*sum_f8_some)(const f8_at *x, size_t n, struct sum_f8 *ret);
    /* Around the middle; the second one leaves out what is not finite. */
    void (*deviate_f8)(const f8_at *x, size_t n, double middle, struct deviation *ret);
    void (*deviate_f8_some)(const f8_at *x, size_t n, double middle, struct deviation *ret);
    void (*sum_f4)(const f4_at *x, size_t n, struct sum_f4 *ret);
    void (*deviate_f4)(const f4_at *x, size_t n, double middle, struct deviation *ret);
    /* The canonical value of an integer is x ^ flip: flip 0 for signed ones, INT64_MIN for unsigned ones. The
     * sum is of the canonical ones + 2^63, which are never negative. */
    void (*sum_i8)(const i8_at *x, size_t n, int64_t flip, struct sum_i8 *ret);
    /* Around an element's value x; differences are less than 2^63. */
    void (*deviate_i8)(const i8_at *x, size_t n, int64_t middle, struct deviation *ret);
    /* Around a canonical value; differences are any. */
    void (*deviate_i8_wide)(const i8_at *x, size_t n, int64_t flip, double middle, struct deviation *ret);
    /* Of n complex numbers. The second one returns whether each square is such that its root is right: else
     * somebody must look after it. */
    void (*magnitude_f4)(const f4_at *x, size_t n, double *ret);
    bool (*magnitude_f8)(const f8_at *x, size_t n, double *ret);
    /* The bin of each. Of small ones the order may be another. */
    void (*find_bins)(const struct bin_plan *plan, const f8_at *x, size_t n, uint32_t *ret);
    void (*find_bins_small)(const struct bin_plan *plan, const f8_at *x, size_t n, uint8_t *ret);
    /* Of floats, where plan->f4.is_good; NULL: not at this level. Returns how many it did, from the first on;
     * maybe none. */
    size_t (*find_bins_f4)(const struct bin_plan *plan, const f4_at *x, size_t n, uint8_t *ret);
    /* Adds to counts[values] how often each value below that occurs among n bytes. */
    void (*count_bytes)(const uint8_t *x, size_t n, unsigned values, uint64_t *counts);
    size_t (*count_finite)(const f8_at *x, size_t n);
};

/* NULL where the machine or the build has not got the level. */
const struct analysis_kernels *analysis_kernels(enum convert_level wanted);

extern const struct analysis_kernels analysis_portable; /* NEON too */
#if defined(__x86_64__)
extern const struct analysis_kernels analysis_avx2, analysis_avx512;
#endif

/* Squares between these are neither too large nor too small for a double. */
#define SQUARE_LEAST    0x1p-960
#define SQUARE_GREATEST 0x1p1000

#endif
