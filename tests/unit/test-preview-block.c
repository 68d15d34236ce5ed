/*
 * Blocks of cells and what is copied of them; columns that stay at the left.
 */
#include "tests/support/test.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/grid.h"
#include "tui/term/clipboard.h"

static void assert_copied(struct grid *grid, const char *expected)
{
    char *text = preview_take_copy(grid->preview);
    if (!expected)
        assert_null(text);
    else if (!text)
        fail_msg("nothing was copied");
    else
        assert_string_equal(text, expected);
    free(text);
    assert_null(preview_take_copy(grid->preview)); /* once */
}

/* --- copying --- */

static void a_value_is_copied_in_full(void **state)
{
    struct grid grid = {0};
    double third = -100.0 / 3;
    grid_write_doubles(*state, "a", 'C', 2, (uint64_t[]){30, 12});
    grid_put(*state, "a", 1, &third, sizeof third);
    grid_open(&grid, *state, "a");
    grid_keys(&grid, "lY");
    draw_assert_has(&grid.cells, "copied: -33.333333333333336");
    assert_copied(&grid, "-33.333333333333336");
    grid_keys(&grid, "===Y"); /* whatever the format */
    assert_copied(&grid, "-33.333333333333336");
    grid_close(&grid);
}

static void a_block_is_copied_as_lines_with_tabs(void **state)
{
    struct grid grid = {0};
    grid_write_doubles(*state, "a", 'C', 2, (uint64_t[]){30, 12});
    grid_open(&grid, *state, "a");
    grid_keys(&grid, "jll ");
    draw_assert_has(&grid.cells, "a block begins here");
    grid_keys(&grid, "jh");
    draw_assert_has(&grid.cells, "block of 2 × 2");
    assert_true(grid_cell(&grid, " 12.5  ")[1].flags & CELL_SELECTED);
    assert_false(grid_cell(&grid, " 13.5  ")[1].flags & CELL_SELECTED);
    grid_keys(&grid, "Y");
    draw_assert_has(&grid.cells, "2 × 2 values copied");
    assert_copied(&grid, "6.5\t7.0\n12.5\t13.0");
    grid_keys(&grid, "j");
    draw_assert_lacks(&grid.cells, "block of");
    grid_keys(&grid, " jjj");
    draw_assert_has(&grid.cells, "block of 4 × 1");
    assert_int_equal(preview_action(grid.preview, ACTION_CLOSE, grid.now), PREVIEW_USED);
    grid_settle(&grid);
    draw_assert_lacks(&grid.cells, "block of");
    assert_int_equal(preview_action(grid.preview, ACTION_CLOSE, grid.now), PREVIEW_UNUSED); /* the app's */
    assert_copied(&grid, NULL);
    grid_close(&grid);
}

static void a_vector_is_copied_a_value_a_line_across_rows(void **state)
{
    struct grid grid = {0};
    grid_write_doubles(*state, "v", 'C', 1, (uint64_t[]){1003});
    grid_open(&grid, *state, "v");
    grid_keys(&grid, "llllllll jhhhhhhhh");
    draw_assert_has(&grid.cells, "block of 3");
    grid_size(&grid, 24, 40); /* other rows, the same elements */
    draw_assert_has(&grid.cells, "block of 3");
    grid_keys(&grid, "Y");
    draw_assert_has(&grid.cells, "3 values copied, a line each");
    assert_copied(&grid, "4.0\n4.5\n5.0");
    grid_close(&grid);
}

static void a_struct_is_copied_field_by_field(void **state)
{
    struct grid grid = {0};
    grid_write_struct(*state, "s", 9);
    grid_open(&grid, *state, "s");
    grid_keys(&grid, "j j$Y");
    assert_copied(&grid, "1000\t3-4j\t0.25\todd\t[1.0, 0.5]\n2000\t6-8j\t0.5\teven\t[2.0, 0.5]");
    grid_close(&grid);
}

static void bytes_are_copied_in_hex(void **state)
{
    struct grid grid = {0};
    tmpdir_write(*state, "psm_1", "0123456789", 10);
    grid_open(&grid, *state, "psm_1");
    grid_keys(&grid, " lY");
    assert_copied(&grid, "0x30\n0x31");
    grid_close(&grid);
}

