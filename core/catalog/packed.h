/*
 * A matrix packed for 100,000 rows: struct matrix has room for 64 dimensions (over 500 bytes), this takes 24
 * bytes and 8 for each dimension there is. A data set has few types and shapes, so rows share both by count,
 * as far as a cache of those met before finds them.
 */
#ifndef SHMTOP_CORE_CATALOG_PACKED_H
#define SHMTOP_CORE_CATALOG_PACKED_H

#include "core/matrix/matrix.h"

struct shared_dtype; /* private, counted */

struct packed_matrix {
    struct shared_dtype *dtype; /* owned, one count */
    uint64_t offset;
    uint32_t count; /* who has it */
    uint8_t rank;
    char order;
    uint64_t dims[]; /* rank */
};

/* The types met last, and of the matrices of one hash the last. All zero: empty. */
#define CACHED_DTYPES   16
#define CACHED_MATRICES 1024
struct packed_cache {
    struct shared_dtype *dtypes[CACHED_DTYPES]; /* owned, a count each, as the next */
    unsigned next;
    struct packed_matrix *matrices[CACHED_MATRICES];
};
void packed_cache_clear(struct packed_cache *cache);

/* One of the cache's where it has it, else a new one; to be freed. cache may be NULL: shared with nobody. */
struct packed_matrix *packed_new(const struct matrix *matrix, struct packed_cache *cache);
void packed_free(struct packed_matrix *packed);

const struct dtype *packed_dtype(const struct packed_matrix *packed); /* borrowed */
bool packed_equal(const struct packed_matrix *packed, const struct matrix *matrix);

/* A copy in *ret, to be cleared. */
void packed_unpack(const struct packed_matrix *packed, struct matrix *ret_matrix);

#endif
