/* AVX-512 (F, BW, DQ, VL): vectors of 64 bytes. */
#include "core/analysis/kernels.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <math.h>
#include <string.h>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2"))),             \
                             apply_to = function)
#else
#pragma GCC optimize("O3")
#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl,avx2")
#endif

#define VECTOR 64
#define HAS_LEAST_F8
#define least_f8(a, b)    ((vf8)_mm512_min_pd(a, b))
#define greatest_f8(a, b) ((vf8)_mm512_max_pd(a, b))
#define HAS_LEAST_I8
#define least_i8(a, b)    ((vi8)_mm512_min_epi64((__m512i)(a), (__m512i)(b)))
#define greatest_i8(a, b) ((vi8)_mm512_max_epi64((__m512i)(a), (__m512i)(b)))
#define HAS_COUNT_ZEROS
#define count_zeros(count, x)                                                                                \
    ((vi8)_mm512_mask_add_epi64((__m512i)(count), _mm512_cmp_pd_mask(x, _mm512_setzero_pd(), _CMP_EQ_OQ),    \
                                (__m512i)(count), _mm512_set1_epi64(1)))
#define HAS_TO_F8
#define to_f8(x) ((vf8)_mm512_cvtepi64_pd((__m512i)(x)))
#include "core/analysis/kernels_loops.h"

const struct analysis_kernels analysis_avx512 = KERNELS;

#if defined(__clang__)
#pragma clang attribute pop
#endif

#endif
