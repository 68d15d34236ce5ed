#include "tests/support/test.h"

#include <errno.h>
#include <sys/stat.h>

#include "core/catalog/listing.h"

struct fixture {
    struct catalog *catalog;
    struct users *users;
    struct listing *listing;
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
    f->users = users_new(false);
    f->listing = listing_new(f->catalog, f->users);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    listing_free(f->listing);
    users_free(f->users);
    catalog_free(f->catalog);
    free(f);
    return 0;
}

static void put(struct fixture *f, const char *name, uint64_t inode, uint64_t size)
{
    struct segment segment = {.name = strdup(name),
                              .id = {.inode = inode},
                              .size = size,
                              .uid = (uid_t)size,
                              .mode = S_IFREG,
                              .links = 1};
    catalog_put(f->catalog, &segment);
}

/* Puts names of one letter, each followed by a digit that is its size; a blank one ('-') is gone. */
static void change(struct fixture *f, const char *text)
{
    catalog_begin(f->catalog, 1);
    for (; *text; text += 2) {
        char name[] = {*text, '\0'};
        if (text[1] == '-')
            catalog_gone(f->catalog, name);
        else
            put(f, name, (uint64_t)*text, (uint64_t)(text[1] - '0'));
    }
    catalog_commit(f->catalog);
}

static void expect(struct fixture *f, const char *names)
{
    char text[256] = "";
    for (size_t i = 0; i < listing_count(f->listing); i++) {
        struct row *row = listing_at(f->listing, i);
        strcat(text, row ? row->name : "?");
        if (row)
            assert_int_equal(listing_index(f->listing, row), i);
    }
    assert_string_equal(text, names);
}

static void expect_refreshed(struct fixture *f, const char *names)
{
    listing_refresh(f->listing, false);
    expect(f, names);
}

static void rows_are_sorted_and_stay_so(void **state)
{
    struct fixture *f = *state;
    change(f, "c1a3b2");
    expect_refreshed(f, "abc");
    listing_sort(f->listing, COLUMN_SIZE, true);
    expect_refreshed(f, "abc");
    change(f, "d9e2c4");
    expect_refreshed(f, "dcabe");
    change(f, "a-e0");
    expect_refreshed(f, "dcbe");
    listing_sort(f->listing, COLUMN_SIZE, false);
    expect_refreshed(f, "ebcd");
    assert_int_equal(listing_sort_column(f->listing), COLUMN_SIZE);
    assert_false(listing_is_descending(f->listing));
    expect_refreshed(f, "ebcd");
}

static void a_deleted_row_is_never_shown_again(void **state)
{
    struct fixture *f = *state;
    change(f, "a1b1c1");
    expect_refreshed(f, "abc");
    change(f, "b-");
    expect(f, "a?c");
    change(f, "d1"); /* takes the place that b had */
    expect(f, "a?c");
    assert_int_equal(listing_index(f->listing, catalog_find(f->catalog, "d")), listing_count(f->listing));
    assert_null(listing_at(f->listing, 99));
    change(f, "d-");
    change(f, "e1");
    change(f, "e2");
    expect_refreshed(f, "ace");
}

static void a_renamed_row_moves_to_its_new_place(void **state)
{
    struct fixture *f = *state;
    change(f, "a1b1c1");
    expect_refreshed(f, "abc");
    catalog_begin(f->catalog, 2);
    catalog_gone(f->catalog, "a");
    put(f, "x", 'a', 1);
    catalog_commit(f->catalog);
    expect_refreshed(f, "bcx");
}

