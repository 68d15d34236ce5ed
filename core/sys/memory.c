#include "core/sys/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void *memory_must(void *memory)
{
    if (!memory)
        abort();
    return memory;
}

void *memory_new(size_t size)
{
    return memory_must(calloc(1, size ? size : 1));
}

void *memory_grow(void *array, size_t *capacity, size_t need, size_t item)
{
    if (need <= *capacity)
        return array;
    size_t room = *capacity ? *capacity : 16;
    while (room < need)
        room = room > SIZE_MAX / 2 ? need : room * 2;
    array = memory_must(reallocarray(array, room, item));
    *capacity = room;
    return array;
}

char *memory_dup(const char *text)
{
    return memory_must(strdup(text));
}
