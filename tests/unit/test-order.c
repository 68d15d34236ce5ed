#include "tests/support/test.h"

#include "core/catalog/order.h"
#include "core/catalog/packed.h"

static uint32_t random_state;

static uint32_t below(uint32_t n)
{
    random_state = random_state * 1664525 + 1013904223;
    return (random_state >> 8) % n;
}

/* Names of few letters, long shared beginnings, many of them twice, some empty behind what is shared. */
static char *some_name(void)
{
    static const char *const heads[] = {"", "a", "a-long-beginning-that-many-share-", "a-long-beginning-that",
                                        "\xff\xfe"};
    char name[256];
    size_t n = (size_t)sprintf(name, "%s", heads[below(5)]);
    for (uint32_t i = below(14); i > 0; i--)
        name[n++] = "ab\xff\x01"[below(4)];
    name[n] = '\0';
    return strdup(name);
}

static struct packed_matrix *some_matrix(void)
{
    static const char *const types[] = {"f2", ">f2", "f4", "M8[ns]", "M8[us]", "i1", "c16", "S8", "U2"};
    static const uint64_t dims[] = {0, 1, 2, 524287, 524288, (1 << 28) - 1, 1 << 28, UINT64_MAX};
    struct matrix matrix = {.order = below(2) ? 'C' : 'F', .rank = (int)below(5)};
    for (int axis = 0; axis < matrix.rank; axis++)
        matrix.shape[axis] = dims[below(8)];
    assert_int_equal(dtype_parse(types[below(9)], &matrix.dtype, NULL), 0);
    return packed_new(&matrix, NULL);
}

static struct users *some_users(void)
{
    struct users *users = users_new(true);
    users_learn_name(users, 0, "dataeng-bob");
    users_learn_name(users, 1, "dataeng-alice");
    users_learn_name(users, 2, "zoe");
    users_learn_group(users, 1, "staff");
    return users;
}

static void some_row(struct row *row, uint64_t serial)
{
    static const struct producer producers[] = {{.id = "pytorch"}, {.id = "cpython"}};
    static const struct holders holders[] = {{.count = 1}, {.count = 7}};
    *row = (struct row){
        .serial = serial,
        .name = some_name(),
        .id = {.inode = below(50)},
        .size = (uint64_t)below(4) << (below(2) * 40),
        .allocated = below(3),
        .first_allocated = below(3),
        .created = (int64_t)below(4) - 1,
        .modified = (int64_t)below(3) - 1,
        .uid = below(5),
        .gid = below(3),
        .mode = below(8),
        .layout = (uint8_t)below(LAYOUT_OTHER + 1),
        .is_protected = below(2),
        .state = (uint8_t)below(STATE_COUNT),
        .unmeasured = below(4) == 0,
        .doubtful = below(2),
        .holders = below(2) ? &holders[below(2)] : NULL,
        .loading = below(2),
        .ownerless = below(2),
        .creator_pid = (pid_t)below(3),
        .producer = below(3) ? &producers[below(2)] : NULL,
        .damage = below(3) ? NULL : strdup(below(2) ? "the header is cut short" : "the header is too long"),
        .matrix = below(3) ? some_matrix() : NULL,
    };
}

static void check(const struct order_item *items, size_t n, enum column column, bool descending,
                  const struct users *users)
{
    for (size_t i = 1; i < n; i++)
        if (column_order(column, descending, items[i - 1].row, items[i].row, users) >= 0)
            fail_msg("by %s%s: %zu", column_info(column)->key, descending ? " descending" : "", i);
}

static void rows_come_in_the_order_of_comparison(size_t n)
{
    struct row *rows = calloc(n, sizeof *rows);
    struct order_item *items = calloc(n, sizeof *items);
    struct users *users = some_users();
    for (size_t i = 0; i < n; i++)
        some_row(&rows[i], i + 1);
    for (int column = 0; column < COLUMN_COUNT; column++) {
        for (int descending = 0; descending < 2; descending++) {
            for (size_t i = 0; i < n; i++)
                items[i].row = &rows[i * 7919 % n];
            order_by_name(items, n);
            order_by_column(items, n, (enum column)column, descending, users);
            check(items, n, (enum column)column, descending, users);
        }
    }
    for (size_t i = 0; i < n; i++)
        row_clear(&rows[i]);
    users_free(users);
    free(items);
    free(rows);
}

static void by_every_column_up_and_down(void **state)
{
    (void)state;
    random_state = 5;
    rows_come_in_the_order_of_comparison(0);
    rows_come_in_the_order_of_comparison(1);
    rows_come_in_the_order_of_comparison(40);
    rows_come_in_the_order_of_comparison(300);
    rows_come_in_the_order_of_comparison(20000);
}

/* One name, one value: what is left is the serial. */
static void what_is_equal_stays_in_the_order_of_its_coming(void **state)
{
    (void)state;
    enum { N = 5000 };
    struct row *rows = calloc(N, sizeof *rows);
    struct order_item *items = calloc(N, sizeof *items);
    for (size_t i = 0; i < N; i++)
        rows[i] = (struct row){.serial = i + 1, .name = (char *)"the-same-name.shm"};
    for (int column = 0; column < 2; column++) {
        for (int descending = 0; descending < 2; descending++) {
            for (size_t i = 0; i < N; i++)
                items[i].row = &rows[i * 7919 % N];
            order_by_name(items, N);
            order_by_column(items, N, column ? COLUMN_SIZE : COLUMN_NAME, descending, NULL);
            for (size_t i = 0; i < N; i++)
                assert_int_equal(items[i].row->serial, i + 1);
        }
    }
    free(items);
    free(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_every_column_up_and_down),
        cmocka_unit_test(what_is_equal_stays_in_the_order_of_its_coming),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
