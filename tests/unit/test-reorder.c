#include "tests/support/test.h"

#include <errno.h>

#include "core/transfer/reorder.h"

/* A store in memory that knows how it was used. */
struct store {
    const uint8_t *from;
    uint8_t *to;
    size_t size;
    uint64_t next; /* where a sequential read has to come */
    bool sequential;
    size_t reads, writes;
    size_t fail_at; /* the n-th read fails; 0: none */
};

static int store_read(void *context, uint64_t offset, void *buf, size_t size, struct error *error)
{
    struct store *store = context;
    assert_true(offset <= store->size && size <= store->size - offset);
    if (store->sequential)
        assert_int_equal(offset, store->next);
    store->next = offset + size;
    memcpy(buf, store->from + offset, size);
    if (++store->reads == store->fail_at)
        return error_set(error, ESTALE, "shrank");
    return 0;
}

static int store_write(void *context, uint64_t offset, const void *bytes, size_t size, struct error *error)
{
    struct store *store = context;
    (void)error;
    assert_true(offset <= store->size && size <= store->size - offset);
    memcpy(store->to + offset, bytes, size);
    store->writes++;
    return 0;
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
static void reverse_slowly(const struct matrix *matrix, const uint8_t *from, uint8_t *to, uint64_t count)
{
    uint64_t dims[MATRIX_RANK_MAX], index[MATRIX_RANK_MAX] = {0};
    size_t itemsize = matrix->dtype.itemsize;
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

static void check(char order, uint64_t itemsize, int rank, const uint64_t *shape)
{
    struct matrix matrix = matrix_of(order, itemsize, rank, shape);
    uint64_t count, size;
    assert_int_equal(matrix_count(&matrix, &count, NULL), 0);
    size = count * itemsize;
    uint8_t *from = malloc(size), *to = malloc(size), *want = malloc(size);
    for (size_t i = 0; i < size; i++)
        from[i] = (uint8_t)(i * 2654435761u >> 11);
    reverse_slowly(&matrix, from, want, count);
    assert_true(reorder_is_needed(&matrix));
    for (int sequential = 0; sequential < 2; sequential++) {
        struct store store = {.from = from, .to = to, .size = size, .sequential = sequential};
        struct progress progress = {0};
        const struct reorder_io io = {store_read, store_write, &store};
        memset(to, 0, size);
        assert_int_equal(reorder_run(&matrix, sequential, &io, &progress, NULL), 0);
        assert_memory_equal(to, want, size);
        assert_int_equal(progress.done, size);
    }
    free(from);
    free(to);
    free(want);
}

static void test_small(void **state)
{
    (void)state;
    static const uint64_t shapes[][5] = {{3, 5},    {2, 3},          {33, 65},       {2, 3, 4},
                                         {3, 1, 4}, {1, 7, 1, 2, 3}, {2, 3, 4, 5, 6}};
    static const int ranks[] = {2, 2, 2, 3, 3, 5, 5};
    static const uint64_t itemsizes[] = {1, 2, 3, 4, 8, 16, 24};
    for (unsigned s = 0; s < sizeof ranks / sizeof ranks[0]; s++)
        for (unsigned i = 0; i < sizeof itemsizes / sizeof itemsizes[0]; i++) {
            check('C', itemsizes[i], ranks[s], shapes[s]);
            check('F', itemsizes[i], ranks[s], shapes[s]);
        }
}

/* Larger than a box in every way: many rows, long rows, many planes, small ends with much between them. */
static void test_many_boxes(void **state)
{
    (void)state;
    check('C', 2, 2, (const uint64_t[]){3001, 2003});
    check('F', 8, 2, (const uint64_t[]){1500001, 3});
    check('C', 8, 2, (const uint64_t[]){3, 1500001});
    check('F', 4, 3, (const uint64_t[]){401, 31, 203});
    check('C', 8, 4, (const uint64_t[]){3, 701, 503, 2});
    check('C', 1, 3, (const uint64_t[]){2, 4200007, 2});
}

static void test_large_elements(void **state)
{
    (void)state;
    check('C', REORDER_BUFFER + 5, 2, (const uint64_t[]){2, 3});
    check('F', REORDER_BUFFER, 2, (const uint64_t[]){2, 2});
}

static void test_runs_are_long(void **state)
{
    (void)state;
    struct matrix matrix = matrix_of('F', 2, 2, (const uint64_t[]){6000, 6000});
    size_t size = 6000 * 6000 * 2;
    struct store store = {.from = calloc(1, size), .to = malloc(size), .size = size};
    const struct reorder_io io = {store_read, store_write, &store};
    assert_int_equal(reorder_run(&matrix, false, &io, NULL, NULL), 0);
    /* At least 1 KiB each on average, on both sides. */
    assert_true(store.reads <= size / 1024);
    assert_true(store.writes <= size / 1024);
    free((void *)store.from);
    free(store.to);
}

static void test_nothing_to_do(void **state)
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

static void test_stops(void **state)
{
    (void)state;
    struct matrix matrix = matrix_of('C', 1, 2, (const uint64_t[]){4000, 4000});
    size_t size = 4000 * 4000;
    struct store store = {.from = calloc(1, size), .to = malloc(size), .size = size, .fail_at = 3};
    const struct reorder_io io = {store_read, store_write, &store};
    struct progress progress = {.cancel = true};
    assert_int_equal(reorder_run(&matrix, true, &io, NULL, NULL), -ESTALE);
    assert_int_equal(reorder_run(&matrix, true, &io, &progress, NULL), -ECANCELED);
    assert_int_equal(progress.done, 0);
    free((void *)store.from);
    free(store.to);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small),          cmocka_unit_test(test_many_boxes),
        cmocka_unit_test(test_large_elements), cmocka_unit_test(test_runs_are_long),
        cmocka_unit_test(test_nothing_to_do),  cmocka_unit_test(test_stops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
