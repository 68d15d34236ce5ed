/*
 * The box is sorted by byte distance: the axis whose elements lie closest together comes first. A prefix of
 * the sorted axes whose elements lie together, with small gaps at most, is fetched with one pread of all that
 * it spans; the axes behind it are looped over. Where the span is laid out as the result is, it is read
 * straight into place; else into a buffer of at most BLOCK bytes, and the elements are gathered from there.
 * So a page of a C-order matrix takes one read a row, one of a Fortran-order matrix one a column, and a whole
 * matrix takes few.
 */
#include "core/matrix/window.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/sys/checked.h"
#include "core/sys/fd.h"

#define BLOCK (UINT64_C(1) << 20)
/* A pread costs about as much as copying so many bytes: up to that gap, reading on is cheaper than reading
 * anew. */
#define GAP 4096

struct axis {
    uint64_t extent;
    uint64_t
        source; /* bytes between neighbours in the file: never negative, the box is turned round instead */
    int64_t target; /* bytes between neighbours in the result */
};

struct fetch {
    int fd;
    uint64_t itemsize;
    int rank;
    struct axis axis[MATRIX_RANK_MAX];
    uint64_t
        span[MATRIX_RANK_MAX + 1]; /* span[k]: bytes from the first to behind the last element of axes < k */
    int in_place;                  /* axes < in_place lie in the file as in the result, without gaps */
    char *block;                   /* BLOCK bytes at most; allocated when first needed */
    bool is_short;
    struct error *error;
};

static int read_at(struct fetch *fetch, uint64_t offset, char *into, uint64_t size)
{
    ssize_t n = fd_pread_full(fetch->fd, into, size, offset);
    if (n < 0)
        return error_set_errno(fetch->error, (int)-n, "cannot read");
    if ((uint64_t)n < size) {
        memset(into + n, 0, size - (uint64_t)n);
        fetch->is_short = true;
    }
    return 0;
}

#define COPY_RUN(type)                                                                                       \
    for (uint64_t i = 0; i < n; i++)                                                                         \
    memcpy(to + (int64_t)i * axis->target, from + i * axis->source, sizeof(type))

/* One axis of elements from the block into the result. */
static void copy_run(const struct axis *axis, uint64_t n, uint64_t itemsize, const char *from, char *to)
{
    if (axis->source == itemsize && axis->target == (int64_t)itemsize) {
        memcpy(to, from, n * itemsize);
        return;
    }
    switch (itemsize) {
    case 1:
        COPY_RUN(uint8_t);
        break;
    case 2:
        COPY_RUN(uint16_t);
        break;
    case 4:
        COPY_RUN(uint32_t);
        break;
    case 8:
        COPY_RUN(uint64_t);
        break;
    default:
        for (uint64_t i = 0; i < n; i++)
            memcpy(to + (int64_t)i * axis->target, from + i * axis->source, itemsize);
    }
}

/* The elements of axes < k, the last of them n long, from the block into the result. */
static void gather(const struct fetch *fetch, int k, uint64_t n, const char *from, char *to)
{
    if (k == 0) {
        memcpy(to, from, fetch->itemsize);
        return;
    }
    const struct axis *axis = &fetch->axis[k - 1];
    if (k == 1) {
        copy_run(axis, n, fetch->itemsize, from, to);
        return;
    }
    for (uint64_t i = 0; i < n; i++)
        gather(fetch, k - 1, fetch->axis[k - 2].extent, from + i * axis->source,
               to + (int64_t)i * axis->target);
}

static int fetch_block(struct fetch *fetch, int k, uint64_t n, uint64_t offset, char *to)
{
    uint64_t size = fetch->span[k - 1] + (n - 1) * fetch->axis[k - 1].source;
    if (!fetch->block && !(fetch->block = malloc(min_u64(BLOCK, fetch->span[fetch->rank]))))
        return error_set(fetch->error, ENOMEM, "no memory for a window of values");
    int r = read_at(fetch, offset, fetch->block, size);
    if (r == 0)
        gather(fetch, k, n, fetch->block, to);
    return r;
}

/* How many steps of axis k-1, with all of the axes below it, one read of the block can take. */
static uint64_t steps_in_block(const struct fetch *fetch, int k)
{
    uint64_t inner = fetch->span[k - 1], source = fetch->axis[k - 1].source;
    if (inner > BLOCK || source > inner + GAP)
        return 1;
    return min_u64(fetch->axis[k - 1].extent, source > 0 ? (BLOCK - inner) / source + 1 : 1);
}

