/* What is known of values, drawn into any room. */
#include "tests/support/test.h"

#include <float.h>
#include <math.h>

#include "tests/support/draw.h"
#include "tui/values/insight.h"

static struct cells cells;
static double edges[] = {-2, -1, 0, 1, 2};
static uint64_t counts[] = {1, 5, 7, 2};
static struct map_block blocks[12 * 30];

static struct statistics usual(void)
{
    struct statistics statistics = {.tally = {.count = 15, .finite = 15, .mean = 0.5},
                                    .std = 0.25,
                                    .has_histogram = true,
                                    .histogram = {4, edges, counts}};
    assert_int_equal(dtype_parse("f8", &statistics.value, NULL), 0);
    statistics.tally.min.f = -2;
    statistics.tally.max.f = 2;
    return statistics;
}

static struct map waves(unsigned rows, unsigned columns)
{
    struct map map = {.rows = rows,
                      .columns = columns,
                      .plane_rows = rows,
                      .plane_columns = columns,
                      .blocks = blocks,
                      .looked = 1,
                      .elements = 1,
                      .low = -1,
                      .high = 1,
                      .is_signed = true};
    for (unsigned i = 0; i < rows * columns; i++)
        blocks[i] = (struct map_block){.mean = 2.0 * (i % columns) / (columns - 1) - 1, .count = 1};
    return map;
}

static struct insight_known known_of(const struct statistics *statistics, const struct map *map)
{
    return (struct insight_known){.has_values = true,
                                  .trouble = "",
                                  .statistics = statistics,
                                  .map = map,
                                  .how = "exact, 0.01 s",
                                  .plane_rows = 12,
                                  .plane_columns = 30};
}

static void canvas(int height, int width, bool ascii, bool heat)
{
    cells.ascii = ascii;
    cells.heat = heat;
    cells_resize(&cells, height + 2, width + 2);
    cells_clear(&cells);
}

static int draw(const struct insight_known *known, int height, int width, bool whole)
{
    int used = insight_draw(known, &cells, (struct rect){1, 1, height, width}, whole);
    draw_assert_sane(&cells);
    for (int y = 0; y < cells.rows; y++) { /* nothing beside the rectangle */
        assert_string_equal(cells.grid[y * cells.columns].text, " ");
        assert_string_equal(cells.grid[y * cells.columns + cells.columns - 1].text, " ");
    }
    return used;
}

static void any_room(void **state)
{
    (void)state;
    struct statistics statistics = usual(), wild = usual();
    wild.tally.min.f = -DBL_MAX;
    wild.tally.max.f = DBL_MAX;
    wild.tally.nan = wild.tally.neginf = UINT64_MAX / 2;
    struct map map = waves(12, 30);
    for (int height = 0; height < 40; height++)
        for (int width = 0; width < 60; width++)
            for (int mode = 0; mode < 16; mode++) {
                struct insight_known known = known_of(mode & 4 ? &wild : &statistics, &map);
                canvas(height, width, mode & 1, mode & 2);
                assert_in_range(draw(&known, height, width, mode & 8), 0, height);
            }
}

static void parts_are_shed_from_below(void **state)
{
    (void)state;
    struct statistics statistics = usual();
    struct map map = waves(12, 30);
    struct insight_known known = known_of(&statistics, &map);
    struct insight_layout layout, before = {.statistics = 0};
    for (int height = 1; height < 60; height++) {
        insight_lay_out(&known, height, 40, true, false, &layout);
        assert_in_range(layout.statistics + layout.histogram + layout.map, 1, height);
        assert_true(layout.statistics >= before.statistics && layout.map >= before.map);
        assert_true(layout.map == 0 || layout.histogram > 0);
        before = layout;
    }
    assert_int_equal(layout.map_rows, 12); /* no more than it has */
    assert_int_equal(layout.map, 2 + 6);
    insight_lay_out(&known, 24, 40, false, false, &layout);
    assert_int_equal(layout.map_rows, 10); /* one a row of cells */
    assert_int_equal(layout.map, 2 + 10);
}

static void without_values_nothing_is_drawn(void **state)
{
    (void)state;
    struct insight_known known = {.trouble = ""};
    canvas(20, 40, false, true);
    assert_int_equal(draw(&known, 20, 40, false), 0);
    for (int y = 0; y < cells.rows; y++)
        assert_string_equal(draw_row(&cells, y), "");
}

static void why_nothing_is_known(void **state)
{
    (void)state;
    struct insight_known known = known_of(NULL, NULL);
    known.trouble = "m.shm: Permission denied";
    known.how[0] = '\0';
    canvas(20, 40, false, true);
    draw(&known, 20, 40, false);
    draw_assert_has(&cells, "m.shm: Permission denied");
    canvas(1, 40, false, true);
    draw(&known, 1, 40, false);
    draw_assert_has(&cells, "m.shm: Permission denied");
    known.trouble = "";
    snprintf(known.how, sizeof known.how, "34 %% read");
    canvas(1, 40, false, true);
    draw(&known, 1, 40, false);
    draw_assert_has(&cells, "34 % read");
}

