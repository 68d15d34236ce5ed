#include "tests/support/test.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/layout/npy.h"
#include "tests/support/tmpdir.h"

void tmpdir_make(struct tmpdir *tmpdir)
{
    *tmpdir = (struct tmpdir){.path = "/dev/shm/.shmtop-test-XXXXXX"};
    if (!mkdtemp(tmpdir->path)) {
        const char *elsewhere = getenv("TMPDIR");
        snprintf(tmpdir->path, sizeof tmpdir->path, "%s/shmtop-test-XXXXXX", elsewhere ? elsewhere : "/tmp");
        assert_non_null(mkdtemp(tmpdir->path));
    }
    assert_return_code(chmod(tmpdir->path, 0755), errno);
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st, (void)kind, (void)ftw;
    return remove(path);
}

static int open_up(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st, (void)ftw;
    if (kind == FTW_D || kind == FTW_DNR)
        chmod(path, 0700);
    return 0;
}

void tmpdir_remove(struct tmpdir *tmpdir)
{
    if (tmpdir->mounted)
        assert_return_code(umount2(tmpdir->path, MNT_DETACH), errno);
    nftw(tmpdir->path, open_up, 16, FTW_PHYS);
    assert_int_equal(nftw(tmpdir->path, remove_one, 16, FTW_PHYS | FTW_DEPTH), 0);
}

int tmpdir_setup(void **state)
{
    struct tmpdir *tmpdir = malloc(sizeof *tmpdir);
    assert_non_null(tmpdir);
    tmpdir_make(tmpdir);
    *state = tmpdir;
    return 0;
}

int tmpdir_teardown(void **state)
{
    tmpdir_remove(*state);
    free(*state);
    return 0;
}

const char *tmpdir_path(const struct tmpdir *tmpdir, const char *name)
{
    static char buffers[16][1024];
    static unsigned turn;
    char *buf = buffers[turn++ % 16];
    assert_true(snprintf(buf, sizeof buffers[0], "%s/%s", tmpdir->path, name) < (int)sizeof buffers[0]);
    return buf;
}

