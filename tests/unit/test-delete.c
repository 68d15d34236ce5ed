#include "tests/support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/transfer/delete.h"
#include "tests/support/child.h"
#include "tests/support/fault.h"
#include "tests/support/tmpdir.h"

struct fixture {
    struct tmpdir tmpdir;
    struct directory *directory;
};

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    tmpdir_make(&fixture->tmpdir);
    assert_int_equal(directory_open(&fixture->directory, fixture->tmpdir.path, false, NULL), 0);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    fault_reset();
    directory_close(fixture->directory);
    tmpdir_remove(&fixture->tmpdir);
    free(fixture);
    return 0;
}

static struct delete_check check(const struct fixture *fixture, const char *const *names, size_t n)
{
    struct delete_check check;
    struct error error = {0};
    if (delete_check(fixture->directory, &(struct host){.proc_root = "/proc"}, names, NULL, n, &check, NULL,
                     &error) < 0)
        fail_msg("%s", error.text);
    return check;
}

static struct delete_check check_one(const struct fixture *fixture, const char *name)
{
    return check(fixture, &name, 1);
}

static void says(const struct error *error, int code, const char *words)
{
    assert_int_equal(error->code, code);
    if (!strstr(error->text, words))
        fail_msg("\"%s\" does not say \"%s\"", error->text, words);
}

static void expect_refusal(const struct fixture *fixture, const struct delete_item *item,
                           struct delete_allow allow, int code, const char *words)
{
    struct error error = {0};
    struct removed removed = {0};
    assert_int_equal(delete_run(fixture->directory, item, allow, &removed, &error), -code);
    says(&error, code, words);
    assert_int_equal(removed.freed, 0);
}

static uint64_t run(const struct fixture *fixture, const struct delete_item *item, struct delete_allow allow)
{
    struct error error = {0};
    struct removed removed;
    if (delete_run(fixture->directory, item, allow, &removed, &error) < 0)
        fail_msg("%s", error.text);
    return removed.freed;
}

static const struct delete_allow nothing, held = {.held = true}, protected = {.is_protected = true};

static struct child hold(const char *path)
{
    return child_hold(path,
                      (struct child_map){.prot = PROT_READ | PROT_WRITE, .flags = MAP_SHARED, .keep = true});
}

static void test_unheld(void **state)
{
    struct fixture *fixture = *state;
    tmpdir_write_text(&fixture->tmpdir, "a.shm", "bytes");
    struct delete_check checked = check_one(fixture, "a.shm");
    const struct delete_item *item = &checked.items[0];
    assert_int_equal(item->problem.code, 0);
    assert_int_equal(item->held, HELD_NO);
    assert_false(delete_item_is_held(item));
    assert_false(item->is_protected);
    assert_int_equal(item->freed_now, 4096);
    assert_int_equal(item->freed_later, 0);
    assert_int_equal(run(fixture, item, nothing), 4096);
    assert_false(tmpdir_exists(&fixture->tmpdir, "a.shm"));
    expect_refusal(fixture, item, nothing, ENOENT, "");
    delete_check_clear(&checked);
}

static void test_held(void **state)
{
    struct fixture *fixture = *state;
    tmpdir_write_text(&fixture->tmpdir, "a.shm", "bytes");
    struct child child = hold(tmpdir_path(&fixture->tmpdir, "a.shm"));
    for (int without_leases = 0; without_leases < 2; without_leases++) {
        if (without_leases)
            fault_play(FAULT_NO_LEASES);
        struct delete_check checked = check_one(fixture, "a.shm");
        const struct delete_item *item = &checked.items[0];
        assert_int_equal(item->held, without_leases ? HELD_UNKNOWN : HELD_YES);
        assert_true(delete_item_is_held(item));
        assert_int_equal(item->holders.count, 1);
        assert_int_equal(item->holders.list[0].pid, child.pid);
        assert_true(item->holders.list[0].writable);
        assert_int_equal(item->freed_now, 0);
        assert_int_equal(item->freed_later, 4096);
        expect_refusal(fixture, item, nothing, EBUSY, "--allow held");
        expect_refusal(fixture, item, protected, EBUSY, "--allow held");
        assert_true(tmpdir_exists(&fixture->tmpdir, "a.shm"));
        if (without_leases)
            assert_int_equal(run(fixture, item, held), 0);
        delete_check_clear(&checked);
    }
    assert_false(tmpdir_exists(&fixture->tmpdir, "a.shm"));
    child_end(&child);
}

