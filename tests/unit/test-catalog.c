#include "tests/support/test.h"

#include <sys/stat.h>

#include "core/catalog/catalog.h"

/* What the catalog said, as a person would note it: "+a -b a>c =d ". */
struct fixture {
    struct catalog *catalog;
    char log[4096];
};

static void note(void *context, const struct change *change)
{
    struct fixture *f = context;
    size_t at = strlen(f->log);
    const char *signs = "+=>-";
    if (change->kind == CHANGE_RENAMED)
        snprintf(f->log + at, sizeof f->log - at, "%s>%s ", change->old_name, change->row->name);
    else
        snprintf(f->log + at, sizeof f->log - at, "%c%s ", signs[change->kind], change->row->name);
    const struct row *found = catalog_by_serial(f->catalog, change->row->serial);
    assert_ptr_equal(found, change->kind == CHANGE_DELETED ? NULL : change->row);
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    f->catalog = catalog_new(NULL, note, f);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    catalog_free(f->catalog);
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
        .created = 100,
        .modified = 100,
        .mode = S_IFREG | 0600,
        .links = 1,
    };
}

static void put(struct fixture *f, struct segment segment)
{
    catalog_put(f->catalog, &segment);
    assert_null(segment.name);
}

static struct segment with_matrix(struct segment segment, const char *type, int rank, uint64_t dim)
{
    segment.recognised = true;
    segment.layout = LAYOUT_NPY;
    segment.matrix = calloc(1, sizeof *segment.matrix);
    assert_int_equal(dtype_parse(type, &segment.matrix->dtype, NULL), 0);
    segment.matrix->order = 'C';
    segment.matrix->rank = rank;
    segment.matrix->offset = 128;
    for (int i = 0; i < rank; i++)
        segment.matrix->shape[i] = dim + (uint64_t)i;
    return segment;
}

static void expect(struct fixture *f, const char *log)
{
    assert_string_equal(f->log, log);
    f->log[0] = '\0';
}

/* One batch of nothing but these. */
static void put_all(struct fixture *f, const char *names, uint64_t size)
{
    catalog_begin(f->catalog, 1000);
    for (const char *c = names; *c; c++)
        put(f, segment((char[]){*c, 0}, (uint64_t)*c, size));
    catalog_commit(f->catalog);
    f->log[0] = '\0';
}

static void segments_come_change_and_go(void **state)
{
    struct fixture *f = *state;
    catalog_begin(f->catalog, 1000);
    put(f, segment("a", 1, 10));
    put(f, segment("b", 2, 20));
    catalog_commit(f->catalog);
    expect(f, "+a +b ");
    uint64_t serial = catalog_find(f->catalog, "a")->serial, version = catalog_version(f->catalog);
    assert_int_not_equal(serial, 0);

    catalog_begin(f->catalog, 2000);
    put(f, segment("a", 1, 10));
    catalog_commit(f->catalog);
    expect(f, "");
    assert_int_equal(catalog_version(f->catalog), version);

    catalog_begin(f->catalog, 2000);
    put(f, segment("a", 1, 30));
    catalog_gone(f->catalog, "b");
    catalog_gone(f->catalog, "never there");
    catalog_commit(f->catalog);
    expect(f, "=a -b ");
    assert_int_equal(catalog_count(f->catalog), 1);
    assert_null(catalog_find(f->catalog, "b"));
    assert_int_equal(catalog_find(f->catalog, "a")->size, 30);
    assert_int_equal(catalog_find(f->catalog, "a")->serial, serial);
    assert_true(catalog_version(f->catalog) > version);
}

static void a_rename_keeps_the_row_its_serial_and_its_mark(void **state)
{
    for (int put_first = 0; put_first < 2; put_first++) {
        struct fixture *f = *state;
        put_all(f, "a", 10);
        struct row *row = catalog_find(f->catalog, "a");
        uint64_t serial = row->serial;
        row->marked = true;
        catalog_begin(f->catalog, 2000);
        if (put_first)
            put(f, segment("sem.b", 'a', 10));
        catalog_gone(f->catalog, "a");
        if (!put_first)
            put(f, segment("sem.b", 'a', 10));
        catalog_commit(f->catalog);
        expect(f, "a>sem.b ");
        row = catalog_by_serial(f->catalog, serial);
        assert_string_equal(row->name, "sem.b");
        assert_true(row->marked && row->is_protected);
        assert_ptr_equal(catalog_find(f->catalog, "sem.b"), row);
        assert_null(catalog_find(f->catalog, "a"));
        catalog_begin(f->catalog, 3000);
        catalog_gone(f->catalog, "sem.b");
        catalog_commit(f->catalog);
        expect(f, "-sem.b ");
    }
}

