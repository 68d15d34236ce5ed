#include "core/source/npz.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/layout/npy.h"
#include "core/sys/checked.h"

#define HEADER_FIRST  10   /* magic, version, length: no .npy file is shorter */
#define DEFLATE_RATIO 1032 /* bytes that one deflated byte can stand for, zlib's technical notes */

bool npz_has_magic(const uint8_t *bytes, size_t n)
{
    return n >= NPZ_MAGIC_SIZE && (memcmp(bytes, "PK\3\4", 4) == 0 || memcmp(bytes, "PK\5\6", 4) == 0);
}

static int damaged(const char *what, struct error *error)
{
    return error_set(error, EBADMSG, "%s", what);
}

/* Read in one go, as far as the parser wants: so nothing of the data is read with it. */
static int read_header(struct npz_matrix *npz, uint8_t *buf, struct error *error)
{
    size_t have = 0, need = HEADER_FIRST;
    for (;;) {
        ssize_t n = archive_stream_read(npz->stream, buf + have, need - have, error);
        if (n < 0)
            return (int)n;
        archive_stream_check(npz->stream, buf + have, (size_t)n);
        have += (size_t)n;
        if (!npy_has_magic(buf, have))
            return damaged("no .npy file: it does not begin with \\x93NUMPY", error);
        if (have < need)
            return damaged("ends within its header", error);
        int r = npy_parse_header(buf, have, &npz->matrix, error);
        if (r < 0)
            return r;
        if (r == 0)
            return npz->matrix.offset == have ? 0 : damaged("its header makes no sense", error);
        if ((size_t)r <= need || r > NPY_HEADER_MAX)
            return damaged("its header makes no sense", error);
        need = (size_t)r;
    }
}

/* What the archive says of its length may be a lie, but not one that helps: room is reserved by the header,
 * and the member is compared with both when it was read. */
static int check_length(const struct npz_matrix *npz, const struct archive_member *member,
                        struct error *error)
{
    uint64_t end, possible = member->packed, offset = npz->matrix.offset;
    if (checked_add_u64(offset, npz->bytes, &end) || end > INT64_MAX)
        return damaged("its header promises more than any file can hold", error);
    if (member->method != 0 && checked_mul_u64(member->packed, DEFLATE_RATIO, &possible))
        possible = UINT64_MAX;
    possible = min_u64(possible, member->size);
    if (end > possible)
        return error_set(
            error, EBADMSG, "cut short: %llu bytes of data at most, where its header promises %llu",
            (unsigned long long)(possible - min_u64(possible, offset)), (unsigned long long)npz->bytes);
    if (member->size - end > NPZ_SLACK)
        return error_set(error, EBADMSG, "%llu bytes behind its array, and no more than %u KiB are read over",
                         (unsigned long long)(member->size - end), NPZ_SLACK >> 10);
    return 0;
}

static int open_matrix(struct npz_matrix *npz, const struct archive_member *member, struct error *error)
{
    uint8_t *buf = malloc(NPY_HEADER_MAX);
    int r = buf ? read_header(npz, buf, error) : error_set_errno(error, ENOMEM, "cannot be read");
    free(buf);
    if (r < 0 || (r = matrix_bytes(&npz->matrix, &npz->bytes, error)) < 0)
        return r;
    npz->left = npz->bytes;
    return check_length(npz, member, error);
}

int npz_open(struct npz_matrix *ret_npz, struct archive *archive, const struct archive_member *member,
             struct error *error)
{
    struct npz_matrix npz = {0};
    int r = archive_stream_open(&npz.stream, archive, member, error);
    if (r < 0 || (r = open_matrix(&npz, member, error)) < 0)
        npz_close(&npz);
    else
        *ret_npz = npz;
    return r;
}

void npz_close(struct npz_matrix *npz)
{
    archive_stream_close(npz->stream);
    matrix_clear(&npz->matrix);
    *npz = (struct npz_matrix){0};
}

ssize_t npz_read(struct npz_matrix *npz, void *buf, size_t size, struct error *error)
{
    size_t wanted = (size_t)min_u64(size, npz->left);
    ssize_t n = archive_stream_read(npz->stream, buf, wanted, error);
    if (n < 0)
        return n;
    if ((size_t)n < wanted)
        return damaged("ended before all the data that its header promises", error);
    npz->left -= (uint64_t)n;
    return n;
}

void npz_check(struct npz_matrix *npz, const void *bytes, size_t size)
{
    archive_stream_check(npz->stream, bytes, size);
}

static int finish(struct npz_matrix *npz, uint8_t *buf, struct error *error)
{
    ssize_t n = archive_stream_read(npz->stream, buf, NPZ_SLACK + 1, error);
    if (n < 0)
        return (int)n;
    if (n > (ssize_t)NPZ_SLACK)
        return damaged("much more behind its array than its archive says", error);
    archive_stream_check(npz->stream, buf, (size_t)n);
    return archive_stream_finish(npz->stream, error);
}

int npz_finish(struct npz_matrix *npz, struct error *error)
{
    uint8_t *buf = malloc(NPZ_SLACK + 1);
    int r = buf ? finish(npz, buf, error) : error_set_errno(error, ENOMEM, "cannot be read");
    free(buf);
    return r;
}
