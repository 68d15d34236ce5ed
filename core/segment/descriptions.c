#include "core/segment/descriptions.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>

#include "core/layout/npy.h"
#include "core/segment/descriptions_private.h"
#include "core/sys/calls.h"
#include "core/sys/fd.h"
#include "core/sys/memory.h"
#include "core/sys/trusted.h"

/* What tells that a file is the one that was read. */
struct stamp {
    uint64_t device, inode, size;
    struct statx_timestamp modified, changed;
};

struct descriptions {
    char *state_path; /* NULL: none */
    char *rules_path;
    pthread_mutex_t lock; /* of what follows */
    struct stamp state_stamp, rules_stamp;
    struct records state;
    struct rules rules;
    atomic_bool holds_any; /* so that nobody takes the lock for nothing */
    atomic_uint reads;
};

struct descriptions *descriptions_new(const char *state, const char *rules)
{
    struct descriptions *descriptions = memory_new(sizeof *descriptions);
    descriptions->state_path = state ? memory_dup(state) : NULL;
    descriptions->rules_path = rules ? memory_dup(rules) : NULL;
    pthread_mutex_init(&descriptions->lock, NULL);
    return descriptions;
}

void descriptions_free(struct descriptions *descriptions)
{
    if (!descriptions)
        return;
    records_clear(&descriptions->state);
    rules_clear(&descriptions->rules);
    pthread_mutex_destroy(&descriptions->lock);
    free(descriptions->state_path);
    free(descriptions->rules_path);
    free(descriptions);
}

const char *descriptions_state_path(const struct descriptions *descriptions)
{
    return descriptions ? descriptions->state_path : NULL;
}

/* --- reading --- */

static struct stamp stamp_of(const struct statx *facts)
{
    return (struct stamp){.device = (uint64_t)facts->stx_dev_major << 32 | facts->stx_dev_minor,
                          .inode = facts->stx_ino,
                          .size = facts->stx_size,
                          .modified = facts->stx_mtime,
                          .changed = facts->stx_ctime};
}

