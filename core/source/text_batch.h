/*
 * A text that is read once from its begin, batch by batch, each of a fixed size. A batch is cut into pieces
 * at ends of lines, which are scanned at once on several threads. What stands behind the last cell that it
 * holds whole is carried over to the next; a line that is longer than a batch is scanned on one thread.
 */
#ifndef SHMTOP_CORE_SOURCE_TEXT_BATCH_H
#define SHMTOP_CORE_SOURCE_TEXT_BATCH_H

#include "core/source/input.h"
#include "core/source/text_scan.h"

#define TEXT_BATCH  ((size_t)768 << 10)
#define TEXT_PIECES 4

/* Its members may be looked at. */
struct text_batch {
    struct input *input; /* borrowed */
    struct text_format format;
    unsigned threads;
    char *buffer;      /* room for what is carried over, TEXT_BATCH bytes and TEXT_SLACK; owned */
    size_t begin, end; /* of what stands in it and was not scanned yet */
    uint64_t offset;   /* in the input: of the buffer's first byte, until the first text_batch_read */
    bool is_last;      /* nothing follows what stands in it */
    bool is_over;      /* all was scanned */
    char *next;        /* another such buffer, for the batch that follows; owned */
    ssize_t next_size; /* bytes that were read into it, or -errno */
    bool has_next;
    struct error next_error;
    struct text_place place; /* of begin */
    struct text_counts counts;

    uint64_t *cells; /* room for those of a batch; owned */
    struct text_piece pieces[TEXT_PIECES];
    int piece_count, piece; /* of the batch that was scanned last; of these the one that is given next */
    size_t given;           /* bytes of that piece which were given */
};

/* Format and threads are still to be set. -ENOMEM. */
int text_batch_open(struct text_batch *ret_batch, struct input *input, struct error *error);
void text_batch_close(struct text_batch *batch);

static inline size_t text_batch_left(const struct text_batch *batch)
{
    return batch->end - batch->begin;
}

/* In the input: of what comes next. */
static inline uint64_t text_batch_offset(const struct text_batch *batch)
{
    return batch->offset + batch->begin;
}

/* Reads until the buffer is full, or the input ends. 0 or -errno, as the two that follow. */
int text_batch_fill(struct text_batch *batch, struct error *error);

/* Passes over the rest of a line, its end included; over spaces. */
int text_batch_skip_line(struct text_batch *batch, struct error *error);
int text_batch_skip_spaces(struct text_batch *batch, struct error *error);

/*
 * Counts the columns of the row that comes next, 0 where none does, and stands before it again. -EBADMSG for
 * what is no row, by line and column; -ENOTSUP for one longer than a batch in a stream.
 */
int text_batch_count_columns(struct text_batch *batch, uint64_t *ret_columns, struct error *error);

/* The next size bytes of cells, fewer only at the end. The count, -EBADMSG as above, or -errno. */
ssize_t text_batch_read(struct text_batch *batch, void *buf, size_t size, struct error *error);

#endif
