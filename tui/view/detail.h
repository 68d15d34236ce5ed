/*
 * What is known of the segment under the cursor: a strip of five lines below the table, or a pane beside it.
 */
#ifndef SHMTOP_TUI_VIEW_DETAIL_H
#define SHMTOP_TUI_VIEW_DETAIL_H

#include "tui/view/table.h"

#define DETAIL_STRIP_HEIGHT 5
#define DETAIL_PANE_WIDTH   44

struct detail {
    const struct row *row;     /* NULL: nothing is under the cursor */
    const struct sweep *sweep; /* the last; NULL: none has ended */
    const char *directory;     /* printable */
    bool watched;              /* the end of its last holder is seen at once, not by the next sweep */
};

void detail_draw_strip(const struct detail *detail, struct cells *cells, struct rect rect,
                       const struct table_style *style);
void detail_draw_pane(const struct detail *detail, struct cells *cells, struct rect rect,
                      const struct table_style *style);

#endif