static void the_filter_is_a_substring_of_the_printable_name_in_any_case(void **state)
{
    struct fixture *f = *state;
    catalog_begin(f->catalog, 1);
    put(f, "Prices.shm", 1, 1);
    put(f, "a\nb", 2, 2);
    put(f, "other", 3, 3);
    catalog_commit(f->catalog);
    assert_int_equal(listing_filter(f->listing, "pRICES", NULL), 0);
    expect_refreshed(f, "Prices.shm");
    assert_string_equal(listing_filter_text(f->listing), "pRICES");
    listing_filter(f->listing, "\\x0A", NULL);
    expect_refreshed(f, "a\nb");
    change(f, "b1");
    expect_refreshed(f, "a\nb");
    listing_filter(f->listing, "\"no such\"", NULL);
    expect_refreshed(f, "");
    catalog_begin(f->catalog, 2);
    put(f, "no such thing", 9, 1);
    catalog_commit(f->catalog);
    expect_refreshed(f, "no such thing");
    catalog_begin(f->catalog, 3);
    catalog_gone(f->catalog, "no such thing");
    put(f, "renamed", 9, 1);
    catalog_commit(f->catalog);
    expect_refreshed(f, "");
    assert_int_equal(listing_filter(f->listing, NULL, NULL), 0);
    expect_refreshed(f, "Prices.shma\nbbotherrenamed");
}

static void a_bad_filter_leaves_the_one_before(void **state)
{
    struct fixture *f = *state;
    struct error error = {0};
    change(f, "a1b2c3");
    listing_filter(f->listing, "size>1", NULL);
    expect_refreshed(f, "bc");
    assert_int_equal(listing_filter(f->listing, "size>1 size<", &error), -EINVAL);
    assert_int_equal(error.start, 7);
    expect_refreshed(f, "bc");
    assert_string_equal(listing_filter_text(f->listing), "size>1");
    change(f, "b1a2");
    expect_refreshed(f, "ac");
}

static void an_age_passes_as_time_does(void **state)
{
    struct fixture *f = *state;
    const int64_t second = 1000000000;
    catalog_begin(f->catalog, 1);
    for (int i = 0; i < 3; i++) {
        struct segment segment = {.name = strdup((char[]){(char)('a' + i), '\0'}),
                                  .id = {.inode = (uint64_t)i + 1},
                                  .created = (100 + 10 * i) * second};
        catalog_put(f->catalog, &segment);
    }
    catalog_commit(f->catalog);
    listing_filter(f->listing, "age>=20s", NULL);
    listing_set_time(f->listing, 119 * second);
    expect_refreshed(f, "");
    assert_false(listing_set_time(f->listing, 120 * second - 1));
    assert_true(listing_set_time(f->listing, 120 * second));
    expect_refreshed(f, "a");
    assert_false(listing_set_time(f->listing, 129 * second));
    assert_true(listing_set_time(f->listing, 135 * second));
    listing_sort(f->listing, COLUMN_NAME, true);
    expect_refreshed(f, "ba");
    assert_true(listing_set_time(f->listing, 141 * second));
    listing_refresh(f->listing, true);
    expect(f, "bac"); /* what is there keeps its place */
    assert_false(listing_set_time(f->listing, 100000 * second));
    expect_refreshed(f, "cba");
}

static void learned_names_pass_the_filter(void **state)
{
    struct fixture *f = *state;
    change(f, "a1b2");
    listing_filter(f->listing, "user:bob", NULL);
    expect_refreshed(f, "");
    users_learn_name(f->users, 2, "bob");
    assert_true(listing_set_time(f->listing, 0));
    expect_refreshed(f, "b");
    assert_false(listing_set_time(f->listing, 0));
    users_learn_group(f->users, 2, "staff");
    listing_filter(f->listing, "", NULL);
    expect_refreshed(f, "ab");
}

static void while_keys_are_pressed_nothing_moves(void **state)
{
    struct fixture *f = *state;
    listing_sort(f->listing, COLUMN_SIZE, true);
    change(f, "a5b4c3");
    expect_refreshed(f, "abc");
    change(f, "c9d7");
    listing_refresh(f->listing, true);
    expect(f, "abcd");
    change(f, "b-e8");
    listing_refresh(f->listing, true);
    expect(f, "acde");
    change(f, "d-f1");
    listing_refresh(f->listing, true);
    listing_refresh(f->listing, true);
    expect(f, "acef");
    expect_refreshed(f, "ceaf");
    expect_refreshed(f, "ceaf");
}

static void learned_names_sort_anew(void **state)
{
    struct fixture *f = *state;
    listing_sort(f->listing, COLUMN_OWNER, false);
    change(f, "a1b2");
    expect_refreshed(f, "ab");
    users_learn_name(f->users, 1, "zoe");
    users_learn_name(f->users, 2, "bob");
    expect_refreshed(f, "ba");
}

