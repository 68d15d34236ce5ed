/*
 * A piece of the user's own work under way: how far it is, and the question whether to leave it and quit.
 */
#ifndef SHMTOP_TUI_VIEW_PROGRESS_BOX_H
#define SHMTOP_TUI_VIEW_PROGRESS_BOX_H

#include "tui/term/key.h"
#include "tui/view/dialog.h"

#define PROGRESS_BOX_DELAY 200 /* ms that it runs before it is shown */

struct progress_box {
    bool asks_quit, quit_focused;
    int64_t started, now; /* monotonic ms */
    uint64_t done, total;
    uint64_t lost; /* values so far that lost more than precision: said instead of the note */
};

struct progress_words {
    const char *title;    /* "Loading" */
    const char *note;     /* "it appears under its name when it is complete" */
    const char *question; /* "A load is running: stop it and quit?" */
};

void progress_box_start(struct progress_box *box, int64_t now);

/* `q`, `Q` or a signal while it runs: shows the question. */
void progress_box_ask_quit(struct progress_box *box);

/* A key while it runs: DIALOG_STOP, DIALOG_QUIT, USED or UNUSED. */
enum dialog_result progress_box_key(struct progress_box *box, uint32_t code);

/* Whether there is something to draw; else what was there before stays. */
bool progress_box_shows(const struct progress_box *box);
void progress_box_draw(const struct progress_box *box, const struct progress_words *words,
                       struct cells *cells, struct rect rect);

#endif
