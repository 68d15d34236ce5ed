#include "tui/app/state.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sys/memory.h"

/* --- effects --- */

struct effect *app_ask(struct app *app, enum effect_kind kind)
{
    assert(app->effect_count < APP_EFFECTS_MAX);
    struct effect *effect = &app->effects[(app->effect_first + app->effect_count++) % APP_EFFECTS_MAX];
    *effect = (struct effect){.kind = kind};
    return effect;
}

bool app_take_effect(struct app *app, struct effect *ret_effect)
{
    if (app->effect_count == 0)
        return false;
    *ret_effect = app->effects[app->effect_first];
    app->effect_first = (app->effect_first + 1) % APP_EFFECTS_MAX;
    app->effect_count--;
    return true;
}

void app_say(struct app *app, bool is_error, const char *format, ...)
{
    char text[MESSAGES_TEXT_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    messages_say(app->messages, is_error, app->now, app->wall, "%s", text);
}

void app_quit(struct app *app)
{
    app_ask(app, EFFECT_QUIT);
}

/* --- life --- */

static char *printable(const char *raw)
{
    size_t length = strlen(raw), size = name_escape(raw, length, false, NULL, 0) + 1;
    char *text = memory_new(size);
    name_escape(raw, length, false, text, size);
    return text;
}

/* From the catalog, for each row that changes. */
static void changed(void *context, const struct change *change)
{
    struct app *app = context;
    listing_change(app->listing, change);
    if (change_is_end(change) && change->row->marked)
        app->measure = true;
    if (change->kind == CHANGE_CREATED)
        keys_appeared(app, change->row);
    if (change->kind == CHANGE_CREATED || change->kind == CHANGE_UPDATED)
        facts_changed(app, change->row);
    if (change->kind != CHANGE_UPDATED || app->use.taking)
        use_changed(app);
    follow_changed(app, change);
    if (change->kind == CHANGE_RENAMED && app->preview &&
        identity_equal(&change->row->id, preview_identity(app->preview)))
        preview_rename(app->preview, change->row->name);
}

static void make_models(struct app *app, const struct app_options *options)
{
    app->users = users_new(options->numeric);
    app->catalog = catalog_new(options->producers, changed, app);
    app->listing = listing_new(app->catalog, app->users);
    listing_sort(app->listing, COLUMN_SIZE, true);
    app->groups = groups_new(app->listing);
    app->table = (struct table){.catalog = app->catalog, .listing = app->listing, .groups = app->groups};
    app->insight = insight_new();
    app->messages = messages_new();
    app->files = line_history_new();
    app->filters = line_history_new();
    app->names = line_history_new();
    app->conditions = line_history_new();
}

struct app *app_new(const struct app_options *options, int rows, int columns, int64_t now, int64_t wall)
{
    struct app *app = memory_new(sizeof *app);
    app->path = memory_dup(options->directory);
    app->directory = printable(options->directory);
    app->host = printable(options->host);
    app->home = options->home ? memory_dup(options->home) : NULL;
    app->umask = options->umask;
    app->uid = options->uid;
    app->exits_room = options->exits_room;
    app->read_only = options->read_only;
    app->ascii = options->ascii;
    app->heat = options->heat;
    app->rows = rows;
    app->columns = columns;
    app->now = now;
    app->wall = wall;
    app->key_at = INT64_MIN / 2;
    app->use.answered = INT64_MIN / 2;
    app->refreshed = now;
    app->tick = now + APP_TICK_MS;
    app->show_detail = true;
    app->dirty = true;
    make_models(app, options);
    if (options->problem)
        app_say(app, true, "%s", options->problem);
    facts_open(app);
    return app;
}

void app_free(struct app *app)
{
    if (!app)
        return;
    struct effect effect;
    while (app_take_effect(app, &effect))
        effect_clear(&effect);
    facts_close(app);
    follow_close(app);
    notes_close(app);
    preview_free(app->preview);
    load_dialog_free(app->load);
    delete_dialog_free(app->deletion);
    save_dialog_free(app->saving);
    line_free(app->line);
    line_history_free(app->files);
    line_history_free(app->filters);
    filter_completion_clear(&app->filtering.candidates);
    line_history_free(app->names);
    line_history_free(app->conditions);
    insight_free(app->insight);
    messages_free(app->messages);
    groups_free(app->groups);
    listing_free(app->listing);
    catalog_free(app->catalog);
    users_free(app->users);
    free(app->wanted);
    free(app->path);
    free(app->directory);
    free(app->host);
    free(app->home);
    free(app);
}

/* --- settling --- */

static void refresh(struct app *app)
{
    uint64_t version = catalog_version(app->catalog);
    bool used = app->now - app->key_at < APP_HOLD_MS || app->table.anchor != 0;
    bool hold = used && !app->resort;
    bool changed = version != app->listed;
    changed |= listing_set_time(app->listing, app->paused ? app->frozen_wall : app->wall);
    if (!changed && !app->resort && !(app->held && !hold))
        return;
    listing_refresh(app->listing, hold);
    groups_refresh(app->groups, hold);
    app->held = hold && (changed || app->held);
    app->listed = version;
    app->resort = false;
    if (changed &&
        (catalog_count(app->catalog) < APP_MEASURE_AT_ONCE || app->now - app->measured >= APP_TICK_MS))
        app->measure = true;
}

static void measure(struct app *app)
{
    if (!app->measure)
        return;
    app->measure = false;
    app->measured = app->now;
    table_measure(&app->table);
}

/* The cursor goes to what was loaded, as soon as it is there; and that where it belongs, though rows keep
 * their places just after a key: who loads it looks for it. */
static void go_to_wanted(struct app *app)
{
    const struct row *row = app->wanted ? catalog_find(app->catalog, app->wanted) : NULL;
    if (!row)
        return;
    app->resort = app->table.anchor == 0;
    refresh(app);
    if (listing_index(app->listing, row) < listing_count(app->listing))
        table_go(&app->table, row);
    free(app->wanted);
    app->wanted = NULL;
}

static void settle_table(struct app *app)
{
    refresh(app);
    measure(app);
    go_to_wanted(app);
    keys_settle(app);
    struct frame frame;
    struct table_style style = draw_style(app);
    frame_make(app, &frame);
    table_settle(&app->table, frame.table, &style);
    parts_settle(app);
}

/* --- update --- */

static void resumed(struct app *app)
{
    app_ask(app, EFFECT_REPAINT);
    app_ask(app, EFFECT_RENEW);
    facts_rescan(app);
    use_changed(app);
}

static void ticked(struct app *app)
{
    if (app->now >= app->tick) {
        app->tick = app->now + APP_TICK_MS;
        messages_tick(app->messages, app->now);
        facts_tick(app);
        use_tick(app);
    }
    facts_measure_due(app);
    app->refreshed = app->now;
    parts_want(app);
}

static void followed(struct app *app, enum following following)
{
    if (app->following == following)
        return;
    if (app->following == FOLLOW_ABSENT)
        app_say(app, false, "%s is there again", app->directory);
    app->following = following;
    facts_rescan(app);
    if (following == FOLLOW_ABSENT)
        app_say(app, true, "%s is gone; waiting for it to come back", app->directory);
    else if (following == FOLLOW_POLLING)
        app_say(app, false, "the kernel refuses another watch: looking at everything every 2 s");
}

/* Whether an event changes what is drawn whatever it brings; the others say so themselves. */
static bool is_seen(enum event_kind kind)
{
    return kind != EVENT_LOOKED && kind != EVENT_LOOK_DONE && kind != EVENT_USAGE && kind != EVENT_SHMEM &&
           kind != EVENT_LOGIND && kind != EVENT_ENDED && kind != EVENT_EXITED && kind != EVENT_SWEPT &&
           kind != EVENT_FOLLOWED;
}

static void used(struct app *app, const struct directory_usage *usage)
{
    if (!app->has_usage || memcmp(&app->usage, usage, sizeof *usage) != 0)
        app->dirty = true;
    app->usage = *usage;
    app->has_usage = true;
    notes_usage(app);
}

void app_update(struct app *app, const struct event *event)
{
    app->now = event->now;
    app->wall = event->wall;
    app->dirty |= is_seen(event->kind);
    switch (event->kind) {
    case EVENT_KEY:
    case EVENT_PASTE:
        settle_table(app); /* a key means what lives now, never a row that is gone */
        keys_event(app, event);
        break;
    case EVENT_RESIZE:
        app->rows = event->u.size.rows;
        app->columns = event->u.size.columns;
        break;
    case EVENT_TICK:
        ticked(app);
        break;
    case EVENT_RESUMED:
        resumed(app);
        break;
    case EVENT_WATCH:
        facts_watch(app, event);
        break;
    case EVENT_FOLLOWING:
        followed(app, event->u.following);
        break;
    case EVENT_LOOKED:
        facts_looked(app, event);
        app->dirty |= catalog_version(app->catalog) != app->listed;
        break;
    case EVENT_SCANNED:
        facts_scanned(app, &event->u.scanned);
        break;
    case EVENT_LOOK_DONE:
        facts_look_done(app, event->token);
        break;
    case EVENT_USAGE:
        used(app, &event->u.usage);
        break;
    case EVENT_ENDED:
        use_changed(app);
        break;
    case EVENT_SWEPT:
        use_swept(app, event->u.swept);
        break;
    case EVENT_EXITED:
        use_exited(app, event);
        break;
    case EVENT_SHMEM:
        notes_shmem(app, &event->u.shmem);
        break;
    case EVENT_LOGIND:
        notes_logind(app, event->u.logind);
        break;
    case EVENT_FOLLOWED:
        follow_answered(app, event);
        break;
    case EVENT_RELEASED:
        follow_released(app, event);
        break;
    case EVENT_NAMED:
        facts_named(app, event);
        break;
    case EVENT_RESTORED:
        restoring_done(app, event);
        break;
    case EVENT_DESCRIBED:
        describing_done(app, event);
        break;
    case EVENT_PREVIEW:
    case EVENT_LOAD:
    case EVENT_DELETE:
    case EVENT_SAVE:
        parts_reply(app, event);
        break;
    case EVENT_LOAD_PROGRESS:
    case EVENT_DELETE_PROGRESS:
    case EVENT_SAVE_PROGRESS:
        parts_progress(app, event);
        break;
    case EVENT_STUDY:
        studying_reply(app, event);
        break;
    case EVENT_STUDY_PROGRESS:
        studying_progress(app, event);
        break;
    }
    use_want(app);
    if (event->kind != EVENT_FOLLOWED) /* an answer of many is no time for more questions */
        follow_want(app);
}

/* --- what the loop asks --- */

int64_t app_due(const struct app *app)
{
    int64_t due = app->tick, sweep = use_due(app);
    due = sweep < due ? sweep : due;
    due = app->follows.pending && app->refreshed + APP_FOLLOW_MORE_MS < due
              ? app->refreshed + APP_FOLLOW_MORE_MS
              : due;
    if (app->chores.freed && app->chores.freed < due)
        due = app->chores.freed;
    int64_t study = studying_due(app);
    due = study < due ? study : due;
    if (!app->preview || app->preview_errand.out)
        return due;
    int64_t look = preview_due(app->preview), soonest = app->refreshed + APP_LOOK_MS;
    if (look < soonest)
        look = soonest;
    return look < due ? look : due;
}

bool app_wants_changes(const struct app *app)
{
    return !app->paused && app->chores.looks < APP_LOOKS_MAX;
}

bool app_is_dirty(const struct app *app)
{
    return app->dirty;
}

void app_shown(struct app *app)
{
    app->dirty = false;
    if (app->deletion)
        delete_dialog_shown(app->deletion);
}

static void settle_holders(struct app *app)
{
    const struct row *row = parts_row(app);
    if (app->over == OVER_HOLDERS) {
        row = catalog_by_serial(app->catalog, app->holders.serial);
        holders_settle(&app->holders, row, (struct rect){0, 0, app->rows, app->columns});
    }
    facts_name_holders(app, row);
}

/* The cursor of a text that is longer than the line stays on it. */
static void settle_line(struct app *app)
{
    struct frame frame;
    frame_make(app, &frame);
    if (app->line)
        line_layout(app->line, draw_line_field(app, &frame).width);
}

void app_settle(struct app *app)
{
    settle_table(app);
    settle_line(app);
    settle_holders(app);
    facts_visible(app);
    studying_settle(app);
    parts_want(app);
}
