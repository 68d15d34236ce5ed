/*
 * Who is there at all: which of the creators asked for live, and whose processes there are. Private to
 * core/process.
 *
 * A creator lives if any process bears its number at any level of its NSpid and is not younger than the
 * segment. Start times are ticks after a boot time in whole seconds that moves when the clock is set, so a
 * process counts as younger only where it is so by YOUNGER_BY, and one whose age cannot be known does not.
 */
#ifndef SHMTOP_CORE_PROCESS_CENSUS_H
#define SHMTOP_CORE_PROCESS_CENSUS_H

#include "core/process/procfs.h"
#include "core/process/sweep.h"
#include "core/sys/lookup.h"

#define YOUNGER_BY INT64_C(2000000000) /* ns */

struct census {
    const struct sweep_scope *scope;
    const struct boot_clock *clock; /* borrowed */
    struct lookup by_pid;           /* to scope->creators */
    enum creator *creators;         /* owned */
    struct lookup by_uid;           /* to owners */
    uid_t *owners;                  /* owned */
    size_t owner_count, owner_capacity;
};

void census_start(struct census *census, const struct sweep_scope *scope, const struct boot_clock *clock);
void census_clear(struct census *census);

/* Counts one process. process is its directory, or negative where that cannot be opened; it bears its number
 * all the same. 0, or -errno of what could not be read. */
int census_take(struct census *census, int process, pid_t pid);

/* Moves all into the sweep. */
void census_deliver(struct census *census, struct sweep *sweep);

/* The order of sweep.owners, for qsort and bsearch. */
int uid_compare(const void *a, const void *b);

#endif
