#include "tui/view/menu.h"

#include <stdio.h>

static bool is_offered(enum column column)
{
    return column_info(column)->letter != 0;
}

enum column menu_neighbour(enum column column, int step)
{
    for (int i = 0; i < COLUMN_COUNT; i++) {
        column = (enum column)(((int)column + step + COLUMN_COUNT) % COLUMN_COUNT);
        if (is_offered(column))
            break;
    }
    return column;
}

void menu_open(struct menu *menu, enum column current, bool descending)
{
    *menu = (struct menu){.current = current, .descending = descending, .selected = current};
}

static enum menu_answer choose_letter(struct menu *menu, uint32_t code)
{
    for (int column = 0; column < COLUMN_COUNT; column++) {
        char letter = column_info((enum column)column)->letter;
        if (letter && (uint32_t)letter == code) {
            menu->selected = (enum column)column;
            return MENU_CHOSEN;
        }
    }
    return MENU_STAY;
}

enum menu_answer menu_key(struct menu *menu, const struct key *key)
{
    switch (key->code) {
    case KEY_CODE_UP:
        menu->selected = menu_neighbour(menu->selected, -1);
        return MENU_STAY;
    case KEY_CODE_DOWN:
        menu->selected = menu_neighbour(menu->selected, 1);
        return MENU_STAY;
    case KEY_ENTER_CODE:
        return MENU_CHOSEN;
    case KEY_ESCAPE_CODE:
        return MENU_CLOSE;
    default:
        if (!key->alt && choose_letter(menu, key->code) == MENU_CHOSEN)
            return MENU_CHOSEN;
        return key->code == 'q' ? MENU_CLOSE : MENU_STAY;
    }
}

static int offered_count(void)
{
    int n = 0;
    for (int column = 0; column < COLUMN_COUNT; column++)
        n += is_offered((enum column)column);
    return n;
}

/* Its place among the offered ones. */
static int place_of(enum column wanted)
{
    int n = 0;
    for (int column = 0; column < (int)wanted; column++)
        n += is_offered((enum column)column);
    return n;
}

static void draw_line(const struct menu *menu, struct cells *cells, struct rect line, enum column column)
{
    const struct column_info *info = column_info(column);
    char letter[2] = {info->letter, '\0'};
    cells_put(cells, line.y, line.x + 1, line.width - 1, ROLE_KEY, 0, letter);
    cells_put(cells, line.y, line.x + 4, line.width - 4, column == menu->current ? ROLE_SORTED : ROLE_TEXT, 0,
              info->key);
    if (column == menu->current)
        cells_put_right(cells, line.y, line.x + line.width - 3, 2, ROLE_SORTED, 0,
                        menu->descending ? (cells->ascii ? "v" : "↓") : (cells->ascii ? "^" : "↑"));
    if (column == menu->selected)
        cells_tint(cells, line, -1, CELL_SELECTED);
}

void menu_draw(const struct menu *menu, struct cells *cells, struct rect screen)
{
    int n = offered_count(), height = n + 2, width = 30;
    if (height > screen.height)
        height = screen.height;
    if (width > screen.width)
        width = screen.width;
    struct rect box = {screen.y + (screen.height - height) / 2, screen.x + (screen.width - width) / 2, height,
                       width};
    cells_box(cells, box, ROLE_RULE, "Sort by");
    int shown = height - 2, selected = place_of(menu->selected);
    if (shown <= 0)
        return;
    int top = selected >= shown ? selected - shown + 1 : 0;
    for (int column = 0; column < COLUMN_COUNT; column++) {
        int line = place_of((enum column)column) - top;
        if (is_offered((enum column)column) && line >= 0 && line < shown)
            draw_line(menu, cells, (struct rect){box.y + 1 + line, box.x + 1, 1, width - 2},
                      (enum column)column);
    }
}
