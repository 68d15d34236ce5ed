#include "tests/support/test.h"

#include "tests/support/draw.h"
#include "tests/support/stage.h"

/* A screen with the usual segments after some keys, against its golden file. */
static void check(int rows, int columns, bool ascii, const char *keys, const char *golden)
{
    struct stage stage;
    stage_open_usual(&stage, rows, columns, ascii);
    stage_draw(&stage);
    stage_type(&stage, keys);
    stage_draw(&stage);
    draw_assert_sane(&stage.cells);
    draw_assert_golden(&stage.cells, golden);
    stage_close(&stage);
}

static void table_80x24(void **state)
{
    (void)state;
    check(24, 80, false, "j", "tests/screen/golden-app/table-80x24");
}

static void table_110x27(void **state)
{
    (void)state;
    check(27, 110, false, "j  ", "tests/screen/golden-app/table-110x27");
}

static void table_140x40(void **state)
{
    (void)state;
    check(40, 140, false, "j ", "tests/screen/golden-app/table-140x40");
}

static void table_ascii(void **state)
{
    (void)state;
    check(24, 80, true, "  ", "tests/screen/golden-app/table-ascii");
}

static void table_40x8(void **state)
{
    (void)state;
    check(8, 40, false, "", "tests/screen/golden-app/table-40x8");
}

static void table_20x4(void **state)
{
    (void)state;
    check(4, 20, false, "", "tests/screen/golden-app/table-20x4");
}

static void too_small_1x1(void **state)
{
    (void)state;
    check(1, 1, false, "", "tests/screen/golden-app/too-small-1x1");
}

/* Every state, after some keys. */
static void check_states(int rows, int columns, bool ascii, const char *keys, const char *golden)
{
    struct stage stage;
    stage_open_states(&stage, rows, columns, ascii);
    stage_draw(&stage);
    stage_type(&stage, keys);
    stage_draw(&stage);
    draw_assert_sane(&stage.cells);
    draw_assert_golden(&stage.cells, golden);
    stage_close(&stage);
}

static void states_80x24(void **state)
{
    (void)state;
    check_states(24, 80, false, "j", "tests/screen/golden-app/states-80x24");
}

static void states_110x27(void **state)
{
    (void)state;
    check_states(27, 110, false, "j ", "tests/screen/golden-app/states-110x27");
}

static void states_140x40(void **state)
{
    (void)state;
    check_states(40, 140, false, "j ", "tests/screen/golden-app/states-140x40");
}

static void states_ascii(void **state)
{
    (void)state;
    check_states(24, 80, true, " ", "tests/screen/golden-app/states-ascii");
}

/* What a terminal with so many colours makes of it. */
static void check_colors(enum theme_depth depth, const char *keys, const char *golden)
{
    struct stage stage;
    stage_open_states(&stage, 27, 110, false);
    stage_draw(&stage);
    stage_type(&stage, keys);
    stage_draw(&stage);
    draw_assert_golden_ansi(&stage.cells, depth, golden);
    stage_close(&stage);
}

static void states_in_256_colors(void **state)
{
    (void)state;
    check_colors(THEME_256, "j ", "tests/screen/golden-app/states-256.ans");
}

static void states_in_16_colors(void **state)
{
    (void)state;
    check_colors(THEME_16, "j ", "tests/screen/golden-app/states-16.ans");
}

static void states_without_colors(void **state)
{
    (void)state;
    check_colors(THEME_MONOCHROME, "j ", "tests/screen/golden-app/states-mono.ans");
}

static void groups(void **state)
{
    (void)state;
    check_states(24, 80, false, "tgjj g", "tests/screen/golden-app/groups-80x24");
}

/* The subtotals stand below the memory of each, where that has a column. */
static void wide_groups(void **state)
{
    (void)state;
    check_states(40, 140, false, "tig", "tests/screen/golden-app/groups-140x40");
}

static void groups_in_256_colors(void **state)
{
    (void)state;
    check_colors(THEME_256, "tg\r", "tests/screen/golden-app/groups-256.ans");
}

static void one_state(void **state)
{
    (void)state;
    check_states(24, 80, false, "\t\t\t\t", "tests/screen/golden-app/one-state-80x24");
}

static void a_range(void **state)
{
    (void)state;
    check_states(24, 80, false, "vjjj", "tests/screen/golden-app/range-80x24");
}

