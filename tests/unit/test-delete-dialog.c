/*
 * The delete dialog on checks made by hand: what it shows, at any size.
 */
#include "tests/support/test.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/draw.h"
#include "tests/support/scene.h"

/* --- what it shows --- */

static void it_says_what_goes_and_what_comes_back(void **state)
{
    (void)state;
    struct scene scene;
    scene_open(&scene, scene_two, 2);
    draw_assert_has(&scene.cells, "Delete 2 segments from /dev/shm");
    draw_assert_has(&scene.cells, "looking who uses them…");
    draw_assert_golden(&scene.cells, "tests/unit/goldens/delete-checking-80x24");
    const struct delete_item items[] = {scene_item(512u << 20, 1000), scene_item(256u << 20, 1001)};
    scene_answer(&scene, scene_reply(items, 2));
    scene_draw(&scene);
    draw_assert_has(&scene.cells, "Given back now: 768M of 768M; /dev/shm 30% → 21%");
    draw_assert_has(&scene.cells, "212 processes were looked at");
    draw_assert_has(&scene.cells, "bob !");
    draw_assert_has(&scene.cells, "! another user's");
    draw_assert_has(&scene.cells, "3d");
    draw_assert_has(&scene.cells, "[ Cancel ]");
    draw_assert_golden(&scene.cells, "tests/unit/goldens/delete-two-80x24");
    cells_resize(&scene.cells, 40, 140);
    scene_draw(&scene);
    draw_assert_golden(&scene.cells, "tests/unit/goldens/delete-two-140x40");
    cells_resize(&scene.cells, 24, 64);
    scene_draw(&scene);
    draw_assert_has(&scene.cells, "run17_weights");
    draw_assert_golden(&scene.cells, "tests/unit/goldens/delete-two-64x24");
    scene_close(&scene);
}

static void who_holds_it_is_named(void **state)
{
    (void)state;
    struct scene scene;
    struct holder holders[4] = {
        {.pid = 881, .command = "train.py"}, {.pid = 902, .command = "da\x1bsh"}, {.pid = 903}, {.pid = 904}};
    struct delete_item item = scene_item(128u << 20, 1000);
    item.holders = (struct holders){4, holders};
    item.held = HELD_YES;
    item.freed_now = 0;
    item.freed_later = 128u << 20;
    scene_open(&scene, scene_two, 1);
    scene_answer(&scene, scene_reply(&item, 1));
    cells_resize(&scene.cells, 24, 120);
    scene_draw(&scene);
    draw_assert_has(&scene.cells, "881 train.py, 902 da\\x1bsh, +2");
    draw_assert_has(&scene.cells, "128M more only when those who hold it end");
    draw_assert_has(&scene.cells, "Given back now: 0");
    draw_assert_has(&scene.cells, "Type delete and Enter to go on:");
    cells_resize(&scene.cells, 24, 80);
    scene_draw(&scene);
    draw_assert_golden(&scene.cells, "tests/unit/goldens/delete-held-80x24");
    scene_close(&scene);
}

/* What is open in a process can be had from it again; what is only mapped, by root. */
static void what_can_be_restored_is_not_said_to_be_gone(void **state)
{
    (void)state;
    struct scene scene;
    struct holder open_one = {.pid = 881, .command = "train.py", .open = 1};
    struct holder mapped_one = {.pid = 882, .command = "view", .mapped = 1};
    struct delete_item items[2] = {scene_item(128u << 20, getuid() + 1), scene_item(128u << 20, 1000)};
    items[0].segment.mode = items[1].segment.mode = S_IFREG | 0600;
    items[0].holders = (struct holders){1, &open_one};
    items[0].held = HELD_YES;
    assert_true(delete_item_can_come_back(&items[0], 1000));
    items[1].holders = (struct holders){1, &mapped_one};
    assert_false(delete_item_can_come_back(&items[1], 1000));
    assert_true(delete_item_can_come_back(&items[1], 0));
    items[1].holders.count = 0;
    scene_open(&scene, scene_two, 1);
    scene_answer(&scene, scene_reply(items, 1));
    scene_draw(&scene);
    draw_assert_has(&scene.cells, "R brings back what is held, while its holders run.");
    draw_assert_lacks(&scene.cells, "cannot be undone");
    scene_close(&scene);
    scene_open(&scene, scene_two, 2);
    scene_answer(&scene, scene_reply(items, 2));
    scene_draw(&scene);
    draw_assert_has(&scene.cells, "R brings back 1, while their holders run; for the rest");
    scene_close(&scene);
}

