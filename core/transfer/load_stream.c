/*
 * A load of what comes as a stream: read (inflated, parsed) on one thread, beside the conversion and the
 * write on another.
 *
 * Where nobody knows how much will come, room is asked for and reserved piece by piece, always before
 * anything is written into it, the header is written last, and what was reserved too much is cut off. The
 * header of such a matrix is as long for any number of rows. In the other order it goes through a file
 * without a name: where an element belongs is known only when all rows are there.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "core/sys/checked.h"
#include "core/sys/fd.h"
#include "core/sys/pump.h"
#include "core/transfer/load_private.h"

#define GROW_FIRST (1u << 20) /* bytes reserved at first; then as many as there were so far */

struct stream {
    struct run *run;
    uint8_t *converted; /* a block's, where it does not fit in its place; owned */
    uint64_t units;     /* so far */
    uint64_t room;      /* reserved for data, of one that grows */
};

static ssize_t fill(void *context, void *buf, size_t size, struct error *error)
{
    const struct stream *stream = context;
    struct source *source = stream->run->load->source;
    ssize_t n = source->is_open_ended ? source->ops->read(source, buf, size, error)
                                      : source_read_unchecked(source, buf, size, error);
    if (n < 0)
        return load_blame_file(stream->run->load, (int)n);
    return source->is_open_ended ? n : (ssize_t)size;
}

/* As much as there was so far, so that the room is seldom asked; near its end in small pieces. */
static int choose_piece(const struct stream *stream, uint64_t needed, uint64_t *ret_piece,
                        struct error *error)
{
    uint64_t piece = max_u64(needed, min_u64(max_u64(stream->room, GROW_FIRST), PUBLISH_PIECE));
    int r = run_check_room(stream->run, piece, NULL);
    *ret_piece = r < 0 ? needed : piece;
    return r < 0 ? run_check_room(stream->run, needed, error) : 0;
}

static int make_room(struct stream *stream, uint64_t needed, struct error *error)
{
    struct run *run = stream->run;
    uint64_t piece;
    int r = choose_piece(stream, needed, &piece, error);
    if (r == 0)
        r = publish_grow(run->publish, run->plan.header_size + stream->room + piece, run->progress, error);
    if (r == 0)
        stream->room += piece;
    return r;
}

static int empty(void *context, void *bytes, size_t size, struct error *error)
{
    struct stream *stream = context;
    const struct run *run = stream->run;
    const struct plan *plan = &run->plan;
    uint64_t units = size / plan->unit_from, at = stream->units * plan->unit_to;
    uint64_t end = at + units * plan->unit_to;
    if (size % plan->unit_from != 0)
        return load_blame_file(run->load, error_set(error, EBADMSG, "ends within an element"));
    int r = plan->grows && end > stream->room ? make_room(stream, end - stream->room, error) : 0;
    if (r < 0)
        return r;
    source_check(run->load->source, bytes, size);
    const void *result = plan->converts ? run_convert(run, bytes, stream->converted, units) : bytes;
    r = run_write(run, at, result, (size_t)(end - at), error);
    stream->units += units;
    progress_add(run->progress, end - at);
    return r;
}

int run_pump(struct run *run, uint64_t *ret_units, struct error *error)
{
    const struct plan *plan = &run->plan;
    struct stream stream = {.run = run};
    uint64_t block = plan_block(plan);
    if (plan->unit_to > plan->unit_from && !(stream.converted = malloc(block * plan->unit_to)))
        return error_set_errno(error, ENOMEM, "cannot convert");
    const struct pump pump = {fill, empty, &stream, (size_t)(block * plan->unit_from)};
    int r = pump_run(&pump, plan->grows ? UINT64_MAX : plan->units * plan->unit_from, run->threads > 1,
                     run->progress, error);
    free(stream.converted);
    *ret_units = stream.units;
    return r;
}

/* --- of unknown length --- */

/* The number of rows, and with it the rest of the plan. */
static int complete_plan(struct run *run, uint64_t units, struct error *error)
{
    struct source *source = run->load->source;
    struct plan plan;
    uint64_t row, bytes = units * run->plan.unit_from;
    source->matrix.shape[0] = 1;
    int r = source_bytes(source, &row, error);
    if (r == 0 && (row == 0 || bytes % row != 0))
        r = error_set(error, EBADMSG, "ends within a row");
    if (r < 0)
        return load_blame_file(run->load, r);
    source->matrix.shape[0] = bytes / row;
    source->is_open_ended = false;
    if ((r = plan_make(run->load, run->options, &plan, error)) < 0)
        return r;
    assert(plan.header_size == run->plan.header_size && plan.units == units);
    plan_clear(&run->plan);
    run->plan = plan;
    return 0;
}

struct spooled {
    const struct run *run;
    int fd;
};

static int read_spooled(void *context, uint64_t offset, void *buf, size_t size, struct error *error)
{
    const struct spooled *spooled = context;
    ssize_t n = fd_pread_full(spooled->fd, buf, size, spooled->run->plan.header_size + offset);
    if (n >= 0 && (size_t)n < size)
        n = -EIO;
    return n < 0 ? error_set_errno(error, (int)-n, "cannot read what was written") : 0;
}

static int write_turned(void *context, uint64_t offset, const void *bytes, size_t size, struct error *error)
{
    const struct spooled *spooled = context;
    return run_write(spooled->run, offset, bytes, size, error);
}

static uint8_t *map_turned(void *context)
{
    const struct spooled *spooled = context;
    return run_map(spooled->run);
}

static void populate_turned(void *context, uint64_t offset, uint64_t size)
{
    const struct spooled *spooled = context;
    run_populate(spooled->run, offset, size);
}

/* What was written in C order so far, anew in the other. */
static int turn_written(struct run *run, struct error *error)
{
    const struct plan *plan = &run->plan;
    int fd AUTO_CLOSE = -1;
    int r = publish_restart(run->publish, &fd, error);
    if (r < 0 || (r = run_check_room(run, plan->bytes, error)) < 0)
        return r;
    run_restart_progress(run, plan->bytes);
    if ((r = publish_reserve(run->publish, plan->bytes, run->progress, error)) < 0 ||
        (r = run_write_header(run, error)) < 0)
        return r;
    struct spooled spooled = {run, fd};
    struct matrix written = plan->target; /* borrows */
    written.order = 'C';
    const struct reorder_io io = {read_spooled, write_turned, map_turned, populate_turned, &spooled};
    return run_turn(run, &written, &io, false, error);
}

int run_grow(struct run *run, struct error *error)
{
    uint64_t units;
    run->load->is_used_up = true;
    int r = publish_grow(run->publish, run->plan.header_size, run->progress, error);
    if (r < 0 || (r = run_pump(run, &units, error)) < 0 || (r = complete_plan(run, units, error)) < 0)
        return r;
    if (run->plan.reorders)
        return turn_written(run, error);
    r = publish_set_size(run->publish, run->plan.bytes, error);
    return r < 0 ? r : run_write_header(run, error);
}
