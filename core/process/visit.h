/*
 * One process: what it maps and has open of what is sought. Private to core/process.
 */
#ifndef SHMTOP_CORE_PROCESS_VISIT_H
#define SHMTOP_CORE_PROCESS_VISIT_H

#include "core/process/holdings.h"

/* Adds to hits what the process whose directory this is holds. 0, or -errno of what could not be read of it:
 * what was found stays; -ENOENT and -ESRCH: it ended. */
int visit_process(const struct holdings *holdings, int process, pid_t pid, struct hits *hits);

#endif
