/*
 * Edges as numpy.linspace makes them, and every value in the bin between whose edges it lies: against a plain
 * search, for every type and level, above all on the edges and beside them.
 */
#include "tests/support/test.h"

#include <float.h>
#include <math.h>

#include "core/analysis/histogram.h"
#include "core/matrix/half.h"

#define INF ((double)INFINITY)

static struct dtype parse(const char *text)
{
    struct dtype dtype;
    assert_int_equal(dtype_parse(text, &dtype, NULL), 0);
    return dtype;
}

static struct histogram make(double low, double high, unsigned bins)
{
    struct histogram histogram;
    assert_int_equal(histogram_make(low, high, bins, &histogram, NULL), 0);
    assert_int_equal(histogram.bins, bins);
    return histogram;
}

static uint64_t random_bits(void)
{
    static uint64_t state = 1;
    state = state * 6364136223846793005u + 1442695040888963407u;
    return state >> 16 ^ state << 40;
}

/* --- edges --- */

/* numpy.linspace(-0.3, 1.7, 21), repr'd. */
static void edges_are_those_of_linspace(void **state)
{
    (void)state;
    static const double wanted[] = {
        -0.3, -0.19999999999999998, -0.09999999999999998, 5.551115123125783e-17, 0.10000000000000003, 0.2};
    struct histogram histogram = make(-0.3, 1.7, 20);
    for (unsigned i = 0; i < 6; i++)
        assert_true(histogram.edges[i] == wanted[i]);
    assert_true(histogram.edges[20] == 1.7);
    for (unsigned i = 0; i < 20; i++)
        assert_int_equal(histogram.counts[i], 0);
    histogram_clear(&histogram);
    assert_null(histogram.edges);
}

static void a_single_value_is_in_the_middle(void **state)
{
    (void)state;
    struct histogram histogram = make(3, 3, 2);
    assert_true(histogram.edges[0] == 2.5 && histogram.edges[1] == 3 && histogram.edges[2] == 3.5);
    struct dtype dtype = parse("<f8");
    double x[] = {3, 3, 3};
    assert_int_equal(histogram_count(&histogram, &dtype, x, 3, CONVERT_BEST, histogram.counts), 0);
    assert_int_equal(histogram.counts[1], 3);
    histogram_clear(&histogram);
}

static void assert_rising(double low, double high, unsigned bins)
{
    struct histogram histogram = make(low, high, bins);
    for (unsigned i = 0; i < bins; i++)
        assert_true(histogram.edges[i] <= histogram.edges[i + 1] && isfinite(histogram.edges[i]));
    if (low < high)
        assert_true(histogram.edges[0] == low && histogram.edges[bins] == high);
    histogram_clear(&histogram);
}

static void edges_rise_whatever_the_range(void **state)
{
    (void)state;
    static const unsigned bins[] = {1, 2, 20, 1000, HISTOGRAM_BINS_MAX};
    for (size_t i = 0; i < sizeof bins / sizeof bins[0]; i++) {
        assert_rising(-DBL_MAX, DBL_MAX, bins[i]);
        assert_rising(0, DBL_MAX, bins[i]);
        assert_rising(-1e308, 1.5e308, bins[i]);
        assert_rising(0, 5e-324, bins[i]);
        assert_rising(1, 1 + DBL_EPSILON, bins[i]);
        assert_rising(DBL_MAX, DBL_MAX, bins[i]);
        assert_rising(1e17, 1e17 + 64, bins[i]);
    }
}

/* --- counting --- */

/* The last bin whose lower edge is not above x; as numpy for edges that are given. */
static unsigned search(const struct histogram *histogram, double x)
{
    unsigned bin = histogram->bins - 1;
    while (x < histogram->edges[bin])
        bin--;
    return bin;
}

/* Of elements of a type, whose values are x, at every level. */
static void check_type(const struct histogram *histogram, const char *type, const void *elements,
                       const double *x, size_t n)
{
    struct dtype dtype = parse(type);
    uint64_t *wanted = calloc(histogram->bins, sizeof *wanted);
    uint64_t *counts = malloc(histogram->bins * sizeof *counts), outside = 0;
    for (size_t i = 0; i < n; i++)
        if (x[i] >= histogram->edges[0] && x[i] <= histogram->edges[histogram->bins])
            wanted[search(histogram, x[i])]++;
        else
            outside += isfinite(x[i]);
    for (enum convert_level level = CONVERT_PORTABLE; level <= CONVERT_BEST; level++) {
        if (!tally_kernel(&dtype, level))
            continue;
        memset(counts, 0, histogram->bins * sizeof *counts);
        assert_int_equal(histogram_count(histogram, &dtype, elements, n, level, counts), outside);
        assert_memory_equal(counts, wanted, histogram->bins * sizeof *counts);
    }
    free(wanted);
    free(counts);
}

static void check(const struct histogram *histogram, const double *x, size_t n)
{
    check_type(histogram, "<f8", x, x, n);
}

