#include "tests/support/test.h"

#include <errno.h>

#include "core/sys/pump.h"

#define BLOCK 64

/* Numbers go in, and come out at the other end in the same order. */
struct ends {
    uint64_t bytes;                   /* there are */
    uint64_t filled, emptied;         /* so far */
    uint64_t fill_fails, empty_fails; /* from this byte on; 0: never */
    uint64_t cancel_at;               /* byte at whose emptying somebody cancels; 0: nobody does */
    struct progress progress;
    unsigned empties;
};

static ssize_t fill(void *context, void *buf, size_t size, struct error *error)
{
    struct ends *ends = context;
    uint8_t *bytes = buf;
    size_t n = 0;
    assert_true(size <= BLOCK);
    if (ends->fill_fails && ends->filled >= ends->fill_fails)
        return error_set(error, EIO, "cannot fill");
    for (; n < size && ends->filled < ends->bytes; n++)
        bytes[n] = (uint8_t)(ends->filled++ % 251);
    return (ssize_t)n;
}

static int empty(void *context, void *buf, size_t size, struct error *error)
{
    struct ends *ends = context;
    const uint8_t *bytes = buf;
    ends->empties++;
    if (ends->empty_fails && ends->emptied >= ends->empty_fails)
        return error_set(error, ENOSPC, "cannot empty");
    for (size_t i = 0; i < size; i++)
        if (bytes[i] != ends->emptied++ % 251)
            fail_msg("byte %llu is another", (unsigned long long)ends->emptied - 1);
    if (ends->cancel_at && ends->emptied >= ends->cancel_at)
        atomic_store(&ends->progress.cancel, true);
    return 0;
}

static int run(struct ends *ends, uint64_t total, bool beside, struct error *error)
{
    const struct pump pump = {fill, empty, ends, BLOCK};
    ends->filled = ends->emptied = ends->empties = 0;
    atomic_store(&ends->progress.cancel, false);
    return pump_run(&pump, total, beside, &ends->progress, error);
}

static void test_all_of_it_in_order(void **state)
{
    (void)state;
    static const uint64_t sizes[] = {0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 4 * BLOCK, 100 * BLOCK + 7};
    for (unsigned i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        for (unsigned beside = 0; beside < 2; beside++) {
            struct ends ends = {.bytes = sizes[i]};
            assert_int_equal(run(&ends, UINT64_MAX, beside, NULL), 0);
            assert_int_equal(ends.emptied, sizes[i]);
            assert_int_equal(run(&ends, sizes[i], beside, NULL), 0);
            assert_int_equal(ends.emptied, sizes[i]);
            assert_int_equal(ends.empties, (sizes[i] + BLOCK - 1) / BLOCK);
        }
    }
}

/* No more is taken than was asked for. */
static void test_part(void **state)
{
    (void)state;
    for (unsigned beside = 0; beside < 2; beside++) {
        struct ends ends = {.bytes = 1000};
        assert_int_equal(run(&ends, 3 * BLOCK + 5, beside, NULL), 0);
        assert_int_equal(ends.filled, 3 * BLOCK + 5);
        assert_int_equal(ends.emptied, 3 * BLOCK + 5);
    }
}

static void test_failures(void **state)
{
    (void)state;
    for (unsigned beside = 0; beside < 2; beside++) {
        struct error error = {0};
        struct ends ends = {.bytes = 100 * BLOCK, .fill_fails = 10 * BLOCK};
        assert_int_equal(run(&ends, UINT64_MAX, beside, &error), -EIO);
        assert_string_equal(error.text, "cannot fill");
        assert_true(ends.emptied <= 10 * BLOCK);
        ends.fill_fails = 0;
        ends.empty_fails = 20 * BLOCK;
        assert_int_equal(run(&ends, UINT64_MAX, beside, &error), -ENOSPC);
        assert_string_equal(error.text, "cannot empty");
        assert_int_equal(ends.emptied, 20 * BLOCK);
        assert_true(ends.filled <= (20 + 1 + PUMP_BLOCKS) * BLOCK);
        assert_int_equal(run(&ends, UINT64_MAX, beside, NULL), -ENOSPC);
    }
}

static void test_cancel(void **state)
{
    (void)state;
    for (unsigned beside = 0; beside < 2; beside++) {
        struct error error = {0};
        struct ends ends = {.bytes = 100 * BLOCK, .cancel_at = 5 * BLOCK};
        assert_int_equal(run(&ends, UINT64_MAX, beside, &error), -ECANCELED);
        assert_int_equal(error.code, ECANCELED);
        assert_int_equal(ends.emptied, 5 * BLOCK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_of_it_in_order),
        cmocka_unit_test(test_part),
        cmocka_unit_test(test_failures),
        cmocka_unit_test(test_cancel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
