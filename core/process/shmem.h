/*
 * Shared memory of the whole host: what of it lies beyond one file system (memfd, System V segments, other
 * tmpfs mounts), so that "the memory is full" is not sought in the wrong place.
 */
#ifndef SHMTOP_CORE_PROCESS_SHMEM_H
#define SHMTOP_CORE_PROCESS_SHMEM_H

#include <stdint.h>

#include "core/sys/error.h"

struct shmem {
    uint64_t total;  /* bytes in RAM: Shmem of meminfo, proc_meminfo(5) */
    uint64_t beyond; /* of them, those that this file system does not explain: a lower bound, for what of it
                        is in swap counts as used but is not in total */
    uint64_t sysv;   /* System V segments in RAM: the rss column of sysvipc/shm, proc_sysvipc(5); 0 where it
                        cannot be read. Of our IPC namespace alone */
};

/* used: bytes of the file system that are taken (struct directory_usage). -ENOENT where there is no
 * PROC_ROOT/meminfo, -EBADMSG where it says nothing of Shmem. */
int shmem_measure(const char *proc_root, uint64_t used, struct shmem *ret_shmem, struct error *error);

#endif
