/*
 * Curses is a painter here: it finds the bytes that turn the screen before into the one wanted, for any
 * terminal that terminfo knows, and writes them to a file in memory. Those bytes go to the tty by tty.c,
 * which never waits; modes, size and input are tty.c's and input.c's, too, so curses never meets the tty, and
 * neither a dead nor a stalled one can hold us up in it.
 */
#define _XOPEN_SOURCE_EXTENDED 1
#include <curses.h>
#include <term.h>
#undef columns /* a macro of term.h */

#include <errno.h>
#include <langinfo.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <wchar.h>

#include "tui/term/input.h"
#include "tui/term/rescue.h"
#include "tui/term/terminal.h"
#include "tui/term/theme.h"
#include "tui/term/tty.h"
#include "tui/term/width.h"

#define ESCAPE_DELAY_MS 25
#define CLOSE_WAIT_MS   1000
#define FLAGS_COUNT     8 /* CELL_… together */
#define PAIRS_MAX       64
#define PASTE_ON        "\033[?2004h"
#define PASTE_OFF       "\033[?2004l"

static const char no_tty[] = "the console needs a terminal on standard input and output: use `shmtop list`";

struct terminal {
    struct tty tty;
    struct input input;
    SCREEN *screen;
    FILE *memory; /* what curses writes */
    bool ascii;
    bool coarse;   /* the Linux console's font has halves of a block, no eighths */
    bool brackets; /* it looks like an xterm: pastes come in brackets */
    bool taken;    /* false: another job has the terminal */
    bool repaint;
    int rows, columns; /* as reported */
    int escape_delay;
    int cursor; /* curs_set's last argument, -1: unknown */
    struct cells shown;
    struct {
        attr_t attributes;
        short pair;
    } looks[ROLE_COUNT][FLAGS_COUNT];
    struct {
        short foreground, background;
    } pairs[PAIRS_MAX]; /* from pair 1 on */
    int pair_count;
};

/* --- what curses wrote --- */

/* Takes it from the file in memory, which is empty after it. malloc'ed. */
static char *memory_take(struct terminal *terminal, size_t *ret_count)
{
    int fd = fileno(terminal->memory);
    off_t size = lseek(fd, 0, SEEK_CUR);
    char *bytes = size > 0 ? malloc((size_t)size) : NULL;
    ssize_t n = bytes != NULL ? pread(fd, bytes, (size_t)size, 0) : 0;

    lseek(fd, 0, SEEK_SET);
    *ret_count = n > 0 ? (size_t)n : 0;
    return bytes;
}

/* With after, at most a few bytes, behind it. -EIO. */
static int send_written(struct terminal *terminal, const char *after)
{
    size_t n;
    char *bytes = memory_take(terminal, &n);
    int rc = n > 0 ? tty_write(&terminal->tty, bytes, n) : 0;

    free(bytes);
    if (rc == 0 && after[0] != '\0')
        rc = tty_write(&terminal->tty, after, strlen(after));
    return rc;
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
static short pair_of(struct terminal *terminal, short foreground, short background)
{
    int i = 0;

    if (foreground < 0 && background < 0)
        return 0;
    for (; i < terminal->pair_count; i++)
        if (terminal->pairs[i].foreground == foreground && terminal->pairs[i].background == background)
            return (short)(i + 1);
    if (i == PAIRS_MAX || i + 1 >= COLOR_PAIRS || init_pair((short)(i + 1), foreground, background) == ERR)
        return 0;
    terminal->pairs[i].foreground = foreground;
    terminal->pairs[i].background = background;
    terminal->pair_count++;
    return (short)(i + 1);
}

static void set_looks(struct terminal *terminal, enum color_mode color)
{
    enum theme_depth depth = depth_of(color);

    for (int role = 0; role < ROLE_COUNT; role++)
        for (int flags = 0; flags < FLAGS_COUNT; flags++) {
            struct look look = theme_look(depth, (enum role)role, (uint8_t)flags);

            terminal->looks[role][flags].attributes = (look.bold ? A_BOLD : 0) | (look.dim ? A_DIM : 0) |
                                                      (look.reverse ? A_REVERSE : 0) |
                                                      (look.underline ? A_UNDERLINE : 0);
            terminal->looks[role][flags].pair = pair_of(terminal, look.foreground, look.background);
        }
}

/* --- opening --- */

/* Keys of a terminal that is none of those in input.c. */
static void add_keys(struct input *input)
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

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        const char *sequence = tigetstr(keys[i].capability);

        if (sequence != NULL && sequence != (char *)-1)
            input_add(input, sequence, keys[i].code);
    }
}

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

