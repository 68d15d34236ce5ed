#include "tui/view/columns.h"

#include <stdio.h>
#include <string.h>

#include "core/catalog/evidence.h"
#include "core/catalog/letter.h"

struct kind {
    enum column column; /* COLUMN_COUNT: no column of the catalog's (the bar) */
    enum role role;
    int width, most, gap; /* least and most columns; blanks in front */
    const char *heading;  /* NULL: the catalog's */
};

static const struct kind kinds[SHOWN_COUNT] = {
    [SHOWN_NAME] = {COLUMN_NAME, ROLE_TEXT, 9, 64, 0, NULL},
    [SHOWN_SIZE] = {COLUMN_SIZE, ROLE_TEXT, 6, 6, 1, NULL},
    [SHOWN_GROWTH] = {COLUMN_GROWTH, ROLE_LIVE, 8, 8, 1, NULL},
    [SHOWN_BAR] = {COLUMN_COUNT, ROLE_USED, 4, 12, 1, NULL},
    [SHOWN_ALLOCATED] = {COLUMN_ALLOCATED, ROLE_DIM, 7, 7, 1, NULL},
    [SHOWN_TYPE] = {COLUMN_TYPE, ROLE_TYPE, 7, 12, 2, NULL},
    [SHOWN_SHAPE] = {COLUMN_SHAPE, ROLE_TEXT, 9, 26, 2, NULL},
    [SHOWN_OWNER] = {COLUMN_OWNER, ROLE_DIM, 5, 12, 2, NULL},
    [SHOWN_GROUP] = {COLUMN_GROUP, ROLE_DIM, 7, 12, 2, NULL},
    [SHOWN_MODE] = {COLUMN_MODE, ROLE_DIM, 4, 6, 2, NULL},
    [SHOWN_AGE] = {COLUMN_AGE, ROLE_DIM, 5, 6, 1, NULL},
    [SHOWN_LAYOUT] = {COLUMN_LAYOUT, ROLE_DIM, 8, 11, 2, NULL},
    [SHOWN_STATE] = {COLUMN_STATE, ROLE_TEXT, 8, 8, 2, NULL},
    [SHOWN_PRODUCER] = {COLUMN_PRODUCER, ROLE_DIM, 10, 16, 2, NULL},
    [SHOWN_HELD] = {COLUMN_HOLDERS, ROLE_TEXT, 7, 40, 2, "HELD BY"},
};

enum column columns_column(enum shown_column shown)
{
    return kinds[shown].column;
}

const char *columns_title(enum shown_column shown)
{
    if (shown == SHOWN_BAR)
        return "bar";
    return shown == SHOWN_HELD ? "held by" : column_info(kinds[shown].column)->key;
}

static const char *heading_of(enum shown_column shown)
{
    if (shown == SHOWN_BAR)
        return "";
    return kinds[shown].heading ? kinds[shown].heading : column_info(kinds[shown].column)->heading;
}

enum column columns_neighbour(const struct columns *columns, enum column column, int step)
{
    int at = 0;
    while (at < SHOWN_COUNT && kinds[at].column != column)
        at++;
    if (at == SHOWN_COUNT) /* sorted by what is not among them: from the first, or the last */
        at = step > 0 ? -1 : 0;
    for (int i = 0; i < SHOWN_COUNT; i++) {
        at = (at + step + SHOWN_COUNT) % SHOWN_COUNT;
        if (columns->width[at] > 0 && kinds[at].column != COLUMN_COUNT)
            return kinds[at].column;
    }
    return column;
}

/* --- fitting --- */

/* What follows a name that is no name any more, or not yet. */
static const char *name_suffix(const struct row *row)
{
    return row->loading ? " (loading)" : row->state == STATE_UNLINKED ? " (unlinked)" : "";
}

