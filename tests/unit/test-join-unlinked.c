/*
 * Rows of what is unlinked, and of what is being loaded.
 */
#include "tests/support/test.h"

#include <sys/stat.h>

#include "tests/support/joined.h"

/* --- unlinked --- */

static void what_is_deleted_and_held_has_a_row(void **state)
{
    struct joined *f = *state;
    joined_put(f, "a", 1);
    joined_scope(f);
    struct sweep sweep = joined_complete();
    struct sweep_other *other = joined_add_held(&sweep, 2, "/dev/shm/old", 77);
    other->deleted = true;
    joined_know(other, 300);
    other = joined_add_held(&sweep, 3, "/dev/shm/old", 78); /* names may repeat */
    other->deleted = true;
    other->size = 4096;
    joined_add_held(&sweep, 4, "/dev/shm/d/e/deep", 78)->deleted = true;
    joined_add_held(&sweep, 5, "/elsewhere/x", 78)->deleted = true;
    joined_add_held(&sweep, 6, "/dev/shm2/x", 78)->deleted = true;
    joined_add_held(&sweep, 7, NULL, 78)->deleted = true;
    joined_add_held(&sweep, 8, "/dev/shm/d/in", 78)->deleted = true;
    joined_add_held(&sweep, 9, "/dev/shm/..", 78)->deleted = true;
    joined_add_held(&sweep, 10, "/dev/shm/named but not looked at yet", 78);
    other = joined_add_held(&sweep, 11, "/dev/shm/folder", 78);
    other->deleted = true;
    joined_know(other, 0);
    other->mode = S_IFDIR | 0700;
    joined_take(f, &sweep);
    joined_expect(f, "+old +old +d/in =a ");
    assert_int_equal(catalog_count(f->catalog), 4);
    assert_null(catalog_find(f->catalog, "old"));
    const struct row *measured = catalog_at(f->catalog, 1), *other_row = catalog_at(f->catalog, 2);
    assert_true(measured->unlinked && !measured->loading && !measured->unmeasured && !measured->in_directory);
    assert_int_equal(measured->state, STATE_UNLINKED);
    assert_int_equal(measured->allocated, 300);
    assert_int_equal(measured->mode, S_IFREG | 0640);
    assert_int_equal(measured->id.born, 100);
    assert_true(other_row->unlinked && other_row->unmeasured);
    assert_int_equal(other_row->size, 4096);
    assert_int_equal(other_row->allocated, 4096);
    assert_int_equal(catalog_totals(f->catalog)->count[STATE_UNLINKED], 3);
    assert_int_equal(catalog_totals(f->catalog)->bytes[STATE_UNLINKED], 4396);
    uint64_t serial = measured->serial;

    sweep = joined_complete();
    other = joined_add_held(&sweep, 2, "/dev/shm/old", 77);
    other->deleted = true; /* no longer permitted: what was measured stays */
    other->size = 4096;
    joined_take(f, &sweep);
    joined_expect(f, "-old -d/in ");
    const struct row *again = joined_unlinked_row(f, "old");
    assert_int_equal(again->serial, serial);
    assert_true(again->allocated == 300 && !again->unmeasured);
    sweep = joined_complete();
    joined_take(f, &sweep);
    joined_expect(f, "-old ");
    assert_int_equal(catalog_count(f->catalog), 1);
}

static void a_row_that_may_be_measured_later_learns_its_birth(void **state)
{
    struct joined *f = *state;
    joined_scope(f);
    for (int known = 0; known < 2; known++) {
        struct sweep sweep = joined_complete();
        struct sweep_other *other = joined_add_held(&sweep, 2, "/dev/shm/old", 77);
        other->deleted = true;
        other->size = 4096;
        if (known)
            joined_know(other, 300);
        joined_take(f, &sweep);
        joined_expect(f, known ? "=old " : "+old ");
    }
    const struct row *row = joined_unlinked_row(f, "old");
    assert_int_equal(row->id.born, 100);
    assert_int_equal(row->allocated, 300);
    assert_false(row->unmeasured);
}

