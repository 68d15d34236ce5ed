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

/* Without heat; flags: CELL_… */
struct look theme_look(enum theme_depth depth, enum role role, uint8_t flags);

/*
 * With heat, which only 256 colours have. Text on it is black or white, whichever is read better: of its role
 * it keeps the attributes. Selected, it stands out from every level of its scale.
 */
struct look theme_cell_look(enum theme_depth depth, const struct cell *cell);

/* The colour of a heat among 256; -1 of none. */
short theme_heat_color(uint8_t heat);

/* The nearest of the heats that are left when of HEAT_LEVELS only every step-th is used: a divisor of
 * HEAT_LEVELS / 2, so that both ends and the middle are kept. */
uint8_t theme_heat_coarse(uint8_t heat, unsigned step);

#endif
