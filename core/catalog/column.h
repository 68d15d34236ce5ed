/*
 * Columns: the JSON keys, as text and as an order. One table serves the console, `list` and `list -o`.
 */
#ifndef SHMTOP_CORE_CATALOG_COLUMN_H
#define SHMTOP_CORE_CATALOG_COLUMN_H

#include "core/catalog/catalog.h"
#include "core/catalog/format.h"
#include "core/process/users.h"

enum column {
    COLUMN_NAME,
    COLUMN_SIZE,
    COLUMN_ALLOCATED,
    COLUMN_LAYOUT,
    COLUMN_DTYPE,
    COLUMN_TYPE,
    COLUMN_SHAPE,
    COLUMN_ORDER,
    COLUMN_OWNER,
    COLUMN_UID,
    COLUMN_GROUP,
    COLUMN_GID,
    COLUMN_MODE,
    COLUMN_CREATED,
    COLUMN_MODIFIED,
    COLUMN_AGE,
    COLUMN_HOLDERS,
    COLUMN_HOLDERS_COMPLETE,
    COLUMN_HOLDERS_UNREAD,
    COLUMN_HOLDERS_REASON,
    COLUMN_LOADING,
    COLUMN_OWNERLESS,
    COLUMN_PRODUCER,
    COLUMN_CREATOR_PID,
    COLUMN_STATE,
    COLUMN_DAMAGED,
    COLUMN_PROTECTED,
    COLUMN_INODE,
    COLUMN_GROWTH, /* the console's alone: what was allocated since it was first seen */
    COLUMN_COUNT
};

struct column_info {
    const char *key;     /* as in JSON and -o */
    const char *heading; /* as in tables: "NAME", "ALLOC", … */
    bool right;          /* aligned right */
    char letter;         /* in the sort menu; 0: none */
    bool descending;     /* the natural direction of a first sort by it (sizes) */
    bool console;        /* no JSON key: not found by column_parse */
};
const struct column_info *column_info(enum column column);
int column_parse(const char *key, enum column *ret_column, struct error *error); /* -EINVAL names it */

struct column_style {
    bool exact;                /* bytes and seconds as integers instead of 1.0G and 3d04h, no "?" or "~" */
    bool ascii;                /* x instead of ×, and nothing above ASCII in names */
    int64_t now;               /* ns since 1970 */
    const struct users *users; /* names; NULL, or an id not looked up: its number */
    const struct sweep *sweep; /* the last; NULL: none has ended */
};

/*
 * The cell as printable text, "" where nothing is known (never invented). An age that is that of the
 * modification, for want of a birth time, is marked "~" ("~3d04h"; not where exact), and so are the bytes of
 * what is unlinked and could not be measured; a state in doubt bears "?" ("idle?"; not where exact). Writes
 * at most size bytes, NUL-terminated; returns the length needed.
 */
size_t column_text(enum column column, const struct row *row, const struct column_style *style, char *buf,
                   size_t size);

/*
 * strcmp-like by the values, ties by name and serial, so that the order is total. What is not known comes
 * first; names compare as bytes, shapes by rank and then by their dimensions, ages by birth time, else
 * modification. descending turns the values round, not the ties.
 */
int column_compare(enum column column, const struct row *a, const struct row *b, const struct users *users);
int column_order(enum column column, bool descending, const struct row *a, const struct row *b,
                 const struct users *users);

/* By the values alone: 0 where they are equal, whatever the names. */
int column_compare_values(enum column column, const struct row *a, const struct row *b,
                          const struct users *users);

/*
 * A number that orders as the column's values do wherever two of them differ (equal numbers say nothing), for
 * sorting many rows without looking at each so often.
 */
uint64_t column_key(enum column column, const struct row *row);
uint64_t column_text_key(const char *text); /* by the first eight bytes; a shorter text's last one is 0 */

/* '?' where the state is in doubt, else ' '. */
char row_doubt(const struct row *row);

#endif
