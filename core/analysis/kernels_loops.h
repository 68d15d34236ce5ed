/*
 * The loops of kernels.h on the compiler's own vectors: to be included by one file a level, which sets the
 * target and says how wide a vector is (VECTOR, bytes) and what it has better instructions for.
 */
#include <math.h>
#include <string.h>

#include "core/analysis/kernels.h"

#define LANES 16 /* of a sum */
#define WIDTH (VECTOR / 8)
#define UNITS (LANES / WIDTH)

typedef f8 vf8 __attribute__((vector_size(VECTOR)));
typedef i8 vi8 __attribute__((vector_size(VECTOR)));
typedef u8 vu8 __attribute__((vector_size(VECTOR)));

#define INLINE static inline __attribute__((always_inline))
#if defined(__clang__)
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 8")
#endif
#define EACH_UNIT UNROLL for (unsigned u = 0; u < UNITS; u++)

/* Of what there are two of, for one would wait for itself. */
#define TURN (u % 2)

INLINE vf8 load_f8(const f8_at *at)
{
    vf8 x;
    memcpy(&x, at, sizeof x);
    return x;
}

INLINE vi8 load_i8(const i8_at *at)
{
    vi8 x;
    memcpy(&x, at, sizeof x);
    return x;
}

INLINE vf8 all_f8(double x)
{
    return x - (vf8){0}; /* -0.0 stays */
}

INLINE vi8 all_i8(int64_t x)
{
    return x + (vi8){0};
}

INLINE vf8 choose_f8(vi8 mask, vf8 yes, vf8 no)
{
    return (vf8)((mask & (vi8)yes) | (~mask & (vi8)no));
}

INLINE vi8 choose_i8(vi8 mask, vi8 yes, vi8 no)
{
    return (mask & yes) | (~mask & no);
}

#if !defined(HAS_LEAST_F8)
INLINE vf8 least_f8(vf8 a, vf8 b)
{
    return choose_f8(a < b, a, b);
}

INLINE vf8 greatest_f8(vf8 a, vf8 b)
{
    return choose_f8(a > b, a, b);
}
#endif

#if !defined(HAS_COUNT_ZEROS)
INLINE vi8 count_zeros(vi8 count, vf8 x)
{
    return count - (x == 0);
}
#endif

#if !defined(HAS_LEAST_I8)
INLINE vi8 least_i8(vi8 a, vi8 b)
{
    return choose_i8(a < b, a, b);
}

INLINE vi8 greatest_i8(vi8 a, vi8 b)
{
    return choose_i8(a > b, a, b);
}
#endif

#if !defined(HAS_TO_F8)
/* Rounded once: the upper half as the last bits of 2^84, the lower one as those of 2^52. */
INLINE vf8 to_f8(vi8 x)
{
    vi8 low = (x & UINT32_MAX) | 0x4330000000000000;
    vi8 high = (vi8)((vu8)x >> 32) ^ 0x4530000080000000;
    return ((vf8)high - (0x1p84 + 0x1p63 + 0x1p52)) + (vf8)low;
}
#endif

/* --- from lanes to one --- */

INLINE double add_lanes(const f8 lane[LANES])
{
    f8 sum[LANES];
    memcpy(sum, lane, sizeof sum);
    for (unsigned half = LANES / 2; half > 0; half /= 2)
        for (unsigned l = 0; l < half; l++)
            sum[l] += sum[l + half];
    return sum[0];
}

INLINE uint64_t count_of(const vi8 count[2])
{
    vi8 both = count[0] + count[1];
    int64_t sum = 0;
    for (unsigned l = 0; l < WIDTH; l++)
        sum += both[l];
    return (uint64_t)sum;
}

INLINE double least_of_f8(const vf8 x[2])
{
    vf8 both = least_f8(x[0], x[1]);
    double least = both[0];
    for (unsigned l = 1; l < WIDTH; l++)
        least = both[l] < least ? both[l] : least;
    return least;
}

INLINE double greatest_of_f8(const vf8 x[2])
{
    vf8 both = greatest_f8(x[0], x[1]);
    double greatest = both[0];
    for (unsigned l = 1; l < WIDTH; l++)
        greatest = both[l] > greatest ? both[l] : greatest;
    return greatest;
}

/* --- sums of doubles --- */

/* The last elements, fewer than LANES, one a lane. */
INLINE void sum_rest(const f8_at *x, size_t n, f8 lane[LANES], struct sum_f8 *sum)
{
    for (size_t i = 0; i < n; i++) {
        f8 one = x[i];
        if (!isfinite(one)) {
            sum->nan += isnan(one);
            sum->posinf += one == (f8)INFINITY;
            sum->neginf += one == -(f8)INFINITY;
            continue;
        }
        sum->finite++;
        sum->zeros += one == 0;
        lane[i] += one;
        sum->min = one < sum->min ? one : sum->min;
        sum->max = one > sum->max ? one : sum->max;
    }
}

