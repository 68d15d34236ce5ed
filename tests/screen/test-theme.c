/* How roles look, by what the terminal can do. */
#include "tests/support/test.h"

#include "tests/support/palette.h"
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

/* --- heat --- */

#define TERMINAL_BLACK 16

static struct look look_of(uint8_t heat, uint8_t upper, enum role role, uint8_t flags)
{
    struct cell cell = {
        .text = "x", .width = 1, .role = (uint8_t)role, .flags = flags, .heat = heat, .upper = upper};

    return theme_cell_look(THEME_256, &cell);
}

static void text_on_heat_is_read(void **state)
{
    (void)state;
    for (int heat = 1; heat < HEAT_COUNT; heat++)
        for (int role = 0; role < ROLE_COUNT; role++)
            for (int flags = 0; flags < 8; flags++) {
                struct look look = look_of((uint8_t)heat, 0, (enum role)role, (uint8_t)flags);

                assert_false(look.reverse || look.dim);
                assert_true(palette_contrast(look.foreground, look.background) >= 4.5);
                if (flags & CELL_BOLD)
                    assert_true(look.bold);
                if (flags & CELL_UNDERLINE)
                    assert_true(look.underline);
            }
}

static void levels_are_told_apart(void **state)
{
    (void)state;
    for (unsigned a = 0; a < HEAT_LEVELS; a++)
        for (unsigned b = 0; b < a; b++) {
            short one = theme_heat_color(heat_diverging(a)), other = theme_heat_color(heat_diverging(b));

            if (one == other) /* neighbours on one side may be one */
                assert_true(a == b + 1 && a != HEAT_LEVELS / 2 && b != HEAT_LEVELS / 2);
            else
                assert_true(palette_distance(one, other) > 0.03);
            assert_true(palette_distance(theme_heat_color(heat_rising(a)), theme_heat_color(heat_rising(b))) >
                        0.03);
        }
    for (uint8_t heat = 1; heat < HEAT_NAN; heat++) { /* and no number from any of them */
        assert_true(palette_distance(theme_heat_color(heat), theme_heat_color(HEAT_NAN)) > 0.1);
        assert_true(palette_distance(theme_heat_color(heat), theme_heat_color(HEAT_INF)) > 0.1);
    }
    assert_true(palette_distance(theme_heat_color(HEAT_NAN), theme_heat_color(HEAT_INF)) > 0.1);
}

static void steps_are_even_enough(void **state)
{
    (void)state;
    for (unsigned i = 1; i < HEAT_LEVELS; i++) {
        assert_true(palette_distance(theme_heat_color(heat_diverging(i)),
                                     theme_heat_color(heat_diverging(i - 1))) < 0.125);
        assert_true(palette_distance(theme_heat_color(heat_rising(i)), theme_heat_color(heat_rising(i - 1))) <
                    0.2);
    }
}

static void scales_have_a_direction(void **state)
{
    unsigned char cold[3], middle[3], hot[3];

    (void)state;
    for (unsigned i = 1; i < HEAT_LEVELS; i++) {
        double step = palette_lightness(theme_heat_color(heat_diverging(i))) -
                      palette_lightness(theme_heat_color(heat_diverging(i - 1)));

        assert_true(i <= HEAT_LEVELS / 2 ? step >= 0 : step <= 0);
        assert_true(palette_lightness(theme_heat_color(heat_rising(i))) >
                    palette_lightness(theme_heat_color(heat_rising(i - 1))));
    }
    palette_rgb(theme_heat_color(heat_diverging(0)), cold);
    palette_rgb(theme_heat_color(heat_diverging(HEAT_LEVELS / 2)), middle);
    palette_rgb(theme_heat_color(heat_diverging(HEAT_LEVELS - 1)), hot);
    assert_true(cold[2] > 2 * cold[0] && hot[0] > 2 * hot[2]);
    assert_true(middle[0] > 230 && middle[1] > 230 && middle[2] > 230);
}

static void each_side_has_one_hue(void **state)
{
    (void)state;
    for (unsigned i = 0; i < HEAT_LEVELS / 2; i++) {
        double cold = palette_hue(theme_heat_color(heat_diverging(i)));
        double hot = palette_hue(theme_heat_color(heat_diverging(HEAT_LEVELS - 1 - i)));

        assert_true(cold > 240 && cold < 270);
        assert_true(hot > 15 && hot < 35);
    }
}

