#define _XOPEN_SOURCE_EXTENDED 1
#include <curses.h>
#include <term.h>
#undef columns /* a macro of term.h */

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <wchar.h>

#include "tui/term/input.h"
#include "tui/term/painter.h"
#include "tui/term/theme.h"
#include "tui/term/width.h"

#define FLAGS_COUNT 8   /* CELL_… together */
#define PAIR_COLORS 257 /* the terminal's own and 256 */

struct painter {
    SCREEN *screen;
    FILE *memory; /* what curses writes */
    bool coarse;  /* the Linux console's font has halves of a block, no eighths */
    bool modern;
    bool repaint;
    int rows, columns;
    int cursor; /* curs_set's last argument, -1: unknown */
    struct cells shown;
    struct {
        attr_t attributes;
        short pair;
    } looks[ROLE_COUNT][FLAGS_COUNT];
    enum theme_depth depth;
    unsigned heat_step;                    /* every so manieth level of heat is used; 0: none */
    short pairs[PAIR_COLORS][PAIR_COLORS]; /* by background + 1 and foreground + 1; 0: not made yet */
    short pair_count;
};

/* --- what curses wrote --- */

/* Takes it from the file in memory, which is empty after it. */
static void memory_take(struct painter *painter, char **ret_bytes, size_t *ret_count)
{
    int fd = fileno(painter->memory);
    off_t size = lseek(fd, 0, SEEK_CUR);
    char *bytes = size > 0 ? malloc((size_t)size) : NULL;
    ssize_t n = bytes != NULL ? pread(fd, bytes, (size_t)size, 0) : 0;

    lseek(fd, 0, SEEK_SET);
    *ret_bytes = bytes;
    *ret_count = n > 0 ? (size_t)n : 0;
}

static FILE *memory_new(void)
{
    int fd = memfd_create("shmtop screen", MFD_CLOEXEC);
    FILE *memory = fd >= 0 ? fdopen(fd, "w") : NULL;

    if (memory == NULL && fd >= 0)
        close(fd);
    return memory;
}

/* --- looks --- */

/* The colours to use. */
static enum theme_depth depth_of(enum color_mode color)
{
    const char *no_color = getenv("NO_COLOR");
    int most = color == COLOR_16 ? 16 : 256;

    if (color == COLOR_NEVER || (color == COLOR_AUTO && no_color != NULL && no_color[0] != '\0'))
        return THEME_MONOCHROME;
    if (!has_colors() || start_color() == ERR || use_default_colors() == ERR || COLORS < 8)
        return THEME_MONOCHROME;
    if (COLORS >= 256 && most == 256)
        return THEME_256;
    return COLORS >= 16 ? THEME_16 : THEME_8;
}

/* The pair of these colours, made if need be; 0, the terminal's own, if there is none left. */
static short pair_of(struct painter *painter, short foreground, short background)
{
    short *pair = &painter->pairs[background + 1][foreground + 1], next = (short)(painter->pair_count + 1);

    if (*pair > 0 || (foreground < 0 && background < 0))
        return *pair;
    if (next >= COLOR_PAIRS || next == SHRT_MAX || init_pair(next, foreground, background) == ERR)
        return 0;
    painter->pair_count = next;
    *pair = next;
    return next;
}

static attr_t attributes_of(const struct look *look)
{
    return (look->bold ? A_BOLD : 0) | (look->dim ? A_DIM : 0) | (look->reverse ? A_REVERSE : 0) |
           (look->underline ? A_UNDERLINE : 0);
}

/* The pairs that cells with heat can ask for: of each scale any two levels as halves of a cell (the lower one
 * may be none, either may be what is no number), text on each, and two that are selected. */
static int heat_pairs(unsigned step)
{
    int levels = (HEAT_LEVELS - 1) / (int)step + 1 + HEAT_COUNT - HEAT_NAN;

    return 2 * (levels * (levels + 2) + 2);
}

