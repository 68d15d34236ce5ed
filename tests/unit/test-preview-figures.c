/*
 * The statistics below the grid: what is asked for and when, what is shown of it.
 */
#include "tests/support/test.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/layout/npy.h"
#include "tests/support/grid.h"

static void each_visible_column_has_them(void **state)
{
    struct grid grid = {0};
    double odd[] = {NAN, -INFINITY, INFINITY, -123456};
    grid_write_doubles(*state, "a", 'C', 2, (uint64_t[]){100, 200});
    for (uint64_t i = 0; i < 4; i++)
        grid_put(*state, "a", 1000 + i, &odd[i], sizeof odd[i]); /* row 5 */
    grid_open(&grid, *state, "a");
    draw_assert_has(&grid.cells, " each column, all 100 rows ");
    draw_assert_has(&grid.cells, "  min             0          0.5            1  -1.2346e+05            2");
    draw_assert_has(&grid.cells, " mean        4994.9       4995.4       4995.9       3711.9         4952");
    draw_assert_has(&grid.cells, "  max          9900       9900.5         9901");
    draw_assert_has(&grid.cells, "nan/inf         1/0          0/1          0/1          0/0");
    assert_int_equal(grid_cell(&grid, "1/0")->role, ROLE_NAN);
    assert_int_equal(grid_cell(&grid, "0/1")->role, ROLE_INF);
    assert_int_equal(grid_cell(&grid, "0/0")->role, ROLE_DIM);
    draw_assert_golden(&grid.cells, "tests/unit/goldens/preview-figures-80x24");
    grid_size(&grid, 40, 140);
    draw_assert_has(&grid.cells, "  std");
    draw_assert_golden(&grid.cells, "tests/unit/goldens/preview-figures-140x40");
    grid_close(&grid);
}

/* A slice has its own, and so have other axes. */
static void another_slice_has_others(void **state)
{
    struct grid grid = {0};
    grid_write_doubles(*state, "cube", 'F', 3, (uint64_t[]){4, 5, 6});
    grid_open(&grid, *state, "cube");
    draw_assert_has(&grid.cells, "  min      0    10    20");
    draw_assert_has(&grid.cells, "  max      8    18    28");
    grid_keys(&grid, "]");
    draw_assert_has(&grid.cells, "  min    0.5  10.5  20.5");
    grid_keys(&grid, "t");
    draw_assert_has(&grid.cells, "  min    0.5   2.5   4.5");
    draw_assert_has(&grid.cells, " each column, all 6 rows ");
    grid_close(&grid);
}

static void one_dimension_has_a_line(void **state)
{
    struct grid grid = {0};
    grid_write_doubles(*state, "v", 'C', 1, (uint64_t[]){1001});
    grid_open(&grid, *state, "v");
    draw_assert_has(&grid.cells, " all 1,001 elements ");
    draw_assert_has(&grid.cells, " min 0  mean 250  max 500  std 144.48  nan 0  inf 0  zeros 1");
    unsigned studied = grid.studied[STUDY_FIGURES];
    grid_size(&grid, 24, 120); /* however it wraps */
    assert_int_equal(grid.studied[STUDY_FIGURES], studied);
    grid_close(&grid);
}

static void each_number_of_a_struct_has_them(void **state)
{
    struct grid grid = {0};
    grid_write_struct(*state, "s", 11);
    grid_open(&grid, *state, "s");
    draw_assert_has(&grid.cells, " each field, all 11 rows, magnitudes ");
    draw_assert_has(&grid.cells, "  min       0       0      0");
    draw_assert_has(&grid.cells, "  max   10000      50    2.5");
    draw_assert_golden(&grid.cells, "tests/unit/goldens/preview-figures-struct-80x24");
    grid_close(&grid);
}

