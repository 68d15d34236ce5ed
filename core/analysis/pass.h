/*
 * One pass over all elements of a view, in the order in which they lie in memory, by several threads.
 *
 * The order is of no matter to a sum, and so the pass takes the fastest: the view's axes sorted by stride,
 * the largest first, those that run backwards turned round, and what then lies together read together with
 * pread, in blocks of 0.5 to 1 MiB. Where elements lie apart, but not far, what lies between them is read too
 * and left out; where they lie far apart each run is read by itself. Nothing is mapped: a segment that
 * shrinks gives a short read, and no SIGBUS.
 */
#ifndef SHMTOP_CORE_ANALYSIS_PASS_H
#define SHMTOP_CORE_ANALYSIS_PASS_H

#include "core/matrix/index.h"
#include "core/sys/progress.h"

#define PASS_BLOCK       (UINT64_C(1) << 20) /* bytes of a block, at most */
#define PASS_ITEM_MAX    (UINT64_C(1) << 16) /* bytes of an element, at most */
#define PASS_THREADS_MAX 8
#define PASS_SLOTS_MAX   65536

struct pass {
    int fd;
    struct dtype dtype; /* borrowed from the matrix: of the elements as they lie there */
    int64_t start;      /* bytes from the file's beginning to the first element */
    int rank;           /* of the axes below */
    uint64_t count[MATRIX_RANK_MAX];
    int64_t stride[MATRIX_RANK_MAX]; /* > 0, falling (of elements of no bytes 0) */
    int axis[MATRIX_RANK_MAX];       /* of the view */
    bool reversed[MATRIX_RANK_MAX];  /* place p on it is place count - 1 - p of the view's axis */
    uint64_t elements;
    uint64_t
        block; /* elements of a block; the last one may be shorter. May be changed before a run: memory */
    uint64_t slots; /* that a run has at most; may be made fewer */
    /* Set before a run: what lies in a hole of the file is not read; elements is NULL, for all of them are
     * zero bytes, and as many blocks of a slot as lie there together come as one. */
    bool skips_holes;
    /* Set before a run: the last slots first, for what a run before read last may still be in a cache. Within
     * a slot the order stays. */
    bool backward;
    double cost; /* what reading an element costs on average, in bytes copied */
};

/* The axes of length 1 are left out. The matrix must stay as long as the pass. -ENOTSUP for elements above
 * PASS_ITEM_MAX. */
int pass_plan(int fd, const struct matrix *matrix, const struct view *view, struct pass *ret_pass,
              struct error *error);

struct pass_block {
    uint64_t index; /* of the block */
    uint64_t slot;  /* below pass_slots: blocks of one slot come one after the other, by one thread */
    uint64_t first; /* its first element, counted along the axes of the pass, the last one fastest */
    uint64_t count;
    const void *elements; /* NULL: see skips_holes; else packed, in the byte order of the file; aligned to 64
                             bytes; may be written to */
};

/* Called for each block, by thread `thread` of the pass (from 0 on; a thread calls with one block at a time),
 * in no order. */
typedef int pass_function(void *context, unsigned thread, const struct pass_block *block,
                          struct error *error);

uint64_t pass_blocks(const struct pass *pass);

/* A run's blocks fall into so many slots, at most PASS_SLOTS_MAX, whatever the threads: what is kept a slot
 * and put together in their order does not depend on who was faster. */
uint64_t pass_slots(const struct pass *pass, uint64_t every);

/* Threads that are useful: fewer for little work. At most limit, or PASS_THREADS_MAX. */
unsigned pass_threads(const struct pass *pass, unsigned limit);

/*
 * Reads one block of each `every` that follow one another (1: all of them), not always the same one, so that
 * a period of the matrix does not hide the rest; on that many threads (PASS_THREADS_MAX at most). progress,
 * in elements: of those that are read. Returns 0; -ESTALE where the file ends before the view does (it
 * shrank); -ECANCELED; the first failure of a read or of the function.
 */
int pass_run(const struct pass *pass, uint64_t every, unsigned threads, pass_function *function,
             void *context, struct progress *progress, struct error *error);

/* The first of the elements from first to before end, at least one (backward: the last), that may not lie in
 * a hole of the file, or end: all of them do. At most as many looks at the file as an offset has bits. */
uint64_t pass_skip_hole(const struct pass *pass, uint64_t first, uint64_t end, bool backward);

/* The index in the view (view rank entries; those of length 1 are 0) of an element of the pass. */
void pass_index(const struct pass *pass, uint64_t element, int view_rank, uint64_t *ret_index);

#endif
