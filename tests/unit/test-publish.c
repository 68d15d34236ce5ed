#include "tests/support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/segment/publish.h"
#include "core/sys/calls.h"
#include "tests/support/fault.h"
#include "tests/support/tmpdir.h"

static const struct publish_options plain = {.uid = (uid_t)-1, .gid = (gid_t)-1};
static const struct publish_options replacing = {.uid = (uid_t)-1, .gid = (gid_t)-1, .replace = true};

static struct directory *open_directory(const struct tmpdir *tmpdir)
{
    struct directory *directory;
    assert_int_equal(directory_open(&directory, tmpdir->path, false, NULL), 0);
    return directory;
}

/* Begins, and expects that to fail with code and a text that holds words. */
static void expect_refusal(struct directory *directory, const char *name,
                           const struct publish_options *options, int code, const char *words)
{
    struct publish *publish = NULL;
    struct error error = {0};
    int r = publish_begin(&publish, directory, name, options, &error);
    publish_free(publish);
    assert_int_equal(r, -code);
    assert_int_equal(error.code, code);
    if (!strstr(error.text, words))
        fail_msg("\"%s\" does not say \"%s\"", error.text, words);
}

static struct publish *begin(struct directory *directory, const char *name,
                             const struct publish_options *options)
{
    struct publish *publish = NULL;
    struct error error = {0};
    if (publish_begin(&publish, directory, name, options, &error) < 0)
        fail_msg("%s", error.text);
    return publish;
}

static int publish_text_as(struct directory *directory, const char *name, const char *text,
                           const struct publish_options *options, struct identity *ret_id,
                           struct error *error)
{
    struct publish *publish = begin(directory, name, options);
    int r = publish_reserve(publish, strlen(text), NULL, error);
    if (r == 0)
        r = publish_write(publish, 0, text, strlen(text), error);
    if (r == 0)
        r = publish_commit(publish, ret_id, error);
    publish_free(publish);
    return r;
}

static struct identity publish_text(struct directory *directory, const char *name, const char *text,
                                    const struct publish_options *options)
{
    struct identity id;
    struct error error = {0};
    if (publish_text_as(directory, name, text, options, &id, &error) < 0)
        fail_msg("%s", error.text);
    return id;
}

static void assert_text(const struct tmpdir *tmpdir, const char *name, const char *text)
{
    size_t size;
    char *bytes = tmpdir_read(tmpdir, name, &size);
    assert_string_equal(bytes, text);
    assert_int_equal(size, strlen(text));
    free(bytes);
}

static struct stat stat_of(const struct tmpdir *tmpdir, const char *name)
{
    struct stat st;
    assert_return_code(lstat(tmpdir_path(tmpdir, name), &st), errno);
    return st;
}

static void test_name_comes_last(void **state)
{
    struct tmpdir *tmpdir = *state;
    struct directory *directory = open_directory(tmpdir);
    struct publish *publish = begin(directory, "a.shm", &plain);
    struct identity id;
    uint64_t size = PUBLISH_PIECE + 5;
    assert_int_equal(publish_reserve(publish, size, NULL, NULL), 0);
    assert_int_equal(publish_write(publish, size - 3, "end", 3, NULL), 0);
    assert_int_equal(publish_write(publish, 0, "begin", 5, NULL), 0);
    assert_int_equal(tmpdir_count(tmpdir), 0);
    assert_null(publish_get_old(publish));
    assert_int_equal(publish_commit(publish, &id, NULL), 0);
    publish_free(publish);

    struct stat st = stat_of(tmpdir, "a.shm");
    struct segment segment;
    assert_int_equal(st.st_size, size);
    assert_true(st.st_blocks * 512 >= (off_t)size); /* no holes: nobody gets SIGBUS from writing later */
    assert_int_equal(segment_stat(directory, "a.shm", &segment, NULL), 0);
    assert_true(identity_equal(&segment.id, &id));
    segment_clear(&segment);
    assert_int_equal(tmpdir_count(tmpdir), 1);
    directory_close(directory);
}