static int create(const struct tmpdir *tmpdir, const char *name)
{
    int fd = open(tmpdir_path(tmpdir, name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    assert_return_code(fd, errno);
    return fd;
}

static void write_all(int fd, const void *bytes, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t n = write(fd, (const char *)bytes + done, size - done);
        assert_return_code(n, errno);
        done += (size_t)n;
    }
}

void tmpdir_write(const struct tmpdir *tmpdir, const char *name, const void *bytes, size_t size)
{
    int fd = create(tmpdir, name);
    write_all(fd, bytes, size);
    close(fd);
}

void tmpdir_write_text(const struct tmpdir *tmpdir, const char *name, const char *text)
{
    tmpdir_write(tmpdir, name, text, strlen(text));
}

void tmpdir_write_sparse(const struct tmpdir *tmpdir, const char *name, uint64_t size)
{
    int fd = create(tmpdir, name);
    assert_return_code(ftruncate(fd, (off_t)size), errno);
    close(fd);
}

void tmpdir_mkdir(const struct tmpdir *tmpdir, const char *name)
{
    assert_return_code(mkdir(tmpdir_path(tmpdir, name), 0755), errno);
}

void tmpdir_fifo(const struct tmpdir *tmpdir, const char *name)
{
    assert_return_code(mkfifo(tmpdir_path(tmpdir, name), 0644), errno);
}

void tmpdir_symlink(const struct tmpdir *tmpdir, const char *name, const char *target)
{
    assert_return_code(symlink(target, tmpdir_path(tmpdir, name)), errno);
}

void tmpdir_unlink(const struct tmpdir *tmpdir, const char *name)
{
    assert_return_code(remove(tmpdir_path(tmpdir, name)), errno);
}

void tmpdir_write_npy(const struct tmpdir *tmpdir, const char *name, const char *descr, bool fortran_order,
                      const char *shape, const void *data, size_t size)
{
    char head[1024];
    int length = snprintf(head + 10, sizeof head - 10, "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }",
                          descr, fortran_order ? "True" : "False", shape);
    size_t padded = (10 + (size_t)length + 1 + 63) / 64 * 64;
    assert_true(length > 0 && padded <= sizeof head);
    memset(head + 10 + length, ' ', padded - 10 - (size_t)length);
    head[padded - 1] = '\n';
    memcpy(head, "\x93NUMPY\x01\x00", 8);
    head[8] = (char)((padded - 10) & 0xff);
    head[9] = (char)((padded - 10) >> 8);
    int fd = create(tmpdir, name);
    write_all(fd, head, padded);
    if (data)
        write_all(fd, data, size);
    else
        assert_return_code(ftruncate(fd, (off_t)(padded + size)), errno);
    close(fd);
}

void tmpdir_write_matrix(const struct tmpdir *tmpdir, const char *name, const struct matrix *matrix,
                         const void *data, size_t size)
{
    uint8_t *header;
    size_t length;
    assert_int_equal(npy_write_header(matrix, &header, &length, NULL), 0);
    uint8_t *all = malloc(length + size + 1);
    assert_non_null(all);
    memcpy(all, header, length);
    if (size)
        memcpy(all + length, data, size);
    tmpdir_write(tmpdir, name, all, length + size);
    free(all);
    free(header);
}

char *tmpdir_read(const struct tmpdir *tmpdir, const char *name, size_t *ret_size)
{
    struct stat st;
    int fd = open(tmpdir_path(tmpdir, name), O_RDONLY | O_CLOEXEC);
    assert_return_code(fd, errno);
    assert_return_code(fstat(fd, &st), errno);
    char *bytes = malloc((size_t)st.st_size + 1);
    assert_non_null(bytes);
    size_t done = 0;
    for (ssize_t n; (n = read(fd, bytes + done, (size_t)st.st_size - done)) > 0;)
        done += (size_t)n;
    close(fd);
    bytes[done] = '\0';
    *ret_size = done;
    return bytes;
}

bool tmpdir_exists(const struct tmpdir *tmpdir, const char *name)
{
    struct stat st;
    return lstat(tmpdir_path(tmpdir, name), &st) == 0;
}

uint64_t tmpdir_inode(const struct tmpdir *tmpdir, const char *name)
{
    struct stat st;
    assert_return_code(lstat(tmpdir_path(tmpdir, name), &st), errno);
    return st.st_ino;
}

static unsigned count_entries(const char *path)
{
    DIR *directory = opendir(path);
    assert_non_null(directory);
    unsigned n = 0;
    for (struct dirent *entry; (entry = readdir(directory));)
        n += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(directory);
    return n;
}

unsigned tmpdir_count(const struct tmpdir *tmpdir)
{
    return count_entries(tmpdir->path);
}

unsigned tmpdir_open_fds(void)
{
    return count_entries("/proc/self/fd") - 1; /* less the one that counts */
}

static bool write_proc(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    if (fd >= 0)
        close(fd);
    return ok;
}

/* A user namespace in which we are root of our own uid and gid. */
static bool enter_user_namespace(void)
{
    char uid_map[64], gid_map[64];
    snprintf(uid_map, sizeof uid_map, "0 %u 1", geteuid());
    snprintf(gid_map, sizeof gid_map, "0 %u 1", getegid());
    return unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 && write_proc("/proc/self/setgroups", "deny") &&
           write_proc("/proc/self/uid_map", uid_map) && write_proc("/proc/self/gid_map", gid_map);
}

/* In a chroot "/" need not be a mount; then it is enough that where we mount is one, and private. */
static bool keep_mounts_to_ourselves(void)
{
    return mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) == 0 ||
           mount("none", "/dev/shm", "none", MS_REC | MS_PRIVATE, NULL) == 0;
}

static bool enter_namespace(void)
{
    static enum { NOT_TRIED, INSIDE, REFUSED } once;
    if (once == NOT_TRIED) {
        bool in = unshare(CLONE_NEWNS) == 0 || enter_user_namespace();
        once = in && keep_mounts_to_ourselves() ? INSIDE : REFUSED;
    }
    return once == INSIDE;
}

void tmpdir_mount(struct tmpdir *tmpdir, const char *options)
{
    if (!enter_namespace() || mount("tmpfs", tmpdir->path, "tmpfs", 0, options) != 0)
        skip();
    tmpdir->mounted = true;
}
