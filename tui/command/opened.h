/*
 * The one segment whose values a command was asked for: as it describes itself, or as --as says.
 */
#ifndef SHMTOP_TUI_COMMAND_OPENED_H
#define SHMTOP_TUI_COMMAND_OPENED_H

#include "core/segment/segment.h"
#include "tui/command/as.h"
#include "tui/command/report.h"

struct opened {
    const struct options *options;
    const char *name; /* as given */
    struct as as;     /* instead of its layout */
    struct segment segment;
    int fd; /* -1 before */
};

/* Opens it and sets segment.matrix. Says on standard error where --as leaves bytes uncovered. 0 or -errno. */
int opened_open(struct opened *opened, const struct directory *directory, struct error *error);
void opened_close(struct opened *opened);

/* Says what is wrong with it, and where a name is not there what to do about it. */
enum exit_status opened_refuse(const struct opened *opened, const struct directory *directory,
                               const struct error *error);

#endif
