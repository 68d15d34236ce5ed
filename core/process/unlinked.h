/*
 * Segments whose name is gone: found by a sweep, opened through the processes that hold them, by
 * /proc/PID/fd/N or, where only a map is left, /proc/PID/map_files/A-B. Source: proc_pid_fd(5),
 * proc_pid_map_files(5).
 */
#ifndef SHMTOP_CORE_PROCESS_UNLINKED_H
#define SHMTOP_CORE_PROCESS_UNLINKED_H

#include "core/process/sweep.h"

/*
 * Opens for reading the regular file with this identity (born 0: any) that one of count processes holds: the
 * descriptor, which makes us a holder until it is closed. Nothing else is ever opened: the link is looked
 * through before, and what was opened is looked at again. -ENOENT where none of them holds it any more,
 * -EACCES with what permission is missing, -EBUSY (a lease).
 */
int unlinked_open(const char *proc_root, const struct identity *id, const pid_t *pids, size_t count,
                  struct error *error);

/* The same through all of these holders; flags: O_RDONLY, or O_PATH for a descriptor that only says which one
 * it is (no holder for a lease, but it keeps the memory). */
int unlinked_open_held(const char *proc_root, const struct identity *id, const struct holders *holders,
                       int flags, struct error *error);

#endif
