/*
 * The n-th system call of a load of several blocks, on two threads, fails, comes short, is interrupted, or
 * kills the process (tests/support/struck.h): so that a stream grows more than once, and that one thread
 * fails while the other reads, converts or writes. Which call is the n-th differs from run to run.
 */
#include "tests/support/test.h"

#include "tests/support/struck.h"
#include "tests/support/zipfile.h"

#define ROWS    14000
#define COLUMNS 10 /* of <f8: more than the first piece of a stream's room */
#define COUNT   (ROWS * COLUMNS)

static int setup(void **state)
{
    int r = struck_setup(state);
    struct struck *struck = *state;
    double *c = malloc(COUNT * sizeof *c), *f = malloc(COUNT * sizeof *f);
    uint8_t *narrow = malloc(COUNT);
    char *text = malloc(2 * COUNT);
    for (unsigned i = 0; i < COUNT; i++) {
        uint8_t number = (uint8_t)((i * 7 + i / COLUMNS) % 10);
        c[i] = f[i / COLUMNS + ROWS * (i % COLUMNS)] = narrow[i] = number;
        text[2 * i] = (char)('0' + number);
        text[2 * i + 1] = (i + 1) % COLUMNS ? ',' : '\n';
    }
    tmpdir_write_npy(&struck->files, "narrow.npy", "|u1", false, "(14000, 10)", narrow, COUNT);
    tmpdir_write_npy(&struck->files, "c.npy", "<f8", false, "(14000, 10)", c, COUNT * sizeof *c);
    tmpdir_write_npy(&struck->files, "f.npy", "<f8", true, "(14000, 10)", f, COUNT * sizeof *f);
    tmpdir_write(&struck->files, "text.csv", text, 2 * COUNT);
    free(c);
    free(f);
    free(narrow);
    free(text);
    struck->is_large = true;
    struck->from.threads = struck->options.threads = 2;
    return r;
}

static void test_in_the_kernel(void **state)
{
    struck_each(*state);
}

static void test_converted(void **state)
{
    struct struck *struck = *state;
    struct dtype dtype;
    assert_int_equal(dtype_parse("<f8", &dtype, NULL), 0);
    struck->file = "narrow.npy";
    struck->options.as = &dtype;
    struck_each(struck);
}

static void test_converted_from_a_pipe(void **state)
{
    struct struck *struck = *state;
    struck->is_piped = true;
    test_converted(state);
}

static void test_in_another_order(void **state)
{
    struct struck *struck = *state;
    struck->options.order = LOAD_ORDER_F;
    struck->want = "f.npy";
    struck_each(struck);
}

static void test_npz(void **state)
{
    struct struck *struck = *state;
    zip_write_npy(&struck->files, "c.npz", "c.npy", 8);
    struck->file = "c.npz";
    struck_each(struck);
}

static void test_text(void **state)
{
    struct struck *struck = *state;
    struck->file = "text.csv";
    struck_each(struck);
}

static void test_text_from_a_pipe(void **state)
{
    struct struck *struck = *state;
    struck->is_piped = true;
    test_text(state);
}

static void test_text_from_a_pipe_in_another_order(void **state)
{
    struct struck *struck = *state;
    struck->is_piped = true;
    struck->options.order = LOAD_ORDER_F;
    struck->want = "f.npy";
    test_text(state);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, struck_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_in_the_kernel),
        TEST(test_converted),
        TEST(test_in_another_order),
        TEST(test_npz),
        TEST(test_text),
        TEST(test_converted_from_a_pipe), /* from here on descriptor 0 is another */
        TEST(test_text_from_a_pipe),
        TEST(test_text_from_a_pipe_in_another_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
