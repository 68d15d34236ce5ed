/*
 * What keys do on the table: its order, what of it is shown, what is marked.
 */
#include "tui/app/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/catalog/filter.h"

/* --- order --- */

static void sort_by(struct app *app, enum column column, bool descending)
{
    listing_sort(app->listing, column, descending);
    app->resort = true;
}

static void sort_neighbour(struct app *app, int step)
{
    enum column column = columns_neighbour(&app->table.columns, listing_sort_column(app->listing), step);
    sort_by(app, column, column_info(column)->descending);
}

static void reverse(struct app *app)
{
    sort_by(app, listing_sort_column(app->listing), !listing_is_descending(app->listing));
}

void keys_menu_event(struct app *app, const struct key *key)
{
    switch (menu_key(&app->menu, key)) {
    case MENU_STAY:
        break;
    case MENU_CLOSE:
        app->over = OVER_NOTHING;
        break;
    case MENU_CHOSEN:
        app->over = OVER_NOTHING;
        if (app->menu.selected == app->menu.current)
            reverse(app);
        else
            sort_by(app, app->menu.selected, column_info(app->menu.selected)->descending);
        break;
    }
}

void keys_columns_event(struct app *app, const struct key *key)
{
    if (column_menu_key(&app->column_menu, key, &app->table.columns, &app->table.choice) == COLUMN_MENU_CLOSE)
        app->over = OVER_NOTHING;
}

static void pause_or_go_on(struct app *app)
{
    app->paused = !app->paused;
    app->frozen_now = app->now;
    app->frozen_wall = app->wall;
    if (!app->paused) {
        facts_rescan(app);
        use_asked(app);
    }
}

static void next_grouping(struct app *app)
{
    enum grouping by = (enum grouping)((groups_by(app->groups) + 1) % GROUPING_COUNT);
    groups_set(app->groups, by);
    app->resort = true;
    if (by == GROUPING_NONE)
        app_say(app, false, "not grouped");
    else
        app_say(app, false, "grouped by %s; Enter on a heading folds it", groups_name(by));
}

/* --- states --- */

static void show_only(struct app *app, enum state state)
{
    listing_only(app->listing, state);
    app->resort = app->measure = true;
}

/* The next state that some row is in, or all of them. */
static void step_state(struct app *app, int step)
{
    const struct catalog_totals *totals = catalog_totals(app->catalog);
    int state = (int)listing_state(app->listing);
    do {
        state = (state + step + STATE_COUNT) % STATE_COUNT;
    } while (state != STATE_UNKNOWN && totals->count[state] == 0);
    if (state == STATE_UNKNOWN && listing_state(app->listing) == STATE_UNKNOWN)
        app_say(app, true, "no state is known yet: processes have not been read");
    show_only(app, (enum state)state);
}

/* --- the newest row --- */

static int64_t birth_of(const struct row *row)
{
    return row->created ? row->created : row->modified;
}

static bool is_younger(const struct row *row, const struct row *than)
{
    if (birth_of(row) != birth_of(than))
        return birth_of(row) > birth_of(than);
    return row->serial > than->serial;
}

static void follow_newest(struct app *app)
{
    const struct row *newest = NULL;
    app->follow_newest = !app->follow_newest;
    app_say(app, false, "%s",
            app->follow_newest ? "the cursor goes to each new row as it appears; F again ends that"
                               : "the cursor stays on its row");
    for (size_t i = 0; app->follow_newest && i < listing_count(app->listing); i++) {
        const struct row *row = listing_at(app->listing, i);
        if (row && !row->unlinked && (!newest || is_younger(row, newest)))
            newest = row;
    }
    if (newest)
        table_go(&app->table, newest);
}

void keys_appeared(struct app *app, const struct row *row)
{
    if (!app->follow_newest || row->unlinked || !app->chores.scanned_once)
        return;
    const struct row *before = app->newest ? catalog_by_serial(app->catalog, app->newest) : NULL;
    if (!before || is_younger(row, before))
        app->newest = row->serial;
}

