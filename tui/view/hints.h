/*
 * The hint line: the keys that matter on a screen, from the table of actions.
 */
#ifndef SHMTOP_TUI_VIEW_HINTS_H
#define SHMTOP_TUI_VIEW_HINTS_H

#include "tui/app/action.h"
#include "tui/term/cells.h"
#include "tui/values/preview.h"

struct hints {
    unsigned screen; /* SCREEN_… */
    bool read_only;
    bool restores;                 /* the row under the cursor has no name: R in place of d */
    const struct preview *preview; /* with one none that does nothing in it; NULL: there is none */
};

/* As many as fit, whole ones only. */
void hints_draw(const struct hints *hints, struct cells *cells, struct rect rect);

#endif
