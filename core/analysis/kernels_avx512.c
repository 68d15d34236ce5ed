/* AVX-512 (F, BW, DQ, VL): vectors of 64 bytes. */
#include "core/analysis/kernels.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <math.h>
#include <string.h>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,popcnt"))),      \
                             apply_to = function)
#else
#pragma GCC optimize("O3")
#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl,avx2,popcnt")
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
#define HAS_F4
#define least_f4(a, b)    ((vf4)_mm512_min_ps(a, b))
#define greatest_f4(a, b) ((vf4)_mm512_max_ps(a, b))
#define count_zeros_f4(count, x)                                                                             \
    ((vi4)_mm512_mask_add_epi32((__m512i)(count), _mm512_cmp_ps_mask(x, _mm512_setzero_ps(), _CMP_EQ_OQ),    \
                                (__m512i)(count), _mm512_set1_epi32(1)))
#define widen_f4(at) ((vf8)_mm512_cvtps_pd(_mm256_loadu_ps((const float *)(at))))
#define HAS_ADD_SQUARE
#define add_square(sum, x) ((vf8)_mm512_fmadd_pd(x, x, sum))
#define HAS_FIND_BINS
static size_t find_bins_first(const struct bin_plan *plan, const f8_at *x, size_t n, uint32_t *ret);
static size_t find_bins_small_first(const struct bin_plan *plan, const f8_at *x, size_t n, uint8_t *ret);
static size_t find_bins_f4(const struct bin_plan *plan, const f4_at *x, size_t n, uint8_t *ret);
#define HAS_COUNT_FEW
#define COUNTED_MAX 24
#define COUNT_STEP  1024
static void count_few(const uint8_t *x, size_t n, unsigned values, uint64_t *counts);
#define HAS_COUNT_EQUAL
#define EQUAL_STEP 64
static inline uint64_t count_equal(const uint8_t *x, size_t n, uint8_t value);
#include "core/analysis/kernels_loops.h"

/* The bins of eight. */
INLINE __m256i find_8_bins(const struct bin_plan *plan, const f8_at *at)
{
    __m512d x = _mm512_loadu_pd(at);
    __mmask8 inside = _mm512_cmp_pd_mask(x, _mm512_set1_pd(plan->low), _CMP_GE_OQ);
    inside = _mm512_mask_cmp_pd_mask(inside, x, _mm512_set1_pd(plan->high), _CMP_LE_OQ);
    __m512d guess = _mm512_maskz_mul_pd(inside, x, _mm512_set1_pd(plan->scale));
    guess = _mm512_maskz_sub_pd(inside, guess, _mm512_set1_pd(plan->offset));
    __m256i nearest = _mm512_cvtpd_epi32(guess);
    __m512d edge = _mm512_i32gather_pd(nearest, plan->edges, 8);
    __mmask8 less = _mm512_cmp_pd_mask(x, edge, _CMP_LT_OQ);
    __m256i bin = _mm256_mask_sub_epi32(nearest, less, nearest, _mm256_set1_epi32(1));
    return _mm256_mask_mov_epi32(_mm256_set1_epi32((int)BIN_OUTSIDE(plan)), inside, bin);
}

static size_t find_bins_first(const struct bin_plan *plan, const f8_at *x, size_t n, uint32_t *ret)
{
    const struct bin_plan here = *plan; /* which no store to ret can change */
    size_t whole = n & ~(size_t)7;
    for (size_t i = 0; i < whole; i += 8)
        _mm256_storeu_si256((__m256i_u *)(ret + i), find_8_bins(&here, x + i));
    return whole;
}

#include "core/analysis/bins_avx512.h"

static size_t find_bins_small_first(const struct bin_plan *plan, const f8_at *x, size_t n, uint8_t *ret)
{
    const struct bin_plan here = *plan; /* which no store to ret can change */
    size_t whole = n & ~(size_t)7, few = plan->bins <= BINS_FEW_MAX ? n & ~(size_t)63 : 0;
    if (few > 0 && !find_bins_few(plan, x, few, ret))
        few = 0;
    for (size_t i = few; i < whole; i += 8)
        _mm_storeu_si64(ret + i, _mm256_cvtepi32_epi8(find_8_bins(&here, x + i)));
    return whole;
}

static inline uint64_t count_equal(const uint8_t *x, size_t n, uint8_t value)
{
    uint64_t count = 0;
    for (size_t i = 0; i < n; i += 64)
        count += (uint64_t)__builtin_popcountll(
            _mm512_cmpeq_epi8_mask(_mm512_loadu_si512(x + i), _mm512_set1_epi8((char)value)));
    return count;
}

const struct analysis_kernels analysis_avx512 = KERNELS;

#if defined(__clang__)
#pragma clang attribute pop
#endif

#endif
