/* Histograms as bars, in rectangles of any size. */
#include "tests/support/test.h"

#include <float.h>
#include <math.h>

#include "tests/support/draw.h"
#include "tui/values/bars.h"

static struct cells cells;

static double edges[HISTOGRAM_BINS_MAX + 1];
static uint64_t counts[HISTOGRAM_BINS_MAX];

static struct histogram make(double low, double high, unsigned bins)
{
    for (unsigned i = 0; i <= bins; i++)
        edges[i] = low * (1 - (double)i / bins) + high * ((double)i / bins);
    memset(counts, 0, sizeof counts);
    return (struct histogram){.bins = bins, .edges = edges, .counts = counts};
}

/* A bell of 20 bins from -4.7188 to 4.9063. */
static struct histogram bell(void)
{
    struct histogram histogram = make(-4.7188, 4.9063, 20);
    for (unsigned i = 0; i < 20; i++) {
        double x = (edges[i] + edges[i + 1]) / 2;
        counts[i] = (uint64_t)(1e9 * exp(-x * x / 2));
    }
    return histogram;
}

static int draw(const struct histogram *histogram, int height, int width, bool ascii)
{
    cells.ascii = ascii;
    cells_resize(&cells, height > 0 ? height + 2 : 2, width > 0 ? width + 2 : 2);
    cells_clear(&cells);
    int rows = bars_draw(histogram, &cells, (struct rect){1, 1, height, width});
    draw_assert_sane(&cells);
    assert_int_equal(rows, width > 0 ? bars_rows(histogram, height) : 0);
    return rows;
}

static int draw_standing(const struct histogram *histogram, int height, int width, bool ascii)
{
    cells.ascii = ascii;
    cells_resize(&cells, height > 0 ? height + 2 : 2, width > 0 ? width + 2 : 2);
    cells_clear(&cells);
    int rows = bars_draw_standing(histogram, &cells, (struct rect){1, 1, height, width});
    draw_assert_sane(&cells);
    return rows;
}

static void a_line_a_bin(void **state)
{
    (void)state;
    struct histogram histogram = bell();
    assert_int_equal(draw(&histogram, 20, 40, false), 20);
    assert_string_equal(draw_row(&cells, 1), " -4.72 ▏                            44189");
    draw_assert_has(&cells, " -0.39 ████████████████████████████  989M");
    assert_string_equal(draw_row(&cells, 20), "  4.43 ▏                            18751");
}

static void bins_become_one_where_rows_are_few(void **state)
{
    (void)state;
    struct histogram histogram = bell();
    assert_int_equal(draw(&histogram, 7, 18, false), 7); /* as in the map's screen */
    assert_string_equal(draw_row(&cells, 1), " -4.72 ▏");
    assert_string_equal(draw_row(&cells, 4), " -0.39 ████████████");
    assert_string_equal(draw_row(&cells, 7), "  3.94 ▏");
    assert_int_equal(draw(&histogram, 19, 18, false), 10);
    assert_int_equal(draw(&histogram, 10, 18, false), 10);
    assert_int_equal(draw(&histogram, 1, 18, false), 1);
    assert_string_equal(draw_row(&cells, 1), " -4.72 ████████████");
}

static void a_short_last_bar_is_comparable(void **state)
{
    (void)state;
    struct histogram histogram = make(0, 20, 20);
    for (unsigned i = 0; i < 20; i++)
        counts[i] = 1000;
    draw(&histogram, 7, 60, false);
    const char *full = strstr(draw_row(&cells, 1), "█"), *last = strstr(draw_row(&cells, 7), "█");
    assert_non_null(full);
    assert_memory_equal(full, last, 3 * 40);
    assert_non_null(strstr(draw_row(&cells, 1), " 3000"));
    assert_non_null(strstr(draw_row(&cells, 7), " 2000"));
}

static void what_is_there_is_seen(void **state)
{
    (void)state;
    struct histogram histogram = make(0, 4, 4);
    counts[0] = UINT64_MAX;
    counts[1] = 1;
    counts[3] = UINT64_MAX / 2;
    draw(&histogram, 4, 14, false);
    assert_string_equal(draw_row(&cells, 1), " 0.00 █████████");
    assert_string_equal(draw_row(&cells, 2), " 1.00 ▏");
    assert_string_equal(draw_row(&cells, 3), " 2.00");
    assert_string_equal(draw_row(&cells, 4), " 3.00 ████▌");
    draw(&histogram, 4, 14, true);
    assert_string_equal(draw_row(&cells, 1), " 0.00 #########");
    assert_string_equal(draw_row(&cells, 2), " 1.00 .");
    assert_string_equal(draw_row(&cells, 3), " 2.00");
    assert_string_equal(draw_row(&cells, 4), " 3.00 #####");
    counts[1] = UINT64_MAX; /* two of them in one bar */
    draw(&histogram, 2, 40, false);
    assert_non_null(strstr(draw_row(&cells, 1), "18.4E"));
}

