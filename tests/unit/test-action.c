#include "tests/support/test.h"

#include "tui/app/action.h"

static void no_key_means_two_things_on_a_screen(void **state)
{
    (void)state;
    unsigned n;
    const struct action_info *table = action_table(&n);
    for (unsigned i = 0; i < n; i++)
        for (unsigned j = i + 1; j < n; j++)
            for (unsigned k = 0; k < ACTION_KEYS_MAX && table[i].keys[k]; k++)
                for (unsigned l = 0; l < ACTION_KEYS_MAX && table[j].keys[l]; l++)
                    if (table[i].screens & table[j].screens)
                        assert_int_not_equal(table[i].keys[k], table[j].keys[l]);
}

static void every_action_can_be_reached_and_is_explained(void **state)
{
    (void)state;
    for (int action = ACTION_NONE + 1; action < ACTION_COUNT; action++) {
        const struct action_info *info = action_info(action);
        assert_non_null(info);
        assert_true(info->keys[0] != 0 && info->screens != 0);
        assert_non_null(info->text);
        struct key key = {.code = info->keys[0]};
        assert_int_equal(action_of_key(&key, info->screens, false), action);
    }
}

static void read_only_has_no_action_that_changes_anything(void **state)
{
    (void)state;
    assert_int_equal(action_of_key(&(struct key){.code = 'd'}, SCREEN_TABLE, true), ACTION_NONE);
    assert_int_equal(action_of_key(&(struct key){.code = 'L'}, SCREEN_TABLE, true), ACTION_NONE);
    assert_int_equal(action_of_key(&(struct key){.code = '/'}, SCREEN_TABLE, true), ACTION_FILTER);
}

static void keys_are_written_as_people_write_them(void **state)
{
    (void)state;
    char text[16];
    const struct {
        uint32_t code;
        const char *text;
    } cases[] = {{KEY_CTRL('L'), "^L"}, {KEY_CODE_F1 + 4, "F5"}, {' ', "Space"}, {'[', "["}, {KEY_ENTER_CODE, "Enter"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        action_key_text(cases[i].code, text);
        assert_string_equal(text, cases[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_key_means_two_things_on_a_screen),
        cmocka_unit_test(every_action_can_be_reached_and_is_explained),
        cmocka_unit_test(read_only_has_no_action_that_changes_anything),
        cmocka_unit_test(keys_are_written_as_people_write_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
