#include "tests/support/test.h"

#include <sys/stat.h>

#include "core/catalog/journal.h"

#define WALL (INT64_C(1000000) * 1000000000)

struct fixture {
    struct catalog *catalog;
    struct journal *journal;
    int64_t now;
    char log[4096];
};

static void note(void *context, const struct change *change)
{
    struct fixture *f = context;
    journal_change(f->journal, change);
}

static void set_time(struct fixture *f, int64_t now)
{
    f->now = now;
    journal_set_time(f->journal, now, WALL + now * 1000000);
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    f->catalog = catalog_new(NULL, note, f);
    f->journal = journal_new();
    set_time(f, 1000);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    catalog_free(f->catalog);
    journal_free(f->journal);
    free(f);
    return 0;
}

static struct segment segment(const char *name, uint64_t inode, uint64_t size)
{
    return (struct segment){
        .name = strdup(name),
        .id = {.device = 5, .inode = inode, .born = 100},
        .size = size,
        .allocated = size,
        .created = WALL,
        .modified = WALL,
        .mode = S_IFREG | 0600,
        .links = 1,
        .recognised = true,
        .layout = LAYOUT_RAW,
    };
}

static struct segment with_matrix(struct segment segment, const char *type, uint64_t dim)
{
    segment.layout = LAYOUT_NPY;
    segment.matrix = calloc(1, sizeof *segment.matrix);
    assert_int_equal(dtype_parse(type, &segment.matrix->dtype, NULL), 0);
    segment.matrix->order = 'C';
    segment.matrix->rank = 1;
    segment.matrix->offset = 128;
    segment.matrix->shape[0] = dim;
    return segment;
}

static struct segment damaged(struct segment segment)
{
    segment.layout = LAYOUT_NPY;
    segment.damage = strdup("cut short");
    return segment;
}

static void put(struct fixture *f, struct segment segment)
{
    catalog_begin(f->catalog, f->now);
    catalog_put(f->catalog, &segment);
    catalog_commit(f->catalog);
}

static void gone(struct fixture *f, const char *name)
{
    catalog_begin(f->catalog, f->now);
    catalog_gone(f->catalog, name);
    catalog_commit(f->catalog);
}

/* "created a 10; renamed b 10 from a; " */
static void expect(struct fixture *f, const char *log)
{
    static const char *const words[] = {"created", "resized", "described", "renamed", "deleted", "released"};
    struct journal_event event;
    f->log[0] = '\0';
    while (journal_take(f->journal, &event)) {
        size_t at = strlen(f->log);
        snprintf(f->log + at, sizeof f->log - at, "%s %s %d%s%s; ", words[event.kind], event.row.name,
                 (int)event.row.size, event.old_name ? " from " : "", event.old_name ? event.old_name : "");
        assert_true(event.wall >= WALL);
        journal_event_clear(&event);
    }
    assert_string_equal(f->log, log);
}

static void tick(struct fixture *f, int64_t now)
{
    set_time(f, now);
    journal_tick(f->journal, f->catalog);
}

static void what_was_there_is_not_told(void **state)
{
    struct fixture *f = *state;
    put(f, segment("a", 1, 10));
    journal_start(f->journal);
    expect(f, "");
    put(f, segment("b", 2, 20));
    expect(f, "created b 20; ");
    put(f, segment("a", 1, 10));
    tick(f, 9000);
    expect(f, "");
}

static void a_size_is_told_once_it_rests(void **state)
{
    struct fixture *f = *state;
    journal_start(f->journal);
    put(f, segment("a", 1, 0));
    expect(f, "created a 0; ");
    assert_true(journal_due(f->journal) == INT64_MAX);
    put(f, segment("a", 1, 10));
    expect(f, "");
    assert_int_equal(journal_due(f->journal), 1000 + JOURNAL_QUIET);
    tick(f, 1050);
    put(f, segment("a", 1, 20));
    tick(f, 1100);
    expect(f, "");
    tick(f, 1150);
    expect(f, "resized a 20; ");
    assert_true(journal_due(f->journal) == INT64_MAX);
}

static void a_size_that_never_rests_is_told_now_and_then(void **state)
{
    struct fixture *f = *state;
    journal_start(f->journal);
    put(f, segment("a", 1, 0));
    expect(f, "created a 0; ");
    for (int i = 1; i <= 30; i++) {
        set_time(f, 1000 + i * 50);
        put(f, segment("a", 1, (uint64_t)i));
        journal_tick(f->journal, f->catalog);
    }
    expect(f, "resized a 21; ");
    tick(f, 9000);
    expect(f, "resized a 30; ");
}

