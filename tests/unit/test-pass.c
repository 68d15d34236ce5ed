#include "tests/support/test.h"

#include <errno.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/analysis/pass.h"
#include "core/matrix/window.h"
#include "core/sys/calls.h"

#define FILE_SIZE (12u << 20)
static uint8_t *bytes;
static int file;

/* The same numbers in every run. */
static uint64_t random_state;

static uint64_t random_below(uint64_t n)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (random_state >> 33) % n;
}

static int make_file(void **state)
{
    (void)state;
    bytes = malloc(FILE_SIZE);
    random_state = 11;
    for (size_t i = 0; i < FILE_SIZE; i++)
        bytes[i] = (uint8_t)random_below(256);
    file = memfd_create("pass", MFD_CLOEXEC);
    assert_int_equal(pwrite(file, bytes, FILE_SIZE, 0), FILE_SIZE);
    return 0;
}

static int close_file(void **state)
{
    (void)state;
    sys.pread = sys_kernel.pread;
    close(file);
    free(bytes);
    return 0;
}

static struct matrix make(const char *type, char order, uint64_t offset, int rank, const uint64_t *shape)
{
    struct matrix matrix = {.order = order, .rank = rank, .offset = offset};
    assert_int_equal(dtype_parse(type, &matrix.dtype, NULL), 0);
    if (rank > 0)
        memcpy(matrix.shape, shape, (size_t)rank * sizeof shape[0]);
    return matrix;
}

/* What a pass brought, element by element. */
struct seen {
    const struct pass *pass;
    const struct view *view;
    uint64_t offset; /* of the matrix */
    _Atomic uint64_t elements, blocks, wrong;
    _Atomic uint8_t *times; /* each element was seen */
    _Atomic unsigned threads;
    uint64_t stop_after; /* blocks; 0: never */
    struct progress *progress;
};

static int see(void *context, unsigned thread, const struct pass_block *block, struct error *error)
{
    struct seen *seen = context;
    const struct pass *pass = seen->pass;
    uint64_t size = pass->dtype.itemsize;
    bool wrong = block->first != block->index * pass->block || block->count == 0 ||
                 block->count > pass->block || (uintptr_t)block->elements % 64 != 0;
    for (uint64_t i = 0; i < block->count && !wrong; i++) {
        uint64_t index[MATRIX_RANK_MAX];
        pass_index(pass, block->first + i, seen->view->rank, index);
        int64_t at = (int64_t)seen->offset + seen->view->start;
        for (int axis = 0; axis < seen->view->rank; axis++)
            at += (int64_t)index[axis] * seen->view->stride[axis];
        wrong = memcmp((const char *)block->elements + i * size, bytes + at, size) != 0;
        atomic_fetch_add(&seen->times[block->first + i], 1);
    }
    atomic_fetch_add(&seen->elements, block->count);
    atomic_fetch_add(&seen->wrong, wrong);
    atomic_fetch_or(&seen->threads, 1u << thread);
    uint64_t blocks = atomic_fetch_add(&seen->blocks, 1) + 1;
    if (seen->progress && blocks == seen->stop_after)
        atomic_store(&seen->progress->cancel, true);
    else if (blocks == seen->stop_after)
        return error_set(error, EDOM, "enough");
    return 0;
}

/* Every element once, and what it should be. */
static void check(const struct matrix *matrix, const struct view *view, uint64_t block, unsigned threads,
                  const char *what)
{
    struct pass pass;
    struct error error = {0};
    struct progress progress = {0};
    assert_int_equal(pass_plan(file, matrix, view, &pass, &error), 0);
    if (block > 0 && block < pass.block)
        pass.block = block;
    struct seen seen = {.pass = &pass, .view = view, .offset = matrix->offset};
    seen.times = calloc(pass.elements + 1, 1);
    if (pass_run(&pass, 1, threads, see, &seen, &progress, &error) != 0)
        fail_msg("[%s]: %s", what, error.text);
    if (seen.wrong > 0 || seen.elements != view_elements(view) || seen.blocks != pass_blocks(&pass) ||
        progress.done != seen.elements)
        fail_msg("[%s] of %c: %llu wrong, %llu elements of %llu", what, matrix->order,
                 (unsigned long long)seen.wrong, (unsigned long long)seen.elements,
                 (unsigned long long)view_elements(view));
    for (uint64_t i = 0; i < pass.elements; i++)
        assert_int_equal(seen.times[i], 1);
    free((void *)seen.times);
}

