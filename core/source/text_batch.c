#include "core/source/text_batch.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/sys/checked.h"
#include "core/sys/workers.h"

#define PIECE_MIN ((size_t)32 << 10)
#define CARRIED   ((size_t)TEXT_CELL_MAX) /* at most, before a batch */

int text_batch_open(struct text_batch *ret_batch, struct input *input, struct error *error)
{
    struct text_batch batch = {.input = input, .threads = 1};
    batch.buffer = malloc(CARRIED + TEXT_BATCH + TEXT_SLACK);
    batch.next = malloc(CARRIED + TEXT_BATCH + TEXT_SLACK);
    batch.cells = malloc((CARRIED + TEXT_BATCH + TEXT_PIECES) * sizeof *batch.cells);
    if (!batch.buffer || !batch.next || !batch.cells) {
        text_batch_close(&batch);
        return error_set_errno(error, ENOMEM, "cannot read the text");
    }
    memset(batch.buffer, 0, TEXT_SLACK);
    *ret_batch = batch;
    return 0;
}

void text_batch_close(struct text_batch *batch)
{
    free(batch->buffer);
    free(batch->next);
    free(batch->cells);
    batch->buffer = batch->next = NULL;
    batch->cells = NULL;
}

/* --- bytes --- */

int text_batch_fill(struct text_batch *batch, struct error *error)
{
    size_t left = text_batch_left(batch);
    if (batch->is_last || left == TEXT_BATCH)
        return 0;
    memmove(batch->buffer, batch->buffer + batch->begin, left);
    batch->offset += batch->begin;
    batch->begin = 0;
    batch->end = left;
    ssize_t n = input_read(batch->input, batch->buffer + left, TEXT_BATCH - left, error);
    if (n < 0)
        return (int)n;
    batch->end += (size_t)n;
    batch->is_last = batch->end < TEXT_BATCH;
    memset(batch->buffer + batch->end, 0, TEXT_SLACK);
    return 0;
}

/* To the first byte from begin on that is wanted, or to the end of the text. */
static int skip_until(struct text_batch *batch, bool (*is_wanted)(char), struct error *error)
{
    for (;;) {
        while (batch->begin < batch->end && !is_wanted(batch->buffer[batch->begin]))
            batch->begin++;
        if (batch->begin < batch->end || batch->is_last)
            return 0;
        int r = text_batch_fill(batch, error);
        if (r < 0)
            return r;
    }
}

static bool is_no_space(char c)
{
    return c != ' ';
}

int text_batch_skip_spaces(struct text_batch *batch, struct error *error)
{
    return skip_until(batch, is_no_space, error);
}

static bool is_any(char c)
{
    (void)c;
    return true;
}

int text_batch_skip_line(struct text_batch *batch, struct error *error)
{
    int r = skip_until(batch, text_is_line_end, error);
    if (r < 0 || text_batch_left(batch) == 0)
        return r;
    bool is_cr = batch->buffer[batch->begin++] == '\r';
    batch->place.line++;
    if ((r = skip_until(batch, is_any, error)) == 0 && is_cr && text_batch_left(batch) > 0)
        batch->begin += batch->buffer[batch->begin] == '\n';
    return r;
}

/* --- the first row --- */

static int fault_error(const struct text_fault *fault, struct error *error)
{
    unsigned long long line = fault->line, column = fault->column;
    if (column == 0)
        return error_set(error, EBADMSG, "line %llu %s", line, fault->text);
    return error_set(error, EBADMSG, "line %llu, column %llu: %s", line, column, fault->text);
}

/* What stands in the buffer, up to the end of the row. */
static int scan_row(struct text_batch *batch, uint64_t *columns, bool *ret_ended, struct error *error)
{
    struct text_piece piece = {.text = batch->buffer + batch->begin,
                               .end = batch->buffer + batch->end,
                               .is_last = batch->is_last,
                               .is_one_row = true,
                               .place = batch->place,
                               .cells = batch->cells};
    text_scan(&batch->format, &piece);
    if (piece.fault.line > 0)
        return fault_error(&piece.fault, error);
    *columns += piece.count;
    *ret_ended = piece.rows > 0 || batch->is_last;
    batch->begin = (size_t)(piece.stop - batch->buffer);
    batch->place = piece.place;
    return 0;
}

/* A row that begins the buffer and ends beyond it. */
static int scan_long_row(struct text_batch *batch, uint64_t *columns, struct error *error)
{
    bool ended = false;
    if (batch->input->is_stream)
        return error_set(error, ENOTSUP,
                         "line %llu is longer than %zu bytes, too long for a stream: load it from a file",
                         (unsigned long long)batch->place.line + 1, TEXT_BATCH);
    while (!ended) {
        int r = text_batch_fill(batch, error);
        if (r < 0 || (r = scan_row(batch, columns, &ended, error)) < 0)
            return r;
    }
    return 0;
}

static void stand_at(struct text_batch *batch, uint64_t offset, const struct text_place *place)
{
    if (offset >= batch->offset) {
        batch->begin = (size_t)(offset - batch->offset);
    } else {
        input_rewind(batch->input, offset);
        batch->offset = offset;
        batch->begin = batch->end = 0;
        batch->is_last = false;
    }
    batch->place = *place;
}

