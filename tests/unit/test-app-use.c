/*
 * Who holds what, in the console: when it is asked, what is made of the answers.
 */
#include "tests/support/test.h"

#include <errno.h>

#include "tests/support/draw.h"
#include "tests/support/stage.h"
#include "tui/app/state.h"

static const struct stage_segment two[] = {{"prices.shm", 4096, "f4", {1024}, .age = 9000, .uid = 1000},
                                           {"psm_8d2f11aa", 4096, .age = 9000, .uid = 1001}};

static const struct stage_holder one_holder[] = {
    {.name = "prices.shm", .pid = 881, .command = "train.py", .uid = 1001, .writable = true, .mapped = 1}};

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

/* Ends a sweep of that length which finds nobody. */
static void nobody_within(struct stage *stage, int64_t milliseconds)
{
    stage_sweep(stage, &(struct stage_sweep){.processes = 212, .took = milliseconds});
}

/* How long until the next sweep is asked for; -1: not within so many ms. */
static int64_t until_asked(struct stage *stage, int64_t most)
{
    unsigned before = stage->asked[EFFECT_SWEEP];
    for (int64_t waited = 0; waited <= most; waited += 10) {
        if (stage->asked[EFFECT_SWEEP] != before)
            return waited;
        stage_wait(stage, 10);
    }
    return -1;
}

static void the_first_comes_after_the_first_scan(void **state)
{
    struct stage *stage = *state;
    stage_wait(stage, 5000);
    assert_int_equal(stage->asked[EFFECT_SWEEP], 0);
    stage_scan(stage, two, 2);
    assert_int_equal(stage->asked[EFFECT_SWEEP], 1);
    assert_non_null(stage->last[EFFECT_SWEEP].u.sweep.owners);
    stage_wait(stage, 60000); /* one at a time */
    assert_int_equal(stage->asked[EFFECT_SWEEP], 1);
}

static void a_calm_makes_them_seldom(void **state)
{
    struct stage *stage = *state;
    stage_scan(stage, two, 2);
    nobody_within(stage, 100);
    nobody_within(stage, 100); /* that found nothing new */
    int64_t before = 0;
    for (int i = 0; i < 6; i++) {
        int64_t waited = until_asked(stage, 100000);
        assert_true(waited >= 10000); /* 100 times its length */
        assert_true(waited >= before && waited <= 61000);
        before = waited;
        nobody_within(stage, 100);
    }
    assert_true(before >= 59000); /* once a minute at least */
}

static void a_change_asks_at_once(void **state)
{
    struct stage *stage = *state;
    stage_scan(stage, two, 2);
    nobody_within(stage, 10);
    stage_gone(stage, "prices.shm");
    assert_in_range(until_asked(stage, 5000), 240, 270); /* never closer than a quarter of a second */
    nobody_within(stage, 1);
    stage_wait(stage, 260);
    unsigned before = stage->asked[EFFECT_SWEEP];
    stage_look(stage, two, 1);
    assert_int_equal(stage->asked[EFFECT_SWEEP], before + 1);
    stage_gone(stage, "prices.shm"); /* while it is under way: once more after it */
    nobody_within(stage, 1);
    assert_in_range(until_asked(stage, 5000), 240, 270);
}

static void many_changes_take_2_per_cent(void **state)
{
    struct stage *stage = *state;
    unsigned swept = 0;
    int64_t begin = stage->now;
    stage_scan(stage, two, 2);
    while (stage->now - begin < 600000) {
        if (stage->asked[EFFECT_SWEEP] > swept) {
            swept++;
            stage_wait(stage, 100);
            nobody_within(stage, 100);
        }
        stage_wait(stage, 100);
        if (stage->now / 100 % 2)
            stage_gone(stage, "prices.shm");
        else
            stage_look(stage, two, 1);
    }
    assert_in_range(swept, 110, 123); /* 2 % of 600 s is 12 s, and something was saved */
}

