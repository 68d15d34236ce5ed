/*
 * What is met, against arithmetic that is not core's: the C library's reading of numbers, comparisons of the
 * language, and by hand where a double does not hold what is compared.
 */
#include "tests/support/test.h"

#include <errno.h>
#include <math.h>

#include "core/analysis/match.h"
#include "core/matrix/half.h"
#include "core/matrix/number.h"
#include "core/matrix/window.h"
#include "tests/support/numbers.h"

static const enum convert_level levels[] = {CONVERT_PORTABLE, CONVERT_AVX2, CONVERT_AVX512, CONVERT_BEST};
#define LEVELS (sizeof levels / sizeof levels[0])

static struct dtype make_type(const char *type)
{
    struct dtype dtype;
    assert_int_equal(dtype_parse(type, &dtype, NULL), 0);
    return dtype;
}

static int try(const char *text, const struct dtype *dtype, enum convert_level level, struct match *match,
               struct error *error)
{
    struct condition condition;
    if (condition_parse(text, &condition, error) < 0)
        fail_msg("%s: %s", text, error->text);
    return match_make(&condition, dtype, level, match, error);
}

/* False where the machine has not got the level. */
static bool make(const char *text, const struct dtype *dtype, enum convert_level level, struct match *match)
{
    struct error error = {0};
    int r = try(text, dtype, level, match, &error);
    if (r == -EOPNOTSUPP && level != CONVERT_PORTABLE && level != CONVERT_BEST)
        return false;
    if (r < 0)
        fail_msg("%s: %s", text, error.text);
    return true;
}

/* --- numbers of every type, at every level --- */

static const char *const signs[] = {"<", "<=", ">", ">=", "=", "!="};

static bool compare(unsigned sign, long double a, long double b)
{
    switch (sign) {
    case 0:
        return a < b;
    case 1:
        return a <= b;
    case 2:
        return a > b;
    case 3:
        return a >= b;
    case 4:
        return a == b;
    default:
        return a != b;
    }
}

/* The long double holds every number of 64 bits. */
static long double exact(const struct dtype *dtype, const uint8_t *element)
{
    int64_t i;
    uint64_t u;
    if (dtype->itemsize < 8 || dtype->kind == DTYPE_FLOAT)
        return number_double(dtype, element);
    memcpy(&i, element, 8);
    memcpy(&u, element, 8);
    return dtype->kind == DTYPE_INT ? (long double)i : (long double)u;
}

/* The nearest of all halves, of a tie the one whose last bit is 0. */
static long double nearest_half(long double value)
{
    uint16_t best = 0;
    for (unsigned bits = 0; bits < 65536; bits++) {
        double half = half_to_double((uint16_t)bits), had = half_to_double(best);
        if (isfinite(half) && (fabsl(half - value) < fabsl(had - value) ||
                               (fabsl(half - value) == fabsl(had - value) && bits % 2 == 0)))
            best = (uint16_t)bits;
    }
    return half_to_double(best);
}

/* What an operand is in the type; *ret_beyond: +1 or -1 where only inf is there for it. */
static long double operand_of(const struct dtype *dtype, const char *text, int *ret_beyond)
{
    long double value = strtold(text, NULL), rounded = value;
    *ret_beyond = 0;
    if (dtype->kind != DTYPE_FLOAT || isinf(value))
        return value;
    if (dtype->itemsize == 4)
        rounded = strtof(text, NULL);
    else if (dtype->itemsize == 8)
        rounded = strtod(text, NULL);
    else
        rounded = fabsl(value) >= 65520 ? copysignl(INFINITY, value) : nearest_half(value);
    if (isinf(rounded))
        *ret_beyond = value < 0 ? -1 : 1;
    return *ret_beyond ? value : rounded;
}

