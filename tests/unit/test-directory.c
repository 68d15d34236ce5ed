#include "tests/support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/segment/directory.h"
#include "core/segment/mount.h"
#include "core/sys/calls.h"
#include "tests/support/tmpdir.h"

static struct directory *open_it(const struct tmpdir *tmpdir, bool read_only)
{
    struct directory *directory;
    struct error error = {0};
    if (directory_open(&directory, tmpdir->path, read_only, &error) < 0)
        fail_msg("%s", error.text);
    return directory;
}

static void what_is_no_directory_is_refused(void **state)
{
    const struct tmpdir *tmpdir = *state;
    struct directory *directory = NULL;
    struct error error = {0};
    tmpdir_write_text(tmpdir, "f", "x");
    assert_int_equal(directory_open(&directory, tmpdir_path(tmpdir, "f"), false, &error), -ENOENT);
    assert_string_equal(error.text, "not a directory");
    assert_int_equal(directory_open(&directory, tmpdir_path(tmpdir, "no"), false, &error), -ENOENT);
    assert_string_equal(error.text, "no such directory");
    assert_null(directory);
}

static void read_only_changes_nothing_and_says_so(void **state)
{
    struct error error = {0};
    struct directory *directory = open_it(*state, true);
    assert_true(directory_is_read_only(directory));
    assert_int_equal(directory_may_change(directory, &error), -EROFS);
    assert_true(strstr(error.text, "--read-only") != NULL);
    directory_close(directory);
    directory = open_it(*state, false);
    assert_int_equal(directory_may_change(directory, &error), 0);
    directory_close(directory);
}

static void read_only_root_looks_at_memory_alone(void **state)
{
    (void)state;
    struct directory *directory;
    struct error error = {0};
    if (geteuid() != 0)
        skip();
    assert_int_equal(directory_open(&directory, "/proc/self", true, &error), -EACCES);
    assert_int_equal(directory_open(&directory, "/proc/self", false, &error), 0);
    directory_close(directory);
}

static void only_regular_files_are_opened(void **state)
{
    const struct tmpdir *tmpdir = *state;
    struct directory *directory = open_it(tmpdir, false);
    struct error error = {0};
    tmpdir_mkdir(tmpdir, "d");
    tmpdir_write_text(tmpdir, "d/f", "beneath");
    tmpdir_fifo(tmpdir, "fifo");
    tmpdir_symlink(tmpdir, "link", "d/f");
    tmpdir_symlink(tmpdir, "dirlink", "d");
    int fd = directory_open_file(directory, "d/f", O_RDONLY, &error);
    assert_true(fd >= 0);
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    close(fd);
    const struct {
        const char *name;
        int code;
    } refused[] = {{"fifo", -ENOTSUP}, {"link", -ENOTSUP},      {"d", -ENOTSUP},   {"dirlink/f", -ENOENT},
                   {"no", -ENOENT},    {"d/no", -ENOENT},       {"no/f", -ENOENT}, {"../etc", -EINVAL},
                   {"d/..", -EINVAL},  {"/etc/passwd", -EINVAL}};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        assert_int_equal(directory_open_file(directory, refused[i].name, O_RDONLY, &error), refused[i].code);
    directory_close(directory);
}

static void a_blocked_writer_of_a_fifo_stays_blocked(void **state)
{
    const struct tmpdir *tmpdir = *state;
    struct directory *directory = open_it(tmpdir, false);
    tmpdir_fifo(tmpdir, "fifo");
    assert_int_equal(directory_open_file(directory, "fifo", O_RDONLY, NULL), -ENOTSUP);
    /* A writer that does not wait is told that nobody reads: nobody ever did. */
    assert_int_equal(open(tmpdir_path(tmpdir, "fifo"), O_WRONLY | O_NONBLOCK | O_CLOEXEC), -1);
    assert_int_equal(errno, ENXIO);
    directory_close(directory);
}

