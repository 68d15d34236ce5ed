#include "tests/support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/sys/calls.h"
#include "core/transfer/keep.h"
#include "tests/support/fault.h"
#include "tests/support/tmpdir.h"

/* Segments in shm/, copies in saved/. */
struct fixture {
    struct tmpdir tmpdir;
    struct directory *directory;
    int target;
};

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    tmpdir_make(&fixture->tmpdir);
    tmpdir_mkdir(&fixture->tmpdir, "shm");
    assert_int_equal(directory_open(&fixture->directory, tmpdir_path(&fixture->tmpdir, "shm"), false, NULL),
                     0);
    assert_int_equal(keep_open_target(tmpdir_path(&fixture->tmpdir, "saved"), &fixture->target, NULL), 0);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    fault_reset();
    directory_close(fixture->directory);
    close(fixture->target);
    tmpdir_remove(&fixture->tmpdir);
    free(fixture);
    return 0;
}

static struct identity identity_of(const struct fixture *fixture, const char *name)
{
    struct segment segment = {0};
    struct error error = {0};
    if (segment_stat(fixture->directory, name, &segment, &error) < 0)
        fail_msg("%s", error.text);
    struct identity id = segment.id;
    segment_clear(&segment);
    return id;
}

static int keep(const struct fixture *fixture, const char *name, struct kept *kept, struct error *error)
{
    struct identity id = identity_of(fixture, name);
    return keep_copy(fixture->directory, name, &id, fixture->target, kept, NULL, error);
}

static void expect_kept(const struct fixture *fixture, const char *name, const char *file)
{
    struct kept kept;
    struct error error = {0};
    if (keep(fixture, name, &kept, &error) < 0)
        fail_msg("%s: %s", name, error.text);
    assert_string_equal(kept.file, file);
    assert_int_equal(kept.files, 1);
    assert_false(kept.changed);
}

static void expect_failure(const struct fixture *fixture, const char *name, int code, const char *words)
{
    struct kept kept;
    struct error error = {0};
    assert_int_equal(keep(fixture, name, &kept, &error), -code);
    assert_int_equal(error.code, code);
    if (!strstr(error.text, words))
        fail_msg("\"%s\" does not say \"%s\"", error.text, words);
    assert_int_equal(kept.files, 0);
}

static void assert_same(const struct fixture *fixture, const char *name, const char *file)
{
    char path[600], copy[600];
    size_t size, copy_size;
    snprintf(path, sizeof path, "shm/%s", name);
    snprintf(copy, sizeof copy, "saved/%s", file);
    char *bytes = tmpdir_read(&fixture->tmpdir, path, &size);
    char *copied = tmpdir_read(&fixture->tmpdir, copy, &copy_size);
    assert_int_equal(size, copy_size);
    assert_memory_equal(bytes, copied, size);
    free(bytes);
    free(copied);
}

static unsigned copies(const struct fixture *fixture)
{
    struct tmpdir saved = {0};
    snprintf(saved.path, sizeof saved.path, "%s", tmpdir_path(&fixture->tmpdir, "saved"));
    return tmpdir_count(&saved);
}

static void write_npy(const struct fixture *fixture, const char *name)
{
    double values[600];
    for (size_t i = 0; i < 600; i++)
        values[i] = (double)i / 7;
    tmpdir_write_npy(&fixture->tmpdir, name, "<f8", false, "(30, 20)", values, sizeof values);
}

static void test_kinds(void **state)
{
    struct fixture *fixture = *state;
    write_npy(fixture, "shm/prices.shm");
    write_npy(fixture, "shm/whole.npy");
    tmpdir_write_text(&fixture->tmpdir, "shm/psm_1234", "raw bytes");
    tmpdir_write_text(&fixture->tmpdir, "shm/empty", "");
    tmpdir_write_text(&fixture->tmpdir, "shm/broken", "\x93NUMPY\1");
    expect_kept(fixture, "prices.shm", "prices.shm.npy");
    expect_kept(fixture, "whole.npy", "whole.npy");
    expect_kept(fixture, "psm_1234", "psm_1234.raw");
    expect_kept(fixture, "empty", "empty.raw");
    expect_kept(fixture, "broken", "broken.raw"); /* np.load could not read it */
    assert_same(fixture, "prices.shm", "prices.shm.npy");
    assert_same(fixture, "psm_1234", "psm_1234.raw");
    assert_same(fixture, "empty", "empty.raw");
    struct stat st;
    assert_return_code(stat(tmpdir_path(&fixture->tmpdir, "saved/prices.shm.npy"), &st), errno);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_return_code(stat(tmpdir_path(&fixture->tmpdir, "saved"), &st), errno);
    assert_int_equal(st.st_mode & 07777, 0700);
}

