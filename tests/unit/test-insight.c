/* What is asked of the values of the row under the cursor, and when. */
#include "tests/support/test.h"

#include <errno.h>

#include "core/sys/memory.h"
#include "tests/support/studied.h"
#include "tui/values/insight.h"

#define NOW 1000000

/* One insight, one row at a time, a clock. */
struct world {
    struct insight *insight;
    struct row row;
    struct insight_place place;
    int64_t now;
};

struct told {
    uint64_t inode;
    const char *type;
    uint64_t rows, columns, depth; /* 0 where there is no such axis */
    int64_t modified;
};

static const struct told small = {7, "f4", 100, 200, 0, 1}, large = {8, "f8", 10000, 10000, 0, 1};

static struct row row_of(const struct told *told)
{
    struct matrix *matrix = memory_new(sizeof *matrix);
    char name[32];
    snprintf(name, sizeof name, "m%d.shm", (int)told->inode);
    assert_int_equal(dtype_parse(told->type, &matrix->dtype, NULL), 0);
    matrix->order = 'C';
    const uint64_t dims[] = {told->depth, told->rows, told->columns};
    for (int i = told->depth ? 0 : 1; i < 3; i++)
        matrix->shape[matrix->rank++] = dims[i];
    struct segment segment = {
        .name = memory_dup(name),
        .id = {1, told->inode, 1},
        .size = 1 << 20,
        .modified = told->modified,
        .mode = 0100644,
        .links = 1,
        .recognised = true,
        .layout = LAYOUT_NPY,
        .matrix = matrix,
    };
    struct row row;
    row_from_segment(&row, &segment, NULL);
    segment_clear(&segment);
    return row;
}

static struct study_request *ask(struct world *world)
{
    insight_follow(world->insight, &world->place, world->now);
    return insight_wants(world->insight, world->place.row, world->now);
}

static void go(struct world *world, const struct told *told)
{
    if (world->place.row)
        row_clear(&world->row);
    world->row = row_of(told);
    world->place.row = &world->row;
    insight_follow(world->insight, &world->place, world->now);
}

static void begin(struct world *world, const struct told *told)
{
    *world = (struct world){.insight = insight_new(), .now = NOW, .place.seen = true};
    go(world, told);
}

static void end(struct world *world)
{
    insight_free(world->insight);
    if (world->place.row)
        row_clear(&world->row);
}

static void answer(struct world *world, struct study_request *request, int64_t took)
{
    struct study_reply *reply = studied(request, took);
    reply->modified = world->row.modified;
    reply->size = world->row.size;
    assert_false(insight_supply(world->insight, reply, world->now));
    study_reply_free(reply);
    study_request_free(request);
}

/* Time passes until something is wanted; fails where nothing ever is. */
static struct study_request *next(struct world *world)
{
    int64_t due = insight_due(world->insight);
    assert_int_not_equal(due, INT64_MAX);
    if (due > world->now) {
        world->now = due - 1;
        assert_null(ask(world));
        world->now = due;
    }
    struct study_request *request = ask(world);
    assert_non_null(request);
    assert_int_equal(insight_due(world->insight), INT64_MAX); /* one at a time */
    assert_null(ask(world));
    return request;
}

static bool is_sample(const struct study_request *request)
{
    assert_int_equal(request->kind, STUDY_STATISTICS);
    assert_int_equal(request->statistics.bins, HISTOGRAM_BINS);
    return request->statistics.sample > 0;
}

static void expect_rest(struct world *world)
{
    assert_int_equal(insight_due(world->insight), INT64_MAX);
    world->now += 3600000;
    assert_null(ask(world));
}

static const struct statistics *shown(const struct world *world)
{
    struct insight_known known;
    insight_known(world->insight, world->place.row, world->now, &known);
    return known.statistics;
}

/* All that is wanted is done at once. */
static void settle(struct world *world)
{
    for (int i = 0; i < 5 && insight_due(world->insight) < world->now + 2000; i++)
        answer(world, next(world), 3);
}

static void the_cursor_rests_first(void **state)
{
    (void)state;
    struct world world;
    begin(&world, &small);
    assert_int_equal(insight_due(world.insight), NOW + INSIGHT_REST_MS);
    world.now += 100;
    go(&world, &large);
    assert_int_equal(insight_due(world.insight), NOW + 100 + INSIGHT_REST_MS);
    struct study_request *request = next(&world);
    assert_string_equal(request->reach.name, "m8.shm");
    assert_false(request->waited_for);
    answer(&world, request, 3);
    end(&world);
}

