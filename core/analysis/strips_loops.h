/*
 * The loops of strips.h, for a file a level, which includes this once and makes its table of KERNELS.
 */
#include <math.h>

#include "core/analysis/strips.h"

#define INLINE static inline __attribute__((always_inline))

static bool is_plain(const double *value, unsigned n)
{
    int64_t odd = 0;
    for (unsigned j = 0; j < n; j++) {
        double magnitude = fabs(value[j]);
        int64_t within = magnitude <= STRIP_LARGE, small = magnitude < STRIP_SMALL, some = magnitude != 0;
        odd |= (within ^ 1) | (small & some);
    }
    return odd == 0;
}

INLINE void add_sums(struct strip *restrict strip, const double *restrict value, unsigned rows)
{
    for (unsigned j = 0; j < STRIP; j++) {
        double middle = strip->middle[j], sum = strip->sum[j], square = strip->square[j];
        int64_t zeros = strip->zeros[j];
        for (unsigned row = 0; row < rows; row++) {
            double distance = value[row * STRIP + j] - middle;
            sum += distance;
            square += distance * distance;
            zeros += value[row * STRIP + j] == 0;
        }
        strip->sum[j] = sum;
        strip->square[j] = square;
        strip->zeros[j] = zeros;
    }
}

INLINE void add_extremes(struct strip *restrict strip, const double *restrict value, unsigned rows)
{
    for (unsigned j = 0; j < STRIP; j++) {
        double min = strip->min.f[j], max = strip->max.f[j];
        for (unsigned row = 0; row < rows; row++) {
            double x = value[row * STRIP + j];
            min = x < min ? x : min;
            max = x > max ? x : max;
        }
        strip->min.f[j] = min;
        strip->max.f[j] = max;
    }
}

INLINE void add_integers(struct strip *restrict strip, const int64_t *restrict value, unsigned rows)
{
    for (unsigned j = 0; j < STRIP; j++) {
        int64_t min = strip->min.i[j], max = strip->max.i[j];
        for (unsigned row = 0; row < rows; row++) {
            int64_t x = value[row * STRIP + j];
            min = x < min ? x : min;
            max = x > max ? x : max;
        }
        strip->min.i[j] = min;
        strip->max.i[j] = max;
    }
}

static void add_rows(struct strip *strip, const double *value)
{
    add_sums(strip, value, STRIP_ROWS);
    add_extremes(strip, value, STRIP_ROWS);
}

static void add_row(struct strip *strip, const double *value)
{
    add_sums(strip, value, 1);
    add_extremes(strip, value, 1);
}

static void sum_rows(struct strip *strip, const double *value)
{
    add_sums(strip, value, STRIP_ROWS);
}

static void sum_row(struct strip *strip, const double *value)
{
    add_sums(strip, value, 1);
}

static void bound_rows(struct strip *strip, const int64_t *value)
{
    add_integers(strip, value, STRIP_ROWS);
}

static void bound_row(struct strip *strip, const int64_t *value)
{
    add_integers(strip, value, 1);
}

#define KERNELS                                                                                              \
    {                                                                                                        \
        .is_plain = is_plain, .add_rows = add_rows, .add_row = add_row, .sum_rows = sum_rows,                \
        .sum_row = sum_row, .bound_rows = bound_rows, .bound_row = bound_row,                                \
    }
