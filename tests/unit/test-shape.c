#include "tests/support/test.h"

#include <errno.h>

#include "core/matrix/shape.h"

static void test_good(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int rank;
        uint64_t shape[4];
    } cases[] = {
        {"5", 1, {5}},
        {"40000,60000", 2, {40000, 60000}},
        {" 2, 3 ,4 ", 3, {2, 3, 4}},
        {"(2, 3)", 2, {2, 3}},
        {"(5,)", 1, {5}},
        {"5,", 1, {5}},
        {"( )", 0, {0}},
        {"0,03", 2, {0, 3}},
        {"9223372036854775807", 1, {INT64_MAX}},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t shape[MATRIX_RANK_MAX];
        int rank;
        struct error error = {0};
        if (shape_parse(cases[i].text, &rank, shape, &error) < 0)
            fail_msg("%s: %s", cases[i].text, error.text);
        assert_int_equal(rank, cases[i].rank);
        assert_memory_equal(shape, cases[i].shape, (size_t)rank * sizeof shape[0]);
    }
}

static void test_bad(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned start;
    } cases[] = {
        {"", 0},
        {"x", 0},
        {"2,x", 2},
        {"2,,3", 2},
        {",2", 0},
        {"-1,3", 0},
        {"2.5", 1},
        {"2x3", 1},
        {"2 3", 2},
        {"(2,3", 4},
        {"2,3)", 3},
        {"(2)3", 3},
        {"(", 1},
        {"2, 9223372036854775808", 3},
        {"99999999999999999999999", 0},
        {"0x10", 1},
        {"1e3", 1},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t shape[MATRIX_RANK_MAX] = {77};
        int rank = 77;
        struct error error = {0};
        if (shape_parse(cases[i].text, &rank, shape, &error) != -EINVAL)
            fail_msg("%s is taken", cases[i].text);
        if (error.start != cases[i].start)
            fail_msg("%s: wrong at %u", cases[i].text, error.start);
        assert_int_equal(rank, 77);
        assert_int_equal(shape[0], 77);
        assert_int_equal(shape_parse(cases[i].text, &rank, shape, NULL), -EINVAL);
    }
}

static void test_rank(void **state)
{
    (void)state;
    char text[2 * MATRIX_RANK_MAX + 4] = "1";
    uint64_t shape[MATRIX_RANK_MAX];
    int rank;
    for (int i = 1; i < MATRIX_RANK_MAX; i++)
        strcat(text, ",1");
    assert_int_equal(shape_parse(text, &rank, shape, NULL), 0);
    assert_int_equal(rank, MATRIX_RANK_MAX);
    strcat(text, ",1");
    assert_int_equal(shape_parse(text, &rank, shape, NULL), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_rank),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