static const char *const types[] = {"i1", "f2", ">f2", "<f4", ">f8", "c16", ">U3", "S5"};
#define TYPES (sizeof types / sizeof types[0])

static void small_views_of_all_sorts_are_read(void **state)
{
    (void)state;
    static const char *const slices[] = {":", "::-1", "::2", "1:", "::-3", "0", "-1:", "2:1"};
    for (int round = 0; round < 20000; round++) {
        int rank = (int)random_below(6);
        uint64_t shape[MATRIX_RANK_MAX];
        for (int k = 0; k < rank; k++)
            shape[k] = 1 + random_below(k < 2 ? 9 : 4);
        struct matrix matrix =
            make(types[random_below(TYPES)], random_below(2) ? 'C' : 'F', random_below(100), rank, shape);
        char index[200] = "";
        for (int k = 0; k < rank; k++)
            strcat(strcat(index, slices[random_below(random_below(8) ? 7 : 8)]), ",");
        struct view view;
        assert_int_equal(view_parse(&matrix, index, &view, NULL), 0);
        if (view.rank > 1 && random_below(2))
            view_swap_axes(&view, 0, view.rank - 1);
        check(&matrix, &view, random_below(3) ? 0 : 1 + random_below(9), 1, index);
    }
}

/* Runs that are read by themselves, spans that are gathered, and spans of several buffers. */
static void large_views_of_all_sorts_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *type, *index;
        uint64_t shape[4];
    } list[] = {
        {"u1", "", {8, 1024, 1024, 1}},
        {"f2", "::-1,:,::-1", {4, 512, 2000, 1}},
        {"u1", ":,:,::2", {8, 1000, 1000, 1}},
        {"u1", ":,::2", {8, 1000, 1000, 1}},
        {"u1", ":,5:900,100:900", {8, 1000, 1000, 1}},
        {"u1", "::3,::7,::5", {30, 500, 500, 1}},
        {"f4", ":,:,7", {16, 16, 8000, 1}},
        {"f4", ":,7,:", {16, 16, 8000, 1}},
        {"f4", "3,:,:", {16, 16, 8000, 1}},
        {"f8", ":,:,17", {100, 10, 1000, 1}},
        {"f8", ":,:,::1001", {100, 4, 2500, 1}},
        {"u1", ":,:40000", {100, 80000, 1, 1}},
        {"u1", ":,:20000", {100, 80000, 1, 1}},
        {"u1", "::2,:79000", {100, 80000, 1, 1}},
        {"u2", "::2,:,:3,:", {20, 500, 20, 20}},
        {"u2", "1::2,::-2,::3,::-1", {20, 500, 20, 20}},
        {"c16", ":,1:,:", {50, 100, 100, 1}},
        {"S5", ":,1:,:", {50, 100, 300, 1}},
        {"u1", ":,::599000", {6, 1200000, 1, 1}},
        {"u1", ":,:1100000", {6, 1200000, 1, 1}},
    };
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++)
        for (int order = 0; order < 2; order++)
            for (unsigned threads = 1; threads <= 3; threads += 2) {
                struct matrix matrix = make(list[i].type, order ? 'F' : 'C', 3, 4, list[i].shape);
                struct view view;
                assert_int_equal(view_parse(&matrix, list[i].index, &view, NULL), 0);
                check(&matrix, &view, 0, threads, list[i].index);
            }
}

static void a_field_of_a_struct_is_read(void **state)
{
    (void)state;
    /* A view with the strides of structs of 24 bytes, of a matrix of their f8 at 5. */
    struct matrix matrix = make("f8", 'C', 11, 2, (uint64_t[]){300, 1000});
    struct view view;
    view_whole(&matrix, &view);
    view.start = 5;
    view.stride[0] = 24000;
    view.stride[1] = 24;
    check(&matrix, &view, 0, 2, "field");
    view.start = 5 + 299 * 24000;
    view.stride[0] = -24000;
    check(&matrix, &view, 0, 2, "field, backwards");
}

