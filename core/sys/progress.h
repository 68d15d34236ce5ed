/*
 * Progress and cancel of one piece of long work, shared between the thread that works and the one that watches.
 */
#ifndef SHMTOP_CORE_SYS_PROGRESS_H
#define SHMTOP_CORE_SYS_PROGRESS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct progress {
    _Atomic uint64_t done;  /* units of work done, bytes unless said otherwise */
    _Atomic uint64_t total; /* units in all; 0 while unknown */
    _Atomic uint64_t lost;  /* values so far that lost more than precision, where such a thing is done */
    _Atomic bool cancel;    /* set by the watcher; the worker stops with -ECANCELED at its next step */
};

/* Each takes NULL: no one watches. */
static inline void progress_add(struct progress *progress, uint64_t units)
{
    if (progress)
        atomic_fetch_add_explicit(&progress->done, units, memory_order_relaxed);
}

static inline void progress_lose(struct progress *progress, uint64_t values)
{
    if (progress && values > 0)
        atomic_fetch_add_explicit(&progress->lost, values, memory_order_relaxed);
}

static inline void progress_set_total(struct progress *progress, uint64_t units)
{
    if (progress)
        atomic_store_explicit(&progress->total, units, memory_order_relaxed);
}

static inline bool progress_cancelled(struct progress *progress)
{
    return progress && atomic_load_explicit(&progress->cancel, memory_order_relaxed);
}

#endif
