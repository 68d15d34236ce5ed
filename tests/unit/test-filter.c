#include "tests/support/test.h"

#include <errno.h>

#include "core/catalog/filter.h"
#include "core/catalog/packed.h"

#define SECOND INT64_C(1000000000)
#define NOW    (1764000000 * SECOND)

/* A row whose facts a test sets by hand; its users are alice (1000, group data 50) and 1001, not looked up.
 */
struct fixture {
    struct row row;
    struct users *users;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    f->users = users_new(true);
    users_learn_name(f->users, 1000, "alice");
    users_learn_group(f->users, 50, "data");
    f->row.name = strdup("Prices.shm");
    f->row.uid = 1000;
    f->row.gid = 50;
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    users_free(f->users);
    row_clear(&f->row);
    free(f);
    return 0;
}

static void name(struct fixture *f, const char *name)
{
    free(f->row.name);
    f->row.name = strdup(name);
}

static void type(struct fixture *f, const char *descr)
{
    struct matrix matrix = {.order = 'C', .rank = 1, .shape = {4}};
    assert_int_equal(dtype_parse(descr, &matrix.dtype, NULL), 0);
    packed_free(f->row.matrix);
    f->row.matrix = packed_new(&matrix, NULL);
    f->row.layout = LAYOUT_NPY;
}

static bool fits(struct fixture *f, const char *text)
{
    struct filter *filter = NULL;
    struct error error = {0};
    if (filter_parse(text, &filter, &error) < 0)
        fail_msg("%s: %s", text, error.text);
    assert_string_equal(filter_text(filter), text);
    bool result = filter_matches(filter, &f->row, &(struct filter_context){f->users, NOW});
    filter_free(filter);
    return result;
}

static void expect(struct fixture *f, const char *text, bool wanted)
{
    if (fits(f, text) != wanted)
        fail_msg("%s %s", text, wanted ? "should fit" : "should not fit");
}

static void yes(struct fixture *f, const char *text)
{
    char negated[256];
    snprintf(negated, sizeof negated, "!%s", text);
    expect(f, text, true);
    expect(f, negated, false);
}

static void no(struct fixture *f, const char *text)
{
    char negated[256];
    snprintf(negated, sizeof negated, "!%s", text);
    expect(f, text, false);
    expect(f, negated, true);
}

static void unknown(struct fixture *f, const char *text)
{
    char negated[256];
    snprintf(negated, sizeof negated, "!%s", text);
    expect(f, text, false);
    expect(f, negated, false);
}

static void a_word_is_a_part_of_the_printable_name_in_either_case(void **state)
{
    struct fixture *f = *state;
    yes(f, "price");
    yes(f, "PRICES.SHM");
    no(f, "psm");
    yes(f, "!!price");
    name(f, "a\nb\\c\xff\xc3\x84");
    yes(f, "a\\x0ab");
    yes(f, "A\\X0A");
    yes(f, "\\\\c");
    yes(f, "\\xff");
    yes(f, "\xc3\x84");
    no(f, "\xc3\xa4"); /* letters of ASCII alone have two cases */
}

static void all_terms_must_hold(void **state)
{
    struct fixture *f = *state;
    expect(f, "price shm", true);
    expect(f, " \t price\n!psm  ", true);
    expect(f, "price psm", false);
    expect(f, "", true);
    expect(f, " \t", true);
    f->row.size = 2048;
    expect(f, "user:alice size>1K name:*.shm !layout:npy", false); /* not known */
    f->row.layout = LAYOUT_RAW;
    expect(f, "user:alice size>1K name:*.shm !layout:npy", true);
}

static void a_name_s_pattern_is_of_the_whole_printable_name(void **state)
{
    struct fixture *f = *state;
    yes(f, "name:*.shm");
    yes(f, "name:Prices.shm");
    no(f, "name:prices.shm");
    no(f, "name:shm");
    yes(f, "name:[A-Z]*");
    name(f, "dir/a\tb");
    yes(f, "name:dir/*");
    yes(f, "name:dir/a\\x09b");
}

