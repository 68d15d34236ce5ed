/*
 * The delete dialog: on checks made by hand, and on real segments in a private directory with a /proc of our
 * own.
 */
#include "tests/support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "core/sys/calls.h"
#include "tests/support/draw.h"
#include "tests/support/tmpdir.h"
#include "tui/view/delete_private.h"

#define DAY (86400ll * 1000000000)

struct scene {
    struct delete_dialog *dialog;
    struct cells cells;
    enum dialog_result last;
    bool ascii;
};

static void scene_draw(struct scene *scene)
{
    delete_dialog_layout(scene->dialog, scene->cells.rows, scene->cells.columns, scene->ascii);
    cells_clear(&scene->cells);
    scene->cells.ascii = scene->ascii;
    delete_dialog_draw(scene->dialog, &scene->cells,
                       (struct rect){0, 0, scene->cells.rows, scene->cells.columns});
    draw_assert_sane(&scene->cells);
    delete_dialog_shown(scene->dialog);
}

static void press(struct scene *scene, uint32_t code)
{
    scene->last = delete_dialog_key(scene->dialog, &(struct key){.code = code});
    scene_draw(scene);
}

static void type(struct scene *scene, const char *text)
{
    for (; *text; text++)
        press(scene, (unsigned char)*text);
}

/* --- checks made by hand --- */

static struct delete_item item_of(uint64_t allocated, uid_t uid)
{
    return (struct delete_item){.segment = {.id = {1, 2, 3},
                                            .size = allocated,
                                            .allocated = allocated,
                                            .created = 97 * DAY,
                                            .uid = uid},
                                .held = HELD_NO,
                                .freed_now = allocated};
}

static struct delete_dialog_reply *reply_of(const struct delete_item *items, size_t n)
{
    struct delete_dialog_reply *reply = calloc(1, sizeof *reply);
    assert_non_null(reply);
    reply->check = calloc(1, sizeof *reply->check);
    assert_non_null(reply->check);
    reply->check->items = calloc(n, sizeof *items);
    assert_non_null(reply->check->items);
    memcpy(reply->check->items, items, n * sizeof *items);
    reply->check->count = n;
    reply->check->sweep.processes = 212;
    reply->check->sweep.complete = true;
    reply->has_usage = true;
    reply->usage =
        (struct directory_usage){.size = 8ull << 30, .used = (29ull << 30) / 12, .free = 1ull << 30};
    return reply;
}

static const struct delete_dialog_options options = {"/dev/shm", "/home/alice", 1000};

static const struct delete_target two[] = {{"run17_weights", {1, 2, 3}, "alice", .state = STATE_LEAKED},
                                           {"tmp_gram", {1, 4, 3}, "bob"}};

static void scene_open(struct scene *scene, const struct delete_target *targets, size_t n)
{
    memset(scene, 0, sizeof *scene);
    scene->dialog = delete_dialog_new(&options, targets, n);
    cells_resize(&scene->cells, 24, 80);
    scene_draw(scene);
}

static void scene_close(struct scene *scene)
{
    delete_dialog_free(scene->dialog);
    cells_free(&scene->cells);
}

/* The check that it asked for comes back like this. */
static void answer(struct scene *scene, struct delete_dialog_reply *reply)
{
    struct delete_dialog_request *request = delete_dialog_wants(scene->dialog);
    assert_non_null(request);
    delete_dialog_request_free(request);
    scene->last = delete_dialog_supply(scene->dialog, reply, 100 * DAY);
}

static void open_two(struct scene *scene)
{
    const struct delete_item items[] = {item_of(512u << 20, 1000), item_of(256u << 20, 1001)};
    scene_open(scene, two, 2);
    answer(scene, reply_of(items, 2));
    scene_draw(scene);
}

static bool wants_deletion(struct scene *scene)
{
    struct delete_dialog_request *request = delete_dialog_wants(scene->dialog);
    bool is_deletion = request && request->is_deletion;
    delete_dialog_request_free(request);
    return is_deletion;
}

/* --- what it shows --- */

