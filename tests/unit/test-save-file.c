/*
 * Where a saved matrix lies, what comes between, and what is left when a call fails.
 */
#include "tests/support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/sys/calls.h"
#include "tests/support/fault.h"
#include "tests/support/saving.h"

/* --- where it lies --- */

static void test_place(void **state)
{
    struct saving *fixture = *state;
    saving_make(fixture, "<f8", false, "(3,)", 24);
    saving_choose(fixture, "");
    tmpdir_mkdir(&fixture->tmpdir, "out/dir.npy");
    tmpdir_fifo(&fixture->tmpdir, "out/fifo.npy");
    tmpdir_write_text(&fixture->tmpdir, "victim", "old");
    tmpdir_symlink(&fixture->tmpdir, "out/link.npy", "../victim");
    tmpdir_symlink(&fixture->tmpdir, "out/dangling.npy", "none");
    saving_expect_failure(fixture, "dir.npy", true, EEXIST, "a directory");
    saving_expect_failure(fixture, "fifo.npy", true, EEXIST, "a FIFO");
    saving_expect_failure(fixture, "link.npy", true, EEXIST, "a link");
    saving_expect_failure(fixture, "dangling.npy", false, EEXIST, "a link");
    saving_expect_failure(fixture, "none/a.npy", false, ENOENT, "no such directory");
    saving_expect_failure(fixture, "fifo.npy/a.npy", false, ENOENT, "no such directory");
    saving_expect_failure(fixture, "dir.npy/", true, EINVAL, "a directory");
    saving_expect_failure(fixture, "..", true, EEXIST, "a directory");
    assert_int_equal(saving_files(fixture), 4);
    size_t size;
    char *victim = tmpdir_read(&fixture->tmpdir, "victim", &size);
    assert_string_equal(victim, "old");
    free(victim);
    saving_expect(fixture, "dir.npy/a.npy", false);
}

static void test_format_of(void **state)
{
    enum save_format format = SAVE_CSV;
    struct error error = {0};
    (void)state;
    assert_int_equal(save_format_of("-", &format, &error), 0);
    assert_int_equal(format, SAVE_NPY);
    assert_int_equal(save_format_of("a.b/c.Csv", &format, &error), 0);
    assert_int_equal(format, SAVE_CSV);
    assert_int_equal(save_format_of(".npy", &format, &error), -EINVAL);
    assert_int_equal(save_format_of("a.npz", &format, &error), -EINVAL);
    assert_int_equal(save_format_of("", &format, &error), -EINVAL);
}

/* A segment is replaced by a load, which looks who uses it; a new one may come. */
static void test_into_the_segments(void **state)
{
    struct saving *fixture = *state;
    saving_make(fixture, "<f8", false, "(3,)", 24);
    saving_choose(fixture, "");
    tmpdir_mkdir(&fixture->tmpdir, "shm/dir");
    tmpdir_write_text(&fixture->tmpdir, "shm/dir/b.npy", "old");
    tmpdir_write_text(&fixture->tmpdir, "shm/b.npy", "old");
    saving_expect_failure(fixture, "../shm/b.npy", true, EBUSY, "load --replace");
    saving_expect_failure(fixture, "../shm/dir/b.npy", true, EBUSY, "load --replace");
    saving_expect(fixture, "../shm/c.npy", false);
    saving_expect(fixture, "../shm/dir/c.npy", false);
}

static void test_read_only(void **state)
{
    struct saving *fixture = *state;
    saving_make(fixture, "<f8", false, "(3,)", 24);
    saving_choose(fixture, "");
    directory_close(fixture->directory);
    assert_int_equal(directory_open(&fixture->directory, tmpdir_path(&fixture->tmpdir, "shm"), true, NULL),
                     0);
    saving_expect_failure(fixture, "a.npy", false, EROFS, "");
    assert_int_equal(saving_files(fixture), 0);
}

static void assert_mode(const struct saving *fixture, const char *name, unsigned mode)
{
    struct stat st;
    assert_return_code(stat(tmpdir_path(&fixture->tmpdir, name), &st), errno);
    if ((st.st_mode & 07777) != mode)
        fail_msg("%s has mode %04o", name, st.st_mode & 07777);
}

