#include "tui/view/help.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "tui/view/dialog.h"
#include "tui/view/signs.h"

static bool contains(const char *text, const char *part)
{
    size_t n = strlen(part);
    for (; *text; text++)
        if (strncasecmp(text, part, n) == 0)
            return true;
    return n == 0;
}

/* A line of the help: a key, or a sign that the table shows. */
struct entry {
    const char *group;
    char keys[80];
    enum role role; /* of the keys */
    char text[192];
    enum action action; /* ACTION_NONE: a sign */
};

#define GROUP_SIGNS "Signs"

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

static bool is_shown(const struct help *help, const struct action_info *info, const char *filter)
{
    if (!(info->screens & help->screen) || (help->read_only && info->mutates))
        return false;
    return contains(info->name, filter) || contains(info->text, filter) || contains(info->group, filter);
}

/* The place-th sign that is shown; their letters do not fit a filter, which is of words. */
static bool sign_entry(const struct help *help, const char *filter, int place, struct entry *entry)
{
    struct sign sign;
    for (unsigned i = 0; help->screen == SCREEN_TABLE && sign_at(i, &sign); i++) {
        if ((!contains(sign.meaning, filter) && !contains(GROUP_SIGNS, filter)) || place-- > 0)
            continue;
        *entry = (struct entry){.group = GROUP_SIGNS, .role = sign.role, .action = ACTION_NONE};
        snprintf(entry->keys, sizeof entry->keys, "%s", sign.text);
        snprintf(entry->text, sizeof entry->text, "%s", sign.meaning);
        return true;
    }
    return false;
}

/* The place-th line that a filter lets through; false: there are not so many. */
static bool entry_at(const struct help *help, const char *filter, int place, struct entry *entry)
{
    unsigned n;
    const struct action_info *table = action_table(&n);
    if (place < 0)
        return false;
    for (unsigned i = 0; i < n; i++) {
        if (!is_shown(help, &table[i], filter) || place-- > 0)
            continue;
        *entry = (struct entry){.group = table[i].group, .role = ROLE_KEY, .action = table[i].action};
        keys_text(&table[i], entry->keys, sizeof entry->keys);
        snprintf(entry->text, sizeof entry->text, "%s", table[i].text);
        return true;
    }
    return sign_entry(help, filter, place, entry);
}

void help_open(struct help *help, unsigned screen, bool read_only)
{
    *help = (struct help){.screen = screen, .read_only = read_only};
}

enum action help_action(const struct help *help)
{
    struct entry entry;
    return entry_at(help, help->filter, help->selected, &entry) ? entry.action : ACTION_NONE;
}

/* --- how much fits --- */

#define GROUP_WIDTH 7
#define KEYS_WIDTH  14
#define MOST_WIDTH  120

/* What the lines of the help take on a screen. */
struct layout {
    int width; /* of the box */
    int text;  /* columns of the texts */
    int room;  /* rows for lines */
    int count; /* lines that the filter lets through */
};

static int rows_of(const char *text, int width)
{
    int rows = width > 0 ? dialog_text(NULL, (struct rect){0, 0, 9, width}, ROLE_TEXT, text) : 1;
    return rows > 1 ? rows : 1;
}

/* The box is as large as all lines need, whatever the filter lets through: it stays where it is. */
static struct layout layout_of(const struct help *help, int rows, int columns)
{
    const int beside = 1 + GROUP_WIDTH + KEYS_WIDTH + 2;
    struct layout layout = {.width = 0};
    struct entry entry;
    int all = 0;
    for (int i = 0; entry_at(help, "", i, &entry); i++)
        if (beside + text_width(entry.text) + 2 > layout.width)
            layout.width = beside + text_width(entry.text) + 2;
    if (layout.width > MOST_WIDTH)
        layout.width = MOST_WIDTH;
    if (layout.width > columns)
        layout.width = columns;
    layout.text = layout.width - beside - 1;
    for (int i = 0; entry_at(help, "", i, &entry); i++)
        all += rows_of(entry.text, layout.text);
    while (entry_at(help, help->filter, layout.count, &entry))
        layout.count++;
    layout.room = all < rows - 4 ? all : rows - 4;
    if (layout.room < 0)
        layout.room = 0;
    return layout;
}

/* How many lines from one on (step 1), or up to it (step -1), fit; that one at any rate. */
static int fitting(const struct help *help, const struct layout *layout, int from, int step)
{
    struct entry entry;
    int n = 0, room = layout->room;
    for (; entry_at(help, help->filter, from, &entry); from += step, n++) {
        room -= rows_of(entry.text, layout->text);
        if (room < 0 && n > 0)
            break;
    }
    return n;
}

static int within(int value, int last)
{
    value = value < last ? value : last;
    return value > 0 ? value : 0;
}