static void summary_is(struct delete_outcome *outcomes, size_t n, const char *expected)
{
    char text[512];
    struct delete_dialog dialog = {.outcomes = outcomes, .outcome_count = n};
    delete_summary_text(&dialog, text, sizeof text);
    assert_string_equal(text, expected);
}

static void the_result_names_what_went_and_how_to_have_it_again(void **state)
{
    (void)state;
    char names[][16] = {"prices.shm", "b\nc", "c", "d"}, until[] = "23111 python3 ends";
    struct delete_outcome outcomes[] = {
        {.name = names[0], .later = 8 << 20, .until = until},
        {.name = names[1], .freed = 1 << 20},
        {.name = names[2]},
        {.name = names[3]},
    };
    summary_is(outcomes, 1,
               "prices.shm deleted, 0 freed: R restores it until 23111 python3 ends and 8.0M come back");
    summary_is(
        outcomes, 4,
        "4 deleted (prices.shm, b\\x0ac, +2 more), 1.0M freed: R restores what is held until its holders end "
        "and 8.0M come back");
    error_set(&outcomes[0].error, EBUSY, "held");
    error_set(&outcomes[1].error, EBUSY, "held");
    outcomes[0].until = NULL;
    outcomes[1].freed = 0;
    summary_is(outcomes, 2, "0 deleted, 0 freed, 2 not deleted (prices.shm, b\\x0ac)");
}

static void an_incomplete_sweep_is_said(void **state)
{
    (void)state;
    struct scene scene;
    struct delete_item item = scene_item(1 << 20, 1000);
    item.held = HELD_UNKNOWN;
    struct delete_dialog_reply *reply = scene_reply(&item, 1);
    reply->check->sweep.complete = false;
    reply->check->sweep.unread = 37;
    strcpy(reply->check->sweep.reason, "37 of 212 processes could not be read");
    scene_open(&scene, scene_two, 1);
    scene_answer(&scene, reply);
    scene_draw(&scene);
    draw_assert_has(&scene.cells, "who holds it is not certain: 37 of 212 processes could not be read");
    draw_assert_has(&scene.cells, "nobody seen");
    scene_close(&scene);
}

static void a_lease_needs_no_complete_sweep(void **state)
{
    (void)state;
    struct scene scene;
    struct delete_item item = scene_item(1 << 20, 1000);
    struct delete_dialog_reply *reply = scene_reply(&item, 1);
    reply->check->sweep.complete = false;
    strcpy(reply->check->sweep.reason, "37 of 212 processes could not be read");
    scene_open(&scene, scene_two, 1);
    scene_answer(&scene, reply);
    scene_draw(&scene);
    draw_assert_has(&scene.cells, "37 of 212 processes could not be read, but the kernel says: nobody");
    scene_close(&scene);
}

static void hostile_names_are_escaped(void **state)
{
    (void)state;
    struct scene scene;
    const struct delete_target target = {"a\x1b]0;x\x07", {1, 2, 3}, NULL};
    scene_open(&scene, &target, 1);
    draw_assert_has(&scene.cells, "Delete a\\x1b]0;x\\x07");
    scene_close(&scene);
}

