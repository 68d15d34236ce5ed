#include "tui/view/help.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

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

static void move_by(struct help *help, int step)
{
    int count = shown_count(help);
    help->selected += step;
    if (help->selected >= count)
        help->selected = count - 1;
    if (help->selected < 0)
        help->selected = 0;
}

static void edit_filter(struct help *help, uint32_t code)
{
    size_t n = strlen(help->filter);
    if (code == KEY_BACKSPACE_CODE || code == KEY_CTRL('H'))
        n = n > 0 ? n - 1 : 0;
    else if (code == KEY_CTRL('U'))
        n = 0;
    else if (code >= ' ' && code < 0x7f && n + 1 < HELP_FILTER_MAX)
        help->filter[n++] = (char)code;
    else
        return;
    help->filter[n] = '\0';
    help->selected = 0;
}

enum help_answer help_key(struct help *help, const struct key *key)
{
    if (key->alt)
        return HELP_STAY;
    switch (key->code) {
    case KEY_ESCAPE_CODE:
    case KEY_CODE_F1:
        return HELP_CLOSE;
    case KEY_ENTER_CODE:
        return help_action(help) == ACTION_NONE ? HELP_STAY : HELP_RUN;
    case KEY_CODE_UP:
        move_by(help, -1);
        return HELP_STAY;
    case KEY_CODE_DOWN:
        move_by(help, 1);
        return HELP_STAY;
    case KEY_CODE_PAGE_UP:
        move_by(help, -10);
        return HELP_STAY;
    case KEY_CODE_PAGE_DOWN:
        move_by(help, 10);
        return HELP_STAY;
    default:
        if (key->code == '?' && help->filter[0] == '\0')
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

static void draw_line(const struct help *help, struct cells *cells, struct rect line, int place)
{
    const struct action_info *info = shown_at(help, place);
    const struct action_info *before = place > 0 ? shown_at(help, place - 1) : NULL;
    char keys[80];
    keys_text(info, keys, sizeof keys);
    int x = line.x + 1, right = line.x + line.width;
    if (!before || strcmp(before->group, info->group) != 0)
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
    if (help->filter[0] == '\0') {
        cells_put_cut(cells, y, x, width, ROLE_DIM, 0, "type to filter   Enter runs the line   Esc closes");
        return;
    }
    int used = cells_put(cells, y, x, width, ROLE_DIM, 0, "filter: ");
    if (used < width)
        cells_put_cut(cells, y, x + used, width - used, ROLE_STRONG, 0, help->filter);
}

void help_draw(const struct help *help, struct cells *cells, struct rect screen)
{
    int count = shown_count(help), height = count + 4, width = 76;
    if (height > screen.height)
        height = screen.height;
    if (width > screen.width)
        width = screen.width;
    struct rect box = {screen.y + (screen.height - height) / 2, screen.x + (screen.width - width) / 2, height,
                       width};
    cells_box(cells, box, ROLE_RULE, help->screen == SCREEN_GRID ? "Help: values" : "Help: table");
    draw_filter(help, cells, box.y + 1, box.x + 2, width - 4);
    int lines = height - 4, top = 0;
    if (lines <= 0)
        return;
    if (help->selected >= lines)
        top = help->selected - lines + 1;
    for (int i = 0; i < lines && top + i < count; i++)
        draw_line(help, cells, (struct rect){box.y + 3 + i, box.x + 1, 1, width - 2}, top + i);
    if (count == 0)
        cells_put_cut(cells, box.y + 3, box.x + 2, width - 4, ROLE_DIM, 0, "no key does that");
}
