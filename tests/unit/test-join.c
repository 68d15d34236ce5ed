/*
 * What a sweep says of the rows, and that the sums stay right whatever comes in whatever order.
 */
#include "tests/support/test.h"

#include <sys/stat.h>

#include "tests/support/joined.h"

/* --- states --- */

static void a_sweep_says_who_holds_each_row(void **state)
{
    struct joined *f = *state;
    joined_put(f, "a", 1);
    joined_put(f, "b", 2);
    assert_null(catalog_sweep(f->catalog));
    assert_int_equal(joined_row_of(f, "a")->state, STATE_UNKNOWN);
    joined_scope(f);
    assert_int_equal(f->scope.device, DEVICE);
    assert_int_equal(f->scope.owner_count, 1);
    assert_int_equal(f->scope.owners[0], 0);
    struct sweep sweep = joined_complete();
    joined_add_held(&sweep, 1, "/dev/shm/a", 77);
    joined_take(f, &sweep);
    joined_expect(f, "=a =b ");
    assert_int_equal(joined_row_of(f, "a")->state, STATE_LIVE);
    assert_int_equal(joined_row_of(f, "a")->holders->list[0].pid, 77);
    assert_int_equal(joined_row_of(f, "b")->state, STATE_IDLE);
    assert_null(joined_row_of(f, "b")->holders);
    assert_false(joined_row_of(f, "b")->doubtful);
    assert_int_equal(catalog_totals(f->catalog)->bytes[STATE_LIVE], 10);

    sweep = joined_complete();
    joined_add_held(&sweep, 1, "/dev/shm/a", 77);
    joined_take(f, &sweep);
    joined_expect(f, ""); /* the same again */
    sweep = joined_complete();
    joined_add_held(&sweep, 1, "/dev/shm/a", 78);
    joined_take(f, &sweep);
    joined_expect(f, "=a ");
    sweep = joined_complete();
    joined_take(f, &sweep);
    joined_expect(f, "=a ");
    assert_int_equal(joined_row_of(f, "a")->state, STATE_IDLE);
    assert_int_equal(catalog_totals(f->catalog)->count[STATE_IDLE], 2);
}

static void what_came_after_the_sweep_began_is_not_judged_by_it(void **state)
{
    struct joined *f = *state;
    joined_put(f, "a", 1);
    joined_scope(f);
    joined_put(f, "late", 2);
    joined_put(f, "later", 3);
    struct sweep sweep = joined_complete();
    joined_add_held(&sweep, 3, "/dev/shm/later", 77);
    joined_take(f, &sweep);
    assert_int_equal(joined_row_of(f, "a")->state, STATE_IDLE);
    assert_int_equal(joined_row_of(f, "late")->state, STATE_UNKNOWN);
    assert_int_equal(joined_row_of(f, "later")->state, STATE_LIVE);
    joined_put(f, "newest", 4);
    assert_int_equal(joined_row_of(f, "newest")->state, STATE_UNKNOWN);
    joined_scope(f);
    sweep = joined_complete();
    joined_take(f, &sweep);
    assert_int_equal(joined_row_of(f, "late")->state, STATE_IDLE);
    assert_int_equal(joined_row_of(f, "newest")->state, STATE_IDLE);
}

static void a_creator_that_is_gone_makes_it_leaked_under_the_name_that_was_asked_about(void **state)
{
    struct joined *f = *state;
    joined_put(f, "torch_4711_1_0", 1);
    joined_put(f, "plain", 2);
    joined_put(f, "torch_4712_1_0", 3);
    joined_scope(f);
    assert_int_equal(f->scope.creator_count, 2);
    assert_int_equal(f->scope.creators[0].pid, 4711);
    assert_int_equal(f->scope.creators[0].born, WALL - 3600 * SECOND);
    struct sweep sweep = joined_complete();
    sweep.creators = calloc(2, sizeof *sweep.creators);
    sweep.creators[0] = sweep.creators[1] = CREATOR_GONE;

    struct segment renamed = joined_segment("torch_4713_1_0", 3);
    catalog_begin(f->catalog, 2000);
    catalog_gone(f->catalog, "torch_4712_1_0");
    catalog_put(f->catalog, &renamed);
    catalog_commit(f->catalog);
    joined_take(f, &sweep);
    assert_int_equal(joined_row_of(f, "torch_4711_1_0")->state, STATE_LEAKED);
    assert_int_equal(joined_row_of(f, "plain")->state, STATE_IDLE);
    assert_int_equal(joined_row_of(f, "torch_4713_1_0")->creator, CREATOR_UNKNOWN);
    assert_int_equal(joined_row_of(f, "torch_4713_1_0")->state, STATE_IDLE);
}

