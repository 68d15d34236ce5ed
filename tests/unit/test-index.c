#include "tests/support/test.h"

#include <errno.h>

#include "core/matrix/index.h"

static struct matrix make(const char *type, char order, int rank, const uint64_t *shape)
{
    struct matrix matrix = {.order = order, .rank = rank};
    assert_int_equal(dtype_parse(type, &matrix.dtype, NULL), 0);
    if (rank > 0)
        memcpy(matrix.shape, shape, (size_t)rank * sizeof shape[0]);
    return matrix;
}

static void the_whole_has_the_strides_of_its_order(void **state)
{
    (void)state;
    struct view view;
    struct matrix matrix = make("f2", 'C', 3, (uint64_t[]){4, 5, 6});
    view_whole(&matrix, &view);
    assert_int_equal(view.rank, 3);
    assert_int_equal(view.stride[0], 60);
    assert_int_equal(view.stride[1], 12);
    assert_int_equal(view.stride[2], 2);
    assert_int_equal(view_elements(&view), 120);
    matrix.order = 'F';
    view_whole(&matrix, &view);
    assert_int_equal(view.stride[0], 2);
    assert_int_equal(view.stride[1], 8);
    assert_int_equal(view.stride[2], 40);
    matrix = make("f8", 'C', 0, NULL);
    view_whole(&matrix, &view);
    assert_int_equal(view_elements(&view), 1);
}

static void an_index_selects_as_numpys_does(void **state)
{
    (void)state;
    struct matrix matrix = make("f8", 'C', 2, (uint64_t[]){10, 100});
    const struct {
        const char *text;
        int rank;
        int64_t start;
        uint64_t count0, count1;
        int64_t stride0;
    } rows[] = {
        {"", 2, 0, 10, 100, 800},
        {"3", 1, 2400, 100, 0, 8},
        {"-1", 1, 7200, 100, 0, 8},
        {"3,4", 0, 2432, 0, 0, 0},
        {" 3 , 4 ", 0, 2432, 0, 0, 0},
        {"3,", 1, 2400, 100, 0, 8},
        {":,4", 1, 32, 10, 0, 800},
        {"...,4", 1, 32, 10, 0, 800},
        {"4,...", 1, 3200, 100, 0, 8},
        {"3,...,4", 0, 2432, 0, 0, 0},
        {"...", 2, 0, 10, 100, 800},
        {"2:5,::2", 2, 1600, 3, 50, 800},
        {"[2:5,::2]", 2, 1600, 3, 50, 800},
        {" [ 3 , 4 ] ", 0, 2432, 0, 0, 0},
        {"[]", 2, 0, 10, 100, 800},
        {"::-1", 2, 7200, 10, 100, -800},
        {"8:2:-3", 2, 6400, 2, 100, -2400},
        {"-3:", 2, 5600, 3, 100, 800},
        {":-3", 2, 0, 7, 100, 800},
        {"5:100", 2, 4000, 5, 100, 800},
        {"-100:3", 2, 0, 3, 100, 800},
        {"100:", 2, 0, 0, 100, 800},
        {"5:5", 2, 0, 0, 100, 800},
        {"5:2", 2, 0, 0, 100, 800},
        {"::99999999999999999999", 2, 0, 1, 100, 800},
        {"9:-99999999999999999999:-1", 2, 7200, 10, 100, -800},
        {"+3:+5", 2, 2400, 2, 100, 800},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct view view;
        struct error error = {0};
        if (view_parse(&matrix, rows[i].text, &view, &error) != 0)
            fail_msg("[%s]: %s", rows[i].text, error.text);
        if (view.rank != rows[i].rank || view.start != rows[i].start ||
            (view.rank > 0 && (view.count[0] != rows[i].count0 || view.stride[0] != rows[i].stride0)) ||
            (view.rank > 1 && view.count[1] != rows[i].count1))
            fail_msg("[%s]: rank %d start %ld count %lu stride %ld", rows[i].text, view.rank,
                     (long)view.start, (unsigned long)view.count[0], (long)view.stride[0]);
    }
}

static void a_bad_index_is_named_with_what_was_expected(void **state)
{
    (void)state;
    struct matrix matrix = make("f8", 'C', 2, (uint64_t[]){10, 1});
    const struct {
        const char *text, *words;
    } rows[] = {
        {"10", "'10': out of range for axis 0, which has 10 elements"},
        {"-11", "'-11': out of range for axis 0"},
        {":,1", "'1': out of range for axis 1, which has 1 element"},
        {"99999999999999999999", "out of range"},
        {"1,2,3", "too many indices: 3 for a matrix of 2 dimensions"},
        {"...,...", "only once"},
        {"1,,2", "'': expected an integer"},
        {",", "expected"},
        {"x", "'x': expected an integer, a slice as start:stop:step, or ..."},
        {"1.5", "'1.5'"},
        {"1:2:3:4", "'1:2:3:4'"},
        {"::0", "'::0': a slice's step cannot be 0"},
        {"1 2", "'1 2'"},
        {"--1", "'--1'"},
        {"....", "'....'"},
        {"None", "'None'"},
        {"\x1b[2J", "'\\x1b[2J'"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct view view;
        struct error error = {0};
        if (view_parse(&matrix, rows[i].text, &view, &error) != -EINVAL || !strstr(error.text, rows[i].words))
            fail_msg("[%s]: %s", rows[i].text, error.text);
    }
    char many[200] = "0";
    for (int i = 0; i < 70; i++)
        strcat(many, ",0");
    struct view view;
    assert_int_equal(view_parse(&matrix, many, &view, NULL), -EINVAL);
}

static void an_element_can_be_named_in_the_whole_matrix(void **state)
{
    (void)state;
    struct matrix matrix = make("f8", 'C', 3, (uint64_t[]){10, 20, 30});
    struct view view;
    assert_int_equal(view_parse(&matrix, "-2, 15:3:-4, 5:", &view, NULL), 0);
    assert_int_equal(view.rank, 2);
    assert_int_equal(view.axis[0], 1);
    assert_int_equal(view.axis[1], 2);
    assert_int_equal(view.first[0], 8);
    assert_int_equal(view.step[0], 0);
    assert_int_equal(view.first[1], 15);
    assert_int_equal(view.step[1], -4);
    assert_int_equal(view.first[2], 5);
    view_swap_axes(&view, 0, 1);
    assert_int_equal(view.axis[0], 2);
    assert_int_equal(view.count[0], 25);
    assert_int_equal(view.stride[0], 8);
    assert_int_equal(view.stride[1], -4 * 30 * 8);
}

static void an_empty_axis_has_no_element(void **state)
{
    (void)state;
    struct matrix matrix = make("f8", 'C', 2, (uint64_t[]){0, 1ull << 40});
    struct view view;
    assert_int_equal(view_parse(&matrix, "", &view, NULL), 0);
    assert_int_equal(view_elements(&view), 0);
    assert_int_equal(view_parse(&matrix, "::-1, 5", &view, NULL), 0);
    assert_int_equal(view_elements(&view), 0);
    assert_int_equal(view_parse(&matrix, "0", &view, NULL), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_whole_has_the_strides_of_its_order),
        cmocka_unit_test(an_index_selects_as_numpys_does),
        cmocka_unit_test(a_bad_index_is_named_with_what_was_expected),
        cmocka_unit_test(an_element_can_be_named_in_the_whole_matrix),
        cmocka_unit_test(an_empty_axis_has_no_element),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
