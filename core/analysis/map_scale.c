/*
 * Where blocks lie in the plane, and values on a scale.
 */
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "core/analysis/map_private.h"
#include "core/sys/memory.h"

/* floor(a · b / c), which fits. */
static uint64_t scaled(uint64_t a, uint64_t b, uint64_t c)
{
    return (uint64_t)((unsigned __int128)a * b / c);
}

void map_span(uint64_t plane, unsigned blocks, unsigned block, uint64_t *ret_first, uint64_t *ret_end)
{
    *ret_first = scaled(plane, block, blocks);
    *ret_end = scaled(plane, (uint64_t)block + 1, blocks);
}

unsigned map_block_of(uint64_t plane, unsigned blocks, uint64_t at)
{
    return (unsigned)((((unsigned __int128)at + 1) * blocks - 1) / plane);
}

uint64_t map_pick(uint64_t all, uint64_t parts, uint64_t part, uint64_t seed)
{
    uint64_t first = scaled(all, part, parts), end = scaled(all, part + 1, parts);
    return first == end ? UINT64_MAX : first + map_hash(seed, part) % (end - first);
}

static double clipped(double value)
{
    return value > DBL_MAX ? DBL_MAX : value < -DBL_MAX ? -DBL_MAX : value;
}

void map_scale_make(double low, double high, bool is_signed, struct map_scale *ret_scale)
{
    struct map_scale scale = {low, high, is_signed};
    if (is_signed) {
        scale.high = fmax(fabs(low), fabs(high));
        scale.low = -scale.high;
    }
    if (!(scale.low < scale.high)) {
        double more = fmax(0.5, fabs(scale.high) / 2);
        scale.low = clipped(scale.low - more);
        scale.high = clipped(scale.high + more);
    }
    *ret_scale = scale;
}

unsigned map_scale_level(const struct map_scale *scale, double value, unsigned levels)
{
    double span = scale->high - scale->low, part = value - scale->low;
    if (!isfinite(span) || !isfinite(part)) { /* more than a double holds */
        span = scale->high / 2 - scale->low / 2;
        part = value / 2 - scale->low / 2;
    }
    double level = floor(part / span * levels);
    return level >= levels ? levels - 1 : level > 0 ? (unsigned)level : 0;
}

/* --- percentiles --- */

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static size_t drop_what_is_not_finite(double *list, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (isfinite(list[i]))
            list[kept++] = list[i];
    return kept;
}

bool map_percentiles(double *list, size_t n, double *ret_low, double *ret_high)
{
    n = drop_what_is_not_finite(list, n);
    if (n == 0)
        return false;
    qsort(list, n, sizeof *list, compare);
    *ret_low = list[(n - 1) / 100];
    *ret_high = list[n - 1 - (n - 1) / 100];
    return true;
}

bool map_scale_of(const struct map *map, bool extreme, struct map_scale *ret_scale)
{
    size_t n = (size_t)map->rows * map->columns;
    double *values = memory_new(n * sizeof *values), low, high;
    bool some_negative = false, some_positive = false;
    for (size_t i = 0; i < n; i++) {
        values[i] = extreme ? map->blocks[i].extreme : map->blocks[i].mean;
        some_negative |= values[i] < 0;
        some_positive |= values[i] > 0;
    }
    bool is_there = map_percentiles(values, n, &low, &high);
    if (is_there)
        map_scale_make(low, high, some_negative && some_positive, ret_scale);
    free(values);
    return is_there;
}
