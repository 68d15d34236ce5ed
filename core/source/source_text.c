/*
 * Text: numbers in lines, as .csv, .tsv and .txt files hold them. The rules of a cell stand in text_cell.h
 * and number_read.h, those of delimiter and headers in text_dialect.h.
 *
 * It is read in batches of a fixed size (text_batch.h). So memory is bounded whatever the length of file and
 * lines. To open it takes the first batch: what begins it, its header and the columns of its first row. A row
 * longer than a batch is read twice, and so not from a stream.
 *
 * The matrix has two dimensions always. An empty cell, also one behind a delimiter that ends every line, is
 * nan and counted: to drop it would be a guess that moves columns.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/source/source.h"
#include "core/source/text_batch.h"
#include "core/source/text_dialect.h"
#include "core/source/text_rows.h"
#include "core/sys/checked.h"
#include "core/sys/workers.h"

#define THREADS_MAX   4
#define CONTROL_SHARE 256 /* one control in so many bytes is no text */

struct text_source {
    struct text_batch batch;
    struct text_dialect dialect;
    uint64_t data_offset;  /* in the input: of the first line behind the headers */
    uint64_t header_start; /* of the last header line; UINT64_MAX: there is none */
};

/* --- is it text --- */

static bool is_control(uint8_t c)
{
    return c < ' ' && !(c >= '\t' && c <= '\r');
}

static int refuse_control(const uint8_t *head, size_t first, struct error *error)
{
    uint64_t line = 1;
    for (size_t i = 0; i < first; i++)
        line += head[i] == '\n';
    return error_set(error, EBADMSG,
                     "neither .npy, .npz, pickle nor text; raw bytes need --as and --shape (line %llu has a "
                     "byte 0x%02x)",
                     (unsigned long long)line, head[first]);
}

int source_check_text(const uint8_t *head, size_t n, struct error *error)
{
    size_t controls = 0, first = 0;
    if (n >= 2 && ((head[0] == 0xff && head[1] == 0xfe) || (head[0] == 0xfe && head[1] == 0xff)))
        return error_set(error, ENOTSUP, "UTF-16 text: convert it to UTF-8 (iconv -f UTF-16 -t UTF-8)");
    for (size_t i = n; i-- > 0;) {
        if (!is_control(head[i]))
            continue;
        controls++;
        first = i;
    }
    return controls * CONTROL_SHARE <= n ? 0 : refuse_control(head, first, error);
}

static void skip_mark(struct text_batch *batch)
{
    if (text_batch_left(batch) >= 3 && memcmp(batch->buffer + batch->begin, "\xef\xbb\xbf", 3) == 0)
        batch->begin += 3;
}

/* --- before the numbers --- */

static int skip_headers(struct text_source *text, uint64_t lines, struct error *error)
{
    for (uint64_t i = 0; i < lines; i++) {
        text->header_start = text_batch_offset(&text->batch);
        int r = text_batch_skip_line(&text->batch, error);
        if (r < 0)
            return r;
        if (text_batch_left(&text->batch) == 0 && i + 1 < lines)
            return error_set(error, EBADMSG, "fewer than %llu lines, but so many are to be headers",
                             (unsigned long long)lines);
    }
    return 0;
}

/* Comments and blank lines, which say nothing of what parts cells. */
static int skip_comments(struct text_batch *batch, struct error *error)
{
    for (;;) {
        int r = text_batch_skip_spaces(batch, error);
        if (r < 0 || text_batch_left(batch) == 0)
            return r;
        char c = batch->buffer[batch->begin];
        if (c != '#' && !text_is_line_end(c))
            return 0;
        if ((r = text_batch_skip_line(batch, error)) < 0)
            return r;
    }
}

/* Where the sample begins: of a text that ends with its headers, at the last of these. */
static size_t sample_begin(const struct text_source *text)
{
    const struct text_batch *batch = &text->batch;
    if (text_batch_left(batch) > 0 || text->header_start < batch->offset || text->header_start == UINT64_MAX)
        return batch->begin;
    return (size_t)(text->header_start - batch->offset);
}

/* Delimiter and headers, found out from where the batch stands. */
static int find_dialect(struct text_source *text, const struct source_options *options, struct error *error)
{
    struct text_batch *batch = &text->batch;
    struct text_delimiter given;
    int r = options->delimiter ? text_delimiter_make(options->delimiter, &given, error) : 0;
    if (r < 0 || (r = text_batch_fill(batch, error)) < 0)
        return r;
    size_t at = sample_begin(text), left = batch->end - at, n = (size_t)min_u64(left, TEXT_DIALECT_SAMPLE);
    r = text_dialect_find(batch->buffer + at, batch->buffer + at + n, batch->is_last && n == left,
                          options->delimiter ? &given : NULL, options->header_lines < 0, &text->dialect,
                          error);
    if (r < 0)
        return r;
    batch->format.delimiter = text->dialect.delimiter;
    if (options->header_lines < 0)
        return skip_headers(text, text->dialect.header_lines, error);
    text->dialect.header_lines = (uint64_t)options->header_lines;
    return 0;
}

/* --- the matrix --- */

