/*
 * Recording what a segment is said to be, beside the screen.
 */
#ifndef SHMTOP_TUI_APP_DESCRIBING_H
#define SHMTOP_TUI_APP_DESCRIBING_H

#include "core/process/host.h"
#include "tui/app/event.h"

/* Does it; never NULL, malloc'ed: described_clear, free. Nothing is done where the directory is NULL. */
struct described *describing_run(const struct directory *directory, const struct host *host,
                                 const struct describe_request *request);

#endif