static void a_small_one_is_read_whole(void **state)
{
    (void)state;
    struct world world;
    begin(&world, &small);
    struct study_request *request = next(&world);
    assert_false(is_sample(request));
    assert_int_equal(view_elements(&request->view), 20000);
    assert_null(shown(&world));
    answer(&world, request, 3);
    assert_non_null(shown(&world));
    expect_rest(&world); /* there is no room for a map */
    world.place.map_rows = 14;
    world.place.map_columns = 40;
    insight_follow(world.insight, &world.place, world.now);
    request = next(&world);
    assert_int_equal(request->kind, STUDY_OF_MAP);
    assert_int_equal(request->map.rows, 14);
    assert_int_equal(request->map.columns, 40);
    assert_false(request->map.exact);
    answer(&world, request, 3);
    expect_rest(&world);
    world.place.map_rows = 10; /* another room */
    insight_follow(world.insight, &world.place, world.now);
    answer(&world, next(&world), 3);
    expect_rest(&world);
    end(&world);
}

static void a_large_one_is_sampled_then_read(void **state)
{
    (void)state;
    struct world world;
    begin(&world, &large);
    world.place.map_rows = world.place.map_columns = 20;
    struct study_request *request = next(&world);
    assert_true(is_sample(request));
    answer(&world, request, 3);
    assert_true(shown(&world)->sampled);
    request = next(&world);
    assert_int_equal(request->kind, STUDY_OF_MAP);
    answer(&world, request, 3);
    assert_int_equal(insight_due(world.insight), NOW + INSIGHT_STAYS_MS);
    request = next(&world);
    assert_false(is_sample(request));
    insight_progress(world.insight, 1, 3);
    struct insight_known known;
    insight_known(world.insight, &world.row, world.now, &known);
    assert_string_equal(known.how, "sampled 1,000,000, all 33 %");
    answer(&world, request, 900);
    insight_known(world.insight, &world.row, world.now, &known);
    assert_string_equal(known.how, "exact, 0.90 s");
    assert_false(known.statistics->sampled);
    expect_rest(&world);
    end(&world);
}

static void what_is_left_is_given_up(void **state)
{
    (void)state;
    struct world world;
    begin(&world, &large);
    struct study_request *request = next(&world);
    assert_false(insight_gives_up(world.insight));
    go(&world, &small);
    assert_true(insight_gives_up(world.insight));
    struct study_reply *reply = studied_not(request, STUDY_FAILED, ECANCELED, "cancelled");
    assert_false(insight_supply(world.insight, reply, world.now));
    study_reply_free(reply);
    study_request_free(request);
    assert_false(insight_gives_up(world.insight));
    request = next(&world);
    assert_string_equal(request->reach.name, "m7.shm");
    go(&world, &large);
    assert_true(insight_gives_up(world.insight));
    answer(&world, request, 3); /* it was done all the same: it is kept */
    assert_null(shown(&world));
    go(&world, &small);
    assert_non_null(shown(&world));
    expect_rest(&world);
    go(&world, &large); /* what was given up is asked for again */
    assert_true(is_sample(request = next(&world)));
    answer(&world, request, 3);
    end(&world);
}

static void what_is_known_is_shown_at_once(void **state)
{
    (void)state;
    struct world world;
    begin(&world, &large);
    settle(&world);
    go(&world, &small);
    settle(&world);
    for (int i = 0; i < 3; i++) {
        go(&world, &large);
        assert_non_null(shown(&world));
        expect_rest(&world);
        go(&world, &small);
        assert_non_null(shown(&world));
        expect_rest(&world);
    }
    end(&world);
}

