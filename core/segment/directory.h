/*
 * A directory of segments: /dev/shm, a container's /proc/PID/root/dev/shm, a test's own. Owns the descriptor,
 * the path and the read-only mark; every change of anything in it asks directory_may_change first.
 */
#ifndef SHMTOP_CORE_SEGMENT_DIRECTORY_H
#define SHMTOP_CORE_SEGMENT_DIRECTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/sys/error.h"

struct directory;
struct descriptions; /* core/segment/descriptions.h */

/*
 * Opens DIR. With read_only nothing in it can be changed through this library; and as root it must then lie
 * on a tmpfs or hugetlbfs (a sudoers rule for `shmtop -r` must not read any file as root): else -EACCES.
 * -ENOENT (also where it is no directory), -EACCES.
 */
int directory_open(struct directory **ret_directory, const char *path, bool read_only, struct error *error);
void directory_close(struct directory *directory);

/*
 * The same directory once more: its path opened anew, for after it was replaced or mounted over. The
 * descriptor keeps its number, so other threads may use the directory meanwhile: each of their calls sees the
 * old one or the new.
 */
int directory_reopen(struct directory *directory, struct error *error);

int directory_fd(const struct directory *directory); /* borrowed, O_RDONLY|O_DIRECTORY */
const char *directory_path(const struct directory *directory);
/* The path as the kernel shows it to us, in maps and links of /proc: absolute, raw; on a mount of another
 * namespace (a container's) the path there. -errno, also without /proc. */
int directory_kernel_path(const struct directory *directory, char *buf, size_t size, struct error *error);
uint64_t directory_device(const struct directory *directory); /* st_dev */
bool directory_is_read_only(const struct directory *directory);

/*
 * Whether it is the root of its file system, so that all files there lie in it, by whatever path other mounts
 * of the same file system show them. False where that cannot be known.
 */
bool directory_is_whole(const struct directory *directory);

/* What is said of the raw segments in it, borrowed until it is closed; NULL (as opened): nothing. */
void directory_use_descriptions(struct directory *directory, struct descriptions *descriptions);
struct descriptions *directory_descriptions(const struct directory *directory);

/* Whether its file system is known to have no user attributes (tmpfs before Linux 6.6), which whoever meets
 * that notes, so that nobody asks again for each of 100,000 files. */
bool directory_lacks_attributes(const struct directory *directory);
void directory_note_lacking_attributes(const struct directory *directory);

/* 0, or -EROFS with the reason. */
int directory_may_change(const struct directory *directory, struct error *error);

/* 0, or -EACCES where root with read_only would look at another file system that is mounted below: whoever
 * has a mount namespace of his own (directory /proc/PID/root/dev/shm) could mount anything there. device: of
 * what was opened. */
int directory_may_look(const struct directory *directory, uint64_t device, struct error *error);

struct directory_usage {
    uint64_t size; /* bytes; 0: the file system has no limit */
    uint64_t used;
    uint64_t free;   /* what we may still take; UINT64_MAX: no limit */
    uint64_t inodes; /* 0: no limit */
    uint64_t inodes_free;
};
int directory_usage(const struct directory *directory, struct directory_usage *ret_usage,
                    struct error *error);

/*
 * Opens an entry beneath the directory, following no link, with flags (O_RDONLY or O_RDWR …; O_CLOEXEC,
 * O_NOFOLLOW, O_NONBLOCK, O_NOCTTY and, where allowed, O_NOATIME are added), and only if it is a regular
 * file: it is statx'ed first (opening a FIFO would release a blocked writer) and fstat'ed again. Returns the
 * descriptor, or -EINVAL (no name), -ENOENT (also where DIR is a link), -EACCES, -ENOTSUP (not a regular
 * file), -ESTALE (replaced in between), -EBUSY (a lease that its holder keeps).
 */
int directory_open_file(const struct directory *directory, const char *name, int flags, struct error *error);

#endif
