/*
 * A view as CSV (RFC 4180, but with lines that end as Unix's).
 */
#ifndef SHMTOP_CORE_MATRIX_CSV_H
#define SHMTOP_CORE_MATRIX_CSV_H

#include "core/matrix/index.h"
#include "core/sys/progress.h"
#include "core/sys/sink.h"

#define CSV_ITEM_MAX (1u << 20) /* bytes of one element that we are ready to write */

/* 0, or what there is no CSV of: -EINVAL for more than two dimensions, -ENOTSUP for elements over
 * CSV_ITEM_MAX. */
int csv_check(const struct matrix *matrix, const struct view *view, struct error *error);

/*
 * Writes the whole view, which csv_check let through, of the matrix in fd: a row a line; of one dimension a
 * value a line. Numbers read back to the same bits. Progress is added in bytes of elements; -ECANCELED, the
 * errors of window_read, -ENOMEM. Where the sink failed its code is returned, without words.
 */
int csv_write(struct sink *sink, int fd, const struct matrix *matrix, const struct view *view,
              struct progress *progress, struct error *error);

#endif