static void it_says_what_goes_and_what_comes_back(void **state)
{
    (void)state;
    struct scene scene;
    scene_open(&scene, two, 2);
    draw_assert_has(&scene.cells, "Delete 2 segments from /dev/shm");
    draw_assert_has(&scene.cells, "looking who uses them…");
    draw_assert_golden(&scene.cells, "tests/unit/goldens/delete-checking-80x24");
    const struct delete_item items[] = {item_of(512u << 20, 1000), item_of(256u << 20, 1001)};
    answer(&scene, reply_of(items, 2));
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
    struct delete_item item = item_of(128u << 20, 1000);
    item.holders = (struct holders){4, holders};
    item.held = HELD_YES;
    item.freed_now = 0;
    item.freed_later = 128u << 20;
    scene_open(&scene, two, 1);
    answer(&scene, reply_of(&item, 1));
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
    struct delete_item items[2] = {item_of(128u << 20, getuid() + 1), item_of(128u << 20, 1000)};
    items[0].segment.mode = items[1].segment.mode = S_IFREG | 0600;
    items[0].holders = (struct holders){1, &open_one};
    items[0].held = HELD_YES;
    assert_true(delete_item_can_come_back(&items[0], 1000));
    items[1].holders = (struct holders){1, &mapped_one};
    assert_false(delete_item_can_come_back(&items[1], 1000));
    assert_true(delete_item_can_come_back(&items[1], 0));
    items[1].holders.count = 0;
    scene_open(&scene, two, 1);
    answer(&scene, reply_of(items, 1));
    scene_draw(&scene);
    draw_assert_has(&scene.cells, "R brings back what is held, while its holders run.");
    draw_assert_lacks(&scene.cells, "cannot be undone");
    scene_close(&scene);
    scene_open(&scene, two, 2);
    answer(&scene, reply_of(items, 2));
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
    struct delete_item item = item_of(1 << 20, 1000);
    item.held = HELD_UNKNOWN;
    struct delete_dialog_reply *reply = reply_of(&item, 1);
    reply->check->sweep.complete = false;
    reply->check->sweep.unread = 37;
    strcpy(reply->check->sweep.reason, "37 of 212 processes could not be read");
    scene_open(&scene, two, 1);
    answer(&scene, reply);
    scene_draw(&scene);
    draw_assert_has(&scene.cells, "who holds it is not certain: 37 of 212 processes could not be read");
    draw_assert_has(&scene.cells, "nobody seen");
    scene_close(&scene);
}

static void a_lease_needs_no_complete_sweep(void **state)
{
    (void)state;
    struct scene scene;
    struct delete_item item = item_of(1 << 20, 1000);
    struct delete_dialog_reply *reply = reply_of(&item, 1);
    reply->check->sweep.complete = false;
    strcpy(reply->check->sweep.reason, "37 of 212 processes could not be read");
    scene_open(&scene, two, 1);
    answer(&scene, reply);
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
        items[i] = item_of(1 << 20, 1000);
    }
    scene_open(&scene, targets, 50);
    answer(&scene, reply_of(items, 50));
    scene_draw(&scene);
    draw_assert_has(&scene.cells, "segment-00");
    draw_assert_has(&scene.cells, "of 50");
    draw_assert_has(&scene.cells, "[ Cancel ]");
    press(&scene, KEY_CODE_PAGE_DOWN);
    draw_assert_lacks(&scene.cells, "segment-00");
    for (int i = 0; i < 60; i++)
        press(&scene, KEY_CODE_DOWN);
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
    struct delete_target targets[] = {two[0], two[1], two[1]};
    targets[1].unlinked = true;
    targets[1].holders = &holders;
    const struct delete_item items[] = {item_of(512u << 20, 1000), item_of(1 << 20, 1000)};
    scene_open(&scene, targets, 3);
    answer(&scene, reply_of(items, 2));
    scene_draw(&scene);
    draw_assert_has(&scene.cells, "Delete 2 segments");
    draw_assert_has(&scene.cells, "Passed over: tmp_gram has no name any more");
    draw_assert_has(&scene.cells, "(881 dash)");
    scene_close(&scene);

    scene_open(&scene, targets + 1, 1);
    draw_assert_has(&scene.cells, "tmp_gram has no name any more");
    draw_assert_golden(&scene.cells, "tests/unit/goldens/delete-unlinked-80x24");
    assert_null(delete_dialog_wants(scene.dialog));
    press(&scene, 'y');
    assert_null(delete_dialog_wants(scene.dialog));
    press(&scene, KEY_ENTER_CODE);
    assert_int_equal(scene.last, DIALOG_CLOSE);
    assert_string_equal(delete_dialog_message(scene.dialog), "");
    scene_close(&scene);
}

/* --- one by one --- */

static struct delete_dialog_request *take_deletion(struct scene *scene)
{
    struct delete_dialog_request *request = delete_dialog_wants(scene->dialog);
    assert_non_null(request);
    assert_true(request->is_deletion);
    return request;
}

/* Four: the second is held, the last is gone. */
static void open_four(struct scene *scene)
{
    struct delete_target targets[4];
    struct delete_item items[4] = {item_of(1 << 20, 1000), item_of(1 << 20, 1000), item_of(1 << 20, 1001),
                                   item_of(1 << 20, 1000)};
    static const char *const names[] = {"one", "two", "three", "four"};
    items[1].held = HELD_YES;
    error_set(&items[3].problem, ENOENT, "it is gone");
    for (int i = 0; i < 4; i++)
        targets[i] = (struct delete_target){.name = names[i], .id = {1, (uint64_t)i, 3}, .owner = "alice"};
    scene_open(scene, targets, 4);
    answer(scene, reply_of(items, 4));
    scene_draw(scene);
}

