/*
 * The table of segments: which row the cursor is on, what is marked, what is scrolled to; and how it is
 * drawn.
 *
 * Cursor and marks follow the segment (its row's serial), never a place. Until the first key the cursor is on
 * whichever row comes first. When the cursor's row is gone, the row that took its place has the cursor.
 */
#ifndef SHMTOP_TUI_VIEW_TABLE_H
#define SHMTOP_TUI_VIEW_TABLE_H

#include "core/catalog/listing.h"
#include "tui/app/action.h"
#include "tui/view/columns.h"
#include "tui/view/header.h"

struct table {
    struct catalog *catalog;      /* borrowed */
    struct listing *listing;      /* borrowed */
    uint64_t cursor;              /* a row's serial; 0: the first row */
    size_t index;                 /* of the cursor's row; settled */
    size_t top;                   /* the first row shown; settled */
    size_t height;                /* rows that fit, heading not counted; settled */
    struct columns columns;       /* settled */
    struct columns_need need;     /* of the rows that were on screen in this width */
    struct columns_choice choice; /* the user's */
    int width;                    /* settled */
    uint64_t largest;             /* allocation of any row: the whole of the bars; measured */
    size_t marked;                /* marked rows that are shown; measured */
    size_t hidden;                /* marked rows that the filter hides; measured */
    struct header_totals totals;  /* measured */
    uint64_t marked_bytes;        /* allocated, of the marked rows that are shown; measured */
};

/* Brings cursor, scroll and columns up to date with the listing, for the rect that table_draw gets. */
void table_settle(struct table *table, struct rect rect, const struct table_style *style);

/* Counts marks and finds the largest: walks all rows. After a mark changed, and from time to time. */
void table_measure(struct table *table);

/* Moves the cursor or changes marks. False where the action is none of the table's. */
bool table_action(struct table *table, enum action action);

/* Sets the cursor on a row. */
void table_go(struct table *table, const struct row *row);

/* The row under the cursor; NULL: the table is empty. */
struct row *table_row(const struct table *table);

void table_draw(const struct table *table, struct cells *cells, struct rect rect,
                const struct table_style *style);

#endif
