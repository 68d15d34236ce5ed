/*
 * Names, each once, in the order in which they first came, bounded: what watch.c coalesces events in.
 */
#ifndef SHMTOP_CORE_SEGMENT_NAMESET_H
#define SHMTOP_CORE_SEGMENT_NAMESET_H

#include "core/sys/lookup.h"

#define NAMESET_MAX       65536
#define NAMESET_BYTES_MAX (8u << 20)

struct nameset {
    char *text; /* the names, each with its NUL */
    size_t used, text_capacity;
    uint32_t *starts; /* of each name in text */
    size_t count, starts_capacity;
    struct lookup lookup; /* indices of starts */
    const char **list;    /* of nameset_list */
    size_t list_capacity;
};

void nameset_clear(struct nameset *set); /* keeps most of its memory */
void nameset_free(struct nameset *set);

bool nameset_has(const struct nameset *set, const char *name);

/* False where it is a new one beyond the bounds. */
bool nameset_add(struct nameset *set, const char *name);

/* Borrowed until the next change. */
const char *const *nameset_list(struct nameset *set);

#endif
