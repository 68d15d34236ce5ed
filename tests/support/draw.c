#include "tests/support/test.h"

#include "tests/support/draw.h"
#include "tui/term/width.h"

/* One letter a role, in the order of enum role; upper case where it is selected. */
static const char role_letters[] = "tdshokrybialufpgwbmenxvncz";

static size_t row_text(const struct cells *cells, int y, char *buf)
{
    size_t n = 0, end = 0;
    for (int x = 0; x < cells->columns; x++) {
        const struct cell *cell = &cells->grid[(size_t)y * (size_t)cells->columns + (size_t)x];
        size_t length = strlen(cell->text);
        memcpy(buf + n, cell->text, length);
        n += length;
        if (strcmp(cell->text, " ") != 0)
            end = n;
    }
    buf[end] = '\0';
    return end;
}

const char *draw_row(const struct cells *cells, int y)
{
    static char *kept[8];
    static unsigned next;
    next = (next + 1) % 8;
    free(kept[next]);
    kept[next] = calloc((size_t)cells->columns + 1, CELL_TEXT_MAX);
    assert_non_null(kept[next]);
    row_text(cells, y, kept[next]);
    return kept[next];
}

char *draw_text(const struct cells *cells)
{
    char *text = calloc((size_t)cells->rows, (size_t)cells->columns * CELL_TEXT_MAX + 2);
    size_t n = 0;
    assert_non_null(text);
    for (int y = 0; y < cells->rows; y++) {
        n += row_text(cells, y, text + n);
        text[n++] = '\n';
    }
    return text;
}

/* Blank: plain text, neither selected nor bold nor underlined. */
static char attribute_letter(const struct cell *cell)
{
    if (cell->width == 0 || (cell->role == ROLE_TEXT && cell->flags == 0))
        return ' ';
    char letter = cell->role < sizeof role_letters - 1 ? role_letters[cell->role] : '?';
    if (cell->flags & CELL_SELECTED)
        return (char)(letter - 'a' + 'A');
    if (cell->role == ROLE_TEXT)
        return cell->flags & CELL_BOLD ? '*' : '_';
    return letter;
}

static char heat_letter(uint8_t heat)
{
    if (heat == 0 || heat >= HEAT_NAN)
        return heat == 0 ? ' ' : heat == HEAT_NAN ? '#' : '^';
    return (char)(heat > HEAT_LEVELS ? 'a' + heat - 1 - HEAT_LEVELS : 'A' + heat - 1);
}

/* A line of heat, if there is any in the row. */
static size_t row_heat(const struct cells *cells, int y, bool upper, char *buf)
{
    size_t end = 0;
    for (int x = 0; x < cells->columns; x++) {
        const struct cell *cell = &cells->grid[(size_t)y * (size_t)cells->columns + (size_t)x];
        buf[x + 1] = heat_letter(upper ? cell->upper : cell->heat);
        if (buf[x + 1] != ' ')
            end = (size_t)x + 2;
    }
    if (end == 0)
        return 0;
    buf[0] = upper ? '"' : ':';
    buf[end++] = '\n';
    return end;
}

char *draw_attributed(const struct cells *cells)
{
    size_t columns = (size_t)cells->columns, n = 0;
    char *all = calloc((size_t)cells->rows * 4, columns * CELL_TEXT_MAX + 2);
    assert_non_null(all);
    for (int y = 0; y < cells->rows; y++) {
        all[n++] = '|';
        n += row_text(cells, y, all + n);
        all[n++] = '\n';
        size_t begin = n, end = n;
        all[n++] = '.';
        for (size_t x = 0; x < columns; x++) {
            all[n] = attribute_letter(&cells->grid[(size_t)y * columns + x]);
            if (all[n++] != ' ')
                end = n;
        }
        n = end;
        if (n > begin)
            all[n++] = '\n';
        n += row_heat(cells, y, true, all + n);
        n += row_heat(cells, y, false, all + n);
        all[n] = '\0';
    }
    return all;
}

static size_t put_color(char *buf, short color, bool background)
{
    int base = background ? 40 : 30;
    if (color < 0)
        return 0;
    if (color < 8)
        return (size_t)sprintf(buf, ";%d", base + color);
    if (color < 16)
        return (size_t)sprintf(buf, ";%d", base + 60 + color - 8);
    return (size_t)sprintf(buf, ";%d;5;%d", base + 8, color);
}

static size_t put_look(char *buf, const struct look *look)
{
    size_t n = (size_t)sprintf(buf, "\033[0%s%s%s%s", look->bold ? ";1" : "", look->dim ? ";2" : "",
                               look->underline ? ";4" : "", look->reverse ? ";7" : "");
    n += put_color(buf + n, look->foreground, false);
    n += put_color(buf + n, look->background, true);
    return n + (size_t)sprintf(buf + n, "m");
}

