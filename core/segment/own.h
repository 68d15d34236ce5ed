/*
 * What this process itself has open for a study: a lease on that is refused because of us, which says nothing
 * of anybody else. Any thread may call any of these.
 */
#ifndef SHMTOP_CORE_SEGMENT_OWN_H
#define SHMTOP_CORE_SEGMENT_OWN_H

#include "core/segment/segment.h"

/* The caller's, from own_opened to own_closed; private but for its room. */
struct own {
    struct identity id;
    struct own *next;
};

/* Before it is opened, and after it was closed. */
void own_opened(struct own *own, const struct identity *id);
void own_closed(struct own *own);

/* By device and inode alone. */
bool own_has(const struct identity *id);

/* Rises whenever something is opened or closed. */
uint64_t own_changes(void);

#define OWN_WAIT_MS 1000 /* longer than a study takes to end that is cancelled */

/* Waits, about OWN_WAIT_MS at most, until we do not have it open. False where we still do. */
bool own_wait(const struct identity *id);

#endif
