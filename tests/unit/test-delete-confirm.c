/*
 * The delete dialog on checks made by hand: what confirms, and what does not.
 */
#include "tests/support/test.h"

#include <errno.h>

#include "tests/support/draw.h"
#include "tests/support/scene.h"

/* --- one by one --- */

/* Four: the second is held, the last is gone. */
static void open_four(struct scene *scene)
{
    struct delete_target targets[4];
    struct delete_item items[4] = {scene_item(1 << 20, 1000), scene_item(1 << 20, 1000),
                                   scene_item(1 << 20, 1001), scene_item(1 << 20, 1000)};
    static const char *const names[] = {"one", "two", "three", "four"};
    items[1].held = HELD_YES;
    error_set(&items[3].problem, ENOENT, "it is gone");
    for (int i = 0; i < 4; i++)
        targets[i] = (struct delete_target){.name = names[i], .id = {1, (uint64_t)i, 3}, .owner = "alice"};
    scene_open(scene, targets, 4);
    scene_answer(scene, scene_reply(items, 4));
    scene_draw(scene);
}

static void one_by_one_deletes_what_was_said_yes_to(void **state)
{
    (void)state;
    struct scene scene;
    open_four(&scene);
    scene_press(&scene, 'o');
    draw_assert_has(&scene.cells, "Delete one ");
    draw_assert_has(&scene.cells, "1 of 4; 0 to be deleted so far, and nothing before the last answer.");
    draw_assert_has(&scene.cells, "Given back now: 1.0M of 1.0M");
    scene_press(&scene, 'y');
    draw_assert_has(&scene.cells, "Delete two ");
    draw_assert_golden(&scene.cells, "tests/unit/goldens/delete-one-by-one-80x24");
    scene_press(&scene, 'y'); /* a letter of no word */
    scene_press(&scene, KEY_ENTER_CODE);
    draw_assert_has(&scene.cells, "not that word");
    scene_press(&scene, KEY_CTRL('U'));
    scene_type(&scene, "delete");
    scene_press(&scene, KEY_ENTER_CODE);
    draw_assert_has(&scene.cells, "Delete three ");
    draw_assert_has(&scene.cells, "! another user's");
    draw_assert_has(&scene.cells, "3 of 4; 2 to be deleted so far");
    assert_null(delete_dialog_wants(scene.dialog));
    scene_press(&scene, 'n');
    struct delete_dialog_request *request = scene_take_deletion(&scene);
    assert_int_equal(request->count, 4);
    assert_true(request->chosen[0] && request->chosen[1] && !request->chosen[2] && !request->chosen[3]);
    assert_null(request->copies);
    delete_dialog_request_free(request);
    scene_close(&scene);
}

static void all_the_rest_still_needs_the_word_for_the_dangerous(void **state)
{
    (void)state;
    struct scene scene;
    open_four(&scene);
    scene_press(&scene, 'o');
    scene_press(&scene, 'a');
    draw_assert_has(&scene.cells, "Delete two ");
    scene_press(&scene, KEY_ENTER_CODE); /* keeps it */
    struct delete_dialog_request *request = scene_take_deletion(&scene);
    assert_true(request->chosen[0] && !request->chosen[1] && request->chosen[2] && !request->chosen[3]);
    delete_dialog_request_free(request);
    scene_close(&scene);
}

static void escape_while_choosing_deletes_nothing(void **state)
{
    (void)state;
    struct scene scene;
    for (int yeses = 0; yeses < 2; yeses++) {
        open_four(&scene);
        scene_press(&scene, 'o');
        for (int i = 0; i < yeses; i++)
            scene_press(&scene, 'y');
        scene_press(&scene, KEY_ESCAPE_CODE);
        assert_int_equal(scene.last, DIALOG_CLOSE);
        assert_null(delete_dialog_wants(scene.dialog));
        scene_close(&scene);
    }
    open_four(&scene);
    scene_press(&scene, 'o');
    scene_press(&scene, 'n');
    scene_press(&scene, KEY_ENTER_CODE);
    scene_press(&scene, 'n');
    assert_int_equal(scene.last, DIALOG_CLOSE);
    assert_null(delete_dialog_wants(scene.dialog));
    scene_close(&scene);
}