/* Opened between the check and the deletion: the lease tells. */
static void test_held_since(void **state)
{
    struct fixture *fixture = *state;
    tmpdir_write_text(&fixture->tmpdir, "a.shm", "bytes");
    struct delete_check checked = check_one(fixture, "a.shm");
    int fd = open(tmpdir_path(&fixture->tmpdir, "a.shm"), O_RDONLY | O_CLOEXEC);
    expect_refusal(fixture, &checked.items[0], nothing, EBUSY, "");
    close(fd);
    run(fixture, &checked.items[0], nothing);
    delete_check_clear(&checked);
}

static void test_protected(void **state)
{
    struct fixture *fixture = *state;
    tmpdir_write_text(&fixture->tmpdir, "PostgreSQL.1234", "bytes");
    struct delete_check checked = check_one(fixture, "PostgreSQL.1234");
    const struct delete_item *item = &checked.items[0];
    assert_true(item->is_protected);
    assert_string_equal(item->protected_by, "PostgreSQL");
    expect_refusal(fixture, item, nothing, EBUSY, "PostgreSQL");
    expect_refusal(fixture, item, held, EBUSY, "--allow protected");
    assert_true(tmpdir_exists(&fixture->tmpdir, "PostgreSQL.1234"));
    run(fixture, item, protected);
    assert_false(tmpdir_exists(&fixture->tmpdir, "PostgreSQL.1234"));
    delete_check_clear(&checked);
}

static void test_problems_are_the_item_s(void **state)
{
    struct fixture *fixture = *state;
    static const char *const names[] = {"none", "a.shm", "..", "b.shm"};
    tmpdir_write_text(&fixture->tmpdir, "a.shm", "bytes");
    tmpdir_write_text(&fixture->tmpdir, "b.shm", "bytes");
    struct delete_check first = check(fixture, names, 4);
    says(&first.items[0].problem, ENOENT, "no such segment");
    assert_int_equal(first.items[1].problem.code, 0);
    assert_int_equal(first.items[2].problem.code, EINVAL);
    expect_refusal(fixture, &first.items[0], nothing, ENOENT, "no such segment");

    struct identity expected[4] = {first.items[0].segment.id, first.items[1].segment.id,
                                   first.items[2].segment.id, first.items[3].segment.id};
    tmpdir_write_text(&fixture->tmpdir, "other", "other bytes");
    assert_return_code(rename(tmpdir_path(&fixture->tmpdir, "other"), tmpdir_path(&fixture->tmpdir, "a.shm")),
                       errno);
    struct delete_check second;
    assert_int_equal(delete_check(fixture->directory, &(struct host){.proc_root = "/proc"}, names, expected,
                                  4, &second, NULL, NULL),
                     0);
    says(&second.items[1].problem, ESTALE, "replaced");
    assert_int_equal(second.items[3].problem.code, 0);
    expect_refusal(fixture, &second.items[1], nothing, ESTALE, "replaced");
    expect_refusal(fixture, &first.items[1], nothing, ESTALE, "");
    run(fixture, &second.items[3], nothing);
    assert_true(tmpdir_exists(&fixture->tmpdir, "a.shm"));
    delete_check_clear(&first);
    delete_check_clear(&second);
}

static void test_other_hard_link(void **state)
{
    struct fixture *fixture = *state;
    tmpdir_write_text(&fixture->tmpdir, "a.shm", "bytes");
    assert_return_code(link(tmpdir_path(&fixture->tmpdir, "a.shm"), tmpdir_path(&fixture->tmpdir, "b.shm")),
                       errno);
    struct delete_check checked = check_one(fixture, "a.shm");
    assert_int_equal(checked.items[0].freed_now, 0);
    assert_int_equal(checked.items[0].freed_later, 4096);
    assert_int_equal(run(fixture, &checked.items[0], nothing), 0);
    delete_check_clear(&checked);
    checked = check_one(fixture, "b.shm");
    assert_int_equal(run(fixture, &checked.items[0], nothing), 4096);
    delete_check_clear(&checked);
}

