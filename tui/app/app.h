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
    const char *directory; /* copied */
    const char *host;      /* copied */
    bool read_only;
    bool numeric;
    bool ascii; /* the terminal's: x for ×, names escaped to ASCII */
};

/* The first effects (a scan, the usage) are pending at once. */
struct app *app_new(const struct app_options *options, int rows, int columns);
void app_free(struct app *app);

/* May be called any number of times before app_draw. */
void app_update(struct app *app, const struct event *event);

/* Takes the oldest effect; false where there is none. To be drained after each update. */
bool app_take_effect(struct app *app, struct effect *ret_effect);

/* Monotonic ms of the next EVENT_TICK. */
int64_t app_due(const struct app *app);

/* Whether change events are wanted now: not while paused, nor while the last ones are still being looked at.
 */
bool app_wants_changes(const struct app *app);

/* Whether an input field has the keyboard. */
bool app_wants_text(const struct app *app);

/* Whether anything that is drawn may have changed since app_draw. */
bool app_is_dirty(const struct app *app);

/* Brings order, cursor and scroll up to date; before app_draw. */
void app_settle(struct app *app);

/* Fills all of cells, whose size is the last EVENT_RESIZE's. */
void app_draw(struct app *app, struct cells *cells);

#endif
