/*
 * How the grid shows values: formats, complex numbers, the width of columns.
 */
#include "tests/support/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/grid.h"
#include "tui/view/hints.h"

static const uint64_t plane[] = {30, 12};

static void the_formats_follow_one_another(void **state)
{
    struct grid grid = {0};
    double third = -100.0 / 3;
    grid_write_doubles(*state, "a", 'C', 2, plane);
    grid_put(*state, "a", 1, &third, sizeof third);
    grid_open(&grid, *state, "a");
    draw_assert_has(&grid.cells, " -33.333 ");
    draw_assert_lacks(&grid.cells, "in full");
    grid_keys(&grid, "=");
    draw_assert_has(&grid.cells, "0.0  -33.333333333333336  ");
    draw_assert_has(&grid.cells, "in full  ● live");
    draw_assert_has(&grid.cells, "all digits");
    grid_keys(&grid, "=");
    draw_assert_has(&grid.cells, "0.00000e+00  -3.33333e+01");
    draw_assert_has(&grid.cells, "scientific  ● live");
    grid_keys(&grid, "=");
    draw_assert_has(&grid.cells, "0x0000000000000000  0xc040aaaaaaaaaaab");
    draw_assert_has(&grid.cells, "in hex  ● live");
    grid_keys(&grid, "=");
    draw_assert_has(&grid.cells, " -33.333 ");
    draw_assert_lacks(&grid.cells, "in hex");
    grid_close(&grid);
}

/* Whole numbers have only two, and a struct as many as its fields need. */
static void a_type_has_the_formats_that_differ(void **state)
{
    struct grid grid = {0};
    int32_t numbers[6] = {-1, 2147483647};
    grid_write(*state, "i", "<i4", 'C', 2, (uint64_t[]){2, 3}, numbers, sizeof numbers);
    grid_open(&grid, *state, "i");
    grid_keys(&grid, "=");
    draw_assert_has(&grid.cells, "0xffffffff  0x7fffffff");
    grid_keys(&grid, "=");
    draw_assert_has(&grid.cells, "-1  2147483647");
    draw_assert_has(&grid.cells, "values as they are");
    grid_close(&grid);

    grid_write_struct(*state, "s", 3);
    grid_open(&grid, *state, "s");
    grid_keys(&grid, "j=");
    draw_assert_has(&grid.cells, "3-4j   0.25");
    draw_assert_has(&grid.cells, "[1.0, 0.5]");
    grid_keys(&grid, "=");
    draw_assert_has(&grid.cells, "3.00000e+00-4.00000e+00j");
    grid_keys(&grid, "=");
    draw_assert_has(&grid.cells, "0x000003e8  0x40400000c0800000  0x3fd0000000000000");
    draw_assert_has(&grid.cells, "0x6f64640000000000");
    grid_close(&grid);
}

static void bytes_in_hex_have_no_other_format(void **state)
{
    struct grid grid = {0};
    tmpdir_write(*state, "psm_1", "0123456789", 10);
    grid_open(&grid, *state, "psm_1");
    grid_keys(&grid, "=");
    draw_assert_has(&grid.cells, "D looks at them as numbers");
    grid_keys(&grid, "<");
    draw_assert_has(&grid.cells, "a byte takes two digits");
    grid_keys(&grid, "|");
    draw_assert_has(&grid.cells, "no complex numbers here");
    draw_assert_has(&grid.cells, "30 31 32");
    grid_close(&grid);
}