static void ranks_from_0_to_64_are_read(void **state)
{
    (void)state;
    for (int rank = 0; rank <= MATRIX_RANK_MAX; rank += rank == 0 ? 1 : rank) {
        uint64_t shape[MATRIX_RANK_MAX];
        for (int k = 0; k < rank; k++)
            shape[k] = k % (rank / 8 + 1) == 0 ? 2 : 1;
        for (int order = 0; order < 2; order++) {
            struct matrix matrix = make("<u2", order ? 'F' : 'C', 3, rank, shape);
            struct view view;
            view_whole(&matrix, &view);
            check(&matrix, &view, 0, 1, "whole");
            if (rank > 0) {
                assert_int_equal(view_parse(&matrix, rank == 1 ? "::-1" : "::-1,...,::-1", &view, NULL), 0);
                check(&matrix, &view, 1, 1, "backwards");
            }
        }
    }
}

static void nothing_has_no_block(void **state)
{
    (void)state;
    struct matrix matrix = make("f8", 'C', 0, 3, (uint64_t[]){3, 0, 1ull << 40});
    struct view view;
    struct pass pass;
    view_whole(&matrix, &view);
    assert_int_equal(pass_plan(-1, &matrix, &view, &pass, NULL), 0);
    assert_int_equal(pass.elements, 0);
    assert_int_equal(pass_blocks(&pass), 0);
    assert_int_equal(pass_slots(&pass, 1), 0);
    assert_int_equal(pass_threads(&pass, 0), 1);
    assert_int_equal(pass_run(&pass, 1, 2, NULL, NULL, NULL, NULL), 0);
}

static void elements_that_are_too_large_are_refused(void **state)
{
    (void)state;
    struct matrix matrix = make("S65537", 'C', 0, 1, (uint64_t[]){2});
    struct view view;
    struct pass pass;
    struct error error = {0};
    view_whole(&matrix, &view);
    assert_int_equal(pass_plan(file, &matrix, &view, &pass, &error), -ENOTSUP);
    assert_non_null(strstr(error.text, "65537 bytes"));
    matrix = make("S65536", 'C', 0, 1, (uint64_t[]){20});
    view_whole(&matrix, &view);
    check(&matrix, &view, 0, 1, "S65536");
}

static void blocks_are_a_megabyte_at_most_and_begin_where_rows_do(void **state)
{
    (void)state;
    struct pass pass;
    struct view view;
    struct matrix matrix = make("f2", 'C', 0, 2, (uint64_t[]){5000, 1000});
    view_whole(&matrix, &view);
    assert_int_equal(pass_plan(file, &matrix, &view, &pass, NULL), 0);
    assert_int_equal(pass.block, 524 * 1000);
    assert_int_equal(pass_blocks(&pass), 10);
    assert_int_equal(pass_slots(&pass, 1), 10);
    assert_int_equal(pass_slots(&pass, 4), 3);
    matrix = make("f8", 'C', 0, 1, (uint64_t[]){1ull << 56});
    view_whole(&matrix, &view);
    assert_int_equal(pass_plan(file, &matrix, &view, &pass, NULL), 0);
    assert_int_equal(pass.block, PASS_BLOCK / 8);
    assert_int_equal(pass_slots(&pass, 1), PASS_SLOTS_MAX);
    /* A column that lies far apart is cut small: each of its elements is a read. */
    matrix = make("f8", 'C', 0, 2, (uint64_t[]){100000, 100000});
    assert_int_equal(view_parse(&matrix, ":,7", &view, NULL), 0);
    assert_int_equal(pass_plan(file, &matrix, &view, &pass, NULL), 0);
    assert_in_range(pass.block, 100, 2000);
}

