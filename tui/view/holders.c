#include "tui/view/holders.h"

#include <stdio.h>
#include <string.h>

#include "core/catalog/format.h"
#include "tui/view/columns.h"
#include "tui/view/dialog.h"
#include "tui/view/words.h"

#define TEXT_MAX      4200 /* a command line that needs no escapes */
#define FOOT_LINES    4    /* a rule, facts of the chosen one, two lines of its command line */
#define ROWS_TO_FOOT  10   /* inside the box */
#define WIDE          110  /* times in full */
#define UNIT_LEAST    8
#define UNIT_MOST     28
#define CMDLINE_LEAST 20

enum holder_column {
    HOLDER_PID,
    HOLDER_USER,
    HOLDER_COMMAND,
    HOLDER_RW,
    HOLDER_MAPS,
    HOLDER_FD,
    HOLDER_STARTED,
    HOLDER_UNIT,
    HOLDER_CMDLINE,
    HOLDER_COLUMNS
};

static const struct {
    const char *heading;
    int width;
    bool right;
} columns[HOLDER_COLUMNS] = {
    [HOLDER_PID] = {"PID", 7, true},           [HOLDER_USER] = {"USER", 9, false},
    [HOLDER_COMMAND] = {"COMMAND", 15, false}, [HOLDER_RW] = {"RW", 2, false},
    [HOLDER_MAPS] = {"MAPS", 4, true},         [HOLDER_FD] = {"FD", 3, true},
    [HOLDER_STARTED] = {"STARTED", 10, false}, [HOLDER_UNIT] = {"UNIT", 0, false},
    [HOLDER_CMDLINE] = {"CMDLINE", 0, false},
};

/* Where the parts of the box lie. */
struct parts {
    int widths[HOLDER_COLUMNS]; /* 0: not shown */
    struct rect area;
    int page; /* lines for processes */
    int foot; /* lines below them, the last one says how many processes were read */
    bool full_time;
};

static void place(struct rect screen, struct parts *parts)
{
    *parts = (struct parts){.area = {screen.y + 1, screen.x + 2, screen.height - 2, screen.width - 4}};
    int left = parts->area.width, height = parts->area.height;
    parts->full_time = left >= WIDE;
    for (int i = 0; i < HOLDER_UNIT; i++) {
        int width = i == HOLDER_STARTED && parts->full_time ? 19 : columns[i].width;
        if (left < width)
            break;
        parts->widths[i] = width;
        left -= width + 2;
    }
    if (left >= UNIT_LEAST) {
        int unit = left < UNIT_MOST + CMDLINE_LEAST ? left : UNIT_MOST;
        parts->widths[HOLDER_UNIT] = unit < UNIT_MOST ? unit : UNIT_MOST;
        left -= parts->widths[HOLDER_UNIT] + 2;
    }
    if (left >= CMDLINE_LEAST)
        parts->widths[HOLDER_CMDLINE] = left;
    parts->foot = height >= ROWS_TO_FOOT ? FOOT_LINES + 1 : height >= 3 ? 1 : 0;
    int page = height - parts->foot - 1;
    parts->page = page > 0 ? page : 0;
}

static size_t count_of(const struct row *row)
{
    return row && row->holders ? row->holders->count : 0;
}

/* --- keys --- */

void holders_open(struct holders_view *view, const struct row *row)
{
    *view = (struct holders_view){.serial = row->serial};
}

static void choose(struct holders_view *view, const struct row *row, size_t line)
{
    size_t count = count_of(row);
    view->selected = line < count ? line : count > 0 ? count - 1 : 0;
    view->pid = count > 0 ? row->holders->list[view->selected].pid : 0;
}

void holders_settle(struct holders_view *view, const struct row *row, struct rect screen)
{
    size_t count = count_of(row), line = view->selected;
    for (size_t i = 0; i < count; i++)
        if (row->holders->list[i].pid == view->pid)
            line = i;
    choose(view, row, line);
    struct parts parts;
    place(screen, &parts);
    size_t page = parts.page > 0 ? (size_t)parts.page : 1;
    if (view->top > view->selected)
        view->top = view->selected;
    if (view->selected >= view->top + page)
        view->top = view->selected - page + 1;
    if (view->top + page > count)
        view->top = count > page ? count - page : 0;
}