static void check_places(const struct match *match, const uint8_t *elements, size_t n, const bool *expected,
                         const char *text)
{
    uint32_t *places = malloc(n * sizeof *places + 1);
    size_t found = match_run(match, elements, n, places), k = 0;
    for (size_t i = 0; i < n; i++) {
        bool is_found = k < found && places[k] == i;
        k += is_found;
        if (is_found != expected[i])
            fail_msg("%s: element %zu", text, i);
    }
    assert_int_equal(k, found);
    free(places);
}

/* At any alignment, in either byte order, at every level. */
static void check_levels(const char *text, const struct dtype *dtype, const uint8_t *elements, size_t n,
                         const bool *expected)
{
    size_t size = (size_t)dtype->itemsize;
    uint8_t *moved = malloc(n * size + 1);
    for (unsigned swapped = 0; swapped < 2; swapped++) {
        struct dtype other = *dtype;
        memcpy(moved + 1, elements, n * size);
        if (swapped && dtype_swap_unit(dtype) > 1)
            other.order = other.order == '<' ? '>' : '<';
        window_swap(&other, moved + 1, n);
        for (size_t level = 0; level < LEVELS; level++) {
            struct match match;
            if (make(text, &other, levels[level], &match))
                check_places(&match, moved + 1, n, expected, text);
        }
    }
    free(moved);
}

static void check_comparisons(const struct numbers *numbers, const char *operand)
{
    bool *expected = malloc(numbers->n);
    int beyond;
    long double value = operand_of(&numbers->dtype, operand, &beyond);
    for (unsigned sign = 0; sign < 6; sign++) {
        char text[64];
        snprintf(text, sizeof text, "%s%s", signs[sign], operand);
        for (size_t i = 0; i < numbers->n; i++)
            expected[i] =
                compare(sign, exact(&numbers->dtype, numbers->elements + i * numbers->dtype.itemsize), value);
        check_levels(text, &numbers->dtype, numbers->elements, numbers->n, expected);
    }
    free(expected);
}

static void numbers_compare_as_they_are(void **state)
{
    (void)state;
    static const char *const operands[] = {
        "0",
        "-0",
        "1",
        "-1",
        "0.5",
        "-2.5",
        "1e3",
        "127",
        "128",
        "-128.5",
        "255",
        "256",
        "32767.5",
        "65504",
        "65519",
        "65520",
        "-70000",
        "2147483647",
        "16777217",
        "0.1",
        "1e-7",
        "6e-8",
        "4294967295.5",
        "9223372036854775807",
        "-9223372036854775808",
        "18446744073709551615",
        "18446744073709551616",
        "1e30",
        "3.4e38",
        "3.5e38",
        "-3.5e38",
        "1e-45",
        "1e-310",
        "1e309",
        "inf",
        "-inf",
    };
    for (int type = 0; type < NUMBER_TYPES; type++) {
        if (strcmp(number_types[type], "b1") == 0)
            continue;
        struct numbers numbers = numbers_odd(number_types[type]);
        for (size_t i = 0; i < sizeof operands / sizeof operands[0]; i++)
            check_comparisons(&numbers, operands[i]);
        free(numbers.elements);
    }
}

static void nan_and_inf_are_found_in_every_type(void **state)
{
    (void)state;
    for (int type = 0; type < NUMBER_TYPES; type++) {
        struct numbers numbers = numbers_odd(number_types[type]);
        bool *expected = malloc(numbers.n);
        for (unsigned inf = 0; inf < 2; inf++) {
            for (size_t i = 0; i < numbers.n; i++) {
                const uint8_t *element = numbers.elements + i * numbers.dtype.itemsize;
                double value = numbers.dtype.kind == DTYPE_FLOAT ? number_double(&numbers.dtype, element) : 0;
                expected[i] = inf ? isinf(value) : isnan(value);
            }
            check_levels(inf ? "inf" : "nan", &numbers.dtype, numbers.elements, numbers.n, expected);
        }
        free(expected);
        free(numbers.elements);
    }
}

