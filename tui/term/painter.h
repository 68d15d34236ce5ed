/*
 * Cells to the bytes that show them, by curses: it finds what turns the screen before into the one wanted,
 * for any terminal that terminfo knows, and writes it to a file in memory. It never meets the tty, so neither
 * a dead nor a stalled one can hold us up in it.
 */
#ifndef SHMTOP_TUI_TERM_PAINTER_H
#define SHMTOP_TUI_TERM_PAINTER_H

#include "tui/term/cells.h"
#include "tui/term/terminal.h"

struct painter;
struct input;

/*
 * For the terminal that TERM names, of this size (0: what terminfo says, then painter_size). LINES and
 * COLUMNS are removed from the environment. -ENOTTY: nothing is known of it, or it cannot move its cursor.
 * One at a time.
 */
int painter_open(struct painter **ret_painter, enum color_mode color, int rows, int columns,
                 struct error *error);
void painter_close(struct painter *painter); /* NULL is fine */

void painter_size(const struct painter *painter, int *ret_rows, int *ret_columns);
void painter_resize(struct painter *painter, int rows, int columns);
/* What is on the screen is not known any more: the next painter_draw paints everything. */
void painter_forget(struct painter *painter);

/* The bytes that show the cells, or that leave the screen; none: 0 bytes. Owned by the caller. */
void painter_draw(struct painter *painter, const struct cells *cells, char **ret_bytes, size_t *ret_count);
void painter_leave(struct painter *painter, char **ret_bytes, size_t *ret_count);

/* Bytes that leave the screen whatever is on it, for a crash. Returns their number, at most size. */
size_t painter_rescue(const struct painter *painter, char *bytes, size_t size);
/* The sequences of the terminal's keys. */
void painter_add_keys(const struct painter *painter, struct input *input);
/* Heat has colours (theme.h), if fewer than there are levels. */
bool painter_shows_heat(const struct painter *painter);
/* It has a second screen: it is like an xterm. */
bool painter_is_modern(const struct painter *painter);

#endif
