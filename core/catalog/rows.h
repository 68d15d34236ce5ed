/*
 * Where rows live: slabs of 256, so that a row keeps its address and its place, and costs no allocation of
 * its own. Private to the catalog.
 */
#ifndef SHMTOP_CORE_CATALOG_ROWS_H
#define SHMTOP_CORE_CATALOG_ROWS_H

#include "core/catalog/row.h"

/* All zero: empty. */
struct rows {
    struct row **slabs; /* owned */
    size_t slab_count, slab_capacity;
    uint32_t places; /* used so far */
    uint32_t free;   /* the first free place, and 1; each knows the next by its index */
    uint32_t *dense; /* owned: the places of the rows that live */
    size_t count, dense_capacity;
};

/* A zeroed row with its place and index set. */
struct row *rows_new(struct rows *rows);

/* Clears it; its place is free. */
void rows_remove(struct rows *rows, struct row *row);

/* NULL where none lives there. */
struct row *rows_at(const struct rows *rows, uint32_t place);

void rows_clear(struct rows *rows);

#endif