static void a_row_that_took_the_place_of_one_asked_about_is_not_given_its_answer(void **state)
{
    struct joined *f = *state;
    joined_put(f, "torch_4711_1_0", 1);
    joined_scope(f);
    joined_gone(f, "torch_4711_1_0");
    joined_put(f, "torch_4711_1_1", 2); /* the same pid, another segment */
    struct sweep sweep = joined_complete();
    sweep.creators = calloc(1, sizeof *sweep.creators);
    sweep.creators[0] = CREATOR_GONE;
    joined_take(f, &sweep);
    assert_int_equal(joined_row_of(f, "torch_4711_1_1")->creator, CREATOR_UNKNOWN);
    assert_int_equal(joined_row_of(f, "torch_4711_1_1")->state, STATE_UNKNOWN);
}

static void an_old_one_of_a_producer_that_leaves_none_is_stale(void **state)
{
    struct joined *f = *state;
    joined_put(f, "psm_8d2f11aa", 1);
    joined_scope(f);
    struct sweep sweep = joined_complete();
    joined_take(f, &sweep);
    assert_int_equal(joined_row_of(f, "psm_8d2f11aa")->state, STATE_STALE);
}

static void a_lease_settles_what_an_incomplete_sweep_left_in_doubt(void **state)
{
    struct joined *f = *state;
    joined_put(f, "a", 1);
    joined_scope(f);
    struct sweep sweep = {.processes = 10, .unread = 3, .sees_all = true};
    joined_take(f, &sweep);
    struct row *row = joined_row_of(f, "a");
    assert_true(row->state == STATE_IDLE && row->doubtful);
    f->log[0] = '\0';
    catalog_take_held(f->catalog, row, HELD_NO, WALL);
    joined_expect(f, "=a ");
    assert_true(row->state == STATE_IDLE && !row->doubtful);
    catalog_take_held(f->catalog, row, HELD_NO, WALL);
    joined_expect(f, "");
    catalog_take_held(f->catalog, row, HELD_YES, WALL);
    joined_expect(f, "=a ");
    assert_true(row->state == STATE_LIVE && !row->doubtful);

    /* It stays over more such sweeps for a while, and not over one that misses nobody. */
    for (int i = 0; i < 3; i++) {
        sweep = (struct sweep){.processes = 10, .unread = 3};
        joined_take(f, &sweep);
        assert_int_equal(row->state, STATE_LIVE);
    }
    sweep = (struct sweep){.processes = 10, .unread = 3};
    catalog_take_sweep(f->catalog, &sweep, "/dev/shm", false, 3000 + (CATALOG_HELD_S + 1) * 1000, WALL);
    assert_true(row->state == STATE_IDLE && row->doubtful);
    catalog_take_held(f->catalog, row, HELD_YES, WALL);
    sweep = joined_complete();
    joined_take(f, &sweep);
    assert_true(row->state == STATE_IDLE && !row->doubtful);
}

static void a_change_makes_what_the_lease_said_old(void **state)
{
    struct joined *f = *state;
    joined_put(f, "a", 1);
    joined_scope(f);
    struct sweep sweep = {.processes = 10, .unread = 3};
    joined_take(f, &sweep);
    catalog_take_held(f->catalog, joined_row_of(f, "a"), HELD_NO, WALL);
    struct segment grown = joined_segment("a", 1);
    grown.allocated = 50;
    catalog_begin(f->catalog, 2000);
    catalog_put(f->catalog, &grown);
    catalog_commit(f->catalog);
    assert_int_equal(joined_row_of(f, "a")->held, HELD_UNKNOWN);
    assert_true(joined_row_of(f, "a")->doubtful);
    assert_int_equal(catalog_totals(f->catalog)->bytes[STATE_IDLE], 50);
}

static void an_owner_without_a_process_is_said_only_where_all_are_seen(void **state)
{
    struct joined *f = *state;
    joined_put(f, "a", 1); /* of uid 0 */
    for (int sees_all = 0; sees_all < 2; sees_all++) {
        struct sweep sweep = joined_complete();
        sweep.sees_all = sees_all;
        sweep.ownerless_count = 1;
        sweep.ownerless = calloc(1, sizeof *sweep.ownerless);
        joined_take(f, &sweep);
        assert_int_equal(joined_row_of(f, "a")->ownerless, sees_all);
    }
    struct sweep sweep = joined_complete();
    joined_take(f, &sweep);
    assert_false(joined_row_of(f, "a")->ownerless);
}