/* Each byte is counted once, with the last of its names, whatever order they are deleted in. */
static void test_both_hard_links(void **state)
{
    struct fixture *fixture = *state;
    static const char *const names[] = {"b.shm", "dir", "a.shm"};
    struct tmpdir *tmpdir = &fixture->tmpdir;
    tmpdir_mkdir(tmpdir, "dir");
    tmpdir_write_text(tmpdir, "a.shm", "bytes");
    assert_return_code(link(tmpdir_path(tmpdir, "a.shm"), tmpdir_path(tmpdir, "b.shm")), errno);
    assert_return_code(link(tmpdir_path(tmpdir, "a.shm"), tmpdir_path(tmpdir, "dir/c")), errno);
    struct delete_check two = check(fixture, names, 2);
    assert_int_equal(two.items[0].freed_now + two.items[1].freed_now, 0);
    assert_int_equal(two.items[0].freed_later + two.items[1].freed_later, 4096);
    delete_check_clear(&two);
    struct delete_check all = check(fixture, names, 3);
    assert_int_equal(all.items[0].freed_now + all.items[1].freed_now, 0);
    assert_int_equal(all.items[0].freed_later + all.items[1].freed_later + all.items[2].freed_later, 0);
    assert_int_equal(all.items[2].freed_now, 4096);
    assert_true(all.items[0].shared && all.items[1].shared && !all.items[2].shared);
    assert_int_equal(run(fixture, &all.items[2], nothing), 0);
    assert_int_equal(run(fixture, &all.items[0], nothing), 0);
    assert_int_equal(run(fixture, &all.items[1], nothing), 4096);
    delete_check_clear(&all);
}

/* Who deletes at once needs no lease beforehand: the deletion takes one. */
static void test_without_leases(void **state)
{
    struct fixture *fixture = *state;
    const char *name = "a.shm";
    struct delete_check checked;
    struct removed removed;
    struct error error = {0};
    tmpdir_write_text(&fixture->tmpdir, "a.shm", "bytes");
    int fd = open(tmpdir_path(&fixture->tmpdir, "a.shm"), O_RDONLY | O_CLOEXEC);
    assert_int_equal(delete_check_quickly(fixture->directory, &(struct host){.proc_root = "/nonsense"}, &name,
                                          NULL, 1, &checked, NULL, NULL),
                     -ENOENT);
    assert_int_equal(delete_check_quickly(fixture->directory, &(struct host){.proc_root = "/proc"}, &name,
                                          NULL, 1, &checked, NULL, NULL),
                     0);
    assert_int_equal(checked.items[0].held, HELD_UNKNOWN);
    assert_int_equal(delete_run(fixture->directory, &checked.items[0], nothing, &removed, &error), -EBUSY);
    assert_int_equal(removed.held, HELD_YES);
    close(fd);
    assert_int_equal(delete_run(fixture->directory, &checked.items[0], nothing, &removed, &error), 0);
    assert_int_equal(removed.held, HELD_NO);
    assert_int_equal(removed.freed, 4096);
    delete_check_clear(&checked);
}

static uid_t another_user(void)
{
    return sys_kernel.geteuid() + 1;
}

/* Of another's it is asked beforehand: else root, where not all processes can be read, could not delete it.
 */
static void test_without_leases_of_others(void **state)
{
    struct fixture *fixture = *state;
    const char *name = "a.shm";
    struct delete_check checked;
    tmpdir_write_text(&fixture->tmpdir, "a.shm", "bytes");
    sys.geteuid = another_user;
    int r = delete_check_quickly(fixture->directory, &(struct host){.proc_root = "/proc"}, &name, NULL, 1,
                                 &checked, NULL, NULL);
    sys.geteuid = sys_kernel.geteuid;
    assert_int_equal(r, 0);
    assert_int_equal(checked.items[0].held, HELD_NO);
    assert_false(checked.items[0].doubtful);
    delete_check_clear(&checked);
}

