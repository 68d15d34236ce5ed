#include "tui/view/help.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "tui/view/dialog.h"

static bool contains(const char *text, const char *part)
{
    size_t n = strlen(part);
    for (; *text; text++)
        if (strncasecmp(text, part, n) == 0)
            return true;
    return n == 0;
}

static bool is_shown(const struct help *help, const struct action_info *info)
{
    if (!(info->screens & help->screen) || (help->read_only && info->mutates))
        return false;
    return contains(info->name, help->filter) || contains(info->text, help->filter) ||
           contains(info->group, help->filter);
}

/* The n-th shown line; NULL: fewer are shown. */
static const struct action_info *shown_at(const struct help *help, int place)
{
    unsigned n;
    const struct action_info *table = action_table(&n);
    for (unsigned i = 0; i < n; i++)
        if (is_shown(help, &table[i]) && place-- == 0)
            return &table[i];
    return NULL;
}

static int shown_count(const struct help *help)
{
    unsigned n;
    const struct action_info *table = action_table(&n);
    int count = 0;
    for (unsigned i = 0; i < n; i++)
        count += is_shown(help, &table[i]);
    return count;
}

void help_open(struct help *help, unsigned screen, bool read_only)
{
    *help = (struct help){.screen = screen, .read_only = read_only};
}

enum action help_action(const struct help *help)
{
    const struct action_info *info = shown_at(help, help->selected);
    return info ? info->action : ACTION_NONE;
}

/* Lines that fit into a box on a screen of so many rows. */
static int page_of(const struct help *help, int rows)
{
    int count = shown_count(help), lines = rows - 4;
    lines = lines < count ? lines : count;
    return lines > 0 ? lines : 0;
}

static int within(int value, int last)
{
    value = value < last ? value : last;
    return value > 0 ? value : 0;
}

/* The first line drawn, with the chosen one on screen. */
static int top_of(const struct help *help, int page)
{
    int top = within(help->top, shown_count(help) - page);
    if (top > help->selected)
        top = help->selected;
    return top + page > help->selected ? top : help->selected - page + 1;
}

static void move_by(struct help *help, int step, int rows)
{
    help->selected = within(help->selected + step, shown_count(help) - 1);
    help->top = top_of(help, page_of(help, rows));
}

/* A page turned: the lines move with the choice, so that the next ones are seen at once. */
static void turn_page(struct help *help, int step, int rows)
{
    int page = page_of(help, rows);
    help->top = within(help->top + step * page, shown_count(help) - page);
    move_by(help, step * page, rows);
}

static void edit_filter(struct help *help, uint32_t code)
{
    size_t n = strlen(help->filter);
    if (code == '/' && n == 0 && !help->filtering) {
        help->filtering = true;
        return;
    }
    if (code == KEY_BACKSPACE_CODE || code == KEY_CTRL('H'))
        n = n > 0 ? n - 1 : 0;
    else if (code == KEY_CTRL('U'))
        n = 0;
    else if (code >= ' ' && code < 0x7f && n + 1 < HELP_FILTER_MAX)
        help->filter[n++] = (char)code;
    else
        return;
    help->filter[n] = '\0';
    help->filtering = n > 0;
    help->selected = help->top = 0;
}

static bool move_key(struct help *help, uint32_t code, int rows)
{
    switch (code) {
    case KEY_CODE_UP:
        move_by(help, -1, rows);
        return true;
    case KEY_CODE_DOWN:
        move_by(help, 1, rows);
        return true;
    case KEY_CODE_PAGE_UP:
        turn_page(help, -1, rows);
        return true;
    case KEY_CODE_PAGE_DOWN:
        turn_page(help, 1, rows);
        return true;
    case KEY_CODE_HOME:
        move_by(help, -help->selected, rows);
        return true;
    case KEY_CODE_END:
        move_by(help, shown_count(help), rows);
        return true;
    default:
        return false;
    }
}