static void a_long_list_scrolls(void **state)
{
    (void)state;
    struct scene scene;
    struct delete_target targets[50];
    struct delete_item items[50];
    char names[50][32];
    for (int i = 0; i < 50; i++) {
        snprintf(names[i], sizeof names[i], "segment-%02d", i);
        targets[i] = (struct delete_target){names[i], {1, (uint64_t)i, 3}, "alice"};
        items[i] = scene_item(1 << 20, 1000);
    }
    scene_open(&scene, targets, 50);
    scene_answer(&scene, scene_reply(items, 50));
    scene_draw(&scene);
    draw_assert_has(&scene.cells, "segment-00");
    draw_assert_has(&scene.cells, "of 50");
    draw_assert_has(&scene.cells, "[ Cancel ]");
    scene_press(&scene, KEY_CODE_PAGE_DOWN);
    draw_assert_lacks(&scene.cells, "segment-00");
    for (int i = 0; i < 60; i++)
        scene_press(&scene, KEY_CODE_DOWN);
    draw_assert_has(&scene.cells, "segment-49");
    draw_assert_has(&scene.cells, "-50 of 50");
    scene_close(&scene);
}

static void what_is_unlinked_is_passed_over_and_said(void **state)
{
    (void)state;
    struct scene scene;
    struct holder holder = {.pid = 881, .command = "dash"};
    const struct holders holders = {1, &holder};
    struct delete_target targets[] = {scene_two[0], scene_two[1], scene_two[1]};
    targets[1].unlinked = true;
    targets[1].holders = &holders;
    const struct delete_item items[] = {scene_item(512u << 20, 1000), scene_item(1 << 20, 1000)};
    scene_open(&scene, targets, 3);
    scene_answer(&scene, scene_reply(items, 2));
    scene_draw(&scene);
    draw_assert_has(&scene.cells, "Delete 2 segments");
    draw_assert_has(&scene.cells, "Passed over: tmp_gram has no name any more");
    draw_assert_has(&scene.cells, "(881 dash)");
    scene_close(&scene);

    scene_open(&scene, targets + 1, 1);
    draw_assert_has(&scene.cells, "tmp_gram has no name any more");
    draw_assert_golden(&scene.cells, "tests/unit/goldens/delete-unlinked-80x24");
    assert_null(delete_dialog_wants(scene.dialog));
    scene_press(&scene, 'y');
    assert_null(delete_dialog_wants(scene.dialog));
    scene_press(&scene, KEY_ENTER_CODE);
    assert_int_equal(scene.last, DIALOG_CLOSE);
    assert_string_equal(delete_dialog_message(scene.dialog), "");
    scene_close(&scene);
}

/* --- any size, any keys --- */

static void any_size_is_safe(void **state)
{
    (void)state;
    struct scene scene;
    scene_open_dangerous(&scene, true, true);
    for (int ascii = 0; ascii < 2; ascii++)
        for (int rows = 1; rows < 26; rows += 2)
            for (int columns = 1; columns < 160; columns += 7) {
                scene.ascii = ascii;
                cells_resize(&scene.cells, rows, columns);
                scene_draw(&scene);
            }
    delete_dialog_draw(scene.dialog, &scene.cells, (struct rect){-2, -3, 40, 300});
    delete_dialog_draw(scene.dialog, &scene.cells, (struct rect){2, 2, -1, 0});
    scene_close(&scene);
}

/* No keys without y, Tab or the word ever delete anything. */
static void harmless_keys_are_harmless(void **state)
{
    (void)state;
    static const char keys[] = "abcxznqs \r\r\x1b\x03jkG";
    unsigned seed = 5;
    for (int round = 0; round < 300; round++) {
        struct scene scene;
        if (round % 2)
            scene_open_two(&scene);
        else
            scene_open_dangerous(&scene, true, false);
        for (int i = 0; i < 20; i++) {
            unsigned r = (unsigned)rand_r(&seed);
            uint32_t code = r % 4 == 0 ? KEY_CODE_UP + r % 2 : (unsigned char)keys[r % (sizeof keys - 1)];
            scene_press(&scene, code);
            assert_false(scene_wants_deletion(&scene));
            if (scene.last == DIALOG_CLOSE)
                break;
        }
        scene_close(&scene);
    }
}

