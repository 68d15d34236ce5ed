/*
 * `order` holds the places of the rows shown, in their order; `marks` is the way back, by place: the index in
 * `order`, and whether the row waits in `queue` for the next refresh. A deletion leaves a hole in `order`, so
 * that no row that is gone is ever looked at.
 *
 * A refresh takes the changed rows out of `order` (the rest stays sorted), closes the holes, sorts the few,
 * and puts each where a binary search says: O(n) moves of four bytes and k log n comparisons. While the order
 * is held they stay where they are, and in the queue.
 */
#include "core/catalog/listing.h"

#include <stdlib.h>
#include <string.h>

#include "core/catalog/order.h"
#include "core/sys/memory.h"

#define HOLE       UINT32_MAX
#define MARK_DIRTY (UINT32_C(1) << 31) /* changed since it was last put in order */
#define MARK_QUEUE                                                                                           \
    (UINT32_C(1) << 30) /* in the queue; a deleted row's entry stays there without MARK_DIRTY */
#define MARK_INDEX (MARK_QUEUE - 1)
#define NOT_LISTED MARK_INDEX
#define MERGE_MAX                                                                                            \
    1000 /* more rows that changed, or come to pass another filter, are not merged: all are sorted */

struct listing {
    struct listing
        *names; /* owned: all rows by name, from which every other order is made; NULL: this is it */
    struct catalog *catalog;
    const struct users *users;
    enum column column;
    bool descending;
    struct filter *filter; /* owned */
    int64_t wall;
    int64_t next_change; /* when, by time alone, a row may come to pass the filter or no longer; INT64_MAX:
                            never */
    enum state only;     /* STATE_UNKNOWN: rows in any state */
    bool anew, refilter; /* the next refresh sorts, or filters, all rows */
    uint64_t users_version;

    uint32_t *order; /* owned */
    size_t count, order_capacity;
    size_t first_hole; /* count: none */
    uint32_t *marks;   /* owned */
    size_t places, marks_capacity;
    uint32_t *queue; /* owned: places, each once */
    size_t queued, queue_capacity;
};

static struct listing *make(struct catalog *catalog, const struct users *users)
{
    struct listing *listing = memory_new(sizeof *listing);
    listing->catalog = catalog;
    listing->users = users;
    listing->anew = true;
    listing_filter(listing, "", NULL);
    return listing;
}

struct listing *listing_new(struct catalog *catalog, const struct users *users)
{
    struct listing *listing = make(catalog, users);
    listing->names = make(catalog, NULL);
    return listing;
}

void listing_free(struct listing *listing)
{
    if (!listing)
        return;
    listing_free(listing->names);
    filter_free(listing->filter);
    free(listing->order);
    free(listing->marks);
    free(listing->queue);
    free(listing);
}

void listing_sort(struct listing *listing, enum column column, bool descending)
{
    listing->anew = listing->anew || column != listing->column || descending != listing->descending;
    listing->column = column;
    listing->descending = descending;
}

enum column listing_sort_column(const struct listing *listing)
{
    return listing->column;
}

bool listing_is_descending(const struct listing *listing)
{
    return listing->descending;
}

/* --- the filter --- */

int listing_filter(struct listing *listing, const char *text, struct error *error)
{
    text = text ? text : "";
    if (listing->filter && strcmp(text, filter_text(listing->filter)) == 0)
        return 0;
    struct filter *filter;
    int r = filter_parse(text, &filter, error);
    if (r < 0)
        return r;
    filter_free(listing->filter);
    listing->filter = filter;
    listing->refilter = true;
    return 0;
}

const char *listing_filter_text(const struct listing *listing)
{
    return filter_text(listing->filter);
}

void listing_only(struct listing *listing, enum state state)
{
    listing->refilter = listing->refilter || state != listing->only;
    listing->only = state;
}

enum state listing_state(const struct listing *listing)
{
    return listing->only;
}

static bool passes(struct listing *listing, const struct row *row)
{
    if (listing->only != STATE_UNKNOWN && row->state != listing->only)
        return false;
    if (filter_is_empty(listing->filter))
        return true;
    int64_t next = filter_next_change(listing->filter, row, listing->wall);
    if (next < listing->next_change)
        listing->next_change = next;
    struct filter_context context = {listing->users, listing->wall};
    return filter_matches(listing->filter, row, &context);
}

static uint64_t version_of_users(const struct listing *listing)
{
    return listing->users ? users_version(listing->users) : 0;
}

static bool learned_names(const struct listing *listing)
{
    return listing->users_version != version_of_users(listing);
}