/* The first line drawn, with the chosen one on screen. */
static int top_of(const struct help *help, const struct layout *layout)
{
    int least = help->selected - fitting(help, layout, help->selected, -1) + 1;
    int top = within(help->top, layout->count - fitting(help, layout, layout->count - 1, -1));
    if (top > help->selected)
        top = help->selected;
    return top < least ? least : top;
}

static void move_by(struct help *help, const struct layout *layout, int step)
{
    help->selected = within(help->selected + step, layout->count - 1);
    help->top = top_of(help, layout);
}

/* A page turned: the lines move with the choice, so that the next ones are seen at once. */
static void turn_page(struct help *help, const struct layout *layout, int step)
{
    int top = top_of(help, layout), page = fitting(help, layout, step > 0 ? top : top - 1, step);
    page = page > 0 ? page : 1;
    help->top = within(top + step * page, layout->count - 1);
    move_by(help, layout, step * page);
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

static bool move_key(struct help *help, uint32_t code, const struct layout *layout)
{
    switch (code) {
    case KEY_CODE_UP:
        move_by(help, layout, -1);
        return true;
    case KEY_CODE_DOWN:
        move_by(help, layout, 1);
        return true;
    case KEY_CODE_PAGE_UP:
        turn_page(help, layout, -1);
        return true;
    case KEY_CODE_PAGE_DOWN:
        turn_page(help, layout, 1);
        return true;
    case KEY_CODE_HOME:
        move_by(help, layout, -help->selected);
        return true;
    case KEY_CODE_END:
        move_by(help, layout, layout->count);
        return true;
    default:
        return false;
    }
}

enum help_answer help_key(struct help *help, const struct key *key, int rows, int columns)
{
    struct layout layout = layout_of(help, rows, columns);
    if (key->alt || move_key(help, key->code, &layout))
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

/* before: the line above; without a group: none is seen. */
static void draw_entry(const struct entry *entry, const struct entry *before, struct cells *cells,
                       struct rect rect, int text)
{
    int x = rect.x + 1, right = rect.x + rect.width;
    if (!before->group || strcmp(before->group, entry->group) != 0)
        cells_put_cut(cells, rect.y, x, GROUP_WIDTH - 1, ROLE_TITLE, 0, entry->group);
    x += GROUP_WIDTH;
    cells_put_cut(cells, rect.y, x, right - x < KEYS_WIDTH - 1 ? right - x : KEYS_WIDTH - 1, entry->role, 0,
                  entry->keys);
    x += KEYS_WIDTH;
    if (text > 0)
        dialog_text(cells, (struct rect){rect.y, x, rect.height, text}, ROLE_TEXT, entry->text);
}

static void draw_entries(const struct help *help, const struct layout *layout, struct cells *cells,
                         struct rect rect, int top)
{
    struct entry entry, before = {.group = NULL};
    for (int place = top, left = layout->room; entry_at(help, help->filter, place, &entry); place++) {
        int rows = rows_of(entry.text, layout->text);
        if (rows > left && place > top)
            return;
        rows = rows < left ? rows : left;
        struct rect line = {rect.y, rect.x, rows, rect.width};
        draw_entry(&entry, &before, cells, line, layout->text);
        if (place == help->selected)
            cells_tint(cells, line, -1, CELL_SELECTED);
        before = entry;
        rect.y += rows;
        left -= rows;
    }
}

static void draw_filter(const struct help *help, struct cells *cells, int y, int x, int width)
{
    if (width <= 0)
        return;
    if (!help->filtering) {
        cells_put_cut(cells, y, x, width, ROLE_DIM, 0,
                      help->screen == SCREEN_TABLE
                          ? "type or / to filter   Enter runs the line   q closes   End: what G L P mean"
                          : "type or / to filter   Enter runs the line   q closes");
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
    struct layout layout = layout_of(help, screen.height, screen.width);
    struct rect box = dialog_place(screen, layout.room + 4, layout.width);
    int width = box.width;
    cells_box(cells, box, ROLE_RULE, help->screen == SCREEN_GRID ? "Help: values" : "Help: table");
    draw_filter(help, cells, box.y + 1, box.x + 2, width - 4);
    if (layout.count == 0 && box.height > 3)
        cells_put_cut(cells, box.y + 3 - (box.height < 5), box.x + 2, width - 4, ROLE_DIM, 0,
                      "no key does that");
    if (layout.count == 0 || layout.room == 0)
        return;
    int top = top_of(help, &layout);
    struct rect inside = {box.y + 3, box.x + 1, layout.room, width - 2};
    draw_entries(help, &layout, cells, inside, top);
    draw_more(cells, box, top > 0, top + fitting(help, &layout, top, 1) < layout.count);
}
