#include "tests/support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "core/matrix/csv.h"
#include "core/segment/segment.h"
#include "tests/support/tmpdir.h"

/* What was written. */
struct written {
    char *text;
    size_t size, calls;
    int fail; /* -errno of the next write; 0: none */
};

static int take(void *context, const void *bytes, size_t size)
{
    struct written *written = context;
    written->calls++;
    if (written->fail)
        return written->fail;
    written->text = realloc(written->text, written->size + size + 1);
    memcpy(written->text + written->size, bytes, size);
    written->size += size;
    written->text[written->size] = '\0';
    return 0;
}

/* The matrix in a file of the directory, and its descriptor. */
static int open_matrix(const struct tmpdir *tmpdir, const char *name, struct layout_result *ret)
{
    int fd = open(tmpdir_path(tmpdir, name), O_RDONLY | O_CLOEXEC);
    assert_return_code(fd, errno);
    assert_int_equal(segment_probe(fd, name, (uint64_t)lseek(fd, 0, SEEK_END), ret), 0);
    assert_true(ret->has_matrix);
    return fd;
}

static int write_csv(const struct tmpdir *tmpdir, const char *index, struct written *written,
                     struct progress *progress, struct error *error)
{
    struct layout_result result = {0};
    struct view view;
    static struct sink sink;
    int fd = open_matrix(tmpdir, "a", &result);
    assert_int_equal(view_parse(&result.matrix, index, &view, error), 0);
    int r = csv_check(&result.matrix, &view, error);
    sink_begin(&sink, take, written);
    if (r == 0)
        r = csv_write(&sink, fd, &result.matrix, &view, progress, error);
    if (r == 0)
        assert_int_equal(sink.total, written->size);
    layout_result_clear(&result);
    close(fd);
    return r;
}

static void expect_csv(const struct tmpdir *tmpdir, const char *index, const char *text)
{
    struct written written = {0};
    struct error error = {0};
    if (write_csv(tmpdir, index, &written, NULL, &error) < 0)
        fail_msg("%s", error.text);
    assert_string_equal(written.text ? written.text : "", text);
    free(written.text);
}

static void test_shapes(void **state)
{
    const double values[] = {0, 1.5, -2, 1e300, 0.1, 1.0 / 0.0};
    tmpdir_write_npy(*state, "a", "<f8", false, "(2, 3)", values, sizeof values);
    expect_csv(*state, "", "0.0,1.5,-2.0\n1e+300,0.1,inf\n");
    expect_csv(*state, "1", "1e+300\n0.1\ninf\n");
    expect_csv(*state, "::-1, 1", "0.1\n1.5\n");
    expect_csv(*state, "0, 1", "1.5\n");
    expect_csv(*state, "2:", "");
    expect_csv(*state, ":, 3:", "");
    tmpdir_write_npy(*state, "a", "<f8", true, "(2, 3)", values, sizeof values);
    expect_csv(*state, "", "0.0,-2.0,0.1\n1.5,1e+300,inf\n");
    tmpdir_write_npy(*state, "a", "<f8", false, "()", values, 8);
    expect_csv(*state, "", "0.0\n");
}

static void test_kinds(void **state)
{
    tmpdir_write_npy(*state, "a", "|b1", false, "(2,)", "\0\1", 2);
    expect_csv(*state, "", "False\nTrue\n");
    tmpdir_write_npy(*state, "a", ">i2", false, "(2,)", "\1\0\xff\xff", 4);
    expect_csv(*state, "", "256\n-1\n");
    tmpdir_write_npy(*state, "a", "|S4", false, "(1, 5)", "a,b\0c\"d\0 e\0\0\0\0\0\0x\0\0\0", 20);
    expect_csv(*state, "", "\"a,b\",\"c\"\"d\",\" e\",\"\",x\n");
}

static void test_refused(void **state)
{
    struct written written = {0};
    struct error error = {0};
    tmpdir_write_npy(*state, "a", "|u1", false, "(2, 2, 2)", "12345678", 8);
    assert_int_equal(write_csv(*state, "", &written, NULL, &error), -EINVAL);
    assert_non_null(strstr(error.text, "two dimensions at most and this has 3"));
    expect_csv(*state, "0", "49,50\n51,52\n");
    tmpdir_write_npy(*state, "a", "|V2000000", false, "(1,)", NULL, 2000000);
    assert_int_equal(write_csv(*state, "", &written, NULL, &error), -ENOTSUP);
}

/* Many blocks, many buffers. */
static void test_large(void **state)
{
    struct written written = {0};
    struct progress progress = {0};
    struct error error = {0};
    enum { ROWS = 3000, COLUMNS = 1000 };
    uint32_t *values = malloc(ROWS * COLUMNS * sizeof *values);
    for (uint32_t i = 0; i < ROWS * COLUMNS; i++)
        values[i] = i;
    tmpdir_write_npy(*state, "a", "<u4", false, "(3000, 1000)", values, ROWS * COLUMNS * sizeof *values);
    assert_int_equal(write_csv(*state, "", &written, &progress, &error), 0);
    assert_int_equal(progress.done, ROWS * COLUMNS * sizeof *values);
    const char *at = written.text;
    for (uint32_t i = 0; i < ROWS * COLUMNS; i++) {
        char *end;
        if (strtoul(at, &end, 10) != i || *end != (i % COLUMNS == COLUMNS - 1 ? '\n' : ','))
            fail_msg("element %u: %.20s", i, at);
        at = end + 1;
    }
    assert_int_equal(at - written.text, written.size);
    free(written.text);
    free(values);
}

static void test_stops(void **state)
{
    struct written written = {.fail = -ENOSPC};
    struct progress progress = {.cancel = true};
    struct error error = {0};
    tmpdir_write_npy(*state, "a", "|u1", false, "(20, 1000000)", NULL, 20000000);
    assert_int_equal(write_csv(*state, "", &written, NULL, &error), -ENOSPC);
    assert_int_equal(written.calls, 1);
    written = (struct written){0};
    assert_int_equal(write_csv(*state, "", &written, &progress, &error), -ECANCELED);
    free(written.text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tmpdir_setup, tmpdir_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_shapes), TEST(test_kinds), TEST(test_refused), TEST(test_large), TEST(test_stops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