static void what_happens_to_a_held_one_asks(void **state)
{
    struct stage *stage = *state;
    stage_scan(stage, two, 2);
    stage_sweep(stage, &(struct stage_sweep){one_holder, 1, .processes = 212});
    stage_wait(stage, 400);
    unsigned before = stage->asked[EFFECT_SWEEP];
    const char *const names[] = {"psm_8d2f11aa", "prices.shm"};
    stage_tell(stage, &(struct event){.kind = EVENT_WATCH, .u.watch = {names, 1, false}});
    assert_int_equal(stage->asked[EFFECT_SWEEP], before);
    stage_tell(stage, &(struct event){.kind = EVENT_WATCH, .u.watch = {names + 1, 1, false}});
    assert_int_equal(stage->asked[EFFECT_SWEEP], before + 1);
}

static void what_is_opened_asks(void **state)
{
    static const uint32_t keys[] = {'\r', 'u', 'd', 'r', 'i'};
    struct stage *stage = *state;
    stage_scan(stage, two, 2);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        stage_draw(stage);
        nobody_within(stage, 1);
        stage_wait(stage, 300);
        unsigned before = stage->asked[EFFECT_SWEEP];
        stage_key(stage, keys[i]);
        assert_int_equal(stage->asked[EFFECT_SWEEP], before + 1);
        stage_key(stage, KEY_ESCAPE_CODE);
    }
}

/* Each takes 300 ms, so that 2 % are one in 15 s. */
static void a_key_that_asks_does_not_wait_for_credit(void **state)
{
    struct stage *stage = *state;
    stage_scan(stage, two, 2);
    for (int i = 0; i < 4; i++) { /* what was saved is spent */
        nobody_within(stage, 300);
        stage_gone(stage, "prices.shm");
        stage_look(stage, two, 1);
        until_asked(stage, 20000);
    }
    nobody_within(stage, 300);
    stage_look(stage, two, 1);
    stage_gone(stage, "psm_8d2f11aa");
    assert_int_equal(until_asked(stage, 5000), -1);
    for (int i = 0; i < 3; i++) {
        unsigned before = stage->asked[EFFECT_SWEEP];
        stage_key(stage, 'r');
        assert_int_equal(stage->asked[EFFECT_SWEEP], before + 1);
        stage_key(stage, 'r'); /* while it is under way: once more, a second after it began */
        stage_wait(stage, 300);
        nobody_within(stage, 300);
        assert_in_range(until_asked(stage, 5000), 690, 720);
        stage_wait(stage, 300);
        nobody_within(stage, 300);
        stage_wait(stage, 710);
    }
    stage_gone(stage, "prices.shm"); /* what keys took is missing then */
    stage_look(stage, two, 1);
    assert_int_equal(until_asked(stage, 25000), -1);
}

/* --- who ends --- */

static const struct stage_segment made[] = {{"prices.shm", 4096, .age = 9000},
                                            {"torch_882_1", 4096, .age = 9000},
                                            {"torch_900_1", 4096, .age = 9000}};

static const struct stage_holder holders[] = {
    {.name = "prices.shm", .pid = 881, .command = "train.py", .mapped = 1},
    {.name = "prices.shm", .pid = 882, .command = "dash", .mapped = 1}};

static void who_holds_or_made_something_is_attended_to(void **state)
{
    struct stage *stage = *state;
    stage_scan(stage, made, 3);
    assert_int_equal(stage->asked[EFFECT_ATTEND], 0);
    stage_sweep(stage, &(struct stage_sweep){holders, 2, .processes = 212});
    assert_int_equal(stage->asked[EFFECT_ATTEND], 1);
    const struct effect *effect = &stage->last[EFFECT_ATTEND];
    assert_int_equal(effect->u.attend.count, 2);
    assert_int_equal(effect->u.attend.list[0].pid, 882);
    assert_int_equal(effect->u.attend.list[1].pid, 881);
    assert_int_equal(effect->u.attend.list[1].started, stage_ticks(881));
    until_asked(stage, 60000);
    nobody_within(stage, 1);
    assert_int_equal(stage->last[EFFECT_ATTEND].u.attend.count, 0);
}

