/*
 * What is known of the directory, and what must be looked at.
 *
 * A scan brings what stat says of every entry; then the bytes are looked at ("filling"): what is on screen
 * first, the rest in chunks, one out at a time, so that a key's own look never waits behind all of them.
 * Names from the watch are looked at whole.
 */
#include "tui/app/state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/sys/memory.h"

#define ASKED_MAX     4096 /* different users, or groups, whose names are asked for */
#define PIDS_MAX      256  /* processes that are looked after at a time */
#define HOLDERS_NAMED 1000 /* of one segment */

static struct effect *ask_look(struct app *app, enum look_token token, size_t room)
{
    struct effect *effect = app_ask(app, EFFECT_LOOK);
    effect->token = token;
    effect->u.look.names = room ? memory_new(room * sizeof *effect->u.look.names) : NULL;
    return effect;
}

static void add_name(struct effect *effect, const char *name, bool recognise)
{
    effect->u.look.names[effect->u.look.count++] =
        (struct look_name){.name = memory_dup(name), .recognise = recognise};
}

void facts_open(struct app *app)
{
    app->chores.slow = app->now + APP_SLOW_MS;
    ask_look(app, LOOK_VISIBLE, 0)->u.look.usage = true;
    facts_rescan(app);
}

void facts_close(struct app *app)
{
    free(app->chores.asked[0]);
    free(app->chores.asked[1]);
}

/* --- scanning --- */

void facts_rescan(struct app *app)
{
    struct chores *chores = &app->chores;
    if (chores->scanning) {
        chores->scan_again = true;
        return;
    }
    chores->scanning = true;
    catalog_scan_begin(app->catalog);
    app_ask(app, EFFECT_SCAN);
}

static void fill_from_start(struct chores *chores)
{
    chores->filling = true;
    chores->fill_next = chores->fill_found = 0;
}

/* The next chunk of rows whose bytes were not looked at. */
static void fill(struct app *app)
{
    struct chores *chores = &app->chores;
    if (!chores->filling || chores->chunk_out)
        return;
    struct effect *effect = NULL;
    size_t count = catalog_count(app->catalog);
    for (; chores->fill_next < count && (!effect || effect->u.look.count < APP_CHUNK); chores->fill_next++) {
        const struct row *row = catalog_at(app->catalog, chores->fill_next);
        if (row->recognised || row->unlinked)
            continue;
        if (!effect)
            effect = ask_look(app, LOOK_CHUNK, APP_CHUNK);
        add_name(effect, row->name, true);
        chores->fill_found++;
    }
    if (effect) {
        chores->chunk_out = true;
    } else if (chores->fill_found > 0) {
        fill_from_start(chores); /* rows move when others go: until none is found */
        fill(app);
    } else {
        chores->filling = false;
    }
}

void facts_scanned(struct app *app, const struct error *error)
{
    struct chores *chores = &app->chores;
    chores->scanning = false;
    if (error->code == 0 || error->code == ENOENT || error->code == ENOTDIR) {
        catalog_scan_end(app->catalog, app->now);
        if (error->code)
            follow_absent(app);
        if (!chores->scanned_once)
            use_changed(app);
        chores->scanned_once = true;
        fill_from_start(chores);
        fill(app);
    } else if (error->code != ECANCELED) {
        app_say(app, true, "%s: %s", app->directory, error->text);
    }
    if (chores->scan_again) {
        chores->scan_again = false;
        facts_rescan(app);
    }
}

/* --- names of users and groups --- */

static bool was_asked(struct chores *chores, int group, unsigned id)
{
    for (size_t i = 0; i < chores->asked_count[group]; i++)
        if (chores->asked[group][i] == id)
            return true;
    return false;
}

/* Asks for one name, once. */
static void ask_name(struct app *app, int group, unsigned id)
{
    struct chores *chores = &app->chores;
    if ((group ? users_group(app->users, id) : users_name(app->users, id)) ||
        chores->asked_count[group] >= ASKED_MAX || was_asked(chores, group, id))
        return;
    chores->asked[group] = memory_grow(chores->asked[group], &chores->asked_room[group],
                                       chores->asked_count[group] + 1, sizeof(unsigned));
    chores->asked[group][chores->asked_count[group]++] = id;
}

/* Sends what was asked for since `before`. */
static void ask_names(struct app *app, int group, size_t before)
{
    struct chores *chores = &app->chores;
    size_t n = chores->asked_count[group] - before;
    if (n == 0)
        return;
    struct effect *effect = app_ask(app, EFFECT_NAMES);
    app->chores.names_out += n;
    effect->u.names.groups = group != 0;
    effect->u.names.count = n;
    effect->u.names.ids = memory_new(n * sizeof(unsigned));
    memcpy(effect->u.names.ids, chores->asked[group] + before, n * sizeof(unsigned));
}

