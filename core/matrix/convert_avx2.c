/*
 * AVX2 and F16C: the plain loops compiled for it, and by hand what the compiler has no way for.
 *
 * float64 to float16 rounds once, by way of a float32 rounded to odd: what float32 cannot hold is cut off,
 * and the last bit set where anything of it was not 0. So a tie of float16 is still seen as one, and what
 * lies beside it as beside it. Source: Boldo, Melquiond, "Emulation of a FMA and correctly rounded sums:
 * proved algorithms using rounding to odd", 2008: right where the middle format has two digits more, float32
 * has 13.
 *
 * To 64-bit integers AVX2 converts nothing: four values of less than 2^51 at a time become the last bits of
 * 1.5 · 2^52 and themselves; others go the portable way.
 */
#include "core/matrix/convert_kernels.h"

#if defined(__x86_64__)

#include <immintrin.h>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,f16c"))), apply_to = function)
#else
#pragma GCC target("avx2,f16c")
#endif

INT_PAIRS(INTS)
PLAIN_PAIRS(PLAIN)
PLAIN(f4, f8)
NARROW(f8, f4, F4_OVERFLOW)
FLOAT_CLAMPED(f8, i4, -2147483649.0, 0x1p31)
CHOSEN_PAIRS(FLOAT_CHOSEN)
TO_BOOL_PAIRS(TO_BOOL)
SWAP(16, u2)
SWAP(32, u4)
SWAP(64, u8)
SPREAD(u4)
SPREAD(u8)

/* --- halves --- */

COUNT_OVERFLOW(f4)
COUNT_OVERFLOW(f8)

static inline __m128 to_odd(const f8_at *from)
{
    const __m256i cut = _mm256_set1_epi64x((1 << 29) - 1); /* of 52 fraction bits all but 23 */
    __m256i bits = _mm256_loadu_si256((const __m256i_u *)from);
    /* Whatever is cut carries into the last bit that stays. */
    __m256i carry = _mm256_add_epi64(_mm256_and_si256(bits, cut), cut);
    return _mm256_cvtpd_ps(_mm256_castsi256_pd(_mm256_andnot_si256(cut, _mm256_or_si256(bits, carry))));
}

static inline __m256 load_f8(const f8_at *from)
{
    return _mm256_set_m128(to_odd(from + 4), to_odd(from));
}

static inline __m256 load_f4(const f4_at *from)
{
    return _mm256_loadu_ps((const float *)from);
}

static inline bool reaches_overflow(__m256 sizes)
{
    return _mm256_movemask_ps(_mm256_cmp_ps(sizes, _mm256_set1_ps(F2_OVERFLOW), _CMP_GE_OQ)) != 0;
}

