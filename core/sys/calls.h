/*
 * The system calls that core makes, in one table, so that tests can make the n-th of them fail, come short, be
 * interrupted, or kill the process, and can play kernels that lack one.
 *
 * Each entry behaves as the call it is named after: -1 and errno on failure. Core calls sys.NAME(...), never the
 * libc function. The list is an X-macro for tests/support/fault.c, which wraps every entry.
 */
#ifndef SHMTOP_CORE_SYS_CALLS_H
#define SHMTOP_CORE_SYS_CALLS_H

#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/types.h>

struct epoll_event;
struct rlimit;
struct file_handle;
struct map_query;

/* X(result type, name, parameters, arguments) */
#define SYS_CALLS(X)                                                                                         \
    X(int, openat, (int dirfd, const char *path, int flags, mode_t mode), (dirfd, path, flags, mode))       \
    X(int, close, (int fd), (fd))                                                                            \
    X(int, statx, (int dirfd, const char *path, int flags, unsigned mask, struct statx *buf),               \
      (dirfd, path, flags, mask, buf))                                                                       \
    X(int, fstatfs, (int fd, struct statfs *buf), (fd, buf))                                                 \
    X(ssize_t, getdents64, (int fd, void *buf, size_t size), (fd, buf, size))                               \
    X(ssize_t, read, (int fd, void *buf, size_t size), (fd, buf, size))                                     \
    X(int, poll, (struct pollfd *fds, nfds_t count, int timeout), (fds, count, timeout))                     \
    X(ssize_t, write, (int fd, const void *buf, size_t size), (fd, buf, size))                              \
    X(ssize_t, pread, (int fd, void *buf, size_t size, off_t offset), (fd, buf, size, offset))              \
    X(ssize_t, pwrite, (int fd, const void *buf, size_t size, off_t offset), (fd, buf, size, offset))       \
    X(off_t, lseek, (int fd, off_t offset, int whence), (fd, offset, whence))                               \
    X(ssize_t, sendfile, (int out_fd, int in_fd, off_t *offset, size_t count), (out_fd, in_fd, offset, count)) \
    X(int, fallocate, (int fd, int mode, off_t offset, off_t length), (fd, mode, offset, length))           \
    X(int, ftruncate, (int fd, off_t length), (fd, length))                                                 \
    X(void *, mmap, (void *at, size_t size, int protection, int flags, int fd, off_t offset),               \
      (at, size, protection, flags, fd, offset))                                                           \
    X(int, munmap, (void *at, size_t size), (at, size))                                                      \
    X(int, madvise, (void *at, size_t size, int advice), (at, size, advice))                                 \
    X(int, fsync, (int fd), (fd))                                                                            \
    X(int, mkdirat, (int dirfd, const char *path, mode_t mode), (dirfd, path, mode))                        \
    X(int, linkat, (int olddir, const char *oldpath, int newdir, const char *newpath, int flags),           \
      (olddir, oldpath, newdir, newpath, flags))                                                             \
    X(int, renameat2, (int olddir, const char *oldpath, int newdir, const char *newpath, unsigned flags),   \
      (olddir, oldpath, newdir, newpath, flags))                                                             \
    X(int, unlinkat, (int dirfd, const char *path, int flags), (dirfd, path, flags))                        \
    X(int, faccessat, (int dirfd, const char *path, int mode, int flags), (dirfd, path, mode, flags))       \
    X(ssize_t, readlinkat, (int dirfd, const char *path, char *buf, size_t size), (dirfd, path, buf, size)) \
    X(int, fchmod, (int fd, mode_t mode), (fd, mode))                                                        \
    X(int, fchown, (int fd, uid_t uid, gid_t gid), (fd, uid, gid))                                           \
    X(int, lease, (int fd, int command, int kind), (fd, command, kind))                                     \
    X(int, map_queries, (int fd, struct map_query *list, int n), (fd, list, n))                              \
    X(int, flock, (int fd, int operation), (fd, operation))                                                  \
    X(int, name_to_handle_at,                                                                                \
      (int dirfd, const char *path, struct file_handle *handle, int *mount_id, int flags),                   \
      (dirfd, path, handle, mount_id, flags))                                                                \
    X(int, inotify_init1, (int flags), (flags))                                                              \
    X(int, inotify_add_watch, (int fd, const char *path, uint32_t mask), (fd, path, mask))                  \
    X(int, inotify_rm_watch, (int fd, int wd), (fd, wd))                                                     \
    X(ssize_t, flistxattr, (int fd, char *list, size_t size), (fd, list, size))                              \
    X(ssize_t, fgetxattr, (int fd, const char *name, void *value, size_t size), (fd, name, value, size))    \
    X(int, fsetxattr, (int fd, const char *name, const void *value, size_t size, int flags),                 \
      (fd, name, value, size, flags))                                                                        \
    X(int, fremovexattr, (int fd, const char *name), (fd, name))                                             \
    X(int, fanotify_init, (unsigned flags, unsigned event_flags), (flags, event_flags))                      \
    X(int, fanotify_mark, (int fd, unsigned flags, uint64_t mask, int dirfd, const char *path),              \
      (fd, flags, mask, dirfd, path))                                                                        \
    X(int, pidfd_open, (pid_t pid, unsigned flags), (pid, flags))                                           \
    X(int, epoll_create1, (int flags), (flags))                                                             \
    X(int, epoll_ctl, (int epoll, int operation, int fd, struct epoll_event *event),                        \
      (epoll, operation, fd, event))                                                                        \
    X(int, epoll_wait, (int epoll, struct epoll_event *events, int most, int timeout),                      \
      (epoll, events, most, timeout))                                                                       \
    X(uid_t, geteuid, (void), ())                                                                          \
    X(int, getrlimit, (int resource, struct rlimit *buf), (resource, buf))

struct sys_calls {
#define SYS_MEMBER(type, name, parameters, arguments) type(*name) parameters;
    SYS_CALLS(SYS_MEMBER)
#undef SYS_MEMBER
};

/* What core calls. Written only by tests, before any thread is started. */
extern struct sys_calls sys;

/* The kernel's own, for tests that wrap or restore an entry. lease is fcntl(fd, F_SETLEASE or F_GETLEASE, kind). */
extern const struct sys_calls sys_kernel;

#endif
