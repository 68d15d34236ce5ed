/*
 * What stands behind the sign of a condition, as a value: exactly, or in a type.
 */
#ifndef SHMTOP_CORE_ANALYSIS_OPERAND_H
#define SHMTOP_CORE_ANALYSIS_OPERAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OPERAND_MAX 255 /* bytes of each text here */

/* Where a number lies among the whole ones. Beyond ±2^100 it is as if it were that. */
struct operand_whole {
    __int128 floor;
    bool is_whole; /* it is floor itself */
};
#define OPERAND_WHOLE_MAX ((__int128)1 << 100)

/* A decimal number (core/matrix/number_read.h), or inf. False for anything else, nan too. */
bool operand_read_whole(const char *text, struct operand_whole *ret);

/* A number in a float type of 2, 4 or 8 bytes. */
struct operand_float {
    uint64_t bits; /* to nearest, ties to even, of the number that stands there */
    bool beyond;   /* a finite number that the type has only inf for */
};
bool operand_read_float(const char *text, unsigned size, struct operand_float *ret);

/* "1+2j", "2j", "-1e3-infj": its parts as texts. A real number's imaginary part is "0". False where it has
 * not the form; whether the parts are numbers is yet to be seen. */
bool operand_split_complex(const char *text, char real[OPERAND_MAX + 1], char imaginary[OPERAND_MAX + 1]);

/* A date or time as ISO 8601, "2026-11-25T21:00:00.5" or less of it, a blank for the T too, in counts of a
 * datetime's unit (struct dtype). A year has at most 12 digits. False for anything else. */
bool operand_read_date(const char *text, const char *unit, struct operand_whole *ret);

/* Without the quotes around it, if it has any. */
void operand_unquote(const char *text, char ret[OPERAND_MAX + 1]);

#endif
