/* Loads of what tells its length only at its end, and of what must be measured first: with a source made up
 * here. */
#include "tests/support/test.h"

#include <errno.h>
#include <sys/stat.h>

#include "core/transfer/load_private.h"
#include "tests/support/fault.h"
#include "tests/support/loading.h"

#define COLUMNS 50

/* Numbers, as a text would give them: float64, row by row. */
struct numbers {
    uint64_t count, at;
    uint64_t fails_at; /* the number at which it turns out to be malformed; 0: none */
    bool finished;
};

static double number(uint64_t i)
{
    return i == 7 ? 1e300 : (double)i / 4;
}

static ssize_t read_numbers(struct source *source, void *buf, size_t size, struct error *error)
{
    struct numbers *numbers = source->own;
    size_t n = 0;
    for (; n + sizeof(double) <= size && numbers->at < numbers->count; n += sizeof(double), numbers->at++) {
        double value = number(numbers->at);
        if (numbers->fails_at && numbers->at >= numbers->fails_at)
            return error_set(error, EBADMSG, "line 3, column 4: junk");
        memcpy((char *)buf + n, &value, sizeof value);
    }
    return (ssize_t)n;
}

static int measure(struct source *source, struct progress *progress, struct error *error)
{
    struct numbers *numbers = source->own;
    assert_int_equal(numbers->at, 0);
    if (progress_cancelled(progress))
        return error_set(error, ECANCELED, "stopped");
    source->matrix.shape[0] = numbers->count / COLUMNS;
    source->is_open_ended = false;
    return 0;
}

static int finish(struct source *source, struct error *error)
{
    struct numbers *numbers = source->own;
    (void)error;
    numbers->finished = true;
    source->note = strdup("2 empty cells read as nan");
    return 0;
}

static const struct source_ops streamed = {.read = read_numbers, .finish = finish};
static const struct source_ops measured = {.read = read_numbers, .measure = measure, .finish = finish};

/* Of a file that is there, so that nothing is said of it having changed. */
static struct load *make(const struct loading *fixture, struct numbers *numbers, const struct source_ops *ops)
{
    struct load *load = calloc(1, sizeof *load);
    load->source = calloc(1, sizeof *load->source);
    struct source *source = load->source;
    tmpdir_write_text(&fixture->elsewhere, "x.csv", "numbers");
    assert_int_equal(input_open(&source->input, tmpdir_path(&fixture->elsewhere, "x.csv"), NULL), 0);
    source->ops = ops;
    source->is_open_ended = true;
    source->own = numbers;
    source->matrix = (struct matrix){.order = 'C', .rank = 2, .shape = {0, COLUMNS}};
    assert_int_equal(dtype_parse("<f8", &source->matrix.dtype, NULL), 0);
    return load;
}

/* The file that the numbers should become. */
static void write_wanted(const struct loading *fixture, uint64_t rows, bool f, bool raw)
{
    double *values = malloc((size_t)(rows * COLUMNS) * sizeof *values + 1);
    char shape[64];
    for (uint64_t i = 0; i < rows; i++)
        for (uint64_t j = 0; j < COLUMNS; j++)
            values[f ? i + j * rows : i * COLUMNS + j] = number(i * COLUMNS + j);
    size_t size = (size_t)(rows * COLUMNS) * sizeof *values;
    snprintf(shape, sizeof shape, "(%llu, %u)", (unsigned long long)rows, COLUMNS);
    if (raw)
        tmpdir_write(&fixture->elsewhere, "want", values, size);
    else
        tmpdir_write_npy(&fixture->elsewhere, "want", "<f8", f, shape, values, size);
    free(values);
}

static struct load_report run(const struct loading *fixture, struct load *load,
                              const struct load_options *options, struct progress *progress)
{
    struct load_report report = {0};
    struct error error = {0};
    if (load_run(load, fixture->directory, "a.shm", options, progress, &report, &error) < 0)
        fail_msg("%s", error.text);
    return report;
}

