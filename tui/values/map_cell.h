/*
 * One cell of a map: two blocks, one above the other, as a half block of two colours; one, as a character of
 * a ramp, where there are no half blocks or no colours. What holds a nan or an inf is marked.
 *
 * The ramp: the larger, the more ink. On a scale of both signs the characters below 0 are others than those
 * above: "M=-" and "+*@" around ".", for one that grows from end to end would show a strong cold as nothing.
 */
#ifndef SHMTOP_TUI_VALUES_MAP_CELL_H
#define SHMTOP_TUI_VALUES_MAP_CELL_H

#include "core/analysis/map.h"
#include "tui/term/cells.h"

struct map_cell {
    const struct map_scale *scale; /* NULL: no block has a finite value */
    bool extreme;                  /* not the mean */
    bool half;
    const struct map_block *upper, *lower; /* NULL: none; lower: only of half */
    bool upper_selected, lower_selected;
};
void map_cell_put(const struct map_cell *cell, struct cells *cells, int y, int x);

/* '#' for nan, '^' for inf. */
void map_cell_put_mark(struct cells *cells, int y, int x, bool nan, uint8_t flags);

/* The scale itself, from its low end to its high one: from so many cells on with every character. */
#define MAP_CELL_SCALE_WHOLE 10
void map_cell_put_scale(const struct map_scale *scale, struct cells *cells, int y, int x, int width);

/* A frame around cells that are there; a mark or the cursor in its way stays. */
void map_cell_outline(struct cells *cells, struct rect rect);

#endif
