/*
 * Rows whose name is gone. They come in two ways: a sweep finds a deleted file held whose last path lay in
 * the directory, or a row's name goes while the last sweep found who holds it. The next sweep confirms them,
 * or they go. What lies in them is found through their holders; one that was recognised by its name keeps
 * what was known.
 */
#include "core/catalog/catalog_private.h"
#include "core/catalog/row.h"
#include "core/catalog/state.h"

#include <assert.h>
#include <string.h>
#include <sys/stat.h>

#include "core/sys/memory.h"

bool catalog_survives(const struct catalog *catalog, const struct row *row)
{
    if (!row->holders || !S_ISREG(row->mode) || row->links > 1)
        return false;
    uint32_t cursor = 0;
    const struct row *link;
    while ((link = catalog_next_link(catalog, &row->id, &cursor)))
        if (link != row)
            return false;
    return true;
}

void catalog_unlink_row(struct catalog *catalog, struct row *row)
{
    lookup_remove(&catalog->names, catalog_hash_name(row->name), row->place);
    row->unlinked = row->unlinked_lately = true;
    row->departing = row->in_directory = false;
    row->links = 0;
    catalog_judge(catalog, row);
    catalog_settle_links(catalog, &row->id);
    catalog_emit(catalog, CHANGE_UNLINKED, row, NULL);
}

static bool is_one_of_ours(const struct sweep_other *other, const char *root, bool whole, char *name)
{
    if (other->known && !S_ISREG(other->mode))
        return false;
    return other->deleted && other->path && root && name_of_path(root, whole, other->path, name);
}

/* True where anything differs. */
static bool take_segment(struct catalog *catalog, struct row *row, struct segment *segment, bool measured)
{
    uint64_t size = row->size, allocated = row->allocated;
    bool was_measured = !row->unmeasured;
    row->unmeasured = !measured;
    bool changed = row_take(row, segment, &catalog->packed, catalog->producers);
    catalog_count_bytes(catalog, row, allocated);
    if (was_measured && (row->size > size || row->allocated > allocated))
        row->grown = catalog->now;
    return changed || was_measured != measured;
}

/* What was measured stays where it no longer may be. True where anything differs. */
static bool take_facts(struct catalog *catalog, struct row *row, const struct sweep_other *other)
{
    if (!other->known && !row->unmeasured)
        return false;
    struct segment segment = {
        .size = other->size,
        .allocated = other->known ? other->allocated : other->size,
        .created = other->created,
        .modified = other->modified,
        .uid = other->known ? other->uid : (uid_t)-1,
        .gid = other->known ? other->gid : (gid_t)-1,
        .mode = other->known ? other->mode : S_IFREG,
    };
    return take_segment(catalog, row, &segment, other->known);
}

static struct row *new_unlinked(struct catalog *catalog, const struct sweep_other *other, const char *name)
{
    struct row *row = catalog_new_row(catalog, &other->id, memory_dup(name));
    row->unlinked = row->unmeasured = true;
    row->in_directory = false;
    row->loading = state_is_loading(other, name);
    row->holders = &other->holders;
    take_facts(catalog, row, other);
    row->grown = 0;
    row->first_allocated = row->allocated;
    catalog_enter_row(catalog, row);
    return row;
}

void catalog_update_unlinked(struct catalog *catalog, struct row *row, const struct sweep_other *other)
{
    bool loading = state_is_loading(other, row->name);
    bool changed = take_facts(catalog, row, other) || row->loading != loading;
    row->loading = loading;
    if (!row->id.born)
        row->id.born = other->id.born; /* learned once the file may be asked */
    if (changed)
        catalog_emit(catalog, CHANGE_UPDATED, row, NULL);
}

bool row_wants_holders(const struct row *row)
{
    return row->unlinked && !row->loading && !row->recognised && row->holders;
}

static struct row *find_unlinked(const struct catalog *catalog, const struct identity *id)
{
    uint32_t cursor = 0;
    struct row *row;
    while ((row = catalog_next_of_inode(catalog, id, &cursor)))
        if (row->unlinked && catalog_may_be(&row->id, id))
            return row;
    return NULL;
}

static bool take_look(struct catalog *catalog, struct row *row, struct segment *segment)
{
    if (!segment) {
        bool changed = !row->recognised;
        row->recognised = true; /* it must not be asked for again and again */
        return changed;
    }
    if (!row->id.born)
        row->id.born = segment->id.born;
    return take_segment(catalog, row, segment, true);
}

void catalog_take_unlinked(struct catalog *catalog, const struct identity *id, struct segment *segment,
                           int64_t now)
{
    assert(!catalog->in_batch);
    catalog->now = now > 0 ? now : 1;
    struct row *row = find_unlinked(catalog, id);
    if (row && !row->loading && take_look(catalog, row, segment))
        catalog_emit(catalog, CHANGE_UPDATED, row, NULL);
    if (segment)
        segment_clear(segment);
}

struct row *catalog_unlinked_row(struct catalog *catalog, const struct sweep_other *other, const char *root,
                                 bool whole)
{
    char name[NAME_PATH_MAX];
    return is_one_of_ours(other, root, whole, name) ? new_unlinked(catalog, other, name) : NULL;
}