static void test_map(void **state)
{
    struct tmpdir *tmpdir = *state;
    struct directory *directory = open_directory(tmpdir);
    struct publish *publish = begin(directory, "a.shm", &plain);
    struct identity id;
    uint8_t *bytes = NULL;
    struct error error;
    assert_int_equal(publish_map(publish, &bytes, NULL), -ENOMEM); /* of nothing */
    assert_int_equal(publish_reserve(publish, 9, NULL, NULL), 0);
    fault_arm(FAULT_CALL_mmap, FAULT_ERROR, ENOMEM, 1);
    assert_int_equal(publish_map(publish, &bytes, &error), -ENOMEM);
    assert_null(bytes);
    fault_reset();
    assert_int_equal(publish_map(publish, &bytes, NULL), 0);
    publish_map_populate(publish, 0, 9);
    fault_arm(FAULT_CALL_madvise, FAULT_ERROR, EINVAL, 1);
    publish_map_populate(publish, 4, 5);
    fault_reset();
    memcpy(bytes + 4, "there", 5);
    assert_int_equal(publish_write(publish, 0, "from", 4, NULL), 0);
    assert_int_equal(publish_commit(publish, &id, NULL), 0);
    publish_free(publish);
    assert_text(tmpdir, "a.shm", "fromthere");

    publish = begin(directory, "b.shm", &plain);
    assert_int_equal(publish_reserve(publish, 9, NULL, NULL), 0);
    fault_arm(FAULT_CALL_munmap, FAULT_NONE, 0, 1);
    assert_int_equal(publish_map(publish, &bytes, NULL), 0);
    publish_free(publish);
    assert_int_equal(fault_count(FAULT_CALL_munmap), 1);
    fault_reset();
    assert_int_equal(tmpdir_count(tmpdir), 1);
    directory_close(directory);
}

static void test_without_commit_nothing_remains(void **state)
{
    struct tmpdir *tmpdir = *state;
    struct directory *directory = open_directory(tmpdir);
    unsigned fds = tmpdir_open_fds();
    struct publish *publish = begin(directory, "a.shm", &plain);
    assert_int_equal(publish_reserve(publish, 100, NULL, NULL), 0);
    publish_free(publish);
    publish_free(NULL);
    assert_int_equal(tmpdir_count(tmpdir), 0);
    assert_int_equal(tmpdir_open_fds(), fds);
    directory_close(directory);
}

static void test_empty(void **state)
{
    struct directory *directory = open_directory(*state);
    publish_text(directory, "a.shm", "", &plain);
    assert_text(*state, "a.shm", "");
    directory_close(directory);
}

static void test_access(void **state)
{
    struct directory *directory = open_directory(*state);
    struct publish_options options = plain;
    mode_t umask_before = umask(027);
    publish_text(directory, "umask.shm", "x", &options);
    umask(0);
    publish_text(directory, "open.shm", "x", &options);
    umask(umask_before);
    options.mode = 0604;
    options.mode_set = true;
    publish_text(directory, "mode.shm", "x", &options);
    assert_int_equal(stat_of(*state, "umask.shm").st_mode & 07777, 0640);
    assert_int_equal(stat_of(*state, "open.shm").st_mode & 07777, 0666);
    assert_int_equal(stat_of(*state, "mode.shm").st_mode & 07777, 0604);
    if (geteuid() == 0) {
        options.uid = 12345;
        options.gid = 54321;
        publish_text(directory, "given.shm", "x", &options);
        assert_int_equal(stat_of(*state, "given.shm").st_uid, 12345);
        assert_int_equal(stat_of(*state, "given.shm").st_gid, 54321);
        assert_int_equal(stat_of(*state, "given.shm").st_mode & 07777, 0604);
    }
    directory_close(directory);
}

static void test_existing_is_refused(void **state)
{
    struct tmpdir *tmpdir = *state;
    struct directory *directory = open_directory(tmpdir);
    tmpdir_write_text(tmpdir, "file", "old");
    tmpdir_mkdir(tmpdir, "dir");
    tmpdir_fifo(tmpdir, "fifo");
    tmpdir_symlink(tmpdir, "link", "file");
    tmpdir_symlink(tmpdir, "dangling", "nothing");
    expect_refusal(directory, "file", &plain, EEXIST, "--replace");
    expect_refusal(directory, "dir", &plain, EEXIST, "directory");
    expect_refusal(directory, "fifo", &plain, EEXIST, "no segment");
    expect_refusal(directory, "link", &plain, EEXIST, "no segment");
    expect_refusal(directory, "dir", &replacing, EEXIST, "not a regular file");
    expect_refusal(directory, "fifo", &replacing, EEXIST, "not a regular file");
    expect_refusal(directory, "link", &replacing, EEXIST, "not a regular file");
    expect_refusal(directory, "dangling", &replacing, EEXIST, "not a regular file");
    assert_text(tmpdir, "file", "old");
    assert_int_equal(tmpdir_count(tmpdir), 5);
    directory_close(directory);
}

