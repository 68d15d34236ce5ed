#include "tests/support/test.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/analysis/map.h"
#include "core/matrix/number.h"
#include "core/matrix/window.h"
#include "core/sys/calls.h"
#include "tests/support/fault.h"

/* The same numbers in every run. */
static uint64_t random_state;

static uint64_t random_below(uint64_t n)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (random_state >> 33) % n;
}

static int make_file(const void *bytes, size_t size)
{
    int fd = memfd_create("map", MFD_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, bytes, size, 0), size);
    return fd;
}

static int make_sparse_file(uint64_t size)
{
    int fd = memfd_create("map", MFD_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, (off_t)size), 0);
    return fd;
}

static struct matrix make(const char *type, char order, uint64_t offset, int rank, const uint64_t *shape)
{
    struct matrix matrix = {.order = order, .rank = rank, .offset = offset};
    assert_int_equal(dtype_parse(type, &matrix.dtype, NULL), 0);
    for (int k = 0; k < rank; k++)
        matrix.shape[k] = shape[k];
    return matrix;
}

static struct map run(int fd, const struct matrix *matrix, const struct view *view,
                      struct map_options options)
{
    struct map map = {.rows = 12345};
    struct error error = {0};
    if (map_run(fd, matrix, view, &options, &map, NULL, &error) < 0)
        fail_msg("%s", error.text);
    return map;
}

/* --- straight from the definition --- */

static double element_at(const uint8_t *bytes, const struct matrix *matrix, const struct view *view,
                         uint64_t row, uint64_t column)
{
    uint8_t element[16];
    int64_t at = (int64_t)matrix->offset + view->start;
    if (view->rank == 2)
        at += (int64_t)row * view->stride[0];
    if (view->rank > 0)
        at += (int64_t)column * view->stride[view->rank - 1];
    memcpy(element, bytes + at, matrix->dtype.itemsize);
    window_swap(&matrix->dtype, element, 1);
    if (matrix->dtype.kind != DTYPE_COMPLEX)
        return number_double(&matrix->dtype, element);
    struct dtype half = {.kind = DTYPE_FLOAT, .order = '<', .itemsize = matrix->dtype.itemsize / 2};
    double real = number_double(&half, element), imaginary = number_double(&half, element + half.itemsize);
    return isnan(real) || isnan(imaginary)
               ? NAN
               : fmin(hypot(real, imaginary), isinf(real) || isinf(imaginary) ? INFINITY : DBL_MAX);
}

struct expected {
    long double sum;
    double extreme;
    uint64_t count, nan, inf, finite;
};

static struct expected expect(const uint8_t *bytes, const struct matrix *matrix, const struct view *view,
                              const struct map *map, unsigned row, unsigned column)
{
    uint64_t top = row * map->plane_rows / map->rows, bottom = (row + 1) * map->plane_rows / map->rows;
    uint64_t left = column * map->plane_columns / map->columns;
    uint64_t right = (column + 1) * map->plane_columns / map->columns;
    struct expected expected = {0};
    for (uint64_t i = top; i < bottom; i++)
        for (uint64_t k = left; k < right; k++) {
            double value = element_at(bytes, matrix, view, i, k);
            expected.count++;
            expected.nan += isnan(value);
            expected.inf += isinf(value);
            if (!isfinite(value))
                continue;
            expected.finite++;
            expected.sum += value;
            if (fabs(value) > fabs(expected.extreme))
                expected.extreme = value;
        }
    return expected;
}

static void assert_near(double value, double expected, double scale)
{
    if (isnan(expected) ? !isnan(value) : !(fabs(value - expected) <= scale * 1e-12))
        fail_msg("%.17g instead of %.17g", value, expected);
}

