/*
 * The whole screen from the whole state.
 */
#include "tui/app/state.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/catalog/state.h"
#include "tui/view/columns.h"
#include "tui/view/header.h"
#include "tui/view/hints.h"

static enum header_state state_of(const struct app *app)
{
    if (app->following == FOLLOW_ABSENT)
        return HEADER_ABSENT;
    if (app->paused)
        return HEADER_PAUSED;
    if (!app->chores.scanned_once)
        return HEADER_SCANNING;
    return app->following == FOLLOW_POLLING ? HEADER_POLLING : HEADER_LIVE;
}

/* What narrows the rows or moves the cursor, besides the filter. */
static void chips_text(const struct app *app, char *buf, size_t size)
{
    enum state only = listing_state(app->listing);
    enum grouping by = groups_by(app->groups);
    snprintf(buf, size, "%s%s%s%s%s%s%s", only ? "state: " : "", only ? state_name(only) : "",
             only && by ? "   " : "", by ? "by " : "", groups_name(by),
             (only || by) && app->follow_newest ? "   " : "", app->follow_newest ? "newest" : "");
}

static void draw_header(const struct app *app, struct cells *cells, struct rect rect)
{
    char filter[NAME_PRINTABLE_MAX];
    char chips[96];
    chips_text(app, chips, sizeof chips);
    columns_name(listing_filter_text(app->listing), app->ascii, filter, sizeof filter);
    const struct sweep *sweep = catalog_sweep(app->catalog);
    bool tells = sweep && !sweep->complete && app->uid != 0;
    struct header header = {
        .directory = app->directory,
        .host = app->host,
        .state = state_of(app),
        .read_only = app->read_only,
        .sort = column_info(listing_sort_column(app->listing))->key,
        .descending = listing_is_descending(app->listing),
        .filter = filter,
        .shown = listing_count(app->listing),
        .count = catalog_count(app->catalog),
        .has_usage = app->has_usage,
        .usage = app->usage,
        .totals = catalog_totals(app->catalog),
        .swept = sweep != NULL,
        .processes = tells ? sweep->processes : 0,
        .unread = tells ? sweep->unread : 0,
        .notes = &app->notes,
        .only = listing_state(app->listing),
        .chips = chips,
    };
    header_draw(&header, cells, rect);
}

static void draw_lines(struct cells *cells, struct rect rect, const char *const *lines, size_t n)
{
    for (size_t i = 0; i < n && (int)i + 2 < rect.height; i++)
        cells_put_cut(cells, rect.y + 2 + (int)i, rect.x + 3, rect.width - 4, i == 0 ? ROLE_TEXT : ROLE_DIM,
                      0, lines[i]);
}

/* Nothing is there: what to do next. */
static void draw_empty(const struct app *app, struct cells *cells, struct rect rect)
{
    char nothing[600], where[600];
    snprintf(nothing, sizeof nothing, "%.500s holds no segment.", app->directory);
    snprintf(where, sizeof where, "  d = \"%.500s\"", app->directory);
    const char *lines[] = {
        nothing,
        "",
        app->read_only ? "They appear here as they are made, as from Python:"
                       : "Press L to load a file into one, or publish a matrix from Python:",
        "",
        where,
        "  m = np.lib.format.open_memmap(d + \"/.m.tmp\", \"w+\", \"f2\", (1000, 1000))",
        "  m[:] = 1; os.replace(d + \"/.m.tmp\", d + \"/m.shm\")",
    };
    draw_lines(cells, rect, lines, sizeof lines / sizeof lines[0]);
}

