/*
 * One matrix of an .npz. Its data come through libzip, for its CRC wants all of them read, stored ones too.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/segment/name.h"
#include "core/source/npz.h"
#include "core/source/source.h"
#include "core/source/spool.h"
#include "core/sys/text.h"

#define NAME_SHOWN 100 /* bytes of a name in a message */

struct own {
    struct archive *archive;
    char name[NAME_SHOWN]; /* the member's key, printable */
    struct npz_matrix npz;
};

/* All errors of a member name it. */
static int failed(const struct own *own, const struct error *why, struct error *error)
{
    return error_set(error, why->code, "member %s: %s", own->name, why->text);
}

static ssize_t read_data(struct source *source, void *buf, size_t size, struct error *error)
{
    struct own *own = source->own;
    struct error why = {0};
    ssize_t n = npz_read(&own->npz, buf, size, &why);
    return n < 0 ? failed(own, &why, error) : n;
}

static void check(struct source *source, const void *bytes, size_t size)
{
    struct own *own = source->own;
    npz_check(&own->npz, bytes, size);
}

static int finish(struct source *source, struct error *error)
{
    struct own *own = source->own;
    struct error why = {0};
    int r = npz_finish(&own->npz, &why);
    return r < 0 ? failed(own, &why, error) : 0;
}

static void close_own(struct source *source)
{
    struct own *own = source->own;
    npz_close(&own->npz);
    archive_close(own->archive);
    free(own);
}

static int spool(struct source *source, const struct source_options *options, struct error *error)
{
    if (!source->input.is_stream)
        return 0;
    if (!options->spool)
        return error_set(error, ENOTSUP, "an .npz must be a file, for its directory is at its end");
    return input_spool(&source->input, options->spool, options->proc_root, options->cgroup_root, NULL, error);
}

/* "npz member prices, deflated": of a long name the beginning. */
static void tell_kind(struct source *source, const char *name, const struct archive_member *member)
{
    const char *method = member->method == 0 ? ", stored" : ", deflated";
    struct text text;
    text_init(&text, source->kind, sizeof source->kind - strlen(method));
    text_add_string(&text, "npz member ");
    for (size_t at = 0; name[at];) {
        uint32_t character;
        size_t length = text_decode(name + at, strlen(name + at), &character);
        length = length ? length : 1;
        text_add(&text, name + at, length);
        at += length;
    }
    memcpy(source->kind + text.written, method, strlen(method) + 1);
}

static int open_member(struct source *source, struct own *own, const struct archive_member *member,
                       struct error *error)
{
    struct error why = {0};
    name_escape(member->name, npz_key_length(own->archive, member), false, own->name, sizeof own->name);
    int r = npz_open(&own->npz, own->archive, member, &why);
    if (r < 0)
        return failed(own, &why, error);
    matrix_copy(&own->npz.matrix, &source->matrix);
    tell_kind(source, own->name, member);
    return 0;
}

int source_open_npz(struct source *source, const struct source_options *options, struct error *error)
{
    static const struct source_ops ops = {
        .read = read_data, .check = check, .finish = finish, .close = close_own};
    const struct archive_member *member;
    struct own *own = calloc(1, sizeof *own);
    if (!own)
        return error_set_errno(error, ENOMEM, "cannot read the file");
    source->own = own;
    source->ops = &ops;
    int r = spool(source, options, error);
    if (r < 0 || (r = archive_open(&own->archive, &source->input, error)) < 0 ||
        (r = npz_choose(own->archive, options->member, &member, error)) < 0)
        return r;
    return open_member(source, own, member, error);
}
