/* Statistics as lines, in any room. */
#include "tests/support/test.h"

#include <float.h>
#include <math.h>

#include "tests/support/draw.h"
#include "tui/values/figures.h"

static struct cells cells;

static struct statistics usual(void)
{
    struct statistics statistics = {
        .tally = {.count = 2400000000, .nan = 1172, .zeros = 3, .finite = 2399998828, .mean = 0.0214},
        .std = 1.0012};
    assert_int_equal(dtype_parse("f8", &statistics.value, NULL), 0);
    statistics.tally.min.f = -4.71875;
    statistics.tally.max.f = 4.90625;
    return statistics;
}

static int draw(const struct statistics *statistics, int height, int width)
{
    cells_resize(&cells, height > 0 ? height + 2 : 2, width > 0 ? width + 2 : 2);
    cells_clear(&cells);
    int rows = figures_draw(statistics, &cells, (struct rect){1, 1, height, width});
    draw_assert_sane(&cells);
    return rows;
}

static const char *line(const struct statistics *statistics, const char *how, int width)
{
    cells_resize(&cells, 1, width + 2);
    cells_clear(&cells);
    figures_put_line(statistics, how, &cells, 0, 1, width);
    draw_assert_sane(&cells);
    return draw_row(&cells, 0);
}

static void one_below_the_other(void **state)
{
    (void)state;
    struct statistics statistics = usual();
    assert_int_equal(draw(&statistics, 9, 18), FIGURES_ROWS);
    assert_string_equal(draw_row(&cells, 1), " min   -4.7188");
    assert_string_equal(draw_row(&cells, 2), " mean   0.0214");
    assert_string_equal(draw_row(&cells, 3), " max    4.9062");
    assert_string_equal(draw_row(&cells, 4), " std    1.0012");
    assert_string_equal(draw_row(&cells, 5), " zeros  3");
    assert_string_equal(draw_row(&cells, 6), " nan    1,172");
    assert_string_equal(draw_row(&cells, 7), " inf    0");
    assert_int_equal(cells.grid[6 * cells.columns + 8].role, ROLE_NAN);
    assert_int_equal(cells.grid[7 * cells.columns + 8].role, ROLE_TEXT);
    statistics.tally.neginf = 2;
    statistics.tally.posinf = 3;
    draw(&statistics, 7, 18);
    assert_string_equal(draw_row(&cells, 7), " inf    5");
    assert_int_equal(cells.grid[7 * cells.columns + 8].role, ROLE_INF);
}

static void in_two_columns(void **state)
{
    (void)state;
    struct statistics statistics = usual();
    assert_int_equal(draw(&statistics, 4, 40), FIGURES_ROWS_BESIDE);
    assert_string_equal(draw_row(&cells, 1), " min   -4.7188       max    4.9062");
    assert_string_equal(draw_row(&cells, 2), " mean   0.0214       std    1.0012");
    assert_string_equal(draw_row(&cells, 3), " nan    1,172        inf    0");
    assert_string_equal(draw_row(&cells, 4), " zeros  3");
    assert_int_equal(draw(&statistics, 1, 40), 1);
    assert_int_equal(draw(&statistics, 4, 20), 4); /* too narrow for two */
    assert_string_equal(draw_row(&cells, 2), " mean   0.0214");
}