static void cell_text(enum shown_column shown, const struct row *row, const struct table_style *style,
                      char *buf, size_t size)
{
    struct column_style text_style = {.ascii = style->ascii, .now = style->wall, .users = style->users};
    if (shown == SHOWN_HELD)
        holders_text(row, style->ascii, buf, size);
    else
        column_text(kinds[shown].column, row, &text_style, buf, size);
}

/* A damaged row's reason takes the places of type and shape: neither is known. */
static int damage_need(const struct columns_need *need, const struct row *row)
{
    int width = row->damage ? text_width(row->damage) : 0, most = kinds[SHOWN_SHAPE].most;
    width -= need->width[SHOWN_TYPE] + kinds[SHOWN_SHAPE].gap;
    return width < most ? width : most;
}

void columns_need_row(struct columns_need *need, const struct row *row, const struct table_style *style)
{
    char text[NAME_PRINTABLE_MAX];
    for (int i = 0; i < SHOWN_COUNT; i++) {
        if (i == SHOWN_BAR || need->width[i] >= kinds[i].most)
            continue;
        cell_text((enum shown_column)i, row, style, text, sizeof text);
        int width = text_width(text) + (i == SHOWN_NAME ? text_width(name_suffix(row)) : 0);
        if (width > need->width[i])
            need->width[i] = width;
    }
    if (damage_need(need, row) > need->width[SHOWN_SHAPE])
        need->width[SHOWN_SHAPE] = damage_need(need, row);
}

/* A fit under way. */
struct fit {
    struct columns *columns;
    int room;
    int most[SHOWN_COUNT]; /* columns that each can use */
    const struct columns_choice *choice;
};

static int taken(const struct columns *columns)
{
    int sum = COLUMNS_GUTTER;
    for (int i = 0; i < SHOWN_COUNT; i++)
        if (columns->width[i] > 0)
            sum += columns->width[i] + kinds[i].gap;
    return sum;
}

/* Shows a column where it leaves `spare` columns free. */
static void try_column(const struct fit *fit, enum shown_column shown, int spare)
{
    int *width = &fit->columns->width[shown];
    if (*width > 0 || fit->choice->off & 1u << shown)
        return;
    *width = kinds[shown].width;
    if (taken(fit->columns) + spare > fit->room)
        *width = 0;
}

/* Gives a column what is free, up to a width of `most` and no more than it can use. */
static void widen(const struct fit *fit, enum shown_column shown, int most)
{
    int *width = &fit->columns->width[shown], more = fit->room - taken(fit->columns);
    if (most > fit->most[shown])
        most = fit->most[shown];
    if (more > most - *width)
        more = most - *width;
    if (*width > 0 && more > 0)
        *width += more;
}

static void find_most(struct fit *fit, const struct columns_need *need, enum column sorted)
{
    for (int i = 0; i < SHOWN_COUNT; i++) {
        int heading = text_width(heading_of((enum shown_column)i)) + (kinds[i].column == sorted ? 2 : 0);
        int most = need->width[i] > heading ? need->width[i] : heading;
        fit->most[i] = i == SHOWN_BAR || most > kinds[i].most ? kinds[i].most : most;
    }
}

/* What must be seen, then what was chosen. */
static void show_needed(const struct fit *fit)
{
    static const enum shown_column needed[] = {SHOWN_HELD, SHOWN_TYPE, SHOWN_SHAPE, SHOWN_AGE, SHOWN_OWNER};
    try_column(fit, SHOWN_SIZE, 0);
    for (int i = 0; i < SHOWN_COUNT; i++)
        if (fit->choice->on & 1u << i)
            try_column(fit, (enum shown_column)i, 0);
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
        try_column(fit, needed[i], 0);
}