static void who_ended_is_shown_as_gone_at_once(void **state)
{
    struct stage *stage = *state;
    stage_scan(stage, made, 3);
    stage_sweep(stage, &(struct stage_sweep){holders, 2, .processes = 212});
    until_asked(stage, 60000);
    stage_sweep(stage, &(struct stage_sweep){holders, 2, .processes = 212}); /* calm */
    stage_type(stage, ":prices\r");
    stage_draw(stage);
    draw_assert_has(&stage->cells, "train.py");
    until_asked(stage, 60000);
    stage_sweep(stage, &(struct stage_sweep){holders, 2, .processes = 212});
    unsigned before = stage->asked[EFFECT_SWEEP];
    stage_exited(stage, 881);
    assert_true(app_is_dirty(stage->app));
    stage_draw(stage);
    draw_assert_lacks(&stage->cells, "train.py");
    draw_assert_has(&stage->cells, "mapped or open by 882 dash");
    assert_in_range(until_asked(stage, 5000), 0, 270); /* who else came */
    stage_exited(stage, 882);
    stage_draw(stage);
    draw_assert_has(&stage->cells, "deleting gives back 4.0K now");
    draw_assert_has(&stage->cells, "idle");
    stage_type(stage, ":torch_882\r");
    stage_draw(stage);
    draw_assert_has(&stage->cells, "leaked: creator pid 882 is gone");
    assert_int_equal(stage->asked[EFFECT_SWEEP], before + 1);
    nobody_within(stage, 1); /* it began before the last end */
    assert_in_range(until_asked(stage, 5000), 240, 270);
}

static void whose_end_changes_nothing_costs_nothing(void **state)
{
    struct stage *stage = *state;
    stage_scan(stage, made, 3);
    stage_sweep(stage, &(struct stage_sweep){holders, 2, .processes = 212});
    until_asked(stage, 60000);
    stage_sweep(stage, &(struct stage_sweep){holders, 2, .processes = 212});
    stage_draw(stage);
    stage_exited(stage, 4711);
    assert_false(app_is_dirty(stage->app));
    assert_false(stage->app->use.wanted);
}

static void the_list_of_holders_loses_who_ended(void **state)
{
    struct stage *stage = *state;
    stage_scan(stage, made, 3);
    stage_sweep(stage, &(struct stage_sweep){holders, 2, .processes = 212});
    stage_draw(stage);
    stage_type(stage, ":prices\ru");
    stage_draw(stage);
    draw_assert_has(&stage->cells, "Who holds prices.shm");
    stage_exited(stage, 881);
    stage_draw(stage);
    draw_assert_lacks(&stage->cells, "train.py");
    stage_exited(stage, 882);
    stage_draw(stage);
    draw_assert_has(&stage->cells, "nobody maps it or has it open");
}

/* Its watch stays until the memory came back. */
static void an_unlinked_one_goes_with_its_memory(void **state)
{
    struct stage *stage = *state;
    stage_scan(stage, made, 1);
    stage_sweep(stage, &(struct stage_sweep){holders, 1, .processes = 212});
    struct follow_target target = stage->last[EFFECT_FOLLOW].u.follow.targets[0];
    struct identity id = target.id;
    stage_tell(stage, &(struct event){.kind = EVENT_FOLLOWED,
                                      .token = target.serial,
                                      .u.followed = {.fd = -1, .watched = true}});
    stage_gone(stage, "prices.shm");
    unsigned before = stage->asked[EFFECT_FOLLOW];
    stage_exited(stage, 881);
    assert_int_equal(stage->asked[EFFECT_FOLLOW], before);
    stage_type(stage, ":prices\r");
    stage_draw(stage);
    draw_assert_has(&stage->cells, "its name is gone, and who held it has ended");
    draw_assert_has(&stage->cells, "who held it has ended: 4.0K come back unless another holds it");
    stage_tell(stage, &(struct event){.kind = EVENT_RELEASED, .u.released = {&id, 1, false}});
    stage_draw(stage);
    draw_assert_lacks(&stage->cells, "prices.shm");
}