static bool time_equal(const struct statx_timestamp *a, const struct statx_timestamp *b)
{
    return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

static bool stamp_equal(const struct stamp *a, const struct stamp *b)
{
    return a->device == b->device && a->inode == b->inode && a->size == b->size &&
           time_equal(&a->modified, &b->modified) && time_equal(&a->changed, &b->changed);
}

/* Whether the file is another than stamp says, which is then that of the file (all zero: there is none). */
static bool has_changed(const char *path, struct stamp *stamp)
{
    struct statx facts;
    struct stamp now = {0};
    if (path && sys.statx(AT_FDCWD, path, 0, STATX_BASIC_STATS, &facts) == 0)
        now = stamp_of(&facts);
    bool changed = !stamp_equal(&now, stamp);
    *stamp = now;
    return changed;
}

static int read_state(struct descriptions *descriptions, struct error *error)
{
    char *text;
    size_t size;
    atomic_fetch_add(&descriptions->reads, 1);
    records_clear(&descriptions->state);
    int r = trusted_read(AT_FDCWD, descriptions->state_path, TRUSTED_NOBODY, &text, &size, NULL, error);
    if (r < 0)
        return r;
    records_parse(&descriptions->state, text, size);
    free(text);
    return 0;
}

static int read_rules(struct descriptions *descriptions, struct error *error)
{
    char *text;
    size_t size;
    atomic_fetch_add(&descriptions->reads, 1);
    rules_clear(&descriptions->rules);
    int r = trusted_read(AT_FDCWD, descriptions->rules_path, TRUSTED_GROUP, &text, &size, NULL, error);
    if (r < 0)
        return r;
    r = rules_parse(&descriptions->rules, text, size, error);
    free(text);
    return r;
}

/* What is wrong with the file stays until it changes; any other failure may be of the moment. */
static int take_result(int r, struct stamp *stamp)
{
    if (r < 0 && r != -EPERM && r != -EBADMSG && r != -ENOTSUP && r != -EFBIG)
        *stamp = (struct stamp){0}; /* to be read again */
    return r == -ENOENT ? 0 : r;
}

static void note_whether_any(struct descriptions *descriptions)
{
    atomic_store(&descriptions->holds_any, descriptions->state.left > 0 || descriptions->rules.count > 0);
}

int descriptions_refresh(struct descriptions *descriptions, const char **ret_path, struct error *error)
{
    int state = 0, rules = 0;
    pthread_mutex_lock(&descriptions->lock);
    if (has_changed(descriptions->state_path, &descriptions->state_stamp))
        state = take_result(read_state(descriptions, error), &descriptions->state_stamp);
    if (has_changed(descriptions->rules_path, &descriptions->rules_stamp))
        rules = take_result(read_rules(descriptions, state < 0 ? NULL : error), &descriptions->rules_stamp);
    note_whether_any(descriptions);
    pthread_mutex_unlock(&descriptions->lock);
    if (ret_path)
        *ret_path = state < 0 ? descriptions->state_path : descriptions->rules_path;
    return state < 0 ? state : rules;
}

unsigned descriptions_count_reads(const struct descriptions *descriptions)
{
    return atomic_load(&descriptions->reads);
}

bool descriptions_find(struct descriptions *descriptions, const char *name, const struct identity *id,
                       uint64_t size, struct layout_result *ret, enum description *ret_by)
{
    if (!descriptions || !atomic_load(&descriptions->holds_any))
        return false;
    struct matrix matrix;
    bool found = true;
    pthread_mutex_lock(&descriptions->lock);
    const struct record *line = records_find(&descriptions->state, id);
    if (line) {
        char offset[24];
        int n = snprintf(offset, sizeof offset, "%llu", (unsigned long long)line->offset);
        layout_describe(line->header, strlen(line->header), offset, (size_t)n, size, ret);
        *ret_by = DESCRIPTION_STATE;
    } else if (rules_find(&descriptions->rules, name, size, &matrix)) {
        *ret = (struct layout_result){.layout = LAYOUT_DESCRIBED, .has_matrix = true, .matrix = matrix};
        *ret_by = DESCRIPTION_RULE;
    } else {
        found = false;
    }
    pthread_mutex_unlock(&descriptions->lock);
    return found;
}

/* --- writing --- */

#define TEMPORARY ".described.new"

/* Makes what is missing of the directories of path, for us alone. 0 or -errno. */
static int make_directories(const char *path)
{
    char *part = memory_dup(path);
    int r = 0;
    for (char *slash = strchr(part + 1, '/'); r == 0 && slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (sys.mkdirat(AT_FDCWD, part, 0700) < 0 && errno != EEXIST)
            r = -errno;
        *slash = '/';
    }
    free(part);
    return r;
}

/* Somebody else's directory would let him choose what we believe. */
static int check_directory(int fd, struct error *error)
{
    struct statx facts;
    if (sys.statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &facts) < 0)
        return error_set_errno(error, errno, "cannot look at the directory of the state file");
    if (facts.stx_uid != 0 && facts.stx_uid != sys.geteuid())
        return error_set(error, EPERM, "the directory of the state file belongs to user %u, not to you",
                         (unsigned)facts.stx_uid);
    if (facts.stx_mode & (S_IWGRP | S_IWOTH))
        return error_set(error, EPERM, "others may write to the directory of the state file: chmod go-w");
    return 0;
}

