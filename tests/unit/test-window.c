#include "tests/support/test.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/matrix/window.h"
#include "core/sys/calls.h"

/* The same numbers in every run. */
static uint64_t random_state;

static uint64_t random_below(uint64_t n)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (random_state >> 33) % n;
}

static unsigned reads;

static ssize_t counted_pread(int fd, void *buf, size_t size, off_t offset)
{
    reads++;
    return sys_kernel.pread(fd, buf, size, offset);
}

static int make_file(const void *bytes, size_t size)
{
    int fd = memfd_create("window", MFD_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, bytes, size, 0), size);
    return fd;
}

static struct matrix make(const char *type, char order, uint64_t offset, int rank, const uint64_t *shape)
{
    struct matrix matrix = {.order = order, .rank = rank, .offset = offset};
    assert_int_equal(dtype_parse(type, &matrix.dtype, NULL), 0);
    if (rank > 0)
        memcpy(matrix.shape, shape, (size_t)rank * sizeof shape[0]);
    return matrix;
}

/* Element by element, straight from the definition of a view. */
static void read_naively(const uint8_t *bytes, const struct matrix *matrix, const struct view *view,
                         const uint64_t *origin, const uint64_t *extent, uint8_t *to)
{
    uint64_t size = matrix->dtype.itemsize, unit = dtype_swap_unit(&matrix->dtype);
    uint64_t at[MATRIX_RANK_MAX] = {0};
    for (;;) {
        int64_t from = (int64_t)matrix->offset + view->start;
        for (int k = 0; k < view->rank; k++)
            from += (int64_t)(origin[k] + at[k]) * view->stride[k];
        for (uint64_t i = 0; i < size; i++)
            to[i] = bytes[(uint64_t)from +
                          (dtype_is_swapped(&matrix->dtype) ? i / unit * unit + unit - 1 - i % unit : i)];
        to += size;
        int k = view->rank - 1;
        while (k >= 0 && ++at[k] == extent[k])
            at[k--] = 0;
        if (k < 0)
            return;
    }
}

static void random_boxes_are_read_as_defined(void **state)
{
    (void)state;
    static uint8_t bytes[1 << 16], ours[1 << 18], expected[1 << 18];
    static const char *const types[] = {"i1", "f2",   ">f2", "<f4", ">i4", ">f8",
                                        "c8", ">c16", ">U3", "S5",  "V7"};
    random_state = 7;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)random_below(256);
    int fd = make_file(bytes, sizeof bytes);
    for (int round = 0; round < 20000; round++) {
        int rank = (int)random_below(5);
        uint64_t shape[MATRIX_RANK_MAX], origin[MATRIX_RANK_MAX], extent[MATRIX_RANK_MAX];
        for (int k = 0; k < rank; k++)
            shape[k] = 1 + random_below(k < 2 ? 9 : 4);
        struct matrix matrix =
            make(types[random_below(11)], random_below(2) ? 'C' : 'F', random_below(100), rank, shape);
        char index[200] = "";
        for (int k = 0; k < rank; k++) {
            static const char *const slices[] = {":", "::-1", "::2", "1:", "::-3", "0"};
            strcat(strcat(index, slices[random_below(6)]), ",");
        }
        struct view view;
        assert_int_equal(view_parse(&matrix, index, &view, NULL), 0);
        if (view.rank > 1 && random_below(2))
            view_swap_axes(&view, 0, view.rank - 1);
        uint64_t n = matrix.dtype.itemsize;
        if (view_elements(&view) == 0)
            continue;
        for (int k = 0; k < view.rank; k++) {
            origin[k] = random_below(view.count[k]);
            extent[k] = 1 + random_below(view.count[k] - origin[k]);
            n *= extent[k];
        }
        memset(ours, 0xee, n + 1);
        struct error error = {0};
        if (window_read(fd, &matrix, &view, origin, extent, ours, &error) != 0)
            fail_msg("[%s]: %s", index, error.text);
        read_naively(bytes, &matrix, &view, origin, extent, expected);
        if (memcmp(ours, expected, n) != 0)
            fail_msg("round %d: [%s] of %s", round, index, types[0]);
        assert_int_equal(ours[n], 0xee);
    }
    close(fd);
}

static void rank_32_and_64_are_read(void **state)
{
    (void)state;
    uint8_t bytes[1024], ours[1024];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 7 + i / 256);
    int fd = make_file(bytes, sizeof bytes);
    for (int rank = 32; rank <= MATRIX_RANK_MAX; rank += 32) {
        uint64_t shape[MATRIX_RANK_MAX], origin[MATRIX_RANK_MAX] = {0};
        for (int k = 0; k < rank; k++)
            shape[k] = k % (rank / 8) == 0 ? 2 : 1;
        struct matrix matrix = make("<u2", 'F', 3, rank, shape);
        struct view view;
        view_whole(&matrix, &view);
        uint8_t expected[1024];
        assert_int_equal(window_read(fd, &matrix, &view, origin, view.count, ours, NULL), 0);
        read_naively(bytes, &matrix, &view, origin, view.count, expected);
        assert_memory_equal(ours, expected, 512);
    }
    close(fd);
}

