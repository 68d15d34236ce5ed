/*
 * Who is there at all: which of the creators asked for live, and which of the owners. Private to
 * core/process.
 *
 * A creator lives if any process bears its number at any level of its NSpid and is not younger than the
 * segment. Start times are ticks after a boot time in whole seconds that moves when the clock is set, so a
 * process counts as younger only where it is so by YOUNGER_BY, and one whose age cannot be known does not;
 * nor does any where the segment's cannot.
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
    struct process_id *bearers;     /* owned, of each */
    uid_t *missing;                 /* owned, ordered: of scope->owners, who was not met yet */
    _Atomic size_t missing_count;
};

void census_start(struct census *census, const struct sweep_scope *scope, const struct boot_clock *clock);
void census_clear(struct census *census);

/* One process. */
#define CITIZEN_LEVELS 33 /* a PID namespace has at most 32 above it, pid_namespaces(7) */
struct citizen {
    int process; /* borrowed: its directory, negative: it could not be opened, and is known by its number
                    alone */
    pid_t pids[CITIZEN_LEVELS];
    size_t pid_count;
    bool has_uids;
    uid_t uids[2]; /* real, effective */
    char state;    /* 'Z': its first thread has ended */
    unsigned long threads;
    bool dated;
    int64_t started; /* ns since 1970; 0: not known */
    uint64_t ticks;  /* the same, after boot; 0: not known */
};

/* Reads what is still to be known of a process; safe while others are counted. 0, or -errno of what could not
 * be read. */
int citizen_read(const struct census *census, int process, pid_t pid, struct citizen *ret_citizen);

/* A line_function for its status. Source: proc_pid_status(5): "Uid:" real, effective, …; "NSpid:" from the
 * reader's PID namespace inwards (Linux 4.1); "State:"; "Threads:". The name in "Name:" has its newlines
 * escaped. */
void citizen_take_line(void *citizen, char *line);

/* Counts it. */
void census_add(struct census *census, struct citizen *citizen);

/* Moves all into the sweep. */
void census_deliver(struct census *census, struct sweep *sweep);

/* The order of sweep.ownerless, for qsort and bsearch. */
int uid_compare(const void *a, const void *b);

#endif
