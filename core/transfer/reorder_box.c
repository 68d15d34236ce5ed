/*
 * One box: strips of it read, converted, turned into it, and what it became written.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/matrix/transpose.h"
#include "core/sys/checked.h"
#include "core/transfer/reorder_private.h"

/* Bytes that a strip should turn into one place, if its rows leave room for that. */
#define STRIP_LINE 64

#define RUN_ALONE (64u << 10) /* bytes */

static int stopped(struct error *error)
{
    return error_set(error, ECANCELED, "stopped");
}

/* Reads the strip, run by run, and converts each. *ret_runs is how it then lies in worker->converted. */
static int read_strip(struct reorder_worker *worker, const struct box *strip, struct runs *ret_runs,
                      struct error *error)
{
    const struct reorder_work *work = worker->work;
    const struct reorder_io *io = &work->reorder->io;
    struct runs from;
    runs_make(&work->grid, strip, false, work->from_size, &from);
    runs_make(&work->grid, strip, false, work->to_size, ret_runs);
    if (worker->converted == worker->strip)
        ret_runs->step = from.step;
    for (uint64_t i = 0; i < from.count; i++) {
        uint8_t *run = worker->strip + i * from.step;
        int r =
            io->read(io->context, runs_offset(&from, &work->grid, strip, i), run, (size_t)from.size, error);
        if (r < 0)
            return r;
        if (work->converter)
            converter_run(work->converter, run, worker->converted + i * ret_runs->step,
                          from.size / work->from_size, &worker->counts);
    }
    return 0;
}

/* Turns the converted strip into its place in the box that lies in memory at to, as runs say. */
static void turn_strip(const struct reorder_worker *worker, const struct box *strip, const struct runs *from,
                       const struct box *box, const struct runs *runs, uint8_t *to)
{
    struct transpose turn = {.rank = worker->work->grid.rank, .itemsize = (size_t)worker->work->to_size};
    size_t at = 0;
    runs_strides(from, strip, turn.from_stride);
    runs_strides(runs, box, turn.to_stride);
    for (int i = 0; i < turn.rank; i++) {
        turn.extent[i] = strip->extent[i];
        at += (size_t)(strip->origin[i] - box->origin[i]) * turn.to_stride[i];
    }
    transpose_run(&turn, worker->converted, to + at);
}

static int fill_box(struct reorder_worker *worker, const struct box *box, const struct runs *to,
                    struct error *error)
{
    const struct reorder_work *work = worker->work;
    struct grid strips;
    struct box strip;
    struct runs from;
    grid_of_box(work->grid.rank, box, &strips);
    uint64_t line = max_u64(STRIP_LINE / work->to_size, 1);
    grid_choose(&strips, work->reorder->sequential ? work->strip_limit : work->strip_limit / line,
                work->strip_limit);
    uint64_t count = grid_count(&strips);
    for (uint64_t i = 0; i < count; i++) {
        grid_box(&strips, i, &strip);
        for (int axis = 0; axis < strips.rank; axis++)
            strip.origin[axis] += box->origin[axis];
        int r = read_strip(worker, &strip, &from, error);
        if (r < 0)
            return r;
        turn_strip(worker, &strip, &from, box, to, worker->box);
    }
    return 0;
}

static int write_runs(const struct reorder_worker *worker, const struct box *box, const struct runs *runs,
                      struct error *error)
{
    const struct reorder_work *work = worker->work;
    const struct reorder_io *io = &work->reorder->io;
    for (uint64_t i = 0; i < runs->count; i++) {
        if (progress_cancelled(work->reorder->progress))
            return stopped(error);
        int r = io->write(io->context, runs_offset(runs, &work->grid, box, i), worker->box + i * runs->step,
                          (size_t)runs->size, error);
        if (r < 0)
            return r;
        progress_add(work->reorder->progress, runs->size);
    }
    return 0;
}

/* Short runs are written by one thread at a time: tmpfs would let them in by turns, and they would spend the
 * time spinning. For a few long ones to spin takes less than to be woken up. */
static int write_box(const struct reorder_worker *worker, const struct box *box, const struct runs *runs,
                     struct error *error)
{
    if (runs->size >= RUN_ALONE)
        return write_runs(worker, box, runs, error);
    pthread_mutex_lock(&worker->work->lock);
    int r = write_runs(worker, box, runs, error);
    pthread_mutex_unlock(&worker->work->lock);
    return r;
}

