/*
 * The table's columns: which fit into a width, and how each is drawn.
 *
 * What must be seen of a segment (name, size, who holds it, type, shape, age, owner) goes last, and from 80
 * columns on all of it is there; growth, the bar, allocation, mode, layout and group come in as there is room
 * or as the user chose them. Widths follow what stands on the screen and only grow, so that no column jumps
 * to and fro.
 */
#ifndef SHMTOP_TUI_VIEW_COLUMNS_H
#define SHMTOP_TUI_VIEW_COLUMNS_H

#include "core/catalog/column.h"
#include "tui/term/cells.h"
#include "tui/view/groups.h"

struct table_style {
    int64_t now;  /* monotonic ms */
    int64_t wall; /* ns since 1970 */
    const struct users *users;
    bool ascii;
};

enum shown_column {
    SHOWN_NAME,
    SHOWN_SIZE,
    SHOWN_GROWTH,
    SHOWN_BAR,
    SHOWN_ALLOCATED,
    SHOWN_TYPE,
    SHOWN_SHAPE,
    SHOWN_OWNER,
    SHOWN_GROUP,
    SHOWN_MODE,
    SHOWN_AGE,
    SHOWN_LAYOUT,
    SHOWN_STATE,
    SHOWN_PRODUCER,
    SHOWN_HELD,
    SHOWN_COUNT
};

#define COLUMNS_GUTTER 3 /* the mark, the letter, the doubt */

struct columns {
    int width[SHOWN_COUNT]; /* 0: not shown */
};

/* What the user says of columns, as sets of 1 << enum shown_column. */
struct columns_choice {
    unsigned off; /* never shown */
    unsigned on;  /* shown before what is less important */
};

/* How wide the texts are that were on screen. */
struct columns_need {
    int width[SHOWN_COUNT];
};
void columns_need_row(struct columns_need *need, const struct row *row, const struct table_style *style);

void columns_fit(struct columns *columns, int width, const struct columns_need *need,
                 const struct columns_choice *choice, enum column sorted);

/* The column of the catalog's that a shown one shows; COLUMN_COUNT: none (the bar). */
enum column columns_column(enum shown_column shown);
/* As in the menus: "held by". */
const char *columns_title(enum shown_column shown);
/* The next column to the right (1) or left (-1) that is shown and can be sorted by, around the ends. */
enum column columns_neighbour(const struct columns *columns, enum column column, int step);

void columns_draw_headings(const struct columns *columns, struct cells *cells, struct rect line,
                           enum column sorted, bool descending);

/* largest: the allocation that fills a bar. marked: whether it is drawn as marked. */
void columns_draw_row(const struct columns *columns, struct cells *cells, struct rect line,
                      const struct row *row, bool marked, uint64_t largest, const struct table_style *style);

/* The heading of a group: what it is of, its subtotal and how many rows it has. */
void columns_draw_group(const struct columns *columns, struct cells *cells, struct rect line,
                        const struct group *group, enum grouping by, const struct table_style *style);
/* "alice", "PyTorch"; printable. */
void columns_group_text(const struct group *group, enum grouping by, const struct table_style *style,
                        char *buf, size_t size);

/* A name as the screen shows it; true where something in it was escaped. */
bool columns_name(const char *raw, bool ascii, char *buf, size_t size);

/* The colour of a state; ROLE_USED where it is not known. */
enum role columns_state_role(uint8_t state);
/* That of a letter which tells no state. */
enum role columns_letter_role(char letter);

#endif