static void a_key_ends_the_calm(void **state)
{
    struct stage *stage = *state;
    stage_scan(stage, two, 2);
    for (int i = 0; i < 12; i++) {
        nobody_within(stage, 1);
        assert_true(until_asked(stage, 20000) >= 0);
    }
    nobody_within(stage, 1);
    assert_int_equal(until_asked(stage, 5000), -1);
    stage_key(stage, 'j');
    assert_in_range(until_asked(stage, 5000), 0, 1000);
}

static void none_while_paused_or_absent(void **state)
{
    struct stage *stage = *state;
    stage_scan(stage, two, 2);
    nobody_within(stage, 1);
    stage_key(stage, 'Z');
    assert_int_equal(until_asked(stage, 40000), -1);
    stage_key(stage, 'Z');
    stage_scan(stage, two, 2);
    assert_int_equal(stage->asked[EFFECT_SWEEP], 2);
    nobody_within(stage, 1);
    stage_tell(stage, &(struct event){.kind = EVENT_FOLLOWING, .u.following = FOLLOW_ABSENT});
    assert_int_equal(until_asked(stage, 40000), -1);
}

static void a_failure_is_said_once(void **state)
{
    struct stage *stage = *state;
    stage_scan(stage, two, 2);
    for (int i = 0; i < 3; i++) {
        struct swept swept = {.error = {ENOENT, "cannot open /proc: No such file or directory"}};
        stage_tell(stage, &(struct event){.kind = EVENT_SWEPT, .u.swept = &swept});
        assert_true(until_asked(stage, 20000) >= 0);
    }
    assert_int_equal(messages_count(stage->app->messages), 1);
    assert_non_null(strstr(messages_text(stage->app->messages, 0), "cannot open /proc"));
}

/* --- what is shown --- */

static void the_detail_says_who_and_what_comes_back(void **state)
{
    struct stage *stage = *state;
    stage_scan(stage, two, 2);
    stage_tell(stage, &(struct event){.kind = EVENT_NAMED, .u.named = {1001, false, "bob"}});
    stage_sweep(stage, &(struct stage_sweep){one_holder, 1, .processes = 212});
    stage_draw(stage);
    stage_type(stage, ":prices\r");
    stage_draw(stage);
    draw_assert_has(&stage->cells, "881 train.py bob rw");
    draw_assert_has(&stage->cells, "deleting gives back nothing now, 4.0K when its process ends");
    nobody_within(stage, 1);
    stage_draw(stage);
    draw_assert_lacks(&stage->cells, "train.py");
    draw_assert_has(&stage->cells, "deleting gives back 4.0K now");
}

static void the_holders_are_listed_in_full(void **state)
{
    struct stage *stage = *state;
    struct stage_holder many[40];
    char commands[40][16];
    for (int i = 0; i < 40; i++) {
        snprintf(commands[i], sizeof commands[i], "worker%d", i);
        many[i] = (struct stage_holder){.name = "prices.shm",
                                        .pid = 100 + i,
                                        .command = commands[i],
                                        .uid = 1000,
                                        .mapped = 2,
                                        .open = 1,
                                        .age = 7200,
                                        .cmdline = "python3 -m worker --queue \x1b[2J",
                                        .unit = "dash.service"};
    }
    stage_scan(stage, two, 2);
    stage_sweep(stage, &(struct stage_sweep){many, 40, .processes = 50, .unread = 9,
                                             .reason = "not root: 9 of 50 processes could not be read"});
    stage_draw(stage);
    stage_type(stage, ":prices\ru");
    stage_draw(stage);
    draw_assert_has(&stage->cells, "Who holds prices.shm");
    draw_assert_has(&stage->cells, "worker0");
    draw_assert_has(&stage->cells, "2h00m ago");
    draw_assert_has(&stage->cells, "dash.service");
    draw_assert_has(&stage->cells, "--queue \\x1b[2J");
    draw_assert_has(&stage->cells, "not root: 9 of 50 processes could not be read");
    draw_assert_lacks(&stage->cells, "worker39");
    stage_key(stage, 'G');
    stage_draw(stage);
    draw_assert_has(&stage->cells, "worker39");
    /* The choice follows the process. */
    stage_sweep(stage, &(struct stage_sweep){many + 30, 10, .processes = 50});
    stage_draw(stage);
    draw_assert_has(&stage->cells, "pid 139 of 1000");
    nobody_within(stage, 1);
    stage_draw(stage);
    draw_assert_has(&stage->cells, "nobody maps it or has it open");
    stage_gone(stage, "prices.shm");
    stage_draw(stage);
    draw_assert_has(&stage->cells, "it is gone");
    stage_key(stage, 'q');
    stage_draw(stage);
    draw_assert_lacks(&stage->cells, "Who holds");
}

