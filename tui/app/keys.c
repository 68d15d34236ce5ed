/*
 * Who has the keyboard: what stands over the screen, else the preview, else the table.
 */
#include "tui/app/state.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "tui/view/columns.h"

unsigned keys_screen(const struct app *app)
{
    return app->preview ? preview_screen(app->preview) : SCREEN_TABLE;
}

/* --- "go to" --- */

void keys_open_goto(struct app *app)
{
    line_free(app->line);
    app->line = line_new(app->names);
    app->over = OVER_GOTO;
}

static void close_line(struct app *app)
{
    line_free(app->line);
    app->line = NULL;
    app->over = OVER_NOTHING;
}

/* 3: that name; 2: it begins so; 1: it holds the text; 0: not it. */
static int likeness(const char *name, const char *text)
{
    if (strcmp(name, text) == 0)
        return 3;
    if (strncasecmp(name, text, strlen(text)) == 0)
        return 2;
    return strcasestr(name, text) ? 1 : 0;
}

static void go_to(struct app *app, const char *text)
{
    const struct row *best = NULL;
    int likest = 0;
    for (size_t i = 0; i < listing_count(app->listing) && likest < 3; i++) {
        const struct row *row = listing_at(app->listing, i);
        char name[NAME_PRINTABLE_MAX];
        columns_name(row->name, false, name, sizeof name);
        int like = likeness(name, text);
        if (like > likest) {
            likest = like;
            best = row;
        }
    }
    if (best)
        table_go(&app->table, best);
    else
        app_say(app, true, "no name shown here holds \"%s\"", text);
}

static void goto_event(struct app *app, const struct key *key)
{
    switch (line_key(app->line, key)) {
    case LINE_ENTERED:
        if (!line_is_empty(app->line)) {
            line_history_add(app->names, line_text(app->line));
            go_to(app, line_text(app->line));
        }
        close_line(app);
        break;
    case LINE_ESCAPED:
        close_line(app);
        break;
    default:
        break;
    }
}

/* --- actions --- */

void keys_open_over(struct app *app, enum over over)
{
    app->over = over;
    app->history_back = 0;
    help_open(&app->help, keys_screen(app), app->read_only);
    column_menu_open(&app->column_menu);
    menu_open(&app->menu, listing_sort_column(app->listing), listing_is_descending(app->listing));
}

static void back(struct app *app)
{
    if (app->preview)
        parts_close_preview(app);
    else
        app_quit(app);
}

static void close_or_clear(struct app *app)
{
    if (app->preview)
        parts_close_preview(app);
    else if (!keys_table_close(app) && listing_filter_text(app->listing)[0])
        filtering_set(app, "");
}

static void rescan(struct app *app)
{
    facts_rescan(app);
    app_ask(app, EFFECT_RENEW);
    use_asked(app);
    studying_again(app);
    app->resort = true;
}

const struct row *keys_row(struct app *app)
{
    const struct row *row = parts_row(app);
    if (row && row == table_row(&app->table))
        table_go(&app->table, row);
    else if (!row && app->preview)
        app_say(app, true, "it is gone: nothing more is known of it");
    return row;
}

/* Of the segment whose values are shown, else of the one under the cursor. */
static void open_holders(struct app *app)
{
    const struct row *row = keys_row(app);
    if (!row)
        return;
    holders_open(&app->holders, row);
    app->over = OVER_HOLDERS;
    use_asked(app);
}

/* Actions that both screens have. */
static bool common_action(struct app *app, enum action action)
{
    switch (action) {
    case ACTION_HELP:
        keys_open_over(app, OVER_HELP);
        return true;
    case ACTION_MESSAGES:
        keys_open_over(app, OVER_MESSAGES);
        return true;
    case ACTION_HOLDERS:
        open_holders(app);
        return true;
    case ACTION_DETAIL:
        if (!app->preview)
            return false;
        keys_open_detail(app);
        return true;
    case ACTION_LENS:
        parts_open_lens(app);
        return true;
    case ACTION_RECORD:
        preview_ask_record(app->preview);
        return true;
    case ACTION_SAVE:
        parts_open_save(app);
        return true;
    case ACTION_RESCAN:
        rescan(app);
        return true;
    case ACTION_REDRAW:
        app_ask(app, EFFECT_REPAINT);
        return true;
    case ACTION_BACK:
        back(app);
        return true;
    case ACTION_CLOSE:
        close_or_clear(app);
        return true;
    case ACTION_QUIT:
    case ACTION_INTERRUPT:
        if (!restoring_stop(app))
            app_quit(app);
        return true;
    case ACTION_SUSPEND:
        app_ask(app, EFFECT_SUSPEND);
        return true;
    default:
        return false;
    }
}

void keys_action(struct app *app, enum action action)
{
    if (app->preview && preview_action(app->preview, action, app->now) == PREVIEW_USED)
        return;
    if (!common_action(app, action) && !app->preview)
        keys_table_action(app, action);
}

