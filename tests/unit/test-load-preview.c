#include "tests/support/test.h"

#include <errno.h>
#include <math.h>

#include "core/transfer/load_preview.h"
#include "tests/support/tmpdir.h"

static struct load_preview look(const struct tmpdir *files, const char *as, uint64_t limit)
{
    struct load_preview preview = {0};
    struct error error = {0};
    struct dtype dtype;
    if (as)
        assert_int_equal(dtype_parse(as, &dtype, NULL), 0);
    if (load_preview(tmpdir_path(files, "x"), NULL, as ? &dtype : NULL, limit, &preview, NULL, &error) < 0)
        fail_msg("%s", error.text);
    return preview;
}

static void test_counts_and_error(void **state)
{
    const struct tmpdir *files = *state;
    static const double values[] = {1, 1.0 / 3, 1e300, -70000, NAN, INFINITY, 0, 100};
    tmpdir_write_npy(files, "x", "<f8", false, "(8,)", values, sizeof values);
    struct load_preview preview = look(files, "f4", 1000);
    assert_int_equal(preview.elements, 8);
    assert_true(preview.whole);
    assert_int_equal(preview.counts.overflowed, 1);
    assert_true(preview.worst > 1e-8 && preview.worst < 6e-8);
    preview = look(files, "f2", 3);
    assert_int_equal(preview.elements, 3);
    assert_false(preview.whole);
    assert_int_equal(preview.counts.overflowed, 1);
    assert_true(preview.worst > 1e-5 && preview.worst < 5e-4);
    preview = look(files, "i2", 1000);
    assert_int_equal(preview.counts.saturated, 3);
    assert_int_equal(preview.counts.lost_nan, 1);
    assert_true(preview.worst == 1); /* a third became 0 */
    preview = look(files, "c8", 1000);
    assert_int_equal(preview.counts.overflowed, 1);
    assert_true(preview.worst > 1e-8 && preview.worst < 6e-8);
    preview = look(files, NULL, 1000);
    assert_int_equal(convert_counts_sum(&preview.counts), 0);
    assert_true(preview.worst == 0);
}

/* 64-bit integers have more digits than a double. */
static void test_large_integers(void **state)
{
    const struct tmpdir *files = *state;
    static const int64_t values[] = {((int64_t)1 << 53) + 1, -3};
    tmpdir_write_npy(files, "x", "<i8", false, "(2,)", values, sizeof values);
    struct load_preview preview = look(files, "f8", 1000);
    assert_true(preview.worst > 1e-16 && preview.worst < 1.2e-16);
    preview = look(files, "u8", 1000);
    assert_int_equal(preview.counts.saturated, 1);
    assert_true(preview.worst == 0);
}

static void test_many_blocks(void **state)
{
    const struct tmpdir *files = *state;
    enum { COUNT = 10000 };
    float *values = calloc(COUNT, sizeof *values);
    values[9999] = 1e30f;
    tmpdir_write_npy(files, "x", "<f4", true, "(100, 100)", values, COUNT * sizeof *values);
    struct load_preview preview = look(files, "f2", COUNT);
    assert_int_equal(preview.elements, COUNT);
    assert_true(preview.whole);
    assert_int_equal(preview.counts.overflowed, 1);
    preview = look(files, "f2", COUNT - 1);
    assert_false(preview.whole);
    assert_int_equal(preview.counts.overflowed, 0);
    free(values);
}

static void test_text(void **state)
{
    const struct tmpdir *files = *state;
    tmpdir_write_text(files, "x", "1,2\n3,70000\n");
    struct load_preview preview = look(files, "f2", 1000);
    assert_int_equal(preview.elements, 4);
    assert_true(preview.whole);
    assert_int_equal(preview.counts.overflowed, 1);
    preview = look(files, "f2", 2);
    assert_int_equal(preview.elements, 2);
    assert_false(preview.whole);
}

static void test_no_numbers(void **state)
{
    const struct tmpdir *files = *state;
    tmpdir_write_npy(files, "x", "<U2", false, "(2,)", NULL, 16);
    struct load_preview preview = look(files, ">U2", 1000);
    assert_int_equal(convert_counts_sum(&preview.counts), 0);
    assert_true(preview.worst == 0);
    tmpdir_write_npy(files, "x", "<f8", false, "(0, 3)", NULL, 0);
    preview = look(files, "f2", 1000);
    assert_int_equal(preview.elements, 0);
    assert_true(preview.whole);
}

static void expect(const struct tmpdir *files, const char *file, const char *as, struct progress *progress,
                   int code)
{
    struct load_preview preview;
    struct error error = {0};
    struct dtype dtype;
    assert_int_equal(dtype_parse(as, &dtype, NULL), 0);
    unsigned fds = tmpdir_open_fds();
    assert_int_equal(
        load_preview(file ? tmpdir_path(files, file) : "-", NULL, &dtype, 10, &preview, progress, &error),
        -code);
    assert_int_equal(error.code, code);
    assert_int_equal(tmpdir_open_fds(), fds);
}

static void test_refused(void **state)
{
    const struct tmpdir *files = *state;
    struct progress stopped = {.cancel = true};
    tmpdir_write_npy(files, "x", "<c8", false, "(2,)", NULL, 16);
    expect(files, "x", "f4", NULL, ENOTSUP);
    expect(files, "x", "c16", &stopped, ECANCELED);
    expect(files, "none", "f4", NULL, ENOENT);
    expect(files, NULL, "f4", NULL, EINVAL);
    assert_int_equal(load_preview(NULL, NULL, NULL, 10, NULL, NULL, NULL), -EINVAL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tmpdir_setup, tmpdir_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_counts_and_error), TEST(test_large_integers), TEST(test_many_blocks), TEST(test_text),
        TEST(test_no_numbers),       TEST(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
