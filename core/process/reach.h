/*
 * A segment, and the way to it for a job that comes later: by its name, or, where that is gone, through the
 * processes that hold it. Whoever looks opens it anew, makes sure that it is the one that was meant, and
 * closes it again.
 */
#ifndef SHMTOP_CORE_PROCESS_REACH_H
#define SHMTOP_CORE_PROCESS_REACH_H

#include "core/process/unlinked.h"

struct reach {
    char *name; /* owned, raw; of one that has none its last */
    struct identity id;
    bool unlinked; /* it has no name: it is opened through who holds it */
    pid_t *pids;   /* owned: the holders */
    size_t pid_count;
};

/* Copies everything. pids are needed where it is unlinked. */
void reach_make(const char *name, const struct identity *id, bool unlinked, const pid_t *pids,
                size_t pid_count, struct reach *ret);
void reach_copy(const struct reach *reach, struct reach *ret);
void reach_clear(struct reach *reach);

/*
 * Opens it for reading and looks at it anew: the descriptor, and *ret_segment recognised (to be cleared, also
 * after a failure). -1 is never returned for one that may not be read: -EACCES. -ENOENT: it is gone; -ESTALE:
 * another segment bears the name (*ret_segment is that one); else as segment_open.
 */
int reach_open(const struct reach *reach, const struct directory *directory, const char *proc_root,
               struct segment *ret_segment, struct error *error);

#endif
