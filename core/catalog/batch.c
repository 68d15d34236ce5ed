/*
 * What looks and scans say of names, batch by batch. A batch changes at once the rows whose name and identity
 * stay, and leaves the rest to its commit:
 *
 *   - a row whose name is gone, or now is another segment's, departs;
 *   - a segment under a new name arrives: it waits, unnamed by any table of rows, in `arrivals`.
 *
 * Commit gives each arrival the departing row of its identity, if there is one (a rename), or the unlinked
 * one (a load that is complete), deletes the rows that still depart or, where they are held, lets them stay
 * without a name, renames (all old names go before the first new one comes, for two may have been exchanged),
 * and makes new rows of the rest. While a scan runs, an arrival whose identity belongs to a row not yet seen
 * stays waiting: that name may still be seen (a second link) or not (a rename).
 */
#include "core/catalog/catalog_private.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/sys/memory.h"

#define ARRIVALS_KEPT 1024

struct arrival {
    struct segment segment; /* owned; name NULL: taken back */
    uint32_t hash;          /* of its name */
    struct row *row;        /* the row that it is, while committing; NULL: a new one */
    bool linked;            /* that row had no name */
};

void catalog_clear_batch(struct catalog *catalog)
{
    for (size_t i = 0; i < catalog->arrival_count; i++)
        segment_clear(&catalog->arrivals[i].segment);
    lookup_clear(&catalog->arrival_names);
    free(catalog->arrivals);
    free(catalog->departing);
}

/* --- changing a row --- */

static void note_growth(const struct catalog *catalog, struct row *row, uint64_t size, uint64_t allocated)
{
    if (row->size > size || row->allocated > allocated)
        row->grown = catalog->now;
}

/* To be called where a row's facts changed: keeps the sums. size, allocated: before. Somebody was at it, so
 * what a lease said is no longer so. */
static void row_changed(struct catalog *catalog, struct row *row, uint64_t size, uint64_t allocated)
{
    catalog_count_bytes(catalog, row, allocated);
    note_growth(catalog, row, size, allocated);
    row->held = HELD_UNKNOWN;
    catalog_judge(catalog, row);
}

/* An inode has one size, owner and mode, whatever the name it was looked at by. */
static void update_links(struct catalog *catalog, const struct row *row)
{
    uint32_t cursor = 0;
    struct row *link;
    while ((link = catalog_next_link(catalog, &row->id, &cursor))) {
        uint64_t size = link->size, allocated = link->allocated;
        if (link == row || !row_take_link(link, row, &catalog->packed, catalog->producers))
            continue;
        row_changed(catalog, link, size, allocated);
        catalog_emit(catalog, CHANGE_UPDATED, link, NULL);
    }
}

static bool has_links(const struct row *row)
{
    return row->links > 1 && !S_ISDIR(row->mode);
}

static void update_row(struct catalog *catalog, struct row *row, struct segment *segment)
{
    uint64_t size = row->size, allocated = row->allocated;
    bool changed = row_take(row, segment, &catalog->packed, catalog->producers);
    segment_clear(segment);
    if (!changed)
        return;
    row_changed(catalog, row, size, allocated);
    catalog_emit(catalog, CHANGE_UPDATED, row, NULL);
    if (has_links(row))
        update_links(catalog, row);
}

static void create_row(struct catalog *catalog, struct segment *segment, uint32_t hash)
{
    struct row *row = catalog_new_row(catalog, &segment->id, segment->name);
    segment->name = NULL;
    bool was_there = catalog->scanning && !catalog->scanned;
    row_take(row, segment, &catalog->packed, catalog->producers);
    segment_clear(segment);
    row->appeared = was_there ? 0 : catalog->now;
    row->first_allocated = was_there ? row->allocated : 0;
    lookup_add(&catalog->names, hash, row->place);
    catalog_enter_row(catalog, row);
    if (has_links(row))
        update_links(catalog, row);
}

/* What was known of it by its name alone. */
static void forget_name(struct row *row)
{
    row->unlinked = row->loading = row->unmeasured = false;
    row->creator = CREATOR_UNKNOWN;
}