/* --- the lease --- */

static unsigned asked_held(const struct stage *stage)
{
    const struct effect *effect = &stage->last[EFFECT_LOOK];
    unsigned n = 0;
    for (size_t i = 0; i < effect->u.look.count; i++)
        n += effect->u.look.names[i].ask_held;
    return n;
}

static void doubt(struct stage *stage)
{
    stage_sweep(stage, &(struct stage_sweep){.processes = 50,
                                             .unread = 9,
                                             .reason = "not root: 9 of 50 processes could not be read"});
}

static void look_done(struct stage *stage)
{
    stage_tell(stage, &(struct event){.kind = EVENT_LOOK_DONE, .token = stage->last[EFFECT_LOOK].token});
}

/* Of own rows on screen alone, every 10 s at most. */
static void the_kernel_is_asked_where_the_sweep_left_a_doubt(void **state)
{
    struct stage *stage = *state;
    look_done(stage);
    stage_scan(stage, two, 2);
    stage_draw(stage);
    doubt(stage);
    stage_draw(stage);
    stage_wait(stage, 2000);
    assert_int_equal(asked_held(stage), 1); /* the other is another user's */
    look_done(stage);
    unsigned times = 0;
    for (int i = 0; i < 10; i++) {
        doubt(stage);
        stage_draw(stage);
        stage_wait(stage, 2000);
        times += asked_held(stage);
        look_done(stage);
    }
    assert_in_range(times, 1, 2);
    nobody_within(stage, 1); /* complete: no doubt */
    stage_wait(stage, 20000);
    assert_int_equal(asked_held(stage), 0);
}

static void the_end_of_a_holder_on_screen_is_looked_for_where_it_is_not_told(void **state)
{
    struct stage *stage = *state;
    look_done(stage);
    stage_scan(stage, two, 2);
    for (int i = 0; i < 2; i++) /* calm */
        stage_sweep(stage, &(struct stage_sweep){one_holder, 1, .processes = 212, .took = 20});
    stage_draw(stage);
    unsigned sweeps = stage->asked[EFFECT_SWEEP];
    stage->app->exits_room = 1; /* it is told */
    stage_wait(stage, APP_SLOW_MS);
    const struct effect *look = &stage->last[EFFECT_LOOK];
    assert_int_equal(look->u.look.pid_count, 0);
    look_done(stage);
    stage->app->exits_room = 0;
    stage_wait(stage, APP_SLOW_MS);
    assert_int_equal(look->u.look.pid_count, 1);
    assert_int_equal(look->u.look.pids[0], 881);
    assert_int_equal(stage->asked[EFFECT_SWEEP], sweeps);
    stage_tell(stage, &(struct event){.kind = EVENT_ENDED});
    stage_wait(stage, 1000);
    assert_int_equal(stage->asked[EFFECT_SWEEP], sweeps + 1);
}

/* --- memory that comes back --- */

static struct identity only_target(const struct stage *stage, enum effect_kind kind, uint64_t *ret_serial)
{
    const struct follow_list *list = &stage->last[kind].u.follow;
    assert_int_equal(list->count, 1);
    *ret_serial = list->targets[0].serial;
    return list->targets[0].id;
}