static void exchanged_names_are_two_renames(void **state)
{
    struct fixture *f = *state;
    put_all(f, "ab", 10);
    uint64_t serial = catalog_find(f->catalog, "a")->serial;
    catalog_begin(f->catalog, 2000);
    put(f, segment("a", 'b', 10));
    put(f, segment("b", 'a', 10));
    catalog_commit(f->catalog);
    expect(f, "b>a a>b ");
    assert_int_equal(catalog_find(f->catalog, "b")->serial, serial);
    assert_int_equal(catalog_count(f->catalog), 2);
}

static void a_name_moved_over_another_ends_that_one(void **state)
{
    struct fixture *f = *state;
    put_all(f, "ab", 10);
    uint64_t serial = catalog_find(f->catalog, "a")->serial;
    catalog_begin(f->catalog, 2000);
    catalog_gone(f->catalog, "a");
    put(f, segment("b", 'a', 10));
    catalog_commit(f->catalog);
    expect(f, "-b a>b ");
    assert_int_equal(catalog_find(f->catalog, "b")->serial, serial);
    assert_int_equal(catalog_allocated(f->catalog), 10);
}

static void a_name_made_anew_is_another_segment(void **state)
{
    struct fixture *f = *state;
    put_all(f, "a", 10);
    struct row *row = catalog_find(f->catalog, "a");
    uint64_t serial = row->serial;
    row->marked = true;
    struct segment again = segment("a", 'a', 10);
    again.id.born = 101; /* the inode number was used again */
    catalog_begin(f->catalog, 2000);
    put(f, again);
    catalog_commit(f->catalog);
    expect(f, "-a +a ");
    row = catalog_find(f->catalog, "a");
    assert_true(row->serial != serial && !row->marked);
    assert_null(catalog_by_serial(f->catalog, serial));
}

static void the_last_word_about_a_name_counts(void **state)
{
    struct fixture *f = *state;
    put_all(f, "a", 10);
    catalog_begin(f->catalog, 2000);
    catalog_gone(f->catalog, "a");
    put(f, segment("a", 'a', 10));
    put(f, segment("b", 'b', 1));
    catalog_gone(f->catalog, "b");
    put(f, segment("c", 'c', 1));
    put(f, segment("c", 'd', 2));
    catalog_commit(f->catalog);
    expect(f, "+c ");
    assert_int_equal(catalog_find(f->catalog, "c")->id.inode, 'd');
    catalog_begin(f->catalog, 2000);
    put(f, segment("a", 'x', 1));
    put(f, segment("a", 'a', 10));
    catalog_commit(f->catalog);
    expect(f, "");
}

static void hard_links_are_rows_of_their_own_with_the_same_facts(void **state)
{
    struct fixture *f = *state;
    put_all(f, "a", 10);
    struct segment link = segment("b", 'a', 10);
    link.links = 2;
    catalog_begin(f->catalog, 2000);
    put(f, link);
    catalog_commit(f->catalog);
    expect(f, "+b =a ");
    assert_int_equal(catalog_count(f->catalog), 2);
    assert_int_equal(catalog_find(f->catalog, "a")->links, 2);
    assert_int_equal(catalog_allocated(f->catalog), 10);

    link = segment("a", 'a', 50);
    link.links = 2;
    catalog_begin(f->catalog, 3000);
    put(f, link);
    catalog_commit(f->catalog);
    expect(f, "=a =b ");
    assert_int_equal(catalog_find(f->catalog, "b")->size, 50);
    assert_int_equal(catalog_allocated(f->catalog), 50);

    catalog_begin(f->catalog, 4000);
    catalog_gone(f->catalog, "a");
    catalog_commit(f->catalog);
    expect(f, "-a ");
    assert_int_equal(catalog_allocated(f->catalog), 50);
}

