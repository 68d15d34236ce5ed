/* The injector itself: that each kind strikes the n-th call, once, and that the runs end. */
#include "tests/support/test.h"

#include <errno.h>
#include <unistd.h>

#include "core/sys/fd.h"
#include "tests/support/fault.h"
#include "tests/support/tmpdir.h"

struct copy {
    struct tmpdir *tmpdir;
    int results[64];
    unsigned runs;
};

static int write_hello(void *context)
{
    struct copy *copy = context;
    int fd AUTO_CLOSE =
        sys.openat(AT_FDCWD, tmpdir_path(copy->tmpdir, "f"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return -errno;
    return fd_write_all(fd, "hello, world", 12);
}

static void note(void *context, int result)
{
    struct copy *copy = context;
    copy->results[copy->runs++] = result;
}

static void assert_hello(struct tmpdir *tmpdir)
{
    size_t size;
    char *text = tmpdir_read(tmpdir, "f", &size);
    assert_string_equal(text, "hello, world");
    free(text);
}

static void the_nth_call_fails_until_none_is_left(void **state)
{
    struct copy copy = {.tmpdir = *state};
    assert_int_equal(fault_each(FAULT_ERROR, EIO, write_hello, note, &copy), 3);
    assert_int_equal(copy.runs, 4);
    assert_int_equal(copy.results[0], -EIO);
    assert_int_equal(copy.results[1], -EIO);
    assert_int_equal(copy.results[2], 0);
    assert_int_equal(copy.results[3], 0);
    fault_reset();
}

static void short_and_interrupted_calls_are_gone_on_with(void **state)
{
    struct copy copy = {.tmpdir = *state};
    assert_int_equal(fault_each(FAULT_SHORT, 0, write_hello, note, &copy), 1);
    assert_int_equal(copy.results[0], 0);
    assert_hello(copy.tmpdir);
    copy.runs = 0;
    assert_int_equal(fault_each(FAULT_INTERRUPT, 0, write_hello, note, &copy), 2);
    assert_int_equal(copy.results[1], 0);
    assert_hello(copy.tmpdir);
    fault_reset();
}

static void a_killed_run_is_told_from_one_that_ended(void **state)
{
    struct copy copy = {.tmpdir = *state};
    assert_int_equal(fault_each(FAULT_KILL, 0, write_hello, note, &copy), 3);
    assert_int_equal(copy.results[0], -EINTR);
    assert_int_equal(copy.results[2], -EINTR);
    assert_int_equal(copy.results[3], 0);
    fault_reset();
}

static void one_call_can_be_aimed_at(void **state)
{
    struct copy copy = {.tmpdir = *state};
    fault_arm(FAULT_CALL_write, FAULT_ERROR, ENOSPC, 1);
    assert_int_equal(write_hello(&copy), -ENOSPC);
    assert_true(fault_struck());
    assert_int_equal(fault_count(FAULT_CALL_write), 1);
    assert_int_equal(fault_count(FAULT_CALL_ANY), 3);
    fault_reset();
    assert_int_equal(write_hello(&copy), 0);
}

static void old_kernels_are_played(void **state)
{
    struct tmpdir *tmpdir = *state;
    struct statx st;
    fault_play(FAULT_NO_BTIME | FAULT_NO_TMPFILE);
    assert_int_equal(sys.statx(AT_FDCWD, tmpdir->path, 0, STATX_BTIME, &st), 0);
    assert_false(st.stx_mask & STATX_BTIME);
    assert_int_equal(sys.openat(AT_FDCWD, tmpdir->path, O_TMPFILE | O_WRONLY, 0600), -1);
    assert_int_equal(errno, EOPNOTSUPP);
    fault_reset();
}

static void a_full_file_system_is_at_hand(void **state)
{
    struct tmpdir *tmpdir = *state;
    tmpdir_mount(tmpdir, "size=64k,nr_inodes=4");
    int fd = open(tmpdir_path(tmpdir, "full"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_return_code(fd, errno);
    assert_int_equal(fallocate(fd, 0, 0, 128 << 10), -1);
    assert_int_equal(errno, ENOSPC);
    close(fd);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tmpdir_setup, tmpdir_teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_nth_call_fails_until_none_is_left),
        TEST(short_and_interrupted_calls_are_gone_on_with),
        TEST(a_killed_run_is_told_from_one_that_ended),
        TEST(one_call_can_be_aimed_at),
        TEST(old_kernels_are_played),
        TEST(a_full_file_system_is_at_hand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
