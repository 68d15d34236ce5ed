/* The terminal, by a small program on a pty: what it shows, what it reads, and that it is given back whatever
 * happens. */
#include "tests/support/test.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "tests/support/pty.h"

static char demo[4096];

/* So that a signal ends the program in a sanitizer's build, too. */
#define NO_SANITIZER                                                                                         \
    "ASAN_OPTIONS=handle_segv=0:handle_sigbus=0:handle_abort=0:handle_sigfpe=0:handle_sigill=0:use_"         \
    "sigaltstack=0"

static struct pty *start_as(const char *term, int rows, int columns, const char *const *environment)
{
    const char *const argv[] = {demo, NULL};

    return pty_start(&(struct pty_options){
        .argv = argv, .term = term, .rows = rows, .columns = columns, .environment = environment});
}

static struct pty *start(void)
{
    struct pty *pty = start_as(NULL, 0, 0, NULL);

    pty_wait_text(pty, "size 24x80");
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

/* --- terminals --- */

static void each_usable_terminal_shows_the_same(void **state)
{
    static const char *const terms[] = {
        "vt100",         "vt220", "linux",          "screen", "screen-256color",
        "tmux-256color", "xterm", "xterm-256color", "rxvt",   "xterm-unheard-of"};

    (void)state;
    for (size_t i = 0; i < sizeof(terms) / sizeof(terms[0]); i++) {
        struct pty *pty = start_as(terms[i], 0, 0, NULL);

        pty_wait_text(pty, "size 24x80");
        pty_wait_text(pty, "end");
        pty_wait_text(pty, "leaked dim selected both");
        assert_string_equal(pty_row(pty, 5), "┌─ Box ────────────┐");
        quit(pty);
    }
}

static void a_terminal_that_cannot_draw_is_refused(void **state)
{
    static const char *const terms[] = {"dumb", "nosuch", "", "unknown"};

    (void)state;
    for (size_t i = 0; i < sizeof(terms) / sizeof(terms[0]); i++) {
        struct pty *pty = start_as(terms[i], 0, 0, NULL);
        int status = pty_wait_exit(pty);

        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 6);
        assert_non_null(strstr(pty_output(pty), "shmtop list"));
        assert_null(strchr(pty_output(pty), '\033'));
        pty_assert_restored(pty);
        pty_stop(pty);
    }
}

static void a_pipe_is_no_terminal(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        char command[8192];
        const char *argv[] = {"/bin/sh", "-c", command, NULL};
        struct pty *pty;

        snprintf(command, sizeof(command), i == 0 ? "%s </dev/null" : "%s | cat", demo);
        pty = pty_start(&(struct pty_options){.argv = argv});
        pty_wait_exit(pty);
        assert_non_null(strstr(pty_output(pty), "shmtop list"));
        assert_null(strchr(pty_output(pty), '\033'));
        pty_stop(pty);
    }
}

