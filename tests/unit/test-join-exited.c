/*
 * Who ended since the sweep.
 */
#include "tests/support/test.h"

#include <sys/stat.h>

#include "tests/support/joined.h"

/* --- who ended since --- */

static void exited(struct joined *f, pid_t pid)
{
    catalog_exited(f->catalog, &(struct process_id){pid, joined_ticks_of(pid)}, 1, 4000, WALL);
    joined_check_totals(f);
}

static void who_ended_holds_nothing(void **state)
{
    struct joined *f = *state;
    joined_put(f, "a", 1);
    joined_put(f, "b", 2);
    joined_put(f, "c", 3);
    struct sweep sweep = joined_complete();
    struct sweep_other *both = joined_add_held(&sweep, 1, "/dev/shm/a", 77);
    both->holders.list[0].cmdline = strdup("python3 -m dash");
    joined_add_holder(&both->holders, 78, "dash");
    joined_add_held(&sweep, 2, "/dev/shm/b", 78);
    joined_scope(f);
    joined_take(f, &sweep);
    f->log[0] = '\0';
    exited(f, 77);
    joined_expect(f, "=a ");
    assert_int_equal(joined_row_of(f, "a")->state, STATE_LIVE);
    assert_int_equal(joined_row_of(f, "a")->holders->count, 1);
    assert_int_equal(joined_row_of(f, "a")->holders->list[0].pid, 78);
    exited(f, 77); /* once */
    catalog_exited(f->catalog, &(struct process_id){78, joined_ticks_of(79)}, 1, 4000,
                   WALL); /* an older 78 */
    joined_expect(f, "");
    exited(f, 78);
    joined_expect(f, "=a =b ");
    assert_int_equal(joined_row_of(f, "a")->state, STATE_IDLE);
    assert_int_equal(joined_row_of(f, "b")->state, STATE_IDLE);
    assert_null(joined_row_of(f, "b")->holders);
    assert_int_equal(catalog_totals(f->catalog)->count[STATE_IDLE], 3);
}

static void a_directory_loses_whoever_ended_too(void **state)
{
    struct joined *f = *state;
    struct segment directory = joined_segment("dir", 9);
    directory.mode = S_IFDIR | 0700;
    catalog_begin(f->catalog, 1000);
    catalog_put(f->catalog, &directory);
    catalog_commit(f->catalog);
    joined_put(f, "dir/a", 1);
    joined_put(f, "dir/b", 2);
    struct sweep sweep = joined_complete();
    joined_add_held(&sweep, 1, "/dev/shm/dir/a", 77)->holders.list[0].unit = strdup("dash.service");
    joined_add_held(&sweep, 2, "/dev/shm/dir/b", 78);
    joined_scope(f);
    joined_take(f, &sweep);
    assert_int_equal(joined_row_of(f, "dir")->holders->count, 2);
    exited(f, 77);
    assert_int_equal(joined_row_of(f, "dir")->holders->count, 1);
    assert_int_equal(joined_row_of(f, "dir")->holders->list[0].pid, 78);
    exited(f, 78);
    assert_null(joined_row_of(f, "dir")->holders);
    assert_int_equal(joined_row_of(f, "dir")->state, STATE_IDLE);
}

/* That a lease was refused was so while it lived. */
static void what_a_lease_said_ends_with_a_holder(void **state)
{
    struct joined *f = *state;
    joined_put(f, "a", 1);
    joined_sweep_with(f, 1, "/dev/shm/a");
    catalog_take_held(f->catalog, joined_row_of(f, "a"), HELD_YES, WALL);
    exited(f, 77);
    assert_int_equal(joined_row_of(f, "a")->state, STATE_IDLE);
}

static void an_unlinked_one_without_holders_waits_for_its_memory(void **state)
{
    struct joined *f = *state;
    joined_put(f, "a", 1);
    joined_sweep_with(f, 1, "/dev/shm/a");
    joined_gone(f, "a");
    joined_expect(f, "~a ");
    exited(f, 77);
    joined_expect(f, "=a ");
    assert_int_equal(catalog_count(f->catalog), 1);
    assert_int_equal(catalog_at(f->catalog, 0)->state, STATE_UNLINKED);
    assert_null(catalog_at(f->catalog, 0)->holders);
    catalog_released(f->catalog, &(struct identity){DEVICE, 1, 100});
    joined_expect(f, "-a ");
}