static void test_nothing_is_overwritten(void **state)
{
    struct fixture *fixture = *state;
    tmpdir_write_text(&fixture->tmpdir, "shm/a", "new");
    tmpdir_write_text(&fixture->tmpdir, "saved/a.raw", "old");
    tmpdir_symlink(&fixture->tmpdir, "saved/a.1.raw", "../shm/elsewhere");
    expect_kept(fixture, "a", "a.2.raw");
    assert_same(fixture, "a", "a.2.raw");
    size_t size;
    char *old = tmpdir_read(&fixture->tmpdir, "saved/a.raw", &size);
    assert_string_equal(old, "old");
    free(old);
    assert_false(tmpdir_exists(&fixture->tmpdir, "shm/elsewhere"));
}

static void test_names(void **state)
{
    struct fixture *fixture = *state;
    char longest[256], path[300], stem[256];
    tmpdir_write_text(&fixture->tmpdir, "shm/a\x1b]0;x\nb", "1");
    expect_kept(fixture, "a\x1b]0;x\nb", "a\\x1b]0;x\\x0ab.raw");
    tmpdir_write_text(&fixture->tmpdir, "shm/..raw", "2");
    expect_kept(fixture, "..raw", "..raw");
    tmpdir_mkdir(&fixture->tmpdir, "shm/dir");
    tmpdir_write_text(&fixture->tmpdir, "shm/dir/file", "3");
    expect_kept(fixture, "dir/file", "dir_file.raw");
    memset(longest, 1, 255);
    longest[255] = '\0';
    snprintf(path, sizeof path, "shm/%s", longest);
    tmpdir_write_text(&fixture->tmpdir, path, "4");
    for (size_t i = 0; i < 244; i += 4)
        memcpy(stem + i, "\\x01", 5);
    strcpy(path, stem);
    expect_kept(fixture, longest, strcat(path, ".raw"));
    strcpy(path, stem);
    expect_kept(fixture, longest, strcat(path, ".1.raw"));
}

static void test_holes(void **state)
{
    struct fixture *fixture = *state;
    const char *path = tmpdir_path(&fixture->tmpdir, "shm/sparse");
    tmpdir_write_sparse(&fixture->tmpdir, "shm/sparse", 1ull << 40);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    assert_int_equal(pwrite(fd, "middle", 6, 1ll << 39), 6);
    assert_int_equal(pwrite(fd, "end", 3, (1ll << 40) - 3), 3);
    close(fd);
    expect_kept(fixture, "sparse", "sparse.raw");
    struct stat st;
    char bytes[7] = "";
    fd = open(tmpdir_path(&fixture->tmpdir, "saved/sparse.raw"), O_RDONLY | O_CLOEXEC);
    assert_return_code(fstat(fd, &st), errno);
    assert_int_equal(st.st_size, 1ll << 40);
    assert_int_equal(st.st_blocks, 16);
    assert_int_equal(pread(fd, bytes, 6, 1ll << 39), 6);
    assert_string_equal(bytes, "middle");
    assert_int_equal(pread(fd, bytes, 3, (1ll << 40) - 3), 3);
    assert_memory_equal(bytes, "end", 3);
    close(fd);
    tmpdir_write_sparse(&fixture->tmpdir, "shm/all", 1ull << 62);
    expect_kept(fixture, "all", "all.raw");
}

static void test_without_sendfile_or_unnamed_files(void **state)
{
    struct fixture *fixture = *state;
    write_npy(fixture, "shm/a");
    fault_play(FAULT_NO_SENDFILE | FAULT_NO_TMPFILE);
    expect_kept(fixture, "a", "a.npy");
    expect_kept(fixture, "a", "a.1.npy");
    assert_same(fixture, "a", "a.1.npy");
    assert_int_equal(copies(fixture), 2);
}

