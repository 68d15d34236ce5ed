/*
 * A window of values: any box of a view, read with pread, so that looking neither faults nor grows the
 * segment.
 */
#ifndef SHMTOP_CORE_MATRIX_WINDOW_H
#define SHMTOP_CORE_MATRIX_WINDOW_H

#include "core/matrix/index.h"

/*
 * Reads the box of `extent` elements from `origin` on (each of view->rank entries, inside the view) of the
 * matrix in fd into buf: packed, in C order of the view, in native byte order (structs: as stored). buf holds
 * Π extent · itemsize bytes. Works for any strides, order, alignment; runs that lie together are read
 * together. Returns 0; -ESTALE where the file ends before the box does (it shrank; the missing elements are
 * zero bytes); -errno of a failed read.
 */
int window_read(int fd, const struct matrix *matrix, const struct view *view, const uint64_t *origin,
                const uint64_t *extent, void *buf, struct error *error);

/* Swaps n elements in place to native order; does nothing for what is native, for structs, and for bytes. */
void window_swap(const struct dtype *dtype, void *elements, uint64_t n);

#endif
