/*
 * A map of a part of the elements, of a bounded number of bytes and of reads whatever the size.
 *
 * The plane is cut into tiles: a tile is a band of whole lines (all that has one place among the outer
 * blocks) where several lines of each band are within the budget, else it is a block. A tile is cut into
 * slots, each of which is read as a whole: a run of elements of a line, or, where lines are short and lie
 * together, several of them. Of the slots of a tile, in order, parts of equal length are made, and one slot
 * is taken of each, by a hash: so they are spread evenly, are the same each time, and no period in the data
 * meets a period in the choice. Where the budget is enough for all slots, all are taken, and the map is
 * exact.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/analysis/map_private.h"
#include "core/sys/checked.h"
#include "core/sys/fd.h"
#include "core/sys/memory.h"
#include "core/sys/workers.h"

#define BUDGET    (UINT64_C(48) << 20) /* bytes */
#define READS     (UINT64_C(1) << 16)  /* in all, unless there are more blocks */
#define CHUNK     (UINT64_C(64) << 10) /* bytes of a read, at most */
#define GAP       4096                 /* a read costs about as much as reading so many bytes more */
#define RUN_LEAST 256                  /* bytes of a slot that is a part of a line */
#define RUN_MOST  4096
#define RUNS      16                  /* of a block, where the budget allows */
#define LINES     8                   /* of a band, that it be made of whole lines */
#define LINE_COST 32                  /* bytes that could be read while a block takes its part of a line */
#define RANGES    64                  /* of tiles, that threads take one by one */
#define ALONE     (UINT64_C(1) << 20) /* bytes for which a second thread is not worth while */

struct box {
    uint64_t outer, outer_end, inner, inner_end;
};

struct sampling {
    const struct map_plane *plane;
    struct map_sum *sums;
    double *samples;
    uint64_t outer_step, inner_step; /* bytes between neighbours */
    bool bands;
    uint64_t tiles;
    uint64_t budget, reads; /* of a tile */
};

/* What a thread works with. */
struct reading {
    const struct sampling *sampling;
    struct error *error;
    char *chunk;          /* CHUNK */
    char *packed;         /* MAP_PIECE elements */
    double *values;       /* 2 · MAP_PIECE */
    struct map_sum *sums; /* of the tile's blocks: sums of those with one place among the outer ones */
    unsigned outer_block;

    /* What the tile gives to the percentiles: those elements whose places among the ones it reads are these.
     */
    double *samples;
    uint64_t sample, sample_count, expected, next, seen, seed;

    /* The elements that were read and not converted yet. */
    uint64_t inner, inner_first, inner_end; /* of the next one, and where lines begin and end */
    size_t pending;
};

static uint64_t apart(const struct map_axis *axis)
{
    return axis->stride < 0 ? -(uint64_t)axis->stride : (uint64_t)axis->stride;
}

/* Bytes from the first to behind the last of n elements of a line. */
static uint64_t line_span(const struct sampling *sampling, uint64_t n)
{
    return (n - 1) * sampling->inner_step + sampling->plane->itemsize;
}

static bool lies_apart(const struct sampling *sampling)
{
    return sampling->inner_step > GAP;
}

/* What reading n elements of a line costs, in bytes. */
static uint64_t line_cost(const struct sampling *sampling, uint64_t n)
{
    return lies_apart(sampling) ? n * GAP : line_span(sampling, n);
}

/* Whether lines of n elements are near each other: then several are read at once. */
static bool lines_are_near(const struct sampling *sampling, uint64_t n)
{
    return !lies_apart(sampling) && sampling->outer_step >= line_span(sampling, n) &&
           sampling->outer_step <= line_span(sampling, n) + GAP;
}

/* --- what was read --- */

static void take_samples(struct reading *reading, size_t n)
{
    while (reading->sample < reading->sample_count && reading->next < reading->seen + n) {
        if (reading->next >= reading->seen)
            reading->samples[reading->sample] = reading->values[reading->next - reading->seen];
        reading->sample++;
        reading->next = map_pick(reading->expected, reading->sample_count, reading->sample, reading->seed);
    }
    reading->seen += n;
}

