/*
 * A condition on an element, as a person types it: nan, inf, >3, <=-1e6, =0.
 *
 * inf is either sign; nan and inf of a complex number: of either part. Comparisons: <, <=, >, >=, =, and also
 * !=. A number is taken in the elements' own type, correctly rounded, as numpy does (so that =0.1 finds what
 * a float32 shows as 0.1), but a finite one beyond the type's range stays less than inf; integers are
 * compared exactly with any decimal number, nan meets nothing but nan and !=. Complex numbers are compared by
 * magnitude (as hypot, in double precision), with = and != as numbers, also with a complex one (1+2j). Bool:
 * as 0 and 1, also False and True. Dates as ISO 8601 (2026-11-25T21:00), exactly; NaT is nan. Text: = and !=
 * with what `show` prints. A value may stand in double quotes, in which "" is a quote.
 */
#ifndef SHMTOP_CORE_ANALYSIS_CONDITION_H
#define SHMTOP_CORE_ANALYSIS_CONDITION_H

#include "core/matrix/dtype.h"

enum condition_kind {
    CONDITION_NAN,
    CONDITION_INF,
    CONDITION_LESS,
    CONDITION_LESS_EQUAL,
    CONDITION_GREATER,
    CONDITION_GREATER_EQUAL,
    CONDITION_EQUAL,
    CONDITION_NOT_EQUAL,
};

#define CONDITION_TEXT_MAX 256

/* As typed: still without a type. A value without owner. */
struct condition {
    enum condition_kind kind;
    char operand[CONDITION_TEXT_MAX]; /* what stands behind the sign, without blanks around it, with quotes */
};

/* -EINVAL with what is wrong and what was expected. A bare number is as with =, and so are a bare date, True,
 * False, and what stands in quotes. */
int condition_parse(const char *text, struct condition *ret, struct error *error);
/* As it would be typed. Returns the length needed. */
size_t condition_text(const struct condition *condition, char *buf, size_t size);

/* -EINVAL, "CONDITION: what", with the condition made printable. */
int condition_refuse(const struct condition *condition, const char *what, struct error *error);

#endif
