/*
 * What a sweep has found so far: the segments asked for and, on the device asked for, all others, in a hash
 * by device and inode, each with its holders. Private to core/process.
 */
#ifndef SHMTOP_CORE_PROCESS_HOLDINGS_H
#define SHMTOP_CORE_PROCESS_HOLDINGS_H

#include "core/process/sighting.h"
#include "core/process/sweep.h"
#include "core/sys/lookup.h"

struct holding {
    uint64_t device, inode;
    struct holders holders; /* owned */
    size_t capacity;
    struct sighting *sighting; /* owned; NULL: asked for by id */
};

struct holdings {
    const struct sweep_scope *scope;
    struct lookup by_inode; /* to items */
    struct holding *items;  /* owned; those asked for first */
    size_t count, capacity;
    uint32_t *item_of; /* owned: of scope->ids[i]; the same one asked for twice is one item */
    bool one_device;   /* nothing on another device than this is sought */
    uint64_t device;
    uint32_t *hit; /* owned: the items that the process at hand holds */
    size_t hits, hit_capacity;
    pid_t pid; /* the process at hand; holders are met in ascending order */
};

void holdings_start(struct holdings *holdings, const struct sweep_scope *scope);
void holdings_clear(struct holdings *holdings);

/* The item that this is, or NULL: nobody seeks it. Borrowed until the next. */
struct holding *holdings_find(struct holdings *holdings, uint64_t device, uint64_t inode);

/* The process at hand as a holder of item. Borrowed until the next. */
struct holder *holdings_holder(struct holdings *holdings, struct holding *item);

/* The process at hand is done: who it is, copied into every item that it holds; NULL: it ended, and holds
 * nothing. */
void holdings_finish(struct holdings *holdings, const struct holder *who);

/* Moves all into the sweep. */
void holdings_deliver(struct holdings *holdings, struct sweep *sweep);

#endif