static void sum_f8(const f8_at *x, size_t n, struct sum_f8 *ret)
{
    vf8 sum[UNITS] = {0}, low[2], high[2];
    vi8 zeros[2] = {0};
    low[0] = low[1] = all_f8((f8)INFINITY);
    high[0] = high[1] = all_f8(-(f8)INFINITY);
    size_t whole = n & ~(size_t)(LANES - 1);
    for (size_t i = 0; i < whole; i += LANES)
        EACH_UNIT
        {
            vf8 one = load_f8(x + i + u * WIDTH);
            sum[u] += one;
            low[TURN] = least_f8(one, low[TURN]);
            high[TURN] = greatest_f8(one, high[TURN]);
            zeros[TURN] = count_zeros(zeros[TURN], one);
        }
    *ret = (struct sum_f8){
        .finite = whole, .zeros = count_of(zeros), .min = least_of_f8(low), .max = greatest_of_f8(high)};
    f8 lane[LANES];
    memcpy(lane, sum, sizeof lane);
    sum_rest(x + whole, n - whole, lane, ret);
    ret->sum = ret->finite == n ? add_lanes(lane) : (f8)NAN;
}

INLINE vi8 is_finite(vf8 x)
{
    return (vf8)((vi8)x & INT64_MAX) < all_f8((f8)INFINITY);
}

static void sum_f8_some(const f8_at *x, size_t n, struct sum_f8 *ret)
{
    const vf8 inf = all_f8((f8)INFINITY);
    vf8 sum[UNITS] = {0}, low[2] = {inf, inf}, high[2] = {-inf, -inf};
    vi8 zeros[2] = {0}, finite[2] = {0}, nan[2] = {0}, posinf[2] = {0};
    size_t whole = n & ~(size_t)(LANES - 1);
    for (size_t i = 0; i < whole; i += LANES)
        EACH_UNIT
        {
            vf8 one = load_f8(x + i + u * WIDTH);
            vi8 good = is_finite(one);
            sum[u] += (vf8)((vi8)one & good);
            low[TURN] = least_f8(choose_f8(good, one, inf), low[TURN]);
            high[TURN] = greatest_f8(choose_f8(good, one, -inf), high[TURN]);
            zeros[TURN] = count_zeros(zeros[TURN], one);
            finite[TURN] -= good;
            nan[TURN] -= one != one;
            posinf[TURN] -= one == inf;
        }
    *ret = (struct sum_f8){.finite = count_of(finite),
                           .nan = count_of(nan),
                           .posinf = count_of(posinf),
                           .zeros = count_of(zeros),
                           .min = least_of_f8(low),
                           .max = greatest_of_f8(high)};
    ret->neginf = whole - ret->finite - ret->nan - ret->posinf;
    f8 lane[LANES];
    memcpy(lane, sum, sizeof lane);
    sum_rest(x + whole, n - whole, lane, ret);
    ret->sum = add_lanes(lane);
}

static size_t count_finite(const f8_at *x, size_t n)
{
    vi8 finite[2] = {0};
    size_t whole = n & ~(size_t)(LANES - 1), count;
    for (size_t i = 0; i < whole; i += LANES)
        EACH_UNIT finite[TURN] -= is_finite(load_f8(x + i + u * WIDTH));
    count = count_of(finite);
    for (size_t i = whole; i < n; i++)
        count += isfinite(x[i]) != 0;
    return count;
}

/* --- deviations --- */

INLINE void end_deviation(const vf8 sum[UNITS], const vf8 squares[UNITS], const f8 *rest, size_t n,
                          struct deviation *ret)
{
    f8 lane[LANES], square[LANES];
    memcpy(lane, sum, sizeof lane);
    memcpy(square, squares, sizeof square);
    for (size_t i = 0; i < n; i++) {
        lane[i] += rest[i];
        square[i] += rest[i] * rest[i];
    }
    *ret = (struct deviation){add_lanes(lane), add_lanes(square)};
}

static void deviate_f8(const f8_at *x, size_t n, double middle, struct deviation *ret)
{
    vf8 sum[UNITS] = {0}, squares[UNITS] = {0};
    size_t whole = n & ~(size_t)(LANES - 1);
    for (size_t i = 0; i < whole; i += LANES)
        EACH_UNIT
        {
            vf8 off = load_f8(x + i + u * WIDTH) - middle;
            sum[u] += off;
            squares[u] += off * off;
        }
    f8 rest[LANES];
    for (size_t i = 0; i < n - whole; i++)
        rest[i] = x[whole + i] - middle;
    end_deviation(sum, squares, rest, n - whole, ret);
}

