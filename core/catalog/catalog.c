/*
 * The rows live in slabs (rows.h); three hash tables find them by name, identity and serial. A batch changes
 * at once the rows whose name and identity stay, and leaves the rest to its commit:
 *
 *   - a row whose name is gone, or now is another segment's, departs;
 *   - a segment under a new name arrives: it waits, unnamed by any table of rows, in `arrivals`.
 *
 * Commit gives each arrival the departing row of its identity, if there is one (a rename), deletes the rows
 * that still depart, renames (all old names go before the first new one comes, for two may have been
 * exchanged), and makes new rows of the rest. While a scan runs, an arrival whose identity belongs to a row
 * not yet seen stays waiting: that name may still be seen (a second link) or not (a rename).
 */
#include "core/catalog/catalog.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/catalog/rows.h"
#include "core/sys/lookup.h"
#include "core/sys/memory.h"

#define ARRIVALS_KEPT 1024

struct arrival {
    struct segment segment; /* owned; name NULL: taken back */
    uint32_t hash;          /* of its name */
    struct row *row;        /* the row that it is, while committing; NULL: a new one */
};

struct catalog {
    change_function *each;
    void *context;
    struct rows rows;
    struct lookup names, identities, serials;
    struct dtype_cache dtypes;
    uint64_t next_serial;
    uint64_t version;
    uint64_t allocated;

    bool in_batch;
    int64_t now;
    struct arrival *arrivals; /* owned */
    size_t arrival_count, arrival_capacity;
    struct lookup arrival_names;
    uint32_t *departing; /* owned: places; a row that came back has its flag cleared */
    size_t departing_count, departing_capacity;

    const struct producers *producers; /* borrowed; NULL: the built-in table */
    bool scanning;
    bool scanned; /* a first scan has ended, or none was begun */
};

struct catalog *catalog_new(const struct producers *producers, change_function *each, void *context)
{
    struct catalog *catalog = memory_new(sizeof *catalog);
    catalog->producers = producers;
    catalog->each = each;
    catalog->context = context;
    catalog->next_serial = 1;
    return catalog;
}

static void arrivals_clear(struct catalog *catalog)
{
    for (size_t i = 0; i < catalog->arrival_count; i++)
        segment_clear(&catalog->arrivals[i].segment);
    catalog->arrival_count = 0;
    lookup_clear(&catalog->arrival_names);
}

void catalog_free(struct catalog *catalog)
{
    if (!catalog)
        return;
    arrivals_clear(catalog);
    rows_clear(&catalog->rows);
    lookup_clear(&catalog->names);
    lookup_clear(&catalog->identities);
    lookup_clear(&catalog->serials);
    dtype_cache_clear(&catalog->dtypes);
    free(catalog->arrivals);
    free(catalog->departing);
    free(catalog);
}

/* --- finding --- */

static uint32_t name_hash(const char *name)
{
    return lookup_hash(name, strlen(name));
}

static uint32_t identity_hash(const struct identity *id)
{
    uint64_t words[] = {id->device, id->inode, (uint64_t)id->born};
    return lookup_hash(words, sizeof words);
}

static uint32_t serial_hash(uint64_t serial)
{
    return (uint32_t)(serial * UINT64_C(0x9e3779b97f4a7c15) >> 32); /* ours, so nobody chooses them */
}

static struct row *find_hashed(struct catalog *catalog, const char *name, uint32_t hash)
{
    uint32_t cursor = 0, place;
    while ((place = lookup_next(&catalog->names, hash, &cursor)) != LOOKUP_NONE) {
        struct row *row = rows_at(&catalog->rows, place);
        if (strcmp(row->name, name) == 0)
            return row;
    }
    return NULL;
}

struct row *catalog_find(struct catalog *catalog, const char *name)
{
    return find_hashed(catalog, name, name_hash(name));
}

