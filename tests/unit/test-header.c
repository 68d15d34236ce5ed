/* The header: what fills the file system, by state, in any width. */
#include "tests/support/test.h"

#include "tests/support/draw.h"
#include "tui/view/header.h"

#define G (UINT64_C(1) << 30)

static const struct catalog_totals usual = {
    .count = {[STATE_LIVE] = 31, [STATE_IDLE] = 171, [STATE_LEAKED] = 9, [STATE_UNLINKED] = 3},
    .bytes = {[STATE_LIVE] = 7 * G, [STATE_IDLE] = 3 * G, [STATE_LEAKED] = 2 * G, [STATE_UNLINKED] = 1 * G}};

static const struct header full = {
    .directory = "/dev/shm",
    .host = "db07",
    .state = HEADER_LIVE,
    .sort = "size",
    .descending = true,
    .filter = "",
    .chips = "",
    .shown = 214,
    .count = 214,
    .has_usage = true,
    .usage = {.size = 24 * G, .used = 14 * G, .free = 10 * G},
    .swept = true,
    .totals = &usual,
};

static struct cells cells;

static void draw(const struct header *header, int height, int width)
{
    cells_resize(&cells, 6, width);
    cells_clear(&cells);
    header_draw(header, &cells, (struct rect){0, 0, height, width});
    draw_assert_sane(&cells);
}

/* Cells of the gauge in a role. */
static int cells_of(enum role role)
{
    int n = 0;
    for (int x = 0; x < cells.columns; x++) {
        const struct cell *cell = &cells.grid[cells.columns + x];
        n += cell->role == role && (strcmp(cell->text, "━") == 0 || cells.ascii);
    }
    return n;
}

static void the_gauge_is_stacked_by_state(void **state)
{
    (void)state;
    draw(&full, 3, 140);
    int bar = cells_of(ROLE_LIVE) + cells_of(ROLE_IDLE) + cells_of(ROLE_LEAKED) + cells_of(ROLE_UNLINKED) +
              cells_of(ROLE_USED) + cells_of(ROLE_FREE);
    assert_in_range(cells_of(ROLE_LIVE), bar * 7 / 24 - 1, bar * 7 / 24 + 1);
    assert_in_range(cells_of(ROLE_UNLINKED), bar / 24 - 1, bar / 24 + 1);
    assert_in_range(cells_of(ROLE_USED), bar / 24 - 1, bar / 24 + 1); /* what no row explains */
    draw_assert_has(&cells, "■ live 7.0G in 31   ■ idle 3.0G in 171   ■ leaked 2.0G in 9   ■ unlinked 1.0G "
                            "in 3   ■ not explained 1.0G");
    draw_assert_lacks(&cells, "stale");
}

static void what_is_small_is_seen_all_the_same(void **state)
{
    (void)state;
    struct header header = full;
    struct catalog_totals totals = usual;
    header.totals = &totals;
    totals.bytes[STATE_LEAKED] = 4096;
    totals.bytes[STATE_UNLINKED] = 1;
    draw(&header, 3, 80);
    assert_int_equal(cells_of(ROLE_LEAKED), 1);
    assert_int_equal(cells_of(ROLE_UNLINKED), 1);
    header.usage.used = 24 * G;
    header.usage.free = 0;
    totals.bytes[STATE_LIVE] = 24 * G;
    totals.bytes[STATE_IDLE] = 0;
    draw(&header, 3, 80);
    assert_int_equal(cells_of(ROLE_FREE), 0);
}

static void rows_never_explain_more_than_is_used(void **state)
{
    (void)state;
    struct header header = full;
    struct catalog_totals totals = usual;
    header.totals = &totals;
    totals.bytes[STATE_LIVE] = UINT64_MAX;
    totals.bytes[STATE_IDLE] = UINT64_MAX;
    draw(&header, 3, 140);
    draw_assert_lacks(&cells, "not explained");
    assert_true(cells_of(ROLE_FREE) > 0);
    header.usage = (struct directory_usage){.used = 5};
    draw(&header, 3, 140);
    draw_assert_has(&cells, "5 used, no limit");
}

static void a_narrow_legend_drops_counts_then_states(void **state)
{
    (void)state;
    draw(&full, 3, 80);
    draw_assert_has(&cells, "■ live 7.0G  ■ idle 3.0G  ■ leaked 2.0G  ■ unlinked 1.0G  ■ not explained 1.0G");
    draw(&full, 3, 72); /* the rest in one word, so that the sum adds up */
    draw_assert_has(&cells, "■ unlinked 1.0G  ■ rest 1.0G");
    draw(&full, 3, 50);
    draw_assert_has(&cells, "■ live 7.0G ■ idle 3.0G ■ rest 1.0G");
    draw_assert_lacks(&cells, "unlin");
    for (int width = 1; width < 160; width++)
        for (int height = 0; height < 6; height++)
            draw(&full, height, width);
}

