/*
 * Is a segment held? The kernel knows: a write lease is refused while anyone, in any namespace, has the file
 * open or mapped. We count too: a descriptor or map of the file that this process has makes it held, but for
 * that of a study of ours (own.h). Source: fcntl(2) F_SETLEASE; product.md "Said, never guessed".
 */
#ifndef SHMTOP_CORE_SEGMENT_LEASE_H
#define SHMTOP_CORE_SEGMENT_LEASE_H

#include "core/segment/segment.h"

enum held {
    HELD_UNKNOWN, /* not ours to ask (another's segment without CAP_LEASE), or no leases here */
    HELD_NO,
    HELD_YES,
};

/* Takes the lease and gives it back at once. Opens the segment anew for it; *ret_held is set on 0:
 * HELD_UNKNOWN while a study of ours has it open. -ENOENT, -ESTALE. */
int lease_ask(const struct directory *directory, const char *name, const struct identity *id,
              enum held *ret_held, struct error *error);

/* The same of what segment_stat just said of it; waits for the end of our study (own_wait). */
int lease_ask_segment(const struct directory *directory, const struct segment *segment, enum held *ret_held,
                      struct error *error);

/*
 * Takes the lease on a descriptor of ours, the only one of that file, and keeps it until lease_give or close.
 * HELD_NO: we have it. Whoever opens the file meanwhile waits, and we are sent SIGURG, which nobody notices.
 */
enum held lease_take(int fd);
/* The same of the segment with this identity beside our studies: waits for their end (own_wait). HELD_YES
 * where that did not come. */
enum held lease_take_patiently(int fd, const struct identity *id);
void lease_give(int fd);

#endif
