#include "tests/support/test.h"

#include "core/catalog/state.h"

#define SECOND INT64_C(1000000000)

static struct producer made_by(enum disposal disposal, enum creator_place creator)
{
    return (struct producer){"x", "X", "x*", disposal, creator};
}

static void expect(const struct state_facts *facts, enum state state, bool doubtful)
{
    struct state_verdict verdict = state_judge(facts);
    assert_int_equal(verdict.state, state);
    assert_int_equal(verdict.doubtful, doubtful);
}

static void nothing_is_said_before_a_sweep(void **state)
{
    (void)state;
    struct producer none = made_by(DISPOSAL_OK, CREATOR_NOWHERE);
    struct state_facts facts = {.creator = CREATOR_GONE, .producer = &none, .age = 3600 * SECOND};
    expect(&facts, STATE_UNKNOWN, false);
    facts.held = HELD_NO; /* but not whether its creator lives */
    expect(&facts, STATE_UNKNOWN, false);
    facts.held = HELD_YES;
    expect(&facts, STATE_LIVE, false);
}

static void who_is_found_or_refuses_the_lease_makes_it_live(void **state)
{
    (void)state;
    struct producer none = made_by(DISPOSAL_OK, CREATOR_NOWHERE);
    for (int complete = 0; complete < 2; complete++) {
        struct state_facts facts = {.swept = true, .complete = complete, .creator = CREATOR_GONE};
        facts.producer = &none;
        facts.age = 3600 * SECOND;
        facts.held = HELD_YES;
        expect(&facts, STATE_LIVE, false);
        facts.found = true;
        for (facts.held = HELD_UNKNOWN; facts.held <= HELD_YES; facts.held++)
            expect(&facts, STATE_LIVE, false);
    }
}

static void what_nobody_holds_is_idle_unless_something_says_otherwise(void **state)
{
    (void)state;
    struct state_facts facts = {.swept = true, .complete = true, .age = 3600 * 24 * 365 * SECOND};
    expect(&facts, STATE_IDLE, false);
    facts.creator = CREATOR_ALIVE;
    expect(&facts, STATE_IDLE, false);
    struct producer asks = made_by(DISPOSAL_ASK, CREATOR_NOWHERE);
    facts.producer = &asks;
    expect(&facts, STATE_IDLE, false);
}

static void stale_takes_more_than_ten_minutes_and_a_producer_that_leaves_none(void **state)
{
    (void)state;
    struct producer none = made_by(DISPOSAL_OK, CREATOR_NOWHERE);
    struct state_facts facts = {.swept = true, .complete = true, .producer = &none};
    expect(&facts, STATE_IDLE, false); /* its age is not known */
    facts.age = 600 * SECOND;
    expect(&facts, STATE_IDLE, false);
    facts.age = 600 * SECOND + 1;
    expect(&facts, STATE_STALE, false);
    facts.age = -5;
    expect(&facts, STATE_IDLE, false);

    facts.age = 3600 * SECOND;
    static const enum disposal others[] = {DISPOSAL_ASK, DISPOSAL_SELF, DISPOSAL_LIVE, DISPOSAL_NEVER};
    for (unsigned i = 0; i < sizeof others / sizeof others[0]; i++) {
        struct producer other = made_by(others[i], CREATOR_NOWHERE);
        facts.producer = &other;
        expect(&facts, STATE_IDLE, false);
    }
}

static void a_dead_creator_makes_it_leaked_at_any_age(void **state)
{
    (void)state;
    struct producer none = made_by(DISPOSAL_OK, CREATOR_NOWHERE);
    struct state_facts facts = {.swept = true, .complete = true, .creator = CREATOR_GONE};
    expect(&facts, STATE_LEAKED, false);
    facts.producer = &none;
    facts.age = 3600 * SECOND;
    expect(&facts, STATE_LEAKED, false);
}

static void an_incomplete_sweep_that_found_nobody_leaves_a_doubt_that_a_lease_settles(void **state)
{
    (void)state;
    struct producer none = made_by(DISPOSAL_OK, CREATOR_NOWHERE);
    struct state_facts facts = {.swept = true, .producer = &none};
    expect(&facts, STATE_IDLE, true);
    facts.age = 3600 * SECOND;
    expect(&facts, STATE_STALE, true);
    facts.creator = CREATOR_GONE;
    expect(&facts, STATE_LEAKED, true);
    facts.held = HELD_NO;
    expect(&facts, STATE_LEAKED, false);
    facts.hidden = true; /* so may its creator be */
    expect(&facts, STATE_LEAKED, true);
    facts.creator = CREATOR_ALIVE;
    expect(&facts, STATE_STALE, false);
    facts.held = HELD_YES;
    expect(&facts, STATE_LIVE, false);
}

static void what_has_no_name_is_unlinked_unless_it_is_being_loaded(void **state)
{
    (void)state;
    struct state_facts facts = {.unlinked = true, .found = true};
    expect(&facts, STATE_UNLINKED, false);
    facts.swept = true;
    expect(&facts, STATE_UNLINKED, false);
    facts.loading = true;
    expect(&facts, STATE_LIVE, false);
}

static void names_are_those_of_the_contract(void **state)
{
    (void)state;
    assert_null(state_name(STATE_UNKNOWN));
    static const char *const names[] = {"live", "idle", "stale", "leaked", "unlinked"};
    for (int i = 0; i < 5; i++) {
        enum state parsed = STATE_UNKNOWN;
        assert_string_equal(state_name(STATE_LIVE + i), names[i]);
        assert_true(state_parse(names[i], &parsed));
        assert_int_equal(parsed, STATE_LIVE + i);
    }
    enum state untouched = STATE_LEAKED;
    assert_false(state_parse("lea", &untouched));
    assert_false(state_parse("", &untouched));
    assert_int_equal(untouched, STATE_LEAKED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_said_before_a_sweep),
        cmocka_unit_test(who_is_found_or_refuses_the_lease_makes_it_live),
        cmocka_unit_test(what_nobody_holds_is_idle_unless_something_says_otherwise),
        cmocka_unit_test(stale_takes_more_than_ten_minutes_and_a_producer_that_leaves_none),
        cmocka_unit_test(a_dead_creator_makes_it_leaked_at_any_age),
        cmocka_unit_test(an_incomplete_sweep_that_found_nobody_leaves_a_doubt_that_a_lease_settles),
        cmocka_unit_test(what_has_no_name_is_unlinked_unless_it_is_being_loaded),
        cmocka_unit_test(names_are_those_of_the_contract),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
