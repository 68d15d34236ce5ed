/*
 * What the levels of kernels share with convert.c, which chooses among them.
 *
 * Kernels are made by macros from numpy's names of the types, so these are types here: i1 … u8, f4, f8,
 * halves as u2; i1_at and so on are the same at any address.
 */
#ifndef SHMTOP_CORE_MATRIX_CONVERT_PRIVATE_H
#define SHMTOP_CORE_MATRIX_CONVERT_PRIVATE_H

#include "core/matrix/convert.h"

typedef uint8_t b1; /* any byte but 0 is true */
typedef int8_t i1;
typedef int16_t i2;
typedef int32_t i4;
typedef int64_t i8;
typedef uint8_t u1;
typedef uint16_t u2, f2;
typedef uint32_t u4;
typedef uint64_t u8;
typedef float f4;
typedef double f8;

#define CONVERT_ANYWHERE __attribute__((aligned(1)))
typedef b1 b1_at;
typedef i1 i1_at;
typedef i2 i2_at CONVERT_ANYWHERE;
typedef i4 i4_at CONVERT_ANYWHERE;
typedef i8 i8_at CONVERT_ANYWHERE;
typedef u1 u1_at;
typedef u2 u2_at CONVERT_ANYWHERE;
typedef f2 f2_at CONVERT_ANYWHERE;
typedef u4 u4_at CONVERT_ANYWHERE;
typedef u8 u8_at CONVERT_ANYWHERE;
typedef f4 f4_at CONVERT_ANYWHERE;
typedef f8 f8_at CONVERT_ANYWHERE;

enum convert_unit {
    UNIT_b1,
    UNIT_i1,
    UNIT_i2,
    UNIT_i4,
    UNIT_i8,
    UNIT_u1,
    UNIT_u2,
    UNIT_u4,
    UNIT_u8,
    UNIT_f2,
    UNIT_f4,
    UNIT_f8,
    UNIT_COUNT,
};

/*
 * One level. A pair that a level has not got is taken from the level below. Of the pairs with f2 there are
 * only those with f4 and f8: the others go by way of f4, which holds every f2 and every integer that is no
 * inf as f2. b1 becomes u1 alone, 0 or 1. Swaps and spreads (a real number into a complex one, its imaginary
 * part 0) by bytes of a unit.
 */
struct convert_kernels {
    convert_kernel pair[UNIT_COUNT][UNIT_COUNT];
    convert_kernel swap_2, swap_4, swap_8;
    convert_kernel spread_4, spread_8;
};

extern const struct convert_kernels convert_portable;
#if defined(__x86_64__)
extern const struct convert_kernels convert_avx2, convert_avx512;
#elif defined(__aarch64__)
extern const struct convert_kernels convert_neon;
#endif

/* From here on, and up to 2^1024, a finite value is inf: the largest and half of its last place. */
#define F2_OVERFLOW 65520
#define F4_OVERFLOW 0x1.ffffffp127

#endif
