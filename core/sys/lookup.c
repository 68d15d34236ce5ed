#include "core/sys/lookup.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

#include "core/sys/memory.h"

#define LOOKUP_SIZE_MIN 16

static inline uint64_t rotate(uint64_t x, int by)
{
    return x << by | x >> (64 - by);
}

/* One SipRound. Source: Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012. */
static inline void sip_round(uint64_t v[4])
{
    v[0] += v[1];
    v[2] += v[3];
    v[1] = rotate(v[1], 13) ^ v[0];
    v[3] = rotate(v[3], 16) ^ v[2];
    v[0] = rotate(v[0], 32);
    v[2] += v[1];
    v[0] += v[3];
    v[1] = rotate(v[1], 17) ^ v[2];
    v[3] = rotate(v[3], 21) ^ v[0];
    v[2] = rotate(v[2], 32);
}

static uint64_t sip_key[2];

/* Before main and any thread: the key never changes while a table lives. */
__attribute__((constructor)) static void lookup_take_key(void)
{
    const void *random = (const void *)getauxval(AT_RANDOM); /* 16 bytes */
    if (random)
        memcpy(sip_key, random, sizeof sip_key);
}

static void sip_start(uint64_t v[4])
{
    v[0] = sip_key[0] ^ 0x736f6d6570736575;
    v[1] = sip_key[1] ^ 0x646f72616e646f6d;
    v[2] = sip_key[0] ^ 0x6c7967656e657261;
    v[3] = sip_key[1] ^ 0x7465646279746573;
}

static void sip_word(uint64_t v[4], uint64_t word)
{
    v[3] ^= word;
    sip_round(v);
    v[0] ^= word;
}

uint32_t lookup_hash(const void *data, size_t length)
{
    uint64_t v[4], word;
    sip_start(v);
    const uint8_t *bytes = data;
    size_t rest = length;
    for (; rest >= sizeof word; rest -= sizeof word, bytes += sizeof word) {
        memcpy(&word, bytes, sizeof word);
        sip_word(v, word);
    }
    word = 0;
    memcpy(&word, bytes, rest);
    sip_word(v, word | (uint64_t)length << 56);
    v[2] ^= 0xff;
    for (int i = 0; i < 3; i++)
        sip_round(v);
    uint64_t hash = v[0] ^ v[1] ^ v[2] ^ v[3];
    return (uint32_t)(hash ^ hash >> 32);
}

static void slots_put(struct lookup_slot *slots, uint32_t size, struct lookup_slot slot)
{
    uint32_t at = slot.hash & (size - 1);
    while (slots[at].value != LOOKUP_NONE)
        at = (at + 1) & (size - 1);
    slots[at] = slot;
}

static void lookup_resize(struct lookup *lookup, uint32_t size)
{
    size_t capacity = 0;
    struct lookup_slot *slots = memory_grow(NULL, &capacity, size, sizeof *slots);
    memset(slots, 0xff, size * sizeof *slots);
    for (uint32_t i = 0; i < lookup->size; i++)
        if (lookup->slots[i].value != LOOKUP_NONE)
            slots_put(slots, size, lookup->slots[i]);
    free(lookup->slots);
    lookup->slots = slots;
    lookup->size = size;
}

void lookup_add(struct lookup *lookup, uint32_t hash, uint32_t value)
{
    assert(value != LOOKUP_NONE);
    if (lookup->count >= lookup->size - lookup->size / 8) {
        assert(lookup->size <= UINT32_MAX / 2);
        lookup_resize(lookup, lookup->size ? lookup->size * 2 : LOOKUP_SIZE_MIN);
    }
    slots_put(lookup->slots, lookup->size, (struct lookup_slot){hash, value});
    lookup->count++;
}

/* Moves back every follower that would no longer be found past the hole. */
static void slots_close(struct lookup_slot *slots, uint32_t mask, uint32_t hole)
{
    for (uint32_t at = (hole + 1) & mask; slots[at].value != LOOKUP_NONE; at = (at + 1) & mask) {
        uint32_t home = slots[at].hash & mask;
        if (((at - home) & mask) < ((at - hole) & mask))
            continue;
        slots[hole] = slots[at];
        hole = at;
    }
    slots[hole].value = LOOKUP_NONE;
}

bool lookup_remove(struct lookup *lookup, uint32_t hash, uint32_t value)
{
    if (!lookup->size)
        return false;
    uint32_t mask = lookup->size - 1;
    for (uint32_t at = hash & mask; lookup->slots[at].value != LOOKUP_NONE; at = (at + 1) & mask) {
        if (lookup->slots[at].hash != hash || lookup->slots[at].value != value)
            continue;
        slots_close(lookup->slots, mask, at);
        lookup->count--;
        return true;
    }
    return false;
}

uint32_t lookup_next(const struct lookup *lookup, uint32_t hash, uint32_t *cursor)
{
    if (!lookup->size)
        return LOOKUP_NONE;
    uint32_t mask = lookup->size - 1;
    for (;;) {
        const struct lookup_slot *slot = &lookup->slots[(hash + *cursor) & mask];
        if (slot->value == LOOKUP_NONE)
            return LOOKUP_NONE;
        ++*cursor;
        if (slot->hash == hash)
            return slot->value;
    }
}

void lookup_clear(struct lookup *lookup)
{
    free(lookup->slots);
    *lookup = (struct lookup){0};
}