/* An answer counts for what was on the screen. */
static void no_answer_is_taken_before_its_question_was_shown(void **state)
{
    (void)state;
    struct scene scene;
    open_four(&scene);
    scene_press(&scene, 'o');
    const uint32_t keys[] = {'n', 'n', 'y', 'a'};
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(delete_dialog_key(scene.dialog, &(struct key){.code = keys[i]}), DIALOG_USED);
    scene_draw(&scene);
    draw_assert_has(&scene.cells, "Delete two ");
    scene_close(&scene);
}

/* --- copies --- */

static void s_asks_for_copies(void **state)
{
    (void)state;
    struct scene scene;
    scene_open_two(&scene);
    draw_assert_has(&scene.cells, "[ ] save copies first to ~/shm-saved/ (s)");
    scene_press(&scene, 's');
    draw_assert_has(&scene.cells, "[x] save copies first to ~/shm-saved/ (s)");
    scene_press(&scene, 'o');
    draw_assert_has(&scene.cells, "[x] save copies first to ~/shm-saved/ (s)");
    scene_press(&scene, 's');
    draw_assert_has(&scene.cells, "[ ] save copies first to ~/shm-saved/ (s)");
    scene_press(&scene, 's');
    scene_press(&scene, 'a');
    struct delete_dialog_request *request = scene_take_deletion(&scene);
    assert_string_equal(request->copies, "/home/alice/shm-saved");
    delete_dialog_progress(scene.dialog, 256u << 20, 768u << 20);
    scene_draw(&scene);
    draw_assert_has(&scene.cells, "copying to ~/shm-saved, then deleting… 256M of 768M");
    draw_assert_golden(&scene.cells, "tests/unit/goldens/delete-copying-80x24");
    delete_dialog_request_free(request);
    scene_close(&scene);
    /* Where there is no home there is no place for them. */
    scene.dialog = delete_dialog_new(&(struct delete_dialog_options){"/dev/shm", NULL, 1000}, scene_two, 1);
    cells_resize(&scene.cells, 24, 80);
    const struct delete_item item = scene_item(1 << 20, 1000);
    scene_answer(&scene, scene_reply(&item, 1));
    scene_draw(&scene);
    draw_assert_lacks(&scene.cells, "copies");
    scene_press(&scene, 's');
    scene_press(&scene, 'y');
    request = scene_take_deletion(&scene);
    assert_null(request->copies);
    delete_dialog_request_free(request);
    scene_close(&scene);
}

/* --- what confirms, and what does not --- */

static void enter_alone_cancels(void **state)
{
    (void)state;
    const uint32_t keys[] = {KEY_ENTER_CODE, KEY_ESCAPE_CODE, 'q', 'n', KEY_CTRL('C')};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        struct scene scene;
        scene_open_two(&scene);
        scene_press(&scene, keys[i]);
        assert_int_equal(scene.last, DIALOG_CLOSE);
        assert_false(scene_wants_deletion(&scene));
        assert_string_equal(delete_dialog_message(scene.dialog), "");
        scene_close(&scene);
    }
}

static void y_or_tab_and_enter_confirm(void **state)
{
    (void)state;
    struct scene scene;
    scene_open_two(&scene);
    scene_press(&scene, 'y');
    assert_int_equal(scene.last, DIALOG_USED);
    assert_true(scene_wants_deletion(&scene));
    scene_close(&scene);

    scene_open_two(&scene);
    scene_press(&scene, '\t');
    draw_assert_has(&scene.cells, "[ Delete (y) ]");
    scene_press(&scene, KEY_ENTER_CODE);
    assert_true(scene_wants_deletion(&scene));
    scene_close(&scene);
}

static void nothing_typed_ahead_confirms(void **state)
{
    (void)state;
    struct scene scene;
    const struct delete_item item = scene_item(1 << 20, 1000);
    memset(&scene, 0, sizeof scene);
    scene.dialog = delete_dialog_new(&scene_options, scene_two, 1);
    cells_resize(&scene.cells, 24, 80);
    const uint32_t keys[] = {'y', '\t', KEY_ENTER_CODE, 'y'};
    for (size_t i = 0; i < 4; i++)
        delete_dialog_key(scene.dialog, &(struct key){.code = keys[i]});
    scene_answer(&scene, scene_reply(&item, 1));
    for (size_t i = 0; i < 4; i++) /* the facts are known, but were not shown yet */
        delete_dialog_key(scene.dialog, &(struct key){.code = keys[i]});
    assert_false(scene_wants_deletion(&scene));
    scene_draw(&scene);
    draw_assert_has(&scene.cells, "[ Cancel ]");
    scene_press(&scene, 'y');
    assert_true(scene_wants_deletion(&scene));
    scene_close(&scene);
}