/* Much of it was never on the screen. */
static void a_block_beyond_the_screen_is_read(void **state)
{
    struct grid grid = {0};
    grid_write_doubles(*state, "a", 'C', 2, (uint64_t[]){300, 20});
    grid_open(&grid, *state, "a");
    grid_keys(&grid, " Gll");
    preview_action(grid.preview, ACTION_COPY, grid.now);
    assert_copied(&grid, NULL);
    grid_settle(&grid);
    char *text = preview_take_copy(grid.preview);
    assert_non_null(text);
    assert_memory_equal(text, "0.0\t0.5\t1.0\n10.0\t10.5\t11.0\n", 27);
    assert_non_null(strstr(text, "\n2990.0\t2990.5\t2991.0"));
    size_t lines = 1;
    for (const char *p = text; *p; p++)
        lines += *p == '\n';
    assert_int_equal(lines, 300);
    free(text);
    draw_assert_has(&grid.cells, "300 × 3 values copied");
    draw_assert_has(&grid.cells, "299 "); /* the page is still that of the screen */
    grid_close(&grid);
}

static void what_no_terminal_takes_is_refused(void **state)
{
    struct grid grid = {0};
    grid_write_doubles(*state, "a", 'C', 2, (uint64_t[]){400, 100});
    grid_open(&grid, *state, "a");
    grid_keys(&grid, " G$");
    draw_assert_has(&grid.cells, "block of 400 × 100");
    preview_action(grid.preview, ACTION_COPY, grid.now);
    preview_layout(grid.preview, 24, 80, false);
    assert_null(preview_wants(grid.preview, grid.now)); /* and not even read */
    grid_settle(&grid);
    draw_assert_has(&grid.cells, "not copied: a terminal takes 74994 bytes");
    grid_keys(&grid, "0");
    for (int i = 0; i < 50; i++)
        grid_keys(&grid, "l");
    grid_keys(&grid, "Y"); /* 20,400 of them: more than 74,994 bytes as text */
    draw_assert_has(&grid.cells, "not copied: a terminal takes 74994 bytes");
    assert_copied(&grid, NULL);
    draw_assert_has(&grid.cells, "not copied");
    grid_keys(&grid, "0");
    draw_assert_has(&grid.cells, "block of 400 × 1"); /* it is still there, to be made smaller */
    grid_close(&grid);
}

static void a_long_value_says_that_it_is_cut(void **state)
{
    struct grid grid = {0};
    char data[2000];
    memset(data, 'x', sizeof data);
    grid_write(*state, "big", "S1000", 'C', 1, (uint64_t[]){2}, data, sizeof data);
    grid_open(&grid, *state, "big");
    grid_keys(&grid, "Y");
    draw_assert_has(&grid.cells, "copied: xxx");
    char *text = preview_take_copy(grid.preview);
    assert_non_null(text);
    assert_string_equal(text + 256, "…");
    free(text);
    grid_close(&grid);
}

/* The last values can be copied; what was not read cannot. */
static void of_a_deleted_one_what_is_seen_is_copied(void **state)
{
    struct grid grid = {0};
    grid_write_doubles(*state, "a", 'C', 2, (uint64_t[]){300, 3});
    grid_open(&grid, *state, "a");
    tmpdir_unlink(*state, "a");
    grid_wait(&grid, 300);
    draw_assert_has(&grid.cells, "gone");
    grid_keys(&grid, " jlY");
    assert_copied(&grid, "0.0\t0.5\n1.5\t2.0");
    grid_keys(&grid, " GY");
    draw_assert_has(&grid.cells, "not copied: it can no longer be read");
    assert_copied(&grid, NULL);
    grid_close(&grid);
}

static void what_changed_while_it_was_read_is_not_copied(void **state)
{
    struct grid grid = {0};
    grid_write_doubles(*state, "a", 'C', 2, (uint64_t[]){300, 3});
    grid_open(&grid, *state, "a");
    grid_keys(&grid, " G");
    preview_action(grid.preview, ACTION_COPY, grid.now);
    grid_write_doubles(*state, "a", 'C', 2, (uint64_t[]){200, 2});
    grid_settle(&grid);
    draw_assert_has(&grid.cells, "float64 200 × 2");
    assert_copied(&grid, NULL);
    draw_assert_lacks(&grid.cells, "block of");
    grid_close(&grid);
}

