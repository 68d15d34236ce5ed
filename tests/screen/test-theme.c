/* How roles look, by what the terminal can do. */
#include "tests/support/test.h"

#include "tui/term/theme.h"

static const enum theme_depth depths[] = {THEME_MONOCHROME, THEME_8, THEME_16, THEME_256};
static const int colors[] = {0, 8, 16, 256};

static void colors_exist_and_none_is_dark_blue(void **state)
{
    (void)state;
    for (int depth = 0; depth < 4; depth++)
        for (int role = 0; role < ROLE_COUNT; role++)
            for (int flags = 0; flags < 8; flags++) {
                struct look look = theme_look(depths[depth], (enum role)role, (uint8_t)flags);

                assert_true(look.foreground >= -1 && look.foreground < (colors[depth] ? colors[depth] : 0));
                assert_true(look.background >= -1 && look.background < (colors[depth] ? colors[depth] : 0));
                assert_true(look.foreground != 4 && !(look.foreground >= 16 && look.foreground <= 21));
            }
}

static void the_background_is_the_terminals_own(void **state)
{
    (void)state;
    for (int depth = 0; depth < 4; depth++)
        for (int role = 0; role < ROLE_COUNT; role++)
            if (role != ROLE_INPUT)
                assert_int_equal(theme_look(depths[depth], (enum role)role, 0).background, -1);
}

static void the_cursor_row_is_grey_or_reverse(void **state)
{
    (void)state;
    for (int role = 0; role < ROLE_COUNT; role++) {
        assert_true(theme_look(THEME_MONOCHROME, (enum role)role, CELL_SELECTED).reverse);
        assert_true(theme_look(THEME_8, (enum role)role, CELL_SELECTED).reverse);
        assert_true(theme_look(THEME_16, (enum role)role, CELL_SELECTED).reverse);
    }
    assert_int_equal(theme_look(THEME_256, ROLE_TEXT, CELL_SELECTED).background, 236);
    assert_int_equal(theme_look(THEME_256, ROLE_TEXT, CELL_SELECTED).foreground, 255);
    assert_false(theme_look(THEME_256, ROLE_LEAKED, CELL_SELECTED).reverse);
    assert_true(theme_look(THEME_256, ROLE_BUTTON, CELL_SELECTED).reverse);
}

static void flags_add_to_any_role(void **state)
{
    (void)state;
    for (int depth = 0; depth < 4; depth++)
        for (int role = 0; role < ROLE_COUNT; role++) {
            assert_true(theme_look(depths[depth], (enum role)role, CELL_BOLD).bold);
            assert_true(theme_look(depths[depth], (enum role)role, CELL_UNDERLINE).underline);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(colors_exist_and_none_is_dark_blue),
        cmocka_unit_test(the_background_is_the_terminals_own),
        cmocka_unit_test(the_cursor_row_is_grey_or_reverse),
        cmocka_unit_test(flags_add_to_any_role),
    };

    return cmocka_run_group_tests_name("theme", tests, NULL, NULL);
}
