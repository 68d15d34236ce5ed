#include "tests/support/test.h"

#include <errno.h>
#include <sys/stat.h>

#include "core/catalog/column.h"
#include "core/catalog/letter.h"

#define SECOND INT64_C(1000000000)

static struct segment sample(const char *name)
{
    struct segment segment = {
        .name = strdup(name),
        .id = {.device = 5, .inode = 4711},
        .size = 4800000128,
        .allocated = 4096,
        .created = 1794367327 * SECOND,
        .modified = 1794367387 * SECOND,
        .uid = 1000,
        .gid = 100,
        .mode = S_IFREG | 02640,
        .links = 1,
        .recognised = true,
        .layout = LAYOUT_NPY,
        .matrix = calloc(1, sizeof(struct matrix)),
    };
    assert_int_equal(dtype_parse("<f2", &segment.matrix->dtype, NULL), 0);
    segment.matrix->order = 'F';
    segment.matrix->rank = 2;
    segment.matrix->shape[0] = 40000;
    segment.matrix->shape[1] = 60000;
    return segment;
}

static struct row row_of(struct segment segment)
{
    struct row row;
    row_from_segment(&row, &segment, NULL);
    return row;
}

static const struct column_style plain = {.now = (1794367327 + 31 * 3600) * SECOND};

static void expect_cell(enum column column, const struct row *row, const struct column_style *style,
                        const char *expected)
{
    char text[NAME_PRINTABLE_MAX];
    size_t length = column_text(column, row, style, text, sizeof text);
    if (strcmp(text, expected) != 0)
        fail_msg("%s: '%s', not '%s'", column_info(column)->key, text, expected);
    assert_int_equal(length, strlen(expected));
}

static void every_column_says_what_is_known(void **state)
{
    (void)state;
    struct users *users = users_new(false);
    users_learn_name(users, 1000, "alice");
    users_learn_group(users, 100, "staff");
    struct column_style style = plain;
    style.users = users;
    struct row row = row_of(sample("a\x1b[2J\xff\\.shm"));
    static const char *const expected[COLUMN_COUNT] = {
        [COLUMN_NAME] = "a\\x1b[2J\\xff\\\\.shm",
        [COLUMN_SIZE] = "4.5G",
        [COLUMN_ALLOCATED] = "4.0K",
        [COLUMN_LAYOUT] = "npy",
        [COLUMN_DTYPE] = "<f2",
        [COLUMN_TYPE] = "float16",
        [COLUMN_SHAPE] = "40000 × 60000",
        [COLUMN_ORDER] = "F",
        [COLUMN_OWNER] = "alice",
        [COLUMN_UID] = "1000",
        [COLUMN_GROUP] = "staff",
        [COLUMN_GID] = "100",
        [COLUMN_MODE] = "2640",
        [COLUMN_CREATED] = "2026-11-11T03:22:07Z",
        [COLUMN_MODIFIED] = "2026-11-11T03:23:07Z",
        [COLUMN_AGE] = "31h",
        [COLUMN_PROTECTED] = "no",
        [COLUMN_INODE] = "4711",
        [COLUMN_GROWTH] = "+4.0K",
    };
    for (int column = 0; column < COLUMN_COUNT; column++)
        expect_cell((enum column)column, &row, &style, expected[column] ? expected[column] : "");
    row_clear(&row);
    users_free(users);
}

static void nothing_is_invented(void **state)
{
    (void)state;
    struct segment segment = {.name = strdup("x"), .uid = 7, .gid = 8, .mode = S_IFREG};
    struct row row = row_of(segment);
    const enum column blank[] = {COLUMN_LAYOUT,  COLUMN_DTYPE,    COLUMN_TYPE, COLUMN_SHAPE,  COLUMN_ORDER,
                                 COLUMN_CREATED, COLUMN_MODIFIED, COLUMN_AGE,  COLUMN_DAMAGED};
    for (size_t i = 0; i < sizeof blank / sizeof blank[0]; i++)
        expect_cell(blank[i], &row, &plain, "");
    expect_cell(COLUMN_OWNER, &row, &plain, "7");
    expect_cell(COLUMN_GROUP, &row, &plain, "8");
    expect_cell(COLUMN_MODE, &row, &plain, "0000");
    row_clear(&row);
}

