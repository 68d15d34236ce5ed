/*
 * The header: which directory on which host, whether what is seen is live, the order and the counts; below it
 * the file system's gauge.
 */
#ifndef SHMTOP_TUI_VIEW_HEADER_H
#define SHMTOP_TUI_VIEW_HEADER_H

#include "core/segment/directory.h"
#include "tui/term/cells.h"

enum header_state { HEADER_SCANNING, HEADER_LIVE, HEADER_POLLING, HEADER_PAUSED, HEADER_ABSENT };

struct header {
    const char *directory, *host; /* printable, borrowed */
    enum header_state state;
    bool read_only;
    const char *sort; /* printable, lower case; borrowed */
    bool descending;
    const char *filter; /* printable; "": none */
    size_t shown, count;
    bool has_usage;
    struct directory_usage usage;
};

/* Two lines, or the first alone where rect has only one. */
void header_draw(const struct header *header, struct cells *cells, struct rect rect);

#endif
