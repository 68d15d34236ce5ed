#include "tests/support/test.h"

#include "tests/support/grid.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>


/* Enough for whatever follows from one key; more is a request that is never satisfied. */
#define ROUNDS 200

void grid_open(struct grid *grid, struct tmpdir *tmpdir, const char *name)
{
    struct segment segment = {0};
    grid->tmpdir = tmpdir;
    assert_int_equal(directory_open(&grid->directory, tmpdir->path, false, NULL), 0);
    assert_int_equal(segment_stat(grid->directory, name, &segment, NULL), 0);
    grid->preview = preview_new(name, &segment.id, grid->now);
    segment_clear(&segment);
    if (!grid->cells.grid)
        cells_resize(&grid->cells, 24, 80);
    grid_settle(grid);
}

void grid_close(struct grid *grid)
{
    preview_free(grid->preview);
    directory_close(grid->directory);
    cells_free(&grid->cells);
    for (int slot = 0; slot < STUDY_SLOT_COUNT; slot++)
        study_request_free(grid->last[slot]);
    *grid = (struct grid){0};
}

static bool look(struct grid *grid)
{
    struct preview_request *request = preview_wants(grid->preview, grid->now);
    if (!request)
        return false;
    preview_supply(grid->preview, preview_fetch(grid->directory, "/proc", request), grid->now);
    preview_request_free(request);
    return true;
}

static void answer(struct grid *grid, enum study_slot slot, struct study_reply *reply)
{
    struct progress progress = {0};
    assert_true(grid->out[slot]);
    grid->out[slot] = false;
    if (!reply)
        reply = study_run(grid->directory, "/proc", grid->last[slot], &progress);
    preview_supply_study(grid->preview, slot, reply, grid->now);
}

static bool study(struct grid *grid, enum study_slot slot)
{
    struct study_request *request =
        grid->out[slot] ? NULL : preview_wants_study(grid->preview, slot, grid->now);
    if (!request)
        return false;
    study_request_free(grid->last[slot]);
    grid->last[slot] = request;
    grid->studied[slot]++;
    grid->out[slot] = true;
    if (!grid->no_studies)
        answer(grid, slot, NULL);
    return true;
}

static bool study_all(struct grid *grid)
{
    bool any = false;
    for (enum study_slot slot = 0; slot < STUDY_SLOT_COUNT; slot++)
        any = study(grid, slot) || any;
    return any;
}

void grid_settle(struct grid *grid)
{
    int rows = grid->cells.rows, columns = grid->cells.columns;
    preview_layout(grid->preview, rows, columns, grid->ascii);
    for (int i = 0; look(grid) || study_all(grid); i++) {
        preview_layout(grid->preview, rows, columns, grid->ascii);
        assert_true(i < ROUNDS);
    }
    cells_clear(&grid->cells);
    grid->cells.ascii = grid->ascii;
    grid->cells.heat = grid->heat;
    preview_draw(grid->preview, &grid->cells, (struct rect){0, 0, rows, columns});
    draw_assert_sane(&grid->cells);
}

void grid_supply(struct grid *grid, enum study_slot slot, struct study_reply *reply)
{
    answer(grid, slot, reply);
    grid_settle(grid);
}

void grid_size(struct grid *grid, int rows, int columns)
{
    cells_resize(&grid->cells, rows, columns);
    grid_settle(grid);
}

void grid_wait(struct grid *grid, int64_t ms)
{
    grid->now += ms;
    grid_settle(grid);
}

void grid_key(struct grid *grid, uint32_t code)
{
    preview_key(grid->preview, &(struct key){.code = code}, grid->now);
    grid_settle(grid);
}

void grid_keys(struct grid *grid, const char *keys)
{
    for (; *keys; keys++)
        grid_key(grid, (unsigned char)*keys);
}

const struct cell *grid_cell(const struct grid *grid, const char *text)
{
    int y = 0, x = 0;
    draw_assert_has(&grid->cells, text);
    draw_find(&grid->cells, text, &y, &x);
    return &grid->cells.grid[(size_t)y * (size_t)grid->cells.columns + (size_t)x];
}

/* --- segments --- */

void grid_write(const struct tmpdir *tmpdir, const char *name, const char *dtype, char order, int rank,
                const uint64_t *shape, const void *data, size_t size)
{
    struct matrix matrix = {.order = order, .rank = rank};
    assert_int_equal(dtype_parse(dtype, &matrix.dtype, NULL), 0);
    for (int i = 0; i < rank; i++)
        matrix.shape[i] = shape[i];
    tmpdir_write_matrix(tmpdir, name, &matrix, data, size);
}

void grid_write_doubles(const struct tmpdir *tmpdir, const char *name, char order, int rank,
                        const uint64_t *shape)
{
    size_t n = 1;
    for (int i = 0; i < rank; i++)
        n *= shape[i];
    double *values = calloc(n ? n : 1, sizeof *values);
    assert_non_null(values);
    for (size_t i = 0; i < n; i++)
        values[i] = (double)i / 2;
    grid_write(tmpdir, name, "<f8", order, rank, shape, values, n * sizeof *values);
    free(values);
}

void grid_put(const struct tmpdir *tmpdir, const char *name, uint64_t index, const void *value, size_t size)
{
    int fd = open(tmpdir_path(tmpdir, name), O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, value, size, (off_t)(128 + index * size)), (ssize_t)size);
    close(fd);
}

static void put_big(uint8_t *at, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    bits = __builtin_bswap64(bits);
    memcpy(at, &bits, sizeof bits);
}

void grid_write_struct(const struct tmpdir *tmpdir, const char *name, uint64_t rows)
{
    const uint64_t two[] = {2};
    struct dtype_field fields[] = {{.name = "id"},
                                   {.name = "z"},
                                   {.name = "price"},
                                   {.name = "name"},
                                   {.name = "pair", .rank = 1, .dims = two}};
    static const char *const types[] = {"<i4", "<c8", ">f8", "S8", "<f4"};
    struct matrix matrix = {.order = 'C', .rank = 1, .shape = {rows}};
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(dtype_parse(types[i], &fields[i].dtype, NULL), 0);
    assert_int_equal(dtype_make_struct(fields, 5, &matrix.dtype, NULL), 0);
    uint8_t *data = calloc(rows, 36);
    assert_non_null(data);
    for (uint64_t row = 0; row < rows; row++) {
        uint8_t *at = data + row * 36;
        int32_t id = (int32_t)row * 1000;
        float z[2] = {3.0f * (float)row, -4.0f * (float)row}, pair[2] = {(float)row, 0.5f};
        memcpy(at, &id, 4);
        memcpy(at + 4, z, 8);
        put_big(at + 12, (double)row / 4);
        memcpy(at + 20, row % 2 ? "odd" : "even", row % 2 ? 3 : 4);
        memcpy(at + 28, pair, 8);
    }
    tmpdir_write_matrix(tmpdir, name, &matrix, data, rows * 36);
    free(data);
    dtype_clear(&matrix.dtype);
}
