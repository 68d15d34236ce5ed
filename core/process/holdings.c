#include "core/process/holdings.h"

#include <stdlib.h>
#include <string.h>

#include "core/sys/memory.h"

static uint32_t inode_hash(uint64_t device, uint64_t inode)
{
    uint64_t words[] = {device, inode};
    return lookup_hash(words, sizeof words);
}

static uint32_t find_place(const struct holdings *holdings, uint64_t device, uint64_t inode, uint32_t hash)
{
    uint32_t cursor = 0, place;
    while ((place = lookup_next(&holdings->by_inode, hash, &cursor)) != LOOKUP_NONE)
        if (holdings->items[place].device == device && holdings->items[place].inode == inode)
            return place;
    return LOOKUP_NONE;
}

static uint32_t add_item(struct holdings *holdings, uint64_t device, uint64_t inode, uint32_t hash)
{
    uint32_t place = (uint32_t)holdings->count;
    holdings->items =
        memory_grow(holdings->items, &holdings->capacity, holdings->count + 1, sizeof *holdings->items);
    holdings->items[holdings->count++] = (struct holding){.device = device, .inode = inode};
    lookup_add(&holdings->by_inode, hash, place);
    return place;
}

/* Most maps are of libraries: where all that is sought lies on one device, its number alone passes them over.
 */
static void note_device(struct holdings *holdings, uint64_t device, bool first)
{
    holdings->one_device = first || (holdings->one_device && holdings->device == device);
    holdings->device = device;
}

void holdings_start(struct holdings *holdings, const struct sweep_scope *scope)
{
    *holdings =
        (struct holdings){.scope = scope, .item_of = memory_new(scope->n * sizeof *holdings->item_of)};
    for (size_t i = 0; i < scope->n; i++) {
        const struct identity *id = &scope->ids[i];
        uint32_t hash = inode_hash(id->device, id->inode);
        uint32_t place = find_place(holdings, id->device, id->inode, hash);
        holdings->item_of[i] = place != LOOKUP_NONE ? place : add_item(holdings, id->device, id->inode, hash);
        note_device(holdings, id->device, i == 0);
    }
    if (scope->device)
        note_device(holdings, scope->device, scope->n == 0);
}

struct holding *holdings_find(struct holdings *holdings, uint64_t device, uint64_t inode)
{
    if (!inode || (holdings->one_device && device != holdings->device))
        return NULL;
    uint32_t hash = inode_hash(device, inode);
    uint32_t place = find_place(holdings, device, inode, hash);
    if (place != LOOKUP_NONE)
        return &holdings->items[place];
    if (!holdings->scope->device || device != holdings->scope->device)
        return NULL;
    place = add_item(holdings, device, inode, hash);
    struct holding *item = &holdings->items[place];
    item->sighting = memory_new(sizeof *item->sighting);
    item->sighting->other.id = (struct identity){.device = device, .inode = inode};
    return item;
}

struct holder *holdings_holder(struct holdings *holdings, struct holding *item)
{
    struct holders *holders = &item->holders;
    if (holders->count && holders->list[holders->count - 1].pid == holdings->pid)
        return &holders->list[holders->count - 1];
    holders->list = memory_grow(holders->list, &item->capacity, holders->count + 1, sizeof *holders->list);
    holders->list[holders->count] = (struct holder){.pid = holdings->pid};
    holdings->hit =
        memory_grow(holdings->hit, &holdings->hit_capacity, holdings->hits + 1, sizeof *holdings->hit);
    holdings->hit[holdings->hits++] = (uint32_t)(item - holdings->items);
    return &holders->list[holders->count++];
}

static char *dup_or_null(const char *text)
{
    return text ? memory_dup(text) : NULL;
}

static void identify(struct holder *holder, const struct holder *who)
{
    holder->uid = who->uid;
    holder->started = who->started;
    memcpy(holder->command, who->command, sizeof holder->command);
    holder->cmdline = dup_or_null(who->cmdline);
    holder->unit = dup_or_null(who->unit);
}

void holdings_finish(struct holdings *holdings, const struct holder *who)
{
    for (size_t i = 0; i < holdings->hits; i++) {
        struct holders *holders = &holdings->items[holdings->hit[i]].holders;
        if (who)
            identify(&holders->list[holders->count - 1], who);
        else
            holders->count--;
    }
    holdings->hits = 0;
}

static struct holders dup_holders(const struct holders *holders)
{
    struct holders dup = {.count = holders->count};
    if (dup.count)
        dup.list = memory_new(dup.count * sizeof *dup.list);
    for (size_t i = 0; i < dup.count; i++) {
        dup.list[i] = holders->list[i];
        identify(&dup.list[i], &holders->list[i]);
    }
    return dup;
}

void holders_clear(struct holders *holders)
{
    for (size_t i = 0; i < holders->count; i++) {
        free(holders->list[i].cmdline);
        free(holders->list[i].unit);
    }
    free(holders->list);
    *holders = (struct holders){0};
}

static int compare_others(const void *a, const void *b)
{
    uint64_t x = ((const struct sweep_other *)a)->id.inode, y = ((const struct sweep_other *)b)->id.inode;
    return (x > y) - (x < y);
}

/* What only processes held that ended meanwhile is not held. */
static void deliver_others(struct holdings *holdings, struct sweep *sweep)
{
    sweep->others = memory_new(holdings->count * sizeof *sweep->others);
    for (size_t i = 0; i < holdings->count; i++) {
        struct holding *item = &holdings->items[i];
        if (!item->sighting || item->holders.count == 0)
            continue;
        sighting_end(item->sighting);
        struct sweep_other *other = &sweep->others[sweep->other_count++];
        *other = item->sighting->other;
        other->holders = item->holders;
        item->sighting->other.path = NULL;
        item->holders = (struct holders){0};
    }
    if (sweep->other_count)
        qsort(sweep->others, sweep->other_count, sizeof *sweep->others, compare_others);
}

void holdings_deliver(struct holdings *holdings, struct sweep *sweep)
{
    size_t n = holdings->scope->n;
    sweep->count = n;
    sweep->of = memory_new(n * sizeof *sweep->of);
    for (size_t i = 0; i < n; i++)
        sweep->of[i] = dup_holders(&holdings->items[holdings->item_of[i]].holders);
    deliver_others(holdings, sweep);
}

void holdings_clear(struct holdings *holdings)
{
    for (size_t i = 0; i < holdings->count; i++) {
        struct holding *item = &holdings->items[i];
        holders_clear(&item->holders);
        if (item->sighting)
            free(item->sighting->other.path);
        free(item->sighting);
    }
    free(holdings->items);
    free(holdings->item_of);
    free(holdings->hit);
    lookup_clear(&holdings->by_inode);
}