/* n elements, the next ones of their lines: to the blocks that they are in. */
static void add(struct reading *reading, const void *elements, size_t n)
{
    const struct map_plane *plane = reading->sampling->plane;
    const double *values = reading->values;
    map_values_get(&plane->values, elements, n, reading->values);
    take_samples(reading, n);
    while (n > 0) {
        uint64_t first, end;
        unsigned block = map_block_of(plane->inner.count, plane->inner.blocks, reading->inner);
        map_span(plane->inner.count, plane->inner.blocks, block, &first, &end);
        end = min_u64(end, reading->inner_end);
        size_t part = (size_t)min_u64(n, end - reading->inner);
        map_sum_add(&reading->sampling->sums[map_place(plane, reading->outer_block, block)], values, part);
        values += part;
        n -= part;
        reading->inner += part;
        if (reading->inner == reading->inner_end)
            reading->inner = reading->inner_first;
    }
}

static void flush(struct reading *reading)
{
    add(reading, reading->packed, reading->pending);
    reading->pending = 0;
}

static void add_all(struct reading *reading, const char *elements, uint64_t n)
{
    uint64_t size = reading->sampling->plane->itemsize;
    for (uint64_t part; n > 0; n -= part, elements += part * size) {
        part = min_u64(n, MAP_PIECE);
        add(reading, elements, (size_t)part);
    }
}

/* n elements that stride apart. */
static void gather(struct reading *reading, const char *from, int64_t stride, uint64_t n)
{
    uint64_t size = reading->sampling->plane->itemsize;
    for (uint64_t i = 0; i < n; i++) {
        memcpy(reading->packed + reading->pending * size, from + (int64_t)i * stride, size);
        if (++reading->pending == MAP_PIECE)
            flush(reading);
    }
}

/* --- reading --- */

/* Where element (outer, inner) lies in the file. */
static uint64_t position(const struct map_plane *plane, uint64_t outer, uint64_t inner)
{
    return plane->base + outer * (uint64_t)plane->outer.stride + inner * (uint64_t)plane->inner.stride;
}

static int read_bytes(struct reading *reading, uint64_t offset, uint64_t size)
{
    ssize_t n = fd_pread_full(reading->sampling->plane->fd, reading->chunk, size, offset);
    if (n < 0)
        return error_set_errno(reading->error, (int)-n, "cannot read");
    if ((uint64_t)n < size)
        return error_set(reading->error, ESTALE, "the segment shrank while it was read");
    return 0;
}

/* A box that fits the chunk. */
static int read_chunk(struct reading *reading, const struct box *box)
{
    const struct map_plane *plane = reading->sampling->plane;
    uint64_t lines = box->outer_end - box->outer, n = box->inner_end - box->inner;
    uint64_t span = (lines - 1) * reading->sampling->outer_step + line_span(reading->sampling, n);
    uint64_t lowest = position(plane, plane->outer.stride < 0 ? box->outer_end - 1 : box->outer,
                               plane->inner.stride < 0 ? box->inner_end - 1 : box->inner);
    int r = read_bytes(reading, lowest, span);
    if (r < 0)
        return r;
    bool is_packed = plane->inner.stride == (int64_t)plane->itemsize || n == 1;
    reading->inner = reading->inner_first = box->inner;
    reading->inner_end = box->inner_end;
    /* Lines of a tile are of the same blocks: which goes first is all one. */
    if (is_packed && (lines == 1 || reading->sampling->outer_step == n * plane->itemsize)) {
        add_all(reading, reading->chunk, lines * n);
        return 0;
    }
    uint64_t first = plane->inner.stride < 0 ? (n - 1) * reading->sampling->inner_step : 0;
    for (uint64_t line = 0; line < lines; line++)
        gather(reading, reading->chunk + line * reading->sampling->outer_step + first, plane->inner.stride,
               n);
    flush(reading);
    return 0;
}

/* Elements of a line that a chunk holds. */
static uint64_t chunk_elements(const struct sampling *sampling)
{
    return lies_apart(sampling) || sampling->inner_step == 0
               ? 1
               : (CHUNK - sampling->plane->itemsize) / sampling->inner_step + 1;
}

