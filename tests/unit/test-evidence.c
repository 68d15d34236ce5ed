#include "tests/support/test.h"

#include "core/catalog/evidence.h"

static const struct sweep all = {.processes = 212, .complete = true, .sees_all = true};
static const struct sweep some = {
    .processes = 300,
    .unread = 12,
    .sees_all = true,
    .reason = "not root: 12 of 300 processes could not be read",
};

static struct holder holder(pid_t pid, const char *command)
{
    struct holder one = {.pid = pid};
    snprintf(one.command, sizeof one.command, "%s", command);
    return one;
}

static void expect_holders(const struct row *row, const char *expected)
{
    char text[512];
    size_t length = holders_text(row, false, text, sizeof text);
    assert_string_equal(text, expected);
    assert_int_equal(length, strlen(expected));
}

static void expect(const struct row *row, const struct sweep *sweep, const char *expected)
{
    char text[1024];
    size_t length = evidence_text(row, sweep, false, text, sizeof text);
    assert_string_equal(text, expected);
    assert_int_equal(length, strlen(expected));
}

static void one_holder_is_named_with_its_pid_more_are_counted(void **state)
{
    (void)state;
    struct holder list[7];
    struct holders holders = {1, list};
    struct row row = {.state = STATE_LIVE, .holders = &holders};
    list[0] = holder(881, "dash");
    expect_holders(&row, "881 dash");
    list[1] = holder(882, "dash");
    holders.count = 2;
    expect_holders(&row, "2 dash");
    list[0] = holder(70, "viewer");
    list[1] = holder(71, "acquire");
    expect_holders(&row, "viewer, acquire");
    list[2] = holder(72, "acquire");
    holders.count = 3;
    expect_holders(&row, "2 acquire, viewer");
    list[3] = holder(73, "c");
    list[4] = holder(74, "d");
    list[5] = holder(75, "c");
    list[6] = holder(76, "e");
    holders.count = 7;
    expect_holders(&row, "2 acquire, 2 c, viewer, +2");
}

static void a_command_is_printable(void **state)
{
    (void)state;
    struct holder list[] = {holder(5, "a\x1b]0;x\n) \xe2\x80\xae")};
    struct holders holders = {1, list};
    struct row row = {.state = STATE_LIVE, .holders = &holders};
    expect_holders(&row, "5 a\\x1b]0;x\\x0a) \\u202e");
    list[0] = holder(5, "");
    expect_holders(&row, "5 ?");
    char text[8];
    list[0] = holder(5, "long enough");
    assert_int_equal(holders_text(&row, false, text, sizeof text), 13);
    assert_true(strlen(text) < sizeof text);
}

static void nobody_is_said_only_after_a_sweep_and_as_surely_as_it_is_known(void **state)
{
    (void)state;
    struct row row = {0};
    expect_holders(&row, "");
    assert_false(row_holders_known(&row));
    row.held = HELD_NO; /* that nobody holds it a lease can tell too */
    assert_true(row_holders_known(&row));
    row.held = HELD_UNKNOWN;
    row.state = STATE_IDLE;
    expect_holders(&row, "nobody");
    assert_true(row_holders_known(&row));
    row.doubtful = true;
    expect_holders(&row, "nobody seen");
    row.doubtful = false;
    row.state = STATE_LEAKED;
    row.creator = CREATOR_GONE;
    row.creator_pid = 4711;
    expect_holders(&row, "nobody \xc2\xb7 4711 gone");
    char text[64];
    holders_text(&row, true, text, sizeof text);
    assert_string_equal(text, "nobody, 4711 gone");
    row.state = STATE_LIVE;
    row.held = HELD_YES;
    expect_holders(&row, "someone unseen");
    assert_false(row_holders_known(&row));
}

