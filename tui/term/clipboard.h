/*
 * Text for the clipboard of whoever sits at the terminal, by the escape sequence OSC 52: it works over ssh,
 * and is ignored where the terminal does not know it. The one place that writes it.
 */
#ifndef SHMTOP_TUI_TERM_CLIPBOARD_H
#define SHMTOP_TUI_TERM_CLIPBOARD_H

#include <stdbool.h>
#include <stddef.h>

#define CLIPBOARD_MAX 74994 /* bytes of text: as base64 it just stays below the 100,000 that xterm takes */

/*
 * The sequence, malloc'ed, NUL-terminated; NULL where n is above CLIPBOARD_MAX. tmux: once as it is, which
 * tmux takes with its option set-clipboard, and once wrapped, which it hands on with allow-passthrough.
 */
char *clipboard_sequence(const char *text, size_t n, bool tmux);

#endif
