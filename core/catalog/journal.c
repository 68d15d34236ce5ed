#include "core/catalog/journal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/sys/lookup.h"
#include "core/sys/memory.h"

#define EARLY_MAX 16384 /* releases of what is not known to be deleted: more than can be watched at once */
#define DESCR_MAX 4096

/* What was said last of the row at a place. */
struct told {
    uint64_t serial; /* 0: nothing */
    uint64_t size;
    uint32_t description;  /* a hash */
    bool described;        /* it had one */
    int64_t first, newest; /* monotonic ms of the size changes not told yet; 0: none */
};

struct journal {
    bool started;
    int64_t now, wall;
    struct told *told; /* owned, by place */
    size_t told_capacity, told_count;
    uint32_t *changing; /* owned: places whose size is to be told */
    size_t changing_count, changing_capacity;
    struct journal_event *events; /* owned; from `taken` on */
    size_t event_count, event_capacity, taken;
    struct row *waiting; /* owned copies */
    size_t waiting_count, waiting_capacity;
    struct lookup waiting_by_inode;
    struct identity *early; /* owned: a ring of EARLY_MAX */
    size_t early_count, early_next;
    struct lookup early_by_inode;
};

struct journal *journal_new(void)
{
    struct journal *journal = memory_new(sizeof *journal);
    journal->early = memory_new(EARLY_MAX * sizeof *journal->early);
    return journal;
}

void journal_event_clear(struct journal_event *event)
{
    row_clear(&event->row);
    free(event->old_name);
    *event = (struct journal_event){0};
}

void journal_free(struct journal *journal)
{
    if (!journal)
        return;
    for (size_t i = journal->taken; i < journal->event_count; i++)
        journal_event_clear(&journal->events[i]);
    for (size_t i = 0; i < journal->waiting_count; i++)
        row_clear(&journal->waiting[i]);
    lookup_clear(&journal->waiting_by_inode);
    lookup_clear(&journal->early_by_inode);
    free(journal->early);
    free(journal->events);
    free(journal->waiting);
    free(journal->told);
    free(journal->changing);
    free(journal);
}

void journal_start(struct journal *journal)
{
    journal->started = true;
}

void journal_set_time(struct journal *journal, int64_t now, int64_t wall)
{
    journal->now = now;
    journal->wall = wall;
}

/* --- events --- */

static void tell(struct journal *journal, enum journal_kind kind, const struct row *row, const char *old_name)
{
    if (!journal->started)
        return;
    journal->events = memory_grow(journal->events, &journal->event_capacity, journal->event_count + 1,
                                  sizeof *journal->events);
    struct journal_event *event = &journal->events[journal->event_count++];
    *event = (struct journal_event){
        .kind = kind, .old_name = old_name ? memory_dup(old_name) : NULL, .wall = journal->wall};
    row_copy(&event->row, row);
}

bool journal_take(struct journal *journal, struct journal_event *ret_event)
{
    if (journal->taken == journal->event_count) {
        journal->taken = journal->event_count = 0;
        return false;
    }
    *ret_event = journal->events[journal->taken++];
    return true;
}

/* --- what was said --- */

static struct told *told_of(struct journal *journal, const struct row *row)
{
    if (row->place >= journal->told_count) {
        journal->told =
            memory_grow(journal->told, &journal->told_capacity, row->place + 1, sizeof *journal->told);
        memset(&journal->told[journal->told_count], 0,
               (row->place + 1 - journal->told_count) * sizeof *journal->told);
        journal->told_count = row->place + 1;
    }
    struct told *told = &journal->told[row->place];
    if (told->serial != row->serial)
        *told = (struct told){.serial = row->serial, .size = row->size};
    return told;
}

/* Differs where the type, shape, order or place of the values does. 0: none. */
static uint32_t describe(const struct row *row)
{
    struct matrix matrix;
    char text[DESCR_MAX + sizeof matrix.shape + 64];
    if (!row_matrix(row, &matrix))
        return 0;
    size_t n = dtype_descr(&matrix.dtype, text, DESCR_MAX);
    if (n >= DESCR_MAX)
        n = DESCR_MAX - 1;
    memcpy(text + n, matrix.shape, (size_t)matrix.rank * sizeof matrix.shape[0]);
    n += (size_t)matrix.rank * sizeof matrix.shape[0];
    memcpy(text + n, &matrix.offset, sizeof matrix.offset);
    n += sizeof matrix.offset;
    text[n++] = matrix.order;
    uint32_t hash = lookup_hash(text, n);
    matrix_clear(&matrix);
    return hash ? hash : 1;
}