enum help_answer help_key(struct help *help, const struct key *key, int rows)
{
    if (key->alt || move_key(help, key->code, rows))
        return HELP_STAY;
    switch (key->code) {
    case KEY_ESCAPE_CODE:
    case KEY_CODE_F1:
        return HELP_CLOSE;
    case KEY_ENTER_CODE:
        return help_action(help) == ACTION_NONE ? HELP_STAY : HELP_RUN;
    default:
        if ((key->code == '?' || key->code == 'q') && !help->filtering)
            return HELP_CLOSE;
        edit_filter(help, key->code);
        return HELP_STAY;
    }
}

static void keys_text(const struct action_info *info, char *buf, size_t size)
{
    size_t used = 0;
    buf[0] = '\0';
    for (unsigned i = 0; i < ACTION_KEYS_MAX && info->keys[i] && used < size; i++) {
        char key[16];
        action_key_text(info->keys[i], key);
        used += (size_t)snprintf(buf + used, size - used, "%s%s", i ? " " : "", key);
    }
}

static void draw_line(const struct help *help, struct cells *cells, struct rect line, int place, bool first)
{
    const struct action_info *info = shown_at(help, place);
    const struct action_info *before = place > 0 ? shown_at(help, place - 1) : NULL;
    char keys[80];
    keys_text(info, keys, sizeof keys);
    int x = line.x + 1, right = line.x + line.width;
    if (first || !before || strcmp(before->group, info->group) != 0)
        cells_put_cut(cells, line.y, x, 6, ROLE_TITLE, 0, info->group);
    x += 7;
    cells_put_cut(cells, line.y, x, right - x < 13 ? right - x : 13, ROLE_KEY, 0, keys);
    x += 14;
    if (x < right)
        cells_put_cut(cells, line.y, x, right - x, ROLE_TEXT, 0, info->text);
    if (place == help->selected)
        cells_tint(cells, line, -1, CELL_SELECTED);
}

static void draw_filter(const struct help *help, struct cells *cells, int y, int x, int width)
{
    if (width <= 0)
        return;
    if (!help->filtering) {
        cells_put_cut(cells, y, x, width, ROLE_DIM, 0,
                      "type or / to filter   Enter runs the line   q closes");
        return;
    }
    int used = cells_put(cells, y, x, width, ROLE_DIM, 0, "filter: ");
    if (used < width)
        cells_put_cut(cells, y, x + used, width - used, ROLE_STRONG, 0, help->filter);
}

/* In the lower edge: that there is more, and how to get there. */
static void draw_more(struct cells *cells, struct rect box, bool above, bool below)
{
    const char *more = above && below ? " more: PgUp PgDn " : below ? " more: PgDn " : " more: PgUp ";
    if ((above || below) && box.width > 4)
        cells_put_right(cells, box.y + box.height - 1, box.x + 2, box.width - 4, ROLE_KEY, 0, more);
}

void help_draw(const struct help *help, struct cells *cells, struct rect screen)
{
    int count = shown_count(help), page = page_of(help, screen.height);
    int width = screen.width < 76 ? screen.width : 76;
    struct rect box = dialog_place(screen, count + 4, width);
    cells_box(cells, box, ROLE_RULE, help->screen == SCREEN_GRID ? "Help: values" : "Help: table");
    draw_filter(help, cells, box.y + 1, box.x + 2, width - 4);
    if (count == 0 && box.height > 3)
        cells_put_cut(cells, box.y + 3 - (box.height < 5), box.x + 2, width - 4, ROLE_DIM, 0,
                      "no key does that");
    if (page == 0)
        return;
    int top = top_of(help, page);
    for (int i = 0; i < page; i++)
        draw_line(help, cells, (struct rect){box.y + 3 + i, box.x + 1, 1, width - 2}, top + i, i == 0);
    draw_more(cells, box, top > 0, top + page < count);
}