static void what_a_sweep_told_is_shown(void **state)
{
    (void)state;
    struct sweep sweep = {.unread = 3, .processes = 10, .reason = "not root", .sees_all = true};
    struct holder list[2] = {{.pid = 1}, {.pid = 2}};
    struct holders holders = {2, list};
    struct column_style style = plain, exact = plain;
    style.sweep = exact.sweep = &sweep;
    exact.exact = true;
    struct segment segment = sample("torch_4711_1_0");
    struct row row = row_of(segment);
    expect_cell(COLUMN_PRODUCER, &row, &style, "pytorch");
    expect_cell(COLUMN_CREATOR_PID, &row, &style, "4711");
    expect_cell(COLUMN_STATE, &row, &style, "");
    row.state = STATE_LEAKED;
    row.doubtful = true;
    expect_cell(COLUMN_STATE, &row, &style, "leaked?");
    expect_cell(COLUMN_STATE, &row, &exact, "leaked");
    assert_int_equal(row_doubt(&row), '?');
    expect_cell(COLUMN_HOLDERS, &row, &style, "0?");
    expect_cell(COLUMN_HOLDERS, &row, &exact, "0");
    row.held = HELD_NO;
    expect_cell(COLUMN_HOLDERS, &row, &style, "0");
    row.held = HELD_UNKNOWN;
    expect_cell(COLUMN_HOLDERS_COMPLETE, &row, &style, "no");
    expect_cell(COLUMN_HOLDERS_UNREAD, &row, &style, "3");
    expect_cell(COLUMN_HOLDERS_REASON, &row, &style, "not root");
    expect_cell(COLUMN_OWNERLESS, &row, &style, "no");
    expect_cell(COLUMN_LOADING, &row, &style, "no");
    row.doubtful = false;
    row.ownerless = true;
    row.state = STATE_LIVE;
    row.holders = &holders;
    expect_cell(COLUMN_HOLDERS, &row, &style, "2");
    expect_cell(COLUMN_OWNERLESS, &row, &style, "yes");
    assert_int_equal(row_doubt(&row), ' ');
    row.loading = true;
    expect_cell(COLUMN_STATE, &row, &style, "loading");
    expect_cell(COLUMN_STATE, &row, &exact, "live");
    row.loading = false;
    row.holders = NULL; /* the kernel refused a lease: by whom is not known */
    row.held = HELD_YES;
    expect_cell(COLUMN_HOLDERS, &row, &style, "");
    sweep.complete = true;
    expect_cell(COLUMN_HOLDERS_COMPLETE, &row, &style, "yes");
    expect_cell(COLUMN_HOLDERS_REASON, &row, &style, "");
    sweep.sees_all = false;
    expect_cell(COLUMN_OWNERLESS, &row, &style, "");
    row_clear(&row);
}

static void what_could_not_be_measured_is_blank_or_marked(void **state)
{
    (void)state;
    struct column_style exact = plain;
    exact.exact = true;
    struct row row = row_of((struct segment){.name = strdup("x"), .size = 4096, .allocated = 4096});
    row.unlinked = row.unmeasured = true;
    row.uid = row.gid = (uid_t)-1;
    row.state = STATE_UNLINKED;
    expect_cell(COLUMN_SIZE, &row, &plain, "4.0K");
    expect_cell(COLUMN_ALLOCATED, &row, &plain, "~4.0K");
    expect_cell(COLUMN_ALLOCATED, &row, &exact, "");
    const enum column blank[] = {COLUMN_OWNER, COLUMN_UID,     COLUMN_GROUP,    COLUMN_GID,      COLUMN_MODE,
                                 COLUMN_AGE,   COLUMN_CREATED, COLUMN_MODIFIED, COLUMN_OWNERLESS};
    for (size_t i = 0; i < sizeof blank / sizeof blank[0]; i++)
        expect_cell(blank[i], &row, &plain, "");
    expect_cell(COLUMN_STATE, &row, &plain, "unlinked");
    struct row measured = row_of((struct segment){.name = strdup("a")});
    assert_true(column_compare(COLUMN_OWNER, &row, &measured, NULL) < 0);
    assert_true(column_compare(COLUMN_GROUP, &measured, &row, NULL) > 0);
    assert_true(column_compare(COLUMN_UID, &row, &measured, NULL) < 0);
    row_clear(&measured);
    row_clear(&row);
}