void facts_name_holders(struct app *app, const struct row *row)
{
    size_t users = app->chores.asked_count[0], count = row && row->holders ? row->holders->count : 0;
    for (size_t i = 0; i < count && i < HOLDERS_NAMED; i++)
        ask_name(app, 0, row->holders->list[i].uid);
    ask_names(app, 0, users);
}

static void name_owner(struct app *app, const struct row *row)
{
    size_t users = app->chores.asked_count[0], groups = app->chores.asked_count[1];
    ask_name(app, 0, row->uid);
    ask_name(app, 1, row->gid);
    ask_names(app, 0, users);
    ask_names(app, 1, groups);
}

void facts_named(struct app *app, const struct event *event)
{
    if (app->chores.names_out > 0 && --app->chores.names_out == 0)
        notes_named(app);
    bool group = event->u.named.group;
    if (group)
        users_learn_group(app->users, event->u.named.id, event->u.named.name);
    else
        users_learn_name(app->users, event->u.named.id, event->u.named.name);
    if (listing_sort_column(app->listing) == (group ? COLUMN_GROUP : COLUMN_OWNER)) {
        listing_sort(app->listing, listing_sort_column(app->listing), listing_is_descending(app->listing));
        app->resort = true;
    }
}

/* --- raw segments --- */

static bool may_be_described(const struct row *row)
{
    return S_ISREG(row->mode) && !row->unlinked && (row->layout == LAYOUT_RAW || row->damage);
}

/* A young segment without a shape: its header may be written yet, through a map, which nobody tells. */
void facts_changed(struct app *app, const struct row *row)
{
    struct chores *chores = &app->chores;
    if (row->unlinked && !row->unmeasured)
        name_owner(app, row); /* no look by its name asks */
    if (!row->recognised || row->unlinked || row->serial <= chores->again_newest)
        return;
    chores->again_newest = row->serial;
    int64_t age = (app->wall - (row->created ? row->created : row->modified)) / 1000000;
    if (!may_be_described(row) || age > APP_FOLLOW_MS || chores->again_count >= APP_AGAIN_MAX)
        return;
    chores->again[chores->again_count++] = (struct again){row->serial, app->now + 1000, 1000};
}

static void look_again(struct app *app)
{
    struct chores *chores = &app->chores;
    struct effect *effect = NULL;
    for (size_t i = 0; i < chores->again_count;) {
        struct again *again = &chores->again[i];
        if (again->due > app->now) {
            i++;
            continue;
        }
        const struct row *row = catalog_by_serial(app->catalog, again->serial);
        if (!row || !may_be_described(row) || again->wait > APP_FOLLOW_MS) {
            *again = chores->again[--chores->again_count];
            continue;
        }
        if (!effect)
            effect = ask_look(app, LOOK_AGAIN, chores->again_count);
        add_name(effect, row->name, true);
        again->wait *= 2;
        again->due = app->now + again->wait;
        i++;
    }
}

/* --- looks --- */

void facts_look(struct app *app, const char *name)
{
    struct effect *effect = ask_look(app, LOOK_WATCHED, 1);
    add_name(effect, name, true);
    effect->u.look.first = effect->u.look.usage = true;
    app->chores.looks++;
}

void facts_measure(struct app *app)
{
    if (app->chores.visible_out)
        return;
    app->chores.visible_out = true;
    ask_look(app, LOOK_VISIBLE, 0)->u.look.usage = true;
}

void facts_freed(struct app *app)
{
    if (!app->chores.freed)
        app->chores.freed = app->now + APP_FREED_MS;
}

void facts_watch(struct app *app, const struct event *event)
{
    use_stir(app);
    if (event->u.watch.everything)
        facts_rescan(app);
    size_t count = event->u.watch.count;
    if (count == 0)
        return;
    struct effect *effect = ask_look(app, LOOK_WATCHED, count);
    for (size_t i = 0; i < count; i++) {
        /* A directory's entries have events of their own: its sums alone are made anew. */
        const struct row *row = catalog_find(app->catalog, event->u.watch.names[i]);
        add_name(effect, event->u.watch.names[i], !row || row->layout != LAYOUT_DIRECTORY);
        if (row && row->holders)
            use_changed(app); /* it may be that one of them is gone */
    }
    effect->u.look.usage = true;
    app->chores.looks++;
}

/* A left-over directory that is gone took its entries with it: which, only a scan tells. */
static void take_gone(struct app *app, const char *name)
{
    const struct row *row = catalog_find(app->catalog, name);
    if (row && row->layout == LAYOUT_DIRECTORY)
        facts_rescan(app);
    facts_freed(app);
    catalog_gone(app->catalog, name);
}

/*
 * A sub-directory that a scan met is watched from now on, and what happened in it between the two is found by
 * one more look.
 */
