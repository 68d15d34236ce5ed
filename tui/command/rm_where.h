/*
 * rm --where: the segments of a directory that a filter lets through, matched once.
 */
#ifndef SHMTOP_TUI_COMMAND_RM_WHERE_H
#define SHMTOP_TUI_COMMAND_RM_WHERE_H

#include "core/catalog/filter.h"
#include "core/segment/directory.h"
#include "core/process/users.h"
#include "core/transfer/delete.h"
#include "tui/command/named.h"

struct matched {
    struct found found;
    uint8_t *states;         /* owned: enum state of each; STATE_UNKNOWN where no sweep was made */
    struct identity *inside; /* owned: what lies in the directories that go as a whole, by device and inode */
    size_t inside_count;
    struct sweep seen; /* of the sweep how many it could read and why not all; the rest zero */
};
void matched_clear(struct matched *matched);

/* True where all that would go with this item was there when it was matched, or it is no directory. */
bool matched_covers(const struct matched *matched, const struct delete_item *item);

/*
 * Scans, sweeps where the filter asks who holds what, or with states, and fills *ret_matched by name. What is
 * unlinked is passed over. A directory is taken as a whole, and only where all that lies in it fits too; else
 * what fits in it. Complains where that cannot be done.
 */
enum exit_status rm_match(const struct options *options, const struct directory *directory,
                          struct users *users, const struct filter *filter, bool states,
                          struct matched *ret_matched);

#endif