static void quotes_hold_blanks_and_what_looks_like_a_term(void **state)
{
    struct fixture *f = *state;
    name(f, "a b size>1G \"q\" !x");
    yes(f, "name:\"a b*\"");
    yes(f, "\"A b\"");
    yes(f, "\"size>1G\"");
    yes(f, "\"\"\"q\"\"\"");
    yes(f, "\"!x\"");
    no(f, "\"a  b\"");
    yes(f, "q\""); /* a quote within a word is itself */
    no(f, "\"state:live\"");
}

static void owners_by_name_number_or_pattern(void **state)
{
    struct fixture *f = *state;
    yes(f, "user:alice");
    yes(f, "user:1000");
    yes(f, "user:a*");
    no(f, "user:bob");
    no(f, "user:ali");
    yes(f, "group:data");
    yes(f, "group:50");
    no(f, "group:users");
    f->row.uid = 1001;
    yes(f, "user:1001");
    no(f, "user:alice");
    f->row.unmeasured = true;
    unknown(f, "user:1001");
    unknown(f, "group:50");
    struct filter *filter;
    assert_int_equal(filter_parse("user:1001", &filter, NULL), 0);
    f->row.unmeasured = false;
    assert_true(filter_matches(filter, &f->row, &(struct filter_context){NULL, NOW}));
    filter_free(filter);
}

static void layouts_and_types(void **state)
{
    struct fixture *f = *state;
    unknown(f, "layout:raw");
    unknown(f, "type:f2");
    f->row.layout = LAYOUT_RAW;
    yes(f, "layout:raw");
    no(f, "layout:npy");
    no(f, "type:f2");
    type(f, ">f2");
    yes(f, "layout:npy");
    const char *const same[] = {"type:f2",      "type:<f2",  "type:>f2",
                                "type:float16", "type:half", "type:float*"};
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++)
        yes(f, same[i]);
    no(f, "type:f4");
    no(f, "type:i2");
    no(f, "type:struct");
    type(f, "M8[ns]");
    yes(f, "type:M8");
    yes(f, "type:M8[ns]");
    yes(f, "type:datetime64[ns]");
    no(f, "type:M8[s]");
    no(f, "type:m8");
    type(f, "U5");
    yes(f, "type:U5");
    yes(f, "type:str160");
    no(f, "type:str16");
}

static void sizes(void **state)
{
    struct fixture *f = *state;
    f->row.size = 1536;
    f->row.allocated = 10 << 20;
    yes(f, "size=1.5K");
    yes(f, "size=1536");
    yes(f, "size>=1.5k");
    yes(f, "size<=1.5K");
    no(f, "size>1.5K");
    no(f, "size<1.5K");
    yes(f, "size>1K");
    yes(f, "size<2K");
    yes(f, "allocated=10M");
    yes(f, "allocated<1G");
    yes(f, "allocated<1T");
    no(f, "allocated>10M");
    yes(f, "size>1.49999999999999999999K");
    f->row.size = UINT64_MAX;
    yes(f, "size=18446744073709551615");
    yes(f, "size>16777215T");
    f->row.unmeasured = true;
    unknown(f, "allocated>0");
    yes(f, "size>0");
}

static void ages(void **state)
{
    struct fixture *f = *state;
    unknown(f, "age>1s");
    f->row.modified = NOW - 90 * SECOND - 5;
    yes(f, "age=90s");
    yes(f, "age=1.5m");
    yes(f, "age=1m30s");
    yes(f, "age>1m");
    no(f, "age>90s");
    yes(f, "age>=90s");
    yes(f, "age<1h");
    f->row.created = NOW - 8 * 86400 * SECOND;
    yes(f, "age>7d");
    yes(f, "age>1w");
    yes(f, "age<1w2d");
    f->row.created = NOW + 5; /* from the future */
    yes(f, "age=0s");
    yes(f, "age<1s");
    f->row.created = INT64_MIN;
    no(f, "age>1s");
}

