/*
 * A matrix as text, as numpy prints one: brackets, aligned columns, "..." where it is cut.
 */
#ifndef SHMTOP_CORE_MATRIX_SUMMARY_H
#define SHMTOP_CORE_MATRIX_SUMMARY_H

#include <stdio.h>

#include "core/matrix/window.h"

#define SUMMARY_ITEM_MAX (1u << 20) /* bytes of one element that we are ready to show */

/*
 * Writes the view to out. columns, rows: the terminal's size; what does not fit is cut to edges with "..."
 * between them, on every axis. columns 0: all of it, nothing cut and no line broken but at the rows. Memory
 * stays bounded (rows are read in blocks). Errors of window_read, -ENOTSUP for elements of more than
 * SUMMARY_ITEM_MAX bytes, -EIO where out fails.
 */
int summary_print(FILE *out, int fd, const struct matrix *matrix, const struct view *view, unsigned columns,
                  unsigned rows, struct error *error);

#endif