static void a_directory_is_held_by_who_holds_something_in_it(void **state)
{
    struct joined *f = *state;
    struct segment directory = joined_segment("d", 1);
    directory.mode = S_IFDIR | 0755;
    directory.allocated = 20;
    catalog_begin(f->catalog, 1000);
    catalog_put(f->catalog, &directory);
    catalog_commit(f->catalog);
    joined_put(f, "d/x", 2);
    joined_put(f, "d/y", 3);
    joined_put(f, "e", 4);
    joined_scope(f);
    struct sweep sweep = joined_complete();
    struct sweep_other *other = joined_add_held(&sweep, 2, "/dev/shm/d/x", 70);
    joined_add_holder(&other->holders, 90, "dash");
    other = joined_add_held(&sweep, 3, "/dev/shm/d/y", 70);
    other->holders.list[0].writable = true;
    joined_add_holder(&other->holders, 80, "dash");
    joined_take(f, &sweep);
    const struct holders *holders = joined_row_of(f, "d")->holders;
    assert_int_equal(joined_row_of(f, "d")->state, STATE_LIVE);
    assert_int_equal(holders->count, 3);
    assert_int_equal(holders->list[0].pid, 70);
    assert_int_equal(holders->list[0].mapped, 2);
    assert_true(holders->list[0].writable);
    assert_int_equal(holders->list[1].pid, 80);
    assert_int_equal(holders->list[2].pid, 90);
    assert_int_equal(catalog_totals(f->catalog)->bytes[STATE_LIVE], 20);
    sweep = joined_complete();
    joined_add_held(&sweep, 9, "/dev/shm/d/deep/z", 91); /* has no row */
    joined_add_held(&sweep, 10, "/dev/shm/e/z", 92);
    joined_add_held(&sweep, 11, "/dev/shm/gone/z", 92);
    joined_add_held(&sweep, 12, "/dev/shmd/d/z", 92);
    joined_add_held(&sweep, 13, "/dev/shm/d", 92);
    joined_take(f, &sweep);
    assert_int_equal(joined_row_of(f, "d")->holders->count, 1);
    assert_int_equal(joined_row_of(f, "d")->holders->list[0].pid, 91);
    assert_null(joined_row_of(f, "e")->holders);
    sweep = joined_complete();
    joined_take(f, &sweep);
    assert_null(joined_row_of(f, "d")->holders);
    assert_int_equal(joined_row_of(f, "d")->state, STATE_IDLE);
}

static void growth_counts_from_when_a_row_was_first_seen(void **state)
{
    struct joined *f = *state;
    catalog_scan_begin(f->catalog);
    joined_put(f, "before", 1);
    catalog_scan_end(f->catalog, 1000);
    joined_put(f, "under our eyes", 2);
    assert_int_equal(joined_row_of(f, "before")->first_allocated, 10);
    assert_int_equal(joined_row_of(f, "under our eyes")->first_allocated, 0);
}

/* --- anything in any order --- */

static uint32_t random_below(uint32_t n)
{
    static uint32_t random = 20261126;
    random = random * 1664525 + 1013904223;
    return (random >> 8) % n;
}

static const char *random_name(void)
{
    static const char *const names[] = {"a",   "b",    "c",  "d",           "d/a",
                                        "d/b", "d/#3", "#3", "torch_7_1_0", "psm_00000000"};
    return names[random_below(sizeof names / sizeof names[0])];
}

static struct segment random_segment(void)
{
    const char *name = random_name();
    bool directory = strcmp(name, "d") == 0;
    struct segment one = joined_segment(name, directory ? 99 : 1 + random_below(6));
    one.id.born = 100 + random_below(8) / 7;
    one.allocated = random_below(4);
    one.links = 1 + random_below(6) / 5;
    one.mode = directory ? S_IFDIR | 0755 : S_IFREG | 0644;
    return one;
}

static void random_batch(struct joined *f)
{
    catalog_begin(f->catalog, 1000);
    for (uint32_t n = random_below(6); n > 0; n--) {
        struct segment one = random_segment();
        if (random_below(2))
            catalog_gone(f->catalog, random_name());
        catalog_put(f->catalog, &one);
    }
    catalog_commit(f->catalog);
}

