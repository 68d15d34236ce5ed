#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/term/cells.h"
#include "tui/term/width.h"

#define SIZE_LIMIT      1000
#define FIELD_LIMIT     (4 * SIZE_LIMIT) /* nothing longer or farther away is of use */
#define COMBINING_LIMIT 4

/* What is put at once: a base character with its combining ones. */
struct glyph {
    char text[CELL_TEXT_MAX];
    int width;
};

static const struct cell blank_cell = {.text = " ", .width = 1, .role = ROLE_TEXT};

static int clamp(int value, int low, int high)
{
    return value < low ? low : value > high ? high : value;
}

void cells_resize(struct cells *cells, int rows, int columns)
{
    rows = clamp(rows, 1, SIZE_LIMIT);
    columns = clamp(columns, 1, SIZE_LIMIT);
    if (cells->grid == NULL || rows != cells->rows || columns != cells->columns) {
        free(cells->grid);
        cells->grid = malloc((size_t)rows * (size_t)columns * sizeof(*cells->grid));
        assert(cells->grid != NULL);
    }
    cells->rows = rows;
    cells->columns = columns;
    cells_clear(cells);
}

void cells_free(struct cells *cells)
{
    free(cells->grid);
    *cells = (struct cells){.cursor_y = -1, .cursor_x = -1};
}

void cells_clear(struct cells *cells)
{
    size_t n = (size_t)cells->rows * (size_t)cells->columns;

    for (size_t i = 0; i < n; i++)
        cells->grid[i] = blank_cell;
    cells->cursor_y = cells->cursor_x = -1;
}

/* --- one character --- */

/* What the views draw with and ASCII lacks. */
static char ascii_of(uint32_t code)
{
    static const struct {
        uint32_t code;
        char ascii;
    } table[] = {
        /* · × – — • … ← ↑ → ↓ − ∞ */
        {0x00b7, '.'},
        {0x00d7, 'x'},
        {0x2013, '-'},
        {0x2014, '-'},
        {0x2022, '*'},
        {0x2026, '~'},
        {0x2190, '<'},
        {0x2191, '^'},
        {0x2192, '>'},
        {0x2193, 'v'},
        {0x2212, '-'},
        {0x221e, '^'},
        /* ■ ▲ ▶ ▸ ▼ ▾ ○ ● */
        {0x25a0, '#'},
        {0x25b2, '^'},
        {0x25b6, '>'},
        {0x25b8, '>'},
        {0x25bc, 'v'},
        {0x25be, 'v'},
        {0x25cb, 'o'},
        {0x25cf, '*'},
    };

    if (code >= 0x2500 && code < 0x2580) { /* lines: the straight ones, else a corner */
        if (code < 0x250c)
            return code & 2 ? '|' : '-';
        return code == 0x2550 ? '-' : code == 0x2551 ? '|' : '+';
    }
    if (code >= 0x2580 && code < 0x25a0)
        return '#';
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        if (table[i].code == code)
            return table[i].ascii;
    return '?';
}

static void glyph_set(struct glyph *glyph, uint32_t code, int width, bool ascii)
{
    memset(glyph, 0, sizeof(*glyph));
    utf8_encode(ascii && code >= 0x80 ? (uint32_t)ascii_of(code) : code, glyph->text);
    glyph->width = width;
}

/* Joiners and variation selectors change the width of what is before them on some terminals and not on
 * others. */
static bool alters_width(uint32_t code)
{
    return code == 0x200c || code == 0x200d || (code >= 0xfe00 && code <= 0xfe0f) || code >= 0xe0100;
}

static size_t glyph_combine(struct glyph *glyph, const char *text, bool ascii)
{
    size_t used = 0, length = strlen(glyph->text), n;
    uint32_t code;

    for (int count = 0; (n = utf8_decode(text + used, &code)) > 0 && character_width(code) == 0; used += n) {
        if (ascii || alters_width(code) || count == COMBINING_LIMIT || length + n >= CELL_TEXT_MAX)
            continue;
        memcpy(glyph->text + length, text + used, n);
        length += n;
        count++;
    }
    return used;
}

/* The next glyph of text; returns the bytes, 0 at the end. A combining character without a base gets a blank
 * as one. */
static size_t glyph_next(struct glyph *glyph, const char *text, bool ascii)
{
    uint32_t code;
    size_t n = utf8_decode(text, &code);
    int width;

    if (n == 0)
        return 0;
    if (code >= 0x20 && code < 0x7f && (unsigned char)text[n] < 0x80) { /* most of what is put */
        memset(glyph, 0, sizeof(*glyph));
        glyph->text[0] = (char)code;
        glyph->width = 1;
        return n;
    }
    width = character_width(code);
    if (width == 0) {
        glyph_set(glyph, ' ', 1, ascii);
        return glyph_combine(glyph, text, ascii);
    }
    if (width < 0)
        glyph_set(glyph, CHARACTER_REPLACEMENT, 1, ascii);
    else
        glyph_set(glyph, code, width, ascii);
    return n + glyph_combine(glyph, text + n, ascii);
}