static void one_by_one_deletes_what_was_said_yes_to(void **state)
{
    (void)state;
    struct scene scene;
    open_four(&scene);
    press(&scene, 'o');
    draw_assert_has(&scene.cells, "Delete one ");
    draw_assert_has(&scene.cells, "1 of 4; 0 to be deleted so far, and nothing before the last answer.");
    draw_assert_has(&scene.cells, "Given back now: 1.0M of 1.0M");
    press(&scene, 'y');
    draw_assert_has(&scene.cells, "Delete two ");
    draw_assert_golden(&scene.cells, "tests/unit/goldens/delete-one-by-one-80x24");
    press(&scene, 'y'); /* a letter of no word */
    press(&scene, KEY_ENTER_CODE);
    draw_assert_has(&scene.cells, "not that word");
    press(&scene, KEY_CTRL('U'));
    type(&scene, "delete");
    press(&scene, KEY_ENTER_CODE);
    draw_assert_has(&scene.cells, "Delete three ");
    draw_assert_has(&scene.cells, "! another user's");
    draw_assert_has(&scene.cells, "3 of 4; 2 to be deleted so far");
    assert_null(delete_dialog_wants(scene.dialog));
    press(&scene, 'n');
    struct delete_dialog_request *request = take_deletion(&scene);
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
    press(&scene, 'o');
    press(&scene, 'a');
    draw_assert_has(&scene.cells, "Delete two ");
    press(&scene, KEY_ENTER_CODE); /* keeps it */
    struct delete_dialog_request *request = take_deletion(&scene);
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
        press(&scene, 'o');
        for (int i = 0; i < yeses; i++)
            press(&scene, 'y');
        press(&scene, KEY_ESCAPE_CODE);
        assert_int_equal(scene.last, DIALOG_CLOSE);
        assert_null(delete_dialog_wants(scene.dialog));
        scene_close(&scene);
    }
    open_four(&scene);
    press(&scene, 'o');
    press(&scene, 'n');
    press(&scene, KEY_ENTER_CODE);
    press(&scene, 'n');
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
    press(&scene, 'o');
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
    open_two(&scene);
    draw_assert_has(&scene.cells, "[ ] save copies first to ~/shm-saved/ (s)");
    press(&scene, 's');
    draw_assert_has(&scene.cells, "[x] save copies first to ~/shm-saved/ (s)");
    press(&scene, 'o');
    draw_assert_has(&scene.cells, "[x] save copies first to ~/shm-saved/ (s)");
    press(&scene, 's');
    draw_assert_has(&scene.cells, "[ ] save copies first to ~/shm-saved/ (s)");
    press(&scene, 's');
    press(&scene, 'a');
    struct delete_dialog_request *request = take_deletion(&scene);
    assert_string_equal(request->copies, "/home/alice/shm-saved");
    delete_dialog_progress(scene.dialog, 256u << 20, 768u << 20);
    scene_draw(&scene);
    draw_assert_has(&scene.cells, "copying to ~/shm-saved, then deleting… 256M of 768M");
    draw_assert_golden(&scene.cells, "tests/unit/goldens/delete-copying-80x24");
    delete_dialog_request_free(request);
    scene_close(&scene);
    /* Where there is no home there is no place for them. */
    scene.dialog = delete_dialog_new(&(struct delete_dialog_options){"/dev/shm", NULL, 1000}, two, 1);
    cells_resize(&scene.cells, 24, 80);
    const struct delete_item item = item_of(1 << 20, 1000);
    answer(&scene, reply_of(&item, 1));
    scene_draw(&scene);
    draw_assert_lacks(&scene.cells, "copies");
    press(&scene, 's');
    press(&scene, 'y');
    request = take_deletion(&scene);
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
        open_two(&scene);
        press(&scene, keys[i]);
        assert_int_equal(scene.last, DIALOG_CLOSE);
        assert_false(wants_deletion(&scene));
        assert_string_equal(delete_dialog_message(scene.dialog), "");
        scene_close(&scene);
    }
}

static void y_or_tab_and_enter_confirm(void **state)
{
    (void)state;
    struct scene scene;
    open_two(&scene);
    press(&scene, 'y');
    assert_int_equal(scene.last, DIALOG_USED);
    assert_true(wants_deletion(&scene));
    scene_close(&scene);

    open_two(&scene);
    press(&scene, '\t');
    draw_assert_has(&scene.cells, "[ Delete (y) ]");
    press(&scene, KEY_ENTER_CODE);
    assert_true(wants_deletion(&scene));
    scene_close(&scene);
}