/* Shares out what is free, in turns: what is read first gets its own first. */
static void share(const struct fit *fit)
{
    static const struct {
        enum shown_column shown;
        int most, spare; /* spare 0: widen only; else shown first where so much stays free */
    } turns[] = {
        {SHOWN_NAME, 12, 0},     {SHOWN_AGE, 6, 0},    {SHOWN_TYPE, 10, 0},  {SHOWN_OWNER, 8, 0},
        {SHOWN_SHAPE, 13, 0},    {SHOWN_HELD, 11, 0},  {SHOWN_NAME, 16, 0},  {SHOWN_HELD, 18, 0},
        {SHOWN_NAME, 20, 0},     {SHOWN_SHAPE, 16, 0}, {SHOWN_BAR, 6, 1},    {SHOWN_ALLOCATED, 7, 1},
        {SHOWN_BAR, 8, 0},       {SHOWN_NAME, 28, 0},  {SHOWN_SHAPE, 20, 0}, {SHOWN_MODE, 6, 1},
        {SHOWN_LAYOUT, 11, 1},   {SHOWN_GROUP, 12, 1}, {SHOWN_OWNER, 12, 0}, {SHOWN_HELD, 40, 0},
        {SHOWN_NAME, 64, 0},     {SHOWN_SHAPE, 26, 0}, {SHOWN_TYPE, 12, 0},  {SHOWN_STATE, 8, 0},
        {SHOWN_PRODUCER, 16, 0}, {SHOWN_BAR, 12, 0},
    };
    for (size_t i = 0; i < sizeof turns / sizeof turns[0]; i++) {
        if (turns[i].spare > 0)
            try_column(fit, turns[i].shown, turns[i].spare);
        widen(fit, turns[i].shown, turns[i].most);
    }
}

void columns_fit(struct columns *columns, int width, const struct columns_need *need,
                 const struct columns_choice *choice, enum column sorted)
{
    struct fit fit = {.columns = columns, .room = width - 1, .choice = choice}; /* the last stays blank */
    *columns = (struct columns){0};
    find_most(&fit, need, sorted);
    columns->width[SHOWN_NAME] = kinds[SHOWN_NAME].width;
    if (taken(columns) > fit.room) {
        columns->width[SHOWN_NAME] = fit.room > COLUMNS_GUTTER ? fit.room - COLUMNS_GUTTER : 0;
        return;
    }
    show_needed(&fit);
    share(&fit);
}

/* --- drawing --- */

bool columns_name(const char *raw, bool ascii, char *buf, size_t size)
{
    name_escape(raw, strlen(raw), ascii, buf, size);
    return strcmp(raw, buf) != 0;
}

static bool is_right(enum shown_column shown)
{
    return shown != SHOWN_HELD && column_info(kinds[shown].column)->right;
}

static void draw_heading(enum shown_column shown, struct cells *cells, int y, int x, int width,
                         bool is_sorted, bool descending)
{
    if (shown == SHOWN_BAR)
        return;
    const char *arrow = descending ? (cells->ascii ? "v" : "↓") : (cells->ascii ? "^" : "↑");
    char text[64];
    if (is_sorted) /* the arrow is seen, whatever must go */
        snprintf(text, sizeof text, "%.*s %s", width > 2 ? width - 2 : 0, heading_of(shown), arrow);
    else
        snprintf(text, sizeof text, "%s", heading_of(shown));
    enum role role = is_sorted ? ROLE_SORTED : ROLE_TITLE;
    if (is_right(shown))
        cells_put_right(cells, y, x, width, role, CELL_UNDERLINE, text);
    else
        cells_put(cells, y, x, width, role, CELL_UNDERLINE, text);
}

void columns_draw_headings(const struct columns *columns, struct cells *cells, struct rect line,
                           enum column sorted, bool descending)
{
    cells_fill(cells, (struct rect){line.y, line.x, 1, line.width}, ROLE_TITLE, CELL_UNDERLINE, " ");
    int x = line.x + COLUMNS_GUTTER;
    for (int i = 0; i < SHOWN_COUNT; i++) {
        if (columns->width[i] == 0)
            continue;
        x += kinds[i].gap;
        draw_heading((enum shown_column)i, cells, line.y, x, columns->width[i], kinds[i].column == sorted,
                     descending);
        x += columns->width[i];
    }
}

