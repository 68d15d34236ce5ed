/*
 * Who a process is that holds something. Private to core/process.
 */
#ifndef SHMTOP_CORE_PROCESS_DESCRIBE_H
#define SHMTOP_CORE_PROCESS_DESCRIBE_H

#include "core/process/procfs.h"
#include "core/process/sweep.h"

/* uid, command, started, cmdline and unit of the process whose directory this is; what cannot be read is left
 * out (uid -1). holder_clear when done. */
struct holder holder_describe(int process, const struct boot_clock *clock);

#endif