static void without_elements_there_is_nothing_to_copy(void **state)
{
    struct grid grid = {0};
    grid_write_doubles(*state, "e", 'C', 2, (uint64_t[]){0, 5});
    grid_open(&grid, *state, "e");
    grid_keys(&grid, "lY");
    draw_assert_has(&grid.cells, "nothing to copy");
    grid_keys(&grid, " ");
    draw_assert_has(&grid.cells, "no cells for a block");
    grid_keys(&grid, "jjY");
    assert_copied(&grid, NULL);
    grid_close(&grid);
    grid_write_doubles(*state, "s", 'C', 0, NULL);
    grid_open(&grid, *state, "s");
    grid_keys(&grid, "lY");
    assert_copied(&grid, "0.0");
    grid_close(&grid);
}

static void other_axes_have_no_block(void **state)
{
    struct grid grid = {0};
    grid_write_doubles(*state, "cube", 'C', 3, (uint64_t[]){6, 20, 30});
    grid_open(&grid, *state, "cube");
    grid_keys(&grid, " jl]");
    draw_assert_has(&grid.cells, "block of 2 × 2");
    grid_keys(&grid, "Y");
    assert_copied(&grid, "300.0\t300.5\n315.0\t315.5");
    grid_keys(&grid, " lt");
    draw_assert_lacks(&grid.cells, "block of");
    grid_keys(&grid, " lx");
    draw_assert_lacks(&grid.cells, "block of");
    grid_close(&grid);
}

/* --- columns that stay --- */

static void columns_up_to_the_cursor_stay(void **state)
{
    struct grid grid = {0};
    grid_write_doubles(*state, "a", 'C', 2, (uint64_t[]){100, 200});
    grid_open(&grid, *state, "a");
    grid_keys(&grid, "lf");
    draw_assert_has(&grid.cells, "the first columns stay at the left");
    grid_keys(&grid, "j$");
    draw_assert_has(&grid.cells, "[1, 199] = 199.5");
    draw_assert_has(&grid.cells, "    1      100   100.5│ ");
    draw_assert_has(&grid.cells, "c 193-199/200");
    draw_assert_golden(&grid.cells, "tests/unit/goldens/preview-kept-80x24");
    grid_keys(&grid, "0");
    draw_assert_has(&grid.cells, "[1, 0] = 100.0");
    draw_assert_has(&grid.cells, "c 193-199/200"); /* what is at the left needs no scrolling */
    grid_keys(&grid, "lll");
    draw_assert_has(&grid.cells, "[1, 3] = 101.5");
    draw_assert_has(&grid.cells, "c 2-8/200");
    grid_keys(&grid, "f");
    draw_assert_has(&grid.cells, "all columns move again");
    grid_keys(&grid, "$");
    draw_assert_lacks(&grid.cells, "│");
    grid_close(&grid);
}

static void fields_can_stay_too(void **state)
{
    struct grid grid = {0};
    grid_write_struct(*state, "s", 9);
    cells_resize(&grid.cells, 24, 34);
    grid_open(&grid, *state, "s");
    grid_keys(&grid, "jf$");
    draw_assert_has(&grid.cells, " 1000│ ");
    draw_assert_has(&grid.cells, "[1, 0.5]");
    draw_assert_has(&grid.cells, "id");
    draw_assert_has(&grid.cells, "pair");
    draw_assert_lacks(&grid.cells, "price");
    grid_close(&grid);
}

static void what_cannot_stay_says_why(void **state)
{
    struct grid grid = {0};
    grid_write_doubles(*state, "v", 'C', 1, (uint64_t[]){1003});
    grid_open(&grid, *state, "v");
    grid_keys(&grid, "f");
    draw_assert_has(&grid.cells, "one dimension has no columns to keep");
    assert_false(preview_has_use_for(grid.preview, ACTION_FREEZE));
    grid_close(&grid);
    grid_write_doubles(*state, "a", 'C', 2, (uint64_t[]){10, 50});
    grid_open(&grid, *state, "a");
    grid_keys(&grid, "$f");
    draw_assert_has(&grid.cells, "no column would be left to move");
    grid_keys(&grid, "hf");
    draw_assert_has(&grid.cells, "the columns up to 48 do not fit beside another");
    assert_true(preview_has_use_for(grid.preview, ACTION_FREEZE));
    grid_close(&grid);
}

