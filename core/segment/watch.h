/*
 * The change watch: which names to look at again. A pollable descriptor (inotify), a queue coalesced per
 * name, and the word "everything" where events were lost.
 *
 * Watch before scan. An event is a hint: the caller looks at the name again and learns what is so. Writes
 * through a map send no event (field-guide.md §6).
 */
#ifndef SHMTOP_CORE_SEGMENT_WATCH_H
#define SHMTOP_CORE_SEGMENT_WATCH_H

#include <stddef.h>

#include "core/segment/directory.h"

struct watch;

/*
 * Starts to watch a directory; its sub-directories are added with watch_add_subdirectory as the scan meets
 * them (at most WATCH_SUBDIRECTORIES_MAX) and by itself when one is created. Where inotify is refused
 * (instances, watches) *ret_watch is still made, watch_fd is -1, watch_is_polling is true: rescan every 2 s
 * and say so. It becomes true too, with a descriptor, where a sub-directory could not be watched for want of
 * watches. A change in DIR names DIR/FILE and DIR, whose row is the sum. Names of a load under way are left
 * out (.shmtop-PID-N, and #INODE unless an entry is called so).
 */
#define WATCH_SUBDIRECTORIES_MAX 4096
int watch_new(struct watch **ret_watch, struct directory *directory, struct error *error);
void watch_free(struct watch *watch);

int watch_fd(const struct watch *watch); /* poll for POLLIN; -1: none */
bool watch_is_polling(const struct watch *watch);
int watch_add_subdirectory(struct watch *watch,
                           const char *name); /* 0 or -errno, also -ENOSPC: then polling */

/*
 * Drains the descriptor (at most a bounded number of events a call, so that keys stay alive; true while more
 * wait).
 */
bool watch_drain(struct watch *watch);

/*
 * The names to look at since the last call, each once, in the order of their first event; the caller frees
 * nothing: valid until the next watch_drain. *ret_everything: events were lost, or the directory itself was
 * deleted, moved, unmounted: rescan (after watch_renew).
 */
size_t watch_take(struct watch *watch, const char *const **ret_names, bool *ret_everything);

/*
 * Checks that the watched directory is still what its path names (deleted and made again, mounted over); if
 * not, reopens it and watches the new one. Call on a slow tick and after *ret_everything. Returns 1 where it
 * was replaced (rescan), 0 where not, -ENOENT where the path names nothing now (call again later).
 */
int watch_renew(struct watch *watch, struct error *error);

#endif
