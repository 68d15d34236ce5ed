#include "tests/support/test.h"

#include <errno.h>

#include "core/transfer/reorder.h"

/* A store in memory that knows how it was used. */
struct store {
    const uint8_t *from;
    uint8_t *to;
    size_t from_size, to_size;
    uint64_t next; /* where a sequential read has to come */
    bool sequential;
    _Atomic size_t reads, writes, written;
    size_t maps;
    _Atomic size_t populated;
    size_t fail_read, fail_write; /* the n-th fails; 0: none */
};

static int store_read(void *context, uint64_t offset, void *buf, size_t size, struct error *error)
{
    struct store *store = context;
    assert_true(size > 0 && offset <= store->from_size && size <= store->from_size - offset);
    if (store->sequential) {
        assert_int_equal(offset, store->next);
        store->next = offset + size;
    }
    memcpy(buf, store->from + offset, size);
    if (++store->reads == store->fail_read)
        return error_set(error, ESTALE, "shrank");
    return 0;
}

static int store_write(void *context, uint64_t offset, const void *bytes, size_t size, struct error *error)
{
    struct store *store = context;
    assert_true(size > 0 && offset <= store->to_size && size <= store->to_size - offset);
    memcpy(store->to + offset, bytes, size);
    store->written += size;
    if (++store->writes == store->fail_write)
        return error_set(error, EIO, "broke");
    return 0;
}

static uint8_t *store_map(void *context)
{
    struct store *store = context;
    store->maps++;
    return store->to;
}

static void store_populate(void *context, uint64_t offset, uint64_t size)
{
    struct store *store = context;
    assert_true(size > 0 && offset <= store->to_size && size <= store->to_size - offset);
    store->populated += size;
}

static uint8_t *store_cannot_map(void *context)
{
    (void)context;
    return NULL;
}

static struct matrix matrix_of(char order, uint64_t itemsize, int rank, const uint64_t *shape)
{
    struct matrix matrix = {
        .dtype = {.kind = DTYPE_VOID, .order = '|', .itemsize = itemsize}, .order = order, .rank = rank};
    for (int i = 0; i < rank; i++)
        matrix.shape[i] = shape[i];
    return matrix;
}

/* What reorder_run has to give, element by element: at index (i0, i1, …) of the stored array reversed. */
static void reverse_slowly(const struct matrix *matrix, size_t itemsize, const uint8_t *from, uint8_t *to,
                           uint64_t count)
{
    uint64_t dims[MATRIX_RANK_MAX], index[MATRIX_RANK_MAX] = {0};
    for (int i = 0; i < matrix->rank; i++)
        dims[i] = matrix->shape[matrix->order == 'F' ? matrix->rank - 1 - i : i];
    for (uint64_t at = 0; at < count; at++) {
        uint64_t target = 0;
        for (int i = matrix->rank - 1; i >= 0; i--)
            target = target * dims[i] + index[i];
        memcpy(to + target * itemsize, from + at * itemsize, itemsize);
        for (int i = matrix->rank - 1; i >= 0 && ++index[i] == dims[i]; i--)
            index[i] = 0;
    }
}

static uint8_t *bytes_new(size_t size)
{
    uint8_t *bytes = malloc(size);
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(i * 2654435761u >> 11);
    return bytes;
}

/* How it is done; a small memory makes many boxes of a small matrix. */
struct way {
    bool sequential;
    unsigned threads;
    size_t memory;
    uint8_t *(*map)(void *context);
};

static const struct way ways[] = {
    {false, 1, 0, NULL},
    {false, 3, 0, store_map},
    {true, 1, 0, store_map},
    {false, 2, 4096, NULL},
    {true, 3, 4096, NULL},
    {true, 1, 1000, store_map},
    {true, 1, 700, store_cannot_map},
    {false, 1, 1, NULL},
    {false, 4, 700, NULL},
};

#define WAYS (sizeof ways / sizeof ways[0])

static void check_way(const struct matrix *matrix, const uint8_t *from, const uint8_t *want, size_t size,
                      const struct way *way)
{
    struct store store = {
        .from = from, .to = malloc(size), .from_size = size, .to_size = size, .sequential = way->sequential};
    struct progress progress = {0};
    const struct reorder reorder = {.matrix = matrix,
                                    .sequential = way->sequential,
                                    .io = {store_read, store_write, way->map, store_populate, &store},
                                    .threads = way->threads,
                                    .memory = way->memory,
                                    .progress = &progress};
    assert_int_equal(reorder_run(&reorder, NULL, NULL), 0);
    assert_memory_equal(store.to, want, size);
    assert_int_equal(store.written, store.maps ? 0 : size);
    assert_int_equal(progress.done, size);
    free(store.to);
}