/* One of each three, in one slot a block, and the same ones again. */
static void some_blocks_are_a_sample_of_all(void **state)
{
    (void)state;
    struct matrix matrix = make("u1", 'C', 0, 2, (uint64_t[]){1000, 1000});
    struct view view;
    struct pass pass;
    struct progress progress = {0};
    view_whole(&matrix, &view);
    assert_int_equal(pass_plan(file, &matrix, &view, &pass, NULL), 0);
    pass.block = 1000;
    struct seen seen = {.pass = &pass, .view = &view};
    seen.times = calloc(pass.elements, 1);
    for (int i = 0; i < 2; i++)
        assert_int_equal(pass_run(&pass, 3, 2, see, &seen, &progress, NULL), 0);
    assert_int_equal(seen.blocks, 2 * 334);
    assert_int_equal(progress.done, seen.elements);
    assert_int_equal(seen.wrong, 0);
    unsigned places[3] = {0};
    for (unsigned group = 0; group < 334; group++) {
        unsigned n = 0;
        for (unsigned k = 0; k < 3 && 3 * group + k < 1000; k++)
            if (seen.times[(3 * group + k) * 1000] == 2) {
                n++;
                places[k]++;
            }
        assert_int_equal(n, 1);
    }
    for (int k = 0; k < 3; k++)
        assert_in_range(places[k], 60, 200);
    free((void *)seen.times);
}

struct order {
    uint64_t slots[100], indices[100], n;
};

static int note_order(void *context, unsigned thread, const struct pass_block *block, struct error *error)
{
    struct order *order = context;
    (void)thread, (void)error;
    assert_true(order->n < 100);
    order->slots[order->n] = block->slot;
    order->indices[order->n++] = block->index;
    return 0;
}

static void backward_the_last_slots_come_first(void **state)
{
    (void)state;
    struct matrix matrix = make("u1", 'C', 0, 1, (uint64_t[]){100000});
    struct view view;
    struct pass pass;
    view_whole(&matrix, &view);
    for (int holes = 0; holes < 2; holes++) {
        struct order order = {.n = 0};
        assert_int_equal(pass_plan(file, &matrix, &view, &pass, NULL), 0);
        pass.block = 1001;
        pass.slots = 34;
        pass.backward = true;
        pass.skips_holes = holes;
        assert_int_equal(pass_run(&pass, 1, 1, note_order, &order, NULL, NULL), 0);
        assert_int_equal(order.n, 100);
        for (uint64_t i = 0; i < 100; i++) {
            assert_int_equal(order.slots[i], i < 1 ? 33 : 32 - (i - 1) / 3);
            assert_int_equal(order.indices[i], i < 1 ? 99 : 3 * order.slots[i] + (i - 1) % 3);
        }
    }
}

static void a_file_that_shrank_is_told(void **state)
{
    (void)state;
    static const char *const index[] = {"", ":,::2", "::-1,7"};
    for (size_t i = 0; i < sizeof index / sizeof index[0]; i++)
        for (unsigned threads = 1; threads < 3; threads++) {
            struct matrix matrix = make("u1", 'C', FILE_SIZE - 3999999, 2, (uint64_t[]){4, 1000000});
            struct view view;
            struct pass pass;
            struct error error = {0};
            assert_int_equal(view_parse(&matrix, index[i], &view, NULL), 0);
            if (i > 0)
                matrix.offset += 1000000;
            assert_int_equal(pass_plan(file, &matrix, &view, &pass, NULL), 0);
            struct seen seen = {.pass = &pass, .view = &view, .offset = matrix.offset};
            seen.times = calloc(pass.elements, 1);
            assert_int_equal(pass_run(&pass, 1, threads, see, &seen, NULL, &error), -ESTALE);
            assert_string_equal(error.text, "it shrank while it was read");
            assert_int_equal(seen.wrong, 0);
            free((void *)seen.times);
        }
}

