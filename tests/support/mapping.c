#include "tests/support/test.h"

#include "tests/support/mapping.h"

#include <math.h>

void mapping_settle(struct looking *looking)
{
    struct progress progress = {0};
    looking_settle(looking);
    for (int i = 0; looking->asked[STUDY_MAP]; i++) {
        struct study_reply *reply =
            study_run(looking->directory, "/proc", looking->asked[STUDY_MAP], &progress);
        reply->took = 310;
        looking_answer(looking, STUDY_MAP, reply);
        assert_true(i < 10);
    }
}

void mapping_press(struct looking *looking, const char *keys)
{
    for (; *keys; keys++) {
        const char key[2] = {*keys, '\0'};
        looking_press(looking, key);
        mapping_settle(looking);
    }
}

void mapping_open(struct looking *looking, void **state, const char *name, int rows, int columns, bool heat,
                  bool ascii)
{
    looking_open(looking, state, name);
    looking->ascii = ascii;
    looking->cells.heat = heat;
    preview_show_heat(looking->preview, heat);
    looking_size(looking, rows, columns);
    mapping_press(looking, "o");
}

void mapping_write_waves(struct tmpdir *tmpdir, const char *name, uint64_t rows, uint64_t columns,
                         const uint64_t nan[4])
{
    struct matrix matrix = looking_matrix("<f4", 'C', 2, (uint64_t[]){rows, columns});
    float *values = calloc(rows * columns, sizeof *values);
    assert_non_null(values);
    for (uint64_t row = 0; row < rows; row++)
        for (uint64_t column = 0; column < columns; column++) {
            bool is_nan = nan && row >= nan[0] && row < nan[1] && column >= nan[2] && column < nan[3];
            double y = (double)row / (double)rows, x = (double)column / (double)columns;
            values[row * columns + column] =
                is_nan ? NAN : (float)(2 * sin(7 * x + 2 * y) * cos(5 * y) + 0.25 * x);
        }
    tmpdir_write_matrix(tmpdir, name, &matrix, values, rows * columns * sizeof *values);
    free(values);
}