/* The row's old name, if it had one, is out of the table already. */
static void rename_row(struct catalog *catalog, struct arrival *arrival)
{
    struct row *row = arrival->row;
    struct segment *segment = &arrival->segment;
    uint64_t size = row->size, allocated = row->allocated;
    char *old_name = row->name;
    row->name = NULL;
    row->id = segment->id;
    row->recognised = row->recognised && !arrival->linked;
    forget_name(row);
    row_take_name(row, segment->name, catalog->producers);
    segment->name = NULL;
    row->seen = true;
    lookup_add(&catalog->names, catalog_hash_name(row->name), row->place);
    row_take(row, segment, &catalog->packed, catalog->producers);
    segment_clear(segment);
    row_changed(catalog, row, size, allocated);
    catalog_settle_links(catalog, &row->id);
    catalog_emit(catalog, arrival->linked ? CHANGE_LINKED : CHANGE_RENAMED, row, old_name);
    free(old_name);
}

/* --- a batch --- */

void catalog_begin(struct catalog *catalog, int64_t now)
{
    assert(!catalog->in_batch);
    catalog->in_batch = true;
    catalog->now = now > 0 ? now : 1;
}

static struct arrival *arrival_find(const struct catalog *catalog, const char *name, uint32_t hash)
{
    uint32_t cursor = 0, at;
    while ((at = lookup_next(&catalog->arrival_names, hash, &cursor)) != LOOKUP_NONE)
        if (strcmp(catalog->arrivals[at].segment.name, name) == 0)
            return &catalog->arrivals[at];
    return NULL;
}

static void arrival_drop(struct catalog *catalog, const char *name, uint32_t hash)
{
    struct arrival *arrival = arrival_find(catalog, name, hash);
    if (!arrival)
        return;
    lookup_remove(&catalog->arrival_names, hash, (uint32_t)(arrival - catalog->arrivals));
    segment_clear(&arrival->segment);
}

static void arrival_add(struct catalog *catalog, struct segment *segment, uint32_t hash)
{
    size_t at = catalog->arrival_count++;
    catalog->arrivals =
        memory_grow(catalog->arrivals, &catalog->arrival_capacity, at + 1, sizeof *catalog->arrivals);
    catalog->arrivals[at] = (struct arrival){.segment = *segment, .hash = hash};
    *segment = (struct segment){0};
    lookup_add(&catalog->arrival_names, hash, (uint32_t)at);
}

static void depart(struct catalog *catalog, struct row *row)
{
    if (row->departing)
        return;
    row->departing = true;
    catalog->departing = memory_grow(catalog->departing, &catalog->departing_capacity,
                                     catalog->departing_count + 1, sizeof *catalog->departing);
    catalog->departing[catalog->departing_count++] = row->place;
}

void catalog_put(struct catalog *catalog, struct segment *segment)
{
    assert(catalog->in_batch);
    uint32_t hash = catalog_hash_name(segment->name);
    arrival_drop(catalog, segment->name, hash);
    struct row *row = catalog_find_hashed(catalog, segment->name, hash);
    if (row && identity_equal(&row->id, &segment->id)) {
        row->departing = false;
        row->seen = true;
        update_row(catalog, row, segment);
        return;
    }
    if (row)
        depart(catalog, row);
    arrival_add(catalog, segment, hash);
}

void catalog_gone(struct catalog *catalog, const char *name)
{
    assert(catalog->in_batch);
    uint32_t hash = catalog_hash_name(name);
    arrival_drop(catalog, name, hash);
    struct row *row = catalog_find_hashed(catalog, name, hash);
    if (row)
        depart(catalog, row);
}

/* The departing or unlinked row that an arrival is. *ret_waits: a row of its identity may still depart. */
static struct row *arrival_row(const struct catalog *catalog, const struct arrival *arrival, bool *ret_waits)
{
    const struct identity *id = &arrival->segment.id;
    uint32_t cursor = 0;
    struct row *row;
    while ((row = catalog_next_of_inode(catalog, id, &cursor))) {
        if (row->unlinked ? catalog_may_be(&row->id, id) : row->departing && identity_equal(&row->id, id))
            return row;
        if (catalog->scanning && !row->seen && identity_equal(&row->id, id))
            *ret_waits = true;
    }
    return NULL;
}