/* As many levels as there are pairs left for, so that none is ever missing. */
static unsigned heat_step_of(const struct painter *painter)
{
    static const unsigned steps[] = {1, 2, 5, 10};
    int left = COLOR_PAIRS - 1 - painter->pair_count;

    for (size_t i = 0; painter->depth == THEME_256 && i < sizeof(steps) / sizeof(steps[0]); i++)
        if (heat_pairs(steps[i]) <= left)
            return steps[i];
    return 0;
}

static void set_looks(struct painter *painter, enum color_mode color)
{
    painter->depth = depth_of(color);
    for (int role = 0; role < ROLE_COUNT; role++)
        for (int flags = 0; flags < FLAGS_COUNT; flags++) {
            struct look look = theme_look(painter->depth, (enum role)role, (uint8_t)flags);

            painter->looks[role][flags].attributes = attributes_of(&look);
            painter->looks[role][flags].pair = pair_of(painter, look.foreground, look.background);
        }
    painter->heat_step = heat_step_of(painter);
}

/* --- opening --- */

static bool has_capability(const char *name)
{
    const char *text = tigetstr(name);

    return text != NULL && text != (char *)-1;
}

/*
 * newterm without what it does to the process: the handlers that it sets (its INT and TERM ones are unsafe by
 * its own manual) are taken back. It looks at the environment for the size, for it has no tty to ask; later
 * it must not find one there.
 */
static SCREEN *screen_new(const char *type, FILE *memory, int rows, int columns)
{
    static const int touched[] = {SIGINT, SIGTERM, SIGTSTP, SIGWINCH};
    struct sigaction before[sizeof(touched) / sizeof(touched[0])];
    char number[16];
    SCREEN *screen;

    for (size_t i = 0; i < sizeof(touched) / sizeof(touched[0]); i++)
        sigaction(touched[i], NULL, &before[i]);
    if (rows > 0 && columns > 0) {
        snprintf(number, sizeof(number), "%d", rows);
        setenv("LINES", number, 1);
        snprintf(number, sizeof(number), "%d", columns);
        setenv("COLUMNS", number, 1);
    }
    screen = newterm(type, memory, stdin);
    unsetenv("LINES");
    unsetenv("COLUMNS");
    for (size_t i = 0; i < sizeof(touched) / sizeof(touched[0]); i++)
        sigaction(touched[i], &before[i], NULL);
    return screen;
}

/* Asked first, for a newterm that fails loses some memory. */
static bool is_known(const char *type, int fd)
{
    int status;

    if (setupterm(type, fd, &status) == ERR)
        return false;
    del_curterm(cur_term);
    return true;
}

/* -ENOTTY: no such terminal, or none that can move its cursor. */
static int open_screen(struct painter *painter, struct error *error)
{
    const char *type = getenv("TERM");

    if (type == NULL || type[0] == '\0')
        return error_set(error, ENOTTY, "TERM is not set, the console cannot draw: use `shmtop list`");
    painter->coarse = strncmp(type, "linux", 5) == 0;
    if (!is_known(type, fileno(painter->memory)) && strncmp(type, "xterm-", 6) == 0)
        type = "xterm-256color";
    if (is_known(type, fileno(painter->memory)))
        painter->screen = screen_new(type, painter->memory, painter->rows, painter->columns);
    if (painter->screen == NULL)
        return error_set(error, ENOTTY,
                         "nothing is known about the terminal that TERM names, the console cannot draw: use "
                         "`shmtop list`, or set TERM");
    if (!has_capability("cup"))
        return error_set(error, ENOTTY,
                         "the terminal that TERM names cannot move its cursor, the console cannot draw: use "
                         "`shmtop list`");
    painter->modern = has_capability("smcup");
    return 0;
}

int painter_open(struct painter **ret_painter, enum color_mode color, int rows, int columns,
                 struct error *error)
{
    struct painter *painter = calloc(1, sizeof(*painter));
    int rc;

    if (painter == NULL)
        return error_set_errno(error, ENOMEM, "no memory for the screen");
    painter->rows = rows;
    painter->columns = columns;
    painter->memory = memory_new();
    rc = painter->memory == NULL ? error_set_errno(error, errno, "no memory for the screen")
                                 : open_screen(painter, error);
    if (rc < 0) {
        painter_close(painter);
        return rc;
    }
    getmaxyx(stdscr, painter->rows, painter->columns);
    set_looks(painter, color);
    nonl();
    typeahead(-1);
    painter_forget(painter);
    *ret_painter = painter;
    return 0;
}

