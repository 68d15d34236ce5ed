#include "tests/support/test.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/matrix/summary.h"
#include "core/sys/calls.h"

static char *print(int fd, const struct matrix *matrix, const char *index, unsigned columns, unsigned rows)
{
    struct view view;
    struct error error = {0};
    char *text = NULL;
    size_t size = 0;
    assert_int_equal(view_parse(matrix, index, &view, &error), 0);
    FILE *out = open_memstream(&text, &size);
    if (summary_print(out, fd, matrix, &view, columns, rows, &error) != 0)
        fail_msg("%s", error.text);
    fclose(out);
    return text;
}

static struct matrix make(const char *type, int rank, const uint64_t *shape)
{
    struct matrix matrix = {.order = 'C', .rank = rank};
    assert_int_equal(dtype_parse(type, &matrix.dtype, NULL), 0);
    if (rank > 0)
        memcpy(matrix.shape, shape, (size_t)rank * sizeof shape[0]);
    return matrix;
}

static int make_file(const void *bytes, size_t size)
{
    int fd = memfd_create("summary", MFD_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, size), size);
    return fd;
}

static void assert_printed(const char *type, const void *bytes, size_t size, int rank, const uint64_t *shape,
                           unsigned columns, unsigned rows, const char *expected)
{
    struct matrix matrix = make(type, rank, shape);
    int fd = make_file(bytes, size);
    char *text = print(fd, &matrix, "", columns, rows);
    assert_string_equal(text, expected);
    free(text);
    close(fd);
}

static void small_matrices_look_as_in_numpy(void **state)
{
    (void)state;
    const double four[] = {1, 2, 3, 4}, mixed[] = {1.5, -2, 0.25, 100}, wide[] = {1e-5, 1, 1e10, -3};
    const uint64_t two_by_two[] = {2, 2};
    assert_printed("f8", four, 32, 2, two_by_two, 80, 24, "[[1. 2.]\n [3. 4.]]\n");
    assert_printed("f8", mixed, 32, 2, two_by_two, 80, 24, "[[  1.5   -2.  ]\n [  0.25 100.  ]]\n");
    assert_printed("f8", wide, 32, 2, two_by_two, 0, 0, "[[ 1.e-05  1.e+00]\n [ 1.e+10 -3.e+00]]\n");
    assert_printed("c16", four, 32, 1, (uint64_t[]){2}, 80, 24, "[1.+2.j 3.+4.j]\n");
    assert_printed("i2", (int16_t[]){1, -20, 300}, 6, 1, (uint64_t[]){3}, 80, 24, "[  1 -20 300]\n");
    assert_printed("?", (uint8_t[]){1, 0}, 2, 1, (uint64_t[]){2}, 80, 24, "[ True False]\n");
    assert_printed("f8", four, 32, 0, NULL, 80, 24, "1.0\n");
    assert_printed("f8", four, 32, 2, (uint64_t[]){3, 0}, 80, 24, "[]\n");
    assert_printed("i1", "\1\2\3\4\5\6\7\x8", 8, 3, (uint64_t[]){2, 2, 2}, 80, 24,
                   "[[[1 2]\n  [3 4]]\n\n [[5 6]\n  [7 8]]]\n");
    assert_printed("S3", "ab\0\x1b\\x", 6, 1, (uint64_t[]){2}, 80, 24, "[b'ab' b'\\x1b\\\\x']\n");
    assert_printed("S5", "it's\0\"'\0\0\0say\"\0", 15, 1, (uint64_t[]){3}, 80, 24,
                   "[b\"it's\" b'\"\\'' b'say\"']\n");
    assert_printed("S3", "ab\0", 3, 0, NULL, 80, 24, "b'ab'\n");
    assert_printed("U3", U"ab\0", 12, 0, NULL, 80, 24, "ab\n");
    assert_printed("U4", U"it's\"'é\0", 32, 1, (uint64_t[]){2}, 80, 24, "[\"it's\" '\"\\'é']\n");
    assert_printed("S40", "a string of forty characters, cut to ten", 40, 1, (uint64_t[]){1}, 40, 24,
                   "[b'a strin...']\n");
    assert_printed("f2", (uint16_t[]){0x7e00, 0xfc00, 0x3c00}, 6, 1, (uint64_t[]){3}, 80, 24,
                   "[ nan -inf   1.]\n");
}

static void what_does_not_fit_is_cut_to_its_edges(void **state)
{
    (void)state;
    uint8_t bytes[100];
    for (int i = 0; i < 100; i++)
        bytes[i] = (uint8_t)i;
    assert_printed("u1", bytes, 100, 2, (uint64_t[]){10, 10}, 22, 6,
                   "[[ 0  1  2 ...  8  9]\n"
                   " [10 11 12 ... 18 19]\n"
                   " ...\n"
                   " [80 81 82 ... 88 89]\n"
                   " [90 91 92 ... 98 99]]\n");
    /* One dimension goes on in the next line. */
    assert_printed("u1", bytes, 100, 1, (uint64_t[]){9}, 12, 6, "[0 1 2 3 4\n 5 6 7 8]\n");
}

