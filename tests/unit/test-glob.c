#include "tests/support/test.h"

#include "core/sys/glob.h"

static void characters_stars_and_sets(void **state)
{
    (void)state;
    const struct {
        const char *pattern, *text;
        bool fits;
    } cases[] = {
        {"", "", true},
        {"", "a", false},
        {"*", "", true},
        {"*", "dir/x.shm", true},
        {"**", "abc", true},
        {"*.shm", "prices.shm", true},
        {"*.shm", "prices.shm.tmp", false},
        {"p*s.s*m", "prices.shm", true},
        {"*a*b*c", "xaxxbxbc", true},
        {"*a*b*c", "xaxxcxb", false},
        {"a?c", "abc", true},
        {"a?c", "ac", false},
        {"a?c",
         "a\xc3\xa9"
         "c",
         true}, /* one character */
        {"??", "\xe4\xbd\xa0\xe5\xa5\xbd", true},
        {"*?", "\xc3\xa9", true},
        {"A*", "abc", false},
        {"a\\*", "a\\x0a", true}, /* a backslash is itself */
        {"a[*]", "a*", true},
        {"a[*]", "ab", false},
        {"[[]x]", "[x]", true},
        {"[]x]", "]", true},
        {"[]x]", "x", true},
        {"[!]x]", "]", false},
        {"[!a-c]", "d", true},
        {"[^a-c]", "b", false},
        {"[a-c]", "b", true},
        {"[c-a]", "b", false},
        {"[a-]", "-", true},
        {"[-a]", "-", true},
        {"[\xc3\xa0-\xc3\xa9]", "\xc3\xa8", true},
        {"[!a]", "", false},
        {"psm_[0-9a-f]*", "psm_8d2f", true},
        {"[x]", "\xff", false},
        {"[!x]", "\xff", true},
        {"?", "\xff", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (glob_matches(cases[i].pattern, cases[i].text) != cases[i].fits)
            fail_msg("'%s' and '%s'", cases[i].pattern, cases[i].text);
}

static void a_set_without_end_is_told(void **state)
{
    (void)state;
    size_t at = 99;
    assert_true(glob_is_valid("", &at));
    assert_true(glob_is_valid("[a][!]]", &at));
    assert_true(glob_is_valid("a]b", &at));
    assert_false(glob_is_valid("[a]x[b", &at));
    assert_int_equal(at, 4);
    assert_false(glob_is_valid("[]", &at));
    assert_false(glob_is_valid("[!", &at));
    assert_false(glob_is_valid("[!]", &at));
    assert_false(glob_is_valid("[", &at));
    assert_int_equal(at, 0);
    assert_true(glob_is_pattern("a*") && glob_is_pattern("?") && glob_is_pattern("[a]"));
    assert_false(glob_is_pattern("a\\b]"));
}

/* Going back to every star would take longer than anybody waits. */
static void many_stars_take_no_time(void **state)
{
    (void)state;
    char pattern[200], text[2001];
    for (size_t i = 0; i < sizeof pattern - 2; i += 2)
        memcpy(pattern + i, "*a", 2);
    memcpy(pattern + sizeof pattern - 3, "b", 2);
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    for (int i = 0; i < 100; i++)
        assert_false(glob_matches(pattern, text));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(characters_stars_and_sets),
        cmocka_unit_test(a_set_without_end_is_told),
        cmocka_unit_test(many_stars_take_no_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
