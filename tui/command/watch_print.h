/*
 * One line for what happened, for people or as JSON.
 */
#ifndef SHMTOP_TUI_COMMAND_WATCH_PRINT_H
#define SHMTOP_TUI_COMMAND_WATCH_PRINT_H

#include "core/process/users.h"
#include "tui/command/observer.h"
#include "tui/command/report.h"

/* product.md "watch, one object a line". */
void watch_print_json(const struct options *options, const struct observed *observed, struct users *users);

/* "14:02:07.123456  deleted  prices.shm  4.8G  float16 40000 × 60000  alice  by rm (4711, root)  held by …"
 */
void watch_print_text(const struct options *options, const struct observed *observed, struct users *users);

#endif