static void assert_map(const uint8_t *bytes, const struct matrix *matrix, const struct view *view,
                       const struct map *map)
{
    uint64_t nan = 0, inf = 0;
    for (unsigned row = 0; row < map->rows; row++)
        for (unsigned column = 0; column < map->columns; column++) {
            const struct map_block *block = &map->blocks[row * map->columns + column];
            struct expected expected = expect(bytes, matrix, view, map, row, column);
            double greatest = fabs(expected.extreme);
            assert_int_equal(block->count, expected.count);
            assert_int_equal(block->nan, expected.nan);
            assert_int_equal(block->inf, expected.inf);
            assert_near(block->mean, expected.finite ? (double)(expected.sum / expected.finite) : NAN,
                        greatest);
            assert_near(fabs(block->extreme), expected.finite ? greatest : NAN, greatest);
            if (expected.finite && block->extreme != -expected.extreme)
                assert_near(block->extreme, expected.extreme, greatest);
            nan += expected.nan;
            inf += expected.inf;
        }
    assert_int_equal(map->nan, nan);
    assert_int_equal(map->inf, inf);
    assert_int_equal(map->looked, view_elements(view));
    assert_int_equal(map->elements, view_elements(view));
    assert_false(map->rewritten);
}

/* --- all of it --- */

static const char *const types[] = {"b1",  "i1", "u1",  "i2", ">u2", "i4", ">i4", "u4", "i8",  "u8",
                                    ">u8", "f2", ">f2", "f4", ">f4", "f8", ">f8", "c8", ">c8", "c16"};

static void assert_all_kinds_of_views(const char *type)
{
    static uint8_t bytes[1 << 17];
    static const char *const indices[] = {"1,:,:",     ":,2,:",    ":,:,3",   "2,::-1,:", "::-1,1,::-1",
                                          "1,::3,::2", ":,3,::-2", "1,2,:",   ":,4,5",    "2,3,::-1",
                                          "3,4,5",     "1:2,:,0",  "0,:,1:2", "0:0,:,1",  "1,:,3:3",
                                          "2,5:,7:",   "::2,0,::4"};
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)random_below(256);
    int fd = make_file(bytes, sizeof bytes);
    for (int order = 0; order < 2; order++)
        for (size_t i = 0; i < sizeof indices / sizeof indices[0]; i++)
            for (int exact = 0; exact < 2; exact++) {
                struct matrix matrix =
                    make(type, "CF"[order], 1 + random_below(40), 3, (uint64_t[]){5, 23, 31});
                struct view view;
                assert_int_equal(view_parse(&matrix, indices[i], &view, NULL), 0);
                struct map map = run(fd, &matrix, &view,
                                     (struct map_options){.rows = 1 + (unsigned)random_below(30),
                                                          .columns = 1 + (unsigned)random_below(40),
                                                          .exact = exact});
                assert_map(bytes, &matrix, &view, &map);
                map_clear(&map);
            }
    close(fd);
}

static void every_type_and_every_view_is_mapped(void **state)
{
    (void)state;
    random_state = 3;
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        assert_all_kinds_of_views(types[i]);
}

/* The elements of a struct's field: they lie apart. */
static void a_field_is_mapped(void **state)
{
    (void)state;
    static uint8_t bytes[60 * 50 * 13];
    random_state = 5;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)random_below(256);
    int fd = make_file(bytes, sizeof bytes);
    for (int exact = 0; exact < 2; exact++) {
        struct matrix matrix = make("V13", 'C', 0, 2, (uint64_t[]){60, 50});
        struct view view;
        view_whole(&matrix, &view);
        view.start += 5;
        assert_int_equal(dtype_parse("<f4", &matrix.dtype, NULL), 0);
        struct map map =
            run(fd, &matrix, &view, (struct map_options){.rows = 7, .columns = 9, .exact = exact});
        assert_map(bytes, &matrix, &view, &map);
        map_clear(&map);
    }
    close(fd);
}

static void blocks_share_the_plane(void **state)
{
    (void)state;
    random_state = 9;
    for (int i = 0; i < 20000; i++) {
        uint64_t plane = 1 + random_below(i % 2 ? 100 : UINT32_MAX), first, end;
        unsigned blocks = 1 + (unsigned)random_below(plane < 300 ? plane : 300);
        uint64_t at = random_below(plane);
        unsigned block = map_block_of(plane, blocks, at);
        assert_true(block < blocks);
        map_span(plane, blocks, block, &first, &end);
        assert_true(first <= at && at < end);
        assert_int_equal(first, block * plane / blocks);
    }
    uint64_t first, end, most = UINT64_C(1) << 62;
    map_span(most, 300, 299, &first, &end);
    assert_true(end == most && first == most / 300 * 299 + most % 300 * 299 / 300);
    assert_int_equal(map_block_of(most, 300, most - 1), 299);
}