static void complex_numbers_can_be_magnitudes(void **state)
{
    struct grid grid = {0};
    double values[8] = {3, 4, NAN, 1, -INFINITY, 2, 1e200, 1e200};
    grid_write(*state, "c", "<c16", 'C', 2, (uint64_t[]){2, 2}, values, sizeof values);
    grid_open(&grid, *state, "c");
    draw_assert_has(&grid.cells, "3+4j");
    grid_keys(&grid, "|");
    draw_assert_has(&grid.cells, "  5 ");
    draw_assert_has(&grid.cells, "magnitudes  ● live");
    draw_assert_has(&grid.cells, "1.4142e+200");
    assert_int_equal(grid_cell(&grid, " nan")[1].role, ROLE_NAN);
    assert_int_equal(grid_cell(&grid, " inf")[1].role, ROLE_INF);
    draw_assert_lacks(&grid.cells, "3+4j");
    grid_settle(&grid);
    grid_keys(&grid, "l");
    grid_keys(&grid, "h");
    draw_assert_has(&grid.cells, "[0, 0] = 3+4j  magnitude 5.0");
    grid_keys(&grid, "=");
    draw_assert_has(&grid.cells, "magnitudes in full");
    draw_assert_has(&grid.cells, " 5.0 ");
    grid_keys(&grid, "|");
    draw_assert_has(&grid.cells, "3+4j");
    grid_close(&grid);

    grid_write_struct(*state, "s", 3);
    grid_open(&grid, *state, "s");
    grid_keys(&grid, "|");
    draw_assert_lacks(&grid.cells, "3-4j");
    grid_close(&grid);

    grid_write_doubles(*state, "real", 'C', 2, plane);
    grid_open(&grid, *state, "real");
    grid_keys(&grid, "|");
    draw_assert_has(&grid.cells, "no complex numbers here");
    grid_close(&grid);
}

/* Nobody shall take a cut number for a number. */
static void a_number_that_does_not_fit_is_none(void **state)
{
    struct grid grid = {0};
    double values[6] = {12345, -1.5, 0.25, 1e300, NAN, -INFINITY};
    grid_write(*state, "a", "<f8", 'C', 2, (uint64_t[]){2, 3}, values, sizeof values);
    grid_open(&grid, *state, "a");
    draw_assert_has(&grid.cells, "    0    12345    -1.5    0.25");
    grid_keys(&grid, "<");
    draw_assert_has(&grid.cells, "columns 5 wide, and what is cut says so");
    draw_assert_has(&grid.cells, "    0   12345   -1.5   0.25");
    draw_assert_has(&grid.cells, "    1   #####    nan   -inf");
    grid_keys(&grid, "<");
    draw_assert_has(&grid.cells, "    0   ####  -1.5  0.25");
    draw_assert_has(&grid.cells, "    1   ####   nan  -inf");
    grid_keys(&grid, "k");
    draw_assert_has(&grid.cells, "[0, 0] = 12345.0");
    grid_keys(&grid, "<");
    draw_assert_has(&grid.cells, "columns as narrow as can be");
    grid_keys(&grid, ">>");
    draw_assert_has(&grid.cells, "columns 6 wide, as wide as what is shown");
    grid_keys(&grid, ">>");
    draw_assert_has(&grid.cells, "columns 8 wide");
    draw_assert_has(&grid.cells, "    0      12345      -1.5      0.25");
    for (int i = 0; i < 80; i++)
        grid_keys(&grid, ">");
    draw_assert_has(&grid.cells, "columns as wide as the screen");
    grid_close(&grid);
}

static void a_text_that_does_not_fit_ends_in_dots(void **state)
{
    struct grid grid = {0};
    grid_write_struct(*state, "s", 4);
    grid_open(&grid, *state, "s");
    grid_keys(&grid, "j$h<");
    draw_assert_has(&grid.cells, "column as narrow as can be");
    grid_keys(&grid, "l<<");
    draw_assert_has(&grid.cells, "column 6 wide");
    draw_assert_has(&grid.cells, "[1, 0…");
    draw_assert_has(&grid.cells, "odd"); /* its column is as it was */
    grid_keys(&grid, "0l<");
    draw_assert_has(&grid.cells, "  6-8j    0.5");
    draw_assert_has(&grid.cells, "  ####   0.75");
    grid.ascii = true;
    grid_settle(&grid);
    draw_assert_has(&grid.cells, "[1, 0~");
    draw_assert_has(&grid.cells, "  ####   0.75");
    grid_close(&grid);
}

