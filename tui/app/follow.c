/*
 * When memory comes back: each held segment is watched for the end of its last holder, by its name as long as
 * it has one, else through who holds it. So the row of an unlinked one goes in the instant its memory does;
 * where no watch could be set, the next sweep finds that it is gone. What is opened of one without a name for
 * its watch tells what lies in it as well; that is asked again where its bytes have changed.
 *
 * The console has the watches (core/segment/release.h); here stands which rows have one.
 */
#include "tui/app/state.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/segment/release.h"
#include "core/sys/memory.h"

#define FOLLOW_BATCH 256 /* asked for at once: each takes some 10 µs of the loop */
#define FOLLOW_PIDS  16  /* through which an unlinked one is reached */

static uint32_t hash_of(uint64_t serial)
{
    return lookup_hash(&serial, sizeof serial);
}

static struct follow *find(const struct follows *follows, uint64_t serial)
{
    uint32_t cursor = 0, at;
    while ((at = lookup_next(&follows->by_serial, hash_of(serial), &cursor)) != LOOKUP_NONE)
        if (follows->list[at].serial == serial)
            return &follows->list[at];
    return NULL;
}

static void add(struct follows *follows, const struct row *row)
{
    if (follows->count >= RELEASE_MAX)
        return;
    follows->list = memory_grow(follows->list, &follows->room, follows->count + 1, sizeof *follows->list);
    lookup_add(&follows->by_serial, hash_of(row->serial), (uint32_t)follows->count);
    follows->list[follows->count++] = (struct follow){.serial = row->serial, .id = row->id};
    follows->pending = true;
}

static void drop(struct follows *follows, struct follow *follow)
{
    uint32_t at = (uint32_t)(follow - follows->list), last = (uint32_t)follows->count - 1;
    lookup_remove(&follows->by_serial, hash_of(follow->serial), at);
    if (at != last) {
        lookup_remove(&follows->by_serial, hash_of(follows->list[last].serial), last);
        *follow = follows->list[last];
        lookup_add(&follows->by_serial, hash_of(follow->serial), at);
    }
    follows->count--;
}

/* What nobody holds any more, or what is gone, needs no watch. */
static void forget(struct follows *follows, struct follow *follow)
{
    if (follow->watched) {
        follows->forget = memory_grow(follows->forget, &follows->forget_room, follows->forget_count + 1,
                                      sizeof *follows->forget);
        follows->forget[follows->forget_count++] = follow->id;
        follows->pending = true;
    }
    drop(follows, follow);
}

void follow_changed(struct app *app, const struct change *change)
{
    struct follows *follows = &app->follows;
    const struct row *row = change->row;
    /* Without a name it goes with its memory, also when whoever was known to hold it has ended. */
    bool held = !change_is_end(change) && (row->holders || row->unlinked) && !S_ISDIR(row->mode);
    struct follow *follow = find(follows, row->serial);
    if (held && !follow)
        add(follows, row);
    else if (!held && follow)
        forget(follows, follow);
    else if (follow && !follow->reaching && row_wants_holders(row)) {
        follow->asked = false;
        follows->pending = true;
    }
}

bool follow_is_watched(const struct app *app, const struct row *row)
{
    const struct follow *follow = find(&app->follows, row->serial);
    return follow && follow->watched;
}

/* --- asking --- */

static void add_target(struct follow_list *list, const struct row *row)
{
    if (!list->targets)
        list->targets = memory_new(FOLLOW_BATCH * sizeof *list->targets);
    struct follow_target *target = &list->targets[list->count++];
    *target = (struct follow_target){.serial = row->serial, .id = row->id, .name = memory_dup(row->name)};
    if (!row->unlinked)
        return;
    target->pid_count = row->holders->count < FOLLOW_PIDS ? row->holders->count : FOLLOW_PIDS;
    target->pids = memory_new(target->pid_count * sizeof *target->pids);
    for (size_t i = 0; i < target->pid_count; i++)
        target->pids[i] = row->holders->list[i].pid;
}

/* The next of those that were not asked for. Returns whether more are left. */
static bool collect(struct app *app, struct follow_list *named, struct follow_list *unlinked)
{
    struct follows *follows = &app->follows;
    for (size_t i = 0; i < follows->count; i++) {
        struct follow *follow = &follows->list[i];
        if (follow->asked)
            continue;
        if (named->count == FOLLOW_BATCH || unlinked->count == FOLLOW_BATCH)
            return true;
        follow->asked = true;
        const struct row *row = catalog_by_serial(app->catalog, follow->serial);
        if (!row || !row->holders)
            continue;
        follow->reaching = row->unlinked;
        add_target(row->unlinked ? unlinked : named, row);
    }
    return false;
}

void follow_want(struct app *app)
{
    struct follows *follows = &app->follows;
    if (!follows->pending)
        return;
    struct follow_list named = {.forget = follows->forget, .forget_count = follows->forget_count},
                       unlinked = {0};
    follows->forget = NULL;
    follows->forget_count = follows->forget_room = 0;
    follows->pending = collect(app, &named, &unlinked);
    if (named.count + named.forget_count > 0)
        app_ask(app, EFFECT_FOLLOW)->u.follow = named;
    if (unlinked.count > 0)
        app_ask(app, EFFECT_REACH)->u.follow = unlinked;
}

/* --- answers --- */

void follow_answered(struct app *app, const struct event *event)
{
    struct follow *follow = find(&app->follows, event->token);
    if (follow) {
        follow->watched = event->u.followed.watched;
        follow->reaching &= !event->u.followed.reached;
    }
    if (event->u.followed.reached)
        catalog_take_unlinked(app->catalog, event->u.followed.id, event->u.followed.segment, app->now);
}

void follow_released(struct app *app, const struct event *event)
{
    struct follows *follows = &app->follows;
    for (size_t i = 0; i < event->u.released.count; i++)
        catalog_released(app->catalog, &event->u.released.ids[i]);
    for (size_t i = 0; event->u.released.lost && i < follows->count; i++) {
        follows->list[i].asked = follows->list[i].watched = false;
        follows->pending = true;
    }
    facts_measure(app);
    facts_freed(app);
}

/* Of a directory that is gone nothing can be said: no sweep finds the end of what was deleted in it. */
void follow_absent(struct app *app)
{
    for (size_t i = catalog_count(app->catalog); i-- > 0;) {
        if (i >= catalog_count(app->catalog))
            continue;
        const struct row *row = catalog_at(app->catalog, i);
        struct identity id = row->id;
        if (row->unlinked)
            catalog_released(app->catalog, &id);
    }
}

void follow_close(struct app *app)
{
    struct follows *follows = &app->follows;
    lookup_clear(&follows->by_serial);
    free(follows->list);
    free(follows->forget);
}
