#include "tui/term/theme.h"

#define OWN                 -1
#define SELECTED_BACKGROUND 236
#define SELECTED_TEXT       255
#define SELECTED_DIM        248
#define FIELD_BACKGROUND    237

#define BOLD      1
#define DIM       2
#define UNDERLINE 4

/* Colours by depth; the attributes of 256 colours, and of all the others, where grey is not at hand. */
static const struct {
    short color256, color16, color8;
    uint8_t attributes256, attributes;
} roles[ROLE_COUNT] = {
    [ROLE_TEXT] = {OWN, OWN, OWN, 0, 0},
    [ROLE_DIM] = {244, OWN, OWN, 0, DIM},
    [ROLE_STRONG] = {OWN, OWN, OWN, BOLD, BOLD},
    [ROLE_TITLE] = {244, OWN, OWN, 0, 0},
    [ROLE_SORTED] = {OWN, OWN, OWN, BOLD, BOLD},
    [ROLE_KEY] = {73, 6, 6, BOLD, BOLD},
    [ROLE_RULE] = {240, OWN, OWN, 0, DIM},
    [ROLE_TYPE] = {73, 6, 6, 0, 0},
    [ROLE_LIVE] = {71, 2, 2, 0, 0},
    [ROLE_IDLE] = {67, 12, 6, 0, 0},
    [ROLE_STALE] = {173, 3, 3, 0, 0},
    [ROLE_LEAKED] = {167, 9, 1, 0, 0},
    [ROLE_UNLINKED] = {134, 13, 5, 0, 0},
    [ROLE_FREE] = {237, OWN, OWN, 0, DIM},
    [ROLE_USED] = {248, OWN, OWN, 0, 0},
    [ROLE_GOOD] = {71, 2, 2, 0, 0},
    [ROLE_WARN] = {179, 3, 3, 0, BOLD},
    [ROLE_BAD] = {167, 9, 1, 0, BOLD},
    [ROLE_MARK] = {179, 3, 3, BOLD, BOLD},
    [ROLE_ESCAPED] = {179, 3, 3, 0, 0},
    [ROLE_NAN] = {134, 13, 5, 0, 0},
    [ROLE_INF] = {167, 9, 1, 0, 0},
    [ROLE_INPUT] = {SELECTED_TEXT, OWN, OWN, 0, UNDERLINE},
    [ROLE_BUTTON] = {OWN, OWN, OWN, BOLD, BOLD},
};

static short color_of(enum theme_depth depth, enum role role)
{
    switch (depth) {
    case THEME_256:
        return roles[role].color256;
    case THEME_16:
        return roles[role].color16;
    case THEME_8:
        return roles[role].color8;
    case THEME_MONOCHROME:
        break;
    }
    return OWN;
}

/*
 * The cursor row is dark grey where there is one (its text then needs a colour of its own: the terminal's may
 * be black), else reverse in one colour, for reversed colours and dim text are hard to read. A button in
 * focus is always reverse.
 */
static void look_select(struct look *look, enum theme_depth depth, enum role role)
{
    if (depth != THEME_256 || role == ROLE_BUTTON) {
        look->foreground = look->background = OWN;
        look->reverse = true;
        look->dim = false;
        return;
    }
    look->background = SELECTED_BACKGROUND;
    if (look->foreground == OWN)
        look->foreground = SELECTED_TEXT;
    else if (role == ROLE_DIM || role == ROLE_TITLE)
        look->foreground = SELECTED_DIM;
}

struct look theme_look(enum theme_depth depth, enum role role, uint8_t flags)
{
    uint8_t attributes = depth == THEME_256 ? roles[role].attributes256 : roles[role].attributes;
    struct look look = {
        .foreground = color_of(depth, role),
        .background = depth == THEME_256 && role == ROLE_INPUT ? FIELD_BACKGROUND : OWN,
        .bold = (attributes & BOLD) || (flags & CELL_BOLD),
        .dim = attributes & DIM,
        .underline = (attributes & UNDERLINE) || (flags & CELL_UNDERLINE),
    };

    if (flags & CELL_SELECTED)
        look_select(&look, depth, role);
    return look;
}