enum role columns_state_role(uint8_t state)
{
    static const enum role roles[STATE_COUNT] = {
        [STATE_UNKNOWN] = ROLE_USED, [STATE_LIVE] = ROLE_LIVE,     [STATE_IDLE] = ROLE_IDLE,
        [STATE_STALE] = ROLE_STALE,  [STATE_LEAKED] = ROLE_LEAKED, [STATE_UNLINKED] = ROLE_UNLINKED,
    };
    return roles[state];
}

/* What is being loaded lives, whatever its name. */
static enum role row_role(const struct row *row)
{
    return row->loading ? ROLE_LIVE : columns_state_role(row->state);
}

enum role columns_letter_role(char letter)
{
    switch (letter) {
    case '!':
        return ROLE_WARN;
    case '+':
        return ROLE_GOOD;
    case 'w':
        return ROLE_LIVE;
    case 'P':
        return ROLE_DIM;
    default:
        return ROLE_TEXT;
    }
}

/* '!' even of what is leaked. */
static enum role letter_role(char letter, const struct row *row)
{
    enum role role = columns_letter_role(letter);
    return role == ROLE_TEXT ? row_role(row) : role;
}

static void draw_gutter(struct cells *cells, int y, int x, const struct row *row, bool marked, int64_t now)
{
    if (marked)
        cells_put(cells, y, x, 1, ROLE_MARK, CELL_BOLD, "*");
    char letter[2] = {row_letter(row, now), '\0'};
    cells_put(cells, y, x + 1, 1, letter_role(letter[0], row), CELL_BOLD, letter);
    if (row->doubtful)
        cells_put(cells, y, x + 2, 1, row_role(row), CELL_BOLD, "?");
}

static void draw_name(struct cells *cells, int y, int x, int width, const struct row *row, bool marked)
{
    char name[NAME_PRINTABLE_MAX];
    bool escaped = columns_name(row->name, cells->ascii, name, sizeof name);
    enum role role = escaped ? ROLE_ESCAPED : marked ? ROLE_MARK : ROLE_TEXT;
    int used = cells_put_cut(cells, y, x, width, role, 0, name);
    const char *suffix = name_suffix(row);
    if (suffix[0] && used + text_width(suffix) <= width)
        cells_put(cells, y, x + used, width - used, ROLE_DIM, 0, suffix);
}

/* In the colour of the state where that is more than "somebody" or "nobody". */
static enum role cell_role(enum shown_column shown, const struct row *row)
{
    if (shown == SHOWN_STATE || (shown == SHOWN_HELD && row->state >= STATE_STALE))
        return row_role(row);
    return kinds[shown].role;
}

/* "nobody · 4711 gone" where there is no room for it: who is gone says that nobody is there. */
static const char *shorter(const char *text, int width)
{
    const char *point = strstr(text, " · ");
    return point && text_width(text) > width ? point + strlen(" · ") : text;
}

static void draw_cell(struct cells *cells, int y, int x, int width, enum shown_column shown,
                      const struct row *row, const struct table_style *style)
{
    char text[512];
    enum role role = cell_role(shown, row);
    cell_text(shown, row, style, text, sizeof text);
    if (is_right(shown))
        cells_put_right(cells, y, x, width, role, 0, text);
    else
        cells_put_cut(cells, y, x, width, role, 0, shown == SHOWN_HELD ? shorter(text, width) : text);
}

static void draw_damage(const struct columns *columns, struct cells *cells, int y, int x, const char *damage)
{
    int width = columns->width[SHOWN_SHAPE], more = columns->width[SHOWN_TYPE];
    if (more > 0) {
        x -= more + kinds[SHOWN_SHAPE].gap;
        width += more + kinds[SHOWN_SHAPE].gap;
    }
    cells_put_cut(cells, y, x, width, ROLE_WARN, 0, damage);
}

