/*
 * Powers of ten as 128-bit numbers, for the ways from binary to decimal (decimal.h) and back
 * (number_read.h).
 */
#ifndef SHMTOP_CORE_MATRIX_POWER_H
#define SHMTOP_CORE_MATRIX_POWER_H

#include <stdint.h>

#define POWER_MIN       (-342)
#define POWER_MAX       324
#define POWER_EXACT_MAX 55 /* of 10^0 to 10^55 nothing is dropped */

/* The first 128 bits of 10^e, the highest set, rounded up where anything is dropped. */
struct power {
    uint64_t high, low;
};

/* The table, made when first asked for: 10^e stands at [e - POWER_MIN]. */
const struct power *power_table(void);

/* floor(log2(10^e)) for the e of the table. */
static inline int power_floor_log2(int e)
{
    return (e * 1741647) >> 19;
}

#endif
