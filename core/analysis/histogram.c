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

/* In single precision it is off by a few 2^-24 of what x · scale is at most. */
#define SINGLE_MOST  0x1p16
#define SINGLE_LEAST 0x1p-100

static void plan_singles(struct bin_plan *bins, double size)
{
    double scale = bins->scale;
    bins->f4.is_good =
        size <= FLT_MAX && size * scale <= SINGLE_MOST && scale >= SINGLE_LEAST && scale <= FLT_MAX;
    if (!bins->f4.is_good)
        return;
    bins->f4.scale = (float)scale;
    bins->f4.offset = (float)bins->offset;
    for (unsigned i = 0; i <= bins->bins; i++) {
        float near = (float)bins->edges[i];
        bins->f4.edges[i] = near < bins->edges[i] ? nextafterf(near, (float)INFINITY) : near;
    }
}

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
    if (!plan.seek && bins <= BINS_FEW_MAX)
        plan_singles(&plan.bins, size);
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
    return outside > 0 ? outside - (n - kernels->count_finite(x, n)) : 0;
}

static uint64_t count_each(const struct plan *plan, const struct doubles *doubles, const uint8_t *at,
                           uint64_t n, uint64_t *counts)
{
    _Alignas(64) double buffer[KERNEL_PIECE];
    uint64_t outside = 0;
    for (size_t m; n > 0; n -= m, at += m * doubles->size) {
        m = (size_t)min_u64(n, KERNEL_PIECE);
        outside += count_large(plan, doubles->kernels, doubles_get(doubles, at, m, buffer), m, counts);
    }
    return outside;
}

/* --- bins that a byte holds --- */

static void find_piece(const struct plan *plan, const struct doubles *doubles, bool is_single,
                       const uint8_t *at, size_t n, uint8_t *found)
{
    _Alignas(64) double buffer[KERNEL_PIECE];
    size_t done = is_single ? doubles->kernels->find_bins_f4(&plan->bins, (const void *)at, n, found) : 0;
    if (done < n)
        doubles->kernels->find_bins_small(&plan->bins,
                                          doubles_get(doubles, at + done * doubles->size, n - done, buffer),
                                          n - done, found + done);
}

static uint64_t count_finite(const struct doubles *doubles, const uint8_t *at, size_t n)
{
    _Alignas(64) double buffer[KERNEL_PIECE];
    uint64_t finite = 0;
    for (size_t m; n > 0; n -= m, at += m * doubles->size) {
        m = (size_t)min_u64(n, KERNEL_PIECE);
        finite += doubles->kernels->count_finite(doubles_get(doubles, at, m, buffer), m);
    }
    return finite;
}

/* Adds to counts, which has room for what comes behind the bins. Returns how many were in none. */
static uint64_t count_found(const struct plan *plan, const struct doubles *doubles, const uint8_t *found,
                            size_t n, uint64_t *counts)
{
    unsigned values = plan->bins.bins + 1;
    uint64_t some[BINS_SMALL_MAX + 1] = {0}, inside = 0;
    doubles->kernels->count_bytes(found, n, values, some);
    for (unsigned i = 0; i < values; i++) {
        counts[i] += some[i];
        inside += some[i];
    }
    return n - inside;
}

static uint64_t count_small(const struct plan *plan, const struct doubles *doubles, bool is_single,
                            const uint8_t *at, uint64_t n, uint64_t *counts)
{
    _Alignas(64) uint8_t found[KERNEL_BYTES];
    uint64_t small[BINS_SMALL_MAX + 1] = {0}, outside = 0;
    unsigned bins = plan->bins.bins;
    for (size_t m; n > 0; n -= m, at += m * doubles->size) {
        m = (size_t)min_u64(n, KERNEL_BYTES);
        for (size_t i = 0, piece; i < m; i += piece) {
            piece = (size_t)min_u64(m - i, KERNEL_PIECE);
            find_piece(plan, doubles, is_single, at + i * doubles->size, piece, found + i);
        }
        uint64_t others = count_found(plan, doubles, found, m, small);
        outside += others > 0 ? others - (m - count_finite(doubles, at, m)) : 0;
    }
    for (unsigned i = 0; i <= bins; i++)
        counts[i < bins ? i : bins - 1] += small[i];
    return outside;
}

uint64_t histogram_count(const struct histogram *histogram, const struct dtype *dtype, const void *elements,
                         uint64_t n, enum convert_level level, uint64_t *counts)
{
    struct plan plan = make_plan(histogram);
    struct doubles doubles;
    if (!doubles_make(dtype, level, &doubles))
        return n;
    if (plan.seek || plan.bins.bins > BINS_SMALL_MAX)
        return count_each(&plan, &doubles, elements, n, counts);
    bool is_single = dtype->kind == DTYPE_FLOAT && dtype->itemsize == 4 && !dtype_is_swapped(dtype) &&
                     plan.bins.f4.is_good && doubles.kernels->find_bins_f4;
    return count_small(&plan, &doubles, is_single, elements, n, counts);
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
