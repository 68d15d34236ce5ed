#include "tests/support/test.h"

#include <locale.h>
#include <math.h>
#include <stdbool.h>

#include "core/matrix/number_read.h"

#define RANDOM_DOUBLES 1000000

static uint64_t random_state = 20261126;

static uint64_t random_bits(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

static uint64_t bits_of(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static double double_of(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* In a block of its own size, so that a sanitizer sees a step beyond what may be read. Returns how many bytes
 * were taken, or -1. */
static long read_text(const char *text, double *ret_value)
{
    size_t length = strlen(text);
    char *block = calloc(1, length + NUMBER_READ_SLACK);
    memcpy(block, text, length);
    const char *end = number_read_double(block, ret_value);
    long taken = end ? end - block : -1;
    free(block);
    return taken;
}

/* All of it is a number, with these bits. */
static void is(const char *text, double expected)
{
    double value = 12345;
    if (read_text(text, &value) != (long)strlen(text))
        fail_msg("'%s' is not taken as one number", text);
    if (bits_of(value) != bits_of(expected) && !(isnan(value) && isnan(expected)))
        fail_msg("'%s' is %a (%.17g), not %a", text, value, value, expected);
}

/* The C library is the judge; the tests run in its C locale. */
static void as_strtod(const char *text)
{
    is(text, strtod(text, NULL));
}

static void takes(const char *text, long taken)
{
    double value;
    long t = read_text(text, &value);
    if (t != taken)
        fail_msg("of '%s' %ld bytes are taken, not %ld", text, t, taken);
}

static void test_forms(void **state)
{
    (void)state;
    static const char *const same[] = {
        "0",
        "-0",
        "+0",
        "0.0",
        "1",
        "-1",
        "+1",
        "1.",
        ".5",
        "-.5",
        "007",
        "1e5",
        "1E5",
        "1e+5",
        "1e-5",
        "1.e2",
        ".1e1",
        "-2.5E-3",
        "0e0",
        "0e400",
        "-0.0e-400",
        "12345678",
        "1e05",
        "123456789",
        "1234567890123456",
        "0.00000000000000000000000000001",
        "00000000000000000000001.5",
        "1e00000000000000000000000000000001",
        "12345678.12345678",
        "1234567.1234567e3",
    };
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++)
        as_strtod(same[i]);
    is("nan", NAN);
    is("NaN", NAN);
    is("-NAN", NAN);
    is("inf", INFINITY);
    is("-Inf", -INFINITY);
    is("+infinity", INFINITY);
    is("-INFINITY", -INFINITY);
}

static void test_what_is_none_or_ends_early(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        long taken;
    } cases[] = {
        {"", -1},        {"-", -1},       {"+", -1},    {".", -1},    {"-.", -1},       {"e5", -1},
        {".e5", -1},     {"abc", -1},     {"++1", -1},  {"+-1", -1},  {"--1", -1},      {" 1", -1},
        {"na", -1},      {"in", -1},      {"0x10", 1},  {"1_000", 1}, {"1.0D+3", 3},    {"1,5", 1},
        {"nan(1)", 3},   {"infinit", 3},  {"1e", 1},    {"1e+", 1},   {"1e-x", 1},      {"1.2.3", 3},
        {"1 ", 1},       {"5%", 1},       {"1e5.5", 3}, {"1f", 1},    {"infinityx", 8}, {"12345678a", 8},
        {"1234567:", 7}, {"123456/8", 6}, {"1\xb2", 1}, {"1\x80", 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        takes(cases[i].text, cases[i].taken);
}

static void test_ties_and_edges(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "9007199254740992",
        "9007199254740993",
        "9007199254740994",
        "9007199254740995",
        "9007199254740993.0",
        "9007199254740992.99999999999999999999999999999999999999",
        "9007199254740993.00000000000000000000000000000000001",
        "9007199254740993e0",
        "900719925474099.3e1",
        "90071992547409930e-1",
        "18014398509481986",
        "18014398509481990",
        "9223372036854775807",
        "9223372036854775808",
        "18446744073709551615",
        "18446744073709551616",
        "9999999999999999999",
        "10000000000000000000",
        "99999999999999999999",
        "99999999999999999999e-20",
        "1.7976931348623157e308",
        "1.7976931348623158e308",
        "1.7976931348623159e308",
        "1.797693134862315807e308",
        "1.797693134862315808e308",
        "1e308",
        "1e309",
        "-1e309",
        "1e400",
        "1e-400",
        "-1e-400",
        "1e99999999999999999999",
        "1e-99999999999999999999",
        "2.2250738585072014e-308",
        "2.2250738585072011e-308",
        "2.2250738585072012e-308",
        "2.225073858507201e-308",
        "5e-324",
        "4.94065645841246544e-324",
        "2.4703282292062327e-324",
        "2.4703282292062328e-324",
        "2.47e-324",
        "2.48e-324",
        "3e-324",
        "7.4109846876186982e-324",
        "1e-323",
        "0.1",
        "0.2",
        "0.3",
        "0.30000000000000004",
        "1e22",
        "1e23",
        "8.5e23",
        "4.35",
        "123456789012345678901234567890",
        "1.00000000000000011102230246251565404236316680908203124",
        "1.00000000000000011102230246251565404236316680908203125",
        "1.00000000000000011102230246251565404236316680908203126",
        "1.00000000000000033306690738754696212708950042724609375",
        "6929495644600919.5",
        "3.5844466002796428e+298",
        "1.7800590868057611e-307",
        "2.8823261240185906e-312",
        "7.2057594037927933e+16",
        "8.988465674311579e+307",
        "0."
        "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000012345"
        "67890123456",
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        as_strtod(cases[i]);
    is("1.7976931348623159e308", INFINITY);
    is("5e-324", 4.9406564584124654e-324);
    is("2.47e-324", 0);
}

/* Half-way between two neighbours, written out in full, and one digit below and above. */
static void test_half_way_in_full(void **state)
{
    (void)state;
    char text[1400];
    for (int i = 0; i < 2000; i++) {
        uint64_t bits = random_bits() & (UINT64_C(0x7fefffffffffffff));
        if (i % 4 == 0)
            bits &= (UINT64_C(1) << 52) - 1; /* subnormal */
        long double middle = ((long double)double_of(bits) + (long double)double_of(bits + 1)) / 2;
        snprintf(text, sizeof text, "%.*Le", 800, middle);
        as_strtod(text);
        char *last = strchr(text, 'e') - 1;
        *last = '1';
        as_strtod(text);
        snprintf(text, sizeof text, "%.*Le", 25, middle);
        as_strtod(text);
    }
}

static void test_hundreds_of_digits(void **state)
{
    (void)state;
    char text[4000];
    for (int i = 0; i < 300; i++) {
        int n = 1 + (int)(random_bits() % 900), point = (int)(random_bits() % 900);
        char *at = text;
        for (int k = 0; k < n; k++) {
            if (k == point)
                *at++ = '.';
            *at++ = (char)('0' + random_bits() % 10);
        }
        snprintf(at, 16, "e%d", (int)(random_bits() % 800) - 400);
        as_strtod(text);
    }
    memset(text, '0', sizeof text);
    strcpy(text + 3000, "1e-5");
    as_strtod(text);
    text[1] = '.';
    strcpy(text + 3000, "1e2999");
    is(text, 1);
    memset(text, '9', 3000);
    strcpy(text + 3000, "e-3000");
    is(text, 1);
}

/* In one of four forms; the last two are not exact. */
static void write_double(char *text, size_t size, double value, int form)
{
    if (form == 0)
        snprintf(text, size, "%.17g", value);
    else if (form == 1)
        snprintf(text, size, "%.18e", value);
    else if (form == 2 || fabs(value) > 1e20)
        snprintf(text, size, "%.16g", value);
    else
        snprintf(text, size, "%.17f", value);
}

static void test_random_doubles_come_back(void **state)
{
    (void)state;
    char text[64];
    for (int i = 0; i < RANDOM_DOUBLES; i++) {
        double value = i % 8 < 4 ? double_of(random_bits()) : (double)(random_bits() >> 11) * 0x1p-53;
        if (!isfinite(value))
            continue;
        write_double(text, sizeof text, value, i % 4);
        double back = 0;
        if (read_text(text, &back) != (long)strlen(text))
            fail_msg("'%s' is not taken as one number", text);
        double expected = i % 4 < 2 ? value : strtod(text, NULL);
        if (bits_of(back) != bits_of(expected))
            fail_msg("'%s' is %a, not %a", text, back, expected);
    }
}

/* Digits at random, short ones and long ones: what the C library says. */
static void test_random_digits(void **state)
{
    (void)state;
    char text[64];
    for (int i = 0; i < 300000; i++) {
        uint64_t digits = random_bits() >> (random_bits() % 64);
        int exponent = (int)(random_bits() % (i % 3 ? 60 : 720)) - (i % 3 ? 40 : 360);
        snprintf(text, sizeof text, "%llu%se%d", (unsigned long long)digits, i % 5 ? "" : "37", exponent);
        double back = 0;
        read_text(text, &back);
        if (bits_of(back) != bits_of(strtod(text, NULL)))
            fail_msg("'%s' is %a, not %a", text, back, strtod(text, NULL));
    }
}

static void test_every_power_of_ten(void **state)
{
    (void)state;
    char text[32];
    for (int e = -400; e <= 400; e++) {
        snprintf(text, sizeof text, "1e%d", e);
        as_strtod(text);
        snprintf(text, sizeof text, "-9.999999999999999999e%d", e);
        as_strtod(text);
    }
}

static void test_integers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        long taken;
        uint64_t magnitude;
        bool negative, overflow;
    } cases[] = {
        {"0", 1, 0, false, false},
        {"-0", 2, 0, true, false},
        {"+17", 3, 17, false, false},
        {"9007199254740993", 16, UINT64_C(9007199254740993), false, false},
        {"-9223372036854775808", 20, UINT64_C(9223372036854775808), true, false},
        {"18446744073709551615", 20, UINT64_MAX, false, false},
        {"18446744073709551616", 20, UINT64_MAX, false, true},
        {"99999999999999999999999", 23, UINT64_MAX, false, true},
        {"0000000000000000000000000042", 28, 42, false, false},
        {"12,", 2, 12, false, false},
        {"1.0", -1, 0, false, false},
        {"1e3", -1, 0, false, false},
        {"1E3", -1, 0, false, false},
        {"-", -1, 0, false, false},
        {"nan", -1, 0, false, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct number_integer integer = {0};
        const char *end = number_read_integer(cases[i].text, &integer);
        assert_int_equal(end ? end - cases[i].text : -1, cases[i].taken);
        if (!end)
            continue;
        assert_int_equal(integer.magnitude, cases[i].magnitude);
        assert_int_equal(integer.negative, cases[i].negative);
        assert_int_equal(integer.overflow, cases[i].overflow);
    }
}

/* Last: it changes the locale of the program. */
static void test_no_locale(void **state)
{
    (void)state;
    static const char *const comma[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "de_DE", "nl_NL.UTF-8"};
    size_t i = 0;
    while (i < sizeof comma / sizeof comma[0] && !setlocale(LC_ALL, comma[i]))
        i++;
    if (i == sizeof comma / sizeof comma[0])
        skip();
    is("2.5", 2.5);
    is("5e-324", 4.9406564584124654e-324); /* by the C library */
    takes("2,5", 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_what_is_none_or_ends_early),
        cmocka_unit_test(test_ties_and_edges),
        cmocka_unit_test(test_half_way_in_full),
        cmocka_unit_test(test_hundreds_of_digits),
        cmocka_unit_test(test_random_doubles_come_back),
        cmocka_unit_test(test_random_digits),
        cmocka_unit_test(test_every_power_of_ten),
        cmocka_unit_test(test_integers),
        cmocka_unit_test(test_no_locale),
    };
    return cmocka_run_group_tests_name("number_read", tests, NULL, NULL);
}
