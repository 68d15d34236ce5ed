/*
 * NEON, which every aarch64 has: halves by hand, for it rounds to odd by an instruction of its own (see
 * convert_avx2.c for why); of the plain loops the compiler makes NEON in convert_portable.c.
 * Which value is the greatest is told by the bits: a nan stands above inf there, where a float maximum may
 * return it or drop what went before.
 */
#include "core/matrix/convert_kernels.h"

#if defined(__aarch64__)

#include <arm_neon.h>

#define F2_OVERFLOW_BITS 0x477ff000u /* of F2_OVERFLOW as f4 */

COUNT_OVERFLOW(f4)
COUNT_OVERFLOW(f8)

static inline float32x4_t load_f8(const f8_at *from)
{
    float64x2_t low = vreinterpretq_f64_u8(vld1q_u8((const uint8_t *)from));
    float64x2_t high = vreinterpretq_f64_u8(vld1q_u8((const uint8_t *)(from + 2)));
    return vcvtx_high_f32_f64(vcvtx_f32_f64(low), high);
}

static inline float32x4_t load_f4(const f4_at *from)
{
    return vreinterpretq_f32_u8(vld1q_u8((const uint8_t *)from));
}

#define TO_HALF(from_type)                                                                                   \
    static void from_type##_to_f2(const void *from_bytes, void *to_bytes, size_t n,                          \
                                  struct convert_counts *counts)                                             \
    {                                                                                                        \
        const from_type##_at *from = from_bytes;                                                             \
        f2_at *to = to_bytes;                                                                                \
        for (size_t m; n >= 4; n -= m, from += m, to += m) {                                                 \
            m = n < 1024 ? n & ~(size_t)3 : 1024;                                                            \
            uint32x4_t greatest = vdupq_n_u32(0);                                                            \
            for (size_t i = 0; i < m; i += 4) {                                                              \
                float32x4_t x = load_##from_type(from + i);                                                  \
                greatest = vmaxq_u32(vreinterpretq_u32_f32(vabsq_f32(x)), greatest);                         \
                vst1_u8((uint8_t *)(to + i), vreinterpret_u8_f16(vcvt_f16_f32(x)));                          \
            }                                                                                                \
            if (vmaxvq_u32(greatest) >= F2_OVERFLOW_BITS)                                                    \
                counts->overflowed += count_overflow_##from_type(from, m);                                   \
        }                                                                                                    \
        convert_portable.pair[UNIT_##from_type][UNIT_f2](from, to, n, counts);                               \
    }
TO_HALF(f4)
TO_HALF(f8)

static inline void store_f4(f4_at *to, float32x4_t x)
{
    vst1q_u8((uint8_t *)to, vreinterpretq_u8_f32(x));
}

static inline void store_f8(f8_at *to, float32x4_t x)
{
    vst1q_u8((uint8_t *)to, vreinterpretq_u8_f64(vcvt_f64_f32(vget_low_f32(x))));
    vst1q_u8((uint8_t *)(to + 2), vreinterpretq_u8_f64(vcvt_high_f64_f32(x)));
}

#define FROM_HALF(to_type)                                                                                   \
    static void f2_to_##to_type(const void *from_bytes, void *to_bytes, size_t n,                            \
                                struct convert_counts *counts)                                               \
    {                                                                                                        \
        const f2_at *from = from_bytes;                                                                      \
        to_type##_at *to = to_bytes;                                                                         \
        for (; n >= 4; n -= 4, from += 4, to += 4)                                                           \
            store_##to_type(to, vcvt_f32_f16(vreinterpret_f16_u8(vld1_u8((const uint8_t *)from))));          \
        convert_portable.pair[UNIT_f2][UNIT_##to_type](from, to, n, counts);                                 \
    }
FROM_HALF(f4)
FROM_HALF(f8)

const struct convert_kernels convert_neon = {
    .pair = {ENTRY(f2, f4) ENTRY(f2, f8) ENTRY(f4, f2) ENTRY(f8, f2)},
};

#endif