static bool same_look(const struct look *a, const struct look *b)
{
    return a->foreground == b->foreground && a->background == b->background && a->bold == b->bold &&
           a->dim == b->dim && a->reverse == b->reverse && a->underline == b->underline;
}

char *draw_ansi(const struct cells *cells, enum theme_depth depth)
{
    static const struct look plain = {.foreground = -1, .background = -1};
    size_t n = 0;
    char *all = calloc((size_t)cells->rows, (size_t)cells->columns * (CELL_TEXT_MAX + 48) + 8);
    assert_non_null(all);
    for (int y = 0; y < cells->rows; y++) {
        struct look now = plain;
        for (int x = 0; x < cells->columns; x++) {
            const struct cell *cell = &cells->grid[(size_t)y * (size_t)cells->columns + (size_t)x];
            struct look look = theme_cell_look(depth, cell);
            if (!same_look(&look, &now))
                n += put_look(all + n, &look);
            now = look;
            n += (size_t)sprintf(all + n, "%s", cell->text);
        }
        n += (size_t)sprintf(all + n, "%s\n", same_look(&now, &plain) ? "" : "\033[0m");
    }
    return all;
}

bool draw_find(const struct cells *cells, const char *text, int *ret_y, int *ret_x)
{
    for (int y = 0; y < cells->rows; y++) {
        const char *row = draw_row(cells, y), *found = strstr(row, text);
        if (!found)
            continue;
        char *before = strndup(row, (size_t)(found - row));
        assert_non_null(before);
        if (ret_y)
            *ret_y = y;
        if (ret_x)
            *ret_x = text_width(before);
        free(before);
        return true;
    }
    return false;
}

static void fail_with_screen(const struct cells *cells, const char *what, const char *text)
{
    char *screen = draw_text(cells);
    print_error("%s \"%s\":\n%s\n", what, text, screen);
    free(screen);
    fail();
}

void draw_assert_has(const struct cells *cells, const char *text)
{
    if (!draw_find(cells, text, NULL, NULL))
        fail_with_screen(cells, "the screen lacks", text);
}

void draw_assert_lacks(const struct cells *cells, const char *text)
{
    if (draw_find(cells, text, NULL, NULL))
        fail_with_screen(cells, "the screen holds", text);
}

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "r");
    if (!file)
        return NULL;
    char *text = NULL;
    size_t size = 0;
    ssize_t n = getdelim(&text, &size, '\0', file);
    fclose(file);
    if (n < 0) {
        free(text);
        return NULL;
    }
    return text;
}

/* now is taken. */
static void assert_golden(char *now, const char *path)
{
    char full[4096];
    snprintf(full, sizeof full, "%s/%s", SRCDIR, path);
    if (getenv("UPDATE")) {
        FILE *file = fopen(full, "w");
        assert_non_null(file);
        fputs(now, file);
        fclose(file);
    }
    char *kept = read_file(full);
    if (!kept || strcmp(kept, now) != 0) {
        print_error("%s differs from the screen (UPDATE=1 writes it):\n%s\nexpected:\n%s\n", path, now,
                    kept ? kept : "");
        fail();
    }
    free(kept);
    free(now);
}

void draw_assert_golden(const struct cells *cells, const char *path)
{
    assert_golden(draw_attributed(cells), path);
}

void draw_assert_golden_ansi(const struct cells *cells, enum theme_depth depth, const char *path)
{
    assert_golden(draw_ansi(cells, depth), path);
}

static void assert_text_sane(const char *text)
{
    uint32_t code;
    for (size_t n; (n = utf8_decode(text, &code)) > 0; text += n) {
        assert_int_not_equal(code, UINT32_MAX);
        assert_true(character_width(code) >= 0);
    }
}

void draw_assert_sane(const struct cells *cells)
{
    for (int y = 0; y < cells->rows; y++) {
        int expected = 0; /* columns until the next character begins */
        for (int x = 0; x < cells->columns; x++) {
            const struct cell *cell = &cells->grid[(size_t)y * (size_t)cells->columns + (size_t)x];
            assert_true(cell->role < ROLE_COUNT && cell->heat < HEAT_COUNT && cell->upper < HEAT_COUNT);
            assert_text_sane(cell->text);
            if (expected > 0) {
                assert_int_equal(cell->width, 0);
                expected--;
                continue;
            }
            assert_true(cell->width == 1 || cell->width == 2);
            expected = cell->width - 1;
        }
        assert_int_equal(expected, 0);
    }
    assert_true(cells->cursor_y < cells->rows && cells->cursor_x < cells->columns);
}