/* Somebody looks at it in the moment of the first question. */
static int refusals;
static int refuse_lease(int fd, int command, int kind)
{
    if (command != F_SETLEASE || kind != F_WRLCK || refusals == 0)
        return sys_kernel.lease(fd, command, kind);
    refusals--;
    errno = EAGAIN;
    return -1;
}

static void test_held_for_a_moment(void **state)
{
    struct fixture *fixture = *state;
    tmpdir_write_text(&fixture->tmpdir, "a.shm", "bytes");
    for (int times = 1; times <= 2; times++) {
        refusals = times;
        sys.lease = refuse_lease;
        struct delete_check checked = check_one(fixture, "a.shm");
        sys.lease = sys_kernel.lease;
        assert_int_equal(checked.items[0].held, times == 1 ? HELD_NO : HELD_YES);
        assert_int_equal(checked.items[0].freed_now, times == 1 ? 4096 : 0);
        delete_check_clear(&checked);
    }
}

/* Many, on several threads; names of one file, and one name twice, do not hold one another. */
static void test_many(void **state)
{
    struct fixture *fixture = *state;
    enum { N = 1000 };
    static char texts[N][16];
    const char *names[N + 1];
    struct delete_allow allow[N + 1] = {{0}};
    struct delete_result results[N + 1];
    for (int i = 0; i < N; i++) {
        snprintf(texts[i], sizeof texts[i], "a%03d", i);
        names[i] = texts[i];
        if (i % 3 == 2)
            assert_return_code(
                link(tmpdir_path(&fixture->tmpdir, texts[i - 1]), tmpdir_path(&fixture->tmpdir, texts[i])),
                errno);
        else
            tmpdir_write_text(&fixture->tmpdir, texts[i], "bytes");
    }
    names[N] = names[0];
    struct delete_check checked = check(fixture, names, N + 1);
    for (int i = 0; i <= N; i++)
        if (checked.items[i].held != HELD_NO)
            fail_msg("%s counts as held", names[i]);
    struct progress progress = {0};
    delete_run_all(fixture->directory, &checked, allow, results, &progress);
    uint64_t freed = 0;
    for (int i = 0; i <= N; i++)
        freed += results[i].removed.freed;
    for (int i = 0; i < N; i++)
        assert_null(results[i].error);
    says(results[N].error, ENOENT, "no such segment");
    assert_int_equal(freed, (N - N / 3) * 4096);
    assert_int_equal(progress.done, N + 1);
    assert_int_equal(tmpdir_count(&fixture->tmpdir), 0);
    delete_results_clear(results, N + 1);
    delete_check_clear(&checked);
}

static void test_stopped_half_way(void **state)
{
    struct fixture *fixture = *state;
    const char *const names[] = {"a", "b"};
    struct delete_allow allow[2] = {{0}};
    struct delete_result results[2];
    struct progress progress = {.cancel = true};
    tmpdir_write_text(&fixture->tmpdir, "a", "bytes");
    tmpdir_write_text(&fixture->tmpdir, "b", "bytes");
    struct delete_check checked = check(fixture, names, 2);
    delete_run_all(fixture->directory, &checked, allow, results, &progress);
    says(results[0].error, ECANCELED, "stopped");
    says(results[1].error, ECANCELED, "stopped");
    assert_int_equal(tmpdir_count(&fixture->tmpdir), 2);
    delete_results_clear(results, 2);
    delete_check_clear(&checked);
}

static void test_links_and_fifos(void **state)
{
    struct fixture *fixture = *state;
    static const char *const names[] = {"link", "fifo"};
    tmpdir_write_text(&fixture->tmpdir, "target", "bytes");
    tmpdir_symlink(&fixture->tmpdir, "link", "target");
    tmpdir_fifo(&fixture->tmpdir, "fifo");
    struct delete_check checked = check(fixture, names, 2);
    assert_int_equal(run(fixture, &checked.items[0], nothing), 0);
    assert_int_equal(run(fixture, &checked.items[1], nothing), 0);
    assert_int_equal(tmpdir_count(&fixture->tmpdir), 1);
    assert_true(tmpdir_exists(&fixture->tmpdir, "target"));
    delete_check_clear(&checked);
}

