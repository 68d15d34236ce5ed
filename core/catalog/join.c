/*
 * Where a sweep meets the rows. What it found is laid out by the rows' places first; then one pass over all
 * rows, in the order of their memory, takes it over, judges each anew and says what changed.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/catalog/catalog_private.h"
#include "core/catalog/state.h"
#include "core/sys/memory.h"

/* --- asking --- */

/* Each owner once. */
static void ask_owners(struct catalog *catalog, struct sweep_scope *scope)
{
    struct lookup known = {0};
    uid_t *owners = NULL;
    size_t count = 0, capacity = 0;
    for (size_t i = 0; i < catalog_count(catalog); i++) {
        const struct row *row = catalog_at(catalog, i);
        if (row->unmeasured || (count && owners[count - 1] == row->uid))
            continue;
        uint32_t hash = lookup_hash(&row->uid, sizeof row->uid), cursor = 0, place;
        do
            place = lookup_next(&known, hash, &cursor);
        while (place != LOOKUP_NONE && owners[place] != row->uid);
        if (place != LOOKUP_NONE)
            continue;
        owners = memory_grow(owners, &capacity, count + 1, sizeof *owners);
        lookup_add(&known, hash, (uint32_t)count);
        owners[count++] = row->uid;
    }
    lookup_clear(&known);
    scope->owners = owners;
    scope->owner_count = count;
}

void catalog_scope(struct catalog *catalog, uint64_t device, struct sweep_scope *ret_scope)
{
    size_t n = 0, count = catalog_count(catalog);
    for (size_t i = 0; i < count; i++)
        n += catalog_at(catalog, i)->creator_pid != 0;
    struct creator_query *queries = memory_new(n * sizeof *queries);
    free(catalog->asked);
    catalog->asked = memory_new(n * sizeof *catalog->asked);
    catalog->asked_count = n;
    catalog->scope_limit = catalog->next_serial;
    n = 0;
    for (size_t i = 0; i < count; i++) {
        struct row *row = catalog_at(catalog, i);
        row->unlinked_lately = false;
        if (!row->creator_pid)
            continue;
        queries[n] = (struct creator_query){.pid = row->creator_pid, .born = row->created};
        catalog->asked[n++] = (struct asked){row->serial, row->place, row->creator_pid};
    }
    *ret_scope = (struct sweep_scope){
        .device = device,
        .creators = queries,
        .creator_count = n,
    };
    ask_owners(catalog, ret_scope);
}

void sweep_scope_clear(struct sweep_scope *scope)
{
    free((struct identity *)scope->ids);
    free((struct creator_query *)scope->creators);
    free((uid_t *)scope->owners);
    *scope = (struct sweep_scope){0};
}

/* --- judging --- */

bool catalog_judge(struct catalog *catalog, struct row *row)
{
    int64_t born = row->created ? row->created : row->modified;
    struct state_verdict verdict = state_judge(&(struct state_facts){
        .swept = catalog->swept &&
                         row->serial<catalog->sweep_limit, .complete = catalog->sweep.complete,
                                     .hidden = !catalog->sweep.sees_all, .found = row->holders != NULL,
                                     .unlinked = row->unlinked, .loading = row->loading, .held = row->held,
                                     .creator = row->creator, .producer = row->producer, .age = born> 0
                     ? catalog->wall - born
                     : 0,
    });
    if (row->state == verdict.state && row->doubtful == verdict.doubtful)
        return false;
    uint64_t bytes = row->counted ? row->allocated : 0;
    catalog->totals.count[row->state]--;
    catalog->totals.bytes[row->state] -= bytes;
    row->state = (uint8_t)verdict.state;
    row->doubtful = verdict.doubtful;
    catalog->totals.count[row->state]++;
    catalog->totals.bytes[row->state] += bytes;
    return true;
}

/* --- what was found, by place --- */

struct join {
    struct catalog *catalog;
    const struct holders **holders; /* owned; NULL: nobody */
    uint8_t *creators;              /* owned: enum creator */
    bool *left;                     /* owned: an unlinked one that bears a name elsewhere */
    struct part {
        uint32_t directory; /* place */
        const struct holders *holders;
    } * parts; /* owned: what directories' rows are to be made of */
    size_t part_count, part_capacity;
};

/* Whose end is the end of a creator. */
static void take_made(struct catalog *catalog, const struct asked *asked, const struct process_id *by)
{
    if (by->pid && by->started)
        catalog->made[catalog->made_count++] = (struct made){asked->serial, asked->place, asked->pid, *by};
}

static void take_creators(struct join *join)
{
    struct catalog *catalog = join->catalog;
    free(catalog->made);
    catalog->made = memory_new(catalog->asked_count * sizeof *catalog->made);
    catalog->made_count = 0;
    for (size_t i = 0; catalog->sweep.creators && i < catalog->asked_count; i++) {
        const struct asked *asked = &catalog->asked[i];
        const struct row *row = rows_at(&catalog->rows, asked->place);
        if (!row || row->serial != asked->serial || row->creator_pid != asked->pid)
            continue;
        join->creators[asked->place] = (uint8_t)catalog->sweep.creators[i];
        if (catalog->sweep.bearers)
            take_made(catalog, asked, &catalog->sweep.bearers[i]);
    }
}

