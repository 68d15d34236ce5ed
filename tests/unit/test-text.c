#include "tests/support/test.h"

#include "core/sys/text.h"

static void a_text_is_cut_between_pieces(void **state)
{
    (void)state;
    char buf[8];
    struct text text;
    text_init(&text, buf, sizeof buf);
    text_add_string(&text, "abc");
    text_add_u64(&text, 123456);
    text_add_char(&text, 'x');
    assert_string_equal(buf, "abc");
    assert_int_equal(text.length, 10);
    text_init(&text, NULL, 0);
    text_add_i64(&text, INT64_MIN);
    assert_int_equal(text.length, 20);
}

static void numbers_are_decimal_and_hexadecimal(void **state)
{
    (void)state;
    char buf[100];
    struct text text;
    text_init(&text, buf, sizeof buf);
    text_add_i64(&text, INT64_MIN);
    text_add_char(&text, ' ');
    text_add_u64(&text, UINT64_MAX);
    text_add_char(&text, ' ');
    text_add_u64(&text, 0);
    text_add_char(&text, ' ');
    text_add_hex(&text, 0xbeef, 6);
    assert_string_equal(buf, "-9223372036854775808 18446744073709551615 0 00beef");
}

static void assert_escaped(const char *raw, size_t length, const char *expected)
{
    char buf[200];
    struct text text;
    text_init(&text, buf, sizeof buf);
    text_add_escaped_bytes(&text, raw, length);
    assert_string_equal(buf, expected);
}

static void hostile_bytes_become_printable(void **state)
{
    (void)state;
    assert_escaped("a\x1b[2J\\\x7f\n", 8, "a\\x1b[2J\\\\\\x7f\\x0a");
    assert_escaped("\xe2\x80\xae"
                   "x",
                   4, "\\u202ex");
    assert_escaped("\xc2\x9b", 2, "\\u009b");
    assert_escaped("\xf3\xa0\x80\x81", 4, "\\U000e0001");
    assert_escaped("\xff\xc0\x80\xed\xa0\x80", 6, "\\xff\\xc0\\x80\\xed\\xa0\\x80");
    assert_escaped("\xe6\x95\xb4\xe6\x95", 5, "整\\xe6\\x95");
    assert_escaped("\0", 1, "\\x00");
}

static void utf8_goes_both_ways(void **state)
{
    (void)state;
    for (uint32_t character = 0; character < 0x110000; character++) {
        if (character >= 0xd800 && character <= 0xdfff)
            continue;
        char bytes[TEXT_UTF8_MAX];
        uint32_t back = UINT32_MAX;
        size_t length = text_encode(character, bytes);
        if (text_decode(bytes, length, &back) != length || back != character)
            fail_msg("U+%04X", character);
        if (length > 1 && text_decode(bytes, length - 1, &back) != 0)
            fail_msg("U+%04X cut short", character);
    }
    uint32_t none;
    assert_int_equal(text_decode("\xf4\x90\x80\x80", 4, &none), 0);
    assert_int_equal(text_decode("\xe0\x80\x80", 3, &none), 0);
}

static void a_number_is_digits_alone(void **state)
{
    (void)state;
    uint64_t number = 7;
    assert_true(text_read_u64("0", 1, 0, &number) && number == 0);
    assert_true(text_read_u64("007x", 3, 9, &number) && number == 7);
    assert_true(text_read_u64("18446744073709551615", 20, UINT64_MAX, &number) && number == UINT64_MAX);
    static const char *const none[] = {
        "", " 1", "1 ", "-1", "+1", "0x1", "1e3", "18446744073709551616", "99999999999999999999999"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        assert_false(text_read_u64(none[i], strlen(none[i]), UINT64_MAX, &number));
    assert_false(text_read_u64("11", 2, 10, &number));
    assert_int_equal(number, UINT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_is_digits_alone),
        cmocka_unit_test(a_text_is_cut_between_pieces),
        cmocka_unit_test(numbers_are_decimal_and_hexadecimal),
        cmocka_unit_test(hostile_bytes_become_printable),
        cmocka_unit_test(utf8_goes_both_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
