/*
 * One line that says how far a piece of work is, for standard error where that is a terminal.
 */
#ifndef SHMTOP_TUI_COMMAND_PROGRESS_BAR_H
#define SHMTOP_TUI_COMMAND_PROGRESS_BAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * "[######------]  57%  292M of 512M  1.9G/s  3s left", at most width columns, less where it does not fit.
 * total 0: not known. Printable ASCII, or with ascii false a bar of blocks. elapsed: ms since the work began.
 */
void progress_bar_text(uint64_t done, uint64_t total, int64_t elapsed, unsigned width, bool ascii, char *buf,
                       size_t size);

#endif
