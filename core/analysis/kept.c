#include "core/analysis/kept.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int kept_make(struct kept *kept, size_t itemsize, size_t capacity, struct error *error)
{
    *kept = (struct kept){.itemsize = itemsize, .capacity = capacity > 2 ? capacity : 2};
    kept->list = malloc(kept->capacity * sizeof *kept->list);
    kept->spare = malloc(kept->capacity * sizeof *kept->spare);
    kept->elements = malloc(kept->capacity * itemsize + 1);
    pthread_mutex_init(&kept->lock, NULL);
    if (!kept->list || !kept->spare || !kept->elements) {
        kept_clear(kept);
        return error_set(error, ENOMEM, "no memory for what is found");
    }
    kept_reset(kept);
    return 0;
}

void kept_clear(struct kept *kept)
{
    free(kept->list);
    free(kept->spare);
    free(kept->elements);
    pthread_mutex_destroy(&kept->lock);
}

void kept_reset(struct kept *kept)
{
    kept->count = 0;
    kept->overflowed = false;
    kept->limit = UINT64_MAX;
}

static bool is_sorted(const struct kept *kept)
{
    for (size_t i = 1; i < kept->count; i++)
        if (kept->list[i].key < kept->list[i - 1].key)
            return false;
    return true;
}

/* The bits in which any two keys differ. */
static uint64_t different_bits(const struct kept *kept)
{
    uint64_t bits = 0;
    for (size_t i = 1; i < kept->count; i++)
        bits |= kept->list[i].key ^ kept->list[0].key;
    return bits;
}

/* By one byte of the key, into spare, which becomes the list. What is behind count moves along. */
static void sort_by_byte(struct kept *kept, int shift)
{
    size_t starts[257] = {0};
    struct kept_entry *list = kept->list, *spare = kept->spare;
    for (size_t i = 0; i < kept->count; i++)
        starts[(list[i].key >> shift & 0xff) + 1]++;
    for (int i = 0; i < 256; i++)
        starts[i + 1] += starts[i];
    for (size_t i = 0; i < kept->count; i++)
        spare[starts[list[i].key >> shift & 0xff]++] = list[i];
    memcpy(spare + kept->count, list + kept->count, (kept->made - kept->count) * sizeof *spare);
    kept->list = spare;
    kept->spare = list;
}

void kept_sort(struct kept *kept)
{
    if (is_sorted(kept))
        return;
    uint64_t bits = different_bits(kept);
    for (int shift = 0; shift < 64; shift += 8)
        if (bits >> shift & 0xff)
            sort_by_byte(kept, shift);
}

/* Keeps the lesser half; the others' slots are free. */
static void halve(struct kept *kept)
{
    kept_sort(kept);
    kept->count /= 2;
    kept->overflowed = true;
    kept->limit = kept->list[kept->count - 1].key;
}

void kept_add(struct kept *kept, const uint64_t *keys, const uint32_t *places, size_t n, const void *elements)
{
    const uint8_t *from = elements;
    pthread_mutex_lock(&kept->lock);
    for (size_t i = 0; i < n; i++) {
        if (keys[i] > kept->limit)
            continue;
        if (kept->count == kept->capacity) {
            halve(kept);
            if (keys[i] > kept->limit)
                continue;
        }
        struct kept_entry *entry = &kept->list[kept->count];
        if (kept->count == kept->made)
            entry->slot = kept->made++;
        kept->count++;
        entry->key = keys[i];
        memcpy(kept->elements + entry->slot * kept->itemsize, from + places[i] * kept->itemsize,
               kept->itemsize);
    }
    pthread_mutex_unlock(&kept->lock);
}

const void *kept_element(const struct kept *kept, const struct kept_entry *entry)
{
    return kept->elements + entry->slot * kept->itemsize;
}
