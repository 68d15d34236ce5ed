#include "tests/support/test.h"

#include <errno.h>

#include "core/analysis/condition.h"
#include "core/analysis/operand.h"

static struct condition parse(const char *text)
{
    struct condition condition;
    struct error error = {0};
    if (condition_parse(text, &condition, &error) < 0)
        fail_msg("%s: %s", text, error.text);
    return condition;
}

static void expect(const char *text, enum condition_kind kind, const char *operand)
{
    struct condition condition = parse(text), again;
    char written[CONDITION_TEXT_MAX + 2];
    assert_int_equal(condition.kind, kind);
    assert_string_equal(condition.operand, operand);
    size_t length = condition_text(&condition, written, sizeof written);
    assert_int_equal(length, strlen(written));
    again = parse(written);
    assert_int_equal(again.kind, kind);
    assert_string_equal(again.operand, operand);
}

static void expect_refused(const char *text, const char *words)
{
    struct condition condition = {.kind = CONDITION_INF};
    struct error error = {0};
    assert_int_equal(condition_parse(text, &condition, &error), -EINVAL);
    assert_int_equal(error.code, EINVAL);
    if (!strstr(error.text, words))
        fail_msg("%s: '%s' does not say '%s'", text, error.text, words);
    assert_int_equal(condition.kind, CONDITION_INF);
}

static void what_a_person_types_is_taken(void **state)
{
    (void)state;
    expect("nan", CONDITION_NAN, "");
    expect(" NaN ", CONDITION_NAN, "");
    expect("NaT", CONDITION_NAN, "");
    expect("inf", CONDITION_INF, "");
    expect("Inf", CONDITION_INF, "");
    expect("-inf", CONDITION_EQUAL, "-inf");
    expect("=inf", CONDITION_EQUAL, "inf");
    expect("<inf", CONDITION_LESS, "inf");
    expect(">3", CONDITION_GREATER, "3");
    expect(" > 3 ", CONDITION_GREATER, "3");
    expect(">=1e3", CONDITION_GREATER_EQUAL, "1e3");
    expect("<-.5", CONDITION_LESS, "-.5");
    expect("<=-1e6", CONDITION_LESS_EQUAL, "-1e6");
    expect("=0", CONDITION_EQUAL, "0");
    expect("==0", CONDITION_EQUAL, "0");
    expect("!=0", CONDITION_NOT_EQUAL, "0");
    expect("0.25", CONDITION_EQUAL, "0.25");
    expect("1+2j", CONDITION_EQUAL, "1+2j");
    expect("2026-11-25", CONDITION_EQUAL, "2026-11-25");
    expect("True", CONDITION_EQUAL, "True");
    expect("=two words", CONDITION_EQUAL, "two words");
    expect("=größer", CONDITION_EQUAL, "größer");
    expect("=\"\"", CONDITION_EQUAL, "\"\"");
    expect("\" a \"\"b\"\" \"", CONDITION_EQUAL, "\" a \"\"b\"\" \"");
    expect("=\"=3\"", CONDITION_EQUAL, "\"=3\"");
    expect("!=nan", CONDITION_NOT_EQUAL, "nan");
}

static void what_is_wrong_is_named(void **state)
{
    (void)state;
    expect_refused("", "expected nan, inf, or <");
    expect_refused("  ", "expected nan, inf, or <");
    expect_refused("abc", "abc: expected nan, inf, or <");
    expect_refused("na", "na: expected nan");
    expect_refused(">", ">: expected a value behind the sign, as >3");
    expect_refused("!3", "!3: expected nan");
    expect_refused("=>3", "=>3: expected one of <, <=");
    expect_refused("===3", "expected one of <, <=");
    expect_refused(">abc", ">abc: expected a number or a date behind the sign, as >3");
    expect_refused(">nan", ">nan: expected a number");
    expect_refused("=\"a", "=\"a: expected a closing \"");
    expect_refused("=\"a\"\"", "expected a closing \"");
    expect_refused("=\"", "expected a closing \"");
    expect_refused("=\"a\" b", "nothing may follow the closing \"");
    expect_refused("=\xff", "=\\xff: expected UTF-8");
    expect_refused("\x1b[2J", "\\x1b[2J: expected nan");
}

