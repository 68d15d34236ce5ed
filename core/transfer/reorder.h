/*
 * A matrix stored in the other order: C from F, or F from C, which is all axes reversed; on the way its
 * elements can become those of another type.
 *
 * Done in boxes (boxes.h), of which each thread has one in memory: of it a strip is read as it lies in the
 * source, converted, and turned into its place in the box (core/matrix/transpose.h); a full box is written.
 * What costs is the number of reads and writes, so a box is as large as the memory allows, but no larger than
 * makes its runs long: then it stays in the cache.
 *
 * A source that is read once from its start is done on one thread, in boxes of what comes next. Where so much
 * as fits is but a few elements of each run (rows of millions, of which each gives one element to a column),
 * there would be a write for each of them: then the target is mapped, and strips are turned right into it. So
 * is one that is small enough to count as memory of ours.
 */
#ifndef SHMTOP_CORE_TRANSFER_REORDER_H
#define SHMTOP_CORE_TRANSFER_REORDER_H

#include <stddef.h>

#include "core/matrix/convert.h"
#include "core/matrix/matrix.h"
#include "core/sys/progress.h"

#define REORDER_MEMORY  (12u << 20) /* of all threads together */
#define REORDER_THREADS 2           /* more would only wait for each other to write: tmpfs lets one in */

/* Whether the bytes differ at all between the two orders (at least two axes longer than 1, and no empty one).
 */
bool reorder_is_needed(const struct matrix *matrix);

/*
 * Offsets are bytes from the first element, in the source and in the target. 0 or -code. Called on several
 * threads unless the source is sequential; writes never overlap. map may be NULL; with it goes populate,
 * which is called before a part of the map is written all over.
 */
struct reorder_io {
    int (*read)(void *context, uint64_t offset, void *buf, size_t size, struct error *error);
    int (*write)(void *context, uint64_t offset, const void *bytes, size_t size, struct error *error);
    uint8_t *(*map)(void *context); /* the target as memory, from its first element on; NULL: not to be had */
    void (*populate)(void *context, uint64_t offset, uint64_t size);
    void *context;
};

/* What is to be done; all borrowed. */
struct reorder {
    const struct matrix *matrix;       /* as the source holds it */
    const struct converter *converter; /* of its dtype into the target's; NULL: the type stays */
    bool sequential;                   /* read is to be called for consecutive offsets from 0 on */
    struct reorder_io io;
    unsigned threads;          /* 0: REORDER_THREADS, if there are as many processors */
    size_t memory;             /* bytes, about; 0: REORDER_MEMORY. Large elements take what they need */
    struct progress *progress; /* in bytes of the target */
};

/*
 * Moves all of the matrix from its order into the other one, and adds to *counts (NULL without converter)
 * what the conversion lost. -ECANCELED, -ENOMEM, the callbacks' failures.
 */
int reorder_run(const struct reorder *reorder, struct convert_counts *counts, struct error *error);

#endif
