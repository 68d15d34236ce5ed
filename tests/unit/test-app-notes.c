/*
 * What the console's header says besides: how fast it fills, what lies beyond, warnings.
 */
#include "tests/support/test.h"

#include "tests/support/draw.h"
#include "tests/support/stage.h"
#include "tui/app/state.h"

#define MIB (UINT64_C(1) << 20)

static int open_stage(void **state)
{
    static struct stage stage;
    stage_open(&stage, 24, 140, NULL);
    *state = &stage;
    return 0;
}

static int close_stage(void **state)
{
    stage_close(*state);
    return 0;
}

static void measured(struct stage *stage, uint64_t used, uint64_t size)
{
    stage_tell(stage, &(struct event){.kind = EVENT_USAGE,
                                      .u.usage = {.size = size, .used = used, .free = size - used}});
}

static void warnings_are_in_the_header_and_said_once(void **state)
{
    struct stage *stage = *state;
    const struct stage_segment one = {.name = "one", .size = 4096, .age = 9000};
    stage_scan(stage, &one, 1);
    measured(stage, 95 * MIB, 100 * MIB);
    stage_wait(stage, 2000);
    stage_draw(stage);
    draw_assert_has(&stage->cells, "95 % full, 5.0M of 100M left");
    bool is_error;
    assert_null(messages_current(stage->app->messages, &is_error)); /* not twice on the screen */
    assert_int_equal(messages_count(stage->app->messages), 1);
    for (int i = 0; i < 5; i++) {
        measured(stage, (96 - (uint64_t)i) * MIB, 100 * MIB);
        stage_wait(stage, 2000);
    }
    assert_int_equal(messages_count(stage->app->messages), 1);
    measured(stage, 10 * MIB, 100 * MIB);
    stage_wait(stage, 8000);
    stage_draw(stage);
    draw_assert_lacks(&stage->cells, "% full, ");
}

static void how_fast_it_fills_is_said(void **state)
{
    struct stage *stage = *state;
    stage_scan(stage, NULL, 0);
    for (uint64_t i = 0; i < 15; i++) {
        measured(stage, 100 * MIB + i * 20 * MIB, 8000 * MIB);
        stage_wait(stage, 2000);
    }
    stage_draw(stage);
    draw_assert_has(&stage->cells, "+600M/min, full in 12 min");
}

static void what_lies_beyond_is_said(void **state)
{
    struct stage *stage = *state;
    const struct stage_segment one = {.name = "one", .size = 4096, .age = 9000};
    stage_scan(stage, &one, 1);
    stage_sweep(stage, &(struct stage_sweep){.processes = 212});
    measured(stage, MIB, 8000 * MIB);
    stage_tell(stage, &(struct event){.kind = EVENT_SHMEM, .u.shmem = {512 * MIB, 511 * MIB, 0}});
    stage_draw(stage);
    draw_assert_has(&stage->cells, "beyond this file system 511M");
    assert_false(app_is_dirty(stage->app));
    stage_tell(stage, &(struct event){.kind = EVENT_SHMEM, .u.shmem = {512 * MIB, 511 * MIB, 0}});
    assert_false(app_is_dirty(stage->app)); /* the same again */
    stage_tell(stage, &(struct event){.kind = EVENT_SHMEM, .u.shmem = {2 * MIB, MIB, 0}});
    stage_draw(stage);
    draw_assert_lacks(&stage->cells, "beyond");
}

/* A user who lingers is known by name: nothing is said before the names are there. */
static void logind_is_warned_of_once_names_are_known(void **state)
{
    struct stage *stage = *state;
    const struct stage_segment one = {.name = "mine.shm", .size = 4096, .age = 9000, .uid = 1000};
    struct logind logind = {.runs = true, .remove_ipc = true, .system_max = 999, .device = 1};
    stage_scan(stage, &one, 1);
    measured(stage, MIB, 8000 * MIB);
    stage_wait(stage, 1000);
    assert_int_equal(stage->asked[EFFECT_LOGIND], 0);
    stage_wait(stage, 1000);
    assert_int_equal(stage->asked[EFFECT_LOGIND], 1);
    stage_tell(stage, &(struct event){.kind = EVENT_LOGIND, .u.logind = &logind});
    stage_wait(stage, 4000);
    assert_int_equal(stage->app->notes.warning_count, 0);
    for (int group = 0; group < 2; group++)
        stage_tell(stage, &(struct event){.kind = EVENT_NAMED, .u.named = {1000, group != 0, "alice"}});
    stage_wait(stage, 2000);
    assert_int_equal(stage->app->notes.warning_count, 1);
    assert_non_null(strstr(stage->app->notes.warnings[0], "alice"));
}

int main(void)
{
#define ON_STAGE(test) cmocka_unit_test_setup_teardown(test, open_stage, close_stage)
    const struct CMUnitTest tests[] = {
        ON_STAGE(warnings_are_in_the_header_and_said_once),
        ON_STAGE(how_fast_it_fills_is_said),
        ON_STAGE(what_lies_beyond_is_said),
        ON_STAGE(logind_is_warned_of_once_names_are_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