static void draw_nothing(const struct app *app, struct cells *cells, struct rect rect)
{
    char text[700];
    const char *line = text;
    if (app->following == FOLLOW_ABSENT)
        snprintf(text, sizeof text, "%.500s is gone; as soon as it is there again it is shown.",
                 app->directory);
    else if (listing_state(app->listing) != STATE_UNKNOWN)
        snprintf(text, sizeof text, "No segment %sis %s: Esc shows the others.",
                 listing_filter_text(app->listing)[0] ? "that fits the filter " : "",
                 state_name(listing_state(app->listing)));
    else if (catalog_count(app->catalog) > 0)
        snprintf(text, sizeof text, "No segment fits the filter: Esc clears it.");
    else if (!app->chores.scanned_once)
        return;
    else {
        draw_empty(app, cells, rect);
        return;
    }
    draw_lines(cells, rect, &line, 1);
}

struct table_style draw_style(const struct app *app)
{
    return (struct table_style){
        .now = app->paused ? app->frozen_now : app->now,
        .wall = app->paused ? app->frozen_wall : app->wall,
        .users = app->users,
        .ascii = app->ascii,
    };
}

/* The frame of what is said of a group; returns its inside. */
static struct rect draw_group_frame(struct cells *cells, struct rect rect, bool pane, const char *name)
{
    if (pane) {
        cells_box(cells, rect, ROLE_RULE, name);
        return (struct rect){rect.y + 1, rect.x + 2, rect.height - 2, rect.width - 4};
    }
    int width = rect.width - 8;
    cells_rule(cells, rect.y, rect.x, rect.width, ROLE_RULE);
    if (width > 0) {
        cells_put(cells, rect.y, rect.x + 3, 1, ROLE_RULE, 0, " ");
        int used = cells_put_cut(cells, rect.y, rect.x + 4, width, ROLE_STRONG, CELL_BOLD, name);
        cells_put(cells, rect.y, rect.x + 4 + used, 1, ROLE_RULE, 0, " ");
    }
    return (struct rect){rect.y + 1, rect.x + 1, rect.height - 1, rect.width - 2};
}

/* In place of a segment's details, those of the group whose heading the cursor is on. */
static void draw_group(const struct app *app, const struct group *group, struct cells *cells,
                       const struct frame *frame, const struct table_style *style)
{
    char name[NAME_PRINTABLE_MAX], bytes[24], text[128];
    columns_group_text(group, groups_by(app->groups), style, name, sizeof name);
    format_bytes(group->bytes, bytes, sizeof bytes);
    struct rect inside = draw_group_frame(cells, frame->detail, frame->pane, name);
    snprintf(text, sizeof text, "%zu segment%s, %s", group->count, group->count == 1 ? "" : "s", bytes);
    if (inside.height > 1 && inside.width > 0) {
        cells_put_cut(cells, inside.y, inside.x, inside.width, ROLE_TEXT, 0, text);
        cells_put_cut(cells, inside.y + 1, inside.x, inside.width, ROLE_DIM, 0,
                      "Enter folds or unfolds, Space marks all");
    }
}

struct detail draw_detail(const struct app *app)
{
    const struct row *row = parts_row(app);
    struct detail detail = {.row = row,
                            .sweep = catalog_sweep(app->catalog),
                            .directory = app->directory,
                            .watched = row && follow_is_watched(app, row)};
    insight_known(app->insight, row, app->paused ? app->frozen_now : app->now, &detail.known);
    return detail;
}

static void draw_table(const struct app *app, struct cells *cells, const struct frame *frame)
{
    struct table_style style = draw_style(app);
    table_draw(&app->table, cells, frame->table, &style);
    if (listing_count(app->listing) == 0)
        draw_nothing(app, cells, frame->table);
    if (frame->detail.height == 0)
        return;
    const struct group *group = table_group(&app->table);
    if (group) {
        draw_group(app, group, cells, frame, &style);
        return;
    }
    struct detail detail = draw_detail(app);
    (frame->pane ? detail_draw_pane : detail_draw_strip)(&detail, cells, frame->detail, &style);
}

