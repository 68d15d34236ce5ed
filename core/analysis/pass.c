/*
 * What lies together at the bottom of the sorted axes is a run, and is read straight into the block. Around
 * it are levels, axes whose steps lie apart. Where the steps of a level lie close, so many of them as the
 * span buffer holds are read with all that is between them, and the runs gathered from there; where not, each
 * step is read by itself. A level is close only where all within it are.
 */
#include "core/analysis/pass.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/sys/calls.h"
#include "core/sys/checked.h"
#include "core/sys/fd.h"
#include "core/sys/workers.h"

#define SPAN (UINT64_C(1) << 20) /* bytes that are read at once where not all of them are wanted */
/* A pread costs about as much as copying so many bytes: up to that gap, reading on is cheaper than reading
 * anew. */
#define GAP 4096
/* A run of so many bytes is worth a pread of its own, which spares gathering it. */
#define RUN_LONG (UINT64_C(32) << 10)
/* What reading a block may cost, in bytes: small blocks where elements lie far apart, so that threads share
 * the work and a cancel is soon heard. */
#define COST_MAX 4e6
#define ALIGN    64

struct level {
    uint64_t count, stride;
    uint64_t inner; /* elements of a step */
    uint64_t span;  /* bytes from the first to behind the last of them */
    bool close;     /* steps are read together */
};

/* How elements are fetched: the axes of a pass, those that lie together merged. */
struct layers {
    uint64_t itemsize;
    uint64_t run; /* elements that lie together */
    int rank;
    struct level level[MATRIX_RANK_MAX]; /* the last one lies closest */
};

/* --- the plan --- */

struct sorting {
    uint64_t stride, count;
    int axis;
    bool reversed;
};

/* Those that lie farthest apart first. */
static int compare_axes(const void *a, const void *b)
{
    const struct sorting *x = a, *y = b;
    if (x->stride != y->stride)
        return x->stride > y->stride ? -1 : 1;
    return x->axis - y->axis;
}

static void sort_axes(const struct view *view, struct pass *pass)
{
    struct sorting list[MATRIX_RANK_MAX];
    for (int axis = 0; axis < view->rank; axis++) {
        int64_t stride = view->stride[axis], last = (int64_t)view->count[axis] - 1;
        if (last == 0)
            continue;
        bool reversed = stride < 0;
        list[pass->rank++] = (struct sorting){.stride = reversed ? -(uint64_t)stride : (uint64_t)stride,
                                              .count = view->count[axis],
                                              .axis = axis,
                                              .reversed = reversed};
        if (reversed)
            pass->start += last * stride;
    }
    qsort(list, (size_t)pass->rank, sizeof list[0], compare_axes);
    for (int k = 0; k < pass->rank; k++) {
        pass->count[k] = list[k].count;
        pass->stride[k] = (int64_t)list[k].stride;
        pass->axis[k] = list[k].axis;
        pass->reversed[k] = list[k].reversed;
    }
}

static void merge_axes(const struct pass *pass, struct layers *layers)
{
    struct level merged[MATRIX_RANK_MAX]; /* the first one lies closest */
    int n = 0;
    uint64_t itemsize = pass->dtype.itemsize;
    *layers = (struct layers){.itemsize = itemsize, .run = 1};
    for (int k = pass->rank - 1; k >= 0; k--) {
        uint64_t stride = (uint64_t)pass->stride[k];
        if (n == 0 && stride == layers->run * itemsize)
            layers->run *= pass->count[k];
        else if (n > 0 && stride == merged[n - 1].stride * merged[n - 1].count)
            merged[n - 1].count *= pass->count[k];
        else
            merged[n++] = (struct level){.count = pass->count[k], .stride = stride};
    }
    layers->rank = n;
    uint64_t inner = layers->run, span = inner * itemsize;
    bool close = span < RUN_LONG;
    for (int i = 0; i < n; i++) {
        struct level *level = &layers->level[n - 1 - i];
        *level = merged[i];
        level->inner = inner;
        level->span = span;
        close = close && span + level->stride <= SPAN && level->stride <= span + GAP;
        level->close = close;
        inner *= level->count;
        span += (level->count - 1) * level->stride;
    }
}

/* What reading an element costs on average, in bytes copied. */
static double cost_of_element(const struct layers *layers)
{
    double cost = (double)layers->run * (double)layers->itemsize, elements = (double)layers->run;
    for (int k = layers->rank - 1; k >= 0; k--) {
        const struct level *level = &layers->level[k];
        cost = level->close ? (double)level->stride : cost + GAP;
        cost *= (double)level->count;
        elements *= (double)level->count;
    }
    return cost / elements;
}

