/*
 * The NAMEs of a command line, looked up.
 */
#ifndef SHMTOP_TUI_COMMAND_NAMED_H
#define SHMTOP_TUI_COMMAND_NAMED_H

#include "core/process/unlinked.h"
#include "tui/command/report.h"

struct found {
    size_t count;
    char **names;         /* owned, raw */
    struct identity *ids; /* owned; inode 0: any that bears the name */
};

/* Looks up all that can be found, of a '#INODE' also those whose name is gone (*ret_unlinked, owned,
 * *ret_count of them), and complains of the rest. Returns the worst status. */
enum exit_status named_all_and_unlinked(const struct options *options, const struct directory *directory,
                                       char *const *texts, size_t count, struct found *ret_found,
                                       struct unlinked **ret_unlinked, size_t *ret_count);
void found_clear(struct found *found);

/*
 * Looks up one NAME, opens it for reading, through its holders where its name is gone, and recognises it: the
 * descriptor, or -1 where there is nothing to open or no permission to (the layout says so); *ret_segment is
 * to be cleared. 0 or -errno.
 */
int named_open(const struct options *options, const struct directory *directory, const char *text,
              struct segment *ret_segment, int *ret_fd, struct error *error);

/* The same for one whose values are asked for: where it has no matrix that is an error, which says why. */
int named_matrix(const struct options *options, const struct directory *directory, const char *text,
                struct segment *ret_segment, int *ret_fd, struct error *error);

#endif