struct row *catalog_by_serial(struct catalog *catalog, uint64_t serial)
{
    uint32_t hash = serial_hash(serial), cursor = 0, place;
    while ((place = lookup_next(&catalog->serials, hash, &cursor)) != LOOKUP_NONE) {
        struct row *row = rows_at(&catalog->rows, place);
        if (row->serial == serial)
            return row;
    }
    return NULL;
}

/* The rows of one identity, one after the other; *cursor is 0 at first. */
static struct row *next_link(const struct catalog *catalog, const struct identity *id, uint32_t hash,
                             uint32_t *cursor)
{
    uint32_t place;
    while ((place = lookup_next(&catalog->identities, hash, cursor)) != LOOKUP_NONE) {
        struct row *row = rows_at(&catalog->rows, place);
        if (identity_equal(&row->id, id))
            return row;
    }
    return NULL;
}

size_t catalog_count(const struct catalog *catalog)
{
    return catalog->rows.count;
}

struct row *catalog_at(struct catalog *catalog, size_t index)
{
    assert(index < catalog->rows.count);
    return rows_at(&catalog->rows, catalog->rows.dense[index]);
}

struct row *catalog_by_place(struct catalog *catalog, uint32_t place)
{
    return rows_at(&catalog->rows, place);
}

uint32_t catalog_places(const struct catalog *catalog)
{
    return catalog->rows.places;
}

uint64_t catalog_allocated(const struct catalog *catalog)
{
    return catalog->allocated;
}

uint64_t catalog_version(const struct catalog *catalog)
{
    return catalog->version;
}

/* --- changing one row --- */

static void emit(struct catalog *catalog, enum change_kind kind, const struct row *row, const char *old_name)
{
    catalog->version++;
    if (catalog->each)
        catalog->each(catalog->context, &(struct change){kind, row, old_name});
}

/* Decides anew which row of an identity counts in catalog_allocated. */
static void settle_links(struct catalog *catalog, const struct identity *id)
{
    uint32_t hash = identity_hash(id), cursor = 0;
    struct row *chosen = NULL, *row;
    bool inside = false;
    while ((row = next_link(catalog, id, hash, &cursor))) {
        if (row->counted)
            catalog->allocated -= row->allocated;
        row->counted = false;
        inside = inside || row->in_directory;
        if (!chosen || row->serial < chosen->serial)
            chosen = row;
    }
    if (!chosen || inside)
        return;
    chosen->counted = true;
    catalog->allocated += chosen->allocated;
}

static void note_growth(const struct catalog *catalog, struct row *row, uint64_t size, uint64_t allocated)
{
    if (row->size > size || row->allocated > allocated)
        row->grown = catalog->now;
}

/* To be called where a row's facts changed: keeps the sum, and tells. before: as it was. */
static void row_changed(struct catalog *catalog, struct row *row, uint64_t size, uint64_t allocated)
{
    if (row->counted)
        catalog->allocated += row->allocated - allocated;
    note_growth(catalog, row, size, allocated);
    emit(catalog, CHANGE_UPDATED, row, NULL);
}

/* An inode has one size, owner and mode, whatever the name it was looked at by. */
static void update_links(struct catalog *catalog, const struct row *row)
{
    uint32_t hash = identity_hash(&row->id), cursor = 0;
    struct row *link;
    while ((link = next_link(catalog, &row->id, hash, &cursor))) {
        uint64_t size = link->size, allocated = link->allocated;
        if (link != row && row_take_link(link, row, &catalog->dtypes))
            row_changed(catalog, link, size, allocated);
    }
}

static void update_row(struct catalog *catalog, struct row *row, struct segment *segment)
{
    uint64_t size = row->size, allocated = row->allocated;
    bool changed = row_take(row, segment, &catalog->dtypes);
    segment_clear(segment);
    if (!changed)
        return;
    row_changed(catalog, row, size, allocated);
    if (row->links > 1 && !S_ISDIR(row->mode))
        update_links(catalog, row);
}

