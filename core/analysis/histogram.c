/*
 * Which edge is the nearest to a value is guessed, (x - low) · bins / range, and the value compared with that
 * one: it is in the bin on this side of it or on the other. The guess is good but where the edges are only a
 * few of a double's last places apart: there the bin is sought among the edges.
 */
#include "core/analysis/histogram.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/analysis/doubles.h"
#include "core/sys/checked.h"

/* Where low and high are a single value or wider apart than a double's range this is not numpy's formula. */
static void fill_edges(double low, double high, unsigned bins, double *edges)
{
    double range = high - low, step = range / bins;
    for (unsigned i = 0; i < bins; i++)
        if (isinf(range))
            edges[i] = (double)(low + i * (((long double)high - low) / bins));
        else if (step == 0) /* numpy's way for ranges of a few subnormals */
            edges[i] = (double)i / bins * range + low;
        else
            edges[i] = i * step + low;
    edges[bins] = high;
}

int histogram_make(double low, double high, unsigned bins, struct histogram *ret, struct error *error)
{
    struct histogram histogram = {.bins = bins};
    if (low == high) {
        low -= 0.5;
        high += 0.5;
    }
    histogram.edges = calloc((size_t)bins + 1, sizeof *histogram.edges);
    histogram.counts = calloc(bins, sizeof *histogram.counts);
    if (!histogram.edges || !histogram.counts) {
        histogram_clear(&histogram);
        return error_set(error, ENOMEM, "no memory for a histogram");
    }
    fill_edges(low, high, bins, histogram.edges);
    *ret = histogram;
    return 0;
}

void histogram_clear(struct histogram *histogram)
{
    free(histogram->edges);
    free(histogram->counts);
    *histogram = (struct histogram){0};
}

/* --- the bin of a value --- */

struct plan {
    struct bin_plan bins;
    bool seek; /* no guess is good enough */
};

/* The guess is off by some last places of x · scale, and edges by some of their own. */
#define GUESS_LEAST 0x1p-46 /* of a bin, as part of the largest edge */

static struct plan make_plan(const struct histogram *histogram)
{
    const double *edges = histogram->edges;
    unsigned bins = histogram->bins;
    double low = edges[0], high = edges[bins], half = high / 2 - low / 2; /* which cannot overflow */
    double scale = bins / 2.0 / half, size = fmax(fabs(low), fabs(high));
    struct plan plan = {
        .bins = {.edges = edges, .bins = bins, .low = low, .high = high, .scale = scale},
        .seek = half / bins < size * GUESS_LEAST || half < DBL_MIN || !isfinite(scale),
    };
    plan.bins.offset = low * scale;
    return plan;
}

/* The last edge that is not above x, but for that of high itself. */
static unsigned seek_bin(const struct bin_plan *plan, double x)
{
    unsigned first = 0, end = plan->bins;
    if (!(x >= plan->low && x <= plan->high))
        return BIN_OUTSIDE(plan);
    while (end - first > 1) {
        unsigned middle = first + (end - first) / 2;
        if (plan->edges[middle] <= x)
            first = middle;
        else
            end = middle;
    }
    return first;
}

/* Adds a piece's bins to counts, which has room for what comes behind them. Returns how many were outside. */
static uint64_t count_small(const struct plan *plan, const struct analysis_kernels *kernels, const f8_at *x,
                            size_t n, uint64_t *counts)
{
    uint8_t found[KERNEL_PIECE];
    uint64_t before = counts[BIN_OUTSIDE(&plan->bins)];
    kernels->find_bins_small(&plan->bins, x, n, found);
    kernels->count_bytes(found, n, plan->bins.bins + BINS_EXTRA, counts);
    return counts[BIN_OUTSIDE(&plan->bins)] - before;
}

static uint64_t count_large(const struct plan *plan, const struct analysis_kernels *kernels, const f8_at *x,
                            size_t n, uint64_t *counts)
{
    uint32_t found[KERNEL_PIECE];
    uint64_t outside = 0;
    if (plan->seek)
        for (size_t i = 0; i < n; i++)
            found[i] = seek_bin(&plan->bins, x[i]);
    else
        kernels->find_bins(&plan->bins, x, n, found);
    for (size_t i = 0; i < n; i++)
        if (found[i] == BIN_OUTSIDE(&plan->bins))
            outside++;
        else
            counts[found[i] - (found[i] == BIN_HIGH(&plan->bins))]++;
    return outside;
}

uint64_t histogram_count(const struct histogram *histogram, const struct dtype *dtype, const void *elements,
                         uint64_t n, enum convert_level level, uint64_t *counts)
{
    _Alignas(64) double buffer[KERNEL_PIECE];
    uint64_t small[BINS_SMALL_MAX + BINS_EXTRA] = {0}, outside = 0;
    struct plan plan = make_plan(histogram);
    struct doubles doubles;
    const uint8_t *at = elements;
    unsigned bins = plan.bins.bins;
    bool is_small = !plan.seek && bins <= BINS_SMALL_MAX;
    if (!doubles_make(dtype, level, &doubles))
        return n;
    for (size_t m; n > 0; n -= m, at += m * doubles.size) {
        m = (size_t)min_u64(n, KERNEL_PIECE);
        const f8_at *x = doubles_get(&doubles, at, m, buffer);
        uint64_t others = is_small ? count_small(&plan, doubles.kernels, x, m, small)
                                   : count_large(&plan, doubles.kernels, x, m, counts);
        outside += others > 0 ? others - (m - doubles.kernels->count_finite(x, m)) : 0;
    }
    for (unsigned i = 0; is_small && i <= bins; i++)
        counts[i < bins ? i : bins - 1] += small[i];
    return outside;
}

void histogram_of_counts(const struct histogram *histogram, const struct dtype *dtype, const uint64_t *counts)
{
    struct plan plan = make_plan(histogram);
    unsigned values = dtype->itemsize == 1 ? 256 : TALLY_COUNTS;
    for (unsigned bits = 0; bits < values; bits++) {
        unsigned bin = BIN_OUTSIDE(&plan.bins);
        if (counts[bits])
            bin = seek_bin(&plan.bins, tally_counted_value(dtype, bits));
        if (bin < plan.bins.bins)
            histogram->counts[bin] += counts[bits];
    }
}