static void a_load_whose_loader_ended_is_none(void **state)
{
    struct joined *f = *state;
    struct sweep sweep = joined_complete();
    struct sweep_other *other = joined_add_other(&sweep, 7, "/dev/shm/#7");
    other->deleted = true;
    joined_add_holder(&other->holders, 77, "shmtop");
    joined_scope(f);
    joined_take(f, &sweep);
    assert_true(catalog_at(f->catalog, 0)->loading);
    exited(f, 77);
    assert_false(catalog_at(f->catalog, 0)->loading);
    assert_int_equal(catalog_at(f->catalog, 0)->state, STATE_UNLINKED);
}

/* Sweeps these rows: the creator of the first is 77 alone, that of the second may be one of several. */
static void sweep_creators(struct joined *f)
{
    joined_put(f, "torch_77_1", 1);
    joined_put(f, "torch_78_1", 2);
    joined_scope(f);
    assert_int_equal(f->scope.creator_count, 2);
    struct sweep sweep = joined_complete();
    sweep.creators = calloc(2, sizeof *sweep.creators);
    sweep.bearers = calloc(2, sizeof *sweep.bearers);
    sweep.creators[0] = sweep.creators[1] = CREATOR_ALIVE;
    sweep.bearers[f->scope.creators[0].pid == 77 ? 0 : 1] = (struct process_id){1077, joined_ticks_of(1077)};
    joined_take(f, &sweep);
    f->log[0] = '\0';
}

static void a_creator_that_ended_is_gone(void **state)
{
    struct joined *f = *state;
    sweep_creators(f);
    sweep_scope_clear(&f->scope);
    catalog_scope(f->catalog, DEVICE, &f->scope); /* the next sweep is under way */
    exited(f, 77);                                /* its number is another's here */
    exited(f, 78);
    joined_expect(f, "");
    exited(f, 1077);
    joined_expect(f, "=torch_77_1 ");
    assert_int_equal(joined_row_of(f, "torch_77_1")->creator, CREATOR_GONE);
    assert_int_equal(joined_row_of(f, "torch_77_1")->state, STATE_LEAKED);
    assert_int_equal(joined_row_of(f, "torch_78_1")->creator, CREATOR_ALIVE);
}

static void a_later_row_in_the_place_of_one_keeps_its_creator(void **state)
{
    struct joined *f = *state;
    sweep_creators(f);
    joined_gone(f, "torch_77_1");
    joined_put(f, "torch_77_2", 3);
    exited(f, 1077);
    assert_int_equal(joined_row_of(f, "torch_77_2")->creator, CREATOR_UNKNOWN);
}

static void whose_end_matters_is_told_the_youngest_first(void **state)
{
    struct joined *f = *state;
    struct process_id *list;
    assert_int_equal(catalog_processes(f->catalog, &list), 0);
    free(list);
    joined_put(f, "a", 1);
    joined_put(f, "b", 2);
    joined_put(f, "torch_77_1", 3);
    joined_scope(f);
    struct sweep sweep = joined_complete();
    joined_add_held(&sweep, 1, "/dev/shm/a", 77);
    joined_add_holder(&sweep.others[0].holders, 90, "dash");
    joined_add_held(&sweep, 2, "/dev/shm/b", 77);
    joined_add_holder(&sweep.others[1].holders, 91, "of unknown age");
    sweep.others[1].holders.list[1].ticks = 0;
    joined_add_held(&sweep, 50, "/srv/elsewhere", 99);
    sweep.creators = calloc(1, sizeof *sweep.creators);
    sweep.bearers = calloc(1, sizeof *sweep.bearers);
    sweep.creators[0] = CREATOR_ALIVE;
    sweep.bearers[0] = (struct process_id){80, joined_ticks_of(80)};
    joined_take(f, &sweep);
    assert_int_equal(catalog_processes(f->catalog, &list), 3);
    assert_int_equal(list[0].pid, 90);
    assert_int_equal(list[1].pid, 80);
    assert_int_equal(list[2].pid, 77);
    assert_int_equal(list[2].started, joined_ticks_of(77));
    free(list);
    exited(f, 90);
    assert_int_equal(catalog_processes(f->catalog, &list), 2);
    free(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        JOINED_TEST(who_ended_holds_nothing),
        JOINED_TEST(a_directory_loses_whoever_ended_too),
        JOINED_TEST(what_a_lease_said_ends_with_a_holder),
        JOINED_TEST(an_unlinked_one_without_holders_waits_for_its_memory),
        JOINED_TEST(a_load_whose_loader_ended_is_none),
        JOINED_TEST(a_creator_that_ended_is_gone),
        JOINED_TEST(a_later_row_in_the_place_of_one_keeps_its_creator),
        JOINED_TEST(whose_end_matters_is_told_the_youngest_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
