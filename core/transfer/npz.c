#include "core/transfer/npz.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/layout/npy.h"
#include "core/segment/name.h"
#include "core/sys/checked.h"
#include "core/sys/text.h"

#define HEADER_FIRST  10   /* magic, version, length: no .npy file is shorter */
#define DEFLATE_RATIO 1032 /* bytes that one deflated byte can stand for, zlib's technical notes */
#define NAME_SHOWN    100  /* bytes of a name in a message */

static int prefix(const struct npz_matrix *npz, const struct error *why, struct error *error)
{
    return error_set(error, why->code, "member %s: %s", npz->name, why->text);
}

static int damaged(const struct npz_matrix *npz, const char *what, struct error *error)
{
    return error_set(error, EBADMSG, "member %s: %s", npz->name, what);
}

/* Read in one go, as far as the parser wants: so nothing of the data is read with it. */
static int read_header(struct npz_matrix *npz, uint8_t *buf, struct error *error)
{
    struct error why = {0};
    size_t have = 0, need = HEADER_FIRST;
    for (;;) {
        ssize_t n = archive_stream_read(npz->stream, buf + have, need - have, &why);
        if (n < 0)
            return prefix(npz, &why, error);
        have += (size_t)n;
        if (!npy_has_magic(buf, have))
            return damaged(npz, "no .npy file: it does not begin with \\x93NUMPY", error);
        if (have < need)
            return damaged(npz, "ends within its header", error);
        int r = npy_parse_header(buf, have, &npz->matrix, &why);
        if (r < 0)
            return prefix(npz, &why, error);
        if (r == 0)
            return npz->matrix.offset == have ? 0 : damaged(npz, "its header makes no sense", error);
        if ((size_t)r <= need || r > NPY_HEADER_MAX)
            return damaged(npz, "its header makes no sense", error);
        need = (size_t)r;
    }
}

/* What the archive says of its length may be a lie, but not one that helps: room is reserved by the header,
 * and the member is compared with both when it was read. */
static int check_length(const struct npz_matrix *npz, const struct archive_member *member,
                        struct error *error)
{
    uint64_t end, possible;
    if (checked_add_u64(npz->matrix.offset, npz->bytes, &end) || end > INT64_MAX)
        return damaged(npz, "its header promises more than any file can hold", error);
    if (member->method == 0 || checked_mul_u64(member->packed, DEFLATE_RATIO, &possible))
        possible = member->method == 0 ? member->packed : UINT64_MAX;
    if (end > min_u64(member->size, possible))
        return error_set(error, EBADMSG,
                         "member %s: cut short: %llu bytes of data at most, where its header promises %llu",
                         npz->name,
                         (unsigned long long)(min_u64(member->size, possible) -
                                              min_u64(min_u64(member->size, possible), npz->matrix.offset)),
                         (unsigned long long)npz->bytes);
    if (member->size - end > NPZ_SLACK)
        return error_set(error, EBADMSG,
                         "member %s: %llu bytes behind its array, and no more than %u KiB are read over",
                         npz->name, (unsigned long long)(member->size - end), NPZ_SLACK >> 10);
    return 0;
}

static int open_stream(struct npz_matrix *npz, struct archive *archive, const struct archive_member *member,
                       struct error *error)
{
    struct error why = {0};
    char name[NAME_SHOWN];
    name_escape(member->name, npz_key_length(archive, member), false, name, sizeof name);
    if (!(npz->name = strdup(name)))
        return error_set_errno(error, ENOMEM, "cannot read the file");
    int r = archive_stream_open(&npz->stream, archive, member, &why);
    return r < 0 ? prefix(npz, &why, error) : 0;
}

static int open_matrix(struct npz_matrix *npz, const struct archive_member *member, struct error *error)
{
    struct error why = {0};
    uint8_t *buf = malloc(NPY_HEADER_MAX);
    int r = buf ? read_header(npz, buf, error) : error_set_errno(error, ENOMEM, "cannot read the file");
    free(buf);
    if (r < 0)
        return r;
    if (matrix_bytes(&npz->matrix, &npz->bytes, &why) < 0)
        return prefix(npz, &why, error);
    npz->left = npz->bytes;
    return check_length(npz, member, error);
}

int npz_open(struct npz_matrix *ret_npz, struct archive *archive, const struct archive_member *member,
             struct error *error)
{
    struct npz_matrix npz = {0};
    int r = open_stream(&npz, archive, member, error);
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
    free(npz->name);
    *npz = (struct npz_matrix){0};
}

ssize_t npz_read(struct npz_matrix *npz, void *buf, size_t size, struct error *error)
{
    struct error why = {0};
    size_t wanted = (size_t)min_u64(size, npz->left);
    ssize_t n = archive_stream_read(npz->stream, buf, wanted, &why);
    if (n < 0)
        return prefix(npz, &why, error);
    if ((size_t)n < wanted)
        return damaged(npz, "ended before all the data that its header promises", error);
    npz->left -= (uint64_t)n;
    return n;
}

int npz_finish(struct npz_matrix *npz, struct error *error)
{
    struct error why = {0};
    uint8_t *buf = malloc(NPZ_SLACK + 1);
    if (!buf)
        return error_set_errno(error, ENOMEM, "cannot read the file");
    ssize_t n = archive_stream_read(npz->stream, buf, NPZ_SLACK + 1, &why);
    free(buf);
    if (n < 0)
        return prefix(npz, &why, error);
    return n > (ssize_t)NPZ_SLACK ? damaged(npz, "much more behind its array than its archive says", error)
                                  : 0;
}