static void all_nan(void **state)
{
    (void)state;
    struct statistics statistics = usual();
    struct map map = waves(12, 30);
    statistics.tally = (struct tally){.count = 360, .nan = 360};
    statistics.has_histogram = false;
    for (int i = 0; i < 360; i++)
        blocks[i] = (struct map_block){.mean = NAN, .extreme = NAN, .count = 1, .nan = 1};
    map.low = map.high = NAN;
    struct insight_known known = known_of(&statistics, &map);
    canvas(30, 40, false, true);
    draw(&known, 30, 40, false);
    draw_assert_has(&cells, "nan    360");
    draw_assert_has(&cells, "no finite value");
    draw_assert_has(&cells, "##############################");
}

static void complex_numbers_by_magnitude(void **state)
{
    (void)state;
    struct statistics statistics = usual();
    struct map map = waves(12, 30);
    struct insight_known known = known_of(&statistics, &map);
    known.magnitudes = true;
    canvas(30, 40, false, true);
    draw(&known, 30, 40, false);
    draw_assert_has(&cells, "magnitudes  exact, 0.01 s");
    draw_assert_has(&cells, "map  mean magnitude");
}

/* --- its map --- */

/* A room in which the map has its place and more. */
static void draw_map(const struct map *map, bool ascii, bool heat)
{
    struct statistics statistics = usual();
    struct insight_known known = known_of(&statistics, map);
    known.plane_rows = map->rows;
    known.plane_columns = map->columns;
    canvas(40, 58, ascii, heat);
    draw(&known, 40, 58, false);
    int y, x;
    assert_true(draw_find(&cells, "map  mean", &y, &x));
    assert_int_equal(y, 1 + 5 + 9);
}

static const struct cell *at(int y, int x)
{
    return &cells.grid[(y + 1 + 5 + 9 + 1) * cells.columns + x + 1];
}

static void two_blocks_a_cell(void **state)
{
    (void)state;
    struct map map = waves(3, 21);
    blocks[21].mean = blocks[2 * 21].mean = 1; /* below the first */
    draw_map(&map, false, true);
    assert_string_equal(at(0, 0)->text, "▀");
    assert_int_equal(at(0, 0)->upper, heat_diverging(0));
    assert_int_equal(at(0, 0)->heat, heat_diverging(HEAT_LEVELS - 1));
    assert_int_equal(at(0, 10)->upper, heat_diverging(10)); /* 0 is the middle */
    assert_int_equal(at(1, 0)->upper, heat_diverging(HEAT_LEVELS - 1));
    assert_int_equal(at(1, 0)->heat, 0); /* the last row has none below it */
    assert_string_equal(at(0, 21)->text, " ");
    draw_assert_has(&cells, "-1 ▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀ 1");
}

static void one_block_a_cell_in_ascii(void **state)
{
    (void)state;
    struct map map = waves(3, 9);
    for (int i = 0; i < 27; i++)
        blocks[i].mean = i % 9;
    map.low = 0, map.high = 8;
    map.is_signed = false;
    draw_map(&map, true, false);
    for (int y = 0; y < 3; y++)
        assert_string_equal(draw_row(&cells, 1 + 5 + 9 + 1 + y), "  .:-=+*%@");
    draw_map(&map, true, true);
    assert_int_equal(at(2, 8)->heat, heat_rising(HEAT_LEVELS - 1));
}

static void what_is_no_number_has_marks(void **state)
{
    (void)state;
    struct map map = waves(2, 9);
    blocks[9 + 3].nan = 1; /* in the lower half */
    blocks[5].inf = 2;
    for (int heat = 0; heat < 2; heat++) {
        draw_map(&map, false, heat);
        int y = heat ? 0 : 1;
        assert_string_equal(at(y, 3)->text, "#");
        assert_int_equal(at(y, 3)->role, ROLE_NAN);
        assert_string_equal(at(0, 5)->text, "^");
        assert_int_equal(at(0, 5)->role, ROLE_INF);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_room),
        cmocka_unit_test(parts_are_shed_from_below),
        cmocka_unit_test(without_values_nothing_is_drawn),
        cmocka_unit_test(why_nothing_is_known),
        cmocka_unit_test(all_nan),
        cmocka_unit_test(complex_numbers_by_magnitude),
        cmocka_unit_test(two_blocks_a_cell),
        cmocka_unit_test(one_block_a_cell_in_ascii),
        cmocka_unit_test(what_is_no_number_has_marks),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    cells_free(&cells);
    return failed;
}
