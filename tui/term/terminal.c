#include <errno.h>
#include <langinfo.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tui/term/clipboard.h"
#include "tui/term/input.h"
#include "tui/term/painter.h"
#include "tui/term/rescue.h"
#include "tui/term/terminal.h"
#include "tui/term/tty.h"

#define ESCAPE_DELAY_MS 25
#define CLOSE_WAIT_MS   1000
#define PASTE_ON        "\033[?2004h"
#define PASTE_OFF       "\033[?2004l"

static const char no_tty[] = "the console needs a terminal on standard input and output: use `shmtop list`";

struct terminal {
    struct tty tty;
    struct input input;
    struct painter *painter;
    bool ascii;
    bool brackets; /* pastes come in brackets */
    bool taken;    /* false: another job has the terminal */
    int rows, columns;
    int escape_delay;
    struct sigaction winch; /* before */
};

/* --- a new size --- */

/* Only so that it ends a wait: terminal_read asks for the size. Ignored, which is its default, it would not.
 */
static void on_winch(int number)
{
    (void)number;
}

static void catch_winch(struct terminal *terminal)
{
    struct sigaction action = {.sa_handler = on_winch};

    sigemptyset(&action.sa_mask);
    sigaction(SIGWINCH, NULL, &terminal->winch);
    if (terminal->winch.sa_handler == SIG_DFL || terminal->winch.sa_handler == SIG_IGN)
        sigaction(SIGWINCH, &action, NULL);
}

/* --- taking and giving back --- */

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
    painter_forget(terminal->painter);
    return terminal->brackets ? tty_write(&terminal->tty, PASTE_ON, strlen(PASTE_ON)) : 0;
}

static void give_terminal_back(struct terminal *terminal)
{
    char *bytes;
    size_t n;

    if (!terminal->taken)
        return;
    painter_leave(terminal->painter, &bytes, &n);
    tty_write(&terminal->tty, bytes, n);
    free(bytes);
    if (terminal->brackets)
        tty_write(&terminal->tty, PASTE_OFF, strlen(PASTE_OFF));
    tty_flush(&terminal->tty, CLOSE_WAIT_MS);
    tty_restore(&terminal->tty);
    terminal->taken = false;
}

static void arm_rescue(struct terminal *terminal)
{
    char bytes[256];
    size_t n = painter_rescue(terminal->painter, bytes, sizeof(bytes) - strlen(PASTE_OFF));

    if (terminal->brackets) {
        memcpy(bytes + n, PASTE_OFF, strlen(PASTE_OFF));
        n += strlen(PASTE_OFF);
    }
    rescue_save(&terminal->tty.saved);
    rescue_arm(terminal->tty.out, bytes, n);
}

static int escape_delay(void)
{
    const char *text = getenv("ESCDELAY");
    long milliseconds = text != NULL && text[0] != '\0' ? strtol(text, NULL, 10) : ESCAPE_DELAY_MS;

    return milliseconds < 0 || milliseconds > 1000 ? ESCAPE_DELAY_MS : (int)milliseconds;
}

static int set_up(struct terminal *terminal, enum color_mode color, bool force_ascii, struct error *error)
{
    int rc;

    tty_size(&terminal->tty, &terminal->rows, &terminal->columns);
    rc = painter_open(&terminal->painter, color, terminal->rows, terminal->columns, error);
    if (rc < 0)
        return rc;
    painter_size(terminal->painter, &terminal->rows, &terminal->columns);
    terminal->ascii = force_ascii || strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
    terminal->brackets = painter_is_modern(terminal->painter);
    terminal->escape_delay = escape_delay();
    terminal->input.erase = (char)terminal->tty.saved.c_cc[VERASE];
    painter_add_keys(terminal->painter, &terminal->input);
    catch_winch(terminal);
    arm_rescue(terminal);
    rc = take_terminal(terminal);
    return rc < 0 ? error_set_errno(error, -rc, "cannot set up the terminal") : 0;
}

static void free_terminal(struct terminal *terminal)
{
    painter_close(terminal->painter);
    tty_close(&terminal->tty);
    input_free(&terminal->input);
    free(terminal);
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
    sigaction(SIGWINCH, &terminal->winch, NULL);
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

bool terminal_shows_heat(const struct terminal *terminal)
{
    return painter_shows_heat(terminal->painter);
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
    painter_resize(terminal->painter, rows, columns);
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

int terminal_show(struct terminal *terminal, const struct cells *cells)
{
    char *bytes;
    size_t n;
    int rc;

    if (!is_ours(terminal))
        return 0;
    rc = tty_flush(&terminal->tty, 0);
    if (rc < 0 || tty_is_behind(&terminal->tty))
        return rc;
    painter_draw(terminal->painter, cells, &bytes, &n);
    if (n > 0)
        rc = tty_write(&terminal->tty, bytes, n);
    free(bytes);
    return rc;
}

bool terminal_is_behind(const struct terminal *terminal)
{
    return tty_is_behind(&terminal->tty);
}

int terminal_copy(struct terminal *terminal, const char *text)
{
    const char *tmux = getenv("TMUX");
    char *sequence = clipboard_sequence(text, strlen(text), tmux && tmux[0]);
    if (sequence == NULL)
        return -E2BIG;
    int rc = is_ours(terminal) ? tty_write(&terminal->tty, sequence, strlen(sequence)) : 0;
    free(sequence);
    return rc;
}

void terminal_repaint(struct terminal *terminal)
{
    painter_forget(terminal->painter);
}
