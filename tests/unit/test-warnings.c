#include "tests/support/test.h"

#include <sys/stat.h>

#include "core/catalog/warnings.h"

#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)

/* Nothing to warn of. */
static struct warning_facts calm(void)
{
    return (struct warning_facts){
        .usage = {
            .size = 16 * GIB, .used = 8 * GIB, .free = 8 * GIB, .inodes = 100000, .inodes_free = 50000}};
}

/* The text of a code; NULL where it is not found. */
static const char *find(const struct warning_facts *facts, const char *code)
{
    static struct warning list[WARNINGS_MAX];
    size_t n = warnings_find(facts, NULL, list);
    assert_true(n <= WARNINGS_MAX);
    for (size_t i = 0; i < n; i++)
        assert_memory_equal(list[i].text + list[i].headline, ": ", 2);
    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i].code, code) == 0)
            return list[i].text;
    return NULL;
}

static void a_calm_host_gets_no_warning(void **state)
{
    (void)state;
    struct warning list[WARNINGS_MAX];
    struct warning_facts facts = calm();
    assert_int_equal(warnings_find(&facts, NULL, list), 0);
    facts = (struct warning_facts){.usage = {.free = UINT64_MAX, .used = 5 * GIB}}; /* no limit */
    assert_int_equal(warnings_find(&facts, NULL, list), 0);
}

static void the_default_of_containers_is_small(void **state)
{
    (void)state;
    struct warning_facts facts = calm();
    facts.usage = (struct directory_usage){.size = 64 * MIB, .free = 64 * MIB};
    assert_non_null(strstr(find(&facts, "small"), "--shm-size"));
    facts.usage.size = 64 * MIB - 4096;
    assert_null(find(&facts, "small"));
    facts.usage.size = 128 * MIB;
    assert_null(find(&facts, "small"));
}

static void over_ninety_percent_is_full(void **state)
{
    (void)state;
    struct warning_facts facts = calm();
    facts.usage = (struct directory_usage){.size = 1000 * MIB, .used = 900 * MIB, .free = 100 * MIB};
    assert_null(find(&facts, "full"));
    facts.usage.used += 4096;
    facts.usage.free -= 4096;
    assert_string_equal(
        find(&facts, "full"),
        "90 % full, 100M of 1000M left: delete what leaked or is stale, or enlarge it with mount -o "
        "remount,size=SIZE");
    facts.usage = (struct directory_usage){.size = UINT64_MAX, .used = UINT64_MAX};
    assert_non_null(strstr(find(&facts, "full"), "100 % full"));
}

static void few_inodes_are_short(void **state)
{
    (void)state;
    struct warning_facts facts = calm();
    facts.usage.inodes_free = 10000;
    assert_null(find(&facts, "inodes"));
    facts.usage.inodes_free = 9999;
    assert_non_null(strstr(find(&facts, "inodes"), "9999 of 100000 inodes left"));
    facts.usage.inodes = 4000;
    facts.usage.inodes_free = 1000;
    assert_null(find(&facts, "inodes"));
    facts.usage.inodes_free = 999;
    assert_non_null(find(&facts, "inodes"));
    facts.usage.inodes = 500; /* a small file system that is nearly empty */
    facts.usage.inodes_free = 490;
    assert_null(find(&facts, "inodes"));
    facts.usage.inodes = facts.usage.inodes_free = 0; /* no limit */
    assert_null(find(&facts, "inodes"));
}

static struct row row_of(uint64_t size, uint64_t allocated)
{
    return (struct row){.mode = S_IFREG | 0600,
                        .links = 1,
                        .uid = 1000,
                        .id.device = 7,
                        .size = size,
                        .allocated = allocated};
}

static void add(struct warning_facts *facts, struct row row)
{
    warning_facts_add(facts, &row, NULL, NULL);
}