static void nothing_is_read_for_an_empty_box(void **state)
{
    (void)state;
    struct matrix matrix = make("f8", 'C', 0, 2, (uint64_t[]){3, 0});
    struct view view;
    view_whole(&matrix, &view);
    assert_int_equal(window_read(-1, &matrix, &view, (uint64_t[]){0, 0}, (uint64_t[]){3, 0}, NULL, NULL), 0);
    matrix = make("S0", 'C', 0, 1, (uint64_t[]){1ull << 62});
    view_whole(&matrix, &view);
    assert_int_equal(window_read(-1, &matrix, &view, (uint64_t[]){0}, (uint64_t[]){1ull << 62}, NULL, NULL),
                     0);
}

static void a_file_that_shrank_gives_zeros_and_says_so(void **state)
{
    (void)state;
    uint8_t bytes[100], ours[64];
    memset(bytes, 1, sizeof bytes);
    int fd = make_file(bytes, sizeof bytes);
    for (int order = 0; order < 2; order++) {
        struct matrix matrix = make("u1", order ? 'F' : 'C', 40, 2, (uint64_t[]){8, 8});
        struct view view;
        struct error error = {0};
        view_whole(&matrix, &view);
        memset(ours, 0xee, sizeof ours);
        assert_int_equal(window_read(fd, &matrix, &view, (uint64_t[]){0, 0}, view.count, ours, &error),
                         -ESTALE);
        unsigned ones = 0, zeros = 0;
        for (size_t i = 0; i < sizeof ours; i++) {
            ones += ours[i] == 1;
            zeros += ours[i] == 0;
        }
        assert_int_equal(ones, 60);
        assert_int_equal(zeros, 4);
    }
    close(fd);
}

static void a_failed_read_is_reported(void **state)
{
    (void)state;
    struct matrix matrix = make("u1", 'C', 0, 1, (uint64_t[]){8});
    struct view view;
    struct error error = {0};
    uint8_t ours[8];
    view_whole(&matrix, &view);
    assert_int_equal(window_read(-1, &matrix, &view, (uint64_t[]){0}, view.count, ours, &error), -EBADF);
    assert_non_null(strstr(error.text, "cannot read"));
}

/* What makes a page of a matrix of gigabytes cheap: the number of reads, not the time, which a test cannot
 * promise. */
static void a_page_takes_a_read_a_row_or_column(void **state)
{
    (void)state;
    int fd = memfd_create("window", MFD_CLOEXEC);
    assert_int_equal(ftruncate(fd, 5000000128), 0);
    sys.pread = counted_pread;
    uint8_t page[40 * 12 * 2];
    for (int order = 0; order < 2; order++) {
        struct matrix matrix = make("f2", order ? 'F' : 'C', 128, 2, (uint64_t[]){50000, 50000});
        struct view view;
        view_whole(&matrix, &view);
        reads = 0;
        assert_int_equal(
            window_read(fd, &matrix, &view, (uint64_t[]){49960, 30000}, (uint64_t[]){40, 12}, page, NULL), 0);
        assert_int_equal(reads, order ? 12 : 40);
        view_swap_axes(&view, 0, 1);
        reads = 0;
        assert_int_equal(
            window_read(fd, &matrix, &view, (uint64_t[]){0, 0}, (uint64_t[]){40, 12}, page, NULL), 0);
        assert_int_equal(reads, order ? 40 : 12);
    }
    sys.pread = sys_kernel.pread;
    /* Looking at holes allocates nothing. */
    struct stat st;
    assert_int_equal(fstat(fd, &st), 0);
    assert_int_equal(st.st_blocks, 0);
    close(fd);
}

static void what_lies_together_is_read_together(void **state)
{
    (void)state;
    static uint8_t bytes[4 << 20], ours[4 << 20];
    int fd = make_file(bytes, sizeof bytes);
    const struct {
        const char *index;
        unsigned reads;
    } rows[] = {
        {"", 1},                        /* all of it, straight into place */
        {"500:", 1},                    /* whole rows */
        {"..., ::2", 4},                /* small gaps: in blocks of a mebibyte */
        {"::-1", 4},                    /* backwards: the same */
        {"3, ::-1", 1},  {"..., 0", 4}, /* a column, a page's distance apart */
        {"::2, 0", 512},                /* two pages apart: a read each */
    };
    sys.pread = counted_pread;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct matrix matrix = make("f4", 'C', 0, 2, (uint64_t[]){1024, 1024});
        struct view view;
        const uint64_t origin[2] = {0};
        assert_int_equal(view_parse(&matrix, rows[i].index, &view, NULL), 0);
        reads = 0;
        assert_int_equal(window_read(fd, &matrix, &view, origin, view.count, ours, NULL), 0);
        if (reads > rows[i].reads + 1 || reads < rows[i].reads)
            fail_msg("[%s]: %u reads, not %u", rows[i].index, reads, rows[i].reads);
    }
    sys.pread = sys_kernel.pread;
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_boxes_are_read_as_defined),
        cmocka_unit_test(rank_32_and_64_are_read),
        cmocka_unit_test(nothing_is_read_for_an_empty_box),
        cmocka_unit_test(a_file_that_shrank_gives_zeros_and_says_so),
        cmocka_unit_test(a_failed_read_is_reported),
        cmocka_unit_test(a_page_takes_a_read_a_row_or_column),
        cmocka_unit_test(what_lies_together_is_read_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