static void nothing_typed_ahead_confirms(void **state)
{
    (void)state;
    struct scene scene;
    const struct delete_item item = item_of(1 << 20, 1000);
    memset(&scene, 0, sizeof scene);
    scene.dialog = delete_dialog_new(&options, two, 1);
    cells_resize(&scene.cells, 24, 80);
    const uint32_t keys[] = {'y', '\t', KEY_ENTER_CODE, 'y'};
    for (size_t i = 0; i < 4; i++)
        delete_dialog_key(scene.dialog, &(struct key){.code = keys[i]});
    answer(&scene, reply_of(&item, 1));
    for (size_t i = 0; i < 4; i++) /* the facts are known, but were not shown yet */
        delete_dialog_key(scene.dialog, &(struct key){.code = keys[i]});
    assert_false(wants_deletion(&scene));
    scene_draw(&scene);
    draw_assert_has(&scene.cells, "[ Cancel ]");
    press(&scene, 'y');
    assert_true(wants_deletion(&scene));
    scene_close(&scene);
}

static void a_paste_confirms_nothing(void **state)
{
    (void)state;
    struct scene scene;
    open_two(&scene);
    delete_dialog_paste(scene.dialog, "y\n\r");
    scene_draw(&scene);
    assert_false(wants_deletion(&scene));
    scene_close(&scene);
}

static void open_dangerous(struct scene *scene, bool held, bool is_protected)
{
    struct delete_item item = item_of(1 << 20, 1000);
    item.held = held ? HELD_YES : HELD_NO;
    item.is_protected = is_protected;
    item.protected_by = is_protected ? "PostgreSQL" : NULL;
    scene_open(scene, two, 1);
    answer(scene, reply_of(&item, 1));
    scene_draw(scene);
}

static void what_is_held_or_protected_needs_the_word(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct scene scene;
        open_dangerous(&scene, i == 0, i == 1);
        draw_assert_has(&scene.cells, i == 0 ? "somebody" : "PostgreSQL's");
        press(&scene, 'y');
        press(&scene, KEY_ENTER_CODE);
        draw_assert_has(&scene.cells, "not that word");
        press(&scene, KEY_CTRL('U'));
        delete_dialog_paste(scene.dialog, "delete");
        press(&scene, KEY_ENTER_CODE);
        type(&scene, "delet");
        press(&scene, KEY_ENTER_CODE);
        assert_false(wants_deletion(&scene));
        type(&scene, "e");
        assert_false(wants_deletion(&scene));
        press(&scene, KEY_ENTER_CODE);
        assert_true(wants_deletion(&scene));
        scene_close(&scene);
    }
}

static void with_the_word_due_cancel_is_one_key_away(void **state)
{
    (void)state;
    struct scene scene;
    open_dangerous(&scene, true, false);
    press(&scene, '\t');
    draw_assert_has(&scene.cells, "[ Cancel ]");
    press(&scene, 'y');
    assert_false(wants_deletion(&scene));
    press(&scene, KEY_ENTER_CODE);
    assert_int_equal(scene.last, DIALOG_CLOSE);
    scene_close(&scene);
    open_dangerous(&scene, true, false);
    press(&scene, KEY_ESCAPE_CODE);
    assert_int_equal(scene.last, DIALOG_CLOSE);
    scene_close(&scene);
}

static void what_cannot_be_deleted_is_not_offered(void **state)
{
    (void)state;
    struct scene scene;
    struct delete_item item = {0};
    error_set(&item.problem, ENOENT, "it is gone");
    scene_open(&scene, two, 1);
    answer(&scene, reply_of(&item, 1));
    scene_draw(&scene);
    draw_assert_has(&scene.cells, "it is gone");
    draw_assert_has(&scene.cells, "[ Close ]");
    press(&scene, 'y');
    press(&scene, '\t');
    press(&scene, KEY_ENTER_CODE);
    assert_int_equal(scene.last, DIALOG_CLOSE);
    assert_false(wants_deletion(&scene));
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
    scene_open(&scene, two, 1);
    struct delete_dialog_reply *reply = reply_of(&item, 1);
    reply->check->sweep.complete = false;
    answer(&scene, reply);
    scene_draw(&scene);
    draw_assert_has(&scene.cells, "its owner or root");
    draw_assert_has(&scene.cells, "may delete it");
    draw_assert_has(&scene.cells, "Nothing here can be deleted.");
    draw_assert_lacks(&scene.cells, "Given back");
    draw_assert_lacks(&scene.cells, "the kernel says");
    scene_close(&scene);

    const struct delete_item items[] = {item_of(1 << 20, 1000), item};
    scene_open(&scene, two, 2);
    answer(&scene, reply_of(items, 2));
    scene_draw(&scene);
    draw_assert_has(&scene.cells, "1 of them cannot be deleted: it belongs to uid 0");
    draw_assert_has(&scene.cells, "Given back now: 1.0M of 1.0M");
    scene_close(&scene);
}

