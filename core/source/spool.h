/*
 * A stream that must be read more than once, or from its end: copied to an unnamed file, which then is read
 * in its place.
 */
#ifndef SHMTOP_CORE_SOURCE_SPOOL_H
#define SHMTOP_CORE_SOURCE_SPOOL_H

#include "core/segment/directory.h"
#include "core/source/input.h"
#include "core/sys/progress.h"

/*
 * Reads all of a stream of which nothing was read yet (it may have been peeked at) into an unnamed file
 * (O_TMPFILE) of the directory; then the input is that regular file, at its start. Its length is not known
 * before, so the room (core/segment/room.h; proc_root and cgroup_root as there) is asked and reserved as it
 * grows. Nothing remains whatever happens: the file goes with its descriptor. Progress in bytes.
 *
 * -ENOSPC, -EFBIG where it does not fit; -EROFS, -EACCES, -ENOTSUP where the directory takes no such file;
 * -ECANCELED. After a failure the input is of no more use than to be closed.
 */
int input_spool(struct input *input, const struct directory *directory, const char *proc_root,
                const char *cgroup_root, struct progress *progress, struct error *error);

#endif