static void a_held_one_is_watched_by_its_name_and_goes_in_that_instant(void **state)
{
    struct stage *stage = *state;
    const struct stage_sweep held = {one_holder, 1, .processes = 212};
    uint64_t serial;
    stage_scan(stage, two, 2);
    stage_sweep(stage, &held);
    struct identity id = only_target(stage, EFFECT_FOLLOW, &serial);
    assert_string_equal(stage->last[EFFECT_FOLLOW].u.follow.targets[0].name, "prices.shm");
    stage_tell(
        stage,
        &(struct event){.kind = EVENT_FOLLOWED, .token = serial, .u.followed = {.fd = -1, .watched = true}});
    stage_sweep(stage, &held); /* once */
    assert_int_equal(stage->asked[EFFECT_FOLLOW], 1);
    stage_gone(stage, "prices.shm");
    stage_type(stage, ":prices\r");
    stage_draw(stage);
    draw_assert_has(&stage->cells, "4.0K come back when process 881 ends or lets go of it");
    draw_assert_lacks(&stage->cells, "cannot be watched for");
    stage_tell(stage, &(struct event){.kind = EVENT_RELEASED, .u.released = {&id, 1, false}});
    stage_draw(stage);
    draw_assert_lacks(&stage->cells, "prices.shm");
    assert_true(stage->last[EFFECT_LOOK].u.look.usage); /* how much came back */
    stage_tell(stage, &(struct event){.kind = EVENT_LOOK_DONE, .token = stage->last[EFFECT_LOOK].token});
    int looks = stage->asked[EFFECT_LOOK];
    stage_wait(stage, 99);
    assert_int_equal(stage->asked[EFFECT_LOOK], looks);
    stage_wait(stage, 1); /* the end is told before the memory is back */
    assert_int_equal(stage->asked[EFFECT_LOOK], looks + 1);
    assert_true(stage->last[EFFECT_LOOK].u.look.usage);
}

static void one_without_a_name_is_reached_through_its_holders(void **state)
{
    struct stage *stage = *state;
    const struct stage_holder gone = {.name = "old.shm",
                                      .pid = 77,
                                      .command = "worker",
                                      .mapped = 1,
                                      .deleted = true,
                                      .known = true,
                                      .size = 8192};
    uint64_t serial;
    stage_scan(stage, two, 2);
    stage_sweep(stage, &(struct stage_sweep){&gone, 1, .processes = 212});
    only_target(stage, EFFECT_REACH, &serial);
    assert_int_equal(stage->last[EFFECT_REACH].u.follow.targets[0].pids[0], 77);
    stage_tell(stage, &(struct event){.kind = EVENT_FOLLOWED, .token = serial, .u.followed.fd = -1});
    stage_type(stage, ":old\r");
    stage_draw(stage);
    draw_assert_has(&stage->cells, "8.0K come back when process 77 ends or lets go of it (cannot be watched");
    nobody_within(stage, 1);
    stage_draw(stage);
    draw_assert_lacks(&stage->cells, "old.shm");
}

static void very_many_held_ones_are_watched_bit_by_bit(void **state)
{
    struct stage *stage = *state;
    enum { MANY = 20000 };
    struct stage_segment *segments = calloc(MANY, sizeof *segments);
    struct stage_holder *held = calloc(MANY, sizeof *held);
    char(*names)[16] = calloc(MANY, sizeof *names);
    for (unsigned i = 0; i < MANY; i++) {
        snprintf(names[i], sizeof names[i], "s%u", i);
        segments[i] = (struct stage_segment){.name = names[i], .size = 1, .age = 9000, .inode = 1000 + i};
        held[i] = (struct stage_holder){
            .name = names[i], .pid = 7, .command = "many", .mapped = 1, .inode = 1000 + i};
    }
    stage_scan(stage, segments, MANY);
    stage_sweep(stage, &(struct stage_sweep){held, MANY, .processes = 9});
    size_t asked = 0;
    for (unsigned before = 0; asked < MANY;) {
        assert_true(stage->asked[EFFECT_FOLLOW] == before + 1);
        before++;
        const struct follow_list *list = &stage->last[EFFECT_FOLLOW].u.follow;
        assert_in_range(list->count, 1, 256);
        asked += list->count;
        for (size_t i = 0; i < list->count; i++)
            stage_tell(stage, &(struct event){.kind = EVENT_FOLLOWED,
                                              .token = list->targets[i].serial,
                                              .u.followed = {.fd = -1, .watched = true}});
        assert_int_equal(stage->asked[EFFECT_FOLLOW], before);
        assert_true(asked == MANY || app_due(stage->app) <= stage->now + 20);
        stage_tell(stage, &(struct event){.kind = EVENT_TICK});
    }
    assert_int_equal(asked, MANY);
    free(segments);
    free(held);
    free(names);
}

