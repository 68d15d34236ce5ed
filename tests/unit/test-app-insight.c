/* The values of the cursor's row in the console: asked for, cancelled, kept, shown. */
#include "tests/support/test.h"

#include <errno.h>

#include "tests/support/draw.h"
#include "tests/support/stage.h"
#include "tests/support/studied.h"
#include "tui/app/state.h"

static const struct study_request *asked(struct stage *stage)
{
    return stage->last[EFFECT_STUDY].u.study;
}

static bool is_out(const struct stage *stage)
{
    return stage->app->studies[STUDY_PANE].out;
}

static bool is_asked_for(struct stage *stage, const char *name)
{
    return is_out(stage) && strcmp(asked(stage)->reach.name, name) == 0;
}

/* On the usual segments, the cursor on the largest. */
static void begin(struct stage *stage, int rows, int columns)
{
    stage_open_usual(stage, rows, columns, false);
    stage_draw(stage);
}

static void cancelled(struct stage *stage)
{
    stage_studied(stage, studied_not(asked(stage), STUDY_FAILED, ECANCELED, "cancelled"));
}

static void the_strip_says_what_is_in_it(void **state)
{
    (void)state;
    struct stage stage;
    begin(&stage, 24, 80);
    assert_false(is_out(&stage));
    assert_true(stage_study(&stage, 5)); /* a sample of 4.8 GB */
    stage_draw(&stage);
    draw_assert_has(&stage.cells,
                    "min -4.7188 mean 0.0214 max 4.9062 std 1.0012 nan 12 inf 0 (sampled 1,000,000)");
    assert_true(stage_study(&stage, 900));
    stage_draw(&stage);
    draw_assert_has(&stage.cells, "nan 12 inf 0 (exact, 0.90 s)");
    assert_false(stage_study(&stage, 900)); /* there is no room for a map, and nothing changes */
    stage_close(&stage);
}

static void moving_on_cancels_and_coming_back_shows_at_once(void **state)
{
    (void)state;
    struct stage stage;
    begin(&stage, 24, 80);
    stage_wait(&stage, 200);
    assert_true(is_asked_for(&stage, "prices.shm"));
    unsigned stops = stage.asked[EFFECT_STOP];
    stage_type(&stage, "j");
    stage_draw(&stage);
    assert_true(stage.asked[EFFECT_STOP] > stops);
    assert_int_equal(stage.last[EFFECT_STOP].token, stage.last[EFFECT_STUDY].token);
    cancelled(&stage);
    stage_draw(&stage);
    assert_false(is_out(&stage)); /* the next waits for the cursor to rest */
    stage_wait(&stage, 200);
    assert_true(is_asked_for(&stage, "covariance.shm"));
    while (stage_study(&stage, 3))
        ;
    stage_type(&stage, "k");
    while (stage_study(&stage, 3))
        ;
    unsigned before = stage.asked[EFFECT_STUDY];
    for (int i = 0; i < 4; i++) {
        stage_type(&stage, i % 2 ? "k" : "j");
        stage_draw(&stage);
        draw_assert_has(&stage.cells, "min -4.7188");
        stage_wait(&stage, 3000);
    }
    assert_int_equal(stage.asked[EFFECT_STUDY], before);
    stage_close(&stage);
}

static void keys_that_do_not_rest_ask_for_nothing(void **state)
{
    (void)state;
    struct stage stage;
    begin(&stage, 24, 80);
    for (int i = 0; i < 30; i++) {
        stage_type(&stage, i % 2 ? "j" : "k");
        stage_draw(&stage);
        stage_wait(&stage, 100);
    }
    assert_int_equal(stage.asked[EFFECT_STUDY], 0);
    stage_close(&stage);
}

static void what_covers_the_table_stops_it(void **state)
{
    (void)state;
    static const char *const keys[] = {"?", "d", "Z", "L", "s", "\r"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        struct stage stage;
        begin(&stage, 24, 80);
        stage_wait(&stage, 200);
        assert_true(is_out(&stage));
        unsigned stops = stage.asked[EFFECT_STOP];
        stage_type(&stage, keys[i]);
        stage_draw(&stage);
        assert_true(stage.asked[EFFECT_STOP] > stops);
        cancelled(&stage);
        stage_wait(&stage, 5000);
        assert_false(is_out(&stage));
        stage_close(&stage);
    }
}