/* "2 marked (1 more hidden), 1.6G" */
static void marks_text(const struct app *app, char *buf, size_t size)
{
    const struct table *table = &app->table;
    char bytes[16], hidden[64] = "";
    buf[0] = '\0';
    uint64_t range_bytes;
    size_t range = table_range(table, &range_bytes);
    if (range > 0) {
        format_bytes(range_bytes, bytes, sizeof bytes);
        snprintf(buf, size, "range of %zu, %s: Space marks it, Esc gives it up", range, bytes);
        return;
    }
    if (table->marked + table->hidden == 0)
        return;
    format_bytes(table->marked_bytes, bytes, sizeof bytes);
    if (table->hidden > 0)
        snprintf(hidden, sizeof hidden, " (%zu more hidden by the filter)", table->hidden);
    if (table->marked > 0)
        snprintf(buf, size, "%zu marked%s, %s", table->marked, hidden, bytes);
    else
        snprintf(buf, size, "%zu marked, hidden by the filter: Esc shows them", table->hidden);
}

/* --- the line of input --- */

/* In front of it. */
static const char *line_prompt(const struct app *app)
{
    return app->over == OVER_FILTER    ? "/"
           : app->over == OVER_PATTERN ? "+"
           : app->over == OVER_RESTORE ? "restore as: "
                                       : ":";
}

/* Right of it; "": nothing. */
static void line_remark(const struct app *app, char *buf, size_t size)
{
    buf[0] = '\0';
    if (app->over == OVER_FILTER)
        snprintf(buf, size, "%zu of %zu", listing_count(app->listing), catalog_count(app->catalog));
    else if (app->over == OVER_RESTORE && catalog_find(app->catalog, line_text(app->line)))
        snprintf(buf, size, "taken: another name");
}

/* Whether what is to be said of the filter stands right of the line, for there is no row of hints. */
static bool line_shares(const struct app *app, const struct frame *frame)
{
    return (app->over == OVER_FILTER || app->over == OVER_PATTERN) && frame->hints.height == 0 &&
           filtering_says(app);
}

struct rect draw_line_field(const struct app *app, const struct frame *frame)
{
    struct rect rect = frame->footer;
    char remark[64];
    int x = rect.x + 1 + text_width(line_prompt(app));
    line_remark(app, remark, sizeof remark);
    if (line_shares(app, frame)) {
        rect.width -= rect.width / 2;
        remark[0] = '\0';
    }
    int width = rect.x + rect.width - x - 1 - (remark[0] ? text_width(remark) + 2 : 0);
    return (struct rect){rect.y, x, 1, width > 0 ? width : 0};
}

static void draw_line(const struct app *app, struct cells *cells, const struct frame *frame)
{
    struct rect rect = frame->footer, field = draw_line_field(app, frame);
    char remark[64];
    line_remark(app, remark, sizeof remark);
    cells_put(cells, rect.y, rect.x + 1, -1, ROLE_KEY, 0, line_prompt(app));
    if (field.width > 0)
        line_draw(app->line, cells, field.y, field.x, field.width, true);
    if (line_shares(app, frame))
        filtering_draw(app, cells,
                       (struct rect){rect.y, rect.x + rect.width - rect.width / 2, 1, rect.width / 2});
    else if (field.width > 0)
        cells_put_right(cells, field.y, field.x + field.width, text_width(remark) + 2, ROLE_DIM, 0, remark);
}

static void draw_message(const struct app *app, struct cells *cells, struct rect rect, bool alone)
{
    bool is_error = false;
    const char *message = messages_current(app->messages, &is_error);
    char marks[160];
    marks_text(app, marks, sizeof marks);
    int width = rect.width - 2;
    if (message) {
        int room = marks[0] && !alone ? width - text_width(marks) - 3 : width;
        if (room < width / 2)
            room = width;
        cells_put_cut(cells, rect.y, rect.x + 1, room, is_error ? ROLE_BAD : ROLE_TEXT, 0, message);
        if (room < width)
            cells_put_right(cells, rect.y, rect.x + 1 + room, width - room, ROLE_MARK, 0, marks);
    } else if (marks[0] && !alone) {
        int used = cells_put_cut(cells, rect.y, rect.x + 1, width, ROLE_MARK, 0, marks);
        if (!app->read_only && used < width && app->table.anchor == 0 && app->table.marked > 0)
            cells_put_cut(cells, rect.y, rect.x + 1 + used, width - used, ROLE_DIM, 0,
                          ": d deletes the marked rows");
    }
}

