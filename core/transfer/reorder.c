#include "core/transfer/reorder.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "core/matrix/transpose.h"
#include "core/sys/checked.h"
#include "core/sys/workers.h"
#include "core/transfer/boxes.h"

/*
 * Measured on two cores with 1 GiB of page cache: a read or write of 8 KiB takes 2 to 3 times as long as the
 * same bytes of a large one takes, and half of the time is spent in writes, one after another. A strip that
 * leaves the second cache makes turning twice as long.
 */
#define RUN_LONG  (8u << 10)   /* bytes; longer runs gain nothing more */
#define BOX_SMALL (512u << 10) /* bytes a box begins with; doubled until its runs are long */
#define STRIP     (256u << 10)
#define STRIP_STREAM                                                                                         \
    (1u << 20)         /* of a stream a strip may be a part of one long row: the larger the better           \
                        */
#define STRIP_LINE 128 /* bytes that a strip should write together */
#define WRITE_READ 2
#define ITEM_LARGE (64u << 10)

/* What all threads share. */
struct work {
    const struct reorder *reorder;
    const struct converter *converter; /* NULL: none */
    uint64_t from_size, to_size;       /* bytes of an element */
    struct grid grid;                  /* the matrix in boxes */
    uint64_t boxes;
    uint64_t box_limit, strip_limit; /* elements */
    pthread_mutex_t lock;            /* of writes, and counts */
    _Atomic uint64_t next;           /* box */
    _Atomic bool failed;
    struct convert_counts counts;
};

/* What each has for itself. */
struct worker {
    struct work *work;
    uint8_t *strip, *converted, *box; /* converted is the strip itself where elements do not grow */
    struct convert_counts counts;
};

bool reorder_is_needed(const struct matrix *matrix)
{
    struct grid grid;
    grid_of_matrix(matrix, &grid);
    for (int i = 0; i < grid.rank; i++)
        if (grid.dims[i] == 0)
            return false;
    return grid.rank >= 2 && matrix->dtype.itemsize > 0;
}

static int stopped(struct error *error)
{
    return error_set(error, ECANCELED, "stopped");
}

/* Reads the strip, run by run, and converts each. *ret_runs is how it then lies in worker->converted. */
static int read_strip(struct worker *worker, const struct box *strip, struct runs *ret_runs,
                      struct error *error)
{
    const struct work *work = worker->work;
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

/* Turns the converted strip into its place in the box; to: how the box lies. */
static void turn_strip(const struct worker *worker, const struct box *strip, const struct runs *from,
                       const struct box *box, const struct runs *to)
{
    struct transpose turn = {.rank = worker->work->grid.rank, .itemsize = (size_t)worker->work->to_size};
    size_t at = 0;
    runs_strides(from, strip, turn.from_stride);
    runs_strides(to, box, turn.to_stride);
    for (int i = 0; i < turn.rank; i++) {
        turn.extent[i] = strip->extent[i];
        at += (size_t)(strip->origin[i] - box->origin[i]) * turn.to_stride[i];
    }
    transpose_run(&turn, worker->converted, worker->box + at);
}

static int fill_box(struct worker *worker, const struct box *box, const struct runs *to, struct error *error)
{
    const struct work *work = worker->work;
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
        turn_strip(worker, &strip, &from, box, to);
    }
    return 0;
}

