#include "tests/support/test.h"

#include "tui/view/file_form.h"

enum { FILE_FIELD, CHOICE_FIELD, GO, CANCEL };

static enum file_form_step press(struct file_form *form, uint32_t code)
{
    return file_form_line_step(path_field_key(&form->file, &(struct key){.code = code}),
                               &(struct key){.code = code});
}

static void keys_move_and_choose(void **state)
{
    (void)state;
    assert_int_equal(file_form_field_key('\t'), FORM_NEXT);
    assert_int_equal(file_form_field_key(KEY_CODE_UP), FORM_BACK);
    assert_int_equal(file_form_field_key('x'), FORM_UNUSED);
    assert_int_equal(file_form_choice_key(KEY_CODE_LEFT), FORM_LEFT);
    assert_int_equal(file_form_choice_key(' '), FORM_RIGHT);
    assert_int_equal(file_form_choice_key(KEY_ENTER_CODE), FORM_NEXT);
    assert_int_equal(file_form_choice_key(KEY_ESCAPE_CODE), FORM_CLOSE);
}

static void buttons_change_places(void **state)
{
    (void)state;
    struct file_form form;
    file_form_open(&form, NULL, GO);
    form.focus = GO;
    assert_int_equal(file_form_button_key(&form, KEY_ENTER_CODE), FORM_GO);
    assert_int_equal(file_form_button_key(&form, KEY_CODE_LEFT), FORM_STAY);
    assert_int_equal(form.focus, CANCEL);
    assert_int_equal(file_form_button_key(&form, ' '), FORM_CLOSE);
    assert_int_equal(file_form_button_key(&form, KEY_CODE_RIGHT), FORM_STAY);
    assert_int_equal(form.focus, GO);
    assert_int_equal(file_form_button_key(&form, KEY_CODE_UP), FORM_BACK);
    file_form_close(&form);
}

static void an_empty_path_is_not_completed(void **state)
{
    (void)state;
    struct file_form form;
    file_form_open(&form, NULL, GO);
    assert_false(file_form_complete(&form));
    assert_false(form.complete_wanted);
    assert_int_equal(press(&form, 'a'), FORM_EDITED);
    assert_int_equal(press(&form, '\t'), FORM_COMPLETE);
    file_form_complain(&form, FILE_FIELD, "which file?");
    assert_true(file_form_complete(&form));
    assert_true(form.complete_wanted);
    assert_string_equal(form.error, "");
    file_form_close(&form);
}

static void escape_closes_where_no_list_is_open(void **state)
{
    (void)state;
    struct file_form form;
    file_form_open(&form, NULL, GO);
    assert_int_equal(press(&form, KEY_ESCAPE_CODE), FORM_ESCAPE);
    assert_int_equal(file_form_result(&form, FORM_ESCAPE), DIALOG_CLOSE);
    assert_int_equal(file_form_result(&form, FORM_UNUSED), DIALOG_UNUSED);
    assert_int_equal(file_form_result(&form, FORM_NEXT), DIALOG_USED);
    file_form_close(&form);
}

static void what_runs_is_all_that_is_wanted(void **state)
{
    (void)state;
    struct line_history *history = line_history_new();
    struct file_form form;
    file_form_open(&form, history, GO);
    file_form_ask_quit(&form);
    assert_false(form.progress.asks_quit); /* nothing runs yet */
    press(&form, 'a');
    file_form_changed(&form);
    assert_int_equal(form.generation, 1);
    assert_true(form.look_wanted);
    form.progress.now = 70;
    file_form_run(&form);
    assert_true(form.running && form.run_wanted && !form.look_wanted);
    assert_int_equal(form.progress.started, 70);
    assert_int_equal(line_history_count(history), 1);
    file_form_progress(&form, 3, 9, 80);
    assert_int_equal(form.progress.done, 3);
    file_form_ask_quit(&form);
    assert_true(form.progress.asks_quit);
    file_form_close(&form);
    line_history_free(history);
}

static void all_rows_are_seen_where_there_is_room(void **state)
{
    (void)state;
    static const int heights[] = {1, 0, 2, 1};
    const struct rect within = {0, 0, 10, 50};
    struct file_form_rows rows;
    file_form_rows_place(&rows, within, heights, 4, 0);
    assert_int_equal(rows.box.height, 6);
    assert_int_equal(file_form_row(&rows, 0).y, rows.box.y + 1);
    assert_int_equal(file_form_row(&rows, 1).height, 0);
    assert_int_equal(file_form_row(&rows, 2).height, 2);
    assert_int_equal(file_form_row(&rows, 3).y, rows.box.y + 4);
    struct rect list = file_form_list_place(&rows, within, 0);
    assert_int_equal(list.y, rows.box.y + 2);
    assert_int_equal(list.y + list.height, 10);
}

static void the_row_in_focus_is_seen_where_not_all_are(void **state)
{
    (void)state;
    static const int heights[] = {1, 1, 1, 1, 1, 1, 1, 1};
    struct file_form_rows rows;
    for (int focus = 0; focus < 8; focus++) {
        file_form_rows_place(&rows, (struct rect){0, 0, 5, 50}, heights, 8, focus);
        struct rect at = file_form_row(&rows, focus);
        assert_int_equal(at.height, 1);
        assert_in_range(at.y, 1, 3);
    }
    assert_int_equal(file_form_row(&rows, 0).height, 0);
}

static void no_row_leaves_the_rectangle(void **state)
{
    (void)state;
    static const int heights[] = {1, 2, 1};
    for (int size = 1; size < 12; size++)
        for (int focus = 0; focus < 3; focus++) {
            struct file_form_rows rows;
            file_form_rows_place(&rows, (struct rect){0, 0, size, size}, heights, 3, focus);
            for (int row = 0; row < 3; row++) {
                struct rect at = file_form_row(&rows, row);
                assert_true(at.height <= 0 || (at.y >= 0 && at.y + at.height <= size));
            }
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_move_and_choose),
        cmocka_unit_test(buttons_change_places),
        cmocka_unit_test(an_empty_path_is_not_completed),
        cmocka_unit_test(escape_closes_where_no_list_is_open),
        cmocka_unit_test(what_runs_is_all_that_is_wanted),
        cmocka_unit_test(all_rows_are_seen_where_there_is_room),
        cmocka_unit_test(the_row_in_focus_is_seen_where_not_all_are),
        cmocka_unit_test(no_row_leaves_the_rectangle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