static void a_damaged_one_shows_no_shape_but_the_reason(void **state)
{
    (void)state;
    struct segment segment = sample("x");
    matrix_clear(segment.matrix);
    free(segment.matrix);
    segment.matrix = NULL;
    segment.damage = strdup("its header says 5.0G");
    struct row row = row_of(segment);
    expect_cell(COLUMN_LAYOUT, &row, &plain, "npy");
    expect_cell(COLUMN_SHAPE, &row, &plain, "");
    expect_cell(COLUMN_TYPE, &row, &plain, "");
    expect_cell(COLUMN_DAMAGED, &row, &plain, "its header says 5.0G");
    row_clear(&row);
}

static void an_age_that_is_of_the_modification_is_marked(void **state)
{
    (void)state;
    struct segment segment = sample("x");
    segment.created = 0;
    struct row row = row_of(segment);
    expect_cell(COLUMN_AGE, &row, &plain, "~30h");
    struct column_style style = plain;
    style.exact = true;
    expect_cell(COLUMN_AGE, &row, &style, "111540");
    style.now = 0;
    expect_cell(COLUMN_AGE, &row, &style, "0");
    row_clear(&row);
}

static void exact_and_ascii_are_for_other_programs(void **state)
{
    (void)state;
    struct row row = row_of(sample("\xc3\xa4.shm"));
    struct column_style style = {.exact = true, .ascii = true, .now = plain.now};
    expect_cell(COLUMN_SIZE, &row, &style, "4800000128");
    expect_cell(COLUMN_ALLOCATED, &row, &style, "4096");
    expect_cell(COLUMN_AGE, &row, &style, "111600");
    expect_cell(COLUMN_SHAPE, &row, &style, "40000 x 60000");
    expect_cell(COLUMN_NAME, &row, &style, "\\u00e4.shm");
    row_clear(&row);
}

static void columns_are_found_by_their_json_key(void **state)
{
    (void)state;
    for (int i = 0; i < COLUMN_COUNT; i++) {
        enum column column;
        assert_non_null(column_info((enum column)i)->key);
        assert_non_null(column_info((enum column)i)->heading);
        if (column_info((enum column)i)->console) {
            assert_int_equal(column_parse(column_info((enum column)i)->key, &column, NULL), -EINVAL);
        } else {
            assert_int_equal(column_parse(column_info((enum column)i)->key, &column, NULL), 0);
            assert_int_equal(column, i);
        }
        for (int j = 0; j < i; j++)
            if (column_info((enum column)i)->letter)
                assert_int_not_equal(column_info((enum column)i)->letter,
                                     column_info((enum column)j)->letter);
    }
    enum column column = COLUMN_SHAPE;
    struct error error;
    assert_int_equal(column_parse("si\nze", &column, &error), -EINVAL);
    assert_non_null(strstr(error.text, "'si\\x0aze'"));
    assert_int_equal(column, COLUMN_SHAPE);
}

static void the_order_is_by_value_and_total(void **state)
{
    (void)state;
    struct row a = row_of(sample("a")), b = row_of(sample("b"));
    for (int i = 0; i < COLUMN_COUNT; i++) {
        assert_true(column_compare((enum column)i, &a, &b, NULL) < 0);
        assert_true(column_order((enum column)i, true, &a, &b, NULL) < 0 || i == COLUMN_NAME);
        assert_int_equal(column_compare((enum column)i, &a, &a, NULL), 0);
    }
    b.size = 1;
    assert_true(column_compare(COLUMN_SIZE, &a, &b, NULL) > 0);
    assert_true(column_order(COLUMN_SIZE, true, &a, &b, NULL) < 0);
    b.created = a.created + 1; /* younger */
    assert_true(column_compare(COLUMN_AGE, &a, &b, NULL) > 0);
    assert_true(column_compare(COLUMN_CREATED, &a, &b, NULL) < 0);
    b.uid = 999;
    assert_true(column_compare(COLUMN_UID, &a, &b, NULL) > 0);
    assert_true(column_compare(COLUMN_OWNER, &a, &b, NULL) < 0); /* "1000" and "999" as texts */
    struct users *users = users_new(false);
    users_learn_name(users, 1000, "zoe");
    users_learn_name(users, 999, "bob");
    assert_true(column_compare(COLUMN_OWNER, &a, &b, users) > 0);
    users_free(users);
    row_clear(&a);
    row_clear(&b);
}