static void what_was_written_to_is_sampled_anew(void **state)
{
    (void)state;
    struct world world;
    struct told told = large;
    begin(&world, &large);
    settle(&world);
    assert_false(shown(&world)->sampled);
    int64_t looked = world.now;
    world.now += 10;
    told.modified = 2;
    go(&world, &told);
    assert_non_null(shown(&world)); /* with its age, until more is known */
    assert_int_equal(insight_due(world.insight), looked + INSIGHT_CHANGED_MS);
    struct study_request *request = next(&world);
    assert_true(is_sample(request));
    answer(&world, request, 100);
    expect_rest(&world); /* all of it is not read again by itself */
    told.modified = 3;
    looked = world.now - 3600000;
    go(&world, &told);
    answer(&world, next(&world), 100);
    looked = world.now;
    told.modified = 4; /* 2 % of a core */
    go(&world, &told);
    assert_int_equal(insight_due(world.insight), looked + 50 * 100);
    answer(&world, next(&world), 100);
    go(&world, &small);
    settle(&world);
    go(&world, &told); /* but when the cursor comes again */
    request = next(&world);
    assert_false(is_sample(request));
    answer(&world, request, 900);
    expect_rest(&world);
    end(&world);
}

static void a_row_may_know_later_what_was_read(void **state)
{
    (void)state;
    struct world world;
    struct told told = small;
    begin(&world, &small);
    struct study_request *request = next(&world);
    struct study_reply *reply = studied(request, 3);
    reply->modified = 5; /* it was written to, and no look has told yet */
    reply->size = world.row.size;
    insight_supply(world.insight, reply, world.now);
    study_reply_free(reply);
    study_request_free(request);
    expect_rest(&world);
    told.modified = 5;
    go(&world, &told);
    expect_rest(&world);
    told.modified = 4; /* set back: whatever it is, it is another */
    go(&world, &told);
    answer(&world, next(&world), 3);
    end(&world);
}

static void what_is_held_to_write_is_sampled_now_and_then(void **state)
{
    (void)state;
    struct world world;
    struct holder holder = {.pid = 9, .writable = true};
    struct holders holders = {1, &holder};
    begin(&world, &large);
    world.row.holders = &holders;
    world.place.map_rows = world.place.map_columns = 20;
    insight_follow(world.insight, &world.place, world.now);
    settle(&world); /* sample, map, all of it, and the map of then */
    assert_false(shown(&world)->sampled);
    world.now += 7000;
    struct insight_known known;
    insight_known(world.insight, &world.row, world.now, &known);
    assert_string_equal(known.how, "exact, 7s ago");
    int64_t looked = 0;
    for (int i = 0; i < 5; i++) {
        struct study_request *request = next(&world);
        assert_true(is_sample(request));
        answer(&world, request, 3);
        if (looked)
            assert_true(world.now - looked >= 4000 * 6); /* with the map: next to nothing */
        looked = world.now;
        request = next(&world);
        assert_int_equal(request->kind, STUDY_OF_MAP);
        answer(&world, request, 3);
    }
    holder.writable = false;
    insight_follow(world.insight, &world.place, world.now);
    expect_rest(&world);
    end(&world);
}

static void a_cheap_one_is_looked_at_every_ten_seconds(void **state)
{
    (void)state;
    struct world world;
    struct holder holder = {.pid = 9, .writable = true};
    struct holders holders = {1, &holder};
    begin(&world, &small);
    world.row.holders = &holders;
    answer(&world, next(&world), 1);
    int64_t looked = world.now;
    struct study_request *request = next(&world);
    assert_int_equal(world.now, looked + INSIGHT_REFRESH_MS);
    assert_false(is_sample(request));
    answer(&world, request, 1);
    end(&world);
}

static void some_rows_have_no_values(void **state)
{
    (void)state;
    static const struct told none[] = {{1, "S5", 10, 10, 0, 1},
                                       {2, "U3", 10, 10, 0, 1},
                                       {3, "f8", 0, 10, 0, 1},
                                       {4, "M8[ns]", 10, 10, 0, 1}};
    struct world world;
    struct insight_known known;
    begin(&world, &small);
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        go(&world, &none[i]);
        expect_rest(&world);
        insight_known(world.insight, &world.row, world.now, &known);
        assert_false(known.has_values);
    }
    go(&world, &small);
    world.row.loading = true;
    insight_follow(world.insight, &world.place, world.now);
    expect_rest(&world);
    go(&world, &small);
    world.row.damage = memory_dup("broken");
    insight_follow(world.insight, &world.place, world.now);
    expect_rest(&world);
    go(&world, &small);
    world.row.unlinked = true; /* and nobody holds it */
    insight_follow(world.insight, &world.place, world.now);
    expect_rest(&world);
    row_clear(&world.row);
    world.place.row = NULL;
    insight_follow(world.insight, &world.place, world.now);
    expect_rest(&world);
    end(&world);
}

