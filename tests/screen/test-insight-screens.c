/* The table's details with the values of the row under the cursor, on screens of several sizes and colours.
 */
#include "tests/support/test.h"

#include "tests/support/draw.h"
#include "tests/support/stage.h"
#include "tui/app/state.h"

static void open_at(struct stage *stage, int rows, int columns, bool ascii, bool heat, const char *keys)
{
    stage_open_usual(stage, rows, columns, ascii);
    stage->app->heat = stage->cells.heat = heat;
    stage_draw(stage);
    stage_type(stage, keys);
    while (stage_study(stage, 312))
        ;
    stage_draw(stage);
    draw_assert_sane(&stage->cells);
}

static void check(int rows, int columns, bool ascii, bool heat, const char *keys, const char *golden)
{
    struct stage stage;
    open_at(&stage, rows, columns, ascii, heat, keys);
    draw_assert_golden(&stage.cells, golden);
    stage_close(&stage);
}

static void check_colors(enum theme_depth depth, const char *golden)
{
    struct stage stage;
    open_at(&stage, 40, 140, false, depth == THEME_256, "j");
    draw_assert_golden_ansi(&stage.cells, depth, golden);
    stage_close(&stage);
}

static void strip_80x24(void **state)
{
    (void)state;
    check(24, 80, false, true, "j", "tests/screen/golden-app/insight-80x24");
}

static void strip_110x27(void **state)
{
    (void)state;
    check(27, 110, false, true, "", "tests/screen/golden-app/insight-110x27");
}

static void pane_140x40(void **state)
{
    (void)state;
    check(40, 140, false, true, "j", "tests/screen/golden-app/insight-140x40");
}

/* Every fact has its line. */
static void pane_140x56(void **state)
{
    (void)state;
    check(56, 140, false, true, "jjjj", "tests/screen/golden-app/insight-140x56");
}

static void pane_of_one_axis(void **state)
{
    (void)state;
    check(40, 140, false, true, "jjjjj", "tests/screen/golden-app/insight-one-axis");
}

static void pane_ascii(void **state)
{
    (void)state;
    check(40, 140, true, false, "j", "tests/screen/golden-app/insight-ascii");
}

static void whole_80x24(void **state)
{
    (void)state;
    struct stage stage;
    open_at(&stage, 24, 80, false, true, "ji");
    stage_key(&stage, KEY_CODE_PAGE_DOWN);
    stage_draw(&stage);
    draw_assert_golden(&stage.cells, "tests/screen/golden-app/insight-whole-80x24");
    stage_close(&stage);
}

static void pane_in_256_colors(void **state)
{
    (void)state;
    check_colors(THEME_256, "tests/screen/golden-app/insight-256.ans");
}

static void pane_in_16_colors(void **state)
{
    (void)state;
    check_colors(THEME_16, "tests/screen/golden-app/insight-16.ans");
}

static void pane_without_colors(void **state)
{
    (void)state;
    check_colors(THEME_MONOCHROME, "tests/screen/golden-app/insight-mono.ans");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strip_80x24),       cmocka_unit_test(strip_110x27),
        cmocka_unit_test(pane_140x40),       cmocka_unit_test(pane_140x56),
        cmocka_unit_test(pane_of_one_axis),  cmocka_unit_test(pane_ascii),
        cmocka_unit_test(whole_80x24),       cmocka_unit_test(pane_in_256_colors),
        cmocka_unit_test(pane_in_16_colors), cmocka_unit_test(pane_without_colors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
