#include "core/matrix/number_read.h"

#include <endian.h>
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/matrix/power.h"

#define DIGITS_MAX    19      /* that always fit 64 bits */
#define DIGITS_DECIDE 800     /* no tie between two doubles has more digits than 767 */
#define EXPONENT_MAX  1000000 /* beyond it all is 0 or inf, however many digits a cell can have */

/* --- digits, eight at a time --- */

static const uint64_t tens[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000};

static bool is_digit(char c)
{
    return (unsigned char)(c - '0') < 10;
}

/* The first byte lowest. */
static uint64_t load_eight(const char *at)
{
    uint64_t bytes;
    memcpy(&bytes, at, sizeof bytes);
    return le64toh(bytes);
}

/* How many of eight bytes are digits before the first that is none. */
static int count_digits(uint64_t bytes)
{
    uint64_t no_digit = ((bytes + UINT64_C(0x4646464646464646)) | (bytes - UINT64_C(0x3030303030303030))) &
                        UINT64_C(0x8080808080808080);
    return no_digit ? __builtin_ctzll(no_digit) / 8 : 8;
}

/* The number of eight digits, each byte 0 to 9, the first lowest. Source: Daniel Lemire, "Quickly parsing
 * eight digits" (2018). */
static uint64_t value_of_eight(uint64_t digits)
{
    digits = digits * 10 + (digits >> 8);
    uint64_t high = (digits & UINT64_C(0x000000ff000000ff)) * UINT64_C(0x000f424000000064);
    uint64_t low = (digits >> 16 & UINT64_C(0x000000ff000000ff)) * UINT64_C(0x0000271000000001);
    return (high + low) >> 32;
}

/* Appends the digits that stand at `at` to *m, which wraps; returns where they end. The last few are taken
 * without a branch, for how many they are cannot be foreseen. */
static inline const char *read_digits(const char *at, uint64_t *m)
{
    uint64_t bytes = load_eight(at);
    int n = count_digits(bytes);
    for (; n == 8; n = count_digits(bytes)) {
        *m = *m * 100000000 + value_of_eight(bytes - UINT64_C(0x3030303030303030));
        at += 8;
        bytes = load_eight(at);
    }
    *m = *m * tens[n] + value_of_eight((bytes - UINT64_C(0x3030303030303030)) << 1 << (63 - 8 * n));
    return at + n;
}

/* --- what stands there --- */

/* Digits with at most one point among them, and what they are scaled by. */
struct parts {
    const char *begin, *end; /* of digits and point */
    uint64_t m;              /* the digits, or the first 19 from the first that is not 0 */
    int64_t exponent;        /* of m's last digit */
    bool cut;                /* digits that are not in m follow */
};

static const char *read_exponent(const char *at, int64_t *exponent)
{
    const char *p = at + 1;
    bool negative = *p == '-';
    int64_t value = 0;
    if (*p == '-' || *p == '+')
        p++;
    if (!is_digit(*p))
        return at;
    for (; is_digit(*p); p++)
        if (value < EXPONENT_MAX)
            value = value * 10 + (*p - '0');
    *exponent += negative ? -value : value;
    return p;
}

/* Of more digits than fit: zeros in front count for nothing, and of the others the first 19 are taken. */
static void take_first_digits(struct parts *parts)
{
    const char *at = parts->begin;
    int n = 0;
    while (*at == '0' || *at == '.')
        at++;
    parts->m = 0;
    for (; at < parts->end && n < DIGITS_MAX; at++)
        if (*at != '.') {
            parts->m = parts->m * 10 + (uint64_t)(*at - '0');
            n++;
        }
    for (; at < parts->end; at++)
        if (*at != '.') {
            parts->cut = true;
            parts->exponent++;
        }
}

/* Digits, point, exponent; NULL where there is no digit. */
static inline const char *read_parts(const char *at, struct parts *parts)
{
    parts->begin = at;
    parts->m = 0;
    parts->cut = false;
    const char *end = read_digits(at, &parts->m);
    int64_t count = end - at, fraction = 0;
    if (*end == '.') {
        const char *point = end + 1;
        end = read_digits(point, &parts->m);
        fraction = end - point;
    }
    count += fraction;
    if (count == 0)
        return NULL;
    parts->end = end;
    parts->exponent = -fraction;
    if (count > DIGITS_MAX)
        take_first_digits(parts);
    return (*end | 0x20) == 'e' ? read_exponent(end, &parts->exponent) : end;
}

static const char *skip_word(const char *at, const char *word)
{
    for (; *word; word++, at++)
        if ((*at | 0x20) != *word)
            return NULL;
    return at;
}

static const char *read_special(const char *at, double *ret_value)
{
    const char *end = skip_word(at, "nan");
    if (end) {
        *ret_value = NAN;
        return end;
    }
    end = skip_word(at, "inf");
    if (!end)
        return NULL;
    *ret_value = INFINITY;
    const char *whole = skip_word(end, "inity");
    return whole ? whole : end;
}

/* --- its value --- */

