/*
 * Numbers out of bytes, wherever they stand: in the order of this machine, as what wrote them here has it.
 */
#ifndef SHMTOP_CORE_SYS_BYTES_H
#define SHMTOP_CORE_SYS_BYTES_H

#include <stdint.h>
#include <string.h>

static inline uint32_t bytes_u32(const uint8_t *bytes)
{
    uint32_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

static inline int32_t bytes_i32(const uint8_t *bytes)
{
    int32_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

static inline uint64_t bytes_u64(const uint8_t *bytes)
{
    uint64_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

#endif