static void the_screen_is_as_drawn(void **state)
{
    static const struct {
        const char *term, *option, *locale, *environment, *golden;
    } cases[] = {
        {NULL, NULL, NULL, NULL, "tests/screen/golden/terminal-256.txt"},
        {NULL, "16", NULL, NULL, "tests/screen/golden/terminal-16.txt"},
        {"xterm", NULL, NULL, NULL, "tests/screen/golden/terminal-8.txt"},
        {NULL, "never", NULL, NULL, "tests/screen/golden/terminal-never.txt"},
        {NULL, NULL, NULL, "NO_COLOR=1", "tests/screen/golden/terminal-never.txt"},
        {NULL, NULL, NULL, "NO_COLOR=", "tests/screen/golden/terminal-256.txt"},
        {NULL, "256", NULL, "NO_COLOR=1", "tests/screen/golden/terminal-256.txt"},
        {NULL, "ascii", NULL, NULL, "tests/screen/golden/terminal-ascii.txt"},
        {NULL, NULL, "C", NULL, "tests/screen/golden/terminal-ascii.txt"},
        {"linux", NULL, NULL, NULL, "tests/screen/golden/terminal-linux.txt"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *const argv[] = {demo, cases[i].option, NULL};
        const char *const environment[] = {cases[i].environment, NULL};
        struct pty *pty = pty_start(&(struct pty_options){.argv = argv,
                                                          .term = cases[i].term,
                                                          .locale = cases[i].locale,
                                                          .environment = environment,
                                                          .rows = 10,
                                                          .columns = 40});

        pty_wait_text(pty, "end");
        pty_keys(pty, "w"); /* all over it and back: what is left out would be seen */
        pty_wait_no_text(pty, "size");
        pty_keys(pty, "w");
        pty_wait_text(pty, "size");
        pty_wait_text(pty, "key 77");
        pty_assert_golden(pty, cases[i].golden);
        quit(pty);
    }
}

/* --- sizes --- */

static void every_small_size_works_with_keys(void **state)
{
    static const int sizes[][2] = {{1, 1}, {1, 2}, {2, 1}, {2, 2}, {3, 10}, {5, 20}, {1, 80}, {24, 1}};

    (void)state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct pty *pty = start_as(NULL, sizes[i][0], sizes[i][1], NULL);

        pty_keys(pty, "x\033[A\033w\t\rwww");
        pty_resize(pty, 24, 80);
        pty_wait_text(pty, "size 24x80");
        pty_wait_text(pty, "key 77");
        quit(pty);
    }
}

static void a_live_resize_is_followed(void **state)
{
    static const int sizes[][2] = {{1, 1}, {2, 2}, {30, 100}, {3, 10}, {5, 20}, {1, 1}, {50, 200}, {24, 80}};
    struct pty *pty = start();

    (void)state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        char expected[32];

        pty_keys(pty, "abc");
        pty_resize(pty, sizes[i][0], sizes[i][1]);
        pty_keys(pty, "abc");
        if (sizes[i][1] < 20)
            continue;
        snprintf(expected, sizeof(expected), "size %dx%d", sizes[i][0], sizes[i][1]);
        pty_wait_text(pty, expected);
        pty_wait_text(pty, "end");
    }
    pty_wait_text(pty, "key 63");
    quit(pty);
}

static void exported_lines_and_columns_do_not_hide_a_resize(void **state)
{
    static const char *const environment[] = {"LINES=24", "COLUMNS=80", NULL};
    struct pty *pty = start_as(NULL, 30, 100, environment);

    (void)state;
    pty_wait_text(pty, "size 30x100");
    pty_resize(pty, 12, 40);
    pty_wait_text(pty, "size 12x40");
    quit(pty);
}

/* --- input --- */

static void keys_arrive(void **state)
{
    static const struct {
        const char *bytes, *shown;
    } keys[] = {
        {"a", "key 61"},
        {"\033[A", "key 110001"},
        {"\033OB", "key 110002"},
        {"é", "key e9"},
        {"\003", "key 3"},
        {"\034", "key 1c"},
        {"\023", "key 13"},
        {"\021", "key 11"},
        {"\r", "key d"},
        {"\177", "key 7f"},
        {"\033x", "key alt-78"},
        {"\033[3~", "key 11000a"},
        {"\033[200~q\rq\033[201~", "paste 3"},
    };
    struct pty *pty = start();

    (void)state;
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        pty_keys(pty, keys[i].bytes);
        pty_wait_text(pty, keys[i].shown);
    }
    quit(pty);
}

static long now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void escape_alone_is_quick(void **state)
{
    struct pty *pty = start();
    long best = 1000;

    (void)state;
    for (int i = 0; i < 5; i++) {
        long began;

        pty_keys(pty, "a");
        pty_wait_text(pty, "key 61");
        began = now_ms();
        pty_keys(pty, "\033");
        pty_wait_text(pty, "key 1b");
        best = now_ms() - began < best ? now_ms() - began : best;
    }
    assert_true(best < 200);
    quit(pty);
}

