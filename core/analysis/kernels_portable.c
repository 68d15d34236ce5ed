/*
 * The level that every machine has: vectors of 16 bytes, which SSE2 and NEON, part of every x86-64 and
 * aarch64, do at once.
 */
#if !defined(__clang__) /* which does it anyway */
#pragma GCC optimize("O3")
#endif

#define VECTOR 16
#if defined(__SSE2__)
#include <emmintrin.h>
#define HAS_LEAST_F8
#define least_f8(a, b)    ((vf8)_mm_min_pd(a, b))
#define greatest_f8(a, b) ((vf8)_mm_max_pd(a, b))
#define HAS_F4
#define least_f4(a, b)           ((vf4)_mm_min_ps(a, b))
#define greatest_f4(a, b)        ((vf4)_mm_max_ps(a, b))
#define count_zeros_f4(count, x) ((count) - (vi4)((x) == 0))
#define widen_f4(at)             ((vf8)_mm_cvtps_pd(_mm_castsi128_ps(_mm_loadl_epi64((const __m128i_u *)(at)))))
#endif
#include "core/analysis/kernels_loops.h"

const struct analysis_kernels analysis_portable = KERNELS;
