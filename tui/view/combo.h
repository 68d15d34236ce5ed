/*
 * A field of a form that offers a few texts and takes any other: Left and Right go through those offered, and
 * what is typed stands in their place. The first one offered means that nothing was chosen.
 */
#ifndef SHMTOP_TUI_VIEW_COMBO_H
#define SHMTOP_TUI_VIEW_COMBO_H

#include "tui/view/line.h"

#define COMBO_MAX      20
#define COMBO_TEXT_MAX 48

struct combo {
    struct line *line; /* owned: what was typed */
    bool is_typed;     /* that counts, else the chosen one */
    int chosen, count;
    char offered[COMBO_MAX][COMBO_TEXT_MAX];
};

/* texts: NULL-terminated, at least one. */
void combo_open(struct combo *combo, const char *const *texts);
void combo_close(struct combo *combo);

/* Offers others from the second one on; what was chosen stays, as typed where it is offered no more. */
void combo_offer(struct combo *combo, char texts[][COMBO_TEXT_MAX], int count);

/* Nothing is chosen. */
void combo_reset(struct combo *combo);
bool combo_is_set(const struct combo *combo);

/* When the field is left: what was typed and is offered counts as chosen, so that typing begins anew. */
void combo_leave(struct combo *combo);

/* What stands in it; borrowed until the next change. */
const char *combo_text(const struct combo *combo);

/* LINE_EDITED where another text stands in it now; Tab is LINE_COMPLETE. */
enum line_result combo_key(struct combo *combo, const struct key *key);
bool combo_paste(struct combo *combo, const char *text);

/* After keys and before drawing, as of a line. */
void combo_layout(struct combo *combo, int width);

/* "[keep] f2  f4 " or "[>f2  ] keep  f2  f4 ", the chosen one always within the width. */
void combo_draw(const struct combo *combo, struct cells *cells, int y, int x, int width, bool focused);

#endif
