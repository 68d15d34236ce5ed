#include "tests/support/test.h"

#include <errno.h>

#include "core/segment/name.h"

static void escapes(const char *raw, size_t length, bool ascii_only, const char *expected)
{
    char text[NAME_PRINTABLE_MAX];
    assert_int_equal(name_escape(raw, length, ascii_only, text, sizeof text), strlen(expected));
    assert_string_equal(text, expected);
    char back[NAME_PATH_MAX];
    if (strchr(expected, '\\') && !memchr(raw, '\0', length)) {
        assert_true(name_unescape(text, back, sizeof back));
        assert_int_equal(strlen(back), length);
        assert_memory_equal(back, raw, length);
    }
}
#define ESCAPES(raw, expected) escapes(raw, sizeof(raw) - 1, false, expected)

static void plain_names_stay_as_they_are(void **state)
{
    (void)state;
    ESCAPES("prices.shm", "prices.shm");
    ESCAPES("", "");
    ESCAPES("a b\"'$", "a b\"'$");
    ESCAPES("gr\xc3\xb6\xc3\x9f"
            "e-\xe4\xbb\xb7\xe6\xa0\xbc-\xf0\x9f\x98\x80",
            "gr\xc3\xb6\xc3\x9f"
            "e-\xe4\xbb\xb7\xe6\xa0\xbc-\xf0\x9f\x98\x80");
}

static void controls_and_invalid_bytes_become_x(void **state)
{
    (void)state;
    ESCAPES("\033[2J\n\t\x7f", "\\x1b[2J\\x0a\\x09\\x7f");
    ESCAPES("a\0b", "a\\x00b");
    ESCAPES("\xff\xfe", "\\xff\\xfe");
    ESCAPES("\xc3", "\\xc3");
    ESCAPES("\xe2\x82"
            "A",
            "\\xe2\\x82A");
    ESCAPES("\xc0\xaf", "\\xc0\\xaf");                   /* overlong / */
    ESCAPES("\xe0\x80\xaf", "\\xe0\\x80\\xaf");          /* overlong, three bytes */
    ESCAPES("\xf0\x80\x80\xaf", "\\xf0\\x80\\x80\\xaf"); /* overlong, four */
    ESCAPES("\xed\xa0\x80", "\\xed\\xa0\\x80");          /* surrogate */
    ESCAPES("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"); /* 110000 */
    ESCAPES("\xf8\x88\x80\x80\x80", "\\xf8\\x88\\x80\\x80\\x80");
    ESCAPES("\x80", "\\x80");
}

static void formats_and_bidi_become_u(void **state)
{
    (void)state;
    ESCAPES("\xc2\x85\xc2\x9b", "\\u0085\\u009b"); /* C1: NEL, CSI */
    ESCAPES("\xe2\x80\xae"
            "cod.exe",
            "\\u202ecod.exe");
    ESCAPES("\xe2\x81\xa6\xe2\x80\x8f\xef\xbb\xbf", "\\u2066\\u200f\\ufeff");
    ESCAPES("\xe2\x80\xa8\xe2\x80\xa9", "\\u2028\\u2029"); /* line and paragraph separator */
    ESCAPES("\xc2\xad", "\\u00ad");
    ESCAPES("\xf3\xa0\x80\x81", "\\U000e0001"); /* language tag */
    ESCAPES("\xf0\x93\x90\xbf", "\\U0001343f"); /* new in Unicode 15 */
}

static void a_backslash_is_doubled(void **state)
{
    (void)state;
    ESCAPES("a\\x0a", "a\\\\x0a");
}

static void ascii_escapes_every_other_character(void **state)
{
    (void)state;
    escapes("gr\xc3\xb6\xf0\x9f\x98\x80", 8, true, "gr\\u00f6\\U0001f600");
}

static void a_cut_falls_between_characters(void **state)
{
    (void)state;
    const char raw[] = "a\n\xe2\x82\xac\\b";
    const char *expected = "a\\x0a\xe2\x82\xac\\\\b";
    const size_t ends[] = {0, 1, 5, 8, 10, 11};
    for (size_t size = 0; size <= 12; size++) {
        char text[16];
        memset(text, '#', sizeof text);
        assert_int_equal(name_escape(raw, sizeof raw - 1, false, text, size), 11);
        assert_int_equal(text[size], '#');
        size_t end = 0;
        for (size_t i = 0; i < 6 && ends[i] < size; i++)
            end = ends[i];
        if (size > 0)
            assert_int_equal(strlen(text), end);
        assert_memory_equal(text, expected, size > 0 ? end : 0);
    }
}