static size_t back(size_t line, size_t step)
{
    return line > step ? line - step : 0;
}

enum holders_answer holders_key(struct holders_view *view, const struct key *key, const struct row *row,
                                struct rect screen)
{
    holders_settle(view, row, screen);
    struct parts parts;
    place(screen, &parts);
    size_t page = parts.page > 1 ? (size_t)parts.page - 1 : 1, line = view->selected;
    switch (action_of_key(key, SCREEN_TABLE, true)) {
    case ACTION_UP:
        line = back(line, 1);
        break;
    case ACTION_DOWN:
        line++;
        break;
    case ACTION_PAGE_UP:
        line = back(line, page);
        break;
    case ACTION_PAGE_DOWN:
        line += page;
        break;
    case ACTION_HALF_UP:
        line = back(line, page / 2 + 1);
        break;
    case ACTION_HALF_DOWN:
        line += page / 2 + 1;
        break;
    case ACTION_FIRST:
        line = 0;
        break;
    case ACTION_LAST:
        line = count_of(row);
        break;
    case ACTION_BACK:
    case ACTION_CLOSE:
    case ACTION_HOLDERS:
    case ACTION_OPEN:
        return HOLDERS_CLOSE;
    default:
        return HOLDERS_STAY;
    }
    choose(view, row, line);
    holders_settle(view, row, screen);
    return HOLDERS_STAY;
}

/* --- drawing --- */

static void started_text(const struct holder *holder, const struct table_style *style, bool full, char *buf,
                         size_t size)
{
    char age[FORMAT_AGE_MAX];
    buf[0] = '\0';
    if (full) {
        words_time(holder->started, buf, size);
    } else if (holder->started) {
        format_age((style->wall - holder->started) / 1000000000, age, sizeof age);
        snprintf(buf, size, "%s ago", age);
    }
}

static void column_of(enum holder_column column, const struct holder *holder, const struct table_style *style,
                      const struct parts *parts, bool ascii, char *buf, size_t size)
{
    switch (column) {
    case HOLDER_PID:
        snprintf(buf, size, "%d", (int)holder->pid);
        break;
    case HOLDER_USER:
        words_user(style->users, holder->uid, buf, size);
        break;
    case HOLDER_COMMAND:
        words_escape(holder->command, ascii, buf, size);
        break;
    case HOLDER_RW:
        snprintf(buf, size, "%s", holder->writable ? "rw" : "r");
        break;
    case HOLDER_MAPS:
        snprintf(buf, size, "%u", holder->mapped);
        break;
    case HOLDER_FD:
        snprintf(buf, size, "%u", holder->open);
        break;
    case HOLDER_STARTED:
        started_text(holder, style, parts->full_time, buf, size);
        break;
    case HOLDER_UNIT:
        words_escape(holder->unit, ascii, buf, size);
        break;
    default:
        words_escape(holder->cmdline, ascii, buf, size);
        break;
    }
}

static void draw_heading(const struct parts *parts, struct cells *cells)
{
    int x = parts->area.x;
    for (int i = 0; i < HOLDER_COLUMNS; i++) {
        if (parts->widths[i] == 0)
            continue;
        (columns[i].right ? cells_put_right : cells_put_cut)(cells, parts->area.y, x, parts->widths[i],
                                                             ROLE_TITLE, 0, columns[i].heading);
        x += parts->widths[i] + 2;
    }
}

