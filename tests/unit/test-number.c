#include "tests/support/test.h"

#include <locale.h>
#include <math.h>

#include "core/matrix/half.h"
#include "core/matrix/number.h"

static const char *show(const char *type, const void *element, enum number_style style)
{
    static char buf[300];
    struct dtype dtype;
    assert_int_equal(dtype_parse(type, &dtype, NULL), 0);
    /* At an odd address: elements may lie anywhere. */
    char odd[65] = {0};
    memcpy(odd + 1, element, dtype.itemsize);
    number_text(&dtype, odd + 1, style, buf, sizeof buf);
    return buf;
}

static void integers_are_exact(void **state)
{
    (void)state;
    assert_string_equal(show("i1", &(int8_t){-128}, NUMBER_FULL), "-128");
    assert_string_equal(show("u1", &(uint8_t){255}, NUMBER_SHORT), "255");
    assert_string_equal(show("i2", &(int16_t){-32768}, NUMBER_FULL), "-32768");
    assert_string_equal(show("i4", &(int32_t){INT32_MIN}, NUMBER_FULL), "-2147483648");
    assert_string_equal(show("i8", &(int64_t){INT64_MIN}, NUMBER_SHORT), "-9223372036854775808");
    assert_string_equal(show("u8", &(uint64_t){UINT64_MAX}, NUMBER_SCIENTIFIC), "18446744073709551615");
    assert_string_equal(show("?", &(uint8_t){2}, NUMBER_FULL), "True");
    assert_string_equal(show("?", &(uint8_t){0}, NUMBER_FULL), "False");
}

