/* Loads that convert, each way that data take: counts, strictness, orders, streams. */
#include "tests/support/test.h"

#include <errno.h>
#include <math.h>

#include "core/sys/workers.h"
#include "tests/support/loading.h"

#define ROWS    300
#define COLUMNS 700 /* of float64: some blocks */
#define COUNT   (ROWS * COLUMNS)

/* Values of which 7 are too large for float32 and 3 are nan, near the start, the middle and the end. */
static double value_at(unsigned row, unsigned column)
{
    unsigned i = row * COLUMNS + column;
    if (i == 5 || i == 100000 || i == COUNT - 1)
        return NAN;
    if (i % 30000 == 7)
        return -1e300;
    return ((double)i - 1000.25) / 3;
}

static float float_at(unsigned row, unsigned column)
{
    return (float)value_at(row, column);
}

static int8_t byte_at(unsigned row, unsigned column)
{
    double value = value_at(row, column);
    return isnan(value) ? 0 : value >= 127 ? 127 : value <= -128 ? -128 : (int8_t)value;
}

/* in.npy holds the values as float64, f4.npy and i1.npy what they become; f: in F order. */
static void write_files(const struct tmpdir *files, bool f, const char *in, const char *f4, const char *i1)
{
    double *doubles = malloc(COUNT * sizeof *doubles);
    float *floats = malloc(COUNT * sizeof *floats);
    int8_t *bytes = malloc(COUNT);
    for (unsigned row = 0; row < ROWS; row++) {
        for (unsigned column = 0; column < COLUMNS; column++) {
            unsigned at = f ? row + column * ROWS : row * COLUMNS + column;
            doubles[at] = value_at(row, column);
            floats[at] = float_at(row, column);
            bytes[at] = byte_at(row, column);
        }
    }
    tmpdir_write_npy(files, in, "<f8", f, "(300, 700)", doubles, COUNT * sizeof *doubles);
    tmpdir_write_npy(files, f4, "<f4", f, "(300, 700)", floats, COUNT * sizeof *floats);
    tmpdir_write_npy(files, i1, "|i1", f, "(300, 700)", bytes, COUNT);
    free(doubles);
    free(floats);
    free(bytes);
}

static int setup(void **state)
{
    int r = loading_setup(state);
    struct loading *fixture = *state;
    write_files(&fixture->elsewhere, false, "c.npy", "c-f4.npy", "c-i1.npy");
    write_files(&fixture->elsewhere, true, "f.npy", "f-f4.npy", "f-i1.npy");
    return r;
}

static struct dtype type(const char *text)
{
    struct dtype dtype;
    struct error error = {0};
    if (dtype_parse(text, &dtype, &error) < 0)
        fail_msg("%s", error.text);
    return dtype;
}

/* nan bits are the processor's matter, so the floats are compared as numbers. */
static void assert_floats(const struct loading *fixture, const char *want)
{
    size_t size, want_size;
    char *bytes = tmpdir_read(&fixture->tmpdir, "a.shm", &size);
    char *wanted = tmpdir_read(&fixture->elsewhere, want, &want_size);
    assert_int_equal(size, want_size);
    assert_memory_equal(bytes, wanted, 128);
    for (size_t at = 128; at < size; at += sizeof(float)) {
        float a, b;
        memcpy(&a, bytes + at, sizeof a);
        memcpy(&b, wanted + at, sizeof b);
        if (a != b && !(isnan(a) && isnan(b)))
            fail_msg("%s at %zu: %g instead of %g", want, at, (double)a, (double)b);
    }
    free(bytes);
    free(wanted);
}

static void check_each_order(void **state, unsigned threads)
{
    const struct loading *fixture = *state;
    const struct dtype f4 = type("f4"), i1 = type("i1");
    static const char *const from[] = {"c.npy", "f.npy"};
    static const enum load_order orders[] = {LOAD_ORDER_KEEP, LOAD_ORDER_C, LOAD_ORDER_F};
    for (unsigned i = 0; i < 6; i++) {
        struct load_options options = loading_plain;
        bool to_f = orders[i / 2] == LOAD_ORDER_KEEP ? i % 2 : orders[i / 2] == LOAD_ORDER_F;
        options.threads = threads;
        options.order = orders[i / 2];
        options.as = &f4;
        struct load_report report = loading_run(fixture, from[i % 2], "a.shm", &options);
        assert_floats(fixture, to_f ? "f-f4.npy" : "c-f4.npy");
        assert_int_equal(report.counts.overflowed, 7);
        assert_int_equal(report.counts.saturated + report.counts.lost_nan, 0);
        assert_int_equal(report.bytes, 128 + COUNT * sizeof(float));
        assert_true(dtype_equal(&report.matrix.dtype, &f4));
        assert_int_equal(report.matrix.order, to_f ? 'F' : 'C');
        tmpdir_unlink(&fixture->tmpdir, "a.shm");
        options.as = &i1;
        report = loading_run(fixture, from[i % 2], "a.shm", &options);
        loading_assert_same(&fixture->elsewhere, to_f ? "f-i1.npy" : "c-i1.npy", &fixture->tmpdir, "a.shm");
        assert_int_equal(report.counts.lost_nan, 3);
        assert_true(report.counts.saturated > 200000);
        assert_int_equal(report.counts.overflowed, 0);
        tmpdir_unlink(&fixture->tmpdir, "a.shm");
    }
}

