/*
 * What is known of the segment under the cursor: a strip of four lines below the table, or a pane beside it.
 */
#ifndef SHMTOP_TUI_VIEW_DETAIL_H
#define SHMTOP_TUI_VIEW_DETAIL_H

#include "tui/view/table.h"

#define DETAIL_STRIP_HEIGHT 4
#define DETAIL_PANE_WIDTH   44

/* row may be NULL: nothing is under the cursor. directory: printable. */
void detail_draw_strip(const struct row *row, const char *directory, struct cells *cells, struct rect rect,
                       const struct table_style *style);
void detail_draw_pane(const struct row *row, const char *directory, struct cells *cells, struct rect rect,
                      const struct table_style *style);

#endif