static void the_key_never_contradicts_the_order(void **state)
{
    (void)state;
    struct holders some[2] = {{.count = 1}, {.count = 2}};
    struct row rows[40];
    uint32_t random = 3;
    for (size_t i = 0; i < 40; i++) {
        char name[16] = "psm_";
        for (size_t at = 4; at < 12; at++) {
            random = random * 1664525 + 1013904223;
            name[at] = (char)((random >> 24) % 4 ? (random >> 20 & 1 ? '\xff' : 'a') : 0);
        }
        struct segment segment = sample(name);
        segment.size = random >> 16 & 3;
        segment.created = (int64_t)(random >> 4 & 3) - 1;
        segment.modified = (int64_t)(random >> 8 & 3) - 1;
        rows[i] = row_of(segment);
        rows[i].state = random >> 6 & 3;
        rows[i].doubtful = random >> 9 & 1;
        rows[i].ownerless = random >> 10 & 1;
        rows[i].loading = random >> 11 & 1;
        rows[i].held = random >> 12 & 1 ? HELD_YES : HELD_NO;
        rows[i].holders = random >> 13 & 1 ? &some[random >> 14 & 1] : NULL;
        rows[i].creator_pid = random >> 15 & 3;
        rows[i].producer = random >> 18 & 1 ? NULL : producers_find(NULL, "torch_1_1", NULL);
        rows[i].unmeasured = random >> 19 & 1;
        rows[i].uid = rows[i].gid = rows[i].unmeasured ? (uid_t)-1 : random & 1;
    }
    for (int column = 0; column < COLUMN_COUNT; column++)
        for (size_t i = 0; i < 40; i++)
            for (size_t j = 0; j < 40; j++)
                if (column_key((enum column)column, &rows[i]) < column_key((enum column)column, &rows[j]))
                    assert_true(column_compare((enum column)column, &rows[i], &rows[j], NULL) < 0);
    for (size_t i = 0; i < 40; i++)
        row_clear(&rows[i]);
}

static void growth_has_a_sign_and_is_silent_where_there_is_none(void **state)
{
    (void)state;
    struct row a = row_of(sample("a")), b = row_of(sample("b"));
    a.allocated = a.first_allocated = b.first_allocated = 4096;
    expect_cell(COLUMN_GROWTH, &a, &plain, "");
    a.allocated = 4096 + 1048576;
    expect_cell(COLUMN_GROWTH, &a, &plain, "+1.0M");
    b.allocated = 1024;
    expect_cell(COLUMN_GROWTH, &b, &plain, "-3.0K");
    assert_true(column_compare(COLUMN_GROWTH, &a, &b, NULL) > 0);
    assert_true(column_key(COLUMN_GROWTH, &a) > column_key(COLUMN_GROWTH, &b));
    a.allocated = UINT64_MAX;
    b.first_allocated = UINT64_MAX;
    assert_true(column_compare(COLUMN_GROWTH, &a, &b, NULL) > 0);
    row_clear(&a);
    row_clear(&b);
}

static void the_letter_is_the_one_that_weighs_most(void **state)
{
    (void)state;
    struct row row = {.appeared = 1000, .grown = 1500};
    assert_int_equal(row_letter(&row, 1600), 'w');
    row.grown = 0;
    assert_int_equal(row_letter(&row, 1600), '+');
    assert_int_equal(row_letter(&row, 1000 + ROW_NEW_MS), ' ');
    row.state = STATE_STALE;
    assert_int_equal(row_letter(&row, 1600), 's');
    row.is_protected = true;
    assert_int_equal(row_letter(&row, 1600), 'P');
    row.state = STATE_LEAKED;
    assert_int_equal(row_letter(&row, 1600), 'L');
    row.state = STATE_UNLINKED;
    assert_int_equal(row_letter(&row, 1600), 'G');
    row.loading = true;
    assert_int_equal(row_letter(&row, 1600), 'P');
    row.damage = (char[]){"cut"};
    assert_int_equal(row_letter(&row, 1600), '!');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_column_says_what_is_known),
        cmocka_unit_test(nothing_is_invented),
        cmocka_unit_test(what_a_sweep_told_is_shown),
        cmocka_unit_test(what_could_not_be_measured_is_blank_or_marked),
        cmocka_unit_test(a_damaged_one_shows_no_shape_but_the_reason),
        cmocka_unit_test(an_age_that_is_of_the_modification_is_marked),
        cmocka_unit_test(exact_and_ascii_are_for_other_programs),
        cmocka_unit_test(columns_are_found_by_their_json_key),
        cmocka_unit_test(the_order_is_by_value_and_total),
        cmocka_unit_test(the_key_never_contradicts_the_order),
        cmocka_unit_test(growth_has_a_sign_and_is_silent_where_there_is_none),
        cmocka_unit_test(the_letter_is_the_one_that_weighs_most),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
