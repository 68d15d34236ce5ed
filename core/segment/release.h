/*
 * When a segment's memory comes back: a watch on its own inode (inotify, IN_DELETE_SELF), which fires exactly
 * once, when its last name is gone and its last holder has ended, whatever that holder did (a private map, a
 * read-only one with its descriptor closed). The watch itself keeps no memory and is no holder, a lease does
 * not see it. It is set while the segment has a name, or through what is open of it. Source: inotify(7);
 * field-guide.md §6.
 */
#ifndef SHMTOP_CORE_SEGMENT_RELEASE_H
#define SHMTOP_CORE_SEGMENT_RELEASE_H

#include "core/segment/segment.h"

/* Each takes a kilobyte of the kernel's memory. When more than some 8,000 are released at once its queue
 * overflows: that loses no release, but all are watched anew. */
#define RELEASE_MAX 100000

struct release;

/* -errno where inotify is refused. */
int release_new(struct release **ret_release, struct error *error);
void release_free(struct release *release);
int release_fd(const struct release *release); /* poll for POLLIN */

/*
 * Watches a segment that has a name, if that still is the one with this identity; fine if it is watched
 * already. -ENOSPC where there are no watches left (RELEASE_MAX, or max_user_watches): then only a sweep can
 * tell. -EACCES (it takes the permission to read it), -ENOENT, -ESTALE.
 */
int release_add_name(struct release *release, const struct directory *directory, const char *name,
                     const struct identity *id, struct error *error);

/* The same of what is open (O_PATH will do), if it has this identity; born 0: any. */
int release_add_opened(struct release *release, int fd, const struct identity *id, struct error *error);

bool release_has(const struct release *release, const struct identity *id);
void release_forget(struct release *release, const struct identity *id); /* no matter if it is not watched */

/* Reads what happened, a bounded part of it; true while more waits. */
bool release_drain(struct release *release);

/*
 * What was released since the last call, and is watched no more; valid until the next release_drain.
 * *ret_lost: events were lost, and with them the watches of all that release_has does not know now: add them
 * again.
 */
size_t release_take(struct release *release, const struct identity **ret_ids, bool *ret_lost);

#endif