static int fetch_axes(struct fetch *fetch, int k, uint64_t offset, char *to)
{
    if (k <= fetch->in_place)
        return read_at(fetch, offset, to, fetch->span[k]);
    const struct axis *axis = &fetch->axis[k - 1];
    uint64_t steps = steps_in_block(fetch, k);
    int r = 0;
    for (uint64_t i = 0; i < axis->extent && r == 0; i += steps) {
        uint64_t from = offset + i * axis->source;
        char *into = to + (int64_t)i * axis->target;
        r = steps > 1 ? fetch_block(fetch, k, min_u64(steps, axis->extent - i), from, into)
                      : fetch_axes(fetch, k - 1, from, into);
    }
    return r;
}

static int compare_axes(const void *a, const void *b)
{
    const struct axis *x = a, *y = b;
    return x->source < y->source ? -1 : x->source > y->source;
}

/* Whether a fetch can begin: fills the axes that have more than one element, and turns round those that run
 * backwards. */
static void lay_out(struct fetch *fetch, const struct view *view, const uint64_t *origin,
                    const uint64_t *extent, int64_t *offset, char **to)
{
    int64_t target = (int64_t)fetch->itemsize;
    for (int k = view->rank - 1; k >= 0; k--) {
        struct axis axis = {.extent = extent[k], .target = target};
        int64_t stride = view->stride[k], last = (int64_t)extent[k] - 1;
        *offset += (int64_t)origin[k] * stride;
        axis.source = stride < 0 ? -(uint64_t)stride : (uint64_t)stride;
        if (stride < 0) {
            *offset += last * stride;
            *to += last * target;
            axis.target = -target;
        }
        if (extent[k] > 1)
            fetch->axis[fetch->rank++] = axis;
        target *= (int64_t)extent[k];
    }
}

static void measure(struct fetch *fetch)
{
    qsort(fetch->axis, (size_t)fetch->rank, sizeof fetch->axis[0], compare_axes);
    fetch->span[0] = fetch->itemsize;
    for (int k = 0; k < fetch->rank; k++) {
        const struct axis *axis = &fetch->axis[k];
        if (fetch->in_place == k && axis->source == fetch->span[k] && axis->target == (int64_t)axis->source)
            fetch->in_place = k + 1;
        fetch->span[k + 1] = fetch->span[k] + (axis->extent - 1) * axis->source;
    }
}

int window_read(int fd, const struct matrix *matrix, const struct view *view, const uint64_t *origin,
                const uint64_t *extent, void *buf, struct error *error)
{
    struct fetch fetch = {.fd = fd, .itemsize = matrix->dtype.itemsize, .error = error};
    uint64_t elements = 1;
    for (int k = 0; k < view->rank; k++) {
        if (extent[k] == 0)
            return 0;
        elements *= extent[k];
    }
    if (fetch.itemsize == 0)
        return 0;
    int64_t offset = (int64_t)matrix->offset + view->start;
    char *to = buf;
    lay_out(&fetch, view, origin, extent, &offset, &to);
    measure(&fetch);
    int r = fetch_axes(&fetch, fetch.rank, (uint64_t)offset, to);
    free(fetch.block);
    if (r < 0)
        return r;
    window_swap(&matrix->dtype, buf, elements);
    if (fetch.is_short)
        return error_set(error, ESTALE, "the segment shrank while it was read");
    return 0;
}

#define SWAP_ALL(type, swap)                                                                                 \
    for (uint64_t i = 0; i < units; i++) {                                                                   \
        type unit;                                                                                           \
        memcpy(&unit, at + i * sizeof unit, sizeof unit);                                                    \
        unit = swap(unit);                                                                                   \
        memcpy(at + i * sizeof unit, &unit, sizeof unit);                                                    \
    }

void window_swap(const struct dtype *dtype, void *elements, uint64_t n)
{
    if (!dtype_is_swapped(dtype))
        return;
    uint64_t size = dtype_swap_unit(dtype);
    uint64_t units = dtype->itemsize / size * n;
    char *at = elements;
    if (size == 2)
        SWAP_ALL(uint16_t, __builtin_bswap16)
    else if (size == 4)
        SWAP_ALL(uint32_t, __builtin_bswap32)
    else if (size == 8)
        SWAP_ALL(uint64_t, __builtin_bswap64)
}