/* Splits the arrivals: those that wait for the scan's end come first. Returns their number. */
static size_t match_arrivals(struct catalog *catalog)
{
    size_t waiting = 0;
    for (size_t i = 0; i < catalog->arrival_count; i++) {
        struct arrival arrival = catalog->arrivals[i];
        if (!arrival.segment.name)
            continue;
        bool waits = false;
        arrival.row = arrival_row(catalog, &arrival, &waits);
        if (arrival.row) {
            arrival.linked = arrival.row->unlinked;
            arrival.row->unlinked = arrival.row->departing = false;
            arrival.row->seen = true;
        }
        catalog->arrivals[i] = arrival;
        if (arrival.row || !waits)
            continue;
        catalog->arrivals[i] = catalog->arrivals[waiting];
        catalog->arrivals[waiting++] = arrival;
    }
    return waiting;
}

static void delete_departing(struct catalog *catalog)
{
    for (size_t i = 0; i < catalog->departing_count; i++) {
        struct row *row = rows_at(&catalog->rows, catalog->departing[i]);
        if (!row || !row->departing)
            continue;
        if (catalog_survives(catalog, row))
            catalog_unlink_row(catalog, row);
        else
            catalog_delete_row(catalog, row);
    }
    catalog->departing_count = 0;
}

static void forget_old_names(struct catalog *catalog, size_t first)
{
    for (size_t i = first; i < catalog->arrival_count; i++) {
        struct row *row = catalog->arrivals[i].row;
        if (row && !catalog->arrivals[i].linked)
            lookup_remove(&catalog->names, catalog_hash_name(row->name), row->place);
    }
}

static void settle_arrivals(struct catalog *catalog, size_t first, bool renames)
{
    for (size_t i = first; i < catalog->arrival_count; i++) {
        struct arrival *arrival = &catalog->arrivals[i];
        if (!arrival->segment.name || (arrival->row != NULL) != renames)
            continue;
        if (arrival->row)
            rename_row(catalog, arrival);
        else
            create_row(catalog, &arrival->segment, arrival->hash);
    }
}

/* Gives back what a large batch took. */
static void keep_waiting(struct catalog *catalog, size_t waiting)
{
    catalog->arrival_count = waiting;
    if (!waiting && catalog->arrival_capacity > ARRIVALS_KEPT) {
        free(catalog->arrivals);
        catalog->arrivals = NULL;
        catalog->arrival_capacity = 0;
    }
    lookup_clear(&catalog->arrival_names);
    for (size_t i = 0; i < waiting; i++)
        lookup_add(&catalog->arrival_names, catalog->arrivals[i].hash, (uint32_t)i);
}

void catalog_commit(struct catalog *catalog)
{
    assert(catalog->in_batch);
    size_t waiting = match_arrivals(catalog);
    delete_departing(catalog);
    forget_old_names(catalog, waiting);
    settle_arrivals(catalog, waiting, true);
    settle_arrivals(catalog, waiting, false);
    keep_waiting(catalog, waiting);
    catalog->in_batch = false;
}

/* --- a scan --- */

void catalog_scan_begin(struct catalog *catalog)
{
    catalog->scanning = true;
    for (size_t i = 0; i < catalog->rows.count; i++)
        catalog_at(catalog, i)->seen = false;
}

void catalog_scan_end(struct catalog *catalog, int64_t now)
{
    catalog_begin(catalog, now);
    for (size_t i = 0; i < catalog->rows.count; i++) {
        struct row *row = catalog_at(catalog, i);
        if (!row->seen && !row->unlinked)
            depart(catalog, row);
    }
    bool first = !catalog->scanned;
    catalog->scanning = first;
    catalog_commit(catalog);
    catalog->scanning = false;
    catalog->scanned = true;
}
