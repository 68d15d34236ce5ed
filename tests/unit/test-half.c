#include "tests/support/test.h"

#include <math.h>
#include <stdbool.h>

#include "core/matrix/half.h"

static bool half_is_nan(uint16_t half)
{
    return (half & 0x7c00) == 0x7c00 && (half & 0x3ff);
}

static double power(int exponent)
{
    double value = 1;
    for (; exponent > 0; exponent--)
        value *= 2;
    for (; exponent < 0; exponent++)
        value /= 2;
    return value;
}

static void every_half_goes_to_double_and_back(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 65536; i++) {
        uint16_t half = (uint16_t)i;
        double value = half_to_double(half);
        assert_int_equal(isnan(value) != 0, half_is_nan(half));
        if (half_from_double(value) != half)
            fail_msg("%04x became %04x", half, half_from_double(value));
        if (isfinite(value)) {
            int exponent = half >> 10 & 0x1f;
            double expected =
                exponent ? (1024 + (half & 0x3ff)) * power(exponent - 25) : (half & 0x3ff) * power(-24);
            assert_true(value == (half & 0x8000 ? -expected : expected));
            assert_int_equal(signbit(value) != 0, half >> 15);
        }
    }
}

/* The neighbour of a positive double. */
static double step(double value, int direction)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    bits += (uint64_t)direction;
    memcpy(&value, &bits, sizeof bits);
    return value;
}

/* In the middle between two neighbours the even one wins; a step beyond it the nearer one. */
static void between_two_neighbours_the_nearer_or_even_one_wins(void **state)
{
    (void)state;
    for (uint16_t half = 0; half < 0x7c00; half++) {
        double low = half_to_double(half), high = half == 0x7bff ? 65536 : half_to_double(half + 1);
        double middle = (low + high) / 2;
        uint16_t even = half & 1 ? half + 1 : half;
        const struct {
            double value;
            uint16_t expected;
        } rows[] = {{middle, even}, {step(middle, -1), half}, {step(middle, 1), half + 1}};
        for (int i = 0; i < 3; i++) {
            if (half_from_double(rows[i].value) != rows[i].expected)
                fail_msg("%a became %04x, not %04x", rows[i].value, half_from_double(rows[i].value),
                         rows[i].expected);
            assert_int_equal(half_from_double(-rows[i].value), rows[i].expected | 0x8000);
        }
    }
}

static void known_values_round_as_in_numpy(void **state)
{
    (void)state;
    const struct {
        double value;
        uint16_t half;
    } rows[] = {
        {0.1, 0x2e66},
        {1.0 / 3, 0x3555},
        {2049, 0x6800},
        {2051, 0x6802},
        {65504, 0x7bff},
        {65519.99, 0x7bff},
        {65520, 0x7c00},
        {1e300, 0x7c00},
        {INFINITY, 0x7c00},
        {-INFINITY, 0xfc00},
        {0x1p-24, 1},
        {0x1p-25, 0},
        {0x1.0000000000001p-25, 1},
        {0x1.8p-24, 2},
        {0x1p-14, 0x400},
        {-0.0, 0x8000},
        {-1e-300, 0x8000},
        {0x1p-1074, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(half_from_double(rows[i].value), rows[i].half);
}

static void a_nan_never_becomes_inf(void **state)
{
    (void)state;
    const uint64_t nans[] = {0x7ff0000000000001, 0xfff0000000000001, 0x7ff8000000000000, 0x7ff00000ffffffff,
                             0xffffffffffffffff};
    for (size_t i = 0; i < sizeof nans / sizeof nans[0]; i++) {
        double value;
        memcpy(&value, &nans[i], sizeof value);
        assert_true(half_is_nan(half_from_double(value)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_half_goes_to_double_and_back),
        cmocka_unit_test(between_two_neighbours_the_nearer_or_even_one_wins),
        cmocka_unit_test(known_values_round_as_in_numpy),
        cmocka_unit_test(a_nan_never_becomes_inf),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
