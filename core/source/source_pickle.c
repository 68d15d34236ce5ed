/*
 * A pickle of one ndarray, read by the machine of pickle_machine.h, which runs nothing of it.
 *
 * In a regular file the machine runs to the end before any data are read, as they may be passed over; then
 * the source is direct, unless the data are text (protocol 2). Of a stream the data are given as they come,
 * and the rest of the pickle is run behind them, in finish. Protocol 5 has type and shape behind the data: a
 * stream of it is copied to a file first.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/source/latin1.h"
#include "core/source/pickle_machine.h"
#include "core/source/source.h"
#include "core/source/spool.h"
#include "core/sys/checked.h"

#define PROTOCOL_DATA_FIRST 5
#define CHUNK               4096 /* of the file, for the machine, which reads in small pieces */
#define TEXT_CHUNK          65536

struct pickle {
    struct pickle_machine *machine;
    struct source *source;
    struct pickle_array array; /* borrows from the machine */
    bool is_pending;           /* of a stream: the machine stands before the data */
    uint64_t at;               /* of a regular file: where the next read begins */
    uint64_t given, bytes;     /* of data: what read gave, of how many */

    uint8_t *text; /* not decoded yet; owned */
    size_t text_at, text_size;
    uint64_t text_left; /* bytes of it that were not read yet */

    uint64_t chunk_at;
    size_t chunk_size;
    uint8_t chunk[CHUNK];
};

/* --- the machine's reader --- */

static int fill_chunk(struct pickle *pickle, struct error *error)
{
    ssize_t n = input_pread(&pickle->source->input, pickle->chunk, CHUNK, pickle->at, error);
    if (n < 0)
        return (int)n;
    pickle->chunk_at = pickle->at;
    pickle->chunk_size = (size_t)n;
    return 0;
}

static ssize_t read_file(struct pickle *pickle, uint8_t *buf, size_t size, struct error *error)
{
    size_t done = 0;
    while (done < size) {
        uint64_t within = pickle->at - pickle->chunk_at;
        if (pickle->at < pickle->chunk_at || within >= pickle->chunk_size) {
            int r = fill_chunk(pickle, error);
            if (r < 0)
                return r;
            if (pickle->chunk_size == 0)
                break;
            within = 0;
        }
        size_t n = (size_t)min_u64(size - done, pickle->chunk_size - within);
        memcpy(buf + done, pickle->chunk + within, n);
        pickle->at += n;
        done += n;
    }
    return (ssize_t)done;
}

static ssize_t read_opcodes(void *context, void *buf, size_t size, struct error *error)
{
    struct pickle *pickle = context;
    if (pickle->source->input.is_stream)
        return input_read(&pickle->source->input, buf, size, error);
    return read_file(pickle, buf, size, error);
}

/* --- data --- */

static int cut_short(const struct pickle *pickle, struct error *error)
{
    return error_set(error, EBADMSG, "cut short: it ends within its data, which begin at byte %llu",
                     (unsigned long long)pickle->array.offset);
}

/* The next bytes of the pickle's data, as they stand there. */
static ssize_t read_stored(struct pickle *pickle, void *buf, size_t size, struct error *error)
{
    struct input *input = &pickle->source->input;
    ssize_t n = input->is_stream ? input_read(input, buf, size, error)
                                 : input_pread(input, buf, size, pickle->at, error);
    if (n < 0)
        return n;
    pickle->at += (uint64_t)n;
    return (size_t)n < size ? cut_short(pickle, error) : n;
}

static int refill_text(struct pickle *pickle, struct error *error)
{
    size_t kept = pickle->text_size - pickle->text_at;
    memmove(pickle->text, pickle->text + pickle->text_at, kept);
    pickle->text_at = 0;
    pickle->text_size = kept;
    size_t size = (size_t)min_u64(pickle->text_left, TEXT_CHUNK - kept);
    ssize_t n = read_stored(pickle, pickle->text + kept, size, error);
    if (n < 0)
        return (int)n;
    pickle->text_size += (size_t)n;
    pickle->text_left -= (uint64_t)n;
    return 0;
}