static void only_a_mark_does_not_make_a_named_one_unlinked(void **state)
{
    struct joined *f = *state;
    joined_put(f, "x (deleted)", 1);
    joined_put(f, "loaded", 2);
    joined_scope(f);
    struct sweep sweep = joined_complete();
    joined_add_held(&sweep, 1, "/dev/shm/x", 77)->deleted = true;  /* a name that ends as the mark does */
    joined_add_held(&sweep, 2, "/dev/shm/#2", 78)->deleted = true; /* made unnamed, named since */
    joined_take(f, &sweep);
    assert_int_equal(catalog_count(f->catalog), 2);
    assert_int_equal(joined_row_of(f, "x (deleted)")->state, STATE_LIVE);
    assert_int_equal(joined_row_of(f, "loaded")->state, STATE_LIVE);
    sweep = joined_complete();
    struct sweep_other *other = joined_add_held(&sweep, 1, "/dev/shm/x", 77);
    other->deleted = true;
    joined_know(other, 30);
    other->id.born = 99; /* another file, which had this inode number before */
    joined_take(f, &sweep);
    assert_int_equal(joined_row_of(f, "x (deleted)")->state, STATE_IDLE);
    assert_int_equal(joined_unlinked_row(f, "x")->allocated, 30);
}

static void a_held_row_whose_name_goes_becomes_unlinked(void **state)
{
    struct joined *f = *state;
    joined_put_look(f, "d/held", 1, 7);
    joined_put(f, "free", 2);
    uint64_t serial = joined_row_of(f, "d/held")->serial;
    joined_row_of(f, "d/held")->marked = true;
    joined_sweep_with(f, 1, "/dev/shm/d/held");
    joined_gone(f, "d/held");
    joined_gone(f, "free");
    joined_expect(f, "~d/held -free ");
    const struct row *row = joined_unlinked_row(f, "d/held");
    assert_int_equal(row->serial, serial);
    assert_true(row->marked && row->recognised && !row->departing);
    assert_int_equal(row_dim(row, 0), 7);
    assert_int_equal(row->state, STATE_UNLINKED);
    assert_null(catalog_find(f->catalog, "d/held"));
    assert_int_equal(catalog_totals(f->catalog)->bytes[STATE_UNLINKED], 10);

    /* A rescan has nothing to say of it; the name may be another's. */
    catalog_scan_begin(f->catalog);
    joined_put(f, "d/held", 3);
    catalog_scan_end(f->catalog, 3000);
    joined_expect(f, "");
    assert_int_equal(catalog_count(f->catalog), 2);

    /* A sweep that began before the name went. */
    struct sweep sweep = joined_complete();
    joined_add_held(&sweep, 1, "/dev/shm/d/held", 77);
    joined_take(f, &sweep);
    assert_int_equal(joined_unlinked_row(f, "d/held")->serial, serial);
    /* And one that began after. */
    joined_scope(f);
    sweep = joined_complete();
    joined_add_held(&sweep, 1, "/dev/shm/d/held", 77)->deleted = true;
    f->log[0] = '\0';
    joined_take(f, &sweep);
    assert_int_equal(joined_unlinked_row(f, "d/held")->serial, serial);
    joined_scope(f);
    sweep = joined_complete();
    f->log[0] = '\0';
    joined_take(f, &sweep);
    joined_expect(f, "-d/held ");
}

static void one_that_was_moved_out_is_not_unlinked_for_long(void **state)
{
    struct joined *f = *state;
    joined_put(f, "a", 1);
    joined_sweep_with(f, 1, "/dev/shm/a");
    joined_gone(f, "a");
    joined_expect(f, "~a ");
    /* A sweep that began before says nothing of that. */
    struct sweep sweep = joined_complete();
    joined_add_held(&sweep, 1, "/dev/shm/a", 77);
    joined_take(f, &sweep);
    joined_expect(f, "");
    joined_sweep_with(f, 1, "/dev/shm/d/e/a"); /* it bears a name there */
    assert_int_equal(catalog_count(f->catalog), 0);
    assert_int_equal(catalog_totals(f->catalog)->bytes[STATE_UNLINKED], 0);

    /* One that was found unlinked, and linked elsewhere since. */
    joined_scope(f);
    sweep = joined_complete();
    joined_add_held(&sweep, 2, "/dev/shm/b", 77)->deleted = true;
    joined_take(f, &sweep);
    joined_expect(f, "+b ");
    joined_scope(f);
    sweep = joined_complete();
    joined_add_held(&sweep, 2, "/srv/b", 77);
    joined_take(f, &sweep);
    joined_expect(f, "^b ");
}

/* --- what lies in the unlinked --- */