void keys_settle(struct app *app)
{
    const struct row *row = app->newest ? catalog_by_serial(app->catalog, app->newest) : NULL;
    app->newest = 0;
    if (row && app->table.anchor == 0 && listing_index(app->listing, row) < listing_count(app->listing))
        table_go(&app->table, row);
}

/* --- marks by a filter --- */

void keys_mark_matching(struct app *app, const char *text)
{
    struct filter *filter;
    struct error error;
    struct filter_context context = {app->users, app->paused ? app->frozen_wall : app->wall};
    size_t n = 0;
    if (filter_parse(text, &filter, &error) < 0) {
        app_say(app, true, "%s", error.text);
        return;
    }
    for (size_t i = 0; i < listing_count(app->listing); i++) {
        struct row *row = listing_at(app->listing, i);
        if (!row || !filter_matches(filter, row, &context))
            continue;
        row->marked = true;
        n++;
    }
    bool pattern = filter_has_pattern_word(filter);
    filter_free(filter);
    table_measure(&app->table);
    if (n == 0)
        app_say(app, true, "no row shown fits \"%s\"%s", text,
                pattern ? "; a pattern is written name:*.shm" : "");
    else
        app_say(app, false, "%zu row%s marked", n, n == 1 ? "" : "s");
}

/* --- actions --- */

/*
 * A range of marks under way: what marks or uses marks takes it in first, what moves rows gives it up. True
 * where that was all that the key was for.
 */
static bool range_action(struct app *app, enum action action)
{
    if (app->table.anchor == 0)
        return false;
    switch (action) {
    case ACTION_MARK:
    case ACTION_MARK_RANGE:
        table_end_range(&app->table, true);
        return true;
    case ACTION_MARK_ALL:
    case ACTION_MARK_INVERT:
    case ACTION_MARK_PATTERN:
    case ACTION_DELETE:
    case ACTION_COPY:
        table_end_range(&app->table, true);
        return false;
    case ACTION_UNMARK:
    case ACTION_LOAD:
    case ACTION_RESTORE:
    case ACTION_OPEN:
    case ACTION_SORT:
    case ACTION_SORT_PREVIOUS:
    case ACTION_SORT_NEXT:
    case ACTION_REVERSE:
    case ACTION_FILTER:
    case ACTION_STATE_NEXT:
    case ACTION_STATE_PREVIOUS:
    case ACTION_GROUP:
    case ACTION_FOLLOW:
        table_end_range(&app->table, false);
        return false;
    default:
        return false;
    }
}

bool keys_table_close(struct app *app)
{
    if (app->table.anchor)
        table_end_range(&app->table, false);
    else if (listing_state(app->listing) != STATE_UNKNOWN)
        show_only(app, STATE_UNKNOWN);
    else
        return false;
    return true;
}

static void open_row(struct app *app)
{
    const struct group *group = table_group(&app->table);
    if (group)
        table_action(&app->table, group->folded ? ACTION_RIGHT : ACTION_LEFT);
    else
        parts_open_preview(app);
}

static void delete_rows(struct app *app)
{
    if (table_group(&app->table) && app->table.marked + app->table.hidden == 0)
        app_say(app, true, "a heading is no segment: Space marks its rows");
    else
        parts_open_delete(app);
}

static void begin_range(struct app *app)
{
    table_action(&app->table, ACTION_MARK_RANGE);
    if (app->table.anchor == 0)
        app_say(app, true, "a range begins on a row");
}

/* --- details --- */

/* The strip, then all of it, then none; a pane has it all. */
static void next_detail(struct app *app)
{
    struct frame frame;
    bool shown = app->show_detail;
    app->show_detail = true;
    frame_make(app, &frame);
    if (table_row(&app->table) && !frame.pane && (shown || frame.detail.height == 0)) {
        app->over = OVER_DETAIL;
        app->detail_top = 0;
    } else {
        app->show_detail = !shown;
    }
    if (app->show_detail)
        use_asked(app);
}

static void close_detail(struct app *app, bool for_good)
{
    struct frame frame;
    frame_make(app, &frame);
    app->over = OVER_NOTHING;
    if (for_good && frame.detail.height > 0) /* where there is no room for a strip it is never shown */
        app->show_detail = false;
}