static void a_paste_confirms_nothing(void **state)
{
    (void)state;
    struct scene scene;
    scene_open_two(&scene);
    delete_dialog_paste(scene.dialog, "y\n\r");
    scene_draw(&scene);
    assert_false(scene_wants_deletion(&scene));
    scene_close(&scene);
}

static void what_is_held_or_protected_needs_the_word(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct scene scene;
        scene_open_dangerous(&scene, i == 0, i == 1);
        draw_assert_has(&scene.cells, i == 0 ? "somebody" : "PostgreSQL's");
        scene_press(&scene, 'y');
        scene_press(&scene, KEY_ENTER_CODE);
        draw_assert_has(&scene.cells, "not that word");
        scene_press(&scene, KEY_CTRL('U'));
        delete_dialog_paste(scene.dialog, "delete");
        scene_press(&scene, KEY_ENTER_CODE);
        scene_type(&scene, "delet");
        scene_press(&scene, KEY_ENTER_CODE);
        assert_false(scene_wants_deletion(&scene));
        scene_type(&scene, "e");
        assert_false(scene_wants_deletion(&scene));
        scene_press(&scene, KEY_ENTER_CODE);
        assert_true(scene_wants_deletion(&scene));
        scene_close(&scene);
    }
}

static void with_the_word_due_cancel_is_one_key_away(void **state)
{
    (void)state;
    struct scene scene;
    scene_open_dangerous(&scene, true, false);
    scene_press(&scene, '\t');
    draw_assert_has(&scene.cells, "[ Cancel ]");
    scene_press(&scene, 'y');
    assert_false(scene_wants_deletion(&scene));
    scene_press(&scene, KEY_ENTER_CODE);
    assert_int_equal(scene.last, DIALOG_CLOSE);
    scene_close(&scene);
    scene_open_dangerous(&scene, true, false);
    scene_press(&scene, KEY_ESCAPE_CODE);
    assert_int_equal(scene.last, DIALOG_CLOSE);
    scene_close(&scene);
}

static void what_cannot_be_deleted_is_not_offered(void **state)
{
    (void)state;
    struct scene scene;
    struct delete_item item = {0};
    error_set(&item.problem, ENOENT, "it is gone");
    scene_open(&scene, scene_two, 1);
    scene_answer(&scene, scene_reply(&item, 1));
    scene_draw(&scene);
    draw_assert_has(&scene.cells, "it is gone");
    draw_assert_has(&scene.cells, "[ Close ]");
    scene_press(&scene, 'y');
    scene_press(&scene, '\t');
    scene_press(&scene, KEY_ENTER_CODE);
    assert_int_equal(scene.last, DIALOG_CLOSE);
    assert_false(scene_wants_deletion(&scene));
    scene_close(&scene);
}

/* Whole, and with nothing of a sweep that looked for nothing. */
static void why_nothing_can_be_deleted_is_said_in_full(void **state)
{
    (void)state;
    struct scene scene;
    struct delete_item item = {0};
    static const char sentence[] =
        "it belongs to uid 0: in this sticky directory only its owner or root may delete it";
    error_set(&item.problem, EACCES, "%s", sentence);
    scene_open(&scene, scene_two, 1);
    struct delete_dialog_reply *reply = scene_reply(&item, 1);
    reply->check->sweep.complete = false;
    scene_answer(&scene, reply);
    scene_draw(&scene);
    draw_assert_has(&scene.cells, "its owner or root");
    draw_assert_has(&scene.cells, "may delete it");
    draw_assert_has(&scene.cells, "Nothing here can be deleted.");
    draw_assert_lacks(&scene.cells, "Given back");
    draw_assert_lacks(&scene.cells, "the kernel says");
    scene_close(&scene);

    const struct delete_item items[] = {scene_item(1 << 20, 1000), item};
    scene_open(&scene, scene_two, 2);
    scene_answer(&scene, scene_reply(items, 2));
    scene_draw(&scene);
    draw_assert_has(&scene.cells, "1 of them cannot be deleted: it belongs to uid 0");
    draw_assert_has(&scene.cells, "Given back now: 1.0M of 1.0M");
    scene_close(&scene);
}

