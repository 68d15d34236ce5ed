/*
 * Who uses some segments, in words.
 */
#ifndef SHMTOP_TUI_COMMAND_USE_H
#define SHMTOP_TUI_COMMAND_USE_H

#include "core/process/sweep.h"
#include "core/process/users.h"
#include "tui/command/report.h"

/* "python3 (1234, alice), dash (77, bob) and 3 more", printable. At most three are named. */
void use_names(const struct holders *holders, struct users *users, char *buf, size_t size);

/* "not every process could be seen (not root: 12 of 300 could not be read)"; "" where all could. */
void use_unread(const struct sweep *sweep, char *buf, size_t size);

/* A line to a person who reads messages on a terminal, where not every process could be read: what may be
 * missing, and what to do. Nothing elsewhere. */
void use_say_unread(const struct options *options, const struct sweep *sweep);

#endif
