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

/* 0 or -errno. opened->segment.matrix and fd are there. */
typedef int opened_work(void *context, struct error *error);

/*
 * All of a command about one segment: opens it (and says where --as leaves bytes uncovered), does the work,
 * says what is wrong (and where a name is not there what to do about it), and closes it. EXIT_STATUS_DONE:
 * the work came to its end.
 */
enum exit_status opened_run(struct opened *opened, opened_work *work, void *context);

#endif