static struct effect *look_into(struct app *app, struct effect *effect, const struct segment *segment,
                                size_t room)
{
    if (!S_ISDIR(segment->mode) || catalog_find(app->catalog, segment->name))
        return effect;
    if (!effect) {
        effect = ask_look(app, LOOK_WATCHED, room);
        app->chores.looks++;
    }
    add_name(effect, segment->name, true);
    return effect;
}

/* With what the kernel said of whether somebody holds it. */
static void put(struct app *app, struct looked *looked)
{
    struct row *row = looked->asked ? catalog_find(app->catalog, looked->segment.name) : NULL;
    if (row && !identity_equal(&row->id, &looked->segment.id))
        row = NULL;
    catalog_put(app->catalog, &looked->segment);
    if (row)
        catalog_take_held(app->catalog, row, looked->held, app->wall);
}

void facts_looked(struct app *app, const struct event *event)
{
    size_t users = app->chores.asked_count[0], groups = app->chores.asked_count[1];
    struct looked *list = event->u.looked.list;
    struct effect *into = NULL;
    bool refill = false;
    catalog_begin(app->catalog, app->now);
    for (size_t i = 0; i < event->u.looked.count; i++) {
        if (list[i].gone) {
            take_gone(app, list[i].segment.name);
            segment_clear(&list[i].segment);
            continue;
        }
        if (event->u.looked.scan)
            into = look_into(app, into, &list[i].segment, event->u.looked.count - i);
        refill |= !list[i].segment.recognised;
        ask_name(app, 0, list[i].segment.uid);
        ask_name(app, 1, list[i].segment.gid);
        put(app, &list[i]);
    }
    catalog_commit(app->catalog);
    ask_names(app, 0, users);
    ask_names(app, 1, groups);
    if (refill && !event->u.looked.scan && event->token == LOOK_WATCHED) {
        fill_from_start(&app->chores); /* the entries of a sub-directory */
        fill(app);
    }
}

void facts_look_done(struct app *app, uint64_t token)
{
    struct chores *chores = &app->chores;
    if (token == LOOK_WATCHED && chores->looks > 0)
        chores->looks--;
    if (token == LOOK_VISIBLE)
        chores->visible_out = false;
    if (token == LOOK_CHUNK) {
        chores->chunk_out = false;
        fill(app);
    }
}

/* --- what is on screen --- */

/* The end of some cannot be told: that a process on screen lives is looked at, long before the next sweep. */
static void add_holders(struct effect *effect, const struct row *row)
{
    for (size_t i = 0; row->holders && i < row->holders->count; i++) {
        if (!effect->u.look.pids)
            effect->u.look.pids = memory_new(PIDS_MAX * sizeof(pid_t));
        if (effect->u.look.pid_count == PIDS_MAX)
            return;
        effect->u.look.pids[effect->u.look.pid_count++] = row->holders->list[i].pid;
    }
}

/* Looks at the rows on screen: all of them, or those alone whose bytes were not looked at yet. */
static void look_at_visible(struct app *app, bool all)
{
    const struct table *table = &app->table;
    struct effect *effect = NULL;
    for (size_t i = 0; i < table->height; i++) {
        const struct row *row = groups_row(app->groups, table->top + i);
        if (!row || (row->unlinked && (!all || !row->holders)) || (!all && row->recognised))
            continue;
        if (!effect)
            effect = ask_look(app, LOOK_VISIBLE, table->height);
        if (all && app->use.attended > app->exits_room)
            add_holders(effect, row);
        if (row->unlinked)
            continue;
        add_name(effect, row->name, !row->recognised || may_be_described(row));
        effect->u.look.names[effect->u.look.count - 1].ask_held = all && use_asks_held(app, row);
    }
    if (!effect && all)
        effect = ask_look(app, LOOK_VISIBLE, 0);
    if (!effect)
        return;
    effect->u.look.first = true;
    effect->u.look.usage = all;
    app->chores.visible_out = true;
}

void facts_visible(struct app *app)
{
    if (!app->chores.visible_out && app->following != FOLLOW_ABSENT)
        look_at_visible(app, false);
}

/* --- time --- */

static void slow_tick(struct app *app)
{
    struct chores *chores = &app->chores;
    chores->slow = app->now + APP_SLOW_MS;
    app_ask(app, EFFECT_RENEW);
    notes_tick(app);
    if (app->following == FOLLOW_POLLING)
        facts_rescan(app);
    if (!chores->visible_out)
        look_at_visible(app, true);
}

void facts_measure_due(struct app *app)
{
    if (!app->chores.freed || app->now < app->chores.freed)
        return;
    app->chores.freed = app->chores.visible_out ? app->now + APP_FREED_MS : 0;
    facts_measure(app);
}

void facts_tick(struct app *app)
{
    if (app->paused)
        return;
    if (app->following == FOLLOW_ABSENT) {
        app_ask(app, EFFECT_RENEW);
        return;
    }
    look_again(app);
    if (app->now >= app->chores.slow)
        slow_tick(app);
}
