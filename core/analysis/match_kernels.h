/*
 * The loops, made by one file a level, which sets the target before. First whether any in a piece
 * meets it, for mostly none does; the places only where one does.
 */
#include "core/analysis/match_private.h"

#if !defined(__clang__) /* which does it anyway */
#pragma GCC optimize("tree-vectorize", "vect-cost-model=dynamic")
#endif

#define PIECE 4096 /* bytes */

#define ANYWHERE __attribute__((aligned(1)))
typedef uint8_t u1;
typedef uint16_t u2;
typedef uint32_t u4;
typedef uint64_t u8;
typedef int8_t i1;
typedef int16_t i2;
typedef int32_t i4;
typedef int64_t i8;
typedef u1 u1_at;
typedef u2 u2_at ANYWHERE;
typedef u4 u4_at ANYWHERE;
typedef u8 u8_at ANYWHERE;

#define SIGN_u1 0x80
#define SIGN_u2 0x8000
#define SIGN_u4 0x80000000u
#define SIGN_u8 UINT64_C(0x8000000000000000)

#define LOAD_u1(x)    (x)
#define NATIVE_u2(x)  (x)
#define NATIVE_u4(x)  (x)
#define NATIVE_u8(x)  (x)
#define SWAPPED_u2(x) __builtin_bswap16(x)
#define SWAPPED_u4(x) __builtin_bswap32(x)
#define SWAPPED_u8(x) __builtin_bswap64(x)

#define PLAIN(type, signed_type, x)     (x)
#define MAGNITUDE(type, signed_type, x) ((type)((x) & (type)~SIGN_##type))
#define ORDER(type, signed_type, x)     ((type)((x) ^ ((signed_type)(x) < 0 ? (type)~SIGN_##type : 0)))

#define KERNEL(name, type, signed_type, LOAD, KEY)                                                           \
    static size_t name(const void *elements, size_t n, const struct match_range *range,                      \
                       uint32_t *restrict places)                                                            \
    {                                                                                                        \
        const type##_at *restrict at = elements;                                                             \
        const type low = (type)range->low;                                                                   \
        const signed_type high = (signed_type)range->high;                                                   \
        size_t found = 0;                                                                                    \
        for (size_t first = 0, m; first < n; first += m, at += m) {                                          \
            m = n - first < PIECE / sizeof *at ? n - first : PIECE / sizeof *at;                             \
            type any = 0;                                                                                    \
            for (size_t i = 0; i < m; i++) {                                                                 \
                type x = LOAD(at[i]);                                                                        \
                any |= (type)((signed_type)(type)(KEY(type, signed_type, x) - low) <= high);                 \
            }                                                                                                \
            for (size_t i = 0; any && i < m; i++) {                                                          \
                type x = LOAD(at[i]);                                                                        \
                places[found] = (uint32_t)(first + i);                                                       \
                found += (signed_type)(type)(KEY(type, signed_type, x) - low) <= high;                       \
            }                                                                                                \
        }                                                                                                    \
        return found;                                                                                        \
    }

#define KERNELS(type, signed_type, KEY, key)                                                                 \
    KERNEL(key##_##type, type, signed_type, NATIVE_##type, KEY)                                              \
    KERNEL(key##_swapped_##type, type, signed_type, SWAPPED_##type, KEY)

/* clang-format off */
#define MAKE_KERNELS \
    KERNEL(plain_u1, u1, i1, LOAD_u1, PLAIN) \
    KERNELS(u2, i2, PLAIN, plain) \
    KERNELS(u4, i4, PLAIN, plain) \
    KERNELS(u8, i8, PLAIN, plain) \
    KERNELS(u2, i2, MAGNITUDE, magnitude) \
    KERNELS(u4, i4, MAGNITUDE, magnitude) \
    KERNELS(u8, i8, MAGNITUDE, magnitude) \
    KERNELS(u2, i2, ORDER, order) \
    KERNELS(u4, i4, ORDER, order) \
    KERNELS(u8, i8, ORDER, order)
/* clang-format on */

#define TABLE(key, one)                                                                                      \
    {                                                                                                        \
        {one, key##_u2, key##_u4, key##_u8},                                                                 \
        {                                                                                                    \
            one, key##_swapped_u2, key##_swapped_u4, key##_swapped_u8                                        \
        }                                                                                                    \
    }
#define ALL_KERNELS                                                                                          \
    {                                                                                                        \
        .kernel = {                                                                                          \
            [KEY_PLAIN] = TABLE(plain, plain_u1),                                                            \
            [KEY_MAGNITUDE] = TABLE(magnitude, NULL),                                                        \
            [KEY_ORDER] = TABLE(order, NULL)                                                                 \
        }                                                                                                    \
    }