static void more_promised_than_is_left_is_sparse(void **state)
{
    (void)state;
    struct warning_facts facts = calm();
    facts.usage.free = 3 * GIB;
    add(&facts, row_of(4 * GIB, 2 * GIB));
    add(&facts, row_of(GIB, 0));
    add(&facts, row_of(100, 4096)); /* the rest of its page is no promise */
    assert_int_equal(facts.promised, 3 * GIB);
    assert_null(find(&facts, "sparse"));
    add(&facts, row_of(4096, 0));
    assert_non_null(strstr(find(&facts, "sparse"), "promise 3.0G"));
}

static void each_promise_counts_once(void **state)
{
    (void)state;
    struct warning_facts facts = calm();
    struct row row = row_of(GIB, 0);
    row.links = 2;
    add(&facts, row);
    add(&facts, row);
    assert_int_equal(facts.promised, GIB);
    row = row_of(GIB, 0);
    row.mode = S_IFDIR | 0755; /* sums its tree, whose rows count */
    add(&facts, row);
    assert_int_equal(facts.promised, GIB);
    row = row_of(UINT64_MAX, 0);
    add(&facts, row);
    assert_true(facts.promised == UINT64_MAX);
}

static void segments_that_logind_may_delete_are_counted(void **state)
{
    (void)state;
    char carol[] = "carol", *lingers[] = {carol};
    struct logind logind = {.runs = true,
                            .remove_ipc = true,
                            .system_max = 999,
                            .device = 7,
                            .lingering = lingers,
                            .lingering_count = 1};
    struct users *users = users_new(false);
    users_learn_name(users, 1000, "alice");
    users_learn_name(users, 1001, "bob");
    users_learn_name(users, 1002, "carol");
    struct warning_facts facts = calm();
    struct row row = row_of(1, 4096);
    for (uid_t uid = 1000; uid <= 1002; uid++) {
        row.uid = uid;
        warning_facts_add(&facts, &row, &logind, users);
    }
    row.uid = 998;
    warning_facts_add(&facts, &row, &logind, users);
    row = row_of(1, 4096);
    row.id.device = 8;
    warning_facts_add(&facts, &row, &logind, users);
    row = row_of(1, 4096);
    row.unlinked = true; /* has no name that could be deleted */
    warning_facts_add(&facts, &row, &logind, users);
    struct warning list[WARNINGS_MAX];
    assert_int_equal(warnings_find(&facts, users, list), 1);
    assert_string_equal(list[0].code, "removeipc");
    assert_string_equal(list[0].text, "logind may delete 2 segments of users alice, bob at their last "
                                      "logout, in use or not: set RemoveIPC=no in "
                                      "/etc/systemd/logind.conf, or loginctl enable-linger them");
    users_free(users);
}

static void many_owners_fit_the_text(void **state)
{
    (void)state;
    struct logind logind = {.runs = true, .remove_ipc = true, .device = 7};
    struct warning_facts facts = calm();
    struct row row = row_of(1, 4096);
    for (uid_t uid = 4000000000u; uid < 4000000000u + WARNING_OWNERS_MAX; uid++) {
        row.uid = uid;
        warning_facts_add(&facts, &row, &logind, NULL);
    }
    assert_non_null(strstr(find(&facts, "removeipc"),
                           "64 segments of users 4000000000, 4000000001, 4000000002 and 61 more at"));
    row.uid = 1;
    warning_facts_add(&facts, &row, &logind, NULL);
    assert_non_null(strstr(find(&facts, "removeipc"), "65 segments of"));
    assert_non_null(strstr(find(&facts, "removeipc"), "61 or more others at"));
    assert_non_null(strstr(find(&facts, "removeipc"), "enable-linger them"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_calm_host_gets_no_warning),
        cmocka_unit_test(the_default_of_containers_is_small),
        cmocka_unit_test(over_ninety_percent_is_full),
        cmocka_unit_test(few_inodes_are_short),
        cmocka_unit_test(more_promised_than_is_left_is_sparse),
        cmocka_unit_test(each_promise_counts_once),
        cmocka_unit_test(segments_that_logind_may_delete_are_counted),
        cmocka_unit_test(many_owners_fit_the_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
