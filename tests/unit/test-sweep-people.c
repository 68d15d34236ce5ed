/*
 * Whose processes there are, and whether creators live.
 */
#include "tests/support/test.h"

#include <errno.h>
#include <unistd.h>

#include "core/sys/calls.h"
#include "tests/support/procdir.h"

#define SECOND INT64_C(1000000000)

static int setup(void **state)
{
    int rc = tmpdir_setup(state);
    procdir_make(*state);
    return rc;
}

static int teardown(void **state)
{
    sys = sys_kernel;
    return tmpdir_teardown(state);
}

static struct sweep run(const struct tmpdir *dir, const struct sweep_scope *scope)
{
    struct sweep sweep;
    struct error error = {0};
    if (sweep_run(tmpdir_path(dir, "proc"), scope, &sweep, NULL, &error))
        fail_msg("%s", error.text);
    return sweep;
}

/* ns since 1970 at which procdir's processes start. */
static int64_t start(void)
{
    return PROCDIR_BOOTED * SECOND + 250 * SECOND / sysconf(_SC_CLK_TCK);
}

static enum creator ask(const struct tmpdir *dir, pid_t pid, int64_t born)
{
    struct creator_query query = {pid, born};
    struct sweep sweep = run(dir, &(struct sweep_scope){.creators = &query, .creator_count = 1});
    enum creator answer = sweep.creators[0];
    sweep_clear(&sweep);
    return answer;
}

static void a_creator_lives_while_its_number_does(void **state)
{
    const struct tmpdir *dir = *state;
    procdir_process(dir, 42);
    assert_int_equal(ask(dir, 42, 0), CREATOR_ALIVE);
    assert_int_equal(ask(dir, 43, 0), CREATOR_GONE);
    assert_int_equal(ask(dir, 0, 0), CREATOR_UNKNOWN);
    assert_int_equal(ask(dir, -1, 0), CREATOR_UNKNOWN);
    tmpdir_symlink(dir, "proc/self", "42"); /* we may be it */
    assert_int_equal(ask(dir, 42, 0), CREATOR_ALIVE);
}

static void many_creators_are_answered_in_order(void **state)
{
    const struct tmpdir *dir = *state;
    procdir_process(dir, 1);
    procdir_process(dir, 4);
    struct creator_query queries[] = {{4, 0}, {5, 0}, {4, PROCDIR_BOOTED * SECOND}, {0, 0}, {1, INT64_MAX}};
    const enum creator wanted[] = {CREATOR_ALIVE, CREATOR_GONE, CREATOR_GONE, CREATOR_UNKNOWN, CREATOR_ALIVE};
    struct sweep sweep = run(dir, &(struct sweep_scope){.creators = queries, .creator_count = 5});
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(sweep.creators[i], wanted[i]);
    sweep_clear(&sweep);
}

static void a_creator_bears_its_number_in_its_own_namespace(void **state)
{
    const struct tmpdir *dir = *state;
    procdir_process(dir, 4711);
    procdir_write(dir, 4711, "status",
                  "Name:\tNSpid:\\t9\nUid:\t0\t0\t0\t0\nNStgid:\t5\nNSpid:\t4711\t77\t3\nNSpgid:\t6\n");
    assert_int_equal(ask(dir, 4711, 0), CREATOR_ALIVE);
    assert_int_equal(ask(dir, 77, 0), CREATOR_ALIVE);
    assert_int_equal(ask(dir, 3, 0), CREATOR_ALIVE);
    for (pid_t pid = 5; pid < 10; pid++)
        assert_int_equal(ask(dir, pid, 0), CREATOR_GONE);
}

/* Killed, and its parent takes no note. */
static void a_zombie_made_it_but_lives_no_more(void **state)
{
    const struct tmpdir *dir = *state;
    procdir_process(dir, 42);
    procdir_write(dir, 42, "status", "Name:\tx\nState:\tZ (zombie)\nUid:\t0\t0\t0\t0\nThreads:\t1\n");
    assert_int_equal(ask(dir, 42, 0), CREATOR_GONE);
    /* Its first thread alone has ended. */
    procdir_write(dir, 42, "status", "Name:\tx\nState:\tZ (zombie)\nUid:\t0\t0\t0\t0\nThreads:\t2\n");
    assert_int_equal(ask(dir, 42, 0), CREATOR_ALIVE);
    procdir_write(dir, 42, "status", "Name:\tState:\\tZ\nState:\tS (sleeping)\nUid:\t0\t0\t0\t0\n");
    assert_int_equal(ask(dir, 42, 0), CREATOR_ALIVE);
}

