#include "tests/support/test.h"

#include "tests/support/draw.h"
#include "tui/view/combo.h"

static const char *const offered[] = {"keep", "f2", "f4", "f8", NULL};

static enum line_result press(struct combo *combo, uint32_t code)
{
    return combo_key(combo, &(struct key){.code = code});
}

static void type(struct combo *combo, const char *text)
{
    for (; *text; text++)
        assert_int_equal(press(combo, (unsigned char)*text), LINE_EDITED);
}

static void shows(struct combo *combo, int width, const char *text)
{
    struct cells cells = {0};
    cells_resize(&cells, 1, 60);
    combo_layout(combo, width);
    combo_draw(combo, &cells, 0, 0, width, false);
    draw_assert_sane(&cells);
    assert_string_equal(draw_row(&cells, 0), text);
    cells_free(&cells);
}

static void arrows_go_round(void **state)
{
    (void)state;
    struct combo combo;
    combo_open(&combo, offered);
    assert_false(combo_is_set(&combo));
    assert_int_equal(press(&combo, KEY_CODE_RIGHT), LINE_EDITED);
    assert_string_equal(combo_text(&combo), "f2");
    assert_true(combo_is_set(&combo));
    press(&combo, ' ');
    assert_string_equal(combo_text(&combo), "f4");
    press(&combo, KEY_CODE_LEFT);
    press(&combo, KEY_CODE_LEFT);
    press(&combo, KEY_CODE_LEFT);
    assert_string_equal(combo_text(&combo), "f8");
    press(&combo, KEY_CODE_RIGHT);
    assert_string_equal(combo_text(&combo), "keep");
    combo_close(&combo);
}

static void what_is_typed_stands_in_their_place(void **state)
{
    (void)state;
    struct combo combo;
    combo_open(&combo, offered);
    press(&combo, KEY_CODE_RIGHT);
    type(&combo, ">c8");
    assert_string_equal(combo_text(&combo), ">c8");
    shows(&combo, 40, "[>c8             ]  keep   f2   f4   f8");
    press(&combo, KEY_CODE_LEFT); /* back to what was chosen */
    assert_string_equal(combo_text(&combo), "f2");
    type(&combo, "x");
    assert_int_equal(press(&combo, KEY_BACKSPACE_CODE), LINE_EDITED);
    assert_false(combo_is_set(&combo));
    assert_true(combo_paste(&combo, "c16\n"));
    assert_string_equal(combo_text(&combo), "c16");
    assert_int_equal(press(&combo, KEY_CTRL('C')), LINE_EDITED);
    assert_string_equal(combo_text(&combo), "keep");
    assert_false(combo_paste(&combo, "\n"));
    assert_false(combo_is_set(&combo));
    combo_close(&combo);
}

static void one_that_is_offered_can_be_changed_and_typed(void **state)
{
    (void)state;
    struct combo combo;
    combo_open(&combo, offered);
    press(&combo, KEY_CODE_RIGHT);
    press(&combo, KEY_BACKSPACE_CODE);
    assert_string_equal(combo_text(&combo), "f");
    type(&combo, "4");
    combo_leave(&combo);
    shows(&combo, 40, " keep   f2  [f4]  f8");
    type(&combo, "i1");
    combo_leave(&combo);
    assert_string_equal(combo_text(&combo), "i1");
    combo_close(&combo);
}

static void other_keys_are_the_owners(void **state)
{
    (void)state;
    struct combo combo;
    combo_open(&combo, offered);
    assert_int_equal(press(&combo, '\t'), LINE_COMPLETE);
    assert_int_equal(press(&combo, '\r'), LINE_ENTERED);
    assert_int_equal(press(&combo, KEY_ESCAPE_CODE), LINE_ESCAPED);
    assert_int_equal(press(&combo, KEY_CTRL('C')), LINE_ESCAPED);
    assert_int_equal(press(&combo, KEY_CODE_UP), LINE_UNUSED);
    assert_int_equal(press(&combo, KEY_BACKSPACE_CODE), LINE_UNUSED);
    assert_int_equal(combo_key(&combo, &(struct key){.code = 'x', .alt = true}), LINE_UNUSED);
    assert_false(combo_is_set(&combo));
    combo_close(&combo);
}

static void what_was_chosen_stays_when_others_are_offered(void **state)
{
    (void)state;
    struct combo combo;
    char more[][COMBO_TEXT_MAX] = {"10", "f4"}, others[][COMBO_TEXT_MAX] = {"20"};
    combo_open(&combo, offered);
    press(&combo, KEY_CODE_RIGHT);
    press(&combo, KEY_CODE_RIGHT);
    combo_offer(&combo, more, 2);
    shows(&combo, 40, " keep   10  [f4]");
    combo_offer(&combo, others, 1);
    assert_string_equal(combo_text(&combo), "f4");
    shows(&combo, 40, "[f4              ]  keep   20");
    combo_reset(&combo);
    combo_offer(&combo, more, 0);
    shows(&combo, 40, "[keep]");
    combo_close(&combo);
}

static void the_chosen_one_is_always_seen(void **state)
{
    (void)state;
    struct combo combo;
    combo_open(&combo, offered);
    press(&combo, KEY_CODE_LEFT);
    shows(&combo, 40, " keep   f2   f4  [f8]");
    shows(&combo, 12, " f4  [f8]");
    shows(&combo, 4, "[f8]");
    for (int width = -1; width < 40; width++) {
        struct cells cells = {0};
        cells_resize(&cells, 1, 40);
        combo_layout(&combo, width);
        combo_draw(&combo, &cells, 0, 0, width, true);
        draw_assert_sane(&cells);
        cells_free(&cells);
    }
    combo_close(&combo);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arrows_go_round),
        cmocka_unit_test(what_is_typed_stands_in_their_place),
        cmocka_unit_test(one_that_is_offered_can_be_changed_and_typed),
        cmocka_unit_test(other_keys_are_the_owners),
        cmocka_unit_test(what_was_chosen_stays_when_others_are_offered),
        cmocka_unit_test(the_chosen_one_is_always_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