static void nothing_is_asked_without_details(void **state)
{
    (void)state;
    struct stage stage;
    begin(&stage, 10, 60); /* no room for a strip */
    assert_false(stage_study(&stage, 3));
    stage_type(&stage, "i"); /* but the whole screen has some, and for a map */
    assert_true(stage_study(&stage, 3));
    assert_true(stage_study(&stage, 3));
    assert_int_equal(asked(&stage)->kind, STUDY_OF_MAP);
    stage_close(&stage);
    begin(&stage, 24, 80);
    stage_type(&stage, "ii"); /* over the screen, then hidden */
    assert_false(stage_study(&stage, 3));
    stage_close(&stage);
}

static void the_pane_has_a_histogram_and_a_map(void **state)
{
    (void)state;
    struct stage stage;
    begin(&stage, 40, 140);
    assert_true(stage_study(&stage, 5));
    assert_true(asked(&stage)->statistics.sample > 0);
    assert_true(stage_study(&stage, 5));
    assert_int_equal(asked(&stage)->kind, STUDY_OF_MAP);
    stage_draw(&stage);
    draw_assert_has(&stage.cells, "statistics  sampled 1,000,000");
    draw_assert_has(&stage.cells, "histogram ──");
    draw_assert_has(&stage.cells, "map  mean, sampled");
    stage_wait(&stage, 1000);
    assert_true(is_out(&stage));
    stage_tell(&stage, &(struct event){.kind = EVENT_STUDY_PROGRESS,
                                       .token = stage.last[EFFECT_STUDY].token,
                                       .u.progress = {1, 4, 0}});
    stage_draw(&stage);
    draw_assert_has(&stage.cells, "sampled 1,000,000, all 25 %");
    assert_true(stage_study(&stage, 1310));
    stage_draw(&stage);
    draw_assert_has(&stage.cells, "statistics  exact, 1.31 s");
    assert_false(stage_study(&stage, 5));
    stage_close(&stage);
}

static void a_smaller_screen_sheds_the_map_then_the_histogram(void **state)
{
    (void)state;
    struct stage stage;
    begin(&stage, 40, 140);
    while (stage_study(&stage, 5))
        ;
    int map = 0, histogram = 0, statistics = 0;
    for (int rows = 50; rows >= 14; rows--) {
        stage_resize(&stage, rows, 140);
        stage_draw(&stage);
        draw_assert_sane(&stage.cells);
        bool has_map = draw_find(&stage.cells, "map  mean", NULL, NULL);
        bool has_histogram = draw_find(&stage.cells, "histogram ─", NULL, NULL);
        bool has_statistics = draw_find(&stage.cells, "-4.7188", NULL, NULL);
        assert_true(!has_map || has_histogram);
        assert_true(!has_histogram || has_statistics);
        map += has_map;
        histogram += has_histogram;
        statistics += has_statistics;
    }
    assert_true(map > 5 && histogram > map && statistics > histogram);
    stage_close(&stage);
}

/* Over the values the details may be shown too, which the preview alone covers. */
static void over_the_preview_they_go_on(void **state)
{
    (void)state;
    struct stage stage;
    begin(&stage, 24, 80);
    stage_type(&stage, "\r");
    assert_false(stage_study(&stage, 3));
    stage_type(&stage, "i");
    assert_true(stage_study(&stage, 3));
    assert_true(stage_study(&stage, 3));
    assert_int_equal(asked(&stage)->kind, STUDY_OF_MAP);
    stage_close(&stage);
}

static const struct stage_segment grown[] = {
    {"covariance.shm", 1023690880, "f8", {11312, 11312}, .age = 5, .uid = 1002}};

static void what_is_written_to_is_looked_at_again(void **state)
{
    (void)state;
    struct stage stage;
    begin(&stage, 24, 80);
    stage_type(&stage, "j");
    while (stage_study(&stage, 3))
        ;
    stage_look(&stage, grown, 1);
    stage_draw(&stage);
    draw_assert_has(&stage.cells, " ago)");
    assert_true(stage_study(&stage, 3));
    assert_true(asked(&stage)->statistics.sample > 0);
    stage_draw(&stage);
    assert_false(stage_study(&stage, 3)); /* not all of it, as long as the cursor only stays */
    stage_close(&stage);
}

