#include "core/catalog/packed.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

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

static struct shared_dtype *cache_dtype(struct dtype_cache *cache, const struct dtype *dtype)
{
    for (unsigned i = 0; i < DTYPE_CACHE_SIZE && cache->recent[i]; i++)
        if (dtype_equal(&cache->recent[i]->dtype, dtype))
            return shared_get(cache->recent[i]);
    struct shared_dtype *shared = shared_new(dtype);
    shared_release(cache->recent[cache->next]);
    cache->recent[cache->next] = shared_get(shared);
    cache->next = (cache->next + 1) % DTYPE_CACHE_SIZE;
    return shared;
}

void dtype_cache_clear(struct dtype_cache *cache)
{
    for (unsigned i = 0; i < DTYPE_CACHE_SIZE; i++)
        shared_release(cache->recent[i]);
    *cache = (struct dtype_cache){0};
}

struct packed_matrix *packed_new(const struct matrix *matrix, struct dtype_cache *cache)
{
    assert(matrix->rank >= 0 && matrix->rank <= MATRIX_RANK_MAX);
    size_t dims = (size_t)matrix->rank * sizeof matrix->shape[0];
    struct packed_matrix *packed = memory_new(sizeof *packed + dims);
    packed->dtype = cache ? cache_dtype(cache, &matrix->dtype) : shared_new(&matrix->dtype);
    packed->offset = matrix->offset;
    packed->rank = (uint8_t)matrix->rank;
    packed->order = matrix->order;
    memcpy(packed->dims, matrix->shape, dims);
    return packed;
}

void packed_free(struct packed_matrix *packed)
{
    if (!packed)
        return;
    shared_release(packed->dtype);
    free(packed);
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