static void every_byte_counts_once(void **state)
{
    struct fixture *f = *state;
    struct segment directory = segment("d", 'd', 100);
    directory.mode = S_IFDIR | 0700;
    directory.layout = LAYOUT_DIRECTORY;
    directory.links = 2;
    catalog_begin(f->catalog, 1000);
    put(f, directory);
    put(f, segment("d/x", 'x', 60));
    put(f, segment("d/y", 'y', 40));
    put(f, segment("z", 'z', 7));
    catalog_commit(f->catalog);
    assert_true(catalog_find(f->catalog, "d/x")->in_directory);
    assert_int_equal(catalog_allocated(f->catalog), 107);

    struct segment link = segment("outside", 'x', 60);
    link.links = 2;
    catalog_begin(f->catalog, 1000);
    put(f, link);
    catalog_commit(f->catalog);
    assert_int_equal(catalog_allocated(f->catalog), 107);
    catalog_begin(f->catalog, 1000);
    catalog_gone(f->catalog, "d/x");
    catalog_commit(f->catalog);
    assert_int_equal(catalog_allocated(f->catalog), 167); /* until the directory is summed again */

    catalog_begin(f->catalog, 1000);
    catalog_gone(f->catalog, "d/y");
    put(f, segment("y", 'y', 40));
    catalog_commit(f->catalog);
    assert_false(catalog_find(f->catalog, "y")->in_directory);
    assert_int_equal(catalog_allocated(f->catalog), 207);
    catalog_begin(f->catalog, 1000);
    for (const char *c = "dzy"; *c; c++)
        catalog_gone(f->catalog, (char[]){*c, 0});
    catalog_gone(f->catalog, "outside");
    catalog_commit(f->catalog);
    assert_int_equal(catalog_allocated(f->catalog), 0);
}

static void a_matrix_is_kept_packed(void **state)
{
    struct fixture *f = *state;
    catalog_begin(f->catalog, 1000);
    put(f, with_matrix(segment("a", 1, 1000), "<f2", 3, 4));
    put(f, with_matrix(segment("b", 2, 1000), "M8[ns]", 0, 0));
    put(f, with_matrix(segment("c", 3, 1000), "<f2", MATRIX_RANK_MAX, 1));
    put(f, segment("d", 4, 10));
    catalog_commit(f->catalog);
    struct row *row = catalog_find(f->catalog, "a");
    assert_int_equal(row_rank(row), 3);
    assert_int_equal(row_dim(row, 2), 6);
    assert_int_equal(row_order(row), 'C');
    assert_int_equal(row_dtype(row)->itemsize, 2);
    struct matrix matrix;
    assert_true(row_matrix(catalog_find(f->catalog, "c"), &matrix));
    assert_int_equal(matrix.rank, MATRIX_RANK_MAX);
    assert_int_equal(matrix.shape[63], 64);
    assert_int_equal(matrix.offset, 128);
    matrix_clear(&matrix);
    assert_int_equal(row_rank(catalog_find(f->catalog, "b")), 0);
    assert_int_equal(row_rank(catalog_find(f->catalog, "d")), -1);
    assert_null(row_dtype(catalog_find(f->catalog, "d")));
    assert_false(row_matrix(catalog_find(f->catalog, "d"), &matrix));
    f->log[0] = '\0';
    catalog_begin(f->catalog, 1000);
    put(f, with_matrix(segment("a", 1, 1000), "<f2", 3, 4));
    put(f, with_matrix(segment("b", 2, 1000), "M8[us]", 0, 0));
    catalog_commit(f->catalog);
    expect(f, "=b ");
}

static void rows_of_one_type_and_shape_share_them(void **state)
{
    struct fixture *f = *state;
    catalog_begin(f->catalog, 1000);
    put(f, with_matrix(segment("a", 1, 1000), "<f2", 2, 4));
    put(f, with_matrix(segment("b", 2, 1000), "<f2", 2, 4));
    put(f, with_matrix(segment("c", 3, 1000), ">f2", 2, 4)); /* all that differs */
    catalog_commit(f->catalog);
    const struct row *a = catalog_find(f->catalog, "a"), *b = catalog_find(f->catalog, "b");
    assert_ptr_equal(a->matrix, b->matrix);
    assert_int_equal(row_dtype(catalog_find(f->catalog, "c"))->order, '>');
    catalog_begin(f->catalog, 1000);
    put(f, with_matrix(segment("a", 1, 1000), "<f2", 2, 5));
    catalog_gone(f->catalog, "c");
    catalog_commit(f->catalog);
    assert_int_equal(row_dim(a, 0), 5);
    assert_int_equal(row_dim(b, 0), 4);
}

static void more_types_than_are_kept_at_hand_do_no_harm(void **state)
{
    struct fixture *f = *state;
    catalog_begin(f->catalog, 1000);
    for (uint64_t i = 1; i <= 3000; i++) {
        char name[16], type[16];
        snprintf(name, sizeof name, "n%d", (int)i);
        snprintf(type, sizeof type, "S%d", (int)i);
        put(f, with_matrix(segment(name, i, 100), type, 1, i));
    }
    catalog_commit(f->catalog);
    for (uint64_t i = 1; i <= 3000; i++) {
        char name[16];
        snprintf(name, sizeof name, "n%d", (int)i);
        assert_int_equal(row_dtype(catalog_find(f->catalog, name))->itemsize, i);
        assert_int_equal(row_dim(catalog_find(f->catalog, name), 0), i);
    }
}

