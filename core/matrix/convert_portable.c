/*
 * The level that every machine has: what the compiler makes of the plain loops, and halves by integer
 * arithmetic.
 */
#include "core/matrix/convert_kernels.h"
#include "core/matrix/half.h"

INT_PAIRS(INTS)
PLAIN_PAIRS(PLAIN)
PLAIN(f4, f8)
NARROW(f8, f4, F4_OVERFLOW)
CLAMPED_PAIRS(FLOAT_CLAMPED)
CHOSEN_PAIRS(FLOAT_CHOSEN)
LONG_PAIRS(FLOAT_CHOSEN)
TO_BOOL_PAIRS(TO_BOOL)
SWAP(16, u2)
SWAP(32, u4)
SWAP(64, u8)
SPREAD(u4)
SPREAD(u8)

#define FROM_HALF(to_type)                                                                                   \
    KERNEL(f2, to_type, for (size_t i = 0; i < m; i++) to[i] = (to_type)half_to_double(from[i]);)
#define TO_HALF(from_type)                                                                                   \
    KERNEL(                                                                                                  \
        from_type, f2, u8 overflowed = 0; for (size_t i = 0; i < m; i++) {                                   \
            f8 size = fabs((f8)from[i]);                                                                     \
            to[i] = half_from_double(from[i]);                                                               \
            overflowed += (size >= F2_OVERFLOW) & (size < (f8)INFINITY);                                     \
        } counts->overflowed += overflowed;)
FROM_HALF(f4)
FROM_HALF(f8)
TO_HALF(f4)
TO_HALF(f8)

const struct convert_kernels convert_portable = {
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