static void what_may_be_held_comes_back_only_perhaps(void **state)
{
    (void)state;
    struct scene scene;
    struct delete_item items[] = {item_of(1 << 20, 1000), item_of(2 << 20, 1001)};
    items[1].held = HELD_UNKNOWN;
    items[1].doubtful = true;
    scene_open(&scene, two, 2);
    answer(&scene, reply_of(items, 2));
    scene_draw(&scene);
    draw_assert_has(&scene.cells, "Given back now: 3.0M of 3.0M, 2.0M of it if nobody holds that");
    scene_close(&scene);
}

static void holders_that_do_not_fit_are_counted(void **state)
{
    (void)state;
    struct scene scene;
    struct holder list[] = {{.pid = 1194304, .command = "python3"}, {.pid = 1194305, .command = "python3"}};
    struct delete_item item = item_of(1 << 20, 1000);
    item.held = HELD_YES;
    item.holders = (struct holders){.count = 2, .list = list};
    scene_open(&scene, two, 1);
    answer(&scene, reply_of(&item, 1));
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
    scene_open(&scene, two, 1);
    answer(&scene, reply);
    scene_draw(&scene);
    draw_assert_has(&scene.cells, "the processes could not be listed");
    press(&scene, KEY_ENTER_CODE);
    assert_int_equal(scene.last, DIALOG_CLOSE);
    scene_close(&scene);
}

static void outcomes_that_failed_are_reported(void **state)
{
    (void)state;
    struct scene scene;
    open_two(&scene);
    press(&scene, 'y');
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
    answer(&scene, reply);
    assert_int_equal(scene.last, DIALOG_USED);
    scene_draw(&scene);
    draw_assert_has(&scene.cells, "only bob or root may delete");
    draw_assert_has(&scene.cells, "is told below");
    draw_assert_has(&scene.cells, "deleted, 512M freed");
    assert_string_equal(delete_dialog_message(scene.dialog),
                        "run17_weights deleted, 512M freed, tmp_gram not deleted");
    assert_true(delete_dialog_message_is_error(scene.dialog));
    press(&scene, KEY_ENTER_CODE);
    assert_int_equal(scene.last, DIALOG_CLOSE);
    scene_close(&scene);
}

/* --- real segments --- */

struct real {
    struct scene scene;
    struct directory *directory;
    struct tmpdir *tmpdir;
    char proc[300];
};

static void real_open(struct real *real, void **state, const char *const *names, size_t n)
{
    struct delete_target targets[8];
    real->tmpdir = *state;
    for (const char *const *name = (const char *const[]){"proc", "shm", "home", NULL}; *name; name++)
        if (!tmpdir_exists(real->tmpdir, *name))
            tmpdir_mkdir(real->tmpdir, *name);
    snprintf(real->proc, sizeof real->proc, "%s", tmpdir_path(real->tmpdir, "proc"));
    assert_int_equal(directory_open(&real->directory, tmpdir_path(real->tmpdir, "shm"), false, NULL), 0);
    for (size_t i = 0; i < n; i++) {
        struct segment segment = {0};
        char path[300], bytes[8192] = {0};
        snprintf(path, sizeof path, "shm/%s", names[i]);
        tmpdir_write(real->tmpdir, path, bytes, sizeof bytes);
        assert_int_equal(segment_stat(real->directory, names[i], &segment, NULL), 0);
        targets[i] = (struct delete_target){names[i], segment.id, "me"};
        segment_clear(&segment);
    }
    memset(&real->scene, 0, sizeof real->scene);
    real->scene.dialog = delete_dialog_new(
        &(struct delete_dialog_options){"/dev/shm", tmpdir_path(real->tmpdir, "home"), getuid()}, targets, n);
    cells_resize(&real->scene.cells, 24, 80);
    scene_draw(&real->scene);
}

static void real_settle(struct real *real)
{
    struct delete_dialog_request *request = delete_dialog_wants(real->scene.dialog);
    assert_non_null(request);
    real->scene.last = delete_dialog_supply(
        real->scene.dialog,
        delete_dialog_fetch(real->directory, &(struct host){.proc_root = real->proc}, request, NULL), 0);
    delete_dialog_request_free(request);
    scene_draw(&real->scene);
}

static void real_close(struct real *real)
{
    scene_close(&real->scene);
    directory_close(real->directory);
}

static bool exists(const struct real *real, const char *name)
{
    return access(tmpdir_path(real->tmpdir, name), F_OK) == 0;
}

static void confirmed_segments_are_deleted(void **state)
{
    struct real real;
    real_open(&real, state, (const char *[]){"a", "b"}, 2);
    real_settle(&real);
    press(&real.scene, 'y');
    real_settle(&real);
    assert_int_equal(real.scene.last, DIALOG_CLOSE);
    assert_string_equal(delete_dialog_message(real.scene.dialog), "2 deleted (a, b), 16.0K freed");
    assert_false(delete_dialog_message_is_error(real.scene.dialog));
    assert_false(exists(&real, "shm/a"));
    assert_false(exists(&real, "shm/b"));
    real_close(&real);
}

