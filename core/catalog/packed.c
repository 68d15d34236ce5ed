#include "core/catalog/packed.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/sys/lookup.h"
#include "core/sys/memory.h"

struct shared_dtype {
    struct dtype dtype;
    size_t count;
};

static struct shared_dtype *shared_get(struct shared_dtype *shared)
{
    shared->count++;
    return shared;
}

static void shared_release(struct shared_dtype *shared)
{
    if (!shared || --shared->count)
        return;
    dtype_clear(&shared->dtype);
    free(shared);
}

static struct shared_dtype *shared_new(const struct dtype *dtype)
{
    struct shared_dtype *shared = memory_new(sizeof *shared);
    shared->dtype = dtype_dup(dtype);
    shared->count = 1;
    return shared;
}

static struct shared_dtype *cache_dtype(struct packed_cache *cache, const struct dtype *dtype)
{
    for (unsigned i = 0; i < CACHED_DTYPES && cache->dtypes[i]; i++)
        if (dtype_equal(&cache->dtypes[i]->dtype, dtype))
            return shared_get(cache->dtypes[i]);
    struct shared_dtype *shared = shared_new(dtype);
    shared_release(cache->dtypes[cache->next]);
    cache->dtypes[cache->next] = shared_get(shared);
    cache->next = (cache->next + 1) % CACHED_DTYPES;
    return shared;
}

static size_t dims_size(const struct matrix *matrix)
{
    assert(matrix->rank >= 0 && matrix->rank <= MATRIX_RANK_MAX);
    return (size_t)matrix->rank * sizeof matrix->shape[0];
}

static struct packed_matrix *pack(const struct matrix *matrix, struct packed_cache *cache)
{
    struct packed_matrix *packed = memory_new(sizeof *packed + dims_size(matrix));
    packed->dtype = cache ? cache_dtype(cache, &matrix->dtype) : shared_new(&matrix->dtype);
    packed->count = 1;
    packed->offset = matrix->offset;
    packed->rank = (uint8_t)matrix->rank;
    packed->order = matrix->order;
    memcpy(packed->dims, matrix->shape, dims_size(matrix));
    return packed;
}

static struct packed_matrix **cache_slot(struct packed_cache *cache, const struct matrix *matrix)
{
    uint32_t hash = lookup_hash(matrix->shape, dims_size(matrix));
    hash += (uint32_t)(matrix->dtype.itemsize + matrix->offset) + matrix->dtype.kind;
    return &cache->matrices[hash % CACHED_MATRICES];
}

struct packed_matrix *packed_new(const struct matrix *matrix, struct packed_cache *cache)
{
    if (!cache)
        return pack(matrix, NULL);
    struct packed_matrix **slot = cache_slot(cache, matrix);
    if (!*slot || !packed_equal(*slot, matrix)) {
        packed_free(*slot);
        *slot = pack(matrix, cache);
    }
    (*slot)->count++;
    return *slot;
}

void packed_free(struct packed_matrix *packed)
{
    if (!packed || --packed->count)
        return;
    shared_release(packed->dtype);
    free(packed);
}

void packed_cache_clear(struct packed_cache *cache)
{
    for (unsigned i = 0; i < CACHED_DTYPES; i++)
        shared_release(cache->dtypes[i]);
    for (unsigned i = 0; i < CACHED_MATRICES; i++)
        packed_free(cache->matrices[i]);
    *cache = (struct packed_cache){0};
}

const struct dtype *packed_dtype(const struct packed_matrix *packed)
{
    return &packed->dtype->dtype;
}

bool packed_equal(const struct packed_matrix *packed, const struct matrix *matrix)
{
    return packed->rank == matrix->rank && packed->order == matrix->order &&
           packed->offset == matrix->offset &&
           memcmp(packed->dims, matrix->shape, packed->rank * sizeof packed->dims[0]) == 0 &&
           dtype_equal(packed_dtype(packed), &matrix->dtype);
}

void packed_unpack(const struct packed_matrix *packed, struct matrix *ret_matrix)
{
    ret_matrix->dtype = dtype_dup(packed_dtype(packed));
    ret_matrix->order = packed->order;
    ret_matrix->rank = packed->rank;
    ret_matrix->offset = packed->offset;
    memcpy(ret_matrix->shape, packed->dims, packed->rank * sizeof packed->dims[0]);
}