static int64_t next_change(struct fixture *f, const char *text)
{
    struct filter *filter;
    assert_int_equal(filter_parse(text, &filter, NULL), 0);
    int64_t next = filter_next_change(filter, &f->row, NOW);
    filter_free(filter);
    return next;
}

static void the_next_change_by_time_is_known(void **state)
{
    struct fixture *f = *state;
    assert_true(next_change(f, "age>1m") == INT64_MAX);
    f->row.created = NOW - 10 * SECOND;
    assert_true(next_change(f, "size>1") == INT64_MAX);
    assert_true(next_change(f, "age<5s") == INT64_MAX);
    assert_true(next_change(f, "age>=60s") == NOW + 50 * SECOND);
    assert_true(next_change(f, "age>60s") == NOW + 51 * SECOND);
    assert_true(next_change(f, "age=10s") == NOW + SECOND);
    assert_true(next_change(f, "age>=10s") == INT64_MAX);
    assert_true(next_change(f, "!age>1m age<30s price") == NOW + 20 * SECOND);
    assert_true(next_change(f, "age>10.5s") == NOW + SECOND);
    f->row.created = INT64_MAX - 1;
    assert_true(next_change(f, "age>1m") == INT64_MAX);
}

/* It is never later than the answer changes. */
static void the_next_change_comes_no_later_than_the_answer(void **state)
{
    struct fixture *f = *state;
    const char *const texts[] = {"age>3s", "age>=3s", "age=3s", "age<2.5s", "age<=2.5s", "age>2s age<4s"};
    f->row.created = NOW - SECOND / 3;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct filter *filter;
        assert_int_equal(filter_parse(texts[i], &filter, NULL), 0);
        bool was = filter_matches(filter, &f->row, &(struct filter_context){NULL, NOW});
        int64_t next = filter_next_change(filter, &f->row, NOW);
        for (int64_t wall = NOW; wall < NOW + 6 * SECOND; wall += SECOND / 12) {
            bool is = filter_matches(filter, &f->row, &(struct filter_context){NULL, wall});
            if (is != was)
                assert_true(wall >= next);
            if (wall >= next)
                next = filter_next_change(filter, &f->row, wall);
            was = is;
        }
        assert_true(next == INT64_MAX);
        filter_free(filter);
    }
}

static void states_and_holders(void **state)
{
    struct fixture *f = *state;
    const char *const swept[] = {"state:live",   "state:idle", "is:held",   "is:unheld",
                                 "is:ownerless", "is:loading", "holders>0", "holders=0"};
    for (size_t i = 0; i < sizeof swept / sizeof swept[0]; i++)
        unknown(f, swept[i]);
    const char *const names[] = {"live", "idle", "stale", "leaked", "unlinked"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char text[32];
        snprintf(text, sizeof text, "state:%s", names[i]);
        f->row.state = (uint8_t)(STATE_LIVE + i);
        f->row.doubtful = i % 2;
        yes(f, text);
        bool held = f->row.state == STATE_LIVE || f->row.state == STATE_UNLINKED;
        held ? yes(f, "is:held") : no(f, "is:held");
        held ? no(f, "is:unheld") : yes(f, "is:unheld");
    }
    f->row.held = HELD_YES;
    unknown(f, "holders<3"); /* held, as a lease says, by whom nobody knows */
    struct holders holders = {.count = 3};
    f->row.holders = &holders;
    yes(f, "holders>2");
    no(f, "holders>3");
    f->row.holders = NULL;
    f->row.held = HELD_NO;
    f->row.state = STATE_IDLE;
    yes(f, "holders=0");
    no(f, "state:live");
}

