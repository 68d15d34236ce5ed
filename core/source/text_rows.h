/*
 * How many rows a text has, without reading its numbers: lines that are neither blank nor a comment. What the
 * scanner (text_scan.h) takes for a row is one here too.
 */
#ifndef SHMTOP_CORE_SOURCE_TEXT_ROWS_H
#define SHMTOP_CORE_SOURCE_TEXT_ROWS_H

#include "core/source/input.h"
#include "core/source/text_cell.h"
#include "core/sys/progress.h"

/*
 * Of one block of a text, and then of the next. *at_start: of the line that the block begins in nothing but
 * blanks came so far; then the same of the line that it ends in. Returns the rows that showed in it.
 */
uint64_t text_rows_count(const struct text_delimiter *delimiter, const char *block, size_t n, bool *at_start);

/*
 * Of a regular file from an offset on, where a line begins, on up to threads threads; progress in bytes of
 * the file. 0, -ECANCELED, -ESTALE where the file became shorter, or what input_pread says.
 */
int text_rows_of_file(const struct input *input, uint64_t offset, const struct text_delimiter *delimiter,
                      unsigned threads, struct progress *progress, uint64_t *ret_rows, struct error *error);

#endif
