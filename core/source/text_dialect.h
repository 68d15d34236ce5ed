/*
 * How a text writes a matrix: what parts its cells, and how many lines before the numbers are headers.
 *
 * Both are found out from the lines that a text begins with. Each delimiter in turn is tried: the one by
 * which most lines are numbers, as many in each, is taken. A header is a line of labels before the first that
 * is none. What is doubtful is no header, so that no line of numbers is dropped silently: a line with "1,5"
 * or "2020-01-01" in it is refused later, by its place, and so is one with more numbers than labels.
 */
#ifndef SHMTOP_CORE_SOURCE_TEXT_DIALECT_H
#define SHMTOP_CORE_SOURCE_TEXT_DIALECT_H

#include <stdint.h>

#include "core/source/text_cell.h"
#include "core/sys/error.h"

struct text_dialect {
    struct text_delimiter delimiter;
    uint64_t header_lines; /* comments and blank lines among them included */
};

#define TEXT_DIALECT_SAMPLE 65536 /* bytes that are looked at */

/*
 * A delimiter that was asked for: a code point, ' ' for runs of blanks and tabs. -EINVAL for one that could
 * be part of a number, a quote, '#', a line end or another control, and what is no character.
 */
int text_delimiter_make(uint32_t character, struct text_delimiter *ret_delimiter, struct error *error);

/*
 * From the begin of a text (a byte behind end is readable; is_whole: it ends there). given: the delimiter,
 * else NULL; finds_header: else there is none. 0, or -EBADMSG where none of the lines is one of numbers.
 */
int text_dialect_find(const char *begin, const char *end, bool is_whole, const struct text_delimiter *given,
                      bool finds_header, struct text_dialect *ret_dialect, struct error *error);

/* "csv, semicolons, 2 header lines": into buf, cut where it is too small. */
void text_dialect_describe(const struct text_dialect *dialect, uint64_t columns, char *buf, size_t size);

#endif
