#include "core/source/spool.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "core/segment/room.h"
#include "core/sys/calls.h"
#include "core/sys/checked.h"
#include "core/sys/fd.h"

#define BUFFER_SIZE (256u << 10)
#define PIECE_MAX   (64u << 20) /* reserved at once */

struct spool {
    const struct directory *directory;
    const char *proc_root, *cgroup_root;
    int fd;
    uint64_t size;     /* bytes copied */
    uint64_t reserved; /* at least size */
};

static int open_failed(int code, struct error *error)
{
    switch (code) {
    case EACCES:
    case EPERM:
        return error_set(error, EACCES,
                         "no permission to create anything in the directory, where standard input must be "
                         "copied to first");
    case ENOSPC:
    case EDQUOT:
        return error_set(error, ENOSPC, "the file system has no inode left to copy standard input to");
    case EOPNOTSUPP:
    case EISDIR:
    case EINVAL:
        return error_set(
            error, ENOTSUP,
            "standard input must be copied first, and the directory's file system has no unnamed "
            "files (O_TMPFILE): give a file");
    default:
        return error_set_errno(error, code, "cannot create a file to copy standard input to");
    }
}

static int open_unnamed(struct spool *spool, struct error *error)
{
    int r = directory_may_change(spool->directory, error);
    if (r < 0)
        return r;
    spool->fd = fd_openat(directory_fd(spool->directory), ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    return spool->fd < 0 ? open_failed(-spool->fd, error) : 0;
}

static int failed(const struct spool *spool, const struct error *why, struct error *error)
{
    return error_set(error, why->code, "cannot copy standard input, of which %llu MiB came so far: %s",
                     (unsigned long long)(spool->size >> 20), why->text);
}

static int reserve_failed(const struct spool *spool, int code, struct error *error)
{
    struct error why = {0};
    if (code == EOPNOTSUPP)
        return error_set(error, ENOTSUP, "the directory's file system cannot reserve room (fallocate)");
    error_set_errno(&why, code == ENOMEM || code == EDQUOT ? ENOSPC : code, "cannot reserve more");
    return failed(spool, &why, error);
}

/*
 * As much as was reserved already, so that the room of a long stream is seldom asked; and the last of the
 * room, or of what a file may be long, in small pieces.
 */
static int next_piece(const struct spool *spool, uint64_t needed, uint64_t *ret_piece, struct error *error)
{
    struct room room;
    int r = room_measure(spool->directory, spool->proc_root, spool->cgroup_root, &room, error);
    if (r < 0 || (r = room_check(&room, needed, error)) < 0 ||
        (r = room_check_file(spool->reserved + needed, error)) < 0)
        return r;
    uint64_t piece = max_u64(needed, min_u64(min_u64(spool->reserved, PIECE_MAX), room_least(&room) / 2));
    *ret_piece = room_check_file(spool->reserved + piece, NULL) < 0 ? needed : piece;
    return 0;
}

/* Room for size bytes more. */
static int reserve(struct spool *spool, uint64_t size, struct error *error)
{
    struct error why = {0};
    uint64_t piece, there = spool->reserved - spool->size;
    if (size <= there)
        return 0;
    int r = next_piece(spool, size - there, &piece, &why);
    if (r < 0)
        return failed(spool, &why, error);
    do
        r = sys.fallocate(spool->fd, 0, (off_t)spool->reserved, (off_t)piece);
    while (r < 0 && errno == EINTR);
    if (r < 0)
        return reserve_failed(spool, errno, error);
    spool->reserved += piece;
    return 0;
}

static int append(struct spool *spool, const void *bytes, size_t size, struct error *error)
{
    int r = reserve(spool, size, error);
    if (r < 0)
        return r;
    r = fd_pwrite_all(spool->fd, bytes, size, spool->size);
    if (r < 0)
        return error_set_errno(error, -r, "cannot copy standard input");
    spool->size += size;
    return 0;
}

static int copy_all(struct spool *spool, struct input *input, struct progress *progress, struct error *error)
{
    uint8_t *buf = malloc(BUFFER_SIZE);
    int r = buf ? 0 : error_set_errno(error, ENOMEM, "cannot copy standard input");
    while (r == 0) {
        if (progress_cancelled(progress)) {
            r = error_set(error, ECANCELED, "stopped");
            break;
        }
        ssize_t n = input_read(input, buf, BUFFER_SIZE, error);
        if (n <= 0) {
            r = (int)n;
            break;
        }
        r = append(spool, buf, (size_t)n, error);
        progress_add(progress, (uint64_t)n);
    }
    free(buf);
    return r;
}

/* The file gets its size from what was reserved. */
static int trim(const struct spool *spool, struct error *error)
{
    if (sys.ftruncate(spool->fd, (off_t)spool->size) < 0)
        return error_set_errno(error, errno, "cannot copy standard input");
    return 0;
}

int input_spool(struct input *input, const struct directory *directory, const char *proc_root,
                const char *cgroup_root, struct progress *progress, struct error *error)
{
    assert(input->is_stream && input->at == 0);
    struct spool spool = {.directory = directory,
                          .proc_root = proc_root ? proc_root : "/proc",
                          .cgroup_root = cgroup_root ? cgroup_root : "/sys/fs/cgroup",
                          .fd = -1};
    int r = open_unnamed(&spool, error);
    if (r == 0 && (r = copy_all(&spool, input, progress, error)) == 0 && (r = trim(&spool, error)) == 0)
        r = input_take(input, &spool.fd, error);
    fd_close(&spool.fd);
    return r;
}
