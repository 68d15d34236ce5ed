/*
 * The rows live in slabs (rows.h); three hash tables find them by name, identity and serial. A row whose name
 * is gone is in the last two alone. The hash of an identity leaves out the time of birth, for of what is
 * found by a sweep it is often not known.
 */
#include "core/catalog/catalog_private.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/sys/memory.h"

struct catalog *catalog_new(const struct producers *producers, change_function *each, void *context)
{
    struct catalog *catalog = memory_new(sizeof *catalog);
    catalog->producers = producers;
    catalog->each = each;
    catalog->context = context;
    catalog->next_serial = 1;
    return catalog;
}

void catalog_free(struct catalog *catalog)
{
    if (!catalog)
        return;
    catalog_clear_batch(catalog);
    catalog_clear_sweep(catalog);
    rows_clear(&catalog->rows);
    lookup_clear(&catalog->names);
    lookup_clear(&catalog->identities);
    lookup_clear(&catalog->serials);
    packed_cache_clear(&catalog->packed);
    free(catalog);
}

/* --- finding --- */

uint32_t catalog_hash_name(const char *name)
{
    return lookup_hash(name, strlen(name));
}

static uint32_t inode_hash(const struct identity *id)
{
    uint64_t words[] = {id->device, id->inode};
    return lookup_hash(words, sizeof words);
}

static uint32_t serial_hash(uint64_t serial)
{
    return (uint32_t)(serial * UINT64_C(0x9e3779b97f4a7c15) >> 32); /* ours, so nobody chooses them */
}

struct row *catalog_find_hashed(struct catalog *catalog, const char *name, uint32_t hash)
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
    return catalog_find_hashed(catalog, name, catalog_hash_name(name));
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

struct row *catalog_next_of_inode(const struct catalog *catalog, const struct identity *id, uint32_t *cursor)
{
    uint32_t hash = inode_hash(id), place;
    while ((place = lookup_next(&catalog->identities, hash, cursor)) != LOOKUP_NONE) {
        struct row *row = rows_at(&catalog->rows, place);
        if (row->id.device == id->device && row->id.inode == id->inode)
            return row;
    }
    return NULL;
}

struct row *catalog_next_link(const struct catalog *catalog, const struct identity *id, uint32_t *cursor)
{
    struct row *row;
    while ((row = catalog_next_of_inode(catalog, id, cursor)))
        if (identity_equal(&row->id, id))
            return row;
    return NULL;
}

struct row *catalog_by_identity(struct catalog *catalog, const struct identity *id)
{
    uint32_t cursor = 0;
    return catalog_next_link(catalog, id, &cursor);
}

bool catalog_may_be(const struct identity *a, const struct identity *b)
{
    return a->device == b->device && a->inode == b->inode && (!a->born || !b->born || a->born == b->born);
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

uint64_t catalog_version(const struct catalog *catalog)
{
    return catalog->version;
}

const struct catalog_totals *catalog_totals(const struct catalog *catalog)
{
    return &catalog->totals;
}

uint64_t catalog_allocated(const struct catalog *catalog)
{
    uint64_t sum = 0;
    for (int i = 0; i < STATE_COUNT; i++)
        sum += catalog->totals.bytes[i];
    return sum;
}

/* --- one row --- */

void catalog_emit(struct catalog *catalog, enum change_kind kind, const struct row *row, const char *old_name)
{
    catalog->version++;
    if (catalog->each)
        catalog->each(catalog->context, &(struct change){kind, row, old_name});
}

void catalog_count_bytes(struct catalog *catalog, const struct row *row, uint64_t before)
{
    if (row->counted)
        catalog->totals.bytes[row->state] += row->allocated - before;
}

static void set_counted(struct catalog *catalog, struct row *row, bool counted)
{
    if (row->counted != counted)
        catalog->totals.bytes[row->state] += counted ? row->allocated : -row->allocated;
    row->counted = counted;
}

void catalog_settle_links(struct catalog *catalog, const struct identity *id)
{
    uint32_t cursor = 0;
    struct row *chosen = NULL, *row;
    bool inside = false;
    while ((row = catalog_next_link(catalog, id, &cursor))) {
        set_counted(catalog, row, false);
        inside = inside || row->in_directory;
        if (!chosen || row->serial < chosen->serial)
            chosen = row;
    }
    if (chosen && !inside)
        set_counted(catalog, chosen, true);
}

struct row *catalog_new_row(struct catalog *catalog, const struct identity *id, char *name)
{
    struct row *row = rows_new(&catalog->rows);
    row->serial = catalog->next_serial++;
    row->id = *id;
    row->seen = true;
    row_take_name(row, name, catalog->producers);
    lookup_add(&catalog->identities, inode_hash(id), row->place);
    lookup_add(&catalog->serials, serial_hash(row->serial), row->place);
    catalog->totals.count[STATE_UNKNOWN]++;
    return row;
}

void catalog_enter_row(struct catalog *catalog, struct row *row)
{
    catalog_judge(catalog, row);
    catalog_settle_links(catalog, &row->id);
    catalog_emit(catalog, CHANGE_CREATED, row, NULL);
}

/* Where one of several names goes the others are one fewer, though they are looked at later. */
static void drop_link(struct catalog *catalog, const struct row *row)
{
    uint32_t cursor = 0;
    struct row *link;
    while ((link = catalog_next_link(catalog, &row->id, &cursor)))
        if (link->links > 1)
            link->links--;
}

void catalog_delete_row(struct catalog *catalog, struct row *row)
{
    catalog_end_row(catalog, row, CHANGE_DELETED);
}

void catalog_end_row(struct catalog *catalog, struct row *row, enum change_kind kind)
{
    struct identity id = row->id;
    set_counted(catalog, row, false);
    catalog->totals.count[row->state]--;
    if (!row->unlinked)
        lookup_remove(&catalog->names, catalog_hash_name(row->name), row->place);
    lookup_remove(&catalog->identities, inode_hash(&id), row->place);
    lookup_remove(&catalog->serials, serial_hash(row->serial), row->place);
    if (row->links > 1 && !S_ISDIR(row->mode))
        drop_link(catalog, row);
    catalog_settle_links(catalog, &id);
    catalog_emit(catalog, kind, row, NULL);
    rows_remove(&catalog->rows, row);
}