/* One alone, at each place of runs around the length of the kernels' pieces; and none. */
static void one_is_found_wherever_it_stands(void **state)
{
    (void)state;
    static const size_t lengths[] = {1, 3, 63, 511, 512, 513, 1100};
    for (size_t level = 0; level < LEVELS; level++)
        for (size_t k = 0; k < sizeof lengths / sizeof lengths[0]; k++) {
            size_t n = lengths[k];
            double *values = calloc(n, sizeof *values);
            uint32_t *places = malloc(n * sizeof *places);
            struct dtype dtype = make_type("f8");
            struct match match;
            if (make("nan", &dtype, levels[level], &match)) {
                assert_int_equal(match_run(&match, values, n, places), 0);
                for (size_t at = 0; at < n; at++) {
                    values[at] = NAN;
                    assert_int_equal(match_run(&match, values, n, places), 1);
                    assert_int_equal(places[0], at);
                    values[at] = 0;
                }
            }
            free(values);
            free(places);
        }
}

/* --- by hand: places as a text, "0 2" --- */

static void expect(const char *text, const char *type, const void *elements, size_t n, const char *wanted)
{
    struct dtype dtype = make_type(type);
    struct match match;
    uint32_t places[64];
    char found[256] = "";
    assert_true(make(text, &dtype, CONVERT_BEST, &match));
    size_t count = match_run(&match, elements, n, places);
    for (size_t i = 0; i < count; i++)
        sprintf(found + strlen(found), "%s%u", i ? " " : "", places[i]);
    if (strcmp(found, wanted) != 0)
        fail_msg("%s in %s: '%s', not '%s'", text, type, found, wanted);
}

static void integers_are_compared_exactly(void **state)
{
    (void)state;
    const int64_t i8[] = {9007199254740992, 9007199254740993, INT64_MIN, INT64_MAX, -1};
    expect("=9007199254740993", "i8", i8, 5, "1");
    expect(">9007199254740992.5", "i8", i8, 5, "1 3");
    expect("!=9007199254740993", "i8", i8, 5, "0 2 3 4");
    expect("<=-9223372036854775808", "i8", i8, 5, "2");
    expect("<-9223372036854775808", "i8", i8, 5, "");
    expect(">-1e400", "i8", i8, 5, "0 1 2 3 4");
    expect("<inf", "i8", i8, 5, "0 1 2 3 4");
    expect("=inf", "i8", i8, 5, "");
    expect("!=2.5", "i8", i8, 5, "0 1 2 3 4");
    const uint8_t u1[] = {0, 2, 3, 255};
    expect(">2.5", "u1", u1, 4, "2 3");
    expect("<-1", "u1", u1, 4, "");
    expect(">=-1", "u1", u1, 4, "0 1 2 3");
    expect(">=2.55e2", "u1", u1, 4, "3");
    expect("!=300", "u1", u1, 4, "0 1 2 3");
}

static void floats_are_compared_in_their_type(void **state)
{
    (void)state;
    const float f4[] = {0.1f, 0.1f + 0x1p-27f, -0.0f, NAN, INFINITY, -INFINITY, 3.4e38f};
    expect("=0.1", "f4", f4, 7, "0");
    expect(">0.1", "f4", f4, 7, "1 4 6");
    expect("=0", "f4", f4, 7, "2");
    expect(">=-0", "f4", f4, 7, "0 1 2 4 6");
    expect("!=0.1", "f4", f4, 7, "1 2 3 4 5 6");
    expect("=inf", "f4", f4, 7, "4");
    expect("-inf", "f4", f4, 7, "5");
    expect("<=-inf", "f4", f4, 7, "5");
    expect("<-inf", "f4", f4, 7, "");
    expect("<=1e39", "f4", f4, 7, "0 1 2 5 6");
    expect(">1e39", "f4", f4, 7, "4");
    expect("=1e39", "f4", f4, 7, "");
    expect("!=1e39", "f4", f4, 7, "0 1 2 3 4 5 6");
    expect("<-1e39", "f4", f4, 7, "5");
}

