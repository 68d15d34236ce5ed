#include "core/sys/trusted.h"

#include <errno.h>
#include <stdlib.h>

#include "core/sys/fd.h"
#include "core/sys/memory.h"

static int check_facts(const struct statx *facts, enum trusted_writers writers, struct error *error)
{
    if (!S_ISREG(facts->stx_mode))
        return error_set(error, ENOTSUP, "not a regular file");
    if (facts->stx_uid != 0 && facts->stx_uid != sys.geteuid())
        return error_set(error, EPERM, "belongs to user %u: only root's or your own is believed",
                         (unsigned)facts->stx_uid);
    if (facts->stx_mode & S_IWOTH)
        return error_set(error, EPERM, "everybody may write it: chmod o-w");
    if (writers == TRUSTED_NOBODY && facts->stx_mode & S_IWGRP)
        return error_set(error, EPERM, "its group may write it: chmod g-w");
    if (facts->stx_size > TRUSTED_MAX)
        return error_set(error, EFBIG, "larger than 1 MiB");
    return 0;
}

/* Checked before it is opened (opening a FIFO releases whoever waits at its other end) and once more after.
 */
static int open_checked(int dirfd, const char *path, enum trusted_writers writers, struct statx *facts,
                        struct error *error)
{
    bool follow = writers != TRUSTED_NOBODY;
    if (sys.statx(dirfd, path, follow ? 0 : AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, facts) < 0)
        return errno == ENOENT || errno == ENOTDIR ? -ENOENT
                                                   : error_set_errno(error, errno, "cannot look at it");
    int r = check_facts(facts, writers, error);
    if (r < 0)
        return r;
    int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (follow ? 0 : O_NOFOLLOW);
    int fd AUTO_CLOSE = fd_openat(dirfd, path, flags, 0);
    if (fd < 0)
        return error_set_errno(error, -fd, "cannot open it");
    if (sys.statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, facts) < 0)
        return error_set_errno(error, errno, "cannot look at it");
    r = check_facts(facts, writers, error);
    return r < 0 ? r : fd_steal(&fd);
}

int trusted_read(int dirfd, const char *path, enum trusted_writers writers, char **ret_text, size_t *ret_size,
                 struct statx *ret_facts, struct error *error)
{
    struct statx facts;
    int fd AUTO_CLOSE = open_checked(dirfd, path, writers, &facts, error);
    if (fd < 0)
        return fd;
    char *text = memory_new(TRUSTED_MAX + 2);
    ssize_t n = fd_read_full(fd, text, TRUSTED_MAX + 1);
    int r = n < 0                      ? error_set_errno(error, (int)-n, "cannot read it")
            : n > (ssize_t)TRUSTED_MAX ? error_set(error, EFBIG, "larger than 1 MiB")
                                       : 0;
    if (r < 0) {
        free(text);
        return r;
    }
    *ret_text = text;
    *ret_size = (size_t)n;
    if (ret_facts)
        *ret_facts = facts;
    return 0;
}