static void check_ways(char order, uint64_t itemsize, int rank, const uint64_t *shape, size_t n)
{
    struct matrix matrix = matrix_of(order, itemsize, rank, shape);
    uint64_t count, size;
    assert_int_equal(matrix_count(&matrix, &count, NULL), 0);
    size = count * itemsize;
    uint8_t *from = bytes_new(size), *want = malloc(size);
    reverse_slowly(&matrix, itemsize, from, want, count);
    assert_true(reorder_is_needed(&matrix));
    for (size_t i = 0; i < n; i++)
        check_way(&matrix, from, want, size, &ways[i]);
    free(from);
    free(want);
}

static const uint64_t itemsizes[] = {1, 2, 3, 4, 8, 10, 16, 24};

#define ITEMSIZES (sizeof itemsizes / sizeof itemsizes[0])

static void small_matrices_are_turned(void **state)
{
    (void)state;
    static const uint64_t shapes[][5] = {{3, 5},    {2, 3},          {33, 65},       {2, 3, 4},
                                         {3, 1, 4}, {1, 7, 1, 2, 3}, {2, 3, 4, 5, 6}};
    static const int ranks[] = {2, 2, 2, 3, 3, 5, 5};
    for (unsigned s = 0; s < sizeof ranks / sizeof ranks[0]; s++)
        for (unsigned i = 0; i < ITEMSIZES; i++) {
            check_ways('C', itemsizes[i], ranks[s], shapes[s], WAYS);
            check_ways('F', itemsizes[i], ranks[s], shapes[s], WAYS);
        }
}

static uint64_t random_state = 1;

static uint64_t random_below(uint64_t n)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (random_state >> 33) % n;
}

static void random_matrices_are_turned(void **state)
{
    (void)state;
    for (int n = 0; n < 60; n++) {
        uint64_t shape[8];
        int rank = (int)random_below(7) + 2;
        uint64_t most = rank < 3 ? 90 : rank < 5 ? 11 : 4;
        for (int i = 0; i < rank; i++)
            shape[i] = random_below(most) + 1;
        shape[0] += shape[0] == 1;
        shape[rank - 1] += shape[rank - 1] == 1;
        check_ways(random_below(2) ? 'C' : 'F', itemsizes[random_below(ITEMSIZES)], rank, shape, WAYS);
    }
}

/* Larger than a box in every way: many rows, long rows, many planes, small ends with much between them, many
 * axes. */
static void large_matrices_are_turned(void **state)
{
    (void)state;
    uint64_t twos[20];
    for (int i = 0; i < 20; i++)
        twos[i] = 2;
    check_ways('C', 2, 2, (const uint64_t[]){3001, 2003}, 3);
    check_ways('F', 8, 2, (const uint64_t[]){1500001, 3}, 3);
    check_ways('C', 8, 2, (const uint64_t[]){3, 500001}, 3);
    check_ways('F', 4, 3, (const uint64_t[]){401, 31, 203}, 3);
    check_ways('C', 8, 4, (const uint64_t[]){3, 301, 503, 2}, 3);
    check_ways('C', 1, 3, (const uint64_t[]){2, 1200007, 2}, 3);
    check_ways('F', 8, 20, twos, 3);
}

static void large_elements_are_moved(void **state)
{
    (void)state;
    check_ways('C', 70001, 2, (const uint64_t[]){2, 3}, WAYS);
    check_ways('F', 65536, 2, (const uint64_t[]){5, 2}, WAYS);
    check_ways('F', REORDER_MEMORY + 5, 2, (const uint64_t[]){2, 2}, 2);
}

/* On average, on both sides. */
static void check_runs(int rank, const uint64_t *shape, size_t wanted)
{
    struct matrix matrix = matrix_of('F', 2, rank, shape);
    uint64_t size;
    assert_int_equal(matrix_bytes(&matrix, &size, NULL), 0);
    struct store store = {.from = calloc(1, size), .to = malloc(size), .from_size = size, .to_size = size};
    const struct reorder reorder = {
        .matrix = &matrix, .io = {store_read, store_write, NULL, NULL, &store}, .threads = 2};
    assert_int_equal(reorder_run(&reorder, NULL, NULL), 0);
    assert_true(store.reads <= size / wanted);
    assert_true(store.writes <= size / wanted);
    free((void *)store.from);
    free(store.to);
}

static void runs_are_long(void **state)
{
    (void)state;
    uint64_t twos[22];
    for (int i = 0; i < 22; i++)
        twos[i] = 2;
    check_runs(2, (const uint64_t[]){6000, 6000}, 2048);
    check_runs(2, (const uint64_t[]){3, 4000000}, 65536);
    check_runs(3, (const uint64_t[]){3000, 3, 2000}, 1024);
    check_runs(22, twos, 1024);
}