void painter_close(struct painter *painter)
{
    if (painter == NULL)
        return;
    if (painter->screen != NULL)
        delscreen(painter->screen);
    if (painter->memory != NULL)
        fclose(painter->memory);
    cells_free(&painter->shown);
    free(painter);
}

void painter_size(const struct painter *painter, int *ret_rows, int *ret_columns)
{
    *ret_rows = painter->rows;
    *ret_columns = painter->columns;
}

void painter_resize(struct painter *painter, int rows, int columns)
{
    resize_term(rows, columns);
    painter->rows = rows;
    painter->columns = columns;
    painter_forget(painter);
}

void painter_forget(struct painter *painter)
{
    painter->repaint = true;
    painter->cursor = -1;
}

bool painter_shows_heat(const struct painter *painter)
{
    return painter->heat_step > 0;
}

bool painter_is_modern(const struct painter *painter)
{
    return painter->modern;
}

/* Keys of a terminal that is none of those in input.c. */
void painter_add_keys(const struct painter *painter, struct input *input)
{
    static const struct {
        const char *capability;
        uint32_t code;
    } keys[] = {
        {"kcuu1", KEY_CODE_UP},     {"kcud1", KEY_CODE_DOWN},    {"kcub1", KEY_CODE_LEFT},
        {"kcuf1", KEY_CODE_RIGHT},  {"khome", KEY_CODE_HOME},    {"kend", KEY_CODE_END},
        {"kpp", KEY_CODE_PAGE_UP},  {"knp", KEY_CODE_PAGE_DOWN}, {"kich1", KEY_CODE_INSERT},
        {"kdch1", KEY_CODE_DELETE}, {"kcbt", KEY_CODE_BACK_TAB}, {"kf1", KEY_CODE_F1},
        {"kf2", KEY_CODE_F1 + 1},   {"kf3", KEY_CODE_F1 + 2},    {"kf4", KEY_CODE_F1 + 3},
        {"kf5", KEY_CODE_F1 + 4},   {"kf6", KEY_CODE_F1 + 5},    {"kf7", KEY_CODE_F1 + 6},
        {"kf8", KEY_CODE_F1 + 7},   {"kf9", KEY_CODE_F1 + 8},    {"kf10", KEY_CODE_F1 + 9},
        {"kf11", KEY_CODE_F1 + 10}, {"kf12", KEY_CODE_F1 + 11},
    };

    (void)painter; /* the one that curses knows */
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        const char *sequence = tigetstr(keys[i].capability);

        if (sequence != NULL && sequence != (char *)-1)
            input_add(input, sequence, keys[i].code);
    }
}

size_t painter_rescue(const struct painter *painter, char *bytes, size_t size)
{
    static const char *const names[] = {"sgr0", "op", "cnorm", "rmcup"};
    size_t count = 0;

    (void)painter;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *text = has_capability(names[i]) ? tigetstr(names[i]) : "";
        size_t length = strlen(text);

        if (strchr(text, '$') == NULL && length <= size - count) { /* $<…> is a pause */
            memcpy(bytes + count, text, length);
            count += length;
        }
    }
    return count;
}

/* --- drawing --- */

static uint32_t coarse_block(uint32_t code)
{
    if (code < 0x2589 || code > 0x258f)
        return code;
    return code <= 0x258a ? 0x2588 : code <= 0x258d ? 0x258c : ' ';
}

static void look_of(struct painter *painter, const struct cell *cell, attr_t *ret_attributes, short *ret_pair)
{
    if (painter->heat_step > 0 && (cell->heat > 0 || cell->upper > 0)) {
        struct cell coarse = *cell;
        struct look look;

        coarse.heat = theme_heat_coarse(cell->heat, painter->heat_step);
        coarse.upper = theme_heat_coarse(cell->upper, painter->heat_step);
        look = theme_cell_look(painter->depth, &coarse);
        *ret_attributes = attributes_of(&look);
        *ret_pair = pair_of(painter, look.foreground, look.background);
        return;
    }
    *ret_attributes = painter->looks[cell->role][cell->flags].attributes;
    *ret_pair = painter->looks[cell->role][cell->flags].pair;
}