static void bools_are_zero_and_one(void **state)
{
    (void)state;
    const uint8_t bools[] = {0, 1, 7};
    expect("True", "bool", bools, 3, "1 2");
    expect("=false", "bool", bools, 3, "0");
    expect("!=True", "bool", bools, 3, "0");
    expect("=1", "bool", bools, 3, "1 2");
    expect("=2", "bool", bools, 3, "");
    expect("!=2", "bool", bools, 3, "0 1 2");
    expect(">0.5", "bool", bools, 3, "1 2");
    expect("<=1", "bool", bools, 3, "0 1 2");
    expect("nan", "bool", bools, 3, "");
}

static void complex_numbers_by_part_number_and_magnitude(void **state)
{
    (void)state;
    const double c16[] = {3, 4, NAN, 0, 1, -INFINITY, -0.0, 0, NAN, INFINITY, 0, 5, 3, 0};
    expect("nan", "c16", c16, 7, "1 4");
    expect("inf", "c16", c16, 7, "2 4");
    expect(">=5", "c16", c16, 7, "0 2 4 5");
    expect(">5", "c16", c16, 7, "2 4");
    expect("<5", "c16", c16, 7, "3 6");
    expect("=3+4j", "c16", c16, 7, "0");
    expect("!=3+4j", "c16", c16, 7, "1 2 3 4 5 6");
    expect("=0", "c16", c16, 7, "3");
    expect("=3", "c16", c16, 7, "6");
    expect("=5j", "c16", c16, 7, "5");
    expect("=1-infj", "c16", c16, 7, "2");
    expect("!=1e400", "c16", c16, 7, "0 1 2 3 4 5 6");
    expect("<1e400", "c16", c16, 7, "0 3 5 6");
    /* Whose squares a double does not hold, and one at the very end. */
    const double far[] = {3e200, 4e200, 3e-200, 4e-200, 1, 1};
    expect("<6e-200", "c16", far, 3, "1");
    expect(">4e200", "c16", far, 3, "0");
    expect(">=1.4142135623730951", "c16", far, 3, "0 2");
    expect(">1.4142135623730951", "c16", far, 3, "0");
    const float c8[] = {0.1f, 0.2f, 0, 0};
    expect("=0.1+0.2j", "c8", c8, 2, "0");
    expect(">0.2", "c8", c8, 2, "0");
}

static void either_part_of_many_is_told_once(void **state)
{
    (void)state;
    enum { N = 3000 };
    static double values[2 * N];
    static bool expected[N];
    for (size_t i = 0; i < N; i++) {
        expected[i] = i % 7 == 0 || i % 1024 == 1023;
        values[2 * i] = expected[i] && i % 2 == 0 ? NAN : 1;
        values[2 * i + 1] = expected[i] && i % 3 < 2 ? NAN : values[2 * i] != values[2 * i] ? 0 : 2;
        expected[i] = isnan(values[2 * i]) || isnan(values[2 * i + 1]);
    }
    struct dtype dtype = make_type("c16");
    check_levels("nan", &dtype, (const uint8_t *)values, N, expected);
}

static void dates_are_compared_exactly(void **state)
{
    (void)state;
    const int64_t days[] = {20781, 20782, INT64_MIN, 0};
    expect("=2026-11-25", "<M8[D]", days, 4, "1");
    expect("nan", "<M8[D]", days, 4, "2");
    expect("NaT", "<M8[D]", days, 4, "2");
    expect("inf", "<M8[D]", days, 4, "");
    expect("<2026-11-25T12:00", "<M8[D]", days, 4, "0 1 3");
    expect("<2026-11-25", "<M8[D]", days, 4, "0 3");
    expect("<=999999999999", "<M8[D]", days, 4, "0 1 3");
    expect("!=2026-11-25", "<M8[D]", days, 4, "0 2 3");
    expect("=2026-11-25T12:00", "<M8[D]", days, 4, "");
    expect(">=20782", "<m8[D]", days, 4, "1");
    expect("nan", "<m8[s]", days, 4, "2");
    expect("=\"2026-11-25\"", "<M8[D]", days, 4, "1");
}

