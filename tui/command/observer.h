/*
 * What happens in a directory, with who did it and who still holds what was deleted: the change watch, the
 * journal, the release watch, fanotify and sweeps put together, on one thread.
 *
 * A deletion that nobody's holding delays is known as such without a sweep, for its release has been told by
 * then. Else one sweep tells who holds it, if sweeps have not taken more than 2 % of the time (beyond the
 * first two seconds of it); where they have, nobody is named.
 */
#ifndef SHMTOP_TUI_COMMAND_OBSERVER_H
#define SHMTOP_TUI_COMMAND_OBSERVER_H

#include <poll.h>

#include "core/catalog/journal.h"
#include "core/process/host.h"
#include "core/process/witness.h"

struct observer;

struct observer_options {
    struct directory *directory; /* borrowed, as host */
    const struct host *host;
    bool states; /* a sweep is wanted before every event, for what only it tells, whatever it takes */
};

/* Looks at what is there, tells nothing of it. */
int observer_new(struct observer **ret_observer, const struct observer_options *options, struct error *error);
void observer_free(struct observer *observer);

/* Where a part cannot be had: one sentence each, or NULL. */
const char *observer_trouble(const struct observer *observer);

/* What to poll, and for how many ms at most. */
#define OBSERVER_FDS 3
nfds_t observer_fds(const struct observer *observer, struct pollfd fds[OBSERVER_FDS]);
int observer_timeout(const struct observer *observer);

/* Looks what happened; after each poll. True while more waits. */
bool observer_step(struct observer *observer, struct error *error);

struct observed {
    struct journal_event event; /* owned; its row's holders are borrowed until the next step */
    bool has_by;
    struct culprit by;
    bool held;                 /* JOURNAL_DELETED: its memory did not come back, and somebody may hold it */
    bool moved;                /* held: it bears a name elsewhere */
    const struct sweep *sweep; /* held: the one that found row.holders; borrowed; NULL: nobody looked */
};
/* The next event since the step. The caller clears its event. */
bool observer_take(struct observer *observer, struct observed *ret_observed);

#endif