/* -ENOTTY: no such terminal, or none that can move its cursor. */
static int open_screen(struct terminal *terminal, struct error *error)
{
    const char *type = getenv("TERM");

    if (type == NULL || type[0] == '\0')
        return error_set(error, ENOTTY, "TERM is not set, the console cannot draw: use `shmtop list`");
    terminal->screen = screen_new(type, terminal->memory, terminal->rows, terminal->columns);
    if (terminal->screen == NULL && strncmp(type, "xterm-", 6) == 0)
        terminal->screen = screen_new("xterm-256color", terminal->memory, terminal->rows, terminal->columns);
    if (terminal->screen == NULL)
        return error_set(error, ENOTTY,
                         "nothing is known about the terminal that TERM names, the console cannot draw: use "
                         "`shmtop list`, or set TERM");
    if (!has_capability("cup"))
        return error_set(error, ENOTTY,
                         "the terminal that TERM names cannot move its cursor, the console cannot draw: use "
                         "`shmtop list`");
    terminal->coarse = strncmp(type, "linux", 5) == 0;
    terminal->brackets = has_capability("smcup");
    return 0;
}

static int escape_delay(void)
{
    const char *text = getenv("ESCDELAY");
    long milliseconds = text != NULL && text[0] != '\0' ? strtol(text, NULL, 10) : ESCAPE_DELAY_MS;

    return milliseconds < 0 || milliseconds > 1000 ? ESCAPE_DELAY_MS : (int)milliseconds;
}

static FILE *memory_new(void)
{
    int fd = memfd_create("shmtop screen", MFD_CLOEXEC);
    FILE *memory = fd >= 0 ? fdopen(fd, "w") : NULL;

    if (memory == NULL && fd >= 0)
        close(fd);
    return memory;
}

static void free_terminal(struct terminal *terminal)
{
    if (terminal->screen != NULL)
        delscreen(terminal->screen);
    if (terminal->memory != NULL)
        fclose(terminal->memory);
    tty_close(&terminal->tty);
    input_free(&terminal->input);
    cells_free(&terminal->shown);
    free(terminal);
}

/* --- taking and giving back --- */

/* Curses believes that the whole screen is unknown. */
static void forget_screen(struct terminal *terminal)
{
    terminal->repaint = true;
    terminal->cursor = -1;
}

static void update_size(struct terminal *terminal)
{
    resize_term(terminal->rows, terminal->columns);
    forget_screen(terminal);
}

static bool is_foreground(const struct terminal *terminal)
{
    pid_t group = tcgetpgrp(terminal->tty.in);

    return group < 0 || group == getpgrp();
}

static int take_terminal(struct terminal *terminal)
{
    int rc = tty_raw(&terminal->tty);

    if (rc < 0)
        return rc;
    terminal->taken = true;
    forget_screen(terminal);
    return terminal->brackets ? tty_write(&terminal->tty, PASTE_ON, strlen(PASTE_ON)) : 0;
}

/* The bytes that leave the screen; curses enters it again by itself at its next frame. */
static void give_terminal_back(struct terminal *terminal)
{
    if (!terminal->taken)
        return;
    endwin();
    send_written(terminal, terminal->brackets ? PASTE_OFF : "");
    tty_flush(&terminal->tty, CLOSE_WAIT_MS);
    tty_restore(&terminal->tty);
    terminal->taken = false;
}

/* What a crash leaves the screen with: the same as endwin, found without drawing. */
static void arm_rescue(struct terminal *terminal)
{
    static const char *const names[] = {"sgr0", "op", "cnorm", "rmcup", "rmkx"};
    char bytes[256] = "";
    size_t length;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *text = has_capability(names[i]) ? tigetstr(names[i]) : "";

        length = strlen(bytes);
        if (strchr(text, '$') == NULL && length + strlen(text) < sizeof(bytes)) /* $<…> is a pause */
            strcat(bytes, text);
    }
    length = strlen(bytes);
    if (terminal->brackets && length + strlen(PASTE_OFF) < sizeof(bytes))
        strcat(bytes, PASTE_OFF);
    rescue_save(&terminal->tty.saved);
    rescue_arm(terminal->tty.out, bytes, strlen(bytes));
}