static void qualities_and_producers(void **state)
{
    struct fixture *f = *state;
    const struct producer producer = {.id = "pytorch"};
    no(f, "producer:pytorch");
    f->row.producer = &producer;
    yes(f, "producer:pytorch");
    yes(f, "producer:py*");
    no(f, "producer:torch");
    no(f, "is:protected");
    no(f, "is:damaged");
    f->row.is_protected = true;
    f->row.damage = strdup("cut short");
    yes(f, "is:protected");
    yes(f, "is:damaged");
    f->row.state = STATE_IDLE;
    no(f, "is:ownerless");
    f->row.ownerless = true;
    yes(f, "is:ownerless");
    no(f, "is:loading");
    f->row.loading = true;
    yes(f, "is:loading");
}

static void of_several_values_one_must_fit(void **state)
{
    struct fixture *f = *state;
    unknown(f, "state:stale,leaked");
    f->row.state = STATE_LEAKED;
    yes(f, "state:stale,leaked");
    yes(f, "state:leaked,stale");
    no(f, "state:stale,idle,live");
    yes(f, "user:bob,alice");
    yes(f, "user:bob,al*,carol");
    no(f, "user:bob,1001");
    no(f, "user:\"bob,alice\""); /* one name */
    unknown(f, "layout:npy,raw");
    f->row.layout = LAYOUT_RAW;
    yes(f, "layout:npy,raw");
    no(f, "producer:pytorch,cpython");
    yes(f, "is:unheld,damaged");
    expect(f, "state:stale,leaked user:bob,alice !state:idle,live", true);
    expect(f, "!state:idle,live !state:stale,leaked", false);
    expect(f, "state:stale,leaked state:idle,live", false);
    name(f, "a,b");
    yes(f, "name:a,b");
    no(f, "name:a,b,c");
    yes(f, "a,b");
}

static void what_a_filter_needs_is_known(void **state)
{
    (void)state;
    const struct {
        const char *text;
        unsigned needs;
    } cases[] = {
        {"a name:b size>1 producer:x is:protected", 0},
        {"user:a", FILTER_NEEDS_USERS},
        {"group:a", FILTER_NEEDS_GROUPS},
        {"!age>1d", FILTER_NEEDS_TIME},
        {"layout:npy", FILTER_NEEDS_CONTENT},
        {"type:f2", FILTER_NEEDS_CONTENT},
        {"is:damaged", FILTER_NEEDS_CONTENT},
        {"is:held", FILTER_NEEDS_SWEEP},
        {"is:ownerless user:a", FILTER_NEEDS_SWEEP | FILTER_NEEDS_USERS},
        {"state:leaked holders>1", FILTER_NEEDS_SWEEP},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct filter *filter;
        assert_int_equal(filter_parse(cases[i].text, &filter, NULL), 0);
        assert_int_equal(filter_needs(filter), cases[i].needs);
        assert_false(filter_is_empty(filter));
        filter_free(filter);
    }
}

static bool has_pattern_word(const char *text)
{
    struct filter *filter;
    assert_int_equal(filter_parse(text, &filter, NULL), 0);
    bool answer = filter_has_pattern_word(filter);
    filter_free(filter);
    return answer;
}

static void a_pattern_without_its_field_is_known(void **state)
{
    (void)state;
    assert_true(has_pattern_word("*shm"));
    assert_true(has_pattern_word("size>1 run1?"));
    assert_false(has_pattern_word("name:*shm user:b* shm"));
    assert_false(has_pattern_word("!*shm"));
    assert_false(has_pattern_word(""));
}