static void an_unlinked_one_is_reached_through_its_holders(void **state)
{
    (void)state;
    struct world world;
    struct holder list[2] = {{.pid = 9}, {.pid = 11}};
    struct holders holders = {2, list};
    begin(&world, &small);
    world.row.unlinked = true;
    world.row.holders = &holders;
    insight_follow(world.insight, &world.place, world.now);
    struct study_request *request = next(&world);
    assert_true(request->reach.unlinked);
    assert_int_equal(request->reach.pid_count, 2);
    assert_int_equal(request->reach.pids[1], 11);
    answer(&world, request, 3);
    end(&world);
}

static void refuse(struct world *world, enum study_found found, int code, bool looks_again)
{
    struct study_request *request = next(world);
    struct study_reply *reply = studied_not(request, found, code, "m7.shm: no");
    assert_int_equal(insight_supply(world->insight, reply, world->now), looks_again);
    study_reply_free(reply);
    study_request_free(request);
}

static void what_cannot_be_read_is_said_once(void **state)
{
    (void)state;
    struct world world;
    struct insight_known known;
    begin(&world, &small);
    refuse(&world, STUDY_FAILED, EACCES, false);
    insight_known(world.insight, &world.row, world.now, &known);
    assert_string_equal(known.trouble, "m7.shm: no");
    expect_rest(&world);
    go(&world, &large);
    settle(&world);
    go(&world, &small); /* somebody may have changed it meanwhile */
    answer(&world, next(&world), 3);
    insight_known(world.insight, &world.row, world.now, &known);
    assert_string_equal(known.trouble, "");
    end(&world);
}