static void on_one_line(void **state)
{
    (void)state;
    struct statistics statistics = usual();
    assert_string_equal(line(&statistics, "exact, 0.31 s", 78),
                        " min -4.7188 mean 0.0214 max 4.9062 std 1.0012 nan 1,172 inf 0 (exact, 0.31 s)");
    assert_string_equal(line(&statistics, "sampled 1,000,000", 78),
                        " min -4.7188  mean 0.0214  max 4.9062  std 1.0012  nan 1,172  inf 0  (sampled)");
    assert_string_equal(line(&statistics, "sampled 1,000,000", 68),
                        " min -4.7188  mean 0.0214  max 4.9062  std 1.0012  nan 1,172  inf 0");
    statistics.tally.nan = 0;
    assert_string_equal(line(&statistics, "exact, 0.31 s", 80),
                        " min -4.7188  mean 0.0214  max 4.9062  std 1.0012  nan 0  inf 0  (exact, 0.31 s)");
    statistics.tally.nan = 5; /* it is seen before anything else gives way */
    assert_string_equal(line(&statistics, "", 40), " min -4.7188  mean 0.0214  nan 5  inf 0");
    statistics.tally.neginf = 1;
    assert_string_equal(line(&statistics, "", 30), " min -4.7188  nan 5  inf 1");
    assert_string_equal(line(&statistics, "", 5), " nan 5");
}

static void long_integers_are_rounded_where_there_is_no_room(void **state)
{
    (void)state;
    struct statistics statistics = usual();
    assert_int_equal(dtype_parse("i8", &statistics.value, NULL), 0);
    statistics.tally.min.i = INT64_MIN;
    statistics.tally.max.i = INT64_MAX;
    draw(&statistics, 7, 30);
    assert_string_equal(draw_row(&cells, 1), " min   -9223372036854775808");
    draw(&statistics, 7, 18);
    assert_string_equal(draw_row(&cells, 1), " min   -9.2234e+18");
    assert_string_equal(draw_row(&cells, 3), " max    9.2234e+18");
}

static void nothing_finite(void **state)
{
    (void)state;
    struct statistics statistics = usual();
    statistics.tally = (struct tally){.count = 5, .nan = 5, .mean = NAN};
    statistics.std = NAN;
    draw(&statistics, 7, 18);
    assert_string_equal(draw_row(&cells, 1), " min    -");
    assert_string_equal(draw_row(&cells, 4), " std    -");
    assert_string_equal(draw_row(&cells, 6), " nan    5");
}

static void where_they_are_from(void **state)
{
    (void)state;
    struct statistics statistics = usual();
    char text[FIGURES_HOW_MAX];
    figures_how_text(&statistics, 312, text, sizeof text);
    assert_string_equal(text, "exact, 0.31 s");
    figures_how_text(&statistics, 9, text, sizeof text);
    assert_string_equal(text, "exact, 9 ms");
    figures_how_text(&statistics, 0, text, sizeof text);
    assert_string_equal(text, "exact, 1 ms");
    statistics.sampled = true;
    statistics.tally.count = 1000000;
    figures_how_text(&statistics, 312, text, sizeof text);
    assert_string_equal(text, "sampled 1,000,000");
    statistics.rewritten = true;
    figures_how_text(&statistics, 312, text, sizeof text);
    assert_string_equal(text, "sampled 1,000,000, rewritten meanwhile");
}

static void any_size(void **state)
{
    (void)state;
    struct statistics statistics = usual();
    statistics.tally.min.f = -DBL_MAX;
    statistics.tally.max.f = DBL_MAX;
    statistics.tally.nan = UINT64_MAX;
    for (int height = 0; height < 10; height++)
        for (int width = 0; width < 90; width++) {
            assert_in_range(draw(&statistics, height, width), 0, height);
            for (int y = 0; y < cells.rows; y++) { /* nothing beside the rectangle */
                assert_string_equal(cells.grid[y * cells.columns].text, " ");
                assert_string_equal(cells.grid[y * cells.columns + cells.columns - 1].text, " ");
            }
            for (int x = 0; x < cells.columns; x++)
                assert_string_equal(cells.grid[(cells.rows - 1) * cells.columns + x].text, " ");
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_below_the_other),
        cmocka_unit_test(in_two_columns),
        cmocka_unit_test(on_one_line),
        cmocka_unit_test(long_integers_are_rounded_where_there_is_no_room),
        cmocka_unit_test(nothing_finite),
        cmocka_unit_test(where_they_are_from),
        cmocka_unit_test(any_size),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    cells_free(&cells);
    return failed;
}
