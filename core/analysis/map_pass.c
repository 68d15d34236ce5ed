/*
 * A map of all elements: one pass, whose threads have sums of their own.
 */
#include <math.h>
#include <stdlib.h>

#include "core/analysis/map_private.h"
#include "core/sys/checked.h"
#include "core/sys/memory.h"

#define SUMS_MAX (UINT64_C(64) << 20) /* bytes of all threads' sums, unless it is one thread */

/* One of the pass's axes, as one of the map's. */
struct way {
    uint64_t count;
    unsigned blocks;
    size_t step; /* from a block to the next one in the array */
    bool reversed;
};

struct desk { /* of a thread */
    struct map_sum *sums;
    double *values;
};

struct mapping {
    const struct pass *pass;
    const struct map_values *values;
    struct way outer, inner;
    double *samples;
    struct desk desks[PASS_THREADS_MAX];
};

static struct way way_of(const struct map_plane *plane, const struct pass *pass, int k)
{
    const struct map_axis *rows = plane->rows_are_inner ? &plane->inner : &plane->outer;
    const struct map_axis *columns = plane->rows_are_inner ? &plane->outer : &plane->inner;
    if (k < 0)
        return (struct way){.count = 1, .blocks = 1};
    bool is_rows = plane->rank == 2 && pass->axis[k] == 0;
    return (struct way){.count = pass->count[k],
                        .blocks = is_rows ? rows->blocks : columns->blocks,
                        .step = is_rows ? columns->blocks : 1,
                        .reversed = pass->reversed[k]};
}

/* The block that a place is in, and how many places from there on are. */
static size_t block_at(const struct way *way, uint64_t place, uint64_t *ret_left)
{
    uint64_t first, end, index = way->reversed ? way->count - 1 - place : place;
    unsigned block = map_block_of(way->count, way->blocks, index);
    map_span(way->count, way->blocks, block, &first, &end);
    *ret_left = way->reversed ? index - first + 1 : end - index;
    return block * way->step;
}

static void add(const struct mapping *mapping, const struct desk *desk, uint64_t element, size_t n)
{
    const double *values = desk->values;
    while (n > 0) {
        uint64_t left, lines;
        size_t at = block_at(&mapping->inner, element % mapping->inner.count, &left) +
                    block_at(&mapping->outer, element / mapping->inner.count, &lines);
        size_t part = (size_t)min_u64(n, left);
        map_sum_add(&desk->sums[at], values, part);
        values += part;
        element += part;
        n -= part;
    }
}

/* So many elements that are 0. */
static void add_zeros(const struct mapping *mapping, const struct desk *desk, uint64_t element, uint64_t n)
{
    const struct way *inner = &mapping->inner;
    for (uint64_t part; n > 0; n -= part, element += part) {
        uint64_t left, lines, place = element % inner->count;
        struct map_sum *sums = desk->sums + block_at(&mapping->outer, element / inner->count, &lines);
        if (place == 0 && n >= inner->count) {
            lines = min_u64(lines, n / inner->count);
            part = lines * inner->count;
            for (; place < inner->count; place += left)
                sums[block_at(inner, place, &left)].count += lines * left;
        } else {
            size_t at = block_at(inner, place, &left);
            part = min_u64(n, left);
            sums[at].count += part;
        }
    }
}

/* Those of the elements [first, first + n) that the percentiles are taken from; no values: all of them are 0.
 */
static void take_samples(const struct mapping *mapping, const double *values, uint64_t first, uint64_t n)
{
    uint64_t all = mapping->pass->elements, parts = min_u64(MAP_SAMPLES, all);
    for (unsigned part = map_block_of(all, (unsigned)parts, first); part < parts; part++) {
        uint64_t at = map_pick(all, parts, part, 0);
        if (at >= first + n)
            return;
        if (at >= first)
            mapping->samples[part] = values ? values[at - first] : 0;
    }
}

static int map_block(void *context, unsigned thread, const struct pass_block *block, struct error *error)
{
    const struct mapping *mapping = context;
    const struct desk *desk = &mapping->desks[thread];
    const char *at = block->elements;
    (void)error;
    if (!at) {
        take_samples(mapping, NULL, block->first, block->count);
        add_zeros(mapping, desk, block->first, block->count);
        return 0;
    }
    for (uint64_t done = 0; done < block->count;) {
        size_t n = (size_t)min_u64(MAP_PIECE, block->count - done);
        map_values_get(mapping->values, at, n, desk->values);
        take_samples(mapping, desk->values, block->first + done, n);
        add(mapping, desk, block->first + done, n);
        at += n * mapping->pass->dtype.itemsize;
        done += n;
    }
    return 0;
}

static unsigned affordable_threads(unsigned threads, size_t blocks)
{
    uint64_t most = SUMS_MAX / (blocks * sizeof(struct map_sum));
    return (unsigned)max_u64(min_u64(threads, most), 1);
}

int map_pass(const struct map_plane *plane, const struct pass *pass, unsigned threads, struct map_sum *sums,
             double *samples, struct progress *progress, struct error *error)
{
    struct mapping mapping = {.pass = pass,
                              .values = &plane->values,
                              .outer = way_of(plane, pass, pass->rank - 2),
                              .inner = way_of(plane, pass, pass->rank - 1),
                              .samples = samples};
    size_t blocks = (size_t)plane->outer.blocks * plane->inner.blocks;
    threads = affordable_threads(threads, blocks);
    for (unsigned i = 0; i < threads; i++) {
        mapping.desks[i].sums = i == 0 ? sums : memory_new(blocks * sizeof *sums);
        mapping.desks[i].values = memory_new(2 * MAP_PIECE * sizeof *mapping.desks[i].values);
    }
    progress_set_total(progress, pass->elements);
    int r = pass_run(pass, 1, threads, map_block, &mapping, progress, error);
    for (unsigned i = 0; i < threads; i++) {
        free(mapping.desks[i].values);
        if (i == 0)
            continue;
        for (size_t k = 0; k < blocks; k++)
            map_sum_merge(&sums[k], &mapping.desks[i].sums[k]);
        free(mapping.desks[i].sums);
    }
    return r;
}
