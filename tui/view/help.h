/*
 * Help, made from the table of actions: what the keys of a screen do; and below them what the table's letters
 * and colours mean. Typing filters ("/" first for what begins with q or ?), Enter runs the chosen line.
 */
#ifndef SHMTOP_TUI_VIEW_HELP_H
#define SHMTOP_TUI_VIEW_HELP_H

#include "tui/app/action.h"
#include "tui/term/cells.h"

#define HELP_FILTER_MAX 40

struct help {
    unsigned screen; /* SCREEN_… */
    bool read_only;
    char filter[HELP_FILTER_MAX]; /* ASCII */
    bool filtering;               /* the filter has the letters: "q" closes no more */
    int selected;                 /* of the lines that the filter lets through */
    int top;                      /* the first one drawn */
};

void help_open(struct help *help, unsigned screen, bool read_only);

enum help_answer { HELP_STAY, HELP_CLOSE, HELP_RUN /* help_action */ };
/* rows, columns: of the screen that it is drawn on. */
enum help_answer help_key(struct help *help, const struct key *key, int rows, int columns);

/* The action of the chosen line; ACTION_NONE where no line fits the filter. */
enum action help_action(const struct help *help);

void help_draw(const struct help *help, struct cells *cells, struct rect screen);

#endif
