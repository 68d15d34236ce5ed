#include "core/process/hit.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "core/segment/beneath.h"
#include "core/sys/calls.h"
#include "core/sys/checked.h"
#include "core/sys/memory.h"

#define MARK        " (deleted)"
#define MARK_LENGTH (sizeof MARK - 1)

bool path_is_marked(const char *path)
{
    size_t length = strlen(path);
    return length > MARK_LENGTH && strcmp(path + length - MARK_LENGTH, MARK) == 0;
}

void path_cut_mark(char *path)
{
    if (path_is_marked(path))
        path[strlen(path) - MARK_LENGTH] = '\0';
}

void hits_clear(struct hits *hits)
{
    for (size_t i = 0; i < hits->count; i++)
        free(hits->list[i].seen.path);
    hits->count = 0;
}

void hits_free(struct hits *hits)
{
    hits_clear(hits);
    free(hits->list);
    *hits = (struct hits){0};
}

static struct hit *add(struct hits *hits, uint64_t device, uint64_t inode)
{
    hits->list = memory_grow(hits->list, &hits->capacity, hits->count + 1, sizeof *hits->list);
    struct hit *hit = &hits->list[hits->count++];
    *hit = (struct hit){.seen.id = {.device = device, .inode = inode}};
    return hit;
}

/* Of a process's neighbouring maps of one file the first tells enough: its facts, or that it has its name. */
static bool is_told(const struct hits *hits)
{
    if (hits->count < 2)
        return false;
    const struct hit *hit = &hits->list[hits->count - 1], *before = hit - 1;
    return before->told && before->seen.id.device == hit->seen.id.device &&
           before->seen.id.inode == hit->seen.id.inode;
}

/* Where link leads, NULL where that is not told. Owned. */
static char *read_link(int dir, const char *link)
{
    char target[PATH_MAX + 1];
    ssize_t n = sys.readlinkat(dir, link, target, PATH_MAX);
    if (n <= 0)
        return NULL;
    target[n] = '\0';
    return memory_dup(target);
}

static void learn(struct hit *hit, const struct statx *st, int dir, const char *link)
{
    struct sweep_other *seen = &hit->seen;
    seen->known = true;
    hit->links = st->stx_nlink;
    seen->id.born = facts_born(st, dir, link, AT_SYMLINK_FOLLOW);
    seen->size = st->stx_size;
    seen->allocated = st->stx_blocks * 512;
    seen->created = st->stx_mask & STATX_BTIME ? facts_time(&st->stx_btime) : 0;
    seen->modified = facts_time(&st->stx_mtime);
    seen->uid = st->stx_uid;
    seen->gid = st->stx_gid;
    seen->mode = st->stx_mode;
}

/* What lies at those addresses may have been exchanged since. */
static void ask_map_files(struct hit *hit, int task, const char *link)
{
    struct statx st;
    if (sys.statx(task, link, AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT, STATX_BASIC_STATS | STATX_BTIME, &st) < 0)
        return;
    if (makedev(st.stx_dev_major, st.stx_dev_minor) == hit->seen.id.device &&
        st.stx_ino == hit->seen.id.inode)
        learn(hit, &st, task, link);
}

/* The link in map_files tells a newline from a "\012", which maps as text does not; who may not read it takes
 * the likelier. */
static char *map_path(struct maps *maps, int task, const char *link)
{
    const char *path = maps_path(maps);
    if (!path)
        return NULL;
    char *exact = maps->escaped && strstr(path, "\\012") ? read_link(task, link) : NULL;
    if (exact)
        return exact;
    char *dup = memory_dup(path);
    if (maps->escaped)
        map_unescape(dup);
    return dup;
}

void hits_add_map(struct hits *hits, struct maps *maps, int task, bool facts)
{
    const struct map *map = &maps->map;
    struct hit *hit = add(hits, map->device, map->inode);
    hit->writable = map->writable;
    uint64_t end;
    if (!checked_add_u64(map->offset, map->end - map->start, &end))
        hit->seen.size = end;
    hit->told = is_told(hits);
    if (!facts || hit->told)
        return;
    char link[64];
    snprintf(link, sizeof link, "map_files/%" PRIx64 "-%" PRIx64, map->start, map->end);
    hit->seen.path = map_path(maps, task, link);
    bool marked = hit->seen.path && path_is_marked(hit->seen.path);
    if (marked)
        ask_map_files(hit, task, link);
    hit->told = hit->seen.known || (hit->seen.path && !marked);
}

void hits_add_descriptor(struct hits *hits, int fd_dir, const char *name, const struct statx *st, bool facts)
{
    struct hit *hit = add(hits, makedev(st->stx_dev_major, st->stx_dev_minor), st->stx_ino);
    hit->open = true;
    if (!facts)
        return;
    learn(hit, st, fd_dir, name);
    hit->seen.path = read_link(fd_dir, name);
}
