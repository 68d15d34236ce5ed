/*
 * A view as CSV or JSON, read in blocks: memory stays bounded whatever its size.
 */
#ifndef SHMTOP_TUI_COMMAND_VALUES_H
#define SHMTOP_TUI_COMMAND_VALUES_H

#include <stdio.h>

#include "core/matrix/index.h"

/*
 * Each writes the whole view of the matrix in fd to out. CSV is core/matrix/csv.h's. JSON is bare nested
 * lists, complex [re, im], what JSON has no number for as text. Errors of window_read, -ENOTSUP for elements
 * that are too large, -EIO where out failed.
 */
int values_csv(FILE *out, int fd, const struct matrix *matrix, const struct view *view, struct error *error);
int values_json(FILE *out, bool ascii, int fd, const struct matrix *matrix, const struct view *view,
                struct error *error);

#endif
