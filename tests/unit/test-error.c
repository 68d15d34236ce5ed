#include "tests/support/test.h"

#include <errno.h>

#include "core/sys/error.h"

static void a_failure_carries_its_code_and_reason(void **state)
{
    (void)state;
    struct error error = {0};
    assert_int_equal(error_set(&error, EBUSY, "held by %d", 2), -EBUSY);
    assert_int_equal(error.code, EBUSY);
    assert_string_equal(error.text, "held by 2");
    assert_int_equal(error_set(NULL, EIO, "nobody listens"), -EIO);
}

static void the_systems_words_follow_ours(void **state)
{
    (void)state;
    struct error error = {0};
    assert_int_equal(error_set_errno(&error, ENOENT, "cannot open"), -ENOENT);
    assert_string_equal(error.text, "cannot open: No such file or directory");
}

static void a_long_text_is_cut_where_a_character_begins(void **state)
{
    (void)state;
    char text[2000];
    for (size_t shift = 0; shift < 4; shift++) {
        memset(text, 'x', shift);
        text[shift] = '\0';
        while (strlen(text) < 1500)
            strcat(text, "\xe2\x82\xac");
        struct error error = {0};
        error_set(&error, EIO, "%s", text);
        size_t length = strlen(error.text);
        assert_true(length < ERROR_TEXT_MAX && length >= ERROR_TEXT_MAX - 4);
        assert_int_equal((length - shift) % 3, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failure_carries_its_code_and_reason),
        cmocka_unit_test(the_systems_words_follow_ours),
        cmocka_unit_test(a_long_text_is_cut_where_a_character_begins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
