/*
 * The key that gives an unlinked segment its name again.
 */
#include "tests/support/test.h"

#include <errno.h>
#include <sys/mman.h>

#include "tests/support/child.h"
#include "tests/support/draw.h"
#include "tests/support/stage.h"
#include "tests/support/tmpdir.h"
#include "tui/app/state.h"

static const struct stage_segment prices[] = {{"prices.shm", 4096, "f4", {1024}, .age = 9000}};

static int open_stage(void **state)
{
    static struct stage stage;
    stage_open(&stage, 24, 80, NULL);
    *state = &stage;
    return 0;
}

static int close_stage(void **state)
{
    stage_close(*state);
    return 0;
}

/* Only "lost.shm", whose name is gone, and "prices.shm"; the cursor is on that name. */
static void put_cursor(struct stage *stage, const char *name)
{
    const struct stage_known known = {.name = "lost.shm", .holders = 2, .command = "dash", .deleted = 4096};
    stage_scan(stage, prices, 1);
    stage_know(stage, &known, 1, true);
    stage_draw(stage);
    for (int i = 0;
         i < 3 && (!table_row(&stage->app->table) || strcmp(table_row(&stage->app->table)->name, name) != 0);
         i++) {
        stage_key(stage, i == 0 ? 'g' : 'j');
        stage_draw(stage);
    }
    assert_string_equal(table_row(&stage->app->table)->name, name);
}

static struct event reply(const struct stage *stage, struct restored *restored)
{
    return (struct event){
        .kind = EVENT_RESTORED, .token = stage->last[EFFECT_RESTORE].token, .u.restored = restored};
}

static void tell(struct stage *stage, struct event event)
{
    stage_tell(stage, &event);
    stage_draw(stage);
}

static void it_asks_for_the_row_and_its_holders(void **state)
{
    struct stage *stage = *state;
    put_cursor(stage, "lost.shm");
    stage_key(stage, 'R');
    assert_int_equal(stage->asked[EFFECT_RESTORE], 1);
    const struct restore_request *request = &stage->last[EFFECT_RESTORE].u.restore;
    assert_string_equal(request->name, "lost.shm");
    assert_int_equal(request->pid_count, 2);
    assert_int_equal(request->pids[0], 881);
    stage_key(stage, 'R'); /* one at a time */
    assert_int_equal(stage->asked[EFFECT_RESTORE], 1);
    stage_draw(stage);
    draw_assert_has(&stage->cells, "another one is being restored");
    unsigned looks = stage->asked[EFFECT_LOOK];
    tell(stage, reply(stage, &(struct restored){.name = (char *)"lost.shm", .report.size = 4096}));
    draw_assert_has(&stage->cells, "lost.shm is back, 4.0K");
    assert_true(stage->asked[EFFECT_LOOK] > looks);
    stage_key(stage, 'R');
    assert_int_equal(stage->asked[EFFECT_RESTORE], 2);
}

static void what_went_wrong_is_said(void **state)
{
    struct stage *stage = *state;
    struct restored failed = {.name = (char *)"lost\x1b.shm", .error = {EEXIST, "this name is taken"}};
    put_cursor(stage, "lost.shm");
    stage_key(stage, 'R');
    tell(stage, (struct event){.kind = EVENT_RESTORED, .token = 99, .u.restored = &failed}); /* not ours */
    stage_key(stage, 'R');
    assert_int_equal(stage->asked[EFFECT_RESTORE], 1);
    tell(stage, reply(stage, &failed));
    draw_assert_has(&stage->cells, "lost\\x1b.shm: this name is taken; R asks for another");
    stage_key(stage, 'R');
    tell(stage, reply(stage, NULL));
    draw_assert_has(&stage->cells, "nothing was restored");
}

static void what_has_its_name_is_left_alone(void **state)
{
    struct stage *stage = *state;
    put_cursor(stage, "prices.shm");
    stage_key(stage, 'R');
    stage_draw(stage);
    draw_assert_has(&stage->cells, "its name is not gone");
    assert_int_equal(stage->asked[EFFECT_RESTORE], 0);
}

