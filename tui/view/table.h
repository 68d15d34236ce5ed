/*
 * The table of segments: which row the cursor is on, what is marked, what is scrolled to; and how it is
 * drawn.
 *
 * Cursor and marks follow the segment (its row's serial), never a place. Until the first key the cursor is on
 * whichever row comes first. When the cursor's row is gone, the row that took its place has the cursor. In
 * groups the cursor may stand on a heading, and follows it.
 */
#ifndef SHMTOP_TUI_VIEW_TABLE_H
#define SHMTOP_TUI_VIEW_TABLE_H

#include "tui/app/action.h"
#include "tui/view/columns.h"
#include "tui/view/groups.h"

struct table {
    struct catalog *catalog; /* borrowed */
    struct listing *listing; /* borrowed */
    struct groups *groups;   /* borrowed: which line is which row */
    uint64_t cursor;         /* a row's serial; 0: a heading, or the first line */
    bool on_heading;         /* the cursor is on the heading of the group with this key */
    uint64_t heading;
    uint64_t anchor;              /* the serial of the row that a range of marks began at; 0: no range */
    size_t index;                 /* the cursor's line; settled */
    size_t top;                   /* the first line shown; settled */
    size_t height;                /* lines that fit, the columns' heading not counted; settled */
    struct columns columns;       /* settled */
    struct columns_need need;     /* of the rows that were on screen in this width */
    struct columns_choice choice; /* the user's */
    int width;                    /* settled */
    uint64_t largest;             /* allocation of any row: the whole of the bars; measured */
    size_t marked;                /* marked rows that are shown; measured */
    size_t hidden;                /* marked rows that the filter hides; measured */
    uint64_t marked_bytes;        /* allocated, of the marked rows that are shown; measured */
};

/* Brings cursor, scroll and columns up to date with the listing and its groups, for the rect that table_draw
 * gets. */
void table_settle(struct table *table, struct rect rect, const struct table_style *style);

/* Counts marks and finds the largest: walks all rows. After a mark changed, and from time to time. */
void table_measure(struct table *table);

/* Moves the cursor, folds groups or changes marks. False where the action is none of the table's. */
bool table_action(struct table *table, enum action action);

/* Sets the cursor on a row, unfolding its group. */
void table_go(struct table *table, const struct row *row);

/* The row under the cursor; NULL: it is on a heading, or the table is empty. */
struct row *table_row(const struct table *table);
/* The group whose heading the cursor is on; NULL: it is on none. */
const struct group *table_group(const struct table *table);

/* The rows between a range's beginning and the cursor: how many, and what is allocated. 0: no range. */
size_t table_range(const struct table *table, uint64_t *ret_bytes);
/* Ends the range, marking its rows or not. */
void table_end_range(struct table *table, bool mark);

void table_draw(const struct table *table, struct cells *cells, struct rect rect,
                const struct table_style *style);

#endif