static void deviate_f8_some(const f8_at *x, size_t n, double middle, struct deviation *ret)
{
    vf8 sum[UNITS] = {0}, squares[UNITS] = {0};
    size_t whole = n & ~(size_t)(LANES - 1);
    for (size_t i = 0; i < whole; i += LANES)
        EACH_UNIT
        {
            vf8 one = load_f8(x + i + u * WIDTH);
            vf8 off = (vf8)((vi8)(one - middle) & is_finite(one));
            sum[u] += off;
            squares[u] += off * off;
        }
    f8 rest[LANES];
    for (size_t i = 0; i < n - whole; i++)
        rest[i] = isfinite(x[whole + i]) ? x[whole + i] - middle : 0;
    end_deviation(sum, squares, rest, n - whole, ret);
}

/* --- integers of 64 bits --- */

static void sum_i8(const i8_at *x, size_t n, int64_t flip, struct sum_i8 *ret)
{
    vi8 low[2], high[2], zeros[2] = {0};
    vu8 lower[2] = {0}, upper[2] = {0}; /* halves of the sum: of 2^32 elements and more they would hold */
    low[0] = low[1] = all_i8(INT64_MAX);
    high[0] = high[1] = all_i8(INT64_MIN);
    size_t whole = n & ~(size_t)(LANES - 1);
    for (size_t i = 0; i < whole; i += LANES)
        EACH_UNIT
        {
            vi8 stored = load_i8(x + i + u * WIDTH), one = stored ^ flip;
            vu8 raised = (vu8)(one ^ INT64_MIN);
            low[TURN] = least_i8(one, low[TURN]);
            high[TURN] = greatest_i8(one, high[TURN]);
            zeros[TURN] -= stored == 0;
            lower[TURN] += raised & UINT32_MAX;
            upper[TURN] += raised >> 32;
        }
    vi8 least = least_i8(low[0], low[1]), greatest = greatest_i8(high[0], high[1]);
    *ret = (struct sum_i8){.zeros = count_of(zeros), .min = INT64_MAX, .max = INT64_MIN};
    for (unsigned l = 0; l < WIDTH; l++) {
        ret->min = least[l] < ret->min ? least[l] : ret->min;
        ret->max = greatest[l] > ret->max ? greatest[l] : ret->max;
        ret->sum += (unsigned __int128)lower[0][l] + lower[1][l];
        ret->sum += ((unsigned __int128)upper[0][l] + upper[1][l]) << 32;
    }
    for (size_t i = whole; i < n; i++) {
        i8 one = x[i] ^ flip;
        ret->zeros += x[i] == 0;
        ret->min = one < ret->min ? one : ret->min;
        ret->max = one > ret->max ? one : ret->max;
        ret->sum += (u8)(one ^ INT64_MIN);
    }
}

static void deviate_i8(const i8_at *x, size_t n, int64_t middle, struct deviation *ret)
{
    vf8 sum[UNITS] = {0}, squares[UNITS] = {0};
    size_t whole = n & ~(size_t)(LANES - 1);
    for (size_t i = 0; i < whole; i += LANES)
        EACH_UNIT
        {
            vf8 off = to_f8((vi8)((vu8)load_i8(x + i + u * WIDTH) - (u8)middle));
            sum[u] += off;
            squares[u] += off * off;
        }
    f8 rest[LANES];
    for (size_t i = 0; i < n - whole; i++)
        rest[i] = (f8)(i8)((u8)x[whole + i] - (u8)middle);
    end_deviation(sum, squares, rest, n - whole, ret);
}

static void deviate_i8_wide(const i8_at *x, size_t n, int64_t flip, double middle, struct deviation *ret)
{
    vf8 sum[UNITS] = {0}, squares[UNITS] = {0};
    size_t whole = n & ~(size_t)(LANES - 1);
    for (size_t i = 0; i < whole; i += LANES)
        EACH_UNIT
        {
            vf8 off = to_f8(load_i8(x + i + u * WIDTH) ^ flip) - middle;
            sum[u] += off;
            squares[u] += off * off;
        }
    f8 rest[LANES];
    for (size_t i = 0; i < n - whole; i++)
        rest[i] = (f8)(x[whole + i] ^ flip) - middle;
    end_deviation(sum, squares, rest, n - whole, ret);
}

/* --- complex numbers --- */

static void magnitude_f4(const f4_at *x, size_t n, double *restrict ret)
{
    for (size_t i = 0; i < n; i++) {
        f8 re = x[2 * i], im = x[2 * i + 1];
        ret[i] = sqrt(re * re + im * im);
    }
}

