#include "core/transfer/keep.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/segment/members.h"
#include "core/sys/calls.h"
#include "core/sys/checked.h"
#include "core/sys/copy.h"
#include "core/sys/fd.h"
#include "core/transfer/target.h"

#define NUMBER_MAX 9999      /* NAME.9999.npy */
#define STEM_MAX   (255 - 9) /* bytes of NAME, so that ".9999.npy" fits */

/* One file that is being copied. */
struct copy {
    int from;
    struct target to;
    int target;
    const char *name; /* raw, of the segment or its part */
    struct statx facts;
    struct kept *kept;
    struct progress *progress;
    struct error *error;
};

/* A link in a user's home may lead anywhere, and root may write there. */
static int open_failed(int code, bool is_root, struct error *error)
{
    if (is_root && (code == ENOTDIR || code == ELOOP))
        return error_set(error, ENOTDIR,
                         "the place for copies is no directory; as root a link to one is not followed");
    return error_set_errno(error, code, "cannot open the directory for copies");
}

int keep_open_target(const char *path, int *ret_target, struct error *error)
{
    bool is_root = sys.geteuid() == 0;
    int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | (is_root ? O_NOFOLLOW : 0);
    if (sys.mkdirat(AT_FDCWD, path, 0700) < 0 && errno != EEXIST)
        return error_set_errno(error, errno, "cannot make the directory for copies");
    int fd = fd_openat(AT_FDCWD, path, flags, 0);
    if (fd < 0)
        return open_failed(-fd, is_root, error);
    *ret_target = fd;
    return 0;
}

static int look(int fd, struct statx *ret_facts, struct error *error)
{
    if (sys.statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, ret_facts) < 0)
        return error_set_errno(error, errno, "cannot look at it");
    return 0;
}

static int shrank(const struct copy *copy)
{
    return error_set(copy->error, ESTALE, "it shrank while it was copied");
}

static int copy_bytes(const struct copy *copy)
{
    int r = target_set_size(&copy->to, copy->facts.stx_size, copy->error);
    if (r < 0)
        return r;
    r = copy_range_data(copy->to.fd, 0, copy->from, 0, copy->facts.stx_size, copy->progress);
    if (r == -ECANCELED)
        return error_set(copy->error, ECANCELED, "stopped");
    if (r == -ENODATA)
        return shrank(copy);
    return r < 0 ? target_write_failed(-r, copy->error) : 0;
}

static bool same_time(const struct statx_timestamp *a, const struct statx_timestamp *b)
{
    return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

/* It may have been written meanwhile: then there are old values and new in the copy. */
static int look_again(const struct copy *copy)
{
    struct statx now;
    int r = look(copy->from, &now, copy->error);
    if (r < 0)
        return r;
    if (now.stx_size < copy->facts.stx_size)
        return shrank(copy);
    if (now.stx_size != copy->facts.stx_size || !same_time(&now.stx_mtime, &copy->facts.stx_mtime))
        copy->kept->changed = true;
    return 0;
}

/* --- its name --- */

/* A whole .npy file, as what np.load takes. */
static bool is_npy(const struct copy *copy)
{
    struct layout_result result = {0};
    if (segment_probe(copy->from, copy->name, copy->facts.stx_size, &result) < 0)
        return false;
    bool is = result.layout == LAYOUT_NPY && !result.damaged && result.has_matrix;
    layout_result_clear(&result);
    return is;
}

static void make_stem(const char *name, const char *ending, char stem[STEM_MAX + 1])
{
    size_t length = strlen(name), ending_length = strlen(ending);
    if (length > ending_length && strcmp(name + length - ending_length, ending) == 0)
        length -= ending_length;
    name_escape(name, length, false, stem, STEM_MAX + 1);
    for (char *c = stem; *c; c++)
        if (*c == '/')
            *c = '_';
}

static int give_name(struct copy *copy)
{
    const char *ending = is_npy(copy) ? ".npy" : ".raw";
    char stem[STEM_MAX + 1], *file = copy->kept->file;
    int r = -EEXIST;
    make_stem(copy->name, ending, stem);
    for (unsigned n = 0; n <= NUMBER_MAX && r == -EEXIST; n++) {
        if (n == 0)
            snprintf(file, sizeof copy->kept->file, "%s%s", stem, ending);
        else
            snprintf(file, sizeof copy->kept->file, "%s.%u%s", stem, n, ending);
        r = target_name(&copy->to, file);
    }
    if (r < 0) {
        file[0] = '\0';
        return error_set_errno(copy->error, -r, "cannot give its copy a name");
    }
    copy->kept->files++;
    return 0;
}

/* --- one file, or a tree --- */

static int fill(struct copy *copy)
{
    int r = copy_bytes(copy);
    if (r == 0)
        r = look_again(copy);
    if (r == 0)
        r = target_flush(&copy->to, copy->error);
    return r < 0 ? r : give_name(copy);
}

static int copy_file(struct copy *copy)
{
    int r = look(copy->from, &copy->facts, copy->error);
    if (r == 0)
        r = target_check_room(copy->target, copy->facts.stx_size,
                              min_u64(copy->facts.stx_blocks * 512, copy->facts.stx_size), copy->error);
    if (r == 0)
        r = target_open(&copy->to, copy->target, 0600, copy->error);
    if (r < 0)
        return r;
    r = fill(copy);
    target_close(&copy->to);
    return r;
}

struct tree {
    struct copy copy;
    const char *name; /* of the directory */
};

static int copy_member(void *context, const struct member *member)
{
    struct tree *tree = context;
    char name[NAME_PATH_MAX];
    int fd AUTO_CLOSE = -1;
    if (!member->is_regular)
        return 0;
    fd = member_open(member, tree->copy.error);
    if (fd < 0)
        return fd;
    snprintf(name, sizeof name, "%s_%s", tree->name, member->file);
    tree->copy.from = fd;
    tree->copy.name = name;
    return copy_file(&tree->copy);
}

/* That the directory still is the same one is asked of its segment before, and of each file when it goes. */
static int copy_tree(const struct directory *directory, const struct copy *copy)
{
    struct tree tree = {.copy = *copy, .name = copy->name};
    return members_each(directory, copy->name, copy_member, &tree, copy->progress, copy->error);
}

static int copy_segment(const struct directory *directory, struct copy *copy, const struct segment *segment,
                        const struct identity *id)
{
    if (!identity_equal(&segment->id, id))
        return error_set(copy->error, ESTALE, "another segment bears this name now");
    if (S_ISDIR(segment->mode))
        return copy_tree(directory, copy);
    if (!S_ISREG(segment->mode))
        return 0;
    int fd AUTO_CLOSE = segment_open(directory, copy->name, id, copy->error);
    if (fd < 0)
        return fd;
    copy->from = fd;
    return copy_file(copy);
}

int keep_copy(const struct directory *directory, const char *name, const struct identity *id, int target,
              struct kept *ret_kept, struct progress *progress, struct error *error)
{
    struct copy copy = {.from = -1,
                        .to.fd = -1,
                        .target = target,
                        .name = name,
                        .kept = ret_kept,
                        .progress = progress,
                        .error = error};
    struct segment segment = {0};
    *ret_kept = (struct kept){0};
    int r = segment_stat(directory, name, &segment, error);
    if (r == 0)
        r = copy_segment(directory, &copy, &segment, id);
    segment_clear(&segment);
    return r;
}
