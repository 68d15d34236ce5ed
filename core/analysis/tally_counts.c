/*
 * Types of at most 16 bits: their elements are counted by value, and what the counts add up to is taken from
 * them.
 */
#include "core/analysis/tally.h"

#include <math.h>

#include "core/matrix/convert_private.h"
#include "core/matrix/half.h"

bool tally_is_counted(const struct dtype *dtype)
{
    return dtype_is_numeric(dtype) && dtype->itemsize <= 2;
}

void tally_count(const struct dtype *dtype, const void *elements, uint64_t n, uint32_t *counts)
{
    if (dtype->itemsize == 1) {
        const u1 *x = elements;
        for (uint64_t i = 0; i < n; i++)
            counts[x[i]]++;
        return;
    }
    const u2_at *x = elements;
    if (dtype_is_swapped(dtype))
        for (uint64_t i = 0; i < n; i++)
            counts[__builtin_bswap16(x[i])]++;
    else
        for (uint64_t i = 0; i < n; i++)
            counts[x[i]]++;
}

double tally_counted_value(const struct dtype *dtype, unsigned bits)
{
    switch (dtype->kind) {
    case DTYPE_BOOL:
        return bits != 0;
    case DTYPE_INT:
        return dtype->itemsize == 1 ? (int8_t)bits : (int16_t)bits;
    case DTYPE_UINT:
        return bits;
    default:
        return half_to_double((uint16_t)bits);
    }
}

static union tally_value extreme(const struct dtype *dtype, double value)
{
    union tally_value extreme;
    if (dtype->kind == DTYPE_INT)
        extreme.i = (int64_t)value;
    else if (dtype->kind == DTYPE_FLOAT)
        extreme.f = value + 0.0; /* -0.0 becomes 0 */
    else
        extreme.u = (uint64_t)value;
    return extreme;
}

static void count_value(struct tally *tally, double value, uint64_t count)
{
    tally->count += count;
    tally->nan += isnan(value) ? count : 0;
    tally->posinf += value == (double)INFINITY ? count : 0;
    tally->neginf += value == -(double)INFINITY ? count : 0;
    tally->zeros += value == 0 ? count : 0;
    tally->finite += isfinite(value) ? count : 0;
}

/* A sum of halves is one of integers: each is so many times the least subnormal. With 41 bits of a value and
 * 64 of a count it is exact. */
#define HALF_UNIT 0x1p-24

void tally_of_counts(const struct dtype *dtype, const uint64_t *counts, struct tally *ret_tally)
{
    struct tally tally = {0};
    unsigned values = dtype->itemsize == 1 ? 256 : TALLY_COUNTS;
    double unit = dtype->kind == DTYPE_FLOAT ? HALF_UNIT : 1, min = (double)INFINITY, max = -min;
    __int128 sum = 0;
    for (unsigned bits = 0; bits < values; bits++) {
        double value = counts[bits] ? tally_counted_value(dtype, bits) : 0;
        if (counts[bits])
            count_value(&tally, value, counts[bits]);
        if (!counts[bits] || !isfinite(value))
            continue;
        min = value < min ? value : min;
        max = value > max ? value : max;
        sum += (__int128)(int64_t)(value / unit) * counts[bits];
    }
    *ret_tally = tally;
    if (tally.finite == 0)
        return;
    __int128 n = tally.finite;
    long double mean = ((long double)(sum / n) + (long double)(sum % n) / (long double)n) * unit;
    for (unsigned bits = 0; bits < values; bits++) {
        long double off = counts[bits] ? tally_counted_value(dtype, bits) - mean : 0;
        if (isfinite(off))
            ret_tally->squares += off * off * (long double)counts[bits];
    }
    ret_tally->mean = (double)mean;
    ret_tally->mean_rest = (double)(mean - ret_tally->mean);
    ret_tally->min = extreme(dtype, min);
    ret_tally->max = extreme(dtype, max);
}