static void a_scalar_and_nothing_are_mapped(void **state)
{
    (void)state;
    const double value = -2.5;
    int fd = make_file(&value, sizeof value);
    for (int exact = 0; exact < 2; exact++) {
        struct matrix scalar = make("<f8", 'C', 0, 0, NULL);
        struct view view;
        view_whole(&scalar, &view);
        struct map map =
            run(fd, &scalar, &view, (struct map_options){.rows = 9, .columns = 9, .exact = exact});
        assert_int_equal(map.rows, 1);
        assert_int_equal(map.columns, 1);
        assert_true(map.blocks[0].mean == -2.5 && map.blocks[0].extreme == -2.5);
        assert_true(map.low == -2.5 && map.high == -2.5 && !map.is_signed);
        map_clear(&map);

        struct matrix empty = make("<f8", 'C', 0, 2, (uint64_t[]){0, 7});
        struct map_scale scale;
        view_whole(&empty, &view);
        map = run(fd, &empty, &view, (struct map_options){.rows = 9, .columns = 9, .exact = exact});
        assert_int_equal(map.rows, 0);
        assert_int_equal(map.elements, 0);
        assert_int_equal(map.plane_columns, 7);
        assert_true(isnan(map.low) && isnan(map.high));
        assert_false(map_scale_of(&map, false, &scale));
        map_clear(&map);
    }
    close(fd);
}

static void what_is_no_number_is_refused(void **state)
{
    (void)state;
    int fd = make_sparse_file(4096);
    static const char *const no_numbers[] = {"S5", "U3", "V8", "M8[ns]", "m8[s]"};
    for (size_t i = 0; i < sizeof no_numbers / sizeof no_numbers[0]; i++) {
        struct matrix matrix = make(no_numbers[i], 'C', 0, 2, (uint64_t[]){4, 4});
        struct map map = {.rows = 12345};
        struct map_options options = {.rows = 2, .columns = 2};
        struct error error = {0};
        struct view view;
        view_whole(&matrix, &view);
        assert_int_equal(map_run(fd, &matrix, &view, &options, &map, NULL, &error), -ENOTSUP);
        assert_non_null(strstr(error.text, "a map is of numbers, not of "));
        assert_int_equal(map.rows, 12345);
    }
    close(fd);
}

static void a_slice_of_32_axes_is_mapped(void **state)
{
    (void)state;
    uint64_t shape[32];
    for (int k = 0; k < 32; k++)
        shape[k] = k == 3 || k == 30 ? 6 : k == 17 ? 2 : 1;
    static uint8_t bytes[6 * 6 * 2 * 4];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 37);
    int fd = make_file(bytes, sizeof bytes);
    struct matrix matrix = make("<i4", 'C', 0, 32, shape);
    struct view view;
    view_whole(&matrix, &view);
    struct map_options options = {.rows = 3, .columns = 3};
    struct map map;
    assert_int_equal(map_run(fd, &matrix, &view, &options, &map, NULL, NULL), -EINVAL);
    view.start += view.stride[17];
    view = (struct view){
        .rank = 2, .start = view.start, .count = {6, 6}, .stride = {view.stride[30], view.stride[3]}};
    map = run(fd, &matrix, &view, options);
    assert_map(bytes, &matrix, &view, &map);
    map_clear(&map);
    close(fd);
}

static struct map map_of(const double *values, uint64_t rows, uint64_t columns, unsigned blocks, bool exact)
{
    int fd = make_file(values, rows * columns * sizeof *values);
    struct matrix matrix = make("<f8", 'C', 0, 2, (uint64_t[]){rows, columns});
    struct view view;
    view_whole(&matrix, &view);
    struct map map =
        run(fd, &matrix, &view, (struct map_options){.rows = blocks, .columns = blocks, .exact = exact});
    close(fd);
    return map;
}