static void a_path_opened_anew_is_another_directory(void **state)
{
    const struct tmpdir *tmpdir = *state;
    struct directory *directory;
    struct stat st;
    char path[300];
    snprintf(path, sizeof path, "%s/d", tmpdir->path);
    tmpdir_mkdir(tmpdir, "d");
    assert_int_equal(directory_open(&directory, path, false, NULL), 0);
    int fd = directory_fd(directory);
    tmpdir_unlink(tmpdir, "d");
    assert_int_equal(directory_reopen(directory, NULL), -ENOENT);
    tmpdir_mkdir(tmpdir, "d");
    assert_int_equal(directory_reopen(directory, NULL), 0);
    assert_int_equal(directory_fd(directory), fd); /* for the threads that use it */
    assert_int_equal(fstat(fd, &st), 0);
    assert_int_equal(st.st_ino, tmpdir_inode(tmpdir, "d"));
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    directory_close(directory);
}

static void usage_is_that_of_the_file_system(void **state)
{
    struct tmpdir *tmpdir = *state;
    struct directory_usage usage;
    tmpdir_mount(tmpdir, "size=1m,nr_inodes=10");
    tmpdir_write(tmpdir, "f", (char[8192]){1}, 8192);
    struct directory *directory = open_it(tmpdir, false);
    assert_int_equal(directory_usage(directory, &usage, NULL), 0);
    assert_int_equal(usage.size, 1 << 20);
    assert_int_equal(usage.used, 8192);
    assert_int_equal(usage.free, (1 << 20) - 8192);
    assert_int_equal(usage.inodes, 10);
    assert_int_equal(usage.inodes_free, 8);
    directory_close(directory);
}

static void a_file_system_may_have_no_limit(void **state)
{
    struct tmpdir *tmpdir = *state;
    struct directory_usage usage;
    tmpdir_mount(tmpdir, "size=0");
    struct directory *directory = open_it(tmpdir, false);
    assert_int_equal(directory_usage(directory, &usage, NULL), 0);
    assert_int_equal(usage.size, 0);
    assert_true(usage.free == UINT64_MAX);
    directory_close(directory);
}

static void a_mount_s_root_is_read_from_mountinfo(void **state)
{
    (void)state;
    static const char text[] = "21 28 0:20 / /sys rw,nosuid - sysfs sysfs rw\n"
                               "36 35 98:0 / /dev/shm rw,noatime master:1 - tmpfs shm rw\n"
                               "37 35 98:0 /sub /mnt/a rw - tmpfs shm rw\n"
                               "38\n"
                               "39 35 98:0 // /mnt rw - tmpfs shm rw\n"
                               "nonsense\n"
                               "40 35 98:0 / /last rw - tmpfs shm rw";
    assert_true(mount_has_root(text, 36));
    assert_false(mount_has_root(text, 37));
    assert_false(mount_has_root(text, 38));
    assert_false(mount_has_root(text, 39));
    assert_true(mount_has_root(text, 40));
    assert_false(mount_has_root(text, 6));
    assert_false(mount_has_root(text, 0));
    assert_false(mount_has_root("", 36));
    assert_false(mount_has_root("36", 36));
    assert_false(mount_has_root("36 35", 36));
}

static int no_statx(int dirfd, const char *path, int flags, unsigned mask, struct statx *buf)
{
    int rc = sys_kernel.statx(dirfd, path, flags, mask, buf);
    buf->stx_mask &= STATX_BASIC_STATS | STATX_BTIME;
    return rc;
}

static void only_the_root_of_a_file_system_is_whole(void **state)
{
    struct tmpdir *tmpdir = *state;
    struct directory *directory = open_it(tmpdir, false);
    assert_false(directory_is_whole(directory));
    directory_close(directory);
    tmpdir_mount(tmpdir, "size=64k");
    directory = open_it(tmpdir, false);
    assert_true(directory_is_whole(directory));
    sys.statx = no_statx; /* before Linux 5.8 */
    assert_false(directory_is_whole(directory));
    sys = sys_kernel;
    directory_close(directory);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tmpdir_setup, tmpdir_teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_no_directory_is_refused),          TEST(read_only_changes_nothing_and_says_so),
        TEST(read_only_root_looks_at_memory_alone),     TEST(only_regular_files_are_opened),
        TEST(a_blocked_writer_of_a_fifo_stays_blocked), TEST(a_path_opened_anew_is_another_directory),
        TEST(a_mount_s_root_is_read_from_mountinfo),    TEST(usage_is_that_of_the_file_system),
        TEST(a_file_system_may_have_no_limit),          TEST(only_the_root_of_a_file_system_is_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