static uint64_t chunk_lines(const struct sampling *sampling, uint64_t n)
{
    uint64_t span = line_span(sampling, n);
    if (!lines_are_near(sampling, n) || span > CHUNK)
        return 1;
    return (CHUNK - span) / sampling->outer_step + 1;
}

static int read_box(struct reading *reading, const struct box *box)
{
    const struct sampling *sampling = reading->sampling;
    uint64_t n = min_u64(box->inner_end - box->inner, chunk_elements(sampling)), lines = 1;
    if (n == box->inner_end - box->inner)
        lines = chunk_lines(sampling, n);
    int r = 0;
    for (uint64_t outer = box->outer; outer < box->outer_end && r == 0; outer += lines)
        for (uint64_t inner = box->inner; inner < box->inner_end && r == 0; inner += n) {
            struct box chunk = {outer, min_u64(outer + lines, box->outer_end), inner,
                                min_u64(inner + n, box->inner_end)};
            r = read_chunk(reading, &chunk);
        }
    return r;
}

/* --- choosing --- */

struct slots {
    uint64_t lines, elements; /* of a slot: so many lines of so many elements, fewer at the ends */
    uint64_t across;          /* side by side */
    uint64_t count, taken;
};

static uint64_t ratio_up(uint64_t a, uint64_t b)
{
    return a / b + (a % b != 0);
}

/* Runs of elements, so short that there are several of them. */
static uint64_t run_elements(const struct sampling *sampling, uint64_t n)
{
    uint64_t bytes = sampling->budget / min_u64(RUNS, sampling->reads);
    if (lies_apart(sampling))
        return 1;
    bytes = min_u64(max_u64(bytes, RUN_LEAST), RUN_MOST);
    return min_u64(n, sampling->inner_step ? max_u64(bytes / sampling->inner_step, 1) : 1);
}

static struct slots plan_slots(const struct sampling *sampling, const struct box *tile)
{
    uint64_t lines = tile->outer_end - tile->outer, n = tile->inner_end - tile->inner;
    struct slots slots = {.lines = 1, .elements = n};
    bool near = lines_are_near(sampling, n);
    uint64_t cost = line_cost(sampling, n), reads = ratio_up(n, chunk_elements(sampling));
    if (near)
        cost = sampling->outer_step;
    if (sampling->bands)
        cost = max_u64(cost, (uint64_t)sampling->plane->inner.blocks * LINE_COST);
    if (lines <= sampling->budget / cost &&
        ratio_up(lines, chunk_lines(sampling, n)) * reads <= sampling->reads) {
        slots.lines = lines; /* all of it, in one */
    } else if (sampling->bands && near) {
        slots.lines = min_u64(max_u64(GAP / sampling->outer_step, 1), lines);
        cost *= slots.lines;
        reads = 1;
    } else if (!sampling->bands) {
        slots.elements = run_elements(sampling, n);
        cost = line_cost(sampling, slots.elements);
        reads = 1;
    }
    slots.across = ratio_up(n, slots.elements);
    slots.count = ratio_up(lines, slots.lines) * slots.across;
    slots.taken = max_u64(min_u64(sampling->budget / cost, sampling->reads / reads), 1);
    slots.taken = min_u64(slots.taken, slots.count);
    return slots;
}

static struct box slot_box(const struct box *tile, const struct slots *slots, uint64_t slot)
{
    uint64_t outer = tile->outer + slot / slots->across * slots->lines;
    uint64_t inner = tile->inner + slot % slots->across * slots->elements;
    return (struct box){outer, min_u64(outer + slots->lines, tile->outer_end), inner,
                        min_u64(inner + slots->elements, tile->inner_end)};
}

