/*
 * The NAMEs of a command line, looked up.
 */
#ifndef SHMTOP_TUI_COMMAND_FIND_H
#define SHMTOP_TUI_COMMAND_FIND_H

#include "core/segment/segment.h"
#include "tui/command/report.h"

struct found {
    size_t count;
    char **names;         /* owned, raw */
    struct identity *ids; /* owned */
};

/* Looks up all that can be found and complains of the rest. Returns the worst status. */
enum exit_status find_all(const struct options *options, const struct directory *directory,
                          char *const *texts, size_t count, struct found *ret_found);
void found_clear(struct found *found);

#endif