static void floats_read_as_numpy_prints_them(void **state)
{
    (void)state;
    const struct {
        double value;
        const char *full, *brief, *scientific;
    } rows[] = {
        {0.0, "0.0", "0", "0.00000e+00"},
        {-0.0, "-0.0", "-0", "-0.00000e+00"},
        {1, "1.0", "1", "1.00000e+00"},
        {-2.5, "-2.5", "-2.5", "-2.50000e+00"},
        {0.1, "0.1", "0.1", "1.00000e-01"},
        {1.4142135623730951, "1.4142135623730951", "1.4142", "1.41421e+00"},
        {123456789, "123456789.0", "1.2346e+08", "1.23457e+08"},
        {99999.5, "99999.5", "1e+05", "9.99995e+04"},
        {1e5, "100000.0", "1e+05", "1.00000e+05"},
        {1e15, "1000000000000000.0", "1e+15", "1.00000e+15"},
        {1e16, "1e+16", "1e+16", "1.00000e+16"},
        {1e-4, "0.0001", "0.0001", "1.00000e-04"},
        {1.25e-5, "1.25e-05", "1.25e-05", "1.25000e-05"},
        {5e-324, "5e-324", "5e-324", "5.00000e-324"},
        {1.7976931348623157e308, "1.7976931348623157e+308", "1.7977e+308", "1.79769e+308"},
        {2.00005, "2.00005", "2", "2.00005e+00"}, /* a little below the middle */
        {1.00015, "1.00015", "1.0002", "1.00015e+00"},
        {100.005, "100.005", "100", "1.00005e+02"},
        {NAN, "nan", "nan", "nan"},
        {INFINITY, "inf", "inf", "inf"},
        {-INFINITY, "-inf", "-inf", "-inf"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_string_equal(show("f8", &rows[i].value, NUMBER_FULL), rows[i].full);
        assert_string_equal(show("f8", &rows[i].value, NUMBER_SCIENTIFIC), rows[i].scientific);
        assert_string_equal(show("f8", &rows[i].value, NUMBER_SHORT), rows[i].brief);
    }
    assert_string_equal(show("f4", &(float){0.1f}, NUMBER_FULL), "0.1");
    assert_string_equal(show("f4", &(float){16777216.0f}, NUMBER_FULL), "16777216.0");
    assert_string_equal(show("f2", &(uint16_t){0x2e66}, NUMBER_FULL), "0.1");
    assert_string_equal(show("f2", &(uint16_t){0x7bff}, NUMBER_FULL), "65500.0");
}

static void full_reads_back_to_the_same_bits(void **state)
{
    (void)state;
    for (unsigned half = 0; half < 65536; half++) {
        double value = half_to_double((uint16_t)half);
        if (!isnan(value))
            assert_int_equal(
                half_from_double(strtod(show("f2", &(uint16_t){(uint16_t)half}, NUMBER_FULL), NULL)), half);
    }
    uint64_t random = 1;
    for (int i = 0; i < 200000; i++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        uint64_t bits = random ^ random >> 29;
        double value, back;
        memcpy(&value, &bits, sizeof value);
        if (isfinite(value)) {
            back = strtod(show("f8", &value, NUMBER_FULL), NULL);
            assert_memory_equal(&back, &value, sizeof value);
        }
        float single, single_back;
        memcpy(&single, &bits, sizeof single);
        if (isfinite(single)) {
            single_back = strtof(show("f4", &single, NUMBER_FULL), NULL);
            assert_memory_equal(&single_back, &single, sizeof single);
        }
    }
}

static void a_locale_with_commas_changes_nothing(void **state)
{
    (void)state;
    /* Where none is installed the test says little, but it still holds. */
    static const char *const locales[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE.utf8"};
    for (int i = 0; i < 3 && !setlocale(LC_NUMERIC, locales[i]); i++)
        continue;
    assert_string_equal(show("f8", &(double){1234.5}, NUMBER_FULL), "1234.5");
    assert_string_equal(show("f8", &(double){1.00015}, NUMBER_SHORT), "1.0002");
    assert_string_equal(show("f8", &(double){2.000005}, NUMBER_SCIENTIFIC), "2.00000e+00");
    setlocale(LC_NUMERIC, "C");
}

static void complex_numbers_are_pythons(void **state)
{
    (void)state;
    const struct {
        double part[2];
        const char *text;
    } rows[] = {
        {{1, 2}, "1+2j"},
        {{1, -2.5}, "1-2.5j"},
        {{0, 2}, "2j"},
        {{-0.0, 2}, "-0+2j"},
        {{1, -0.0}, "1-0j"},
        {{NAN, INFINITY}, "nan+infj"},
        {{1, -INFINITY}, "1-infj"},
        {{0, 0}, "0j"},
        {{1, NAN}, "1+nanj"},
        {{1, -NAN}, "1+nanj"},
        {{1e20, 1e-7}, "1e+20+1e-07j"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_string_equal(show("c16", rows[i].part, NUMBER_FULL), rows[i].text);
    assert_string_equal(show("c8", (float[]){0.1f, 3.14159265f}, NUMBER_SHORT), "0.1+3.1416j");
}

static void the_bits_are_shown_most_significant_digit_first(void **state)
{
    (void)state;
    assert_string_equal(show("f8", &(double){1.4142135623730951}, NUMBER_HEX), "0x3ff6a09e667f3bcd");
    assert_string_equal(show("f2", &(uint16_t){0x2e66}, NUMBER_HEX), "0x2e66");
    assert_string_equal(show("i1", &(int8_t){-1}, NUMBER_HEX), "0xff");
    assert_string_equal(show("c8", (float[]){1, -2}, NUMBER_HEX), "0x3f800000c0000000");
    assert_string_equal(show("S3", "ab\0", NUMBER_HEX), "0x616200");
    assert_string_equal(show("V2", "\x01\xff", NUMBER_FULL), "0x01ff");
}

static void texts_are_escaped_and_cut_at_a_character(void **state)
{
    (void)state;
    assert_string_equal(show("S8", "a\x1b[2J\\\xff\0", NUMBER_FULL), "a\\x1b[2J\\\\\\xff");
    assert_string_equal(show("U4", (uint32_t[]){'a', 0x6574, 0x202e, 0}, NUMBER_FULL), "a整\\u202e");
    assert_string_equal(show("U3", (uint32_t[]){0x110000, 0xd800, 0}, NUMBER_FULL), "\\U00110000\\ud800");
    struct dtype dtype;
    char buf[6];
    assert_int_equal(dtype_parse("U3", &dtype, NULL), 0);
    assert_int_equal(number_text(&dtype, (uint32_t[]){0x6574, 0x6574, 0}, NUMBER_FULL, buf, sizeof buf), 6);
    assert_string_equal(buf, "整");
}

static void dates_are_iso_8601(void **state)
{
    (void)state;
    const struct {
        const char *type;
        int64_t value;
        const char *text;
    } rows[] = {
        {"M8[ns]", 1795726800000000001, "2026-11-26T21:00:00.000000001"},
        {"M8[s]", -1, "1969-12-31T23:59:59"},
        {"M8[D]", 19782, "2024-02-29"},
        {"M8[D]", 11016, "2000-02-29"},
        {"M8[M]", -1, "1969-12"},
        {"M8[Y]", 56, "2026"},
        {"M8[W]", 1, "1970-01-08"},
        {"M8[h]", 25, "1970-01-02T01"},
        {"M8[m]", 61, "1970-01-01T01:01"},
        {"M8[25s]", 2, "1970-01-01T00:00:50"},
        {"M8[as]", -1, "1969-12-31T23:59:59.999999999999999999"},
        {"M8[Y]", INT64_MAX, "9223372036854777777"},
        {"M8[2147483647W]", INT64_MAX, NULL},
        {"M8[2147483647W]", -INT64_MAX, NULL},
        {"M8", 7, "7"},
        {"M8[ns]", INT64_MIN, "NaT"},
        {"m8[s]", 3600, "3600"},
        {"m8[s]", INT64_MIN, "NaT"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *text = show(rows[i].type, &rows[i].value, NUMBER_FULL);
        if (rows[i].text)
            assert_string_equal(text, rows[i].text);
        else
            assert_true(strlen(text) > 20);
    }
}

static void a_struct_shows_its_fields_in_their_own_byte_order(void **state)
{
    (void)state;
    struct dtype i4, f8, u2, text, dtype;
    assert_int_equal(dtype_parse(">i4", &i4, NULL), 0);
    assert_int_equal(dtype_parse("<f8", &f8, NULL), 0);
    assert_int_equal(dtype_parse(">u2", &u2, NULL), 0);
    assert_int_equal(dtype_parse(">U2", &text, NULL), 0);
    struct dtype padding;
    assert_int_equal(dtype_parse("V3", &padding, NULL), 0);
    const struct dtype_field fields[] = {{.name = "a", .dtype = i4},
                                         {.name = "", .dtype = padding},
                                         {.name = "b", .dtype = f8},
                                         {.name = "c", .dtype = u2, .rank = 2, .dims = (uint64_t[]){2, 1}},
                                         {.name = "d", .dtype = text}};
    assert_int_equal(dtype_make_struct(fields, 5, &dtype, NULL), 0);
    uint8_t element[] = {0xff, 0xff, 0xff, 0xfe, 9, 9, 9, 0, 0,   0, 0, 0, 0, 0xf8,
                         0x3f, 1,    0,    0,    5, 0, 0, 0, 'x', 0, 0, 0, 0};
    char buf[100];
    number_text(&dtype, element, NUMBER_FULL, buf, sizeof buf);
    assert_string_equal(buf, "(-2, 1.5, [[256], [5]], 'x')");
    dtype_clear(&dtype);
    assert_int_equal(dtype_make_struct(fields, 1, &dtype, NULL), 0);
    number_text(&dtype, element, NUMBER_FULL, buf, sizeof buf);
    assert_string_equal(buf, "(-2,)");
    dtype_clear(&dtype);
}

static void numbers_are_doubles_for_who_compares_them(void **state)
{
    (void)state;
    struct dtype dtype;
    assert_int_equal(dtype_parse("f2", &dtype, NULL), 0);
    assert_true(number_double(&dtype, &(uint16_t){0x3c00}) == 1.0);
    assert_true(number_is_nan(&dtype, &(uint16_t){0x7e00}));
    assert_true(number_is_inf(&dtype, &(uint16_t){0xfc00}));
    assert_int_equal(dtype_parse("i8", &dtype, NULL), 0);
    assert_true(number_double(&dtype, &(int64_t){-3}) == -3.0);
    assert_false(number_is_nan(&dtype, &(int64_t){INT64_MIN}));
    assert_int_equal(dtype_parse("?", &dtype, NULL), 0);
    assert_true(number_double(&dtype, &(uint8_t){255}) == 1.0);
    assert_int_equal(dtype_parse("c16", &dtype, NULL), 0);
    assert_true(isnan(number_double(&dtype, (double[]){1, 0})));
    assert_true(number_is_nan(&dtype, (double[]){1, NAN}));
    assert_true(number_is_inf(&dtype, (double[]){1, -INFINITY}));
    assert_int_equal(dtype_parse("m8[s]", &dtype, NULL), 0);
    assert_true(number_is_nan(&dtype, &(int64_t){INT64_MIN}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_are_exact),
        cmocka_unit_test(floats_read_as_numpy_prints_them),
        cmocka_unit_test(full_reads_back_to_the_same_bits),
        cmocka_unit_test(a_locale_with_commas_changes_nothing),
        cmocka_unit_test(complex_numbers_are_pythons),
        cmocka_unit_test(the_bits_are_shown_most_significant_digit_first),
        cmocka_unit_test(texts_are_escaped_and_cut_at_a_character),
        cmocka_unit_test(dates_are_iso_8601),
        cmocka_unit_test(a_struct_shows_its_fields_in_their_own_byte_order),
        cmocka_unit_test(numbers_are_doubles_for_who_compares_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
