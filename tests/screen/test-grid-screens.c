/*
 * The grid with the colours of its values and the statistics below it, as it looks in 256 and 16 colours,
 * monochrome and ASCII, at 24 × 80 and 40 × 140.
 */
#include "tests/support/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/support/grid.h"

#define ROWS    200
#define COLUMNS 40

/* Waves that rise from column to column, with what is no number among the first. */
static void write_waves(const struct tmpdir *tmpdir)
{
    float *values = calloc((size_t)2 * ROWS * COLUMNS, sizeof *values);
    assert_non_null(values);
    for (int i = 0; i < 2 * ROWS * COLUMNS; i++) {
        int row = i / COLUMNS % ROWS, column = i % COLUMNS;
        /* Of no library function: the same digits everywhere. */
        values[i] = (float)((row % 20 - 10) * (row % 20 - 10) - 50) * (float)(column + 1) / 64.0f;
    }
    values[2 * COLUMNS + 1] = NAN;
    values[3 * COLUMNS + 2] = INFINITY;
    values[5 * COLUMNS + 4] = -INFINITY;
    values[6 * COLUMNS] = 1.4142135f;
    grid_write(tmpdir, "field.shm", "<f4", 'C', 3, (uint64_t[]){2, ROWS, COLUMNS}, values,
               (size_t)2 * ROWS * COLUMNS * sizeof *values);
    free(values);
}

static void assert_screens(void **state, enum theme_depth depth, bool ascii, const char *name)
{
    static const int sizes[][2] = {{22, 80}, {38, 140}}; /* without the lines of the app */
    for (size_t i = 0; i < 2; i++) {
        struct grid grid = {.ascii = ascii, .heat = depth == THEME_256};
        char path[128];
        cells_resize(&grid.cells, sizes[i][0], sizes[i][1]);
        write_waves(*state);
        grid_open(&grid, *state, "field.shm");
        grid_keys(&grid, "vjl jl");
        snprintf(path, sizeof path, "tests/screen/golden-grid/%s-%dx%d.ans", name, sizes[i][1],
                 sizes[i][0] + 2);
        draw_assert_golden_ansi(&grid.cells, depth, path);
        grid_close(&grid);
    }
}

static void in_256_colours(void **state)
{
    assert_screens(state, THEME_256, false, "grid-256");
}

static void in_16_colours(void **state)
{
    assert_screens(state, THEME_16, false, "grid-16");
}

static void monochrome(void **state)
{
    assert_screens(state, THEME_MONOCHROME, false, "grid-mono");
}

static void in_ascii(void **state)
{
    assert_screens(state, THEME_256, true, "grid-ascii");
}

#define with_tmpdir(test) cmocka_unit_test_setup_teardown(test, tmpdir_setup, tmpdir_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_tmpdir(in_256_colours),
        with_tmpdir(in_16_colours),
        with_tmpdir(monochrome),
        with_tmpdir(in_ascii),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
