/*
 * Types of at most 16 bits: their elements are counted by value, and what the counts add up to is taken from
 * them.
 */
#include "core/analysis/tally.h"

#include <math.h>
#include <string.h>

#include "core/matrix/half.h"

bool tally_is_counted(const struct dtype *dtype)
{
    return dtype_is_numeric(dtype) && dtype->itemsize <= 2;
}

/* --- counting --- */

#define INLINE static inline __attribute__((always_inline))

INLINE uint64_t load(const uint8_t *at)
{
    uint64_t bytes;
    memcpy(&bytes, at, sizeof bytes);
    return bytes;
}

INLINE void count_4(uint64_t four, bool is_swapped, uint32_t *counts)
{
    const uint64_t low = 0x00ff00ff00ff00ff;
    if (is_swapped)
        four = (four >> 8 & low) | (four & low) << 8;
    counts[four & 0xffff]++;
    counts[four >> 16 & 0xffff]++;
    counts[four >> 32 & 0xffff]++;
    counts[four >> 48]++;
}

/* A count that is raised again at once waits until the last time has been stored. Hence eight elements that
 * are the same are counted together; what is left of such waits costs less than a second table would. */
INLINE void count_pairs(const uint8_t *x, uint64_t n, bool is_swapped, uint32_t *counts)
{
    uint64_t i = 0;
    for (; i + 8 <= n; i += 8) {
        uint64_t first = load(x + 2 * i), second = load(x + 2 * i + 8);
        if (first == second && first == (first >> 16 | first << 48)) {
            uint16_t bits = (uint16_t)first;
            counts[is_swapped ? __builtin_bswap16(bits) : bits] += 8;
            continue;
        }
        count_4(first, is_swapped, counts);
        count_4(second, is_swapped, counts);
    }
    for (; i < n; i++) {
        uint16_t bits;
        memcpy(&bits, x + 2 * i, sizeof bits);
        counts[is_swapped ? __builtin_bswap16(bits) : bits]++;
    }
}

/* Bytes are few enough for a table each of eight in a row. */
static void count_bytes(const uint8_t *x, uint64_t n, uint32_t *counts)
{
    uint32_t table[8][256] = {0};
    uint64_t i = 0;
    for (; i + 8 <= n; i += 8) {
        uint64_t eight = load(x + i);
        if (eight == (eight >> 8 | eight << 56)) {
            counts[eight & 0xff] += 8;
            continue;
        }
#pragma GCC unroll 8
        for (unsigned b = 0; b < 8; b++)
            table[b][eight >> (8 * b) & 0xff]++;
    }
    for (; i < n; i++)
        counts[x[i]]++;
    for (unsigned b = 0; b < 8; b++)
        for (unsigned value = 0; value < 256; value++)
            counts[value] += table[b][value];
}

void tally_count(const struct dtype *dtype, const void *elements, uint64_t n, uint32_t *counts)
{
    if (dtype->itemsize == 1)
        count_bytes(elements, n, counts);
    else if (dtype_is_swapped(dtype))
        count_pairs(elements, n, true, counts);
    else
        count_pairs(elements, n, false, counts);
}

/* --- what they add up to --- */

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