static void a_size_that_came_back_is_no_change(void **state)
{
    struct fixture *f = *state;
    journal_start(f->journal);
    put(f, segment("a", 1, 5));
    put(f, segment("a", 1, 10));
    put(f, segment("a", 1, 5));
    tick(f, 9000);
    expect(f, "created a 5; ");
}

static void a_description_is_told_when_it_is_whole(void **state)
{
    struct fixture *f = *state;
    journal_start(f->journal);
    put(f, segment("a", 1, 0));
    put(f, damaged(segment("a", 1, 128)));
    expect(f, "created a 0; ");
    put(f, with_matrix(segment("a", 1, 208), "<f8", 10));
    expect(f, "resized a 208; described a 208; ");
    put(f, damaged(segment("a", 1, 208)));
    put(f, with_matrix(segment("a", 1, 208), "<f8", 10));
    tick(f, 9000);
    expect(f, "");
    put(f, with_matrix(segment("a", 1, 208), "<i8", 10));
    expect(f, "described a 208; ");
    put(f, with_matrix(segment("a", 1, 208), "<i8", 9));
    expect(f, "described a 208; ");
    put(f, segment("a", 1, 208));
    expect(f, "described a 208; ");
    put(f, segment("a", 1, 208));
    expect(f, "");
    put(f, with_matrix(segment("b", 2, 208), "<f8", 10));
    expect(f, "created b 208; ");
}

static void a_rename_tells_both_names(void **state)
{
    struct fixture *f = *state;
    journal_start(f->journal);
    put(f, segment("a", 1, 10));
    catalog_begin(f->catalog, 1000);
    catalog_gone(f->catalog, "a");
    struct segment moved = segment("b", 1, 10);
    catalog_put(f->catalog, &moved);
    catalog_commit(f->catalog);
    expect(f, "created a 10; renamed b 10 from a; ");
}

static void a_replacement_is_a_deletion_and_a_creation(void **state)
{
    struct fixture *f = *state;
    journal_start(f->journal);
    put(f, segment("a", 1, 10));
    put(f, segment("a", 2, 20));
    expect(f, "created a 10; deleted a 10; created a 20; ");
    assert_true(journal_is_waiting(f->journal, &(struct identity){5, 1, 100}));
    journal_released(f->journal, &(struct identity){5, 1, 100});
    expect(f, "released a 10; ");
    journal_released(f->journal, &(struct identity){5, 1, 100});
    expect(f, "");
}

static void a_release_may_be_told_before_the_deletion(void **state)
{
    struct fixture *f = *state;
    journal_start(f->journal);
    put(f, segment("a", 1, 10));
    journal_released(f->journal, &(struct identity){5, 1, 100});
    gone(f, "a");
    expect(f, "created a 10; deleted a 10; released a 10; ");
    assert_false(journal_is_waiting(f->journal, &(struct identity){5, 1, 100}));
}

static void what_has_no_memory_of_its_own_is_released_at_once(void **state)
{
    struct fixture *f = *state;
    struct segment directory = segment("d", 1, 10);
    directory.mode = S_IFDIR | 0700;
    directory.layout = LAYOUT_DIRECTORY;
    journal_start(f->journal);
    put(f, directory);
    gone(f, "d");
    expect(f, "created d 10; deleted d 10; released d 10; ");
}

static void forget(void *context, const struct row *row)
{
    struct fixture *f = context;
    strcat(f->log, row->name);
    journal_forget(f->journal, &row->id);
}

static void what_no_one_can_tell_is_forgotten(void **state)
{
    struct fixture *f = *state;
    journal_start(f->journal);
    put(f, segment("a", 1, 10));
    put(f, segment("b", 2, 10));
    put(f, segment("c", 1, 10)); /* another link */
    gone(f, "a");
    gone(f, "b");
    gone(f, "c");
    expect(f, "created a 10; created b 10; created c 10; deleted a 10; deleted b 10; deleted c 10; ");
    journal_each_waiting(f->journal, forget, f);
    assert_int_equal(strlen(f->log) >= 2, 1);
    assert_false(journal_is_waiting(f->journal, &(struct identity){5, 1, 100}));
    assert_false(journal_is_waiting(f->journal, &(struct identity){5, 2, 100}));
    expect(f, "");
}