static void help_event(struct app *app, const struct key *key)
{
    switch (help_key(&app->help, key, app->rows, app->columns)) {
    case HELP_STAY:
        break;
    case HELP_CLOSE:
        app->over = OVER_NOTHING;
        break;
    case HELP_RUN:
        app->over = OVER_NOTHING;
        keys_action(app, help_action(&app->help));
        break;
    }
}

static void holders_event(struct app *app, const struct key *key)
{
    const struct row *row = catalog_by_serial(app->catalog, app->holders.serial);
    struct rect screen = {0, 0, app->rows, app->columns};
    if (action_of_key(key, SCREEN_TABLE, true) == ACTION_QUIT)
        app_quit(app);
    else if (holders_key(&app->holders, key, row, screen) == HOLDERS_CLOSE)
        app->over = OVER_NOTHING;
}

static void messages_event(struct app *app, const struct key *key)
{
    size_t last = messages_count(app->messages);
    switch (action_of_key(key, SCREEN_TABLE, app->read_only)) {
    case ACTION_UP:
        app->history_back += app->history_back + 1 < last ? 1 : 0;
        break;
    case ACTION_DOWN:
        app->history_back -= app->history_back > 0 ? 1 : 0;
        break;
    case ACTION_BACK:
    case ACTION_CLOSE:
    case ACTION_MESSAGES:
    case ACTION_OPEN:
        app->over = OVER_NOTHING;
        break;
    case ACTION_QUIT:
        app_quit(app);
        break;
    default:
        break;
    }
}

/* --- keys --- */

static void screen_key(struct app *app, const struct key *key)
{
    if (app->preview && preview_key(app->preview, key, app->now) == PREVIEW_USED)
        return;
    enum action action = action_of_key(key, keys_screen(app), app->read_only);
    enum action refused =
        action == ACTION_NONE && app->read_only ? action_of_key(key, keys_screen(app), false) : ACTION_NONE;
    if (refused != ACTION_NONE)
        app_say(app, true, "%s: not with --read-only", action_info(refused)->name);
    else if (!common_action(app, action) && !app->preview)
        keys_table_action(app, action);
}

/* Keys that work wherever one is. True where it was one. */
static bool key_anywhere(struct app *app, const struct key *key)
{
    if (key->alt)
        return false;
    if (key->code == KEY_CTRL('Z'))
        app_ask(app, EFFECT_SUSPEND);
    else if (key->code == KEY_CTRL('L'))
        app_ask(app, EFFECT_REPAINT);
    else if (key->code == KEY_CTRL('C') &&
             (app->over == OVER_MENU || app->over == OVER_COLUMNS || app->over == OVER_HELP ||
              app->over == OVER_MESSAGES || app->over == OVER_HOLDERS || app->over == OVER_DETAIL))
        app->over = OVER_NOTHING;
    else
        return false;
    return true;
}

/* A screen on which nothing can be seen lets nothing be done but leave. */
static void key_in_the_dark(struct app *app, const struct key *key)
{
    if (key->code == KEY_CTRL('Z'))
        app_ask(app, EFFECT_SUSPEND);
    else if (key->code == 'q' || key->code == 'Q' || key->code == KEY_CTRL('C'))
        app_quit(app);
}

static void key_event(struct app *app, const struct key *key)
{
    messages_key(app->messages);
    if (app_is_too_small(app)) {
        key_in_the_dark(app, key);
        return;
    }
    app->key_at = app->now;
    use_stir(app);
    if (key_anywhere(app, key))
        return;
    switch (app->over) {
    case OVER_NOTHING:
        screen_key(app, key);
        break;
    case OVER_FILTER:
    case OVER_PATTERN:
        filtering_key(app, key);
        break;
    case OVER_GOTO:
        goto_event(app, key);
        break;
    case OVER_RESTORE:
        restoring_key(app, key);
        break;
    case OVER_COLUMNS:
        keys_columns_event(app, key);
        break;
    case OVER_MENU:
        keys_menu_event(app, key);
        break;
    case OVER_HELP:
        help_event(app, key);
        break;
    case OVER_MESSAGES:
        messages_event(app, key);
        break;
    case OVER_HOLDERS:
        holders_event(app, key);
        break;
    case OVER_DETAIL:
        keys_detail_event(app, key);
        break;
    case OVER_LOAD:
    case OVER_DELETE:
    case OVER_SAVE:
        parts_key(app, key);
        break;
    }
}

/* Outside an input a paste is dropped: its letters are no commands. */
static void paste_event(struct app *app, const char *text)
{
    if (app_is_too_small(app))
        return;
    if (app->over == OVER_FILTER || app->over == OVER_PATTERN)
        filtering_paste(app, text);
    else if (app->over == OVER_GOTO || app->over == OVER_RESTORE)
        line_paste(app->line, text);
    else if (app->over == OVER_LOAD || app->over == OVER_DELETE || app->over == OVER_SAVE)
        parts_paste(app, text);
    else if (app->over == OVER_NOTHING && app->preview)
        preview_paste(app->preview, text);
}

void keys_event(struct app *app, const struct event *event)
{
    if (event->kind == EVENT_PASTE)
        paste_event(app, event->u.paste);
    else
        key_event(app, &event->u.key);
}
