/*
 * The bin of a value is guessed, (x - low) · bins / range, and then compared with the edges around it. The
 * guess is less than one bin off, but where the edges are only a few of a double's last places apart: there
 * the bin is sought among the edges.
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
    const double *edges;
    unsigned bins;
    bool seek; /* the guess is not good enough */
    double low, high;
    double half, start, scale; /* the guess: (x · half - start) · scale */
};

static struct plan make_plan(const struct histogram *histogram)
{
    const double *edges = histogram->edges;
    unsigned bins = histogram->bins;
    double low = edges[0], high = edges[bins];
    struct plan plan = {.edges = edges, .bins = bins, .low = low, .high = high, .half = 1};
    if (isinf(high - low))
        plan.half = 0.5;
    plan.start = low * plan.half;
    double range = high * plan.half - plan.start;
    plan.scale = bins / range;
    double size = fmax(fabs(low), fabs(high)) * plan.half;
    plan.seek = !(range / bins > size * 0x1p-46) || !isfinite(plan.scale) || range < DBL_MIN * 0x1p60;
    return plan;
}

/* The last edge that is not above x, but for that of high itself. */
static unsigned seek_bin(const struct plan *plan, double x)
{
    unsigned first = 0, end = plan->bins;
    while (end - first > 1) {
        unsigned middle = first + (end - first) / 2;
        if (plan->edges[middle] <= x)
            first = middle;
        else
            end = middle;
    }
    return first;
}

static unsigned bin_of(const struct plan *plan, double x)
{
    if (plan->seek)
        return seek_bin(plan, x);
    unsigned last = plan->bins - 1, bin = (unsigned)(int)((x * plan->half - plan->start) * plan->scale);
    bin = bin > last ? last : bin;
    bin -= x < plan->edges[bin];
    bin += (x >= plan->edges[bin + 1]) & (bin < last);
    return bin;
}

/* Returns how many finite ones lay outside. */
static uint64_t count_piece(const struct plan *plan, const f8_at *x, size_t n, uint64_t *counts)
{
    uint64_t outside = 0;
    for (size_t i = 0; i < n; i++) {
        double one = x[i];
        if (one >= plan->low && one <= plan->high)
            counts[bin_of(plan, one)]++;
        else
            outside += isfinite(one);
    }
    return outside;
}

uint64_t histogram_count(const struct histogram *histogram, const struct dtype *dtype, const void *elements,
                         uint64_t n, enum convert_level level, uint64_t *counts)
{
    _Alignas(64) double buffer[KERNEL_PIECE];
    struct plan plan = make_plan(histogram);
    struct doubles doubles;
    const uint8_t *at = elements;
    uint64_t outside = 0;
    if (!doubles_make(dtype, level, &doubles))
        return n;
    for (size_t m; n > 0; n -= m, at += m * doubles.size) {
        m = (size_t)min_u64(n, KERNEL_PIECE);
        outside += count_piece(&plan, doubles_get(&doubles, at, m, buffer), m, counts);
    }
    return outside;
}

void histogram_of_counts(const struct histogram *histogram, const struct dtype *dtype, const uint64_t *counts)
{
    struct plan plan = make_plan(histogram);
    unsigned values = dtype->itemsize == 1 ? 256 : TALLY_COUNTS;
    for (unsigned bits = 0; bits < values; bits++) {
        double value = counts[bits] ? tally_counted_value(dtype, bits) : (double)NAN;
        if (value >= plan.low && value <= plan.high)
            histogram->counts[bin_of(&plan, value)] += counts[bits];
    }
}
