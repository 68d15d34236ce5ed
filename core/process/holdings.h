/*
 * What a sweep seeks and who holds it: the segments asked for and, on the device asked for, all others, each
 * by device and inode. Private to core/process.
 *
 * Threads share one: holdings_seeks may be called by any at any time, all else by one at a time.
 */
#ifndef SHMTOP_CORE_PROCESS_HOLDINGS_H
#define SHMTOP_CORE_PROCESS_HOLDINGS_H

#include "core/process/hit.h"
#include "core/process/sweep.h"
#include "core/sys/lookup.h"

struct holding {
    struct sweep_other other; /* owned; of what was asked for only id and holders */
    size_t capacity;          /* of its holders */
    bool marked;              /* every path seen of it ends in the mark */
    uint32_t links;           /* where other.known */
};

/* Each once. */
struct holding_set {
    struct holding *list; /* owned */
    size_t count, capacity;
    struct lookup by_inode;
};

struct holdings {
    const struct sweep_scope *scope;
    struct holding_set asked; /* complete after the start */
    struct holding_set others;
    uint32_t *asked_of; /* owned: the place in asked of scope->ids[i] */
    bool one_device;    /* nothing on another device than this is sought */
    uint64_t device;
};

void holdings_start(struct holdings *holdings, const struct sweep_scope *scope);
void holdings_clear(struct holdings *holdings);

bool holdings_seeks(const struct holdings *holdings, uint64_t device, uint64_t inode);

/* All hits of one process, who is its holder. Paths are taken out of the hits. */
void holdings_add(struct holdings *holdings, const struct holder *who, struct hits *hits);

/* Moves all into the sweep. */
void holdings_deliver(struct holdings *holdings, struct sweep *sweep);

#endif
