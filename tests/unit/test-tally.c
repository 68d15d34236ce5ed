/*
 * Tallies of every type at every level against a plain sum in long double, and the levels against each other
 * bit for bit.
 */
#include "tests/support/test.h"

#include <float.h>
#include <math.h>

#include "core/analysis/tally.h"
#include "core/matrix/half.h"

#define INF ((double)INFINITY)

static struct dtype parse(const char *text)
{
    struct dtype dtype;
    assert_int_equal(dtype_parse(text, &dtype, NULL), 0);
    return dtype;
}

static struct tally tally_at(const char *type, const void *elements, uint64_t n, enum convert_level level)
{
    struct dtype dtype = parse(type);
    struct tally tally = {0};
    const struct tally_kernel *kernel = tally_kernel(&dtype, level);
    assert_non_null(kernel);
    tally_run(kernel, elements, n, &tally);
    return tally;
}

static struct tally tally_of(const char *type, const void *elements, uint64_t n)
{
    return tally_at(type, elements, n, CONVERT_BEST);
}

static unsigned seed;

static uint64_t random_bits(void)
{
    static uint64_t state;
    if (seed) {
        state = seed;
        seed = 0;
    }
    state += 0x9e3779b97f4a7c15u;
    uint64_t z = state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static double random_unit(void)
{
    return (double)(random_bits() >> 11) * 0x1p-53;
}

/* --- the reference --- */

/* The i-th element: its value as a long double, which holds every number of every type. */
static long double value_of(const struct dtype *dtype, const uint8_t *elements, size_t i)
{
    uint8_t bytes[16];
    uint64_t unit = dtype_swap_unit(dtype), size = dtype->itemsize;
    memcpy(bytes, elements + i * size, size);
    for (uint64_t at = 0; dtype_is_swapped(dtype) && at < size; at += unit)
        for (uint64_t b = 0; b < unit / 2; b++) {
            uint8_t swap = bytes[at + b];
            bytes[at + b] = bytes[at + unit - 1 - b];
            bytes[at + unit - 1 - b] = swap;
        }
    uint64_t bits = 0;
    memcpy(&bits, bytes, size < 8 ? size : 8);
    double d[2];
    float f[2];
    memcpy(d, bytes, 16);
    memcpy(f, bytes, 8);
    switch (dtype->kind) {
    case DTYPE_BOOL:
        return bits != 0;
    case DTYPE_UINT:
        return bits;
    case DTYPE_INT:
        return (int64_t)(bits << (64 - 8 * size)) >> (64 - 8 * size);
    case DTYPE_FLOAT:
        return size == 2 ? half_to_double((uint16_t)bits) : size == 4 ? (double)f[0] : d[0];
    default:
        if (size == 8)
            d[0] = f[0], d[1] = f[1];
        if (isnan(d[0]) || isnan(d[1]))
            return (long double)NAN;
        long double magnitude = sqrtl((long double)d[0] * d[0] + (long double)d[1] * d[1]);
        return isfinite(magnitude) && magnitude > DBL_MAX ? DBL_MAX : (double)magnitude;
    }
}

struct reference {
    uint64_t nan, posinf, neginf, zeros, finite;
    long double min, max, mean, std;
};

static struct reference refer(const struct dtype *dtype, const uint8_t *elements, size_t n)
{
    struct reference all = {.min = (long double)INFINITY, .max = -(long double)INFINITY};
    long double first = 0, sum = 0, squares = 0, rest = 0;
    for (size_t i = 0; i < n; i++) {
        long double x = value_of(dtype, elements, i);
        all.nan += isnan(x);
        all.posinf += isinf(x) && x > 0;
        all.neginf += isinf(x) && x < 0;
        all.zeros += x == 0;
        if (!isfinite(x))
            continue;
        first = all.finite++ ? first : x;
        all.min = x < all.min ? x : all.min;
        all.max = x > all.max ? x : all.max;
        sum += x - first;
    }
    long double apart = sum / all.finite; /* of the mean from the first one */
    for (size_t i = 0; i < n; i++) {
        long double off = value_of(dtype, elements, i) - first - apart;
        squares += isfinite(off) ? off * off : 0;
        rest += isfinite(off) ? off : 0;
    }
    all.mean = first + (apart + rest / all.finite);
    all.std = sqrtl((squares - rest * rest / all.finite) / all.finite);
    return all;
}

static long double extreme(const struct dtype *dtype, union tally_value value)
{
    return dtype->kind == DTYPE_INT                                 ? (long double)value.i
           : dtype->kind == DTYPE_UINT || dtype->kind == DTYPE_BOOL ? (long double)value.u
                                                                    : (long double)value.f;
}

static void assert_close(long double is, long double wanted, long double within)
{
    if (!(fabsl(is - wanted) <= within))
        fail_msg("%.20Lg, not %.20Lg, %.3Lg apart", is, wanted, is - wanted);
}

static void check(const char *type, const struct tally *tally, const void *elements, size_t n)
{
    struct dtype dtype = parse(type);
    struct reference wanted = refer(&dtype, elements, n);
    assert_int_equal(tally->count, n);
    assert_int_equal(tally->nan, wanted.nan);
    assert_int_equal(tally->posinf, wanted.posinf);
    assert_int_equal(tally->neginf, wanted.neginf);
    assert_int_equal(tally->zeros, wanted.zeros);
    assert_int_equal(tally->finite, wanted.finite);
    if (wanted.finite == 0) {
        assert_true(isnan(tally_std(tally)));
        return;
    }
    long double size = fmaxl(fabsl(wanted.min), fabsl(wanted.max));
    /* hypot may be a last place off. */
    long double last = dtype.kind == DTYPE_COMPLEX ? size * 0x1p-52L : 0;
    assert_close(extreme(&dtype, tally->min), wanted.min, last);
    assert_close(extreme(&dtype, tally->max), wanted.max, last);
    assert_close(tally->mean, wanted.mean, size * 1e-15L + 0x1p-1074L);
    assert_close(tally_std(tally), wanted.std, wanted.std * 1e-13L + last + 0x1p-1074L);
}

static void assert_same(const struct tally *a, const struct tally *b)
{
    assert_memory_equal(a, b, offsetof(struct tally, squares));
    assert_true(a->squares == b->squares);
}

/* At every level. */
static void check_all(const char *type, const void *elements, size_t n)
{
    struct dtype dtype = parse(type);
    struct tally portable = tally_at(type, elements, n, CONVERT_PORTABLE);
    check(type, &portable, elements, n);
    for (enum convert_level level = CONVERT_AVX2; level <= CONVERT_BEST; level++)
        if (tally_kernel(&dtype, level)) {
            struct tally tally = tally_at(type, elements, n, level);
            assert_same(&tally, &portable);
        }
}

/* --- values --- */

static const char *const types[] = {"?",   "i1",  "u1",  "<i2", ">i2", "<u2",  ">u2", "<i4", ">i4",
                                    "<u4", ">u4", "<i8", ">i8", "<u8", ">u8",  "<f2", ">f2", "<f4",
                                    ">f4", "<f8", ">f8", "<c8", ">c8", "<c16", ">c16"};
#define TYPES (sizeof types / sizeof types[0])

static void every_type_at_any_address(void **state)
{
    (void)state;
    static const size_t lengths[] = {0, 1, 2, 3, 15, 16, 17, 31, 33, 100, 1023, 1025, 2047, 2048, 2049, 7001};
    uint8_t *bytes = malloc(16 * 7001 + 16);
    assert_non_null(bytes);
    seed = 1;
    for (size_t i = 0; i < 16 * 7001 + 16; i++)
        bytes[i] = (uint8_t)random_bits();
    for (size_t t = 0; t < TYPES; t++)
        for (size_t l = 0; l < sizeof lengths / sizeof lengths[0]; l++)
            check_all(types[t], bytes + (t + l) % 16, lengths[l]);
    free(bytes);
}

#define MANY 20000

static double *make(double (*value)(size_t i))
{
    double *x = malloc(MANY * sizeof *x);
    assert_non_null(x);
    seed = 7;
    for (size_t i = 0; i < MANY; i++)
        x[i] = value(i);
    return x;
}

static double plain(size_t i)
{
    (void)i;
    return random_unit() * 100 - 30;
}

static double far(size_t i)
{
    (void)i;
    return 1e9 + random_unit();
}

static double with_few_nan(size_t i)
{
    return i % 997 == 5 ? (double)NAN : plain(i);
}

static double with_all_kinds(size_t i)
{
    static const double odd[] = {(double)NAN, (double)INFINITY, -(double)INFINITY, 0.0, -0.0, 3};
    return i % 3 ? plain(i) : odd[random_bits() % 6];
}

static double no_finite(size_t i)
{
    return i % 2 ? (double)NAN : (double)INFINITY;
}

static double greatest(size_t i)
{
    return i % 2 ? DBL_MAX : -DBL_MAX;
}

static double greatest_and_nan(size_t i)
{
    return i % 100 == 3 ? (double)NAN : random_unit() * DBL_MAX * (i % 3 ? 1 : -1);
}

static double only_greatest(size_t i)
{
    (void)i;
    return DBL_MAX;
}

static double subnormal(size_t i)
{
    (void)i;
    return (double)(random_bits() % 1000) * 0x1p-1074;
}

static double small(size_t i)
{
    (void)i;
    return random_unit() * 1e-200;
}

static double negative_zero(size_t i)
{
    (void)i;
    return -0.0;
}

static double rising(size_t i)
{
    return (double)i * 1e6;
}

static double jump(size_t i)
{
    return (i < 5000 ? 0 : 1e8) + random_unit();
}

static void odd_values(void **state)
{
    (void)state;
    double (*const values[])(size_t) = {
        plain,         far,   with_few_nan,  with_all_kinds, no_finite, greatest, subnormal, greatest_and_nan,
        only_greatest, small, negative_zero, rising,         jump};
    float singles[MANY];
    for (size_t v = 0; v < sizeof values / sizeof values[0]; v++) {
        double *x = make(values[v]);
        check_all("<f8", x, MANY);
        check_all("<f8", x, MANY - 1);
        check_all("<f8", x, 1);
        check_all("<c16", x, MANY / 2);
        for (size_t i = 0; i < MANY; i++)
            singles[i] = (float)x[i];
        check_all("<f4", singles, MANY);
        check_all("<c8", singles, MANY / 2);
        free(x);
    }
}

static void greatest_floats(void **state)
{
    (void)state;
    float x[5000];
    for (size_t i = 0; i < 5000; i++)
        x[i] = i % 3 ? FLT_MAX : -FLT_MAX;
    check_all("<f4", x, 5000);
    for (size_t i = 0; i < 5000; i++)
        x[i] = (float)(i % 7) * 0x1p-149f;
    check_all("<f4", x, 5000);
}

static void one_value_has_no_deviation(void **state)
{
    (void)state;
    static const double values[] = {0.1, -1e-310, 1e300, DBL_MAX, 1 / 3.0, -0.0};
    double *x = malloc(MANY * sizeof *x);
    for (size_t v = 0; v < sizeof values / sizeof values[0]; v++) {
        for (size_t i = 0; i < MANY; i++)
            x[i] = i % 50 ? values[v] : (double)NAN;
        struct tally tally = tally_of("<f8", x, MANY);
        assert_true(tally.mean == values[v] && tally.min.f == values[v] && tally.max.f == values[v]);
        assert_true(tally_std(&tally) == 0);
        assert_false(signbit(tally.mean) != 0 && values[v] == 0);
        assert_false(signbit(tally.min.f) != 0 && values[v] == 0);
    }
    free(x);
}

static void a_single_nan_is_counted_wherever_it_is(void **state)
{
    (void)state;
    double x[80];
    for (size_t at = 0; at < 80; at++) {
        for (size_t i = 0; i < 80; i++)
            x[i] = i == at ? (double)NAN : (double)i;
        check_all("<f8", x, 80);
        x[at] = -INF;
        check_all("<f8", x, 80);
    }
}

static void long_integers_lose_nothing(void **state)
{
    (void)state;
    int64_t x[5001];
    /* Time stamps of nanoseconds, of which a double holds every 256th. */
    for (size_t i = 0; i < 5001; i++)
        x[i] = 1780000000000000000 + (int64_t)(i % 5);
    check_all("<i8", x, 5001);
    check_all("<u8", x, 5001);
    struct tally tally = tally_of("<i8", x, 5000);
    assert_close(tally_std(&tally), sqrtl(2), 1e-15L);
    for (size_t i = 0; i < 5001; i++)
        x[i] = i % 2 ? INT64_MAX : INT64_MIN;
    check_all("<i8", x, 5001);
    check_all("<u8", x, 5001);
    for (size_t i = 0; i < 5001; i++)
        x[i] = -1; /* unsigned: the greatest */
    tally = tally_of("<u8", x, 5001);
    assert_true(tally.min.u == UINT64_MAX && tally.max.u == UINT64_MAX && tally_std(&tally) == 0);
    assert_true(tally.mean == 0x1p64);
    check_all("<i8", x, 5001);
}

static void magnitudes_neither_overflow_nor_vanish(void **state)
{
    (void)state;
    double x[] = {3e200, 4e200, 3e-200, 4e-200, DBL_MAX, DBL_MAX, 0, -0.0, 5e-324, 0, INF, 1, 1, -INF};
    check_all("<c16", x, 7);
    struct tally tally = tally_of("<c16", x, 1);
    assert_close(tally.max.f, 5e200L, 5e184L);
    tally = tally_of("<c16", x + 2, 1);
    assert_close(tally.max.f, 5e-200L, 5e-216L);
    tally = tally_of("<c16", x + 4, 1);
    assert_true(tally.finite == 1 && tally.max.f == DBL_MAX);
    tally = tally_of("<c16", x + 10, 2);
    assert_true(tally.posinf == 2 && tally.neginf == 0 && tally.finite == 0);
    x[11] = (double)NAN;
    tally = tally_of("<c16", x + 10, 1);
    assert_true(tally.nan == 1 && tally.posinf == 0);
}

static void any_bool_byte_but_0_is_true(void **state)
{
    (void)state;
    const uint8_t x[] = {0, 1, 2, 255, 0, 7};
    struct tally tally = tally_of("?", x, 6);
    assert_true(tally.zeros == 2 && tally.min.u == 0 && tally.max.u == 1 && tally.mean == 2 / 3.0);
}

static void what_has_no_kernel(void **state)
{
    (void)state;
    static const char *const others[] = {"S4", "U2", "M8[s]", "V3"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        struct dtype dtype = parse(others[i]);
        assert_null(tally_kernel(&dtype, CONVERT_BEST));
        assert_false(tally_is_counted(&dtype));
    }
    struct dtype dtype = parse("f8");
    assert_non_null(tally_kernel(&dtype, CONVERT_PORTABLE));
    assert_true(!tally_kernel(&dtype, CONVERT_AVX2) || !tally_kernel(&dtype, CONVERT_NEON));
}

/* --- merging --- */

static void parts_are_merged_into_the_whole(void **state)
{
    (void)state;
    for (size_t t = 0; t < TYPES; t++) {
        struct dtype dtype = parse(types[t]);
        uint8_t *bytes = malloc(16 * 4000);
        seed = (unsigned)t + 1;
        for (size_t i = 0; i < 16 * 4000; i++)
            bytes[i] = (uint8_t)random_bits();
        struct tally all = {0}, nothing = {0};
        tally_merge(&all, &nothing, dtype.kind);
        for (size_t at = 0, m; at < 4000; at += m) {
            m = at + 373 < 4000 ? 373 : 4000 - at;
            struct tally part = tally_of(types[t], bytes + at * dtype.itemsize, m);
            tally_merge(&all, &part, dtype.kind);
            tally_merge(&all, &nothing, dtype.kind);
        }
        check(types[t], &all, bytes, 4000);
        free(bytes);
    }
}

static void many_merges_lose_nothing(void **state)
{
    (void)state;
    double one[2] = {1e6 + 0.1, 1e6 + 0.3};
    struct tally part = tally_of("<f8", one, 2), all = {0};
    for (unsigned i = 0; i < 3000000; i++)
        tally_merge(&all, &part, DTYPE_FLOAT);
    assert_int_equal(all.finite, 6000000);
    assert_close(all.mean, ((long double)one[0] + one[1]) / 2, 1e6L * 2e-16L);
    assert_close(tally_std(&all), ((long double)one[1] - one[0]) / 2, 1e-15L);
    part = tally_of("<f8", (double[]){0}, 1);
    for (unsigned i = 0; i < 1000000; i++)
        tally_merge(&all, &part, DTYPE_FLOAT);
    assert_close(all.mean, ((long double)one[0] + one[1]) / 2 * 6 / 7, 1e6L * 2e-16L);
}

static void far_apart_is_merged_without_overflow(void **state)
{
    (void)state;
    double high = DBL_MAX, low = -DBL_MAX;
    struct tally all = tally_of("<f8", &high, 1), other = tally_of("<f8", &low, 1);
    tally_merge(&all, &other, DTYPE_FLOAT);
    assert_true(all.mean == 0 && all.min.f == -DBL_MAX && all.max.f == DBL_MAX);
    assert_true(tally_std(&all) == DBL_MAX);
}

/* --- by counts --- */

static void counts_say_the_same(void **state)
{
    (void)state;
    static const char *const counted[] = {"?", "i1", "u1", "<i2", ">i2", "<u2", ">u2", "<f2", ">f2"};
    uint32_t *counts = malloc(TALLY_COUNTS * sizeof *counts);
    uint64_t *wide = malloc(TALLY_COUNTS * sizeof *wide);
    uint8_t *bytes = malloc(200001);
    seed = 3;
    for (size_t i = 0; i < 200001; i++)
        bytes[i] = (uint8_t)(i < 120000 ? random_bits() : 0x3b);
    for (size_t t = 0; t < sizeof counted / sizeof counted[0]; t++)
        for (size_t shift = 0; shift < 2; shift++) {
            struct dtype dtype = parse(counted[t]);
            size_t n = 200000 / dtype.itemsize;
            assert_true(tally_is_counted(&dtype));
            memset(counts, 0, TALLY_COUNTS * sizeof *counts);
            tally_count(&dtype, bytes + shift, n / 3, counts);
            tally_count(&dtype, bytes + shift + n / 3 * dtype.itemsize, n - n / 3, counts);
            for (size_t i = 0; i < TALLY_COUNTS; i++)
                wide[i] = counts[i];
            struct tally tally;
            tally_of_counts(&dtype, wide, &tally);
            check(counted[t], &tally, bytes + shift, n);
        }
    free(counts);
    free(wide);
    free(bytes);
}

static void every_half(void **state)
{
    (void)state;
    uint16_t *x = malloc(TALLY_COUNTS * sizeof *x);
    uint64_t *counts = malloc(TALLY_COUNTS * sizeof *counts);
    for (size_t i = 0; i < TALLY_COUNTS; i++) {
        x[i] = (uint16_t)i;
        counts[i] = 1;
    }
    struct dtype dtype = parse("<f2");
    struct tally tally;
    tally_of_counts(&dtype, counts, &tally);
    check("<f2", &tally, x, TALLY_COUNTS);
    check_all("<f2", x, TALLY_COUNTS);
    assert_true(tally.zeros == 2 && tally.posinf == 1 && tally.neginf == 1 && tally.nan == 2046);
    assert_true(tally.max.f == 65504 && tally.min.f == -65504 && tally.mean == 0);
    memset(counts, 0, TALLY_COUNTS * sizeof *counts);
    counts[half_from_double(0.1)] = (uint64_t)1 << 62;
    tally_of_counts(&dtype, counts, &tally);
    assert_true(tally.mean == half_to_double(half_from_double(0.1)) && tally_std(&tally) == 0);
    memset(counts, 0, TALLY_COUNTS * sizeof *counts);
    tally_of_counts(&dtype, counts, &tally);
    assert_true(tally.count == 0 && isnan(tally_std(&tally)));
    free(x);
    free(counts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_at_any_address),
        cmocka_unit_test(odd_values),
        cmocka_unit_test(greatest_floats),
        cmocka_unit_test(one_value_has_no_deviation),
        cmocka_unit_test(a_single_nan_is_counted_wherever_it_is),
        cmocka_unit_test(long_integers_lose_nothing),
        cmocka_unit_test(magnitudes_neither_overflow_nor_vanish),
        cmocka_unit_test(any_bool_byte_but_0_is_true),
        cmocka_unit_test(what_has_no_kernel),
        cmocka_unit_test(parts_are_merged_into_the_whole),
        cmocka_unit_test(many_merges_lose_nothing),
        cmocka_unit_test(far_apart_is_merged_without_overflow),
        cmocka_unit_test(counts_say_the_same),
        cmocka_unit_test(every_half),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