static void who_came_meanwhile_stops_it(void **state)
{
    struct real real;
    real_open(&real, state, (const char *[]){"a", "b"}, 2);
    real_settle(&real);
    int fd = open(tmpdir_path(real.tmpdir, "shm/b"), O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    press(&real.scene, 'y');
    real_settle(&real);
    assert_int_equal(real.scene.last, DIALOG_USED);
    assert_true(exists(&real, "shm/a"));
    assert_true(exists(&real, "shm/b"));
    draw_assert_has(&real.scene.cells, "It changed meanwhile: nothing was deleted");
    draw_assert_has(&real.scene.cells, "somebody");
    press(&real.scene, 'y'); /* is now a letter of the word */
    assert_null(delete_dialog_wants(real.scene.dialog));
    press(&real.scene, KEY_CTRL('U'));
    type(&real.scene, "delete");
    press(&real.scene, KEY_ENTER_CODE);
    real_settle(&real);
    assert_int_equal(real.scene.last, DIALOG_CLOSE);
    assert_false(exists(&real, "shm/b"));
    close(fd);
    real_close(&real);
}

/* Of very many each is asked when it goes: one that is held by then is kept, and what was shown as held goes.
 */
static void of_many_only_what_is_held_since_is_kept(void **state)
{
    struct real real;
    enum { N = 1200 };
    static char texts[N][8];
    static struct delete_target targets[N];
    real_open(&real, state, NULL, 0);
    delete_dialog_free(real.scene.dialog);
    for (int i = 0; i < N; i++) {
        char path[32];
        struct segment segment = {0};
        snprintf(texts[i], sizeof texts[i], "s%04d", i);
        snprintf(path, sizeof path, "shm/%s", texts[i]);
        tmpdir_write_text(real.tmpdir, path, "1");
        assert_int_equal(segment_stat(real.directory, texts[i], &segment, NULL), 0);
        targets[i] = (struct delete_target){.name = texts[i], .id = segment.id, .owner = "me"};
        segment_clear(&segment);
    }
    real.scene.dialog = delete_dialog_new(&options, targets, N);
    int shown = open(tmpdir_path(real.tmpdir, "shm/s0007"), O_RDONLY | O_CLOEXEC);
    real_settle(&real);
    int since = open(tmpdir_path(real.tmpdir, "shm/s0009"), O_RDONLY | O_CLOEXEC);
    type(&real.scene, "delete");
    press(&real.scene, KEY_ENTER_CODE);
    real_settle(&real);
    assert_string_equal(delete_dialog_message(real.scene.dialog),
                        "1199 deleted (s0000, s0001, +1197 more), 4.7M freed, s0009 not deleted");
    draw_assert_has(&real.scene.cells, "s0009");
    draw_assert_has(&real.scene.cells, "a process has it open or mapped");
    assert_false(exists(&real, "shm/s0007"));
    assert_true(exists(&real, "shm/s0009"));
    close(shown);
    close(since);
    real_close(&real);
}

static void another_segment_under_the_name_is_not_deleted(void **state)
{
    struct real real;
    real_open(&real, state, (const char *[]){"a"}, 1);
    real_settle(&real);
    tmpdir_write_text(real.tmpdir, "shm/new", "other");
    assert_int_equal(rename(tmpdir_path(real.tmpdir, "shm/new"), tmpdir_path(real.tmpdir, "shm/a")), 0);
    press(&real.scene, 'y');
    real_settle(&real);
    draw_assert_has(&real.scene.cells, "It changed meanwhile");
    draw_assert_has(&real.scene.cells, "[ Close ]");
    assert_true(exists(&real, "shm/a"));
    real_close(&real);
}

static void a_stop_leaves_the_rest(void **state)
{
    struct real real;
    struct progress progress = {0};
    real_open(&real, state, (const char *[]){"a", "b"}, 2);
    real_settle(&real);
    press(&real.scene, 'y');
    struct delete_dialog_request *request = delete_dialog_wants(real.scene.dialog);
    assert_non_null(request);
    press(&real.scene, KEY_ESCAPE_CODE);
    assert_int_equal(real.scene.last, DIALOG_STOP);
    progress.cancel = true;
    delete_dialog_supply(
        real.scene.dialog,
        delete_dialog_fetch(real.directory, &(struct host){.proc_root = real.proc}, request, &progress), 0);
    delete_dialog_request_free(request);
    assert_true(exists(&real, "shm/a"));
    assert_true(exists(&real, "shm/b"));
    real_close(&real);
}

static void copies_are_made_before(void **state)
{
    struct real real;
    real_open(&real, state, (const char *[]){"a", "b"}, 2);
    real_settle(&real);
    press(&real.scene, 's');
    press(&real.scene, 'y');
    real_settle(&real);
    assert_int_equal(real.scene.last, DIALOG_CLOSE);
    assert_string_equal(delete_dialog_message(real.scene.dialog),
                        "2 deleted (a, b), 16.0K freed, copies in ~/shm-saved");
    assert_true(exists(&real, "home/shm-saved/a.raw") && exists(&real, "home/shm-saved/b.raw"));
    assert_false(exists(&real, "shm/a") || exists(&real, "shm/b"));
    real_close(&real);
}

static ssize_t full_disk(int out_fd, int in_fd, off_t *offset, size_t count)
{
    static int calls;
    if (calls++ == 0)
        return sys_kernel.sendfile(out_fd, in_fd, offset, count);
    errno = ENOSPC;
    return -1;
}

static void what_cannot_be_copied_is_kept(void **state)
{
    struct real real;
    real_open(&real, state, (const char *[]){"a", "b"}, 2);
    real_settle(&real);
    press(&real.scene, 's');
    press(&real.scene, 'y');
    sys.sendfile = full_disk;
    real_settle(&real);
    sys = sys_kernel;
    assert_int_equal(real.scene.last, DIALOG_USED);
    draw_assert_has(&real.scene.cells, "kept, for it could not be copied: no room");
    draw_assert_has(&real.scene.cells, "deleted, 8.0K freed, kept as a.raw");
    assert_string_equal(delete_dialog_message(real.scene.dialog),
                        "a deleted, 8.0K freed, b not deleted, copies in ~/shm-saved");
    assert_false(exists(&real, "shm/a"));
    assert_true(exists(&real, "shm/b"));
    assert_false(exists(&real, "home/shm-saved/b.raw"));
    real_close(&real);

    real_open(&real, state, (const char *[]){"c"}, 1);
    tmpdir_write_text(real.tmpdir, "file", "");
    delete_dialog_free(real.scene.dialog);
    struct segment segment = {0};
    assert_int_equal(segment_stat(real.directory, "c", &segment, NULL), 0);
    const struct delete_target target = {"c", segment.id, "me"};
    real.scene.dialog = delete_dialog_new(
        &(struct delete_dialog_options){"/dev/shm", tmpdir_path(real.tmpdir, "file"), getuid()}, &target, 1);
    segment_clear(&segment);
    real_settle(&real);
    press(&real.scene, 's');
    press(&real.scene, 'y');
    real_settle(&real);
    draw_assert_has(&real.scene.cells, "nothing was deleted: cannot make the directory for copies");
    assert_true(exists(&real, "shm/c"));
    real_close(&real);
}

static void only_what_was_chosen_goes(void **state)
{
    struct real real;
    real_open(&real, state, (const char *[]){"a", "b", "c"}, 3);
    real_settle(&real);
    press(&real.scene, 'o');
    press(&real.scene, 'n');
    press(&real.scene, 'y');
    press(&real.scene, 'n');
    real_settle(&real);
    assert_int_equal(real.scene.last, DIALOG_CLOSE);
    assert_string_equal(delete_dialog_message(real.scene.dialog), "b deleted, 8.0K freed");
    assert_true(exists(&real, "shm/a") && !exists(&real, "shm/b") && exists(&real, "shm/c"));
    real_close(&real);
}

static void what_lies_in_a_directory_is_listed(void **state)
{
    struct real real;
    tmpdir_mkdir(*state, "shm");
    tmpdir_mkdir(*state, "shm/job");
    tmpdir_write_text(*state, "shm/job/first", "1");
    tmpdir_write_text(*state, "shm/job/sec\nond", "2");
    real_open(&real, state, NULL, 0);
    struct segment segment = {0};
    assert_int_equal(segment_stat(real.directory, "job", &segment, NULL), 0);
    const struct delete_target target = {"job", segment.id, "me"};
    delete_dialog_free(real.scene.dialog);
    real.scene.dialog = delete_dialog_new(&options, &target, 1);
    segment_clear(&segment);
    real_settle(&real);
    draw_assert_has(&real.scene.cells, "    first");
    draw_assert_has(&real.scene.cells, "    sec\\x0aond");
    draw_assert_has(&real.scene.cells, "Given back now: 8.0K of 8.0K");
    press(&real.scene, 'y');
    real_settle(&real);
    assert_false(exists(&real, "shm/job"));
    real_close(&real);
}

/* As when all rows of the table are marked: the directory's and those of what lies in it. */
static void a_directory_goes_after_what_lies_in_it(void **state)
{
    struct real real;
    static const char *const names[] = {"job", "job/first"};
    struct delete_target targets[2];
    struct segment segments[2] = {{0}};
    tmpdir_mkdir(*state, "shm");
    tmpdir_mkdir(*state, "shm/job");
    tmpdir_write_text(*state, "shm/job/first", "1");
    tmpdir_write_text(*state, "shm/job/second", "2");
    real_open(&real, state, NULL, 0);
    delete_dialog_free(real.scene.dialog);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(segment_stat(real.directory, names[i], &segments[i], NULL), 0);
        targets[i] = (struct delete_target){.name = names[i], .id = segments[i].id, .owner = "me"};
    }
    real.scene.dialog = delete_dialog_new(
        &(struct delete_dialog_options){"/dev/shm", tmpdir_path(real.tmpdir, "home"), getuid()}, targets, 2);
    real_settle(&real);
    draw_assert_has(&real.scene.cells, "Given back now: 8.0K of 8.0K");
    press(&real.scene, 's');
    press(&real.scene, 'y');
    real_settle(&real);
    assert_int_equal(real.scene.last, DIALOG_CLOSE);
    assert_string_equal(delete_dialog_message(real.scene.dialog),
                        "2 deleted (job/first, job), 8.0K freed, copies in ~/shm-saved");
    assert_false(exists(&real, "shm/job"));
    assert_true(exists(&real, "home/shm-saved/job_first.raw"));
    assert_true(exists(&real, "home/shm-saved/job_second.raw"));
    segment_clear(&segments[0]);
    segment_clear(&segments[1]);
    real_close(&real);
}