static void test_mode_and_replacement(void **state)
{
    struct saving *fixture = *state;
    mode_t umask_before = umask(027);
    saving_make(fixture, "<f8", false, "(3,)", 24);
    saving_choose(fixture, "");
    assert_false(saving_expect(fixture, "a.npy", true).replaced);
    assert_mode(fixture, "out/a.npy", 0640);
    saving_expect_failure(fixture, "a.npy", false, EEXIST, "--replace");
    saving_choose(fixture, "1:");
    assert_return_code(chmod(tmpdir_path(&fixture->tmpdir, "out/a.npy"), 04604), errno);
    uint64_t inode = tmpdir_inode(&fixture->tmpdir, "out/a.npy");
    assert_true(saving_expect(fixture, "a.npy", true).replaced);
    saving_holds_view(fixture, "a.npy", 'C');
    assert_mode(fixture, "out/a.npy", 0604); /* nobody's program */
    assert_true(inode != tmpdir_inode(&fixture->tmpdir, "out/a.npy"));
    if (geteuid() == 0) {
        struct stat st;
        assert_return_code(chown(tmpdir_path(&fixture->tmpdir, "out/a.npy"), 12345, 54321), errno);
        saving_expect(fixture, "a.npy", true);
        assert_return_code(stat(tmpdir_path(&fixture->tmpdir, "out/a.npy"), &st), errno);
        assert_int_equal(st.st_uid, 12345);
        assert_int_equal(st.st_gid, 54321);
    }
    assert_int_equal(saving_files(fixture), 1);
    umask(umask_before);
}

static void test_without_sendfile_or_unnamed_files(void **state)
{
    struct saving *fixture = *state;
    saving_make(fixture, "<f8", false, "(30, 20)", 4800);
    fault_play(FAULT_NO_SENDFILE | FAULT_NO_TMPFILE);
    saving_expect_view(fixture, "", 'C');
    saving_expect_view(fixture, "::2, ::2", 'C');
    assert_int_equal(saving_files(fixture), 1);
}

/* --- what comes between --- */

static const struct saving *meddling;
static off_t meddle_size; /* of the segment; -1: what bears the file's name changes */
static int meddle(int fd)
{
    if (meddle_size >= 0)
        assert_return_code(truncate(tmpdir_path(&meddling->tmpdir, "shm/a"), meddle_size), errno);
    else {
        tmpdir_write_text(&meddling->tmpdir, "out/new", "theirs");
        assert_return_code(
            rename(tmpdir_path(&meddling->tmpdir, "out/new"), tmpdir_path(&meddling->tmpdir, "out/a.npy")),
            errno);
    }
    return sys_kernel.fsync(fd);
}

static ssize_t meddle_sendfile(int out_fd, int in_fd, off_t *offset, size_t count)
{
    assert_return_code(truncate(tmpdir_path(&meddling->tmpdir, "shm/a"), meddle_size), errno);
    return sys_kernel.sendfile(out_fd, in_fd, offset, count);
}

static ssize_t meddle_pread(int fd, void *buf, size_t size, off_t offset)
{
    assert_return_code(truncate(tmpdir_path(&meddling->tmpdir, "shm/a"), meddle_size), errno);
    return sys_kernel.pread(fd, buf, size, offset);
}

static void test_changed_meanwhile(void **state)
{
    struct saving *fixture = *state;
    struct save_report report;
    meddling = fixture;
    meddle_size = 1000;
    saving_make(fixture, "<f8", false, "(30, 20)", 4800);
    saving_choose(fixture, "");
    sys.sendfile = meddle_sendfile;
    saving_expect_failure(fixture, "a.npy", false, ESTALE, "shrank");
    fault_reset();
    saving_make(fixture, "<f8", false, "(30, 20)", 4800);
    saving_choose(fixture, ":, ::2");
    sys.pread = meddle_pread;
    saving_expect_failure(fixture, "a.npy", false, ESTALE, "shrank");
    saving_expect_failure(fixture, "a.csv", false, ESTALE, "shrank");
    fault_reset();
    assert_int_equal(saving_files(fixture), 0);
    saving_make(fixture, "<f8", false, "(30, 20)", 4800);
    meddle_size = 100000;
    saving_choose(fixture, "");
    sys.sendfile = meddle_sendfile;
    assert_int_equal(saving_run(fixture, "a.npy", false, NULL, &report, NULL), 0);
    assert_true(report.changed);
}

