#include "tui/view/columns.h"

#include <stdio.h>
#include <string.h>

struct kind {
    enum column column; /* COLUMN_COUNT: no column of the catalog's (the bar) */
    enum role role;
    int width, gap; /* gap: blanks in front */
};

static const struct kind kinds[SHOWN_COUNT] = {
    [SHOWN_NAME] = {COLUMN_NAME, ROLE_TEXT, 9, 0},    [SHOWN_SIZE] = {COLUMN_SIZE, ROLE_TEXT, 6, 1},
    [SHOWN_BAR] = {COLUMN_COUNT, ROLE_USED, 3, 1},    [SHOWN_ALLOCATED] = {COLUMN_ALLOCATED, ROLE_DIM, 7, 1},
    [SHOWN_TYPE] = {COLUMN_TYPE, ROLE_TYPE, 8, 2},    [SHOWN_SHAPE] = {COLUMN_SHAPE, ROLE_TEXT, 16, 2},
    [SHOWN_OWNER] = {COLUMN_OWNER, ROLE_DIM, 8, 2},   [SHOWN_GROUP] = {COLUMN_GROUP, ROLE_DIM, 8, 2},
    [SHOWN_MODE] = {COLUMN_MODE, ROLE_DIM, 4, 2},     [SHOWN_AGE] = {COLUMN_AGE, ROLE_DIM, 6, 1},
    [SHOWN_LAYOUT] = {COLUMN_LAYOUT, ROLE_DIM, 9, 2},
};

/* --- fitting --- */

static int taken(const struct columns *columns)
{
    int sum = COLUMNS_GUTTER;
    for (int i = 0; i < SHOWN_COUNT; i++)
        if (columns->width[i] > 0)
            sum += columns->width[i] + kinds[i].gap;
    return sum;
}

/* Shows a column where it leaves `spare` columns free. */
static void try_column(struct columns *columns, enum shown_column column, int room, int spare)
{
    columns->width[column] = kinds[column].width;
    if (taken(columns) + spare > room)
        columns->width[column] = 0;
}

/* Gives a column up to `most` columns of what is free. */
static void widen(struct columns *columns, enum shown_column column, int room, int most)
{
    int more = room - taken(columns);
    if (more > most)
        more = most;
    if (columns->width[column] > 0 && more > 0)
        columns->width[column] += more;
}

void columns_fit(struct columns *columns, int width)
{
    static const enum shown_column needed[] = {SHOWN_SIZE, SHOWN_SHAPE, SHOWN_TYPE, SHOWN_AGE, SHOWN_OWNER};
    static const enum shown_column wanted[] = {SHOWN_MODE, SHOWN_LAYOUT, SHOWN_GROUP};
    int room = width - 1; /* the last column stays blank */
    *columns = (struct columns){0};
    columns->width[SHOWN_NAME] = kinds[SHOWN_NAME].width;
    if (taken(columns) > room) {
        columns->width[SHOWN_NAME] = room > COLUMNS_GUTTER ? room - COLUMNS_GUTTER : 0;
        return;
    }
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
        try_column(columns, needed[i], room, 0);
    widen(columns, SHOWN_NAME, room, 3);
    try_column(columns, SHOWN_BAR, room, 6);
    try_column(columns, SHOWN_ALLOCATED, room, 10);
    widen(columns, SHOWN_NAME, room, 10);
    widen(columns, SHOWN_BAR, room, 5);
    widen(columns, SHOWN_SHAPE, room, 2);
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
        try_column(columns, wanted[i], room, 0);
    widen(columns, SHOWN_NAME, room, 12);
    widen(columns, SHOWN_TYPE, room, 2);
    widen(columns, SHOWN_SHAPE, room, 10);
    widen(columns, SHOWN_BAR, room, 4);
    widen(columns, SHOWN_NAME, room, 30);
}

/* --- drawing --- */

bool columns_name(const char *raw, bool ascii, char *buf, size_t size)
{
    name_escape(raw, strlen(raw), ascii, buf, size);
    return strcmp(raw, buf) != 0;
}

