/*
 * The terminal itself: the tty, the keys that come from it and the cells that it shows.
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
 * Takes over the terminal on stdin and stdout: alternate screen, raw, bracketed paste. setlocale(LC_CTYPE,
 * "") has been called. LINES and COLUMNS are removed from the environment, for they would hide a new size. An
 * unknown xterm-* TERM is tried again as xterm-256color. color: AUTO asks NO_COLOR and the terminal; NEVER;
 * 16 and 256 are the most that is used of what the terminal has. ascii is set where the locale is not UTF-8,
 * or force_ascii. One terminal at a time.
 *
 * -ENOTTY where there is no terminal, or TERM is not set, unknown, or of one that cannot move the cursor
 * (dumb): the text names `shmtop list`.
 *
 * Signals: INT, TERM, HUP, QUIT, TSTP and CONT do what the caller wants; what curses sets is taken back.
 * WINCH, if nobody catches it, is caught here, so that it ends a ppoll (where the caller must let it
 * through); terminal_read asks for the size itself, so that none is lost. ^C, ^Z and ^\ of the keyboard come
 * as keys (3, 26, 28). The caller catches TSTP, and calls terminal_suspend; CONT, so that it wakes up (see
 * terminal_fd). For faults see rescue.h.
 */
int terminal_open(struct terminal **ret_terminal, enum color_mode color, bool force_ascii,
                  struct error *error);
/* Gives it back as it was. Does not wait for one that is gone or takes nothing (1 s at most). NULL is fine.
 */
void terminal_close(struct terminal *terminal);

void terminal_size(const struct terminal *terminal, int *ret_rows, int *ret_columns);
bool terminal_is_ascii(const struct terminal *terminal);
/* Whether cells' heat is seen: with 256 colours. */
bool terminal_shows_heat(const struct terminal *terminal);
/*
 * To poll for input; HUP and ERR mean input, too (INPUT_LOST). -1, which poll passes over, while another job
 * has the terminal: ask each time.
 */
int terminal_fd(const struct terminal *terminal);

/*
 * The next input that has arrived: a key; a paste (*ret_text owned by the caller: the text between the
 * brackets, at most 64 KiB); a new size; the terminal is gone (end of input, EIO, hung up). Waits for
 * nothing, except 25 ms (ESCDELAY, in ms) for the rest after a lone Escape. Call until INPUT_NONE: what was
 * read before is not seen by poll.
 */
enum terminal_input terminal_read(struct terminal *terminal, struct key *ret_key, char **ret_text);
/* Forgets what was typed ahead, so that it confirms no dialog that is only just drawn. */
void terminal_flush_input(struct terminal *terminal);

/*
 * Shows the cells: only what differs is written, nothing if nothing does. -EIO: the terminal is lost. Never
 * waits: when the terminal does not take all, the rest is kept and this frame or the next ones are left out.
 * While terminal_is_behind, poll terminal_fd for POLLOUT, too, and call this again with what is to be shown
 * then.
 */
int terminal_show(struct terminal *terminal, const struct cells *cells);
bool terminal_is_behind(const struct terminal *terminal);
/* Gives text to the terminal's clipboard (clipboard.h); within tmux to that outside. -E2BIG: above
 * CLIPBOARD_MAX. */
int terminal_copy(struct terminal *terminal, const char *text);
/* The next terminal_show paints everything (Ctrl-L). */
void terminal_repaint(struct terminal *terminal);
/*
 * Ctrl-Z or TSTP: gives the terminal back, stops the process group, takes the terminal again when continued
 * (if in the foreground; else at the next call that finds itself there), and then paints everything and
 * reports a new size. Where no shell could continue us, nothing is stopped.
 */
void terminal_suspend(struct terminal *terminal);

#endif
