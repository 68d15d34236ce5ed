/*
 * The console can be trusted with a terminal: however it ends, or is stopped, or loses it, the terminal is as
 * before; at every size, under every TERM, whatever lies in the directory.
 */
#include "tests/support/test.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/support/pty.h"
#include "tests/support/tmpdir.h"

#define HOSTILE "a\033]0;PWNED\007\xe2\x80\xae.shm"

/* So that a signal ends the program in a sanitizer's build, too. */
#define NO_SANITIZER                                                                                         \
    "ASAN_OPTIONS=handle_segv=0:handle_sigbus=0:handle_abort=0:handle_sigfpe=0:handle_sigill=0:use_"         \
    "sigaltstack=0"

static struct tmpdir *directory;

static int setup(void **state)
{
    tmpdir_setup(state);
    directory = *state;
    tmpdir_write_text(directory, "first.shm", "some bytes");
    tmpdir_write_sparse(directory, "second.shm", 1 << 20);
    tmpdir_write_text(directory, HOSTILE, "x");
    return 0;
}

static int teardown(void **state)
{
    pty_teardown(state);
    return tmpdir_teardown(state);
}

static struct pty *start_as(struct pty_options options)
{
    const char *const argv[] = {getenv("SHMTOP"), "-d", directory->path, NULL};
    static const char *const environment[] = {NO_SANITIZER, NULL};

    options.argv = argv;
    options.environment = environment;
    return pty_start(&options);
}

static struct pty *start(void)
{
    struct pty *pty = start_as((struct pty_options){0});

    pty_wait_text(pty, "first.shm");
    return pty;
}

static void quit(struct pty *pty)
{
    int status;

    pty_keys(pty, "q");
    status = pty_wait_exit(pty);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    pty_assert_restored(pty);
    pty_stop(pty);
}

static long now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool exists(const char *name)
{
    return access(tmpdir_path(directory, name), F_OK) == 0;
}

/* --- ends --- */

static void q_ends_it(void **state)
{
    (void)state;
    quit(start());
}

static void each_signal_restores_the_terminal_and_ends_it(void **state)
{
    static const int numbers[] = {SIGHUP, SIGINT, SIGTERM, SIGQUIT, SIGSEGV, SIGBUS, SIGABRT};

    (void)state;
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        struct pty *pty = start();
        int status;

        assert_true(pty_is_alternate(pty));
        pty_signal(pty, numbers[i]);
        status = pty_wait_exit(pty);
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), numbers[i]);
        pty_assert_restored(pty);
        pty_stop(pty);
    }
}

static bool has_written_since(struct pty *pty, void *count)
{
    return pty_count(pty) > *(size_t *)count;
}

static void a_signal_ends_it_within_a_dialog_too(void **state)
{
    static const char *const keys[] = {"d", "L", "?", "/x", "s", "\r"};

    (void)state;
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        struct pty *pty = start();
        size_t before = pty_count(pty);
        int status;

        pty_keys(pty, keys[i]);
        assert_true(pty_wait(pty, has_written_since, &before, PTY_WAIT_MS));
        pty_signal(pty, SIGTERM);
        status = pty_wait_exit(pty);
        assert_true(WIFSIGNALED(status));
        pty_assert_restored(pty);
        pty_stop(pty);
    }
}

static void a_lost_terminal_ends_it(void **state)
{
    (void)state;
    for (int ignored = 0; ignored < 2; ignored++) {
        struct pty *pty = start_as((struct pty_options){.ignore_hangup = ignored});
        long began;

        pty_wait_text(pty, "first.shm");
        began = now_ms();
        pty_hang_up(pty);
        pty_wait_exit(pty);
        assert_true(now_ms() - began < 1000);
        pty_stop(pty);
    }
}

/* --- stops --- */

static void stopped_and_continued_it_shows_what_is_there_now(void **state)
{
    struct pty *pty = start_as((struct pty_options){.job = true});

    (void)state;
    pty_wait_text(pty, "first.shm");
    for (int round = 0; round < 2; round++) {
        char name[32];

        if (round == 0)
            pty_keys(pty, "\032");
        else
            pty_signal(pty, SIGTSTP);
        pty_wait_stopped(pty);
        pty_watch(pty, 20);
        pty_assert_restored(pty);
        snprintf(name, sizeof(name), "meanwhile%d.shm", round);
        tmpdir_write_text(directory, name, "new");
        pty_resize(pty, 30, 100 + round);
        pty_foreground(pty);
        pty_wait_text(pty, name);
        assert_true(pty_is_alternate(pty));
    }
    quit(pty);
}