static void whose_end_is_a_creators_is_told_where_it_is_one(void **state)
{
    const struct tmpdir *dir = *state;
    procdir_process(dir, 42);
    procdir_process(dir, 50);
    procdir_process(dir, 51);
    procdir_write(dir, 50, "status", "Uid:\t0\t0\t0\t0\nNSpid:\t50\t7\t7\n");
    procdir_write(dir, 51, "status", "Uid:\t0\t0\t0\t0\nNSpid:\t51\t9\n");
    procdir_process(dir, 9);
    struct creator_query queries[] = {{42, 0}, {7, 0}, {9, 0}, {8, 0}, {42, start() - 3 * SECOND}};
    struct sweep sweep = run(dir, &(struct sweep_scope){.creators = queries, .creator_count = 5});
    assert_int_equal(sweep.bearers[0].pid, 42);
    assert_int_equal(sweep.bearers[0].started, 250);
    assert_int_equal(sweep.bearers[1].pid, 50); /* in its own namespace */
    assert_int_equal(sweep.creators[2], CREATOR_ALIVE);
    assert_int_equal(sweep.bearers[2].pid, 0); /* either may be it */
    assert_int_equal(sweep.bearers[3].pid, 0);
    assert_int_equal(sweep.creators[4], CREATOR_GONE);
    assert_int_equal(sweep.bearers[4].pid, 0);
    sweep_clear(&sweep);
}

static void who_is_younger_did_not_make_it(void **state)
{
    const struct tmpdir *dir = *state;
    procdir_process(dir, 42);
    assert_int_equal(ask(dir, 42, start() + SECOND), CREATOR_ALIVE);
    assert_int_equal(ask(dir, 42, start() - 2 * SECOND), CREATOR_ALIVE); /* clocks are that coarse */
    assert_int_equal(ask(dir, 42, start() - 2 * SECOND - 1), CREATOR_GONE);
    procdir_write(dir, 42, "status", "Uid:\t0\t0\t0\t0\nNSpid:\t42\t7\n");
    assert_int_equal(ask(dir, 7, start() - 3 * SECOND), CREATOR_GONE);
}

/* A host without a battery for its clock: what is made before the clock is set seems to be of 1970. */
static void nobody_is_younger_than_what_seems_older_than_the_host(void **state)
{
    const struct tmpdir *dir = *state;
    procdir_process(dir, 42);
    assert_int_equal(ask(dir, 42, (PROCDIR_BOOTED - 2) * SECOND), CREATOR_GONE);
    assert_int_equal(ask(dir, 42, (PROCDIR_BOOTED - 2) * SECOND - 1), CREATOR_ALIVE);
    assert_int_equal(ask(dir, 42, 12 * SECOND), CREATOR_ALIVE);
    assert_int_equal(ask(dir, 43, 12 * SECOND), CREATOR_GONE);
}

static void who_is_of_unknown_age_is_not_younger(void **state)
{
    const struct tmpdir *dir = *state;
    procdir_process(dir, 42);
    procdir_write(dir, 42, "stat", "42 (x");
    assert_int_equal(ask(dir, 42, 1), CREATOR_ALIVE);
    procdir_process(dir, 43);
    procdir_write(dir, 43, "stat", "1 (a) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 18446744073709551615 0\n");
    assert_int_equal(ask(dir, 43, 1), CREATOR_ALIVE);
    procdir_process(dir, 44);
    tmpdir_unlink(dir, "proc/stat");
    assert_int_equal(ask(dir, 44, 1), CREATOR_ALIVE);
}

static const char *denied;
static unsigned statuses;

