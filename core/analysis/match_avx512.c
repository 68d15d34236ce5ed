/*
 * AVX-512 (F, BW, DQ, VL): compares into masks.
 */
#include "core/analysis/match_kernels.h"

#if defined(__x86_64__)

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2"))),             \
                             apply_to = function)
#else
#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl,avx2,prefer-vector-width=512")
#endif

MAKE_KERNELS

const struct match_kernels match_avx512 = ALL_KERNELS;

#if defined(__clang__)
#pragma clang attribute pop
#endif

#endif
