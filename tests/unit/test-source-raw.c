/*
 * Raw bytes as a source: what they are is said, their length must be right.
 */
#include "tests/support/test.h"

#include <errno.h>

#include "core/source/source.h"
#include "tests/support/feed.h"
#include "tests/support/tmpdir.h"

struct expectation {
    const char *type;
    int rank;
    uint64_t shape[4]; /* OPEN: -1 */
};

#define OPEN UINT64_MAX

static int open_as(struct source **ret, const char *path, const struct expectation *as, struct error *error)
{
    struct dtype dtype;
    struct source_options options = {.has_shape = true, .rank = as->rank, .header_lines = -1};
    for (int axis = 0; axis < as->rank; axis++) {
        bool is_open = as->shape[axis] == OPEN;
        options.shape[axis] = is_open ? 0 : as->shape[axis];
        if (is_open) {
            options.finds_dim = true;
            options.open = axis;
        }
    }
    if (as->type) {
        assert_int_equal(dtype_parse(as->type, &dtype, NULL), 0);
        options.as = &dtype;
    }
    return source_open(ret, path, &options, error);
}

static void refused(const char *path, const struct expectation *as, int code, const char *words)
{
    struct source *source = NULL;
    struct error error = {0};
    assert_int_equal(open_as(&source, path, as, &error), -code);
    assert_null(source);
    assert_string_equal(error.text, words);
}

static void bytes_become_what_is_said(void **state)
{
    struct tmpdir *tmpdir = *state;
    const struct expectation as = {">f4", 2, {2, 3}};
    struct source *source;
    struct error error = {0};
    char back[24];
    tmpdir_write(tmpdir, "x", "\x93NUMPY\1\0abcdefghijklmnop", 24);
    assert_int_equal(open_as(&source, tmpdir_path(tmpdir, "x"), &as, &error), 0);
    assert_string_equal(source->kind, "raw bytes");
    assert_true(source->is_direct);
    assert_false(source->is_open_ended);
    assert_int_equal(source->matrix.offset, 0);
    assert_int_equal(source->matrix.order, 'C');
    assert_int_equal(source->matrix.dtype.order, '>');
    assert_int_equal(source->matrix.rank, 2);
    assert_int_equal(source->matrix.shape[1], 3);
    assert_int_equal(source_read_all(source, back, 24, &error), 0);
    assert_memory_equal(back, "\x93NUMPY\1\0abcdefghijklmnop", 24);
    assert_int_equal(source->ops->finish(source, &error), 0);
    source_close(source);
}

static void empty_and_scalar(void **state)
{
    struct tmpdir *tmpdir = *state;
    struct source *source;
    tmpdir_write(tmpdir, "empty", "", 0);
    tmpdir_write(tmpdir, "eight", "01234567", 8);
    const struct expectation empty = {"f8", 2, {0, 7}}, scalar = {"f8", 0, {0}};
    assert_int_equal(open_as(&source, tmpdir_path(tmpdir, "empty"), &empty, NULL), 0);
    source_close(source);
    assert_int_equal(open_as(&source, tmpdir_path(tmpdir, "eight"), &scalar, NULL), 0);
    source_close(source);
}

static void an_open_dimension_is_found_from_the_length(void **state)
{
    struct tmpdir *tmpdir = *state;
    struct source *source;
    tmpdir_write(tmpdir, "x", "012345678901234567890123", 24);
    const struct expectation rows = {"f4", 2, {OPEN, 2}}, columns = {"u1", 3, {2, OPEN, 3}};
    assert_int_equal(open_as(&source, tmpdir_path(tmpdir, "x"), &rows, NULL), 0);
    assert_true(source->is_direct && !source->is_open_ended);
    assert_int_equal(source->matrix.shape[0], 3);
    source_close(source);
    assert_int_equal(open_as(&source, tmpdir_path(tmpdir, "x"), &columns, NULL), 0);
    assert_int_equal(source->matrix.shape[1], 4);
    source_close(source);
}

static void a_npy_file_of_another_length_is_named(void **state)
{
    struct tmpdir *tmpdir = *state;
    tmpdir_write(tmpdir, "x", "\x93NUMPY\1\0abcdefghijklmnop", 24);
    refused(tmpdir_path(tmpdir, "x"), &(struct expectation){"f8", 1, {2}}, EBADMSG,
            "24 bytes, where float64 of shape 2 takes 16 (3 would fit); it is a .npy file, which is read "
            "without --shape");
}