/* Whole steps of an axis where they fit, so that a block begins where an axis does. */
static uint64_t choose_block(const struct pass *pass, double cost)
{
    uint64_t most = PASS_BLOCK / max_u64(pass->dtype.itemsize, 1), inner = 1;
    if (cost * (double)most > COST_MAX)
        most = (uint64_t)(COST_MAX / cost);
    most = max_u64(most, 1);
    for (int k = pass->rank - 1; k >= 0 && pass->count[k] <= most / inner; k--)
        inner *= pass->count[k];
    return min_u64(most / inner * inner, max_u64(pass->elements, 1));
}

int pass_plan(int fd, const struct matrix *matrix, const struct view *view, struct pass *ret_pass,
              struct error *error)
{
    struct pass pass = {
        .fd = fd, .dtype = matrix->dtype, .elements = view_elements(view), .slots = PASS_SLOTS_MAX};
    if (pass.dtype.itemsize > PASS_ITEM_MAX)
        return error_set(error, ENOTSUP, "elements of %llu bytes are too large to be read one by one",
                         (unsigned long long)pass.dtype.itemsize);
    pass.start = (int64_t)matrix->offset + view->start;
    if (pass.elements > 0)
        sort_axes(view, &pass);
    struct layers layers;
    merge_axes(&pass, &layers);
    pass.cost = cost_of_element(&layers);
    pass.block = choose_block(&pass, pass.cost);
    *ret_pass = pass;
    return 0;
}

uint64_t pass_blocks(const struct pass *pass)
{
    return pass->elements / pass->block + (pass->elements % pass->block != 0);
}

unsigned pass_threads(const struct pass *pass, unsigned limit)
{
    double worth = pass->cost * (double)pass->elements / (double)PASS_BLOCK;
    uint64_t most = limit > 0 && limit < PASS_THREADS_MAX ? limit : PASS_THREADS_MAX;
    if (worth < (double)most)
        most = max_u64((uint64_t)worth, 1);
    return workers_useful_threads((unsigned)min_u64(most, max_u64(pass_blocks(pass), 1)));
}

/* --- fetching --- */

struct fetch {
    int fd;
    const struct layers *layers;
    struct progress *progress;
    struct error *error;
    char *span; /* SPAN bytes; allocated when first needed */
};

static int read_at(const struct fetch *fetch, uint64_t offset, char *into, uint64_t size)
{
    if (progress_cancelled(fetch->progress))
        return error_set(fetch->error, ECANCELED, "stopped");
    ssize_t n = fd_pread_full(fetch->fd, into, size, offset);
    if (n < 0)
        return error_set_errno(fetch->error, (int)-n, "cannot read");
    if ((uint64_t)n < size)
        return error_set(fetch->error, ESTALE, "it shrank while it was read");
    return 0;
}

#define GATHER(size)                                                                                         \
    for (uint64_t i = 0; i < n; i++)                                                                         \
    memcpy(to + i * (size), from + i * stride, (size))

static char *gather_runs(uint64_t n, uint64_t stride, uint64_t size, const char *from, char *to)
{
    switch (size) {
    case 1:
        GATHER(1);
        break;
    case 2:
        GATHER(2);
        break;
    case 4:
        GATHER(4);
        break;
    case 8:
        GATHER(8);
        break;
    case 16:
        GATHER(16);
        break;
    default:
        GATHER(size);
    }
    return to + n * size;
}

/* So many steps of a level, packed. Returns what is behind them. */
static char *gather(const struct layers *layers, int k, uint64_t steps, const char *from, char *to)
{
    const struct level *level = &layers->level[k];
    if (k == layers->rank - 1)
        return gather_runs(steps, level->stride, layers->run * layers->itemsize, from, to);
    for (uint64_t i = 0; i < steps; i++)
        to = gather(layers, k + 1, layers->level[k + 1].count, from + i * level->stride, to);
    return to;
}

static int fetch_span(struct fetch *fetch, int k, uint64_t steps, uint64_t offset, char *to)
{
    const struct level *level = &fetch->layers->level[k];
    if (!fetch->span && !(fetch->span = malloc(SPAN)))
        return error_set(fetch->error, ENOMEM, "no memory to read values");
    int r = read_at(fetch, offset, fetch->span, (steps - 1) * level->stride + level->span);
    if (r == 0)
        gather(fetch->layers, k, steps, fetch->span, to);
    return r;
}

/* n elements from the first on of what lies at this level and within it. */
static int fetch_level(struct fetch *fetch, int k, uint64_t offset, uint64_t first, uint64_t n, char *to)
{
    uint64_t itemsize = fetch->layers->itemsize;
    if (k == fetch->layers->rank)
        return read_at(fetch, offset + first * itemsize, to, n * itemsize);
    const struct level *level = &fetch->layers->level[k];
    uint64_t step = first / level->inner, within = first % level->inner;
    int r = 0;
    while (n > 0 && r == 0) {
        uint64_t steps = 1, at = offset + step * level->stride, part = min_u64(n, level->inner - within);
        if (level->close && within == 0 && n >= level->inner) {
            steps = min_u64(n / level->inner, (SPAN - level->span) / level->stride + 1);
            part = steps * level->inner;
            r = fetch_span(fetch, k, steps, at, to);
        } else {
            r = fetch_level(fetch, k + 1, at, within, part, to);
        }
        to += part * itemsize;
        n -= part;
        step += steps;
        within = 0;
    }
    return r;
}

