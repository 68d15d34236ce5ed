/*
 * What is known of a directory's segments at one moment, for commands: a scan, the contents recognised by
 * two threads, then one sweep of the processes, joined in a catalog, and what lies in the unlinked ones that
 * it found.
 */
#ifndef SHMTOP_TUI_COMMAND_KNOWN_H
#define SHMTOP_TUI_COMMAND_KNOWN_H

#include "core/catalog/catalog.h"
#include "core/process/users.h"
#include "tui/command/report.h"

/* A segment whose contents could not be looked at, for another reason than permission. */
struct unreadable {
    char *name; /* owned, raw */
    struct error error;
};

struct known {
    const struct options *options;     /* borrowed */
    const struct directory *directory; /* borrowed */
    struct users *users;               /* borrowed; the names of all owners and groups are looked up */
    int64_t wall;                      /* ns since 1970 */
    struct catalog *catalog;           /* owned */
    size_t unreadable_count, unreadable_capacity;
    struct unreadable *unreadable; /* owned */
    struct error unswept; /* why no sweep could be made, code 0: one was. States are unknown without */
};

/* Fills the first four, zeroes the rest. */
void known_begin(struct known *known, const struct options *options, const struct directory *directory,
                 struct users *users);

/* All that lies in the directory, and what was deleted and is held. 0 or -errno. */
int known_scan(struct known *known, struct error *error);

/* Sweeps for the rows of the catalog, which the caller filled. */
void known_sweep(struct known *known);

void known_clear(struct known *known);

#endif
