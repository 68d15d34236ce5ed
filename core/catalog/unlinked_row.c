/*
 * Rows whose name is gone. They come in two ways: a sweep finds a deleted file held whose last path lay in
 * the directory, or a row's name goes while the last sweep found who holds it. The next sweep confirms them,
 * or they go.
 */
#include "core/catalog/catalog_private.h"
#include "core/catalog/state.h"

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
    row->unlinked = row->unlinked_lately = row->recognised = true;
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

/* What was measured stays where it no longer may be. True where anything differs. */
static bool take_facts(struct catalog *catalog, struct row *row, const struct sweep_other *other)
{
    if (!other->known && !row->unmeasured)
        return false;
    uint64_t size = row->size, allocated = row->allocated;
    bool was_measured = !row->unmeasured;
    row->unmeasured = !other->known;
    row->size = other->size;
    row->allocated = other->known ? other->allocated : other->size;
    row->created = other->created;
    row->modified = other->modified;
    row->uid = other->known ? other->uid : (uid_t)-1;
    row->gid = other->known ? other->gid : (gid_t)-1;
    row->mode = other->known ? other->mode : S_IFREG;
    catalog_count_bytes(catalog, row, allocated);
    if (was_measured && (row->size > size || row->allocated > allocated))
        row->grown = catalog->now;
    return row->size != size || row->allocated != allocated || was_measured == row->unmeasured;
}

static struct row *new_unlinked(struct catalog *catalog, const struct sweep_other *other, const char *name)
{
    struct row *row = catalog_new_row(catalog, &other->id, memory_dup(name));
    row->unlinked = row->recognised = row->unmeasured = true;
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

struct row *catalog_unlinked_row(struct catalog *catalog, const struct sweep_other *other, const char *root,
                                 bool whole)
{
    char name[NAME_PATH_MAX];
    return is_one_of_ours(other, root, whole, name) ? new_unlinked(catalog, other, name) : NULL;
}
