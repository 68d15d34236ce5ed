/*
 * Who holds a segment, in full: a table of the processes that map it or have it open, and below it all that
 * is known of the chosen one. It follows the segment's row and the process, not their places.
 */
#ifndef SHMTOP_TUI_VIEW_HOLDERS_H
#define SHMTOP_TUI_VIEW_HOLDERS_H

#include "tui/view/table.h"

struct holders_view {
    uint64_t serial; /* of the row */
    pid_t pid;       /* of the chosen process; 0: the first */
    size_t selected; /* its line; settled */
    size_t top;      /* the first line drawn; settled */
};

void holders_open(struct holders_view *view, const struct row *row);

enum holders_answer { HOLDERS_STAY, HOLDERS_CLOSE };
/* row: NULL where it is gone. */
enum holders_answer holders_key(struct holders_view *view, const struct key *key, const struct row *row,
                                struct rect screen);

/* Brings choice and scroll up to date with what was found since. */
void holders_settle(struct holders_view *view, const struct row *row, struct rect screen);

/* sweep: the last; NULL: none has ended. */
void holders_draw(const struct holders_view *view, const struct row *row, const struct sweep *sweep,
                  const struct table_style *style, struct cells *cells, struct rect screen);

#endif
