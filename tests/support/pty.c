#include "tests/support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <utmp.h>

#include "tests/support/pty.h"
#include "tests/support/screen.h"

#define PTYS_MAX 16

struct pty {
    int master;  /* -1: hung up */
    pid_t child; /* the session leader: the program, or the "shell" above it */
    pid_t program;
    int events;   /* a pidfd, or the pipe on which the "shell" reports wait statuses */
    int commands; /* to the "shell": f, b */
    bool job, ended, stopped, stalled;
    bool drained; /* nobody has the tty open any more, and all that was written was read */
    int status;
    struct termios before;
    struct screen *screen;
    char *output; /* owned: all that was written */
    size_t count, size;
};

static struct pty *ptys[PTYS_MAX];

static long now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* --- the child's side --- */

static void reset_signals(const struct pty_options *options)
{
    sigset_t none;

    for (int number = 1; number < SIGRTMIN; number++)
        signal(number, SIG_DFL);
    if (options->ignore_hangup)
        signal(SIGHUP, SIG_IGN);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static void set_environment(const struct pty_options *options)
{
    static const char *const removed[] = {"LINES", "COLUMNS", "NO_COLOR", "ESCDELAY", "TERMINFO", "LC_CTYPE"};

    for (size_t i = 0; i < sizeof(removed) / sizeof(removed[0]); i++)
        unsetenv(removed[i]);
    setenv("LC_ALL", options->locale ? options->locale : "C.UTF-8", 1);
    setenv("TERM", options->term ? options->term : "xterm-256color", 1);
    if (options->term != NULL && options->term[0] == '\0')
        unsetenv("TERM");
    for (size_t i = 0; options->environment != NULL && options->environment[i] != NULL; i++) {
        if (strchr(options->environment[i], '=') != NULL)
            putenv((char *)options->environment[i]);
        else
            unsetenv(options->environment[i]);
    }
}

_Noreturn static void run_program(const struct pty_options *options)
{
    const char *program =
        options->argv != NULL && options->argv[0] != NULL ? options->argv[0] : getenv("SHMTOP");
    static const char *const alone[] = {"shmtop", NULL};

    reset_signals(options);
    set_environment(options);
    if (program != NULL)
        execv(program, (char *const *)(options->argv != NULL ? options->argv : alone));
    dprintf(2, "cannot run %s: %s\n", program ? program : "$SHMTOP", strerror(errno));
    _exit(127);
}

static void give_terminal_to(pid_t group)
{
    tcsetpgrp(STDIN_FILENO, group);
}

/* What a shell does for one job: reports what becomes of it, and continues it when told. */
_Noreturn static void run_shell(const struct pty_options *options, int reports, int commands)
{
    pid_t program;
    int status;
    char command;

    signal(SIGTTOU, SIG_IGN);
    signal(SIGTTIN, SIG_IGN);
    signal(SIGTSTP, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    program = fork();
    if (program == 0) {
        setpgid(0, 0);
        give_terminal_to(getpid());
        close(reports);
        close(commands);
        run_program(options);
    }
    setpgid(program, program);
    give_terminal_to(program);
    if (program < 0 || write(reports, &program, sizeof(program)) != sizeof(program))
        _exit(1);
    while (waitpid(program, &status, WUNTRACED) == program) {
        if (write(reports, &status, sizeof(status)) != sizeof(status) || !WIFSTOPPED(status))
            break;
        give_terminal_to(getpgrp());
        if (read(commands, &command, 1) != 1)
            break;
        if (command == 'f')
            give_terminal_to(program);
        kill(-program, SIGCONT);
    }
    kill(-program, SIGKILL);
    _exit(0);
}

/* --- starting and stopping --- */

static void answer(const char *bytes, size_t n, void *data)
{
    pty_send(data, bytes, n);
}

static void remember(struct pty *pty)
{
    for (size_t i = 0; i < PTYS_MAX; i++)
        if (ptys[i] == NULL) {
            ptys[i] = pty;
            return;
        }
    fail_msg("more than %d ptys", PTYS_MAX);
}

static void attach_events(struct pty *pty, int reports)
{
    if (!pty->job) {
        pty->program = pty->child;
        pty->events = (int)syscall(SYS_pidfd_open, pty->child, 0);
    } else {
        pty->events = reports;
        if (read(reports, &pty->program, sizeof(pty->program)) != sizeof(pty->program))
            fail_msg("the program was not started");
    }
    assert_true(pty->events >= 0);
}

struct pty *pty_start(const struct pty_options *options)
{
    struct winsize size = {.ws_row = (unsigned short)(options->rows ? options->rows : 24),
                           .ws_col = (unsigned short)(options->columns ? options->columns : 80)};
    struct pty *pty = calloc(1, sizeof(*pty));
    int reports[2] = {-1, -1}, commands[2] = {-1, -1}, slave;

    assert_non_null(pty);
    pty->job = options->job;
    if (pty->job)
        assert_true(pipe2(reports, O_CLOEXEC) == 0 && pipe2(commands, O_CLOEXEC) == 0);
    assert_int_equal(openpty(&pty->master, &slave, NULL, NULL, &size), 0);
    tcgetattr(pty->master, &pty->before); /* before the program can change them */
    pty->child = fork();
    assert_true(pty->child >= 0);
    if (pty->child == 0) {
        close(pty->master);
        login_tty(slave);
        if (options->job) {
            close(reports[0]);
            close(commands[1]);
            run_shell(options, reports[1], commands[0]);
        }
        run_program(options);
    }
    fcntl(pty->master, F_SETFD, FD_CLOEXEC);
    close(slave);
    if (pty->job) {
        close(reports[1]);
        close(commands[0]);
    }
    pty->commands = commands[1];
    pty->screen = screen_new(size.ws_row, size.ws_col, answer, pty);
    remember(pty);
    attach_events(pty, reports[0]);
    return pty;
}

void pty_hang_up(struct pty *pty)
{
    if (pty->master >= 0)
        close(pty->master);
    pty->master = -1;
}

void pty_stop(struct pty *pty)
{
    int status;

    for (size_t i = 0; i < PTYS_MAX; i++)
        if (ptys[i] == pty)
            ptys[i] = NULL;
    if (pty->job || !pty->ended) {
        if (!pty->ended)
            kill(pty->program, SIGKILL);
        kill(pty->child, SIGKILL);
        waitpid(pty->child, &status, 0);
    }
    pty_hang_up(pty);
    if (pty->commands >= 0)
        close(pty->commands);
    close(pty->events);
    screen_free(pty->screen);
    free(pty->output);
    free(pty);
}

int pty_teardown(void **state)
{
    (void)state;
    for (size_t i = 0; i < PTYS_MAX; i++)
        if (ptys[i] != NULL)
            pty_stop(ptys[i]);
    return 0;
}

pid_t pty_pid(const struct pty *pty)
{
    return pty->program;
}

/* --- in --- */

void pty_send(struct pty *pty, const void *bytes, size_t n)
{
    const char *at = bytes;

    while (n > 0 && pty->master >= 0) {
        ssize_t written = write(pty->master, at, n);

        if (written < 0 && errno != EINTR)
            return; /* it has ended */
        if (written > 0) {
            at += written;
            n -= (size_t)written;
        }
    }
}

void pty_keys(struct pty *pty, const char *keys)
{
    pty_send(pty, keys, strlen(keys));
}

void pty_resize(struct pty *pty, int rows, int columns)
{
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};

    screen_resize(pty->screen, rows, columns);
    ioctl(pty->master, TIOCSWINSZ, &size);
}

void pty_signal(struct pty *pty, int number)
{
    kill(pty->program, number);
}

void pty_stall(struct pty *pty, bool stalled)
{
    pty->stalled = stalled;
}

void pty_wait_unread(struct pty *pty)
{
    struct pollfd watched = {.fd = pty->master, .events = POLLIN};

    assert_int_equal(poll(&watched, 1, PTY_WAIT_MS), 1);
}

/* --- out --- */

static void take_output(struct pty *pty, const char *bytes, size_t n)
{
    if (pty->count + n + 1 > pty->size) {
        pty->size = (pty->count + n + 1) * 2;
        pty->output = realloc(pty->output, pty->size);
        assert_non_null(pty->output);
    }
    memcpy(pty->output + pty->count, bytes, n);
    pty->count += n;
    pty->output[pty->count] = '\0';
    screen_feed(pty->screen, bytes, n);
}

/* False: nothing more will come. */
static bool read_output(struct pty *pty)
{
    char bytes[65536];
    ssize_t n = read(pty->master, bytes, sizeof(bytes));

    if (n > 0)
        take_output(pty, bytes, (size_t)n);
    return n > 0 || (n < 0 && errno == EINTR);
}

static void read_event(struct pty *pty)
{
    int status;

    if (pty->job) {
        if (read(pty->events, &status, sizeof(status)) != sizeof(status))
            return;
    } else if (waitpid(pty->child, &status, 0) != pty->child) {
        return;
    }
    pty->stopped = WIFSTOPPED(status);
    pty->ended = !pty->stopped;
    pty->status = status;
}

/* Waits for output or an event, at most so long, and takes what has come. */
static void step(struct pty *pty, long milliseconds)
{
    struct pollfd watched[2] = {{.fd = pty->stalled || pty->drained ? -1 : pty->master, .events = POLLIN},
                                {.fd = pty->ended ? -1 : pty->events, .events = POLLIN}};

    if (poll(watched, 2, (int)milliseconds) <= 0)
        return;
    if (watched[0].revents != 0)
        pty->drained = !read_output(pty);
    else if (watched[1].revents != 0)
        read_event(pty);
}

/* It has ended, and all that it wrote was read: its last words may come after the news of its end. */
static bool is_over(const struct pty *pty)
{
    return pty->ended && (pty->drained || pty->stalled || pty->master < 0);
}

bool pty_wait(struct pty *pty, pty_condition condition, void *data, int milliseconds)
{
    long end = now_ms() + milliseconds, left;

    while (!condition(pty, data)) {
        left = end - now_ms();
        if (left <= 0 || is_over(pty))
            return false;
        step(pty, left);
    }
    return true;
}

static bool never(struct pty *pty, void *data)
{
    (void)pty;
    (void)data;
    return false;
}

void pty_watch(struct pty *pty, int milliseconds)
{
    pty_wait(pty, never, NULL, milliseconds);
}

bool pty_has(struct pty *pty, const char *text)
{
    return screen_has(pty->screen, text);
}

const char *pty_row(struct pty *pty, int y)
{
    return screen_row(pty->screen, y);
}

bool pty_is_alternate(const struct pty *pty)
{
    return screen_is_alternate(pty->screen);
}

bool pty_cursor_is_visible(const struct pty *pty)
{
    return screen_cursor_is_visible(pty->screen);
}

void pty_cursor(struct pty *pty, int *ret_y, int *ret_x)
{
    screen_cursor(pty->screen, ret_y, ret_x);
}

bool pty_modes_are_as_before(struct pty *pty)
{
    struct termios now;

    return pty->master >= 0 && tcgetattr(pty->master, &now) == 0 && now.c_iflag == pty->before.c_iflag &&
           now.c_oflag == pty->before.c_oflag && now.c_lflag == pty->before.c_lflag &&
           now.c_cflag == pty->before.c_cflag && memcmp(now.c_cc, pty->before.c_cc, sizeof(now.c_cc)) == 0;
}

size_t pty_count(const struct pty *pty)
{
    return pty->count;
}

const char *pty_output(const struct pty *pty)
{
    return pty->output != NULL ? pty->output : "";
}

/* Line by line: cmocka cuts what is long. */
static void print_lines(char *text)
{
    char *rest = text, *line;

    while ((line = strsep(&rest, "\n")) != NULL)
        print_message("# %s\n", line);
}

void pty_print(struct pty *pty)
{
    char *text = screen_text(pty->screen, true);

    print_lines(text);
    free(text);
}

/* --- asserts --- */

struct wanted {
    const char *text;
    bool present;
};

static bool text_is(struct pty *pty, void *data)
{
    const struct wanted *wanted = data;

    return screen_has(pty->screen, wanted->text) == wanted->present;
}

static void fail_with_screen(struct pty *pty, const char *file, int line)
{
    pty_print(pty);
    _fail(file, line);
}

void pty_wait_text_at(struct pty *pty, const char *text, bool present, const char *file, int line)
{
    struct wanted wanted = {text, present};

    if (pty_wait(pty, text_is, &wanted, PTY_WAIT_MS))
        return;
    print_message("# %s: %s\n", present ? "never shown" : "still shown", text);
    fail_with_screen(pty, file, line);
}

static bool has_ended(struct pty *pty, void *data)
{
    (void)data;
    return is_over(pty);
}

int pty_wait_exit_at(struct pty *pty, int milliseconds, const char *file, int line)
{
    if (!pty_wait(pty, has_ended, NULL, milliseconds)) {
        print_message("# still running after %d ms\n", milliseconds);
        fail_with_screen(pty, file, line);
    }
    return pty->status;
}

static void assert_at(struct pty *pty, bool holds, const char *what, const char *file, int line)
{
    if (holds)
        return;
    print_message("# %s\n", what);
    fail_with_screen(pty, file, line);
}

/* The last of two texts in the output is the second, or neither is there. */
static bool ends_with_mode(const struct pty *pty, const char *on, const char *off)
{
    const char *last_on = NULL, *last_off = NULL;

    for (const char *at = pty_output(pty); (at = strstr(at, on)) != NULL; at++)
        last_on = at;
    for (const char *at = pty_output(pty); (at = strstr(at, off)) != NULL; at++)
        last_off = at;
    return last_on == NULL || last_on < last_off;
}

void pty_assert_restored_at(struct pty *pty, const char *file, int line)
{
    assert_at(pty, !pty_is_alternate(pty), "the alternate screen is on", file, line);
    assert_at(pty, pty_cursor_is_visible(pty), "the cursor is hidden", file, line);
    assert_at(pty, ends_with_mode(pty, "\033[?2004h", "\033[?2004l"), "bracketed paste is on", file, line);
    assert_at(pty, ends_with_mode(pty, "\033[?1h", "\033[?1l"), "the keypad is in application mode", file,
              line);
    assert_at(pty, pty_modes_are_as_before(pty), "the modes of the tty are not as before", file, line);
}

static void write_golden(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static char *read_golden(const char *path)
{
    FILE *file = fopen(path, "r");
    char *text = calloc(1, 1 << 20);

    if (file != NULL) {
        text[fread(text, 1, (1 << 20) - 1, file)] = '\0';
        fclose(file);
    }
    return text;
}

void pty_assert_golden_at(struct pty *pty, const char *path, const char *file, int line)
{
    const char *root = getenv("SRCDIR"), *update = getenv("UPDATE");
    char full[4096], *text = screen_text(pty->screen, true), *golden;
    bool equal;

    snprintf(full, sizeof(full), "%s/%s", root ? root : SRCDIR, path);
    if (update != NULL && update[0] != '\0')
        write_golden(full, text);
    golden = read_golden(full);
    equal = strcmp(golden, text) == 0;
    if (!equal)
        print_message("# not as in %s:\n", full);
    if (!equal)
        print_lines(golden);
    free(golden);
    free(text);
    if (!equal)
        fail_with_screen(pty, file, line);
}

/* --- jobs --- */

static bool has_stopped(struct pty *pty, void *data)
{
    (void)data;
    return pty->stopped;
}

void pty_wait_stopped_at(struct pty *pty, const char *file, int line)
{
    assert_at(pty, pty_wait(pty, has_stopped, NULL, PTY_WAIT_MS), "it did not stop", file, line);
}

static void command(struct pty *pty, char what)
{
    pty->stopped = false;
    assert_int_equal(write(pty->commands, &what, 1), 1);
}

void pty_foreground(struct pty *pty)
{
    command(pty, 'f');
}

void pty_background(struct pty *pty)
{
    command(pty, 'b');
}
