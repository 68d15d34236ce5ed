/*
 * Every pair of real types, at every level that this machine has, against arithmetic that is not core's: each
 * value of the small types, the edges of every type, all ties of float16. Counts too.
 */
#include "tests/support/test.h"

#include "core/matrix/convert.h"
#include "tests/support/numbers.h"

/* What numbers become, by the reference. */
static struct numbers expect(const struct numbers *from, const struct dtype *to, struct convert_counts *ret)
{
    struct numbers expected = {.dtype = *to, .n = from->n, .elements = malloc(from->n * to->itemsize)};
    assert_non_null(expected.elements);
    *ret = (struct convert_counts){0};
    for (size_t i = 0; i < from->n; i++)
        numbers_convert(from, i, to, expected.elements + i * to->itemsize, ret);
    return expected;
}

static const char *const level_names[] = {"portable", "avx2", "avx512", "neon"};

static void compare(const struct numbers *from, const struct numbers *expected, const uint8_t *got, int level)
{
    char from_name[DTYPE_NAME_MAX], to_name[DTYPE_NAME_MAX];
    uint64_t from_size = from->dtype.itemsize, size = expected->dtype.itemsize;
    for (size_t i = 0; i < from->n; i++) {
        if (numbers_are_equal(&expected->dtype, expected->elements + i * size, got + i * size))
            continue;
        uint64_t bits[3] = {0};
        memcpy(&bits[0], from->elements + i * from_size, from_size);
        memcpy(&bits[1], got + i * size, size);
        memcpy(&bits[2], expected->elements + i * size, size);
        dtype_name(&from->dtype, from_name);
        dtype_name(&expected->dtype, to_name);
        fail_msg("%s: %s %#llx became %s %#llx, not %#llx", level_names[level], from_name,
                 (unsigned long long)bits[0], to_name, (unsigned long long)bits[1],
                 (unsigned long long)bits[2]);
    }
}

/* One pair at all levels. */
static void check_pair(const struct numbers *from, const char *to_type)
{
    struct dtype to;
    assert_int_equal(dtype_parse(to_type, &to, NULL), 0);
    struct convert_counts expected_counts;
    struct numbers expected = expect(from, &to, &expected_counts);
    uint8_t *got = malloc(from->n * to.itemsize);
    assert_non_null(got);
    for (int level = CONVERT_PORTABLE; level < CONVERT_BEST; level++) {
        struct converter converter;
        if (converter_make(&from->dtype, &to, level, &converter, NULL) < 0)
            continue;
        struct convert_counts counts = {0};
        memset(got, 0xaa, from->n * to.itemsize);
        converter_run(&converter, from->elements, got, from->n, &counts);
        compare(from, &expected, got, level);
        assert_int_equal(counts.saturated, expected_counts.saturated);
        assert_int_equal(counts.overflowed, expected_counts.overflowed);
        assert_int_equal(counts.lost_nan, expected_counts.lost_nan);
    }
    free(got);
    free(expected.elements);
}

static void every_pair_converts_odd_values(void **state)
{
    (void)state;
    for (int from = 0; from < NUMBER_TYPES; from++) {
        struct numbers numbers = numbers_odd(number_types[from]);
        for (int to = 0; to < NUMBER_TYPES; to++)
            if (from != to)
                check_pair(&numbers, number_types[to]);
        free(numbers.elements);
    }
}

static void ties_go_to_the_even_one(void **state)
{
    (void)state;
    struct numbers doubles = numbers_ties("f8"), floats = numbers_ties("f4");
    check_pair(&doubles, "f2");
    check_pair(&doubles, "f4");
    check_pair(&floats, "f2");
    free(doubles.elements);
    free(floats.elements);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_pair_converts_odd_values),
        cmocka_unit_test(ties_go_to_the_even_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