static void only_well_formed_escapes_are_taken_back(void **state)
{
    (void)state;
    char buf[NAME_PATH_MAX];
    assert_false(name_unescape("plain", buf, sizeof buf));
    static const char *const bad[] = {"\\",          "\\x", "\\x1",    "\\xg0",   "\\u12",     "\\ud800",
                                      "\\U00110000", "\\n", "a\\x00b", "\\u0000", "\\U0000000"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(name_unescape(bad[i], buf, sizeof buf));
    assert_true(name_unescape("\\u20ac\\xE2", buf, sizeof buf));
    assert_string_equal(buf, "\xe2\x82\xac\xe2");
    assert_false(name_unescape("\\u20ac\\xe2", buf, 4));
    assert_true(name_unescape("\\u20ac\\xe2", buf, 5));
}

static void a_name_is_file_or_dir_and_file(void **state)
{
    (void)state;
    char longest[257];
    memset(longest, 'x', 255);
    longest[255] = '\0';
    struct error error = {0};
    static const char *const good[] = {"a", ".hidden", "...", "d/f", "#12", "-", " "};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_int_equal(name_check(good[i], &error), 0);
    assert_int_equal(name_check(longest, &error), 0);
    strcpy(longest + 255, "x");
    static const char *const bad[] = {"",     ".",     "..",   "/",    "/dev/shm/a", "a/",
                                      "a//b", "a/b/c", "a/..", "../a", "./a"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        error.text[0] = '\0';
        assert_int_equal(name_check(bad[i], &error), -EINVAL);
        assert_true(strlen(error.text) > 0);
    }
    assert_int_equal(name_check(longest, &error), -EINVAL);
    assert_string_equal(error.text, "a name has at most 255 bytes, this has 256");
}

static void names_of_replacements_under_way_are_known(void **state)
{
    (void)state;
    assert_true(name_is_temporary(".shmtop-12-0"));
    assert_true(name_is_temporary("d/.shmtop-12-345"));
    static const char *const other[] = {".shmtop-",     ".shmtop-12", ".shmtop-12-",    ".shmtop--1",
                                        ".shmtop-12-x", "shmtop-1-2", ".shmtop-test-1", ".shmtop-1-2/f"};
    for (size_t i = 0; i < sizeof other / sizeof other[0]; i++)
        assert_false(name_is_temporary(other[i]));
}

static void a_path_of_the_kernel_s_gives_a_name_in_the_directory(void **state)
{
    (void)state;
    static const struct {
        const char *root, *path, *name, *whole_name;
    } cases[] = {
        {"/dev/shm", "/dev/shm/a", "a", "a"},
        {"/dev/shm", "/dev/shm/d/a b", "d/a b", "d/a b"},
        {"/dev/shm/", "/dev/shm/a", "a", "a"},
        {"/", "/a", "a", "a"},
        {"/dev/shm", "/dev/shm/d/e/a", NULL, NULL},
        {"/dev/shm", "/dev/shm", NULL, "shm"}, /* as a file of another mount might lie */
        {"/dev/shm", "/dev/shm/", NULL, NULL},
        {"/dev/shm", "/dev/shm/..", NULL, NULL},
        {"/dev/shm", "/dev/shm//a", NULL, NULL},
        {"/dev/shm", "/dev/shm2/a", NULL, "a"},
        {"/dev/shm", "/srv/d/a", NULL, "a"},
        {"/dev/shm", "/a (deleted)", NULL, "a (deleted)"},
        {"/dev/shm", "a", NULL, NULL},
        {"/dev/shm", "", NULL, NULL},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (int whole = 0; whole < 2; whole++) {
            char name[NAME_PATH_MAX];
            const char *expected = whole ? cases[i].whole_name : cases[i].name;
            bool found = name_of_path(cases[i].root, whole, cases[i].path, name);
            assert_int_equal(found, expected != NULL);
            if (found)
                assert_string_equal(name, expected);
        }
    }
    char path[1000] = "/dev/shm/", name[NAME_PATH_MAX];
    memset(path + 9, 'x', sizeof path - 10);
    assert_false(name_of_path("/dev/shm", true, path, name));
    path[9 + 255] = '\0';
    assert_true(name_of_path("/dev/shm", true, path, name));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_names_stay_as_they_are),
        cmocka_unit_test(controls_and_invalid_bytes_become_x),
        cmocka_unit_test(formats_and_bidi_become_u),
        cmocka_unit_test(a_backslash_is_doubled),
        cmocka_unit_test(ascii_escapes_every_other_character),
        cmocka_unit_test(a_cut_falls_between_characters),
        cmocka_unit_test(only_well_formed_escapes_are_taken_back),
        cmocka_unit_test(a_name_is_file_or_dir_and_file),
        cmocka_unit_test(names_of_replacements_under_way_are_known),
        cmocka_unit_test(a_path_of_the_kernel_s_gives_a_name_in_the_directory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
