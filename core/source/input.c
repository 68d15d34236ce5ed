#include "core/source/input.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/sys/calls.h"
#include "core/sys/checked.h"
#include "core/sys/fd.h"

static int look(int fd, const char *path, struct statx *ret, struct error *error)
{
    int flags = *path ? 0 : AT_EMPTY_PATH;
    if (sys.statx(fd, path, flags | AT_STATX_SYNC_AS_STAT, STATX_BASIC_STATS, ret) == 0)
        return 0;
    int code = errno;
    if (code == ENOENT || code == ENOTDIR)
        return error_set(error, ENOENT, "no such file");
    if (code == EACCES)
        return error_set(error, EACCES, "no permission to reach the file");
    return error_set_errno(error, code, "cannot look at the file");
}

static struct fingerprint fingerprint_of(const struct statx *st)
{
    return (struct fingerprint){st->stx_size, st->stx_mtime.tv_sec, st->stx_mtime.tv_nsec};
}

static int refuse_kind(mode_t mode, struct error *error)
{
    if (S_ISDIR(mode))
        return error_set(error, ENOTSUP, "is a directory");
    if (S_ISFIFO(mode))
        return error_set(error, ENOTSUP,
                         "is a FIFO, not a regular file (FILE - reads a stream from standard input)");
    return error_set(error, ENOTSUP, "is not a regular file");
}

/* A FIFO is not even opened: that would release its writer. */
static int open_path(const char *file, struct input *input, struct error *error)
{
    struct statx st;
    if (!*file)
        return error_set(error, ENOENT, "no such file");
    int r = look(AT_FDCWD, file, &st, error);
    if (r < 0)
        return r;
    if (!S_ISREG(st.stx_mode))
        return refuse_kind(st.stx_mode, error);
    input->fd = fd_openat(AT_FDCWD, file, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0);
    if (input->fd >= 0)
        return 0;
    if (input->fd == -EACCES || input->fd == -EPERM)
        return error_set(error, EACCES, "no permission to read the file");
    if (input->fd == -ENOENT)
        return error_set(error, ENOENT, "no such file");
    return error_set_errno(error, -input->fd, "cannot open the file");
}

static int examine(struct input *input, struct error *error)
{
    struct statx st;
    int r = look(input->fd, "", &st, error);
    if (r < 0)
        return r;
    input->fingerprint = fingerprint_of(&st);
    if (S_ISREG(st.stx_mode)) {
        off_t at = input->is_standard_input ? sys.lseek(input->fd, 0, SEEK_CUR) : 0;
        if (at < 0)
            return error_set_errno(error, errno, "cannot read the file");
        input->start = (uint64_t)at;
        input->size = st.stx_size - min_u64(st.stx_size, input->start);
        return 0;
    }
    if (!input->is_standard_input || S_ISDIR(st.stx_mode) || S_ISBLK(st.stx_mode))
        return refuse_kind(st.stx_mode, error);
    input->is_stream = true;
    input->size = UINT64_MAX;
    return 0;
}

int input_open(struct input *ret_input, const char *file, struct error *error)
{
    struct input input = {.is_standard_input = strcmp(file, "-") == 0};
    input.fd = input.is_standard_input ? 0 : -1;
    int r = input.is_standard_input ? 0 : open_path(file, &input, error);
    if (r < 0 || (r = examine(&input, error)) < 0)
        input_close(&input);
    else
        *ret_input = input;
    return r;
}

void input_close(struct input *input)
{
    if (!input->is_standard_input)
        fd_close(&input->fd);
    free(input->head);
    input->head = NULL;
}

int input_take(struct input *input, int *fd, struct error *error)
{
    struct input taken = {.fd = *fd};
    int r = examine(&taken, error);
    if (r < 0)
        return r;
    fd_steal(fd);
    input_close(input);
    *input = taken;
    return 0;
}

static int failed(ssize_t n, const struct input *input, struct error *error)
{
    return error_set_errno(error, (int)-n, "cannot read %s",
                           input->is_stream ? "standard input" : "the file");
}

/* The head of a stream becomes size bytes long, or as long as the stream. */
static int read_head(struct input *input, size_t size, struct error *error)
{
    if (!input->head && !(input->head = malloc(INPUT_PEEK_MAX)))
        return error_set_errno(error, ENOMEM, "cannot read standard input");
    if (size <= input->head_size)
        return 0;
    ssize_t n = fd_read_full(input->fd, input->head + input->head_size, size - input->head_size);
    if (n < 0)
        return failed(n, input, error);
    input->head_size += (size_t)n;
    return 0;
}

ssize_t input_peek(struct input *input, void *buf, size_t size, struct error *error)
{
    if (!input->is_stream)
        return input_pread(input, buf, size, 0, error);
    int r = read_head(input, size, error);
    if (r < 0)
        return r;
    size_t n = size < input->head_size ? size : input->head_size;
    memcpy(buf, input->head, n);
    return (ssize_t)n;
}

ssize_t input_read(struct input *input, void *buf, size_t size, struct error *error)
{
    ssize_t n;
    size_t had = 0;
    if (!input->is_stream) {
        n = input_pread(input, buf, size, input->at, error);
    } else {
        if (input->at < input->head_size) {
            had = (size_t)min_u64(size, input->head_size - input->at);
            memcpy(buf, input->head + input->at, had);
        }
        n = had < size ? fd_read_full(input->fd, (char *)buf + had, size - had) : 0;
        if (n < 0)
            return failed(n, input, error);
        n += (ssize_t)had;
    }
    if (n > 0)
        input->at += (uint64_t)n;
    return n;
}

void input_rewind(struct input *input, uint64_t offset)
{
    assert(!input->is_stream);
    input->at = offset;
}

ssize_t input_pread(const struct input *input, void *buf, size_t size, uint64_t offset, struct error *error)
{
    uint64_t at;
    if (checked_add_u64(input->start, offset, &at) || at > INT64_MAX)
        return 0;
    ssize_t n = fd_pread_full(input->fd, buf, size, at);
    return n < 0 ? failed(n, input, error) : n;
}

int input_check_unchanged(const struct input *input, struct error *error)
{
    struct statx st;
    if (input->is_stream)
        return 0;
    int r = look(input->fd, "", &st, error);
    if (r < 0)
        return r;
    struct fingerprint now = fingerprint_of(&st), then = input->fingerprint;
    if (now.size == then.size && now.seconds == then.seconds && now.nanoseconds == then.nanoseconds)
        return 0;
    return error_set(error, ESTALE, "the file changed while it was read");
}
