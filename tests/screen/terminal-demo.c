/*
 * What test-terminal drives: a program that takes the terminal, shows its size, the last key or paste and how
 * often it drew, and ends in each way that a program can.
 */
#include <errno.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/term/cells.h"
#include "tui/term/terminal.h"

static volatile sig_atomic_t ending, stopping;

static struct terminal *terminal;
static char said[256] = "nothing yet";
static bool done, wide, noise, heat;

static void on_end(int number)
{
    ending = number;
}

static void on_stop(int number)
{
    stopping = number;
}

static void on_wake(int number)
{
    (void)number;
}

static void catch (int number, void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler};

    sigaction(number, &action, NULL);
}

/* On a stack that is too small for it. */
static int overflow(int depth)
{
    volatile char block[65536];

    block[depth % 65536] = (char)depth;
    return depth < 1000000 ? overflow(depth + 1) + block[(depth + 1) % 65536] : 0;
}

static void act(const struct key *key)
{
    snprintf(said, sizeof(said), "key %s%x", key->alt ? "alt-" : "", (unsigned)key->code);
    switch (key->code) {
    case 'q':
        done = true;
        break;
    case 26: /* ^Z */
        terminal_suspend(terminal);
        break;
    case 12: /* ^L */
        terminal_repaint(terminal);
        break;
    case 'w':
        wide = !wide;
        break;
    case 'n':
        noise = !noise;
        break;
    case 'h':
        heat = !heat;
        break;
    case 'A':
        abort();
    case 'S':
        raise(SIGSEGV);
        break;
    case 'F':
        *(volatile int *)0 = overflow(0);
        break;
    case 'X':
        exit(overflow(1));
    }
}

/* A line of every kind of heat. */
static void draw_heat(struct cells *cells, int y)
{
    for (int x = 0; x < HEAT_LEVELS; x++)
        cells_put_heat(cells, y, x, heat_diverging((unsigned)x), heat_rising((unsigned)x));
    cells_put(cells, y, 22, -1, ROLE_TEXT, 0, cells->heat ? "heat" : "none");
    for (int x = 0; x < 4; x++)
        cells_heat(cells, (struct rect){y, 22 + x, 1, 1}, heat_diverging((unsigned)x * 6));
    cells_put(cells, y, 27, -1, ROLE_DIM, CELL_SELECTED, "on");
    cells_heat(cells, (struct rect){y, 27, 1, 2}, heat_diverging(2));
    cells_put(cells, y, 29, -1, ROLE_TEXT, CELL_BOLD | CELL_UNDERLINE, "up");
    cells_heat(cells, (struct rect){y, 29, 1, 2}, heat_rising(2));
    cells_put_heat(cells, y, 32, HEAT_NAN, HEAT_INF);
}

/* Any two levels of both scales and none in one cell: as many pairs as there can be, and more. */
static void draw_every_pair(struct cells *cells)
{
    for (int y = 0; y < cells->rows; y++)
        for (int x = 0; x < cells->columns; x++)
            cells_put_heat(cells, y, x, (uint8_t)(1 + x % (HEAT_COUNT - 1)), (uint8_t)(y % HEAT_COUNT));
}

