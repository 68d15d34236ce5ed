/*
 * The n-th system call of a load of an .npy fails, comes short, is interrupted, or kills the process, on each
 * way that data take: the directory is as before, or as wanted, and nothing else (tests/support/struck.h).
 */
#include "tests/support/test.h"

#include "core/transfer/load_private.h"
#include "tests/support/fault.h"
#include "tests/support/struck.h"

/* What c.npy holds, as a source that tells its length only at its end. */
static ssize_t read_unknown(struct source *source, void *buf, size_t size, struct error *error)
{
    ssize_t n = input_pread(&source->input, buf, size, 128 + source->input.at, error);
    source->input.at += n > 0 ? (uint64_t)n : 0;
    return n;
}

static int open_unknown(const struct struck *struck, struct load **ret_load, struct error *error)
{
    static const struct source_ops ops = {.read = read_unknown};
    int r = struck_open(struck, ret_load, error);
    if (r < 0)
        return r;
    struct source *source = (*ret_load)->source;
    source->ops = &ops;
    source->is_direct = false;
    source->is_open_ended = true;
    source->matrix.shape[0] = 0;
    return 0;
}

static void test_load(void **state)
{
    struck_each(*state);
}

static void test_load_in_another_order(void **state)
{
    struct struck *struck = *state;
    struck->options.order = LOAD_ORDER_F;
    struck->want = "f.npy";
    struck_each(struck);
}

static void test_load_without_sendfile(void **state)
{
    fault_play(FAULT_NO_SENDFILE);
    struck_each(*state);
}

static void test_convert(void **state)
{
    struct struck *struck = *state;
    struck->options.as = &struck->wide;
    struck->want = "c-wide.npy";
    struck_each(struck);
}

static void test_convert_in_another_order(void **state)
{
    struct struck *struck = *state;
    struck->options.as = &struck->wide;
    struck->options.order = LOAD_ORDER_F;
    struck->want = "f-wide.npy";
    struck_each(struck);
}

static void test_pipe(void **state)
{
    struct struck *struck = *state;
    struck->is_piped = true;
    struck_each(struck);
}

static void test_convert_a_pipe(void **state)
{
    struct struck *struck = *state;
    struck->is_piped = true;
    struck->options.as = &struck->wide;
    struck->want = "c-wide.npy";
    struck_each(struck);
}

static void test_unknown_length(void **state)
{
    struct struck *struck = *state;
    struck->open = open_unknown;
    struck_each(struck);
}

static void test_unknown_length_in_another_order(void **state)
{
    struct struck *struck = *state;
    struck->open = open_unknown;
    struck->options.as = &struck->wide;
    struck->options.order = LOAD_ORDER_F;
    struck->want = "f-wide.npy";
    struck_each(struck);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, struck_setup, struck_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_load),
        TEST(test_load_in_another_order),
        TEST(test_load_without_sendfile),
        TEST(test_convert),
        TEST(test_convert_in_another_order),
        TEST(test_unknown_length),
        TEST(test_unknown_length_in_another_order),
        TEST(test_pipe), /* from here on descriptor 0 is another */
        TEST(test_convert_a_pipe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
