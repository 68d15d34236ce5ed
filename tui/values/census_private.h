/*
 * What the files of the census share.
 */
#ifndef SHMTOP_TUI_VALUES_CENSUS_PRIVATE_H
#define SHMTOP_TUI_VALUES_CENSUS_PRIVATE_H

#include "tui/values/census.h"
#include "tui/values/preview_private.h"

/* What a line tells, and what it can be sorted by. */
enum census_figure {
    CENSUS_PLACE, /* the column's index, the field's place */
    CENSUS_MIN,
    CENSUS_MEAN,
    CENSUS_MAX,
    CENSUS_STD,
    CENSUS_NAN,
    CENSUS_INF,
    CENSUS_ZEROS,
    CENSUS_FIGURES
};

enum census_known {
    CENSUS_UNKNOWN,
    CENSUS_SAMPLED,
    CENSUS_EXACT,
    CENSUS_WITHOUT, /* its type has no statistics */
};

#define CENSUS_SAMPLE                                                                                        \
    (UINT64_C(4) << 20)    /* elements of a sample; up to four times as many are not sampled                 \
                            */
#define CENSUS_NAME_MAX 24 /* columns of a field's name */
#define CENSUS_TEXT_MAX 64

struct census {
    /* What it is of. */
    unsigned generation;   /* of the matrix; and */
    struct page slice;     /* as page_same_slice takes it */
    uint64_t first, count; /* the columns, or fields, of its lines */

    /* Studied one after another: all columns together, of structs each field. */
    size_t part_count;
    enum census_known *parts; /* owned */
    struct statistics *lines; /* owned: count of them; without histograms */
    struct statistics whole;  /* of all lines together, where more than one and all of one type */
    bool rewritten;           /* while any of them was looked at */
    bool changed;             /* values were seen to change since */

    bool out, obsolete; /* a study is under way; it is to be cancelled */
    size_t part;        /* its part, and */
    bool exact;         /* whether it looks at all elements */
    uint64_t done, total;
    bool stopped; /* something went wrong: nothing more by itself */
    char trouble[ERROR_TEXT_MAX];
    int64_t took, since; /* ms of all studies of the last round; when the last ended */

    /* The order of the lines. */
    enum census_figure sorted;
    bool descending;
    uint32_t *order; /* owned: places of lines */

    /* What is visible. */
    uint64_t top;
    int rows;                /* of lines */
    enum census_figure left; /* the first figure shown, after the place */
    bool reveal;             /* what it is sorted by is to be brought onto the screen */
    int widths[CENSUS_FIGURES];
    enum number_style style; /* that they are for */
};

/* Whether it is of what is shown now; else it has nothing to show until it is laid out. */
bool census_is_current(const struct preview *preview);
/* Makes it of what is shown now; false where there is nothing, or it is not on the screen. */
bool census_settle(struct preview *preview);
/* Everything is to be looked at anew. */
void census_restart(struct preview *preview);
/* The part that a line belongs to. */
size_t census_part_of(const struct census *census, uint64_t line);
bool census_is_exact(const struct census *census); /* all of it, as far as there are numbers */
/* Elements of the slice that have statistics; *ret_looked: at so many was looked. */
uint64_t census_elements(const struct preview *preview, uint64_t *ret_looked);
/* The line under the cursor. */
uint64_t census_cursor_line(const struct preview *preview);
/* Where a line stands in the order. */
uint64_t census_rank_of(const struct census *census, uint64_t line);
/* Puts the lines in order. */
void census_sort(struct census *census);

/* A figure of a line as text, "" where it is not known. census->whole: line UINT64_MAX. */
#define CENSUS_WHOLE UINT64_MAX
void census_text(const struct preview *preview, uint64_t line, enum census_figure figure,
                 enum number_style style, char buf[CENSUS_TEXT_MAX]);
const struct statistics *census_line(const struct census *census,
                                     uint64_t line); /* NULL: not known, or none */
const char *census_heading(const struct preview *preview, enum census_figure figure);

/* The rows that there are, in the order in which they go: bottom, title, headings, remark, whole. */
struct census_rows {
    bool title, remark, headings, whole, bottom;
    int lines;
};
struct census_rows census_rows_of(const struct preview *preview);
/* Columns that the place and the figures from left on take. */
int census_width_from(const struct census *census, enum census_figure left);
/* Scroll and widths, once its lines are settled. */
void census_settle_layout(struct preview *preview);

#endif
