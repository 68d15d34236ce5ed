#include "core/matrix/decimal.h"

#include <stdio.h>
#include <string.h>

#include "core/matrix/half.h"
#include "core/matrix/power.h"

/* g · factor / 2^128 with a last bit that says whether anything was dropped (g is rounded up: 1 is nothing).
 */
static uint64_t multiply_to_odd(struct power g, uint64_t factor)
{
    unsigned __int128 low = (unsigned __int128)g.low * factor;
    unsigned __int128 high = (unsigned __int128)g.high * factor + (uint64_t)(low >> 64);
    return (uint64_t)(high >> 64) | ((uint64_t)high > 1);
}

static const uint64_t tens[] = {
    UINT64_C(1),
    UINT64_C(10),
    UINT64_C(100),
    UINT64_C(1000),
    UINT64_C(10000),
    UINT64_C(100000),
    UINT64_C(1000000),
    UINT64_C(10000000),
    UINT64_C(100000000),
    UINT64_C(1000000000),
    UINT64_C(10000000000),
    UINT64_C(100000000000),
    UINT64_C(1000000000000),
    UINT64_C(10000000000000),
    UINT64_C(100000000000000),
    UINT64_C(1000000000000000),
    UINT64_C(10000000000000000),
    UINT64_C(100000000000000000),
    UINT64_C(1000000000000000000),
    UINT64_C(10000000000000000000),
};

/* Of a number that is not 0: its bits times log10(2) is right or one too few. */
static int count_digits(uint64_t value)
{
    int guess = (64 - __builtin_clzll(value)) * 1233 >> 12;
    return guess + (value >= tens[guess]);
}

static struct decimal make_decimal(uint64_t digits, int exponent)
{
    while (digits % 10 == 0) {
        digits /= 10;
        exponent++;
    }
    return (struct decimal){.digits = digits, .count = count_digits(digits), .exponent = exponent};
}

/*
 * The shortest decimal within the interval that rounds to c · 2^q. closer: c is the least of its binade, so
 * the gap below is half as wide. Variables are named as in the paper, §9.
 */
static struct decimal shortest(uint64_t c, int q, bool closer)
{
    if (q <= 0 && q > -64 && (c & ((UINT64_C(1) << -q) - 1)) == 0)
        return make_decimal(c >> -q, 0);
    bool out = c & 1;
    int k = (q * 1262611 - (closer ? 524031 : 0)) >> 22;
    int h = q + power_floor_log2(-k) + 1;
    struct power g = power_table()[-k - POWER_MIN];
    uint64_t lower = multiply_to_odd(g, (4 * c - 2 + closer) << h) + out;
    uint64_t v = multiply_to_odd(g, (4 * c) << h);
    uint64_t upper = multiply_to_odd(g, (4 * c + 2) << h) - out;
    uint64_t s = v / 4;
    if (s >= 10) {
        uint64_t t = s / 10;
        bool down_fits = lower <= 40 * t, up_fits = 40 * t + 40 <= upper;
        if (down_fits != up_fits)
            return make_decimal(t + up_fits, k + 1);
    }
    bool down_fits = lower <= 4 * s, up_fits = 4 * s + 4 <= upper;
    if (down_fits != up_fits)
        return make_decimal(s + up_fits, k);
    uint64_t middle = 4 * s + 2;
    return make_decimal(s + (v > middle || (v == middle && (s & 1))), k);
}

/* From the fields of a finite value with so many fraction bits and this bias. */
static struct decimal from_fields(uint64_t fraction, int exponent, int fraction_bits, int bias)
{
    if (exponent == 0 && fraction == 0)
        return (struct decimal){.count = 1};
    if (exponent == 0)
        return shortest(fraction, 1 - bias - fraction_bits, false);
    return shortest(UINT64_C(1) << fraction_bits | fraction, exponent - bias - fraction_bits,
                    fraction == 0 && exponent > 1);
}

struct decimal decimal_from_double(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    struct decimal decimal =
        from_fields(bits & ((UINT64_C(1) << 52) - 1), (int)(bits >> 52 & 0x7ff), 52, 1023);
    decimal.negative = bits >> 63;
    decimal.value = value;
    return decimal;
}

struct decimal decimal_from_float(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    struct decimal decimal = from_fields(bits & ((1u << 23) - 1), (int)(bits >> 23 & 0xff), 23, 127);
    decimal.negative = bits >> 31;
    decimal.value = value;
    return decimal;
}

