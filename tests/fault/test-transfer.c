/*
 * The n-th system call of a deletion, or of a copy before it, fails, comes short, is interrupted, or kills
 * the process: the directory is as before, or as wanted, and nothing else.
 */
#include "tests/support/test.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/transfer/delete.h"
#include "core/transfer/keep.h"
#include "core/sys/fd.h"
#include "tests/support/fault.h"
#include "tests/support/tmpdir.h"

static const int errors[] = {EIO, ENOSPC, EACCES, ENOENT, EINVAL, ENOMEM};
#define OLD "the old segment"

struct fixture {
    struct tmpdir tmpdir, files; /* the directory of segments; source files and an empty proc root */
    struct directory *directory;
    bool has_old;
    bool may_leave_temporary; /* the call that removes it may be the one that fails */
    bool must_succeed;        /* an interruption or a short count is no failure */
    unsigned done;            /* runs that came to the wanted end */
};

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    tmpdir_make(&fixture->tmpdir);
    tmpdir_make(&fixture->files);
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
    tmpdir_remove(&fixture->files);
    free(fixture);
    return 0;
}

static void restore_old(struct fixture *fixture)
{
    if (tmpdir_exists(&fixture->tmpdir, "a.shm"))
        tmpdir_unlink(&fixture->tmpdir, "a.shm");
    if (fixture->has_old)
        tmpdir_write_text(&fixture->tmpdir, "a.shm", OLD);
}

static bool holds(const struct fixture *fixture, const char *bytes, size_t size)
{
    size_t there;
    char *found = tmpdir_read(&fixture->tmpdir, "a.shm", &there);
    bool same = there == size && memcmp(found, bytes, size) == 0;
    free(found);
    return same;
}

static int run_delete(void *context)
{
    struct fixture *fixture = context;
    struct delete_check check;
    struct error error = {0};
    struct removed removed;
    const char *name = "a.shm";
    int r = delete_check(fixture->directory, &(struct host){.proc_root = fixture->files.path}, &name, NULL, 1,
                         &check, NULL, &error);
    if (r == 0) {
        r = delete_run(fixture->directory, &check.items[0], (struct delete_allow){0}, &removed, &error);
        delete_check_clear(&check);
    }
    assert_true(r == 0 || (error.code == -r && error.text[0]));
    return r;
}

static void check_delete(void *context, int result)
{
    struct fixture *fixture = context;
    bool exists = tmpdir_exists(&fixture->tmpdir, "a.shm");
    if (result != -EINTR)
        assert_int_equal(exists, result != 0);
    if (exists)
        assert_true(holds(fixture, OLD, strlen(OLD)));
    assert_int_equal(tmpdir_count(&fixture->tmpdir), exists);
    fixture->done += !exists;
    restore_old(fixture);
}

static void test_delete(void **state)
{
    struct fixture *fixture = *state;
    fixture->has_old = true;
    restore_old(fixture);
    for (unsigned i = 0; i < sizeof errors / sizeof errors[0]; i++)
        assert_true(fault_each(FAULT_ERROR, errors[i], run_delete, check_delete, fixture) > 8);
    assert_true(fixture->done >= sizeof errors / sizeof errors[0]);
    assert_true(fault_each(FAULT_KILL, 0, run_delete, check_delete, fixture) > 8);
}

/* Copied, then deleted: whatever fails, the bytes are in the segment or in a whole copy. */
static int run_keep(void *context)
{
    struct fixture *fixture = context;
    struct segment segment = {0};
    struct kept kept = {0};
    struct error error = {0};
    int target = -1;
    int r = segment_stat(fixture->directory, "a.shm", &segment, &error);
    if (r == 0)
        r = keep_open_target(tmpdir_path(&fixture->files, "saved"), &target, &error);
    if (r == 0)
        r = keep_copy(fixture->directory, "a.shm", &segment.id, target, &kept, NULL, &error);
    if (r == 0)
        r = removal_unlink(fixture->directory, "a.shm", &segment.id, true, &error);
    segment_clear(&segment);
    fd_close(&target);
    assert_true(r == 0 || (error.code == -r && error.text[0]));
    return r;
}

static void check_keep(void *context, int result)
{
    struct fixture *fixture = context;
    bool exists = tmpdir_exists(&fixture->tmpdir, "a.shm");
    struct tmpdir saved = {0};
    snprintf(saved.path, sizeof saved.path, "%s", tmpdir_path(&fixture->files, "saved"));
    bool copied = tmpdir_exists(&fixture->files, "saved/a.shm.raw");
    char temporary[64];
    snprintf(temporary, sizeof temporary, "saved/.shmtop-%ld-1", (long)getpid());
    if (fixture->may_leave_temporary && tmpdir_exists(&fixture->files, temporary))
        tmpdir_unlink(&fixture->files, temporary);
    if (tmpdir_exists(&fixture->files, "saved"))
        assert_int_equal(tmpdir_count(&saved), copied);
    if (copied) {
        size_t size;
        char *bytes = tmpdir_read(&fixture->files, "saved/a.shm.raw", &size);
        assert_string_equal(bytes, OLD);
        free(bytes);
        tmpdir_unlink(&fixture->files, "saved/a.shm.raw");
    }
    assert_true(exists ? holds(fixture, OLD, strlen(OLD)) : copied);
    if (fixture->must_succeed)
        assert_int_equal(result, 0);
    fixture->done += !exists;
    restore_old(fixture);
}

static void each_keep(struct fixture *fixture, bool kill)
{
    fixture->has_old = true;
    restore_old(fixture);
    for (unsigned i = 0; i < sizeof errors / sizeof errors[0]; i++)
        assert_true(fault_each(FAULT_ERROR, errors[i], run_keep, check_keep, fixture) > 15);
    assert_true(fixture->done >= sizeof errors / sizeof errors[0]);
    if (kill)
        assert_true(fault_each(FAULT_KILL, 0, run_keep, check_keep, fixture) > 15);
    fixture->must_succeed = true;
    assert_true(fault_each(FAULT_SHORT, 0, run_keep, check_keep, fixture) > 0);
    assert_true(fault_each(FAULT_INTERRUPT, 0, run_keep, check_keep, fixture) > 2);
}

static void test_keep(void **state)
{
    each_keep(*state, true);
}

static void test_keep_on_an_old_file_system(void **state)
{
    struct fixture *fixture = *state;
    fixture->may_leave_temporary = true;
    fault_play(FAULT_NO_SENDFILE | FAULT_NO_TMPFILE);
    each_keep(fixture, false);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_delete),
        TEST(test_keep),
        TEST(test_keep_on_an_old_file_system),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