static int no_links(int olddir, const char *oldpath, int newdir, const char *newpath, int flags)
{
    (void)olddir, (void)oldpath, (void)newdir, (void)newpath, (void)flags;
    errno = EPERM;
    return -1;
}

/* As on FAT. */
static void test_without_links(void **state)
{
    struct fixture *fixture = *state;
    write_npy(fixture, "shm/a");
    fault_play(FAULT_NO_TMPFILE);
    sys.linkat = no_links;
    expect_kept(fixture, "a", "a.npy");
    expect_kept(fixture, "a", "a.1.npy");
    assert_same(fixture, "a", "a.1.npy");
    assert_int_equal(copies(fixture), 2);
}

static void test_replaced(void **state)
{
    struct fixture *fixture = *state;
    struct kept kept;
    struct error error = {0};
    tmpdir_write_text(&fixture->tmpdir, "shm/a", "old");
    struct identity id = identity_of(fixture, "a");
    tmpdir_write_text(&fixture->tmpdir, "shm/b", "new");
    assert_return_code(rename(tmpdir_path(&fixture->tmpdir, "shm/b"), tmpdir_path(&fixture->tmpdir, "shm/a")),
                       errno);
    assert_int_equal(keep_copy(fixture->directory, "a", &id, fixture->target, &kept, NULL, &error), -ESTALE);
    assert_int_equal(copies(fixture), 0);
    tmpdir_unlink(&fixture->tmpdir, "shm/a");
    assert_int_equal(keep_copy(fixture->directory, "a", &id, fixture->target, &kept, NULL, &error), -ENOENT);
}

/* What happens to the segment between the copy's first byte and its last. */
static const struct fixture *meddling;
static off_t meddle_size;
static ssize_t meddle(int out_fd, int in_fd, off_t *offset, size_t count)
{
    assert_return_code(truncate(tmpdir_path(&meddling->tmpdir, "shm/a"), meddle_size), errno);
    return sys_kernel.sendfile(out_fd, in_fd, offset, count);
}

static void test_changed_meanwhile(void **state)
{
    struct fixture *fixture = *state;
    struct kept kept;
    struct error error = {0};
    write_npy(fixture, "shm/a");
    meddling = fixture;
    meddle_size = 10;
    sys.sendfile = meddle;
    expect_failure(fixture, "a", ESTALE, "shrank");
    assert_int_equal(copies(fixture), 0);
    write_npy(fixture, "shm/a");
    meddle_size = 100000;
    assert_int_equal(keep(fixture, "a", &kept, &error), 0);
    assert_true(kept.changed);
    assert_int_equal(copies(fixture), 1);
}

static void test_tree(void **state)
{
    struct fixture *fixture = *state;
    struct kept kept;
    struct error error = {0};
    tmpdir_mkdir(&fixture->tmpdir, "shm/dir");
    tmpdir_mkdir(&fixture->tmpdir, "shm/dir/deep");
    tmpdir_write_text(&fixture->tmpdir, "shm/dir/one", "1");
    tmpdir_write_text(&fixture->tmpdir, "shm/dir/deep/one", "2");
    tmpdir_symlink(&fixture->tmpdir, "shm/dir/link", "/etc/passwd");
    tmpdir_fifo(&fixture->tmpdir, "shm/dir/fifo");
    assert_int_equal(keep(fixture, "dir", &kept, &error), 0);
    assert_int_equal(kept.files, 2);
    assert_int_equal(copies(fixture), 2);
    assert_true(tmpdir_exists(&fixture->tmpdir, "saved/dir_one.raw"));
    assert_true(tmpdir_exists(&fixture->tmpdir, "saved/dir_one.1.raw"));
    assert_int_equal(keep(fixture, "dir/link", &kept, &error), 0);
    assert_int_equal(kept.files, 0);
}

static void test_cancel(void **state)
{
    struct fixture *fixture = *state;
    struct progress progress = {.cancel = true};
    struct kept kept;
    struct error error = {0};
    write_npy(fixture, "shm/a");
    struct identity id = identity_of(fixture, "a");
    assert_int_equal(keep_copy(fixture->directory, "a", &id, fixture->target, &kept, &progress, &error),
                     -ECANCELED);
    assert_int_equal(copies(fixture), 0);
    progress.cancel = false;
    assert_int_equal(keep_copy(fixture->directory, "a", &id, fixture->target, &kept, &progress, &error), 0);
    assert_int_equal(progress.done, 4928);
}

