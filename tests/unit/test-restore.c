#include "tests/support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "core/segment/descriptions.h"
#include "core/transfer/restore.h"
#include "tests/support/fault.h"
#include "tests/support/tmpdir.h"

#define MIB (1u << 20)

struct fixture {
    struct tmpdir tmpdir;
    struct directory *directory;
    int from; /* the old one, whose name is gone */
    struct restore_report report;
    struct error error;
};

static void begin(struct fixture *f)
{
    assert_int_equal(directory_open(&f->directory, f->tmpdir.path, false, NULL), 0);
    f->from = -1;
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    tmpdir_make(&f->tmpdir);
    begin(f);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    fault_reset();
    if (f->from >= 0)
        close(f->from);
    directory_close(f->directory);
    tmpdir_remove(&f->tmpdir);
    free(f);
    return 0;
}

/* 8 MiB of nothing but "old" at 5 MiB. */
static void make_old(struct fixture *f, mode_t mode)
{
    tmpdir_write_sparse(&f->tmpdir, "old", 8 * MIB);
    f->from = open(tmpdir_path(&f->tmpdir, "old"), O_RDWR | O_CLOEXEC);
    assert_true(f->from >= 0);
    assert_int_equal(pwrite(f->from, "old", 3, 5 * MIB), 3);
    assert_int_equal(fchmod(f->from, mode), 0);
    tmpdir_unlink(&f->tmpdir, "old");
}

static int restore(struct fixture *f, const char *name)
{
    struct restore_options options = {tmpdir_path(&f->tmpdir, "none"), tmpdir_path(&f->tmpdir, "none")};
    f->error = (struct error){0};
    int r = restore_run(f->directory, name, f->from, &options, &f->report, NULL, &f->error);
    assert_int_equal(-r, f->error.code);
    return r;
}

static void assert_whole(struct fixture *f, const char *name)
{
    size_t size;
    char *bytes = tmpdir_read(&f->tmpdir, name, &size);
    assert_int_equal(size, 8 * MIB);
    assert_string_equal(bytes + 5 * MIB, "old");
    assert_int_equal(bytes[0] | bytes[8 * MIB - 1], 0);
    free(bytes);
}

static void bytes_holes_and_mode_come_back(void **state)
{
    struct fixture *f = *state;
    struct stat st;
    make_old(f, 0641);
    assert_int_equal(restore(f, "old"), 0);
    assert_whole(f, "old");
    assert_int_equal(stat(tmpdir_path(&f->tmpdir, "old"), &st), 0);
    assert_int_equal(st.st_mode, S_IFREG | 0641);
    assert_int_equal(st.st_blocks * 512, 4096);
    assert_int_equal(f->report.id.inode, st.st_ino);
    assert_int_equal(f->report.size, 8 * MIB);
    assert_int_equal(f->report.allocated, 4096);
    assert_false(f->report.changed || f->report.other_group);
}

static void what_describes_it_comes_back(void **state)
{
    struct fixture *f = *state;
    char value[64] = "";
    make_old(f, 0444);
    if (fsetxattr(f->from, "user.npy_header", "{'descr'}", 9, 0) < 0)
        skip();
    assert_int_equal(fsetxattr(f->from, "user.empty", "", 0, 0), 0);
    assert_int_equal(restore(f, "new"), 0);
    const char *path = tmpdir_path(&f->tmpdir, "new");
    assert_int_equal(getxattr(path, "user.npy_header", value, sizeof value), 9);
    assert_string_equal(value, "{'descr'}");
    assert_int_equal(getxattr(path, "user.empty", value, sizeof value), 0);
}

static void an_empty_one_is_restored_too(void **state)
{
    struct fixture *f = *state;
    tmpdir_write(&f->tmpdir, "old", "", 0);
    f->from = open(tmpdir_path(&f->tmpdir, "old"), O_RDONLY | O_CLOEXEC);
    tmpdir_unlink(&f->tmpdir, "old");
    assert_int_equal(restore(f, "old"), 0);
    assert_int_equal(f->report.size, 0);
    assert_true(tmpdir_exists(&f->tmpdir, "old"));
}

static void a_name_that_is_taken_stays_as_it_is(void **state)
{
    struct fixture *f = *state;
    make_old(f, 0600);
    tmpdir_write_text(&f->tmpdir, "file", "text");
    tmpdir_mkdir(&f->tmpdir, "d");
    tmpdir_symlink(&f->tmpdir, "link", "nowhere");
    const char *const taken[] = {"file", "d", "link"};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(restore(f, taken[i]), -EEXIST);
        assert_non_null(strstr(f->error.text, "taken"));
    }
    assert_int_equal(tmpdir_count(&f->tmpdir), 3);
    assert_int_equal(restore(f, "d/new"), 0);
    assert_whole(f, "d/new");
    assert_int_equal(restore(f, "none/new"), -ENOENT);
    assert_int_equal(restore(f, "a/b/c"), -EINVAL);
    assert_int_equal(restore(f, ".shmtop-1-1"), -EINVAL);
}