/*
 * The cell for curses, with a width that the locale has no other opinion of; else curses would lose its
 * place. A right half was drawn with its left one.
 */
static void draw_cell(struct painter *painter, int y, int x, const struct cell *cell)
{
    wchar_t text[CCHARW_MAX + 1] = {0};
    const char *at = cell->text;
    uint32_t code;
    cchar_t character;
    attr_t attributes;
    short pair;
    int count = 0;

    for (size_t n; count < CCHARW_MAX && (n = utf8_decode(at, &code)) > 0; at += n)
        text[count++] = (wchar_t)(painter->coarse ? coarse_block(code) : code);
    if (count == 0)
        return;
    if (text[0] > 0x7e && wcwidth(text[0]) != cell->width) {
        text[0] = CHARACTER_REPLACEMENT;
        text[1] = 0;
        if (cell->width == 2)
            mvaddch(y, x + 1, ' ');
    }
    look_of(painter, cell, &attributes, &pair);
    setcchar(&character, text, attributes, pair, NULL);
    mvadd_wch(y, x, &character);
}

static void draw_row(struct painter *painter, int y, const struct cells *cells)
{
    const struct cell *row = &cells->grid[(size_t)y * (size_t)cells->columns];
    int columns = cells->columns < painter->columns ? cells->columns : painter->columns;

    for (int x = 0; x < columns; x++)
        draw_cell(painter, y, x, &row[x]);
    if (columns < painter->columns) {
        move(y, columns);
        clrtoeol();
    }
}

static bool row_equals(const struct cells *a, const struct cells *b, int y)
{
    size_t n = (size_t)a->columns * sizeof(struct cell), offset = (size_t)y * (size_t)a->columns;

    return memcmp(a->grid + offset, b->grid + offset, n) == 0;
}

static void draw_cursor(struct painter *painter, const struct cells *cells)
{
    int visible = cells->cursor_y >= 0 && cells->cursor_y < painter->rows && cells->cursor_x >= 0 &&
                  cells->cursor_x < painter->columns;

    if (visible != painter->cursor) {
        curs_set(visible);
        painter->cursor = visible;
    }
    leaveok(stdscr, !visible);
    if (visible)
        move(cells->cursor_y, cells->cursor_x);
}

/* True if anything differs from what is shown. */
static bool draw(struct painter *painter, const struct cells *cells)
{
    struct cells *shown = &painter->shown;
    bool all = painter->repaint || shown->rows != cells->rows || shown->columns != cells->columns;
    bool differs = all || shown->cursor_y != cells->cursor_y || shown->cursor_x != cells->cursor_x;

    if (all)
        erase();
    for (int y = 0; y < cells->rows && y < painter->rows; y++)
        if (all || !row_equals(shown, cells, y)) {
            draw_row(painter, y, cells);
            differs = true;
        }
    return differs;
}

static void remember(struct cells *shown, const struct cells *cells)
{
    cells_resize(shown, cells->rows, cells->columns);
    memcpy(shown->grid, cells->grid, (size_t)cells->rows * (size_t)cells->columns * sizeof(*cells->grid));
    shown->cursor_y = cells->cursor_y;
    shown->cursor_x = cells->cursor_x;
}

void painter_draw(struct painter *painter, const struct cells *cells, char **ret_bytes, size_t *ret_count)
{
    *ret_bytes = NULL;
    *ret_count = 0;
    if (!draw(painter, cells))
        return;
    if (painter->repaint)
        clearok(stdscr, TRUE);
    draw_cursor(painter, cells);
    wnoutrefresh(stdscr);
    doupdate();
    painter->repaint = false;
    remember(&painter->shown, cells);
    memory_take(painter, ret_bytes, ret_count);
}

/* Curses enters the screen again by itself at its next frame. */
void painter_leave(struct painter *painter, char **ret_bytes, size_t *ret_count)
{
    endwin();
    painter_forget(painter);
    memory_take(painter, ret_bytes, ret_count);
}
