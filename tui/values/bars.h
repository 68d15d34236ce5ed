/*
 * A histogram in a rectangle of cells, of any size: bars that lie, a line for some bins, or that stand.
 *
 * Where there is less room than bins, neighbours become one bar. A bar is as long as its bins are high on
 * the average, so that one with fewer of them at the end stays comparable; the number beside it is that of
 * its elements. The highest bar takes all of the room; one that holds anything is seen.
 */
#ifndef SHMTOP_TUI_VALUES_BARS_H
#define SHMTOP_TUI_VALUES_BARS_H

#include "core/analysis/histogram.h"
#include "tui/term/cells.h"

/*
 * Lying: "-1.82 █████▍     48.1M": the lower edge, the bar, and how many where there is room for it. Returns
 * the rows used, at most height; 1 where there is nothing finite, which is said. Too narrow for edges, it is
 * bars alone.
 */
int bars_draw(const struct histogram *histogram, struct cells *cells, struct rect rect);
/* The rows that bars_draw uses of so many. */
int bars_rows(const struct histogram *histogram, int height);

/*
 * Standing, from the lowest value on the left; below them the two ends of the range, where height is 2 and
 * more. Each bar has the same number of columns. Returns the rows used: height, 1 where nothing is finite.
 */
int bars_draw_standing(const struct histogram *histogram, struct cells *cells, struct rect rect);

/* A count in at most 5 characters: "99999", "123k", "48.1M", by powers of 1000. */
#define BARS_COUNT_MAX 6
void bars_count_text(uint64_t count, char *buf, size_t size);

#endif