static void the_users_escape_delay_wins(void **state)
{
    static const char *const environment[] = {"ESCDELAY=1000", NULL};
    struct pty *pty = start_as(NULL, 0, 0, environment);

    (void)state;
    pty_wait_text(pty, "size");
    pty_keys(pty, "\033");
    pty_watch(pty, 200); /* eight times the usual delay */
    pty_keys(pty, "[A");
    pty_wait_text(pty, "key 110001");
    quit(pty);
}

static void a_long_paste_is_cut(void **state)
{
    struct pty *pty = start();
    char block[1000];

    (void)state;
    memset(block, 'p', sizeof(block));
    pty_keys(pty, "\033[200~");
    for (int i = 0; i < 100; i++)
        pty_send(pty, block, sizeof(block));
    pty_keys(pty, "\033[201~");
    pty_wait_text(pty, "paste 65536 ppp");
    quit(pty);
}

/* --- output --- */

static void nothing_is_written_when_nothing_changes(void **state)
{
    struct pty *pty = start();
    size_t before;

    (void)state;
    pty_keys(pty, "a");
    pty_wait_text(pty, "key 61");
    pty_watch(pty, 50);
    before = pty_count(pty);
    for (int i = 0; i < 20; i++)
        pty_keys(pty, "a"); /* drawn again, the same */
    pty_keys(pty, "b");
    pty_wait_text(pty, "key 62");
    assert_true(pty_count(pty) - before < 40); /* one letter */
    quit(pty);
}

static void a_repaint_repairs_the_screen(void **state)
{
    struct pty *pty = start();
    size_t before = pty_count(pty);

    (void)state;
    pty_keys(pty, "\f");
    pty_wait_text(pty, "key c");
    pty_watch(pty, 50);
    assert_true(pty_count(pty) - before > 300);
    assert_non_null(strstr(pty_output(pty) + before, "\033[2J"));
    quit(pty);
}

/* A terminal that takes nothing (a frozen ssh, half a frame written): signals end the program all the same.
 */
static void a_stalled_terminal_does_not_hold_it_up(void **state)
{
    struct pty *pty = start_as(NULL, 300, 500, NULL);
    long began;
    int status;

    (void)state;
    pty_wait_text(pty, "size 300x500");
    pty_stall(pty, true);
    pty_keys(pty, "n");
    pty_wait_unread(pty);
    began = now_ms();
    pty_signal(pty, SIGTERM);
    status = pty_wait_exit(pty);
    assert_true(now_ms() - began < 3000);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGTERM);
    pty_stop(pty);
}

/* What a stalled terminal missed is shown when it goes on, the latest, without every frame between. */
static void a_stalled_terminal_catches_up(void **state)
{
    struct pty *pty = start_as(NULL, 300, 500, NULL);

    (void)state;
    pty_wait_text(pty, "size 300x500");
    pty_stall(pty, true);
    pty_keys(pty, "n");
    pty_wait_unread(pty);
    pty_keys(pty, "nb");
    pty_stall(pty, false);
    pty_wait_text(pty, "key 62");
    pty_wait_text(pty, "end");
    quit(pty);
}

/* --- the end --- */

static void ends_by(int number, const char *keys)
{
    static const char *const environment[] = {NO_SANITIZER, NULL};
    struct pty *pty = start_as(NULL, 0, 0, environment);
    int status;

    pty_wait_text(pty, "size 24x80");
    assert_true(pty_is_alternate(pty));
    assert_false(pty_modes_are_as_before(pty));
    if (keys != NULL)
        pty_keys(pty, keys);
    else
        pty_signal(pty, number);
    status = pty_wait_exit(pty);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), number);
    pty_assert_restored(pty);
    assert_non_null(strstr(pty_output(pty), "\033[?1049l"));
    pty_stop(pty);
}

static void each_signal_restores_and_ends_it(void **state)
{
    static const int numbers[] = {SIGHUP, SIGINT, SIGTERM, SIGQUIT, SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};

    (void)state;
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        ends_by(numbers[i], NULL);
}