static void texts_are_compared_as_printed(void **state)
{
    (void)state;
    expect("=ab", "S3", "ab\0abcabx\0\0\0", 4, "0");
    expect("!=ab", "S3", "ab\0abcabx\0\0\0", 4, "1 2 3");
    expect("=\"\"", "S3", "ab\0abcabx\0\0\0", 4, "3");
    expect("=\" a\"", "S2", " aa ", 2, "0");
    expect("=a\\x0a", "S2", "a\na\\", 2, "0");
    expect("=a\\\\", "S2", "a\na\\", 2, "1");
    expect("nan", "S3", "nan", 1, "");
    expect("=nan", "S3", "nan", 1, "0");
    expect("=ä", "<U1", "\xe4\0\0\0a\0\0\0", 2, "0");
    expect("=ä", ">U1", "\0\0\0\xe4\0\0\0a", 2, "0");
    expect("=0x01ff", "V2", "\x01\xff\x00\x00", 2, "0");
}

static void expect_refused(const char *text, const char *type, int code, const char *words)
{
    struct dtype dtype = make_type(type);
    struct match match;
    struct error error = {0};
    assert_int_equal(try(text, &dtype, CONVERT_BEST, &match, &error), -code);
    if (!strstr(error.text, words))
        fail_msg("%s: '%s' does not say '%s'", text, error.text, words);
}

static void what_makes_no_sense_is_refused(void **state)
{
    (void)state;
    expect_refused("=abc", "f4", EINVAL, "=abc: expected a number, as >3");
    expect_refused(">3x", "i4", EINVAL, ">3x: expected a number, as >3");
    expect_refused("=nan", "f8", EINVAL, "the condition nan, without a sign, finds it");
    expect_refused("=1+2j", "f8", EINVAL, "expected a number");
    expect_refused(">1+2j", "c8", EINVAL, "expected a real number");
    expect_refused("=1+nanj", "c8", EINVAL, "expected a number, as =3 or =1+2j");
    expect_refused("=2026-13-01", "M8[D]", EINVAL, "expected a date or time");
    expect_refused("=tomorrow", "M8[D]", EINVAL, "expected a date or time");
    expect_refused("=x", "m8[D]", EINVAL, "expected a count");
    expect_refused(">3", "S3", EINVAL, "expected = or != and a text");
    expect_refused("=maybe", "bool", EINVAL, "expected True, False or a number");
    expect_refused("=a", "S65537", ENOTSUP, "elements of 65537 bytes are too large");
    struct dtype f8 = make_type("f8"), both;
    struct dtype_field field = {.name = "x", .dtype = f8};
    assert_int_equal(dtype_make_struct(&field, 1, &both, NULL), 0);
    struct match match;
    struct error error = {0};
    assert_int_equal(try("nan", &both, CONVERT_BEST, &match, &error), -ENOTSUP);
    assert_non_null(strstr(error.text, "structs"));
    dtype_clear(&both);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_compare_as_they_are),
        cmocka_unit_test(nan_and_inf_are_found_in_every_type),
        cmocka_unit_test(one_is_found_wherever_it_stands),
        cmocka_unit_test(integers_are_compared_exactly),
        cmocka_unit_test(floats_are_compared_in_their_type),
        cmocka_unit_test(bools_are_zero_and_one),
        cmocka_unit_test(complex_numbers_by_part_number_and_magnitude),
        cmocka_unit_test(either_part_of_many_is_told_once),
        cmocka_unit_test(dates_are_compared_exactly),
        cmocka_unit_test(texts_are_compared_as_printed),
        cmocka_unit_test(what_makes_no_sense_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
