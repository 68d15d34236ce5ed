#include "tests/support/test.h"

#include <errno.h>

#include "core/matrix/matrix.h"

static struct matrix make(const char *type, int rank, const uint64_t *shape)
{
    struct matrix matrix = {.order = 'C', .rank = rank};
    assert_int_equal(dtype_parse(type, &matrix.dtype, NULL), 0);
    if (rank > 0)
        memcpy(matrix.shape, shape, (size_t)rank * sizeof shape[0]);
    return matrix;
}

static void elements_and_bytes_are_counted(void **state)
{
    (void)state;
    uint64_t count, bytes;
    struct matrix matrix = make("f2", 2, (uint64_t[]){40000, 60000});
    assert_int_equal(matrix_count(&matrix, &count, NULL), 0);
    assert_int_equal(matrix_bytes(&matrix, &bytes, NULL), 0);
    assert_int_equal(count, 2400000000);
    assert_int_equal(bytes, 4800000000);
    matrix.rank = 0;
    assert_int_equal(matrix_count(&matrix, &count, NULL), 0);
    assert_int_equal(count, 1);
    matrix = make("S0", 1, (uint64_t[]){INT64_MAX});
    assert_int_equal(matrix_bytes(&matrix, &bytes, NULL), 0);
    assert_int_equal(bytes, 0);
}

static void products_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    struct error error = {0};
    uint64_t count = 77;
    struct matrix matrix = make("i1", 2, (uint64_t[]){1ull << 32, 1ull << 32});
    assert_int_equal(matrix_count(&matrix, &count, &error), -EBADMSG);
    matrix = make("i1", 2, (uint64_t[]){1ull << 32, 1ull << 31});
    assert_int_equal(matrix_count(&matrix, &count, &error), -EBADMSG);
    matrix = make("f8", 1, (uint64_t[]){1ull << 60});
    assert_int_equal(matrix_bytes(&matrix, &count, &error), -EBADMSG);
    /* As numpy: the dims that are not zero must fit all the same. */
    matrix = make("f8", 2, (uint64_t[]){0, INT64_MAX});
    assert_int_equal(matrix_bytes(&matrix, &count, &error), -EBADMSG);
    assert_int_equal(count, 77);
    matrix = make("f8", 2, (uint64_t[]){0, 1000});
    assert_int_equal(matrix_bytes(&matrix, &count, &error), 0);
    assert_int_equal(count, 0);
}

static void a_copy_outlives_its_original(void **state)
{
    (void)state;
    const struct dtype_field field = {.name = "x", .dtype = make("i4", 0, NULL).dtype};
    struct matrix matrix = make("f4", 2, (uint64_t[]){2, 3}), copy;
    assert_int_equal(dtype_make_struct(&field, 1, &matrix.dtype, NULL), 0);
    matrix_copy(&matrix, &copy);
    matrix_clear(&matrix);
    assert_int_equal(copy.shape[1], 3);
    assert_string_equal(dtype_field_at(&copy.dtype, 0).name, "x");
    matrix_clear(&copy);
}

static void shapes_are_shown_with_a_cross(void **state)
{
    (void)state;
    char buf[40];
    const uint64_t shape[] = {40000, 60000};
    matrix_shape_text(2, shape, false, buf, sizeof buf);
    assert_string_equal(buf, "40000 × 60000");
    assert_int_equal(matrix_shape_text(2, shape, true, buf, sizeof buf), 13);
    assert_string_equal(buf, "40000 x 60000");
    matrix_shape_text(1, shape, false, buf, sizeof buf);
    assert_string_equal(buf, "40000");
    matrix_shape_text(0, shape, false, buf, sizeof buf);
    assert_string_equal(buf, "scalar");
    assert_int_equal(matrix_shape_text(2, shape, true, buf, 7), 13);
    assert_string_equal(buf, "40000");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elements_and_bytes_are_counted),
        cmocka_unit_test(products_that_do_not_fit_are_refused),
        cmocka_unit_test(a_copy_outlives_its_original),
        cmocka_unit_test(shapes_are_shown_with_a_cross),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