#define TO_HALF(from_type)                                                                                   \
    static void from_type##_to_f2(const void *from_bytes, void *to_bytes, size_t n,                          \
                                  struct convert_counts *counts)                                             \
    {                                                                                                        \
        const from_type##_at *from = from_bytes;                                                             \
        f2_at *to = to_bytes;                                                                                \
        const __m256 sign = _mm256_set1_ps(-0.0f);                                                           \
        for (size_t m; n >= 8; n -= m, from += m, to += m) {                                                 \
            m = n < 1024 ? n & ~(size_t)7 : 1024;                                                            \
            __m256 greatest = _mm256_setzero_ps();                                                           \
            for (size_t i = 0; i < m; i += 8) {                                                              \
                __m256 x = load_##from_type(from + i);                                                       \
                greatest = _mm256_max_ps(_mm256_andnot_ps(sign, x), greatest); /* nan: the second */         \
                _mm_storeu_si128((__m128i_u *)(to + i), _mm256_cvtps_ph(x, _MM_FROUND_TO_NEAREST_INT));      \
            }                                                                                                \
            if (reaches_overflow(greatest))                                                                  \
                counts->overflowed += count_overflow_##from_type(from, m);                                   \
        }                                                                                                    \
        convert_portable.pair[UNIT_##from_type][UNIT_f2](from, to, n, counts);                               \
    }
TO_HALF(f4)
TO_HALF(f8)

static inline void store_f4(f4_at *to, __m256 x)
{
    _mm256_storeu_ps((float *)to, x);
}

static inline void store_f8(f8_at *to, __m256 x)
{
    _mm256_storeu_pd((double *)to, _mm256_cvtps_pd(_mm256_castps256_ps128(x)));
    _mm256_storeu_pd((double *)(to + 4), _mm256_cvtps_pd(_mm256_extractf128_ps(x, 1)));
}

#define FROM_HALF(to_type)                                                                                   \
    static void f2_to_##to_type(const void *from_bytes, void *to_bytes, size_t n,                            \
                                struct convert_counts *counts)                                               \
    {                                                                                                        \
        const f2_at *from = from_bytes;                                                                      \
        to_type##_at *to = to_bytes;                                                                         \
        for (; n >= 8; n -= 8, from += 8, to += 8)                                                           \
            store_##to_type(to, _mm256_cvtph_ps(_mm_loadu_si128((const __m128i_u *)from)));                  \
        convert_portable.pair[UNIT_f2][UNIT_##to_type](from, to, n, counts);                                 \
    }
FROM_HALF(f4)
FROM_HALF(f8)

/* --- floats to integers of one and two bytes, eight at a time: the compiler takes long ways to pack --- */

static inline u8 sum_f8(__m256i lanes)
{
    u8 lane[4];
    _mm256_storeu_si256((__m256i_u *)lane, lanes);
    return lane[0] + lane[1] + lane[2] + lane[3];
}

static inline u8 sum_f4(__m256i lanes)
{
    const __m256i ones = _mm256_set1_epi64x(UINT32_MAX);
    return sum_f8(_mm256_and_si256(lanes, ones)) + sum_f8(_mm256_srli_epi64(lanes, 32));
}

/* What is counted in each lane, and within what it is kept. */
struct tally {
    __m256i saturated, lost_nan;
};

#define CLAMP(from_type, vector, suffix, bits, cast, whole)                                                  \
    static inline whole clamp_##from_type(const from_type##_at *from, const vector limit[4],                 \
                                          struct tally *tally)                                               \
    {                                                                                                        \
        vector x = _mm256_loadu_##suffix((const from_type *)from);                                           \
        vector below = _mm256_cmp_##suffix(x, limit[0], _CMP_LE_OQ);                                         \
        vector above = _mm256_cmp_##suffix(x, limit[1], _CMP_GE_OQ);                                         \
        vector nan = _mm256_cmp_##suffix(x, x, _CMP_UNORD_Q);                                                \
        vector kept = _mm256_min_##suffix(_mm256_max_##suffix(x, limit[2]), limit[3]);                       \
        tally->saturated = _mm256_sub_epi##bits(tally->saturated, cast(_mm256_or_##suffix(below, above)));   \
        tally->lost_nan = _mm256_sub_epi##bits(tally->lost_nan, cast(nan));                                  \
        return _mm256_cvtt##suffix##_epi32(_mm256_andnot_##suffix(nan, kept));                               \
    }
CLAMP(f4, __m256, ps, 32, _mm256_castps_si256, __m256i)
CLAMP(f8, __m256d, pd, 64, _mm256_castpd_si256, __m128i)

static inline __m256i clamp_8_f4(const f4_at *from, const __m256 limit[4], struct tally *tally)
{
    return clamp_f4(from, limit, tally);
}

static inline __m256i clamp_8_f8(const f8_at *from, const __m256d limit[4], struct tally *tally)
{
    __m128i low = clamp_f8(from, limit, tally);
    return _mm256_set_m128i(clamp_f8(from + 4, limit, tally), low);
}

static inline __m128i pack_signed(__m256i x)
{
    return _mm_packs_epi32(_mm256_castsi256_si128(x), _mm256_extracti128_si256(x, 1));
}

static inline void store_8_i1(i1_at *to, __m256i x)
{
    _mm_storeu_si64(to, _mm_packs_epi16(pack_signed(x), _mm_setzero_si128()));
}

static inline void store_8_u1(u1_at *to, __m256i x)
{
    _mm_storeu_si64(to, _mm_packus_epi16(pack_signed(x), _mm_setzero_si128()));
}

static inline void store_8_i2(i2_at *to, __m256i x)
{
    _mm_storeu_si128((__m128i_u *)to, pack_signed(x));
}

static inline void store_8_u2(u2_at *to, __m256i x)
{
    _mm_storeu_si128((__m128i_u *)to,
                     _mm_packus_epi32(_mm256_castsi256_si128(x), _mm256_extracti128_si256(x, 1)));
}

