/*
 * What the levels of kernels share with match.c, which chooses among them.
 */
#ifndef SHMTOP_CORE_ANALYSIS_MATCH_PRIVATE_H
#define SHMTOP_CORE_ANALYSIS_MATCH_PRIVATE_H

#include "core/analysis/match.h"

/* Of a width in bytes: the bit of the sign, and all bits. */
static inline uint64_t sign_of(uint64_t size)
{
    return UINT64_C(1) << (8 * size - 1);
}

static inline uint64_t mask_of(uint64_t size)
{
    return UINT64_MAX >> (64 - 8 * size);
}

enum match_key {
    KEY_PLAIN,     /* the bits */
    KEY_MAGNITUDE, /* without the sign of a float */
    KEY_ORDER,     /* growing with a float's value */
    KEY_COUNT,
};

enum { WIDTH_1, WIDTH_2, WIDTH_4, WIDTH_8, WIDTH_COUNT };

struct match_kernels {
    match_kernel *kernel[KEY_COUNT][2][WIDTH_COUNT]; /* native, swapped */
};

extern const struct match_kernels match_portable;
#if defined(__x86_64__)
extern const struct match_kernels match_avx2, match_avx512;
#endif

#endif