static void test_bad_names(void **state)
{
    struct directory *directory = open_directory(*state);
    char longest[257];
    memset(longest, 'n', 256);
    longest[256] = '\0';
    static const char *const bad[] = {"", "/", ".", "..", "/a", "a/", "a//b", "../a", "a/..", "a/b/c"};
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++)
        expect_refusal(directory, bad[i], &plain, EINVAL, "");
    expect_refusal(directory, longest, &plain, EINVAL, "");
    expect_refusal(directory, ".shmtop-1-1", &plain, EINVAL, "replacements");
    longest[255] = '\0';
    publish_text(directory, longest, "x", &plain);
    assert_text(*state, longest, "x");
    assert_int_equal(tmpdir_count(*state), 1);
    directory_close(directory);
}

static void test_sub_directory(void **state)
{
    struct tmpdir *tmpdir = *state;
    struct directory *directory = open_directory(tmpdir);
    tmpdir_mkdir(tmpdir, "dir");
    tmpdir_symlink(tmpdir, "link", "dir");
    tmpdir_write_text(tmpdir, "file", "x");
    publish_text(directory, "dir/a.shm", "one", &plain);
    publish_text(directory, "dir/a.shm", "two", &replacing);
    assert_text(tmpdir, "dir/a.shm", "two");
    expect_refusal(directory, "none/a.shm", &plain, ENOENT, "no directory");
    expect_refusal(directory, "link/a.shm", &plain, ENOENT, "no directory");
    expect_refusal(directory, "file/a.shm", &plain, ENOENT, "no directory");
    assert_false(tmpdir_exists(tmpdir, "none"));
    directory_close(directory);
}

static void test_read_only(void **state)
{
    struct tmpdir *tmpdir = *state;
    struct directory *directory;
    assert_int_equal(directory_open(&directory, tmpdir->path, true, NULL), 0);
    tmpdir_write_text(tmpdir, ".shmtop-1-1", "left");
    expect_refusal(directory, "a.shm", &plain, EROFS, "");
    publish_clean_leftovers(directory);
    assert_true(tmpdir_exists(tmpdir, ".shmtop-1-1"));
    directory_close(directory);
}

static void test_replace(void **state)
{
    struct tmpdir *tmpdir = *state;
    struct directory *directory = open_directory(tmpdir);
    tmpdir_write_text(tmpdir, "a.shm", "old");
    assert_return_code(chmod(tmpdir_path(tmpdir, "a.shm"), 0644), errno);
    assert_return_code(chmod(tmpdir_path(tmpdir, "a.shm"), 0604), errno);
    if (geteuid() == 0)
        assert_return_code(chown(tmpdir_path(tmpdir, "a.shm"), 12345, 54321), errno);
    uint64_t inode = tmpdir_inode(tmpdir, "a.shm");
    struct identity id = publish_text(directory, "a.shm", "brand new", &replacing);
    struct stat st = stat_of(tmpdir, "a.shm");
    assert_text(tmpdir, "a.shm", "brand new");
    assert_int_equal(id.inode, st.st_ino);
    assert_int_not_equal(inode, st.st_ino);
    assert_int_equal(st.st_mode & 07777, 0604);
    if (geteuid() == 0) {
        assert_int_equal(st.st_uid, 12345);
        assert_int_equal(st.st_gid, 54321);
    }
    assert_int_equal(tmpdir_count(tmpdir), 1);
    directory_close(directory);
}

static void test_replace_held(void **state)
{
    struct tmpdir *tmpdir = *state;
    struct directory *directory = open_directory(tmpdir);
    struct publish_options options = replacing;
    tmpdir_write_text(tmpdir, "a.shm", "old");
    int fd = open(tmpdir_path(tmpdir, "a.shm"), O_RDONLY | O_CLOEXEC);
    const char *map = mmap(NULL, 3, PROT_READ, MAP_SHARED, fd, 0);
    assert_ptr_not_equal(map, MAP_FAILED);
    close(fd);
    expect_refusal(directory, "a.shm", &options, EBUSY, "--allow held");
    options.allow_held = true;
    struct publish *publish = begin(directory, "a.shm", &options);
    struct identity id;
    assert_int_equal(publish_reserve(publish, 4, NULL, NULL), 0);
    assert_int_equal(publish_write(publish, 0, "new!", 4, NULL), 0);
    assert_int_equal(publish_commit(publish, &id, NULL), 0);
    const struct publish_old *old = publish_get_old(publish);
    assert_int_equal(old->held, HELD_YES);
    assert_true(old->allocated > 0);
    publish_free(publish);
    assert_memory_equal(map, "old", 3); /* who maps the old one keeps it */
    assert_text(tmpdir, "a.shm", "new!");
    munmap((void *)map, 3);
    directory_close(directory);
}