static void test_name_taken_meanwhile(void **state)
{
    struct saving *fixture = *state;
    size_t size;
    meddling = fixture;
    meddle_size = -1;
    saving_make(fixture, "<f8", false, "(30, 20)", 4800);
    saving_choose(fixture, "");
    sys.fsync = meddle;
    saving_expect_failure(fixture, "a.npy", true, EEXIST, "made meanwhile");
    saving_expect_failure(fixture, "a.npy", true, ESTALE, "changed meanwhile");
    char *theirs = tmpdir_read(&fixture->tmpdir, "out/a.npy", &size);
    assert_string_equal(theirs, "theirs");
    free(theirs);
    assert_int_equal(saving_files(fixture), 1);
}

static void test_cancel(void **state)
{
    struct saving *fixture = *state;
    struct progress progress = {.cancel = true};
    struct save_report report;
    static const char *const names[] = {"a.npy", "a.csv"};
    saving_make(fixture, "<f8", false, "(30, 20)", 4800);
    for (int i = 0; i < 2; i++) {
        saving_choose(fixture, i ? "::2, ::2" : "");
        for (size_t k = 0; k < 2; k++)
            assert_int_equal(saving_run(fixture, names[k], false, &progress, &report, NULL), -ECANCELED);
    }
    assert_int_equal(saving_files(fixture), 0);
    progress = (struct progress){.done = 0};
    assert_int_equal(saving_run(fixture, "a.csv", false, &progress, &report, NULL), 0);
    assert_int_equal(progress.done, progress.total);
}

/* --- every call fails, comes short, is interrupted, kills --- */

static int run_save(void *context)
{
    struct saving *fixture = context;
    struct save_report report;
    struct error error = {0};
    int r = saving_run(fixture, fixture->file, fixture->replace, NULL, &report, &error);
    assert_true(r == 0 ? error.code == 0 : error.code == -r && error.text[0]);
    return r;
}

/* The new one is whole or not there. */
static void check_new(void *context, int result)
{
    struct saving *fixture = context;
    char path[300];
    snprintf(path, sizeof path, "out/%s", fixture->file);
    assert_int_equal(saving_files(fixture), result == 0 || tmpdir_exists(&fixture->tmpdir, path));
    if (result == 0 || saving_files(fixture) > 0) {
        size_t size;
        char *bytes = tmpdir_read(&fixture->tmpdir, path, &size);
        assert_true(strstr(fixture->file, "csv") ? bytes[size - 1] == '\n' : true);
        if (!strstr(fixture->file, "csv"))
            saving_holds_view(fixture, fixture->file, 'C');
        free(bytes);
        tmpdir_unlink(&fixture->tmpdir, path);
    }
}

static void test_struck(void **state)
{
    struct saving *fixture = *state;
    static const unsigned kernels[] = {0, FAULT_NO_TMPFILE, FAULT_NO_SENDFILE};
    static const char *const names[] = {"a.npy", "a.csv"}, *const indices[] = {"", "::2, ::2"};
    saving_make(fixture, "<f8", false, "(30, 20)", 4800);
    for (size_t i = 0; i < 12; i++) {
        fault_play(kernels[i / 4]);
        saving_choose(fixture, indices[i / 2 % 2]);
        fixture->file = names[i % 2];
        fixture->replace = false;
        assert_true(fault_each(FAULT_ERROR, EIO, run_save, check_new, fixture) > 5);
        assert_true(fault_each(FAULT_ERROR, ENOSPC, run_save, check_new, fixture) > 5);
        fault_each(FAULT_SHORT, 0, run_save, check_new, fixture);
        fault_each(FAULT_INTERRUPT, 0, run_save, check_new, fixture);
    }
}

/* A kill leaves nothing; only the hidden file of where there are no unnamed ones stays. */
static void test_killed(void **state)
{
    struct saving *fixture = *state;
    saving_make(fixture, "<f8", false, "(30, 20)", 4800);
    saving_choose(fixture, "");
    fixture->file = "a.npy";
    fixture->replace = false;
    assert_true(fault_each(FAULT_KILL, 0, run_save, check_new, fixture) > 5);
    saving_choose(fixture, "::2, ::2");
    assert_true(fault_each(FAULT_KILL, 0, run_save, check_new, fixture) > 5);
}