static void test_each_order(void **state)
{
    check_each_order(state, 1);
    check_each_order(state, 3);
}

static void test_pipe(void **state)
{
    struct loading *fixture = *state;
    const struct dtype f4 = type("f4");
    for (unsigned i = 0; i < 4; i++) {
        struct load_options options = loading_plain;
        size_t size;
        options.as = &f4;
        options.threads = 1 + i / 2;
        options.order = i % 2 ? LOAD_ORDER_F : LOAD_ORDER_KEEP;
        char *bytes = tmpdir_read(&fixture->elsewhere, "c.npy", &size);
        loading_input(fixture, &options, loading_pipe(bytes, size, 100003), 0, "");
        assert_floats(fixture, i % 2 ? "f-f4.npy" : "c-f4.npy");
        tmpdir_unlink(&fixture->tmpdir, "a.shm");
        loading_input(fixture, &options, loading_pipe(bytes, size - 8, 100003), EBADMSG, "ended before");
        assert_int_equal(tmpdir_count(&fixture->tmpdir), 0);
        free(bytes);
    }
}

/* What becomes larger, and what becomes nothing but another order of bytes. */
static void test_sizes(void **state)
{
    struct loading *fixture = *state;
    static const struct {
        const char *from, *shape, *bytes;
        size_t size;
        const char *to, *descr, *want;
        size_t want_size;
    } cases[] = {
        {"<i2", "(2,)", "\1\0\377\377", 4, "i4", "<i4", "\1\0\0\0\377\377\377\377", 8},
        {">i2", "(2,)", "\0\1\0\2", 4, "i2", "<i2", "\1\0\2\0", 4},
        {"<i2", "(2,)", "\1\0\2\0", 4, ">i2", ">i2", "\0\1\0\2", 4},
        {">i2", "(1, 2)", "\0\1\0\2", 4, ">i4", ">i4", "\0\0\0\1\0\0\0\2", 8},
        {"|b1", "(3,)", "\0\1\7", 3, "u1", "|u1", "\0\1\1", 3},
        {"|i1", "()", "\5", 1, "c8", "<c8", "\0\0\240\100\0\0\0\0", 8},
        {"<f8", "(0, 3)", "", 0, "f2", "<f2", "", 0},
        {"<U2", "(2,)", "a\0\0\0b\0\0\0c\0\0\0d\0\0\0", 16, ">U2", ">U2", "\0\0\0a\0\0\0b\0\0\0c\0\0\0d", 16},
        {"<U0", "(2,)", "", 0, ">U0", ">U0", "", 0},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct load_options options = loading_plain;
        const struct dtype to = type(cases[i].to);
        options.as = &to;
        tmpdir_write_npy(&fixture->elsewhere, "x.npy", cases[i].from, false, cases[i].shape, cases[i].bytes,
                         cases[i].size);
        tmpdir_write_npy(&fixture->elsewhere, "want.npy", cases[i].descr, false, cases[i].shape,
                         cases[i].want, cases[i].want_size);
        loading_run(fixture, "x.npy", "a.shm", &options);
        loading_assert_same(&fixture->elsewhere, "want.npy", &fixture->tmpdir, "a.shm");
        tmpdir_unlink(&fixture->tmpdir, "a.shm");
    }
}