/* An unlinked one of this size, found by a sweep. */
static void sweep_old(struct stage *stage, uint64_t size)
{
    const struct stage_holder gone = {.name = "old.shm",
                                      .pid = 77,
                                      .command = "worker",
                                      .uid = 1234,
                                      .mapped = 1,
                                      .deleted = true,
                                      .known = true,
                                      .size = size};
    stage_sweep(stage, &(struct stage_sweep){&gone, 1, .processes = 212});
}

static void what_has_no_name_is_looked_into_once_for_each_change(void **state)
{
    struct stage *stage = *state;
    struct stage_segment found = {"old.shm", 8192, "f4", {16, 126}, .uid = 1234};
    uint64_t serial;
    stage_scan(stage, two, 2);
    sweep_old(stage, 8192);
    only_target(stage, EFFECT_REACH, &serial);
    assert_string_equal(stage->last[EFFECT_REACH].u.follow.targets[0].name, "old.shm");
    assert_int_equal(stage->last[EFFECT_NAMES].u.names.count, 1); /* no look by its name asks for them */
    assert_int_equal(stage->last[EFFECT_NAMES].u.names.ids[0], 1234);
    stage_reach(stage, &found);
    stage_type(stage, ":old\r");
    stage_draw(stage);
    draw_assert_has(&stage->cells, "16 × 126");
    draw_assert_lacks(&stage->cells, "np.load");
    assert_int_equal(stage->asked[EFFECT_REACH], 1);
    sweep_old(stage, 4096);
    sweep_old(stage, 4096); /* not twice at a time */
    assert_int_equal(stage->asked[EFFECT_REACH], 2);
    stage_draw(stage);
    draw_assert_lacks(&stage->cells, "16 × 126");
    found = (struct stage_segment){.name = "old.shm", .size = 4096, .unrecognised = true};
    stage_reach(stage, &found);
    sweep_old(stage, 4096);
    assert_int_equal(stage->asked[EFFECT_REACH], 2);
    stage_draw(stage);
    draw_assert_has(&stage->cells, "its bytes may not be");
}

static void one_that_was_not_looked_into_by_its_name_is_through_its_holders(void **state)
{
    struct stage *stage = *state;
    const struct stage_sweep held = {one_holder, 1, .processes = 212};
    struct stage_segment fresh = {"prices.shm",        4096, "f4", {1024}, .age = 9000, .uid = 1000,
                                  .unrecognised = true};
    uint64_t serial;
    stage_scan(stage, &fresh, 1);
    stage_sweep(stage, &held);
    only_target(stage, EFFECT_FOLLOW, &serial);
    stage_tell(
        stage,
        &(struct event){.kind = EVENT_FOLLOWED, .token = serial, .u.followed = {.fd = -1, .watched = true}});
    assert_int_equal(stage->asked[EFFECT_REACH], 0);
    unsigned looks = stage->asked[EFFECT_LOOK];
    stage_gone(stage, "prices.shm");
    only_target(stage, EFFECT_REACH, &serial);
    fresh.unrecognised = false;
    stage_reach(stage, &fresh);
    stage_type(stage, ":prices\r");
    stage_draw(stage);
    draw_assert_has(&stage->cells, "float32");
    for (unsigned i = looks; i < stage->asked[EFFECT_LOOK]; i++)
        assert_true(stage->last[EFFECT_LOOK].u.look.count == 0); /* never by a name that may be another's */
}