static void create_row(struct catalog *catalog, struct segment *segment, uint32_t hash)
{
    struct row *row = rows_new(&catalog->rows);
    row->serial = catalog->next_serial++;
    row->id = segment->id;
    row->seen = true;
    row->appeared = catalog->scanning && !catalog->scanned ? 0 : catalog->now;
    row_take_name(row, segment->name, catalog->producers);
    segment->name = NULL;
    row_take(row, segment, &catalog->dtypes);
    segment_clear(segment);
    lookup_add(&catalog->names, hash, row->place);
    lookup_add(&catalog->identities, identity_hash(&row->id), row->place);
    lookup_add(&catalog->serials, serial_hash(row->serial), row->place);
    settle_links(catalog, &row->id);
    emit(catalog, CHANGE_CREATED, row, NULL);
    if (row->links > 1 && !S_ISDIR(row->mode))
        update_links(catalog, row);
}

static void delete_row(struct catalog *catalog, struct row *row)
{
    struct identity id = row->id;
    if (row->counted)
        catalog->allocated -= row->allocated;
    lookup_remove(&catalog->names, name_hash(row->name), row->place);
    lookup_remove(&catalog->identities, identity_hash(&id), row->place);
    lookup_remove(&catalog->serials, serial_hash(row->serial), row->place);
    settle_links(catalog, &id);
    emit(catalog, CHANGE_DELETED, row, NULL);
    rows_remove(&catalog->rows, row);
}

/* The row's old name is out of the table already. */
static void rename_row(struct catalog *catalog, struct row *row, struct segment *segment)
{
    uint64_t size = row->size, allocated = row->allocated;
    char *old_name = row->name;
    row->name = NULL;
    row_take_name(row, segment->name, catalog->producers);
    segment->name = NULL;
    row->seen = true;
    lookup_add(&catalog->names, name_hash(row->name), row->place);
    row_take(row, segment, &catalog->dtypes);
    segment_clear(segment);
    note_growth(catalog, row, size, allocated);
    if (row->counted)
        catalog->allocated += row->allocated - allocated;
    settle_links(catalog, &row->id);
    emit(catalog, CHANGE_RENAMED, row, old_name);
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
    uint32_t hash = name_hash(segment->name);
    arrival_drop(catalog, segment->name, hash);
    struct row *row = find_hashed(catalog, segment->name, hash);
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
    uint32_t hash = name_hash(name);
    arrival_drop(catalog, name, hash);
    struct row *row = find_hashed(catalog, name, hash);
    if (row)
        depart(catalog, row);
}

/* The departing row that an arrival is. *ret_waits: a row of its identity may still depart. */
static struct row *arrival_row(const struct catalog *catalog, const struct arrival *arrival, bool *ret_waits)
{
    const struct identity *id = &arrival->segment.id;
    uint32_t hash = identity_hash(id), cursor = 0;
    struct row *row;
    while ((row = next_link(catalog, id, hash, &cursor))) {
        if (row->departing)
            return row;
        if (catalog->scanning && !row->seen)
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
            arrival.row->departing = false;
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
        if (row && row->departing)
            delete_row(catalog, row);
    }
    catalog->departing_count = 0;
}

static void forget_old_names(struct catalog *catalog, size_t first)
{
    for (size_t i = first; i < catalog->arrival_count; i++) {
        struct row *row = catalog->arrivals[i].row;
        if (row)
            lookup_remove(&catalog->names, name_hash(row->name), row->place);
    }
}

static void settle_arrivals(struct catalog *catalog, size_t first, bool renames)
{
    for (size_t i = first; i < catalog->arrival_count; i++) {
        struct arrival *arrival = &catalog->arrivals[i];
        if (!arrival->segment.name || (arrival->row != NULL) != renames)
            continue;
        if (arrival->row)
            rename_row(catalog, arrival->row, &arrival->segment);
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
        if (!row->seen)
            depart(catalog, row);
    }
    bool first = !catalog->scanned;
    catalog->scanning = first;
    catalog_commit(catalog);
    catalog->scanning = false;
    catalog->scanned = true;
}
