/*
 * Cells of the grid in the colours of their values.
 */
#include "tests/support/test.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/grid.h"

static uint8_t heat_at(const struct grid *grid, const char *text)
{
    const struct cell *cell = grid_cell(grid, text);
    return cell[1].heat; /* behind the blank that makes it a cell */
}

static void cells_take_the_colours_of_their_values(void **state)
{
    struct grid grid = {.heat = true};
    double values[40][4];
    for (int i = 0; i < 40; i++)
        for (int j = 0; j < 4; j++)
            values[i][j] = (i - 20) * 10 + j;
    values[2][1] = NAN;
    values[2][2] = INFINITY;
    values[2][3] = -INFINITY;
    grid_write(*state, "a", "<f8", 'C', 2, (uint64_t[]){40, 4}, values, sizeof values);
    grid_open(&grid, *state, "a");
    assert_int_equal(heat_at(&grid, " -199 "), 0);
    grid_keys(&grid, "v");
    draw_assert_has(&grid.cells, " heat -19");
    draw_assert_has(&grid.cells, " 1 % to 99 % of the slice");
    assert_int_equal(heat_at(&grid, " -199 "), heat_diverging(0));
    assert_in_range(heat_at(&grid, " -110 "), heat_diverging(1), heat_diverging(HEAT_LEVELS / 2 - 1));
    assert_int_equal(heat_at(&grid, " nan "), HEAT_NAN);
    assert_int_equal(heat_at(&grid, " inf "), HEAT_INF);
    assert_int_equal(heat_at(&grid, " -inf"), HEAT_INF);
    assert_int_equal(grid_cell(&grid, " -200 ")[1].heat, 0); /* the cursor's */
    grid_keys(&grid, "G");
    assert_int_equal(heat_at(&grid, " 193"), heat_diverging(HEAT_LEVELS - 1));
    grid_keys(&grid, "v");
    assert_int_equal(heat_at(&grid, " 193"), 0);
    draw_assert_lacks(&grid.cells, "heat");
    grid_close(&grid);
}

static void one_sign_only_rises(void **state)
{
    struct grid grid = {.heat = true};
    grid_write_doubles(*state, "v", 'C', 1, (uint64_t[]){2001});
    grid_open(&grid, *state, "v");
    grid_keys(&grid, "v");
    assert_int_equal(heat_at(&grid, "  0.5 "), 0 + grid_cell(&grid, "  0.5 ")[2].heat);
    assert_int_equal(grid_cell(&grid, "  0.5 ")[2].heat, heat_rising(0));
    grid_keys(&grid, "G");
    assert_int_equal(heat_at(&grid, " 999.5"), heat_rising(HEAT_LEVELS - 1));
    grid_close(&grid);
}

/* The scale is the slice's, wherever one is, and the page's until it is known. */
static void the_scale_is_that_of_the_slice(void **state)
{
    struct grid grid = {.heat = true, .no_studies = true};
    grid_write_doubles(*state, "a", 'C', 2, (uint64_t[]){1000, 4});
    grid_open(&grid, *state, "a");
    grid_keys(&grid, "v");
    draw_assert_has(&grid.cells, " heat 0 ");
    draw_assert_has(&grid.cells, "1 % to 99 % of the page");
    assert_int_equal(grid.studied[STUDY_TINT], 1);
    assert_false(study_is_waited_for(grid.last[STUDY_TINT]));
    grid_supply(&grid, STUDY_TINT, NULL);
    draw_assert_has(&grid.cells, "of the slice");
    assert_in_range(heat_at(&grid, " 4.5 "), heat_rising(0), heat_rising(1));
    grid_keys(&grid, "G");
    assert_in_range(heat_at(&grid, " 1996 "), heat_rising(HEAT_LEVELS - 2), heat_rising(HEAT_LEVELS - 1));
    assert_int_equal(grid.studied[STUDY_TINT], 1);
    grid_close(&grid);
}

static void another_slice_has_another_scale(void **state)
{
    struct grid grid = {.heat = true};
    grid_write_doubles(*state, "cube", 'C', 3, (uint64_t[]){3, 100, 4});
    grid_open(&grid, *state, "cube");
    grid_keys(&grid, "v");
    draw_assert_has(&grid.cells, " heat ");
    assert_int_equal(grid.studied[STUDY_TINT], 1);
    grid.no_studies = true;
    grid_keys(&grid, "]");
    assert_int_equal(grid.studied[STUDY_TINT], 2);
    assert_false(preview_gives_up_study(grid.preview, STUDY_TINT));
    grid_keys(&grid, "]");
    assert_int_equal(grid.studied[STUDY_TINT], 2);
    assert_true(preview_gives_up_study(grid.preview, STUDY_TINT));
    struct study_reply *reply = calloc(1, sizeof *reply);
    assert_non_null(reply);
    reply->found = STUDY_FAILED;
    reply->error.code = ECANCELED;
    grid_supply(&grid, STUDY_TINT, reply);
    assert_int_equal(grid.studied[STUDY_TINT], 3);
    grid_supply(&grid, STUDY_TINT, NULL);
    draw_assert_has(&grid.cells, "of the slice");
    grid_close(&grid);
}

static void each_field_has_its_own_scale(void **state)
{
    struct grid grid = {.heat = true};
    grid_write_struct(*state, "s", 14);
    grid_open(&grid, *state, "s");
    grid_keys(&grid, "v");
    assert_int_equal(grid.studied[STUDY_TINT], 3); /* id, z, price */
    assert_int_equal(heat_at(&grid, " 13000 "), heat_rising(HEAT_LEVELS - 1));
    assert_int_equal(heat_at(&grid, " 3.25 "), heat_rising(HEAT_LEVELS - 1));
    assert_int_equal(heat_at(&grid, " 39-52j "), heat_rising(HEAT_LEVELS - 1)); /* by magnitude */
    assert_int_equal(heat_at(&grid, " even "), 0);
    draw_assert_has(&grid.cells, "of the field");
    grid_close(&grid);
}

