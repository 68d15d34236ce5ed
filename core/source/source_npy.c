/*
 * An .npy file: direct where it is a regular file. What stands behind the data is not read.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/layout/npy.h"
#include "core/source/source.h"
#include "core/sys/checked.h"

#define HEADER_FIRST 10 /* magic, version, length: no .npy file is shorter */

/* The parser says how many bytes it needs, NPY_HEADER_MAX at most, so that a stream is never read too far. */
static int read_header(struct source *source, uint8_t *buf, struct error *error)
{
    size_t need = HEADER_FIRST;
    for (;;) {
        ssize_t n = input_peek(&source->input, buf, need, error);
        if (n < 0)
            return (int)n;
        if ((size_t)n < need)
            return error_set(error, EBADMSG, "ends within its header");
        int r = npy_parse_header(buf, need, &source->matrix, error);
        if (r <= 0)
            return r;
        if ((size_t)r <= need || (size_t)r > INPUT_PEEK_MAX)
            return error_set(error, EBADMSG, "its header makes no sense");
        need = (size_t)r;
    }
}

static int check_length(const struct source *source, uint64_t bytes, struct error *error)
{
    uint64_t end, offset = source->matrix.offset, size = source->input.size;
    if (checked_add_u64(offset, bytes, &end) || end > INT64_MAX)
        return error_set(error, EBADMSG, "its header promises more than any file can hold");
    if (end <= size)
        return 0;
    return error_set(error, EBADMSG, "cut short: %llu bytes of data, where its header promises %llu",
                     (unsigned long long)(size - min_u64(size, offset)), (unsigned long long)bytes);
}

static ssize_t read_data(struct source *source, void *buf, size_t size, struct error *error)
{
    return input_read(&source->input, buf, size, error);
}

/* The header of a stream was only peeked at. */
static int pass_header(struct source *source, uint8_t *buf, struct error *error)
{
    ssize_t n = source->input.is_stream ? input_read(&source->input, buf, source->matrix.offset, error) : 0;
    return n < 0 ? (int)n : 0;
}

int source_open_npy(struct source *source, const struct source_options *options, struct error *error)
{
    static const struct source_ops ops = {.read = read_data};
    uint8_t *buf = malloc(INPUT_PEEK_MAX);
    uint64_t bytes = 0;
    (void)options;
    if (!buf)
        return error_set_errno(error, ENOMEM, "cannot read the file");
    int r = read_header(source, buf, error);
    if (r == 0) {
        source->ops = &ops;
        source->is_direct = !source->input.is_stream;
        snprintf(source->kind, sizeof source->kind, "npy %u.%u", buf[6], buf[7]);
        r = source_bytes(source, &bytes, error);
    }
    if (r == 0)
        r = pass_header(source, buf, error);
    free(buf);
    return r < 0 ? r : check_length(source, bytes, error);
}
