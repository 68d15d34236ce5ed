/*
 * The sort menu: the columns with their letters.
 */
#ifndef SHMTOP_TUI_VIEW_MENU_H
#define SHMTOP_TUI_VIEW_MENU_H

#include "core/catalog/column.h"
#include "tui/term/cells.h"
#include "tui/term/key.h"

struct menu {
    enum column current; /* what is sorted by now */
    bool descending;
    enum column selected;
};

void menu_open(struct menu *menu, enum column current, bool descending);

enum menu_answer { MENU_STAY, MENU_CLOSE, MENU_CHOSEN /* menu->selected */ };
enum menu_answer menu_key(struct menu *menu, const struct key *key);

void menu_draw(const struct menu *menu, struct cells *cells, struct rect screen);

/* The next column in the menu's order, by +1 or -1, around the ends. */
enum column menu_neighbour(enum column column, int step);

#endif
