/*
 * What is known of the segment under the cursor: a strip of five lines below the table, a pane beside it, or
 * a screen of its own.
 */
#ifndef SHMTOP_TUI_VIEW_DETAIL_H
#define SHMTOP_TUI_VIEW_DETAIL_H

#include "tui/values/insight.h"
#include "tui/view/table.h"

#define DETAIL_STRIP_HEIGHT 5
#define DETAIL_PANE_WIDTH   44

struct detail {
    const struct row *row;      /* NULL: nothing is under the cursor */
    const struct sweep *sweep;  /* the last; NULL: none has ended */
    const char *directory;      /* printable */
    bool watched;               /* the end of its last holder is seen at once, not by the next sweep */
    struct insight_known known; /* of its values */
};

void detail_draw_strip(const struct detail *detail, struct cells *cells, struct rect rect,
                       const struct table_style *style);
void detail_draw_pane(const struct detail *detail, struct cells *cells, struct rect rect,
                      const struct table_style *style);

/* The blocks of a map that each has room for; 0: none. heat: two of them lie in a cell. */
void detail_pane_room(const struct detail *detail, struct rect rect, bool ascii, bool heat,
                      const struct table_style *style, unsigned *ret_rows, unsigned *ret_columns);
void detail_whole_room(const struct detail *detail, int columns, bool heat, unsigned *ret_rows,
                       unsigned *ret_columns);

/* All of it over the screen, from the top-th row on; the lower edge says that there is more. */
void detail_draw_whole(const struct detail *detail, struct cells *cells, struct rect screen,
                       const struct table_style *style, int top);
int detail_rows(const struct detail *detail, int columns, bool ascii, bool heat,
                const struct table_style *style);
int detail_page(int rows); /* of them on a screen of so many rows */

#endif