/* --- the run --- */

struct run {
    const struct pass *pass;
    const struct layers *layers;
    uint64_t blocks, every, slots, slot_groups;
    _Atomic uint64_t next; /* slot, counted from the end of a pass that runs backward */
    _Atomic bool failed;
    pass_function *function;
    void *context;
    struct progress *progress;
};

static uint64_t groups_of(const struct pass *pass, uint64_t every)
{
    uint64_t blocks = pass_blocks(pass);
    return blocks / every + (blocks % every != 0);
}

static uint64_t groups_of_slot(const struct pass *pass, uint64_t groups)
{
    return max_u64(groups / pass->slots + (groups % pass->slots != 0), 1);
}

uint64_t pass_slots(const struct pass *pass, uint64_t every)
{
    uint64_t groups = groups_of(pass, every), each = groups_of_slot(pass, groups);
    return groups / each + (groups % each != 0);
}

/* Which block of a group is read: not always the same, and the same in every run. */
static uint64_t block_of_group(const struct run *run, uint64_t group)
{
    uint64_t first = group * run->every, n = min_u64(run->every, run->blocks - first);
    uint64_t mixed = (group + 1) * UINT64_C(0x9e3779b97f4a7c15);
    return first + (mixed ^ mixed >> 32) % n;
}

static int hand_on(const struct run *run, unsigned thread, const struct pass_block *block,
                   struct error *error)
{
    int r = run->function(run->context, thread, block, error);
    if (r == 0)
        progress_add(run->progress, block->count);
    return r;
}

static int run_block(const struct run *run, unsigned thread, uint64_t slot, uint64_t index, char *buffer,
                     struct fetch *fetch)
{
    const struct pass *pass = run->pass;
    struct pass_block block = {
        .index = index, .slot = slot, .first = index * pass->block, .elements = buffer};
    block.count = min_u64(pass->block, pass->elements - block.first);
    int r = 0;
    if (pass->dtype.itemsize > 0)
        r = fetch_level(fetch, 0, (uint64_t)pass->start, block.first, block.count, buffer);
    else if (progress_cancelled(run->progress))
        r = error_set(fetch->error, ECANCELED, "stopped");
    return r == 0 ? hand_on(run, thread, &block, fetch->error) : r;
}

/* Where an element begins in the file: the later the element, the farther. */
static uint64_t offset_of(const struct pass *pass, uint64_t element)
{
    uint64_t offset = (uint64_t)pass->start;
    for (int k = pass->rank - 1; k >= 0; k--) {
        offset += element % pass->count[k] * (uint64_t)pass->stride[k];
        element /= pass->count[k];
    }
    return offset;
}

static uint64_t end_of(const struct pass *pass, uint64_t element)
{
    return offset_of(pass, element) + pass->dtype.itemsize;
}

static uint64_t end_of_block(const struct pass *pass, uint64_t index)
{
    uint64_t left = pass->elements - index * pass->block;
    return end_of(pass, index * pass->block + min_u64(pass->block, left) - 1);
}

/* Where the next data lie at or behind an offset; where nothing tells, there; where there are none, nowhere,
 * but where the file ends if that is too soon: a read there tells that it is. */
static uint64_t next_data(const struct pass *pass, uint64_t offset)
{
    struct statx statx;
    off_t at = sys.lseek(pass->fd, (off_t)offset, SEEK_DATA);
    if (at >= 0)
        return (uint64_t)at;
    if (errno != ENXIO || sys.statx(pass->fd, "", AT_EMPTY_PATH, STATX_SIZE, &statx) < 0)
        return offset;
    return statx.stx_size < end_of(pass, pass->elements - 1) ? max_u64(offset, statx.stx_size) : UINT64_MAX;
}

/* The first element of these that ends behind an offset, or end. */
static uint64_t first_behind(const struct pass *pass, uint64_t offset, uint64_t first, uint64_t end)
{
    while (first < end) {
        uint64_t middle = first + (end - first) / 2;
        if (end_of(pass, middle) <= offset)
            first = middle + 1;
        else
            end = middle;
    }
    return first;
}

/* The last element of these from which on there are data before the end of the last of them, or end. */
static uint64_t last_before(const struct pass *pass, uint64_t first, uint64_t end)
{
    uint64_t low = first, high = end, behind = end_of(pass, end - 1);
    if (next_data(pass, offset_of(pass, end - 1)) < behind)
        return end - 1;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (next_data(pass, offset_of(pass, middle)) < behind)
            low = middle + 1;
        else
            high = middle;
    }
    return low > first ? low - 1 : end;
}

