/*
 * The plain pairs, as loops that the compiler turns into what the level has: to be included by one file a
 * level, which sets the target before it uses them. They count in a unit as wide as the source's, so that
 * counting is one subtraction of a compare's mask; hence the chunks, which a counter cannot overflow.
 */
#include <math.h>

#include "core/matrix/convert_private.h"

#if !defined(__clang__) /* which does it anyway */
#pragma GCC optimize("tree-vectorize", "vect-cost-model=dynamic")
#endif

#define CHUNK(from) (sizeof(from) == 1 ? 128 : 4096)

#define COUNTER_i1 u1
#define COUNTER_i2 u2
#define COUNTER_i4 u4
#define COUNTER_i8 u8
#define COUNTER_u1 u1
#define COUNTER_u2 u2
#define COUNTER_u4 u4
#define COUNTER_u8 u8
#define COUNTER_f4 u4
#define COUNTER_f8 u8

#define MIN_i1 INT8_MIN
#define MIN_i2 INT16_MIN
#define MIN_i4 INT32_MIN
#define MIN_i8 INT64_MIN
#define MIN_u1 0
#define MIN_u2 0
#define MIN_u4 0
#define MIN_u8 0
#define MAX_i1 INT8_MAX
#define MAX_i2 INT16_MAX
#define MAX_i4 INT32_MAX
#define MAX_i8 INT64_MAX
#define MAX_u1 UINT8_MAX
#define MAX_u2 UINT16_MAX
#define MAX_u4 UINT32_MAX
#define MAX_u8 UINT64_MAX

/* A kernel whose body does elements from[0 .. m) of a chunk. */
#define KERNEL(from_type, to_type, ...)                                                                      \
    static void from_type##_to_##to_type(const void *from_bytes, void *to_bytes, size_t n,                   \
                                         struct convert_counts *counts)                                      \
    {                                                                                                        \
        const from_type##_at *restrict from = from_bytes;                                                    \
        to_type##_at *restrict to = to_bytes;                                                                \
        (void)counts;                                                                                        \
        for (size_t m; n > 0; n -= m, from += m, to += m) {                                                  \
            m = n < CHUNK(from_type) ? n : CHUNK(from_type);                                                 \
            __VA_ARGS__                                                                                      \
        }                                                                                                    \
    }

/* What any value of from fits: from any integer to a float, and between floats where nothing can overflow. */
#define PLAIN(from_type, to_type)                                                                            \
    KERNEL(from_type, to_type, for (size_t i = 0; i < m; i++) to[i] = (to_type)from[i];)

#define TO_BOOL(from_type, to_type)                                                                          \
    KERNEL(from_type, to_type, for (size_t i = 0; i < m; i++) to[i] = from[i] != 0;)