static void assert_holds(const struct row *row, uint64_t n)
{
    assert_int_equal(row->layout, LAYOUT_NPY);
    assert_int_equal(row_rank(row), 1);
    assert_int_equal(row_dim(row, 0), n);
    assert_int_equal(row_dtype(row)->itemsize, 4);
    assert_int_equal(row_order(row), 'C');
}

static void sweep_unlinked(struct joined *f, uint64_t inode, uint64_t size)
{
    joined_scope(f);
    struct sweep sweep = joined_complete();
    struct sweep_other *other = joined_add_held(&sweep, inode, "/dev/shm/old", 77);
    other->deleted = true;
    if (size)
        joined_know(other, size);
    joined_take(f, &sweep);
}

static void one_that_was_recognised_keeps_what_it_knew(void **state)
{
    struct joined *f = *state;
    joined_put_look(f, "old", 1, 7);
    joined_sweep_with(f, 1, "/dev/shm/old");
    joined_gone(f, "old");
    assert_holds(joined_unlinked_row(f, "old"), 7);
    assert_false(row_wants_holders(joined_unlinked_row(f, "old")));
    joined_scope(f);
    struct sweep sweep = joined_complete();
    struct sweep_other *other = joined_add_held(&sweep, 1, "/dev/shm/old", 77);
    other->deleted = true;
    joined_know(other, 10);
    other->created = other->modified = WALL - 3600 * SECOND;
    other->mode = S_IFREG | 0600;
    other->uid = 0;
    joined_take(f, &sweep);
    assert_holds(joined_unlinked_row(f, "old"), 7);
    assert_false(row_wants_holders(joined_unlinked_row(f, "old")));
    sweep_unlinked(f, 1, 10); /* written since: to be looked at anew */
    assert_holds(joined_unlinked_row(f, "old"), 7);
    assert_true(row_wants_holders(joined_unlinked_row(f, "old")));
    sweep_unlinked(f, 1, 20); /* of another size: what was known is no longer so */
    assert_int_equal(joined_unlinked_row(f, "old")->layout, LAYOUT_UNKNOWN);
    assert_null(row_dtype(joined_unlinked_row(f, "old")));
}

static void one_that_was_not_looked_at_in_time_is_to_be_still(void **state)
{
    struct joined *f = *state;
    joined_put(f, "old", 1);
    joined_sweep_with(f, 1, "/dev/shm/old");
    assert_false(row_wants_holders(joined_row_of(f, "old"))); /* by its name */
    joined_gone(f, "old");
    assert_true(row_wants_holders(joined_unlinked_row(f, "old")));
}

static void what_is_found_unlinked_is_looked_at_once(void **state)
{
    struct joined *f = *state;
    sweep_unlinked(f, 1, 300);
    joined_expect(f, "+old ");
    const struct row *row = joined_unlinked_row(f, "old");
    assert_true(row_wants_holders(row));
    struct segment found = joined_look("old", 1, 7);
    found.allocated = 400;
    found.links = 0;
    catalog_take_unlinked(f->catalog, &found.id, &found, 4000);
    assert_null(found.matrix);
    joined_expect(f, "=old ");
    assert_holds(row, 7);
    assert_false(row_wants_holders(row));
    assert_true(row->unlinked && !row->unmeasured);
    assert_int_equal(row->grown, 4000);
    assert_int_equal(catalog_totals(f->catalog)->bytes[STATE_UNLINKED], 400);

    found = joined_look("old", 1, 7); /* another with this inode */
    struct identity id = {DEVICE, 1, 99};
    catalog_take_unlinked(f->catalog, &id, &found, 4000);
    joined_expect(f, "");
    id = (struct identity){DEVICE, 2, 100}; /* gone since */
    catalog_take_unlinked(f->catalog, &id, NULL, 4000);
    joined_put(f, "named", 2);
    catalog_take_unlinked(f->catalog, &id, NULL, 4000);
    joined_expect(f, "");
    assert_false(joined_row_of(f, "named")->recognised);
}

static void what_may_not_be_read_is_not_asked_for_again(void **state)
{
    struct joined *f = *state;
    sweep_unlinked(f, 1, 0);
    struct identity id = {DEVICE, 1, 0};
    catalog_take_unlinked(f->catalog, &id, NULL, 4000);
    joined_expect(f, "+old =old ");
    assert_false(row_wants_holders(joined_unlinked_row(f, "old")));
    sweep_unlinked(f, 1, 0);
    joined_expect(f, "");
    assert_false(row_wants_holders(joined_unlinked_row(f, "old")));
    sweep_unlinked(f, 1, 300); /* it may be asked now */
    assert_true(row_wants_holders(joined_unlinked_row(f, "old")));
}