static void faults_restore_and_end_it(void **state)
{
    (void)state;
    ends_by(SIGABRT, "A");
    ends_by(SIGSEGV, "S");
    ends_by(SIGSEGV, "X"); /* the stack is full */
}

static void suspended_it_gives_the_terminal_back_and_takes_it_again(void **state)
{
    const char *const argv[] = {demo, NULL};
    struct pty *pty = pty_start(&(struct pty_options){.argv = argv, .job = true});

    (void)state;
    pty_wait_text(pty, "size 24x80");
    for (int round = 0; round < 2; round++) {
        if (round == 0)
            pty_keys(pty, "\032");
        else
            pty_signal(pty, SIGTSTP);
        pty_wait_stopped(pty);
        pty_watch(pty, 20);
        pty_assert_restored(pty);
        pty_resize(pty, 20 + round, 60);
        pty_foreground(pty);
        pty_wait_text(pty, round == 0 ? "size 20x60" : "size 21x60");
        pty_wait_text(pty, "end");
        assert_true(pty_is_alternate(pty));
        assert_false(pty_modes_are_as_before(pty));
    }
    quit(pty);
}

/* bg: it must neither draw over the shell nor spin, and fg brings it back; kill ends it. */
static void in_the_background_it_keeps_off_the_terminal(void **state)
{
    const char *const argv[] = {demo, NULL};
    struct pty *pty = pty_start(&(struct pty_options){.argv = argv, .job = true});
    int status;

    (void)state;
    pty_wait_text(pty, "size 24x80");
    pty_keys(pty, "\032");
    pty_wait_stopped(pty);
    pty_background(pty);
    pty_watch(pty, 100);
    pty_assert_restored(pty);
    pty_signal(pty, SIGTERM);
    status = pty_wait_exit(pty);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGTERM);
    pty_assert_restored(pty);
    pty_stop(pty);
}

static void a_lost_terminal_ends_it(void **state)
{
    (void)state;
    for (int ignored = 0; ignored < 2; ignored++) {
        const char *const argv[] = {demo, NULL};
        struct pty *pty = pty_start(&(struct pty_options){.argv = argv, .ignore_hangup = ignored});
        long began;

        pty_wait_text(pty, "size 24x80");
        began = now_ms();
        pty_hang_up(pty);
        pty_wait_exit_at(pty, 3000, __FILE__, __LINE__);
        assert_true(now_ms() - began < 1000);
        pty_stop(pty);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, pty_teardown)
    const struct CMUnitTest tests[] = {
        TEST(each_usable_terminal_shows_the_same),
        TEST(a_terminal_that_cannot_draw_is_refused),
        TEST(a_pipe_is_no_terminal),
        TEST(the_screen_is_as_drawn),
        TEST(every_small_size_works_with_keys),
        TEST(a_live_resize_is_followed),
        TEST(exported_lines_and_columns_do_not_hide_a_resize),
        TEST(keys_arrive),
        TEST(escape_alone_is_quick),
        TEST(the_users_escape_delay_wins),
        TEST(a_long_paste_is_cut),
        TEST(nothing_is_written_when_nothing_changes),
        TEST(a_repaint_repairs_the_screen),
        TEST(a_stalled_terminal_does_not_hold_it_up),
        TEST(a_stalled_terminal_catches_up),
        TEST(each_signal_restores_and_ends_it),
        TEST(faults_restore_and_end_it),
        TEST(suspended_it_gives_the_terminal_back_and_takes_it_again),
        TEST(in_the_background_it_keeps_off_the_terminal),
        TEST(a_lost_terminal_ends_it),
    };
    const char *build = getenv("BUILDDIR");

    snprintf(demo, sizeof(demo), "%s/tests/screen/terminal-demo", build ? build : ".");
    return cmocka_run_group_tests_name("terminal", tests, NULL, NULL);
}
