/*
 * A file outside the segments that is made all or nothing: it has no name until it is complete (O_TMPFILE),
 * or where the file system has no unnamed files a hidden one (.shmtop-PID-N) beside it. Its bytes are flushed
 * before it gets its name, for some file systems say only then that there was no room.
 */
#ifndef SHMTOP_CORE_TRANSFER_TARGET_H
#define SHMTOP_CORE_TRANSFER_TARGET_H

#include <stdint.h>
#include <sys/types.h>

#include "core/sys/error.h"

struct target {
    int directory;      /* borrowed */
    int fd;             /* to write to */
    char temporary[64]; /* "": unnamed */
};

/* 0, or -ENOSPC where so many bytes do not fit into the directory's file system, -EFBIG where a file of size
 * bytes may not be made. needed less than size: it will have holes. */
int target_check_room(int directory, uint64_t size, uint64_t needed, struct error *error);

/* Opens it, mode less the umask. What failed is said in words for "its copy". */
int target_open(struct target *target, int directory, mode_t mode, struct error *error);

/* Sets the size of what was not written yet: all of it is a hole. */
int target_set_size(const struct target *target, uint64_t size, struct error *error);

/* What a failed write means. Returns -code. */
int target_write_failed(int code, struct error *error);

/* fsync. */
int target_flush(const struct target *target, struct error *error);

/* Gives it its name, which replaces nothing: -EEXIST where that is taken. 0 or -errno, without words. */
int target_name(struct target *target, const char *file);

/* Gives it its name in place of what bears it. Killed between two steps, the complete file can stay under its
 * hidden name. 0 or -errno, without words. */
int target_replace(struct target *target, const char *file);

/* Ends it; without a name nothing remains. */
void target_close(struct target *target);

#endif