/* put of facts alone, as after an event: what may still be shown, and whether it is to be looked at again. */
static void what_was_recognised_is_kept_only_while_it_can_be_true(void **state)
{
    struct fixture *f = *state;
    catalog_begin(f->catalog, 1000);
    put(f, with_matrix(segment("a", 1, 1000), "<f2", 2, 4));
    catalog_commit(f->catalog);
    struct row *row = catalog_find(f->catalog, "a");
    f->log[0] = '\0';

    catalog_begin(f->catalog, 1000);
    put(f, segment("a", 1, 1000));
    catalog_commit(f->catalog);
    assert_true(row->recognised && row->layout == LAYOUT_NPY && row_rank(row) == 2);
    expect(f, "");

    struct segment touched = segment("a", 1, 1000);
    touched.modified = 200;
    catalog_begin(f->catalog, 1000);
    put(f, touched);
    catalog_commit(f->catalog);
    assert_true(!row->recognised && row->layout == LAYOUT_NPY && row_rank(row) == 2);
    expect(f, "=a ");

    catalog_begin(f->catalog, 1000);
    put(f, segment("a", 1, 1004));
    catalog_commit(f->catalog);
    assert_true(!row->recognised && row->layout == LAYOUT_UNKNOWN && row_rank(row) == -1);

    struct segment damaged = segment("a", 1, 1004);
    damaged.recognised = true;
    damaged.layout = LAYOUT_NPY;
    damaged.damage = strdup("the header is cut short");
    catalog_begin(f->catalog, 1000);
    put(f, damaged);
    catalog_commit(f->catalog);
    assert_string_equal(row->damage, "the header is cut short");
    struct segment chmodded = segment("a", 1, 1004);
    chmodded.mode = S_IFREG | 0640;
    catalog_begin(f->catalog, 1000);
    put(f, chmodded);
    catalog_commit(f->catalog);
    assert_false(row->recognised);
    assert_non_null(row->damage);
}

static void what_comes_and_grows_under_our_eyes_is_known(void **state)
{
    struct fixture *f = *state;
    catalog_scan_begin(f->catalog);
    put_all(f, "ab", 10);
    catalog_scan_end(f->catalog, 1500);
    assert_int_equal(catalog_find(f->catalog, "a")->appeared, 0);
    catalog_begin(f->catalog, 2000);
    put(f, segment("a", 'a', 11));
    put(f, segment("b", 'b', 9));
    put(f, segment("c", 'c', 10));
    catalog_commit(f->catalog);
    assert_int_equal(catalog_find(f->catalog, "a")->grown, 2000);
    assert_int_equal(catalog_find(f->catalog, "b")->grown, 0);
    assert_int_equal(catalog_find(f->catalog, "c")->appeared, 2000);
    assert_int_equal(catalog_find(f->catalog, "c")->grown, 0);
}

static void a_rescan_deletes_what_it_did_not_see(void **state)
{
    struct fixture *f = *state;
    put_all(f, "abc", 10);
    catalog_scan_begin(f->catalog);
    catalog_begin(f->catalog, 2000);
    put(f, segment("a", 'a', 10));
    catalog_commit(f->catalog);
    catalog_begin(f->catalog, 2000);
    put(f, segment("d", 'd', 10));
    catalog_gone(f->catalog, "c");
    catalog_commit(f->catalog);
    expect(f, "-c +d ");
    catalog_scan_end(f->catalog, 2000);
    expect(f, "-b ");
    assert_int_equal(catalog_count(f->catalog), 2);
}

/* Events were lost, and in the meantime a name was changed: the cursor follows all the same. */
static void a_rename_that_only_a_rescan_shows_keeps_the_row(void **state)
{
    struct fixture *f = *state;
    put_all(f, "a", 10);
    struct row *row = catalog_find(f->catalog, "a");
    uint64_t serial = row->serial;
    row->marked = true;
    catalog_scan_begin(f->catalog);
    catalog_begin(f->catalog, 2000);
    put(f, segment("n", 'a', 10));
    put(f, segment("x", 'x', 10));
    catalog_commit(f->catalog);
    expect(f, "+x ");
    catalog_scan_end(f->catalog, 2000);
    expect(f, "a>n ");
    assert_int_equal(catalog_find(f->catalog, "n")->serial, serial);
    assert_true(catalog_find(f->catalog, "n")->marked);
}

