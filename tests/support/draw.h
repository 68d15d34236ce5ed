/*
 * Drawn cells as text, for tests of views; screens that are kept as files beside the tests.
 */
#ifndef SHMTOP_TESTS_SUPPORT_DRAW_H
#define SHMTOP_TESTS_SUPPORT_DRAW_H

#include "tui/term/cells.h"
#include "tui/term/theme.h"

/* The text of one row, of the columns [x, x + width), without trailing blanks. Valid until 8 further calls.
 */
const char *draw_row(const struct cells *cells, int y);

/* All rows, each with its newline, trailing blanks removed. malloc'ed. */
char *draw_text(const struct cells *cells);

/*
 * The same and below it, for each row that has any, the roles and flags of its cells: one letter a cell (see
 * draw.c), and their heat: " upper halves, : backgrounds, A to U and a to u on the two scales, # nan, ^ inf;
 * so that a golden screen holds what is coloured too. malloc'ed.
 */
char *draw_attributed(const struct cells *cells);

/* The cells as a terminal of that depth shows them, with the escape sequences for it. malloc'ed. */
char *draw_ansi(const struct cells *cells, enum theme_depth depth);

/* True where text stands in some row; the row in *ret_y, its column in *ret_x (each may be NULL). */
bool draw_find(const struct cells *cells, const char *text, int *ret_y, int *ret_x);

/* Fails the test, showing the whole screen, unless text stands (or does not stand) on it. */
void draw_assert_has(const struct cells *cells, const char *text);
void draw_assert_lacks(const struct cells *cells, const char *text);

/* Compares draw_attributed with the file tests/ROOM/goldens/NAME below SRCDIR (path is given from SRCDIR);
 * UPDATE=1 in the environment writes it. */
void draw_assert_golden(const struct cells *cells, const char *path);

/* The same with draw_ansi: a file to be looked at with cat. */
void draw_assert_golden_ansi(const struct cells *cells, enum theme_depth depth, const char *path);

/* Fails unless the cells hold only what may be shown: valid UTF-8 without controls, widths that add up, roles
 * that exist. */
void draw_assert_sane(const struct cells *cells);

#endif