static void a_matrix_under_way_is_not_looked_into(void **state)
{
    struct joined *f = *state;
    joined_scope(f);
    struct sweep sweep = joined_complete();
    struct sweep_other *other = joined_add_other(&sweep, 7, "/dev/shm/#7");
    other->deleted = true;
    joined_add_holder(&other->holders, 80, "shmtop");
    joined_take(f, &sweep);
    assert_true(joined_unlinked_row(f, "#7")->loading);
    assert_false(row_wants_holders(joined_unlinked_row(f, "#7")));
    struct segment found = joined_look("#7", 7, 7);
    catalog_take_unlinked(f->catalog, &found.id, &found, 4000);
    joined_expect(f, "+#7 ");
    assert_int_equal(joined_unlinked_row(f, "#7")->layout, LAYOUT_UNKNOWN);
}

static void of_several_names_the_last_one_makes_it_unlinked(void **state)
{
    struct joined *f = *state;
    catalog_begin(f->catalog, 1000);
    for (int i = 0; i < 2; i++) {
        struct segment one = joined_segment(i ? "b" : "a", 1);
        one.links = 2;
        catalog_put(f->catalog, &one);
    }
    catalog_commit(f->catalog);
    joined_sweep_with(f, 1, "/dev/shm/a");
    assert_int_equal(joined_row_of(f, "b")->state, STATE_LIVE);
    joined_gone(f, "a");
    joined_expect(f, "-a ");
    joined_gone(f, "b");
    joined_expect(f, "~b ");

    joined_put(f, "c", 2);
    struct segment linked = joined_segment("c", 2);
    linked.links = 2; /* the other name is where we do not look */
    catalog_begin(f->catalog, 1000);
    catalog_put(f->catalog, &linked);
    catalog_commit(f->catalog);
    joined_sweep_with(f, 2, "/dev/shm/c");
    joined_gone(f, "c");
    joined_expect(f, "-c ");
}

static void a_replaced_one_that_is_held_stays_beside_the_new(void **state)
{
    struct joined *f = *state;
    joined_put(f, "a", 1);
    joined_sweep_with(f, 1, "/dev/shm/a");
    struct segment anew = joined_segment("a", 2);
    catalog_begin(f->catalog, 2000);
    catalog_put(f->catalog, &anew);
    catalog_commit(f->catalog);
    joined_expect(f, "~a +a ");
    assert_int_equal(joined_row_of(f, "a")->id.inode, 2);
    assert_int_equal(joined_unlinked_row(f, "a")->id.inode, 1);
}

static void what_another_shmtop_loads_is_loading_until_it_has_its_name(void **state)
{
    struct joined *f = *state;
    joined_scope(f);
    struct sweep sweep = joined_complete();
    struct sweep_other *other = joined_add_other(&sweep, 7, "/dev/shm/#7");
    other->deleted = true;
    joined_know(other, 300);
    joined_add_holder(&other->holders, 80, "shmtop");
    joined_add_held(&sweep, 8, "/dev/shm/#8", 81)->deleted = true; /* anybody else's is what it looks like */
    other = joined_add_other(&sweep, 9, "/dev/shm/#7"); /* nor is one that only bears such a name */
    other->deleted = true;
    joined_add_holder(&other->holders, 80, "shmtop");
    joined_take(f, &sweep);
    joined_expect(f, "+#7 +#8 +#7 ");
    const struct row *row = catalog_at(f->catalog, 0);
    assert_true(row->loading && row->unlinked);
    assert_int_equal(row->state, STATE_LIVE);
    assert_int_equal(joined_unlinked_row(f, "#8")->state, STATE_UNLINKED);
    assert_false(catalog_at(f->catalog, 2)->loading);
    uint64_t serial = row->serial;

    struct segment named = joined_segment("prices.shm", 7);
    named.allocated = 300;
    catalog_begin(f->catalog, 2000);
    catalog_put(f->catalog, &named);
    catalog_commit(f->catalog);
    joined_expect(f, "#7>prices.shm ");
    row = joined_row_of(f, "prices.shm");
    assert_int_equal(row->serial, serial);
    assert_true(!row->loading && !row->unlinked && !row->recognised);
    joined_gone(f, "prices.shm");
    assert_null(catalog_find(f->catalog, "prices.shm"));
}

