/*
 * The table's columns: which fit into a width, and how each is drawn.
 *
 * What must be seen of a segment (name, size, type, shape, owner, age) goes last; the bar, allocation,
 * layout, mode and group come in as there is room. Who holds a segment has its place behind the last of them.
 */
#ifndef SHMTOP_TUI_VIEW_COLUMNS_H
#define SHMTOP_TUI_VIEW_COLUMNS_H

#include "tui/view/table.h"

enum shown_column {
    SHOWN_NAME,
    SHOWN_SIZE,
    SHOWN_BAR,
    SHOWN_ALLOCATED,
    SHOWN_TYPE,
    SHOWN_SHAPE,
    SHOWN_OWNER,
    SHOWN_GROUP,
    SHOWN_MODE,
    SHOWN_AGE,
    SHOWN_LAYOUT,
    SHOWN_COUNT
};

#define COLUMNS_GUTTER 3 /* a blank, the mark, the letter */

struct columns {
    int width[SHOWN_COUNT]; /* 0: not shown */
};

void columns_fit(struct columns *columns, int width);

void columns_draw_headings(const struct columns *columns, struct cells *cells, struct rect line,
                           enum column sorted, bool descending);

/* largest: the allocation that fills a bar. */
void columns_draw_row(const struct columns *columns, struct cells *cells, struct rect line,
                      const struct row *row, uint64_t largest, const struct table_style *style);

/* A name as the screen shows it; true where something in it was escaped. */
bool columns_name(const char *raw, bool ascii, char *buf, size_t size);

#endif
