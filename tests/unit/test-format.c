#include "tests/support/test.h"

#include "core/catalog/format.h"

#define K INT64_C(1024)

static void sizes_read_as_in_the_table(void **state)
{
    (void)state;
    const struct {
        uint64_t bytes;
        const char *text;
    } cases[] = {
        {0, "0"},
        {512, "512"},
        {1023, "1023"},
        {1024, "1.0K"},
        {4096, "4.0K"},
        {8 * K * K, "8.0M"},
        {96 * K * K, "96.0M"},
        {K * K - 1, "1.0M"},
        {99 * K + 972, "99.9K"},
        {99 * K + 973, "100K"},
        {976 * K * K, "976M"},
        {1023 * K * K, "1023M"},
        {1023 * K * K + K * K / 2 - 1, "1023M"},
        {1023 * K * K + K * K / 2, "1.0G"},
        {UINT64_C(4800000000), "4.5G"},
        {UINT64_C(5153960755), "4.8G"},
        {K * K * K * K, "1.0T"},
        {UINT64_C(1) << 50, "1.0P"},
        {UINT64_C(1) << 60, "1.0E"},
        {UINT64_MAX, "16.0E"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[FORMAT_BYTES_MAX];
        assert_int_equal(format_bytes(cases[i].bytes, text, sizeof text), strlen(cases[i].text));
        assert_string_equal(text, cases[i].text);
    }
}

static void no_size_is_wider_than_its_column_or_shows_1024(void **state)
{
    (void)state;
    for (int shift = 0; shift < 64; shift++)
        for (int64_t by = -2000; by <= 2000; by++) {
            char text[32];
            uint64_t bytes = (UINT64_C(1) << shift) + (uint64_t)by * (UINT64_C(1) << shift) / 3000;
            assert_true(format_bytes(bytes, text, sizeof text) < FORMAT_BYTES_MAX);
            assert_null(strstr(text, "1024"));
        }
}

static void ages_read_as_in_the_table(void **state)
{
    (void)state;
    const int64_t hour = 3600, day = 24 * hour, year = 365 * day;
    const struct {
        int64_t seconds;
        const char *text;
    } cases[] = {
        {-5, "0s"},
        {0, "0s"},
        {41, "41s"},
        {59, "59s"},
        {60, "1m00s"},
        {200, "3m20s"},
        {hour - 1, "59m59s"},
        {hour, "1h00m"},
        {9 * hour + 12 * 60 + 59, "9h12m"},
        {day - 1, "23h59m"},
        {day, "24h"},
        {31 * hour, "31h"},
        {2 * day - 1, "47h"},
        {3 * day + 4 * hour, "3d04h"},
        {10 * day - 1, "9d23h"},
        {10 * day, "10d"},
        {40 * day, "40d"},
        {year - 1, "364d"},
        {year + 3 * day, "1y03d"},
        {10 * year - 1, "9y364d"},
        {12 * year, "12y"},
        {INT64_MAX, "99999y"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[FORMAT_AGE_MAX];
        assert_int_equal(format_age(cases[i].seconds, text, sizeof text), strlen(cases[i].text));
        assert_string_equal(text, cases[i].text);
    }
}

static void times_are_rfc_3339_in_utc(void **state)
{
    (void)state;
    const struct {
        int64_t nanoseconds;
        const char *text;
    } cases[] = {
        {0, "1970-01-01T00:00:00Z"},         {INT64_C(1794367327999999999), "2026-11-11T03:22:07Z"},
        {-1, "1969-12-31T23:59:59Z"},        {INT64_MIN, "1677-09-21T00:12:43Z"},
        {INT64_MAX, "2262-04-11T23:47:16Z"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[FORMAT_TIME_MAX];
        assert_int_equal(format_time(cases[i].nanoseconds, text, sizeof text), sizeof text - 1);
        assert_string_equal(text, cases[i].text);
    }
}

static void a_short_buffer_is_filled_and_the_need_told(void **state)
{
    (void)state;
    char text[3];
    assert_int_equal(format_bytes(96 * K * K, text, sizeof text), 5);
    assert_string_equal(text, "96");
    assert_int_equal(format_age(31 * 3600, NULL, 0), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_read_as_in_the_table),
        cmocka_unit_test(no_size_is_wider_than_its_column_or_shows_1024),
        cmocka_unit_test(ages_read_as_in_the_table),
        cmocka_unit_test(times_are_rfc_3339_in_utc),
        cmocka_unit_test(a_short_buffer_is_filled_and_the_need_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