static void two_names_of_one_that_had_none_are_two_rows(void **state)
{
    struct joined *f = *state;
    joined_scope(f);
    struct sweep sweep = joined_complete();
    struct sweep_other *other = joined_add_held(&sweep, 7, "/dev/shm/#7", 80);
    other->deleted = true; /* its birth is not known */
    joined_take(f, &sweep);
    f->log[0] = '\0';
    catalog_begin(f->catalog, 2000);
    for (int i = 0; i < 2; i++) {
        struct segment one = joined_segment(i ? "b" : "a", 7);
        one.links = 2;
        catalog_put(f->catalog, &one);
    }
    catalog_commit(f->catalog);
    joined_expect(f, "#7>a +b ");
    assert_int_equal(catalog_count(f->catalog), 2);
    assert_int_equal(joined_row_of(f, "a")->id.born, 100);
    assert_int_equal(catalog_allocated(f->catalog), 10);
    assert_ptr_equal(catalog_find(f->catalog, "#7"), NULL);
}

static void through_another_mount_the_last_component_is_the_name(void **state)
{
    struct joined *f = *state;
    for (int whole = 0; whole < 2; whole++) {
        joined_scope(f);
        struct sweep sweep = joined_complete();
        joined_add_held(&sweep, 2, "/dev/shm/x", 77)->deleted = true;
        joined_add_held(&sweep, 3, "/srv/shm/d/y", 77)->deleted = true;
        joined_add_held(&sweep, 4, "/srv/shm/d/e/z", 77)->deleted = true;
        joined_take_in(f, &sweep, "/srv/shm", whole);
        joined_expect(f, whole ? "+x " : "+d/y ");
    }
    assert_non_null(joined_unlinked_row(f, "x"));
    assert_non_null(joined_unlinked_row(f, "d/y"));
}

static void what_is_released_goes(void **state)
{
    struct joined *f = *state;
    joined_put(f, "a", 1);
    joined_put(f, "b", 2);
    joined_scope(f);
    struct sweep sweep = joined_complete();
    joined_add_held(&sweep, 1, "/dev/shm/a", 77);
    joined_add_held(&sweep, 2, "/dev/shm/b", 77);
    joined_take(f, &sweep);
    f->log[0] = '\0';
    joined_gone(f, "a");
    catalog_released(f->catalog, &(struct identity){DEVICE, 1, 99}); /* not this one */
    joined_expect(f, "~a ");
    catalog_released(f->catalog, &(struct identity){DEVICE, 1, 100});
    joined_expect(f, "-a ");
    /* Before the name is known to be gone. */
    catalog_released(f->catalog, &(struct identity){DEVICE, 2, 100});
    joined_expect(f, "=b ");
    joined_gone(f, "b");
    joined_expect(f, "-b ");
    catalog_released(f->catalog, &(struct identity){DEVICE, 2, 100});
    joined_expect(f, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        JOINED_TEST(what_is_deleted_and_held_has_a_row),
        JOINED_TEST(a_row_that_may_be_measured_later_learns_its_birth),
        JOINED_TEST(only_a_mark_does_not_make_a_named_one_unlinked),
        JOINED_TEST(a_held_row_whose_name_goes_becomes_unlinked),
        JOINED_TEST(one_that_was_moved_out_is_not_unlinked_for_long),
        JOINED_TEST(one_that_was_recognised_keeps_what_it_knew),
        JOINED_TEST(one_that_was_not_looked_at_in_time_is_to_be_still),
        JOINED_TEST(what_is_found_unlinked_is_looked_at_once),
        JOINED_TEST(what_may_not_be_read_is_not_asked_for_again),
        JOINED_TEST(a_matrix_under_way_is_not_looked_into),
        JOINED_TEST(of_several_names_the_last_one_makes_it_unlinked),
        JOINED_TEST(a_replaced_one_that_is_held_stays_beside_the_new),
        JOINED_TEST(what_another_shmtop_loads_is_loading_until_it_has_its_name),
        JOINED_TEST(two_names_of_one_that_had_none_are_two_rows),
        JOINED_TEST(through_another_mount_the_last_component_is_the_name),
        JOINED_TEST(what_is_released_goes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
