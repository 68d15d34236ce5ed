#include "core/sys/fd.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "core/sys/calls.h"

void fd_close(int *fd)
{
    if (*fd < 0)
        return;
    int saved = errno;
    sys.close(*fd);
    errno = saved;
    *fd = -1;
}

int fd_openat(int dirfd, const char *path, int flags, mode_t mode)
{
    int fd;
    do {
        fd = sys.openat(dirfd, path, flags, mode);
    } while (fd < 0 && errno == EINTR);
    return fd < 0 ? -errno : fd;
}

/* By descriptor where we may (the owner's from Linux 6.10 on, else CAP_DAC_READ_SEARCH), else through /proc.
 */
int fd_link(int fd, int dirfd, const char *file)
{
    char path[32];
    if (sys.linkat(fd, "", dirfd, file, AT_EMPTY_PATH) == 0)
        return 0;
    if (errno != ENOENT && errno != EPERM && errno != EINVAL)
        return -errno;
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return sys.linkat(AT_FDCWD, path, dirfd, file, AT_SYMLINK_FOLLOW) == 0 ? 0 : -errno;
}

ssize_t fd_pread_full(int fd, void *buf, size_t size, uint64_t offset)
{
    size_t done = 0;
    while (done < size) {
        ssize_t n = sys.pread(fd, (char *)buf + done, size - done, (off_t)(offset + done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        if (n == 0)
            break;
        done += (size_t)n;
    }
    return (ssize_t)done;
}

/* After a call on fd failed with this errno: 0 where it is to be made again, which may take waiting until fd
 * is ready; else -errno. What is wrong with fd itself the next call says. */
static int go_on(int fd, int code, short events)
{
    struct pollfd waiting = {.fd = fd, .events = events};
    if (code == EINTR)
        return 0;
    if (code != EAGAIN)
        return -code;
    return sys.poll(&waiting, 1, -1) < 0 && errno != EINTR ? -errno : 0;
}

/* What there is. 0 at the end of input, or -errno. */
static ssize_t read_some(int fd, void *buf, size_t size)
{
    ssize_t n;
    int r = 0;
    while (r == 0 && (n = sys.read(fd, buf, size)) < 0)
        r = go_on(fd, errno, POLLIN);
    return r < 0 ? r : n;
}

ssize_t fd_read_full(int fd, void *buf, size_t size)
{
    size_t done = 0;
    while (done < size) {
        ssize_t n = read_some(fd, (char *)buf + done, size - done);
        if (n < 0)
            return n;
        if (n == 0)
            break;
        done += (size_t)n;
    }
    return (ssize_t)done;
}

int fd_pwrite_all(int fd, const void *buf, size_t size, uint64_t offset)
{
    size_t done = 0;
    while (done < size) {
        ssize_t n = sys.pwrite(fd, (const char *)buf + done, size - done, (off_t)(offset + done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        if (n == 0)
            return -EIO;
        done += (size_t)n;
    }
    return 0;
}

int fd_write_all(int fd, const void *buf, size_t size)
{
    size_t done = 0;
    while (done < size) {
        ssize_t n = sys.write(fd, (const char *)buf + done, size - done);
        if (n == 0)
            return -EIO;
        int r = n < 0 ? go_on(fd, errno, POLLOUT) : 0;
        if (r < 0)
            return r;
        done += n > 0 ? (size_t)n : 0;
    }
    return 0;
}

bool fd_next_data(int fd, uint64_t size, uint64_t *at, uint64_t *ret_end)
{
    off_t data = *at < size ? sys.lseek(fd, (off_t)*at, SEEK_DATA) : -1;
    if (*at >= size || (data < 0 && errno == ENXIO))
        return false;
    *ret_end = size;
    if (data < 0)
        return true;
    off_t hole = sys.lseek(fd, data, SEEK_HOLE);
    *at = (uint64_t)data;
    if (hole > data && (uint64_t)hole < size)
        *ret_end = (uint64_t)hole;
    return *at < size;
}
