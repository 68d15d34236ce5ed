/*
 * The components: the preview, the dialogs that load, save and delete. Each is a model that says what
 * it wants; here its wishes become effects and the replies come back to it. A component that was closed gets
 * no reply: its token is gone.
 */
#include "tui/app/state.h"

#include <stdlib.h>
#include <string.h>

#include "core/sys/memory.h"

static void open_errand(struct app *app, struct errand *errand)
{
    *errand = (struct errand){.token = ++app->last_token};
}

/* --- the preview --- */

static bool can_be_looked_into(const struct row *row)
{
    return row->layout != LAYOUT_DIRECTORY && row->layout != LAYOUT_OTHER;
}

const struct row *parts_row(const struct app *app)
{
    const struct row *row = table_row(&app->table); /* of several links the one that was chosen */
    if (!app->preview || (row && identity_equal(&row->id, preview_identity(app->preview))))
        return row;
    return catalog_by_identity(app->catalog, preview_identity(app->preview));
}

void parts_settle(struct app *app)
{
    bool gone = app->over == OVER_DETAIL    ? !parts_row(app)
                : app->over == OVER_HOLDERS ? !catalog_by_serial(app->catalog, app->holders.serial)
                                            : false;
    if (app->preview && gone)
        app->over = OVER_NOTHING;
}

/* What is unlinked is reached through its holders, of whom the last sweep knows. */
static void follow_holders(struct app *app)
{
    const struct row *row = parts_row(app);
    if (row && row->unlinked)
        preview_take_holders(app->preview, row->holders);
}

void parts_open_preview(struct app *app)
{
    const struct row *row = table_row(&app->table);
    if (!row)
        return;
    if (!can_be_looked_into(row)) {
        app_say(app, true, "a %s holds no values",
                row->layout == LAYOUT_DIRECTORY ? "directory" : "link, FIFO or device");
        return;
    }
    table_go(&app->table, row);
    app->preview = preview_new(row->name, &row->id, app->now);
    preview_share_history(app->preview, app->conditions);
    follow_holders(app);
    open_errand(app, &app->preview_errand);
    use_asked(app);
}

void parts_close_preview(struct app *app)
{
    describing_want(app);
    studying_leave_preview(app);
    preview_free(app->preview);
    app->preview = NULL;
    app->preview_errand = (struct errand){0};
}

void parts_open_lens(struct app *app)
{
    if (!app->preview)
        parts_open_preview(app);
    if (app->preview)
        preview_open_lens(app->preview, !app->read_only);
}

/* --- the dialogs --- */

void parts_open_load(struct app *app)
{
    struct load_dialog_options options = {.home = app->home,
                                          .directory = app->path,
                                          .umask = app->umask,
                                          .users = app->users,
                                          .history = app->files};
    app->load = load_dialog_new(&options);
    app->over = OVER_LOAD;
    open_errand(app, &app->load_errand);
}

static void add_target(struct app *app, struct delete_target *target, const struct row *row)
{
    *target = (struct delete_target){.name = row->name,
                                     .id = row->id,
                                     .owner = users_name(app->users, row->uid),
                                     .state = row->state,
                                     .unlinked = row->unlinked,
                                     .loading = row->loading,
                                     .holders = row->holders};
}

/* The marked rows that are shown, else the row under the cursor. Returns how many. */
static size_t collect_targets(struct app *app, struct delete_target **ret_targets)
{
    size_t count = listing_count(app->listing), n = 0;
    struct delete_target *targets = memory_new((app->table.marked + 1) * sizeof *targets);
    for (size_t i = 0; i < count && n < app->table.marked; i++)
        if (listing_at(app->listing, i)->marked)
            add_target(app, &targets[n++], listing_at(app->listing, i));
    const struct row *row = table_row(&app->table);
    if (n == 0 && row)
        add_target(app, &targets[n++], row);
    *ret_targets = targets;
    return n;
}

void parts_open_delete(struct app *app)
{
    table_measure(&app->table);
    if (app->table.marked == 0 && app->table.hidden > 0) {
        app_say(app, true, "the marked rows are hidden by the filter: Esc shows them, U takes the marks off");
        return;
    }
    struct delete_target *targets;
    size_t n = collect_targets(app, &targets);
    if (n > 0) {
        app->deletion = delete_dialog_new(
            &(struct delete_dialog_options){.directory = app->path, .home = app->home, .me = app->uid},
            targets, n);
        app->over = OVER_DELETE;
        open_errand(app, &app->delete_errand);
        use_asked(app);
    }
    free(targets);
}

/* --- saving --- */

