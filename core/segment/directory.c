#include "core/segment/directory.h"

#include <errno.h>
#include <linux/magic.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/segment/beneath.h"
#include "core/segment/mount.h"
#include "core/sys/calls.h"
#include "core/sys/checked.h"
#include "core/sys/fd.h"

struct directory {
    int fd; /* the same number for its whole life: other threads use it while directory_reopen puts another
               file there */
    char *path;
    _Atomic uint64_t device;
    bool read_only;
    struct descriptions *descriptions; /* borrowed; NULL: none */
    atomic_bool *lacks_attributes;     /* owned; learnt by looking, which changes nothing */
};

/* A sudoers rule for `shmtop -r` must not become a way to read any file of the machine as root. */
static int check_kind(int fd, struct error *error)
{
    struct statfs fs;
    if (sys.fstatfs(fd, &fs) < 0)
        return error_set_errno(error, errno, "cannot look at its file system");
    if (fs.f_type != TMPFS_MAGIC && fs.f_type != HUGETLBFS_MAGIC)
        return error_set(error, EACCES,
                         "not a tmpfs or hugetlbfs: root looks at nothing else with --read-only");
    return 0;
}

static int open_failed(struct error *error, int code)
{
    switch (code) {
    case ENOENT:
        return error_set(error, ENOENT, "no such directory");
    case ENOTDIR:
    case ELOOP:
        return error_set(error, ENOENT, "not a directory");
    case EACCES:
    case EPERM:
        return error_set(error, EACCES, "no permission to list it");
    default:
        return error_set_errno(error, code, "cannot open it");
    }
}

static int open_path(const char *path, bool read_only, uint64_t *ret_device, struct error *error)
{
    int fd AUTO_CLOSE = fd_openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC, 0);
    if (fd < 0)
        return open_failed(error, -fd);
    struct facts facts;
    int r = facts_get(fd, "", &facts);
    if (r < 0)
        return error_set_errno(error, -r, "cannot look at it");
    r = read_only && geteuid() == 0 ? check_kind(fd, error) : 0;
    if (r < 0)
        return r;
    *ret_device = facts.id.device;
    return fd_steal(&fd);
}

int directory_open(struct directory **ret_directory, const char *path, bool read_only, struct error *error)
{
    uint64_t device;
    int fd = open_path(path, read_only, &device, error);
    if (fd < 0)
        return fd;
    struct directory *directory = calloc(1, sizeof *directory);
    char *own_path = strdup(path);
    atomic_bool *lacks_attributes = calloc(1, sizeof *lacks_attributes);
    if (!directory || !own_path || !lacks_attributes) {
        free(directory);
        free(own_path);
        free(lacks_attributes);
        fd_close(&fd);
        return error_set_errno(error, ENOMEM, "cannot open it");
    }
    directory->fd = fd;
    directory->path = own_path;
    directory->device = device;
    directory->read_only = read_only;
    directory->lacks_attributes = lacks_attributes;
    *ret_directory = directory;
    return 0;
}

void directory_close(struct directory *directory)
{
    if (!directory)
        return;
    fd_close(&directory->fd);
    free(directory->path);
    free(directory->lacks_attributes);
    free(directory);
}

int directory_reopen(struct directory *directory, struct error *error)
{
    uint64_t device;
    int fd AUTO_CLOSE = open_path(directory->path, directory->read_only, &device, error);
    if (fd < 0)
        return fd;
    if (dup3(fd, directory->fd, O_CLOEXEC) < 0)
        return error_set_errno(error, errno, "cannot open it again");
    atomic_store(&directory->device, device);
    atomic_store(directory->lacks_attributes, false);
    return 0;
}

int directory_fd(const struct directory *directory)
{
    return directory->fd;
}

const char *directory_path(const struct directory *directory)
{
    return directory->path;
}

int directory_kernel_path(const struct directory *directory, char *buf, size_t size, struct error *error)
{
    char link[40];
    snprintf(link, sizeof link, "/proc/self/fd/%d", directory->fd);
    ssize_t n = sys.readlinkat(AT_FDCWD, link, buf, size);
    if (n < 0 || (size_t)n >= size)
        return error_set_errno(error, n < 0 ? errno : ENAMETOOLONG, "cannot know the directory's own path");
    buf[n] = '\0';
    return 0;
}

uint64_t directory_device(const struct directory *directory)
{
    return atomic_load(&directory->device);
}

bool directory_is_whole(const struct directory *directory)
{
    return mount_is_whole(directory->fd);
}

bool directory_is_read_only(const struct directory *directory)
{
    return directory->read_only;
}

void directory_use_descriptions(struct directory *directory, struct descriptions *descriptions)
{
    directory->descriptions = descriptions;
}

struct descriptions *directory_descriptions(const struct directory *directory)
{
    return directory->descriptions;
}

bool directory_lacks_attributes(const struct directory *directory)
{
    return atomic_load(directory->lacks_attributes);
}

void directory_note_lacking_attributes(const struct directory *directory)
{
    atomic_store(directory->lacks_attributes, true);
}

int directory_may_change(const struct directory *directory, struct error *error)
{
    if (directory->read_only)
        return error_set(error, EROFS, "nothing is changed with --read-only");
    return 0;
}

int directory_may_look(const struct directory *directory, uint64_t device, struct error *error)
{
    if (!directory->read_only || geteuid() != 0 || device == directory_device(directory))
        return 0;
    return error_set(error, EACCES,
                     "mounted from another file system: root looks at nothing else with --read-only");
}

static uint64_t blocks(uint64_t count, uint64_t block)
{
    uint64_t bytes;
    return checked_mul_u64(count, block, &bytes) ? UINT64_MAX : bytes;
}

int directory_usage(const struct directory *directory, struct directory_usage *ret_usage, struct error *error)
{
    struct statfs fs;
    if (sys.fstatfs(directory->fd, &fs) < 0)
        return error_set_errno(error, errno, "cannot look at its file system");
    uint64_t block = (uint64_t)(fs.f_frsize > 0 ? fs.f_frsize : fs.f_bsize);
    *ret_usage = (struct directory_usage){
        .size = blocks(fs.f_blocks, block),
        .used = blocks(fs.f_blocks > fs.f_bfree ? fs.f_blocks - fs.f_bfree : 0, block),
        .free = fs.f_blocks == 0 ? UINT64_MAX : blocks(fs.f_bavail, block),
        .inodes = fs.f_files,
        .inodes_free = fs.f_ffree,
    };
    return 0;
}

int directory_open_file(const struct directory *directory, const char *name, int flags, struct error *error)
{
    struct facts facts;
    return beneath_open_file(directory, name, flags, &facts, error);
}
