/*
 * A grid of character cells between the models and the terminal. Views fill cells with text in roles, not
 * colours; a back end (curses, or a test's) shows the differences. No curses here.
 *
 * All drawing clips: any coordinate and any size are safe. Views always write UTF-8, lines and arrows too:
 * where the cells are ASCII, the usual ones (box drawing, blocks, … × · ● ↑ ↓) become what looks like them,
 * anything else '?', in as many columns.
 */
#ifndef SHMTOP_TUI_TERM_CELLS_H
#define SHMTOP_TUI_TERM_CELLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a cell means; the theme decides how it looks in 256 colours, 16 colours and monochrome. */
enum role {
    ROLE_TEXT,
    ROLE_DIM,    /* secondary: units, labels */
    ROLE_STRONG, /* what matters on a line */
    ROLE_TITLE,  /* column headings, titles */
    ROLE_SORTED, /* heading of the sorted column */
    ROLE_KEY,    /* a key in the hint line */
    ROLE_RULE,   /* lines and boxes */
    ROLE_TYPE,   /* dtype */
    ROLE_LIVE,
    ROLE_IDLE,
    ROLE_STALE,
    ROLE_LEAKED,
    ROLE_UNLINKED,
    ROLE_FREE, /* the gauge and the states */
    ROLE_USED, /* gauge: used, not told apart */
    ROLE_GOOD,
    ROLE_WARN,
    ROLE_BAD,
    ROLE_MARK,    /* marked rows */
    ROLE_ESCAPED, /* what name_escape made of a hostile name */
    ROLE_NAN,
    ROLE_INF,    /* values */
    ROLE_INPUT,  /* an input field */
    ROLE_BUTTON, /* a button; focused with CELL_SELECTED */
    ROLE_COLD,
    ROLE_HOT, /* characters that stand for values below and above, where heat has no colours */
    ROLE_COUNT
};

#define CELL_SELECTED  0x01 /* the cursor row, the focused button, the cursor cell */
#define CELL_BOLD      0x02
#define CELL_UNDERLINE 0x04

#define CELL_TEXT_MAX 20 /* a base character and its combining ones, UTF-8, NUL-terminated */

/*
 * A value as a colour behind a character: HEAT_LEVELS from cold to hot on a diverging scale (the middle one
 * is 0), and as many on one that only rises; two colours that no level has for what is no number. 0: none.
 * Where there are no such colours (cells.heat) a cell looks as if it had none: who draws says it by
 * characters then.
 */
#define HEAT_LEVELS 21
static inline uint8_t heat_diverging(unsigned level) /* 0 .. HEAT_LEVELS - 1 */
{
    return (uint8_t)(1 + level);
}
static inline uint8_t heat_rising(unsigned level)
{
    return (uint8_t)(1 + HEAT_LEVELS + level);
}
#define HEAT_NAN   (1 + 2 * HEAT_LEVELS)
#define HEAT_INF   (HEAT_NAN + 1)
#define HEAT_COUNT (HEAT_INF + 1)

struct cell {
    char text[CELL_TEXT_MAX]; /* "" : the right half of a wide character */
    uint8_t width;            /* columns of text: 1 or 2; 0 for a right half */
    uint8_t role;
    uint8_t flags;
    uint8_t heat;  /* of the background */
    uint8_t upper; /* of the upper half, where the text is the upper half block; else 0 */
};

struct rect {
    int y, x, height, width;
};

struct cells {
    int rows, columns;
    struct cell *grid;      /* owned; rows * columns */
    bool ascii;             /* every character in ASCII */
    bool heat;              /* the terminal has colours for heat */
    int cursor_y, cursor_x; /* -1: hidden */
};

/* Makes (from an all-zero struct) or resizes; all blank. rows and columns are forced to 1..1000. */
void cells_resize(struct cells *cells, int rows, int columns);
void cells_free(struct cells *cells);
void cells_clear(struct cells *cells); /* blank, cursor hidden */

/*
 * Puts UTF-8 text at (y, x), at most width columns (width < 0: to the edge). Never emits a control byte: what
 * is no printable character becomes U+FFFD ('?' in ascii). Wide characters that do not fit are left out,
 * combining ones (four at most) stay with their base; joiners and variation selectors, whose effect on the
 * width differs between terminals, are left out. Returns the columns used, also those left of column 0 or on
 * a row that is not there.
 */
int cells_put(struct cells *cells, int y, int x, int width, enum role role, uint8_t flags, const char *text);
int cells_putf(struct cells *cells, int y, int x, int width, enum role role, uint8_t flags,
               const char *format, ...) __attribute__((format(printf, 7, 8)));
/* The same, aligned right in the field, of which all columns are returned; what is too long keeps its left
 * end and is cut with "…". */
int cells_put_right(struct cells *cells, int y, int x, int width, enum role role, uint8_t flags,
                    const char *text);
/* Left-aligned with "…" (~ in ascii) at the end where it is cut. */
int cells_put_cut(struct cells *cells, int y, int x, int width, enum role role, uint8_t flags,
                  const char *text);
void cells_fill(struct cells *cells, struct rect rect, enum role role, uint8_t flags, const char *character);
/* Adds flags to (and, if role >= 0, changes the role of) what is there. */
void cells_tint(struct cells *cells, struct rect rect, int role, uint8_t flags);
void cells_rule(struct cells *cells, int y, int x, int width, enum role role);
/* A box with a title in its upper edge; its inside is blanked. */
void cells_box(struct cells *cells, struct rect rect, enum role role, const char *title);
/* The bar of part in whole, in eighths of a column ('#' in ascii), rounded to the nearest; what is beyond it
 * stays as it was. */
void cells_bar(struct cells *cells, int y, int x, int width, uint64_t part, uint64_t whole, enum role role);

/* Two values in one cell, one above the other, as a half block; in ascii, which has none, only the upper one.
 */
void cells_put_heat(struct cells *cells, int y, int x, uint8_t upper, uint8_t lower);
/* The background of what is there. */
void cells_heat(struct cells *cells, struct rect rect, uint8_t heat);

/* Columns that text takes. */
int text_width(const char *text);

#endif
