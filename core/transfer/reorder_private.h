/*
 * One change of order under way: what reorder.c plans and reorder_box.c does.
 */
#ifndef SHMTOP_CORE_TRANSFER_REORDER_PRIVATE_H
#define SHMTOP_CORE_TRANSFER_REORDER_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "core/transfer/boxes.h"
#include "core/transfer/reorder.h"

#define REORDER_ITEM_LARGE (64u << 10) /* bytes; larger elements are moved one by one */

/* What all threads share. */
struct reorder_work {
    const struct reorder *reorder;
    const struct converter *converter; /* NULL: none */
    uint64_t from_size, to_size;       /* bytes of an element */
    struct grid grid;                  /* the matrix in boxes */
    uint64_t boxes;
    unsigned threads;
    uint64_t box_limit, strip_limit; /* elements */
    uint8_t *map;                    /* the whole target, and boxes are strips; NULL: it is written */
    pthread_mutex_t lock;            /* of writes, and counts */
    _Atomic uint64_t next;           /* box */
    _Atomic bool failed;
    struct convert_counts counts;
};

/* What each has for itself. */
struct reorder_worker {
    struct reorder_work *work;
    uint8_t *strip, *converted, *box; /* converted is the strip itself where elements do not grow */
    struct convert_counts counts;
};

/* Allocates the buffers that work says. -ENOMEM. */
int reorder_worker_init(struct reorder_worker *worker, struct reorder_work *work, struct error *error);
void reorder_worker_free(struct reorder_worker *worker);

/* Moves the box of that index. */
int reorder_box(struct reorder_worker *worker, uint64_t index, struct error *error);

#endif