/* A place of the catalog is used again: what was said of the one before is not said of the next. */
static void places_are_used_again(void **state)
{
    struct fixture *f = *state;
    journal_start(f->journal);
    put(f, with_matrix(segment("a", 1, 208), "<f8", 10));
    put(f, with_matrix(segment("a", 1, 300), "<f8", 10));
    gone(f, "a");
    put(f, with_matrix(segment("b", 2, 208), "<f8", 10));
    put(f, with_matrix(segment("b", 2, 208), "<f4", 10));
    tick(f, 9000);
    expect(f, "created a 208; deleted a 300; created b 208; described b 208; ");
}

static void take_sweep_that(struct fixture *f, const char *path, bool deleted)
{
    struct sweep_scope scope;
    struct sweep sweep = {.complete = true};
    catalog_scope(f->catalog, 5, &scope);
    sweep.count = scope.n;
    sweep.of = calloc(scope.n + 1, sizeof *sweep.of);
    sweep.creators = calloc(scope.creator_count + 1, sizeof *sweep.creators);
    if (path) {
        sweep.other_count = 1;
        sweep.others = calloc(1, sizeof *sweep.others);
        sweep.others[0] = (struct sweep_other){.id = {5, 1, 100},
                                               .holders = {1, calloc(1, sizeof(struct holder))},
                                               .path = strdup(path),
                                               .deleted = deleted,
                                               .known = true,
                                               .size = 10,
                                               .mode = S_IFREG | 0600};
        sweep.others[0].holders.list[0].pid = 4711;
    }
    catalog_take_sweep(f->catalog, &sweep, "/dev/shm", false, f->now, WALL);
    sweep_scope_clear(&scope);
}

static void take_sweep(struct fixture *f, const char *path)
{
    take_sweep_that(f, path, true);
}

static void one_whose_name_went_before_is_told_when_it_is_released(void **state)
{
    struct fixture *f = *state;
    take_sweep(f, "/dev/shm/a");
    journal_start(f->journal);
    expect(f, "");
    assert_true(journal_is_waiting(f->journal, &(struct identity){5, 1, 100}));
    take_sweep(f, NULL);
    expect(f, "released a 10; ");
}

static void one_that_is_found_held_after_its_deletion_waits_once(void **state)
{
    struct fixture *f = *state;
    journal_start(f->journal);
    put(f, segment("a", 1, 10));
    gone(f, "a");
    take_sweep(f, "/dev/shm/a");
    expect(f, "created a 10; deleted a 10; ");
    catalog_released(f->catalog, &(struct identity){5, 1, 100});
    journal_released(f->journal, &(struct identity){5, 1, 100});
    expect(f, "released a 10; ");
}

static void one_that_was_moved_out_is_not_released(void **state)
{
    struct fixture *f = *state;
    put(f, segment("a", 1, 10));
    take_sweep_that(f, "/dev/shm/a", false);
    journal_start(f->journal);
    gone(f, "a");
    expect(f, "deleted a 10; ");
    take_sweep_that(f, "/srv/a", false);
    assert_int_equal(catalog_count(f->catalog), 0);
    expect(f, "");
    put(f, segment("a", 1, 10)); /* back again */
    gone(f, "a");
    expect(f, "created a 10; deleted a 10; ");
    journal_released(f->journal, &(struct identity){5, 1, 100});
    expect(f, "released a 10; "); /* once */
}

#define with_fixture(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_fixture(what_was_there_is_not_told),
        with_fixture(a_size_is_told_once_it_rests),
        with_fixture(a_size_that_never_rests_is_told_now_and_then),
        with_fixture(a_size_that_came_back_is_no_change),
        with_fixture(a_description_is_told_when_it_is_whole),
        with_fixture(a_rename_tells_both_names),
        with_fixture(a_replacement_is_a_deletion_and_a_creation),
        with_fixture(a_release_may_be_told_before_the_deletion),
        with_fixture(what_has_no_memory_of_its_own_is_released_at_once),
        with_fixture(what_no_one_can_tell_is_forgotten),
        with_fixture(places_are_used_again),
        with_fixture(one_whose_name_went_before_is_told_when_it_is_released),
        with_fixture(one_that_was_moved_out_is_not_released),
        with_fixture(one_that_is_found_held_after_its_deletion_waits_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
