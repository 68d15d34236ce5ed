/*
 * Checked arithmetic for every size, count and product that comes from a file, a segment or a user.
 * Each returns true and leaves *result untouched where the exact result does not fit.
 */
#ifndef SHMTOP_CORE_SYS_CHECKED_H
#define SHMTOP_CORE_SYS_CHECKED_H

#include <stdbool.h>
#include <stdint.h>

static inline bool checked_add_u64(uint64_t a, uint64_t b, uint64_t *result)
{
    uint64_t sum;
    if (__builtin_add_overflow(a, b, &sum))
        return true;
    *result = sum;
    return false;
}

static inline bool checked_mul_u64(uint64_t a, uint64_t b, uint64_t *result)
{
    uint64_t product;
    if (__builtin_mul_overflow(a, b, &product))
        return true;
    *result = product;
    return false;
}

static inline uint64_t min_u64(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static inline uint64_t max_u64(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

#endif
