#include "tests/support/test.h"

#include "core/catalog/trend.h"

#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)

static struct trend trend;

static int setup(void **state)
{
    (void)state;
    trend = (struct trend){0};
    return 0;
}

static void assert_text(const char *expected)
{
    char text[TREND_TEXT_MAX];
    size_t length = trend_text(&trend, text, sizeof text);
    assert_string_equal(text, expected);
    assert_int_equal(length, strlen(expected));
}

static void nothing_is_said_before_ten_seconds(void **state)
{
    (void)state;
    assert_text("");
    trend_feed(&trend, 5000, 0, 10 * GIB);
    assert_text("");
    trend_feed(&trend, 14999, GIB, 9 * GIB);
    assert_text("");
    trend_feed(&trend, 15000, GIB, 9 * GIB);
    assert_text("+6.0G/min");
}

/* A few MiB that come and go are no reason for an alarm. */
static void a_blip_is_not_said(void **state)
{
    (void)state;
    trend_feed(&trend, 0, 3 * GIB / 10, 10 * GIB);
    for (int64_t now = 2000; now < 60000; now += 2000) {
        trend_feed(&trend, now, 3 * GIB / 10 + 23 * MIB, 10 * GIB);
        assert_text("");
    }
    trend_feed(&trend, 60000, 3 * GIB / 10 + 23 * MIB, 10 * GIB);
    assert_text("+23.0M/min");
}

static void what_grows_all_the_time_will_be_full(void **state)
{
    (void)state;
    for (int64_t now = 0; now <= 10000; now += 2000)
        trend_feed(&trend, now, (uint64_t)now / 1000 * 100 * MIB,
                   10 * GIB - (uint64_t)now / 1000 * 100 * MIB);
    assert_text("+5.9G/min, full in 1 min");
}

static void less_than_a_mib_a_minute_is_noise(void **state)
{
    (void)state;
    trend_feed(&trend, 0, GIB, GIB);
    trend_feed(&trend, 60000, GIB + MIB - 1, GIB);
    assert_text("");
    trend_feed(&trend, 60000, GIB + MIB, GIB);
    assert_text("+1.0M/min");
    trend_feed(&trend, 60000, GIB - MIB + 1, GIB);
    assert_text("");
    trend_feed(&trend, 60000, GIB - MIB, GIB);
    assert_text("-1.0M/min");
}

static void the_time_to_full_is_said_in_its_unit(void **state)
{
    (void)state;
    trend_feed(&trend, 0, 0, 0);
    trend_feed(&trend, 30000, GIB / 2, 0);
    const struct {
        uint64_t free;
        const char *text;
    } cases[] = {
        {0, "+1.0G/min, full in 0 s"},
        {GIB / 2, "+1.0G/min, full in 30 s"},
        {GIB, "+1.0G/min, full in 1 min"},
        {8 * GIB, "+1.0G/min, full in 8 min"},
        {119 * GIB, "+1.0G/min, full in 119 min"},
        {120 * GIB, "+1.0G/min, full in 2 h"},
        {1440 * GIB, "+1.0G/min, full in 24 h"},
        {1441 * GIB, "+1.0G/min"},
        {UINT64_MAX, "+1.0G/min"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        trend_feed(&trend, 60000, GIB, cases[i].free);
        assert_text(cases[i].text);
    }
    trend_feed(&trend, 60000, UINT64_MAX, 0);
    assert_true(trend_rate(&trend) == INT64_MAX);
}

static void a_load_of_a_while_ago_is_forgotten(void **state)
{
    (void)state;
    trend_feed(&trend, 0, 0, 10 * GIB);
    int64_t now = 1000;
    for (; now <= 60000; now += 1000)
        trend_feed(&trend, now, 6 * GIB, 4 * GIB);
    assert_text("+6.0G/min"); /* it grew in one step */
    for (; now <= 119000; now += 1000)
        trend_feed(&trend, now, 6 * GIB, 4 * GIB);
    assert_true(trend_rate(&trend) > 0);
    for (; now <= 123000; now += 1000)
        trend_feed(&trend, now, 6 * GIB, 4 * GIB);
    assert_text("");
}

/* However often it is fed, and after however long a pause, the rate is that of what happened. */
static void neither_a_storm_of_samples_nor_a_pause_changes_the_rate(void **state)
{
    (void)state;
    for (int64_t now = 0; now <= 300000; now += 10)
        trend_feed(&trend, now, (uint64_t)now * MIB / 1000, UINT64_MAX);
    assert_true(llabs(trend_rate(&trend) - 60 * (int64_t)MIB) < (int64_t)MIB);
    trend_feed(&trend, 900000, 900 * MIB, UINT64_MAX);
    assert_true(llabs(trend_rate(&trend) - 60 * (int64_t)MIB) < (int64_t)MIB);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(nothing_is_said_before_ten_seconds, setup),
        cmocka_unit_test_setup(a_blip_is_not_said, setup),
        cmocka_unit_test_setup(what_grows_all_the_time_will_be_full, setup),
        cmocka_unit_test_setup(less_than_a_mib_a_minute_is_noise, setup),
        cmocka_unit_test_setup(the_time_to_full_is_said_in_its_unit, setup),
        cmocka_unit_test_setup(a_load_of_a_while_ago_is_forgotten, setup),
        cmocka_unit_test_setup(neither_a_storm_of_samples_nor_a_pause_changes_the_rate, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