static void a_long_one_is_refused(void **state)
{
    (void)state;
    char text[2000], value[2000];
    memset(text, '9', sizeof text);
    memset(value, '9', sizeof value);
    text[0] = '=';
    text[255] = '\0';
    expect_refused(text, "a value has at most 253 bytes, this has 254");
    text[254] = value[253] = '\0';
    expect(text, CONDITION_EQUAL, value);
    expect(value, CONDITION_EQUAL, value);
    memcpy(text, "!=", 2);
    memset(text + 2, '9', 300);
    text[255] = '\0';
    expect(text, CONDITION_NOT_EQUAL, value);
    text[255] = '9';
    text[sizeof text - 1] = '\0';
    expect_refused(text, "this has 1997");
    text[0] = 'x';
    expect_refused(text, "…: expected nan");
}

/* --- operands --- */

static void expect_whole(const char *text, __int128 floor, bool is_whole)
{
    struct operand_whole whole;
    if (!operand_read_whole(text, &whole) || whole.floor != floor || whole.is_whole != is_whole)
        fail_msg("%s", text);
}

static void decimals_are_whole_numbers_or_between_two(void **state)
{
    (void)state;
    expect_whole("0", 0, true);
    expect_whole("-0", 0, true);
    expect_whole("0.000", 0, true);
    expect_whole("0e400", 0, true);
    expect_whole("3", 3, true);
    expect_whole("+3.", 3, true);
    expect_whole("3.0", 3, true);
    expect_whole("2.5", 2, false);
    expect_whole("-2.5", -3, false);
    expect_whole("0.001", 0, false);
    expect_whole("-0.001", -1, false);
    expect_whole(".5e1", 5, true);
    expect_whole("1e3", 1000, true);
    expect_whole("1234e-2", 12, false);
    expect_whole("1200e-2", 12, true);
    expect_whole("-1234e-2", -13, false);
    expect_whole("1e-400", 0, false);
    expect_whole("-1e-99999999999", -1, false);
    expect_whole("9007199254740993", 9007199254740993, true);
    expect_whole("18446744073709551615", UINT64_MAX, true);
    expect_whole("18446744073709551615.000000000000000001", UINT64_MAX, false);
    expect_whole("-9223372036854775808.5", (__int128)INT64_MIN - 1, false);
    expect_whole("1e99999999999", OPERAND_WHOLE_MAX, true);
    expect_whole("-1e30", -OPERAND_WHOLE_MAX, true);
    expect_whole("inf", OPERAND_WHOLE_MAX, false);
    expect_whole("-Infinity", -OPERAND_WHOLE_MAX, false);
    static const char *const wrong[] = {"",      "-",   ".",   "e5", "3x",  "0x10",
                                        "1_000", "nan", "3 4", "1e", "1+2j"};
    struct operand_whole whole;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        if (operand_read_whole(wrong[i], &whole))
            fail_msg("%s", wrong[i]);
}

static void expect_float(const char *text, unsigned size, uint64_t bits, bool beyond)
{
    struct operand_float value;
    if (!operand_read_float(text, size, &value) || value.bits != bits || value.beyond != beyond)
        fail_msg("%s in %u bytes: %llx", text, size, (unsigned long long)value.bits);
}

/* Middles of two neighbours, and what lies by them with more digits than a double has. */
static void floats_are_rounded_once(void **state)
{
    (void)state;
    expect_float("0.1", 8, 0x3fb999999999999a, false);
    expect_float("0.1", 4, 0x3dcccccd, false);
    expect_float("0.1", 2, 0x2e66, false);
    expect_float("-0.1", 4, 0xbdcccccd, false);
    expect_float("-0", 4, 0x80000000, false);
    expect_float("1.000000059604644775390625", 4, 0x3f800000, false);
    expect_float("1.0000000596046447753906250000000000000000000000001", 4, 0x3f800001, false);
    expect_float("1.0000000596046447753906249999999999999999999999999", 4, 0x3f800000, false);
    expect_float("1.000000178813934326171875", 4, 0x3f800002, false);
    expect_float("1.0000001788139343261718749999999999999999999", 4, 0x3f800001, false);
    expect_float("-1.0000000596046447753906250000000000000000000000001", 4, 0xbf800001, false);
    expect_float("1.00048828125", 2, 0x3c00, false);
    expect_float("1.000488281250000000000000000001", 2, 0x3c01, false);
    expect_float("65519.99999999999999999999999", 2, 0x7bff, false);
    expect_float("65520", 2, 0x7c00, true);
    expect_float("-65520", 2, 0xfc00, true);
    expect_float("340282356779733661637539395458142568447.9999999", 4, 0x7f7fffff, false);
    expect_float("340282356779733661637539395458142568448", 4, 0x7f800000, true);
    expect_float("1e39", 4, 0x7f800000, true);
    expect_float("1e400", 8, 0x7ff0000000000000, true);
    expect_float("inf", 2, 0x7c00, false);
    expect_float("-inf", 8, 0xfff0000000000000, false);
    /* Half of the least subnormal, and what is by it. */
    expect_float("7."
                 "0064923216240853546186479164495806564013097093825788587853414194489554134293030074331909418"
                 "1060791015625e-46",
                 4, 0, false);
    expect_float("7."
                 "0064923216240853546186479164495806564013097093825788587853414194489554134293030074331909418"
                 "10607910156250001e-46",
                 4, 1, false);
    expect_float("2.98023223876953125e-8", 2, 0, false);
    expect_float("2.980232238769531250000000000000001e-8", 2, 1, false);
    expect_float("8.940696716308593749999999999999999e-8", 2, 1, false);
    expect_float("8.94069671630859375e-8", 2, 2, false);
}

