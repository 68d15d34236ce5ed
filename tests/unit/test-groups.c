/* Groups of a listing's rows: their lines against a plain count, as rows come, go and are folded. */
#include "tests/support/test.h"

#include <sys/stat.h>

#include "tui/view/groups.h"

struct fixture {
    struct catalog *catalog;
    struct listing *listing;
    struct groups *groups;
    int64_t now;
};

static void pass_on(void *context, const struct change *change)
{
    struct fixture *f = context;
    if (f->listing)
        listing_change(f->listing, change);
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    f->catalog = catalog_new(NULL, pass_on, f);
    f->listing = listing_new(f->catalog, NULL);
    f->groups = groups_new(f->listing);
    listing_sort(f->listing, COLUMN_SIZE, true);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    groups_free(f->groups);
    listing_free(f->listing);
    catalog_free(f->catalog);
    free(f);
    return 0;
}

static void put(struct fixture *f, const char *name, uid_t uid, uint64_t size)
{
    struct segment segment = {
        .name = strdup(name),
        .id = {.inode = (uint64_t)name[0] * 65536 + (uint64_t)strlen(name) + size * 4096},
        .size = size,
        .allocated = size,
        .uid = uid,
        .mode = S_IFREG,
        .links = 1};
    catalog_begin(f->catalog, ++f->now);
    catalog_put(f->catalog, &segment);
    catalog_commit(f->catalog);
}

static void gone(struct fixture *f, const char *name)
{
    catalog_begin(f->catalog, ++f->now);
    catalog_gone(f->catalog, name);
    catalog_commit(f->catalog);
}

static void refresh(struct fixture *f, bool hold)
{
    listing_refresh(f->listing, hold);
    groups_refresh(f->groups, hold);
}

/* The lines as text: "[7:2]" a heading of uid 7 with two rows (":" in front of the count: folded, "!"). */
static void expect(struct fixture *f, const char *text)
{
    char found[1000] = "";
    for (size_t i = 0; i < groups_lines(f->groups); i++) {
        const struct group *group = groups_heading(f->groups, i);
        const struct row *row = groups_row(f->groups, i);
        size_t n = strlen(found);
        if (group)
            snprintf(found + n, sizeof found - n, "[%u%s%zu]", (unsigned)group->uid,
                     group->folded ? "!" : ":", group->count);
        else
            snprintf(found + n, sizeof found - n, "%s ", row ? row->name : "-");
        if (row)
            assert_int_equal(groups_line(f->groups, row), i);
        if (group)
            assert_int_equal(groups_find(f->groups, group->key), i);
    }
    assert_string_equal(found, text);
}

static void without_groups_lines_are_rows(void **state)
{
    struct fixture *f = *state;
    put(f, "a", 1, 5);
    put(f, "b", 2, 9);
    refresh(f, false);
    expect(f, "b a ");
    assert_null(groups_heading(f->groups, 0));
    assert_null(groups_around(f->groups, 0));
    assert_null(groups_row(f->groups, 2));
}

static void the_largest_group_comes_first_and_folds(void **state)
{
    struct fixture *f = *state;
    groups_set(f->groups, GROUPING_OWNER);
    refresh(f, false);
    expect(f, "");
    put(f, "a", 1, 5);
    put(f, "b", 2, 9);
    put(f, "c", 1, 6);
    refresh(f, false);
    expect(f, "[1:2]c a [2:1]b ");
    groups_fold(f->groups, 1, true);
    expect(f, "[1!2][2:1]b ");
    assert_int_equal(groups_line(f->groups, catalog_find(f->catalog, "a")), 0);
    put(f, "d", 2, 50);
    refresh(f, false);
    expect(f, "[2:2]d b [1!2]");
    put(f, "e", 3, 500);
    put(f, "f", 1, 1000);
    refresh(f, true); /* held: they keep their places */
    expect(f, "[2:2]d b [1!3][3:1]e ");
    refresh(f, false);
    groups_fold(f->groups, 1, false);
    expect(f, "[1:3]f c a [3:1]e [2:2]d b ");
}