/* Those that stay take part in everything. */
static void what_stays_is_read_copied_and_bold_when_it_changes(void **state)
{
    struct grid grid = {0};
    double value = 4242.5;
    grid_write_doubles(*state, "a", 'C', 2, (uint64_t[]){100, 200});
    grid_open(&grid, *state, "a");
    grid_keys(&grid, "f$");
    grid_put(*state, "a", 200, &value, sizeof value);
    grid_put(*state, "a", 399, &value, sizeof value);
    grid_wait(&grid, 300);
    assert_true(grid_cell(&grid, "4242.5│")->flags & CELL_BOLD);
    assert_true(grid_cell(&grid, "99  4242.5")[4].flags & CELL_BOLD);
    grid_keys(&grid, "=");
    grid_put(*state, "a", 0, &value, sizeof value);
    grid_wait(&grid, 300);
    assert_true(grid_cell(&grid, "4242.5")->flags & CELL_BOLD); /* in another format */
    grid_keys(&grid, "g hY");
    assert_copied(&grid, "99.0\t99.5");
    grid_keys(&grid, "0 $");
    draw_assert_has(&grid.cells, "block of 1 × 200");
    grid_keys(&grid, "Y");
    char *text = preview_take_copy(grid.preview);
    assert_non_null(text);
    assert_memory_equal(text, "4242.5\t0.5\t1.0\t", 15);
    free(text);
    grid_close(&grid);
}

static void any_keys_are_safe(void **state)
{
    static const char keys[] = "hjklgG0$[]{}xyt\tf Yf Y=|<>vZr\x02\x06";
    static const char *const names[] = {"cube", "vector", "struct", "empty", "scalar"};
    unsigned seed = 7;
    grid_write_doubles(*state, "cube", 'F', 3, (uint64_t[]){64, 20, 30});
    grid_write_doubles(*state, "vector", 'C', 1, (uint64_t[]){10007});
    grid_write_struct(*state, "struct", 300);
    grid_write_doubles(*state, "empty", 'F', 3, (uint64_t[]){3, 0, 2});
    grid_write_doubles(*state, "scalar", 'C', 0, NULL);
    for (size_t name = 0; name < sizeof names / sizeof names[0]; name++) {
        struct grid grid = {.heat = true};
        grid_open(&grid, *state, names[name]);
        for (int i = 0; i < 1000; i++) {
            unsigned r = (unsigned)rand_r(&seed);
            preview_key(grid.preview, &(struct key){.code = (unsigned char)keys[r % (sizeof keys - 1)]},
                        grid.now);
            grid.now += r % 100;
            if (r % 7 == 0)
                cells_resize(&grid.cells, 1 + (int)(r / 7 % 30), 1 + (int)(r / 300 % 150));
            if (r % 3)
                grid_settle(&grid);
            free(preview_take_copy(grid.preview));
        }
        grid_close(&grid);
    }
}

#define with_tmpdir(test) cmocka_unit_test_setup_teardown(test, tmpdir_setup, tmpdir_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_tmpdir(a_value_is_copied_in_full),
        with_tmpdir(a_block_is_copied_as_lines_with_tabs),
        with_tmpdir(a_vector_is_copied_a_value_a_line_across_rows),
        with_tmpdir(a_struct_is_copied_field_by_field),
        with_tmpdir(bytes_are_copied_in_hex),
        with_tmpdir(a_block_beyond_the_screen_is_read),
        with_tmpdir(what_no_terminal_takes_is_refused),
        with_tmpdir(a_long_value_says_that_it_is_cut),
        with_tmpdir(of_a_deleted_one_what_is_seen_is_copied),
        with_tmpdir(what_changed_while_it_was_read_is_not_copied),
        with_tmpdir(without_elements_there_is_nothing_to_copy),
        with_tmpdir(other_axes_have_no_block),
        with_tmpdir(columns_up_to_the_cursor_stay),
        with_tmpdir(fields_can_stay_too),
        with_tmpdir(what_cannot_stay_says_why),
        with_tmpdir(what_stays_is_read_copied_and_bold_when_it_changes),
        with_tmpdir(any_keys_are_safe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