static void scroll_detail(struct app *app, int rows)
{
    struct detail detail = draw_detail(app);
    struct table_style style = draw_style(app);
    int most = detail_rows(&detail, app->columns, app->ascii, app->heat, &style) - detail_page(app->rows);
    app->detail_top += rows;
    if (app->detail_top > most)
        app->detail_top = most;
    if (app->detail_top < 0)
        app->detail_top = 0;
}

/* Of the segment whose values are shown. */
void keys_open_detail(struct app *app)
{
    if (!keys_row(app))
        return;
    app->over = OVER_DETAIL;
    app->detail_top = 0;
    use_asked(app);
}

/* Over values: no other segment is gone to, and nothing is done to this one. */
static enum action over_values(enum action action)
{
    switch (action) {
    case ACTION_UP:
        return ACTION_HALF_UP;
    case ACTION_DOWN:
        return ACTION_HALF_DOWN;
    case ACTION_OPEN:
        return ACTION_CLOSE;
    case ACTION_DELETE:
    case ACTION_RESTORE:
        return ACTION_NONE;
    default:
        return action;
    }
}

void keys_detail_event(struct app *app, const struct key *key)
{
    enum action action = action_of_key(key, SCREEN_TABLE, app->read_only);
    switch (app->preview ? over_values(action) : action) {
    case ACTION_UP:
    case ACTION_DOWN:
        table_action(&app->table, action);
        app->detail_top = 0;
        break;
    case ACTION_PAGE_UP:
    case ACTION_HALF_UP:
        scroll_detail(app, -detail_page(app->rows));
        break;
    case ACTION_PAGE_DOWN:
    case ACTION_HALF_DOWN:
        scroll_detail(app, detail_page(app->rows));
        break;
    case ACTION_DETAIL:
    case ACTION_BACK:
    case ACTION_CLOSE:
        close_detail(app, action == ACTION_DETAIL && !app->preview);
        break;
    case ACTION_QUIT:
    case ACTION_HOLDERS:
    case ACTION_OPEN:
    case ACTION_RESTORE:
    case ACTION_DELETE:
        close_detail(app, false);
        keys_action(app, action);
        break;
    default:
        break;
    }
}

/* What changes which rows are shown, and in which order. */
static bool order_action(struct app *app, enum action action)
{
    switch (action) {
    case ACTION_SORT_PREVIOUS:
        sort_neighbour(app, -1);
        return true;
    case ACTION_SORT_NEXT:
        sort_neighbour(app, 1);
        return true;
    case ACTION_REVERSE:
        reverse(app);
        return true;
    case ACTION_PAUSE:
        pause_or_go_on(app);
        return true;
    case ACTION_GROUP:
        next_grouping(app);
        return true;
    case ACTION_STATE_NEXT:
        step_state(app, 1);
        return true;
    case ACTION_STATE_PREVIOUS:
        step_state(app, -1);
        return true;
    case ACTION_FOLLOW:
        follow_newest(app);
        return true;
    default:
        return false;
    }
}

void keys_table_action(struct app *app, enum action action)
{
    if (range_action(app, action) || order_action(app, action))
        return;
    switch (action) {
    case ACTION_GOTO:
        keys_open_goto(app);
        break;
    case ACTION_OPEN:
        open_row(app);
        break;
    case ACTION_DETAIL:
        next_detail(app);
        break;
    case ACTION_SORT:
        keys_open_over(app, OVER_MENU);
        break;
    case ACTION_COLUMNS:
        keys_open_over(app, OVER_COLUMNS);
        break;
    case ACTION_FILTER:
        filtering_open(app, OVER_FILTER);
        break;
    case ACTION_MARK_PATTERN:
        filtering_open(app, OVER_PATTERN);
        break;
    case ACTION_MARK_RANGE:
        begin_range(app);
        break;
    case ACTION_COPY:
        copying_names(app);
        break;
    case ACTION_LOAD:
        parts_open_load(app);
        break;
    case ACTION_DELETE:
        delete_rows(app);
        break;
    case ACTION_RESTORE:
        restoring_begin(app);
        break;
    default:
        table_action(&app->table, action);
        break;
    }
}