static void a_pass_is_cancelled_and_ends_with_the_first_failure(void **state)
{
    (void)state;
    struct matrix matrix = make("u1", 'C', 0, 1, (uint64_t[]){FILE_SIZE});
    struct view view;
    struct pass pass;
    view_whole(&matrix, &view);
    assert_int_equal(pass_plan(file, &matrix, &view, &pass, NULL), 0);
    pass.block = 1000;
    for (unsigned threads = 1; threads < 3; threads++) {
        struct error error = {0};
        struct progress progress = {0};
        struct seen seen = {.pass = &pass, .view = &view, .stop_after = 7, .progress = &progress};
        seen.times = calloc(pass.elements, 1);
        assert_int_equal(pass_run(&pass, 1, threads, see, &seen, &progress, &error), -ECANCELED);
        assert_in_range(seen.blocks, 7, 6 + threads);
        seen.progress = NULL;
        seen.blocks = 0;
        assert_int_equal(pass_run(&pass, 1, threads, see, &seen, NULL, &error), -EDOM);
        assert_string_equal(error.text, "enough");
        free((void *)seen.times);
    }
}

static _Atomic unsigned reads;
static _Atomic uint64_t read_bytes;

static ssize_t counted_pread(int fd, void *buf, size_t size, off_t offset)
{
    ssize_t n = sys_kernel.pread(fd, buf, size, offset);
    reads++;
    read_bytes += n > 0 ? (uint64_t)n : 0;
    return n;
}

static int ignore(void *context, unsigned thread, const struct pass_block *block, struct error *error)
{
    (void)context, (void)thread, (void)block, (void)error;
    return 0;
}

static void count_reads(const struct matrix *matrix, const char *index, unsigned most_reads,
                        uint64_t most_bytes)
{
    int sparse = memfd_create("pass", MFD_CLOEXEC);
    struct view view;
    struct pass pass;
    assert_int_equal(ftruncate(sparse, 5000000128), 0);
    assert_int_equal(view_parse(matrix, index, &view, NULL), 0);
    assert_int_equal(pass_plan(sparse, matrix, &view, &pass, NULL), 0);
    sys.pread = counted_pread;
    reads = 0;
    read_bytes = 0;
    assert_int_equal(pass_run(&pass, 1, 1, ignore, NULL, NULL, NULL), 0);
    sys.pread = sys_kernel.pread;
    assert_in_range(reads, 1, most_reads);
    assert_in_range(read_bytes, 1, most_bytes);
    close(sparse);
}

/* What makes a part of a matrix of gigabytes cheap: the reads, not the time, which a test cannot promise. */
static void only_what_is_wanted_is_read(void **state)
{
    (void)state;
    struct matrix matrix = make("f2", 'C', 128, 2, (uint64_t[]){50000, 50000});
    count_reads(&matrix, "17", 1, 100000);
    count_reads(&matrix, ":,17", 50000, 100000);
    count_reads(&matrix, ":1000,::2", 100, 101000000);
    count_reads(&matrix, ":1000,:1000", 1000, 2000000);
    count_reads(&matrix, ":1000", 120, 100000000);
    matrix = make("f2", 'F', 128, 2, (uint64_t[]){50000, 50000});
    count_reads(&matrix, "17", 50000, 100000);
    count_reads(&matrix, ":,17", 1, 100000);
    /* A few numbers far apart within what lies close: by themselves. */
    matrix = make("u1", 'C', 0, 3, (uint64_t[]){1000, 2, 500000});
    count_reads(&matrix, ":,:,0", 2000, 2000);
}

/* --- holes --- */

struct around {
    const struct pass *pass;
    const uint8_t *bytes;
    uint64_t elements, empty, calls;
    uint64_t next[PASS_SLOTS_MAX]; /* of each slot: where its next block begins */
};

/* In the order of memory within a slot, and what is said to be zeros is so. */
static int look_around(void *context, unsigned thread, const struct pass_block *block, struct error *error)
{
    struct around *around = context;
    const struct pass *pass = around->pass;
    (void)thread, (void)error;
    assert_int_equal(block->first, block->index * pass->block);
    assert_true(block->count > 0);
    assert_true(around->next[block->slot] == 0 || around->next[block->slot] == block->first);
    around->next[block->slot] = block->first + block->count;
    for (uint64_t i = 0; i < block->count; i++) {
        uint64_t element = block->first + i, at = (uint64_t)pass->start;
        for (int k = pass->rank - 1; k >= 0; k--) {
            at += element % pass->count[k] * (uint64_t)pass->stride[k];
            element /= pass->count[k];
        }
        assert_int_equal(block->elements ? ((const uint8_t *)block->elements)[i] : 0, around->bytes[at]);
    }
    around->calls++;
    around->elements += block->count;
    around->empty += block->elements ? 0 : block->count;
    return 0;
}

