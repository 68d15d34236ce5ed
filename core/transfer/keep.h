/*
 * Copies before a deletion: the bytes of a segment as a file, for who is not sure. A segment that is a whole
 * .npy file becomes NAME.npy, which numpy loads; of anything else the bytes are kept as NAME.raw. Names are
 * escaped as everywhere, "/" becomes "_". Nothing is ever overwritten: a name that is taken becomes
 * NAME.1.npy, NAME.2.npy, … A copy gets its name when it is complete, mode 0600, its holes kept as holes.
 *
 * A copy is flushed (fsync) before it gets its name, for some file systems say only then that there was no
 * room. Its directory is not: what is kept lay in memory, and would not have outlived a crash either.
 */
#ifndef SHMTOP_CORE_TRANSFER_KEEP_H
#define SHMTOP_CORE_TRANSFER_KEEP_H

#include "core/segment/segment.h"

/* Makes the directory (mode 0700) where it is missing, and opens it; as root not through a link. -EACCES,
 * -ENOENT (of what it lies in), -ENOTDIR, -ENOSPC … */
int keep_open_target(const char *path, int *ret_target, struct error *error);

struct kept {
    size_t files;   /* copies made: for a directory one of each regular file in its tree, as DIR_FILE */
    char file[256]; /* the name of the last, raw */
    bool changed;   /* it was written or grew while it was copied: the copy may mix old values and new */
};

/*
 * Copies a segment, if it still is the one with this identity, into the directory behind target. What has no
 * bytes (a link, a FIFO) gets none. Progress is added in bytes, holes not counted. Fails with -ENOSPC (asked
 * before the first byte), -EFBIG, -ESTALE (another now; it shrank while it was copied), -EACCES, -ECANCELED,
 * …; then nothing remains of the file at hand, and ret_kept tells what was copied of a directory before it.
 */
int keep_copy(const struct directory *directory, const char *name, const struct identity *id, int target,
              struct kept *ret_kept, struct progress *progress, struct error *error);

#endif
