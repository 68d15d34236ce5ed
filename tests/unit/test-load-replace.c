/* A load over a segment that is there already. */
#include "tests/support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/sys/calls.h"
#include "tests/support/child.h"
#include "tests/support/fault.h"
#include "tests/support/loading.h"

static struct child hold(const char *path)
{
    return child_hold(path, (struct child_map){.prot = PROT_READ, .flags = MAP_SHARED});
}

static void test_replace(void **state)
{
    struct loading *fixture = *state;
    struct load_options options = loading_plain;
    options.publish.replace = true;
    options.proc_root = "/proc";
    tmpdir_write_npy(&fixture->elsewhere, "x.npy", "<f8", false, "(3, 4)", NULL, 96);
    tmpdir_write_text(&fixture->tmpdir, "a.shm", "old");
    assert_return_code(chmod(tmpdir_path(&fixture->tmpdir, "a.shm"), 0640), errno);
    struct load_report report = loading_run(fixture, "x.npy", "a.shm", &options);
    assert_true(report.replaced);
    assert_int_equal(report.old_held, HELD_NO);
    assert_int_equal(report.still_held.count, 0);
    assert_int_equal(report.old_allocated, 4096);
    load_report_clear(&report);
    struct stat st;
    assert_return_code(stat(tmpdir_path(&fixture->tmpdir, "a.shm"), &st), errno);
    assert_int_equal(st.st_mode & 07777, 0640);
    loading_assert_same(&fixture->elsewhere, "x.npy", &fixture->tmpdir, "a.shm");
}

static void test_replace_held(void **state)
{
    struct loading *fixture = *state;
    struct load_options options = loading_plain;
    options.publish.replace = true;
    options.proc_root = "/proc";
    tmpdir_write_npy(&fixture->elsewhere, "x.npy", "<f8", false, "(3, 4)", NULL, 96);
    tmpdir_write_text(&fixture->tmpdir, "a.shm", "old");
    struct child child = hold(tmpdir_path(&fixture->tmpdir, "a.shm"));
    loading_expect_failure(fixture, loading_open(fixture, "x.npy"), &options, EBUSY, "in use");
    fault_play(FAULT_NO_LEASES);
    loading_expect_failure(fixture, loading_open(fixture, "x.npy"), &options, EBUSY, "in use");
    fault_reset();
    options.publish.allow_held = true;
    struct load_report report = loading_run(fixture, "x.npy", "a.shm", &options);
    assert_true(report.replaced);
    assert_int_equal(report.old_held, HELD_YES);
    assert_int_equal(report.still_held.count, 1);
    assert_int_equal(report.still_held.of[0].count, 1);
    assert_int_equal(report.still_held.of[0].list[0].pid, child.pid);
    assert_int_equal(report.still_held.of[0].list[0].mapped, 1);
    load_report_clear(&report);
    child_end(&child);
}

/* As sort -o does it: what we read from ourselves is held by nobody else. */
static void test_replace_from_itself(void **state)
{
    struct loading *fixture = *state;
    struct load_options options = loading_plain;
    struct load_report report;
    struct error error = {0};
    options.publish.replace = true;
    options.order = LOAD_ORDER_F;
    tmpdir_write_npy(&fixture->tmpdir, "a.shm", "<i2", false, "(2, 2)", "\1\0\2\0\3\0\4\0", 8);
    tmpdir_write_npy(&fixture->elsewhere, "f.npy", "<i2", true, "(2, 2)", "\1\0\3\0\2\0\4\0", 8);
    const char *path = tmpdir_path(&fixture->tmpdir, "a.shm");

    struct child child = hold(path);
    loading_expect_failure(fixture, loading_open_path(path), &options, EBUSY, "in use");
    child_end(&child);

    int fd = open(path, O_RDONLY | O_CLOEXEC);
    loading_input(fixture, &options, fd, EBUSY, "standard input itself: give its path");

    struct load *load = loading_open_path(path);
    if (load_run(load, fixture->directory, "a.shm", &options, NULL, &report, &error) < 0)
        fail_msg("%s", error.text);
    load_close(load);
    assert_true(report.replaced);
    assert_int_equal(report.old_held, HELD_NO);
    assert_int_equal(report.still_held.count, 0);
    load_report_clear(&report);
    loading_assert_same(&fixture->elsewhere, "f.npy", &fixture->tmpdir, "a.shm");
    assert_int_equal(tmpdir_count(&fixture->tmpdir), 1);
}

/* The lease on what we read is given back where the replacement fails after it was taken. */
static int refuse_rename(int olddir, const char *oldpath, int newdir, const char *newpath, unsigned flags)
{
    (void)olddir, (void)oldpath, (void)newdir, (void)newpath, (void)flags;
    errno = EIO;
    return -1;
}

static void test_failed_replacement_from_itself(void **state)
{
    struct loading *fixture = *state;
    struct load_options options = loading_plain;
    struct load_report report;
    options.publish.replace = true;
    tmpdir_write_npy(&fixture->tmpdir, "a.shm", "<i2", false, "(2, 2)", "\1\0\2\0\3\0\4\0", 8);
    const char *path = tmpdir_path(&fixture->tmpdir, "a.shm");
    struct load *load = loading_open_path(path);
    sys.renameat2 = refuse_rename;
    assert_int_equal(load_run(load, fixture->directory, "a.shm", &options, NULL, &report, NULL), -EIO);
    sys.renameat2 = sys_kernel.renameat2;
    int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC); /* with the lease kept: EAGAIN */
    assert_return_code(fd, errno);
    close(fd);
    load_close(load);
    assert_int_equal(tmpdir_count(&fixture->tmpdir), 1);
}

static void test_protected_name(void **state)
{
    struct loading *fixture = *state;
    struct load_options options = loading_plain;
    options.publish.replace = true;
    struct load_report report;
    struct error error = {0};
    tmpdir_write_npy(&fixture->elsewhere, "x.npy", "<f8", false, "(3, 4)", NULL, 96);
    tmpdir_write_text(&fixture->tmpdir, "PostgreSQL.1234", "old");
    struct load *load = loading_open(fixture, "x.npy");
    assert_int_equal(load_run(load, fixture->directory, "PostgreSQL.1234", &options, NULL, &report, &error),
                     -EBUSY);
    loading_says(&error, EBUSY, "protected");
    load_close(load);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, loading_setup, loading_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_replace),
        TEST(test_replace_held),
        TEST(test_replace_from_itself),
        TEST(test_failed_replacement_from_itself),
        TEST(test_protected_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
