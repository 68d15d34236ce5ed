/*
 * Sums of columns, a strip of them at a time, under places.c: rows of doubles are added to them, column by
 * column. The loops are compiled for each level; every level gives the same bits, for a column's values are
 * added in the order of the rows.
 */
#ifndef SHMTOP_CORE_ANALYSIS_STRIPS_H
#define SHMTOP_CORE_ANALYSIS_STRIPS_H

#include "core/analysis/tally.h"

#define STRIP      256  /* columns */
#define STRIP_ROWS 4    /* added at once */
#define STRIP_MAX  1024 /* rows that are added before they go into tallies */

struct strip {
    double middle[STRIP];             /* about which is summed: the first value */
    double sum[STRIP], square[STRIP]; /* of the distances from it */
    union {
        double f[STRIP];
        int64_t i[STRIP]; /* of 64-bit integers; of unsigned ones with the highest bit turned round */
    } min, max;
    int64_t zeros[STRIP];
    uint32_t nan[STRIP], posinf[STRIP], neginf[STRIP], aside[STRIP]; /* left out of the sums */
    bool begun[STRIP];                                               /* has a middle */
    unsigned unbegun;                                                /* columns that have none yet */
    unsigned rows;                                                   /* added */
};

/* Beyond these a value's square may be too large or too small for a double. */
#define STRIP_LARGE 1e140
#define STRIP_SMALL 1e-120

struct strip_kernels {
    /* Whether all of n values are 0, or finite and neither too large nor too small. n: a multiple of STRIP.
     */
    bool (*is_plain)(const double *value, unsigned n);
    /* STRIP_ROWS rows of STRIP plain values, or one, to columns that have begun; the second two leave the
     * extremes out, the third two are for them alone. */
    void (*add_rows)(struct strip *strip, const double *value);
    void (*add_row)(struct strip *strip, const double *value);
    void (*sum_rows)(struct strip *strip, const double *value);
    void (*sum_row)(struct strip *strip, const double *value);
    void (*bound_rows)(struct strip *strip, const int64_t *value);
    void (*bound_row)(struct strip *strip, const int64_t *value);
};

extern const struct strip_kernels strips_portable;
#if defined(__x86_64__)
extern const struct strip_kernels strips_avx2;
#endif

#endif
