/*
 * Two threads that work hand in hand: one fills blocks, the other empties them in the same order, so that
 * what takes time to be read (a stream, something to inflate or to parse) is read while what came before is
 * worked on.
 */
#ifndef SHMTOP_CORE_SYS_PUMP_H
#define SHMTOP_CORE_SYS_PUMP_H

#include <stddef.h>
#include <sys/types.h>

#include "core/sys/error.h"
#include "core/sys/progress.h"

#define PUMP_BLOCKS 3 /* so many are allocated: one at each end, and one between them */

/* fill and empty are never called twice at a time, but each while the other runs. */
struct pump {
    /* What comes next, fewer than size bytes only at the end. The count or -code. */
    ssize_t (*fill)(void *context, void *buf, size_t size, struct error *error);
    /* 0 or -code. Called on the caller's thread. */
    int (*empty)(void *context, void *bytes, size_t size, struct error *error);
    void *context;
    size_t block; /* bytes */
};

/*
 * Moves total bytes (UINT64_MAX: all there are) in blocks; the last may be smaller. With beside false, or
 * where no thread is to be had, the two take turns. 0, the first failure's -code, -ECANCELED when progress is
 * cancelled (nothing is added to it), -ENOMEM. Returns only when fill does.
 */
int pump_run(const struct pump *pump, uint64_t total, bool beside, struct progress *progress,
             struct error *error);

#endif
