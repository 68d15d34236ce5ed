/*
 * A listing: the rows that a filter lets through, in an order. Kept up with the catalog without sorting
 * everything anew for each change: changed rows are merged into the sorted rest.
 */
#ifndef SHMTOP_CORE_CATALOG_LISTING_H
#define SHMTOP_CORE_CATALOG_LISTING_H

#include "core/catalog/column.h"
#include "core/catalog/filter.h"

struct listing;

struct listing *listing_new(struct catalog *catalog, const struct users *users);
void listing_free(struct listing *listing);

/* Each makes the next listing_refresh sort or filter anew. */
void listing_sort(struct listing *listing, enum column column, bool descending);
enum column listing_sort_column(const struct listing *listing);
bool listing_is_descending(const struct listing *listing);
/* A text in the filter language (filter.h); NULL or "": all. -EINVAL as filter_parse, and the filter stays.
 */
int listing_filter(struct listing *listing, const char *text, struct error *error);
const char *listing_filter_text(const struct listing *listing); /* "" : none */

/*
 * The time that the filter's ages count to, ns since 1970; without it, 0. True where the rows that pass may
 * be others by now, since time passed or names of users were learned: the next listing_refresh sees to it.
 */
bool listing_set_time(struct listing *listing, int64_t wall);

/* Besides, only rows in a state; STATE_UNKNOWN: in any. */
void listing_only(struct listing *listing, enum state state);
enum state listing_state(const struct listing *listing);

/* To be called with every change of the catalog (from its change function): cheap, nothing moves before
 * listing_refresh. */
void listing_change(struct listing *listing, const struct change *change);

/* Brings it up to date. hold_order: rows that changed keep their place, new ones go to the end (while keys
 * are pressed). */
void listing_refresh(struct listing *listing, bool hold_order);

/* As of the last refresh. The row is NULL where it was deleted since. */
size_t listing_count(const struct listing *listing);
struct row *listing_at(const struct listing *listing, size_t index);
/* The index of a row that lives, or listing_count where it is not in it. O(1). */
size_t listing_index(const struct listing *listing, const struct row *row);

#endif