static void what_changes_is_followed_slowly(void **state)
{
    struct grid grid = {.heat = true};
    double value = 500;
    grid_write_doubles(*state, "a", 'C', 2, (uint64_t[]){4, 3});
    grid_open(&grid, *state, "a");
    grid_keys(&grid, "v");
    draw_assert_lacks(&grid.cells, " 500  1 %");
    for (uint64_t i = 0; i < 12; i++)
        grid_put(*state, "a", i, &value, sizeof value);
    grid_wait(&grid, 300);
    assert_int_equal(grid.studied[STUDY_TINT], 1);
    grid_wait(&grid, 5000);
    assert_int_equal(grid.studied[STUDY_TINT], 2);
    draw_assert_has(&grid.cells, "heat 250 ");
    for (int i = 0; i < 5; i++)
        grid_wait(&grid, 5000);
    assert_int_equal(grid.studied[STUDY_TINT], 2);
    grid_close(&grid);
}

static void odd_values_are_safe(void **state)
{
    struct grid grid = {.heat = true};
    double values[4] = {NAN, NAN, NAN, NAN};
    grid_write(*state, "nan", "<f8", 'C', 2, (uint64_t[]){2, 2}, values, sizeof values);
    grid_open(&grid, *state, "nan");
    grid_keys(&grid, "v");
    draw_assert_has(&grid.cells, "heat no finite value");
    grid_close(&grid);
    double most[4] = {-1.7976931348623157e308, 1.7976931348623157e308, 0, INFINITY};
    grid_write(*state, "most", "<f8", 'C', 2, (uint64_t[]){2, 2}, most, sizeof most);
    grid_open(&grid, *state, "most");
    grid_keys(&grid, "v");
    assert_int_equal(heat_at(&grid, " 1.7977e+308"), heat_diverging(HEAT_LEVELS - 1));
    assert_int_equal(heat_at(&grid, " inf"), HEAT_INF);
    grid_close(&grid);
    double same[4] = {7, 7, 7, 7};
    grid_write(*state, "same", "<f8", 'C', 2, (uint64_t[]){2, 2}, same, sizeof same);
    grid_open(&grid, *state, "same");
    grid_keys(&grid, "v");
    assert_int_equal(heat_at(&grid, "  7 "), grid_cell(&grid, "  7 ")[2].heat);
    grid_close(&grid);
}

static void what_has_no_heat_says_so(void **state)
{
    struct grid grid = {0};
    char text[40] = "a";
    grid_write_doubles(*state, "a", 'C', 2, (uint64_t[]){4, 3});
    grid_open(&grid, *state, "a");
    grid_keys(&grid, "v");
    draw_assert_has(&grid.cells, "no heat: this terminal does not show the colours for it");
    assert_true(preview_has_use_for(grid.preview, ACTION_TINT));
    grid_close(&grid);
    grid_write(*state, "t", "S4", 'C', 2, (uint64_t[]){5, 2}, text, sizeof text);
    grid_open(&grid, *state, "t");
    grid_keys(&grid, "v");
    draw_assert_has(&grid.cells, "no numbers to colour");
    assert_false(preview_has_use_for(grid.preview, ACTION_TINT));
    grid_close(&grid);
    tmpdir_write(*state, "psm_1", "0123456789", 10);
    grid_open(&grid, *state, "psm_1");
    grid_keys(&grid, "v");
    draw_assert_has(&grid.cells, "bytes: D looks at them as numbers");
    grid_close(&grid);
}

static void a_failure_leaves_the_scale_of_the_page(void **state)
{
    struct grid grid = {.heat = true, .no_studies = true};
    grid_write_doubles(*state, "a", 'C', 2, (uint64_t[]){4, 3});
    grid_open(&grid, *state, "a");
    grid_keys(&grid, "v");
    struct study_reply *reply = calloc(1, sizeof *reply);
    assert_non_null(reply);
    reply->found = STUDY_FAILED;
    reply->mark = grid.last[STUDY_TINT]->mark;
    reply->error.code = EIO;
    grid_supply(&grid, STUDY_TINT, reply);
    assert_int_equal(grid.studied[STUDY_TINT], 1);
    draw_assert_has(&grid.cells, "of the page");
    assert_int_equal(heat_at(&grid, " 5.5"), heat_rising(HEAT_LEVELS - 1));
    grid_close(&grid);
}

static void any_size_is_safe(void **state)
{
    struct grid grid = {.heat = true};
    grid_write_struct(*state, "s", 100);
    grid_open(&grid, *state, "s");
    grid_keys(&grid, "v");
    for (int columns = 1; columns < 60; columns += 7)
        for (int rows = 1; rows < 34; rows += 3)
            grid_size(&grid, rows, columns);
    grid_close(&grid);
}

#define with_tmpdir(test) cmocka_unit_test_setup_teardown(test, tmpdir_setup, tmpdir_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_tmpdir(cells_take_the_colours_of_their_values),
        with_tmpdir(one_sign_only_rises),
        with_tmpdir(the_scale_is_that_of_the_slice),
        with_tmpdir(another_slice_has_another_scale),
        with_tmpdir(each_field_has_its_own_scale),
        with_tmpdir(what_changes_is_followed_slowly),
        with_tmpdir(odd_values_are_safe),
        with_tmpdir(what_has_no_heat_says_so),
        with_tmpdir(a_failure_leaves_the_scale_of_the_page),
        with_tmpdir(any_size_is_safe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