/* The row of the directory that "DIR/…" begins with, if it is one. */
static struct row *directory_of(struct catalog *catalog, const char *path)
{
    char name[NAME_PATH_MAX];
    size_t length = strcspn(path, "/");
    if (length >= sizeof name || !path[length])
        return NULL;
    memcpy(name, path, length);
    name[length] = '\0';
    struct row *row = catalog_find(catalog, name);
    return row && S_ISDIR(row->mode) ? row : NULL;
}

static void add_part(struct join *join, const struct row *directory, const struct holders *holders)
{
    join->parts = memory_grow(join->parts, &join->part_capacity, join->part_count + 1, sizeof *join->parts);
    join->parts[join->part_count++] = (struct part){directory->place, holders};
}

static void take_named(struct join *join, struct row *row, const struct sweep_other *other)
{
    const struct row *directory = directory_of(join->catalog, row->name);
    if (directory)
        add_part(join, directory, &other->holders);
    if (S_ISDIR(row->mode))
        add_part(join, row, &other->holders);
    join->holders[row->place] = &other->holders;
}

/* One that turns out to bear a name elsewhere is not unlinked, but a sweep that began before its name went
 * says nothing of that. */
static void take_unlinked(struct join *join, struct row *row, const struct sweep_other *other)
{
    join->left[row->place] = !other->deleted && !row->unlinked_lately;
    if (other->deleted)
        catalog_update_unlinked(join->catalog, row, other);
    join->holders[row->place] = &other->holders;
}

/* What has no row, for it lies deeper or in what may not be listed, is held in its directory all the same. */
static void take_deeper(struct join *join, const struct sweep_other *other, const char *root)
{
    size_t length = root ? strlen(root) : 0;
    if (!root || !other->path || strncmp(other->path, root, length) != 0 || other->path[length] != '/')
        return;
    const struct row *directory = directory_of(join->catalog, other->path + length + 1);
    if (directory)
        add_part(join, directory, &other->holders);
}

static void take_other(struct join *join, const struct sweep_other *other, const char *root, bool whole)
{
    uint32_t cursor = 0;
    bool met = false;
    struct row *row;
    while ((row = catalog_next_of_inode(join->catalog, &other->id, &cursor))) {
        if (!catalog_may_be(&row->id, &other->id))
            continue;
        met = true;
        if (row->unlinked)
            take_unlinked(join, row, other);
        else
            take_named(join, row, other);
    }
    if (met)
        return;
    if (!other->deleted) {
        take_deeper(join, other, root);
        return;
    }
    row = catalog_unlinked_row(join->catalog, other, root, whole);
    if (row)
        join->holders[row->place] = &other->holders;
}

/* --- directories --- */

static int compare_parts(const void *a_part, const void *b_part)
{
    const struct part *a = a_part, *b = b_part;
    return (a->directory > b->directory) - (a->directory < b->directory);
}

static int compare_holders(const void *a_holder, const void *b_holder)
{
    const struct holder *a = a_holder, *b = b_holder;
    return (a->pid > b->pid) - (a->pid < b->pid);
}

/* All holders of n parts, each once. */
static struct holders unite(const struct part *parts, size_t n)
{
    size_t sum = 0, kept = 0;
    for (size_t i = 0; i < n; i++)
        sum += parts[i].holders->count;
    struct holder *list = memory_new(sum * sizeof *list);
    for (size_t i = 0; i < n; i++) {
        memcpy(list + kept, parts[i].holders->list, parts[i].holders->count * sizeof *list);
        kept += parts[i].holders->count;
    }
    qsort(list, sum, sizeof *list, compare_holders);
    kept = 0;
    for (size_t i = 0; i < sum; i++) {
        if (kept == 0 || list[kept - 1].pid != list[i].pid) {
            list[kept++] = list[i];
            continue;
        }
        list[kept - 1].mapped += list[i].mapped;
        list[kept - 1].open += list[i].open;
        list[kept - 1].writable |= list[i].writable;
    }
    return (struct holders){kept, list};
}

static void take_directories(struct join *join)
{
    struct catalog *catalog = join->catalog;
    if (!join->part_count)
        return;
    qsort(join->parts, join->part_count, sizeof *join->parts, compare_parts);
    catalog->unions = memory_new(join->part_count * sizeof *catalog->unions);
    for (size_t i = 0, n; i < join->part_count; i += n) {
        uint32_t place = join->parts[i].directory;
        for (n = 1; i + n < join->part_count && join->parts[i + n].directory == place;)
            n++;
        catalog->unions[catalog->union_count] = unite(join->parts + i, n);
        join->holders[place] = &catalog->unions[catalog->union_count++];
    }
}

/* --- each row --- */

static bool same_holder(const struct holder *a, const struct holder *b)
{
    return a->pid == b->pid && a->started == b->started && a->uid == b->uid && a->mapped == b->mapped &&
           a->open == b->open && a->writable == b->writable && strcmp(a->command, b->command) == 0;
}