int text_width(const char *text)
{
    struct glyph glyph;
    int width = 0;

    for (size_t n; (n = glyph_next(&glyph, text, false)) > 0; text += n)
        width += glyph.width;
    return width;
}

/* --- one cell --- */

static struct cell *cell_at(struct cells *cells, int y, int x)
{
    if (y < 0 || x < 0 || y >= cells->rows || x >= cells->columns)
        return NULL;
    return &cells->grid[(size_t)y * (size_t)cells->columns + (size_t)x];
}

/* Before a cell is written over: the other half of a wide character that stood there becomes a blank. */
static void cell_split(struct cells *cells, int y, int x)
{
    struct cell *cell = cell_at(cells, y, x), *other = NULL;

    if (cell == NULL || cell->width == 1)
        return;
    other = cell_at(cells, y, cell->width == 2 ? x + 1 : x - 1);
    if (other != NULL) {
        memcpy(other->text, blank_cell.text, sizeof(other->text));
        other->width = 1;
    }
}

static void cell_write(struct cells *cells, int y, int x, const char *text, int width, enum role role,
                       uint8_t flags)
{
    struct cell *cell = cell_at(cells, y, x);

    if (cell == NULL)
        return;
    cell_split(cells, y, x);
    memcpy(cell->text, text, sizeof(cell->text));
    cell->width = (uint8_t)width;
    cell->role = (uint8_t)role;
    cell->flags = flags;
    cell->heat = cell->upper = 0;
}

/* A wide glyph of which an edge would cut one half is two blanks instead; in ASCII it is one character twice.
 */
static void glyph_write(struct cells *cells, int y, int x, const struct glyph *glyph, enum role role,
                        uint8_t flags)
{
    static const char right_half[CELL_TEXT_MAX];
    const char *text = glyph->text;

    if (glyph->width == 2 && !cells->ascii) {
        if (cell_at(cells, y, x) && cell_at(cells, y, x + 1)) {
            cell_write(cells, y, x, text, 2, role, flags);
            cell_write(cells, y, x + 1, right_half, 0, role, flags);
            return;
        }
        text = blank_cell.text;
    }
    for (int i = 0; i < glyph->width; i++)
        cell_write(cells, y, x + i, text, 1, role, flags);
}

/* --- text --- */

/* The columns from x on that a field of this width has. */
static int field_width(const struct cells *cells, int x, int width)
{
    if (x >= cells->columns || x < -FIELD_LIMIT)
        return 0;
    return width < 0 || width > cells->columns - x ? cells->columns - x : width;
}

int cells_put(struct cells *cells, int y, int x, int width, enum role role, uint8_t flags, const char *text)
{
    struct glyph glyph;
    int used = 0;

    width = field_width(cells, x, width);
    for (size_t n; used < width && (n = glyph_next(&glyph, text, cells->ascii)) > 0; text += n) {
        if (used + glyph.width > width)
            break;
        glyph_write(cells, y, x + used, &glyph, role, flags);
        used += glyph.width;
    }
    return used;
}

int cells_putf(struct cells *cells, int y, int x, int width, enum role role, uint8_t flags,
               const char *format, ...)
{
    char text[FIELD_LIMIT + 1];
    va_list arguments;

    va_start(arguments, format);
    if (vsnprintf(text, sizeof(text), format, arguments) < 0)
        text[0] = '\0';
    va_end(arguments);
    return cells_put(cells, y, x, width, role, flags, text);
}

int cells_put_cut(struct cells *cells, int y, int x, int width, enum role role, uint8_t flags,
                  const char *text)
{
    int field = field_width(cells, x, width), used;

    if (text_width(text) <= field)
        return cells_put(cells, y, x, field, role, flags, text);
    if (field <= 0)
        return 0;
    used = cells_put(cells, y, x, field - 1, role, flags, text);
    return used + cells_put(cells, y, x + used, 1, role, flags, "…");
}

int cells_put_right(struct cells *cells, int y, int x, int width, enum role role, uint8_t flags,
                    const char *text)
{
    int field = field_width(cells, x, width), taken = text_width(text);

    if (taken > field)
        return cells_put_cut(cells, y, x, field, role, flags, text);
    cells_put(cells, y, x + field - taken, taken, role, flags, text);
    return field;
}

/* --- areas --- */

/* rect without what lies outside; empty: height or width 0. */
static struct rect rect_clip(const struct cells *cells, struct rect rect)
{
    long bottom = (long)rect.y + rect.height, right = (long)rect.x + rect.width;
    struct rect clipped = {.y = clamp(rect.y, 0, cells->rows), .x = clamp(rect.x, 0, cells->columns)};

