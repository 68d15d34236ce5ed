/*
 * Bytes of one file into another, inside the kernel where it can: no buffer, and nothing is mapped, so
 * nothing that happens to the source can end in SIGBUS.
 */
#ifndef SHMTOP_CORE_SYS_COPY_H
#define SHMTOP_CORE_SYS_COPY_H

#include <stddef.h>
#include <stdint.h>

#include "core/sys/progress.h"

/*
 * Copies count bytes at from_offset of a regular file to to_offset of another. Cancel works between steps of
 * 8 MiB; progress is added in bytes. 0; -ENODATA where the source ends before; -ECANCELED; -errno of either
 * file. It moves the position of to, so only one thread at a time may write there.
 */
int copy_range(int to, uint64_t to_offset, int from, uint64_t from_offset, uint64_t count,
               struct progress *progress);

/*
 * The same, but holes of the source are passed over: where the target has its size already and nothing was
 * written to it, they are holes there too. Progress counts what is copied.
 */
int copy_range_data(int to, uint64_t to_offset, int from, uint64_t from_offset, uint64_t count,
                    struct progress *progress);

/* What copy_range_data will copy, as far as the file's holes are now. */
uint64_t copy_count_data(int from, uint64_t from_offset, uint64_t count);

/*
 * The same to where to stands: a pipe, a terminal, a file that is appended to. Holes become zeros, read from
 * nowhere. Waits also where to is O_NONBLOCK.
 */
int copy_stream(int to, int from, uint64_t from_offset, uint64_t count, struct progress *progress);

#endif