static void make_tree(struct tmpdir *tmpdir)
{
    tmpdir_mkdir(tmpdir, "dir");
    tmpdir_mkdir(tmpdir, "dir/deep");
    tmpdir_write_text(tmpdir, "dir/one", "bytes");
    tmpdir_write_text(tmpdir, "dir/deep/two", "bytes");
    tmpdir_write_text(tmpdir, "outside", "bytes");
    tmpdir_symlink(tmpdir, "dir/link", "../outside");
    assert_return_code(link(tmpdir_path(tmpdir, "dir/one"), tmpdir_path(tmpdir, "dir/again")), errno);
}

static void test_tree(void **state)
{
    struct fixture *fixture = *state;
    make_tree(&fixture->tmpdir);
    struct delete_check checked = check_one(fixture, "dir");
    const struct delete_item *item = &checked.items[0];
    assert_int_equal(item->held, HELD_NO);
    assert_int_equal(item->freed_now, 2 * 4096); /* each byte once, both its names being in the tree */
    assert_int_equal(item->freed_later, 0);
    assert_int_equal(run(fixture, item, nothing), 2 * 4096);
    assert_int_equal(tmpdir_count(&fixture->tmpdir), 1);
    assert_true(tmpdir_exists(&fixture->tmpdir, "outside"));
    delete_check_clear(&checked);
}

/* Nobody was asked about it, and it may be a semaphore. */
static void test_made_in_tree_meanwhile(void **state)
{
    struct fixture *fixture = *state;
    make_tree(&fixture->tmpdir);
    struct delete_check checked = check_one(fixture, "dir");
    tmpdir_write_text(&fixture->tmpdir, "dir/deep/new", "bytes");
    expect_refusal(fixture, &checked.items[0], nothing, ESTALE, "new in it: made meanwhile");
    expect_refusal(fixture, &checked.items[0], held, ESTALE, "new in it: made meanwhile");
    assert_true(tmpdir_exists(&fixture->tmpdir, "dir/one"));
    assert_true(tmpdir_exists(&fixture->tmpdir, "dir/deep/two"));
    tmpdir_unlink(&fixture->tmpdir, "dir/deep/new");
    tmpdir_unlink(&fixture->tmpdir, "dir/one"); /* what went has not to go */
    run(fixture, &checked.items[0], nothing);
    assert_false(tmpdir_exists(&fixture->tmpdir, "dir"));
    delete_check_clear(&checked);
    tmpdir_mkdir(&fixture->tmpdir, "empty");
    checked = check_one(fixture, "empty");
    tmpdir_write_text(&fixture->tmpdir, "empty/new", "bytes");
    expect_refusal(fixture, &checked.items[0], nothing, ESTALE, "made meanwhile");
    delete_check_clear(&checked);
}

/* What software needs may lie anywhere in a tree, and be a directory itself. */
static void test_protected_in_tree(void **state)
{
    struct fixture *fixture = *state;
    static const char *const names[] = {"dir/deep", "dir", "other"};
    make_tree(&fixture->tmpdir);
    tmpdir_write_text(&fixture->tmpdir, "dir/deep/sem.lock", "bytes");
    tmpdir_mkdir(&fixture->tmpdir, "other");
    tmpdir_mkdir(&fixture->tmpdir, "other/aeron-user");
    tmpdir_write_text(&fixture->tmpdir, "other/aeron-user/cnc.dat", "bytes");
    struct delete_check checked = check(fixture, names, 3);
    for (size_t i = 0; i < 3; i++)
        expect_refusal(fixture, &checked.items[i], nothing, EBUSY, "protected");
    assert_true(tmpdir_exists(&fixture->tmpdir, "dir/deep/sem.lock"));
    assert_true(tmpdir_exists(&fixture->tmpdir, "other/aeron-user/cnc.dat"));
    run(fixture, &checked.items[0], protected);
    delete_check_clear(&checked);
}