static void draw(struct cells *cells)
{
    int rows, columns;

    terminal_size(terminal, &rows, &columns);
    cells_resize(cells, rows, columns);
    cells->ascii = terminal_is_ascii(terminal);
    cells->heat = terminal_shows_heat(terminal);
    cells_putf(cells, 0, 0, -1, ROLE_STRONG, 0, "size %dx%d", rows, columns);
    cells_put_cut(cells, 1, 0, -1, ROLE_TEXT, 0, said);
    cells_put(cells, 2, 0, -1, ROLE_LEAKED, 0, "leaked");
    cells_put(cells, 2, 7, -1, ROLE_DIM, 0, "dim");
    cells_put(cells, 2, 11, -1, ROLE_TEXT, CELL_SELECTED, "selected");
    cells_put(cells, 2, 20, -1, ROLE_LEAKED, CELL_SELECTED | CELL_UNDERLINE, "both");
    cells_put(cells, 3, 0, -1, ROLE_TEXT, 0, "日本 e\xcc\x81 × ↓ ● \xf3\xb0\x80\x80 \xe2\x80\xae\x1b[31m|");
    cells_bar(cells, 4, 0, 10, 45, 100, ROLE_LIVE);
    cells_box(cells, (struct rect){5, 0, 3, 20}, ROLE_RULE, "Box");
    draw_heat(cells, 8);
    if (heat)
        draw_every_pair(cells);
    if (wide)
        cells_fill(cells, (struct rect){0, 0, rows, columns}, ROLE_TEXT, 0, "w");
    for (int y = 0; noise && y < rows; y++)
        for (int x = 0; x < columns; x++)
            cells_putf(cells, y, x, 1, ROLE_TEXT, 0, "%c", 'a' + (x * 7 + y * 3) % 26);
    cells_put(cells, rows - 1, columns - 3, -1, ROLE_KEY, 0, "end");
    cells->cursor_y = wide ? -1 : 1;
    cells->cursor_x = wide ? -1 : 0;
}

static void drain(void)
{
    for (;;) {
        struct key key = {0};
        char *text = NULL;

        switch (terminal_read(terminal, &key, &text)) {
        case INPUT_NONE:
            return;
        case INPUT_KEY:
            act(&key);
            break;
        case INPUT_PASTE:
            snprintf(said, sizeof(said), "paste %zu %s", strlen(text), text);
            free(text);
            break;
        case INPUT_RESIZE:
            break;
        case INPUT_LOST:
            done = true;
            return;
        }
        if (done)
            return;
    }
}

static void loop(void)
{
    struct cells cells = {0};
    sigset_t none;

    sigemptyset(&none);
    while (!done && !ending) {
        struct pollfd watched;

        if (stopping) {
            stopping = 0;
            terminal_suspend(terminal);
        }
        drain();
        draw(&cells);
        if (done || terminal_show(terminal, &cells) < 0)
            break;
        watched = (struct pollfd){.fd = terminal_fd(terminal), .events = POLLIN};
        if (terminal_is_behind(terminal))
            watched.events |= POLLOUT;
        if (ppoll(&watched, 1, NULL, &none) < 0 && errno != EINTR)
            break;
    }
    cells_free(&cells);
}

static void catch_signals(void)
{
    static const int ends[] = {SIGTERM, SIGINT, SIGQUIT, SIGHUP};
    struct sigaction now;
    sigset_t all;

    sigemptyset(&all);
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        sigaction(ends[i], NULL, &now);
        if (now.sa_handler != SIG_IGN)
            catch (ends[i], on_end);
        sigaddset(&all, ends[i]);
    }
    catch (SIGTSTP, on_stop);
    catch (SIGCONT, on_wake);
    sigaddset(&all, SIGTSTP);
    sigaddset(&all, SIGWINCH);
    sigaddset(&all, SIGCONT);
    sigprocmask(SIG_BLOCK, &all, NULL); /* but for ppoll */
}

int main(int argc, char **argv)
{
    enum color_mode color = COLOR_AUTO;
    struct error error = {0};
    bool ascii = false;

    setlocale(LC_CTYPE, "");
    for (int i = 1; i < argc; i++) {
        ascii |= strcmp(argv[i], "ascii") == 0;
        color = strcmp(argv[i], "16") == 0 ? COLOR_16 : strcmp(argv[i], "never") == 0 ? COLOR_NEVER : color;
        color = strcmp(argv[i], "256") == 0 ? COLOR_256 : color;
    }
    catch_signals();
    if (terminal_open(&terminal, color, ascii, &error) < 0) {
        fprintf(stderr, "demo: %s\n", error.text);
        return 6;
    }
    loop();
    terminal_close(terminal);
    if (ending) {
        sigset_t set;

        catch (ending, SIG_DFL);
        sigemptyset(&set);
        sigaddset(&set, ending);
        sigprocmask(SIG_UNBLOCK, &set, NULL);
        raise(ending);
    }
    puts("ended well");
    return 0;
}
