/*
 * AVX2: it compares integers of every width.
 */
#include "core/analysis/match_kernels.h"

#if defined(__x86_64__)

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#else
#pragma GCC target("avx2")
#endif

MAKE_KERNELS

const struct match_kernels match_avx2 = ALL_KERNELS;

#if defined(__clang__)
#pragma clang attribute pop
#endif

#endif
