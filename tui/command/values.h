/*
 * A view as CSV or JSON, read in blocks: memory stays bounded whatever its size.
 */
#ifndef SHMTOP_TUI_COMMAND_VALUES_H
#define SHMTOP_TUI_COMMAND_VALUES_H

#include <stdio.h>

#include "core/matrix/window.h"

#define VALUES_ITEM_MAX (1u << 20) /* bytes of one element that we are ready to show */

/*
 * Each writes the whole view of the matrix in fd to out. CSV takes at most two dimensions (the caller sees to
 * it): a row a line; of one dimension a value a line. JSON is bare nested lists, complex [re, im], what JSON
 * has no number for as text. Errors of window_read, -ENOTSUP for elements over VALUES_ITEM_MAX, -EIO where
 * out failed.
 */
int values_csv(FILE *out, int fd, const struct matrix *matrix, const struct view *view, struct error *error);
int values_json(FILE *out, bool ascii, int fd, const struct matrix *matrix, const struct view *view,
                struct error *error);

#endif