static void what_passes_is_tried_again_a_few_times(void **state)
{
    (void)state;
    struct world world;
    static const struct {
        enum study_found found;
        int code;
    } cases[] = {{STUDY_FAILED, ESTALE}, {STUDY_OTHER, 0}, {STUDY_GONE, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        begin(&world, &small);
        int64_t began = world.now;
        for (int j = 0; j < 4; j++)
            refuse(&world, cases[i].found, cases[i].code, true);
        assert_true(world.now >= began + 3000);
        expect_rest(&world);
        struct told told = small;
        told.modified = 9; /* something happened to it */
        go(&world, &told);
        answer(&world, next(&world), 3);
        expect_rest(&world);
        end(&world);
    }
    begin(&world, &small);
    study_request_free(next(&world));
    assert_false(insight_supply(world.insight, NULL, world.now)); /* the job was lost */
    answer(&world, next(&world), 3);
    end(&world);
}

static void a_map_that_fails_leaves_the_rest(void **state)
{
    (void)state;
    struct world world;
    struct insight_known known;
    begin(&world, &small);
    world.place.map_rows = world.place.map_columns = 20;
    answer(&world, next(&world), 3);
    refuse(&world, STUDY_FAILED, EIO, false);
    insight_known(world.insight, &world.row, world.now, &known);
    assert_string_equal(known.trouble, "");
    assert_non_null(known.statistics);
    assert_int_equal(known.plane_rows, 0);
    expect_rest(&world);
    end(&world);
}

static void what_is_not_seen_is_not_studied(void **state)
{
    (void)state;
    struct world world;
    begin(&world, &large);
    world.place.seen = false;
    insight_follow(world.insight, &world.place, world.now);
    expect_rest(&world);
    world.place.seen = true;
    insight_follow(world.insight, &world.place, world.now);
    assert_int_equal(insight_due(world.insight), world.now + INSIGHT_REST_MS);
    struct study_request *request = next(&world);
    world.place.seen = false;
    insight_follow(world.insight, &world.place, world.now);
    assert_true(insight_gives_up(world.insight));
    answer(&world, request, 3);
    end(&world);
}

static void another_matrix_is_another_segment(void **state)
{
    (void)state;
    struct world world;
    struct told told = small;
    begin(&world, &small);
    settle(&world);
    told.rows = 50;
    go(&world, &told);
    assert_null(shown(&world));
    struct study_request *request = next(&world);
    assert_int_equal(view_elements(&request->view), 10000);
    answer(&world, request, 3);
    go(&world, &small);
    assert_null(shown(&world)); /* that is no more */
    end(&world);
}

static void a_new_name_is_the_same_segment(void **state)
{
    (void)state;
    struct world world;
    begin(&world, &small);
    refuse(&world, STUDY_GONE, 0, true);
    free(world.row.name);
    world.row.name = memory_dup("other.shm");
    insight_follow(world.insight, &world.place, world.now);
    struct study_request *request = next(&world); /* at once */
    assert_string_equal(request->reach.name, "other.shm");
    answer(&world, request, 3);
    expect_rest(&world);
    end(&world);
}

static void it_can_be_asked_for_anew(void **state)
{
    (void)state;
    struct world world;
    begin(&world, &large);
    settle(&world);
    insight_forget(world.insight, world.now);
    assert_null(shown(&world));
    struct study_request *request = next(&world);
    assert_true(is_sample(request));
    answer(&world, request, 3);
    request = next(&world);
    assert_false(is_sample(request));
    answer(&world, request, 3);
    expect_rest(&world);
    end(&world);
}

static void the_last_results_are_kept(void **state)
{
    (void)state;
    struct world world;
    struct told told = small;
    begin(&world, &small);
    world.place.map_rows = world.place.map_columns = 20;
    for (uint64_t i = 0; i < INSIGHT_KEPT + 6; i++) {
        told.inode = 100 + i;
        go(&world, &told);
        answer(&world, next(&world), 3);
        answer(&world, next(&world), 3);
    }
    size_t kept = 0, maps = 0;
    for (uint64_t i = 0; i < INSIGHT_KEPT + 6; i++) {
        struct insight_known known;
        told.inode = 100 + i;
        go(&world, &told);
        insight_known(world.insight, &world.row, world.now, &known);
        kept += known.statistics != NULL;
        maps += known.map != NULL;
        assert_int_equal(known.statistics != NULL, i >= 6);
    }
    assert_int_equal(kept, INSIGHT_KEPT);
    assert_int_equal(maps, INSIGHT_MAPS_KEPT);
    end(&world);
}

static void the_first_plane_is_mapped(void **state)
{
    (void)state;
    struct world world;
    static const struct told cube = {3, "<i2", 30, 50, 20, 1};
    struct insight_known known;
    begin(&world, &cube);
    world.place.map_rows = world.place.map_columns = 40;
    answer(&world, next(&world), 3);
    struct study_request *request = next(&world);
    assert_int_equal(request->view.rank, 2);
    assert_int_equal(request->view.count[0], 30);
    assert_int_equal(request->view.count[1], 50);
    answer(&world, request, 3);
    insight_known(world.insight, &world.row, world.now, &known);
    assert_string_equal(known.slice, "[0, :, :]");
    assert_int_equal(known.plane_rows, 30);
    assert_int_equal(known.plane_columns, 50);
    go(&world, &small);
    insight_known(world.insight, &world.row, world.now, &known);
    assert_string_equal(known.slice, "");
    assert_int_equal(known.plane_rows, 100);
    end(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_cursor_rests_first),
        cmocka_unit_test(a_small_one_is_read_whole),
        cmocka_unit_test(a_large_one_is_sampled_then_read),
        cmocka_unit_test(what_is_left_is_given_up),
        cmocka_unit_test(what_is_known_is_shown_at_once),
        cmocka_unit_test(what_was_written_to_is_sampled_anew),
        cmocka_unit_test(a_row_may_know_later_what_was_read),
        cmocka_unit_test(what_is_held_to_write_is_sampled_now_and_then),
        cmocka_unit_test(a_cheap_one_is_looked_at_every_ten_seconds),
        cmocka_unit_test(some_rows_have_no_values),
        cmocka_unit_test(an_unlinked_one_is_reached_through_its_holders),
        cmocka_unit_test(what_cannot_be_read_is_said_once),
        cmocka_unit_test(what_passes_is_tried_again_a_few_times),
        cmocka_unit_test(a_map_that_fails_leaves_the_rest),
        cmocka_unit_test(what_is_not_seen_is_not_studied),
        cmocka_unit_test(another_matrix_is_another_segment),
        cmocka_unit_test(a_new_name_is_the_same_segment),
        cmocka_unit_test(it_can_be_asked_for_anew),
        cmocka_unit_test(the_last_results_are_kept),
        cmocka_unit_test(the_first_plane_is_mapped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
