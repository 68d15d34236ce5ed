/*
 * How a role looks, by what the terminal can do. No curses here: painter.c turns a look into
 * attributes and a colour pair.
 *
 * The terminal's own foreground and background are kept, no text is dark blue, and nothing is standout
 * (italics under screen). What a colour says is always said by a letter or a word too.
 */
#ifndef SHMTOP_TUI_TERM_THEME_H
#define SHMTOP_TUI_TERM_THEME_H

#include <stdbool.h>
#include <stdint.h>

#include "tui/term/cells.h"

enum theme_depth { THEME_MONOCHROME, THEME_8, THEME_16, THEME_256 };

struct look {
    short foreground, background; /* -1: the terminal's own */
    bool bold, dim, reverse, underline;
};

/* flags: CELL_… */
struct look theme_look(enum theme_depth depth, enum role role, uint8_t flags);

#endif