static void the_cursor_is_seen_on_every_level(void **state)
{
    (void)state;
    for (unsigned i = 0; i < HEAT_LEVELS; i++) {
        int diverging = look_of(heat_diverging(i), 0, ROLE_TEXT, CELL_SELECTED).background;
        int rising = look_of(heat_rising(i), 0, ROLE_TEXT, CELL_SELECTED).background;

        assert_true(look_of(heat_diverging(i), 0, ROLE_TEXT, CELL_SELECTED).bold);
        for (unsigned k = 0; k < HEAT_LEVELS; k++) {
            assert_true(palette_distance(diverging, theme_heat_color(heat_diverging(k))) > 0.3);
            assert_true(palette_distance(rising, theme_heat_color(heat_rising(k))) > 0.1);
        }
        assert_int_equal(look_of(heat_diverging(i), heat_diverging(3), ROLE_TEXT, CELL_SELECTED).foreground,
                         TERMINAL_BLACK);
        assert_int_equal(look_of(heat_rising(i), heat_rising(3), ROLE_TEXT, CELL_SELECTED).foreground,
                         rising);
    }
}

static void halves_have_a_colour_each(void **state)
{
    struct look look = look_of(heat_rising(3), heat_rising(17), ROLE_TEXT, 0);

    (void)state;
    assert_int_equal(look.background, theme_heat_color(heat_rising(3)));
    assert_int_equal(look.foreground, theme_heat_color(heat_rising(17)));
    look = look_of(0, HEAT_NAN, ROLE_TEXT, 0);
    assert_int_equal(look.background, -1);
    assert_int_equal(look.foreground, theme_heat_color(HEAT_NAN));
}

static void fewer_colours_know_no_heat(void **state)
{
    (void)state;
    for (int depth = 0; depth < 3; depth++)
        for (int heat = 0; heat < HEAT_COUNT; heat++) {
            struct cell cell = {.text = "x", .width = 1, .role = ROLE_DIM, .heat = (uint8_t)heat};
            struct look plain = theme_look(depths[depth], ROLE_DIM, 0),
                        look = theme_cell_look(depths[depth], &cell);

            assert_memory_equal(&look, &plain, sizeof(look));
        }
    assert_int_equal(theme_heat_color(0), -1);
}

static void coarse_levels_keep_ends_and_middle(void **state)
{
    static const unsigned steps[] = {1, 2, 5, 10};

    (void)state;
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        for (unsigned level = 0; level < HEAT_LEVELS; level++) {
            unsigned coarse = theme_heat_coarse(heat_diverging(level), steps[i]) - 1u;

            assert_true(coarse < HEAT_LEVELS && coarse % steps[i] == 0);
            assert_true(coarse <= level + steps[i] / 2 && level <= coarse + steps[i] / 2);
            assert_int_equal(theme_heat_coarse(heat_rising(level), steps[i]), heat_rising(coarse));
            if (level == 0 || level == HEAT_LEVELS / 2 || level == HEAT_LEVELS - 1)
                assert_int_equal(coarse, level);
        }
        assert_int_equal(theme_heat_coarse(0, steps[i]), 0);
        assert_int_equal(theme_heat_coarse(HEAT_NAN, steps[i]), HEAT_NAN);
        assert_int_equal(theme_heat_coarse(HEAT_INF, steps[i]), HEAT_INF);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(colors_exist_and_none_is_dark_blue),
        cmocka_unit_test(the_background_is_the_terminals_own),
        cmocka_unit_test(the_cursor_row_is_grey_or_reverse),
        cmocka_unit_test(flags_add_to_any_role),
        cmocka_unit_test(text_on_heat_is_read),
        cmocka_unit_test(levels_are_told_apart),
        cmocka_unit_test(steps_are_even_enough),
        cmocka_unit_test(scales_have_a_direction),
        cmocka_unit_test(each_side_has_one_hue),
        cmocka_unit_test(the_cursor_is_seen_on_every_level),
        cmocka_unit_test(halves_have_a_colour_each),
        cmocka_unit_test(fewer_colours_know_no_heat),
        cmocka_unit_test(coarse_levels_keep_ends_and_middle),
    };

    return cmocka_run_group_tests_name("theme", tests, NULL, NULL);
}