static int number_type(const struct dtype *as, struct text_format *format, struct dtype *ret_dtype,
                       struct error *error)
{
    bool is_integer = as && (as->kind == DTYPE_INT || as->kind == DTYPE_UINT);
    enum dtype_kind kind = is_integer ? as->kind : DTYPE_FLOAT;
    format->number = kind == DTYPE_INT ? TEXT_INT64 : kind == DTYPE_UINT ? TEXT_UINT64 : TEXT_DOUBLE;
    format->counts_saturated = is_integer && as->itemsize == 8;
    return dtype_make(kind, '=', 8, NULL, ret_dtype, error);
}

/* The columns that the last header names, of a text that ends with it. */
static uint64_t header_columns(const struct text_source *text)
{
    const struct text_batch *batch = &text->batch;
    const char *at = batch->buffer + sample_begin(text), *end = batch->buffer + batch->end;
    struct text_cell cell;
    enum text_stop stop = TEXT_STOP_DELIMITER;
    uint64_t columns = 0;
    while (at < end && *at == ' ')
        at++;
    if (at == end || text_is_line_end(*at) || *at == '#')
        return 0;
    for (; stop == TEXT_STOP_DELIMITER; at = cell.next, columns++)
        stop = text_cell_find(&text->dialect.delimiter, at, end, true, &cell);
    return columns;
}

static int find_columns(struct source *source, struct text_source *text, struct error *error)
{
    uint64_t columns = 0;
    int r = text_batch_count_columns(&text->batch, &columns, error);
    if (r < 0)
        return r;
    source->is_open_ended = columns > 0;
    if (columns == 0)
        columns = header_columns(text);
    if (columns == 0)
        return error_set(error, EBADMSG, "a text without numbers");
    text->batch.format.columns = columns;
    source->matrix.rank = 2;
    source->matrix.order = 'C';
    source->matrix.shape[1] = columns;
    return 0;
}

static ssize_t read_cells(struct source *source, void *buf, size_t size, struct error *error)
{
    struct text_source *text = source->own;
    return text_batch_read(&text->batch, buf, size, error);
}

static int measure(struct source *source, struct progress *progress, struct error *error)
{
    const struct text_source *text = source->own;
    uint64_t rows;
    int r = text_rows_of_file(&source->input, text->data_offset, &text->dialect.delimiter,
                              text->batch.threads, progress, &rows, error);
    if (r < 0)
        return r;
    source->matrix.shape[0] = rows;
    source->is_open_ended = false;
    return 0;
}

static int note_empty(struct source *source, uint64_t empty, struct error *error)
{
    char note[64];
    if (empty == 0)
        return 0;
    snprintf(note, sizeof note, "%llu empty cell%s read as %s", (unsigned long long)empty,
             empty == 1 ? "" : "s", source->matrix.dtype.kind == DTYPE_FLOAT ? "nan" : "0");
    free(source->note);
    source->note = strdup(note);
    return source->note ? 0 : error_set_errno(error, ENOMEM, "cannot read the text");
}

/* What was measured is all there may be. */
static int finish(struct source *source, struct error *error)
{
    struct text_source *text = source->own;
    uint64_t more;
    ssize_t n = text_batch_read(&text->batch, &more, sizeof more, error);
    if (n < 0)
        return (int)n;
    if (n > 0)
        return error_set(error, ESTALE, "the file changed while it was read");
    source->counts = text->batch.counts.lost;
    return note_empty(source, text->batch.counts.empty, error);
}

static void close_text(struct source *source)
{
    struct text_source *text = source->own;
    text_batch_close(&text->batch);
    free(text);
}

/* --- opening --- */

static int look(struct source *source, struct text_source *text, const struct source_options *options,
                struct error *error)
{
    struct text_batch *batch = &text->batch;
    int r = text_batch_fill(batch, error);
    if (r < 0 || (r = source_check_text((const uint8_t *)batch->buffer,
                                        (size_t)min_u64(batch->end, TEXT_DIALECT_SAMPLE), error)) < 0)
        return r;
    skip_mark(batch);
    if ((options->header_lines > 0 && (r = skip_headers(text, (uint64_t)options->header_lines, error)) < 0) ||
        (r = skip_comments(batch, error)) < 0 || (r = find_dialect(text, options, error)) < 0)
        return r;
    text->data_offset = text_batch_offset(batch);
    if ((r = find_columns(source, text, error)) < 0)
        return r;
    text_dialect_describe(&text->dialect, source->matrix.shape[1], source->kind, sizeof source->kind);
    return 0;
}

int source_open_text(struct source *source, const struct source_options *options, struct error *error)
{
    static const struct source_ops ops = {
        .read = read_cells, .measure = measure, .finish = finish, .close = close_text};
    struct text_source *text = calloc(1, sizeof *text);
    if (!text)
        return error_set_errno(error, ENOMEM, "cannot read the text");
    int r = text_batch_open(&text->batch, &source->input, error);
    if (r < 0) {
        free(text);
        return r;
    }
    text->header_start = UINT64_MAX;
    text->batch.threads = workers_useful_threads(options->threads ? options->threads : THREADS_MAX);
    source->own = text;
    source->ops = &ops;
    r = number_type(options->as, &text->batch.format, &source->matrix.dtype, error);
    return r < 0 ? r : look(source, text, options, error);
}
