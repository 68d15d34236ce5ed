#include "tests/support/test.h"

#include "tests/support/draw.h"
#include "tests/support/stage.h"

#include <errno.h>
#include <sys/stat.h>

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

static void watched(struct stage *stage, const char *const *names, size_t count, bool everything)
{
    stage_tell(stage, &(struct event){.kind = EVENT_WATCH, .u.watch = {names, count, everything}});
}

static void look_done(struct stage *stage)
{
    stage_tell(stage, &(struct event){.kind = EVENT_LOOK_DONE, .token = stage->last[EFFECT_LOOK].token});
}

static bool was_looked_for(const struct stage *stage, const char *name, bool recognise)
{
    const struct effect *effect = &stage->last[EFFECT_LOOK];
    for (size_t i = 0; i < effect->u.look.count; i++)
        if (strcmp(effect->u.look.names[i].name, name) == 0)
            return effect->u.look.names[i].recognise == recognise;
    return false;
}

static void a_start_scans_and_measures(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(stage->asked[EFFECT_SCAN], 1);
    assert_int_equal(stage->asked[EFFECT_LOOK], 1);
    assert_true(stage->last[EFFECT_LOOK].u.look.usage);
}

static void rows_on_screen_are_recognised_before_the_rest(void **state)
{
    struct stage *stage = *state;
    struct stage_segment *many = calloc(2000, sizeof *many);
    char(*names)[32] = calloc(2000, sizeof *names);
    for (unsigned i = 0; i < 2000; i++) {
        snprintf(names[i], sizeof names[i], "seg%04u", i);
        many[i] = (struct stage_segment){.name = names[i], .size = i + 1, .unrecognised = true};
    }
    look_done(stage); /* the one that measured */
    stage_tell(stage, &(struct event){.kind = EVENT_TICK});
    stage_scan(stage, many, 1000);
    /* The end of the scan asks for a chunk; the screen for its rows, before all others. */
    assert_true(stage->last[EFFECT_LOOK].u.look.count == 512 && !stage->last[EFFECT_LOOK].u.look.first);
    stage_draw(stage);
    assert_true(stage->last[EFFECT_LOOK].u.look.first);
    assert_true(was_looked_for(stage, "seg0999", true));
    assert_true(stage->last[EFFECT_LOOK].u.look.count < 24);
    /* No second one while it is out. */
    unsigned asked = stage->asked[EFFECT_LOOK];
    stage_draw(stage);
    assert_int_equal(stage->asked[EFFECT_LOOK], asked);
    free(many);
    free(names);
}

static void all_rows_are_recognised_chunk_by_chunk(void **state)
{
    struct stage *stage = *state;
    struct stage_segment many[1500];
    static char names[1500][16];
    for (unsigned i = 0; i < 1500; i++) {
        snprintf(names[i], sizeof names[i], "s%u", i);
        many[i] = (struct stage_segment){.name = names[i], .size = 10, .unrecognised = true};
    }
    stage_scan(stage, many, 1500);
    unsigned chunks = 0;
    for (;;) {
        struct effect *effect = &stage->last[EFFECT_LOOK];
        size_t count = effect->u.look.count;
        struct stage_segment *found = calloc(count + 1, sizeof *found);
        for (size_t i = 0; i < count; i++)
            found[i] = (struct stage_segment){.name = effect->u.look.names[i].name, .size = 10, .age = 1000};
        unsigned asked = stage->asked[EFFECT_LOOK];
        stage_look(stage, found, count);
        free(found);
        chunks++;
        look_done(stage);
        if (stage->asked[EFFECT_LOOK] == asked)
            break;
    }
    assert_int_equal(chunks, 3);
    stage_draw(stage);
    assert_int_equal(stage->asked[EFFECT_LOOK], 1 + 3);
}

static void changed_names_are_looked_at_and_hold_further_changes_back(void **state)
{
    struct stage *stage = *state;
    stage_scan(stage, NULL, 0);
    assert_true(app_wants_changes(stage->app));
    watched(stage, (const char *const[]){"a", "b"}, 2, false);
    assert_true(was_looked_for(stage, "a", true) && was_looked_for(stage, "b", true));
    watched(stage, (const char *const[]){"c"}, 1, false);
    assert_false(app_wants_changes(stage->app));
    look_done(stage);
    assert_true(app_wants_changes(stage->app));
}

