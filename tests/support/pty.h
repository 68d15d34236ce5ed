/*
 * A program on a terminal of its own: a pty with libvterm behind it, keys in, screens out.
 *
 * Nothing here sleeps: each wait reads what the program writes until the condition holds or its deadline is
 * over, and then fails the test, showing the whole screen. A program that is left over is killed by
 * pty_teardown.
 */
#ifndef SHMTOP_TESTS_SUPPORT_PTY_H
#define SHMTOP_TESTS_SUPPORT_PTY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define PTY_WAIT_MS 10000 /* a deadline for what happens at once, on a machine that is busy */

struct pty;

struct pty_options {
    const char *const *argv; /* NULL-terminated; the program is argv[0], or $SHMTOP where that is NULL */
    const char *term;        /* NULL: xterm-256color; "": not set */
    const char *locale;      /* NULL: C.UTF-8 */
    int rows, columns;       /* 0: 24 and 80 */
    const char *const *environment; /* NULL-terminated NAME=VALUE, or NAME to remove it; NULL: nothing */
    bool job;           /* below a parent that acts as a shell with job control, so that it can be stopped */
    bool ignore_hangup; /* SIGHUP ignored, as below nohup */
};

/* Fails the test where that is not possible. */
struct pty *pty_start(const struct pty_options *options);
/* Kills the program if it still runs, and frees. */
void pty_stop(struct pty *pty);
/* A cmocka teardown: stops all that were started. */
int pty_teardown(void **state);

pid_t pty_pid(const struct pty *pty);

/* --- in --- */
void pty_keys(struct pty *pty, const char *keys);
void pty_send(struct pty *pty, const void *bytes, size_t n);
void pty_resize(struct pty *pty, int rows, int columns);
void pty_signal(struct pty *pty, int number);
/* While stalled, nothing that it writes is read. */
void pty_stall(struct pty *pty, bool stalled);
/* Waits until it has written something that was not read. */
void pty_wait_unread(struct pty *pty);
/* The other end goes away, as when an ssh connection is cut. */
void pty_hang_up(struct pty *pty);

/* --- out --- */
typedef bool (*pty_condition)(struct pty *pty, void *data);
/* Reads until the condition holds; false: it did not in time. */
bool pty_wait(struct pty *pty, pty_condition condition, void *data, int milliseconds);
/* Reads what comes in this time. */
void pty_watch(struct pty *pty, int milliseconds);

bool pty_has(struct pty *pty, const char *text);
const char *pty_row(struct pty *pty, int y); /* without trailing blanks; valid until the next call */
bool pty_is_alternate(const struct pty *pty);
bool pty_cursor_is_visible(const struct pty *pty);
void pty_cursor(struct pty *pty, int *ret_y, int *ret_x);
/* The tty's modes are what they were before the program was started. */
bool pty_modes_are_as_before(struct pty *pty);
/* Bytes that the program has written so far, and all of them (NUL-terminated; NULs in them are kept). */
size_t pty_count(const struct pty *pty);
const char *pty_output(const struct pty *pty);
void pty_print(struct pty *pty);

/* --- asserts --- */
#define pty_wait_text(pty, text)    pty_wait_text_at(pty, text, true, __FILE__, __LINE__)
#define pty_wait_no_text(pty, text) pty_wait_text_at(pty, text, false, __FILE__, __LINE__)
void pty_wait_text_at(struct pty *pty, const char *text, bool present, const char *file, int line);

/* The program's wait status. */
#define pty_wait_exit(pty) pty_wait_exit_at(pty, PTY_WAIT_MS, __FILE__, __LINE__)
int pty_wait_exit_at(struct pty *pty, int milliseconds, const char *file, int line);

/* The terminal is as it was: modes, main screen, cursor visible, no bracketed paste, no colour left on. */
#define pty_assert_restored(pty) pty_assert_restored_at(pty, __FILE__, __LINE__)
void pty_assert_restored_at(struct pty *pty, const char *file, int line);

/*
 * The screen, text and attributes, is that of the file (a path from SRCDIR, tests/screen/golden/NAME.txt);
 * UPDATE=1 in the environment writes it instead.
 */
#define pty_assert_golden(pty, path) pty_assert_golden_at(pty, path, __FILE__, __LINE__)
void pty_assert_golden_at(struct pty *pty, const char *path, const char *file, int line);

/* --- jobs --- */
/* Waits until the program has stopped; then the "shell" has the terminal. */
#define pty_wait_stopped(pty) pty_wait_stopped_at(pty, __FILE__, __LINE__)
void pty_wait_stopped_at(struct pty *pty, const char *file, int line);
void pty_foreground(struct pty *pty); /* fg */
void pty_background(struct pty *pty); /* bg */

#endif