static void a_name_that_is_taken_is_asked_for(void **state)
{
    struct stage *stage = *state;
    static const struct stage_segment both[] = {{"prices.shm", 4096, "f4", {1024}, .age = 9000},
                                                {"lost.shm", 4096, "f4", {1024}, .age = 90, .inode = 77}};
    put_cursor(stage, "lost.shm");
    stage_look(stage, both + 1, 1);
    stage_draw(stage);
    for (int i = 0; i < 3 && (i == 0 || !table_row(&stage->app->table)->unlinked); i++) {
        stage_key(stage, i == 0 ? 'g' : 'j');
        stage_draw(stage);
    }
    stage_key(stage, 'R');
    stage_draw(stage);
    draw_assert_has(&stage->cells, "restore as: lost.shm ");
    draw_assert_has(&stage->cells, "taken: another name");
    stage_key(stage, '\r');
    assert_int_equal(stage->asked[EFFECT_RESTORE], 0);
    stage_type(stage, ".old");
    stage_draw(stage);
    draw_assert_lacks(&stage->cells, "taken");
    stage_key(stage, '\r');
    assert_int_equal(stage->asked[EFFECT_RESTORE], 1);
    assert_string_equal(stage->last[EFFECT_RESTORE].u.restore.name, "lost.shm.old");
    tell(stage, reply(stage, NULL));
    stage_key(stage, 'R');
    stage_type(stage, "/x/y");
    stage_key(stage, '\r');
    stage_key(stage, 'R');
    stage_key(stage, KEY_ESCAPE_CODE);
    stage_key(stage, 'R');
    stage_key(stage, KEY_CTRL('U'));
    stage_key(stage, '\r');
    assert_int_equal(stage->asked[EFFECT_RESTORE], 1);
    assert_int_equal(stage->app->over, OVER_NOTHING);
}

static void without_a_row_nothing_happens(void **state)
{
    struct stage *stage = *state;
    stage_scan(stage, NULL, 0);
    stage_draw(stage);
    stage_key(stage, 'R');
    assert_int_equal(stage->asked[EFFECT_RESTORE], 0);
}

static void it_can_be_stopped(void **state)
{
    struct stage *stage = *state;
    put_cursor(stage, "lost.shm");
    stage_key(stage, 'R');
    stage_key(stage, KEY_CTRL('C'));
    assert_int_equal(stage->asked[EFFECT_STOP], 1);
    assert_int_equal(stage->last[EFFECT_STOP].token, stage->last[EFFECT_RESTORE].token);
    assert_int_equal(stage->asked[EFFECT_QUIT], 0);
    tell(stage, reply(stage, NULL));
    stage_key(stage, KEY_CTRL('C'));
    assert_int_equal(stage->asked[EFFECT_QUIT], 1);
}

/* The whole of it, with a process that holds what was deleted. */
static void a_real_one_comes_back(void **state)
{
    struct tmpdir *tmpdir = *state;
    struct stage stage;
    tmpdir_write_sparse(tmpdir, "real.shm", 8192);
    struct child child = child_hold(tmpdir_path(tmpdir, "real.shm"),
                                    (struct child_map){PROT_READ | PROT_WRITE, MAP_SHARED, true});
    uint64_t inode = tmpdir_inode(tmpdir, "real.shm");
    tmpdir_unlink(tmpdir, "real.shm");
    stage_open_real(&stage, tmpdir->path);
    stage_until(&stage, "real.shm");
    stage_key(&stage, '\r');
    stage_until(&stage, "real.shm (unlinked)");
    stage_until(&stage, "live");
    stage_key(&stage, 'q');
    stage_key(&stage, 'R');
    stage_until(&stage, "real.shm is back, 8.0K");
    assert_int_not_equal(tmpdir_inode(tmpdir, "real.shm"), inode);
    child_end(&child);
    stage_close(&stage);
}

#define on_stage(test) cmocka_unit_test_setup_teardown(test, open_stage, close_stage)

int main(void)
{
    const struct CMUnitTest tests[] = {
        on_stage(it_asks_for_the_row_and_its_holders),
        on_stage(what_went_wrong_is_said),
        on_stage(what_has_its_name_is_left_alone),
        on_stage(a_name_that_is_taken_is_asked_for),
        on_stage(without_a_row_nothing_happens),
        on_stage(it_can_be_stopped),
        cmocka_unit_test_setup_teardown(a_real_one_comes_back, tmpdir_setup, tmpdir_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