static int bad_text(const struct pickle *pickle, struct error *error)
{
    uint64_t behind = pickle->text_left + (pickle->text_size - pickle->text_at);
    return error_set(error, EBADMSG, "at byte %llu: no character of Latin-1, by which bytes are encoded",
                     (unsigned long long)(pickle->array.offset + pickle->array.size - behind));
}

/* As many as the chunk holds; a character that it cuts stays for the next. */
static ssize_t decode_chunk(struct pickle *pickle, uint8_t *buf, size_t size, struct error *error)
{
    size_t taken, left = pickle->text_size - pickle->text_at;
    size_t n = latin1_decode(pickle->text + pickle->text_at, left, buf, size, &taken);
    pickle->text_at += taken;
    left -= taken;
    if (n == size || left == 0)
        return (ssize_t)n;
    bool is_cut = left == 1 && pickle->text_left > 0 && pickle->text[pickle->text_at] >= 0x80;
    return is_cut ? (ssize_t)n : bad_text(pickle, error);
}

static int wrong_length(const struct pickle *pickle, const char *how, struct error *error)
{
    return error_set(error, EBADMSG, "its data are %s than the %llu bytes that its shape takes", how,
                     (unsigned long long)pickle->bytes);
}

static ssize_t read_text(struct pickle *pickle, uint8_t *buf, size_t size, struct error *error)
{
    size_t done = 0;
    while (done < size) {
        ssize_t n = decode_chunk(pickle, buf + done, size - done, error);
        if (n < 0)
            return n;
        done += (size_t)n;
        if (done == size)
            break;
        if (pickle->text_left == 0)
            return wrong_length(pickle, "fewer", error);
        int r = refill_text(pickle, error);
        if (r < 0)
            return r;
    }
    return (ssize_t)done;
}

static ssize_t read_data(struct source *source, void *buf, size_t size, struct error *error)
{
    struct pickle *pickle = source->own;
    ssize_t n = (ssize_t)min_u64(size, pickle->bytes - pickle->given);
    if (pickle->array.held)
        memcpy(buf, pickle->array.held + pickle->given, (size_t)n);
    else if (pickle->array.is_text)
        n = read_text(pickle, buf, (size_t)n, error);
    else
        n = read_stored(pickle, buf, (size_t)n, error);
    if (n > 0)
        pickle->given += (uint64_t)n;
    return n;
}

static int finish(struct source *source, struct error *error)
{
    struct pickle *pickle = source->own;
    if (pickle->text && pickle->text_left + (pickle->text_size - pickle->text_at) > 0)
        return wrong_length(pickle, "more", error);
    if (!pickle->is_pending)
        return 0;
    pickle->is_pending = false;
    int r = pickle_machine_run(pickle->machine, error);
    return r < 0 ? r : 0; /* the machine itself minds that no data come twice */
}

static void close_pickle(struct source *source)
{
    struct pickle *pickle = source->own;
    pickle_machine_free(pickle->machine);
    free(pickle->text);
    free(pickle);
    source->own = NULL;
}

/* --- opening --- */

static int pass_data(struct pickle *pickle, const struct pickle_array *ahead, struct error *error)
{
    uint64_t size = pickle->source->input.size;
    if (ahead->offset > size || ahead->size > size - ahead->offset)
        return error_set(error, EBADMSG, "cut short: %llu bytes of data, where it promises %llu",
                         (unsigned long long)(size - min_u64(size, ahead->offset)),
                         (unsigned long long)ahead->size);
    pickle->at = ahead->offset + ahead->size;
    return 0;
}