static void column_menu(void **state)
{
    (void)state;
    check_states(24, 80, false, "cjj ", "tests/screen/golden-app/column-menu");
}

static void states_60x15(void **state)
{
    (void)state;
    check_states(15, 60, false, "", "tests/screen/golden-app/states-60x15");
}

static void states_20x4(void **state)
{
    (void)state;
    check_states(4, 20, false, "", "tests/screen/golden-app/states-20x4");
}

static void help(void **state)
{
    (void)state;
    check(24, 80, false, "?mark", "tests/screen/golden-app/help");
}

/* With what the letters and colours mean, below the keys. */
static void help_signs(void **state)
{
    (void)state;
    struct stage stage;
    stage_open_usual(&stage, 24, 80, false);
    stage_type(&stage, "?");
    stage_key(&stage, KEY_CODE_END);
    stage_draw(&stage);
    draw_assert_golden(&stage.cells, "tests/screen/golden-app/help-signs");
    stage_close(&stage);
}

static void help_wide(void **state)
{
    (void)state;
    check(60, 140, false, "?", "tests/screen/golden-app/help-140x60");
}

/* Where there is no pane. */
static void detail_whole(void **state)
{
    (void)state;
    check(24, 80, false, "ji", "tests/screen/golden-app/detail-whole-80x24");
}

/* No line is cut, and each can be come to. */
static void help_at_any_size(void **state)
{
    (void)state;
    for (int columns = 20; columns <= 140; columns += 3)
        for (int rows = 4; rows < 70; rows += 7) {
            struct stage stage;
            stage_open_usual(&stage, rows, columns, false);
            stage_type(&stage, "?");
            for (int page = 0; page < 12; page++) {
                stage_draw(&stage);
                draw_assert_sane(&stage.cells);
                if (columns > 60 && page == 0)
                    draw_assert_lacks(&stage.cells, "…│");
                stage_key(&stage, KEY_CODE_PAGE_DOWN);
            }
            stage_key(&stage, KEY_CODE_END);
            stage_draw(&stage);
            if (columns > 60 && rows > 8)
                draw_assert_has(&stage.cells, "in this colour: nobody holds it");
            for (int page = 0; page < 12; page++)
                stage_key(&stage, KEY_CODE_PAGE_UP);
            stage_close(&stage);
        }
}

static void sort_menu(void **state)
{
    (void)state;
    check(24, 80, false, "s", "tests/screen/golden-app/sort-menu");
}

static void filter(void **state)
{
    (void)state;
    check(24, 80, false, " /shm", "tests/screen/golden-app/filter");
}

static void filter_wrong(void **state)
{
    (void)state;
    check(24, 80, false, "/shm size>10Q !user:root", "tests/screen/golden-app/filter-wrong");
}

static void filter_candidates(void **state)
{
    (void)state;
    check(24, 80, false, "/shm is:\t", "tests/screen/golden-app/filter-candidates");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_80x24),
        cmocka_unit_test(table_110x27),
        cmocka_unit_test(table_140x40),
        cmocka_unit_test(table_ascii),
        cmocka_unit_test(table_40x8),
        cmocka_unit_test(table_20x4),
        cmocka_unit_test(too_small_1x1),
        cmocka_unit_test(help),
        cmocka_unit_test(help_signs),
        cmocka_unit_test(help_wide),
        cmocka_unit_test(detail_whole),
        cmocka_unit_test(help_at_any_size),
        cmocka_unit_test(sort_menu),
        cmocka_unit_test(filter),
        cmocka_unit_test(states_80x24),
        cmocka_unit_test(states_110x27),
        cmocka_unit_test(states_140x40),
        cmocka_unit_test(states_ascii),
        cmocka_unit_test(states_in_256_colors),
        cmocka_unit_test(states_in_16_colors),
        cmocka_unit_test(states_without_colors),
        cmocka_unit_test(groups),
        cmocka_unit_test(wide_groups),
        cmocka_unit_test(groups_in_256_colors),
        cmocka_unit_test(one_state),
        cmocka_unit_test(a_range),
        cmocka_unit_test(column_menu),
        cmocka_unit_test(states_60x15),
        cmocka_unit_test(states_20x4),
        cmocka_unit_test(filter_wrong),
        cmocka_unit_test(filter_candidates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
