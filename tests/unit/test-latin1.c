/*
 * Bytes that stand as text, and what is no such text.
 */
#include "tests/support/test.h"

#include <stdbool.h>

#include "core/source/latin1.h"

static size_t encode(const uint8_t *bytes, size_t n, uint8_t *text)
{
    size_t size = 0;
    for (size_t i = 0; i < n; i++) {
        if (bytes[i] >= 0x80)
            text[size++] = (uint8_t)(0xc0 | bytes[i] >> 6);
        text[size++] = bytes[i] < 0x80 ? bytes[i] : (uint8_t)(0x80 | (bytes[i] & 0x3f));
    }
    return size;
}

static void every_pair_of_bytes(void **state)
{
    uint8_t text[4], back[2];
    size_t taken;
    (void)state;
    for (unsigned pair = 0; pair < 65536; pair++) {
        const uint8_t bytes[2] = {(uint8_t)(pair >> 8), (uint8_t)pair};
        size_t size = encode(bytes, 2, text);
        assert_int_equal(latin1_decode(text, size, back, 2, &taken), 2);
        assert_int_equal(taken, size);
        assert_memory_equal(back, bytes, 2);
    }
}

static void it_stops_where_the_room_or_the_text_ends(void **state)
{
    const uint8_t text[] = "a\xc3\xa9z";
    uint8_t back[4];
    size_t taken;
    (void)state;
    assert_int_equal(latin1_decode(text, 4, back, 0, &taken), 0);
    assert_int_equal(taken, 0);
    assert_int_equal(latin1_decode(text, 4, back, 2, &taken), 2);
    assert_int_equal(taken, 3);
    assert_int_equal(latin1_decode(text, 2, back, 4, &taken), 1);
    assert_int_equal(taken, 1);
    assert_int_equal(latin1_decode(text, 0, back, 4, &taken), 0);
    assert_int_equal(taken, 0);
}

/* Of two bytes those are characters below 256 that are ASCII, or C2 or C3 and one of 80 to BF. */
static void nothing_else_is_taken(void **state)
{
    uint8_t back[2];
    size_t taken;
    (void)state;
    for (unsigned pair = 0; pair < 65536; pair++) {
        const uint8_t text[2] = {(uint8_t)(pair >> 8), (uint8_t)pair};
        bool is_wide = (text[0] == 0xc2 || text[0] == 0xc3) && text[1] >= 0x80 && text[1] < 0xc0;
        size_t want = is_wide ? 1 : text[0] >= 0x80 ? 0 : text[1] >= 0x80 ? 1 : 2;
        assert_int_equal(latin1_decode(text, 2, back, 2, &taken), want);
        assert_int_equal(taken, is_wide ? 2 : want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_pair_of_bytes),
        cmocka_unit_test(it_stops_where_the_room_or_the_text_ends),
        cmocka_unit_test(nothing_else_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