/* Who has a lease on it, and does not give it back, has it open. */
static void test_replace_leased(void **state)
{
    struct tmpdir *tmpdir = *state;
    struct directory *directory = open_directory(tmpdir);
    struct publish_options options = replacing;
    tmpdir_write_text(tmpdir, "a.shm", "old");
    int fd = open(tmpdir_path(tmpdir, "a.shm"), O_RDONLY | O_CLOEXEC);
    assert_int_equal(lease_take(fd), HELD_NO);
    expect_refusal(directory, "a.shm", &options, EBUSY, "--allow held");
    options.allow_held = true;
    struct publish *publish = begin(directory, "a.shm", &options);
    struct identity id;
    assert_int_equal(publish_commit(publish, &id, NULL), 0);
    assert_int_equal(publish_get_old(publish)->held, HELD_YES);
    publish_free(publish);
    close(fd);
    assert_int_equal(tmpdir_inode(tmpdir, "a.shm"), id.inode);
    directory_close(directory);
}

static void test_replace_protected(void **state)
{
    struct directory *directory = open_directory(*state);
    struct publish_options options = replacing;
    options.is_protected = true;
    publish_text(directory, "a.shm", "first", &options); /* a new one breaks nobody */
    expect_refusal(directory, "a.shm", &options, EBUSY, "--allow protected");
    options.allow_protected = true;
    publish_text(directory, "a.shm", "second", &options);
    assert_text(*state, "a.shm", "second");
    directory_close(directory);
}

enum meanwhile { MADE, REPLACED, DELETED, OPENED };

static void expect_meanwhile(struct tmpdir *tmpdir, enum meanwhile what, int code, const char *words)
{
    struct directory *directory = open_directory(tmpdir);
    struct error error = {0};
    struct identity id;
    int fd = -1;
    if (what != MADE)
        tmpdir_write_text(tmpdir, "a.shm", "old");
    unsigned entries = what != DELETED;
    struct publish *publish = begin(directory, "a.shm", &replacing);
    if (what == REPLACED || what == DELETED)
        tmpdir_unlink(tmpdir, "a.shm");
    if (what == MADE || what == REPLACED)
        tmpdir_write_text(tmpdir, "a.shm", "theirs");
    if (what == OPENED)
        fd = open(tmpdir_path(tmpdir, "a.shm"), O_RDONLY | O_CLOEXEC);
    assert_int_equal(publish_commit(publish, &id, &error), -code);
    publish_free(publish);
    if (fd >= 0)
        close(fd);
    if (!strstr(error.text, words))
        fail_msg("\"%s\" does not say \"%s\"", error.text, words);
    if (entries)
        assert_text(tmpdir, "a.shm", what == OPENED ? "old" : "theirs");
    assert_int_equal(tmpdir_count(tmpdir), entries);
    if (entries)
        tmpdir_unlink(tmpdir, "a.shm");
    directory_close(directory);
}

static void test_changes_meanwhile(void **state)
{
    expect_meanwhile(*state, MADE, EEXIST, "made meanwhile");
    expect_meanwhile(*state, REPLACED, ESTALE, "replaced meanwhile");
    expect_meanwhile(*state, DELETED, ESTALE, "deleted meanwhile");
    expect_meanwhile(*state, OPENED, EBUSY, "in use");
}

static void test_old_kernels(void **state)
{
    struct tmpdir *tmpdir = *state;
    struct directory *directory = open_directory(tmpdir);
    fault_play(FAULT_NO_TMPFILE);
    expect_refusal(directory, "a.shm", &plain, ENOTSUP, "O_TMPFILE");
    fault_play(FAULT_NO_FALLOCATE);
    struct publish *publish = begin(directory, "a.shm", &plain);
    struct error error;
    assert_int_equal(publish_reserve(publish, 5, NULL, &error), -ENOTSUP);
    publish_free(publish);
    assert_int_equal(tmpdir_count(tmpdir), 0);
    fault_play(FAULT_NO_LEASES | FAULT_NO_BTIME);
    publish_text(directory, "a.shm", "one", &replacing);
    publish_text(directory, "a.shm", "two", &replacing);
    fault_play(FAULT_NO_BTIME | FAULT_NO_HANDLES);
    publish_text(directory, "a.shm", "three", &replacing);
    fault_reset();
    assert_text(tmpdir, "a.shm", "three");
    directory_close(directory);
}

