#include "tui/view/column_menu.h"

#include <stdio.h>

#include "tui/view/dialog.h"

#define FIRST (SHOWN_NAME + 1) /* the name is always shown */
#define LINES (SHOWN_COUNT - FIRST)

void column_menu_open(struct column_menu *menu)
{
    *menu = (struct column_menu){.selected = FIRST};
}

static void toggle(enum shown_column shown, const struct columns *columns, struct columns_choice *choice)
{
    unsigned bit = 1u << shown;
    bool wanted = columns->width[shown] == 0 && !(choice->on & bit);
    choice->on = wanted ? choice->on | bit : choice->on & ~bit;
    choice->off = columns->width[shown] > 0 ? choice->off | bit : choice->off & ~bit;
}

static void move(struct column_menu *menu, int step)
{
    menu->selected = (enum shown_column)(FIRST + ((int)menu->selected - FIRST + step + LINES) % LINES);
}

enum column_menu_answer column_menu_key(struct column_menu *menu, const struct key *key,
                                        const struct columns *columns, struct columns_choice *choice)
{
    if (key->alt)
        return COLUMN_MENU_STAY;
    switch (key->code) {
    case KEY_CODE_UP:
    case 'k':
        move(menu, -1);
        return COLUMN_MENU_STAY;
    case KEY_CODE_DOWN:
    case 'j':
        move(menu, 1);
        return COLUMN_MENU_STAY;
    case ' ':
        toggle(menu->selected, columns, choice);
        return COLUMN_MENU_STAY;
    case KEY_ENTER_CODE:
    case KEY_ESCAPE_CODE:
    case 'c':
    case 'q':
        return COLUMN_MENU_CLOSE;
    default:
        return COLUMN_MENU_STAY;
    }
}

static void draw_line(const struct column_menu *menu, struct cells *cells, struct rect line,
                      enum shown_column shown, const struct columns *columns,
                      const struct columns_choice *choice)
{
    bool is_shown = columns->width[shown] > 0, wanted = choice->on & 1u << shown;
    cells_put(cells, line.y, line.x + 1, line.width - 1, ROLE_KEY, 0, is_shown ? "[x]" : "[ ]");
    cells_put_cut(cells, line.y, line.x + 5, line.width - 5, is_shown ? ROLE_TEXT : ROLE_DIM, 0,
                  columns_title(shown));
    if (wanted && !is_shown)
        cells_put_right(cells, line.y, line.x + 1, line.width - 2, ROLE_WARN, 0, "no room");
    if (shown == menu->selected)
        cells_tint(cells, line, -1, CELL_SELECTED);
}

void column_menu_draw(const struct column_menu *menu, struct cells *cells, struct rect screen,
                      const struct columns *columns, const struct columns_choice *choice)
{
    struct rect box = dialog_place(screen, LINES + 2, 32);
    cells_box(cells, box, ROLE_RULE, "Columns: Space");
    int lines = box.height - 2, at = (int)menu->selected - FIRST;
    int top = at >= lines ? at - lines + 1 : 0;
    for (int i = 0; i < lines && top + i < LINES; i++)
        draw_line(menu, cells, (struct rect){box.y + 1 + i, box.x + 1, 1, box.width - 2},
                  (enum shown_column)(FIRST + top + i), columns, choice);
}
