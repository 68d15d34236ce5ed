/*
 * The lines of the table: the rows of a listing as they are, or in groups (by owner, by producer), each below
 * a heading with its subtotal. Within a group the listing's order holds; the largest group comes first. A
 * folded group is its heading alone.
 *
 * Made anew with each refresh of the listing, in one walk over its rows; folding costs no walk.
 */
#ifndef SHMTOP_TUI_VIEW_GROUPS_H
#define SHMTOP_TUI_VIEW_GROUPS_H

#include "core/catalog/listing.h"

enum grouping { GROUPING_NONE, GROUPING_OWNER, GROUPING_PRODUCER, GROUPING_COUNT };

struct group {
    uint64_t key;                    /* which group: stays the same as rows come and go */
    uid_t uid;                       /* of an owner's */
    bool unknown;                    /* the owner or the producer of these is not known */
    const struct producer *producer; /* borrowed; of a producer's */
    size_t count, marked;            /* rows */
    uint64_t bytes;                  /* allocated, each byte once */
    bool folded;
    size_t line;  /* of its heading */
    size_t first; /* its rows are members[first], … */
};

struct groups;

struct groups *groups_new(struct listing *listing); /* borrowed */
void groups_free(struct groups *groups);

void groups_set(struct groups *groups, enum grouping by); /* to be refreshed */
enum grouping groups_by(const struct groups *groups);
const char *groups_name(enum grouping by); /* "owner"; "" of none */

/* After listing_refresh. hold: the groups keep their order, new ones come last. */
void groups_refresh(struct groups *groups, bool hold);
/* Counts the marked rows of each group. */
void groups_measure(struct groups *groups);

size_t groups_lines(const struct groups *groups);
/* The row on a line. NULL: a heading stands there, or the row was deleted since. */
struct row *groups_row(const struct groups *groups, size_t line);
/* The group whose heading stands on a line; NULL: none does. */
const struct group *groups_heading(const struct groups *groups, size_t line);
/* The group that a line belongs to; NULL where there are none. */
const struct group *groups_around(const struct groups *groups, size_t line);
/* The line of a row that lives: of its group's heading where that is folded; groups_lines where the listing
 * has it not. */
size_t groups_line(const struct groups *groups, const struct row *row);
/* The line of a group's heading; groups_lines where there is none such. */
size_t groups_find(const struct groups *groups, uint64_t key);

void groups_fold(struct groups *groups, uint64_t key, bool folded);
/* A row of a group by its place there, folded or not; NULL: deleted since. */
struct row *groups_member(const struct groups *groups, const struct group *group, size_t place);

#endif
