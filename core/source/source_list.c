#include "core/source/source_list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/catalog/format.h"
#include "core/source/npz.h"
#include "core/sys/checked.h"
#include "core/sys/text.h"

#define SHAPE_SHOWN 100 /* bytes: sixteen dimensions and more */

static void tell_matrix(const struct npz_matrix *npz, const struct archive_member *member, char *buf,
                        size_t size)
{
    char type[DTYPE_NAME_MAX], shape[SHAPE_SHOWN], bytes[FORMAT_BYTES_MAX];
    struct text text;
    dtype_name(&npz->matrix.dtype, type);
    format_bytes(npz->bytes, bytes, sizeof bytes);
    text_init(&text, buf, size);
    text_add_string(&text, type);
    text_add_string(&text, " ");
    if (matrix_shape_text(npz->matrix.rank, npz->matrix.shape, false, shape, sizeof shape) < sizeof shape) {
        text_add_string(&text, shape);
    } else {
        text_add_u64(&text, (uint64_t)npz->matrix.rank);
        text_add_string(&text, " dimensions");
    }
    text_add_string(&text, npz->matrix.order == 'F' ? " in F order, " : ", ");
    text_add_string(&text, bytes);
    text_add_string(&text, member->method == 0 ? ", stored" : ", deflated");
}

/* A reason that is too long is cut between two characters. */
static void tell_reason(const struct error *why, char *buf, size_t size)
{
    struct text text;
    text_init(&text, buf, size);
    for (const char *at = why->text; *at;) {
        uint32_t character;
        size_t length = max_u64(text_decode(at, strlen(at), &character), 1);
        text_add(&text, at, length);
        at += length;
    }
}

static int take(struct archive *archive, const struct archive_member *member, struct source_member *ret,
                struct error *error)
{
    struct npz_matrix npz;
    struct error why = {0};
    ret->key = strndup(member->name, npz_key_length(archive, member));
    if (!ret->key)
        return error_set_errno(error, ENOMEM, "cannot list its members");
    int r = npz_open(&npz, archive, member, &why);
    ret->is_loadable = r == 0;
    if (r == 0) {
        tell_matrix(&npz, member, ret->text, sizeof ret->text);
        npz_close(&npz);
    } else {
        tell_reason(&why, ret->text, sizeof ret->text);
    }
    return 0;
}

static int list_archive(const struct input *input, struct source_members *members, struct error *error)
{
    struct archive *archive;
    int r = archive_open(&archive, input, error);
    if (r < 0)
        return r;
    members->total = archive_count(archive);
    size_t n = (size_t)min_u64(members->total, SOURCE_MEMBERS_MAX);
    members->list = calloc(n + 1, sizeof *members->list);
    if (!members->list)
        r = error_set_errno(error, ENOMEM, "cannot list its members");
    while (r == 0 && members->count < n) {
        r = take(archive, archive_get(archive, members->count), &members->list[members->count], error);
        members->count += r == 0;
    }
    archive_close(archive);
    return r;
}

int source_list(const char *file, struct source_members *ret_members, struct error *error)
{
    struct source_members members = {0};
    struct input input;
    uint8_t head[NPZ_MAGIC_SIZE];
    if (strcmp(file, "-") == 0) {
        *ret_members = members;
        return 0;
    }
    int r = input_open(&input, file, error);
    if (r < 0)
        return r;
    ssize_t n = input_peek(&input, head, sizeof head, error);
    r = n < 0 ? (int)n : 0;
    if (n > 0 && npz_has_magic(head, (size_t)n))
        r = list_archive(&input, &members, error);
    input_close(&input);
    if (r < 0)
        source_members_clear(&members);
    else
        *ret_members = members;
    return r;
}

void source_members_clear(struct source_members *members)
{
    for (size_t i = 0; i < members->count; i++)
        free(members->list[i].key);
    free(members->list);
    *members = (struct source_members){0};
}
