/*
 * One map or descriptor of something that a sweep seeks, with all that it tells: read while its process is
 * looked at, joined later (holdings.h). Private to core/process.
 *
 * The kernel puts " (deleted)" behind the path of what has no name; a file may bear that text in its name.
 * A link count decides, where one may be asked.
 */
#ifndef SHMTOP_CORE_PROCESS_HIT_H
#define SHMTOP_CORE_PROCESS_HIT_H

#include <sys/stat.h>

#include "core/process/maps.h"
#include "core/process/sweep.h"

struct hit {
    bool open; /* a descriptor; else a map */
    bool writable;
    bool told;               /* a neighbour, or it, told all that is to be known */
    uint32_t links;          /* where seen.known */
    struct sweep_other seen; /* path owned, with the mark; of a map whose facts are not known the size is how
                                far it reaches; no holders */
};

/* Of one process. */
struct hits {
    struct hit *list; /* owned */
    size_t count, capacity;
};

void hits_clear(struct hits *hits); /* frees what the hits own, keeps the list's room */
void hits_free(struct hits *hits);

/* Whether a path ends in the kernel's mark. */
bool path_is_marked(const char *path);
void path_cut_mark(char *path);

/* A map that maps is at, in the process or thread whose directory task is. With facts: path, and statx where
 * it bears the mark. */
void hits_add_map(struct hits *hits, struct maps *maps, int task, bool facts);

/* The descriptor NAME below fd_dir, of which statx (followed) said st. With facts: path, and what st says. */
void hits_add_descriptor(struct hits *hits, int fd_dir, const char *name, const struct statx *st, bool facts);

#endif
