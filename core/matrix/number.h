/*
 * Values as text. Never by locale; '.' is the decimal point whatever the program does with LC_NUMERIC.
 */
#ifndef SHMTOP_CORE_MATRIX_NUMBER_H
#define SHMTOP_CORE_MATRIX_NUMBER_H

#include "core/matrix/dtype.h"

enum number_style {
    NUMBER_FULL,  /* reads back to the same bits; the shortest of 15..17 (6..9, 3..5) digits that does */
    NUMBER_SHORT, /* 5 significant digits, for grids */
    NUMBER_SCIENTIFIC, /* d.ddddde±xx for floats; as FULL for the rest */
    NUMBER_HEX,   /* 0x and the element's bits, most significant digit first; S, V and structs: bytes in order */
};

/*
 * One element (native byte order, any alignment) as text: integers exactly, floats by style with "nan", "inf",
 * "-inf", bools "True"/"False", complex "1+2j" as numpy's repr without parentheses, strings with every control or
 * invalid part escaped (name_escape's rules), datetimes as ISO 8601 ("2026-11-25T21:00:00.000000001", "NaT"),
 * structs "(1, 2.5)". Writes at most size bytes, NUL-terminated, cut at a character; returns the length needed.
 */
size_t number_text(const struct dtype *dtype, const void *element, enum number_style style, char *buf, size_t size);

/* A number (real kinds; bool counts as 0/1) as a double; nan for kinds that are no real number. */
double number_double(const struct dtype *dtype, const void *element);

/* True for a float or complex with a nan part, and NaT. */
bool number_is_nan(const struct dtype *dtype, const void *element);
bool number_is_inf(const struct dtype *dtype, const void *element);

#endif