static void odd_values_have_right_means(void **state)
{
    (void)state;
    static double values[100 * 100];
    struct map_scale scale;
    for (int exact = 0; exact < 2; exact++) {
        for (size_t i = 0; i < 10000; i++)
            values[i] = DBL_MAX;
        struct map map = map_of(values, 100, 100, 3, exact);
        assert_true(map.blocks[4].mean == DBL_MAX && map.blocks[4].extreme == DBL_MAX);
        assert_true(map_scale_of(&map, false, &scale) && scale.low < scale.high && isfinite(scale.high));
        map_clear(&map);

        for (size_t i = 0; i < 10000; i++)
            values[i] = i % 2 ? -DBL_MAX : DBL_MAX;
        map = map_of(values, 100, 100, 2, exact);
        assert_true(map.blocks[1].mean == 0 && fabs(map.blocks[1].extreme) == DBL_MAX);
        assert_true(map.low == -DBL_MAX && map.high == DBL_MAX && map.is_signed);
        map_scale_make(map.low, map.high, true, &scale);
        assert_int_equal(map_scale_level(&scale, 0, 21), 10);
        assert_int_equal(map_scale_level(&scale, -DBL_MAX, 21), 0);
        assert_int_equal(map_scale_level(&scale, DBL_MAX, 21), 20);
        map_clear(&map);

        for (size_t i = 0; i < 10000; i++)
            values[i] = i % 3 ? NAN : INFINITY;
        map = map_of(values, 100, 100, 5, exact);
        assert_true(isnan(map.blocks[3].mean) && isnan(map.blocks[3].extreme));
        assert_int_equal(map.nan + map.inf, 10000);
        assert_int_equal(map.inf, 3334);
        assert_true(isnan(map.low) && !map_scale_of(&map, true, &scale));
        map_clear(&map);

        for (size_t i = 0; i < 10000; i++)
            values[i] = 7;
        values[5000] = NAN;
        map = map_of(values, 100, 100, 4, exact);
        assert_true(map.low == 7 && map.high == 7);
        assert_true(map_scale_of(&map, false, &scale));
        assert_int_equal(map_scale_level(&scale, 7, 21), 10);
        map_clear(&map);
    }
}

static void the_scale_leaves_outliers_out(void **state)
{
    (void)state;
    static double values[100 * 100];
    struct map_scale scale;
    random_state = 11;
    for (size_t i = 0; i < 10000; i++)
        values[i] = 1 + (double)random_below(1000) / 1000;
    values[1234] = 1e9;
    struct map map = map_of(values, 100, 100, 100, false);
    assert_true(map_scale_of(&map, false, &scale));
    assert_false(scale.diverging);
    assert_true(scale.low > 1 && scale.low < 1.03 && scale.high > 1.97 && scale.high < 2);
    assert_int_equal(map_scale_level(&scale, 1e9, 21), 20);
    assert_int_equal(map_scale_level(&scale, -1e9, 21), 0);
    assert_true(map.low > 1 && map.low < 1.03 && map.high > 1.97 && map.high < 2);
    map_clear(&map);
    values[77] = -1;
    map = map_of(values, 100, 100, 100, false);
    assert_true(map_scale_of(&map, true, &scale));
    assert_true(scale.diverging && scale.low == -scale.high && map.is_signed);
    assert_int_equal(map_scale_level(&scale, 0, 21), 10);
    map_clear(&map);
    map_scale_make(5e-324, 1e-323, false, &scale);
    assert_int_equal(map_scale_level(&scale, 5e-324, 21), 0);
    assert_int_equal(map_scale_level(&scale, 1e-323, 21), 20);
}

/* --- a part of it --- */

static _Atomic uint64_t reads, bytes_read;

static ssize_t counted_pread(int fd, void *buf, size_t size, off_t offset)
{
    reads++;
    bytes_read += size;
    return sys_kernel.pread(fd, buf, size, offset);
}

static struct map sampled(int fd, const struct matrix *matrix, const struct view *view, unsigned rows,
                          unsigned columns, uint64_t budget)
{
    reads = bytes_read = 0;
    sys.pread = counted_pread;
    struct map map =
        run(fd, matrix, view, (struct map_options){.rows = rows, .columns = columns, .budget = budget});
    sys.pread = sys_kernel.pread;
    assert_true(bytes_read <= budget);
    assert_true(map.looked < map.elements);
    assert_int_equal(map.rows, rows);
    assert_int_equal(map.columns, columns);
    for (size_t i = 0; i < (size_t)rows * columns; i++)
        assert_true(map.blocks[i].count > 0);
    return map;
}