/* The old file or the new one; beside it at most the complete new one, killed between the two steps. */
static void check_replaced(void *context, int result)
{
    struct saving *fixture = context;
    size_t size;
    char *bytes = tmpdir_read(&fixture->tmpdir, "out/a.npy", &size);
    bool is_old = size == 3;
    assert_true(is_old ? strcmp(bytes, "old") == 0 && result != 0 : true);
    if (!is_old)
        saving_holds_view(fixture, "a.npy", 'C');
    free(bytes);
    if (result != -EINTR)
        assert_int_equal(saving_files(fixture), 1);
    else if (saving_files(fixture) > 1) {
        struct tmpdir out = {0};
        snprintf(out.path, sizeof out.path, "%s", tmpdir_path(&fixture->tmpdir, "out"));
        assert_int_equal(saving_files(fixture), 2);
        tmpdir_remove(&out);
        tmpdir_mkdir(&fixture->tmpdir, "out");
    }
    tmpdir_write_text(&fixture->tmpdir, "out/a.npy", "old");
}

static void test_replacement_struck(void **state)
{
    struct saving *fixture = *state;
    saving_make(fixture, "<f8", false, "(30, 20)", 4800);
    saving_choose(fixture, "");
    fixture->file = "a.npy";
    fixture->replace = true;
    tmpdir_write_text(&fixture->tmpdir, "out/a.npy", "old");
    assert_true(fault_each(FAULT_ERROR, EIO, run_save, check_replaced, fixture) > 5);
    fault_each(FAULT_SHORT, 0, run_save, check_replaced, fixture);
    assert_true(fault_each(FAULT_KILL, 0, run_save, check_replaced, fixture) > 5);
    fault_play(FAULT_NO_TMPFILE);
    assert_true(fault_each(FAULT_ERROR, ENOSPC, run_save, check_replaced, fixture) > 5);
}

static void test_file_limit(void **state)
{
    struct saving *fixture = *state;
    struct rlimit old, limit;
    saving_make(fixture, "<f8", false, "(30, 20)", 4800);
    saving_choose(fixture, "");
    assert_return_code(getrlimit(RLIMIT_FSIZE, &old), errno);
    limit = (struct rlimit){1000, old.rlim_max};
    assert_return_code(setrlimit(RLIMIT_FSIZE, &limit), errno);
    saving_expect_failure(fixture, "a.npy", false, EFBIG, "ulimit -f");
    assert_return_code(setrlimit(RLIMIT_FSIZE, &old), errno);
}

static void test_no_room(void **state)
{
    struct saving *fixture = *state;
    struct tmpdir out = {0};
    saving_make(fixture, "<f8", false, "(300, 100)", 240000);
    snprintf(out.path, sizeof out.path, "%s", tmpdir_path(&fixture->tmpdir, "out"));
    tmpdir_mount(&out, "size=200k,nr_inodes=3");
    saving_choose(fixture, "");
    saving_expect_failure(fixture, "a.npy", false, ENOSPC, "no room for its copy: 235K needed, 200K free");
    saving_expect_failure(fixture, "a.csv", false, ENOSPC, "no room left");
    saving_choose(fixture, ":, :50");
    tmpdir_write_text(&fixture->tmpdir, "out/a.npy", "old");
    saving_expect(fixture, "a.npy", true);
    saving_holds_view(fixture, "a.npy", 'C');
    saving_choose(fixture, ":, :20");
    saving_expect(fixture, "b.npy", false);
    saving_choose(fixture, ":, :2");
    saving_expect_failure(fixture, "c.npy", false, ENOSPC, "no inode left");
    assert_int_equal(saving_files(fixture), 2);
    assert_return_code(umount2(out.path, MNT_DETACH), errno);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, saving_setup, saving_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_place),
        TEST(test_format_of),
        TEST(test_into_the_segments),
        TEST(test_read_only),
        TEST(test_mode_and_replacement),
        TEST(test_without_sendfile_or_unnamed_files),
        TEST(test_changed_meanwhile),
        TEST(test_name_taken_meanwhile),
        TEST(test_cancel),
        TEST(test_struck),
        TEST(test_killed),
        TEST(test_replacement_struck),
        TEST(test_file_limit),
        TEST(test_no_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