static int set_up(struct terminal *terminal, enum color_mode color, bool force_ascii, struct error *error)
{
    int rc;

    terminal->memory = memory_new();
    if (terminal->memory == NULL)
        return error_set_errno(error, errno, "no memory for the screen");
    tty_size(&terminal->tty, &terminal->rows, &terminal->columns);
    rc = open_screen(terminal, error);
    if (rc < 0)
        return rc;
    getmaxyx(stdscr, terminal->rows, terminal->columns);
    terminal->ascii = force_ascii || strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
    terminal->escape_delay = escape_delay();
    terminal->input.erase = (char)terminal->tty.saved.c_cc[VERASE];
    add_keys(&terminal->input);
    set_looks(terminal, color);
    nonl();
    typeahead(-1);
    arm_rescue(terminal);
    rc = take_terminal(terminal);
    return rc < 0 ? error_set_errno(error, -rc, "cannot set up the terminal") : 0;
}

int terminal_open(struct terminal **ret_terminal, enum color_mode color, bool force_ascii,
                  struct error *error)
{
    struct terminal *terminal = calloc(1, sizeof(*terminal));
    int rc;

    if (terminal == NULL)
        return error_set_errno(error, ENOMEM, "no memory for the screen");
    rc = tty_open(&terminal->tty);
    if (rc < 0) {
        free(terminal);
        return error_set(error, -rc, "%s", no_tty);
    }
    rc = set_up(terminal, color, force_ascii, error);
    if (rc < 0) {
        rescue_disarm();
        free_terminal(terminal);
        return rc;
    }
    *ret_terminal = terminal;
    return 0;
}

void terminal_close(struct terminal *terminal)
{
    if (terminal == NULL)
        return;
    give_terminal_back(terminal);
    rescue_disarm();
    free_terminal(terminal);
}

/* True if the terminal is ours, taken again where it has become so. */
static bool is_ours(struct terminal *terminal)
{
    if (!terminal->taken && is_foreground(terminal))
        take_terminal(terminal);
    return terminal->taken;
}

/* Stops the process group as the tty's own ^Z would; returns when continued. */
static void stop_group(void)
{
    struct sigaction stop = {.sa_handler = SIG_DFL}, before;
    sigset_t set, mask;

    sigemptyset(&set);
    sigaddset(&set, SIGTSTP);
    sigaction(SIGTSTP, &stop, &before);
    pthread_sigmask(SIG_UNBLOCK, &set, &mask);
    kill(0, SIGTSTP);
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    sigaction(SIGTSTP, &before, NULL);
}

void terminal_suspend(struct terminal *terminal)
{
    give_terminal_back(terminal);
    stop_group();
    is_ours(terminal);
}

/* --- size and input --- */

void terminal_size(const struct terminal *terminal, int *ret_rows, int *ret_columns)
{
    *ret_rows = terminal->rows;
    *ret_columns = terminal->columns;
}

bool terminal_is_ascii(const struct terminal *terminal)
{
    return terminal->ascii;
}

int terminal_fd(const struct terminal *terminal)
{
    return terminal->taken || is_foreground(terminal) ? terminal->tty.in : -1;
}

static bool size_changed(struct terminal *terminal)
{
    int rows, columns;

    if (!tty_size(&terminal->tty, &rows, &columns) ||
        (rows == terminal->rows && columns == terminal->columns))
        return false;
    terminal->rows = rows;
    terminal->columns = columns;
    update_size(terminal);
    return true;
}

enum terminal_input terminal_read(struct terminal *terminal, struct key *ret_key, char **ret_text)
{
    if (!is_ours(terminal))
        return INPUT_NONE;
    if (tty_flush(&terminal->tty, 0) < 0)
        return INPUT_LOST;
    if (size_changed(terminal))
        return INPUT_RESIZE;
    for (;;) {
        size_t space;
        enum terminal_input found = input_next(&terminal->input, false, ret_key, ret_text);
        unsigned char *at = input_space(&terminal->input, &space);
        ssize_t n;

        if (found != INPUT_NONE)
            return found;
        n = tty_read(&terminal->tty, at, space);
        if (n < 0)
            return INPUT_LOST;
        if (n > 0)
            input_fed(&terminal->input, (size_t)n);
        else if (!input_is_partial(&terminal->input))
            return INPUT_NONE;
        else if (!tty_wait(&terminal->tty, terminal->escape_delay))
            return input_next(&terminal->input, true, ret_key, ret_text);
    }
}