/* --- any size, any keys --- */

static void any_size_is_safe(void **state)
{
    (void)state;
    struct scene scene;
    open_dangerous(&scene, true, true);
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
            open_two(&scene);
        else
            open_dangerous(&scene, true, false);
        for (int i = 0; i < 20; i++) {
            unsigned r = (unsigned)rand_r(&seed);
            uint32_t code = r % 4 == 0 ? KEY_CODE_UP + r % 2 : (unsigned char)keys[r % (sizeof keys - 1)];
            press(&scene, code);
            assert_false(wants_deletion(&scene));
            if (scene.last == DIALOG_CLOSE)
                break;
        }
        scene_close(&scene);
    }
}

#define with_tmpdir(test) cmocka_unit_test_setup_teardown(test, tmpdir_setup, tmpdir_teardown)

static void a_screen_too_small_for_its_sentences_offers_no_deletion(void **state)
{
    (void)state;
    struct scene scene;
    open_two(&scene);
    cells_resize(&scene.cells, 5, 20);
    scene_draw(&scene);
    draw_assert_has(&scene.cells, "too small to delete");
    draw_assert_has(&scene.cells, "here: make the");
    draw_assert_has(&scene.cells, "window larger");
    draw_assert_has(&scene.cells, "[ Cancel ]");
    draw_assert_lacks(&scene.cells, "Delete");
    type(&scene, "yY\t y");
    assert_false(wants_deletion(&scene));
    assert_int_equal(scene.last, DIALOG_USED);
    press(&scene, KEY_ESCAPE_CODE);
    assert_int_equal(scene.last, DIALOG_CLOSE);
    scene_close(&scene);
}

