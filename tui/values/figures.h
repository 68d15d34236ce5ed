/*
 * Statistics as lines of text, for the map's screen and for the details of the table: as many as there are
 * rows for.
 */
#ifndef SHMTOP_TUI_VALUES_FIGURES_H
#define SHMTOP_TUI_VALUES_FIGURES_H

#include "core/analysis/statistics.h"
#include "tui/term/cells.h"

#define FIGURES_ROWS         7 /* one below the other */
#define FIGURES_ROWS_BESIDE  4 /* in two columns, from FIGURES_BESIDE_WIDTH on */
#define FIGURES_BESIDE_WIDTH 36

/*
 * min, mean, max, std, zeros, nan, inf: one below the other where height is FIGURES_ROWS, in two columns
 * where they fit and it is less, on one line where it is 1; what does not fit is left out. Returns the rows
 * used.
 */
int figures_draw(const struct statistics *statistics, struct cells *cells, struct rect rect);

/*
 * On one line: "min -3.10  mean 0.0214  max 4.71  std 1.00  nan 0  inf 0  (exact, 0.09 s)": what is said of
 * them in parentheses ("": nothing), or its first word alone where there is no room for more. Where there is
 * none for all figures those that fit are there, nan and inf, if there are any, before the rest.
 */
void figures_put_line(const struct statistics *statistics, const char *how, struct cells *cells, int y, int x,
                      int width);

/* Where they are from: "exact, 0.31 s", "sampled 1,000,000", "…, rewritten meanwhile". took: ms. */
#define FIGURES_HOW_MAX 96
void figures_how_text(const struct statistics *statistics, int64_t took, char *buf, size_t size);

#endif
