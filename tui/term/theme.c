#include "tui/term/theme.h"

#define OWN                 -1
#define SELECTED_BACKGROUND 236
#define SELECTED_TEXT       255
#define SELECTED_DIM        248
#define FIELD_BACKGROUND    237

#define BOLD      1
#define DIM       2
#define UNDERLINE 4

#define BLACK  16 /* of the colours that no user's palette changes */
#define WHITE  231
#define ORANGE 208

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
    [ROLE_NAN] = {179, 3, 3, 0, 0},
    [ROLE_INF] = {170, 13, 5, 0, 0},
    [ROLE_INPUT] = {SELECTED_TEXT, OWN, OWN, 0, UNDERLINE},
    [ROLE_BUTTON] = {OWN, OWN, OWN, BOLD, BOLD},
    [ROLE_COLD] = {74, 14, 6, 0, 0},
    [ROLE_HOT] = {167, 9, 1, 0, 0},
};

/*
 * Of the 240 colours that every palette of 256 has. The scale with a middle goes from blue by white to red,
 * as even in lightness (OKLab) as may be, and keeps its two hues: where only a violet or a peach would lie
 * between two of its colours, two levels share one instead. The other one rises in lightness throughout.
 */
static const struct {
    uint8_t color, text;
} heats[HEAT_COUNT] = {
    [1] = {25, WHITE},
    {26, WHITE},
    {32, BLACK},
    {68, BLACK},
    {75, BLACK},
    {75, BLACK},
    {111, BLACK},
    {111, BLACK},
    {153, BLACK},
    {153, BLACK},
    {255, BLACK},
    {224, BLACK},
    {224, BLACK},
    {217, BLACK},
    {217, BLACK},
    {210, BLACK},
    {210, BLACK},
    {203, BLACK},
    {167, BLACK},
    {160, WHITE},
    {124, WHITE},
    [1 + HEAT_LEVELS] = {17, WHITE},
    {18, WHITE},
    {19, WHITE},
    {24, WHITE},
    {25, WHITE},
    {26, WHITE},
    {31, BLACK},
    {32, BLACK},
    {37, BLACK},
    {38, BLACK},
    {73, BLACK},
    {44, BLACK},
    {79, BLACK},
    {80, BLACK},
    {115, BLACK},
    {116, BLACK},
    {152, BLACK},
    {158, BLACK},
    {194, BLACK},
    {195, BLACK},
    {230, BLACK},
    [HEAT_NAN] = {220, BLACK},
    [HEAT_INF] = {207, BLACK},
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

/* --- heat --- */

short theme_heat_color(uint8_t heat)
{
    return heat > 0 && heat < HEAT_COUNT ? heats[heat].color : OWN;
}

uint8_t theme_heat_coarse(uint8_t heat, unsigned step)
{
    unsigned first = heat > HEAT_LEVELS ? 1 + HEAT_LEVELS : 1;

    if (heat == 0 || heat >= HEAT_NAN)
        return heat;
    return (uint8_t)(first + (heat - first + step / 2) / step * step);
}

static bool is_rising(uint8_t heat)
{
    return heat > HEAT_LEVELS && heat < HEAT_NAN;
}

/* The scale that rises has no warm colour, the other one has no dark one. */
static void look_select_heat(struct look *look, const struct cell *cell)
{
    bool rising = is_rising(cell->heat) || is_rising(cell->upper);

    look->background = rising ? ORANGE : BLACK;
    look->foreground = rising ? BLACK : WHITE;
    if (cell->upper > 0)
        look->foreground = look->background; /* both halves */
    look->bold = true;
}

struct look theme_cell_look(enum theme_depth depth, const struct cell *cell)
{
    struct look look = theme_look(depth, (enum role)cell->role, cell->flags);

    if (depth != THEME_256 || (cell->heat == 0 && cell->upper == 0))
        return look;
    look.reverse = look.dim = false;
    if (cell->flags & CELL_SELECTED) {
        look_select_heat(&look, cell);
        return look;
    }
    look.background = theme_heat_color(cell->heat);
    look.foreground = cell->upper > 0 ? theme_heat_color(cell->upper) : heats[cell->heat].text;
    return look;
}