static void open_save(struct app *app, const struct save_dialog_options *options)
{
    app->saving = save_dialog_new(options);
    app->over = OVER_SAVE;
    open_errand(app, &app->save_errand);
}

/* What is unlinked is saved through who holds it. */
static void save_row(struct app *app, const struct row *row, struct save_dialog_options *options)
{
    size_t count = row->unlinked && row->holders ? row->holders->count : 0;
    pid_t *pids = memory_new((count + 1) * sizeof *pids);
    for (size_t i = 0; i < count; i++)
        pids[i] = row->holders->list[i].pid;
    options->name = row->name;
    options->id = row->id;
    options->unlinked = row->unlinked;
    options->pids = pids;
    options->pid_count = count;
    open_save(app, options);
    free(pids);
}

static const struct row *only_marked(const struct app *app)
{
    for (size_t i = 0; i < listing_count(app->listing); i++) {
        const struct row *row = listing_at(app->listing, i);
        if (row && row->marked)
            return row;
    }
    return NULL;
}

static void save_from_table(struct app *app, struct save_dialog_options *options)
{
    table_measure(&app->table);
    const struct row *row = app->table.marked == 1 ? only_marked(app) : table_row(&app->table);
    if (app->table.marked > 1)
        app_say(app, true, "one at a time: %zu are marked, U takes the marks off", app->table.marked);
    else if (row && row->layout == LAYOUT_DIRECTORY)
        app_say(app, true, "a directory holds no matrix");
    else if (row)
        save_row(app, row, options);
}

static void save_from_grid(struct app *app, struct save_dialog_options *options)
{
    char index[PREVIEW_SLICE_MAX];
    struct matrix said;
    const struct row *row = parts_row(app);
    const struct identity *id = preview_identity(app->preview);
    if (!preview_slice(app->preview, index, &options->transposed)) {
        app_say(app, true, "no matrix: nothing in it says its type and shape; D looks at it as one");
        return;
    }
    options->index = index;
    options->as = preview_said(app->preview, &said) ? &said : NULL;
    if (row) {
        save_row(app, row, options);
        return;
    }
    options->name = preview_name(app->preview);
    options->id = *id;
    open_save(app, options);
}

void parts_open_save(struct app *app)
{
    struct save_dialog_options options = {.index = "", .home = app->home, .history = app->files};
    if (app->preview)
        save_from_grid(app, &options);
    else
        save_from_table(app, &options);
}

static void close_save(struct app *app)
{
    const char *message = save_dialog_message(app->saving);
    if (message[0])
        app_say(app, false, "%s", message);
    save_dialog_free(app->saving);
    app->saving = NULL;
    app->save_errand = (struct errand){0};
    app->over = OVER_NOTHING;
}

/* --- what dialogs say --- */

static void close_load(struct app *app)
{
    const char *message = load_dialog_message(app->load), *name = load_dialog_loaded(app->load);
    if (message[0])
        app_say(app, load_dialog_message_is_error(app->load), "%s", message);
    if (name) {
        free(app->wanted);
        app->wanted = memory_dup(name);
        facts_look(app, name);
    }
    load_dialog_free(app->load);
    app->load = NULL;
    app->load_errand = (struct errand){0};
    app->over = OVER_NOTHING;
}

static void close_delete(struct app *app)
{
    const char *message = delete_dialog_message(app->deletion);
    if (message[0])
        app_say(app, delete_dialog_message_is_error(app->deletion), "%s", message);
    if (message[0] && (app->following != FOLLOW_EVENTS || app->paused))
        facts_rescan(app);
    delete_dialog_free(app->deletion);
    app->deletion = NULL;
    app->delete_errand = (struct errand){0};
    app->over = OVER_NOTHING;
}

static void stop(struct app *app, const struct errand *errand)
{
    if (errand->out)
        app_ask(app, EFFECT_STOP)->token = errand->token;
}

static void take_result(struct app *app, enum dialog_result result)
{
    const struct errand *errand = app->load     ? &app->load_errand
                                  : app->saving ? &app->save_errand
                                                : &app->delete_errand;
    switch (result) {
    case DIALOG_UNUSED:
    case DIALOG_USED:
        break;
    case DIALOG_QUIT:
        stop(app, errand);
        app_quit(app);
        break;
    case DIALOG_STOP:
        stop(app, errand);
        break;
    case DIALOG_CLOSE:
        if (app->load)
            close_load(app);
        else if (app->saving)
            close_save(app);
        else
            close_delete(app);
        break;
    }
}

void parts_key(struct app *app, const struct key *key)
{
    if (app->load)
        take_result(app, load_dialog_key(app->load, key, app->now));
    else if (app->saving)
        take_result(app, save_dialog_key(app->saving, key, app->now));
    else
        take_result(app, delete_dialog_key(app->deletion, key));
}