static void check_edges(double low, double high, unsigned bins)
{
    struct histogram histogram = make(low, high, bins);
    size_t n = 0;
    double *x = malloc((9 * (size_t)bins + 20) * sizeof *x);
    const double *edges = histogram.edges;
    for (unsigned i = 0; i <= bins; i++) {
        x[n++] = edges[i];
        x[n++] = nextafter(edges[i], INF);
        x[n++] = nextafter(edges[i], -INF);
        x[n++] = edges[i] + (edges[bins] / 4 - edges[0] / 4);
        x[n++] = i % 5 ? edges[i] / 2 + edges[bins] / 2 : (double)NAN;
        x[n++] = i % 7 ? edges[i] : i % 2 ? INF : -INF;
        x[n++] = edges[0] + (edges[bins] / 2 - edges[0] / 2) * ((double)(random_bits() >> 11) * 0x1p-52);
    }
    x[n++] = -0.0;
    check(&histogram, x, n);
    check(&histogram, x, n - 1);
    check(&histogram, x + 1, n - 2);
    check(&histogram, x, 1);
    check(&histogram, x, 0);
    histogram_clear(&histogram);
    free(x);
}

static void values_on_edges_and_beside_them(void **state)
{
    (void)state;
    static const unsigned bins[] = {1, 2, 3, 7, 16, 19, 20, 21, 31, 32, 33, 64, 100, 257, 1000};
    static const double ranges[][2] = {
        {0, 1},           {-0.3, 1.7},         {0, 20},           {-1e300, 1e300},
        {0, 1e-300},      {-DBL_MAX, DBL_MAX}, {-1, DBL_MAX},     {0, 5e-324},
        {0, 1e-320},      {1, 1 + 1e-15},      {1, 1 + 1e-13},    {1e9, 1e9 + 0.1},
        {-1e17, 1e17},    {1e17, 1e17 + 640},  {1e17, 1e17 + 64}, {-7, -7},
        {1e-308, 3e-308}, {5, 5.000001},       {-1e308, 1.5e308}};
    for (size_t b = 0; b < sizeof bins / sizeof bins[0]; b++)
        for (size_t r = 0; r < sizeof ranges / sizeof ranges[0]; r++)
            check_edges(ranges[r][0], ranges[r][1], bins[b]);
    check_edges(0, 1, HISTOGRAM_BINS_MAX / 16);
    for (unsigned i = 0; i < 300; i++) {
        double a = (double)(int64_t)random_bits() * 0x1p-60, b = (double)(int64_t)random_bits() * 0x1p-62;
        check_edges(fmin(a, b), fmax(a, b), 1 + i % 40);
    }
}

/* Values that are not above the greatest edge, as where it is the maximum, in both types of floats: there are
 * loops of their own for those. */
static void check_inside(double low, double high, unsigned bins, size_t n)
{
    struct histogram histogram = make(low, high, bins);
    double *x = malloc((n + 1) * sizeof *x);
    float *singles = malloc((n + 1) * sizeof *singles);
    for (size_t i = 0; i < n; i++) {
        double edge = histogram.edges[random_bits() % (bins + 1)];
        switch (random_bits() % 32) {
        case 0:
            x[i] = (double)NAN;
            break;
        case 1:
            x[i] = -INF;
            break;
        case 2:
            x[i] = edge - (high / 2 - low / 2);
            break;
        case 3:
            x[i] = -1e300 * (double)(random_bits() % 100);
            break;
        default:
            x[i] = edge + (double)((int)(random_bits() % 5) - 2) * fabs(edge) * (i % 2 ? 0x1p-53 : 0x1p-24);
            x[i] = i % 3 ? x[i] : low + (high / 2 - low / 2) * ((double)(random_bits() >> 11) * 0x1p-52);
            break;
        }
        x[i] = x[i] > high ? high : x[i];
    }
    check(&histogram, x, n);
    for (size_t i = 0; i < n; i++) {
        singles[i] = (float)x[i];
        if ((double)singles[i] > high)
            singles[i] = nextafterf(singles[i], -(float)INFINITY);
        x[i] = singles[i];
    }
    check_type(&histogram, "<f4", singles, x, n);
    singles[n] = (float)INFINITY;
    x[n] = INF;
    check_type(&histogram, "<f4", singles, x, n + 1);
    check_type(&histogram, "<f4", singles + 1, x + 1, n);
    histogram_clear(&histogram);
    free(singles);
    free(x);
}

