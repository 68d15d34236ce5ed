#include "tests/support/test.h"

#include "tui/command/progress_bar.h"

static const char *bar(uint64_t done, uint64_t total, int64_t elapsed, unsigned width)
{
    static char text[512];
    progress_bar_text(done, total, elapsed, width, true, text, sizeof text);
    return text;
}

static void it_says_share_bytes_rate_and_time_left(void **state)
{
    (void)state;
    assert_string_equal(bar(1ull << 30, 4ull << 30, 1000, 60),
                        "[#####----------------]   25%  1.0G of 4.0G  1.0G/s  3s left");
    assert_string_equal(bar(0, 4ull << 30, 5, 40), "[---------------------]    0%  0 of 4.0G");
    assert_string_equal(bar(4ull << 30, 4ull << 30, 2000, 30), "100%  4.0G of 4.0G  2.0G/s  0s");
}

static void an_unknown_total_shows_what_is_done(void **state)
{
    (void)state;
    assert_string_equal(bar(3ull << 20, 0, 1000, 60), "3.0M  3.0M/s");
}

static void it_never_is_wider_than_the_terminal(void **state)
{
    (void)state;
    for (unsigned width = 0; width < 200; width++) {
        const char *text = bar(123456789, 987654321, 12345, width);
        assert_true(strlen(text) <= width);
    }
}

static void absurd_numbers_are_safe(void **state)
{
    (void)state;
    static const uint64_t numbers[] = {0, 1, 1023, 1ull << 40, UINT64_MAX};
    for (unsigned i = 0; i < 5; i++)
        for (unsigned k = 0; k < 5; k++)
            for (unsigned e = 0; e < 5; e++)
                assert_true(strlen(bar(numbers[i], numbers[k], (int64_t)(numbers[e] >> 1), 79)) <= 79);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_says_share_bytes_rate_and_time_left),
        cmocka_unit_test(an_unknown_total_shows_what_is_done),
        cmocka_unit_test(it_never_is_wider_than_the_terminal),
        cmocka_unit_test(absurd_numbers_are_safe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