/* Up to the pickle's end, or in a stream up to the data. */
static int run_machine(struct pickle *pickle, struct error *error)
{
    int r;
    while ((r = pickle_machine_run(pickle->machine, error)) > 0) {
        struct pickle_array ahead;
        pickle_machine_get_ahead(pickle->machine, &ahead);
        if (!pickle->source->input.is_stream) {
            if ((r = pass_data(pickle, &ahead, error)) < 0)
                return r;
            continue;
        }
        if (ahead.matrix.rank < 0)
            return error_set(error, ENOTSUP, "its data stand before its shape: no stream can be read so");
        pickle->array = ahead;
        pickle->is_pending = true;
        return 0;
    }
    if (r == 0)
        pickle_machine_get_array(pickle->machine, &pickle->array);
    return r;
}

static int begin_text(struct pickle *pickle, struct error *error)
{
    if (!pickle->array.is_text || pickle->array.held)
        return 0;
    pickle->at = pickle->array.offset;
    pickle->text_left = pickle->array.size;
    pickle->text = malloc(TEXT_CHUNK);
    return pickle->text ? 0 : error_set_errno(error, ENOMEM, "cannot read the pickle");
}

static int check_announced_size(const struct pickle *pickle, struct error *error)
{
    uint64_t had = pickle->array.size, bytes = pickle->bytes;
    bool fits = pickle->array.is_text ? bytes <= had && had / 2 <= bytes : had == bytes;
    return fits || !pickle->is_pending ? 0 : wrong_length(pickle, had < bytes ? "fewer" : "more", error);
}

/* Who dumped several arrays into one file should know that only the first was read. */
static int note_rest(struct pickle *pickle, struct error *error)
{
    const struct input *input = &pickle->source->input;
    uint64_t end = pickle_machine_position(pickle->machine);
    if (input->is_stream || end >= input->size)
        return 0;
    if (asprintf(&pickle->source->note, "%llu bytes behind the pickle were not read",
                 (unsigned long long)(input->size - end)) >= 0)
        return 0;
    pickle->source->note = NULL;
    return error_set_errno(error, ENOMEM, "cannot read the pickle");
}

static int settle(struct pickle *pickle, struct error *error)
{
    struct source *source = pickle->source;
    matrix_copy(&pickle->array.matrix, &source->matrix);
    source->is_direct = !source->input.is_stream && !pickle->array.is_text;
    pickle->at = pickle->array.offset;
    snprintf(source->kind, sizeof source->kind, "pickle protocol %d",
             pickle_machine_protocol(pickle->machine));
    int r = source_bytes(source, &pickle->bytes, error);
    if (r < 0 || (r = check_announced_size(pickle, error)) < 0 || (r = begin_text(pickle, error)) < 0)
        return r;
    return note_rest(pickle, error);
}

static int spool_if_needed(struct source *source, const struct source_options *options, struct error *error)
{
    uint8_t head[2];
    ssize_t n = source->input.is_stream ? input_peek(&source->input, head, sizeof head, error) : 0;
    if (n < 0)
        return (int)n;
    if ((size_t)n < sizeof head || head[1] < PROTOCOL_DATA_FIRST)
        return 0;
    if (!options->spool)
        return error_set(error, ENOTSUP,
                         "a pickle of protocol 5 has its shape behind its data: it is read from a file only");
    return input_spool(&source->input, options->spool, options->proc_root, options->cgroup_root, NULL, error);
}

int source_open_pickle(struct source *source, const struct source_options *options, struct error *error)
{
    static const struct source_ops ops = {.read = read_data, .finish = finish, .close = close_pickle};
    int r = spool_if_needed(source, options, error);
    if (r < 0)
        return r;
    struct pickle *pickle = calloc(1, sizeof *pickle);
    if (!pickle)
        return error_set_errno(error, ENOMEM, "cannot read the pickle");
    pickle->source = source;
    source->own = pickle;
    source->ops = &ops;
    if ((r = pickle_machine_new(&pickle->machine, read_opcodes, pickle, error)) < 0 ||
        (r = run_machine(pickle, error)) < 0)
        return r;
    return settle(pickle, error);
}