static void a_listing_made_late_shows_what_is_there(void **state)
{
    struct fixture *f = *state;
    change(f, "b1a2");
    struct listing *late = listing_new(f->catalog, NULL);
    listing_refresh(late, false);
    assert_int_equal(listing_count(late), 2);
    assert_string_equal(listing_at(late, 0)->name, "a");
    listing_free(late);
}

static void check_sorted(struct fixture *f, enum column column, bool descending)
{
    size_t count = listing_count(f->listing);
    for (size_t i = 0; i < count; i++) {
        const struct row *row = listing_at(f->listing, i);
        assert_non_null(row);
        assert_int_equal(listing_index(f->listing, row), i);
        if (i)
            assert_true(column_order(column, descending, listing_at(f->listing, i - 1), row, f->users) < 0);
    }
}

/* Whatever happened in whatever order, held or not, the next refresh shows the directory sorted. */
static void a_storm_ends_sorted_and_complete(void **state)
{
    struct fixture *f = *state;
    const enum column columns[] = {COLUMN_NAME, COLUMN_SIZE, COLUMN_INODE, COLUMN_AGE};
    uint32_t random = 11;
    for (int round = 0; round < 2000; round++) {
        catalog_begin(f->catalog, round);
        for (int i = 0; i < 30; i++) {
            random = random * 1664525 + 1013904223;
            char name[8];
            snprintf(name, sizeof name, "n%u", random >> 8 & 255);
            if (random >> 20 & 1)
                put(f, name, (random >> 8 & 255) * (1 + (random >> 21 & 1)), random >> 24);
            else
                catalog_gone(f->catalog, name);
        }
        catalog_commit(f->catalog);
        if (random % 50 == 0)
            listing_sort(f->listing, columns[random >> 16 & 3], random >> 18 & 1);
        if (random % 70 == 0)
            listing_filter(f->listing, random >> 17 & 1 ? "7" : "", NULL);
        listing_refresh(f->listing, random >> 19 & 1);
        for (size_t i = 0; i < listing_count(f->listing); i++)
            assert_int_equal(listing_index(f->listing, listing_at(f->listing, i)), i);
        if (random >> 16 & 1)
            continue;
        listing_refresh(f->listing, false);
        check_sorted(f, listing_sort_column(f->listing), listing_is_descending(f->listing));
        size_t wanted = 0;
        for (size_t i = 0; i < catalog_count(f->catalog); i++)
            wanted += strstr(catalog_at(f->catalog, i)->name, listing_filter_text(f->listing)) != NULL;
        assert_int_equal(listing_count(f->listing), wanted);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static void one_state_alone_can_be_shown(void **state)
{
    struct fixture *f = *state;
    change(f, "a1b2c3");
    catalog_find(f->catalog, "b")->state = STATE_LEAKED;
    listing_only(f->listing, STATE_LEAKED);
    listing_refresh(f->listing, false);
    assert_int_equal(listing_count(f->listing), 1);
    assert_string_equal(listing_at(f->listing, 0)->name, "b");
    change(f, "d4");
    listing_refresh(f->listing, false);
    assert_int_equal(listing_count(f->listing), 1);
    assert_int_equal(listing_state(f->listing), STATE_LEAKED);
    listing_only(f->listing, STATE_UNKNOWN);
    listing_refresh(f->listing, false);
    assert_int_equal(listing_count(f->listing), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(rows_are_sorted_and_stay_so),
        TEST(a_deleted_row_is_never_shown_again),
        TEST(a_renamed_row_moves_to_its_new_place),
        TEST(the_filter_is_a_substring_of_the_printable_name_in_any_case),
        TEST(a_bad_filter_leaves_the_one_before),
        TEST(an_age_passes_as_time_does),
        TEST(learned_names_pass_the_filter),
        TEST(while_keys_are_pressed_nothing_moves),
        TEST(learned_names_sort_anew),
        TEST(a_listing_made_late_shows_what_is_there),
        TEST(a_storm_ends_sorted_and_complete),
        cmocka_unit_test_setup_teardown(one_state_alone_can_be_shown, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