static void expect_date(const char *text, const char *unit, int64_t floor, bool is_whole)
{
    struct operand_whole whole;
    if (!operand_read_date(text, unit, &whole) || whole.floor != floor || whole.is_whole != is_whole)
        fail_msg("%s in %s", text, unit);
}

static void dates_are_counts_of_their_unit(void **state)
{
    (void)state;
    expect_date("1970", "[Y]", 0, true);
    expect_date("1969-12-31", "[Y]", -1, false);
    expect_date("2026-11-25", "[Y]", 56, false);
    expect_date("2026-11", "[M]", 682, true);
    expect_date("2026-11-25", "[3M]", 227, false);
    expect_date("1970-01-01", "[W]", 0, true);
    expect_date("1969-12-31", "[W]", -1, false);
    expect_date("2000-02-29", "[D]", 11016, true);
    expect_date("2026-11-25", "[D]", 20782, true);
    expect_date("2026-11-25T12", "[D]", 20782, false);
    expect_date("1969-12-31T23:59", "[h]", -1, false);
    expect_date("1970-01-01T01:02:03", "[s]", 3723, true);
    expect_date("1970-01-01 01:02:03", "[s]", 3723, true);
    expect_date("1970-01-01T01:02:03", "[25s]", 148, false);
    expect_date("1970-01-01T00:00:00.5", "[ms]", 500, true);
    expect_date("1970-01-01T00:00:00.0000005", "[us]", 0, false);
    expect_date("2026-11-25T21:00:00.000000001", "[ns]", 1795640400000000001, true);
    expect_date("1969-12-31T23:59:59.999999999999999999", "[as]", -1, true);
    expect_date("-001", "[Y]", -1971, true);
    expect_date("0000-03-01", "[D]", -719468, true);
    expect_date("999999999999", "[Y]", 999999998029, true);
    expect_date("12345", "", 12345, true);
    static const char *const wrong[] = {"",
                                        "5",
                                        "2026-13",
                                        "2026-00",
                                        "2026-02-29",
                                        "2026-11-31",
                                        "2026-1-1",
                                        "2026-11-25T24",
                                        "2026-11-25T1",
                                        "2026-11-25T12:60",
                                        "2026-11T12",
                                        "2026x",
                                        "2026-11-25T12:00.5",
                                        "2026-11-25T12:00:00.",
                                        "nan",
                                        "2026-",
                                        "1234567890123",
                                        "2026-11-25T12:00:00Z"};
    struct operand_whole whole;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        if (operand_read_date(wrong[i], "[ns]", &whole))
            fail_msg("%s", wrong[i]);
}

static void expect_parts(const char *text, const char *real, const char *imaginary)
{
    char parts[2][OPERAND_MAX + 1];
    assert_true(operand_split_complex(text, parts[0], parts[1]));
    assert_string_equal(parts[0], real);
    assert_string_equal(parts[1], imaginary);
}

static void complex_numbers_have_two_parts(void **state)
{
    (void)state;
    char parts[2][OPERAND_MAX + 1];
    expect_parts("1+2j", "1", "+2");
    expect_parts("1-2j", "1", "-2");
    expect_parts("-1e-3-2e+5j", "-1e-3", "-2e+5");
    expect_parts("2j", "0", "2");
    expect_parts("-2j", "0", "-2");
    expect_parts("3.5", "3.5", "0");
    expect_parts("nan+infj", "nan", "+inf");
    assert_false(operand_split_complex("", parts[0], parts[1]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_person_types_is_taken),
        cmocka_unit_test(what_is_wrong_is_named),
        cmocka_unit_test(a_long_one_is_refused),
        cmocka_unit_test(decimals_are_whole_numbers_or_between_two),
        cmocka_unit_test(floats_are_rounded_once),
        cmocka_unit_test(dates_are_counts_of_their_unit),
        cmocka_unit_test(complex_numbers_have_two_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
