/*
 * Numbers that conversions go wrong on, and what a conversion must give, by arithmetic in long double, which
 * holds every value of the twelve real types: none of it is core's.
 */
#ifndef SHMTOP_TESTS_SUPPORT_NUMBERS_H
#define SHMTOP_TESTS_SUPPORT_NUMBERS_H

#include <stddef.h>
#include <stdint.h>

#include "core/matrix/convert.h"

/* "b1" … "u8", "f2", "f4", "f8". */
#define NUMBER_TYPES 12
extern const char *const number_types[NUMBER_TYPES];

struct numbers {
    struct dtype dtype; /* native order */
    uint8_t *elements;
    size_t n;
};

/* Freed with free(numbers.elements). Edges of every type and their neighbours, signed zeros, subnormals, inf,
 * nans of both kinds, random bits; of types of one and two bytes every value. */
struct numbers numbers_odd(const char *type);

/* Of f4 or f8: for every float16 (or float32 at random) its value, the middle to the next, and the neighbours
 * of both, of both signs. */
struct numbers numbers_ties(const char *type);

/* What element i must become, into *to, and what is counted. */
void numbers_convert(const struct numbers *numbers, size_t i, const struct dtype *to, void *element,
                     struct convert_counts *counts);

/* Equal bits, or both a nan. */
bool numbers_are_equal(const struct dtype *dtype, const void *a, const void *b);

#endif
