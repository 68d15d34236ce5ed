/*
 * Measured on two cores, page cache into tmpfs: sendfile copies in the least time (as does pwrite from a map,
 * but that reads a cold file slower); read into a map of the target zeroes every page first, and a second
 * thread only waits for the inode's lock.
 */
#include "core/sys/copy.h"

#include <errno.h>
#include <stdlib.h>

#include "core/sys/calls.h"
#include "core/sys/checked.h"
#include "core/sys/fd.h"

#define STEP        (8u << 20)   /* between two looks at the cancel flag */
#define BUFFER_SIZE (256u << 10) /* where there is no sendfile */

static bool lacks_sendfile(int code)
{
    return code == EINVAL || code == ENOSYS || code == EOPNOTSUPP;
}

/* One buffer to to_offset, or where to stands. Returns the bytes copied, 0 at the end of the source, or
 * -errno. */
static ssize_t copy_buffer(int to, const uint64_t *to_offset, int from, uint64_t from_offset, uint64_t count,
                           void *buf)
{
    ssize_t n = fd_pread_full(from, buf, (size_t)min_u64(count, BUFFER_SIZE), from_offset);
    if (n <= 0)
        return n;
    int r = to_offset ? fd_pwrite_all(to, buf, (size_t)n, *to_offset) : fd_write_all(to, buf, (size_t)n);
    return r < 0 ? r : n;
}

static int copy_buffered(int to, const uint64_t *to_offset, int from, uint64_t from_offset, uint64_t count,
                         struct progress *progress)
{
    char *buf = malloc(BUFFER_SIZE);
    int r = buf ? 0 : -ENOMEM;
    for (uint64_t done = 0; r == 0 && done < count;) {
        uint64_t at = to_offset ? *to_offset + done : 0;
        ssize_t n = progress_cancelled(progress) ? -ECANCELED
                                                 : copy_buffer(to, to_offset ? &at : NULL, from,
                                                               from_offset + done, count - done, buf);
        r = n < 0 ? (int)n : n == 0 ? -ENODATA : 0;
        if (r == 0) {
            done += (uint64_t)n;
            progress_add(progress, (uint64_t)n);
        }
    }
    free(buf);
    return r;
}

/* What a failed sendfile means: 0 to try again, 1 to go on with a buffer, or -errno. */
static int after_failure(int to, int code)
{
    struct pollfd waiting = {.fd = to, .events = POLLOUT};
    if (lacks_sendfile(code))
        return 1;
    if (code == EAGAIN)
        return sys.poll(&waiting, 1, -1) < 0 && errno != EINTR ? -errno : 0;
    return code == EINTR ? 0 : -code;
}

/* to_offset NULL: where to stands, which sendfile moves on. */
static int copy(int to, const uint64_t *to_offset, int from, uint64_t from_offset, uint64_t count,
                struct progress *progress)
{
    off_t at = (off_t)from_offset;
    for (uint64_t done = 0; done < count;) {
        if (progress_cancelled(progress))
            return -ECANCELED;
        ssize_t n = sys.sendfile(to, from, &at, (size_t)min_u64(STEP, count - done));
        int r = n < 0 ? after_failure(to, errno) : 0;
        uint64_t rest = to_offset ? *to_offset + done : 0;
        if (r > 0)
            return copy_buffered(to, to_offset ? &rest : NULL, from, from_offset + done, count - done,
                                 progress);
        if (r < 0)
            return r;
        if (n == 0)
            return -ENODATA;
        if (n > 0) {
            done += (uint64_t)n;
            progress_add(progress, (uint64_t)n);
        }
    }
    return 0;
}

int copy_range(int to, uint64_t to_offset, int from, uint64_t from_offset, uint64_t count,
               struct progress *progress)
{
    if (sys.lseek(to, (off_t)to_offset, SEEK_SET) < 0)
        return -errno;
    return copy(to, &to_offset, from, from_offset, count, progress);
}

int copy_range_data(int to, uint64_t to_offset, int from, uint64_t from_offset, uint64_t count,
                    struct progress *progress)
{
    uint64_t at = from_offset, end;
    int r = 0;
    for (; r == 0 && fd_next_data(from, from_offset + count, &at, &end); at = end)
        r = copy_range(to, to_offset + (at - from_offset), from, at, end - at, progress);
    return r;
}

uint64_t copy_count_data(int from, uint64_t from_offset, uint64_t count)
{
    uint64_t at = from_offset, end, sum = 0;
    for (; fd_next_data(from, from_offset + count, &at, &end); at = end)
        sum += end - at;
    return sum;
}

static int write_zeros(int to, uint64_t count, struct progress *progress)
{
    char *zeros = count > 0 ? calloc(1, BUFFER_SIZE) : NULL;
    int r = count > 0 && !zeros ? -ENOMEM : 0;
    for (uint64_t done = 0, n; r == 0 && done < count; done += n) {
        n = min_u64(count - done, BUFFER_SIZE);
        r = progress_cancelled(progress) ? -ECANCELED : fd_write_all(to, zeros, (size_t)n);
        progress_add(progress, r == 0 ? n : 0);
    }
    free(zeros);
    return r;
}

/* That the source ends is seen where it has data; a hole at the end is asked for by one byte. */
static int check_end(int from, uint64_t end)
{
    char last;
    ssize_t n = end > 0 ? fd_pread_full(from, &last, 1, end - 1) : 1;
    return n < 0 ? (int)n : n == 0 ? -ENODATA : 0;
}

int copy_stream(int to, int from, uint64_t from_offset, uint64_t count, struct progress *progress)
{
    uint64_t at = from_offset, end, limit = from_offset + count, done = from_offset;
    int r = 0;
    for (; r == 0 && fd_next_data(from, limit, &at, &end); at = done = end) {
        r = write_zeros(to, at - done, progress);
        if (r == 0)
            r = copy(to, NULL, from, at, end - at, progress);
    }
    if (r == 0)
        r = write_zeros(to, limit - done, progress);
    return r < 0 || count == 0 ? r : check_end(from, limit);
}
