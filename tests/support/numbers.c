#include "tests/support/numbers.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const number_types[NUMBER_TYPES] = {"b1", "i1", "i2", "i4", "i8", "u1",
                                                "u2", "u4", "u8", "f2", "f4", "f8"};

/* --- what libm has, which the tests do without --- */

/* Exponent of the first digit. */
static int exponent_of(long double value)
{
    int exponent;
    frexpl(value, &exponent);
    return exponent - 1;
}

static long double drop_fraction(long double value)
{
    long double size = fabsl(value);
    return size < 0x1p63L ? copysignl((long double)(int64_t)size, value) : value;
}

/* To nearest, ties to even; |value| < 2^62. */
static long double round_even(long double value)
{
    int64_t whole = (int64_t)fabsl(value);
    long double rest = fabsl(value) - (long double)whole;
    whole += rest > 0.5L || (rest == 0.5L && whole % 2 == 1);
    return copysignl((long double)whole, value);
}

/* --- one element and its value --- */

static bool is_float(const struct dtype *dtype)
{
    return dtype->kind == DTYPE_FLOAT;
}

/* Digits of the significand and exponent of the smallest subnormal. */
static int float_digits(uint64_t size)
{
    return size == 2 ? 11 : size == 4 ? 24 : 53;
}

static int float_least(uint64_t size)
{
    return size == 2 ? -24 : size == 4 ? -149 : -1074;
}

static long double float_greatest(uint64_t size)
{
    return size == 2 ? 65504.0L : size == 4 ? 0x1.fffffep127L : 0x1.fffffffffffffp1023L;
}

static uint64_t element_bits(const void *element, uint64_t size)
{
    uint64_t bits = 0;
    memcpy(&bits, element, size);
    return bits;
}

/* By the definition of IEEE 754. */
static long double float_value(uint64_t bits, uint64_t size)
{
    int digits = float_digits(size), exponent_bits = (int)(8 * size) - digits;
    uint64_t fraction = bits & ((UINT64_C(1) << (digits - 1)) - 1);
    int exponent = (int)(bits >> (digits - 1) & ((1u << exponent_bits) - 1));
    bool negative = bits >> (8 * size - 1);
    long double value;
    if (exponent == (1 << exponent_bits) - 1)
        value = fraction ? (long double)NAN : (long double)INFINITY;
    else if (exponent == 0)
        value = ldexpl((long double)fraction, float_least(size));
    else
        value =
            ldexpl((long double)(fraction | UINT64_C(1) << (digits - 1)), float_least(size) + exponent - 1);
    return negative ? -value : value;
}

/* Of a value that the type holds. */
static uint64_t float_bits(long double value, uint64_t size)
{
    int digits = float_digits(size), exponent_bits = (int)(8 * size) - digits;
    uint64_t sign = signbit(value) ? UINT64_C(1) << (8 * size - 1) : 0;
    uint64_t top = (UINT64_C(1) << exponent_bits) - 1;
    if (isnan(value))
        return sign | top << (digits - 1) | UINT64_C(1) << (digits - 2);
    if (isinf(value))
        return sign | top << (digits - 1);
    value = fabsl(value);
    int exponent = value == 0 ? 0 : exponent_of(value) - (float_least(size) + digits - 1) + 1;
    if (exponent < 1)
        return sign | (uint64_t)ldexpl(value, -float_least(size));
    uint64_t significand = (uint64_t)ldexpl(value, -(float_least(size) + exponent - 1));
    significand -= UINT64_C(1) << (digits - 1);
    return sign | (uint64_t)exponent << (digits - 1) | significand;
}

static long double int_least(const struct dtype *dtype)
{
    return dtype->kind == DTYPE_INT ? -ldexpl(1, (int)(8 * dtype->itemsize) - 1) : 0;
}

static long double int_greatest(const struct dtype *dtype)
{
    return ldexpl(1, (int)(8 * dtype->itemsize) - (dtype->kind == DTYPE_INT)) - 1;
}

static long double element_value(const struct dtype *dtype, const void *element)
{
    uint64_t bits = element_bits(element, dtype->itemsize);
    if (is_float(dtype))
        return float_value(bits, dtype->itemsize);
    if (dtype->kind == DTYPE_BOOL)
        return bits != 0;
    int unused = 64 - (int)(8 * dtype->itemsize);
    return dtype->kind == DTYPE_INT ? (long double)((int64_t)(bits << unused) >> unused) : (long double)bits;
}

/* To nearest, ties to even, by an exact scaling to an integer. */
static long double round_to(long double value, uint64_t size)
{
    if (value == 0 || !isfinite(value))
        return value;
    int unit = exponent_of(value) - float_digits(size) + 1;
    if (unit < float_least(size))
        unit = float_least(size);
    long double rounded = ldexpl(round_even(ldexpl(value, -unit)), unit);
    return fabsl(rounded) > float_greatest(size) ? copysignl((long double)INFINITY, value) : rounded;
}

static uint64_t int_bits(long double value, const struct dtype *to, struct convert_counts *counts)
{
    if (isnan(value)) {
        counts->lost_nan++;
        return 0;
    }
    long double whole = drop_fraction(value), least = int_least(to), greatest = int_greatest(to);
    counts->saturated += whole < least || whole > greatest;
    whole = whole < least ? least : whole > greatest ? greatest : whole;
    return whole < 0 ? -(uint64_t)-whole : (uint64_t)whole;
}

