/*
 * The log of what changes: the catalog's change records become events, one a change that people speak of. It
 * is pure: it keeps what was said of each row, so that only what is new is said, and copies of what was
 * deleted until its memory came back.
 *
 * Sizes change a thousand times while a file is written: a change is told once it has rested for
 * JOURNAL_QUIET ms, and every JOURNAL_OFTEN ms while it goes on. Of what another event tells anyway no more
 * is said.
 */
#ifndef SHMTOP_CORE_CATALOG_JOURNAL_H
#define SHMTOP_CORE_CATALOG_JOURNAL_H

#include "core/catalog/catalog.h"

#define JOURNAL_QUIET 100
#define JOURNAL_OFTEN 1000

enum journal_kind {
    JOURNAL_CREATED,
    JOURNAL_RESIZED,
    JOURNAL_DESCRIBED, /* what its bytes are became known, or another */
    JOURNAL_RENAMED,
    JOURNAL_DELETED,
    JOURNAL_RELEASED, /* the memory of a deleted one came back */
};

struct journal_event {
    enum journal_kind kind;
    struct row row; /* owned: as it was then; without holders */
    char *old_name; /* owned, raw: JOURNAL_RENAMED */
    int64_t wall;   /* ns since 1970 */
};
void journal_event_clear(struct journal_event *event);

struct journal;
struct journal *journal_new(void);
void journal_free(struct journal *journal);

/* From here on it tells; what was there before is only learnt. */
void journal_start(struct journal *journal);

/* The time of the changes that follow. now: monotonic ms; wall: ns since 1970. */
void journal_set_time(struct journal *journal, int64_t now, int64_t wall);

/* A change_function's work. A row without a name that a sweep found waits for its release as if it had been
 * deleted here. */
void journal_change(struct journal *journal, const struct change *change);

/* The memory of a segment came back. It may be told before the name is known to be gone. */
void journal_released(struct journal *journal, const struct identity *id);

/* Tells the sizes that are due. journal_due: when, in monotonic ms; INT64_MAX: nothing is. */
void journal_tick(struct journal *journal, struct catalog *catalog);
int64_t journal_due(const struct journal *journal);

/* The oldest event that was not taken yet. False where there is none. */
bool journal_take(struct journal *journal, struct journal_event *ret_event);

/* Whether the names of this one are gone and its memory is not known to have come back. */
bool journal_is_waiting(const struct journal *journal, const struct identity *id);

/* All of those; each may call journal_released or journal_forget for the one it is given. */
typedef void waiting_function(void *context, const struct row *row);
void journal_each_waiting(struct journal *journal, waiting_function *each, void *context);

/* No release will be told of it, for none can be known. */
void journal_forget(struct journal *journal, const struct identity *id);

#endif