static void every_screen_that_offers_deletion_says_that_it_is_for_good(void **state)
{
    (void)state;
    for (int rows = 4; rows <= 24; rows++)
        for (int columns = 20; columns <= 80; columns++) {
            struct scene scene;
            open_two(&scene);
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
    struct delete_item item = item_of(512u << 20, 1001);
    item.held = HELD_UNKNOWN;
    item.doubtful = true;
    item.is_protected = true;
    struct delete_dialog_reply *reply = reply_of(&item, 1);
    reply->check->sweep.complete = false;
    strcpy(reply->check->sweep.reason, "not root: 120 of 212 processes could not be read");
    scene_open(&scene, two, 1);
    cells_resize(&scene.cells, 24, 64);
    answer(&scene, reply);
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
        with_tmpdir(confirmed_segments_are_deleted),
        with_tmpdir(who_came_meanwhile_stops_it),
        with_tmpdir(of_many_only_what_is_held_since_is_kept),
        with_tmpdir(another_segment_under_the_name_is_not_deleted),
        with_tmpdir(a_stop_leaves_the_rest),
        with_tmpdir(copies_are_made_before),
        with_tmpdir(what_cannot_be_copied_is_kept),
        with_tmpdir(only_what_was_chosen_goes),
        with_tmpdir(what_lies_in_a_directory_is_listed),
        with_tmpdir(a_directory_goes_after_what_lies_in_it),
        cmocka_unit_test(any_size_is_safe),
        cmocka_unit_test(harmless_keys_are_harmless),
        cmocka_unit_test(a_screen_too_small_for_its_sentences_offers_no_deletion),
        cmocka_unit_test(every_screen_that_offers_deletion_says_that_it_is_for_good),
        cmocka_unit_test(sixty_four_columns_are_enough),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