bool listing_set_time(struct listing *listing, int64_t wall)
{
    listing->wall = wall;
    bool by_name = filter_needs(listing->filter) & (FILTER_NEEDS_USERS | FILTER_NEEDS_GROUPS);
    return listing->refilter || wall >= listing->next_change || (by_name && learned_names(listing));
}

/* --- what is where --- */

size_t listing_count(const struct listing *listing)
{
    return listing->count;
}

struct row *listing_at(const struct listing *listing, size_t index)
{
    if (index >= listing->count || listing->order[index] == HOLE)
        return NULL;
    return catalog_by_place(listing->catalog, listing->order[index]);
}

size_t listing_index(const struct listing *listing, const struct row *row)
{
    uint32_t index = row->place < listing->places ? listing->marks[row->place] & MARK_INDEX : NOT_LISTED;
    return index == NOT_LISTED ? listing->count : index;
}

static void marks_reach(struct listing *listing, size_t places)
{
    listing->marks = memory_grow(listing->marks, &listing->marks_capacity, places, sizeof *listing->marks);
    for (; listing->places < places; listing->places++)
        listing->marks[listing->places] = NOT_LISTED;
}

static void set_index(struct listing *listing, uint32_t place, size_t index)
{
    listing->marks[place] = (listing->marks[place] & ~MARK_INDEX) | (uint32_t)index;
}

/* Takes a row out of the order, leaving a hole. */
static void unlist(struct listing *listing, uint32_t place)
{
    uint32_t index = listing->marks[place] & MARK_INDEX;
    if (index == NOT_LISTED)
        return;
    listing->order[index] = HOLE;
    if (index < listing->first_hole)
        listing->first_hole = index;
    set_index(listing, place, NOT_LISTED);
}

static void enqueue(struct listing *listing, uint32_t place)
{
    if (!(listing->marks[place] & MARK_QUEUE)) {
        listing->queue = memory_grow(listing->queue, &listing->queue_capacity, listing->queued + 1,
                                     sizeof *listing->queue);
        listing->queue[listing->queued++] = place;
    }
    listing->marks[place] |= MARK_DIRTY | MARK_QUEUE;
}

void listing_change(struct listing *listing, const struct change *change)
{
    uint32_t place = change->row->place;
    marks_reach(listing, (size_t)place + 1);
    if (change_is_end(change)) {
        unlist(listing, place);
        listing->marks[place] &= ~MARK_DIRTY;
    } else {
        enqueue(listing, place);
    }
    if (listing->names && change->kind != CHANGE_UPDATED)
        listing_change(listing->names, change);
}

/*
 * Asks the filter anew about all rows: takes out those that no longer pass, enqueues those that now do. Where
 * many come to pass (a filter was cleared), sorting all is less work than merging them: that it leaves to a
 * rebuild.
 */
static void filter_again(struct listing *listing)
{
    size_t all = catalog_count(listing->catalog), fresh = 0;
    listing->next_change = INT64_MAX;
    listing->refilter = false;
    marks_reach(listing, catalog_places(listing->catalog));
    for (size_t i = 0; i < all && fresh < MERGE_MAX; i++) {
        const struct row *row = catalog_at(listing->catalog, i);
        bool listed = (listing->marks[row->place] & MARK_INDEX) != NOT_LISTED;
        bool wanted = passes(listing, row);
        if (listed && !wanted)
            unlist(listing, row->place);
        if (listed || !wanted)
            continue;
        enqueue(listing, row->place);
        fresh++;
    }
    listing->anew = fresh == MERGE_MAX;
}

/* --- all anew --- */

static int compare_places(const struct listing *listing, uint32_t a, uint32_t b)
{
    return column_order(listing->column, listing->descending, catalog_by_place(listing->catalog, a),
                        catalog_by_place(listing->catalog, b), listing->users);
}

/* Keeps those that pass. Returns their number. */
static size_t sift(struct listing *listing, struct order_item *items, size_t all)
{
    size_t n = 0;
    listing->next_change = INT64_MAX;
    for (size_t i = 0; i < all; i++)
        if (passes(listing, items[i].row))
            items[n++] = items[i];
    return n;
}

static void order_reach(struct listing *listing, size_t count)
{
    listing->order = memory_grow(listing->order, &listing->order_capacity, count, sizeof *listing->order);
}

