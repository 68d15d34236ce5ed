#include "core/process/holdings.h"

#include <stdlib.h>
#include <string.h>

#include "core/sys/checked.h"
#include "core/sys/memory.h"

/* --- sets --- */

static uint32_t inode_hash(uint64_t device, uint64_t inode)
{
    uint64_t words[] = {device, inode};
    return lookup_hash(words, sizeof words);
}

/* NULL: not in it. */
static struct holding *set_find(const struct holding_set *set, uint64_t device, uint64_t inode, uint32_t hash)
{
    uint32_t cursor = 0, place;
    while ((place = lookup_next(&set->by_inode, hash, &cursor)) != LOOKUP_NONE)
        if (set->list[place].other.id.device == device && set->list[place].other.id.inode == inode)
            return &set->list[place];
    return NULL;
}

static struct holding *set_get(struct holding_set *set, uint64_t device, uint64_t inode)
{
    uint32_t hash = inode_hash(device, inode);
    struct holding *found = set_find(set, device, inode, hash);
    if (found)
        return found;
    set->list = memory_grow(set->list, &set->capacity, set->count + 1, sizeof *set->list);
    set->list[set->count] = (struct holding){.other.id = {.device = device, .inode = inode}};
    lookup_add(&set->by_inode, hash, (uint32_t)set->count);
    return &set->list[set->count++];
}

static void set_clear(struct holding_set *set)
{
    for (size_t i = 0; i < set->count; i++) {
        holders_clear(&set->list[i].other.holders);
        free(set->list[i].other.path);
    }
    free(set->list);
    lookup_clear(&set->by_inode);
}

/* --- what is sought --- */

/* Most maps are of libraries: where all that is sought lies on one device, its number alone passes them over.
 */
static void note_device(struct holdings *holdings, uint64_t device, bool first)
{
    holdings->one_device = first || (holdings->one_device && holdings->device == device);
    holdings->device = device;
}

void holdings_start(struct holdings *holdings, const struct sweep_scope *scope)
{
    *holdings = (struct holdings){.scope = scope};
    holdings->asked_of = memory_new(scope->n * sizeof *holdings->asked_of);
    for (size_t i = 0; i < scope->n; i++) {
        const struct holding *item = set_get(&holdings->asked, scope->ids[i].device, scope->ids[i].inode);
        holdings->asked_of[i] = (uint32_t)(item - holdings->asked.list);
        note_device(holdings, scope->ids[i].device, i == 0);
    }
    if (scope->device)
        note_device(holdings, scope->device, scope->n == 0);
}

static struct holding *find_asked(const struct holdings *holdings, uint64_t device, uint64_t inode)
{
    return set_find(&holdings->asked, device, inode, inode_hash(device, inode));
}

bool holdings_seeks(const struct holdings *holdings, uint64_t device, uint64_t inode)
{
    if (holdings->one_device && device != holdings->device)
        return false;
    return (holdings->scope->device && device == holdings->scope->device) ||
           find_asked(holdings, device, inode) != NULL;
}

/* --- what is found --- */

static char *dup_or_null(const char *text)
{
    return text ? memory_dup(text) : NULL;
}

static struct holder dup_holder(const struct holder *holder)
{
    struct holder dup = *holder;
    dup.cmdline = dup_or_null(holder->cmdline);
    dup.unit = dup_or_null(holder->unit);
    return dup;
}

static struct holder *holder_of(struct holding *item, const struct holder *who)
{
    struct holders *holders = &item->other.holders;
    if (holders->count && holders->list[holders->count - 1].pid == who->pid)
        return &holders->list[holders->count - 1];
    holders->list = memory_grow(holders->list, &item->capacity, holders->count + 1, sizeof *holders->list);
    holders->list[holders->count] = dup_holder(who);
    return &holders->list[holders->count++];
}

/* The first path counts, unless only a later one says that there is a name. */
static void take_path(struct holding *item, struct hit *hit)
{
    struct sweep_other *other = &item->other;
    if (!hit->seen.path || (other->path && !item->marked))
        return;
    bool marked = path_is_marked(hit->seen.path);
    if (other->path && marked)
        return;
    free(other->path);
    other->path = hit->seen.path;
    item->marked = marked;
    hit->seen.path = NULL;
}

