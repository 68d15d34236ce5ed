/*
 * AVX-512 (F, BW, DQ, VL): only what gains by it over AVX2, which is all between 64-bit integers and others,
 * and halves. Halves as in convert_avx2.c, rounded to odd on the way.
 */
#include "core/matrix/convert_kernels.h"

#if defined(__x86_64__)

#include <immintrin.h>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,f16c"))),        \
                             apply_to = function)
#else
#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl,avx2,f16c")
#endif

/* clang-format off */
#define GAINING_INT_PAIRS(X) \
    X(i8, i1) X(i8, i2) X(i8, i4) X(i8, u1) X(i8, u2) X(i8, u4) \
    X(u8, i1) X(u8, i2) X(u8, i4) X(u8, u1) X(u8, u2) X(u8, u4)
#define GAINING_PLAIN_PAIRS(X) X(i8, f4) X(i8, f8) X(u8, f4) X(u8, f8)
/* clang-format on */

GAINING_INT_PAIRS(INTS)
GAINING_PLAIN_PAIRS(PLAIN)
LONG_PAIRS(FLOAT_CHOSEN)
NARROW(f8, f4, F4_OVERFLOW)

COUNT_OVERFLOW(f4)
COUNT_OVERFLOW(f8)

static inline __m256 to_odd(const f8_at *from)
{
    const __m512i cut = _mm512_set1_epi64((1 << 29) - 1); /* of 52 fraction bits all but 23 */
    __m512i bits = _mm512_loadu_si512(from);
    /* Whatever is cut carries into the last bit that stays. */
    __m512i carry = _mm512_add_epi64(_mm512_and_si512(bits, cut), cut);
    return _mm512_cvtpd_ps(_mm512_castsi512_pd(_mm512_andnot_si512(cut, _mm512_or_si512(bits, carry))));
}

static inline __m512 load_f8(const f8_at *from)
{
    return _mm512_insertf32x8(_mm512_castps256_ps512(to_odd(from)), to_odd(from + 8), 1);
}

static inline __m512 load_f4(const f4_at *from)
{
    return _mm512_loadu_ps(from);
}

static inline bool reaches_overflow(__m512 sizes)
{
    return _mm512_cmp_ps_mask(sizes, _mm512_set1_ps(F2_OVERFLOW), _CMP_GE_OQ) != 0;
}

#define TO_HALF(from_type)                                                                                   \
    static void from_type##_to_f2(const void *from_bytes, void *to_bytes, size_t n,                          \
                                  struct convert_counts *counts)                                             \
    {                                                                                                        \
        const from_type##_at *from = from_bytes;                                                             \
        f2_at *to = to_bytes;                                                                                \
        for (size_t m; n >= 16; n -= m, from += m, to += m) {                                                \
            m = n < 1024 ? n & ~(size_t)15 : 1024;                                                           \
            __m512 greatest = _mm512_setzero_ps();                                                           \
            for (size_t i = 0; i < m; i += 16) {                                                             \
                __m512 x = load_##from_type(from + i);                                                       \
                greatest = _mm512_max_ps(_mm512_abs_ps(x), greatest); /* nan: the second */                  \
                _mm256_storeu_si256((__m256i_u *)(to + i), _mm512_cvtps_ph(x, _MM_FROUND_TO_NEAREST_INT));   \
            }                                                                                                \
            if (reaches_overflow(greatest))                                                                  \
                counts->overflowed += count_overflow_##from_type(from, m);                                   \
        }                                                                                                    \
        convert_portable.pair[UNIT_##from_type][UNIT_f2](from, to, n, counts);                               \
    }
TO_HALF(f4)
TO_HALF(f8)

static inline void store_f4(f4_at *to, __m512 x)
{
    _mm512_storeu_ps(to, x);
}

static inline void store_f8(f8_at *to, __m512 x)
{
    _mm512_storeu_pd(to, _mm512_cvtps_pd(_mm512_castps512_ps256(x)));
    _mm512_storeu_pd(to + 8, _mm512_cvtps_pd(_mm512_extractf32x8_ps(x, 1)));
}

#define FROM_HALF(to_type)                                                                                   \
    static void f2_to_##to_type(const void *from_bytes, void *to_bytes, size_t n,                            \
                                struct convert_counts *counts)                                               \
    {                                                                                                        \
        const f2_at *from = from_bytes;                                                                      \
        to_type##_at *to = to_bytes;                                                                         \
        for (; n >= 16; n -= 16, from += 16, to += 16)                                                       \
            store_##to_type(to, _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i_u *)from)));               \
        convert_portable.pair[UNIT_f2][UNIT_##to_type](from, to, n, counts);                                 \
    }
FROM_HALF(f4)
FROM_HALF(f8)

const struct convert_kernels convert_avx512 = {
    /* clang-format off */
    .pair = {
        GAINING_INT_PAIRS(ENTRY) GAINING_PLAIN_PAIRS(ENTRY) LONG_PAIRS(ENTRY)
        ENTRY(f8, f4) ENTRY(f2, f4) ENTRY(f2, f8) ENTRY(f4, f2) ENTRY(f8, f2)
    },
    /* clang-format on */
};

#if defined(__clang__)
#pragma clang attribute pop
#endif

#endif
