/*
 * `list` holds the groups, those with rows first, in their order on the screen; `members` the rows' places in
 * the listing, group after group; `places` the way back. The lines are not stored: a group knows where its
 * heading stands, and a binary search finds the group of a line.
 */
#include "tui/view/groups.h"

#include <stdlib.h>

#include "core/sys/memory.h"

#define NO_GROUP UINT32_MAX

struct groups {
    struct listing *listing;
    enum grouping by;
    struct group *list; /* owned */
    size_t count, room; /* of all, those without rows too: they may be folded */
    size_t shown;       /* those with rows */
    size_t lines;

    uint32_t *members, *places,
        *of; /* owned; of: the group of each of the listing's rows, while refreshing */
    size_t rows, members_room, places_room, of_room;

    uint32_t *slots; /* owned: groups by key, while refreshing; a power of two */
    size_t slot_count;
};

struct groups *groups_new(struct listing *listing)
{
    struct groups *groups = memory_new(sizeof *groups);
    groups->listing = listing;
    return groups;
}

void groups_free(struct groups *groups)
{
    if (!groups)
        return;
    free(groups->list);
    free(groups->members);
    free(groups->places);
    free(groups->of);
    free(groups->slots);
    free(groups);
}

void groups_set(struct groups *groups, enum grouping by)
{
    groups->by = by;
    groups->count = groups->shown = 0;
    groups->lines = groups->rows = 0;
}

enum grouping groups_by(const struct groups *groups)
{
    return groups->by;
}

const char *groups_name(enum grouping by)
{
    return by == GROUPING_OWNER ? "owner" : by == GROUPING_PRODUCER ? "producer" : "";
}

/* --- groups by key --- */

static uint64_t key_of(enum grouping by, const struct row *row)
{
    if (by == GROUPING_PRODUCER)
        return (uint64_t)(uintptr_t)row->producer;
    return row->unmeasured ? UINT64_MAX : row->uid;
}

static size_t slot_of(const struct groups *groups, uint64_t key)
{
    size_t slot = (size_t)((key * 0x9e3779b97f4a7c15u) >> 20) & (groups->slot_count - 1);
    while (groups->slots[slot] != NO_GROUP && groups->list[groups->slots[slot]].key != key)
        slot = (slot + 1) & (groups->slot_count - 1);
    return slot;
}

/* Slots for twice as many groups as there are. */
static void slots_make(struct groups *groups)
{
    size_t wanted = 64;
    while (wanted < groups->count * 4)
        wanted *= 2;
    free(groups->slots);
    groups->slots = memory_new(wanted * sizeof *groups->slots);
    groups->slot_count = wanted;
    for (size_t i = 0; i < wanted; i++)
        groups->slots[i] = NO_GROUP;
    for (size_t i = 0; i < groups->count; i++)
        groups->slots[slot_of(groups, groups->list[i].key)] = (uint32_t)i;
}

static uint32_t group_of(struct groups *groups, const struct row *row)
{
    uint64_t key = key_of(groups->by, row);
    size_t slot = slot_of(groups, key);
    if (groups->slots[slot] != NO_GROUP)
        return groups->slots[slot];
    uint32_t index = (uint32_t)groups->count++;
    groups->list = memory_grow(groups->list, &groups->room, groups->count, sizeof *groups->list);
    groups->list[index] = (struct group){
        .key = key,
        .uid = row->uid,
        .unknown = groups->by == GROUPING_OWNER ? row->unmeasured : !row->producer,
        .producer = groups->by == GROUPING_PRODUCER ? row->producer : NULL,
    };
    groups->slots[slot] = index;
    if (groups->count * 2 > groups->slot_count)
        slots_make(groups);
    return index;
}

/* --- a refresh --- */

/* What each row belongs to, and the subtotals. */
static void sort_rows_out(struct groups *groups)
{
    for (size_t i = 0; i < groups->count; i++) {
        groups->list[i].count = groups->list[i].marked = 0;
        groups->list[i].bytes = 0;
    }
    for (size_t i = 0; i < groups->rows; i++) {
        const struct row *row = listing_at(groups->listing, i);
        groups->of[i] = row ? group_of(groups, row) : NO_GROUP;
        if (!row)
            continue;
        struct group *group = &groups->list[groups->of[i]];
        group->count++;
        group->marked += row->marked;
        if (row->counted && __builtin_add_overflow(group->bytes, row->allocated, &group->bytes))
            group->bytes = UINT64_MAX;
    }
}

struct ordered {
    uint32_t index;
    bool shown;
    uint64_t bytes, key;
};

static int compare_groups(const void *a_group, const void *b_group)
{
    const struct ordered *a = a_group, *b = b_group;
    if (a->shown != b->shown)
        return a->shown ? -1 : 1;
    if (a->bytes != b->bytes)
        return a->bytes > b->bytes ? -1 : 1;
    return (a->key > b->key) - (a->key < b->key);
}

