#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vterm.h>

#include "tests/support/screen.h"
#include "tui/term/width.h"

struct screen {
    VTerm *vterm;
    VTermScreen *screen;
    int rows, columns;
    bool alternate, cursor_hidden;
    void (*answer)(const char *bytes, size_t n, void *data);
    void *data;
    char *row; /* owned: screen_row's */
};

static int on_property(VTermProp property, VTermValue *value, void *user)
{
    struct screen *screen = user;

    if (property == VTERM_PROP_ALTSCREEN)
        screen->alternate = value->boolean;
    if (property == VTERM_PROP_CURSORVISIBLE)
        screen->cursor_hidden = !value->boolean;
    return 1;
}

static void on_answer(const char *bytes, size_t n, void *user)
{
    struct screen *screen = user;

    if (screen->answer != NULL)
        screen->answer(bytes, n, screen->data);
}

struct screen *screen_new(int rows, int columns, void (*answer)(const char *bytes, size_t n, void *data),
                          void *data)
{
    static const VTermScreenCallbacks callbacks = {.settermprop = on_property};
    struct screen *screen = calloc(1, sizeof(*screen));

    if (screen == NULL)
        abort();
    screen->rows = rows;
    screen->columns = columns;
    screen->answer = answer;
    screen->data = data;
    screen->vterm = vterm_new(rows, columns);
    vterm_set_utf8(screen->vterm, 1);
    vterm_output_set_callback(screen->vterm, on_answer, screen);
    screen->screen = vterm_obtain_screen(screen->vterm);
    vterm_screen_enable_altscreen(screen->screen, 1);
    vterm_screen_set_callbacks(screen->screen, &callbacks, screen);
    vterm_screen_reset(screen->screen, 1);
    return screen;
}

void screen_free(struct screen *screen)
{
    if (screen == NULL)
        return;
    vterm_free(screen->vterm);
    free(screen->row);
    free(screen);
}

void screen_feed(struct screen *screen, const char *bytes, size_t n)
{
    vterm_input_write(screen->vterm, bytes, n);
}

void screen_resize(struct screen *screen, int rows, int columns)
{
    vterm_set_size(screen->vterm, rows, columns);
    screen->rows = rows;
    screen->columns = columns;
}

int screen_rows(const struct screen *screen)
{
    return screen->rows;
}

int screen_columns(const struct screen *screen)
{
    return screen->columns;
}

static VTermScreenCell cell_at(struct screen *screen, int y, int x)
{
    VTermScreenCell cell = {.width = 1};

    vterm_screen_get_cell(screen->screen, (VTermPos){.row = y, .col = x}, &cell);
    return cell;
}

/* Into text (room for VTERM_MAX_CHARS_PER_CELL * 4), without a NUL; its length. */
static size_t put_characters(const VTermScreenCell *cell, char *text)
{
    size_t length = 0;
    char one[5];

    for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell->chars[i] != 0; i++)
        if (cell->chars[i] != UINT32_MAX)
            for (size_t n = utf8_encode(cell->chars[i], one), at = 0; at < n; at++)
                text[length++] = one[at];
    return length;
}

static int color_of(const VTermColor *color)
{
    if (VTERM_COLOR_IS_DEFAULT_FG(color) || VTERM_COLOR_IS_DEFAULT_BG(color) ||
        !VTERM_COLOR_IS_INDEXED(color))
        return -1;
    return color->indexed.idx;
}

void screen_cell(struct screen *screen, int y, int x, struct screen_cell *ret_cell)
{
    VTermScreenCell cell = cell_at(screen, y, x);

    memset(ret_cell, 0, sizeof(*ret_cell));
    put_characters(&cell, ret_cell->text);
    ret_cell->width = cell.width;
    ret_cell->bold = cell.attrs.bold;
    ret_cell->italic = cell.attrs.italic;
    ret_cell->underline = cell.attrs.underline;
    ret_cell->reverse = cell.attrs.reverse;
    ret_cell->foreground = color_of(&cell.fg);
    ret_cell->background = color_of(&cell.bg);
}

const char *screen_row(struct screen *screen, int y)
{
    size_t length = 0, used = 0;

    free(screen->row);
    screen->row = calloc((size_t)screen->columns + 1, VTERM_MAX_CHARS_PER_CELL * 4);
    for (int x = 0; y >= 0 && y < screen->rows && x < screen->columns;) {
        VTermScreenCell cell = cell_at(screen, y, x);

        if (cell.chars[0] == 0)
            cell.chars[0] = ' ';
        length += put_characters(&cell, screen->row + length);
        if (cell.chars[0] != ' ')
            used = length;
        x += cell.width > 0 ? cell.width : 1;
    }
    screen->row[used] = '\0';
    return screen->row;
}

bool screen_has(struct screen *screen, const char *text)
{
    for (int y = 0; y < screen->rows; y++)
        if (strstr(screen_row(screen, y), text) != NULL)
            return true;
    return false;
}

void screen_cursor(struct screen *screen, int *ret_y, int *ret_x)
{
    VTermPos at;

    vterm_state_get_cursorpos(vterm_obtain_state(screen->vterm), &at);
    *ret_y = at.row;
    *ret_x = at.col;
}

bool screen_is_alternate(const struct screen *screen)
{
    return screen->alternate;
}

bool screen_cursor_is_visible(const struct screen *screen)
{
    return !screen->cursor_hidden;
}

static void describe_color(const char *what, const VTermColor *color, char *text, size_t size)
{
    size_t n = strlen(text);

    if (VTERM_COLOR_IS_DEFAULT_FG(color) || VTERM_COLOR_IS_DEFAULT_BG(color))
        return;
    if (VTERM_COLOR_IS_INDEXED(color))
        snprintf(text + n, size - n, " %s=%d", what, color->indexed.idx);
    else
        snprintf(text + n, size - n, " %s=rgb", what);
}

/* How a cell looks; "": plain. */
static void describe(const VTermScreenCell *cell, char *text, size_t size)
{
    snprintf(text, size, "%s%s%s%s", cell->attrs.bold ? " bold" : "", cell->attrs.reverse ? " reverse" : "",
             cell->attrs.underline ? " underline" : "", cell->attrs.italic ? " italic" : "");
    describe_color("fg", &cell->fg, text, size);
    describe_color("bg", &cell->bg, text, size);
}

static void print_runs(struct screen *screen, int y, FILE *out)
{
    char current[80] = "", next[80];
    int first = 0;

    for (int x = 0; x <= screen->columns; x++) {
        next[0] = '\0';
        if (x < screen->columns) {
            VTermScreenCell cell = cell_at(screen, y, x);

            describe(&cell, next, sizeof(next));
        }
        if (strcmp(current, next) == 0)
            continue;
        if (current[0] != '\0')
            fprintf(out, "%d %d-%d%s\n", y, first, x - 1, current);
        memcpy(current, next, sizeof(current));
        first = x;
    }
}

char *screen_text(struct screen *screen, bool attributes)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    for (int y = 0; y < screen->rows; y++)
        fprintf(out, "%s\n", screen_row(screen, y));
    if (attributes) {
        fprintf(out, "----\n");
        for (int y = 0; y < screen->rows; y++)
            print_runs(screen, y, out);
    }
    fclose(out);
    return text;
}
