/*
 * The console's whole state, and how events change it.
 *
 * app_update is a function of state and event alone: no clock, no I/O. What must be done outside it asks for
 * with effects, which the loop takes and does; results come back as events. app_draw is a function of the
 * state alone.
 */
#ifndef SHMTOP_TUI_APP_APP_H
#define SHMTOP_TUI_APP_APP_H

#include "tui/app/event.h"
#include "tui/term/cells.h"

struct app;

struct app_options {
    const char *directory;             /* copied */
    const char *host;                  /* copied */
    const char *home;                  /* copied; NULL: "~" means nothing */
    const struct producers *producers; /* borrowed; NULL: the built-in table */
    const char *problem;               /* printable, said at the start; NULL: none */
    unsigned umask;                    /* for the mode of what is loaded */
    unsigned uid;                      /* the effective one */
    size_t exits_room;                 /* of so many processes the end is told (EFFECT_ATTEND); 0: of none */
    bool read_only;
    bool numeric;
    bool ascii; /* the terminal's */
    bool heat;  /* it has colours for heat */
};

/* The first effects are pending at once: a scan. now: monotonic ms; wall: ns since 1970. */
struct app *app_new(const struct app_options *options, int rows, int columns, int64_t now, int64_t wall);
void app_free(struct app *app);

/* May be called any number of times before the next app_settle. */
void app_update(struct app *app, const struct event *event);

/* Takes the oldest effect; false where there is none. To be drained after each update and after app_settle.
 */
bool app_take_effect(struct app *app, struct effect *ret_effect);

/* Monotonic ms at which EVENT_TICK is due. */
int64_t app_due(const struct app *app);

/* Whether change events are wanted now: not while paused, nor while too many are still being looked at. */
bool app_wants_changes(const struct app *app);

/* Whether anything that is drawn may have changed since app_shown. */
bool app_is_dirty(const struct app *app);

/* Brings order, cursor and scroll up to date; before app_draw. */
void app_settle(struct app *app);

/* Fills all of cells, which have the size of the last EVENT_RESIZE. */
void app_draw(const struct app *app, struct cells *cells);

/* What app_draw drew is on the terminal. */
void app_shown(struct app *app);

#endif