/* Puts the list in order; `of` follows. While held those shown stay as they are: bytes are left out. */
static void order_groups(struct groups *groups, bool hold)
{
    struct ordered *order = memory_new(groups->count * sizeof *order);
    struct group *list = memory_new(groups->count * sizeof *list);
    uint32_t *now = memory_new(groups->count * sizeof *now);
    groups->shown = 0;
    for (size_t i = 0; i < groups->count; i++) {
        const struct group *group = &groups->list[i];
        order[i] =
            (struct ordered){(uint32_t)i, group->count > 0, hold ? 0 : group->bytes, hold ? i : group->key};
        groups->shown += group->count > 0;
    }
    qsort(order, groups->count, sizeof *order, compare_groups);
    for (size_t i = 0; i < groups->count; i++) {
        list[i] = groups->list[order[i].index];
        now[order[i].index] = (uint32_t)i;
    }
    for (size_t i = 0; i < groups->rows; i++)
        if (groups->of[i] != NO_GROUP)
            groups->of[i] = now[groups->of[i]];
    free(groups->list);
    free(order);
    free(now);
    groups->list = list;
    groups->room = groups->count;
}

static void set_lines(struct groups *groups)
{
    size_t line = 0;
    for (size_t i = 0; i < groups->shown; i++) {
        groups->list[i].line = line;
        line += 1 + (groups->list[i].folded ? 0 : groups->list[i].count);
    }
    groups->lines = line;
}

/* Each row to the next free place of its group. */
static void place_rows(struct groups *groups)
{
    size_t first = 0;
    for (size_t i = 0; i < groups->count; i++) {
        groups->list[i].first = first;
        first += groups->list[i].count;
        groups->list[i].count = 0;
    }
    for (size_t i = 0; i < groups->rows; i++) {
        if (groups->of[i] == NO_GROUP)
            continue;
        struct group *group = &groups->list[groups->of[i]];
        size_t at = group->first + group->count++;
        groups->members[at] = (uint32_t)i;
        groups->places[i] = (uint32_t)at;
    }
}

void groups_refresh(struct groups *groups, bool hold)
{
    if (groups->by == GROUPING_NONE)
        return;
    groups->rows = listing_count(groups->listing);
    groups->members =
        memory_grow(groups->members, &groups->members_room, groups->rows, sizeof *groups->members);
    groups->places = memory_grow(groups->places, &groups->places_room, groups->rows, sizeof *groups->places);
    groups->of = memory_grow(groups->of, &groups->of_room, groups->rows, sizeof *groups->of);
    slots_make(groups);
    sort_rows_out(groups);
    order_groups(groups, hold);
    place_rows(groups);
    set_lines(groups);
}

void groups_measure(struct groups *groups)
{
    for (size_t i = 0; i < groups->shown; i++) {
        struct group *group = &groups->list[i];
        group->marked = 0;
        for (size_t place = 0; place < group->count; place++) {
            const struct row *row = groups_member(groups, group, place);
            group->marked += row && row->marked;
        }
    }
}

/* --- lines --- */

size_t groups_lines(const struct groups *groups)
{
    return groups->by == GROUPING_NONE ? listing_count(groups->listing) : groups->lines;
}

/* The last of the groups shown whose value (line or first) is not above. Some are shown. */
static const struct group *search(const struct groups *groups, size_t value, bool by_line)
{
    size_t low = 0, high = groups->shown;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        const struct group *group = &groups->list[middle];
        if ((by_line ? group->line : group->first) <= value)
            low = middle;
        else
            high = middle;
    }
    return &groups->list[low];
}

const struct group *groups_around(const struct groups *groups, size_t line)
{
    if (groups->by == GROUPING_NONE || line >= groups->lines)
        return NULL;
    return search(groups, line, true);
}

const struct group *groups_heading(const struct groups *groups, size_t line)
{
    const struct group *group = groups_around(groups, line);
    return group && group->line == line ? group : NULL;
}

struct row *groups_member(const struct groups *groups, const struct group *group, size_t place)
{
    return place < group->count ? listing_at(groups->listing, groups->members[group->first + place]) : NULL;
}

struct row *groups_row(const struct groups *groups, size_t line)
{
    if (groups->by == GROUPING_NONE)
        return line < listing_count(groups->listing) ? listing_at(groups->listing, line) : NULL;
    const struct group *group = groups_around(groups, line);
    return group && group->line != line ? groups_member(groups, group, line - group->line - 1) : NULL;
}

size_t groups_line(const struct groups *groups, const struct row *row)
{
    size_t index = listing_index(groups->listing, row);
    if (groups->by == GROUPING_NONE)
        return index;
    if (index >= groups->rows || groups->shown == 0)
        return groups->lines;
    const struct group *group = search(groups, groups->places[index], false);
    return group->folded ? group->line : group->line + 1 + groups->places[index] - group->first;
}

static struct group *with_key(const struct groups *groups, uint64_t key)
{
    for (size_t i = 0; i < groups->shown; i++)
        if (groups->list[i].key == key)
            return &groups->list[i];
    return NULL;
}

size_t groups_find(const struct groups *groups, uint64_t key)
{
    const struct group *group = groups->by == GROUPING_NONE ? NULL : with_key(groups, key);
    return group ? group->line : groups_lines(groups);
}

void groups_fold(struct groups *groups, uint64_t key, bool folded)
{
    struct group *group = with_key(groups, key);
    if (!group)
        return;
    group->folded = folded;
    set_lines(groups);
}