static int write_runs(const struct worker *worker, const struct box *box, const struct runs *runs,
                      struct error *error)
{
    const struct work *work = worker->work;
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

/* One thread at a time: tmpfs would let them in by turns, and they would spend the time spinning. */
static int write_box(const struct worker *worker, const struct box *box, const struct runs *runs,
                     struct error *error)
{
    pthread_mutex_lock(&worker->work->lock);
    int r = write_runs(worker, box, runs, error);
    pthread_mutex_unlock(&worker->work->lock);
    return r;
}

/* Of a large element (text: no others are converted) so many whole units that they fit, one by one. */
static void convert_units(struct worker *worker, size_t size)
{
    if (!worker->work->converter)
        return;
    struct converter unit = *worker->work->converter;
    unit.from_size = unit.to_size = unit.from_size / unit.parts;
    unit.parts = 1;
    converter_run(&unit, worker->strip, worker->strip, size / unit.from_size, &worker->counts);
}

/* One element, which is its own box, through the buffer of a strip. */
static int move_large(struct worker *worker, const struct runs *from, const struct runs *to,
                      const struct box *box, struct error *error)
{
    const struct reorder *reorder = worker->work->reorder;
    uint64_t source = runs_offset(from, &worker->work->grid, box, 0);
    uint64_t target = runs_offset(to, &worker->work->grid, box, 0);
    int r = 0;
    for (uint64_t done = 0; done < to->size && r == 0;) {
        size_t size = (size_t)min_u64(ITEM_LARGE, to->size - done);
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

static int move_box(struct worker *worker, uint64_t index, struct error *error)
{
    const struct work *work = worker->work;
    struct box box;
    struct runs from, to;
    if (progress_cancelled(work->reorder->progress))
        return stopped(error);
    grid_box(&work->grid, index, &box);
    runs_make(&work->grid, &box, true, work->to_size, &to);
    if (work->from_size > ITEM_LARGE) {
        runs_make(&work->grid, &box, false, work->from_size, &from);
        return move_large(worker, &from, &to, &box, error);
    }
    int r = fill_box(worker, &box, &to, error);
    return r < 0 ? r : write_box(worker, &box, &to, error);
}

static void worker_free(struct worker *worker)
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

static int worker_init(struct worker *worker, struct work *work, struct error *error)
{
    bool grows = work->to_size > work->from_size;
    *worker = (struct worker){.work = work};
    if (work->from_size > ITEM_LARGE) {
        worker->strip = worker->converted = malloc(ITEM_LARGE);
        return worker->strip ? 0 : error_set_errno(error, ENOMEM, "cannot change the order");
    }
    worker->strip = malloc(with_gaps(work->strip_limit * work->from_size));
    worker->converted = grows ? malloc(with_gaps(work->strip_limit * work->to_size)) : worker->strip;
    worker->box = malloc(with_gaps(work->box_limit * work->to_size));
    if (worker->strip && worker->converted && worker->box)
        return 0;
    worker_free(worker);
    return error_set_errno(error, ENOMEM, "cannot change the order");
}

/* What one thread does: box after box, until none is left. */
static int work_on(void *context, uint64_t first, uint64_t count, struct error *error)
{
    struct work *work = context;
    struct worker worker;
    (void)first;
    (void)count;
    int r = worker_init(&worker, work, error);
    if (r < 0)
        return r;
    while (r == 0 && !atomic_load(&work->failed)) {
        uint64_t index = atomic_fetch_add(&work->next, 1);
        if (index >= work->boxes)
            break;
        r = move_box(&worker, index, error);
    }
    if (r < 0)
        atomic_store(&work->failed, true);
    pthread_mutex_lock(&work->lock);
    convert_counts_add(&work->counts, &worker.counts);
    pthread_mutex_unlock(&work->lock);
    worker_free(&worker);
    return r;
}

static uint64_t shorter_run(const struct work *work)
{
    struct box box;
    struct runs from, to;
    grid_box(&work->grid, 0, &box);
    runs_make(&work->grid, &box, false, work->from_size, &from);
    runs_make(&work->grid, &box, true, work->to_size, &to);
    return min_u64(from.size, to.size);
}

/* Elements at the end of the axes that make the runs of the target WRITE_READ times as long as those of the
 * source. */
static uint64_t balanced_back(const struct work *work, uint64_t limit)
{
    uint64_t back = 1;
    while (back * back * work->from_size * WRITE_READ < limit * work->to_size)
        back++;
    return back;
}

/* Boxes of at most these bytes, as small as makes their runs long. */
static void choose_boxes(struct work *work, uint64_t bytes)
{
    uint64_t most = max_u64(bytes / work->to_size, 1);
    uint64_t limit = work->reorder->sequential ? most : min_u64(most, max_u64(BOX_SMALL / work->to_size, 1));
    for (;; limit = min_u64(most, limit * 2)) {
        grid_choose(&work->grid, work->reorder->sequential ? limit : balanced_back(work, limit), limit);
        if (limit == most || shorter_run(work) >= RUN_LONG)
            break;
    }
    work->box_limit = limit;
    work->boxes = grid_count(&work->grid);
}

/* Parts the memory of one thread. */
static void choose_sizes(struct work *work, uint64_t memory)
{
    uint64_t strip = min_u64(work->reorder->sequential ? STRIP_STREAM : STRIP, memory / 8);
    uint64_t item = max_u64(work->from_size, work->to_size);
    bool is_large = work->from_size > ITEM_LARGE;
    work->strip_limit = max_u64(strip / item, 1);
    strip = work->strip_limit * item * (work->to_size > work->from_size ? 2 : 1);
    choose_boxes(work, is_large || memory <= strip ? 1 : (memory - strip) / 9 * 8);
}

int reorder_run(const struct reorder *reorder, struct convert_counts *counts, struct error *error)
{
    const struct converter *converter =
        reorder->converter && !reorder->converter->is_copy ? reorder->converter : NULL;
    uint64_t itemsize = reorder->matrix->dtype.itemsize;
    uint64_t memory = reorder->memory ? reorder->memory : REORDER_MEMORY;
    unsigned threads = reorder->threads ? reorder->threads : workers_useful_threads(REORDER_THREADS);
    struct work work = {.reorder = reorder,
                        .converter = converter,
                        .lock = PTHREAD_MUTEX_INITIALIZER,
                        .from_size = converter ? converter->from_size : itemsize,
                        .to_size = converter ? converter->to_size : itemsize};
    if (!reorder_is_needed(reorder->matrix))
        return 0;
    if (reorder->sequential)
        threads = 1;
    grid_of_matrix(reorder->matrix, &work.grid);
    choose_sizes(&work, memory / threads);
    threads = (unsigned)min_u64(threads, work.boxes);
    int r = parallel_ranges(threads, 1, threads, work_on, &work, reorder->progress, error);
    pthread_mutex_destroy(&work.lock);
    if (counts)
        convert_counts_add(counts, &work.counts);
    return r;
}