/* SIGXFSZ would end the process. */
static void test_file_limit(void **state)
{
    struct fixture *fixture = *state;
    struct rlimit old, limit;
    write_npy(fixture, "shm/a");
    assert_return_code(getrlimit(RLIMIT_FSIZE, &old), errno);
    limit = (struct rlimit){1000, old.rlim_max};
    assert_return_code(setrlimit(RLIMIT_FSIZE, &limit), errno);
    expect_failure(fixture, "a", EFBIG, "ulimit -f");
    assert_return_code(setrlimit(RLIMIT_FSIZE, &old), errno);
}

static uid_t an_ordinary_user(void)
{
    return 12345;
}

/* Whose home it is may have made it lead to a directory of root's. */
static void test_target_through_a_link(void **state)
{
    struct fixture *fixture = *state;
    struct error error = {0};
    int target = -1;
    const char *link = tmpdir_path(&fixture->tmpdir, "link");
    tmpdir_mkdir(&fixture->tmpdir, "elsewhere");
    tmpdir_symlink(&fixture->tmpdir, "link", "elsewhere");
    if (geteuid() == 0) {
        assert_int_equal(keep_open_target(link, &target, &error), -ENOTDIR);
        assert_non_null(strstr(error.text, "a link"));
    }
    sys.geteuid = an_ordinary_user; /* the own disk, where the home's is small */
    assert_int_equal(keep_open_target(link, &target, &error), 0);
    close(target);
}

static void test_target(void **state)
{
    struct fixture *fixture = *state;
    struct error error = {0};
    int target = -1;
    tmpdir_write_text(&fixture->tmpdir, "file", "");
    assert_int_equal(keep_open_target(tmpdir_path(&fixture->tmpdir, "file"), &target, &error), -ENOTDIR);
    assert_int_equal(keep_open_target(tmpdir_path(&fixture->tmpdir, "none/saved"), &target, &error), -ENOENT);
    assert_int_equal(target, -1);
    assert_int_equal(keep_open_target(tmpdir_path(&fixture->tmpdir, "saved"), &target, &error), 0);
    close(target);
}

/* Copies on a file system that is too small. */
static void test_no_room(void **state)
{
    struct fixture *fixture = *state;
    struct tmpdir saved = {0};
    char bytes[200 << 10];
    struct statfs fs;
    memset(bytes, 1, sizeof bytes);
    snprintf(saved.path, sizeof saved.path, "%s", tmpdir_path(&fixture->tmpdir, "saved"));
    tmpdir_mount(&saved, "size=64k,nr_inodes=3");
    close(fixture->target);
    assert_int_equal(keep_open_target(saved.path, &fixture->target, NULL), 0);
    assert_return_code(fstatfs(fixture->target, &fs), errno);
    tmpdir_write(&fixture->tmpdir, "shm/a", bytes, sizeof bytes);
    expect_failure(fixture, "a", ENOSPC, "no room for its copy: 200K needed, 64.0K free");
    tmpdir_write(&fixture->tmpdir, "shm/b", bytes, 60 << 10);
    expect_kept(fixture, "b", "b.raw");
    expect_failure(fixture, "b", ENOSPC, "4.0K free");
    tmpdir_write_text(&fixture->tmpdir, "shm/c", "");
    expect_kept(fixture, "c", "c.raw");
    expect_failure(fixture, "c", ENOSPC, ""); /* no inode */
    assert_int_equal(copies(fixture), 2);
    assert_return_code(umount2(saved.path, MNT_DETACH), errno);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_kinds),
        TEST(test_nothing_is_overwritten),
        TEST(test_names),
        TEST(test_holes),
        TEST(test_without_sendfile_or_unnamed_files),
        TEST(test_without_links),
        TEST(test_replaced),
        TEST(test_changed_meanwhile),
        TEST(test_tree),
        TEST(test_cancel),
        TEST(test_file_limit),
        TEST(test_target),
        TEST(test_target_through_a_link),
        TEST(test_no_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