void columns_draw_row(const struct columns *columns, struct cells *cells, struct rect line,
                      const struct row *row, bool marked, uint64_t largest, const struct table_style *style)
{
    draw_gutter(cells, line.y, line.x, row, marked, style->now);
    int x = line.x + COLUMNS_GUTTER;
    for (int i = 0; i < SHOWN_COUNT; i++) {
        int width = columns->width[i];
        if (width == 0)
            continue;
        x += kinds[i].gap;
        if (i == SHOWN_NAME)
            draw_name(cells, line.y, x, width, row, marked);
        else if (i == SHOWN_BAR)
            cells_bar(cells, line.y, x, width, row->allocated, largest, row_role(row));
        else if (i == SHOWN_SHAPE && row->damage)
            draw_damage(columns, cells, line.y, x, row->damage);
        else
            draw_cell(cells, line.y, x, width, (enum shown_column)i, row, style);
        x += width;
    }
}

void columns_group_text(const struct group *group, enum grouping by, const struct table_style *style,
                        char *buf, size_t size)
{
    const char *name = by == GROUPING_OWNER && style->users ? users_name(style->users, group->uid) : NULL;
    if (group->unknown)
        snprintf(buf, size, by == GROUPING_OWNER ? "owner not known" : "producer not known");
    else if (group->producer)
        name_escape(group->producer->label, strlen(group->producer->label), style->ascii, buf, size);
    else if (name)
        snprintf(buf, size, "%s", name);
    else
        snprintf(buf, size, "uid %u", (unsigned)group->uid);
}

/* Where a column begins, in a line whose names begin at x. */
static int column_x(const struct columns *columns, int x, enum shown_column shown)
{
    for (int i = 0; i < (int)shown; i++)
        if (columns->width[i] > 0)
            x += columns->width[i] + kinds[i].gap;
    return x + kinds[shown].gap;
}

/* The subtotal is of memory: below what each takes, where that is shown. */
static enum shown_column subtotal_column(const struct columns *columns)
{
    return columns->width[SHOWN_ALLOCATED] > 0 ? SHOWN_ALLOCATED : SHOWN_SIZE;
}

void columns_draw_group(const struct columns *columns, struct cells *cells, struct rect line,
                        const struct group *group, enum grouping by, const struct table_style *style)
{
    char name[NAME_PRINTABLE_MAX], bytes[24], count[96];
    int x = line.x + COLUMNS_GUTTER, right = line.x + line.width - 1;
    if (group->marked > 0)
        cells_put(cells, line.y, line.x, 1, ROLE_MARK, CELL_BOLD, group->marked == group->count ? "*" : "·");
    cells_put(cells, line.y, line.x + 1, 1, ROLE_DIM, 0, group->folded ? "▸" : "▾");
    columns_group_text(group, by, style, name, sizeof name);
    cells_put_cut(cells, line.y, x, columns->width[SHOWN_NAME], ROLE_STRONG, CELL_BOLD, name);
    format_bytes(group->bytes, bytes, sizeof bytes);
    enum shown_column subtotal = subtotal_column(columns);
    if (columns->width[subtotal] > 0)
        cells_put_right(cells, line.y, column_x(columns, x, subtotal), columns->width[subtotal], ROLE_STRONG,
                        CELL_BOLD, bytes);
    int used = snprintf(count, sizeof count, "%zu segment%s", group->count, group->count == 1 ? "" : "s");
    if (group->marked > 0)
        snprintf(count + used, sizeof count - (size_t)used, ", %zu marked", group->marked);
    x = column_x(columns, x, SHOWN_TYPE); /* below the first column behind the sizes */
    if (x < right)
        cells_put_cut(cells, line.y, x, right - x, ROLE_DIM, 0, count);
}