void numbers_convert(const struct numbers *numbers, size_t i, const struct dtype *to, void *element,
                     struct convert_counts *counts)
{
    const uint8_t *from = numbers->elements + i * numbers->dtype.itemsize;
    long double value = element_value(&numbers->dtype, from);
    uint64_t bits;
    if (to->kind == DTYPE_BOOL) {
        bits = value != 0;
    } else if (is_float(to)) {
        long double rounded = round_to(value, to->itemsize);
        counts->overflowed += isinf(rounded) && !isinf(value);
        bits = float_bits(rounded, to->itemsize);
    } else {
        bits = int_bits(value, to, counts);
    }
    memcpy(element, &bits, to->itemsize);
}

bool numbers_are_equal(const struct dtype *dtype, const void *a, const void *b)
{
    if (is_float(dtype) && isnan(element_value(dtype, a)) && isnan(element_value(dtype, b)))
        return true;
    return memcmp(a, b, dtype->itemsize) == 0;
}

/* --- lists --- */

static void add_bits(struct numbers *numbers, uint64_t bits)
{
    if ((numbers->n & (numbers->n - 1)) == 0) {
        size_t room = numbers->n ? 2 * numbers->n : 1;
        numbers->elements = realloc(numbers->elements, room * numbers->dtype.itemsize);
        assert(numbers->elements);
    }
    memcpy(numbers->elements + numbers->n++ * numbers->dtype.itemsize, &bits, numbers->dtype.itemsize);
}

/* The nearest that the type has, if it has one near. */
static void add_value(struct numbers *numbers, long double value)
{
    struct convert_counts counts = {0};
    if (is_float(&numbers->dtype)) {
        add_bits(numbers, float_bits(round_to(value, numbers->dtype.itemsize), numbers->dtype.itemsize));
        return;
    }
    uint64_t bits = int_bits(value, &numbers->dtype, &counts);
    if (counts.saturated == 0)
        add_bits(numbers, bits);
}

/* A value, of a float its neighbours too, each of both signs. */
static void add_near(struct numbers *numbers, long double value)
{
    add_value(numbers, value);
    add_value(numbers, -value);
    uint64_t size = numbers->dtype.itemsize;
    if (!is_float(&numbers->dtype) || !isfinite(value))
        return;
    uint64_t bits = float_bits(round_to(fabsl(value), size), size), sign = UINT64_C(1) << (8 * size - 1);
    add_bits(numbers, bits + 1);
    add_bits(numbers, (bits + 1) | sign);
    add_bits(numbers, bits ? bits - 1 : 0);
    add_bits(numbers, (bits ? bits - 1 : 0) | sign);
}

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state * UINT64_C(0x2545f4914f6cdd1d);
}

static struct numbers numbers_none(const char *type)
{
    struct numbers numbers = {0};
    struct error error = {0};
    int r = dtype_parse(type, &numbers.dtype, &error);
    assert(r == 0);
    return numbers;
}

static void add_nans(struct numbers *numbers)
{
    uint64_t size = numbers->dtype.itemsize, inf = float_bits((long double)INFINITY, size);
    int digits = float_digits(size);
    const uint64_t payloads[] = {1, 2, UINT64_C(1) << (digits - 2), (UINT64_C(1) << (digits - 1)) - 1,
                                 UINT64_C(1) << (digits - 3)};
    for (size_t i = 0; i < sizeof payloads / sizeof payloads[0]; i++) {
        add_bits(numbers, inf | payloads[i]);
        add_bits(numbers, inf | payloads[i] | UINT64_C(1) << (8 * size - 1));
    }
}

struct numbers numbers_odd(const char *type)
{
    struct numbers numbers = numbers_none(type);
    uint64_t random = 20261126, size = numbers.dtype.itemsize;
    for (uint64_t bits = 0; size <= 2 && bits < UINT64_C(1) << (8 * size); bits++)
        add_bits(&numbers, bits);
    for (int power = -1080; power <= 1024; power += power < -160 || power > 130 ? 7 : 1)
        add_near(&numbers, ldexpl(1, power));
    for (int power = 7; power <= 64; power++)
        for (int half = -6; half <= 6; half++)
            add_near(&numbers, ldexpl(1, power) + half / 2.0L);
    const long double edges[] = {0,        65504, 65519,    65520, 0x1.fffffep127L,        0x1.ffffffp127L,
                                 INFINITY, 0.1L,  1 / 3.0L, 2049,  0x1.fffffffffffffp1023L};
    for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++)
        add_near(&numbers, edges[i]);
    if (is_float(&numbers.dtype))
        add_nans(&numbers);
    for (int i = 0; i < 1000; i++) {
        uint64_t bits = next_random(&random);
        add_bits(&numbers, bits);
        add_value(&numbers, ldexpl((long double)(int64_t)bits, -(int)(next_random(&random) % 80)));
    }
    return numbers;
}

struct numbers numbers_ties(const char *type)
{
    struct numbers numbers = numbers_none(type);
    for (uint64_t half = 0; half < 0x7c00; half++) {
        long double value = float_value(half, 2);
        long double next = half == 0x7bff ? 65536 : float_value(half + 1, 2);
        add_near(&numbers, value);
        add_near(&numbers, (value + next) / 2);
    }
    uint64_t random = 4;
    for (int i = 0; i < 20000 && numbers.dtype.itemsize == 8; i++) {
        uint64_t bits = next_random(&random) & 0x7fffffff;
        if (bits >= 0x7f7fffff)
            continue;
        long double value = float_value(bits, 4), next = float_value(bits + 1, 4);
        add_near(&numbers, (value + next) / 2);
    }
    return numbers;
}