/* bg, then kill: nothing is drawn over the shell, and it ends. */
static void in_the_background_it_can_be_ended(void **state)
{
    struct pty *pty = start_as((struct pty_options){.job = true});
    size_t before;
    int status;

    (void)state;
    pty_wait_text(pty, "first.shm");
    pty_keys(pty, "\032");
    pty_wait_stopped(pty);
    pty_watch(pty, 20);
    before = pty_count(pty);
    pty_background(pty);
    tmpdir_write_text(directory, "unseen.shm", "new");
    pty_watch(pty, 300);
    assert_int_equal(pty_count(pty), before);
    pty_signal(pty, SIGTERM);
    status = pty_wait_exit(pty);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGTERM);
    pty_assert_restored(pty);
    pty_stop(pty);
}

/* --- terminals --- */

static void assert_refused(struct pty *pty)
{
    int status = pty_wait_exit(pty);

    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 6);
    assert_non_null(strstr(pty_output(pty), "shmtop list"));
    assert_null(strchr(pty_output(pty), '\033'));
    pty_stop(pty);
}

static void no_terminal_is_exit_6_and_names_list(void **state)
{
    static const char *const terms[] = {"dumb", "nosuch", ""};

    (void)state;
    for (size_t i = 0; i < sizeof(terms) / sizeof(terms[0]); i++)
        assert_refused(start_as((struct pty_options){.term = terms[i]}));
}

static void a_pipe_is_exit_6_and_names_list(void **state)
{
    char command[4096];
    const char *const argv[] = {"/bin/sh", "-c", command, NULL};

    (void)state;
    snprintf(command, sizeof(command), "exec '%s' -d '%s' </dev/null", getenv("SHMTOP"), directory->path);
    assert_refused(pty_start(&(struct pty_options){.argv = argv}));
}

static void each_usable_terminal_shows_the_table(void **state)
{
    static const char *const terms[] = {"vt100",         "linux",          "screen-256color",
                                        "tmux-256color", "xterm-256color", "xterm-unheard-of"};

    (void)state;
    for (size_t i = 0; i < sizeof(terms) / sizeof(terms[0]); i++) {
        struct pty *pty = start_as((struct pty_options){.term = terms[i]});

        pty_wait_text(pty, "first.shm");
        pty_wait_text(pty, "second.shm");
        quit(pty);
    }
}

static void without_utf8_all_is_ascii(void **state)
{
    struct pty *pty = start_as((struct pty_options){.locale = "C"});

    (void)state;
    pty_wait_text(pty, "first.shm");
    pty_keys(pty, "d");
    pty_wait_text(pty, "Cancel");
    for (const char *at = pty_output(pty); *at != '\0'; at++)
        assert_true((unsigned char)*at < 0x80);
    pty_stop(pty);
}

/* --- sizes --- */

static void every_size_works_with_keys(void **state)
{
    static const int sizes[][2] = {{1, 1}, {1, 2}, {2, 1}, {2, 2}, {3, 10}, {5, 20}, {1, 200}, {60, 1}};
    static const char *const keys[] = {"jkGg",   "d\033", "L\033",         "?\033", "/fi\033\033",
                                       "s\033",  "i",     " *a",           "<>I",   "\t\t",
                                       "\r\033", "u\033", "\033[B\033[6~", "c\033", "!\033"};

    (void)state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct pty *pty = start_as((struct pty_options){.rows = sizes[i][0], .columns = sizes[i][1]});

        for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++)
            pty_keys(pty, keys[k]);
        pty_resize(pty, 24, 80);
        pty_wait_text(pty, "first.shm");
        pty_stop(pty);
    }
}

