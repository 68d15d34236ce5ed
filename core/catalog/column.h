/*
 * Columns: the JSON keys, as text and as an order. One table serves the console, `list` and `list -o`.
 */
#ifndef SHMTOP_CORE_CATALOG_COLUMN_H
#define SHMTOP_CORE_CATALOG_COLUMN_H

#include "core/catalog/catalog.h"
#include "core/process/users.h"

enum column {
    COLUMN_NAME, COLUMN_SIZE, COLUMN_ALLOCATED, COLUMN_LAYOUT, COLUMN_DTYPE, COLUMN_TYPE, COLUMN_SHAPE, COLUMN_ORDER,
    COLUMN_OWNER, COLUMN_UID, COLUMN_GROUP, COLUMN_GID, COLUMN_MODE, COLUMN_CREATED, COLUMN_MODIFIED, COLUMN_AGE,
    COLUMN_HOLDERS, COLUMN_HOLDERS_COMPLETE, COLUMN_HOLDERS_UNREAD, COLUMN_HOLDERS_REASON, COLUMN_LOADING,
    COLUMN_OWNERLESS, COLUMN_PRODUCER, COLUMN_CREATOR_PID, COLUMN_STATE, COLUMN_DAMAGED, COLUMN_PROTECTED, COLUMN_INODE,
    COLUMN_COUNT
};

struct column_info {
    const char *key;     /* as in JSON and -o */
    const char *heading; /* as in tables: "NAME", "ALLOC", … */
    bool right;          /* aligned right */
    char letter;         /* in the sort menu; 0: none */
    bool descending;     /* the natural direction of a first sort by it (sizes) */
};
const struct column_info *column_info(enum column column);
int column_parse(const char *key, enum column *ret_column, struct error *error); /* -EINVAL names it */

struct column_style {
    bool exact;  /* bytes and seconds as integers instead of 1.0G and 3d04h */
    bool ascii;  /* x instead of × */
    int64_t now; /* ns since 1970 */
    const struct users *users; /* names; an id not looked up shows as its number */
};

/* The cell as printable text, "" where nothing is known (never invented). Returns the length needed. */
size_t column_text(enum column column, const struct row *row, const struct column_style *style, char *buf, size_t size);

/* strcmp-like by the values, ties by name and serial, so that the order is total. */
int column_compare(enum column column, const struct row *a, const struct row *b, const struct users *users);

/* A two-character state field, "  ", " !", " P", " w", " +": product.md "Other letters". now: monotonic ms. */
char row_letter(const struct row *row, int64_t now);

/* "4.8G", "976M", "8.0M", "512" : at most 5 characters, powers of 1024. */
size_t format_bytes(uint64_t bytes, char *buf, size_t size);
/* "12s", "3m20s", "9h12m", "3d04h", "12d", "1y" style: at most 6 characters, seconds in. */
size_t format_age(int64_t seconds, char *buf, size_t size);
/* RFC 3339 in UTC with Z; nanoseconds in, whole seconds out. */
size_t format_time(int64_t nanoseconds, char *buf, size_t size);

#endif