static void any_size_is_read_in_bounds(void **state)
{
    (void)state;
    const uint64_t budget = 4 << 20;
    static const struct {
        const char *type;
        char order;
        uint64_t rows, columns;
    } sizes[] = {
        {"f2", 'C', 40000, 60000},          {"f2", 'F', 40000, 60000},    {"f8", 'C', 1, 1000000000},
        {"f8", 'C', 1000000000, 1},         {"u1", 'C', 1000000000, 3},   {"u1", 'F', 1000000000, 3},
        {"f8", 'C', 3, 1000000000},         {"c16", 'F', 100000, 100000}, {"i1", 'C', 5000000, 5000000},
        {"i4", 'C', UINT64_C(1) << 40, 64},
    };
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct matrix matrix =
            make(sizes[i].type, sizes[i].order, 128, 2, (uint64_t[]){sizes[i].rows, sizes[i].columns});
        uint64_t bytes = 0;
        struct view view;
        assert_int_equal(matrix_bytes(&matrix, &bytes, NULL), 0);
        int fd = make_sparse_file(128 + bytes);
        unsigned rows = sizes[i].rows < 40 ? (unsigned)sizes[i].rows : 40;
        unsigned columns = sizes[i].columns < 90 ? (unsigned)sizes[i].columns : 90;
        view_whole(&matrix, &view);
        struct map map = sampled(fd, &matrix, &view, rows, columns, budget);
        assert_true(reads <= 1 << 16);
        for (size_t k = 0; k < (size_t)rows * columns; k++)
            assert_true(map.blocks[k].mean == 0 && map.blocks[k].extreme == 0);
        assert_true(map.low == 0 && map.high == 0);
        map_clear(&map);
        close(fd);
    }
}

/* Elements that lie apart are read one by one. */
static void a_slice_across_is_read_in_bounds(void **state)
{
    (void)state;
    struct matrix matrix = make("f4", 'C', 0, 3, (uint64_t[]){3000, 4000, 2000});
    struct view view;
    int fd = make_sparse_file(UINT64_C(4) * 3000 * 4000 * 2000);
    assert_int_equal(view_parse(&matrix, ":,:,7", &view, NULL), 0);
    struct map map = sampled(fd, &matrix, &view, 40, 90, 64 << 20);
    assert_true(reads <= 1 << 16);
    assert_true(map.looked > 10000);
    map_clear(&map);
    close(fd);
}

/* A part tells about the whole, and does so in every run. */
static void a_part_is_near_the_whole(void **state)
{
    (void)state;
    enum { ROWS = 1500, COLUMNS = 3000 };
    float *values = malloc(sizeof *values * ROWS * COLUMNS);
    random_state = 13;
    for (size_t i = 0; i < ROWS * COLUMNS; i++) /* a period that a fixed step would meet */
        values[i] = (float)(i % COLUMNS / 1000) + (i % 16 == 0 ? 16.0f : 0.0f);
    int fd = make_file(values, sizeof *values * ROWS * COLUMNS);
    for (int order = 0; order < 2; order++) {
        struct matrix matrix = make("f4", 'C', 0, 2, (uint64_t[]){ROWS, COLUMNS});
        struct view view;
        view_whole(&matrix, &view);
        if (order)
            view_swap_axes(&view, 0, 1);
        struct map map = sampled(fd, &matrix, &view, 3, 3, 2 << 20);
        for (size_t i = 0; i < 9; i++) {
            double expected = 1 + (double)(order ? i / 3 : i % 3);
            if (fabs(map.blocks[i].mean - expected) > 0.2)
                fail_msg("%g instead of %g", map.blocks[i].mean, expected);
        }
        assert_true(map.low == 0 && map.high == 18);
        struct map again = sampled(fd, &matrix, &view, 3, 3, 2 << 20);
        assert_memory_equal(map.blocks, again.blocks, 9 * sizeof *map.blocks);
        assert_true(map.looked == again.looked && map.low == again.low && map.high == again.high);
        map_clear(&map);
        map_clear(&again);
    }
    close(fd);
    free(values);
}

/* --- what goes wrong --- */

static void one_that_shrank_is_told(void **state)
{
    (void)state;
    struct matrix matrix = make("f8", 'C', 0, 2, (uint64_t[]){1000, 1000});
    struct view view;
    int fd = make_sparse_file(8000000 - 4096);
    view_whole(&matrix, &view);
    for (int exact = 0; exact < 2; exact++) {
        struct map map = {.rows = 12345};
        struct map_options options = {.rows = 10, .columns = 10, .exact = exact};
        struct error error = {0};
        assert_int_equal(map_run(fd, &matrix, &view, &options, &map, NULL, &error), -ESTALE);
        assert_true(error.text[0]);
        assert_int_equal(map.rows, 12345);
    }
    close(fd);
}