static bool magnitude_f8(const f8_at *x, size_t n, double *restrict ret)
{
    u8 bad = 0;
    for (size_t i = 0; i < n; i++) {
        f8 re = x[2 * i], im = x[2 * i + 1], square = re * re + im * im;
        bad += !(square >= SQUARE_LEAST) | !(square <= SQUARE_GREATEST);
        ret[i] = sqrt(square);
    }
    return bad == 0;
}

/* --- bins --- */

INLINE uint32_t find_bin(const struct bin_plan *plan, double x)
{
    bool inside = (x >= plan->low) & (x <= plan->high);
    double guess = inside ? x * plan->scale - plan->offset : 0;
    unsigned edge = (unsigned)(int)(guess + 0.5);
    return inside ? edge - (x < plan->edges[edge]) : BIN_OUTSIDE(plan);
}

#if !defined(HAS_FIND_BINS) /* how many it does of the first ones */
#define find_bins_first(plan, x, n, ret)       0
#define find_bins_small_first(plan, x, n, ret) 0
#define find_bins_f4                           NULL
#endif

static void find_bins(const struct bin_plan *plan, const f8_at *x, size_t n, uint32_t *ret)
{
    const struct bin_plan here = *plan; /* which no store to ret can change */
    for (size_t i = find_bins_first(plan, x, n, ret); i < n; i++)
        ret[i] = find_bin(&here, x[i]);
}

static void find_bins_small(const struct bin_plan *plan, const f8_at *x, size_t n, uint8_t *ret)
{
    const struct bin_plan here = *plan; /* which no store to ret can change */
    for (size_t i = find_bins_small_first(plan, x, n, ret); i < n; i++)
        ret[i] = (uint8_t)find_bin(&here, x[i]);
}

/* Few values: each is compared with all bytes; else eight tables, for a count that is raised again at once
 * waits. */
#define COMPARED_MAX 48

#if !defined(HAS_COUNT_EQUAL)
typedef u1 vu1 __attribute__((vector_size(VECTOR)));
typedef u2 vu2 __attribute__((vector_size(VECTOR)));
#define EQUAL_STEP (4 * VECTOR)

INLINE vu1 equal_u1(const uint8_t *at, uint8_t value)
{
    vu1 all;
    memcpy(&all, at, sizeof all);
    return (vu1)(all == value);
}

/* At most 255 steps, which a byte counts. */
INLINE uint64_t count_equal(const uint8_t *x, size_t n, uint8_t value)
{
    vu1 equal[4] = {0};
    vu2 pairs = {0};
    u8 fours[WIDTH], sum = 0;
    for (size_t i = 0; i < n; i += EQUAL_STEP)
        UNROLL for (unsigned u = 0; u < 4; u++) equal[u] -= equal_u1(x + i + u * VECTOR, value);
    UNROLL for (unsigned u = 0; u < 4; u++) pairs += ((vu2)equal[u] & 0xff) + ((vu2)equal[u] >> 8);
    memcpy(fours, &pairs, sizeof fours);
    for (unsigned l = 0; l < WIDTH; l++)
        sum += (fours[l] * 0x0001000100010001) >> 48;
    return sum;
}
#endif

static void count_rest(const uint8_t *x, size_t n, unsigned values, uint64_t *counts)
{
    for (size_t i = 0; i < n; i++)
        if (x[i] < values)
            counts[x[i]]++;
}

static void count_bytes(const uint8_t *x, size_t n, unsigned values, uint64_t *counts)
{
#if defined(HAS_COUNT_FEW)
    if (values <= COUNTED_MAX) {
        size_t whole = n - n % COUNT_STEP;
        count_few(x, whole, values, counts);
        x += whole;
        n -= whole;
    }
#endif
    if (values <= COMPARED_MAX) {
        size_t whole = n - n % EQUAL_STEP;
        for (unsigned value = 0; value < values; value++)
            counts[value] += count_equal(x, whole, (uint8_t)value);
        count_rest(x + whole, n - whole, values, counts);
        return;
    }
    u4 table[8][256] = {0};
    size_t whole = n - n % 8;
    for (size_t i = 0; i < whole; i += 8) {
        u8 eight;
        memcpy(&eight, x + i, sizeof eight);
        UNROLL for (unsigned b = 0; b < 8; b++) table[b][eight >> (8 * b) & 0xff]++;
    }
    for (unsigned b = 0; b < 8; b++)
        for (unsigned value = 0; value < values; value++)
            counts[value] += table[b][value];
    count_rest(x + whole, n - whole, values, counts);
}

#include "core/analysis/kernels_singles.h"

#define KERNELS                                                                                              \
    {                                                                                                        \
        sum_f8, sum_f8_some, deviate_f8, deviate_f8_some, sum_f4, deviate_f4, sum_i8, deviate_i8,            \
            deviate_i8_wide, magnitude_f4, magnitude_f8, find_bins, find_bins_small, find_bins_f4,           \
            count_bytes, count_finite                                                                        \
    }
