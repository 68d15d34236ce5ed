#include "core/segment/segment.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/segment/beneath.h"
#include "core/sys/calls.h"
#include "core/sys/fd.h"
#include "core/sys/memory.h"

#define SCAN_BUF_SIZE (256u << 10)

bool identity_equal(const struct identity *a, const struct identity *b)
{
    return a->device == b->device && a->inode == b->inode && a->born == b->born;
}

void segment_clear(struct segment *segment)
{
    if (segment->matrix)
        matrix_clear(segment->matrix);
    free(segment->matrix);
    free(segment->damage);
    free(segment->name);
    memset(segment, 0, sizeof *segment);
}

/* DIR/FILE, or FILE where there is no prefix. */
static char *join(const char *prefix, const char *file)
{
    size_t prefix_length = prefix ? strlen(prefix) + 1 : 0;
    size_t size = strlen(file) + 1;
    char *name = memory_new(prefix_length + size);
    if (prefix) {
        memcpy(name, prefix, prefix_length - 1);
        name[prefix_length - 1] = '/';
    }
    memcpy(name + prefix_length, file, size);
    return name;
}

/* What is known without looking inside. */
static enum layout layout_of(const char *file, const struct statx *st)
{
    if (S_ISDIR(st->stx_mode))
        return LAYOUT_DIRECTORY;
    if (!S_ISREG(st->stx_mode))
        return LAYOUT_OTHER;
    return layout_is_semaphore(file, st->stx_size) ? LAYOUT_SEMAPHORE : LAYOUT_UNKNOWN;
}

static void fill(struct segment *segment, const char *file, const struct facts *facts)
{
    const struct statx *st = &facts->st;
    segment->id = facts->id;
    segment->size = st->stx_size;
    segment->allocated = st->stx_blocks * 512;
    segment->created = st->stx_mask & STATX_BTIME ? facts_time(&st->stx_btime) : 0;
    segment->modified = facts_time(&st->stx_mtime);
    segment->uid = st->stx_uid;
    segment->gid = st->stx_gid;
    segment->mode = st->stx_mode;
    segment->links = st->stx_nlink;
    segment->layout = layout_of(file, st);
}

/* Facts of file beneath dirfd, named PREFIX/file. 0 or -errno. */
static int look(const struct directory *directory, int dirfd, const char *prefix, const char *file,
                struct progress *progress, struct segment *ret)
{
    struct facts facts;
    struct tree_sum sum = {0};
    if (name_is_temporary(file))
        return -ENOENT;
    int r = facts_get(dirfd, file, &facts);
    if (r < 0)
        return r;
    bool is_directory = S_ISDIR(facts.st.stx_mode);
    bool enter = is_directory && directory_may_look(directory, facts.id.device, NULL) == 0;
    r = enter ? tree_sum(dirfd, file, progress, &sum) : 0;
    if (r < 0)
        return r;
    struct segment segment = {.name = join(prefix, file)};
    fill(&segment, file, &facts);
    if (is_directory) {
        segment.size = sum.size;
        segment.allocated = sum.allocated;
    }
    *ret = segment;
    return 0;
}

/* DIR of DIR/FILE in buf; NULL for FILE. */
static const char *prefix_of(const char *name, char buf[NAME_PATH_MAX])
{
    const char *slash = strchr(name, '/');
    if (!slash)
        return NULL;
    memcpy(buf, name, (size_t)(slash - name));
    buf[slash - name] = '\0';
    return buf;
}

int segment_stat(const struct directory *directory, const char *name, struct segment *ret,
                 struct error *error)
{
    struct place place AUTO_PLACE = {.opened = -1};
    int r = place_find(directory, name, &place, error);
    if (r < 0)
        return r;
    char buf[NAME_PATH_MAX];
    r = look(directory, place.fd, prefix_of(name, buf), place.file, NULL, ret);
    return r < 0 ? beneath_error(error, -r, "look at") : 0;
}

int segment_stat_opened(int fd, const char *name, struct segment *ret, struct error *error)
{
    struct facts facts;
    const char *slash = strrchr(name, '/');
    int r = facts_get(fd, "", &facts);
    if (r < 0)
        return beneath_error(error, -r, "look at");
    struct segment segment = {.name = memory_dup(name)};
    fill(&segment, slash ? slash + 1 : name, &facts);
    *ret = segment;
    return 0;
}

int segment_open(const struct directory *directory, const char *name, const struct identity *id,
                 struct error *error)
{
    struct facts facts;
    int fd AUTO_CLOSE = beneath_open_file(directory, name, O_RDONLY, &facts, error);
    if (fd < 0)
        return fd;
    if (!identity_equal(&facts.id, id))
        return error_set(error, ESTALE, "another segment bears this name now");
    return fd_steal(&fd);
}