static struct converter converter_of(const char *from, const char *to)
{
    struct converter converter;
    struct dtype from_type, to_type;
    assert_int_equal(dtype_parse(from, &from_type, NULL), 0);
    assert_int_equal(dtype_parse(to, &to_type, NULL), 0);
    assert_int_equal(converter_make(&from_type, &to_type, CONVERT_BEST, &converter, NULL), 0);
    return converter;
}

/* Any bytes; but no nans where they stay nans, for of those the bits are not settled. */
static uint8_t *source_new(const char *from, const char *to, uint64_t count, size_t itemsize)
{
    uint8_t *bytes = bytes_new(count * (itemsize > 4 ? itemsize : 4));
    if (!strchr(from, 'f') || !strchr(to, 'f'))
        return bytes;
    struct converter converter = converter_of("<i4", from);
    struct convert_counts counts = {0};
    uint8_t *values = malloc(count * itemsize);
    converter_run(&converter, bytes, values, count, &counts);
    free(bytes);
    return values;
}

/* Converted first and turned then, all at once. */
static uint8_t *convert_slowly(const struct matrix *matrix, const struct converter *converter,
                               const uint8_t *from, uint64_t count, struct convert_counts *counts)
{
    size_t size = count * converter->to_size;
    uint8_t *converted = malloc(size), *turned = malloc(size);
    converter_run(converter, from, converted, count, counts);
    reverse_slowly(matrix, converter->to_size, converted, turned, count);
    free(converted);
    return turned;
}

static void check_conversion(const char *from_type, const char *to_type, int rank, const uint64_t *shape)
{
    struct matrix matrix = matrix_of('F', 0, rank, shape);
    assert_int_equal(dtype_parse(from_type, &matrix.dtype, NULL), 0);
    struct converter converter = converter_of(from_type, to_type);
    struct convert_counts want_counts = {0};
    uint64_t count;
    assert_int_equal(matrix_count(&matrix, &count, NULL), 0);
    size_t size = count * converter.to_size;
    uint8_t *from = source_new(from_type, to_type, count, converter.from_size);
    uint8_t *want = convert_slowly(&matrix, &converter, from, count, &want_counts);
    for (size_t i = 0; i < WAYS; i++) {
        struct store store = {.from = from,
                              .to = malloc(size),
                              .from_size = count * converter.from_size,
                              .to_size = size,
                              .sequential = ways[i].sequential};
        struct progress progress = {0};
        struct convert_counts counts = {1, 2, 3};
        const struct reorder reorder = {.matrix = &matrix,
                                        .converter = &converter,
                                        .sequential = ways[i].sequential,
                                        .io = {store_read, store_write, ways[i].map, store_populate, &store},
                                        .threads = ways[i].threads,
                                        .memory = ways[i].memory,
                                        .progress = &progress};
        assert_int_equal(reorder_run(&reorder, &counts, NULL), 0);
        assert_memory_equal(store.to, want, size);
        assert_int_equal(progress.done, size);
        assert_int_equal(counts.saturated, want_counts.saturated + 1);
        assert_int_equal(counts.overflowed, want_counts.overflowed + 2);
        assert_int_equal(counts.lost_nan, want_counts.lost_nan + 3);
        free(store.to);
    }
    free(from);
    free(want);
}

static void elements_are_converted_on_the_way(void **state)
{
    (void)state;
    static const char *const types[][2] = {{"<f8", "<f2"}, {"<f2", "<f8"}, {">f8", "<f8"}, {"<f4", "<i2"},
                                           {"<i4", "u1"},  {"u1", "<c16"}, {"<f8", "<f8"}, {"<U3", ">U3"}};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        check_conversion(types[i][0], types[i][1], 2, (const uint64_t[]){37, 53});
        check_conversion(types[i][0], types[i][1], 3, (const uint64_t[]){7, 1, 300});
        check_conversion(types[i][0], types[i][1], 5, (const uint64_t[]){5, 4, 7, 3, 6});
    }
    check_conversion("<f8", "<f2", 2, (const uint64_t[]){1003, 701});
    check_conversion("i1", "<f8", 2, (const uint64_t[]){1003, 701});
}

static void large_elements_are_converted(void **state)
{
    (void)state;
    check_conversion("<U20000", ">U20000", 2, (const uint64_t[]){3, 2});
}

