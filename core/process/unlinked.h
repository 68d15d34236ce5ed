/*
 * Segments whose name is gone: found by a sweep, opened through the processes that hold them, by
 * /proc/PID/fd/N or, where only a map is left, /proc/PID/map_files/A-B. Source: proc_pid_fd(5),
 * proc_pid_map_files(5).
 */
#ifndef SHMTOP_CORE_PROCESS_UNLINKED_H
#define SHMTOP_CORE_PROCESS_UNLINKED_H

#include "core/process/host.h"
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

/*
 * Looks at what is open of one of the directory, which is called name: its facts, what lies in it and what
 * its content says of its creator (directory and producers may be NULL). 0, or -errno and *ret_segment is
 * zeroed.
 */
int unlinked_look(const struct directory *directory, int fd, const char *name,
                  const struct producers *producers, struct segment *ret_segment, struct error *error);

struct unlinked {
    struct sweep sweep;              /* of everything held on the directory's device */
    const struct sweep_other *other; /* in it: who holds it */
    struct segment segment;          /* facts; name: its last; not recognised */
};

/*
 * The unlinked segment of the directory with this inode, by a sweep. Where its facts could not be had
 * (other->known) size is that of its longest mapping and the owner is (uid_t)-1. -ENOENT (says how many
 * processes could not be read), or as sweep_run.
 */
int unlinked_find(const struct directory *directory, const char *proc_root, uint64_t inode,
                  struct unlinked *ret_unlinked, struct error *error);

/* Opens it for reading, looks at it anew and recognises it: the descriptor, or as unlinked_open; then what is
 * known of it stays, its layout unknown. */
int unlinked_recognise(const struct directory *directory, struct unlinked *unlinked, const struct host *host,
                       struct error *error);
void unlinked_clear(struct unlinked *unlinked);

#endif
