#include "tests/support/test.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>

#include "core/process/users.h"

/* What the tests' users service knows: name services differ from machine to machine. */
#define BIG_GROUP 77
static int asked;

int getpwuid_r(uid_t uid, struct passwd *entry, char *buf, size_t size, struct passwd **ret_entry)
{
    (void)buf;
    (void)size;
    asked++;
    *ret_entry = NULL;
    if (uid == 5)
        return EIO;
    if (uid != 1000 && uid != 1001)
        return 0;
    *entry = (struct passwd){.pw_uid = uid, .pw_name = uid == 1000 ? (char *)"alice" : (char *)"e\x1b[31mve"};
    *ret_entry = entry;
    return 0;
}

int getgrgid_r(gid_t gid, struct group *entry, char *buf, size_t size, struct group **ret_entry)
{
    asked++;
    *ret_entry = NULL;
    if (gid != BIG_GROUP)
        return 0;
    if (size < 100000)
        return ERANGE;
    memcpy(buf + size - 10, "crowd", 6);
    *entry = (struct group){.gr_gid = gid, .gr_name = buf + size - 10};
    *ret_entry = entry;
    return 0;
}

static void a_name_is_asked_for_once(void **state)
{
    (void)state;
    struct users *users = users_new(false);
    asked = 0;
    assert_null(users_name(users, 1000));
    assert_string_equal(users_lookup_name(users, 1000), "alice");
    assert_string_equal(users_lookup_name(users, 1000), "alice");
    assert_string_equal(users_name(users, 1000), "alice");
    assert_int_equal(asked, 1);
    assert_null(users_group(users, 1000));
    users_free(users);
}

static void an_unknown_id_is_its_number_and_not_asked_for_again(void **state)
{
    (void)state;
    struct users *users = users_new(false);
    asked = 0;
    assert_string_equal(users_lookup_name(users, 4294967294u), "4294967294");
    assert_string_equal(users_lookup_group(users, 12), "12");
    assert_string_equal(users_lookup_name(users, 4294967294u), "4294967294");
    assert_string_equal(users_lookup_name(users, 5), "5");
    assert_int_equal(asked, 3);
    users_free(users);
}

static void a_name_that_is_not_printable_is_escaped(void **state)
{
    (void)state;
    struct users *users = users_new(false);
    assert_string_equal(users_lookup_name(users, 1001), "e\\x1b[31mve");
    users_free(users);
}

static void a_group_of_thousands_is_found(void **state)
{
    (void)state;
    struct users *users = users_new(false);
    assert_string_equal(users_lookup_group(users, BIG_GROUP), "crowd");
    users_free(users);
}

static void numeric_asks_nobody(void **state)
{
    (void)state;
    struct users *users = users_new(true);
    asked = 0;
    assert_string_equal(users_lookup_name(users, 1000), "1000");
    assert_string_equal(users_lookup_group(users, 0), "0");
    assert_int_equal(asked, 0);
    users_free(users);
}

static void what_was_learned_elsewhere_is_known(void **state)
{
    (void)state;
    struct users *users = users_new(false);
    uint64_t version = users_version(users);
    char name[USERS_NAME_MAX];
    users_ask_name(1000, name, sizeof name);
    assert_null(users_name(users, 1000));
    users_learn_name(users, 1000, name);
    const char *borrowed = users_name(users, 1000);
    assert_string_equal(borrowed, "alice");
    assert_true(users_version(users) > version);
    version = users_version(users);
    for (uid_t uid = 2000; uid < 3000; uid++)
        users_learn_name(users, uid, "x");
    users_learn_name(users, 1000, "other");
    assert_ptr_equal(users_name(users, 1000), borrowed);
    users_learn_group(users, 7, "staff");
    assert_string_equal(users_group(users, 7), "staff");
    users_free(users);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_is_asked_for_once),
        cmocka_unit_test(an_unknown_id_is_its_number_and_not_asked_for_again),
        cmocka_unit_test(a_name_that_is_not_printable_is_escaped),
        cmocka_unit_test(a_group_of_thousands_is_found),
        cmocka_unit_test(numeric_asks_nobody),
        cmocka_unit_test(what_was_learned_elsewhere_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
