#include "core/analysis/map.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/analysis/map_private.h"
#include "core/sys/calls.h"
#include "core/sys/checked.h"
#include "core/sys/memory.h"
#include "core/sys/workers.h"

#define SLOTS 1024 /* of the pass: in each of them a hole adds to each block that it is in */

void map_clear(struct map *map)
{
    free(map->blocks);
    *map = (struct map){0};
}

/* --- the plane --- */

static struct map_axis axis_of(const struct view *view, int k, unsigned blocks)
{
    struct map_axis axis = {.count = 1};
    if (k >= 0)
        axis = (struct map_axis){.count = view->count[k], .stride = view->stride[k]};
    axis.blocks = (unsigned)min_u64(blocks ? blocks : 1, axis.count);
    return axis;
}

static uint64_t distance(const struct map_axis *axis)
{
    return axis->stride < 0 ? -(uint64_t)axis->stride : (uint64_t)axis->stride;
}

static int lay_out(int fd, const struct matrix *matrix, const struct view *view,
                   const struct map_options *options, struct map_plane *ret, struct error *error)
{
    struct map_plane plane = {.fd = fd,
                              .rank = view->rank,
                              .base = matrix->offset + (uint64_t)view->start,
                              .itemsize = matrix->dtype.itemsize};
    if (view->rank > 2)
        return error_set(error, EINVAL, "a map is of two axes, not of %d", view->rank);
    int r = map_values_make(&matrix->dtype, &plane.values, error);
    if (r < 0)
        return r;
    plane.outer = axis_of(view, view->rank - 2, options->rows);
    plane.inner = axis_of(view, view->rank - 1, options->columns);
    if (plane.outer.count > 1 && (plane.inner.count < 2 || distance(&plane.outer) < distance(&plane.inner))) {
        struct map_axis rows = plane.outer;
        plane.outer = plane.inner;
        plane.inner = rows;
        plane.rows_are_inner = true;
    }
    *ret = plane;
    return 0;
}

/* --- what came of it --- */

static struct map_block block_of(const struct map_sum *sum)
{
    uint64_t finite = sum->count - sum->nan - sum->inf;
    struct map_block block = {
        .mean = NAN, .extreme = NAN, .count = sum->count, .nan = sum->nan, .inf = sum->inf};
    if (finite > 0) {
        block.mean = (double)(sum->sum / (long double)finite);
        block.extreme = sum->most >= -sum->least ? sum->most : sum->least;
    }
    return block;
}

static void fill(struct map *map, const struct map_sum *sums, double *samples)
{
    bool some_negative = false, some_positive = false;
    for (size_t i = 0; i < (size_t)map->rows * map->columns; i++) {
        map->blocks[i] = block_of(&sums[i]);
        map->looked += sums[i].count;
        map->nan += sums[i].nan;
        map->inf += sums[i].inf;
        some_negative |= sums[i].least < 0;
        some_positive |= sums[i].most > 0;
    }
    map->is_signed = some_negative && some_positive;
    map_percentiles(samples, MAP_SAMPLES, &map->low, &map->high);
}

/* --- all --- */

static unsigned useful_threads(const struct map_options *options)
{
    return workers_useful_threads(options->threads ? options->threads : PASS_THREADS_MAX);
}

static int run_exactly(const struct map_plane *plane, const struct matrix *matrix, const struct view *view,
                       const struct map_options *options, struct map_sum *sums, double *samples,
                       struct progress *progress, struct error *error)
{
    struct pass pass;
    int r = pass_plan(plane->fd, matrix, view, &pass, error);
    if (r < 0)
        return r;
    pass.skips_holes = true;
    pass.slots = SLOTS;
    return map_pass(plane, &pass, pass_threads(&pass, useful_threads(options)), sums, samples, progress,
                    error);
}

static int run(const struct map_plane *plane, const struct matrix *matrix, const struct view *view,
               const struct map_options *options, struct map *map, struct progress *progress,
               struct error *error)
{
    size_t blocks = (size_t)map->rows * map->columns;
    struct map_sum *sums = memory_new(blocks * sizeof *sums);
    double *samples = memory_new(MAP_SAMPLES * sizeof *samples);
    struct map_options settled = *options;
    for (size_t i = 0; i < MAP_SAMPLES; i++)
        samples[i] = NAN;
    settled.threads = useful_threads(options);
    int r = options->exact ? run_exactly(plane, matrix, view, options, sums, samples, progress, error)
                           : map_sample(plane, &settled, sums, samples, progress, error);
    if (r == 0)
        fill(map, sums, samples);
    free(samples);
    free(sums);
    return r;
}

/* Whether it was written to since *seen, which becomes what is seen now; a write through a map is not told.
 */
static bool is_rewritten(int fd, struct statx *seen)
{
    struct statx now = {0};
    if (sys.statx(fd, "", AT_EMPTY_PATH, STATX_MTIME | STATX_SIZE, &now) < 0)
        return false;
    bool same = now.stx_mtime.tv_sec == seen->stx_mtime.tv_sec &&
                now.stx_mtime.tv_nsec == seen->stx_mtime.tv_nsec && now.stx_size == seen->stx_size;
    *seen = now;
    return !same;
}

int map_run(int fd, const struct matrix *matrix, const struct view *view, const struct map_options *options,
            struct map *ret_map, struct progress *progress, struct error *error)
{
    assert((uint64_t)options->rows * options->columns <= MAP_BLOCKS_MAX);
    struct map_plane plane;
    struct statx seen = {0};
    int r = lay_out(fd, matrix, view, options, &plane, error);
    if (r < 0)
        return r;
    const struct map_axis *rows = plane.rows_are_inner ? &plane.inner : &plane.outer;
    const struct map_axis *columns = plane.rows_are_inner ? &plane.outer : &plane.inner;
    struct map map = {.plane_rows = rows->count, .plane_columns = columns->count, .low = NAN, .high = NAN};
    if (rows->count > 0 && columns->count > 0) {
        map.rows = rows->blocks;
        map.columns = columns->blocks;
        map.elements = rows->count * columns->count;
        map.blocks = memory_new((size_t)map.rows * map.columns * sizeof *map.blocks);
        is_rewritten(fd, &seen);
        r = run(&plane, matrix, view, options, &map, progress, error);
        map.rewritten = is_rewritten(fd, &seen);
    }
    if (r < 0)
        map_clear(&map);
    else
        *ret_map = map;
    return r;
}