static void test_strict(void **state)
{
    struct loading *fixture = *state;
    struct load_options options = loading_plain;
    const struct dtype f4 = type("f4"), i1 = type("i1"), f8 = type(">f8");
    options.strict = true;
    options.as = &f4;
    loading_expect_failure(fixture, loading_open(fixture, "c.npy"), &options, EBADMSG,
                           "7 values overflowed to inf (--strict)");
    options.as = &i1;
    loading_expect_failure(fixture, loading_open(fixture, "f.npy"), &options, EBADMSG, "3 nan became 0");
    options.order = LOAD_ORDER_C;
    loading_expect_failure(fixture, loading_open(fixture, "f.npy"), &options, EBADMSG, "saturated");
    options.as = &f8;
    loading_run(fixture, "c.npy", "a.shm", &options);
    options.as = NULL;
    loading_run(fixture, "c.npy", "b.shm", &options);
    loading_assert_same(&fixture->elsewhere, "c.npy", &fixture->tmpdir, "b.shm");
}

static void test_refused(void **state)
{
    struct loading *fixture = *state;
    struct load_options options = loading_plain;
    const struct dtype f8 = type("f8");
    uint64_t room;
    options.as = &f8;
    tmpdir_write_npy(&fixture->elsewhere, "x.npy", "<c16", false, "(1,)", NULL, 16);
    struct load *load = loading_open(fixture, "x.npy");
    struct error error = {0};
    assert_int_equal(load_room_needed(load, &options, &room, &error), -ENOTSUP);
    loading_expect_failure(fixture, load, &options, ENOTSUP, "imaginary");
    tmpdir_write_npy(&fixture->elsewhere, "x.npy", "|S8", false, "(1,)", NULL, 8);
    loading_expect_failure(fixture, loading_open(fixture, "x.npy"), &options, ENOTSUP, "bytes64");
}

static void test_room_is_that_of_the_new_type(void **state)
{
    struct loading *fixture = *state;
    struct load_options options = loading_plain;
    const struct dtype f2 = type("f2");
    uint64_t room;
    options.as = &f2;
    struct load *load = loading_open(fixture, "c.npy");
    assert_int_equal(load_room_needed(load, &options, &room, NULL), 0);
    assert_int_equal(room, 128 + COUNT * 2);
    assert_int_equal(load_bytes(load), COUNT * 8);
    load_close(load);
}

static void test_progress_and_cancel(void **state)
{
    struct loading *fixture = *state;
    const struct dtype f2 = type("f2");
    for (int order = LOAD_ORDER_KEEP; order <= LOAD_ORDER_F; order++) {
        struct load_options options = loading_plain;
        struct progress progress = {0}, stopped = {.cancel = true};
        struct load_report report;
        options.order = (enum load_order)order;
        options.as = &f2;
        struct load *load = loading_open(fixture, "c.npy");
        assert_int_equal(load_run(load, fixture->directory, "a.shm", &options, &stopped, &report, NULL),
                         -ECANCELED);
        assert_int_equal(tmpdir_count(&fixture->tmpdir), 0);
        assert_int_equal(load_run(load, fixture->directory, "a.shm", &options, &progress, &report, NULL), 0);
        assert_int_equal(progress.done, 128 + COUNT * 2);
        assert_int_equal(progress.total, progress.done);
        assert_int_equal(report.counts.overflowed, load_counts(load).overflowed);
        tmpdir_unlink(&fixture->tmpdir, "a.shm");
        load_close(load);
    }
}

static void expect_text(uint64_t overflowed, uint64_t saturated, uint64_t lost, const char *text)
{
    char buf[LOAD_COUNTS_TEXT_MAX];
    const struct convert_counts counts = {.saturated = saturated, .overflowed = overflowed, .lost_nan = lost};
    assert_int_equal(load_counts_text(&counts, buf, sizeof buf), strlen(text));
    assert_string_equal(buf, text);
    assert_int_equal(load_counts_text(&counts, buf, 5), strlen(text));
    assert_int_equal(strncmp(buf, text, 4), 0);
}

static void test_words(void **state)
{
    (void)state;
    expect_text(0, 0, 0, "");
    expect_text(1, 0, 0, "1 value overflowed to inf");
    expect_text(12, 0, 3, "12 values overflowed to inf, 3 nan became 0");
    expect_text(0, 1, 1, "1 value was out of range and saturated, 1 nan became 0");
    expect_text(0, 20, 0, "20 values were out of range and saturated");
    char buf[LOAD_COUNTS_TEXT_MAX];
    const struct convert_counts most = {UINT64_MAX, UINT64_MAX, UINT64_MAX};
    assert_true(load_counts_text(&most, buf, sizeof buf) < sizeof buf);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, loading_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_each_order),
        TEST(test_pipe),
        TEST(test_sizes),
        TEST(test_strict),
        TEST(test_refused),
        TEST(test_room_is_that_of_the_new_type),
        TEST(test_progress_and_cancel),
        TEST(test_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