/* The directory of the state file, locked until it is closed; *ret_file points into the path. */
static int open_state_directory(const char *path, const char **ret_file, struct error *error)
{
    const char *slash = strrchr(path, '/');
    if (!slash || slash == path)
        return error_set(error, ENOTSUP, "there is no place for a state file");
    int r = make_directories(path);
    if (r < 0)
        return error_set_errno(error, -r, "cannot make the directory of the state file");
    char *parent = memory_dup(path);
    parent[slash - path] = '\0';
    int fd AUTO_CLOSE = fd_openat(AT_FDCWD, parent, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
    free(parent);
    if (fd < 0)
        return error_set_errno(error, -fd, "cannot open the directory of the state file");
    if ((r = check_directory(fd, error)) < 0)
        return r;
    do
        r = sys.flock(fd, LOCK_EX);
    while (r < 0 && errno == EINTR);
    if (r < 0)
        return error_set_errno(error, errno, "cannot lock the directory of the state file");
    *ret_file = slash + 1;
    return fd_steal(&fd);
}

/* A new file, which then takes the name: at no time is there half of one. */
static int write_file(int dirfd, const char *file, const char *text, size_t size, struct error *error)
{
    sys.unlinkat(dirfd, TEMPORARY, 0); /* of whoever was killed here */
    int fd AUTO_CLOSE = fd_openat(dirfd, TEMPORARY, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    int r = fd < 0 ? fd : fd_write_all(fd, text, size);
    if (r == 0 && sys.fsync(fd) < 0)
        r = -errno;
    if (r == 0 && sys.renameat2(dirfd, TEMPORARY, dirfd, file, 0) < 0)
        r = -errno;
    if (r < 0) {
        sys.unlinkat(dirfd, TEMPORARY, 0);
        return error_set_errno(error, -r, "cannot write the state file");
    }
    return 0;
}

struct change {
    const struct directory *directory;
    const struct identity *id, *like; /* like: what is recorded of that one; NULL: header */
    uint64_t offset;
    const char *header; /* NULL: nothing any more */
};

/* Applies the change to what the file holds now. */
static int change_file(int dirfd, const char *file, const struct change *change, struct error *error)
{
    struct records lines = {0};
    struct error why = {0};
    char *text = NULL;
    size_t size = 0;
    int r = trusted_read(dirfd, file, TRUSTED_NOBODY, &text, &size, NULL, &why);
    if (r < 0 && r != -ENOENT)
        return error_set(error, why.code, "the state file cannot be used: %s", why.text);
    records_parse(&lines, text ? text : "", size);
    free(text);
    const struct record *like = change->like ? records_find(&lines, change->like) : NULL;
    const char *header = like ? like->header : change->header;
    uint64_t offset = like ? like->offset : change->offset;
    r = 0;
    if (header || records_find(&lines, change->id)) {
        records_prune(&lines, change->directory); /* before: the new one may have no name yet */
        records_put(&lines, change->id, offset, header ? memory_dup(header) : NULL);
        text = records_write(&lines, &size);
        r = write_file(dirfd, file, text, size, error);
        free(text);
    }
    records_clear(&lines);
    return r;
}

static int change_state(struct descriptions *descriptions, const struct change *change, struct error *error)
{
    const char *file = NULL;
    if (!descriptions || !descriptions->state_path)
        return error_set(error, ENOTSUP,
                         "there is no place for a state file (neither XDG_STATE_HOME nor a home)");
    if (change->id->born == 0)
        return error_set(error, ENOTSUP,
                         "its file system knows no birth times, so it could be mistaken for another later");
    int dirfd AUTO_CLOSE = open_state_directory(descriptions->state_path, &file, error);
    if (dirfd < 0)
        return dirfd;
    int r = change_file(dirfd, file, change, error);
    if (r == 0)
        descriptions_refresh(descriptions, NULL, NULL);
    return r;
}

static bool knows(struct descriptions *descriptions, const struct identity *id)
{
    if (!descriptions || !atomic_load(&descriptions->holds_any))
        return false;
    pthread_mutex_lock(&descriptions->lock);
    bool known = records_find(&descriptions->state, id) != NULL;
    pthread_mutex_unlock(&descriptions->lock);
    return known;
}

int descriptions_record(struct descriptions *descriptions, const struct directory *directory,
                        const struct identity *id, const struct matrix *matrix, struct error *error)
{
    struct change change = {.directory = directory, .id = id};
    char *header = NULL;
    if (!matrix && !knows(descriptions, id))
        return 0;
    int r = matrix ? npy_write_dictionary(matrix, &header, error) : 0;
    if (r < 0)
        return r;
    change.header = header;
    change.offset = matrix ? matrix->offset : 0;
    r = change_state(descriptions, &change, error);
    free(header);
    return r;
}

int descriptions_copy(struct descriptions *descriptions, const struct directory *directory,
                      const struct identity *from, const struct identity *to, struct error *error)
{
    const struct change change = {.directory = directory, .id = to, .like = from};
    return knows(descriptions, from) ? change_state(descriptions, &change, error) : 0;
}
