/*
 * How the elements of one array look side by side: a common width and number form, found by looking at all of
 * them first. After numpy/core/arrayprint.py with its default options (precision 8, floatmode maxprec).
 */
#ifndef SHMTOP_CORE_MATRIX_CELL_H
#define SHMTOP_CORE_MATRIX_CELL_H

#include "core/matrix/dtype.h"
#include "core/sys/text.h"

/* The floats of an array, or one part of its complex numbers. */
struct real_format {
    bool plus; /* a sign before positive ones too */
    bool any_finite, any_other, any_negative_inf, any_nonzero;
    double least, most;                      /* magnitudes of those that are finite and not 0 */
    int whole, fraction;                     /* characters around the point, written plainly */
    int scientific_fraction, exponent, sign; /* written with an exponent */
    /* Settled by cell_settle: */
    bool scientific;
    int left, right; /* characters before and behind the point */
};

struct cell_format {
    const struct dtype *dtype; /* borrowed */
    struct real_format real, imaginary;
    size_t width; /* of the widest cell, in characters */
    size_t limit; /* texts are cut to so many characters; 0: never */
};

/* limit: where a longer text is cut, 0 for never. */
void cell_begin(struct cell_format *format, const struct dtype *dtype, size_t limit);
/* Looks at one element, in native byte order. */
void cell_measure(struct cell_format *format, const void *element);
/* After the last one: the width is known from here on. */
void cell_settle(struct cell_format *format);
/* One element as text, filled to the common width where numpy fills. Returns the length needed. */
size_t cell_text(const struct cell_format *format, const void *element, char *buf, size_t size);

#endif