void terminal_flush_input(struct terminal *terminal)
{
    unsigned char nowhere[256];

    terminal->input.count = 0;
    for (int i = 0; i < 256 && tty_read(&terminal->tty, nowhere, sizeof(nowhere)) > 0; i++)
        continue;
}

/* --- output --- */

static uint32_t coarse_block(uint32_t code)
{
    if (code < 0x2589 || code > 0x258f)
        return code;
    return code <= 0x258a ? 0x2588 : code <= 0x258d ? 0x258c : ' ';
}

/*
 * The cell for curses, with a width that the locale has no other opinion of; else curses would lose its
 * place. A right half was drawn with its left one.
 */
static void draw_cell(struct terminal *terminal, int y, int x, const struct cell *cell)
{
    wchar_t text[CCHARW_MAX + 1] = {0};
    const char *at = cell->text;
    uint32_t code;
    cchar_t character;
    int count = 0;

    for (size_t n; count < CCHARW_MAX && (n = utf8_decode(at, &code)) > 0; at += n)
        text[count++] = (wchar_t)(terminal->coarse ? coarse_block(code) : code);
    if (count == 0)
        return;
    if (text[0] > 0x7e && wcwidth(text[0]) != cell->width) {
        text[0] = CHARACTER_REPLACEMENT;
        text[1] = 0;
        if (cell->width == 2)
            mvaddch(y, x + 1, ' ');
    }
    setcchar(&character, text, terminal->looks[cell->role][cell->flags].attributes,
             terminal->looks[cell->role][cell->flags].pair, NULL);
    mvadd_wch(y, x, &character);
}

static void draw_row(struct terminal *terminal, int y, const struct cells *cells)
{
    const struct cell *row = &cells->grid[(size_t)y * (size_t)cells->columns];
    int columns = cells->columns < terminal->columns ? cells->columns : terminal->columns;

    for (int x = 0; x < columns; x++)
        draw_cell(terminal, y, x, &row[x]);
    if (columns < terminal->columns) {
        move(y, columns);
        clrtoeol();
    }
}

static bool row_equals(const struct cells *a, const struct cells *b, int y)
{
    size_t n = (size_t)a->columns * sizeof(struct cell), offset = (size_t)y * (size_t)a->columns;

    return memcmp(a->grid + offset, b->grid + offset, n) == 0;
}

static void draw_cursor(struct terminal *terminal, const struct cells *cells)
{
    int visible = cells->cursor_y >= 0 && cells->cursor_y < terminal->rows && cells->cursor_x >= 0 &&
                  cells->cursor_x < terminal->columns;

    if (visible != terminal->cursor) {
        curs_set(visible);
        terminal->cursor = visible;
    }
    leaveok(stdscr, !visible);
    if (visible)
        move(cells->cursor_y, cells->cursor_x);
}

/* True if anything differs from what is shown. */
static bool draw(struct terminal *terminal, const struct cells *cells)
{
    struct cells *shown = &terminal->shown;
    bool all = terminal->repaint || shown->rows != cells->rows || shown->columns != cells->columns;
    bool differs = all || shown->cursor_y != cells->cursor_y || shown->cursor_x != cells->cursor_x;

    if (all)
        erase();
    for (int y = 0; y < cells->rows && y < terminal->rows; y++)
        if (all || !row_equals(shown, cells, y)) {
            draw_row(terminal, y, cells);
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

int terminal_show(struct terminal *terminal, const struct cells *cells)
{
    int rc;

    if (!is_ours(terminal))
        return 0;
    rc = tty_flush(&terminal->tty, 0);
    if (rc < 0 || tty_is_behind(&terminal->tty))
        return rc;
    if (!draw(terminal, cells))
        return 0;
    if (terminal->repaint)
        clearok(stdscr, TRUE);
    draw_cursor(terminal, cells);
    wnoutrefresh(stdscr);
    doupdate();
    terminal->repaint = false;
    remember(&terminal->shown, cells);
    return send_written(terminal, "");
}

bool terminal_is_behind(const struct terminal *terminal)
{
    return tty_is_behind(&terminal->tty);
}

void terminal_repaint(struct terminal *terminal)
{
    terminal->repaint = true;
}