/* Every size is safe, and nothing but the brackets of very many dimensions goes beyond it. */
static void every_size_of_terminal_is_kept_to(void **state)
{
    (void)state;
    static double values[3 * 40 * 50];
    for (int i = 0; i < 3 * 40 * 50; i++)
        values[i] = i * 0.37 - 100;
    const uint64_t shapes[][3] = {{6000, 1, 1}, {40, 150, 1}, {3, 40, 50}};
    int fd = make_file(values, sizeof values);
    for (int rank = 1; rank <= 3; rank++)
        for (unsigned columns = 1; columns < 130; columns++)
            for (unsigned rows = 1; rows < 60; rows += 1 + rows / 8) {
                struct matrix matrix = make("f8", rank, shapes[rank - 1]);
                char *text = print(fd, &matrix, "", columns, rows);
                unsigned lines = 0;
                size_t longest = 0;
                for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1, lines++)
                    if ((size_t)(end - line) > longest)
                        longest = (size_t)(end - line);
                if (columns >= 40 && rows >= 12 && (longest > columns || lines >= rows))
                    fail_msg("rank %d in %u x %u: %zu x %u\n%s", rank, columns, rows, longest, lines, text);
                free(text);
            }
    close(fd);
}

static uint64_t bytes_read;

static ssize_t counted_pread(int fd, void *buf, size_t size, off_t offset)
{
    bytes_read += size;
    return sys_kernel.pread(fd, buf, size, offset);
}

static void only_what_is_shown_is_read(void **state)
{
    (void)state;
    int fd = memfd_create("summary", MFD_CLOEXEC);
    assert_int_equal(ftruncate(fd, 5000000000), 0);
    sys.pread = counted_pread;
    struct matrix matrix = make("f2", 2, (uint64_t[]){50000, 50000});
    for (int order = 0; order < 2; order++) {
        matrix.order = order ? 'F' : 'C';
        bytes_read = 0;
        char *text = print(fd, &matrix, "", 80, 24);
        assert_memory_equal(text, "[[0. 0. 0.", 10);
        free(text);
        assert_true(bytes_read < 4 << 20);
    }
    sys.pread = sys_kernel.pread;
    close(fd);
}

static void all_of_it_is_printed_where_no_size_is_given(void **state)
{
    (void)state;
    static uint8_t bytes[3000 * 1000];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i % 10);
    struct matrix matrix = make("u1", 2, (uint64_t[]){3000, 1000});
    int fd = make_file(bytes, sizeof bytes);
    char *text = print(fd, &matrix, "", 0, 0);
    /* A digit and a blank, bracket or line end each, and two brackets or blanks a line. */
    assert_int_equal(strlen(text), 3000 * (1 + 2 * 1000 + 1 + 1) + 1);
    assert_null(strstr(text, "..."));
    free(text);
    close(fd);
}

/* As numpy: of a line that wraps, the blanks that fill the last cell are left out; before the bracket they
 * stay. */
static void no_line_that_wraps_ends_with_blanks(void **state)
{
    (void)state;
    const double numbers[] = {0.25, 1, 2, 0.5, 3, 1};
    struct matrix matrix = make("f8", 1, (uint64_t[]){6});
    int fd = make_file(numbers, sizeof numbers);
    char *text = print(fd, &matrix, "", 16, 24);
    assert_string_equal(text, "[0.25 1.   2.\n 0.5  3.   1.  ]\n");
    free(text);
    close(fd);
}

static void a_full_disk_and_a_shrunk_file_are_errors(void **state)
{
    (void)state;
    struct matrix matrix = make("u1", 1, (uint64_t[]){100});
    struct view view;
    struct error error = {0};
    view_whole(&matrix, &view);
    int fd = make_file("12345", 5);
    FILE *out = fopen("/dev/null", "w");
    assert_int_equal(summary_print(out, fd, &matrix, &view, 80, 24, &error), -ESTALE);
    fclose(out);
    assert_int_equal(ftruncate(fd, 100), 0);
    out = fopen("/dev/full", "w");
    assert_non_null(out);
    assert_int_equal(summary_print(out, fd, &matrix, &view, 80, 24, &error), -EIO);
    fclose(out);
    close(fd);
}

/* A hostile description tells of one of 2 GiB in a file of holes. */
static void an_element_too_large_to_show_is_refused(void **state)
{
    (void)state;
    struct matrix matrix = make("V1048577", 1, (uint64_t[]){1});
    struct view view;
    struct error error = {0};
    view_whole(&matrix, &view);
    assert_int_equal(summary_print(stdout, -1, &matrix, &view, 80, 24, &error), -ENOTSUP);
    assert_string_equal(error.text, "its elements of 1048577 bytes are too large to show");
    matrix_clear(&matrix);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_matrices_look_as_in_numpy),
        cmocka_unit_test(what_does_not_fit_is_cut_to_its_edges),
        cmocka_unit_test(every_size_of_terminal_is_kept_to),
        cmocka_unit_test(only_what_is_shown_is_read),
        cmocka_unit_test(all_of_it_is_printed_where_no_size_is_given),
        cmocka_unit_test(no_line_that_wraps_ends_with_blanks),
        cmocka_unit_test(a_full_disk_and_a_shrunk_file_are_errors),
        cmocka_unit_test(an_element_too_large_to_show_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
