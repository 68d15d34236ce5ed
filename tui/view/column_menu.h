/*
 * The menu of columns: Space shows or hides one. The choice lasts as long as the program.
 */
#ifndef SHMTOP_TUI_VIEW_COLUMN_MENU_H
#define SHMTOP_TUI_VIEW_COLUMN_MENU_H

#include "tui/term/key.h"
#include "tui/view/columns.h"

struct column_menu {
    enum shown_column selected;
};

void column_menu_open(struct column_menu *menu);

enum column_menu_answer { COLUMN_MENU_STAY, COLUMN_MENU_CLOSE };
/* columns: as they are fitted now. What is shown is switched off; what is not is wanted from now on, before
 * what is less important, and no more if it was wanted and there was no room. */
enum column_menu_answer column_menu_key(struct column_menu *menu, const struct key *key,
                                        const struct columns *columns, struct columns_choice *choice);

void column_menu_draw(const struct column_menu *menu, struct cells *cells, struct rect screen,
                      const struct columns *columns, const struct columns_choice *choice);

#endif
