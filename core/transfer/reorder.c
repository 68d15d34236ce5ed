#include "core/transfer/reorder.h"

#include "core/sys/checked.h"
#include "core/sys/workers.h"
#include "core/transfer/reorder_private.h"

/*
 * Measured on two cores, 1 GiB of page cache into tmpfs, 11585 × 11585 of 8 bytes: 0.7 s, of which 0.23 are
 * the reservation, 0.35 writes and 0.1 for each thread reads and turning. Without the lock around the writes
 * of a box it is 1.2 s; with the target mapped 0.7 s as well, but then all of it counts as memory of ours.
 * A write of 1 KiB takes some 2 µs, as long as that of 4 KiB. 20 axes of 2, 8 MiB: 5.5 ms in boxes, 3.5 right
 * into the map; to turn boxes into windows of the map of a large target, where the other thread writes, gains
 * nothing where its runs are long, and takes twice as long where they are of 4 KiB.
 */
#define RUN_LONG     (4u << 10)   /* bytes; longer runs gain little */
#define WRITE_READ   2            /* how much longer a run to write should be than one to read */
#define BOX_SMALL    (512u << 10) /* bytes that a box begins with; doubled until its runs are long */
#define BOXES_LEAST  8            /* so that no thread waits for the other's only box */
#define STRIP        (256u << 10)
#define STRIP_MAPPED (128u << 10)
#define STRIP_STREAM (1u << 20) /* it may be a part of one long row only: the larger the better */
#define RUN_MAPPED   512        /* bytes; a stream's target of shorter runs is mapped, if it can be */
#define STRIP_LINES  128        /* bytes that a strip turns into one place of a small target */

bool reorder_is_needed(const struct matrix *matrix)
{
    struct grid grid;
    grid_of_matrix(matrix, &grid);
    for (int i = 0; i < grid.rank; i++)
        if (grid.dims[i] == 0)
            return false;
    return grid.rank >= 2 && matrix->dtype.itemsize > 0;
}

/* Of the whole matrix; matrix_bytes vouches for it. */
static uint64_t elements(const struct reorder_work *work)
{
    uint64_t n = 1;
    for (int i = 0; i < work->grid.rank; i++)
        n *= work->grid.dims[i];
    return n;
}

/* All of a small target is written: each thread makes its share of the pages ready. */
static void populate_share(const struct reorder_work *work, uint64_t thread)
{
    const struct reorder_io *io = &work->reorder->io;
    uint64_t size = elements(work) * work->to_size, share = size / work->threads + 1, at = thread * share;
    if (at < size)
        io->populate(io->context, at, min_u64(share, size - at));
}

/* What one thread does: box after box, until none is left. */
static int work_on(void *context, uint64_t thread, uint64_t count, struct error *error)
{
    struct reorder_work *work = context;
    struct reorder_worker worker;
    (void)count;
    int r = reorder_worker_init(&worker, work, error);
    if (r < 0)
        return r;
    if (work->map && !work->reorder->sequential)
        populate_share(work, thread);
    while (r == 0 && !atomic_load(&work->failed)) {
        uint64_t index = atomic_fetch_add(&work->next, 1);
        if (index >= work->boxes)
            break;
        r = reorder_box(&worker, index, error);
    }
    if (r < 0)
        atomic_store(&work->failed, true);
    pthread_mutex_lock(&work->lock);
    convert_counts_add(&work->counts, &worker.counts);
    pthread_mutex_unlock(&work->lock);
    reorder_worker_free(&worker);
    return r;
}

static uint64_t shorter_run(const struct reorder_work *work)
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
static uint64_t balanced_back(const struct reorder_work *work, uint64_t limit)
{
    uint64_t back = 1;
    while (back * back * work->from_size * WRITE_READ < limit * work->to_size)
        back++;
    return back;
}

/* Boxes of at most these bytes, as small as makes their runs long; not so few that a thread waits for the
 * other's. Of a stream as large as may be. */