static void values_that_are_not_above(void **state)
{
    (void)state;
    static const double ranges[][2] = {{0, 1},
                                       {-0.3, 1.7},
                                       {0, 20},
                                       {-1e300, 1e300},
                                       {0, 1e-300},
                                       {-1e38, 3e38},
                                       {0, 0x1p-149},
                                       {0, 0x1p-120},
                                       {0, 0x1p-126},
                                       {1, 1 + 0x1p-23},
                                       {1, 1 + 0x1p-20},
                                       {1, 1 + 0x1p-14},
                                       {1e6, 1e6 + 9},
                                       {-1e17, 1e17},
                                       {-7, -7},
                                       {-1, 1e39},
                                       {5, 5.000001},
                                       {-20, 300},
                                       {-0x1p-60, 0},
                                       {0, 0x1p-99},
                                       {-100, -30},
                                       {0x1p24, 0x1p24 + 50},
                                       {-FLT_MAX, FLT_MAX},
                                       {0, 1e-38}};
    for (size_t r = 0; r < sizeof ranges / sizeof ranges[0]; r++)
        for (unsigned bins = 1; bins < 40; bins++)
            check_inside(ranges[r][0], ranges[r][1], bins, 320 + bins);
    check_inside(-1, 3, 20, 100003);
    check_inside(-1, 3, 8, 14336);
    check_inside(-1, 3, 23, 30000);
    check_inside(-1, 3, 7, 30000);
}

static void all_in_one_bin(void **state)
{
    (void)state;
    double *x = malloc(100001 * sizeof *x);
    for (size_t i = 0; i < 100001; i++)
        x[i] = i ? 1 : 0;
    struct histogram histogram = make(0, 100, 20);
    check(&histogram, x, 100001);
    histogram_clear(&histogram);
    free(x);
}

static void every_type(void **state)
{
    (void)state;
    static const char *const types[] = {"?",   "<i1", "<u1", "<i2", ">i2", "<u2", ">u2", "<i4",
                                        ">i4", "<u4", ">u4", "<i8", ">i8", "<u8", ">u8", "<f2",
                                        ">f2", "<f4", ">f4", "<f8", ">f8", "<c8", ">c8", "<c16"};
    struct dtype doubles = parse("<f8"), bytes = parse("u1");
    uint8_t small[5000], elements[16 * 5000 + 8];
    double x[5000];
    struct convert_counts ignored = {0};
    for (size_t i = 0; i < 5000; i++)
        small[i] = (uint8_t)(random_bits() % 100);
    for (size_t t = 0; t < sizeof types / sizeof types[0]; t++)
        for (enum convert_level level = CONVERT_PORTABLE; level <= CONVERT_BEST; level++) {
            struct dtype dtype = parse(types[t]);
            struct converter converter, back;
            if (!tally_kernel(&dtype, level))
                continue;
            assert_int_equal(converter_make(&bytes, &dtype, CONVERT_BEST, &converter, NULL), 0);
            converter_run(&converter, small, elements + t % 8, 5000, &ignored);
            for (size_t i = 0; i < 5000; i++)
                x[i] = dtype.kind == DTYPE_BOOL ? small[i] != 0 : small[i];
            if (dtype.kind != DTYPE_COMPLEX) {
                assert_int_equal(converter_make(&dtype, &doubles, CONVERT_BEST, &back, NULL), 0);
                converter_run(&back, elements + t % 8, x, 5000, &ignored);
            }
            struct histogram histogram = make(0, 90, 18);
            uint64_t outside = 0, counts[18] = {0};
            for (size_t i = 0; i < 5000; i++)
                if (x[i] <= 90)
                    histogram.counts[search(&histogram, x[i])]++;
                else
                    outside++;
            assert_int_equal(histogram_count(&histogram, &dtype, elements + t % 8, 5000, level, counts),
                             outside);
            assert_memory_equal(counts, histogram.counts, sizeof counts);
            histogram_clear(&histogram);
        }
}

static void counts_of_values(void **state)
{
    (void)state;
    struct dtype dtype = parse(">f2");
    uint64_t *counts = malloc(TALLY_COUNTS * sizeof *counts);
    double *x = malloc(TALLY_COUNTS * sizeof *x);
    for (unsigned i = 0; i < TALLY_COUNTS; i++) {
        counts[i] = 1;
        x[i] = half_to_double((uint16_t)i);
    }
    struct histogram histogram = make(-65504, 65504, 20);
    histogram_of_counts(&histogram, &dtype, counts);
    uint64_t wanted[20] = {0};
    for (unsigned i = 0; i < TALLY_COUNTS; i++)
        if (isfinite(x[i]))
            wanted[search(&histogram, x[i])]++;
    assert_memory_equal(histogram.counts, wanted, sizeof wanted);
    check(&histogram, x, TALLY_COUNTS);
    histogram_clear(&histogram);
    dtype = parse("i1");
    histogram = make(-128, 127, 5);
    histogram_of_counts(&histogram, &dtype, counts);
    for (unsigned i = 0; i < 5; i++)
        assert_int_equal(histogram.counts[i], i == 4 ? 51 + 1 : 51);
    histogram_clear(&histogram);
    free(counts);
    free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(edges_are_those_of_linspace),
        cmocka_unit_test(a_single_value_is_in_the_middle),
        cmocka_unit_test(edges_rise_whatever_the_range),
        cmocka_unit_test(values_on_edges_and_beside_them),
        cmocka_unit_test(values_that_are_not_above),
        cmocka_unit_test(all_in_one_bin),
        cmocka_unit_test(every_type),
        cmocka_unit_test(counts_of_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