static void a_directorys_sums_alone_are_made_anew(void **state)
{
    struct stage *stage = *state;
    const struct stage_segment directory = {.name = "dir", .size = 4096, .type_bits = S_IFDIR};
    stage_scan(stage, &directory, 1);
    /* New: watched from now on, and looked into once more. */
    assert_true(stage->asked[EFFECT_LOOK] == 2 && was_looked_for(stage, "dir", true));
    watched(stage, (const char *const[]){"dir/file", "dir"}, 2, false);
    assert_true(was_looked_for(stage, "dir/file", true));
    assert_true(was_looked_for(stage, "dir", false));
    stage_gone(stage, "dir");
    assert_int_equal(stage->asked[EFFECT_SCAN], 2);
}

static void lost_events_mean_a_scan_one_at_a_time(void **state)
{
    struct stage *stage = *state;
    watched(stage, NULL, 0, true);
    watched(stage, NULL, 0, true);
    assert_int_equal(stage->asked[EFFECT_SCAN], 1); /* the first is still under way */
    stage_scan(stage, NULL, 0);
    assert_int_equal(stage->asked[EFFECT_SCAN], 2);
    stage_scan(stage, NULL, 0);
    assert_int_equal(stage->asked[EFFECT_SCAN], 2);
}

static void a_resume_scans_and_paints(void **state)
{
    struct stage *stage = *state;
    stage_scan(stage, NULL, 0);
    stage_tell(stage, &(struct event){.kind = EVENT_RESUMED});
    assert_int_equal(stage->asked[EFFECT_SCAN], 2);
    assert_int_equal(stage->asked[EFFECT_REPAINT], 1);
    assert_int_equal(stage->asked[EFFECT_RENEW], 1);
}

static void polling_is_said_and_scans_every_two_seconds(void **state)
{
    struct stage *stage = *state;
    stage_scan(stage, NULL, 0);
    stage_tell(stage, &(struct event){.kind = EVENT_FOLLOWING, .u.following = FOLLOW_POLLING});
    stage_scan(stage, NULL, 0);
    stage_draw(stage);
    draw_assert_has(&stage->cells, "polling every 2 s");
    unsigned scans = stage->asked[EFFECT_SCAN];
    for (int i = 0; i < 10; i++) {
        stage_wait(stage, 1000);
        stage_scan(stage, NULL, 0);
    }
    assert_int_equal(stage->asked[EFFECT_SCAN], scans + 5);
}

static void a_directory_that_is_gone_is_waited_for(void **state)
{
    struct stage *stage = *state;
    const struct stage_segment one = {.name = "one", .size = 1};
    stage_scan(stage, &one, 1);
    stage_tell(stage, &(struct event){.kind = EVENT_FOLLOWING, .u.following = FOLLOW_ABSENT});
    stage_tell(stage, &(struct event){.kind = EVENT_SCANNED, .u.scanned.code = ENOENT});
    stage_draw(stage);
    draw_assert_has(&stage->cells, "ABSENT");
    draw_assert_has(&stage->cells, "/dev/shm is gone");
    draw_assert_lacks(&stage->cells, "   one");
    unsigned renewed = stage->asked[EFFECT_RENEW];
    stage_wait(stage, 10000);
    assert_true(stage->asked[EFFECT_RENEW] >= renewed + 5);
    stage_tell(stage, &(struct event){.kind = EVENT_FOLLOWING, .u.following = FOLLOW_EVENTS});
    stage_scan(stage, &one, 1);
    stage_draw(stage);
    draw_assert_has(&stage->cells, "one");
    draw_assert_has(&stage->cells, "live");
}

static void a_scan_that_fails_leaves_what_was_known(void **state)
{
    struct stage *stage = *state;
    const struct stage_segment one = {.name = "one", .size = 1};
    stage_scan(stage, &one, 1);
    stage_key(stage, 'r');
    stage_tell(stage, &(struct event){.kind = EVENT_SCANNED,
                                      .u.scanned = {.code = EMFILE, .text = "too many open files"}});
    stage_draw(stage);
    draw_assert_has(&stage->cells, "   one");
    draw_assert_has(&stage->cells, "/dev/shm: too many open files");
}