static void choose_boxes(struct reorder_work *work, uint64_t bytes)
{
    bool sequential = work->reorder->sequential;
    uint64_t most = max_u64(bytes / work->to_size, 1);
    uint64_t limit = min_u64(most, max_u64(BOX_SMALL / work->to_size, 1));
    if (sequential)
        limit = most;
    else
        most = max_u64(limit, min_u64(most, elements(work) / BOXES_LEAST));
    for (;; limit = min_u64(most, limit * 2)) {
        grid_choose(&work->grid, sequential ? limit : balanced_back(work, limit), limit);
        if (limit == most || shorter_run(work) >= RUN_LONG)
            break;
    }
    work->box_limit = limit;
    work->boxes = grid_count(&work->grid);
}

/* Parts the memory of one thread. */
static void choose_sizes(struct reorder_work *work, uint64_t memory)
{
    uint64_t strip = min_u64(work->reorder->sequential ? STRIP_STREAM : STRIP, memory / 8);
    uint64_t item = max_u64(work->from_size, work->to_size);
    bool is_large = work->from_size > REORDER_ITEM_LARGE;
    work->strip_limit = max_u64(strip / item, 1);
    strip = work->strip_limit * item * (work->to_size > work->from_size ? 2 : 1);
    choose_boxes(work, is_large || memory <= strip ? 1 : (memory - strip) / 9 * 8);
}

/* A stream's target whose runs would be short, and a small one of which no run is long. */
static bool map_is_due(const struct reorder_work *work, uint64_t memory)
{
    const struct reorder *reorder = work->reorder;
    if (!reorder->io.map || work->from_size > REORDER_ITEM_LARGE || work->boxes == 1)
        return false;
    if (reorder->sequential)
        return shorter_run(work) < RUN_MAPPED;
    return shorter_run(work) < RUN_LONG && elements(work) <= memory / 4 * 3 / work->to_size;
}

/* Then boxes are strips: of a stream all of the memory, else what turns into whole lines of the cache. */
static void map_if_due(struct reorder_work *work, uint64_t memory)
{
    const struct reorder *reorder = work->reorder;
    if (!map_is_due(work, memory) || !(work->map = reorder->io.map(reorder->io.context)))
        return;
    uint64_t item = work->from_size + (work->to_size > work->from_size ? work->to_size : 0), line = 1;
    if (reorder->sequential)
        work->strip_limit = max_u64(memory / 9 * 8 / item, 1);
    else {
        work->strip_limit = min_u64(work->strip_limit, max_u64(STRIP_MAPPED / item, 1));
        line = max_u64(STRIP_LINES / work->to_size, 1);
    }
    work->box_limit = 0;
    grid_choose(&work->grid, work->strip_limit / line, work->strip_limit);
    work->boxes = grid_count(&work->grid);
}

int reorder_run(const struct reorder *reorder, struct convert_counts *counts, struct error *error)
{
    const struct converter *converter =
        reorder->converter && !reorder->converter->is_copy ? reorder->converter : NULL;
    uint64_t itemsize = reorder->matrix->dtype.itemsize;
    uint64_t memory = reorder->memory ? reorder->memory : REORDER_MEMORY;
    struct reorder_work work = {.reorder = reorder,
                                .converter = converter,
                                .threads = reorder->threads ? reorder->threads
                                                            : workers_useful_threads(REORDER_THREADS),
                                .lock = PTHREAD_MUTEX_INITIALIZER,
                                .from_size = converter ? converter->from_size : itemsize,
                                .to_size = converter ? converter->to_size : itemsize};
    if (!reorder_is_needed(reorder->matrix))
        return 0;
    if (reorder->sequential)
        work.threads = 1;
    grid_of_matrix(reorder->matrix, &work.grid);
    choose_sizes(&work, memory / work.threads);
    map_if_due(&work, memory);
    work.threads = (unsigned)min_u64(work.threads, work.boxes);
    int r = parallel_ranges(work.threads, 1, work.threads, work_on, &work, reorder->progress, error);
    pthread_mutex_destroy(&work.lock);
    if (counts)
        convert_counts_add(counts, &work.counts);
    return r;
}