static bool same_holders(const struct holders *a, const struct holders *b)
{
    if (!a || !b)
        return a == b;
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (!same_holder(&a->list[i], &b->list[i]))
            return false;
    return true;
}

/* Only where every process's owner was seen. */
static bool is_ownerless(const struct sweep *sweep, const struct row *row)
{
    return sweep->sees_all && !row->unmeasured && sweep_lacks_owner(sweep, row->uid);
}

/* What a lease said is true of its moment; a sweep that misses nobody knows better. */
static bool age_held(const struct catalog *catalog, struct row *row)
{
    bool keep = row->held == HELD_UNKNOWN ||
                (!catalog->sweep.complete && catalog->now / 1000 - row->held_at <= CATALOG_HELD_S);
    if (!keep)
        row->held = HELD_UNKNOWN;
    return !keep;
}

static void take_row(struct join *join, struct row *row)
{
    struct catalog *catalog = join->catalog;
    const struct holders *holders = join->holders[row->place];
    if (row->unlinked && (!holders || join->left[row->place])) {
        catalog_end_row(catalog, row, holders ? CHANGE_LEFT : CHANGE_DELETED);
        return;
    }
    bool ownerless = is_ownerless(&catalog->sweep, row);
    enum creator creator = join->creators[row->place];
    bool changed = row->ownerless != ownerless || row->creator != creator;
    changed |= !same_holders(row->holders, holders);
    row->ownerless = ownerless;
    row->creator = (uint8_t)creator;
    row->holders = holders;
    changed |= age_held(catalog, row);
    changed |= catalog_judge(catalog, row);
    if (changed)
        catalog_emit(catalog, CHANGE_UPDATED, row, NULL);
}

/* --- the sweep --- */

struct last_sweep {
    struct sweep sweep;
    struct holders *unions;
    size_t union_count;
};

static void last_clear(struct last_sweep *last)
{
    for (size_t i = 0; i < last->union_count; i++)
        free(last->unions[i].list);
    free(last->unions);
    sweep_clear(&last->sweep);
}

static struct last_sweep exchange_sweep(struct catalog *catalog, struct sweep *sweep)
{
    struct last_sweep last = {catalog->sweep, catalog->unions, catalog->union_count};
    catalog->sweep = *sweep;
    *sweep = (struct sweep){0};
    catalog->unions = NULL;
    catalog->union_count = 0;
    return last;
}

void catalog_clear_sweep(struct catalog *catalog)
{
    struct last_sweep last = exchange_sweep(catalog, &(struct sweep){0});
    last_clear(&last);
    free(catalog->asked);
    free(catalog->made);
}

void catalog_take_sweep(struct catalog *catalog, struct sweep *sweep, const char *root, bool whole,
                        int64_t now, int64_t wall)
{
    assert(!catalog->in_batch);
    struct last_sweep last = exchange_sweep(catalog, sweep);
    catalog->swept = true;
    catalog->sweep_limit = catalog->scope_limit;
    catalog->now = now > 0 ? now : 1;
    catalog->wall = wall;
    size_t places = catalog_places(catalog) + catalog->sweep.other_count;
    struct join join = {
        .catalog = catalog,
        .holders = memory_new(places * sizeof *join.holders),
        .creators = memory_new(places),
        .left = memory_new(places * sizeof *join.left),
    };
    take_creators(&join);
    for (size_t i = 0; i < catalog->sweep.other_count; i++)
        take_other(&join, &catalog->sweep.others[i], root, whole);
    take_directories(&join);
    for (uint32_t place = 0; place < catalog_places(catalog); place++) {
        struct row *row = catalog_by_place(catalog, place);
        if (row)
            take_row(&join, row);
    }
    catalog->version++;
    free(join.holders);
    free(join.creators);
    free(join.left);
    free(join.parts);
    last_clear(&last);
}

const struct sweep *catalog_sweep(const struct catalog *catalog)
{
    return catalog->swept ? &catalog->sweep : NULL;
}

/* --- leases, and what came back --- */

void catalog_take_held(struct catalog *catalog, struct row *row, enum held held, int64_t wall)
{
    bool changed = row->held != held;
    row->held = (uint8_t)held;
    row->held_at = (uint32_t)(catalog->now / 1000);
    catalog->wall = wall;
    changed |= catalog_judge(catalog, row);
    if (changed)
        catalog_emit(catalog, CHANGE_UPDATED, row, NULL);
}

void catalog_released(struct catalog *catalog, const struct identity *id)
{
    uint32_t cursor = 0;
    struct row *row;
    while ((row = catalog_next_of_inode(catalog, id, &cursor))) {
        if (!catalog_may_be(&row->id, id))
            continue;
        if (row->unlinked) {
            catalog_delete_row(catalog, row);
            return;
        }
        row->holders = NULL;
        row->held = HELD_UNKNOWN;
        if (catalog_judge(catalog, row))
            catalog_emit(catalog, CHANGE_UPDATED, row, NULL);
    }
}