static void a_live_resize_is_survived_in_every_screen(void **state)
{
    static const int sizes[][2] = {{1, 1}, {40, 140}, {5, 20}, {2, 2}, {24, 80}};
    static const char *const keys[] = {"j", "d", "L", "?", "/f", "s", "\r"};

    (void)state;
    for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
        struct pty *pty = start();

        pty_keys(pty, keys[k]);
        for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
            pty_resize(pty, sizes[i][0], sizes[i][1]);
            pty_watch(pty, 30);
        }
        pty_keys(pty, "\033\033");
        pty_watch(pty, 30);
        pty_keys(pty, "\033");
        pty_wait_text(pty, "first.shm");
        pty_stop(pty);
    }
}

/* --- what it meets --- */

static void no_name_reaches_the_terminal_as_it_is(void **state)
{
    struct pty *pty = start();

    (void)state;
    pty_wait_text(pty, "a\\x1b]0;PWNED\\x07");
    pty_keys(pty, "Gd");
    pty_wait_text(pty, "Cancel");
    pty_keys(pty, "\033");
    pty_wait_no_text(pty, "Cancel");
    assert_null(strstr(pty_output(pty), "\033]"));
    assert_null(strstr(pty_output(pty), "\xe2\x80\xae"));
    quit(pty);
}

static bool has_copied(struct pty *pty, void *tmux)
{
    return strstr(pty_output(pty),
                  tmux ? "\033Ptmux;\033\033]52;c;Zmlyc3Quc2ht\a\033\\" : "\033]52;c;Zmlyc3Quc2ht\a") != NULL;
}

/* The only escape sequence with a name in it, and there it is printable and in base64. */
static void names_are_copied_by_osc_52(void **state)
{
    static const char *const plain[] = {NO_SANITIZER, "TMUX", NULL}, *const tmux[] = {
                                                                         NO_SANITIZER,
                                                                         "TMUX=/tmp/tmux-0/default,1,0",
                                                                         NULL};
    const char *const argv[] = {getenv("SHMTOP"), "-r", "-d", directory->path, NULL};
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct pty *pty = pty_start(&(struct pty_options){.argv = argv, .environment = i ? tmux : plain});
        pty_wait_text(pty, "first.shm");
        pty_keys(pty, ":first.shm\r");
        pty_keys(pty, "y");
        pty_wait_text(pty, "1 name copied");
        assert_true(pty_wait(pty, has_copied, i ? pty : NULL, PTY_WAIT_MS));
        quit(pty);
    }
}

static void what_happens_in_the_directory_is_shown(void **state)
{
    struct pty *pty = start();

    (void)state;
    tmpdir_write_text(directory, "third.shm", "x");
    pty_wait_text(pty, "third.shm");
    tmpdir_unlink(directory, "third.shm");
    pty_wait_no_text(pty, "third.shm");
    quit(pty);
}

/* A paste outside an input, and one into a dialog: neither acts. */
static void a_paste_is_no_keys(void **state)
{
    struct pty *pty = start();

    (void)state;
    pty_keys(pty, "\033[200~dy\ryq\r\033[201~");
    tmpdir_write_text(directory, "after.shm", "x");
    pty_wait_text(pty, "after.shm");
    pty_keys(pty, "d\033[200~y\rdelete\r\033[201~");
    pty_wait_text(pty, "Cancel");
    pty_keys(pty, "\033");
    pty_wait_no_text(pty, "Cancel");
    assert_true(exists("first.shm") && exists("second.shm") && exists("after.shm"));
    quit(pty);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(q_ends_it),
        TEST(each_signal_restores_the_terminal_and_ends_it),
        TEST(a_signal_ends_it_within_a_dialog_too),
        TEST(a_lost_terminal_ends_it),
        TEST(stopped_and_continued_it_shows_what_is_there_now),
        TEST(in_the_background_it_can_be_ended),
        TEST(no_terminal_is_exit_6_and_names_list),
        TEST(a_pipe_is_exit_6_and_names_list),
        TEST(each_usable_terminal_shows_the_table),
        TEST(without_utf8_all_is_ascii),
        TEST(every_size_works_with_keys),
        TEST(a_live_resize_is_survived_in_every_screen),
        TEST(no_name_reaches_the_terminal_as_it_is),
        TEST(names_are_copied_by_osc_52),
        TEST(what_happens_in_the_directory_is_shown),
        TEST(a_paste_is_no_keys),
    };

    return cmocka_run_group_tests_name("console", tests, NULL, NULL);
}