static void nothing_is_restored_read_only(void **state)
{
    struct fixture *f = *state;
    make_old(f, 0600);
    directory_close(f->directory);
    assert_int_equal(directory_open(&f->directory, f->tmpdir.path, true, NULL), 0);
    assert_int_equal(restore(f, "new"), -EROFS);
    assert_int_equal(tmpdir_count(&f->tmpdir), 0);
}

static int run_restore(void *context)
{
    struct fixture *f = context;
    if (tmpdir_exists(&f->tmpdir, "new"))
        tmpdir_unlink(&f->tmpdir, "new");
    return restore(f, "new");
}

/* All or nothing: the name is there with everything in it, or it is not, and nothing else is. */
static void check_restore(void *context, int result)
{
    struct fixture *f = context;
    assert_int_equal(tmpdir_exists(&f->tmpdir, "new"), tmpdir_count(&f->tmpdir));
    if (result == 0)
        assert_true(tmpdir_exists(&f->tmpdir, "new"));
    if (tmpdir_exists(&f->tmpdir, "new"))
        assert_whole(f, "new");
}

static void whatever_fails_it_is_all_or_nothing(void **state)
{
    struct fixture *f = *state;
    make_old(f, 0600);
    fault_each(FAULT_ERROR, EIO, run_restore, check_restore, f);
    fault_each(FAULT_ERROR, ENOSPC, run_restore, check_restore, f);
    fault_each(FAULT_INTERRUPT, EINTR, run_restore, check_restore, f);
    fault_each(FAULT_SHORT, 0, run_restore, check_restore, f);
    fault_each(FAULT_KILL, 0, run_restore, check_restore, f);
    fault_play(FAULT_NO_SENDFILE);
    fault_each(FAULT_ERROR, EIO, run_restore, check_restore, f);
}

static void too_little_room_is_said_before_anything_is_written(void **state)
{
    struct fixture *f = *state;
    char block[64 << 10] = {1};
    tmpdir_mount(&f->tmpdir, "size=160k");
    directory_close(f->directory);
    begin(f);
    tmpdir_write(&f->tmpdir, "old", block, sizeof block);
    f->from = open(tmpdir_path(&f->tmpdir, "old"), O_RDONLY | O_CLOEXEC);
    tmpdir_unlink(&f->tmpdir, "old");
    assert_int_equal(restore(f, "first"), 0);
    assert_int_equal(restore(f, "second"), -ENOSPC);
    assert_non_null(strstr(f->error.text, "file system"));
    assert_int_equal(tmpdir_count(&f->tmpdir), 1);
}

#define with_fixture(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

/* Where there are no attributes, what describe recorded of the old one is recorded of the new. */
static void the_state_file_knows_the_new_one(void **state)
{
    struct fixture *f = *state;
    struct restore_options options = {.proc_root = "/proc", .cgroup_root = "/sys/fs/cgroup"};
    struct descriptions *descriptions = descriptions_new(tmpdir_path(&f->tmpdir, "state/described"), NULL);
    struct matrix matrix = {.order = 'C', .rank = 1, .shape = {MIB}};
    struct segment old, back;
    dtype_parse("f8", &matrix.dtype, NULL);
    make_old(f, 0600);
    directory_use_descriptions(f->directory, descriptions);
    assert_int_equal(segment_stat_opened(f->from, "old", &old, NULL), 0);
    assert_int_equal(descriptions_record(descriptions, f->directory, &old.id, &matrix, NULL), 0);
    segment_clear(&old);
    assert_int_equal(restore_run(f->directory, "new", f->from, &options, &f->report, NULL, &f->error), 0);
    assert_false(f->report.undescribed);
    assert_int_equal(segment_stat(f->directory, "new", &back, NULL), 0);
    assert_int_equal(segment_recognise(f->directory, &back, NULL), 0);
    assert_int_equal(back.layout, LAYOUT_DESCRIBED);
    assert_int_equal(back.description, DESCRIPTION_STATE);
    assert_int_equal(back.matrix->shape[0], MIB);
    segment_clear(&back);
    /* It is back all the same where that cannot be. */
    assert_int_equal(chmod(tmpdir_path(&f->tmpdir, "state"), 0777), 0);
    assert_int_equal(restore_run(f->directory, "again", f->from, &options, &f->report, NULL, &f->error), 0);
    assert_true(f->report.undescribed);
    directory_use_descriptions(f->directory, NULL);
    descriptions_free(descriptions);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_fixture(bytes_holes_and_mode_come_back),
        with_fixture(the_state_file_knows_the_new_one),
        with_fixture(what_describes_it_comes_back),
        with_fixture(an_empty_one_is_restored_too),
        with_fixture(a_name_that_is_taken_stays_as_it_is),
        with_fixture(nothing_is_restored_read_only),
        with_fixture(whatever_fails_it_is_all_or_nothing),
        with_fixture(too_little_room_is_said_before_anything_is_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
