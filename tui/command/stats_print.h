/*
 * Statistics as a person and as a program reads them.
 */
#ifndef SHMTOP_TUI_COMMAND_STATS_PRINT_H
#define SHMTOP_TUI_COMMAND_STATS_PRINT_H

#include "core/analysis/statistics.h"
#include "tui/command/options.h"

/* A block of lines on standard output; name: of the segment, raw; columns: of the terminal, for the bars. */
void stats_print_text(const struct options *options, const char *name, const struct matrix *matrix,
                      const struct view *view, const struct statistics *statistics, unsigned columns);

/* The object of product.md. */
void stats_print_json(const struct options *options, const struct matrix *matrix, const struct view *view,
                      const struct statistics *statistics);

#endif