struct scan {
    const struct directory *directory;
    segment_function *each;
    void *context;
    struct progress *progress;
    struct error *error;
};

static int scan_list(struct scan *scan, int fd, const char *prefix);

/* A sub-directory that may not be read, or that went meanwhile, has no rows below it. */
static int scan_below(struct scan *scan, int dirfd, const char *file)
{
    int fd = beneath_open_list(dirfd, file);
    if (fd == -EACCES || fd == -ENOENT || fd == -ENOTDIR || fd == -ELOOP)
        return 0;
    if (fd < 0)
        return beneath_error(scan->error, -fd, "list");
    if (beneath_may_look(scan->directory, fd, NULL) < 0) {
        fd_close(&fd);
        return 0;
    }
    return scan_list(scan, fd, file);
}

static int scan_entry(struct scan *scan, int dirfd, const char *prefix, const char *file)
{
    struct segment segment;
    if (progress_cancelled(scan->progress))
        return error_set(scan->error, ECANCELED, "stopped");
    int r = look(scan->directory, dirfd, prefix, file, scan->progress, &segment);
    if (r == -ENOENT || r == -EACCES)
        return 0;
    if (r < 0)
        return beneath_error(scan->error, -r, "look at");
    bool go_below = !prefix && S_ISDIR(segment.mode);
    r = scan->each(scan->context, &segment);
    if (segment.name)
        segment_clear(&segment);
    progress_add(scan->progress, 1);
    return r == 0 && go_below ? scan_below(scan, dirfd, file) : r;
}

/* Takes fd. */
static int scan_list(struct scan *scan, int fd, const char *prefix)
{
    struct entries entries AUTO_ENTRIES = ENTRIES_NONE;
    int r = entries_open(&entries, fd, SCAN_BUF_SIZE), listing = 0;
    if (r < 0)
        return error_set_errno(scan->error, -r, "cannot list it");
    for (const char *file; r == 0 && (file = entries_next(&entries, &listing));)
        r = scan_entry(scan, entries.fd, prefix, file);
    return listing < 0 ? error_set_errno(scan->error, -listing, "cannot list it") : r;
}

int segment_scan(const struct directory *directory, segment_function *each, void *context,
                 struct progress *progress, struct error *error)
{
    struct scan scan = {directory, each, context, progress, error};
    /* Opened anew, for two scans must not share a position. */
    int fd = beneath_open_list(directory_fd(directory), ".");
    if (fd < 0)
        return beneath_error(error, -fd, "list");
    return scan_list(&scan, fd, NULL);
}

int segment_scan_subdirectory(const struct directory *directory, const char *name, segment_function *each,
                              void *context, struct progress *progress, struct error *error)
{
    struct scan scan = {directory, each, context, progress, error};
    int r = name_check(name, error);
    if (r < 0)
        return r;
    if (strchr(name, '/'))
        return error_set(error, EINVAL, "rows reach one level below the directory, no deeper");
    return scan_entry(&scan, directory_fd(directory), NULL, name);
}

/* An entry by its inode number, for "#INODE". */
struct search {
    uint64_t inode;
    struct segment found;
};

static int compare_inode(void *context, struct segment *segment)
{
    struct search *search = context;
    if (segment->id.inode != search->inode)
        return 0;
    search->found = *segment;
    memset(segment, 0, sizeof *segment);
    return 1;
}

bool segment_read_inode(const char *text, uint64_t *ret_inode)
{
    uint64_t inode = 0;
    if (text[0] != '#' || text[1] == '\0')
        return false;
    for (const char *digit = text + 1; *digit; digit++) {
        if (*digit < '0' || *digit > '9' || __builtin_mul_overflow(inode, 10, &inode) ||
            __builtin_add_overflow(inode, (uint64_t)(*digit - '0'), &inode))
            return false;
    }
    *ret_inode = inode;
    return true;
}

static int find_inode(const struct directory *directory, uint64_t inode, struct segment *ret,
                      struct error *error)
{
    struct search search = {.inode = inode};
    int r = segment_scan(directory, compare_inode, &search, NULL, error);
    if (r == 0)
        return error_set(error, ENOENT, "no segment has this inode");
    if (r > 0)
        *ret = search.found;
    return r < 0 ? r : 0;
}

int segment_find(const struct directory *directory, const char *text, struct segment *ret,
                 struct error *error)
{
    char raw[NAME_PATH_MAX];
    uint64_t inode;
    int r = segment_stat(directory, text, ret, error);
    if (r != -ENOENT && r != -EINVAL)
        return r;
    if (name_unescape(text, raw, sizeof raw))
        return segment_stat(directory, raw, ret, error);
    if (segment_read_inode(text, &inode))
        return find_inode(directory, inode, ret, error);
    return r;
}