static struct box tile_box(const struct sampling *sampling, uint64_t tile, unsigned *ret_outer_block)
{
    const struct map_axis *outer = &sampling->plane->outer, *inner = &sampling->plane->inner;
    struct box box = {.inner_end = inner->count};
    unsigned block = (unsigned)(sampling->bands ? tile : tile / inner->blocks);
    map_span(outer->count, outer->blocks, block, &box.outer, &box.outer_end);
    if (!sampling->bands)
        map_span(inner->count, inner->blocks, (unsigned)(tile % inner->blocks), &box.inner, &box.inner_end);
    *ret_outer_block = block;
    return box;
}

static void begin_samples(struct reading *reading, uint64_t tile, uint64_t expected)
{
    const struct sampling *sampling = reading->sampling;
    uint64_t first, end;
    map_span(MAP_SAMPLES, (unsigned)sampling->tiles, (unsigned)tile, &first, &end);
    reading->samples = sampling->samples + first;
    reading->sample_count = min_u64(end - first, expected);
    reading->expected = expected;
    reading->sample = reading->seen = 0;
    reading->seed = tile;
    reading->next = reading->sample_count ? map_pick(expected, reading->sample_count, 0, tile) : 0;
}

static int sample_tile(struct reading *reading, uint64_t tile)
{
    struct box box = tile_box(reading->sampling, tile, &reading->outer_block);
    struct slots slots = plan_slots(reading->sampling, &box);
    uint64_t elements = (box.outer_end - box.outer) * (box.inner_end - box.inner);
    begin_samples(reading, tile, min_u64(slots.taken * slots.lines * slots.elements, elements));
    int r = 0;
    for (uint64_t i = 0; i < slots.taken && r == 0; i++) {
        struct box slot = slot_box(&box, &slots, map_pick(slots.count, slots.taken, i, ~tile));
        r = read_box(reading, &slot);
    }
    return r;
}

static int sample_tiles(void *context, uint64_t first, uint64_t count, struct error *error)
{
    struct sampling *sampling = context;
    struct reading reading = {.sampling = sampling, .error = error};
    reading.chunk = malloc(CHUNK);
    reading.packed = malloc(MAP_PIECE * sampling->plane->itemsize);
    reading.values = malloc(2 * MAP_PIECE * sizeof *reading.values);
    int r = 0;
    if (!reading.chunk || !reading.packed || !reading.values)
        r = error_set(error, ENOMEM, "no memory for a map");
    for (uint64_t tile = first; tile < first + count && r == 0; tile++)
        r = sample_tile(&reading, tile);
    free(reading.chunk);
    free(reading.packed);
    free(reading.values);
    return r;
}

/* --- all --- */

/* Whether the budget is enough for several whole lines of each band. */
static bool bands_are_affordable(const struct sampling *sampling, uint64_t budget)
{
    const struct map_axis *outer = &sampling->plane->outer, *inner = &sampling->plane->inner;
    uint64_t lines = min_u64(LINES, ratio_up(outer->count, outer->blocks)) * outer->blocks;
    uint64_t cost = line_cost(sampling, inner->count);
    if (outer->blocks == 1)
        return inner->blocks == 1;
    return cost <= budget / lines && ratio_up(inner->count, chunk_elements(sampling)) <= READS / lines;
}

int map_sample(const struct map_plane *plane, const struct map_options *options, struct map_sum *sums,
               double *samples, struct progress *progress, struct error *error)
{
    uint64_t budget = options->budget ? options->budget : BUDGET;
    struct sampling sampling = {.plane = plane,
                                .sums = sums,
                                .samples = samples,
                                .outer_step = apart(&plane->outer),
                                .inner_step = apart(&plane->inner)};
    sampling.bands = bands_are_affordable(&sampling, budget);
    sampling.tiles =
        sampling.bands ? plane->outer.blocks : (uint64_t)plane->outer.blocks * plane->inner.blocks;
    sampling.budget = max_u64(budget / sampling.tiles, 1);
    sampling.reads = max_u64(READS / sampling.tiles, 1);
    uint64_t elements = plane->outer.count * plane->inner.count;
    unsigned threads = elements <= ALONE / plane->itemsize ? 1 : options->threads;
    return parallel_ranges(sampling.tiles, ratio_up(sampling.tiles, RANGES), threads, sample_tiles, &sampling,
                           progress, error);
}
