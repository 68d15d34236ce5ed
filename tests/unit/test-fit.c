#include "tests/support/test.h"

#include <errno.h>

#include "core/matrix/factor.h"
#include "core/matrix/fit.h"

static void shapes_are_read_as_people_write_them(void **state)
{
    (void)state;
    struct fit shape;
    assert_int_equal(fit_parse("1000,768", &shape, NULL), 0);
    assert_true(shape.rank == 2 && shape.open == -1 && shape.dims[0] == 1000 && shape.dims[1] == 768);
    assert_int_equal(fit_parse("7", &shape, NULL), 0);
    assert_true(shape.rank == 1 && shape.dims[0] == 7);
    assert_int_equal(fit_parse("3,-1,5", &shape, NULL), 0);
    assert_true(shape.rank == 3 && shape.open == 1 && shape.dims[2] == 5);
    assert_int_equal(fit_parse("9223372036854775807,0", &shape, NULL), 0);
    assert_int_equal(fit_parse("(-1, 768)", &shape, NULL), 0); /* as numpy shows it */
    assert_true(shape.rank == 2 && shape.open == 0 && shape.dims[1] == 768);
}

static void what_is_no_shape_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"",
                                        ",",
                                        ",1",
                                        "1,,2",
                                        "a",
                                        "1a",
                                        "-2",
                                        "-1,-1",
                                        "-10",
                                        "()",
                                        "(1, 2",
                                        "- 1",
                                        "-",
                                        "-01",
                                        "1.5",
                                        "+1",
                                        "0x10",
                                        "1;2",
                                        "9223372036854775808",
                                        "99999999999999999999999"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct fit shape;
        struct error error = {0};
        assert_int_equal(fit_parse(texts[i], &shape, &error), -EINVAL);
        assert_true(error.text[0]);
    }
    char many[2 * 65 + 1] = "";
    for (int i = 0; i < 65; i++)
        strcat(many, i ? ",1" : "1");
    struct fit shape;
    assert_int_equal(fit_parse(many, &shape, NULL), -EINVAL);
    many[2 * 64 - 1] = '\0';
    assert_int_equal(fit_parse(many, &shape, NULL), 0);
    assert_int_equal(shape.rank, 64);
}

static int apply(const char *text, const char *type, uint64_t offset, uint64_t size, struct matrix *ret)
{
    struct fit shape;
    *ret = (struct matrix){.order = 'F', .offset = offset};
    assert_int_equal(fit_parse(text, &shape, NULL), 0);
    assert_int_equal(dtype_parse(type, &ret->dtype, NULL), 0);
    return fit_apply(&shape, size, ret, NULL);
}

static void a_shape_has_to_fit_the_size(void **state)
{
    (void)state;
    struct matrix matrix;
    assert_int_equal(apply("3,4", "f2", 0, 24, &matrix), 0);
    assert_true(matrix.rank == 2 && matrix.shape[1] == 4 && matrix.order == 'F');
    assert_int_equal(apply("3,4", "f2", 0, 25, &matrix), 0); /* what stands behind is ignored */
    assert_int_equal(apply("12", "f2", 0, 24, &matrix), 0);
    assert_int_equal(matrix.order, 'C');
    assert_int_equal(apply("3,4", "f2", 0, 23, &matrix), -EBADMSG);
    assert_int_equal(matrix.rank, 0);
    assert_int_equal(apply("3,4", "f2", 1, 24, &matrix), -EBADMSG);
    assert_int_equal(apply("0", "f2", 8, 7, &matrix), -EBADMSG);
    assert_int_equal(apply("0,5", "f2", 7, 7, &matrix), 0);
    assert_int_equal(apply("9223372036854775807,9223372036854775807", "f8", 0, UINT64_MAX, &matrix),
                     -EBADMSG);
}