static void draw_heading(enum shown_column shown, struct cells *cells, int y, int x, int width,
                         bool is_sorted, bool descending)
{
    if (kinds[shown].column == COLUMN_COUNT)
        return;
    const struct column_info *info = column_info(kinds[shown].column);
    const char *arrow = descending ? (cells->ascii ? "v" : "↓") : (cells->ascii ? "^" : "↑");
    char text[64];
    snprintf(text, sizeof text, "%s%s%s", info->heading, is_sorted ? " " : "", is_sorted ? arrow : "");
    enum role role = is_sorted ? ROLE_SORTED : ROLE_TITLE;
    if (info->right)
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

static enum role letter_role(char letter)
{
    switch (letter) {
    case '!':
        return ROLE_WARN;
    case '+':
        return ROLE_GOOD;
    case 'w':
        return ROLE_LIVE;
    default:
        return ROLE_DIM;
    }
}

static void draw_gutter(struct cells *cells, int y, int x, const struct row *row, int64_t now)
{
    if (row->marked)
        cells_put(cells, y, x + 1, 1, ROLE_MARK, CELL_BOLD, "*");
    char letter[2] = {row_letter(row, now), '\0'};
    cells_put(cells, y, x + 2, 1, letter_role(letter[0]), CELL_BOLD, letter);
}

static void draw_name(struct cells *cells, int y, int x, int width, const struct row *row)
{
    char name[NAME_PRINTABLE_MAX];
    bool escaped = columns_name(row->name, cells->ascii, name, sizeof name);
    enum role role = escaped ? ROLE_ESCAPED : row->marked ? ROLE_MARK : ROLE_TEXT;
    cells_put_cut(cells, y, x, width, role, 0, name);
}

static void draw_text(struct cells *cells, int y, int x, int width, enum shown_column shown,
                      const struct row *row, const struct column_style *style)
{
    char text[512];
    const struct kind *kind = &kinds[shown];
    if (shown == SHOWN_SHAPE && row->damage) {
        cells_put_cut(cells, y, x, width, ROLE_WARN, 0, row->damage);
        return;
    }
    column_text(kind->column, row, style, text, sizeof text);
    if (column_info(kind->column)->right)
        cells_put_right(cells, y, x, width, kind->role, 0, text);
    else
        cells_put_cut(cells, y, x, width, kind->role, 0, text);
}

/* A damaged row's reason takes the places of type and shape: neither is known. */
static int damage_place(const struct columns *columns, int *x)
{
    if (columns->width[SHOWN_TYPE] == 0)
        return columns->width[SHOWN_SHAPE];
    *x -= columns->width[SHOWN_TYPE] + kinds[SHOWN_SHAPE].gap;
    return columns->width[SHOWN_TYPE] + kinds[SHOWN_SHAPE].gap + columns->width[SHOWN_SHAPE];
}

void columns_draw_row(const struct columns *columns, struct cells *cells, struct rect line,
                      const struct row *row, uint64_t largest, const struct table_style *style)
{
    struct column_style text_style = {.ascii = cells->ascii, .now = style->wall, .users = style->users};
    draw_gutter(cells, line.y, line.x, row, style->now);
    int x = line.x + COLUMNS_GUTTER;
    for (int i = 0; i < SHOWN_COUNT; i++) {
        int width = columns->width[i];
        if (width == 0)
            continue;
        x += kinds[i].gap;
        if (i == SHOWN_NAME) {
            draw_name(cells, line.y, x, width, row);
        } else if (i == SHOWN_BAR) {
            cells_bar(cells, line.y, x, width, row->allocated, largest, ROLE_USED);
        } else if (i == SHOWN_SHAPE && row->damage) {
            int start = x, place = damage_place(columns, &start);
            draw_text(cells, line.y, start, place, SHOWN_SHAPE, row, &text_style);
        } else {
            draw_text(cells, line.y, x, width, (enum shown_column)i, row, &text_style);
        }
        x += width;
    }
}