static void a_directory_that_is_gone_takes_its_deleted_ones_with_it(void **state)
{
    struct stage *stage = *state;
    const struct stage_holder held[] = {
        one_holder[0],
        {.name = "old.shm", .pid = 77, .command = "worker", .deleted = true, .known = true, .size = 8192},
        {.name = "older.shm", .pid = 77, .command = "worker", .deleted = true, .known = true, .size = 8192},
    };
    stage_scan(stage, two, 2);
    stage_sweep(stage, &(struct stage_sweep){held, 3, .processes = 212});
    assert_int_equal(catalog_count(stage->app->catalog), 4);
    stage_tell(stage, &(struct event){.kind = EVENT_FOLLOWING, .u.following = FOLLOW_ABSENT});
    stage_tell(stage, &(struct event){.kind = EVENT_SCANNED, .u.scanned.code = ENOENT});
    assert_int_equal(catalog_count(stage->app->catalog), 0);
}

static void what_nobody_holds_needs_no_watch_and_lost_watches_are_set_anew(void **state)
{
    struct stage *stage = *state;
    const struct stage_sweep held = {one_holder, 1, .processes = 212};
    uint64_t serial;
    stage_scan(stage, two, 2);
    stage_sweep(stage, &held);
    struct identity id = only_target(stage, EFFECT_FOLLOW, &serial);
    struct event watched = {
        .kind = EVENT_FOLLOWED, .token = serial, .u.followed = {.fd = -1, .watched = true}};
    stage_tell(stage, &watched);
    stage_tell(stage, &(struct event){.kind = EVENT_RELEASED, .u.released.lost = true});
    assert_int_equal(stage->asked[EFFECT_FOLLOW], 2);
    only_target(stage, EFFECT_FOLLOW, &serial);
    stage_tell(stage, &watched);
    nobody_within(stage, 1);
    assert_int_equal(stage->asked[EFFECT_FOLLOW], 3);
    assert_int_equal(stage->last[EFFECT_FOLLOW].u.follow.count, 0);
    assert_int_equal(stage->last[EFFECT_FOLLOW].u.follow.forget_count, 1);
    assert_true(identity_equal(&stage->last[EFFECT_FOLLOW].u.follow.forget[0], &id));
}

int main(void)
{
#define ON_STAGE(test) cmocka_unit_test_setup_teardown(test, open_stage, close_stage)
    const struct CMUnitTest tests[] = {
        ON_STAGE(the_first_comes_after_the_first_scan),
        ON_STAGE(a_calm_makes_them_seldom),
        ON_STAGE(a_change_asks_at_once),
        ON_STAGE(many_changes_take_2_per_cent),
        ON_STAGE(what_happens_to_a_held_one_asks),
        ON_STAGE(what_is_opened_asks),
        ON_STAGE(a_key_that_asks_does_not_wait_for_credit),
        ON_STAGE(who_holds_or_made_something_is_attended_to),
        ON_STAGE(who_ended_is_shown_as_gone_at_once),
        ON_STAGE(whose_end_changes_nothing_costs_nothing),
        ON_STAGE(the_list_of_holders_loses_who_ended),
        ON_STAGE(an_unlinked_one_goes_with_its_memory),
        ON_STAGE(a_key_ends_the_calm),
        ON_STAGE(none_while_paused_or_absent),
        ON_STAGE(a_failure_is_said_once),
        ON_STAGE(the_detail_says_who_and_what_comes_back),
        ON_STAGE(the_holders_are_listed_in_full),
        ON_STAGE(the_kernel_is_asked_where_the_sweep_left_a_doubt),
        ON_STAGE(the_end_of_a_holder_on_screen_is_looked_for_where_it_is_not_told),
        ON_STAGE(a_held_one_is_watched_by_its_name_and_goes_in_that_instant),
        ON_STAGE(one_without_a_name_is_reached_through_its_holders),
        ON_STAGE(very_many_held_ones_are_watched_bit_by_bit),
        ON_STAGE(what_has_no_name_is_looked_into_once_for_each_change),
        ON_STAGE(one_that_was_not_looked_into_by_its_name_is_through_its_holders),
        ON_STAGE(a_directory_that_is_gone_takes_its_deleted_ones_with_it),
        ON_STAGE(what_nobody_holds_needs_no_watch_and_lost_watches_are_set_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