static void holes_are_skipped_and_are_zeros(void **state)
{
    (void)state;
    static const char *const index[] = {"", "::3,::-2", ":,77", "5", "::-1,100:200"};
    static uint8_t all[16 << 20];
    static struct around around;
    random_state = 21;
    for (int round = 0; round < 10; round++) {
        int sparse = memfd_create("pass", MFD_CLOEXEC);
        assert_int_equal(ftruncate(sparse, sizeof all), 0);
        memset(all, 0, sizeof all);
        for (int island = round; island > 0; island--) {
            uint64_t at = random_below(sizeof all - 5000), n = 1 + random_below(4999);
            memset(all + at, 1 + island, n);
            assert_int_equal(pwrite(sparse, all + at, n, (off_t)at), n);
        }
        for (size_t i = 0; i < sizeof index / sizeof index[0]; i++) {
            struct matrix matrix = make("u1", 'C', 77, 2, (uint64_t[]){4000, 4000});
            struct view view;
            struct pass pass;
            struct progress progress = {0};
            assert_int_equal(view_parse(&matrix, index[i], &view, NULL), 0);
            assert_int_equal(pass_plan(sparse, &matrix, &view, &pass, NULL), 0);
            pass.block = round % 2 ? pass.block : 1000;
            pass.slots = 7;
            pass.skips_holes = true;
            memset(&around, 0, sizeof around);
            around.pass = &pass;
            around.bytes = all;
            assert_int_equal(pass_run(&pass, 1, 1, look_around, &around, &progress, NULL), 0);
            assert_int_equal(around.elements, pass.elements);
            assert_int_equal(progress.done, pass.elements);
            if (round == 0) {
                assert_int_equal(around.empty, pass.elements);
                assert_int_equal(around.calls, pass_slots(&pass, 1));
            } else if (i == 0 && round % 2 == 0) {
                assert_in_range(around.empty, 1, pass.elements - 1);
            }
        }
        close(sparse);
    }
}

/* What is no longer there is no hole. */
static void a_hole_behind_the_end_is_told(void **state)
{
    (void)state;
    static struct around around;
    int sparse = memfd_create("pass", MFD_CLOEXEC);
    struct matrix matrix = make("u1", 'C', 0, 1, (uint64_t[]){3000000});
    struct view view;
    struct pass pass;
    assert_int_equal(ftruncate(sparse, 2999999), 0);
    view_whole(&matrix, &view);
    assert_int_equal(pass_plan(sparse, &matrix, &view, &pass, NULL), 0);
    pass.skips_holes = true;
    memset(&around, 0, sizeof around);
    around.pass = &pass;
    around.bytes = calloc(3000000, 1);
    assert_int_equal(pass_run(&pass, 1, 1, look_around, &around, NULL, NULL), -ESTALE);
    free((void *)around.bytes);
    close(sparse);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_views_of_all_sorts_are_read),
        cmocka_unit_test(large_views_of_all_sorts_are_read),
        cmocka_unit_test(a_field_of_a_struct_is_read),
        cmocka_unit_test(ranks_from_0_to_64_are_read),
        cmocka_unit_test(nothing_has_no_block),
        cmocka_unit_test(elements_that_are_too_large_are_refused),
        cmocka_unit_test(blocks_are_a_megabyte_at_most_and_begin_where_rows_do),
        cmocka_unit_test(some_blocks_are_a_sample_of_all),
        cmocka_unit_test(backward_the_last_slots_come_first),
        cmocka_unit_test(a_file_that_shrank_is_told),
        cmocka_unit_test(a_pass_is_cancelled_and_ends_with_the_first_failure),
        cmocka_unit_test(only_what_is_wanted_is_read),
        cmocka_unit_test(holes_are_skipped_and_are_zeros),
        cmocka_unit_test(a_hole_behind_the_end_is_told),
    };
    return cmocka_run_group_tests(tests, make_file, close_file);
}