static void what_was_not_read_is_counted(void **state)
{
    (void)state;
    struct header header = full;
    header.processes = 143;
    header.unread = 82;
    draw(&header, 3, 110);
    draw_assert_has(&cells, "● live   82 of 143 unread   ");
    draw(&header, 3, 72); /* before the sort */
    draw_assert_has(&cells, "● live   82 of 143 unread");
    draw_assert_lacks(&cells, "sort");
}

static void a_long_filter_is_cut_before_the_sort_goes(void **state)
{
    (void)state;
    struct header header = full;
    header.filter = "user:alice state:leaked size>1G";
    header.shown = 3;
    draw(&header, 3, 110);
    draw_assert_has(&cells, "sort size ↓   filter: user:alice state:leaked size>1G   3 of 214");
    draw(&header, 3, 94);
    draw_assert_has(&cells, "sort size ↓   filter: user:alice state:leake…   3 of 214");
    draw(&header, 3, 91);
    draw_assert_has(&cells, "sort size ↓   filter: user:alice state:le…   3 of 214");
}

static void before_a_sweep_nothing_is_said_of_states(void **state)
{
    (void)state;
    struct header header = full;
    header.swept = false;
    static const struct catalog_totals unknown = {.count = {214}, .bytes = {13 * G}};
    header.totals = &unknown;
    draw(&header, 3, 110);
    draw_assert_lacks(&cells, "explained");
    assert_true(cells_of(ROLE_USED) > 0);
}

static void the_rate_goes_before_what_is_free(void **state)
{
    (void)state;
    static const struct header_notes notes = {.rate = "+1.2G/min, full in 8 min",
                                              .beyond = "beyond this file system 0.4G"};
    struct header header = full;
    header.notes = &notes;
    draw(&header, 3, 110);
    draw_assert_has(&cells, "14.0G of 24.0G  58%   free 10.0G   +1.2G/min, full in 8 min");
    draw(&header, 3, 80);
    draw_assert_has(&cells, "14.0G of 24.0G  58%   +1.2G/min, full in 8 min");
    draw_assert_lacks(&cells, "free");
    draw(&header, 3, 40);
    draw_assert_has(&cells, "14.0G of 24.0G  58%");
    draw_assert_lacks(&cells, "beyond");
    draw(&header, 3, 160);
    draw_assert_has(&cells, "beyond this file system 0.4G");
}

static void the_first_warning_has_a_line_and_the_others_are_counted(void **state)
{
    (void)state;
    static const struct header_notes notes = {
        .warnings = {"/dev/shm has 64 MB, a container's default", "two", "three"}, .warning_count = 3};
    struct header header = full;
    header.notes = &notes;
    draw(&header, 4, 80);
    draw_assert_has(&cells, "/dev/shm has 64 MB, a container's default (+2 more: !)");
    assert_string_equal(draw_row(&cells, 4), "");
    draw(&header, 3, 80);
    draw_assert_lacks(&cells, "64 MB");
    draw(&header, 4, 30);
    draw_assert_has(&cells, "… (+2 more: !)");
    static const struct header_notes advice = {
        .warnings = {"the file system is 95 % full: delete what nobody holds, or give it more"},
        .warning_count = 1};
    header.notes = &advice;
    draw(&header, 4, 80);
    draw_assert_has(&cells, "95 % full: delete what nobody holds, or give it more");
    draw(&header, 4, 60);
    draw_assert_has(&cells, "the file system is 95 % full (what to do: !)");
}

static void ascii_tells_states_by_letters(void **state)
{
    (void)state;
    cells.ascii = true;
    draw(&full, 3, 80);
    draw_assert_has(&cells, "=LL");
    draw_assert_has(&cells, "L leaked 2.0G  G unlinked 1.0G");
    cells.ascii = false;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_gauge_is_stacked_by_state),
        cmocka_unit_test(what_is_small_is_seen_all_the_same),
        cmocka_unit_test(rows_never_explain_more_than_is_used),
        cmocka_unit_test(a_narrow_legend_drops_counts_then_states),
        cmocka_unit_test(what_was_not_read_is_counted),
        cmocka_unit_test(a_long_filter_is_cut_before_the_sort_goes),
        cmocka_unit_test(before_a_sweep_nothing_is_said_of_states),
        cmocka_unit_test(the_rate_goes_before_what_is_free),
        cmocka_unit_test(the_first_warning_has_a_line_and_the_others_are_counted),
        cmocka_unit_test(ascii_tells_states_by_letters),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    cells_free(&cells);
    return failed;
}