/* Of a stream of few rows each element of a row goes somewhere else. */
static void short_runs_of_a_stream_are_mapped(void **state)
{
    (void)state;
    struct matrix matrix = matrix_of('C', 2, 2, (const uint64_t[]){3, 100000});
    size_t size = 600000;
    struct store store = {.from = calloc(1, size), .to = malloc(size), .from_size = size, .to_size = size};
    struct reorder reorder = {.matrix = &matrix,
                              .sequential = true,
                              .io = {store_read, store_write, store_map, store_populate, &store},
                              .memory = 100000};
    assert_int_equal(reorder_run(&reorder, NULL, NULL), 0);
    assert_int_equal(store.maps, 1);
    assert_int_equal(store.writes, 0);
    /* All in memory, or random access: there is no need. */
    reorder.memory = 0;
    assert_int_equal(reorder_run(&reorder, NULL, NULL), 0);
    reorder.memory = 100000;
    reorder.sequential = false;
    assert_int_equal(reorder_run(&reorder, NULL, NULL), 0);
    assert_int_equal(store.maps, 1);
    free((void *)store.from);
    free(store.to);
}

static void check_is_mapped(int rank, const uint64_t *shape, unsigned threads, bool wanted)
{
    struct matrix matrix = matrix_of('F', 8, rank, shape);
    uint64_t size;
    assert_int_equal(matrix_bytes(&matrix, &size, NULL), 0);
    struct store store = {.from = calloc(1, size), .to = malloc(size), .from_size = size, .to_size = size};
    const struct reorder reorder = {.matrix = &matrix,
                                    .io = {store_read, store_write, store_map, store_populate, &store},
                                    .threads = threads};
    assert_int_equal(reorder_run(&reorder, NULL, NULL), 0);
    assert_int_equal(store.maps, wanted);
    assert_int_equal(store.populated, wanted ? size : 0);
    assert_int_equal(store.written, wanted ? 0 : size);
    free((void *)store.from);
    free(store.to);
}

/* One that counts as memory of ours for a moment, unless it takes few writes anyway. */
static void small_targets_are_mapped(void **state)
{
    (void)state;
    uint64_t twos[21];
    for (int i = 0; i < 21; i++)
        twos[i] = 2;
    check_is_mapped(20, twos, 1, true);
    check_is_mapped(20, twos, 2, true);
    check_is_mapped(20, twos, 5, true);
    check_is_mapped(21, twos, 2, false);
    check_is_mapped(2, (const uint64_t[]){1000, 1001}, 2, true);
    check_is_mapped(2, (const uint64_t[]){2, 400000}, 2, false);
    check_is_mapped(2, (const uint64_t[]){20, 30}, 2, false);
}

static void some_need_no_turning(void **state)
{
    (void)state;
    static const uint64_t shapes[][3] = {{5}, {1, 5, 1}, {5, 1, 1}, {0, 5, 6}, {4, 0, 3}, {1, 1, 1}};
    static const int ranks[] = {1, 3, 3, 3, 3, 3};
    for (unsigned i = 0; i < sizeof ranks / sizeof ranks[0]; i++) {
        struct matrix matrix = matrix_of('C', 2, ranks[i], shapes[i]);
        assert_false(reorder_is_needed(&matrix));
    }
    struct matrix empty = matrix_of('C', 0, 2, (const uint64_t[]){3, 4});
    assert_false(reorder_is_needed(&empty));
    struct matrix scalar = matrix_of('C', 8, 0, NULL);
    assert_false(reorder_is_needed(&scalar));
}

static void check_stops(bool sequential, unsigned threads)
{
    struct matrix matrix = matrix_of('C', 1, 2, (const uint64_t[]){4000, 4000});
    size_t size = 4000 * 4000;
    struct store store = {.from = calloc(1, size), .to = malloc(size), .from_size = size, .to_size = size};
    struct progress progress = {.cancel = true};
    struct reorder reorder = {.matrix = &matrix,
                              .sequential = sequential,
                              .io = {store_read, store_write, NULL, NULL, &store},
                              .threads = threads};
    store.fail_read = 3;
    assert_int_equal(reorder_run(&reorder, NULL, NULL), -ESTALE);
    store.fail_write = store.writes + 2;
    assert_int_equal(reorder_run(&reorder, NULL, NULL), -EIO);
    reorder.progress = &progress;
    assert_int_equal(reorder_run(&reorder, NULL, NULL), -ECANCELED);
    assert_int_equal(progress.done, 0);
    free((void *)store.from);
    free(store.to);
}

static void failures_and_cancel_stop_it(void **state)
{
    (void)state;
    check_stops(false, 1);
    check_stops(false, 3);
    check_stops(true, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_matrices_are_turned),
        cmocka_unit_test(random_matrices_are_turned),
        cmocka_unit_test(large_matrices_are_turned),
        cmocka_unit_test(large_elements_are_moved),
        cmocka_unit_test(elements_are_converted_on_the_way),
        cmocka_unit_test(large_elements_are_converted),
        cmocka_unit_test(runs_are_long),
        cmocka_unit_test(short_runs_of_a_stream_are_mapped),
        cmocka_unit_test(small_targets_are_mapped),
        cmocka_unit_test(some_need_no_turning),
        cmocka_unit_test(failures_and_cancel_stop_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
