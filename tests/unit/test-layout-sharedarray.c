#include "tests/support/test.h"

#include "core/layout/layout.h"

/* A file of which only head and tail are looked at. */
static uint8_t file[4096];

static int recognise(uint64_t size, struct layout_result *ret)
{
    size_t tail = size < LAYOUT_TAIL ? (size_t)size : LAYOUT_TAIL;
    struct layout_probe probe = {.name = "x",
                                 .size = size,
                                 .head = file,
                                 .head_size = size < LAYOUT_HEAD ? (size_t)size : LAYOUT_HEAD,
                                 .tail = file + size - tail,
                                 .tail_size = tail};
    return layout_recognise(&probe, ret);
}

static void put32(size_t at, int32_t value)
{
    memcpy(file + at, &value, sizeof value);
}

static void put64(size_t at, int64_t value)
{
    memcpy(file + at, &value, sizeof value);
}

struct generation {
    size_t size;
    bool behind, has_item_size;
};

static const struct generation generations[] = {
    {292, true, true}, {548, true, true}, {288, true, false}, {160, true, false}, {160, false, false},
};
#define GENERATIONS (sizeof generations / sizeof generations[0])

/* A 3 × 4 array of 2-byte elements, written by one of the generations; returns the file's size. */
#define DATA 24
static size_t put_array(const struct generation *g, int32_t type)
{
    size_t at = g->behind ? DATA : 0, next = at + 28;
    memset(file, 0, sizeof file);
    memcpy(file + at, "[SharedArray]", 13);
    put64(at + 16, DATA);
    put32(at + 24, type);
    if (g->has_item_size) {
        put32(next, 2);
        next += 4;
    }
    put32(next, 2);
    put64(next + 4, 3);
    put64(next + 12, 4);
    return g->size + DATA;
}

static void expect_matrix(uint64_t size, const char *descr, uint64_t offset)
{
    struct layout_result result;
    char text[32];
    assert_int_equal(recognise(size, &result), 0);
    assert_int_equal(result.layout, LAYOUT_SHAREDARRAY);
    if (result.damaged)
        fail_msg("%s", result.reason);
    assert_true(result.has_matrix);
    dtype_descr(&result.matrix.dtype, text, sizeof text);
    assert_string_equal(text, descr);
    assert_int_equal(result.matrix.rank, 2);
    assert_int_equal(result.matrix.shape[0], 3);
    assert_int_equal(result.matrix.shape[1], 4);
    assert_int_equal(result.matrix.order, 'C');
    assert_int_equal(result.matrix.offset, offset);
    layout_result_clear(&result);
}

static void expect_damage(uint64_t size, const char *word)
{
    struct layout_result result;
    assert_int_equal(recognise(size, &result), 0);
    assert_int_equal(result.layout, LAYOUT_SHAREDARRAY);
    assert_true(result.damaged);
    assert_false(result.has_matrix);
    if (!strstr(result.reason, word))
        fail_msg("%s", result.reason);
}

static void expect_raw(uint64_t size)
{
    struct layout_result result;
    assert_int_equal(recognise(size, &result), 0);
    assert_int_equal(result.layout, LAYOUT_RAW);
    assert_false(result.damaged || result.has_matrix);
}

static void each_generation_is_known(void **state)
{
    (void)state;
    for (size_t i = 0; i < GENERATIONS; i++) {
        const struct generation *g = &generations[i];
        expect_matrix(put_array(g, 23), "<f2", g->behind ? 0 : g->size);
        expect_matrix(put_array(g, 4), "<u2", g->behind ? 0 : g->size);
    }
}

/* The data of a large one are not looked at. */
static void the_tail_may_lie_far_behind_the_head(void **state)
{
    (void)state;
    size_t size = 2048 + 292, at = 2048;
    memset(file, 1, sizeof file);
    memset(file + at, 0, 292);
    memcpy(file + at, "[SharedArray]", 13);
    put64(at + 16, 24);
    put32(at + 24, 3);
    put32(at + 28, 2);
    put32(at + 32, 2);
    put64(at + 36, 3);
    put64(at + 44, 4);
    expect_matrix(size, "<i2", 0);
    struct layout_probe probe = {.name = "x", .size = size, .head = file, .head_size = LAYOUT_HEAD};
    struct layout_result result;
    assert_int_equal(layout_recognise(&probe, &result), LAYOUT_NEED_TAIL);
}

static void types_are_numpys_numbers(void **state)
{
    (void)state;
    const struct {
        int32_t number, item_size;
        const char *descr;
    } types[] = {{0, 1, "|b1"},    {1, 1, "|i1"},  {2, 1, "|u1"},  {5, 4, "<i4"},
                 {6, 4, "<u4"},    {7, 8, "<i8"},  {8, 8, "<u8"},  {9, 8, "<i8"},
                 {10, 8, "<u8"},   {11, 4, "<f4"}, {12, 8, "<f8"}, {14, 8, "<c8"},
                 {15, 16, "<c16"}, {18, 5, "|S5"}, {19, 8, "<U2"}, {20, 3, "|V3"}};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        size_t data = (size_t)(12 * types[i].item_size);
        memset(file, 0, sizeof file);
        memcpy(file + data, "[SharedArray]", 13);
        put64(data + 16, (int64_t)data);
        put32(data + 24, types[i].number);
        put32(data + 28, types[i].item_size);
        put32(data + 32, 2);
        put64(data + 36, 3);
        put64(data + 44, 4);
        expect_matrix(data + 292, types[i].descr, 0);
    }
}

