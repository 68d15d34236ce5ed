/* Heat on terminals of 256 colours that have few colour pairs, as some terminfo entries say: fewer levels, no
 * heat at last, and never other characters. */
#include "tests/support/test.h"

#include "tests/support/pty.h"
#include "tests/support/tmpdir.h"

#define ROWS    50
#define COLUMNS 60 /* cells enough for any two heats in one */

static char demo[4096];

/* Entries of one's own, "few-PAIRS", for the terminfo library to find. */
static void describe_terminals(const struct tmpdir *tmpdir, const int *pairs, size_t count)
{
    char source[4096], command[8192];
    size_t n = 0;

    for (size_t i = 0; i < count; i++)
        n += (size_t)snprintf(source + n, sizeof(source) - n,
                              "few-%d|few pairs,\n\tpairs#%d, use=xterm-256color,\n", pairs[i], pairs[i]);
    tmpdir_write_text(tmpdir, "source", source);
    snprintf(command, sizeof(command), "tic -x -o %s %s", tmpdir_path(tmpdir, "terminfo"),
             tmpdir_path(tmpdir, "source"));
    assert_int_equal(system(command), 0);
}

static struct pty *start(const struct tmpdir *tmpdir, int pairs, int rows, int columns)
{
    const char *const argv[] = {demo, NULL};
    char term[32], terminfo[4096];
    const char *const environment[] = {terminfo, NULL};

    snprintf(term, sizeof(term), "few-%d", pairs);
    snprintf(terminfo, sizeof(terminfo), "TERMINFO=%s", tmpdir_path(tmpdir, "terminfo"));
    return pty_start(&(struct pty_options){
        .argv = argv, .term = term, .environment = environment, .rows = rows, .columns = columns});
}

/* But for the end of the last row. */
static bool is_all_blocks(struct pty *pty, void *data)
{
    char blocks[COLUMNS * 3 + 1] = "";

    (void)data;
    for (int x = 0; x < COLUMNS; x++)
        memcpy(blocks + 3 * x, "▀", sizeof("▀"));
    for (int y = 0; y < ROWS - 1; y++)
        if (strcmp(pty_row(pty, y), blocks) != 0)
            return false;
    return true;
}

/* Also where a screen wants more than the terminal has: 1250 are enough for one scale in a cell, not for
 * both. */
static void no_pair_that_is_missing_changes_a_character(void **state)
{
    static const struct {
        int pairs;
        const char *said;
    } cases[] = {{8, "none"},   {64, "none"},   {128, "heat"},  {256, "heat"},
                 {512, "heat"}, {1250, "heat"}, {32767, "heat"}};
    struct tmpdir *tmpdir = *state;
    int pairs[sizeof(cases) / sizeof(cases[0])];

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        pairs[i] = cases[i].pairs;
    describe_terminals(tmpdir, pairs, sizeof(pairs) / sizeof(pairs[0]));
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct pty *pty = start(tmpdir, cases[i].pairs, ROWS, COLUMNS);

        pty_wait_text(pty, cases[i].said);
        pty_keys(pty, "h");
        assert_true(pty_wait(pty, is_all_blocks, NULL, PTY_WAIT_MS));
        pty_keys(pty, "h");
        pty_wait_text(pty, cases[i].said);
        pty_keys(pty, "q");
        pty_wait_exit(pty);
        pty_stop(pty);
    }
}

static void levels_are_merged(void **state)
{
    static const int pairs[] = {128, 256, 512};
    struct tmpdir *tmpdir = *state;

    describe_terminals(tmpdir, pairs, 3);
    for (size_t i = 0; i < 3; i++) {
        char golden[64];
        struct pty *pty = start(tmpdir, pairs[i], 10, 40);

        snprintf(golden, sizeof(golden), "tests/screen/golden/pairs-%d.txt", pairs[i]);
        pty_keys(pty, "a");
        pty_wait_text(pty, "key 61");
        pty_assert_golden(pty, golden);
        pty_stop(pty);
    }
}

static int teardown(void **state)
{
    return pty_teardown(state) + tmpdir_teardown(state);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, tmpdir_setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(no_pair_that_is_missing_changes_a_character),
        TEST(levels_are_merged),
    };
    const char *build = getenv("BUILDDIR");

    snprintf(demo, sizeof(demo), "%s/tests/screen/terminal-demo", build ? build : ".");
    return cmocka_run_group_tests_name("pairs", tests, NULL, NULL);
}