static void draw_hints(const struct app *app, struct cells *cells, struct rect rect)
{
    const struct row *row = table_row(&app->table);
    struct hints hints = {.screen = keys_screen(app),
                          .read_only = app->read_only,
                          .restores = row && row->unlinked && !row->loading,
                          .preview = app->preview};
    if (app->preview && preview_lens_is_open(app->preview))
        cells_put_cut(cells, rect.y, rect.x + 1, rect.width - 2, ROLE_DIM, 0,
                      "Enter: look so  Esc: as before  Tab: next  PgUp PgDn: the values");
    else if (app->over != OVER_FILTER && app->over != OVER_PATTERN)
        hints_draw(&hints, cells, rect);
    else if (!filtering_draw(app, cells, rect))
        filtering_draw_help(cells, rect);
}

static void draw_holders(const struct app *app, struct cells *cells, struct rect screen)
{
    struct table_style style = draw_style(app);
    holders_draw(&app->holders, catalog_by_serial(app->catalog, app->holders.serial),
                 catalog_sweep(app->catalog), &style, cells, screen);
}

static void draw_whole_detail(const struct app *app, struct cells *cells, struct rect screen)
{
    struct table_style style = draw_style(app);
    struct detail detail = draw_detail(app);
    detail_draw_whole(&detail, cells, screen, &style, app->detail_top);
}

static void draw_over(const struct app *app, struct cells *cells, struct rect screen)
{
    switch (app->over) {
    case OVER_MENU:
        menu_draw(&app->menu, cells, screen);
        break;
    case OVER_COLUMNS:
        column_menu_draw(&app->column_menu, cells, screen, &app->table.columns, &app->table.choice);
        break;
    case OVER_HELP:
        help_draw(&app->help, cells, screen);
        break;
    case OVER_MESSAGES:
        messages_draw_history(app->messages, cells, screen, app->history_back);
        break;
    case OVER_HOLDERS:
        draw_holders(app, cells, screen);
        break;
    case OVER_DETAIL:
        draw_whole_detail(app, cells, screen);
        break;
    case OVER_LOAD:
        load_dialog_draw(app->load, cells, screen);
        break;
    case OVER_SAVE:
        save_dialog_draw(app->saving, cells, screen);
        break;
    case OVER_DELETE:
        delete_dialog_draw(app->deletion, cells, screen);
        break;
    case OVER_NOTHING:
    case OVER_FILTER:
    case OVER_GOTO:
    case OVER_RESTORE:
    case OVER_PATTERN:
        break;
    }
}

void app_draw(const struct app *app, struct cells *cells)
{
    cells_clear(cells);
    struct rect screen = {0, 0, app->rows, app->columns};
    if (app_is_too_small(app)) {
        cells_putf(cells, 0, 0, -1, ROLE_WARN, 0, "%dx%d needed", APP_MIN_COLUMNS, APP_MIN_ROWS);
        return;
    }
    struct frame frame;
    frame_make(app, &frame);
    if (app->preview) {
        preview_draw(app->preview, cells, frame.table);
    } else {
        draw_header(app, cells, frame.header);
        draw_table(app, cells, &frame);
    }
    if (app->line)
        draw_line(app, cells, &frame);
    else
        draw_message(app, cells, frame.footer, app->preview != NULL);
    if (frame.hints.height > 0)
        draw_hints(app, cells, frame.hints);
    draw_over(app, cells, screen);
}