static void the_open_dimension_fills_the_file(void **state)
{
    (void)state;
    struct matrix matrix;
    assert_int_equal(apply("-1,4", "f2", 0, 24, &matrix), 0);
    assert_int_equal(matrix.shape[0], 3);
    assert_int_equal(apply("4,-1", "f2", 64, 64 + 24, &matrix), 0);
    assert_int_equal(matrix.shape[1], 3);
    assert_int_equal(apply("-1", "f8", 0, 24, &matrix), 0);
    assert_int_equal(matrix.shape[0], 3);
    assert_int_equal(apply("-1,5", "f2", 0, 24, &matrix), -EBADMSG);
    assert_int_equal(apply("-1,0", "f2", 0, 24, &matrix), -EBADMSG);
    assert_int_equal(apply("-1", "f2", 0, 0, &matrix), -EBADMSG); /* nothing there is no matrix of none */
    assert_int_equal(apply("-1", "f2", 24, 24, &matrix), -EBADMSG);
    assert_int_equal(apply("-1,9223372036854775807,3", "f8", 0, 24, &matrix), -EBADMSG);
}

static void check_factoring(uint64_t count, const struct factoring *found, size_t n)
{
    assert_true(n >= 1 && found[0].rank == 1 && found[0].dims[0] == count);
    for (size_t i = 1; i < n; i++) {
        assert_int_equal(found[i].rank, 2);
        assert_true(found[i].dims[0] > 1 && found[i].dims[1] > 1);
        assert_int_equal(found[i].dims[0] * found[i].dims[1], count);
        for (size_t j = 1; j < i; j++)
            assert_true(found[j].dims[0] != found[i].dims[0]);
    }
}

static bool offers(const struct factoring *found, size_t n, uint64_t rows, uint64_t columns)
{
    for (size_t i = 0; i < n; i++)
        if (found[i].rank == 2 && found[i].dims[0] == rows && found[i].dims[1] == columns)
            return true;
    return false;
}

static void factorings_divide_exactly_and_the_likely_ones_come_first(void **state)
{
    (void)state;
    struct factoring found[FACTORINGS_MAX];
    size_t n = factor_shapes(2 * 1000 * 768, 2, found, FACTORINGS_MAX);
    check_factoring(768000, found, n);
    assert_true(offers(found, 3, 1000, 768));
    assert_true(n > 4 && offers(found, n, 960, 800) && offers(found, n, 800, 960));
    n = factor_shapes((uint64_t)40000 * 60000 * 2, 2, found, FACTORINGS_MAX);
    check_factoring((uint64_t)40000 * 60000, found, n);
    n = factor_shapes(1999 * 1993 * 4, 4, found, FACTORINGS_MAX);
    check_factoring(1999 * 1993, found, n);
    assert_true(n == 3 && offers(found, n, 1999, 1993) && offers(found, n, 1993, 1999));
}

static void a_prime_is_one_row_and_nothing_is_none(void **state)
{
    (void)state;
    struct factoring found[FACTORINGS_MAX];
    assert_int_equal(factor_shapes(1000003, 1, found, FACTORINGS_MAX), 1);
    assert_int_equal(factor_shapes(UINT64_C(18446744073709551557), 1, found, FACTORINGS_MAX), 1);
    assert_int_equal(factor_shapes(8, 8, found, FACTORINGS_MAX), 1);
    assert_int_equal(factor_shapes(0, 8, found, FACTORINGS_MAX), 0);
    assert_int_equal(factor_shapes(7, 2, found, FACTORINGS_MAX), 0);
    assert_int_equal(factor_shapes(8, 0, found, FACTORINGS_MAX), 0);
    assert_int_equal(factor_shapes(1 << 20, 1, found, 2), 2);
    assert_int_equal(factor_shapes(1 << 20, 1, found, 0), 0);
    for (uint64_t count = 1; count < 3000; count++)
        check_factoring(count, found, factor_shapes(count, 1, found, FACTORINGS_MAX));
    check_factoring(UINT64_C(1) << 63, found, factor_shapes(UINT64_C(1) << 63, 1, found, FACTORINGS_MAX));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shapes_are_read_as_people_write_them),
        cmocka_unit_test(what_is_no_shape_is_refused),
        cmocka_unit_test(a_shape_has_to_fit_the_size),
        cmocka_unit_test(the_open_dimension_fills_the_file),
        cmocka_unit_test(factorings_divide_exactly_and_the_likely_ones_come_first),
        cmocka_unit_test(a_prime_is_one_row_and_nothing_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