/* All that a line says of a row is said by now. */
static void note_told(struct journal *journal, const struct row *row)
{
    struct told *told = told_of(journal, row);
    told->size = row->size;
    told->first = told->newest = 0;
}

static void note_description(struct journal *journal, const struct row *row)
{
    struct told *told = told_of(journal, row);
    told->description = describe(row);
    told->described = told->description != 0;
}

static void note_size(struct journal *journal, const struct row *row)
{
    struct told *told = told_of(journal, row);
    if (row->size == told->size || row->layout == LAYOUT_DIRECTORY)
        return;
    told->newest = journal->now;
    if (told->first != 0)
        return;
    told->first = journal->now;
    journal->changing = memory_grow(journal->changing, &journal->changing_capacity,
                                    journal->changing_count + 1, sizeof *journal->changing);
    journal->changing[journal->changing_count++] = row->place;
}

/* A header that does not fit yet (the file is being written) is no word on what it will be. */
static bool is_described_anew(struct journal *journal, const struct row *row)
{
    const struct told *told = told_of(journal, row);
    if (row->damage || row->layout == LAYOUT_UNKNOWN)
        return false;
    uint32_t description = describe(row);
    return description ? description != told->description : told->described;
}

static void note_update(struct journal *journal, const struct row *row)
{
    note_size(journal, row);
    if (!is_described_anew(journal, row))
        return;
    if (told_of(journal, row)->first != 0)
        tell(journal, JOURNAL_RESIZED, row, NULL);
    tell(journal, JOURNAL_DESCRIBED, row, NULL);
    note_told(journal, row);
    note_description(journal, row);
}

/* --- sizes --- */

static int64_t due_of(const struct told *told)
{
    int64_t quiet = told->newest + JOURNAL_QUIET, often = told->first + JOURNAL_OFTEN;
    return quiet < often ? quiet : often;
}

int64_t journal_due(const struct journal *journal)
{
    int64_t due = INT64_MAX;
    for (size_t i = 0; i < journal->changing_count; i++) {
        const struct told *told = &journal->told[journal->changing[i]];
        if (told->first != 0 && due_of(told) < due)
            due = due_of(told);
    }
    return due;
}

void journal_tick(struct journal *journal, struct catalog *catalog)
{
    size_t kept = 0;
    for (size_t i = 0; i < journal->changing_count; i++) {
        uint32_t place = journal->changing[i];
        struct told *told = &journal->told[place];
        if (told->first != 0 && due_of(told) > journal->now) {
            journal->changing[kept++] = place;
            continue;
        }
        const struct row *row = told->first != 0 ? catalog_by_place(catalog, place) : NULL;
        if (!row || row->serial != told->serial)
            continue;
        if (row->size != told->size)
            tell(journal, JOURNAL_RESIZED, row, NULL);
        note_told(journal, row);
    }
    journal->changing_count = kept;
}

/* --- releases --- */

static uint32_t hash_of(const struct identity *id)
{
    const uint64_t words[] = {id->device, id->inode};
    return lookup_hash(words, sizeof words);
}

static void remember_early(struct journal *journal, const struct identity *id)
{
    struct identity *place = &journal->early[journal->early_next];
    uint32_t index = (uint32_t)journal->early_next;
    if (journal->early_count == EARLY_MAX)
        lookup_remove(&journal->early_by_inode, hash_of(place), index);
    else
        journal->early_count++;
    *place = *id;
    lookup_add(&journal->early_by_inode, hash_of(id), index);
    journal->early_next = (journal->early_next + 1) % EARLY_MAX;
}

static bool was_early(const struct journal *journal, const struct identity *id)
{
    uint32_t cursor = 0, i;
    while ((i = lookup_next(&journal->early_by_inode, hash_of(id), &cursor)) != LOOKUP_NONE)
        if (identity_equal(&journal->early[i], id))
            return true;
    return false;
}

