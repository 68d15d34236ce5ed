/*
 * Text as lines of cells: where a cell ends, and what of it counts.
 *
 * A line ends with LF, CR or both. `#` begins a comment, up to the end of the line. Cells are parted by one
 * delimiter, or by runs of blanks and tabs. Blanks around a cell do not count. A cell that begins with a
 * quote goes to the next one (two of them stand for one within), delimiters and `#` included, but never
 * beyond its line. Whatever stands in it, a cell is at most TEXT_CELL_MAX bytes long, blanks behind it
 * included.
 */
#ifndef SHMTOP_CORE_SOURCE_TEXT_CELL_H
#define SHMTOP_CORE_SOURCE_TEXT_CELL_H

#include <stdbool.h>
#include <stddef.h>

#include "core/sys/text.h"

#define TEXT_CELL_MAX 4096

struct text_delimiter {
    char bytes[TEXT_UTF8_MAX];
    size_t length; /* 0: runs of blanks and tabs */
};

/* Blanks around a cell: space, VT, FF, and the tab where it is not the delimiter itself. */
static inline bool text_is_blank(const struct text_delimiter *delimiter, char c)
{
    return c == ' ' || c == '\v' || c == '\f' || (c == '\t' && delimiter->bytes[0] != '\t');
}

static inline bool text_is_line_end(char c)
{
    return c == '\n' || c == '\r';
}

enum text_stop {
    TEXT_STOP_DELIMITER, /* another cell follows, at next */
    TEXT_STOP_LINE,      /* the last of its line: at next stand the line's end, a comment or the text's end */
    TEXT_STOP_MORE,      /* the text ends within the cell, and goes on */
    TEXT_STOP_QUOTE,     /* the line or text ends (at next) within quotes */
};

struct text_cell {
    const char *begin, *end; /* what counts: without blanks and quotes around it; of TEXT_STOP_QUOTE all */
    const char *next;
};

/*
 * The cell at `at`, where blanks were passed over, of a text up to end, behind which a byte is readable;
 * is_last: nothing follows it.
 */
enum text_stop text_cell_find(const struct text_delimiter *delimiter, const char *at, const char *end,
                              bool is_last, struct text_cell *ret_cell);

/* Whether it is what people write where a number is missing: "NA", "null", "-" … */
bool text_cell_is_missing(const char *begin, const char *end);

/* Whether all of begin to end is a number. As number_read.h, bytes are read beyond end. */
bool text_cell_is_number(const char *begin, const char *end);

#endif
