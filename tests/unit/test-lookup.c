#include "tests/support/test.h"

#include "core/sys/lookup.h"

static void what_was_added_is_found_until_it_is_removed(void **state)
{
    (void)state;
    struct lookup lookup = {0};
    uint32_t cursor = 0;
    assert_int_equal(lookup_next(&lookup, 7, &cursor), LOOKUP_NONE);
    assert_false(lookup_remove(&lookup, 7, 1));
    lookup_add(&lookup, 7, 1);
    lookup_add(&lookup, 7, 2);
    uint32_t sum = 0, value;
    cursor = 0;
    while ((value = lookup_next(&lookup, 7, &cursor)) != LOOKUP_NONE)
        sum += value;
    assert_int_equal(sum, 3);
    assert_true(lookup_remove(&lookup, 7, 1));
    assert_false(lookup_remove(&lookup, 7, 1));
    cursor = 0;
    assert_int_equal(lookup_next(&lookup, 7, &cursor), 2);
    assert_int_equal(lookup_next(&lookup, 7, &cursor), LOOKUP_NONE);
    lookup_clear(&lookup);
}

#define KEYS 5000

/* Against a plain array, with hashes that crowd and wrap round the end of the table. */
static void a_storm_leaves_what_a_plain_array_would_hold(void **state)
{
    (void)state;
    static bool present[KEYS];
    struct lookup lookup = {0};
    uint32_t random = 1, count = 0;
    for (unsigned i = 0; i < 200000; i++) {
        random = random * 1664525 + 1013904223;
        uint32_t key = random >> 8, value = key % KEYS, hash = value % 97 - 40;
        if (present[value]) {
            assert_true(lookup_remove(&lookup, hash, value));
            count--;
        } else {
            lookup_add(&lookup, hash, value);
            count++;
        }
        present[value] = !present[value];
    }
    assert_int_equal(lookup.count, count);
    for (uint32_t value = 0; value < KEYS; value++) {
        uint32_t cursor = 0, found, times = 0;
        while ((found = lookup_next(&lookup, value % 97 - 40, &cursor)) != LOOKUP_NONE)
            times += found == value;
        assert_int_equal(times, present[value]);
    }
    lookup_clear(&lookup);
}

static void equal_bytes_have_equal_hashes_and_others_differ(void **state)
{
    (void)state;
    char a[40] = "psm_0000000000000000000000000000000001", b[40];
    memcpy(b, a, sizeof b);
    assert_int_equal(lookup_hash(a, sizeof a), lookup_hash(b, sizeof b));
    for (size_t i = 0; i < sizeof a; i++) {
        b[i] ^= 1;
        assert_int_not_equal(lookup_hash(a, sizeof a), lookup_hash(b, sizeof b));
        b[i] ^= 1;
        assert_int_not_equal(lookup_hash(a, i), lookup_hash(a, sizeof a));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_added_is_found_until_it_is_removed),
        cmocka_unit_test(a_storm_leaves_what_a_plain_array_would_hold),
        cmocka_unit_test(equal_bytes_have_equal_hashes_and_others_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
