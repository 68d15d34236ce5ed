/*
 * What the letters and colours of the table mean, for the help: made from the tables that draw them.
 */
#ifndef SHMTOP_TUI_VIEW_SIGNS_H
#define SHMTOP_TUI_VIEW_SIGNS_H

#include "tui/term/cells.h"

struct sign {
    char text[16]; /* "G", or the name of a state that has a colour alone */
    enum role role;
    char meaning[160];
};

/* The index-th; false: there are not so many. */
bool sign_at(unsigned index, struct sign *ret_sign);

#endif