static void counts_in_few_characters(void **state)
{
    (void)state;
    static const struct {
        uint64_t count;
        const char *text;
    } cases[] = {{0, "0"},           {99999, "99999"},     {100000, "100k"},
                 {999499, "999k"},   {999500, "1.0M"},     {48123456, "48.1M"},
                 {99960000, "100M"}, {2400000000, "2.4G"}, {UINT64_MAX, "18.4E"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[BARS_COUNT_MAX];
        bars_count_text(cases[i].count, text, sizeof text);
        assert_string_equal(text, cases[i].text);
    }
}

static const char *first_edge(double low, double high, unsigned bins)
{
    struct histogram histogram = make(low, high, bins);
    for (unsigned i = 0; i < bins; i++)
        counts[i] = 1;
    draw(&histogram, (int)bins, 60, false);
    static char edge[32];
    sscanf(draw_row(&cells, 1), " %31s", edge);
    return edge;
}

static void edges_tell_bars_apart(void **state)
{
    (void)state;
    assert_string_equal(first_edge(0, 255, 20), "0");
    assert_string_equal(first_edge(-0.5, 0.5, 20), "-0.500");
    assert_string_equal(first_edge(0.001, 0.002, 5), "0.00100");
    assert_string_equal(first_edge(1e-9, 2e-9, 5), "1.0e-09");
    assert_string_equal(first_edge(-3e38, 3e38, 20), "-3.0e+38");
    assert_string_equal(first_edge(999999, 1000001, 4), "999999.00");
    assert_string_equal(first_edge(-DBL_MAX, DBL_MAX, 20), "-1.8e+308");
    assert_string_equal(first_edge(4e-320, 8e-320, 4), "4.0e-320");
    assert_string_equal(first_edge(-1e-9, 3, 3), "0.00"); /* not -0.00 */
    assert_string_equal(first_edge(6.5, 7.5, 1), "6.50"); /* a single value */
}

static void nothing_finite_is_said(void **state)
{
    (void)state;
    struct histogram histogram = make(0, 1, 20), none = {.bins = 0};
    assert_int_equal(draw(&histogram, 7, 30, false), 1);
    assert_string_equal(draw_row(&cells, 1), " no finite value");
    assert_int_equal(draw(&none, 7, 30, false), 1);
    assert_string_equal(draw_row(&cells, 1), " no finite value");
    assert_int_equal(draw_standing(&none, 7, 30, false), 1);
    assert_int_equal(draw_standing(&histogram, 7, 30, false), 1);
    assert_string_equal(draw_row(&cells, 1), " no finite value");
}

static void bars_that_stand(void **state)
{
    (void)state;
    struct histogram histogram = bell();
    assert_int_equal(draw_standing(&histogram, 5, 40, false), 5);
    assert_string_equal(draw_row(&cells, 1), "                 ▃▃██▇▇");
    assert_string_equal(draw_row(&cells, 4), " ▁▁▁▁▁▁▁▁▁▁▄▄██████████████▇▇▃▃▁▁▁▁▁▁▁▁▁▁");
    assert_string_equal(draw_row(&cells, 5), " -4.72                               4.91");
    draw_standing(&histogram, 5, 40, true);
    assert_string_equal(draw_row(&cells, 4), " __________::################::__________");
    draw_standing(&histogram, 1, 10, false);
    assert_string_equal(draw_row(&cells, 1), " ▁▁▁▄█▇▃▁▁▁");
    draw_standing(&histogram, 2, 8, false); /* no room for both ends */
    assert_string_equal(draw_row(&cells, 2), " -4.72");
}

static void any_size(void **state)
{
    (void)state;
    struct histogram histogram = bell();
    for (int height = 0; height < 26; height++)
        for (int width = 0; width < 70; width++)
            for (int ascii = 0; ascii < 2; ascii++) {
                assert_in_range(draw(&histogram, height, width, ascii), 0, height);
                assert_in_range(draw_standing(&histogram, height, width, ascii), 0, height);
                for (int y = 0; y < cells.rows; y++) { /* nothing beside the rectangle */
                    assert_string_equal(cells.grid[y * cells.columns].text, " ");
                    assert_string_equal(cells.grid[y * cells.columns + cells.columns - 1].text, " ");
                }
            }
    histogram = make(0, 1, HISTOGRAM_BINS_MAX);
    for (unsigned i = 0; i < HISTOGRAM_BINS_MAX; i++)
        counts[i] = UINT64_MAX;
    assert_int_equal(draw(&histogram, 9, 40, false), 9);
    assert_int_equal(draw_standing(&histogram, 9, 40, false), 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_a_bin),
        cmocka_unit_test(bins_become_one_where_rows_are_few),
        cmocka_unit_test(a_short_last_bar_is_comparable),
        cmocka_unit_test(what_is_there_is_seen),
        cmocka_unit_test(counts_in_few_characters),
        cmocka_unit_test(edges_tell_bars_apart),
        cmocka_unit_test(nothing_finite_is_said),
        cmocka_unit_test(bars_that_stand),
        cmocka_unit_test(any_size),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    cells_free(&cells);
    return failed;
}
