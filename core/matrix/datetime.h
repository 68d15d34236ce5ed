/*
 * numpy's datetime64 as ISO 8601, by the proleptic Gregorian calendar, for every count and unit.
 */
#ifndef SHMTOP_CORE_MATRIX_DATETIME_H
#define SHMTOP_CORE_MATRIX_DATETIME_H

#include <stdint.h>

#include "core/sys/text.h"

/* unit as in struct dtype: "[ns]", "[25s]"; without one the bare count. INT64_MIN is "NaT". */
void datetime_add(struct text *text, int64_t value, const char *unit);

#endif
