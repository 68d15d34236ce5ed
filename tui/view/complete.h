/*
 * Completion of a path as mc does it: the first Tab completes as far as it can, the second lists what is
 * possible.
 */
#ifndef SHMTOP_TUI_VIEW_COMPLETE_H
#define SHMTOP_TUI_VIEW_COMPLETE_H

#include "core/sys/error.h"
#include "tui/term/cells.h"

#define COMPLETE_MAX 4096 /* candidates kept */

struct completion {
    char *text;    /* owned: what was to be completed, as typed */
    size_t prefix; /* bytes of text in front of the last part */
    size_t count;
    char **names; /* owned: what the last part may become, sorted; raw bytes, directories with a '/' behind */
    bool unloadable;    /* there is something else, a FIFO or the like, which no candidate is */
    bool cut;           /* there are more than COMPLETE_MAX */
    struct error error; /* the directory cannot be read */
};

/*
 * Lists the candidates for a path as typed: "~" and "~/…" mean home, hidden ones only where the last part
 * begins with a dot. Does I/O (run it beside the screen). Names that are no printable UTF-8 cannot be typed
 * and are left out.
 */
struct completion *complete_fetch(const char *text, const char *home);
void completion_free(struct completion *completion);

/* The path as the system takes it: "~" replaced. malloc'ed. */
char *complete_expand(const char *text, const char *home);

/* The text with its last part completed as far as all candidates agree. malloc'ed; the text itself where
 * there are none. */
char *completion_text(const struct completion *completion);

/* How many candidates stand side by side in a width. */
int completion_columns(const struct completion *completion, int width);

/* Draws the candidates in columns, from the first-th on; returns how many fit. */
size_t completion_draw(const struct completion *completion, size_t first, struct cells *cells,
                       struct rect rect);

#endif