static void a_vector_wraps_at_the_width_that_was_chosen(void **state)
{
    struct grid grid = {0};
    grid_write_doubles(*state, "v", 'C', 1, (uint64_t[]){1003});
    grid_open(&grid, *state, "v");
    grid_keys(&grid, "jjl");
    draw_assert_has(&grid.cells, "[21] = 10.5");
    grid_keys(&grid, ">>>>>>>>");
    draw_assert_has(&grid.cells, "columns 12 wide");
    draw_assert_has(&grid.cells, "   20             10          10.5");
    grid_keys(&grid, "l");
    draw_assert_has(&grid.cells, "[22] = 11.0");
    grid_close(&grid);
}

static void hints_know_what_can_be_formatted(void **state)
{
    struct grid grid = {0};
    tmpdir_write(*state, "psm_1", "0123456789", 10);
    grid_open(&grid, *state, "psm_1");
    assert_false(preview_has_use_for(grid.preview, ACTION_FORMAT));
    assert_false(preview_has_use_for(grid.preview, ACTION_WIDER));
    assert_false(preview_has_use_for(grid.preview, ACTION_MAGNITUDE));
    grid_close(&grid);
    grid_write_struct(*state, "s", 4);
    grid_open(&grid, *state, "s");
    assert_true(preview_has_use_for(grid.preview, ACTION_FORMAT));
    assert_true(preview_has_use_for(grid.preview, ACTION_WIDER));
    assert_true(preview_has_use_for(grid.preview, ACTION_MAGNITUDE));
    grid_close(&grid);
}

/* A format stays while the segment becomes another one; the same keys in one batch do the same. */
static void keys_that_come_at_once_do_the_same(void **state)
{
    struct grid grid = {0};
    grid_write_doubles(*state, "a", 'C', 2, plane);
    grid_open(&grid, *state, "a");
    for (const char *key = "=<"; *key; key++)
        preview_key(grid.preview, &(struct key){.code = (unsigned char)*key}, grid.now);
    grid_settle(&grid);
    draw_assert_has(&grid.cells, "columns 4 wide");
    grid_write_doubles(*state, "a", 'C', 2, (uint64_t[]){2, 2});
    grid_wait(&grid, 300);
    draw_assert_has(&grid.cells, "in full  ● live");
    draw_assert_has(&grid.cells, "0.0   0.5");
    grid_close(&grid);
}

static void any_format_is_safe_in_any_size(void **state)
{
    struct grid grid = {0};
    grid_write_struct(*state, "s", 50);
    grid_open(&grid, *state, "s");
    for (const char *key = "=l|<<<=l>>=l<<|="; *key; key++) {
        preview_key(grid.preview, &(struct key){.code = (unsigned char)*key}, grid.now);
        for (int rows = 1; rows < 8; rows++)
            for (int columns = 1; columns < 40; columns += 5)
                grid_size(&grid, rows, columns);
    }
    grid_close(&grid);
}

#define with_tmpdir(test) cmocka_unit_test_setup_teardown(test, tmpdir_setup, tmpdir_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_tmpdir(the_formats_follow_one_another),
        with_tmpdir(a_type_has_the_formats_that_differ),
        with_tmpdir(bytes_in_hex_have_no_other_format),
        with_tmpdir(complex_numbers_can_be_magnitudes),
        with_tmpdir(a_number_that_does_not_fit_is_none),
        with_tmpdir(a_text_that_does_not_fit_ends_in_dots),
        with_tmpdir(a_vector_wraps_at_the_width_that_was_chosen),
        with_tmpdir(hints_know_what_can_be_formatted),
        with_tmpdir(keys_that_come_at_once_do_the_same),
        with_tmpdir(any_format_is_safe_in_any_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
