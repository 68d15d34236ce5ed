/* AVX2: vectors of 32 bytes. */
#include "core/analysis/kernels.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <math.h>
#include <string.h>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#else
#pragma GCC optimize("O3")
#pragma GCC target("avx2")
#endif

#define VECTOR 32
#define HAS_LEAST_F8
#define least_f8(a, b)    ((vf8)_mm256_min_pd(a, b))
#define greatest_f8(a, b) ((vf8)_mm256_max_pd(a, b))
#define HAS_F4
#define least_f4(a, b)           ((vf4)_mm256_min_ps(a, b))
#define greatest_f4(a, b)        ((vf4)_mm256_max_ps(a, b))
#define count_zeros_f4(count, x) ((count) - (vi4)((x) == 0))
#define widen_f4(at)             ((vf8)_mm256_cvtps_pd(_mm_loadu_ps((const float *)(at))))
#define HAS_FIND_BINS
#define find_bins_f4 NULL
static size_t find_bins_first(const struct bin_plan *plan, const f8_at *x, size_t n, uint32_t *ret);
static size_t find_bins_small_first(const struct bin_plan *plan, const f8_at *x, size_t n, uint8_t *ret);
#include "core/analysis/kernels_loops.h"

/* The bins of four. */
INLINE __m128i find_4_bins(const struct bin_plan *plan, const f8_at *at)
{
    __m256d x = _mm256_loadu_pd((const double *)at);
    __m256d inside = _mm256_and_pd(_mm256_cmp_pd(x, _mm256_set1_pd(plan->low), _CMP_GE_OQ),
                                   _mm256_cmp_pd(x, _mm256_set1_pd(plan->high), _CMP_LE_OQ));
    __m256d guess =
        _mm256_sub_pd(_mm256_mul_pd(x, _mm256_set1_pd(plan->scale)), _mm256_set1_pd(plan->offset));
    guess = _mm256_round_pd(_mm256_and_pd(inside, guess), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    __m256d edge = _mm256_i32gather_pd(plan->edges, _mm256_cvtpd_epi32(guess), 8);
    __m256d less = _mm256_and_pd(_mm256_cmp_pd(x, edge, _CMP_LT_OQ), _mm256_set1_pd(1));
    __m256d outside = _mm256_set1_pd(BIN_OUTSIDE(plan));
    return _mm256_cvtpd_epi32(_mm256_blendv_pd(outside, _mm256_sub_pd(guess, less), inside));
}

static size_t find_bins_first(const struct bin_plan *plan, const f8_at *x, size_t n, uint32_t *ret)
{
    const struct bin_plan here = *plan; /* which no store to ret can change */
    size_t whole = n & ~(size_t)3;
    for (size_t i = 0; i < whole; i += 4)
        _mm_storeu_si128((__m128i_u *)(ret + i), find_4_bins(&here, x + i));
    return whole;
}

static size_t find_bins_small_first(const struct bin_plan *plan, const f8_at *x, size_t n, uint8_t *ret)
{
    const struct bin_plan here = *plan; /* which no store to ret can change */
    size_t whole = n & ~(size_t)15;
    for (size_t i = 0; i < whole; i += 16) {
        __m128i low = _mm_packus_epi32(find_4_bins(&here, x + i), find_4_bins(&here, x + i + 4));
        __m128i high = _mm_packus_epi32(find_4_bins(&here, x + i + 8), find_4_bins(&here, x + i + 12));
        _mm_storeu_si128((__m128i_u *)(ret + i), _mm_packus_epi16(low, high));
    }
    return whole;
}

const struct analysis_kernels analysis_avx2 = KERNELS;

#if defined(__clang__)
#pragma clang attribute pop
#endif

#endif