static void rebuild(struct listing *listing)
{
    struct listing *names = listing->names;
    if (names)
        listing_refresh(names, false);
    size_t all = names ? names->count : catalog_count(listing->catalog);
    struct order_item *items = memory_new(all * sizeof *items);
    for (size_t i = 0; i < all; i++)
        items[i].row = names ? listing_at(names, i) : catalog_at(listing->catalog, i);
    size_t n = sift(listing, items, all);
    if (names)
        order_by_column(items, n, listing->column, listing->descending, listing->users);
    else
        order_by_name(items, n);

    marks_reach(listing, catalog_places(listing->catalog));
    for (size_t i = 0; i < listing->places; i++)
        listing->marks[i] = NOT_LISTED;
    order_reach(listing, n);
    for (size_t i = 0; i < n; i++) {
        listing->order[i] = items[i].row->place;
        listing->marks[items[i].row->place] = (uint32_t)i;
    }
    listing->count = listing->first_hole = n;
    listing->queued = 0;
    listing->anew = listing->refilter = false;
    free(items);
}

/* --- what changed --- */

/*
 * Settles the queue: takes out of the order what no longer passes and, unless held, all that changed. What is
 * to be put in comes to the front of the queue; returns its number. While held, rows that keep their place
 * stay queued behind them.
 */
static size_t settle_queue(struct listing *listing, bool hold)
{
    size_t fresh = 0, kept = 0;
    for (size_t i = 0; i < listing->queued; i++) {
        uint32_t place = listing->queue[i];
        bool dirty = listing->marks[place] & MARK_DIRTY;
        bool wanted = dirty && passes(listing, catalog_by_place(listing->catalog, place));
        bool listed = (listing->marks[place] & MARK_INDEX) != NOT_LISTED;
        if (!wanted || !hold) {
            unlist(listing, place);
            listing->marks[place] &= ~(MARK_DIRTY | MARK_QUEUE);
            listed = false;
        }
        if (!wanted)
            continue;
        listing->queue[kept] = place;
        if (!listed) {
            listing->queue[kept] = listing->queue[fresh];
            listing->queue[fresh++] = place;
        }
        kept++;
    }
    listing->queued = kept;
    return fresh;
}

static void close_holes(struct listing *listing)
{
    size_t kept = listing->first_hole;
    for (size_t i = kept; i < listing->count; i++)
        if (listing->order[i] != HOLE)
            listing->order[kept++] = listing->order[i];
    listing->count = kept;
}

static int compare_queued(const void *a, const void *b, void *context)
{
    return compare_places(context, *(const uint32_t *)a, *(const uint32_t *)b);
}

/* Where a row goes among the first n of the order. */
static size_t upper_bound(const struct listing *listing, uint32_t place, size_t n)
{
    size_t low = 0;
    while (low < n) {
        size_t middle = low + (n - low) / 2;
        if (compare_places(listing, listing->order[middle], place) <= 0)
            low = middle + 1;
        else
            n = middle;
    }
    return low;
}

/* Merges the first n of the queue, sorted, into the order, from the end. Returns the first index that
 * changed. */
static size_t merge_queue(struct listing *listing, size_t n)
{
    size_t rest = listing->count, end = rest + n;
    listing->count = end;
    for (size_t i = n; i-- > 0;) {
        size_t at = upper_bound(listing, listing->queue[i], rest);
        size_t moved = rest - at;
        memmove(listing->order + end - moved, listing->order + at, moved * sizeof *listing->order);
        end -= moved + 1;
        listing->order[end] = listing->queue[i];
        rest = at;
    }
    return rest;
}

void listing_refresh(struct listing *listing, bool hold_order)
{
    bool by_users = listing->column == COLUMN_OWNER || listing->column == COLUMN_GROUP;
    bool many = !hold_order && listing->queued > MERGE_MAX;
    listing->anew = listing->anew || many || (by_users && learned_names(listing));
    if (!listing->anew && listing_set_time(listing, listing->wall))
        filter_again(listing);
    listing->users_version = version_of_users(listing);
    if (listing->anew) {
        rebuild(listing);
        return;
    }
    size_t fresh = settle_queue(listing, hold_order);
    size_t changed = listing->first_hole;
    close_holes(listing);
    order_reach(listing, listing->count + fresh);
    if (fresh && hold_order) {
        memcpy(listing->order + listing->count, listing->queue, fresh * sizeof *listing->order);
        listing->count += fresh;
    } else if (fresh) {
        qsort_r(listing->queue, fresh, sizeof *listing->queue, compare_queued, listing);
        size_t first = merge_queue(listing, fresh);
        changed = first < changed ? first : changed;
    }
    if (!hold_order)
        listing->queued = 0;
    for (size_t i = changed; i < listing->count; i++)
        set_index(listing, listing->order[i], i);
    listing->first_hole = listing->count;
}
