#include "tests/support/test.h"

#include "tui/command/tabulate.h"

static const struct options utf8 = {.ascii = false}, ascii = {.ascii = true};

/* Prints cells, given row by row and ended by NULL, as a table. */
static char *table_of(const struct options *options, size_t columns, const bool *right,
                      const char *const *cells)
{
    char *text;
    size_t size;
    struct tabulate table;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    tabulate_begin(&table, columns, right);
    for (; *cells; cells++)
        tabulate_add(&table, options, *cells);
    assert_int_equal(tabulate_print(&table, out, ""), 0);
    fclose(out);
    tabulate_free(&table);
    return text;
}

static void columns_are_as_wide_as_their_widest_cell(void **state)
{
    (void)state;
    static const char *const cells[] = {"NAME", "SIZE",   "SHAPE", "a",     "4.5G",
                                        "2",    "longer", "1",     "3 × 4", NULL};
    char *text = table_of(&utf8, 3, (bool[]){false, true, false}, cells);
    assert_string_equal(text, "NAME    SIZE  SHAPE\n"
                              "a       4.5G  2\n"
                              "longer     1  3 × 4\n");
    free(text);
}

static void width_counts_columns_of_the_terminal(void **state)
{
    (void)state;
    static const char *const cells[] = {"漢字", "x", "e\u0301", "y", NULL};
    char *text = table_of(&utf8, 2, (bool[]){false, false}, cells);
    assert_string_equal(text, "漢字  x\ne\u0301     y\n");
    free(text);
}

static void without_utf8_all_is_ascii_and_aligned_all_the_same(void **state)
{
    (void)state;
    static const char *const cells[] = {"漢", "2 × 3", "x", "back\\slash", NULL};
    char *text = table_of(&ascii, 2, (bool[]){false, false}, cells);
    assert_string_equal(text, "\\u6f22  2 x 3\nx       back\\slash\n");
    free(text);
}

static char *fitted(const struct options *options, size_t columns, size_t hidden)
{
    static const char *const cells[] = {"NAME",
                                        "SIZE",
                                        "SHAPE",
                                        "a name that is longer than 16",
                                        "4.5G",
                                        "2",
                                        "漢字漢字漢字漢字漢字",
                                        "1",
                                        "! a reason that is longer than the name is",
                                        "b",
                                        "20",
                                        "3"};
    char *text;
    size_t size;
    struct tabulate table;
    FILE *out = open_memstream(&text, &size);
    tabulate_begin(&table, 3, (bool[]){false, true, false});
    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++)
        tabulate_add(&table, options, cells[i]);
    assert_int_equal(tabulate_least(&table), 16 + 2 + 4 + 2 + 16);
    if (hidden < 3)
        tabulate_hide(&table, hidden);
    tabulate_fit(&table, columns, options->ascii);
    assert_int_equal(tabulate_print(&table, out, ""), 0);
    fclose(out);
    tabulate_free(&table);
    return text;
}

static void expect_fitted(size_t columns, size_t hidden, const char *wanted)
{
    char *text = fitted(&utf8, columns, hidden);
    assert_string_equal(text, wanted);
    free(text);
}

static void the_widest_columns_are_narrowed_to_fit(void **state)
{
    (void)state;
    expect_fitted(100, 3,
                  "NAME                           SIZE  SHAPE\n"
                  "a name that is longer than 16  4.5G  2\n"
                  "漢字漢字漢字漢字漢字              1  ! a reason that is longer than the name is\n"
                  "b                                20  3\n");
    expect_fitted(70, 3,
                  "NAME                           SIZE  SHAPE\n"
                  "a name that is longer than 16  4.5G  2\n"
                  "漢字漢字漢字漢字漢字              1  ! a reason that is longer than t…\n"
                  "b                                20  3\n");
    expect_fitted(40, 3,
                  "NAME              SIZE  SHAPE\n"
                  "a name that is …  4.5G  2\n"
                  "漢字漢字漢字漢…      1  ! a reason that…\n"
                  "b                   20  3\n");
    expect_fitted(24, 2,
                  "NAME                SIZE\n"
                  "a name that is lo…  4.5G\n"
                  "漢字漢字漢字漢字…      1\n"
                  "b                     20\n");
    char *text = fitted(&ascii, 24, 2);
    assert_non_null(strstr(text, "a name that is lo~  4.5G\n"));
    free(text);
}

static void where_that_is_not_enough_the_line_ends(void **state)
{
    (void)state;
    expect_fitted(30, 3,
                  "NAME              SIZE  SHAPE\n"
                  "a name that is …  4.5G  2\n"
                  "漢字漢字漢字漢…      1  ! a r…\n"
                  "b                   20  3\n");
    expect_fitted(21, 3, "NAME\na name that is …\n漢字漢字漢字漢…\nb\n"); /* not a part of a number */
    expect_fitted(3, 3, "NA…\na …\n漢…\nb\n");
    expect_fitted(0, 3, "…\n…\n…\nb\n");
    expect_fitted(24, 0, "SIZE  SHAPE\n4.5G  2\n   1  ! a reason that i…\n  20  3\n");
}

static void no_rows_are_no_lines(void **state)
{
    (void)state;
    static const char *const cells[] = {NULL};
    char *text = table_of(&utf8, 2, (bool[]){false, false}, cells);
    assert_string_equal(text, "");
    free(text);
}

static void printable_text_is_cut_at_a_character(void **state)
{
    (void)state;
    char buf[8];
    assert_int_equal(report_text(&utf8, "a€€€", buf, sizeof buf), 10);
    assert_string_equal(buf, "a€€");
    assert_int_equal(report_text(&ascii, "a€€", buf, sizeof buf), 13);
    assert_string_equal(buf, "a\\u20ac");
    assert_int_equal(report_text(&ascii, "𝄞", NULL, 0), 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_as_wide_as_their_widest_cell),
        cmocka_unit_test(width_counts_columns_of_the_terminal),
        cmocka_unit_test(without_utf8_all_is_ascii_and_aligned_all_the_same),
        cmocka_unit_test(the_widest_columns_are_narrowed_to_fit),
        cmocka_unit_test(where_that_is_not_enough_the_line_ends),
        cmocka_unit_test(no_rows_are_no_lines),
        cmocka_unit_test(printable_text_is_cut_at_a_character),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