static void a_young_raw_segment_is_looked_at_again_and_again(void **state)
{
    struct stage *stage = *state;
    stage_scan(stage, NULL, 0);
    stage_resize(stage, 3, 10); /* nothing on screen is looked at: only the raw one's own time counts */
    const struct stage_segment raw = {.name = "raw", .size = 100};
    stage_look(stage, &raw, 1);
    unsigned seen[8], n = 0;
    int64_t begin = stage->now;
    for (unsigned asked = 0; stage->now - begin < 70000;) {
        stage_wait(stage, 1000);
        if (stage->last[EFFECT_LOOK].token == 3 && stage->asked[EFFECT_LOOK] != asked && n < 8 &&
            was_looked_for(stage, "raw", true))
            seen[n++] = (unsigned)((stage->now - begin) / 1000);
        asked = stage->asked[EFFECT_LOOK];
    }
    assert_true(n >= 6);
    for (unsigned i = 0; i < 6; i++)
        assert_in_range(seen[i], (2u << i) - 1, (2u << i) + 6);
}

static void each_users_name_is_asked_for_once(void **state)
{
    struct stage *stage = *state;
    const struct stage_segment two[] = {{.name = "a", .uid = 1001}, {.name = "b", .uid = 1001}};
    stage_scan(stage, two, 2);
    assert_int_equal(stage->asked[EFFECT_NAMES], 2); /* a user's and a group's */
    assert_int_equal(stage->last[EFFECT_NAMES].u.names.count, 1);
    stage_key(stage, 'r');
    stage_scan(stage, two, 2);
    assert_int_equal(stage->asked[EFFECT_NAMES], 2);
    stage_draw(stage);
    draw_assert_has(&stage->cells, "1001");
    stage_tell(stage, &(struct event){.kind = EVENT_NAMED, .u.named = {1001, false, "alice"}});
    stage_draw(stage);
    draw_assert_has(&stage->cells, "alice");
}

static void what_is_on_screen_is_looked_at_again(void **state)
{
    struct stage *stage = *state;
    const struct stage_segment two[] = {{.name = "raw", .size = 9, .age = 9000},
                                        {.name = "npy", .size = 8, .type = "f4", .shape = {2}, .age = 9000}};
    look_done(stage);
    stage_scan(stage, two, 2);
    stage_draw(stage);
    stage_wait(stage, 2000);
    assert_true(stage->last[EFFECT_LOOK].u.look.usage);
    assert_true(was_looked_for(stage, "raw", true));  /* its header may be written by now */
    assert_true(was_looked_for(stage, "npy", false)); /* what it is is known */
}

static void nothing_is_drawn_where_nothing_changed(void **state)
{
    struct stage *stage = *state;
    const struct stage_segment one = {.name = "one", .size = 1, .age = 90000};
    const struct directory_usage usage = {.size = 1000, .used = 10, .free = 990};
    stage_scan(stage, &one, 1);
    stage_tell(stage, &(struct event){.kind = EVENT_USAGE, .u.usage = usage});
    stage_draw(stage);
    assert_false(app_is_dirty(stage->app));
    stage_tell(stage, &(struct event){.kind = EVENT_USAGE, .u.usage = usage});
    look_done(stage);
    assert_false(app_is_dirty(stage->app));
}

int main(void)
{
#define ON_STAGE(test) cmocka_unit_test_setup_teardown(test, open_stage, close_stage)
    const struct CMUnitTest tests[] = {
        ON_STAGE(a_start_scans_and_measures),
        ON_STAGE(rows_on_screen_are_recognised_before_the_rest),
        ON_STAGE(all_rows_are_recognised_chunk_by_chunk),
        ON_STAGE(changed_names_are_looked_at_and_hold_further_changes_back),
        ON_STAGE(a_directorys_sums_alone_are_made_anew),
        ON_STAGE(lost_events_mean_a_scan_one_at_a_time),
        ON_STAGE(a_resume_scans_and_paints),
        ON_STAGE(polling_is_said_and_scans_every_two_seconds),
        ON_STAGE(a_directory_that_is_gone_is_waited_for),
        ON_STAGE(a_scan_that_fails_leaves_what_was_known),
        ON_STAGE(a_young_raw_segment_is_looked_at_again_and_again),
        ON_STAGE(each_users_name_is_asked_for_once),
        ON_STAGE(what_is_on_screen_is_looked_at_again),
        ON_STAGE(nothing_is_drawn_where_nothing_changed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
