/*
 * A matrix packed for 100,000 rows: struct matrix has room for 64 dimensions (over 500 bytes), this takes 24
 * bytes and 8 for each dimension there is. Types repeat (most rows are one of a few), so rows share them by
 * count.
 */
#ifndef SHMTOP_CORE_CATALOG_PACKED_H
#define SHMTOP_CORE_CATALOG_PACKED_H

#include "core/matrix/matrix.h"

struct shared_dtype; /* private, counted */

struct packed_matrix {
    struct shared_dtype *dtype; /* owned, one count */
    uint64_t offset;
    uint8_t rank;
    char order;
    uint64_t dims[]; /* rank */
};

/* The types met last. All zero: empty. */
#define DTYPE_CACHE_SIZE 16
struct dtype_cache {
    struct shared_dtype *recent[DTYPE_CACHE_SIZE]; /* owned, a count each */
    unsigned next;
};
void dtype_cache_clear(struct dtype_cache *cache);

/* A new one, to be freed, with a type of the cache's where it has it. cache may be NULL. */
struct packed_matrix *packed_new(const struct matrix *matrix, struct dtype_cache *cache);
void packed_free(struct packed_matrix *packed);

const struct dtype *packed_dtype(const struct packed_matrix *packed); /* borrowed */
bool packed_equal(const struct packed_matrix *packed, const struct matrix *matrix);

/* A copy in *ret, to be cleared. */
void packed_unpack(const struct packed_matrix *packed, struct matrix *ret_matrix);

#endif
