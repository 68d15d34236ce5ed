/*
 * Who uses some segments, for commands that say so: the lease tells whether, a sweep of /proc tells who. A
 * directory is used by whoever uses something in it.
 */
#ifndef SHMTOP_TUI_COMMAND_USE_H
#define SHMTOP_TUI_COMMAND_USE_H

#include "core/process/sweep.h"
#include "core/process/users.h"
#include "core/segment/lease.h"
#include "tui/command/report.h"

struct use {
    enum held held;
    const struct holders *holders; /* borrowed */
    bool complete;                 /* whether all who might hold it were looked at */
    uint32_t unread;               /* processes that could not be read */
    const char *reason;            /* borrowed: why not complete */
};

/* Whether anyone holds it; HELD_UNKNOWN where neither the kernel nor a complete sweep could tell. */
enum held use_held(const struct use *use);

/* "python3 (1234, alice), dash (77, bob) and 3 more", printable. At most three are named. */
void use_names(const struct holders *holders, struct users *users, char *buf, size_t size);

/* "not every process could be seen (not root: 12 of 300 could not be read)"; "" where all could. */
void use_unread(const struct sweep *sweep, char *buf, size_t size);

#endif
