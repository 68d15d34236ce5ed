#include "tests/support/test.h"

#include "tests/support/studied.h"

#include <math.h>

#include "core/sys/memory.h"

static struct study_reply *reply_to(const struct study_request *request, int64_t took)
{
    struct study_reply *reply = memory_new(sizeof *reply);
    reply->kind = request->kind;
    reply->mark = request->mark;
    reply->took = took;
    return reply;
}

static void make_bell(struct histogram *histogram, uint64_t count)
{
    double sum = 0, low = -4.71875, high = 4.90625;
    histogram->bins = HISTOGRAM_BINS;
    histogram->edges = memory_new((HISTOGRAM_BINS + 1) * sizeof(double));
    histogram->counts = memory_new(HISTOGRAM_BINS * sizeof(uint64_t));
    for (int i = 0; i <= HISTOGRAM_BINS; i++)
        histogram->edges[i] = low + (high - low) * i / HISTOGRAM_BINS;
    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; i < HISTOGRAM_BINS; i++) {
            double x = (histogram->edges[i] + histogram->edges[i + 1]) / 2, bell = exp(-x * x / 2);
            if (pass == 0)
                sum += bell;
            else
                histogram->counts[i] = (uint64_t)((double)count * bell / sum);
        }
}

static void make_statistics(const struct study_request *request, struct statistics *statistics)
{
    uint64_t elements = view_elements(&request->view), sample = request->statistics.sample;
    struct tally *tally = &statistics->tally;
    statistics->sampled = sample > 0 && sample < elements;
    tally->count = statistics->sampled ? sample : elements;
    tally->nan = tally->count > 1000 ? 12 : 0;
    tally->zeros = tally->count / 1000;
    tally->finite = tally->count - tally->nan;
    tally->min.f = -4.71875;
    tally->max.f = 4.90625;
    tally->mean = 0.0214;
    statistics->std = 1.00125;
    assert_int_equal(dtype_parse("f8", &statistics->value, NULL), 0);
    statistics->has_histogram = request->statistics.bins > 0;
    if (statistics->has_histogram)
        make_bell(&statistics->histogram, tally->finite);
}

static struct map_block block_at(double y, double x)
{
    double value = 3 * sin(6 * y) * cos(7 * x);
    return (struct map_block){.mean = value, .extreme = 1.5 * value, .count = 100};
}

static void make_map(const struct study_request *request, struct map *map)
{
    const struct view *plane = &request->view;
    map->plane_rows = plane->rank > 1 ? plane->count[0] : 1;
    map->plane_columns = plane->count[plane->rank - 1];
    map->rows = map->plane_rows < request->map.rows ? (unsigned)map->plane_rows : request->map.rows;
    map->columns =
        map->plane_columns < request->map.columns ? (unsigned)map->plane_columns : request->map.columns;
    map->blocks = memory_new(map->rows * map->columns * sizeof *map->blocks);
    for (unsigned i = 0; i < map->rows * map->columns; i++)
        map->blocks[i] =
            block_at((double)(i / map->columns) / map->rows, (double)(i % map->columns) / map->columns);
    map->elements = map->plane_rows * map->plane_columns;
    map->looked = request->map.exact ? map->elements : map->elements / 16 + 1;
    map->low = -2.9;
    map->high = 2.9;
    map->is_signed = true;
    if (map->rows > 4 && map->columns > 12) { /* one odd place */
        map->blocks[4 * map->columns + 11].nan = map->blocks[4 * map->columns + 12].nan = 3;
        map->nan = 6;
    }
}

struct study_reply *studied(const struct study_request *request, int64_t took)
{
    struct study_reply *reply = reply_to(request, took);
    if (request->kind == STUDY_OF_MAP)
        make_map(request, &reply->map);
    else
        make_statistics(request, &reply->statistics);
    return reply;
}

struct study_reply *studied_not(const struct study_request *request, enum study_found found, int code,
                                const char *text)
{
    struct study_reply *reply = reply_to(request, 1);
    reply->found = found;
    if (code)
        error_set(&reply->error, code, "%s", text);
    return reply;
}
