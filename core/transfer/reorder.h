/*
 * A matrix stored in the other order: C from F, or F from C, which is all axes reversed.
 *
 * Done in boxes of at most REORDER_BUFFER bytes: read as they lie, turned in memory, written. A box of a file
 * that can be read anywhere is wide at both ends of the axes, so that the runs to read and those to write are
 * both long; one of a stream is what comes next.
 */
#ifndef SHMTOP_CORE_TRANSFER_REORDER_H
#define SHMTOP_CORE_TRANSFER_REORDER_H

#include <stddef.h>

#include "core/matrix/matrix.h"
#include "core/sys/progress.h"

#define REORDER_BUFFER (4u << 20) /* two of them are allocated */

/* Whether the bytes differ at all between the two orders (at least two axes longer than 1, and no empty one).
 */
bool reorder_is_needed(const struct matrix *matrix);

/* Offsets are bytes from the first element, in the source and in the target. 0 or -code. */
struct reorder_io {
    int (*read)(void *context, uint64_t offset, void *buf, size_t size, struct error *error);
    int (*write)(void *context, uint64_t offset, const void *bytes, size_t size, struct error *error);
    void *context;
};

/*
 * Moves all of the matrix from its order into the other one. With sequential, read is called for consecutive
 * offsets from 0 on. Progress in bytes. -ECANCELED, -ENOMEM, the callbacks' failures.
 */
int reorder_run(const struct matrix *matrix, bool sequential, const struct reorder_io *io,
                struct progress *progress, struct error *error);

#endif