#define SMALL(from_type, to_type, below, above, vector, set)                                                 \
    static void from_type##_to_##to_type(const void *from_bytes, void *to_bytes, size_t n,                   \
                                         struct convert_counts *counts)                                      \
    {                                                                                                        \
        const from_type##_at *from = from_bytes;                                                             \
        to_type##_at *to = to_bytes;                                                                         \
        const vector limit[4] = {set(below), set(above), set(MIN_##to_type), set(MAX_##to_type)};            \
        for (size_t m; n >= 8; n -= m, from += m, to += m) {                                                 \
            m = n < 4096 ? n & ~(size_t)7 : 4096;                                                            \
            struct tally tally = {_mm256_setzero_si256(), _mm256_setzero_si256()};                           \
            for (size_t i = 0; i < m; i += 8)                                                                \
                store_8_##to_type(to + i, clamp_8_##from_type(from + i, limit, &tally));                     \
            counts->saturated += sum_##from_type(tally.saturated);                                           \
            counts->lost_nan += sum_##from_type(tally.lost_nan);                                             \
        }                                                                                                    \
        convert_portable.pair[UNIT_##from_type][UNIT_##to_type](from, to, n, counts);                        \
    }
SMALL(f4, i1, -129, 128, __m256, _mm256_set1_ps)
SMALL(f4, u1, -1, 256, __m256, _mm256_set1_ps)
SMALL(f4, i2, -32769, 32768, __m256, _mm256_set1_ps)
SMALL(f4, u2, -1, 65536, __m256, _mm256_set1_ps)
SMALL(f8, i1, -129, 128, __m256d, _mm256_set1_pd)
SMALL(f8, u1, -1, 256, __m256d, _mm256_set1_pd)
SMALL(f8, i2, -32769, 32768, __m256d, _mm256_set1_pd)
SMALL(f8, u2, -1, 65536, __m256d, _mm256_set1_pd)

/* --- floats to 64-bit integers, and to uint32 --- */

static inline __m256d load_4_f4(const f4_at *from)
{
    return _mm256_cvtps_pd(_mm_loadu_ps((const float *)from));
}

static inline __m256d load_4_f8(const f8_at *from)
{
    return _mm256_loadu_pd((const double *)from);
}

static inline void store_4_i8(i8_at *to, __m256i x)
{
    _mm256_storeu_si256((__m256i_u *)to, x);
}

static inline void store_4_u8(u8_at *to, __m256i x)
{
    _mm256_storeu_si256((__m256i_u *)to, x);
}

static inline void store_4_u4(u4_at *to, __m256i x)
{
    const __m256i low = _mm256_setr_epi32(0, 2, 4, 6, 0, 2, 4, 6);
    _mm_storeu_si128((__m128i_u *)to, _mm256_castsi256_si128(_mm256_permutevar8x32_epi32(x, low)));
}

#define TO_LONG(from_type, to_type, least, above)                                                            \
    static void from_type##_to_##to_type(const void *from_bytes, void *to_bytes, size_t n,                   \
                                         struct convert_counts *counts)                                      \
    {                                                                                                        \
        const from_type##_at *from = from_bytes;                                                             \
        to_type##_at *to = to_bytes;                                                                         \
        const __m256d lowest = _mm256_set1_pd(least), end = _mm256_set1_pd(above);                           \
        const __m256d magic = _mm256_set1_pd(0x1.8p52);                                                      \
        for (; n >= 4; n -= 4, from += 4, to += 4) {                                                         \
            __m256d x = _mm256_round_pd(load_4_##from_type(from), _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC);   \
            __m256d fits =                                                                                   \
                _mm256_and_pd(_mm256_cmp_pd(x, lowest, _CMP_GE_OQ), _mm256_cmp_pd(x, end, _CMP_LT_OQ));      \
            if (_mm256_movemask_pd(fits) != 0xf) {                                                           \
                convert_portable.pair[UNIT_##from_type][UNIT_##to_type](from, to, 4, counts);                \
                continue;                                                                                    \
            }                                                                                                \
            store_4_##to_type(to, _mm256_sub_epi64(_mm256_castpd_si256(_mm256_add_pd(x, magic)),             \
                                                   _mm256_castpd_si256(magic)));                             \
        }                                                                                                    \
        convert_portable.pair[UNIT_##from_type][UNIT_##to_type](from, to, n, counts);                        \
    }
TO_LONG(f4, i8, -0x1p51, 0x1p51)
TO_LONG(f4, u8, 0, 0x1p51)
TO_LONG(f8, i8, -0x1p51, 0x1p51)
TO_LONG(f8, u8, 0, 0x1p51)
TO_LONG(f8, u4, 0, 0x1p32)

const struct convert_kernels convert_avx2 = {
    /* clang-format off */
    .pair = {
        INT_PAIRS(ENTRY) PLAIN_PAIRS(ENTRY) CLAMPED_PAIRS(ENTRY) CHOSEN_PAIRS(ENTRY) LONG_PAIRS(ENTRY)
        TO_BOOL_PAIRS(ENTRY) SAME_PAIRS(SAME_ENTRY)
        ENTRY(f4, f8) ENTRY(f8, f4) ENTRY(f2, f4) ENTRY(f2, f8) ENTRY(f4, f2) ENTRY(f8, f2)
    },
    /* clang-format on */
    .swap_2 = swap_u2,
    .swap_4 = swap_u4,
    .swap_8 = swap_u8,
    .spread_4 = spread_u4,
    .spread_8 = spread_u8,
};

#if defined(__clang__)
#pragma clang attribute pop
#endif

#endif