static void whole_numbers_have_zeros(void **state)
{
    struct grid grid = {0};
    uint8_t values[40] = {0, 1, 255};
    grid_write(*state, "u", "u1", 'C', 2, (uint64_t[]){20, 2}, values, sizeof values);
    grid_open(&grid, *state, "u");
    draw_assert_has(&grid.cells, "  max     255      1");
    draw_assert_has(&grid.cells, " mean   12.75   0.05");
    draw_assert_has(&grid.cells, "zeros      19     19");
    draw_assert_lacks(&grid.cells, "nan/inf");
    grid_close(&grid);
}

static void what_has_none_shows_none(void **state)
{
    struct grid grid = {0};
    char text[400] = "a";
    grid_write(*state, "t", "S4", 'C', 2, (uint64_t[]){50, 2}, text, sizeof text);
    grid_write(*state, "d", "<M8[s]", 'C', 2, (uint64_t[]){25, 2}, text, sizeof text);
    grid_write_doubles(*state, "e", 'C', 2, (uint64_t[]){0, 5});
    grid_write_doubles(*state, "s", 'C', 0, NULL);
    tmpdir_write(*state, "psm_1", "0123456789", 10);
    static const char *const names[] = {"t", "d", "e", "s", "psm_1"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        grid_open(&grid, *state, names[i]);
        draw_assert_lacks(&grid.cells, "mean");
        assert_int_equal(grid.studied[STUDY_FIGURES], 0);
        grid_close(&grid);
    }
}

static void a_short_screen_shows_values_instead(void **state)
{
    struct grid grid = {0};
    grid_write_doubles(*state, "a", 'C', 2, (uint64_t[]){100, 200});
    cells_resize(&grid.cells, 17, 80);
    grid_open(&grid, *state, "a");
    draw_assert_lacks(&grid.cells, "mean");
    assert_int_equal(grid.studied[STUDY_FIGURES], 0);
    grid_size(&grid, 18, 80);
    draw_assert_has(&grid.cells, "mean");
    draw_assert_lacks(&grid.cells, "std");
    grid_close(&grid);
}

/* All nan, one value, the largest ones. */
static void odd_columns_have_right_ones(void **state)
{
    struct grid grid = {0};
    double values[20][4];
    for (int i = 0; i < 20; i++) {
        values[i][0] = NAN;
        values[i][1] = 7.25;
        values[i][2] = i % 2 ? 1.7976931348623157e308 : -1.7976931348623157e308;
        values[i][3] = i % 2 ? INFINITY : NAN;
    }
    grid_write(*state, "odd", "<f8", 'C', 2, (uint64_t[]){20, 4}, values, sizeof values);
    grid_open(&grid, *state, "odd");
    draw_assert_has(&grid.cells, "  min              -          7.25  -1.7977e+308             -");
    draw_assert_has(&grid.cells, " mean              -          7.25  ");
    draw_assert_has(&grid.cells, "  max              -          7.25   1.7977e+308             -");
    draw_assert_has(&grid.cells, "nan/inf         20/0           0/0           0/0         10/10");
    grid_keys(&grid, "=ll");
    draw_assert_has(&grid.cells, "-1.7976931348623157e+308");
    grid_close(&grid);
}

static void counts_have_room(void **state)
{
    struct grid grid = {0};
    double values[2000];
    for (int i = 0; i < 2000; i++)
        values[i] = NAN;
    grid_write(*state, "nan", "<f8", 'C', 2, (uint64_t[]){200, 10}, values, sizeof values);
    grid_open(&grid, *state, "nan");
    draw_assert_has(&grid.cells, "nan/inf 200/0  200/0");
    grid_close(&grid);
}

static void a_mean_is_no_power_where_its_digits_fit(void **state)
{
    struct grid grid = {0};
    int32_t values[40] = {0};
    for (int i = 0; i < 40; i++)
        values[i] = i % 2 ? 300000 : 711041;
    grid_write(*state, "i", "<i4", 'C', 2, (uint64_t[]){40, 1}, values, sizeof values);
    grid_open(&grid, *state, "i");
    draw_assert_has(&grid.cells, " mean   505520");
    grid_close(&grid);
}