static void check(const struct loading *fixture, uint64_t rows, const struct source_ops *ops,
                  const struct load_options *options)
{
    struct numbers numbers = {.count = rows * COLUMNS};
    struct load *load = make(fixture, &numbers, ops);
    struct progress progress = {0};
    struct stat st;
    assert_true(load_is_open_ended(load));
    struct load_report report = run(fixture, load, options, &progress);
    assert_false(load_is_open_ended(load));
    assert_true(numbers.finished);
    assert_int_equal(load_matrix(load)->shape[0], rows);
    assert_int_equal(report.matrix.shape[0], rows);
    assert_string_equal(report.note, "2 empty cells read as nan");
    write_wanted(fixture, rows, options->order == LOAD_ORDER_F && rows > 1, options->layout == LAYOUT_RAW);
    loading_assert_same(&fixture->elsewhere, "want", &fixture->tmpdir, "a.shm");
    assert_return_code(stat(tmpdir_path(&fixture->tmpdir, "a.shm"), &st), errno);
    assert_int_equal(st.st_size, report.bytes);
    assert_int_equal(st.st_blocks * 512, (report.bytes + 4095) / 4096 * 4096);
    assert_int_equal(progress.done, report.bytes);
    assert_int_equal(tmpdir_count(&fixture->tmpdir), 1);
    tmpdir_unlink(&fixture->tmpdir, "a.shm");
    load_report_clear(&report);
    load_close(load);
}

static void test_each_way(void **state)
{
    static const uint64_t rows[] = {0, 1, 2, 700, 6000, 20000};
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (unsigned way = 0; way < 12; way++) {
            struct load_options options = loading_plain;
            options.order = way & 1 ? LOAD_ORDER_F : LOAD_ORDER_KEEP;
            options.layout = way & 2 ? LAYOUT_RAW : LAYOUT_NPY;
            options.threads = way % 3;
            check(*state, rows[i], way & 4 ? &streamed : &measured, &options);
        }
    }
}

static void test_converted(void **state)
{
    struct loading *fixture = *state;
    struct dtype f2;
    assert_int_equal(dtype_parse("f2", &f2, NULL), 0);
    for (unsigned i = 0; i < 2; i++) {
        struct numbers numbers = {.count = 10 * COLUMNS};
        struct load_options options = loading_plain;
        options.as = &f2;
        struct load *load = make(fixture, &numbers, i ? &streamed : &measured);
        struct load_report report = run(fixture, load, &options, NULL);
        assert_int_equal(report.bytes, 128 + 10 * COLUMNS * 2);
        assert_int_equal(report.counts.overflowed, 1);
        load_report_clear(&report);
        load_close(load);
        tmpdir_unlink(&fixture->tmpdir, "a.shm");
        numbers = (struct numbers){.count = 10 * COLUMNS};
        options.strict = true;
        loading_expect_failure(fixture, make(fixture, &numbers, i ? &streamed : &measured), &options, EBADMSG,
                               "1 value overflowed");
    }
}

static void test_malformed(void **state)
{
    struct loading *fixture = *state;
    for (unsigned i = 0; i < 2; i++) {
        struct load_options options = loading_plain;
        struct numbers numbers = {.count = 20000 * COLUMNS, .fails_at = 19000 * COLUMNS};
        options.threads = 1 + i;
        loading_expect_failure(fixture, make(fixture, &numbers, &streamed), &options, EBADMSG, "line 3");
        numbers = (struct numbers){.count = 3 * COLUMNS + 1};
        loading_expect_failure(fixture, make(fixture, &numbers, &streamed), &options, EBADMSG,
                               "within a row");
    }
}

static void test_cancel(void **state)
{
    struct loading *fixture = *state;
    for (unsigned i = 0; i < 2; i++) {
        struct numbers numbers = {.count = 100 * COLUMNS};
        struct progress stopped = {.cancel = true};
        struct load_report report;
        struct load *load = make(fixture, &numbers, i ? &streamed : &measured);
        assert_int_equal(load_run(load, fixture->directory, "a.shm", &loading_plain, &stopped, &report, NULL),
                         -ECANCELED);
        load_close(load);
        assert_int_equal(tmpdir_count(&fixture->tmpdir), 0);
    }
}