static void a_second_link_that_a_rescan_meets_first_is_no_rename(void **state)
{
    struct fixture *f = *state;
    put_all(f, "b", 10);
    catalog_scan_begin(f->catalog);
    catalog_begin(f->catalog, 2000);
    put(f, segment("a", 'b', 10));
    catalog_commit(f->catalog);
    expect(f, "");
    catalog_begin(f->catalog, 2000);
    put(f, segment("b", 'b', 10));
    catalog_commit(f->catalog);
    expect(f, "+a ");
    catalog_scan_begin(f->catalog);
    catalog_begin(f->catalog, 2000);
    put(f, segment("a", 'b', 10));
    put(f, segment("c", 'b', 10));
    catalog_gone(f->catalog, "c");
    catalog_commit(f->catalog);
    catalog_scan_end(f->catalog, 2000);
    expect(f, "-b ");
}

static void rows_outside_a_catalog_hold_the_same(void **state)
{
    (void)state;
    struct segment made = with_matrix(segment("PostgreSQL.1", 1, 1000), ">f8", 2, 7);
    struct row row;
    row_from_segment(&row, &made, NULL);
    assert_null(made.name);
    assert_string_equal(row.name, "PostgreSQL.1");
    assert_true(row.is_protected && row.recognised);
    assert_int_equal(row_dim(&row, 1), 8);
    assert_int_equal(row_dtype(&row)->order, '>');
    row_clear(&row);
    assert_null(row.name);
}

#define MODEL_NAMES  64
#define MODEL_INODES 40

/* Random batches against a plain array: name → inode. */
static void a_storm_leaves_what_the_directory_holds(void **state)
{
    struct fixture *f = *state;
    uint64_t inodes[MODEL_NAMES] = {0};
    uint32_t random = 7;
    for (int batch = 0; batch < 3000; batch++) {
        catalog_begin(f->catalog, batch);
        for (int i = 0; i < 20; i++) {
            random = random * 1664525 + 1013904223;
            unsigned at = random >> 8 & (MODEL_NAMES - 1);
            char name[8];
            snprintf(name, sizeof name, "n%u", at);
            inodes[at] = random >> 16 & 1 ? (random >> 20) % MODEL_INODES + 1 : 0;
            if (inodes[at])
                put(f, segment(name, inodes[at], 1));
            else
                catalog_gone(f->catalog, name);
        }
        catalog_commit(f->catalog);
        f->log[0] = '\0';
    }
    size_t count = 0, distinct = 0;
    bool seen[MODEL_INODES + 1] = {0};
    for (unsigned at = 0; at < MODEL_NAMES; at++) {
        char name[8];
        snprintf(name, sizeof name, "n%u", at);
        const struct row *row = catalog_find(f->catalog, name);
        assert_int_equal(row ? row->id.inode : 0, inodes[at]);
        count += row != NULL;
        distinct += row && !seen[inodes[at]];
        seen[inodes[at]] = true;
    }
    assert_int_equal(catalog_count(f->catalog), count);
    assert_int_equal(catalog_allocated(f->catalog), distinct);
    for (size_t i = 0; i < count; i++) {
        const struct row *row = catalog_at(f->catalog, i);
        assert_ptr_equal(catalog_find(f->catalog, row->name), row);
        assert_ptr_equal(catalog_by_serial(f->catalog, row->serial), row);
        assert_ptr_equal(catalog_by_place(f->catalog, row->place), row);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(segments_come_change_and_go),
        TEST(a_rename_keeps_the_row_its_serial_and_its_mark),
        TEST(exchanged_names_are_two_renames),
        TEST(a_name_moved_over_another_ends_that_one),
        TEST(a_name_made_anew_is_another_segment),
        TEST(the_last_word_about_a_name_counts),
        TEST(hard_links_are_rows_of_their_own_with_the_same_facts),
        TEST(every_byte_counts_once),
        TEST(a_matrix_is_kept_packed),
        TEST(rows_of_one_type_and_shape_share_them),
        TEST(more_types_than_are_kept_at_hand_do_no_harm),
        TEST(what_was_recognised_is_kept_only_while_it_can_be_true),
        TEST(what_comes_and_grows_under_our_eyes_is_known),
        TEST(a_rescan_deletes_what_it_did_not_see),
        TEST(a_rename_that_only_a_rescan_shows_keeps_the_row),
        TEST(a_second_link_that_a_rescan_meets_first_is_no_rename),
        TEST(rows_outside_a_catalog_hold_the_same),
        TEST(a_storm_leaves_what_the_directory_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