static struct sweep random_sweep(const struct joined *f)
{
    struct sweep sweep = {.complete = random_below(2), .sees_all = random_below(2), .processes = 10};
    for (uint64_t inode = 1; inode < 100; inode += inode == 6 ? 93 : 1) {
        if (random_below(2))
            continue;
        char path[64];
        snprintf(path, sizeof path, "%s/%s", random_below(8) ? "/dev/shm" : "/srv", random_name());
        struct sweep_other *other = joined_add_held(&sweep, inode, random_below(8) ? path : NULL, 70);
        other->deleted = random_below(2);
        if (random_below(2))
            joined_add_holder(&other->holders, 80, "shmtop");
        if (random_below(2))
            joined_know(other, random_below(4));
    }
    sweep.creators = calloc(f->scope.creator_count + 1, sizeof *sweep.creators);
    sweep.bearers = calloc(f->scope.creator_count + 1, sizeof *sweep.bearers);
    for (size_t i = 0; i < f->scope.creator_count; i++) {
        sweep.creators[i] = random_below(3);
        if (sweep.creators[i] == CREATOR_ALIVE && random_below(2))
            sweep.bearers[i] = (struct process_id){80, joined_ticks_of(80)};
    }
    return sweep;
}

static void check_rows(const struct joined *f)
{
    for (size_t i = 0; i < catalog_count(f->catalog); i++) {
        const struct row *row = catalog_at(f->catalog, i), *named = catalog_find(f->catalog, row->name);
        assert_ptr_equal(catalog_by_serial(f->catalog, row->serial), row);
        assert_true(row->unlinked ? named != row : named == row);
        assert_true(!row->unlinked || !row->in_directory);
        assert_true(!row->loading || row->unlinked);
        assert_int_equal(row->state == STATE_UNLINKED, row->unlinked && !row->loading);
        assert_true(!row->holders || row->holders->count > 0);
        assert_true(!row->departing);
    }
}

static void a_storm_of_names_and_sweeps_leaves_the_sums_right(void **state)
{
    struct joined *f = *state;
    for (int round = 0; round < 20000; round++) {
        f->log[0] = '\0';
        uint32_t what = random_below(11);
        if (what < 4) {
            random_batch(f);
        } else if (what < 5) {
            catalog_scan_begin(f->catalog);
            random_batch(f);
            catalog_scan_end(f->catalog, 1000);
        } else if (what < 8) {
            if (random_below(4))
                joined_scope(f);
            struct sweep sweep = random_sweep(f);
            f->log[0] = '\0';
            joined_take_in(f, &sweep, random_below(8) ? "/dev/shm" : NULL, random_below(2));
        } else if (what < 9) {
            struct segment found = joined_look("", 1 + random_below(6), random_below(3));
            struct identity id = found.id;
            catalog_take_unlinked(f->catalog, &id, random_below(2) ? &found : NULL, 4000);
            segment_clear(&found);
            if (random_below(2))
                catalog_released(f->catalog, &id);
        } else if (what < 10) {
            const struct process_id both[] = {{80, joined_ticks_of(80)}, {70, joined_ticks_of(70)}};
            catalog_exited(f->catalog, both + random_below(2), 1, 3000, WALL);
            joined_check_totals(f);
        } else {
            struct row *row = catalog_find(f->catalog, random_name());
            if (row)
                catalog_take_held(f->catalog, row, (enum held)random_below(3), WALL);
        }
        check_rows(f);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        JOINED_TEST(a_sweep_says_who_holds_each_row),
        JOINED_TEST(what_came_after_the_sweep_began_is_not_judged_by_it),
        JOINED_TEST(a_creator_that_is_gone_makes_it_leaked_under_the_name_that_was_asked_about),
        JOINED_TEST(a_row_that_took_the_place_of_one_asked_about_is_not_given_its_answer),
        JOINED_TEST(an_old_one_of_a_producer_that_leaves_none_is_stale),
        JOINED_TEST(a_lease_settles_what_an_incomplete_sweep_left_in_doubt),
        JOINED_TEST(a_change_makes_what_the_lease_said_old),
        JOINED_TEST(an_owner_without_a_process_is_said_only_where_all_are_seen),
        JOINED_TEST(a_directory_is_held_by_who_holds_something_in_it),
        JOINED_TEST(growth_counts_from_when_a_row_was_first_seen),
        JOINED_TEST(a_storm_of_names_and_sweeps_leaves_the_sums_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
