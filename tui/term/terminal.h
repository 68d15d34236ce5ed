/*
 * The terminal itself. terminal_curses.c is the one implementation for people (the only files that include curses.h are in this room).
 */
#ifndef SHMTOP_TUI_TERM_TERMINAL_H
#define SHMTOP_TUI_TERM_TERMINAL_H

#include "core/sys/error.h"
#include "tui/term/cells.h"
#include "tui/term/key.h"

enum color_mode { COLOR_AUTO, COLOR_NEVER, COLOR_16, COLOR_256 };

struct terminal;

enum terminal_input { INPUT_NONE, INPUT_KEY, INPUT_PASTE, INPUT_RESIZE, INPUT_LOST };

/*
 * Takes over the terminal on stdin/stdout: newterm, alternate screen, cbreak, bracketed paste, 25 ms escape delay (ESCDELAY wins), LINES and COLUMNS unset.
 * An unknown xterm-* TERM is retried as xterm-256color. -ENOTTY where there is none, or TERM is dumb, unknown or cannot move the
 * cursor: the text names `shmtop list`. ascii is set where the locale is not UTF-8 or force_ascii.
 */
int terminal_open(struct terminal **ret_terminal, enum color_mode color, bool force_ascii, struct error *error);
/* Gives it back as it was. */
void terminal_close(struct terminal *terminal);

void terminal_size(const struct terminal *terminal, int *ret_rows, int *ret_columns);
bool terminal_is_ascii(const struct terminal *terminal);
int terminal_fd(const struct terminal *terminal); /* to poll for input */

/*
 * The next input that has arrived, without waiting: a key; a paste (*ret_text owned by the caller: the text between the brackets); a new size; the
 * terminal is gone (end of input, EIO). A paste longer than 64 KiB is cut.
 */
enum terminal_input terminal_read(struct terminal *terminal, struct key *ret_key, char **ret_text);

/* Shows the cells; only what differs is written. -EIO: the terminal is lost. */
int terminal_show(struct terminal *terminal, const struct cells *cells);
/* The next terminal_show paints everything (Ctrl-L, after a resume). */
void terminal_repaint(struct terminal *terminal);
/* Ctrl-Z: gives the terminal back, stops the process group, takes it again when continued. */
void terminal_suspend(struct terminal *terminal);
/* OSC 52 is for a later issue; the mouse too. */

#endif