static void test_leftovers(void **state)
{
    struct tmpdir *tmpdir = *state;
    struct directory *directory = open_directory(tmpdir);
    tmpdir_mkdir(tmpdir, "dir");
    tmpdir_mkdir(tmpdir, ".shmtop-2-2");
    tmpdir_symlink(tmpdir, ".shmtop-3-3", "keep.shm");
    tmpdir_fifo(tmpdir, ".shmtop-4-4");
    static const char *const goes[] = {".shmtop-1-1", "dir/.shmtop-99-1"};
    static const char *const stays[] = {".shmtop-5-5", ".shmtop-1", ".shmtop-a-1", "keep.shm", ".shmtop-6-6"};
    for (unsigned i = 0; i < 2; i++)
        tmpdir_write_text(tmpdir, goes[i], "left");
    for (unsigned i = 0; i < 5; i++)
        tmpdir_write_text(tmpdir, stays[i], "kept");
    if (geteuid() == 0)
        assert_return_code(chown(tmpdir_path(tmpdir, ".shmtop-6-6"), 12345, -1), errno);
    else
        tmpdir_unlink(tmpdir, ".shmtop-6-6");
    int locked = open(tmpdir_path(tmpdir, ".shmtop-5-5"), O_RDONLY | O_CLOEXEC);
    assert_return_code(flock(locked, LOCK_EX), errno);
    publish_clean_leftovers(directory);
    for (unsigned i = 0; i < 2; i++)
        assert_false(tmpdir_exists(tmpdir, goes[i]));
    for (unsigned i = 0; i < 4; i++)
        assert_true(tmpdir_exists(tmpdir, stays[i]));
    assert_true(geteuid() != 0 || tmpdir_exists(tmpdir, ".shmtop-6-6"));
    assert_true(tmpdir_exists(tmpdir, ".shmtop-2-2") && tmpdir_exists(tmpdir, ".shmtop-3-3") &&
                tmpdir_exists(tmpdir, ".shmtop-4-4"));
    close(locked);
    directory_close(directory);
}

