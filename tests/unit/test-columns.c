/* Which columns fit into a width. */
#include "tests/support/test.h"

#include "tui/view/columns.h"

static const struct columns_choice usual = {0, 0};

static int width_of(const struct columns *columns)
{
    static const int gaps[SHOWN_COUNT] = {0, 1, 1, 1, 1, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2};
    int sum = COLUMNS_GUTTER;
    for (int i = 0; i < SHOWN_COUNT; i++)
        sum += columns->width[i] ? columns->width[i] + gaps[i] : 0;
    return sum;
}

static uint32_t any(uint32_t below)
{
    static uint64_t seed = 20261126;
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % below;
}

static struct columns_need any_need(void)
{
    struct columns_need need;
    for (int i = 0; i < SHOWN_COUNT; i++)
        need.width[i] = (int)any(any(2) ? 100 : 12);
    return need;
}

static void no_width_is_exceeded(void **state)
{
    (void)state;
    for (int i = 0; i < 20000; i++) {
        struct columns columns;
        struct columns_need need = any_need();
        struct columns_choice choice = {any(4) ? 0 : any(1u << SHOWN_COUNT),
                                        any(4) ? 0 : any(1u << SHOWN_COUNT)};
        int width = 1 + (int)any(250);
        columns_fit(&columns, width, &need, &choice, (enum column)any(COLUMN_COUNT));
        assert_true(width_of(&columns) < width || width <= COLUMNS_GUTTER + 1);
        for (int c = SHOWN_SIZE; c < SHOWN_COUNT; c++)
            assert_true(columns.width[c] == 0 || !(choice.off & 1u << c));
    }
}

static void at_80_columns_all_that_must_be_seen_is(void **state)
{
    static const enum shown_column needed[] = {SHOWN_NAME,  SHOWN_SIZE, SHOWN_TYPE, SHOWN_SHAPE,
                                               SHOWN_OWNER, SHOWN_AGE,  SHOWN_HELD};
    (void)state;
    for (int i = 0; i < 5000; i++) {
        struct columns columns;
        struct columns_need need = any_need();
        need.width[SHOWN_TYPE] = 10; /* complex128 */
        columns_fit(&columns, 80 + (int)any(100), &need, &usual, COLUMN_SIZE);
        for (size_t c = 0; c < sizeof needed / sizeof needed[0]; c++)
            assert_true(columns.width[needed[c]] > 0);
        assert_int_equal(columns.width[SHOWN_TYPE], 10);
    }
}

static void what_is_chosen_comes_before_what_is_not(void **state)
{
    (void)state;
    struct columns columns;
    struct columns_need need = {{0}};
    for (int c = SHOWN_SIZE; c < SHOWN_COUNT; c++) {
        struct columns_choice on = {0, 1u << c}, off = {1u << c, 0};
        columns_fit(&columns, 60, &need, &on, COLUMN_SIZE);
        assert_true(columns.width[c] > 0);
        columns_fit(&columns, 200, &need, &off, COLUMN_SIZE);
        assert_int_equal(columns.width[c], 0);
    }
}

static void the_neighbour_is_shown_and_can_be_sorted_by(void **state)
{
    (void)state;
    struct columns columns;
    struct columns_need need = {{0}};
    for (int width = 20; width < 200; width += 10) {
        columns_fit(&columns, width, &need, &usual, COLUMN_NAME);
        enum column column = COLUMN_NAME;
        int steps = 0;
        do {
            enum column before = column;
            column = columns_neighbour(&columns, column, 1);
            assert_int_equal(columns_neighbour(&columns, column, -1), before);
        } while (column != COLUMN_NAME && ++steps < SHOWN_COUNT);
        assert_int_equal(column, COLUMN_NAME);
    }
    assert_int_equal(columns_neighbour(&columns, COLUMN_INODE, 1), COLUMN_NAME); /* not among them */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_width_is_exceeded),
        cmocka_unit_test(at_80_columns_all_that_must_be_seen_is),
        cmocka_unit_test(what_is_chosen_comes_before_what_is_not),
        cmocka_unit_test(the_neighbour_is_shown_and_can_be_sorted_by),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
