#include "core/segment/nameset.h"

#include <stdlib.h>
#include <string.h>

#include "core/sys/memory.h"

void nameset_clear(struct nameset *set)
{
    lookup_clear(&set->lookup);
    set->count = 0;
    set->used = 0;
}

void nameset_free(struct nameset *set)
{
    lookup_clear(&set->lookup);
    free(set->text);
    free(set->starts);
    free(set->list);
    *set = (struct nameset){0};
}

static bool has(const struct nameset *set, const char *name, uint32_t hash)
{
    uint32_t cursor = 0, index;
    while ((index = lookup_next(&set->lookup, hash, &cursor)) != LOOKUP_NONE)
        if (strcmp(set->text + set->starts[index], name) == 0)
            return true;
    return false;
}

bool nameset_has(const struct nameset *set, const char *name)
{
    return has(set, name, lookup_hash(name, strlen(name)));
}

bool nameset_add(struct nameset *set, const char *name)
{
    size_t size = strlen(name) + 1;
    uint32_t hash = lookup_hash(name, size - 1);
    if (has(set, name, hash))
        return true;
    if (set->count == NAMESET_MAX || size > NAMESET_BYTES_MAX - set->used)
        return false;
    set->text = memory_grow(set->text, &set->text_capacity, set->used + size, 1);
    set->starts = memory_grow(set->starts, &set->starts_capacity, set->count + 1, sizeof *set->starts);
    memcpy(set->text + set->used, name, size);
    lookup_add(&set->lookup, hash, (uint32_t)set->count);
    set->starts[set->count++] = (uint32_t)set->used;
    set->used += size;
    return true;
}

const char *const *nameset_list(struct nameset *set)
{
    set->list = memory_grow(set->list, &set->list_capacity, set->count + 1, sizeof *set->list);
    for (size_t i = 0; i < set->count; i++)
        set->list[i] = set->text + set->starts[i];
    return set->list;
}