static int deny_openat(int dirfd, const char *path, int flags, mode_t mode)
{
    statuses += strcmp(path, "status") == 0;
    if (denied && strcmp(path, denied) == 0) {
        errno = EACCES;
        return -1;
    }
    return sys_kernel.openat(dirfd, path, flags, mode);
}

/* As under hidepid=1: the number is there, its directory is shut. */
static void a_creator_that_cannot_be_read_lives(void **state)
{
    const struct tmpdir *dir = *state;
    procdir_process(dir, 42);
    sys.openat = deny_openat;
    denied = "42";
    assert_int_equal(ask(dir, 42, 1), CREATOR_ALIVE);
    denied = "status";
    struct creator_query query = {7, 0};
    struct sweep sweep = run(dir, &(struct sweep_scope){.creators = &query, .creator_count = 1});
    assert_int_equal(sweep.creators[0], CREATOR_GONE); /* as far as is known, which is said */
    assert_int_equal(sweep.unread, 1);
    assert_false(sweep.complete);
    sweep_clear(&sweep);
}

static void status_is_read_only_where_it_is_asked_for(void **state)
{
    const struct tmpdir *dir = *state;
    procdir_process(dir, 42);
    sys.openat = deny_openat;
    denied = NULL;
    statuses = 0;
    struct sweep sweep = run(dir, &(struct sweep_scope){0});
    assert_int_equal(statuses, 0);
    assert_int_equal(sweep.ownerless_count, 0);
    assert_false(sweep_lacks_owner(&sweep, 9));
    sweep_clear(&sweep);
    assert_int_equal(ask(dir, 42, 0), CREATOR_ALIVE);
    assert_int_equal(statuses, 1);
    procdir_process(dir, 43);
    const uid_t owner = 1000;
    sweep = run(dir, &(struct sweep_scope){.owners = &owner, .owner_count = 1});
    assert_int_equal(statuses, 2); /* the first is theirs */
    assert_false(sweep_lacks_owner(&sweep, owner));
    sweep_clear(&sweep);
}

static void owners_are_real_and_effective_users(void **state)
{
    const struct tmpdir *dir = *state;
    procdir_process(dir, 42);
    procdir_process(dir, 43);
    procdir_process(dir, 44);
    procdir_write(dir, 43, "status", "Name:\tUid:\\n8\nUid:\t5\t5\t6\t7\n");
    procdir_write(dir, 44, "status", "Uid:\t4294967295\t0\t6\t7\n");
    tmpdir_symlink(dir, "proc/self", "44");
    const uid_t owners[] = {8, 4294967295, 0, 5, 6, 1000, 8, 1001};
    struct sweep sweep = run(dir, &(struct sweep_scope){.owners = owners, .owner_count = 8});
    assert_int_equal(sweep.ownerless_count, 2);
    for (size_t i = 0; i < 8; i++)
        assert_int_equal(sweep_lacks_owner(&sweep, owners[i]), owners[i] == 6 || owners[i] == 8);
    assert_false(sweep_lacks_owner(&sweep, 7)); /* not asked for */
    assert_int_equal(sweep.processes, 2);
    sweep_clear(&sweep);
}

static void a_status_without_users_is_unread(void **state)
{
    const struct tmpdir *dir = *state;
    procdir_process(dir, 42);
    procdir_write(dir, 42, "status", "Uid:\tx\n");
    const uid_t owner = 1000;
    struct sweep sweep = run(dir, &(struct sweep_scope){.owners = &owner, .owner_count = 1});
    assert_int_equal(sweep.unread, 1);
    sweep_clear(&sweep);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_creator_lives_while_its_number_does),
        TEST(many_creators_are_answered_in_order),
        TEST(a_creator_bears_its_number_in_its_own_namespace),
        TEST(a_zombie_made_it_but_lives_no_more),
        TEST(whose_end_is_a_creators_is_told_where_it_is_one),
        TEST(who_is_younger_did_not_make_it),
        TEST(nobody_is_younger_than_what_seems_older_than_the_host),
        TEST(who_is_of_unknown_age_is_not_younger),
        TEST(a_creator_that_cannot_be_read_lives),
        TEST(status_is_read_only_where_it_is_asked_for),
        TEST(owners_are_real_and_effective_users),
        TEST(a_status_without_users_is_unread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
