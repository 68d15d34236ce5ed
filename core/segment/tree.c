#include <errno.h>
#include <stdlib.h>

#include "core/segment/beneath.h"
#include "core/sys/checked.h"
#include "core/sys/lookup.h"
#include "core/sys/memory.h"

#define BUF_SIZE (32u << 10)

struct walk {
    uint64_t device;
    bool strict;
    struct progress *progress;
    tree_visit *visit;
    void *context;
};

static int walk_list(struct walk *walk, int fd, int depth);

/* What the walk does not enter: 0, or the reason where it has to. */
static int refuse(const struct walk *walk, int code)
{
    return walk->strict ? code : 0;
}

static int walk_below(struct walk *walk, int dirfd, const char *file, const struct facts *facts, int depth)
{
    if (facts_are_of_mount(facts, walk->device))
        return refuse(walk, -EXDEV);
    if (depth == TREE_DEPTH_MAX)
        return refuse(walk, -ELOOP);
    int fd = beneath_open_list(dirfd, file);
    if (fd == -ENOENT || fd == -ENOTDIR || fd == -ELOOP)
        return 0; /* it went, or became something else, since it was looked at */
    if (fd == -EACCES)
        return refuse(walk, -EACCES);
    return fd < 0 ? fd : walk_list(walk, fd, depth + 1);
}

static int walk_entry(struct walk *walk, int dirfd, const char *file, int depth)
{
    struct facts facts;
    if (progress_cancelled(walk->progress))
        return -ECANCELED;
    int r = facts_get(dirfd, file, &facts);
    if (r == -ENOENT)
        return 0;
    if (r == -EACCES)
        return refuse(walk, -EACCES);
    if (r == 0 && S_ISDIR(facts.st.stx_mode))
        r = walk_below(walk, dirfd, file, &facts, depth);
    return r ? r : walk->visit(walk->context, dirfd, file, &facts);
}

/* Takes fd. */
static int walk_list(struct walk *walk, int fd, int depth)
{
    struct entries entries AUTO_ENTRIES = ENTRIES_NONE;
    int r = entries_open(&entries, fd, BUF_SIZE), listing = 0;
    for (const char *file; r == 0 && (file = entries_next(&entries, &listing));)
        r = walk_entry(walk, entries.fd, file, depth);
    return listing < 0 ? listing : r;
}

int tree_walk(int fd, bool strict, struct progress *progress, tree_visit *visit, void *context)
{
    struct facts facts;
    struct walk walk = {.strict = strict, .progress = progress, .visit = visit, .context = context};
    int r = facts_get(fd, "", &facts);
    if (r < 0) {
        entries_close(&(struct entries){.fd = fd});
        return r;
    }
    walk.device = facts.id.device;
    return walk_list(&walk, fd, 1);
}

/* The inodes with several links that were counted. */
struct seen {
    struct lookup lookup; /* indices of inodes */
    uint64_t *inodes;
    size_t count, capacity;
};

/* True the first time. */
static bool seen_insert(struct seen *seen, uint64_t inode)
{
    uint32_t hash = lookup_hash(&inode, sizeof inode), cursor = 0, index;
    while ((index = lookup_next(&seen->lookup, hash, &cursor)) != LOOKUP_NONE)
        if (seen->inodes[index] == inode)
            return false;
    seen->inodes = memory_grow(seen->inodes, &seen->capacity, seen->count + 1, sizeof *seen->inodes);
    lookup_add(&seen->lookup, hash, (uint32_t)seen->count);
    seen->inodes[seen->count++] = inode;
    return true;
}

struct count {
    struct tree_sum sum;
    struct seen seen;
};

static void add(uint64_t *sum, uint64_t value)
{
    if (checked_add_u64(*sum, value, sum))
        *sum = UINT64_MAX;
}

static int count_entry(void *context, int dirfd, const char *file, const struct facts *facts)
{
    struct count *count = context;
    (void)dirfd, (void)file;
    if (!S_ISREG(facts->st.stx_mode))
        return 0;
    if (facts->st.stx_nlink > 1 && !seen_insert(&count->seen, facts->st.stx_ino))
        return 0;
    add(&count->sum.size, facts->st.stx_size);
    add(&count->sum.allocated, facts->st.stx_blocks * 512);
    return 0;
}

int tree_sum(int dirfd, const char *file, struct progress *progress, struct tree_sum *ret_sum)
{
    struct count count = {0};
    int fd = beneath_open_list(dirfd, file);
    bool closed = fd == -ENOENT || fd == -EACCES || fd == -ENOTDIR || fd == -ELOOP;
    int r = fd < 0 ? (closed ? 0 : fd) : tree_walk(fd, false, progress, count_entry, &count);
    lookup_clear(&count.seen.lookup);
    free(count.seen.inodes);
    if (r == 0)
        *ret_sum = count.sum;
    return r;
}
