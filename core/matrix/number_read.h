/*
 * Numbers from text, by the rules of no locale and of no other language: a sign, digits, a point, an
 * exponent behind e or E; nan, inf and infinity in any case. No hexadecimal, no 1_000, no 1.0D+3, no
 * thousands, no nan(...). A double is the nearest to what stands there, ties to even, whatever the number of
 * digits.
 *
 * Up to 19 digits are m · 10^e with m in 64 bits, times 128 bits of 10^e: that settles all but exact ties
 * (Eisel and Lemire, "Number parsing at a gigabyte per second", 2021, with the bounds worked out for this
 * table in number_read.c). More digits lie between m and m + 1; where these two are not the same double, as
 * for ties and subnormals, the C library decides, in a C locale of our own.
 */
#ifndef SHMTOP_CORE_MATRIX_NUMBER_READ_H
#define SHMTOP_CORE_MATRIX_NUMBER_READ_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Bytes that must be readable behind a text; the first of them ends it, being no part of a number (a NUL
 * will do). So the digits are read eight at a time without a look at where the text ends.
 */
#define NUMBER_READ_SLACK 8

/*
 * The longest number that begins at `at`: returns where it ends, or NULL where there is none. What is too
 * large becomes inf, what is too small 0, with its sign, as IEEE 754 rounds it.
 */
const char *number_read_double(const char *at, double *ret_value);

struct number_integer {
    uint64_t magnitude; /* UINT64_MAX where it is larger */
    bool negative;
    bool overflow; /* it is larger */
};

/* A sign and digits, as long as no point and no exponent follows: where they end, else NULL. */
const char *number_read_integer(const char *at, struct number_integer *ret_integer);

#endif
