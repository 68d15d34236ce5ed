/* The map, as terminals of many and few colours show it. */
#include "tests/support/test.h"

#include "tests/support/draw.h"
#include "tests/support/mapping.h"

#define GOLDEN "tests/screen/golden-map/"

static const uint64_t nan_place[4] = {110, 120, 300, 330};

static void check_waves(void **state, int rows, int columns, bool heat, bool ascii, const char *keys,
                        enum theme_depth depth, const char *golden)
{
    struct looking looking = {0};
    mapping_write_waves(*state, "waves.npy", 400, 600, nan_place);
    mapping_open(&looking, state, "waves.npy", rows, columns, heat, ascii);
    mapping_press(&looking, keys);
    draw_assert_golden_ansi(&looking.cells, depth, golden);
    looking_close(&looking);
}

static void in_256_colors(void **state)
{
    check_waves(state, 24, 80, true, false, "jjjjjjlllllll", THEME_256, GOLDEN "waves-80x24-256.ans");
}

static void wide_in_256_colors(void **state)
{
    check_waves(state, 40, 140, true, false, "jjjjjjlllllll", THEME_256, GOLDEN "waves-140x40-256.ans");
}

static void in_16_colors(void **state)
{
    check_waves(state, 24, 80, false, false, "jjjlllllll", THEME_16, GOLDEN "waves-80x24-16.ans");
}

static void without_colors(void **state)
{
    check_waves(state, 24, 80, false, false, "jjjlllllll", THEME_MONOCHROME, GOLDEN "waves-80x24-mono.ans");
}

static void in_ascii(void **state)
{
    check_waves(state, 24, 80, false, true, "jjjlllllll", THEME_MONOCHROME, GOLDEN "waves-80x24-ascii.ans");
}

static void in_ascii_and_256_colors(void **state)
{
    check_waves(state, 24, 80, true, true, "jjjlllllll", THEME_256, GOLDEN "waves-80x24-ascii-256.ans");
}

static void small(void **state)
{
    check_waves(state, 4, 20, true, false, "j", THEME_256, GOLDEN "waves-20x4-256.ans");
}

/* Few elements are drawn large, those that the grid shows in a frame. */
static void few_elements(void **state)
{
    struct looking looking = {0};
    looking_write_doubles(*state, "few.npy", 'C', 2, (uint64_t[]){30, 12});
    mapping_open(&looking, state, "few.npy", 24, 80, true, false);
    mapping_press(&looking, "jjll");
    draw_assert_golden_ansi(&looking.cells, THEME_256, GOLDEN "few-80x24-256.ans");
    looking_close(&looking);
}

static void one_dimension(void **state)
{
    struct looking looking = {0};
    looking_write_doubles(*state, "list.npy", 'C', 1, (uint64_t[]){5000});
    mapping_open(&looking, state, "list.npy", 24, 80, true, false);
    draw_assert_golden(&looking.cells, GOLDEN "list-80x24");
    looking_close(&looking);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(in_256_colors, tmpdir_setup, tmpdir_teardown),
        cmocka_unit_test_setup_teardown(wide_in_256_colors, tmpdir_setup, tmpdir_teardown),
        cmocka_unit_test_setup_teardown(in_16_colors, tmpdir_setup, tmpdir_teardown),
        cmocka_unit_test_setup_teardown(without_colors, tmpdir_setup, tmpdir_teardown),
        cmocka_unit_test_setup_teardown(in_ascii, tmpdir_setup, tmpdir_teardown),
        cmocka_unit_test_setup_teardown(in_ascii_and_256_colors, tmpdir_setup, tmpdir_teardown),
        cmocka_unit_test_setup_teardown(small, tmpdir_setup, tmpdir_teardown),
        cmocka_unit_test_setup_teardown(few_elements, tmpdir_setup, tmpdir_teardown),
        cmocka_unit_test_setup_teardown(one_dimension, tmpdir_setup, tmpdir_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