int text_batch_count_columns(struct text_batch *batch, uint64_t *ret_columns, struct error *error)
{
    uint64_t columns = 0;
    bool ended = false;
    batch->format.columns = 0;
    int r = text_batch_fill(batch, error);
    if (r < 0)
        return r;
    uint64_t offset = text_batch_offset(batch);
    const struct text_place place = batch->place;
    if ((r = scan_row(batch, &columns, &ended, error)) < 0)
        return r;
    if (!ended && (r = scan_long_row(batch, &columns, error)) < 0)
        return r;
    stand_at(batch, offset, &place);
    *ret_columns = columns;
    return 0;
}

/* --- all rows --- */

/* Behind the first line end from a place on; NULL: there is none, or it is not known where it ends. */
static const char *next_line(const char *at, const char *end)
{
    while (at < end && !text_is_line_end(*at))
        at++;
    if (end - at < 2)
        return NULL;
    return at + 1 + (at[0] == '\r' && at[1] == '\n');
}

static void cut(struct text_batch *batch)
{
    const char *at = batch->buffer + batch->begin, *end = batch->buffer + batch->end;
    size_t left = text_batch_left(batch), target = left / TEXT_PIECES;
    int n = 0;
    while (at < end || n == 0) {
        const char *next = NULL;
        if (n < TEXT_PIECES - 1 && target >= PIECE_MIN && (size_t)(end - at) > target)
            next = next_line(at + target, end);
        batch->pieces[n] = (struct text_piece){
            .text = at, .end = next ? next : end, .cells = batch->cells + (at - batch->buffer) + n};
        at = batch->pieces[n++].end;
    }
    batch->pieces[0].place = batch->place;
    batch->pieces[n - 1].is_last = batch->is_last;
    batch->piece_count = n;
}

static void read_next(struct text_batch *batch)
{
    batch->next_size = input_read(batch->input, batch->next + CARRIED, TEXT_BATCH, &batch->next_error);
    batch->has_next = true;
    if (batch->next_size >= 0)
        memset(batch->next + CARRIED + batch->next_size, 0, TEXT_SLACK);
}

/* What was read beside the scan becomes the batch, behind what is carried over. */
static int take_next(struct text_batch *batch, struct error *error)
{
    size_t left = text_batch_left(batch);
    char *buffer = batch->next;
    assert(left <= CARRIED);
    if (batch->next_size < 0) {
        if (error)
            *error = batch->next_error;
        return (int)batch->next_size;
    }
    memcpy(buffer + CARRIED - left, batch->buffer + batch->begin, left);
    batch->next = batch->buffer;
    batch->buffer = buffer;
    batch->begin = CARRIED - left;
    batch->end = CARRIED + (size_t)batch->next_size;
    batch->is_last = (size_t)batch->next_size < TEXT_BATCH;
    batch->has_next = false;
    return 0;
}

/* The first unit reads on, each other scans a piece. */
static int work(void *context, uint64_t first, uint64_t count, struct error *error)
{
    struct text_batch *batch = context;
    (void)error;
    for (uint64_t i = first; i < first + count; i++)
        if (i > 0)
            text_scan(&batch->format, &batch->pieces[i - 1]);
        else if (!batch->is_last)
            read_next(batch);
    return 0;
}

/* Lines are counted from the begin of the first; each but that began with 0. */
static int join(struct text_batch *batch, struct error *error)
{
    uint64_t lines = 0;
    for (int i = 0; i < batch->piece_count; i++) {
        struct text_piece *piece = &batch->pieces[i];
        piece->fault.line += piece->fault.line > 0 ? lines : 0;
        piece->place.line += lines;
        lines = piece->place.line;
        if (piece->fault.line > 0)
            return fault_error(&piece->fault, error);
        assert(i == batch->piece_count - 1 || piece->stop == piece->end);
        text_counts_add(&batch->counts, &piece->counts);
    }
    const struct text_piece *last = &batch->pieces[batch->piece_count - 1];
    batch->place = last->place;
    batch->begin = (size_t)(last->stop - batch->buffer);
    batch->is_over = batch->is_last;
    return 0;
}

static int scan_next(struct text_batch *batch, struct error *error)
{
    int r = batch->has_next ? take_next(batch, error) : text_batch_fill(batch, error);
    if (r < 0)
        return r;
    cut(batch);
    batch->piece = 0;
    batch->given = 0;
    r = parallel_ranges((uint64_t)batch->piece_count + 1, 1, batch->threads, work, batch, NULL, error);
    return r < 0 ? r : join(batch, error);
}

/* Of the batch that was scanned last. */
static size_t give(struct text_batch *batch, char *buf, size_t size)
{
    size_t done = 0;
    while (done < size && batch->piece < batch->piece_count) {
        const struct text_piece *piece = &batch->pieces[batch->piece];
        size_t left = piece->count * sizeof *piece->cells - batch->given;
        size_t n = (size_t)min_u64(left, size - done);
        memcpy(buf + done, (const char *)piece->cells + batch->given, n);
        done += n;
        batch->given += n;
        if (n == left) {
            batch->piece++;
            batch->given = 0;
        }
    }
    return done;
}

ssize_t text_batch_read(struct text_batch *batch, void *buf, size_t size, struct error *error)
{
    size_t done = 0;
    for (;;) {
        done += give(batch, (char *)buf + done, size - done);
        if (done == size || batch->is_over)
            return (ssize_t)done;
        int r = scan_next(batch, error);
        if (r < 0)
            return r;
    }
}