/* A mean that is rounded for room says so much that it can be told from another. */
static void a_mean_keeps_its_digits(void **state)
{
    struct grid grid = {0};
    int32_t values[20][2];
    for (int i = 0; i < 20; i++) {
        values[i][0] = i % 2 ? 999 : 0;
        values[i][1] = i == 7 ? -3 : 0;
    }
    grid_write(*state, "i", "<i4", 'C', 2, (uint64_t[]){20, 2}, values, sizeof values);
    grid_open(&grid, *state, "i");
    draw_assert_has(&grid.cells, " mean   499.5  -0.15");
    grid_size(&grid, 40, 80);
    draw_assert_has(&grid.cells, "  std     499.5  0.65383");
    grid_keys(&grid, "<");
    draw_assert_has(&grid.cells, "  std    499.5  0.6538");
    grid_keys(&grid, "<");
    draw_assert_has(&grid.cells, "  std   499.5  #####");
    draw_assert_has(&grid.cells, " mean   499.5  -0.15");
    grid_keys(&grid, "<<");
    draw_assert_has(&grid.cells, " mean   ####  ####");
    grid_close(&grid);
}

static void one_row_is_not_all_rows(void **state)
{
    struct grid grid = {0};
    grid_write_doubles(*state, "a", 'C', 2, (uint64_t[]){1, 200});
    grid_open(&grid, *state, "a");
    draw_assert_has(&grid.cells, " each column, 1 row ");
    grid_close(&grid);
}

/* An extreme is whole or not there; what is computed may be rounded. */
static void they_fit_their_columns(void **state)
{
    struct grid grid = {0};
    grid_write_doubles(*state, "a", 'C', 2, (uint64_t[]){101, 3});
    grid_open(&grid, *state, "a");
    draw_assert_has(&grid.cells, " mean      75   75.5     76");
    draw_assert_has(&grid.cells, "  max     150  150.5    151");
    grid_keys(&grid, "<");
    draw_assert_has(&grid.cells, " mean     75  75.5    76");
    draw_assert_has(&grid.cells, "  max    150  ####   151");
    grid_close(&grid);
}

/* --- when --- */

static void neighbours_come_along(void **state)
{
    struct grid grid = {0};
    grid_write_doubles(*state, "a", 'C', 2, (uint64_t[]){50, 200});
    grid_open(&grid, *state, "a");
    assert_int_equal(grid.studied[STUDY_FIGURES], 1);
    for (int i = 0; i < 12; i++)
        grid_keys(&grid, "l");
    assert_int_equal(grid.studied[STUDY_FIGURES], 1);
    grid_keys(&grid, "$");
    assert_int_equal(grid.studied[STUDY_FIGURES], 2);
    grid_keys(&grid, "0");
    assert_int_equal(grid.studied[STUDY_FIGURES], 2);
    grid_keys(&grid, "f$");
    draw_assert_has(&grid.cells, "  min        0     ");
    assert_int_equal(grid.studied[STUDY_FIGURES], 2);
    grid_close(&grid);
}

static void sparse(const struct tmpdir *tmpdir, const char *name, int rank, const uint64_t *shape)
{
    struct matrix matrix = {.order = 'C', .rank = rank};
    uint64_t n = 2;
    uint8_t *header;
    size_t length;
    assert_int_equal(dtype_parse("<f2", &matrix.dtype, NULL), 0);
    for (int i = 0; i < rank; i++)
        n *= matrix.shape[i] = shape[i];
    assert_int_equal(npy_write_header(&matrix, &header, &length, NULL), 0);
    tmpdir_write(tmpdir, name, header, length);
    free(header);
    assert_int_equal(truncate(tmpdir_path(tmpdir, name), (off_t)(length + n)), 0);
}

