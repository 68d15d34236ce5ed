/*
 * A histogram with bins of one width between the least and the greatest value, after numpy.histogram: bins
 * are half open, [edge i, edge i+1), the last one closed; values that are not finite are in none.
 */
#ifndef SHMTOP_CORE_ANALYSIS_HISTOGRAM_H
#define SHMTOP_CORE_ANALYSIS_HISTOGRAM_H

#include "core/analysis/tally.h"

#define HISTOGRAM_BINS     20
#define HISTOGRAM_BINS_MAX 65536

struct histogram {
    unsigned bins;
    double *edges;    /* owned; bins + 1, rising; the first and the last are the range */
    uint64_t *counts; /* owned */
};

/* Edges of the range low to high, ±0.5 around a single value; as numpy.linspace, without overflow where the
 * range is wider than a double. Counts are 0. */
int histogram_make(double low, double high, unsigned bins, struct histogram *ret, struct error *error);
void histogram_clear(struct histogram *histogram);

/*
 * Adds n elements (as stored, any alignment) of a numeric type to counts[bins], as numpy counts them: a
 * value, as a double, is in the bin between whose edges it lies. Integers above 2^53 are rounded to a double
 * first, as numpy does. Returns how many finite ones lay outside of all bins (the segment was written to
 * between two passes). Thread-safe, with counts of its own.
 */
uint64_t histogram_count(const struct histogram *histogram, const struct dtype *dtype, const void *elements,
                         uint64_t n, enum convert_level level, uint64_t *counts);

/* The same of counts per value: tally_count. */
void histogram_of_counts(const struct histogram *histogram, const struct dtype *dtype,
                         const uint64_t *counts);

#endif
