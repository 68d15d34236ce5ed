#include "core/process/sighting.h"

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

static const char mark[] = " (deleted)";
#define MARK_LENGTH (sizeof mark - 1)

static bool is_marked(const char *path)
{
    size_t length = strlen(path);
    return length > MARK_LENGTH && strcmp(path + length - MARK_LENGTH, mark) == 0;
}

/* The first path counts, unless only a later one says that there is a name. */
static bool wants_path(const struct sighting *sighting, bool marked)
{
    return !sighting->other.path || (sighting->marked && !marked);
}

static void take_path(struct sighting *sighting, char *path)
{
    sighting->marked = is_marked(path);
    free(sighting->other.path);
    sighting->other.path = path;
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

/* flags: how name_to_handle_at finds it at link. */
static void settle(struct sighting *sighting, const struct statx *st, int dir, const char *link)
{
    struct sweep_other *other = &sighting->other;
    sighting->settled = true;
    sighting->links = st->stx_nlink;
    other->id.born = facts_born(st, dir, link, AT_SYMLINK_FOLLOW);
    other->size = st->stx_size;
    other->allocated = st->stx_blocks * 512;
    other->created = st->stx_mask & STATX_BTIME ? facts_time(&st->stx_btime) : 0;
    other->modified = facts_time(&st->stx_mtime);
    other->uid = st->stx_uid;
    other->gid = st->stx_gid;
    other->mode = st->stx_mode;
}

/* Once a process. What lies at those addresses may have been exchanged since maps was read. */
static void ask_map_files(struct sighting *sighting, pid_t pid, int task, const char *link)
{
    struct statx st;
    if (sighting->settled || sighting->tried == pid)
        return;
    sighting->tried = pid;
    if (sys.statx(task, link, AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT, STATX_BASIC_STATS | STATX_BTIME, &st) < 0)
        return;
    if (makedev(st.stx_dev_major, st.stx_dev_minor) == sighting->other.id.device &&
        st.stx_ino == sighting->other.id.inode)
        settle(sighting, &st, task, link);
}

/* The link in map_files tells a newline from a "\012"; who may not read it takes the likelier. */
static char *map_path(const struct map_line *map, int task, const char *link)
{
    char *path = strstr(map->path, "\\012") ? read_link(task, link) : NULL;
    if (!path) {
        path = memory_dup(map->path);
        procfs_unescape_path(path);
    }
    return path;
}

void sighting_map(struct sighting *sighting, pid_t pid, int task, const struct map_line *map)
{
    char link[64];
    snprintf(link, sizeof link, "map_files/%" PRIx64 "-%" PRIx64, map->start, map->end);
    bool marked = is_marked(map->path);
    if (*map->path && wants_path(sighting, marked))
        take_path(sighting, map_path(map, task, link));
    uint64_t end;
    if (!sighting->settled && !checked_add_u64(map->offset, map->end - map->start, &end))
        sighting->other.size = max_u64(sighting->other.size, end);
    if (marked)
        ask_map_files(sighting, pid, task, link);
}

void sighting_descriptor(struct sighting *sighting, int fd_dir, const char *name, const struct statx *st)
{
    if (!sighting->settled)
        settle(sighting, st, fd_dir, name);
    if (sighting->other.path && !sighting->marked)
        return;
    char *path = read_link(fd_dir, name);
    if (path && wants_path(sighting, is_marked(path)))
        take_path(sighting, path);
    else
        free(path);
}

void sighting_end(struct sighting *sighting)
{
    struct sweep_other *other = &sighting->other;
    other->known = sighting->settled;
    other->deleted = sighting->settled ? sighting->links == 0 : sighting->marked;
    if (other->deleted && sighting->marked)
        other->path[strlen(other->path) - MARK_LENGTH] = '\0';
}