struct decimal decimal_from_half(uint16_t half)
{
    struct decimal decimal = from_fields(half & 0x3ff, half >> 10 & 0x1f, 10, 15);
    decimal.negative = half >> 15;
    decimal.value = half_to_double(half);
    return decimal;
}

int decimal_point(const struct decimal *decimal)
{
    return decimal->digits ? decimal->count + decimal->exponent : 1;
}

/* The n-digit rounding of the exact value, by the C library, whose decimal point may be any: only digits are
 * taken. */
static uint64_t round_exactly(double value, int n, int *ret_exponent)
{
    char buf[64];
    snprintf(buf, sizeof buf, "%.*e", n - 1, value < 0 ? -value : value);
    uint64_t digits = 0;
    const char *at = buf;
    for (; *at && *at != 'e'; at++)
        if (*at >= '0' && *at <= '9')
            digits = digits * 10 + (uint64_t)(*at - '0');
    int exponent = 0;
    bool negative = at[1] == '-';
    for (at += 2; *at >= '0' && *at <= '9'; at++)
        exponent = exponent * 10 + (*at - '0');
    *ret_exponent = (negative ? -exponent : exponent) - (n - 1);
    return digits;
}

/*
 * The shortest digits round as the value does, except where they end exactly in the middle: a middle that lay
 * between them and the value would itself be shorter and read back the same.
 */
struct decimal decimal_round(const struct decimal *decimal, int n)
{
    if (decimal->count <= n || decimal->digits == 0)
        return *decimal;
    struct decimal rounded = {.count = 1};
    int exponent = decimal->exponent + decimal->count - n;
    if (n >= 0) {
        uint64_t unit = tens[decimal->count - n];
        uint64_t kept = decimal->digits / unit, dropped = decimal->digits % unit;
        if (2 * dropped == unit && n > 0)
            kept = round_exactly(decimal->value, n, &exponent);
        else
            kept += 2 * dropped > unit;
        if (kept > 0)
            rounded = make_decimal(kept, exponent);
    }
    rounded.negative = decimal->negative;
    rounded.value = decimal->value;
    return rounded;
}

struct decimal decimal_exact(const struct decimal *decimal, int n)
{
    if (decimal->count >= n || decimal->digits == 0)
        return decimal_round(decimal, n);
    int exponent;
    uint64_t digits = round_exactly(decimal->value, n, &exponent);
    struct decimal exact = make_decimal(digits, exponent);
    exact.negative = decimal->negative;
    exact.value = decimal->value;
    return exact;
}

static void add_digits(char *at, const struct decimal *decimal)
{
    uint64_t digits = decimal->digits;
    for (int i = decimal->count; i-- > 0; digits /= 10)
        at[i] = (char)('0' + digits % 10);
}

static void add_zeros(struct text *text, int n)
{
    while (n-- > 0)
        text_add_char(text, '0');
}

void decimal_add_positional(struct text *text, const struct decimal *decimal, int fraction)
{
    char digits[20];
    add_digits(digits, decimal);
    int point = decimal_point(decimal), count = decimal->count;
    if (decimal->negative)
        text_add_char(text, '-');
    if (point <= 0)
        text_add_char(text, '0');
    else
        text_add(text, digits, (size_t)(point < count ? point : count));
    add_zeros(text, point - count);
    int behind = count > point ? count - point : 0; /* digits behind the point */
    if (behind == 0 && fraction == 0)
        return;
    text_add_char(text, '.');
    int gap = point < 0 ? -point : 0; /* zeros between the point and the digits */
    add_zeros(text, behind ? gap : 0);
    text_add(text, digits + count - (behind - gap), (size_t)(behind - gap));
    add_zeros(text, fraction - behind);
}

void decimal_add_scientific(struct text *text, const struct decimal *decimal, int fraction, int exponent)
{
    char digits[20];
    add_digits(digits, decimal);
    if (decimal->negative)
        text_add_char(text, '-');
    text_add_char(text, digits[0]);
    if (decimal->count > 1 || fraction > 0)
        text_add_char(text, '.');
    text_add(text, digits + 1, (size_t)decimal->count - 1);
    add_zeros(text, fraction - (decimal->count - 1));
    int power = decimal_point(decimal) - 1;
    text_add_string(text, power < 0 ? "e-" : "e+");
    if (power < 0)
        power = -power;
    struct text width;
    text_init(&width, NULL, 0);
    text_add_u64(&width, (uint64_t)power);
    add_zeros(text, exponent - (int)width.length);
    text_add_u64(text, (uint64_t)power);
}
