#include "core/transfer/target.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "core/catalog/format.h"
#include "core/segment/room.h"
#include "core/sys/calls.h"
#include "core/sys/checked.h"
#include "core/sys/fd.h"

#define TEMPORARY_TRIES 100

int target_check_room(int directory, uint64_t size, uint64_t needed, struct error *error)
{
    struct statfs fs;
    uint64_t free;
    int r = room_check_file(size, error);
    if (r < 0)
        return r;
    if (sys.fstatfs(directory, &fs) < 0)
        return error_set_errno(error, errno, "cannot look how much room there is for its copy");
    if (fs.f_blocks == 0 || checked_mul_u64(fs.f_bavail, (uint64_t)fs.f_bsize, &free) || needed <= free)
        return 0;
    char want[FORMAT_BYTES_MAX], have[FORMAT_BYTES_MAX];
    format_bytes(needed, want, sizeof want);
    format_bytes(free, have, sizeof have);
    return error_set(error, ENOSPC, "no room for its copy: %s needed, %s free", want, have);
}

/* The n-th hidden name. */
static void choose_temporary(struct target *target, unsigned n)
{
    snprintf(target->temporary, sizeof target->temporary, ".shmtop-%ld-%u", (long)getpid(), n);
}

static int open_temporary(struct target *target, mode_t mode)
{
    int fd = -EEXIST;
    for (unsigned n = 1; n <= TEMPORARY_TRIES && fd == -EEXIST; n++) {
        choose_temporary(target, n);
        fd = fd_openat(target->directory, target->temporary,
                       O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    }
    if (fd < 0)
        target->temporary[0] = '\0';
    return fd;
}

int target_open(struct target *target, int directory, mode_t mode, struct error *error)
{
    *target = (struct target){.directory = directory, .fd = -1};
    int fd = fd_openat(directory, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, mode);
    if (fd == -EOPNOTSUPP || fd == -EISDIR || fd == -EINVAL)
        fd = open_temporary(target, mode);
    if (fd == -ENOSPC || fd == -EDQUOT)
        return error_set(error, ENOSPC, "no room for its copy: the file system has no inode left");
    if (fd == -EACCES || fd == -EPERM)
        return error_set(error, EACCES, "no permission to create its copy in that directory");
    if (fd < 0)
        return error_set_errno(error, -fd, "cannot create its copy");
    target->fd = fd;
    return 0;
}

int target_write_failed(int code, struct error *error)
{
    if (code == ENOSPC || code == EDQUOT)
        return error_set(error, ENOSPC, "no room left for its copy");
    return error_set_errno(error, code, "cannot write its copy");
}

int target_set_size(const struct target *target, uint64_t size, struct error *error)
{
    return sys.ftruncate(target->fd, (off_t)size) < 0 ? target_write_failed(errno, error) : 0;
}

int target_flush(const struct target *target, struct error *error)
{
    int r;
    do
        r = sys.fsync(target->fd);
    while (r < 0 && errno == EINTR);
    return r < 0 ? target_write_failed(errno, error) : 0;
}

static void drop_temporary(struct target *target)
{
    if (target->temporary[0])
        sys.unlinkat(target->directory, target->temporary, 0);
    target->temporary[0] = '\0';
}

/* The temporary becomes FILE, by a rename that replaces nothing; where there is none by a link, after which
 * a kill can leave the temporary too. */
static int name_temporary(struct target *target, const char *file)
{
    int directory = target->directory;
    if (sys.renameat2(directory, target->temporary, directory, file, RENAME_NOREPLACE) == 0) {
        target->temporary[0] = '\0';
        return 0;
    }
    if (errno != EINVAL && errno != EOPNOTSUPP && errno != ENOSYS)
        return -errno;
    if (sys.linkat(directory, target->temporary, directory, file, 0) < 0)
        return -errno;
    drop_temporary(target);
    return 0;
}

int target_name(struct target *target, const char *file)
{
    return target->temporary[0] ? name_temporary(target, file) : fd_link(target->fd, target->directory, file);
}

static int link_temporary(struct target *target)
{
    int r = -EEXIST;
    for (unsigned n = 1; n <= TEMPORARY_TRIES && r == -EEXIST; n++) {
        choose_temporary(target, n);
        r = fd_link(target->fd, target->directory, target->temporary);
    }
    if (r < 0)
        target->temporary[0] = '\0';
    return r;
}

int target_replace(struct target *target, const char *file)
{
    int r = target->temporary[0] ? 0 : link_temporary(target);
    if (r < 0)
        return r;
    if (sys.renameat2(target->directory, target->temporary, target->directory, file, 0) < 0)
        return -errno;
    target->temporary[0] = '\0';
    return 0;
}

void target_close(struct target *target)
{
    drop_temporary(target);
    fd_close(&target->fd);
}
