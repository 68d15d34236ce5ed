/*
 * A map of a plane: a matrix of any size as a few thousand blocks, each with the mean and the extreme of its
 * elements.
 *
 * Sampled, it reads a bounded number of bytes whatever the size, in runs spread over every block; which part
 * that was is told. Exactly, it is one pass over all elements (core/analysis/pass.h).
 */
#ifndef SHMTOP_CORE_ANALYSIS_MAP_H
#define SHMTOP_CORE_ANALYSIS_MAP_H

#include "core/analysis/pass.h"

#define MAP_BLOCKS_MAX (1u << 18)

struct map_block {
    double mean;    /* of the finite elements looked at; nan: none is */
    double extreme; /* the one of the greatest magnitude, with its sign; nan: none is */
    uint64_t count; /* elements looked at */
    uint64_t nan, inf;
};

struct map {
    unsigned rows, columns; /* of blocks; 0 where the plane has no element */
    uint64_t plane_rows, plane_columns;
    struct map_block *blocks;  /* owned; rows * columns, row by row */
    uint64_t looked, elements; /* of the plane; looked == elements: it is exact */
    uint64_t nan, inf;         /* among those looked at */
    bool rewritten;
    /* Of the finite elements looked at (from a spread of at most 64 Ki of them): */
    double low, high; /* 1st and 99th percentile; nan where there is none */
    bool is_signed;   /* some are negative and some positive */
};
void map_clear(struct map *map);

/*
 * The plane is a view of rank 2 (rows, columns), 1 (one row: its axis is the columns) or 0. It becomes at
 * most rows × columns blocks, fewer where it has fewer rows or columns: block r has the rows from r·R/rows
 * on; rows * columns is at most MAP_BLOCKS_MAX. exact: all elements, with progress in elements; else at most
 * budget bytes (0: what takes some 50 ms) are read, though one run of every block, always the same ones.
 * Where that is enough for all elements, they are all looked at. Complex numbers by magnitude.
 *
 * -ENOTSUP where elements are no numbers; -EINVAL for a view of more axes; -ESTALE where it shrank;
 * -ECANCELED; -errno. Then *ret_map stays as it was.
 */
struct map_options {
    unsigned rows, columns;
    bool exact;
    uint64_t budget;
    unsigned threads; /* 0: as many as are useful */
};
int map_run(int fd, const struct matrix *matrix, const struct view *plane, const struct map_options *options,
            struct map *ret_map, struct progress *progress, struct error *error);

/* The rows [*ret_first, *ret_end) of the plane that block row r has; the same for columns. */
void map_span(uint64_t plane, unsigned blocks, unsigned block, uint64_t *ret_first, uint64_t *ret_end);
/* The block that a row or column of the plane is in. */
unsigned map_block_of(uint64_t plane, unsigned blocks, uint64_t at);

/*
 * The scale of what is drawn: from the 1st to the 99th percentile of the blocks' means (extreme: of their
 * extremes); symmetrical around 0 where there are values of both signs; widened where it would be one point.
 * False where no block has a finite value.
 */
struct map_scale {
    double low, high;
    bool diverging; /* low == -high */
};
bool map_scale_of(const struct map *map, bool extreme, struct map_scale *ret_scale);
/* The scale of values of these percentiles. */
void map_scale_make(double low, double high, bool is_signed, struct map_scale *ret_scale);
/* Where a value lies on a scale of so many levels, 0 .. levels - 1; what is beyond its ends lies at them. */
unsigned map_scale_level(const struct map_scale *scale, double value, unsigned levels);

#endif