static void what_goes_is_given_up(void **state)
{
    (void)state;
    struct stage stage;
    begin(&stage, 24, 80);
    stage_wait(&stage, 200);
    assert_true(is_asked_for(&stage, "prices.shm"));
    unsigned stops = stage.asked[EFFECT_STOP];
    stage_gone(&stage, "prices.shm");
    stage_draw(&stage);
    assert_true(stage.asked[EFFECT_STOP] > stops);
    cancelled(&stage);
    stage_draw(&stage);
    stage_wait(&stage, 200);
    assert_false(is_asked_for(&stage, "prices.shm"));
    stage_close(&stage);
}

static void a_new_name_is_followed(void **state)
{
    (void)state;
    struct stage stage;
    begin(&stage, 24, 80);
    stage_type(&stage, "j");
    stage_draw(&stage);
    stage_wait(&stage, 200);
    assert_true(is_asked_for(&stage, "covariance.shm"));
    unsigned stops = stage.asked[EFFECT_STOP];
    const struct row *row = catalog_find(stage.app->catalog, "covariance.shm");
    struct stage_segment renamed = {
        "cov2.shm", row->size, "f8", {11312, 11312}, .age = 33120, .uid = 1002, .inode = row->id.inode};
    stage_rename(&stage, "covariance.shm", &renamed);
    stage_draw(&stage);
    assert_int_equal(stage.asked[EFFECT_STOP], stops); /* what is open is the same */
    unsigned looks = stage.asked[EFFECT_LOOK];
    stage_studied(&stage, studied_not(asked(&stage), STUDY_GONE, 0, "")); /* it was not open yet */
    assert_true(stage.asked[EFFECT_LOOK] > looks);
    stage_wait(&stage, 1200);
    assert_true(is_asked_for(&stage, "cov2.shm"));
    stage_close(&stage);
}

static void what_may_not_be_read_says_so(void **state)
{
    (void)state;
    struct stage stage;
    begin(&stage, 24, 80);
    stage_wait(&stage, 200);
    stage_studied(&stage, studied_not(asked(&stage), STUDY_FAILED, EACCES, "prices.shm: Permission denied"));
    stage_draw(&stage);
    draw_assert_has(&stage.cells, "prices.shm: Permission denied");
    assert_false(stage_study(&stage, 3));
    stage_close(&stage);
}

static void a_key_looks_at_it_anew(void **state)
{
    (void)state;
    struct stage stage;
    begin(&stage, 24, 80);
    while (stage_study(&stage, 3))
        ;
    stage_type(&stage, "r");
    stage_draw(&stage);
    draw_assert_lacks(&stage.cells, "min -4.7188");
    assert_true(stage_study(&stage, 3));
    assert_true(stage_study(&stage, 3));
    assert_int_equal(asked(&stage)->statistics.sample, 0);
    stage_close(&stage);
}

/* What the console does where nothing happens at all. */
static void at_rest_nothing_is_asked(void **state)
{
    (void)state;
    struct stage stage;
    begin(&stage, 40, 140);
    while (stage_study(&stage, 3))
        ;
    unsigned before = stage.asked[EFFECT_STUDY];
    stage_wait(&stage, 3600 * INT64_C(1000));
    assert_int_equal(stage.asked[EFFECT_STUDY], before);
    stage_close(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_strip_says_what_is_in_it),
        cmocka_unit_test(moving_on_cancels_and_coming_back_shows_at_once),
        cmocka_unit_test(keys_that_do_not_rest_ask_for_nothing),
        cmocka_unit_test(what_covers_the_table_stops_it),
        cmocka_unit_test(nothing_is_asked_without_details),
        cmocka_unit_test(the_pane_has_a_histogram_and_a_map),
        cmocka_unit_test(a_smaller_screen_sheds_the_map_then_the_histogram),
        cmocka_unit_test(over_the_preview_they_go_on),
        cmocka_unit_test(what_is_written_to_is_looked_at_again),
        cmocka_unit_test(what_goes_is_given_up),
        cmocka_unit_test(a_new_name_is_followed),
        cmocka_unit_test(what_may_not_be_read_says_so),
        cmocka_unit_test(a_key_looks_at_it_anew),
        cmocka_unit_test(at_rest_nothing_is_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