/* It can be measured beforehand, and then says how much room it needs. */
static void test_measure(void **state)
{
    struct loading *fixture = *state;
    struct numbers numbers = {.count = 100 * COLUMNS};
    struct progress progress = {0};
    uint64_t room;
    struct load *load = make(fixture, &numbers, &measured);
    assert_int_equal(load_bytes(load), 0);
    assert_int_equal(load_room_needed(load, &loading_plain, &room, NULL), 0);
    assert_int_equal(room, 128);
    assert_int_equal(load_measure(load, &progress, NULL), 0);
    assert_int_equal(load_measure(load, &progress, NULL), 0);
    assert_int_equal(progress.total, 7);
    assert_int_equal(load_bytes(load), 100 * COLUMNS * 8);
    assert_int_equal(load_room_needed(load, &loading_plain, &room, NULL), 0);
    assert_int_equal(room, 128 + 100 * COLUMNS * 8);
    struct load_report report = run(fixture, load, &loading_plain, NULL);
    load_report_clear(&report);
    struct error error = {0};
    assert_int_equal(load_run(load, fixture->directory, "b.shm", &loading_plain, NULL, &report, &error),
                     -EINVAL);
    loading_says(&error, EINVAL, "the file was read already");
    load_close(load);
}

static void set_available(const struct loading *fixture, unsigned kilobytes)
{
    char text[64];
    snprintf(text, sizeof text, "MemAvailable: %u kB\n", kilobytes);
    tmpdir_write_text(&fixture->elsewhere, "meminfo", text);
}

/* 8 MB go through where there are always 1.5 left, and the end of the room is met before it is written to. */
static void test_room(void **state)
{
    struct loading *fixture = *state;
    struct load_options options = loading_plain;
    options.proc_root = fixture->elsewhere.path;
    struct numbers numbers = {.count = 20000 * COLUMNS};
    set_available(fixture, 1500);
    struct load *load = make(fixture, &numbers, &streamed);
    struct load_report report = run(fixture, load, &options, NULL);
    assert_int_equal(report.bytes, 128 + 20000 * COLUMNS * 8);
    load_report_clear(&report);
    load_close(load);
    tmpdir_unlink(&fixture->tmpdir, "a.shm");
    set_available(fixture, 100);
    numbers = (struct numbers){.count = 20000 * COLUMNS};
    loading_expect_failure(fixture, make(fixture, &numbers, &streamed), &options, ENOSPC, "memory available");
}

/* A file system with room for the matrix but not for a second one, as the other order takes. */
static void test_full(void **state)
{
    struct loading *fixture = *state;
    struct load_options options = loading_plain;
    directory_close(fixture->directory);
    fixture->directory = NULL; /* the mount may be refused: then the test ends there */
    tmpdir_mount(&fixture->tmpdir, "size=12m");
    assert_int_equal(directory_open(&fixture->directory, fixture->tmpdir.path, false, NULL), 0);
    for (unsigned i = 0; i < 3; i++) {
        struct numbers numbers = {.count = (i == 2 ? 40000 : 20000) * COLUMNS};
        struct load *load = make(fixture, &numbers, &streamed);
        options.order = i == 1 ? LOAD_ORDER_F : LOAD_ORDER_C;
        if (i > 0) {
            loading_expect_failure(fixture, load, &options, ENOSPC, "free in the file system");
            continue;
        }
        struct load_report report = run(fixture, load, &options, NULL);
        load_report_clear(&report);
        load_close(load);
        tmpdir_unlink(&fixture->tmpdir, "a.shm");
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, loading_setup, loading_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_each_way), TEST(test_converted), TEST(test_malformed), TEST(test_cancel),
        TEST(test_measure),  TEST(test_room),      TEST(test_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