/* The narrower of both ranges, in the source's type: where that is the source's own, the compares vanish. */
#define LOW(from_type, to_type)                                                                              \
    ((from_type)((__int128)MIN_##from_type > (__int128)MIN_##to_type ? MIN_##from_type : MIN_##to_type))
#define HIGH(from_type, to_type)                                                                             \
    ((from_type)((__int128)MAX_##from_type < (__int128)MAX_##to_type ? MAX_##from_type : MAX_##to_type))

#define INTS(from_type, to_type)                                                                             \
    KERNEL(                                                                                                  \
        from_type, to_type, const from_type low = LOW(from_type, to_type);                                   \
        const from_type high = HIGH(from_type, to_type); COUNTER_##from_type saturated = 0;                  \
        for (size_t i = 0; i < m; i++) {                                                                     \
            from_type x = from[i];                                                                           \
            from_type kept = x < low ? low : x;                                                              \
            kept = kept > high ? high : kept;                                                                \
            to[i] = (to_type)kept;                                                                           \
            saturated = (COUNTER_##from_type)(saturated + (kept != x));                                      \
        } counts->saturated += saturated;)

/*
 * Float to integer: `below` is the largest value that truncates to less than the least integer, 2^bits the
 * smallest above the greatest. Two ways: clamp before, where the float type has the limits, by way of a
 * signed integer that every level can convert to; else choose behind.
 */
#define FLOAT_CLAMPED(from_type, to_type, below, above)                                                      \
    KERNEL(                                                                                                  \
        from_type, to_type, COUNTER_##from_type saturated = 0; COUNTER_##from_type lost_nan = 0;             \
        for (size_t i = 0; i < m; i++) {                                                                     \
            from_type x = from[i];                                                                           \
            from_type kept = x > (from_type)MIN_##to_type ? x : (from_type)MIN_##to_type;                    \
            kept = kept < (from_type)MAX_##to_type ? kept : (from_type)MAX_##to_type;                        \
            kept = x == x ? kept : 0;                                                                        \
            to[i] = (to_type)(i4)kept;                                                                       \
            saturated += (x <= below) | (x >= above);                                                        \
            lost_nan += x != x;                                                                              \
        } counts->saturated += saturated;                                                                    \
        counts->lost_nan += lost_nan;)

#define FLOAT_CHOSEN(from_type, to_type, below, above)                                                       \
    KERNEL(                                                                                                  \
        from_type, to_type, COUNTER_##from_type saturated = 0; COUNTER_##from_type lost_nan = 0;             \
        for (size_t i = 0; i < m; i++) {                                                                     \
            from_type x = from[i];                                                                           \
            from_type inside = x > below ? x : 0;                                                            \
            inside = x < above ? inside : 0;                                                                 \
            to_type whole = (to_type)inside;                                                                 \
            whole = x <= below ? MIN_##to_type : whole;                                                      \
            to[i] = x >= above ? MAX_##to_type : whole;                                                      \
            saturated += (x <= below) | (x >= above);                                                        \
            lost_nan += x != x;                                                                              \
        } counts->saturated += saturated;                                                                    \
        counts->lost_nan += lost_nan;)

/* To a narrower float: counts what was finite and is inf. */
#define NARROW(from_type, to_type, overflow)                                                                 \
    KERNEL(                                                                                                  \
        from_type, to_type, COUNTER_##from_type overflowed = 0; for (size_t i = 0; i < m; i++) {             \
            from_type size = __builtin_fabs(from[i]);                                                        \
            to[i] = (to_type)from[i];                                                                        \
            overflowed += (size >= overflow) & (size < (from_type)INFINITY);                                 \
        } counts->overflowed += overflowed;)

/* For kernels that find by the way whether anything overflowed, and count only then. */
#define COUNT_OVERFLOW(from_type)                                                                            \
    static uint64_t count_overflow_##from_type(const from_type##_at *from, size_t n)                         \
    {                                                                                                        \
        COUNTER_##from_type overflowed = 0;                                                                  \
        for (size_t i = 0; i < n; i++) {                                                                     \
            from_type size = from[i] < 0 ? -from[i] : from[i];                                               \
            overflowed += (size >= F2_OVERFLOW) & (size < (from_type)INFINITY);                              \
        }                                                                                                    \
        return overflowed;                                                                                   \
    }

/* Where the result is no single number the kernel has a name of its own. */
#define NAMED(name, from_type, to_type, ...)                                                                 \
    static void name(const void *from_bytes, void *to_bytes, size_t n, struct convert_counts *counts)        \
    {                                                                                                        \
        const from_type *restrict from = from_bytes;                                                         \
        to_type *restrict to = to_bytes;                                                                     \
        (void)counts;                                                                                        \
        for (size_t i = 0; i < n; i++) {                                                                     \
            __VA_ARGS__                                                                                      \
        }                                                                                                    \
    }
#define SWAP(bits, type) NAMED(swap_##type, type##_at, type##_at, to[i] = __builtin_bswap##bits(from[i]);)
#define SPREAD(type)     NAMED(spread_##type, type##_at, type##_at, to[2 * i] = from[i]; to[2 * i + 1] = 0;)

/* --- every pair, for a level that has them all; X(from, to) --- */

/* clang-format off */
#define INT_PAIRS(X) \
    X(i1, i2) X(i1, i4) X(i1, i8) X(i1, u1) X(i1, u2) X(i1, u4) X(i1, u8) \
    X(i2, i1) X(i2, i4) X(i2, i8) X(i2, u1) X(i2, u2) X(i2, u4) X(i2, u8) \
    X(i4, i1) X(i4, i2) X(i4, i8) X(i4, u1) X(i4, u2) X(i4, u4) X(i4, u8) \
    X(i8, i1) X(i8, i2) X(i8, i4) X(i8, u1) X(i8, u2) X(i8, u4) X(i8, u8) \
    X(u1, i1) X(u1, u2) X(u1, u4) X(u1, u8) \
    X(u2, i1) X(u2, i2) X(u2, u1) X(u2, u4) X(u2, u8) \
    X(u4, i1) X(u4, i2) X(u4, i4) X(u4, u1) X(u4, u2) X(u4, u8) \
    X(u8, i1) X(u8, i2) X(u8, i4) X(u8, i8) X(u8, u1) X(u8, u2) X(u8, u4)

#define PLAIN_PAIRS(X) \
    X(i1, f4) X(i2, f4) X(i4, f4) X(i8, f4) X(u1, f4) X(u2, f4) X(u4, f4) X(u8, f4) \
    X(i1, f8) X(i2, f8) X(i4, f8) X(i8, f8) X(u1, f8) X(u2, f8) X(u4, f8) X(u8, f8)

#define TO_BOOL_PAIRS(X) \
    X(u1, b1) X(u2, b1) X(u4, b1) X(u8, b1) X(f4, b1) X(f8, b1)

#define CLAMPED_PAIRS(X) \
    X(f4, i1, -129, 128) \
    X(f4, u1, -1, 256) \
    X(f4, i2, -32769, 32768) \
    X(f4, u2, -1, 65536) \
    X(f8, i1, -129, 128) \
    X(f8, u1, -1, 256) \
    X(f8, i2, -32769, 32768) \
    X(f8, u2, -1, 65536) \
    X(f8, i4, -2147483649.0, 0x1p31)

#define CHOSEN_PAIRS(X) \
    X(f4, i4, -0x1.000002p31f, 0x1p31f) \
    X(f4, u4, -1, 0x1p32f)

/* For which AVX2 has no instruction. */
#define LONG_PAIRS(X) \
    X(f8, u4, -1, 0x1p32) \
    X(f4, i8, -0x1.000002p63f, 0x1p63f) \
    X(f4, u8, -1, 0x1p64f) \
    X(f8, i8, -0x1.0000000000001p63, 0x1p63) \
    X(f8, u8, -1, 0x1p64)

/* What is the same on the bits as another pair, X(from, to, same as from, to). */
#define SAME_PAIRS(X) \
    X(u1, i2, u1, u2) X(u1, i4, u1, u4) X(u1, i8, u1, u8) X(u2, i4, u2, u4) X(u2, i8, u2, u8) \
    X(u4, i8, u4, u8) X(i1, b1, u1, b1) X(i2, b1, u2, b1) X(i4, b1, u4, b1) X(i8, b1, u8, b1) X(b1, u1, u1, b1)
/* clang-format on */

#define ENTRY(from_type, to_type, ...) [UNIT_##from_type][UNIT_##to_type] = from_type##_to_##to_type,
#define SAME_ENTRY(from_type, to_type, same_from, same_to)                                                   \
    [UNIT_##from_type][UNIT_##to_type] = same_from##_to_##same_to,
