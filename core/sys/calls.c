#include "core/sys/calls.h"

#include <errno.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/fanotify.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "core/sys/map_query.h"

static int call_openat(int dirfd, const char *path, int flags, mode_t mode)
{
    return openat(dirfd, path, flags, mode);
}

static ssize_t call_getdents64(int fd, void *buf, size_t size)
{
    return syscall(SYS_getdents64, fd, buf, size);
}

static int call_lease(int fd, int command, int kind)
{
    return fcntl(fd, command, kind);
}

/* Linux 5.3; of glibc's own only since 2.36. */
static int call_pidfd_open(pid_t pid, unsigned flags)
{
#ifdef SYS_pidfd_open
    return (int)syscall(SYS_pidfd_open, pid, flags);
#else
    (void)pid;
    (void)flags;
    errno = ENOSYS;
    return -1;
#endif
}

/* glibc's own takes an enum. */
static int call_getrlimit(int resource, struct rlimit *buf)
{
    return getrlimit((__rlimit_resource_t)resource, buf);
}

#define KERNEL_CALLS \
{ \
    .openat = call_openat, \
    .close = close, \
    .statx = statx, \
    .fstatfs = fstatfs, \
    .getdents64 = call_getdents64, \
    .read = read, \
    .poll = poll, \
    .write = write, \
    .pread = pread, \
    .pwrite = pwrite, \
    .lseek = lseek, \
    .sendfile = sendfile, \
    .fallocate = fallocate, \
    .ftruncate = ftruncate, \
    .mmap = mmap, \
    .munmap = munmap, \
    .madvise = madvise, \
    .fsync = fsync, \
    .mkdirat = mkdirat, \
    .linkat = linkat, \
    .renameat2 = renameat2, \
    .unlinkat = unlinkat, \
    .faccessat = faccessat, \
    .readlinkat = readlinkat, \
    .fchmod = fchmod, \
    .fchown = fchown, \
    .lease = call_lease, \
    .map_queries = map_queries, \
    .flock = flock, \
    .name_to_handle_at = name_to_handle_at, \
    .inotify_init1 = inotify_init1, \
    .inotify_add_watch = inotify_add_watch, \
    .inotify_rm_watch = inotify_rm_watch, \
    .flistxattr = flistxattr, \
    .fgetxattr = fgetxattr, \
    .fsetxattr = fsetxattr, \
    .fremovexattr = fremovexattr, \
    .fanotify_init = fanotify_init, \
    .fanotify_mark = fanotify_mark, \
    .pidfd_open = call_pidfd_open, \
    .epoll_create1 = epoll_create1, \
    .epoll_ctl = epoll_ctl, \
    .epoll_wait = epoll_wait, \
    .geteuid = geteuid, \
    .getrlimit = call_getrlimit, \
}

const struct sys_calls sys_kernel = KERNEL_CALLS;
struct sys_calls sys = KERNEL_CALLS;