static void draw_holder(const struct parts *parts, const struct holder *holder,
                        const struct table_style *style, struct cells *cells, int y, bool selected)
{
    int x = parts->area.x;
    for (int i = 0; i < HOLDER_COLUMNS; i++) {
        char text[TEXT_MAX];
        if (parts->widths[i] == 0)
            continue;
        column_of((enum holder_column)i, holder, style, parts, cells->ascii, text, sizeof text);
        enum role role = i == HOLDER_COMMAND ? ROLE_STRONG : i == HOLDER_CMDLINE ? ROLE_DIM : ROLE_TEXT;
        (columns[i].right ? cells_put_right : cells_put_cut)(cells, y, x, parts->widths[i], role, 0, text);
        x += parts->widths[i] + 2;
    }
    if (selected)
        cells_tint(cells, (struct rect){y, parts->area.x - 1, 1, parts->area.width + 2}, -1, CELL_SELECTED);
}

/* All of the chosen one: what the columns cut. */
static void draw_foot(const struct parts *parts, const struct holder *holder, const struct table_style *style,
                      struct cells *cells)
{
    int y = parts->area.y + parts->area.height - parts->foot;
    struct rect area = parts->area;
    cells_rule(cells, y, area.x, area.width, ROLE_RULE);
    char started[32], unit[1024], line[TEXT_MAX], user[USERS_NAME_MAX];
    words_time(holder->started, started, sizeof started);
    words_escape(holder->unit, cells->ascii, unit, sizeof unit);
    words_user(style->users, holder->uid, user, sizeof user);
    snprintf(line, sizeof line, "pid %d of %s%s%s%s%s", (int)holder->pid, user,
             started[0] ? "   started " : "", started, unit[0] ? "   " : "", unit);
    cells_put_cut(cells, y + 1, area.x, area.width, ROLE_TEXT, 0, line);
    words_escape(holder->cmdline, cells->ascii, line, sizeof line);
    if (!holder->cmdline)
        snprintf(line, sizeof line, "its command line cannot be read");
    dialog_text(cells, (struct rect){y + 2, area.x, FOOT_LINES - 2, area.width}, ROLE_DIM, line);
}

/* Nobody, or nobody that can be seen. */
static void nobody_text(const struct row *row, const struct sweep *sweep, char *buf, size_t size)
{
    const char *text = "nobody maps it or has it open";
    if (!row)
        text = "it is gone";
    else if (!sweep)
        text = "the processes are being looked at";
    else if (row->held == HELD_YES)
        text = "somebody holds it, the kernel says, but nobody that can be seen from here";
    else if (row->doubtful && row->held != HELD_NO)
        text = "nobody that can be seen from here maps it or has it open";
    snprintf(buf, size, "%s", text);
}

static void draw_processes(const struct parts *parts, const struct sweep *sweep, struct cells *cells)
{
    char text[256];
    words_processes(sweep, text, sizeof text);
    if (parts->foot > 0)
        cells_put_cut(cells, parts->area.y + parts->area.height - 1, parts->area.x, parts->area.width,
                      sweep && !sweep->complete ? ROLE_WARN : ROLE_DIM, 0, text);
}

void holders_draw(const struct holders_view *view, const struct row *row, const struct sweep *sweep,
                  const struct table_style *style, struct cells *cells, struct rect screen)
{
    char name[NAME_PRINTABLE_MAX] = "", title[NAME_PRINTABLE_MAX + 32], text[128];
    if (row)
        columns_name(row->name, cells->ascii, name, sizeof name);
    snprintf(title, sizeof title, "Who holds %s", row ? name : "it");
    cells_box(cells, screen, ROLE_RULE, title);
    struct parts parts;
    place(screen, &parts);
    if (parts.area.height <= 0 || parts.area.width <= 0)
        return;
    draw_processes(&parts, sweep, cells);
    size_t count = count_of(row);
    if (count == 0) {
        nobody_text(row, sweep, text, sizeof text);
        cells_put_cut(cells, parts.area.y, parts.area.x, parts.area.width, ROLE_TEXT, 0, text);
        return;
    }
    draw_heading(&parts, cells);
    for (int i = 0; i < parts.page && view->top + (size_t)i < count; i++)
        draw_holder(&parts, &row->holders->list[view->top + (size_t)i], style, cells, parts.area.y + 1 + i,
                    view->top + (size_t)i == view->selected);
    if (parts.foot > 1 && view->selected < count)
        draw_foot(&parts, &row->holders->list[view->selected], style, cells);
}