    if (bottom > clipped.y)
        clipped.height = (int)(bottom < cells->rows ? bottom : cells->rows) - clipped.y;
    if (right > clipped.x)
        clipped.width = (int)(right < cells->columns ? right : cells->columns) - clipped.x;
    return clipped;
}

void cells_fill(struct cells *cells, struct rect rect, enum role role, uint8_t flags, const char *character)
{
    struct rect area = rect_clip(cells, rect);
    struct glyph glyph;

    if (glyph_next(&glyph, character, cells->ascii) == 0 || glyph.width != 1)
        glyph_set(&glyph, ' ', 1, false);
    for (int y = area.y; y < area.y + area.height; y++)
        for (int x = area.x; x < area.x + area.width; x++)
            cell_write(cells, y, x, glyph.text, 1, role, flags);
}

void cells_tint(struct cells *cells, struct rect rect, int role, uint8_t flags)
{
    struct rect area = rect_clip(cells, rect);

    for (int y = area.y; y < area.y + area.height; y++)
        for (int x = area.x; x < area.x + area.width; x++) {
            struct cell *cell = cell_at(cells, y, x);

            cell->flags |= flags;
            if (role >= 0 && role < ROLE_COUNT)
                cell->role = (uint8_t)role;
        }
}

void cells_put_heat(struct cells *cells, int y, int x, uint8_t upper, uint8_t lower)
{
    struct cell *cell = cell_at(cells, y, x);

    if (cell == NULL)
        return;
    cells_put(cells, y, x, 1, ROLE_TEXT, 0, cells->ascii ? " " : "▀");
    cell->upper = cells->ascii ? 0 : upper;
    cell->heat = cells->ascii ? upper : lower;
}

void cells_heat(struct cells *cells, struct rect rect, uint8_t heat)
{
    struct rect area = rect_clip(cells, rect);

    for (int y = area.y; y < area.y + area.height; y++)
        for (int x = area.x; x < area.x + area.width; x++)
            cell_at(cells, y, x)->heat = heat;
}

void cells_rule(struct cells *cells, int y, int x, int width, enum role role)
{
    int field = field_width(cells, x, width);

    cells_fill(cells, (struct rect){y, x, 1, field}, role, 0, "─");
}

void cells_box(struct cells *cells, struct rect rect, enum role role, const char *title)
{
    int bottom, right;

    rect.y = clamp(rect.y, -FIELD_LIMIT, FIELD_LIMIT);
    rect.x = clamp(rect.x, -FIELD_LIMIT, FIELD_LIMIT);
    rect.height = clamp(rect.height, 0, FIELD_LIMIT);
    rect.width = clamp(rect.width, 0, FIELD_LIMIT);
    if (rect.height == 0 || rect.width == 0)
        return;
    bottom = rect.y + rect.height - 1;
    right = rect.x + rect.width - 1;
    cells_fill(cells, rect, ROLE_TEXT, 0, " ");
    cells_fill(cells, (struct rect){rect.y, rect.x, 1, rect.width}, role, 0, "─");
    cells_fill(cells, (struct rect){bottom, rect.x, 1, rect.width}, role, 0, "─");
    cells_fill(cells, (struct rect){rect.y, rect.x, rect.height, 1}, role, 0, "│");
    cells_fill(cells, (struct rect){rect.y, right, rect.height, 1}, role, 0, "│");
    cells_put(cells, rect.y, rect.x, 1, role, 0, "┌");
    cells_put(cells, bottom, rect.x, 1, role, 0, "└");
    cells_put(cells, rect.y, right, 1, role, 0, "┐");
    cells_put(cells, bottom, right, 1, role, 0, "┘");
    if (title != NULL && title[0] != '\0' && rect.width > 6) {
        int used = cells_put_cut(cells, rect.y, rect.x + 3, rect.width - 6, ROLE_STRONG, 0, title);

        cells_put(cells, rect.y, rect.x + 2, 1, ROLE_STRONG, 0, " ");
        cells_put(cells, rect.y, rect.x + 3 + used, 1, ROLE_STRONG, 0, " ");
    }
}

/* part of whole in steps, rounded to the nearest. */
static int bar_steps(uint64_t part, uint64_t whole, int steps)
{
    if (whole == 0)
        return 0;
    if (part >= whole)
        return steps;
    return (int)(((unsigned __int128)part * (unsigned)steps + whole / 2) / whole);
}

void cells_bar(struct cells *cells, int y, int x, int width, uint64_t part, uint64_t whole, enum role role)
{
    static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    int field = field_width(cells, x, width), steps;

    if (field <= 0)
        return;
    if (cells->ascii) {
        cells_fill(cells, (struct rect){y, x, 1, bar_steps(part, whole, field)}, role, 0, "#");
        return;
    }
    steps = bar_steps(part, whole, field * 8);
    cells_fill(cells, (struct rect){y, x, 1, steps / 8}, role, 0, "█");
    if (steps % 8 != 0)
        cells_put(cells, y, x + steps / 8, 1, role, 0, eighths[steps % 8]);
}