uint64_t pass_skip_hole(const struct pass *pass, uint64_t first, uint64_t end, bool backward)
{
    if (pass->dtype.itemsize == 0)
        return backward ? end - 1 : first;
    if (backward)
        return last_before(pass, first, end);
    uint64_t offset = offset_of(pass, first), data = next_data(pass, offset);
    return data > offset ? first_behind(pass, data, first, end) : first;
}

/* So many blocks from this one on, and before the last, lie in a hole. */
static uint64_t blocks_in_hole(const struct run *run, uint64_t index, uint64_t last)
{
    uint64_t begin = offset_of(run->pass, index * run->pass->block), data = next_data(run->pass, begin);
    uint64_t low = index, high = data > begin ? last : index;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (end_of_block(run->pass, middle) <= data)
            low = middle + 1;
        else
            high = middle;
    }
    return low - index;
}

/* Blocks index to before last, what lies in holes not read. */
static int run_around_holes(const struct run *run, unsigned thread, uint64_t slot, uint64_t index,
                            uint64_t last, char *buffer, struct fetch *fetch)
{
    const struct pass *pass = run->pass;
    int r = 0;
    while (index < last && r == 0) {
        uint64_t empty = blocks_in_hole(run, index, last);
        struct pass_block block = {.index = index, .slot = slot, .first = index * pass->block};
        if (progress_cancelled(run->progress))
            return error_set(fetch->error, ECANCELED, "stopped");
        block.count = min_u64(empty * pass->block, pass->elements - block.first);
        r = empty > 0 ? hand_on(run, thread, &block, fetch->error)
                      : run_block(run, thread, slot, index, buffer, fetch);
        index += max_u64(empty, 1);
    }
    return r;
}

static int run_slots(struct run *run, unsigned thread, char *buffer, struct fetch *fetch)
{
    int r = 0;
    uint64_t begun, groups = groups_of(run->pass, run->every);
    bool skips = run->pass->skips_holes && run->every == 1 && run->pass->dtype.itemsize > 0;
    while (r == 0 && !atomic_load(&run->failed) && (begun = atomic_fetch_add(&run->next, 1)) < run->slots) {
        uint64_t slot = run->pass->backward ? run->slots - 1 - begun : begun;
        uint64_t group = slot * run->slot_groups, end = min_u64(group + run->slot_groups, groups);
        if (skips)
            r = run_around_holes(run, thread, slot, group, end, buffer, fetch);
        for (; !skips && group < end && r == 0; group++)
            r = run_block(run, thread, slot, block_of_group(run, group), buffer, fetch);
    }
    return r;
}

static int run_thread(void *context, uint64_t thread, uint64_t count, struct error *error)
{
    struct run *run = context;
    (void)count;
    uint64_t size = run->pass->block * max_u64(run->pass->dtype.itemsize, 1);
    char *buffer = aligned_alloc(ALIGN, (size + ALIGN - 1) / ALIGN * ALIGN);
    struct fetch fetch = {
        .fd = run->pass->fd, .layers = run->layers, .progress = run->progress, .error = error};
    int r = buffer ? run_slots(run, (unsigned)thread, buffer, &fetch)
                   : error_set(error, ENOMEM, "no memory to read values");
    if (r != 0)
        atomic_store(&run->failed, true);
    free(fetch.span);
    free(buffer);
    return r;
}

int pass_run(const struct pass *pass, uint64_t every, unsigned threads, pass_function *function,
             void *context, struct progress *progress, struct error *error)
{
    struct layers layers;
    merge_axes(pass, &layers);
    struct run run = {.pass = pass,
                      .layers = &layers,
                      .blocks = pass_blocks(pass),
                      .every = every,
                      .slots = pass_slots(pass, every),
                      .slot_groups = groups_of_slot(pass, groups_of(pass, every)),
                      .function = function,
                      .context = context,
                      .progress = progress};
    if (run.slots == 0)
        return 0;
    unsigned n = (unsigned)min_u64(min_u64(threads > 0 ? threads : 1, PASS_THREADS_MAX), run.slots);
    return parallel_ranges(n, 1, n, run_thread, &run, progress, error);
}

void pass_index(const struct pass *pass, uint64_t element, int view_rank, uint64_t *ret_index)
{
    for (int axis = 0; axis < view_rank; axis++)
        ret_index[axis] = 0;
    for (int k = pass->rank - 1; k >= 0; k--) {
        uint64_t place = element % pass->count[k];
        element /= pass->count[k];
        ret_index[pass->axis[k]] = pass->reversed[k] ? pass->count[k] - 1 - place : place;
    }
}
