/*
 * Between two sweeps: who ended since the last. That is certain, whoever else came: so holders are taken out
 * of what that sweep found, and creators are gone.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/catalog/catalog_private.h"
#include "core/sys/memory.h"

/* --- whose end matters --- */

struct known {
    struct process_id *list; /* owned */
    size_t count, capacity;
    struct lookup by_pid;
};

static void add(struct known *known, pid_t pid, uint64_t started)
{
    if (!started)
        return;
    uint32_t hash = lookup_hash(&pid, sizeof pid), cursor = 0, place;
    while ((place = lookup_next(&known->by_pid, hash, &cursor)) != LOOKUP_NONE)
        if (known->list[place].pid == pid && known->list[place].started == started)
            return;
    known->list = memory_grow(known->list, &known->capacity, known->count + 1, sizeof *known->list);
    lookup_add(&known->by_pid, hash, (uint32_t)known->count);
    known->list[known->count++] = (struct process_id){pid, started};
}

static int youngest_first(const void *a_process, const void *b_process)
{
    const struct process_id *a = a_process, *b = b_process;
    if (a->started != b->started)
        return a->started < b->started ? 1 : -1;
    return (a->pid < b->pid) - (a->pid > b->pid);
}

size_t catalog_processes(const struct catalog *catalog, struct process_id **ret_processes)
{
    struct known known = {0};
    for (uint32_t place = 0; place < catalog_places(catalog); place++) {
        const struct row *row = rows_at(&catalog->rows, place);
        for (size_t i = 0; row && row->holders && i < row->holders->count; i++)
            add(&known, row->holders->list[i].pid, row->holders->list[i].ticks);
    }
    for (size_t i = 0; i < catalog->made_count; i++)
        add(&known, catalog->made[i].by.pid, catalog->made[i].by.started);
    if (known.count)
        qsort(known.list, known.count, sizeof *known.list, youngest_first);
    lookup_clear(&known.by_pid);
    *ret_processes = known.list;
    return known.count;
}

/* --- who ended --- */

struct ended {
    struct process_id *list; /* owned, the youngest first */
    size_t count;
};

static bool has_ended(const struct ended *ended, pid_t pid, uint64_t started)
{
    struct process_id key = {pid, started};
    return started && bsearch(&key, ended->list, ended->count, sizeof key, youngest_first);
}

static bool loses(const struct ended *ended, const struct row *row)
{
    for (size_t i = 0; row->holders && i < row->holders->count; i++)
        if (has_ended(ended, row->holders->list[i].pid, row->holders->list[i].ticks))
            return true;
    return false;
}

/* owned: what the holders point to; a directory's are copies that point to those of its entries. */
static void take_out(const struct ended *ended, struct holders *holders, bool owned)
{
    size_t kept = 0;
    for (size_t i = 0; i < holders->count; i++) {
        struct holder *holder = &holders->list[i];
        if (!has_ended(ended, holder->pid, holder->ticks))
            holders->list[kept++] = *holder;
        else if (owned)
            holder_clear(holder);
    }
    holders->count = kept;
}

/* Places of the rows whose holders or creator are not what they were. Owned. */
static uint8_t *find_changed(struct catalog *catalog, const struct ended *ended)
{
    uint8_t *changed = memory_new(catalog_places(catalog));
    for (uint32_t place = 0; place < catalog_places(catalog); place++) {
        struct row *row = catalog_by_place(catalog, place);
        if (!row || !loses(ended, row))
            continue;
        row->held = HELD_UNKNOWN; /* it was asked while they lived */
        changed[place] = true;
    }
    for (size_t i = 0; i < catalog->made_count; i++) {
        const struct made *made = &catalog->made[i];
        struct row *row = catalog_by_place(catalog, made->place);
        if (!row || row->serial != made->serial || row->creator_pid != made->pid ||
            row->creator != CREATOR_ALIVE || !has_ended(ended, made->by.pid, made->by.started))
            continue;
        row->creator = CREATOR_GONE;
        changed[made->place] = true;
    }
    return changed;
}

void catalog_exited(struct catalog *catalog, const struct process_id *exited, size_t n, int64_t now,
                    int64_t wall)
{
    assert(!catalog->in_batch);
    if (!n)
        return;
    catalog->now = now > 0 ? now : 1;
    catalog->wall = wall;
    struct ended ended = {memory_new(n * sizeof *ended.list), n};
    memcpy(ended.list, exited, n * sizeof *ended.list);
    qsort(ended.list, n, sizeof *ended.list, youngest_first);
    uint8_t *changed = find_changed(catalog, &ended);
    for (size_t i = 0; i < catalog->union_count; i++)
        take_out(&ended, &catalog->unions[i], false);
    for (size_t i = 0; i < catalog->sweep.other_count; i++)
        take_out(&ended, &catalog->sweep.others[i].holders, true);
    for (uint32_t place = 0; place < catalog_places(catalog); place++) {
        struct row *row = changed[place] ? catalog_by_place(catalog, place) : NULL;
        if (!row)
            continue;
        if (row->holders && !row->holders->count) {
            row->holders = NULL;
            row->loading = false; /* nobody does any more */
        }
        catalog_judge(catalog, row);
        catalog_emit(catalog, CHANGE_UPDATED, row, NULL);
    }
    free(changed);
    free(ended.list);
}