static void of_a_long_one_a_sample_comes_first(void **state)
{
    struct grid grid = {.no_studies = true};
    sparse(*state, "v", 1, (uint64_t[]){5 << 20});
    grid_open(&grid, *state, "v");
    assert_int_equal(grid.studied[STUDY_FIGURES], 1);
    assert_int_equal(grid.last[STUDY_FIGURES]->statistics.sample, 1 << 20);
    assert_false(study_is_waited_for(grid.last[STUDY_FIGURES]));
    draw_assert_has(&grid.cells, "statistics …");
    grid_supply(&grid, STUDY_FIGURES, NULL);
    draw_assert_has(&grid.cells, "sampled: ");
    draw_assert_has(&grid.cells, " of 5,242,880 elements");
    assert_int_equal(grid.studied[STUDY_FIGURES], 2); /* and now exactly */
    assert_int_equal(grid.last[STUDY_FIGURES]->statistics.sample, 0);
    preview_study_progress(grid.preview, STUDY_FIGURES, 1 << 20, 5 << 20, grid.now);
    grid_settle(&grid);
    draw_assert_has(&grid.cells, " exact: 20 %");
    grid_supply(&grid, STUDY_FIGURES, NULL);
    draw_assert_has(&grid.cells, " all 5,242,880 elements ");
    draw_assert_has(&grid.cells, "zeros 5,242,880");
    assert_int_equal(grid.studied[STUDY_FIGURES], 2);
    grid_close(&grid);
}

static void what_is_out_of_sight_is_given_up(void **state)
{
    struct grid grid = {.no_studies = true};
    sparse(*state, "a", 3, (uint64_t[]){2, 1 << 19, 200});
    grid_open(&grid, *state, "a");
    assert_int_equal(grid.studied[STUDY_FIGURES], 1);
    assert_false(preview_gives_up_study(grid.preview, STUDY_FIGURES));
    grid_keys(&grid, "jjl");
    assert_false(preview_gives_up_study(grid.preview, STUDY_FIGURES));
    grid_keys(&grid, "$");
    assert_true(preview_gives_up_study(grid.preview, STUDY_FIGURES));
    assert_false(preview_gives_up_study(grid.preview, STUDY_FIGURES)); /* once */
    struct study_reply *reply = calloc(1, sizeof *reply);
    assert_non_null(reply);
    reply->found = STUDY_FAILED;
    reply->error.code = ECANCELED;
    grid_supply(&grid, STUDY_FIGURES, reply);
    draw_assert_has(&grid.cells, "statistics …");
    assert_int_equal(grid.studied[STUDY_FIGURES], 2); /* what is seen now */
    grid_keys(&grid, "]");
    assert_true(preview_gives_up_study(grid.preview, STUDY_FIGURES));
    grid_close(&grid);
}

static void what_changes_is_gone_through_again(void **state)
{
    struct grid grid = {0};
    double value = 4242;
    grid_write_doubles(*state, "a", 'C', 2, (uint64_t[]){20, 3});
    grid_open(&grid, *state, "a");
    grid_put(*state, "a", 0, &value, sizeof value);
    grid_wait(&grid, 300);
    draw_assert_has(&grid.cells, "   0    4242");
    assert_int_equal(grid.studied[STUDY_FIGURES], 1);
    grid_wait(&grid, 2000);
    draw_assert_has(&grid.cells, "  max     4242");
    unsigned studied = grid.studied[STUDY_FIGURES];
    for (int i = 0; i < 8; i++)
        grid_wait(&grid, 1000);
    assert_int_equal(grid.studied[STUDY_FIGURES], studied); /* nothing changed */
    grid_wait(&grid, 5000);
    assert_int_equal(grid.studied[STUDY_FIGURES], studied + 1); /* but who knows */
    grid_keys(&grid, "Z");
    grid_put(*state, "a", 1, &value, sizeof value);
    for (int i = 0; i < 8; i++)
        grid_wait(&grid, 5000);
    assert_int_equal(grid.studied[STUDY_FIGURES], studied + 1); /* frozen */
    grid_close(&grid);
}

