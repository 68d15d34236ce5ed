/*
 * What was found so far, of which only the least are kept: those that come first. Memory stays bounded
 * whatever is found. Several threads add; the rest is for one, when they have ended.
 */
#ifndef SHMTOP_CORE_ANALYSIS_KEPT_H
#define SHMTOP_CORE_ANALYSIS_KEPT_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/sys/error.h"

struct kept_entry {
    uint64_t key; /* the least comes first */
    size_t slot;  /* of its element; those of entries behind the last are free */
};

struct kept {
    size_t itemsize, capacity, count;
    size_t made; /* entries of the list that were ever used: the others are untouched memory */
    struct kept_entry *list, *spare; /* owned, capacity each */
    uint8_t *elements;               /* owned, capacity of them */
    bool overflowed;                 /* some were left out: all above limit */
    uint64_t limit;
    pthread_mutex_t lock;
};

/* Room for a number of them, at least 2. -ENOMEM. */
int kept_make(struct kept *kept, size_t itemsize, size_t capacity, struct error *error);
void kept_clear(struct kept *kept);

/* None again. */
void kept_reset(struct kept *kept);

/* Adds n elements, each at elements + places[i] * itemsize. No key is added twice. Where there is no more
 * room the greater half of all is left out, for good. Thread-safe. */
void kept_add(struct kept *kept, const uint64_t *keys, const uint32_t *places, size_t n,
              const void *elements);

/* Puts those that are kept in order. */
void kept_sort(struct kept *kept);

const void *kept_element(const struct kept *kept, const struct kept_entry *entry);

#endif