static void test_held_tree(void **state)
{
    struct fixture *fixture = *state;
    make_tree(&fixture->tmpdir);
    struct child first = hold(tmpdir_path(&fixture->tmpdir, "dir/one"));
    struct child second = hold(tmpdir_path(&fixture->tmpdir, "dir/deep/two"));
    struct delete_check checked = check_one(fixture, "dir");
    const struct delete_item *item = &checked.items[0];
    assert_int_equal(item->held, HELD_YES);
    assert_int_equal(item->holders.count, 2);
    assert_true(item->holders.list[0].pid < item->holders.list[1].pid);
    assert_int_equal(item->holders.list[0].pid + item->holders.list[1].pid, first.pid + second.pid);
    assert_int_equal(item->freed_now, 0);
    assert_int_equal(item->freed_later, 2 * 4096);
    expect_refusal(fixture, item, nothing, EBUSY, "in use");
    assert_true(tmpdir_exists(&fixture->tmpdir, "dir/deep/two"));
    assert_int_equal(run(fixture, item, held), 0);
    assert_false(tmpdir_exists(&fixture->tmpdir, "dir"));
    delete_check_clear(&checked);
    child_end(&first);
    child_end(&second);
}

/* A process that holds several files of the tree is one holder. */
static void test_one_holder_of_many(void **state)
{
    struct fixture *fixture = *state;
    make_tree(&fixture->tmpdir);
    int fd = open(tmpdir_path(&fixture->tmpdir, "dir/one"), O_RDONLY); /* for the child to inherit */
    struct child child = hold(tmpdir_path(&fixture->tmpdir, "dir/deep/two"));
    close(fd);
    struct delete_check checked = check_one(fixture, "dir");
    const struct delete_item *item = &checked.items[0];
    assert_int_equal(item->holders.count, 1);
    assert_int_equal(item->holders.list[0].pid, child.pid);
    assert_int_equal(item->holders.list[0].mapped, 1);
    assert_int_equal(item->holders.list[0].open, 2);
    assert_true(item->holders.list[0].writable);
    delete_check_clear(&checked);
    child_end(&child);
}

static void test_cancel(void **state)
{
    struct fixture *fixture = *state;
    struct progress progress = {.cancel = true};
    struct delete_check checked;
    const char *name = "a.shm";
    tmpdir_write_text(&fixture->tmpdir, "a.shm", "bytes");
    assert_int_equal(delete_check(fixture->directory, &(struct host){.proc_root = "/proc"}, &name, NULL, 1,
                                  &checked, &progress, NULL),
                     -ECANCELED);
    assert_true(tmpdir_exists(&fixture->tmpdir, "a.shm"));
}

static void test_read_only(void **state)
{
    struct fixture *fixture = *state;
    struct directory *directory;
    struct error error = {0};
    struct removed removed;
    tmpdir_write_text(&fixture->tmpdir, "a.shm", "bytes");
    struct delete_check checked = check_one(fixture, "a.shm");
    assert_int_equal(directory_open(&directory, fixture->tmpdir.path, true, NULL), 0);
    assert_int_equal(delete_run(directory, &checked.items[0], nothing, &removed, &error), -EROFS);
    assert_true(tmpdir_exists(&fixture->tmpdir, "a.shm"));
    delete_check_clear(&checked);
    directory_close(directory);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_unheld),
        TEST(test_held),
        TEST(test_held_since),
        TEST(test_protected),
        TEST(test_problems_are_the_item_s),
        TEST(test_other_hard_link),
        TEST(test_both_hard_links),
        TEST(test_without_leases),
        TEST(test_without_leases_of_others),
        TEST(test_held_for_a_moment),
        TEST(test_many),
        TEST(test_stopped_half_way),
        TEST(test_links_and_fifos),
        TEST(test_tree),
        TEST(test_made_in_tree_meanwhile),
        TEST(test_protected_in_tree),
        TEST(test_held_tree),
        TEST(test_one_holder_of_many),
        TEST(test_cancel),
        TEST(test_read_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
