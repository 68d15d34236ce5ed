/*
 * The scanner: text into numbers, one 8-byte number a cell, whatever piece of the text it is given. A piece
 * may begin and end anywhere between two cells, so lines have no greatest length, and pieces that begin with
 * a line may be scanned at once.
 *
 * A double is the nearest to what stands there; an empty cell is nan. Where integers are wanted, digits alone
 * are read exactly; what has a point or exponent, nan and inf go by way of a double, as that would convert:
 * without the fraction, nan as 0, and what is out of range as the nearest there is.
 */
#ifndef SHMTOP_CORE_SOURCE_TEXT_SCAN_H
#define SHMTOP_CORE_SOURCE_TEXT_SCAN_H

#include <stdint.h>

#include "core/matrix/convert.h"
#include "core/matrix/number_read.h"
#include "core/source/text_cell.h"

#define TEXT_COLUMNS_MAX (UINT64_C(1) << 24)
#define TEXT_SLACK       NUMBER_READ_SLACK /* bytes behind a text that are readable, the first a NUL */

enum text_number { TEXT_DOUBLE, TEXT_INT64, TEXT_UINT64 };

struct text_format {
    struct text_delimiter delimiter;
    enum text_number number;
    bool counts_saturated; /* what is out of 64 bits; else whoever makes narrower integers of it counts all
                              but the negative ones that became 0 */
    uint64_t columns;      /* in each row; 0: any number, TEXT_COLUMNS_MAX at most */
};

/* Where in the text. */
struct text_place {
    uint64_t line;   /* lines that ended before */
    uint64_t column; /* cells of the line that were read */
    bool in_comment;
    bool after_cr; /* an LF that comes next belongs to the line end before */
};

struct text_counts {
    uint64_t empty;
    struct convert_counts lost; /* overflowed: finite and beyond float64 */
};

struct text_fault {
    uint64_t line, column; /* from 1; column 0: all of the line. line 0: there is none */
    char text[256];
};

struct text_piece {
    const char *text, *end;  /* behind end stands more of the text, or TEXT_SLACK bytes */
    bool is_last;            /* the whole text ends at end */
    bool is_one_row;         /* stop behind the first row */
    struct text_place place; /* where text begins, and then where stop does */
    uint64_t *cells;         /* room for end - text + 1; the bits of double, int64_t or uint64_t */

    /* what came of it */
    uint64_t count;   /* of cells */
    uint64_t rows;    /* that ended in it */
    const char *stop; /* what stands from here to end is no whole cell; less than TEXT_CELL_MAX bytes */
    struct text_counts counts;
    struct text_fault fault;
};

/* Scans up to the last cell that ends in the piece, or the first fault. */
void text_scan(const struct text_format *format, struct text_piece *piece);

void text_counts_add(struct text_counts *counts, const struct text_counts *more);

#endif
