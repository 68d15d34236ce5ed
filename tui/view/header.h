/*
 * The header: which directory on which host, whether what is seen is live, the order and the counts; below it
 * the file system's gauge, stacked by state, what its colours mean, and what to be warned of.
 */
#ifndef SHMTOP_TUI_VIEW_HEADER_H
#define SHMTOP_TUI_VIEW_HEADER_H

#include "core/catalog/catalog.h"
#include "core/segment/directory.h"
#include "tui/term/cells.h"

enum header_state { HEADER_SCANNING, HEADER_LIVE, HEADER_POLLING, HEADER_PAUSED, HEADER_ABSENT };

#define HEADER_LINES        3 /* without warnings: title, gauge, legend */
#define HEADER_WARNINGS_MAX 8
#define HEADER_WARNING_MAX  400

/* What is said besides; "" and 0: nothing. All printable. */
struct header_notes {
    char rate[64];   /* how fast it fills: "+1.2G/min, full in 8 min" */
    char beyond[64]; /* shared memory that is not here: "beyond this file system 0.4G" */
    char warnings[HEADER_WARNINGS_MAX][HEADER_WARNING_MAX];
    size_t warning_count;
};

struct header {
    const char *directory, *host; /* printable, borrowed */
    enum header_state state;
    bool read_only;
    const char *sort; /* printable, lower case; borrowed */
    bool descending;
    const char *filter; /* printable; "": none */
    const char *chips;  /* what else narrows or moves the rows, printable: "state: leaked"; "": nothing */
    size_t shown, count;
    bool has_usage;
    struct directory_usage usage;
    const struct catalog_totals *totals; /* borrowed */
    bool swept;                          /* the states are known */
    uint32_t processes, unread;          /* of the last sweep; unread 0: it is no word worth */
    enum state only;                     /* the state that alone is shown; STATE_UNKNOWN: all are */
    const struct header_notes *notes;    /* borrowed */
};

/* Title, gauge, legend, and the first warning where there is one: as many of them as rect has lines. */
void header_draw(const struct header *header, struct cells *cells, struct rect rect);

#endif