/* The first facts count. */
static void take_facts(struct holding *item, const struct hit *hit)
{
    struct sweep_other *other = &item->other;
    if (other->known)
        return;
    if (!hit->seen.known) {
        other->size = max_u64(other->size, hit->seen.size);
        return;
    }
    struct sweep_other kept = *other;
    *other = hit->seen;
    other->path = kept.path;
    other->holders = kept.holders;
    item->links = hit->links;
}

void holdings_add(struct holdings *holdings, const struct holder *who, struct hits *hits)
{
    for (size_t i = 0; i < hits->count; i++) {
        struct hit *hit = &hits->list[i];
        const struct identity *id = &hit->seen.id;
        struct holding *item = find_asked(holdings, id->device, id->inode);
        bool asked = item;
        if (!asked)
            item = set_get(&holdings->others, id->device, id->inode);
        struct holder *holder = holder_of(item, who);
        holder->mapped += !hit->open;
        holder->open += hit->open;
        holder->writable = holder->writable || hit->writable;
        if (!asked) {
            take_facts(item, hit);
            take_path(item, hit);
        }
    }
}

/* --- the answer --- */

static int compare_holders(const void *a, const void *b)
{
    pid_t x = ((const struct holder *)a)->pid, y = ((const struct holder *)b)->pid;
    return (x > y) - (x < y);
}

/* Threads meet processes in any order. */
static struct holders take_holders(struct holding *item)
{
    struct holders holders = item->other.holders;
    item->other.holders = (struct holders){0};
    if (holders.count)
        qsort(holders.list, holders.count, sizeof *holders.list, compare_holders);
    return holders;
}

static struct holders dup_holders(const struct holders *holders)
{
    struct holders dup = {.count = holders->count};
    if (dup.count)
        dup.list = memory_new(dup.count * sizeof *dup.list);
    for (size_t i = 0; i < dup.count; i++)
        dup.list[i] = dup_holder(&holders->list[i]);
    return dup;
}

static void deliver_asked(struct holdings *holdings, struct sweep *sweep)
{
    size_t n = holdings->scope->n, count = holdings->asked.count;
    uint32_t *first = memory_new(count * sizeof *first); /* of the ids that are this one: its place + 1 */
    sweep->count = n;
    sweep->of = memory_new(n * sizeof *sweep->of);
    for (size_t i = 0; i < n; i++) {
        uint32_t place = holdings->asked_of[i];
        if (first[place]) {
            sweep->of[i] = dup_holders(&sweep->of[first[place] - 1]);
            continue;
        }
        sweep->of[i] = take_holders(&holdings->asked.list[place]);
        first[place] = (uint32_t)i + 1;
    }
    free(first);
}

static int compare_others(const void *a, const void *b)
{
    uint64_t x = ((const struct sweep_other *)a)->id.inode, y = ((const struct sweep_other *)b)->id.inode;
    return (x > y) - (x < y);
}

static void deliver_others(struct holdings *holdings, struct sweep *sweep)
{
    size_t n = holdings->others.count;
    sweep->others = memory_new(n * sizeof *sweep->others);
    for (size_t i = 0; i < n; i++) {
        struct holding *item = &holdings->others.list[i];
        struct holders holders = take_holders(item);
        struct sweep_other *other = &sweep->others[sweep->other_count++];
        *other = item->other;
        item->other.path = NULL;
        other->holders = holders;
        other->deleted = other->known ? item->links == 0 : other->path && item->marked;
        if (other->deleted && other->path)
            path_cut_mark(other->path);
    }
    if (n)
        qsort(sweep->others, n, sizeof *sweep->others, compare_others);
}

void holdings_deliver(struct holdings *holdings, struct sweep *sweep)
{
    deliver_asked(holdings, sweep);
    deliver_others(holdings, sweep);
}

void holdings_clear(struct holdings *holdings)
{
    set_clear(&holdings->asked);
    set_clear(&holdings->others);
    free(holdings->asked_of);
}