static void another_length_is_refused_with_both(void **state)
{
    struct tmpdir *tmpdir = *state;
    tmpdir_write(tmpdir, "x", "012345678901234567890123", 24);
    const char *path = tmpdir_path(tmpdir, "x");
    refused(path, &(struct expectation){"f4", 2, {3, 3}}, EBADMSG,
            "24 bytes, where float32 of shape 3,3 takes 36 (2,3 would fit)");
    refused(path, &(struct expectation){"f4", 2, {2, 5}}, EBADMSG,
            "24 bytes, where float32 of shape 2,5 takes 40");
    refused(path, &(struct expectation){"f8", 1, {2}}, EBADMSG,
            "24 bytes, where float64 of shape 2 takes 16 (3 would fit)");
    refused(path, &(struct expectation){"f8", 0, {0}}, EBADMSG, "24 bytes, where float64 alone takes 8");
    refused(path, &(struct expectation){"f8", 2, {0, 0}}, EBADMSG,
            "24 bytes, where float64 of shape 0,0 takes 0");
    refused(path, &(struct expectation){"f8", 2, {1ull << 40, 1ull << 40}}, EBADMSG,
            "the shape has more elements than fit in 63 bits");
    refused(path, &(struct expectation){"f4", 2, {OPEN, 5}}, EBADMSG,
            "no dimension in place of -1 fits: there are 24 bytes, and each step takes 20");
    refused(path, &(struct expectation){"f4", 2, {0, OPEN}}, EBADMSG,
            "no dimension in place of -1 fits: there are 24 bytes, and each step takes 0");
    refused(path, &(struct expectation){NULL, 1, {3}}, EINVAL, "raw bytes need a type beside their shape");
}

static int from_pipe(const char *bytes, size_t size, const struct expectation *as, char *back, size_t wanted,
                     struct error *error)
{
    struct source *source;
    struct feed feed;
    feed_begin(&feed, bytes, size, 5);
    int r = open_as(&source, "-", as, error);
    assert_int_equal(r, 0);
    assert_false(source->is_direct);
    if ((r = source_read_all(source, back, wanted, error)) == 0)
        r = source->ops->finish(source, error);
    source_close(source);
    feed_end(&feed);
    return r;
}

static void a_stream_has_no_length_to_find_a_dimension_from(void **state)
{
    const struct expectation as = {"u2", 2, {OPEN, 4}};
    struct source *source = NULL;
    struct error error = {0};
    struct feed feed;
    (void)state;
    feed_begin(&feed, "abcdefgh", 8, 5);
    assert_int_equal(open_as(&source, "-", &as, &error), -EINVAL);
    feed_end(&feed);
    assert_string_equal(error.text, "-1 is found from a file's length, which a pipe has not: give all "
                                    "dimensions");
}

static void a_stream_ends_exactly_there(void **state)
{
    const struct expectation as = {"u2", 2, {3, 4}};
    const char *bytes = "abcdefghijklmnopqrstuvwxyz";
    struct error error = {0};
    char back[24] = {0};
    (void)state;
    assert_int_equal(from_pipe(bytes, 24, &as, back, 24, &error), 0);
    assert_memory_equal(back, bytes, 24);
    assert_int_equal(from_pipe(bytes, 25, &as, back, 24, &error), -EBADMSG);
    assert_string_equal(error.text, "goes on after the 24 bytes that uint16 of shape 3,4 takes");
    assert_int_equal(from_pipe(bytes, 16, &as, back, 24, &error), -EBADMSG);
    assert_string_equal(error.text, "16 bytes, where uint16 of shape 3,4 takes 24 (2,4 would fit)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(bytes_become_what_is_said, tmpdir_setup, tmpdir_teardown),
        cmocka_unit_test_setup_teardown(empty_and_scalar, tmpdir_setup, tmpdir_teardown),
        cmocka_unit_test_setup_teardown(another_length_is_refused_with_both, tmpdir_setup, tmpdir_teardown),
        cmocka_unit_test_setup_teardown(an_open_dimension_is_found_from_the_length, tmpdir_setup,
                                        tmpdir_teardown),
        cmocka_unit_test_setup_teardown(a_npy_file_of_another_length_is_named, tmpdir_setup, tmpdir_teardown),
        cmocka_unit_test(a_stream_has_no_length_to_find_a_dimension_from),
        cmocka_unit_test(a_stream_ends_exactly_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