void parts_paste(struct app *app, const char *text)
{
    if (app->load)
        load_dialog_paste(app->load, text);
    else if (app->saving)
        save_dialog_paste(app->saving, text);
    else
        delete_dialog_paste(app->deletion, text);
}

/* --- replies --- */

static bool is_ours(struct errand *errand, uint64_t token)
{
    if (errand->token == 0 || errand->token != token || !errand->out)
        return false;
    errand->out = false;
    return true;
}

void parts_reply(struct app *app, const struct event *event)
{
    switch (event->kind) {
    case EVENT_PREVIEW:
        if (is_ours(&app->preview_errand, event->token))
            preview_supply(app->preview, event->u.preview, app->now);
        else
            preview_reply_free(event->u.preview);
        break;
    case EVENT_LOAD:
        if (is_ours(&app->load_errand, event->token))
            take_result(app, load_dialog_supply(app->load, event->u.load, app->now));
        else
            load_dialog_reply_free(event->u.load);
        break;
    case EVENT_SAVE:
        if (is_ours(&app->save_errand, event->token))
            take_result(app, save_dialog_supply(app->saving, event->u.save, app->now));
        else
            save_dialog_reply_free(event->u.save);
        break;
    default:
        if (is_ours(&app->delete_errand, event->token))
            take_result(app, delete_dialog_supply(app->deletion, event->u.deletion, app->wall));
        else
            delete_dialog_reply_free(event->u.deletion);
        break;
    }
}

void parts_progress(struct app *app, const struct event *event)
{
    uint64_t done = event->u.progress.done, total = event->u.progress.total;
    if (event->kind == EVENT_LOAD_PROGRESS && app->load && event->token == app->load_errand.token)
        load_dialog_progress(app->load, done, total, event->u.progress.lost, app->now);
    if (event->kind == EVENT_SAVE_PROGRESS && app->saving && event->token == app->save_errand.token)
        save_dialog_progress(app->saving, done, total, app->now);
    if (event->kind == EVENT_DELETE_PROGRESS && app->deletion && event->token == app->delete_errand.token)
        delete_dialog_progress(app->deletion, done, total);
}

/* --- wishes --- */

static void send_errand(struct errand *errand, struct effect *effect)
{
    effect->token = errand->token;
    errand->out = true;
}

static void want_preview(struct app *app)
{
    struct frame frame;
    frame_make(app, &frame);
    preview_show_heat(app->preview, app->heat);
    preview_layout(app->preview, frame.table.height, frame.table.width, app->ascii);
    if (app->preview_errand.out)
        return;
    follow_holders(app);
    struct preview_request *request = preview_wants(app->preview, app->now);
    if (!request)
        return;
    struct effect *effect = app_ask(app, EFFECT_PREVIEW);
    effect->u.preview = request;
    send_errand(&app->preview_errand, effect);
}

static void want_load(struct app *app)
{
    load_dialog_layout(app->load, app->rows, app->columns, app->ascii);
    if (load_dialog_gives_up(app->load))
        stop(app, &app->load_errand);
    struct load_dialog_request *request =
        app->load_errand.out ? NULL : load_dialog_wants(app->load, app->now);
    if (!request)
        return;
    struct effect *effect = app_ask(app, EFFECT_LOAD);
    effect->u.load = request;
    send_errand(&app->load_errand, effect);
}

static void want_save(struct app *app)
{
    save_dialog_layout(app->saving, app->rows, app->columns, app->ascii);
    struct save_dialog_request *request =
        app->save_errand.out ? NULL : save_dialog_wants(app->saving, app->now);
    if (!request)
        return;
    struct effect *effect = app_ask(app, EFFECT_SAVE);
    effect->u.save = request;
    send_errand(&app->save_errand, effect);
}

static void want_delete(struct app *app)
{
    delete_dialog_layout(app->deletion, app->rows, app->columns, app->ascii);
    struct delete_dialog_request *request =
        app->delete_errand.out ? NULL : delete_dialog_wants(app->deletion);
    if (!request)
        return;
    struct effect *effect = app_ask(app, EFFECT_DELETE);
    effect->u.deletion = request;
    send_errand(&app->delete_errand, effect);
}

void parts_want(struct app *app)
{
    if (app->preview) {
        describing_want(app);
        want_preview(app);
        copying_values(app);
    }
    studying_want(app);
    if (app->load)
        want_load(app);
    if (app->saving)
        want_save(app);
    if (app->deletion)
        want_delete(app);
}
