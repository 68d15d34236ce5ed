/*
 * What a run of elements adds up to: counts, extremes, mean and squared deviations, and how tallies of two
 * runs are one of both. The kernels are chosen as those of conversion are (core/matrix/convert.h), for the
 * type and the best level that the processor has; they run at about the speed at which the second cache gives
 * bytes.
 *
 * A run is summed in short pieces around a middle of its own, and tallies are put together by the formula of
 * Chan, Golub and LeVeque (1979), so that no sum loses more than a few last places however many elements
 * there are. Pieces whose squares would be too large or too small for a double go by long double.
 */
#ifndef SHMTOP_CORE_ANALYSIS_TALLY_H
#define SHMTOP_CORE_ANALYSIS_TALLY_H

#include "core/matrix/convert.h"

/* A value in the type that the extremes have. */
union tally_value {
    int64_t i;  /* int */
    uint64_t u; /* bool, uint */
    double f;   /* float (exact in it), complex (its magnitude) */
};

struct tally {
    uint64_t count; /* all elements */
    uint64_t nan, posinf, neginf, zeros;
    uint64_t finite;            /* what the following are over; 0: they mean nothing */
    union tally_value min, max; /* -0.0 counts as 0 */
    double mean;
    double mean_rest;    /* what the mean is beside its double: many tallies merged lose nothing */
    long double squares; /* sum of squared deviations from the mean */
};

/* Of complex numbers: nan where either part is; else posinf where either part is infinite (of either sign);
 * magnitude as hypot in double precision: one beyond the double's range counts as finite and the extremes are
 * DBL_MAX. */

struct tally_kernel; /* opaque */

/* The kernel of a numeric type in either byte order, else NULL. level as in converter_make: CONVERT_BEST but
 * in tests, NULL where the machine or the build has not got it. Never freed. */
const struct tally_kernel *tally_kernel(const struct dtype *dtype, enum convert_level level);

/* Adds n elements, as stored, at any alignment. Thread-safe; deterministic for the same elements, n and
 * level. */
void tally_run(const struct tally_kernel *kernel, const void *elements, uint64_t n, struct tally *tally);

/* *tally becomes that of both runs. An all-zero struct is the tally of nothing. */
void tally_merge(struct tally *tally, const struct tally *more, enum dtype_kind kind);

/* Standard deviation with ddof 0; nan where finite is 0. */
double tally_std(const struct tally *tally);

/*
 * By counts per value: for types of at most 16 bits, whose elements are counted by their bits, in native byte
 * order. Everything else, the histogram too, comes from the counts.
 */
#define TALLY_COUNTS (1u << 16)
bool tally_is_counted(const struct dtype *dtype); /* f2, i1, u1, i2, u2, bool */
/* Adds n elements to counts[TALLY_COUNTS] (256 are used of 8-bit types). n < 2^32 altogether a table. */
void tally_count(const struct dtype *dtype, const void *elements, uint64_t n, uint32_t *counts);
/* The value of these bits. */
double tally_counted_value(const struct dtype *dtype, unsigned bits);
void tally_of_counts(const struct dtype *dtype, const uint64_t *counts, struct tally *ret_tally);

#endif
