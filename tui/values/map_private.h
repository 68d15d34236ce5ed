/*
 * What the files of the map's screen share.
 */
#ifndef SHMTOP_TUI_VALUES_MAP_PRIVATE_H
#define SHMTOP_TUI_VALUES_MAP_PRIVATE_H

#include "tui/values/map.h"

/* What a map or statistics are of. */
struct map_place {
    unsigned generation; /* of the preview's matrix */
    struct page page;    /* only the slice of it */
    uint64_t field;      /* of a struct; else 0 */
};

/* The plane, in rows and columns of elements. Folded: one row. */
struct map_plane_size {
    uint64_t rows, columns;
    bool folded;
};

/* Where the parts lie in a body of so many rows and columns, and what is drawn into the part that is the map.
 */
struct map_fit {
    int heading;           /* columns of the row headings, with a blank behind them */
    int rows, columns;     /* cells of the map's part */
    int pane;              /* columns of the statistics beside it; 0: none */
    bool figures, scale;   /* lines below the map */
    bool half;             /* a cell shows two blocks, one above the other */
    unsigned down, across; /* blocks drawn below and beside one another; 0: there is nothing to draw */
    unsigned high, wide;   /* places that a block takes: half cells or cells, and cells */
    unsigned blocks_down, blocks_across; /* to be asked for: folded, 1 and the number of them */
};

/* The study under way. */
enum map_asked { MAP_IDLE, MAP_SAMPLES, MAP_GOES_THROUGH, MAP_ADDS_UP, MAP_ADDS_ALL_UP };

struct preview_map {
    /* The last map. */
    bool has_map;
    struct map map; /* owned */
    struct map_place place;
    struct map_scale scale;
    bool has_scale, scale_is_frozen, extreme;

    /* The last statistics. */
    bool has_statistics, statistics_are_old; /* old: values have changed since */
    struct statistics statistics;            /* owned */
    int64_t statistics_took;
    struct map_place statistics_place;
    bool refused; /* the study of statistics failed: not again of this place */

    /* What goes on. */
    enum map_asked asked;
    struct map_place asking;
    unsigned asking_down, asking_across;
    int64_t asked_at;
    bool stopping;
    uint64_t done, total;

    /* What is wanted. */
    bool wants_exact; /* X */
    int64_t next;     /* when to sample anew */
    int64_t period;
    uint64_t print;               /* of the last sample: it stays the same while the values do */
    bool is_settled;              /* two samples were the same, or there was only one */
    char trouble[ERROR_TEXT_MAX]; /* why the last map could not be made; "" */

    uint64_t back[MATRIX_RANK_MAX]; /* the element that the grid was at */
    unsigned back_generation;
    uint64_t back_field;

    struct map_fit fit;
};

struct map_place preview_map_place(const struct preview *preview);
bool map_place_equal(const struct map_place *a, const struct map_place *b);
struct map_plane_size preview_map_size(const struct preview *preview);

/* The cursor on the plane, and the other way round. */
void preview_map_cursor(const struct preview *preview, uint64_t *ret_row, uint64_t *ret_column);
void preview_map_set_cursor(struct preview *preview, uint64_t row, uint64_t column);

/* Pure: how it fits. half: a cell may show two blocks. */
struct map_fit map_fit_make(const struct map_plane_size *size, uint64_t last_heading, int rows, int columns,
                            bool half);

/* The elements [*ret_first, *ret_end) that a drawn block (down, across) has, on rows and on columns; false:
 * it has none (behind the end of what is folded). */
struct map_box {
    uint64_t top, bottom, left, right;
};
bool map_fit_box(const struct map_fit *fit, const struct map_plane_size *size, unsigned down, unsigned across,
                 struct map_box *ret_box);
/* The drawn block that an element is in. */
void map_fit_block(const struct map_fit *fit, const struct map_plane_size *size, uint64_t row,
                   uint64_t column, unsigned *ret_down, unsigned *ret_across);

/* The block of the last map that stands for an element of the plane now (another one, of other blocks, is
 * stretched to it). */
const struct map_block *map_block_at(const struct preview_map *map, const struct map_plane_size *size,
                                     uint64_t row, uint64_t column);

#endif