static void it_is_stopped(void **state)
{
    (void)state;
    struct matrix matrix = make("f8", 'C', 0, 2, (uint64_t[]){1000, 1000});
    struct view view;
    int fd = make_sparse_file(8000000);
    view_whole(&matrix, &view);
    for (int exact = 0; exact < 2; exact++) {
        struct progress progress = {.cancel = true};
        struct map_options options = {.rows = 10, .columns = 10, .exact = exact};
        struct map map;
        assert_int_equal(map_run(fd, &matrix, &view, &options, &map, &progress, NULL), -ECANCELED);
    }
    close(fd);
}

/* Of a hole too: what is passed over is done. */
static void an_exact_one_says_how_far_it_is(void **state)
{
    (void)state;
    struct matrix matrix = make("f8", 'C', 0, 2, (uint64_t[]){1000, 1000});
    struct view view;
    const double one = 1;
    int fd = make_sparse_file(8000000);
    assert_int_equal(pwrite(fd, &one, sizeof one, 4000000), sizeof one);
    view_whole(&matrix, &view);
    struct progress progress = {0};
    struct map_options options = {.rows = 10, .columns = 10, .exact = true};
    struct map map;
    assert_int_equal(map_run(fd, &matrix, &view, &options, &map, &progress, NULL), 0);
    assert_int_equal(progress.total, 1000000);
    assert_int_equal(progress.done, 1000000);
    map_clear(&map);
    close(fd);
}

/* --- holes --- */

static void assert_same(const struct map *map, const struct map *other)
{
    assert_int_equal(map->looked, other->looked);
    assert_true(map->low == other->low && map->high == other->high && map->is_signed == other->is_signed);
    for (size_t i = 0; i < (size_t)map->rows * map->columns; i++) {
        assert_int_equal(map->blocks[i].count, other->blocks[i].count);
        assert_true(map->blocks[i].mean == other->blocks[i].mean);
        assert_true(map->blocks[i].extreme == other->blocks[i].extreme);
    }
}

/* The same as where zeros are written. */
static void holes_are_zeros(void **state)
{
    (void)state;
    static const char *const index[] = {"", "::-1", ":,::-3", "::7,5:", "3", ":,77"};
    const size_t size = 3000 * 1000 * 4 + 77;
    uint8_t *bytes = calloc(1, size);
    random_state = 5;
    for (int round = 0; round < 6; round++) {
        int sparse = make_sparse_file(size);
        memset(bytes, 0, size);
        for (int island = round; island > 0; island--) {
            uint64_t at = random_below(size - 5000), n = 1 + random_below(4999);
            memset(bytes + at, 33 * island, n);
            assert_int_equal(pwrite(sparse, bytes + at, n, (off_t)at), n);
        }
        int dense = make_file(bytes, size);
        for (size_t i = 0; i < sizeof index / sizeof index[0]; i++) {
            struct matrix matrix = make("<i4", i % 2 ? 'F' : 'C', 77, 2, (uint64_t[]){3000, 1000});
            struct map_options options = {.rows = 7, .columns = 190, .exact = true, .threads = 1 + round % 2};
            struct view view;
            assert_int_equal(view_parse(&matrix, index[i], &view, NULL), 0);
            struct map map = run(sparse, &matrix, &view, options);
            options.threads = 1;
            struct map other = run(dense, &matrix, &view, options);
            assert_same(&map, &other);
            map_clear(&map);
            map_clear(&other);
        }
        close(sparse);
        close(dense);
    }
    free(bytes);
}