static void types_that_cannot_be_shown_are_named(void **state)
{
    (void)state;
    expect_damage(put_array(&generations[0], 17), "objects");
    expect_damage(put_array(&generations[0], 13), "long double");
    expect_damage(put_array(&generations[0], 21), "times");
    expect_damage(put_array(&generations[0], 24), "type number 24");
    expect_damage(put_array(&generations[0], -1), "type number -1");
    expect_damage(put_array(&generations[0], 12), "elements of 2 bytes");
    expect_damage(put_array(&generations[3], 18), "type number 18");
    size_t size = put_array(&generations[0], 19); /* U takes 4 bytes a character */
    expect_damage(size, "");
}

/* A magic is no proof: everything that is told has to agree. */
static void numbers_that_disagree_are_damage(void **state)
{
    (void)state;
    size_t size = put_array(&generations[0], 23), at = DATA;
    put64(at + 16, DATA + 2);
    expect_damage(size, "24 bytes, but of 26 bytes");
    size = put_array(&generations[0], 23);
    put64(at + 36, 3000);
    put64(at + 16, 24000);
    expect_damage(size, "24000 bytes of data, but the file has 24");
    size = put_array(&generations[0], 23);
    put32(at + 32, 33);
    expect_damage(size, "33 dimensions");
    put32(at + 32, -1);
    expect_damage(size, "-1 dimensions");
    size = put_array(&generations[0], 23);
    put64(at + 36, -3);
    expect_damage(size, "negative");
    size = put_array(&generations[0], 23);
    put64(at + 36, INT64_MAX);
    put64(at + 44, INT64_MAX);
    expect_damage(size, "63 bits");
    /* As ftruncate leaves it before the struct is filled. */
    memset(file, 0, sizeof file);
    memcpy(file + DATA, "[SharedArray]", 13);
    expect_damage(DATA + 292, "");
}

static void what_is_no_whole_magic_is_raw(void **state)
{
    (void)state;
    size_t size = put_array(&generations[0], 23);
    file[DATA + 14] = 1;
    expect_raw(size);
    size = put_array(&generations[0], 23);
    expect_raw(size - 1); /* then it stands nowhere where one is looked for */
    memset(file, 0, sizeof file);
    memcpy(file, "[SharedArray]", 13);
    expect_raw(83);
    expect_raw(13);
    expect_raw(0);
}

/* The data of one may hold another's struct, and a damaged place does not hide a good one. */
static void the_place_whose_numbers_agree_counts(void **state)
{
    (void)state;
    size_t size = put_array(&generations[1], 23);
    memcpy(file + size - 292, "[SharedArray]", 13); /* among its dims, that no one uses */
    expect_matrix(size, "<f2", 0);
    size = put_array(&generations[0], 23);
    memcpy(file, "[SharedArray]", 13); /* in its data */
    expect_matrix(size, "<f2", 0);
}

static void the_first_generation_tells_no_type(void **state)
{
    (void)state;
    struct layout_result result;
    memset(file, 0, sizeof file);
    memcpy(file, "[SharedArray]", 13);
    put32(16, 2);
    put32(20, 3);
    put32(24, 4);
    assert_int_equal(recognise(84 + 12 * 8, &result), 0);
    assert_int_equal(result.layout, LAYOUT_SHAREDARRAY);
    assert_false(result.damaged || result.has_matrix);
    assert_int_equal(result.payload, 84);
    expect_damage(160 + 12 * 8, ""); /* neither of the two that begin the file */
    expect_damage(84 + 12 * 7, "");
    expect_damage(84 + 12 * 5, "in no version");
    put32(16, 17);
    expect_damage(84 + 12, "in no version");
}

static void none_and_many_dimensions_are_fine(void **state)
{
    (void)state;
    struct layout_result result;
    size_t size = put_array(&generations[0], 3);
    put32(DATA + 32, 0);
    put64(DATA + 16, 2);
    assert_int_equal(recognise(size, &result), 0);
    assert_true(result.has_matrix && result.matrix.rank == 0);
    layout_result_clear(&result);
    size = put_array(&generations[1], 3);
    put32(DATA + 32, 64);
    for (int axis = 2; axis < 64; axis++)
        put64(DATA + 36 + 8 * (size_t)axis, 1);
    assert_int_equal(recognise(size, &result), 0);
    assert_true(result.has_matrix && result.matrix.rank == 64);
    layout_result_clear(&result);
    size = put_array(&generations[0], 3);
    put64(DATA + 36, 0);
    put64(DATA + 16, 0);
    assert_int_equal(recognise(size, &result), 0);
    assert_true(result.has_matrix && result.matrix.shape[0] == 0);
    layout_result_clear(&result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_generation_is_known),
        cmocka_unit_test(the_tail_may_lie_far_behind_the_head),
        cmocka_unit_test(types_are_numpys_numbers),
        cmocka_unit_test(types_that_cannot_be_shown_are_named),
        cmocka_unit_test(numbers_that_disagree_are_damage),
        cmocka_unit_test(what_is_no_whole_magic_is_raw),
        cmocka_unit_test(the_place_whose_numbers_agree_counts),
        cmocka_unit_test(the_first_generation_tells_no_type),
        cmocka_unit_test(none_and_many_dimensions_are_fine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
