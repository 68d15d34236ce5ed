/*
 * What the files of the map share: elements as doubles, and what a block's elements add up to.
 */
#ifndef SHMTOP_CORE_ANALYSIS_MAP_PRIVATE_H
#define SHMTOP_CORE_ANALYSIS_MAP_PRIVATE_H

#include "core/analysis/map.h"
#include "core/matrix/convert.h"

#define MAP_PIECE   2048u      /* elements that are converted at once: as doubles they fit the first cache */
#define MAP_SAMPLES (1u << 16) /* elements that the percentiles are taken from, at most */

/* How elements become doubles: numbers as they are, complex ones as their magnitudes. */
struct map_values {
    struct converter converter;
    bool is_complex;
};
/* -ENOTSUP where elements of the type are no numbers. */
int map_values_make(const struct dtype *dtype, struct map_values *ret, struct error *error);
/* n <= MAP_PIECE elements as stored; values holds 2 · n (the second half is scratch). */
void map_values_get(const struct map_values *how, const void *elements, size_t n, double *values);

/* All zero: of nothing. */
struct map_sum {
    long double sum; /* of the finite ones: its range is wide enough, that of a double is not */
    uint64_t count, nan, inf;
    double most, least; /* of the finite ones and 0 */
};
void map_sum_add(struct map_sum *sum, const double *values, size_t n); /* n <= MAP_PIECE */
void map_sum_merge(struct map_sum *sum, const struct map_sum *more);

/* The same number for the same two numbers, and no pattern in it. */
uint64_t map_hash(uint64_t a, uint64_t b);
/* One of the places [part · all / parts, (part + 1) · all / parts): the same one each time, and no pattern in
 * it. UINT64_MAX: there is none. */
uint64_t map_pick(uint64_t all, uint64_t parts, uint64_t part, uint64_t seed);

/*
 * A plane as it lies in the file, turned so that its elements lie closer together along the inner axis.
 */
struct map_axis {
    uint64_t count;
    int64_t stride; /* bytes; may be negative */
    unsigned blocks;
};
struct map_plane {
    int fd;
    int rank;      /* of the view: 2, 1 (its axis is the columns) or 0 */
    uint64_t base; /* offset of element (0, 0) in the file */
    uint64_t itemsize;
    struct map_values values;
    struct map_axis outer, inner;
    bool rows_are_inner;
};
/* The sum of a block, whose place in the array is that of the map. */
static inline size_t map_place(const struct map_plane *plane, unsigned outer, unsigned inner)
{
    return plane->rows_are_inner ? (size_t)inner * plane->outer.blocks + outer
                                 : (size_t)outer * plane->inner.blocks + inner;
}

/* 1st and 99th percentile of what is finite in the list, which is put in order. False: nothing is. */
bool map_percentiles(double *list, size_t n, double *ret_low, double *ret_high);

/* Both add to sums (one a block) and write what the percentiles are taken from to samples (MAP_SAMPLES of
 * them, nan where there is none). */
int map_sample(const struct map_plane *plane, const struct map_options *options, struct map_sum *sums,
               double *samples, struct progress *progress, struct error *error);
int map_pass(const struct map_plane *plane, const struct pass *pass, unsigned threads, struct map_sum *sums,
             double *samples, struct progress *progress, struct error *error);

#endif
