/*
 * One process: what it maps and has open. Private to core/process.
 */
#ifndef SHMTOP_CORE_PROCESS_VISIT_H
#define SHMTOP_CORE_PROCESS_VISIT_H

#include "core/process/holdings.h"

/* Adds to holdings, as the process at hand (holdings->pid), all that the process whose directory this is
 * holds of what is sought. 0, or -errno of what could not be read of it: what was found stays; -ENOENT and
 * -ESRCH: it ended. */
int visit_process(struct holdings *holdings, int process);

#endif