static void an_error_names_the_term_what_was_expected_and_where(void **state)
{
    (void)state;
    const struct {
        const char *text;
        unsigned start, length;
        const char *error;
    } cases[] = {
        {"size>10Q", 0, 8, "size>10Q: expected a size such as 10G, with K, M, G or T"},
        {"price size> x", 6, 5, "size>: expected a size such as 10G, with K, M, G or T"},
        {"size>1.5", 0, 8, "size>1.5: expected a size such as 10G, with K, M, G or T"},
        {"size>1.G", 0, 8, "size>1.G: expected a size such as 10G, with K, M, G or T"},
        {"size>-1", 0, 7, "size>-1: expected a size such as 10G, with K, M, G or T"},
        {"size>16777216T", 0, 14, "size>16777216T: expected a size such as 10G, with K, M, G or T"},
        {"size>18446744073709551616", 0, 25,
         "size>18446744073709551616: expected a size such as 10G, with K, M, G or T"},
        {"size:1G", 0, 7,
         "size:1G: expected size with < <= > >= or =, and a size such as 10G, with K, M, G or T"},
        {"size=>1G", 0, 8, "size=>1G: expected a size such as 10G, with K, M, G or T"},
        {"age>7", 0, 5, "age>7: expected an age such as 7d or 1h30m, in s, m, h, d or w"},
        {"age>7y", 0, 6, "age>7y: expected an age such as 7d or 1h30m, in s, m, h, d or w"},
        {"age>99999w", 0, 10, "age>99999w: expected an age such as 7d or 1h30m, in s, m, h, d or w"},
        {"holders>1.5", 0, 11, "holders>1.5: expected a count such as 2"},
        {"user>bob", 0, 8,
         "user>bob: expected user: and a user's name or number, or a pattern such as data*"},
        {"a !user: b", 2, 6, "!user:: expected a user's name or number, or a pattern such as data*"},
        {"group:\"\"", 0, 8, "group:\"\": expected a group's name or number, or a pattern such as data*"},
        {"layout:nyp", 0, 10, "layout:nyp: expected npy, sharedarray, imagestream, described, raw, directory, semaphore or other"},
        {"state:dead", 0, 10, "state:dead: expected live, idle, stale, leaked or unlinked"},
        {"is:free", 0, 7, "is:free: expected held, unheld, protected, damaged, ownerless or loading"},
        {"type:f3", 0, 7, "type:f3: expected a type such as f2, >f8 or float32, or a pattern such as float*"},
        {"type:float128", 0, 13,
         "type:float128: expected a type such as f2, >f8 or float32, or a pattern such as float*"},
        {"name:a[b", 0, 8, "name:a[b: expected a ] behind the [; [[] is a [ itself"},
        {"sizes>1", 0, 7,
         "sizes>1: expected a field: name, user, group, layout, type, producer, state, is, size, allocated, "
         "age "
         "or holders; in double quotes it is a text to look for"},
        {"> 5", 0, 1, ">: expected a field in front, with no blank between, as in size>10G"},
        {"!:x", 0, 3, "!:x: expected a field in front, with no blank between, as in size>10G"},
        {"a ! b", 2, 1, "!: expected a text"},
        {"\"\"", 0, 2, "\"\": expected a text"},
        {"x \"a b", 2, 4, "\"a b: expected a closing \""},
        {"name:\"a", 0, 7, "name:\"a: expected a closing \""},
        {"\"a\"b c", 0, 4, "\"a\"b: expected a blank behind the closing \""},
        {"size>\x1b[7m", 0, 9, "size>\\x1b[7m: expected a size such as 10G, with K, M, G or T"},
        {"ab\xff", 2, 1,
         "\\xff at byte 3: expected UTF-8; in a name such a byte is written as it is shown, \\xff"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct filter *filter = NULL;
        struct error error = {0};
        int r = filter_parse(cases[i].text, &filter, &error);
        assert_int_equal(r, -EINVAL);
        assert_null(filter);
        assert_string_equal(error.text, cases[i].error);
        assert_int_equal(error.start, cases[i].start);
        assert_int_equal(error.length, cases[i].length);
        assert_int_equal(filter_parse(cases[i].text, &filter, NULL), -EINVAL);
    }
}

static void a_filter_is_bounded(void **state)
{
    (void)state;
    struct filter *filter = NULL;
    struct error error = {0};
    char text[10001];
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_int_equal(filter_parse(text, &filter, &error), -EINVAL);
    assert_string_equal(error.text, "a filter has at most 4096 bytes, this has 10000");
    assert_int_equal(error.length, 0);
    text[FILTER_TEXT_MAX] = '\0';
    assert_int_equal(filter_parse(text, &filter, &error), 0);
    filter_free(filter);
    memcpy(text, "size>", 5);
    assert_int_equal(filter_parse(text, &filter, &error), -EINVAL);
    assert_int_equal(error.length, FILTER_TEXT_MAX);
    assert_true(strlen(error.text) < 200);
    assert_non_null(strstr(error.text, "aaa…: expected a size"));
    for (size_t i = 0; i < 2 * FILTER_TERMS_MAX; i += 2)
        memcpy(text + i, "b ", 2);
    memcpy(text + 2 * FILTER_TERMS_MAX, "last", 5);
    assert_int_equal(filter_parse(text, &filter, &error), -EINVAL);
    assert_string_equal(error.text, "last: a filter has at most 64 terms");
    assert_int_equal(error.start, 2 * FILTER_TERMS_MAX);
    text[2 * FILTER_TERMS_MAX] = '\0';
    assert_int_equal(filter_parse(text, &filter, &error), 0);
    filter_free(filter);
}

/* "start-end: candidate candidate +shared" */
static void completes(const char *text, size_t cursor, struct catalog *catalog, struct users *users,
                      const char *wanted)
{
    struct filter_completion completion;
    char got[1024];
    filter_complete(text, cursor, catalog, users, &completion);
    int n = snprintf(got, sizeof got, "%zu-%zu:", completion.start, completion.end);
    for (size_t i = 0; i < completion.count; i++)
        n += snprintf(got + n, sizeof got - (size_t)n, " %s", completion.candidates[i]);
    snprintf(got + n, sizeof got - (size_t)n, " +%zu", filter_completion_shared(&completion));
    assert_string_equal(got, wanted);
    filter_completion_clear(&completion);
}

static void completion_knows_fields_and_values(void **state)
{
    (void)state;
    completes("", 0, NULL, NULL,
              "0-0: age> allocated> group: holders> is: layout: name: producer: size> state: type: user: +0");
    completes("si", 2, NULL, NULL, "0-2: size> +3");
    completes("price !s", 8, NULL, NULL, "7-8: size> state: +0");
    completes("price ", 6, NULL, NULL,
              "6-6: age> allocated> group: holders> is: layout: name: producer: size> state: type: user: +0");
    completes("!", 1, NULL, NULL,
              "1-1: age> allocated> group: holders> is: layout: name: producer: size> state: type: user: +0");
    completes("zz", 2, NULL, NULL, "0-2: +0");
    completes("s price", 1, NULL, NULL, "0-1: size> state: +0");
    completes("state:", 6, NULL, NULL, "6-6: idle leaked live stale unlinked +0");
    completes("!state:l x", 8, NULL, NULL, "7-8: leaked live +0");
    completes("state:st", 8, NULL, NULL, "6-8: stale +3");
    completes("is:un", 5, NULL, NULL, "3-5: unheld +4");
    completes("state:stale,", 12, NULL, NULL, "12-12: idle leaked live stale unlinked +0");
    completes("state:stale,l,idle", 13, NULL, NULL, "12-13: leaked live +0");
    completes("state:st,idle", 8, NULL, NULL, "6-8: stale +3");
    completes("layout:", 7, NULL, NULL, "7-7: described directory imagestream npy other raw semaphore sharedarray +0");
    completes("size>", 5, NULL, NULL, "5-5: +0");
    completes("name:", 5, NULL, NULL, "5-5: +0");
    completes("nonsense:", 9, NULL, NULL, "9-9: +0");
    completes("\"si", 3, NULL, NULL, "0-3: +0");
    completes("state:\"l", 8, NULL, NULL, "6-8: +0");
    completes("state:live", 2, NULL, NULL, "0-2: +0");
    completes("!!size", 1, NULL, NULL, "1-1: +0");
    completes("size", 99, NULL, NULL, "0-4: size> +1");
}

static void put(struct catalog *catalog, const char *name, uint64_t inode, const char *descr)
{
    struct segment segment = {.name = strdup(name), .id = {.inode = inode}, .uid = (uid_t)(inode % 3)};
    if (descr) {
        segment.matrix = calloc(1, sizeof *segment.matrix);
        *segment.matrix = (struct matrix){.order = 'C', .rank = 1, .shape = {1}};
        assert_int_equal(dtype_parse(descr, &segment.matrix->dtype, NULL), 0);
        segment.layout = LAYOUT_NPY;
        segment.recognised = true;
    }
    catalog_put(catalog, &segment);
}

static void completion_knows_what_occurs(void **state)
{
    struct fixture *f = *state;
    struct catalog *catalog = catalog_new(NULL, NULL, NULL);
    catalog_begin(catalog, 1);
    put(catalog, "torch_4711_1_1", 1, "f2");
    put(catalog, "psm_01234567", 2, "f4");
    put(catalog, "psm_01234568", 3, "f4");
    put(catalog, "other", 4, NULL);
    catalog_commit(catalog);
    users_learn_name(f->users, 0, "root");
    users_learn_name(f->users, 1, "bob");
    users_learn_name(f->users, 2, "two words");
    users_learn_group(f->users, 0, "wheel");
    const struct producer producers[] = {{.id = "pytorch"}, {.id = "cpython"}};
    catalog_find(catalog, "torch_4711_1_1")->producer = &producers[0];
    catalog_find(catalog, "psm_01234568")->producer = &producers[1];
    completes("user:", 5, catalog, f->users, "5-5: bob root +0");
    completes("group:", 6, catalog, f->users, "6-6: wheel +5");
    completes("user:b", 6, catalog, NULL, "5-6: +0");
    completes("type:float", 10, catalog, NULL, "5-10: float16 float32 +0");
    completes("producer:", 9, catalog, NULL, "9-9: cpython pytorch +0");
    catalog_free(catalog);
}

static void of_too_many_candidates_the_first_are_kept(void **state)
{
    struct fixture *f = *state;
    struct catalog *catalog = catalog_new(NULL, NULL, NULL);
    catalog_begin(catalog, 1);
    for (unsigned i = 0; i < 600; i++) {
        char text[16];
        snprintf(text, sizeof text, "u%03u", (i * 7) % 600);
        struct segment segment = {.name = strdup(text), .id = {.inode = i + 1}, .uid = i + 2000};
        users_learn_name(f->users, i + 2000, text);
        catalog_put(catalog, &segment);
    }
    catalog_commit(catalog);
    struct filter_completion completion;
    filter_complete("user:u", 6, catalog, f->users, &completion);
    assert_int_equal(completion.count, FILTER_CANDIDATES_MAX);
    assert_true(completion.cut);
    assert_string_equal(completion.candidates[0], "u000");
    assert_string_equal(completion.candidates[255], "u255");
    filter_completion_clear(&completion);
    catalog_free(catalog);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_word_is_a_part_of_the_printable_name_in_either_case),
        TEST(all_terms_must_hold),
        TEST(a_name_s_pattern_is_of_the_whole_printable_name),
        TEST(quotes_hold_blanks_and_what_looks_like_a_term),
        TEST(owners_by_name_number_or_pattern),
        TEST(layouts_and_types),
        TEST(sizes),
        TEST(ages),
        TEST(the_next_change_by_time_is_known),
        TEST(the_next_change_comes_no_later_than_the_answer),
        TEST(states_and_holders),
        TEST(qualities_and_producers),
        TEST(of_several_values_one_must_fit),
        TEST(what_a_filter_needs_is_known),
        TEST(a_pattern_without_its_field_is_known),
        TEST(an_error_names_the_term_what_was_expected_and_where),
        TEST(a_filter_is_bounded),
        TEST(completion_knows_fields_and_values),
        TEST(completion_knows_what_occurs),
        TEST(of_too_many_candidates_the_first_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