static void nothing_of_any_size_takes_no_time(void **state)
{
    (void)state;
    static const struct {
        char order;
        uint64_t rows, columns;
    } sizes[] = {{'C', UINT64_C(1) << 31, UINT64_C(1) << 29},
                 {'F', UINT64_C(1) << 59, 3},
                 {'C', 1, UINT64_C(1) << 60}};
    sys.pread = counted_pread;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct matrix matrix =
            make("u1", sizes[i].order, 0, 2, (uint64_t[]){sizes[i].rows, sizes[i].columns});
        struct view view;
        int fd = make_sparse_file(sizes[i].rows * sizes[i].columns);
        assert_int_equal(pwrite(fd, "\x64", 1, 0), 1);
        view_whole(&matrix, &view);
        reads = 0;
        struct map map =
            run(fd, &matrix, &view, (struct map_options){.rows = 40, .columns = 100, .exact = true});
        assert_int_equal(map.looked, sizes[i].rows * sizes[i].columns);
        assert_true(map.blocks[0].extreme == 100 && map.blocks[1].extreme == 0);
        assert_int_equal(reads, 1);
        map_clear(&map);
        close(fd);
    }
    sys.pread = sys_kernel.pread;
}

static int file;

static ssize_t writing_pread(int fd, void *buf, size_t size, off_t offset)
{
    assert_int_equal(pwrite(file, "x", 1, 7990000), 1);
    return sys_kernel.pread(fd, buf, size, offset);
}

static void one_written_to_meanwhile_is_told(void **state)
{
    (void)state;
    struct matrix matrix = make("f8", 'C', 0, 2, (uint64_t[]){1000, 1000});
    struct view view;
    struct timespec past[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
    file = make_sparse_file(8000000);
    view_whole(&matrix, &view);
    for (int exact = 0; exact < 2; exact++) {
        assert_int_equal(futimens(file, past), 0);
        sys.pread = writing_pread;
        struct map map =
            run(file, &matrix, &view, (struct map_options){.rows = 10, .columns = 10, .exact = exact});
        sys.pread = sys_kernel.pread;
        assert_true(map.rewritten);
        map_clear(&map);
    }
    close(file);
}

static int map_once(void *context)
{
    struct matrix matrix = make("f8", 'C', 0, 2, (uint64_t[]){30, 30});
    struct map_options options = {.rows = 5, .columns = 5, .exact = *(bool *)context, .threads = 1};
    struct view view;
    struct map map = {0};
    struct error error = {0};
    view_whole(&matrix, &view);
    int r = map_run(file, &matrix, &view, &options, &map, NULL, &error);
    assert_true(r == 0 ? map.elements == 900 : map.blocks == NULL && error.text[0] != '\0');
    map_clear(&map);
    return r;
}

/* That it cannot be told whether it was written to is no failure. */
static void check_failure(void *context, int result)
{
    (void)context;
    assert_true(result == 0 || result == -EIO);
}

static void every_failing_call_is_told(void **state)
{
    (void)state;
    file = make_sparse_file(7200);
    assert_int_equal(pwrite(file, "x", 1, 0), 1); /* a hole is not read */
    for (int exact = 0; exact < 2; exact++) {
        bool is_exact = exact;
        assert_true(fault_each(FAULT_ERROR, EIO, map_once, check_failure, &is_exact) >= 3);
        assert_true(fault_each(FAULT_SHORT, 0, map_once, check_failure, &is_exact) >= 1);
        assert_true(fault_each(FAULT_INTERRUPT, 0, map_once, check_failure, &is_exact) >= 1);
    }
    close(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_and_every_view_is_mapped),
        cmocka_unit_test(a_field_is_mapped),
        cmocka_unit_test(blocks_share_the_plane),
        cmocka_unit_test(a_scalar_and_nothing_are_mapped),
        cmocka_unit_test(what_is_no_number_is_refused),
        cmocka_unit_test(a_slice_of_32_axes_is_mapped),
        cmocka_unit_test(odd_values_have_right_means),
        cmocka_unit_test(the_scale_leaves_outliers_out),
        cmocka_unit_test(any_size_is_read_in_bounds),
        cmocka_unit_test(a_slice_across_is_read_in_bounds),
        cmocka_unit_test(a_part_is_near_the_whole),
        cmocka_unit_test(holes_are_zeros),
        cmocka_unit_test(nothing_of_any_size_takes_no_time),
        cmocka_unit_test(one_that_shrank_is_told),
        cmocka_unit_test(it_is_stopped),
        cmocka_unit_test(an_exact_one_says_how_far_it_is),
        cmocka_unit_test(one_written_to_meanwhile_is_told),
        cmocka_unit_test(every_failing_call_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
