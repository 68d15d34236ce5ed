/* What the terminal gets for its clipboard. */
#include "tests/support/test.h"

#include "tui/term/clipboard.h"

static void expect(const char *text, bool tmux, const char *sequence)
{
    char *made = clipboard_sequence(text, strlen(text), tmux);
    assert_string_equal(made, sequence);
    free(made);
}

static void it_is_base64_in_osc_52(void **state)
{
    (void)state;
    expect("", false, "\033]52;c;\a");
    expect("f", false, "\033]52;c;Zg==\a");
    expect("fo", false, "\033]52;c;Zm8=\a");
    expect("foo", false, "\033]52;c;Zm9v\a");
    expect("a.shm\nb.shm", false, "\033]52;c;YS5zaG0KYi5zaG0=\a");
    expect("\xff\xfe\xfd", false, "\033]52;c;//79\a");
}

static void within_tmux_it_is_wrapped_too(void **state)
{
    (void)state;
    expect("foo", true, "\033]52;c;Zm9v\a\033Ptmux;\033\033]52;c;Zm9v\a\033\\");
}

static void what_is_too_long_is_refused(void **state)
{
    (void)state;
    char *text = malloc(CLIPBOARD_MAX + 1);
    memset(text, 'x', CLIPBOARD_MAX + 1);
    char *made = clipboard_sequence(text, CLIPBOARD_MAX, false);
    assert_true(strlen(made) < 100000 + 8);
    assert_null(clipboard_sequence(text, CLIPBOARD_MAX + 1, false));
    free(made);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_base64_in_osc_52),
        cmocka_unit_test(within_tmux_it_is_wrapped_too),
        cmocka_unit_test(what_is_too_long_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
