/*
 * Binary floating point into decimal digits: the fewest that read back to the same bits, and of these the
 * nearest. Source: Raffaello Giulietti, "The Schubfach way to render doubles" (2020).
 */
#ifndef SHMTOP_CORE_MATRIX_DECIMAL_H
#define SHMTOP_CORE_MATRIX_DECIMAL_H

#include <stdbool.h>
#include <stdint.h>

#include "core/sys/text.h"

/* digits · 10^exponent, without trailing zeros in digits; zero is 0 · 10^0. */
struct decimal {
    uint64_t digits;
    int count; /* of digits, 1 for zero */
    int exponent;
    bool negative; /* -0 too */
    double value;  /* what it stands for, exactly, for rounding */
};

/* Finite values only. */
struct decimal decimal_from_double(double value);
struct decimal decimal_from_float(float value);
struct decimal decimal_from_half(uint16_t half);

/* Place of the decimal point from the first digit: 1 for 1.5, 0 for 0.5, -1 for 0.05; 1 for zero. */
int decimal_point(const struct decimal *decimal);

/* Rounds to at most n significant digits: the value itself, to nearest, ties to even. n <= 0 gives zero or 1
 * · 10^k. */
struct decimal decimal_round(const struct decimal *decimal, int n);

/* The n digits (at most 17) that the value itself begins with, rounded: more than its shortest form may have.
 */
struct decimal decimal_exact(const struct decimal *decimal, int n);

/*
 * "-12.5" with at least `fraction` digits behind the point, filled with zeros. Where fraction is 0 and there
 * is no fraction, no point is written.
 */
void decimal_add_positional(struct text *text, const struct decimal *decimal, int fraction);

/* "1.25e-07", with at least `fraction` digits behind the point and at least `exponent` in the exponent. */
void decimal_add_scientific(struct text *text, const struct decimal *decimal, int fraction, int exponent);

#endif