static void the_evidence_of_each_state_is_said(void **state)
{
    (void)state;
    struct row row = {0};
    expect(&row, NULL, "not known yet: the processes were not looked through");
    expect(&row, &all, "not known yet: it came while the processes were looked through");
    row.state = STATE_IDLE;
    expect(&row, &all, "idle: nobody maps it or has it open; 212 of 212 processes read");
    row.creator_pid = 4711;
    row.creator = CREATOR_ALIVE;
    expect(&row, &all,
           "idle: creator pid 4711 lives; nobody maps it or has it open; 212 of 212 processes read");
    row.state = STATE_LEAKED;
    row.creator = CREATOR_GONE;
    row.ownerless = true;
    expect(&row, &all,
           "leaked: creator pid 4711 is gone; nobody maps it or has it open; 212 of 212 processes read; its "
           "owner has no process on this host");
    struct row stale = {.state = STATE_STALE};
    stale.producer = producers_find(NULL, "psm_8d2f11aa", NULL);
    expect(&stale, &all,
           "stale: nobody maps it or has it open; 212 of 212 processes read; it is over 10 minutes old, and "
           "Python shared_memory leaves none on purpose");
}

static void what_could_not_be_seen_is_said_too(void **state)
{
    (void)state;
    struct row row = {.state = STATE_IDLE, .doubtful = true};
    expect(&row, &some,
           "idle: nobody was seen to map it or have it open, but not all could be seen (not root: 12 of 300 "
           "processes could not be read)");
    row.doubtful = false;
    row.held = HELD_NO;
    expect(&row, &some, "idle: nobody maps it or has it open (the kernel granted a lease on it)");
    row.state = STATE_LIVE;
    row.held = HELD_YES;
    expect(&row, &some,
           "live: the kernel refused a lease on it, so someone maps it or has it open who could not be seen");
    struct row leaked = {.state = STATE_LEAKED, .creator = CREATOR_GONE, .creator_pid = 7, .held = HELD_NO};
    struct sweep inside = some;
    inside.sees_all = false;
    expect(&leaked, &inside,
           "leaked: creator pid 7 is gone, as far as can be seen here; nobody maps it or has it open (the "
           "kernel granted a lease on it)");
}

static void an_unlinked_one_says_who_keeps_how_much(void **state)
{
    (void)state;
    struct holder list[] = {holder(881, "dash"), holder(882, "dash")};
    struct holders holders = {1, list};
    struct row row = {.state = STATE_UNLINKED, .unlinked = true, .holders = &holders, .allocated = 1u << 30};
    expect(&row, &all, "unlinked: its name is gone; 881 dash keeps 1.0G until it ends");
    holders.count = 2;
    row.unmeasured = true;
    expect(&row, &all, "unlinked: its name is gone; 2 dash keep up to 1.0G until they end");
    row.holders = NULL;
    expect(&row, &all, "unlinked: its name is gone, and who held it has ended");
    row.holders = &holders;
    list[0] = holder(881, "shmtop");
    holders.count = 1;
    row.state = STATE_LIVE;
    row.loading = true;
    expect(&row, &all, "being loaded by 881 shmtop");
}

static void a_producer_is_named_with_its_creator(void **state)
{
    (void)state;
    char text[128];
    struct row row = {0};
    assert_int_equal(producer_text(&row, text, sizeof text), 0);
    assert_string_equal(text, "");
    row.producer = producers_find(NULL, "torch_4711_1_0", &row.creator_pid);
    producer_text(&row, text, sizeof text);
    assert_string_equal(text, "PyTorch, creator pid 4711");
    row.creator = CREATOR_GONE;
    producer_text(&row, text, sizeof text);
    assert_string_equal(text, "PyTorch, creator pid 4711 (gone)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_holder_is_named_with_its_pid_more_are_counted),
        cmocka_unit_test(a_command_is_printable),
        cmocka_unit_test(nobody_is_said_only_after_a_sweep_and_as_surely_as_it_is_known),
        cmocka_unit_test(the_evidence_of_each_state_is_said),
        cmocka_unit_test(what_could_not_be_seen_is_said_too),
        cmocka_unit_test(an_unlinked_one_says_who_keeps_how_much),
        cmocka_unit_test(a_producer_is_named_with_its_creator),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
