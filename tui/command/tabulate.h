/*
 * A table of text with aligned columns: each as wide as its widest cell, one blank pair between two, nothing
 * behind the last. Cells are kept until the table is printed, for only then the widths are known.
 */
#ifndef SHMTOP_TUI_COMMAND_TABULATE_H
#define SHMTOP_TUI_COMMAND_TABULATE_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/command/report.h"

#define TABULATE_COLUMNS_MAX 64

struct tabulate {
    size_t columns;
    size_t column; /* of the next cell */
    bool right[TABULATE_COLUMNS_MAX];
    size_t width[TABULATE_COLUMNS_MAX];
    bool hidden[TABULATE_COLUMNS_MAX];
    size_t first, last; /* of those that are not hidden, while it is printed */
    char *cells;        /* NUL-terminated, one behind the other */
    size_t used, size;
    const char *cut; /* the end of a cell that is wider than its column */
    bool failed;     /* out of memory */
};

/* right: which columns are aligned right. */
void tabulate_begin(struct tabulate *table, size_t columns, const bool *right);
void tabulate_free(struct tabulate *table);

/* The next cell, row by row: printable UTF-8, copied. Shown as report_text would. */
void tabulate_add(struct tabulate *table, const struct options *options, const char *text);

/*
 * Once all cells are there: makes every line fit so many columns of the terminal. The widest column of text
 * is narrowed first, none below TABULATE_LEAST; what is too long ends in "…" (ascii: "~"). Where that is not
 * enough the line ends there: a text is cut, a number left out.
 */
#define TABULATE_LEAST 16
void tabulate_fit(struct tabulate *table, size_t columns, bool ascii);

/* The width of a line with all columns of text narrowed, to be asked before tabulate_fit; and leaving one
 * out. */
size_t tabulate_least(const struct tabulate *table);
void tabulate_hide(struct tabulate *table, size_t column);

/* Prints all rows, each behind indent. -ENOMEM where a cell was lost, and prints nothing. */
int tabulate_print(struct tabulate *table, FILE *out, const char *indent);

#endif