static double double_of_bits(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/*
 * m · 10^exponent, m > 0, to nearest. False where the product does not settle it.
 *
 * With w = m · 2^shift and the table's g, which is rounded up by less than 1, the product w · g of 192 bits
 * is too large by less than w < 2^64. So of its upper 128 bits v, what is true lies above v - 1 and below v
 * + 1. Of v the first 53 bits are kept; the rest, compared with half a unit, rounds rightly unless it is
 * exactly that half: a greater one is greater by 1 at least, and one that is less stays so. (The rest 0 may
 * stand for something just below: that rounds up to the same.) A g that is exact settles the half too.
 */
static inline bool round_product(const struct power *powers, uint64_t m, int64_t exponent, double *ret)
{
    if (exponent < POWER_MIN) {
        *ret = 0; /* less than 2^64 · 10^-343, which is less than half the least double */
        return true;
    }
    if (exponent > POWER_MAX) {
        *ret = INFINITY;
        return true;
    }
    struct power g = powers[exponent - POWER_MIN];
    int shift = __builtin_clzll(m);
    uint64_t w = m << shift;
    unsigned __int128 low = (unsigned __int128)w * g.low;
    unsigned __int128 v = (unsigned __int128)w * g.high + (uint64_t)(low >> 64);
    int top = (int)(v >> 127);                                       /* v has 127 bits, or 128 */
    int binary = 63 + top - shift + power_floor_log2((int)exponent); /* exponent of the first bit */
    if (binary > 1023) {
        *ret = INFINITY;
        return true;
    }
    if (binary < -1022)
        return false;
    uint64_t high = (uint64_t)(v >> 64), half = UINT64_C(1) << (9 + top);
    uint64_t kept = high >> (10 + top), rest = high & (2 * half - 1);
    bool up = rest >= half;
    if (rest == half && (uint64_t)v == 0) {
        if (exponent < 0 || exponent > POWER_EXACT_MAX)
            return false;
        up = (uint64_t)low != 0 || (kept & 1);
    }
    /* The bit before the fraction adds 1 to the exponent, and so does a carry. */
    *ret = double_of_bits(((uint64_t)(binary + 1022) << 52) + kept + up);
    return true;
}

static locale_t c_locale;
static pthread_once_t c_locale_once = PTHREAD_ONCE_INIT;

static void make_c_locale(void)
{
    c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

/* By the C library, of as many digits as can matter; that others follow shows in a last one. */
static double round_exactly(const struct parts *parts)
{
    char text[DIGITS_DECIDE + 32];
    int n = 0;
    bool more = false;
    for (const char *at = parts->begin; at < parts->end; at++) {
        if (*at == '.' || (n == 0 && *at == '0'))
            continue;
        if (n < DIGITS_DECIDE)
            text[n++] = *at;
        else
            more |= *at != '0';
    }
    int64_t exponent = parts->exponent - (n > DIGITS_MAX ? n - DIGITS_MAX : 0);
    if (more) {
        text[n++] = '1';
        exponent--;
    }
    snprintf(text + n, sizeof text - (size_t)n, "e%lld", (long long)exponent);
    pthread_once(&c_locale_once, make_c_locale);
    return strtod_l(text, NULL, c_locale);
}

/* Without a call where the table is made. */
static const struct power *get_powers(void)
{
    static const struct power *_Atomic made;
    const struct power *powers = atomic_load_explicit(&made, memory_order_acquire);
    if (!powers) {
        powers = power_table();
        atomic_store_explicit(&made, powers, memory_order_release);
    }
    return powers;
}

static inline double value_of(const struct parts *parts)
{
    double value, above;
    const struct power *powers = get_powers();
    if (parts->m == 0)
        return 0;
    if (!round_product(powers, parts->m, parts->exponent, &value))
        return round_exactly(parts);
    if (parts->cut && (!round_product(powers, parts->m + 1, parts->exponent, &above) || above != value))
        return round_exactly(parts);
    return value;
}

const char *number_read_double(const char *at, double *ret_value)
{
    struct parts parts;
    bool negative = *at == '-';
    double value;
    at += negative || *at == '+';
    const char *end = read_parts(at, &parts);
    if (end)
        value = value_of(&parts);
    else if (!(end = read_special(at, &value)))
        return NULL;
    *ret_value = negative ? -value : value;
    return end;
}

const char *number_read_integer(const char *at, struct number_integer *ret_integer)
{
    bool negative = *at == '-', overflow = false;
    uint64_t magnitude = 0;
    at += negative || *at == '+';
    const char *begin = at;
    for (; is_digit(*at); at++)
        overflow |= __builtin_mul_overflow(magnitude, 10, &magnitude) ||
                    __builtin_add_overflow(magnitude, (uint64_t)(*at - '0'), &magnitude);
    if (at == begin || *at == '.' || (*at | 0x20) == 'e')
        return NULL;
    *ret_integer = (struct number_integer){overflow ? UINT64_MAX : magnitude, negative, overflow};
    return at;
}
