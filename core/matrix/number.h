/*
 * Values as text. Never by locale; '.' is the decimal point whatever the program does with LC_NUMERIC.
 */
#ifndef SHMTOP_CORE_MATRIX_NUMBER_H
#define SHMTOP_CORE_MATRIX_NUMBER_H

#include "core/matrix/dtype.h"

enum number_style {
    NUMBER_FULL,  /* reads back to the same bits, in the fewest digits, as numpy's repr: "0.1", "1.0", "1e+16"
                   */
    NUMBER_SHORT, /* floats as %.5g, or in fewer digits that read back all the same; for grids */
    NUMBER_SCIENTIFIC, /* d.ddddde±xx for floats; as FULL for the rest */
    NUMBER_QUOTED, /* as FULL, but strings and dates in quotes as in numpy's repr: b'ab', "it's", '2026-11-25'
                    */
    NUMBER_HEX, /* 0x and the element's bits, most significant digit first; S, V and structs: bytes in order
                 */
};

/*
 * One element (native byte order, a struct as stored; any alignment) as text: integers exactly, floats by
 * style with "nan", "inf",
 * "-inf", bools "True"/"False", complex "1+2j" as numpy's repr without parentheses, strings without their NUL
 * padding, every control or invalid part escaped (text_add_escaped), datetimes as ISO 8601
 * ("2026-11-25T21:00:00.000000001", "NaT"), timedeltas as their count of units, V as 0x and the bytes,
 * structs "(1, 2.5)", in them strings and dates in quotes and sub-arrays "[1, 2]". Writes at most size bytes,
 * NUL-terminated, cut at a character; returns the length needed.
 */
size_t number_text(const struct dtype *dtype, const void *element, enum number_style style, char *buf,
                   size_t size);

/* A number (real kinds; bool counts as 0/1) as a double; nan for kinds that are no real number. */
double number_double(const struct dtype *dtype, const void *element);

/* True for a float or complex with a nan part, and NaT. */
bool number_is_nan(const struct dtype *dtype, const void *element);
bool number_is_inf(const struct dtype *dtype, const void *element);

#endif
