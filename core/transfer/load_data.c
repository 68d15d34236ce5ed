/*
 * How the data get from the file into the segment: as they are, in the kernel; converted, in blocks that stay
 * in the second cache between read, conversion and write, on several threads at different places of the
 * file; in another order, box by box (reorder.h). Streams are in load_stream.c.
 *
 * A thread that converts right into a window of a map of the segment, instead of waiting for its turn to
 * write, does not gain as one that copies (core/segment/publish_copy.c): what it writes is in the cache, and
 * the page would be zeroed first. Measured, 256 MiB: as float16 73 ms instead of 55, as float32 95 instead
 * of 73.
 */
#include <errno.h>
#include <stdlib.h>

#include "core/sys/checked.h"
#include "core/sys/workers.h"
#include "core/transfer/load_private.h"

#define BLOCKS_RANGE 16 /* that a thread takes at a time, with one allocation */

static int read_file(const struct run *run, uint64_t offset, void *buf, size_t size, struct error *error)
{
    const struct source *source = run->load->source;
    ssize_t n = input_pread(&source->input, buf, size, source->matrix.offset + offset, error);
    if (n >= 0 && (size_t)n < size)
        n = error_set(error, ESTALE, "the file shrank while it was read");
    return load_blame_file(run->load, n < 0 ? (int)n : 0);
}

void *run_convert(const struct run *run, void *from, void *to, uint64_t units)
{
    const struct plan *plan = &run->plan;
    struct convert_counts counts = {0};
    void *result = plan->unit_to <= plan->unit_from ? from : to;
    converter_run(&plan->converter, from, result, units, &counts);
    run_count(run, &counts);
    return result;
}

/* Converts units of the file from first on; buf has room for them before and behind the conversion. */
static int convert_block(const struct run *run, uint64_t first, uint64_t units, uint8_t *buf,
                         struct error *error)
{
    const struct plan *plan = &run->plan;
    size_t size = (size_t)(units * plan->unit_from), to_size = (size_t)(units * plan->unit_to);
    if (progress_cancelled(run->progress))
        return error_set(error, ECANCELED, "stopped");
    int r = read_file(run, first * plan->unit_from, buf, size, error);
    if (r < 0)
        return r;
    r = run_write(run, first * plan->unit_to, run_convert(run, buf, buf + size, units), to_size, error);
    if (r == 0)
        progress_add(run->progress, to_size);
    return r;
}

static int convert_range(void *context, uint64_t first, uint64_t count, struct error *error)
{
    const struct run *run = context;
    uint64_t block = min_u64(plan_block(&run->plan), count);
    uint8_t *buf = malloc(block * (run->plan.unit_from + run->plan.unit_to));
    int r = buf ? 0 : error_set_errno(error, ENOMEM, "cannot convert");
    for (uint64_t done = 0; r == 0 && done < count; done += block)
        r = convert_block(run, first + done, min_u64(block, count - done), buf, error);
    free(buf);
    return r;
}

/* --- another order --- */

static int read_turned(void *context, uint64_t offset, void *buf, size_t size, struct error *error)
{
    const struct run *run = context;
    struct source *source = run->load->source;
    if (source->is_direct)
        return read_file(run, offset, buf, size, error);
    return load_blame_file(run->load, source_read_all(source, buf, size, error));
}

int run_turn(struct run *run, const struct matrix *from, const struct reorder_io *io, bool sequential,
             struct error *error)
{
    struct converter converter;
    struct convert_counts counts = {0};
    bool converts = !dtype_equal(&from->dtype, &run->plan.target.dtype);
    int r =
        converts ? converter_make(&from->dtype, &run->plan.target.dtype, CONVERT_BEST, &converter, error) : 0;
    if (r < 0)
        return r;
    const struct reorder reorder = {.matrix = from,
                                    .converter = converts ? &converter : NULL,
                                    .sequential = sequential,
                                    .io = *io,
                                    .threads = (unsigned)min_u64(run->threads, REORDER_THREADS),
                                    .progress = run->progress};
    r = reorder_run(&reorder, &counts, error);
    run_count(run, &counts);
    return r;
}

static int write_turned(void *context, uint64_t offset, const void *bytes, size_t size, struct error *error)
{
    return run_write(context, offset, bytes, size, error);
}

uint8_t *run_map(const struct run *run)
{
    uint8_t *bytes;
    int r = publish_map(run->publish, &bytes, NULL);
    return r < 0 ? NULL : bytes + run->plan.header_size;
}

static uint8_t *map_turned(void *context)
{
    return run_map(context);
}

void run_populate(const struct run *run, uint64_t offset, uint64_t size)
{
    publish_map_populate(run->publish, run->plan.header_size + offset, size);
}

static void populate_turned(void *context, uint64_t offset, uint64_t size)
{
    run_populate(context, offset, size);
}

static int turn_data(struct run *run, struct error *error)
{
    const struct source *source = run->load->source;
    const struct reorder_io io = {read_turned, write_turned, map_turned, populate_turned, run};
    return run_turn(run, &source->matrix, &io, !source->is_direct, error);
}

int run_move(struct run *run, struct error *error)
{
    const struct plan *plan = &run->plan;
    const struct source *source = run->load->source;
    run->load->is_used_up = !source->is_direct;
    if (plan->reorders)
        return turn_data(run, error);
    if (!source->is_direct)
        return run_pump(run, &(uint64_t){0}, error);
    if (plan->converts)
        return parallel_ranges(plan->units, plan_block(plan) * BLOCKS_RANGE, run->threads, convert_range, run,
                               run->progress, error);
    int r = publish_copy(run->publish, plan->header_size, source->input.fd,
                         source->input.start + source->matrix.offset, plan->units, run->threads > 1,
                         run->progress, error);
    return r == -ESTALE ? load_blame_file(run->load, r) : r;
}