static void a_group_without_rows_is_not_shown_but_remembered(void **state)
{
    struct fixture *f = *state;
    groups_set(f->groups, GROUPING_OWNER);
    put(f, "a", 1, 5);
    put(f, "b", 2, 9);
    refresh(f, false);
    groups_fold(f->groups, 1, true);
    gone(f, "a");
    refresh(f, false);
    expect(f, "[2:1]b ");
    assert_int_equal(groups_find(f->groups, 1), 2);
    put(f, "c", 1, 5);
    refresh(f, false);
    expect(f, "[2:1]b [1!1]");
    groups_set(f->groups, GROUPING_NONE);
    refresh(f, false);
    expect(f, "b c ");
}

static void a_row_deleted_since_leaves_its_line_empty(void **state)
{
    struct fixture *f = *state;
    groups_set(f->groups, GROUPING_OWNER);
    put(f, "a", 1, 5);
    put(f, "b", 1, 9);
    refresh(f, false);
    gone(f, "b");
    expect(f, "[1:2]- a ");
    refresh(f, false);
    expect(f, "[1:1]a ");
}

static void marks_and_bytes_are_counted(void **state)
{
    struct fixture *f = *state;
    groups_set(f->groups, GROUPING_OWNER);
    put(f, "a", 1, 4096);
    put(f, "b", 1, 8192);
    catalog_find(f->catalog, "a")->marked = true;
    refresh(f, false);
    assert_int_equal(groups_heading(f->groups, 0)->bytes, 12288);
    assert_int_equal(groups_heading(f->groups, 0)->marked, 1);
    catalog_find(f->catalog, "b")->marked = true;
    groups_measure(f->groups);
    assert_int_equal(groups_heading(f->groups, 0)->marked, 2);
}

static uint32_t any(uint32_t below)
{
    static uint64_t seed = 20261126;
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % below;
}

/* Every row of the listing has its line, and every line its heading. */
static void check(struct fixture *f)
{
    size_t lines = 0, rows = 0;
    for (size_t i = 0; i < groups_lines(f->groups); i++) {
        const struct group *group = groups_heading(f->groups, i), *around = groups_around(f->groups, i);
        assert_non_null(around);
        assert_true(around->line <= i);
        if (group) {
            rows += group->count;
            lines += 1 + (group->folded ? 0 : group->count);
        }
    }
    assert_int_equal(lines, groups_lines(f->groups));
    assert_int_equal(rows, listing_count(f->listing));
    for (size_t i = 0; i < listing_count(f->listing); i++) {
        const struct row *row = listing_at(f->listing, i);
        size_t line = groups_line(f->groups, row);
        const struct group *around = groups_around(f->groups, line);
        assert_int_equal(around->uid, row->uid);
        assert_true(around->folded ? line == around->line : groups_row(f->groups, line) == row);
    }
}

static void any_changes_leave_lines_and_rows_as_one(void **state)
{
    struct fixture *f = *state;
    groups_set(f->groups, GROUPING_OWNER);
    for (int i = 0; i < 3000; i++) {
        char name[2] = {(char)('a' + any(26)), '\0'};
        if (any(3))
            put(f, name, any(7), any(100));
        else
            gone(f, name);
        refresh(f, any(2));
        groups_fold(f->groups, any(7), any(2));
        check(f);
    }
}

static void a_hundred_thousand_rows_of_many_owners(void **state)
{
    struct fixture *f = *state;
    groups_set(f->groups, GROUPING_OWNER);
    catalog_begin(f->catalog, 1);
    for (unsigned i = 0; i < 100000; i++) {
        char name[16];
        snprintf(name, sizeof name, "s%u", i);
        struct segment segment = {.name = strdup(name),
                                  .id = {.inode = i + 1},
                                  .size = i,
                                  .allocated = i,
                                  .uid = i % 20000,
                                  .mode = S_IFREG,
                                  .links = 1};
        catalog_put(f->catalog, &segment);
    }
    catalog_commit(f->catalog);
    refresh(f, false);
    assert_int_equal(groups_lines(f->groups), 120000);
    check(f);
}

int main(void)
{
#define WITH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        WITH(without_groups_lines_are_rows),
        WITH(the_largest_group_comes_first_and_folds),
        WITH(a_group_without_rows_is_not_shown_but_remembered),
        WITH(a_row_deleted_since_leaves_its_line_empty),
        WITH(marks_and_bytes_are_counted),
        WITH(any_changes_leave_lines_and_rows_as_one),
        WITH(a_hundred_thousand_rows_of_many_owners),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