/* Runs it in a child as another user (0: as we are), and expects success. */
static void in_child(uid_t uid, int (*run)(struct tmpdir *tmpdir), struct tmpdir *tmpdir)
{
    pid_t child = fork();
    assert_return_code(child, errno);
    if (child == 0) {
        if (uid && (setgid(uid) < 0 || setuid(uid) < 0))
            _exit(99);
        _exit(run(tmpdir));
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFSIGNALED(status))
        fail_msg("killed by signal %d", WTERMSIG(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* A lock can be asked for through what may only be written; what may be neither read nor written stays. */
static int clean_unreadable(struct tmpdir *tmpdir)
{
    struct directory *directory;
    static const struct {
        const char *name;
        mode_t mode;
    } files[] = {{".shmtop-1-1", 0200}, {".shmtop-1-2", 0200}, {".shmtop-1-3", 0}};
    if (directory_open(&directory, tmpdir->path, false, NULL) < 0)
        return 1;
    int locked = -1;
    for (unsigned i = 0; i < 3; i++) {
        int fd = openat(directory_fd(directory), files[i].name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        if (fd < 0 || fchmod(fd, files[i].mode) < 0)
            return 2;
        if (i != 1)
            close(fd);
        else if (flock(locked = fd, LOCK_EX) < 0)
            return 3;
    }
    publish_clean_leftovers(directory);
    bool there[3];
    for (unsigned i = 0; i < 3; i++)
        there[i] = faccessat(directory_fd(directory), files[i].name, F_OK, 0) == 0;
    close(locked);
    directory_close(directory);
    return there[0] ? 4 : !there[1] ? 5 : there[2] != (geteuid() != 0) ? 6 : 0;
}

static int replace_anothers(struct tmpdir *tmpdir)
{
    struct directory *directory;
    struct publish *publish = NULL;
    struct error error = {0};
    if (directory_open(&directory, tmpdir->path, false, NULL) < 0)
        return 1;
    if (publish_begin(&publish, directory, "a.shm", &replacing, &error) != -EACCES ||
        !strstr(error.text, "sticky"))
        return 2;
    if (publish_begin(&publish, directory, "shared/a.shm", &replacing, &error) != 0)
        return 3;
    struct identity id;
    if (publish_commit(publish, &id, &error) < 0)
        return 4;
    publish_free(publish);
    directory_close(directory);
    return 0;
}

static void test_unreadable_leftovers(void **state)
{
    struct tmpdir *tmpdir = *state;
    assert_return_code(chmod(tmpdir->path, 0777), errno);
    in_child(geteuid() == 0 ? 12345 : 0, clean_unreadable, tmpdir);
}

static void test_sticky(void **state)
{
    struct tmpdir *tmpdir = *state;
    if (geteuid() != 0)
        skip();
    tmpdir_mkdir(tmpdir, "shared");
    tmpdir_write_text(tmpdir, "a.shm", "root's");
    tmpdir_write_text(tmpdir, "shared/a.shm", "root's");
    assert_return_code(chmod(tmpdir->path, 01777), errno);
    assert_return_code(chmod(tmpdir_path(tmpdir, "shared"), 0777), errno);
    assert_return_code(chown(tmpdir_path(tmpdir, "shared/a.shm"), 0, 12345), errno);
    in_child(12345, replace_anothers, tmpdir);
    assert_text(tmpdir, "a.shm", "root's");
    assert_text(tmpdir, "shared/a.shm", "");
    assert_int_equal(stat_of(tmpdir, "shared/a.shm").st_uid, 12345);
}

static int exceed_file_limit(struct tmpdir *tmpdir)
{
    struct directory *directory;
    struct publish *publish;
    struct error error = {0};
    struct rlimit limit = {1000, 1000};
    if (setrlimit(RLIMIT_FSIZE, &limit) < 0 || directory_open(&directory, tmpdir->path, false, NULL) < 0 ||
        publish_begin(&publish, directory, "a.shm", &plain, NULL) < 0)
        return 1;
    if (publish_reserve(publish, 1001, NULL, &error) != -EFBIG || !strstr(error.text, "ulimit"))
        return 2;
    publish_free(publish);
    directory_close(directory);
    return 0;
}

static void test_file_limit(void **state)
{
    struct directory *directory = open_directory(*state);
    struct publish *publish = begin(directory, "a.shm", &plain);
    assert_int_equal(publish_reserve(publish, UINT64_MAX, NULL, NULL), -EFBIG);
    publish_free(publish);
    directory_close(directory);
    in_child(0, exceed_file_limit, *state);
    assert_int_equal(tmpdir_count(*state), 0);
}

static void test_full(void **state)
{
    struct tmpdir *tmpdir = *state;
    struct error error = {0};
    tmpdir_mount(tmpdir, "size=1m");
    struct directory *directory = open_directory(tmpdir);
    struct publish *publish = begin(directory, "a.shm", &plain);
    assert_int_equal(publish_reserve(publish, 2 << 20, NULL, &error), -ENOSPC);
    assert_non_null(strstr(error.text, "no room"));
    publish_free(publish);
    assert_int_equal(tmpdir_count(tmpdir), 0);
    struct directory_usage usage;
    assert_int_equal(directory_usage(directory, &usage, NULL), 0);
    assert_int_equal(usage.used, 0);
    directory_close(directory);
}

static void test_no_inode(void **state)
{
    struct tmpdir *tmpdir = *state;
    tmpdir_mount(tmpdir, "size=1m,nr_inodes=2");
    tmpdir_write_text(tmpdir, "last", "");
    struct directory *directory = open_directory(tmpdir);
    expect_refusal(directory, "a.shm", &plain, ENOSPC, "inode");
    assert_int_equal(tmpdir_count(tmpdir), 1);
    directory_close(directory);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tmpdir_setup, tmpdir_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_name_comes_last),
        TEST(test_map),
        TEST(test_without_commit_nothing_remains),
        TEST(test_empty),
        TEST(test_access),
        TEST(test_bad_names),
        TEST(test_existing_is_refused),
        TEST(test_sub_directory),
        TEST(test_read_only),
        TEST(test_replace),
        TEST(test_replace_held),
        TEST(test_replace_leased),
        TEST(test_replace_protected),
        TEST(test_changes_meanwhile),
        TEST(test_old_kernels),
        TEST(test_leftovers),
        TEST(test_unreadable_leftovers),
        TEST(test_sticky),
        TEST(test_file_limit),
        TEST(test_full),
        TEST(test_no_inode),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
