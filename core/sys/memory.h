/*
 * Memory for the many small things whose size we set ourselves (rows, names, tables). There is nothing
 * sensible that a console could do without a few bytes more, so none left ends the program (abort), and
 * callers need no path that no test walks. Whatever a file or a segment sizes is not allocated here but
 * checked, bounded, and may fail.
 */
#ifndef SHMTOP_CORE_SYS_MEMORY_H
#define SHMTOP_CORE_SYS_MEMORY_H

#include <stddef.h>

/* Zeroed. */
void *memory_new(size_t size);

/*
 * An array of items of size item with room for at least need of them: as it was, or moved, its room doubled
 * (*capacity). What is new is not zeroed.
 */
void *memory_grow(void *array, size_t *capacity, size_t need, size_t item);

/* A copy, to be freed. */
char *memory_dup(const char *text);

#endif