/* Of a large element (text: no others are converted) so many whole units that they fit, one by one. */
static void convert_units(struct reorder_worker *worker, size_t size)
{
    if (!worker->work->converter)
        return;
    struct converter unit = *worker->work->converter;
    unit.from_size = unit.to_size = unit.from_size / unit.parts;
    unit.parts = 1;
    converter_run(&unit, worker->strip, worker->strip, size / unit.from_size, &worker->counts);
}

/* One element, which is its own box, through the buffer of a strip. */
static int move_large(struct reorder_worker *worker, const struct runs *from, const struct runs *to,
                      const struct box *box, struct error *error)
{
    const struct reorder *reorder = worker->work->reorder;
    uint64_t source = runs_offset(from, &worker->work->grid, box, 0);
    uint64_t target = runs_offset(to, &worker->work->grid, box, 0);
    int r = 0;
    for (uint64_t done = 0; done < to->size && r == 0;) {
        size_t size = (size_t)min_u64(REORDER_ITEM_LARGE, to->size - done);
        if (progress_cancelled(reorder->progress))
            return stopped(error);
        r = reorder->io.read(reorder->io.context, source + done, worker->strip, size, error);
        if (r == 0) {
            convert_units(worker, size);
            r = reorder->io.write(reorder->io.context, target + done, worker->strip, size, error);
        }
        done += size;
        progress_add(reorder->progress, size);
    }
    return r;
}

/* A strip right into its place in the mapped target, of which the box is all. */
static int move_mapped(struct reorder_worker *worker, const struct box *strip, struct error *error)
{
    const struct reorder_work *work = worker->work;
    struct box whole = {0};
    struct runs from, to;
    int r = read_strip(worker, strip, &from, error);
    if (r < 0)
        return r;
    memcpy(whole.extent, work->grid.dims, sizeof whole.extent);
    runs_make(&work->grid, &whole, true, work->to_size, &to);
    turn_strip(worker, strip, &from, &whole, &to, work->map);
    progress_add(work->reorder->progress, box_elements(work->grid.rank, strip) * work->to_size);
    return 0;
}

int reorder_box(struct reorder_worker *worker, uint64_t index, struct error *error)
{
    const struct reorder_work *work = worker->work;
    struct box box;
    struct runs from, to;
    if (progress_cancelled(work->reorder->progress))
        return stopped(error);
    grid_box(&work->grid, index, &box);
    if (work->map)
        return move_mapped(worker, &box, error);
    runs_make(&work->grid, &box, true, work->to_size, &to);
    if (work->from_size > REORDER_ITEM_LARGE) {
        runs_make(&work->grid, &box, false, work->from_size, &from);
        return move_large(worker, &from, &to, &box, error);
    }
    int r = fill_box(worker, &box, &to, error);
    return r < 0 ? r : write_box(worker, &box, &to, error);
}

void reorder_worker_free(struct reorder_worker *worker)
{
    if (worker->converted != worker->strip)
        free(worker->converted);
    free(worker->strip);
    free(worker->box);
}

/* Where there are gaps between runs, they are an eighth of them at most. */
static size_t with_gaps(uint64_t bytes)
{
    return (size_t)(bytes + bytes / 8 + 64);
}

int reorder_worker_init(struct reorder_worker *worker, struct reorder_work *work, struct error *error)
{
    bool grows = work->to_size > work->from_size;
    *worker = (struct reorder_worker){.work = work};
    if (work->from_size > REORDER_ITEM_LARGE) {
        worker->strip = worker->converted = malloc(REORDER_ITEM_LARGE);
        return worker->strip ? 0 : error_set_errno(error, ENOMEM, "cannot change the order");
    }
    worker->strip = malloc(with_gaps(work->strip_limit * work->from_size));
    worker->converted = grows ? malloc(with_gaps(work->strip_limit * work->to_size)) : worker->strip;
    worker->box = malloc(with_gaps(work->box_limit * work->to_size));
    if (worker->strip && worker->converted && worker->box)
        return 0;
    reorder_worker_free(worker);
    return error_set_errno(error, ENOMEM, "cannot change the order");
}
