#include "core/transfer/keep.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/catalog/format.h"
#include "core/segment/members.h"
#include "core/segment/room.h"
#include "core/sys/calls.h"
#include "core/sys/checked.h"
#include "core/sys/fd.h"

#define COPY_STEP       (8u << 20)   /* between two looks at the cancel flag */
#define BUFFER_SIZE     (256u << 10) /* where there is no sendfile */
#define NUMBER_MAX      9999         /* NAME.9999.npy */
#define STEM_MAX        (255 - 9)    /* bytes of NAME, so that ".9999.npy" fits */
#define TEMPORARY_TRIES 100

/* One file that is being copied. */
struct copy {
    int from, to;
    int target;
    const char *name; /* raw, of the segment or its part */
    struct statx facts;
    char temporary[64]; /* "": unnamed */
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

/* What has to fit: a hole takes no room. */
static int check_room(const struct copy *copy)
{
    struct statfs fs;
    uint64_t free, needed = min_u64(copy->facts.stx_blocks * 512, copy->facts.stx_size);
    int r = room_check_file(copy->facts.stx_size, copy->error);
    if (r < 0)
        return r;
    if (sys.fstatfs(copy->target, &fs) < 0)
        return error_set_errno(copy->error, errno, "cannot look how much room there is for its copy");
    if (fs.f_blocks == 0 || checked_mul_u64(fs.f_bavail, (uint64_t)fs.f_bsize, &free) || needed <= free)
        return 0;
    char want[FORMAT_BYTES_MAX], have[FORMAT_BYTES_MAX];
    format_bytes(needed, want, sizeof want);
    format_bytes(free, have, sizeof have);
    return error_set(copy->error, ENOSPC, "no room for its copy: %s needed, %s free", want, have);
}

/* --- the file without its name --- */

static int open_temporary(struct copy *copy)
{
    int fd = -EEXIST;
    for (unsigned n = 1; n <= TEMPORARY_TRIES && fd == -EEXIST; n++) {
        snprintf(copy->temporary, sizeof copy->temporary, ".shmtop-%ld-%u", (long)getpid(), n);
        fd = fd_openat(copy->target, copy->temporary, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                       0600);
    }
    if (fd < 0)
        copy->temporary[0] = '\0';
    return fd;
}

/* Unnamed where the file system can, so that nothing remains however we end. */
static int open_target_file(struct copy *copy)
{
    int fd = fd_openat(copy->target, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd == -EOPNOTSUPP || fd == -EISDIR || fd == -EINVAL)
        fd = open_temporary(copy);
    if (fd < 0)
        return error_set_errno(copy->error, -fd, "cannot create its copy");
    copy->to = fd;
    return 0;
}

static void drop_temporary(struct copy *copy)
{
    if (copy->temporary[0])
        sys.unlinkat(copy->target, copy->temporary, 0);
    copy->temporary[0] = '\0';
}

/* --- its bytes --- */

static int write_failed(const struct copy *copy, int code)
{
    if (code == ENOSPC || code == EDQUOT)
        return error_set(copy->error, ENOSPC, "no room left for its copy");
    return error_set_errno(copy->error, code, "cannot write its copy");
}

/* One step with a buffer: bytes copied, 0 at the end of the source, or -code. */
static ssize_t copy_buffered(const struct copy *copy, uint64_t at, size_t count)
{
    size_t size = count < BUFFER_SIZE ? count : BUFFER_SIZE;
    char *buf = malloc(size);
    if (!buf)
        return error_set_errno(copy->error, ENOMEM, "cannot copy it");
    ssize_t n = fd_pread_full(copy->from, buf, size, at);
    if (n < 0) {
        n = error_set_errno(copy->error, (int)-n, "cannot read it");
    } else if (n > 0) {
        int r = fd_pwrite_all(copy->to, buf, (size_t)n, at);
        n = r < 0 ? write_failed(copy, -r) : n;
    }
    free(buf);
    return n;
}

static ssize_t copy_step(const struct copy *copy, uint64_t at, size_t count)
{
    off_t from = (off_t)at;
    if (sys.lseek(copy->to, (off_t)at, SEEK_SET) < 0)
        return write_failed(copy, errno);
    ssize_t n;
    do
        n = sys.sendfile(copy->to, copy->from, &from, count);
    while (n < 0 && errno == EINTR);
    if (n < 0 && (errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP))
        return copy_buffered(copy, at, count);
    return n < 0 ? write_failed(copy, errno) : n;
}

static int shrank(const struct copy *copy)
{
    return error_set(copy->error, ESTALE, "it shrank while it was copied");
}

static int copy_extent(const struct copy *copy, uint64_t from, uint64_t end)
{
    while (from < end) {
        if (progress_cancelled(copy->progress))
            return error_set(copy->error, ECANCELED, "stopped");
        ssize_t n = copy_step(copy, from, (size_t)min_u64(COPY_STEP, end - from));
        if (n <= 0)
            return n < 0 ? (int)n : shrank(copy);
        progress_add(copy->progress, (uint64_t)n);
        from += (uint64_t)n;
    }
    return 0;
}

static int copy_bytes(const struct copy *copy)
{
    uint64_t at = 0, end;
    if (sys.ftruncate(copy->to, (off_t)copy->facts.stx_size) < 0)
        return write_failed(copy, errno);
    for (; fd_next_data(copy->from, copy->facts.stx_size, &at, &end); at = end) {
        int r = copy_extent(copy, at, end);
        if (r < 0)
            return r;
    }
    return 0;
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

static int flush(const struct copy *copy)
{
    int r;
    do
        r = sys.fsync(copy->to);
    while (r < 0 && errno == EINTR);
    return r < 0 ? write_failed(copy, errno) : 0;
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

/* The temporary becomes NAME: by a link, or where there are none by a rename that replaces nothing. */
static int name_temporary(struct copy *copy, const char *file)
{
    if (sys.linkat(copy->target, copy->temporary, copy->target, file, 0) == 0) {
        drop_temporary(copy);
        return 0;
    }
    if (errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS)
        return -errno;
    if (sys.renameat2(copy->target, copy->temporary, copy->target, file, RENAME_NOREPLACE) < 0)
        return -errno;
    copy->temporary[0] = '\0';
    return 0;
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
        r = copy->temporary[0] ? name_temporary(copy, file) : fd_link(copy->to, copy->target, file);
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
        r = flush(copy);
    return r < 0 ? r : give_name(copy);
}

static int copy_file(struct copy *copy)
{
    int r = look(copy->from, &copy->facts, copy->error);
    if (r == 0)
        r = check_room(copy);
    if (r == 0)
        r = open_target_file(copy);
    if (r < 0)
        return r;
    r = fill(copy);
    drop_temporary(copy);
    fd_close(&copy->to);
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
                        .to = -1,
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
