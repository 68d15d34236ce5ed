/*
 * The hint line: the keys that matter on a screen, from the table of actions.
 */
#ifndef SHMTOP_TUI_VIEW_HINTS_H
#define SHMTOP_TUI_VIEW_HINTS_H

#include "tui/app/action.h"
#include "tui/term/cells.h"
#include "tui/view/preview.h"

/* As many as fit, whole ones only; with a preview none that does nothing in it (NULL: there is none). */
void hints_draw(struct cells *cells, struct rect rect, unsigned screen, bool read_only,
                const struct preview *preview);

#endif