static void what_may_be_held_comes_back_only_perhaps(void **state)
{
    (void)state;
    struct scene scene;
    struct delete_item items[] = {scene_item(1 << 20, 1000), scene_item(2 << 20, 1001)};
    items[1].held = HELD_UNKNOWN;
    items[1].doubtful = true;
    scene_open(&scene, scene_two, 2);
    scene_answer(&scene, scene_reply(items, 2));
    scene_draw(&scene);
    draw_assert_has(&scene.cells, "Given back now: 3.0M of 3.0M, 2.0M of it if nobody holds that");
    scene_close(&scene);
}

static void holders_that_do_not_fit_are_counted(void **state)
{
    (void)state;
    struct scene scene;
    struct holder list[] = {{.pid = 1194304, .command = "python3"}, {.pid = 1194305, .command = "python3"}};
    struct delete_item item = scene_item(1 << 20, 1000);
    item.held = HELD_YES;
    item.holders = (struct holders){.count = 2, .list = list};
    scene_open(&scene, scene_two, 1);
    scene_answer(&scene, scene_reply(&item, 1));
    scene_draw(&scene);
    draw_assert_has(&scene.cells, "2 processes");
    scene_close(&scene);
}

static void a_failed_check_is_shown(void **state)
{
    (void)state;
    struct scene scene;
    struct delete_dialog_reply *reply = calloc(1, sizeof *reply);
    assert_non_null(reply);
    error_set(&reply->error, EIO, "the processes could not be listed");
    scene_open(&scene, scene_two, 1);
    scene_answer(&scene, reply);
    scene_draw(&scene);
    draw_assert_has(&scene.cells, "the processes could not be listed");
    scene_press(&scene, KEY_ENTER_CODE);
    assert_int_equal(scene.last, DIALOG_CLOSE);
    scene_close(&scene);
}

static void outcomes_that_failed_are_reported(void **state)
{
    (void)state;
    struct scene scene;
    scene_open_two(&scene);
    scene_press(&scene, 'y');
    struct delete_dialog_reply *reply = calloc(1, sizeof *reply);
    assert_non_null(reply);
    reply->is_deletion = true;
    reply->count = 2;
    reply->outcomes = calloc(2, sizeof *reply->outcomes);
    assert_non_null(reply->outcomes);
    reply->outcomes[0] = (struct delete_outcome){.name = strdup("run17_weights"), .freed = 512u << 20};
    reply->outcomes[1] = (struct delete_outcome){.name = strdup("tmp_gram")};
    error_set(&reply->outcomes[1].error, EACCES,
              "only bob or root may delete it here, and what would not fit its row is told below");
    scene_answer(&scene, reply);
    assert_int_equal(scene.last, DIALOG_USED);
    scene_draw(&scene);
    draw_assert_has(&scene.cells, "only bob or root may delete");
    draw_assert_has(&scene.cells, "is told below");
    draw_assert_has(&scene.cells, "deleted, 512M freed");
    assert_string_equal(delete_dialog_message(scene.dialog),
                        "run17_weights deleted, 512M freed, tmp_gram not deleted");
    assert_true(delete_dialog_message_is_error(scene.dialog));
    scene_press(&scene, KEY_ENTER_CODE);
    assert_int_equal(scene.last, DIALOG_CLOSE);
    scene_close(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_by_one_deletes_what_was_said_yes_to),
        cmocka_unit_test(all_the_rest_still_needs_the_word_for_the_dangerous),
        cmocka_unit_test(escape_while_choosing_deletes_nothing),
        cmocka_unit_test(no_answer_is_taken_before_its_question_was_shown),
        cmocka_unit_test(s_asks_for_copies),
        cmocka_unit_test(enter_alone_cancels),
        cmocka_unit_test(y_or_tab_and_enter_confirm),
        cmocka_unit_test(nothing_typed_ahead_confirms),
        cmocka_unit_test(a_paste_confirms_nothing),
        cmocka_unit_test(what_is_held_or_protected_needs_the_word),
        cmocka_unit_test(with_the_word_due_cancel_is_one_key_away),
        cmocka_unit_test(what_cannot_be_deleted_is_not_offered),
        cmocka_unit_test(why_nothing_can_be_deleted_is_said_in_full),
        cmocka_unit_test(what_may_be_held_comes_back_only_perhaps),
        cmocka_unit_test(holders_that_do_not_fit_are_counted),
        cmocka_unit_test(a_failed_check_is_shown),
        cmocka_unit_test(outcomes_that_failed_are_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