static void a_screen_too_small_for_its_sentences_offers_no_deletion(void **state)
{
    (void)state;
    struct scene scene;
    scene_open_two(&scene);
    cells_resize(&scene.cells, 5, 20);
    scene_draw(&scene);
    draw_assert_has(&scene.cells, "too small to delete");
    draw_assert_has(&scene.cells, "here: make the");
    draw_assert_has(&scene.cells, "window larger");
    draw_assert_has(&scene.cells, "[ Cancel ]");
    draw_assert_lacks(&scene.cells, "Delete");
    scene_type(&scene, "yY\t y");
    assert_false(scene_wants_deletion(&scene));
    assert_int_equal(scene.last, DIALOG_USED);
    scene_press(&scene, KEY_ESCAPE_CODE);
    assert_int_equal(scene.last, DIALOG_CLOSE);
    scene_close(&scene);
}

static void every_screen_that_offers_deletion_says_that_it_is_for_good(void **state)
{
    (void)state;
    for (int rows = 4; rows <= 24; rows++)
        for (int columns = 20; columns <= 80; columns++) {
            struct scene scene;
            scene_open_two(&scene);
            cells_resize(&scene.cells, rows, columns);
            scene_draw(&scene);
            if (draw_find(&scene.cells, "Delete (y)", NULL, NULL)) {
                draw_assert_has(&scene.cells, "This cannot be undone.");
                draw_assert_has(&scene.cells, "212 processes were looked at, all there are");
                draw_assert_has(&scene.cells, "(s)");
                draw_assert_has(&scene.cells, columns < 60 ? "run17_w" : "run17_weights");
            }
            scene_close(&scene);
        }
}

/* Long sentences are broken, not cut, and do not keep anybody from deleting. */
static void sixty_four_columns_are_enough(void **state)
{
    (void)state;
    struct scene scene;
    struct delete_item item = scene_item(512u << 20, 1001);
    item.held = HELD_UNKNOWN;
    item.doubtful = true;
    item.is_protected = true;
    struct delete_dialog_reply *reply = scene_reply(&item, 1);
    reply->check->sweep.complete = false;
    strcpy(reply->check->sweep.reason, "not root: 120 of 212 processes could not be read");
    scene_open(&scene, scene_two, 1);
    cells_resize(&scene.cells, 24, 64);
    scene_answer(&scene, reply);
    scene_draw(&scene);
    draw_assert_has(&scene.cells, "who holds it is not certain: not root: 120 of 212 processes");
    draw_assert_has(&scene.cells, "could not be read");
    draw_assert_has(&scene.cells, "Type delete");
    draw_assert_golden(&scene.cells, "tests/unit/goldens/delete-doubtful-64x24");
    scene_close(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_says_what_goes_and_what_comes_back),
        cmocka_unit_test(who_holds_it_is_named),
        cmocka_unit_test(what_can_be_restored_is_not_said_to_be_gone),
        cmocka_unit_test(the_result_names_what_went_and_how_to_have_it_again),
        cmocka_unit_test(an_incomplete_sweep_is_said),
        cmocka_unit_test(a_lease_needs_no_complete_sweep),
        cmocka_unit_test(hostile_names_are_escaped),
        cmocka_unit_test(a_long_list_scrolls),
        cmocka_unit_test(what_is_unlinked_is_passed_over_and_said),
        cmocka_unit_test(any_size_is_safe),
        cmocka_unit_test(harmless_keys_are_harmless),
        cmocka_unit_test(a_screen_too_small_for_its_sentences_offers_no_deletion),
        cmocka_unit_test(every_screen_that_offers_deletion_says_that_it_is_for_good),
        cmocka_unit_test(sixty_four_columns_are_enough),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
