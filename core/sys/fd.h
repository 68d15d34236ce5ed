/*
 * File descriptors that close themselves, and reads and writes that go on after a signal or a short count.
 */
#ifndef SHMTOP_CORE_SYS_FD_H
#define SHMTOP_CORE_SYS_FD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Closes *fd unless it is negative, and sets it to -1. Keeps errno. */
void fd_close(int *fd);

/* int fd AUTO_CLOSE = -1; unused: one that is held for its lease alone is never read. */
#define AUTO_CLOSE __attribute__((cleanup(fd_close), unused))

/* Takes the descriptor out of an AUTO_CLOSE variable. */
static inline int fd_steal(int *fd)
{
    int stolen = *fd;
    *fd = -1;
    return stolen;
}

/* openat, gone on with after a signal: the descriptor or -errno. */
int fd_openat(int dirfd, const char *path, int flags, mode_t mode);

/* Gives an unnamed file (O_TMPFILE) the name file beneath dirfd; nothing is replaced: -EEXIST. 0 or -errno.
 */
int fd_link(int fd, int dirfd, const char *file);

/* Reads up to size bytes at offset; fewer only at the end of the file. Returns the count or -errno. */
ssize_t fd_pread_full(int fd, void *buf, size_t size, uint64_t offset);

/*
 * Reads up to size bytes from the current position, and waits for them also where fd is O_NONBLOCK: that is
 * set on the open file, by any process which has it too. Fewer only at the end of input. Returns the count or
 * -errno.
 */
ssize_t fd_read_full(int fd, void *buf, size_t size);

/* Writes all of it; fd_write_all waits where fd is O_NONBLOCK. Returns 0 or -errno. */
int fd_pwrite_all(int fd, const void *buf, size_t size, uint64_t offset);
int fd_write_all(int fd, const void *buf, size_t size);

/*
 * The next data of a file of this size at or behind *at: moves *at to it, and *ret_end is where a hole
 * follows. False where there is no more. A file system that knows no holes has none.
 */
bool fd_next_data(int fd, uint64_t size, uint64_t *at, uint64_t *ret_end);

#endif
