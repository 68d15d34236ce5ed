/*
 * A hash table from 32-bit hashes to 32-bit numbers (places in an array of the caller's), 8 bytes a slot. It
 * knows no keys: several numbers may stand under one hash, and the caller compares what they stand for.
 *
 *     uint32_t cursor = 0, place;
 *     while ((place = lookup_next(&names, hash, &cursor)) != LOOKUP_NONE)
 *         if (strcmp(rows[place]->name, name) == 0)
 *             …
 *
 * Open addressing with linear probing; a removed slot is closed by shifting its followers back, so a storm of
 * creations and deletions leaves no tombstones. Names are chosen by whoever writes to the directory, so the
 * hash is keyed (SipHash-1-3, the key is the kernel's AT_RANDOM): nobody can choose names that collide.
 */
#ifndef SHMTOP_CORE_SYS_LOOKUP_H
#define SHMTOP_CORE_SYS_LOOKUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOOKUP_NONE UINT32_MAX

struct lookup_slot {
    uint32_t hash;
    uint32_t value; /* LOOKUP_NONE: empty */
};

/* All zero: empty. */
struct lookup {
    struct lookup_slot *slots; /* owned */
    uint32_t size;             /* a power of two, or 0 */
    uint32_t count;
};

uint32_t lookup_hash(const void *data, size_t length);

/* value is not LOOKUP_NONE. The same pair twice is in it twice. */
void lookup_add(struct lookup *lookup, uint32_t hash, uint32_t value);

/* Takes one such pair out. False where there is none. */
bool lookup_remove(struct lookup *lookup, uint32_t hash, uint32_t value);

/* The next value under hash, or LOOKUP_NONE. *cursor is 0 at first; the table must not change in between. */
uint32_t lookup_next(const struct lookup *lookup, uint32_t hash, uint32_t *cursor);

void lookup_clear(struct lookup *lookup);

#endif