static void a_failure_is_said_and_tried_again(void **state)
{
    struct grid grid = {.no_studies = true};
    grid_write_doubles(*state, "a", 'C', 2, (uint64_t[]){20, 3});
    grid_open(&grid, *state, "a");
    struct study_reply *reply = calloc(1, sizeof *reply);
    assert_non_null(reply);
    reply->found = STUDY_FAILED;
    reply->mark = grid.last[STUDY_FIGURES]->mark;
    reply->error.code = EIO;
    strcpy(reply->error.text, "cannot be read: no luck");
    grid_supply(&grid, STUDY_FIGURES, reply);
    draw_assert_has(&grid.cells, " cannot be read: no luck ");
    assert_int_equal(grid.studied[STUDY_FIGURES], 1);
    grid.no_studies = false;
    grid_wait(&grid, 6000);
    draw_assert_has(&grid.cells, " each column, all 20 rows ");
    grid_close(&grid);
}

/* A segment that shrinks, goes, is another one. */
static void a_segment_may_change_meanwhile(void **state)
{
    struct grid grid = {.no_studies = true};
    grid_write_doubles(*state, "a", 'C', 2, (uint64_t[]){20, 3});
    grid_open(&grid, *state, "a");
    struct progress progress = {0};
    grid_write_doubles(*state, "a", 'C', 2, (uint64_t[]){40, 2});
    struct study_reply *reply = study_run(grid.directory, "/proc", grid.last[STUDY_FIGURES], &progress);
    assert_int_equal(reply->found, STUDY_OTHER);
    grid_supply(&grid, STUDY_FIGURES, reply);
    grid.no_studies = false;
    grid_wait(&grid, 300);
    draw_assert_has(&grid.cells, " each column, all 40 rows ");
    assert_int_equal(truncate(tmpdir_path(*state, "a"), 300), 0);
    grid_wait(&grid, 300);
    draw_assert_has(&grid.cells, "it shrank");
    assert_int_equal(grid_cell(&grid, " mean   19.5    20")[8].role, ROLE_DIM);
    tmpdir_unlink(*state, "a");
    grid_wait(&grid, 20000);
    draw_assert_has(&grid.cells, "gone");
    grid_close(&grid);
}

static void any_size_is_safe(void **state)
{
    struct grid grid = {0};
    static const char *const names[] = {"cube", "wide", "s"};
    grid_write_doubles(*state, "cube", 'F', 3, (uint64_t[]){3, 40, 30});
    grid_write_struct(*state, "s", 100);
    sparse(*state, "wide", 2, (uint64_t[]){1, 1000000000});
    for (size_t i = 0; i < 3; i++) {
        grid_open(&grid, *state, names[i]);
        for (int columns = 1; columns < 60; columns += 7)
            for (int rows = 16; rows < 34; rows += 3)
                grid_size(&grid, rows, columns);
        grid_keys(&grid, "G$");
        grid_close(&grid);
    }
}

#define with_tmpdir(test) cmocka_unit_test_setup_teardown(test, tmpdir_setup, tmpdir_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_tmpdir(each_visible_column_has_them),
        with_tmpdir(another_slice_has_others),
        with_tmpdir(one_dimension_has_a_line),
        with_tmpdir(each_number_of_a_struct_has_them),
        with_tmpdir(whole_numbers_have_zeros),
        with_tmpdir(what_has_none_shows_none),
        with_tmpdir(a_short_screen_shows_values_instead),
        with_tmpdir(odd_columns_have_right_ones),
        with_tmpdir(counts_have_room),
        with_tmpdir(a_mean_is_no_power_where_its_digits_fit),
        with_tmpdir(a_mean_keeps_its_digits),
        with_tmpdir(one_row_is_not_all_rows),
        with_tmpdir(they_fit_their_columns),
        with_tmpdir(neighbours_come_along),
        with_tmpdir(of_a_long_one_a_sample_comes_first),
        with_tmpdir(what_is_out_of_sight_is_given_up),
        with_tmpdir(what_changes_is_gone_through_again),
        with_tmpdir(a_failure_is_said_and_tried_again),
        with_tmpdir(a_segment_may_change_meanwhile),
        with_tmpdir(any_size_is_safe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
