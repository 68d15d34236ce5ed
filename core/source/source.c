#include "core/source/source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/layout/npy.h"
#include "core/source/npz.h"

#define SIGNATURE 7 /* bytes by which a kind is known */

/* The first that a pickle of an array refers to, before protocol 2 told itself. */
#define OLD_PICKLE "cnumpy."

/* From protocol 2 on a pickle tells its protocol first. */
static bool is_pickle(const uint8_t *head, size_t n)
{
    return n >= 2 && head[0] == 0x80 && head[1] >= 2 && head[1] <= 5;
}

static source_function *importer_of(const uint8_t *head, size_t n)
{
    if (npy_has_magic(head, n))
        return source_open_npy;
    if (npz_has_magic(head, n))
        return source_open_npz;
    if (is_pickle(head, n))
        return source_open_pickle;
    return source_open_text;
}

/* What holds a file of a kind that is read, and is none itself. */
static int refuse_wrapped(const uint8_t *head, size_t n, struct error *error)
{
    static const struct {
        const char *magic;
        size_t length;
        const char *what, *reader;
    } packed[] = {{"\x1f\x8b", 2, "gzip", "zcat"},
                  {"\xfd"
                   "7zXZ\0",
                   6, "xz", "xzcat"},
                  {"\x28\xb5\x2f\xfd", 4, "zstd", "zstdcat"}};
    for (size_t i = 0; i < sizeof packed / sizeof packed[0]; i++)
        if (n >= packed[i].length && memcmp(head, packed[i].magic, packed[i].length) == 0)
            return error_set(error, ENOTSUP, "compressed with %s: %s FILE | shmtop load - NAME",
                             packed[i].what, packed[i].reader);
    if (n >= strlen(OLD_PICKLE) && memcmp(head, OLD_PICKLE, strlen(OLD_PICKLE)) == 0)
        return error_set(error, ENOTSUP, "a pickle of protocol 0 or 1: 2 to 5 are read");
    return 0;
}

/* An option that says something of another kind of file is a mistake, not to be passed over. */
static int check_options(source_function *importer, const struct source_options *options, struct error *error)
{
    if (options->member && importer != source_open_npz)
        return error_set(error, EINVAL, "not an .npz file: it has no members to choose from");
    if (importer == source_open_text)
        return 0;
    if (options->delimiter != SOURCE_DELIMITER_AUTO)
        return error_set(error, EINVAL, "not a text file: it has no delimiter");
    if (options->header_lines >= 0)
        return error_set(error, EINVAL, "not a text file: it has no header lines");
    return 0;
}

static int recognise(struct source *source, const struct source_options *options, struct error *error)
{
    uint8_t head[SIGNATURE];
    if (options->has_shape)
        return source_open_raw(source, options, error);
    ssize_t n = input_peek(&source->input, head, sizeof head, error);
    if (n < 0)
        return (int)n;
    if (n == 0)
        return error_set(error, EBADMSG, "empty");
    source_function *importer = importer_of(head, (size_t)n);
    int r = refuse_wrapped(head, (size_t)n, error);
    if (r == 0)
        r = check_options(importer, options, error);
    return r < 0 ? r : importer(source, options, error);
}

int source_open(struct source **ret_source, const char *file, const struct source_options *options,
                struct error *error)
{
    static const struct source_options none = {.header_lines = -1};
    struct source *source = calloc(1, sizeof *source);
    if (!source)
        return error_set_errno(error, ENOMEM, "cannot open the file");
    int r = input_open(&source->input, file, error);
    if (r < 0)
        free(source);
    else if ((r = recognise(source, options ? options : &none, error)) < 0)
        source_close(source);
    else
        *ret_source = source;
    return r;
}

void source_close(struct source *source)
{
    if (!source)
        return;
    if (source->ops && source->ops->close)
        source->ops->close(source);
    input_close(&source->input);
    matrix_clear(&source->matrix);
    free(source->note);
    free(source);
}

int source_bytes(const struct source *source, uint64_t *ret_bytes, struct error *error)
{
    return matrix_bytes(&source->matrix, ret_bytes, error);
}

int source_read_unchecked(struct source *source, void *buf, size_t size, struct error *error)
{
    ssize_t n = source->ops->read(source, buf, size, error);
    if (n >= 0 && (size_t)n < size)
        return error_set(error, EBADMSG, "%s ended before all the data that its header promises",
                         source->input.is_stream ? "standard input" : "the file");
    return n < 0 ? (int)n : 0;
}

void source_check(struct source *source, const void *bytes, size_t size)
{
    if (source->ops->check)
        source->ops->check(source, bytes, size);
}

int source_read_all(struct source *source, void *buf, size_t size, struct error *error)
{
    int r = source_read_unchecked(source, buf, size, error);
    if (r == 0)
        source_check(source, buf, size);
    return r;
}