static void wait_for(struct journal *journal, const struct row *row)
{
    /* What is no regular file has no memory that anybody could keep. */
    if (!S_ISREG(row->mode) || was_early(journal, &row->id)) {
        tell(journal, JOURNAL_RELEASED, row, NULL);
        return;
    }
    journal->waiting = memory_grow(journal->waiting, &journal->waiting_capacity, journal->waiting_count + 1,
                                   sizeof *journal->waiting);
    lookup_add(&journal->waiting_by_inode, hash_of(&row->id), (uint32_t)journal->waiting_count);
    row_copy(&journal->waiting[journal->waiting_count++], row);
}

static uint32_t find_waiting(const struct journal *journal, const struct identity *id)
{
    uint32_t cursor = 0, i;
    while ((i = lookup_next(&journal->waiting_by_inode, hash_of(id), &cursor)) != LOOKUP_NONE)
        if (identity_equal(&journal->waiting[i].id, id))
            break;
    return i;
}

/* The last one takes its place. */
static void drop_waiting(struct journal *journal, uint32_t i)
{
    uint32_t last = (uint32_t)journal->waiting_count - 1;
    struct row *row = &journal->waiting[i], *moved = &journal->waiting[last];
    lookup_remove(&journal->waiting_by_inode, hash_of(&row->id), i);
    row_clear(row);
    if (i != last) {
        lookup_remove(&journal->waiting_by_inode, hash_of(&moved->id), last);
        *row = *moved;
        lookup_add(&journal->waiting_by_inode, hash_of(&row->id), i);
    }
    journal->waiting_count--;
}

/* Takes all links of one out of those that wait. */
static bool stop_waiting(struct journal *journal, const struct identity *id, bool released)
{
    uint32_t i;
    bool found = false;
    struct identity own = *id; /* it may be that of a row that goes */
    while ((i = find_waiting(journal, &own)) != LOOKUP_NONE) {
        if (released)
            tell(journal, JOURNAL_RELEASED, &journal->waiting[i], NULL);
        drop_waiting(journal, i);
        found = true;
    }
    return found;
}

void journal_released(struct journal *journal, const struct identity *id)
{
    if (!stop_waiting(journal, id, true))
        remember_early(journal, id);
}

void journal_forget(struct journal *journal, const struct identity *id)
{
    stop_waiting(journal, id, false);
}

bool journal_is_waiting(const struct journal *journal, const struct identity *id)
{
    return find_waiting(journal, id) != LOOKUP_NONE;
}

void journal_each_waiting(struct journal *journal, waiting_function *each, void *context)
{
    /* From behind: what takes the place of one that is taken out was seen already. */
    for (size_t i = journal->waiting_count; i-- > 0;)
        if (i < journal->waiting_count)
            each(context, &journal->waiting[i]);
}

/* --- changes --- */

static void created(struct journal *journal, const struct row *row)
{
    tell(journal, JOURNAL_CREATED, row, NULL);
    note_told(journal, row);
    note_description(journal, row);
}

/* One that was moved out may come back: then it waits no more. Where it has other names, one of them may. */
static void appeared(struct journal *journal, const struct row *row)
{
    if (row->links <= 1)
        stop_waiting(journal, &row->id, false);
    created(journal, row);
}

static void deleted(struct journal *journal, const struct row *row)
{
    tell(journal, JOURNAL_DELETED, row, NULL);
    wait_for(journal, row);
}

void journal_change(struct journal *journal, const struct change *change)
{
    const struct row *row = change->row;
    switch (change->kind) {
    case CHANGE_CREATED:
        if (!row->unlinked)
            appeared(journal, row);
        else if (!row->loading && !journal_is_waiting(journal, &row->id))
            wait_for(journal, row);
        break;
    case CHANGE_LINKED:
        if (row->unlinked)
            break;
        stop_waiting(journal, &row->id, false);
        created(journal, row);
        break;
    case CHANGE_UPDATED:
        if (!row->unlinked)
            note_update(journal, row);
        break;
    case CHANGE_RENAMED:
        tell(journal, JOURNAL_RENAMED, row, change->old_name);
        note_update(journal, row);
        break;
    case CHANGE_UNLINKED:
        deleted(journal, row);
        break;
    case CHANGE_DELETED:
        if (!row->unlinked)
            deleted(journal, row);
        else if (!row->loading)
            stop_waiting(journal, &row->id, true);
        break;
    case CHANGE_LEFT: /* what goes on waiting: its memory is still there */
        break;
    }
}
