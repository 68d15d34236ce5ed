#include "tests/support/test.h"

#include "core/segment/readers.h"

static void test_words(void **state)
{
    (void)state;
    static const struct {
        mode_t mode;
        const char *owner, *words;
    } cases[] = {
        {0666, NULL, "everyone"},
        {0644, "alice", "everyone"},
        {0640, NULL, "you and group staff"},
        {0640, "alice", "user alice and group staff"},
        {0640, "root", "root and group staff"},
        {0600, NULL, "you alone"},
        {0600, "alice", "user alice alone"},
        {0600, "root", "root alone"},
        {0060, NULL, "group staff"},
        {0000, NULL, "root alone"},
        {0222, "alice", "root alone"},
        {0604, NULL, "everyone but group staff"},
        {0044, NULL, "everyone but you"},
        {0004, "alice", "everyone but user alice and group staff"},
        {0100644, NULL, "everyone"},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char buf[64];
        assert_int_equal(readers_text(cases[i].mode, cases[i].owner, "staff", buf, sizeof buf),
                         strlen(cases[i].words));
        assert_string_equal(buf, cases[i].words);
        assert_int_equal(readers_text(cases[i].mode, cases[i].owner, "staff", buf, 4),
                         strlen(cases[i].words));
        assert_true(strlen(buf) < 4);
    }
}

/* Group 7 is the segment's, 8 the directory's. */
static void test_directory(void **state)
{
    (void)state;
    static const struct {
        mode_t mode, directory;
        gid_t directory_group;
        mode_t result;
        gid_t group;
    } cases[] = {
        {0644, 01777, 8, 0644, 7}, /* /dev/shm */
        {0644, 0755, 8, 0644, 7},  {0644, 0750, 7, 0640, 7}, {0644, 0700, 7, 0600, 7},
        {0644, 0750, 8, 0640, 8}, /* who is in the directory's group reads it as any other */
        {0640, 0750, 8, 0600, 8},  {0604, 0770, 8, 0640, 8}, {0644, 0700, 8, 0600, 8},
        {0600, 0700, 7, 0600, 7},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        gid_t group = 7;
        mode_t result = readers_within(cases[i].mode, &group, cases[i].directory, cases[i].directory_group);
        assert_int_equal(result, cases[i].result);
        assert_int_equal(group, cases[i].group);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_directory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
