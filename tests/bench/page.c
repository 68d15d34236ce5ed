/*
 * page DIRECTORY BYTES
 *
 * Times what the console does for one page of the preview: open the segment, read a window of 50 rows and 14 columns, turn
 * each value into text, close. On a float16 matrix of about BYTES, in C and in F order, at random places. Prints
 * "ORDER median_ms max_ms" a line.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/layout/npy.h"
#include "core/matrix/number.h"
#include "core/segment/segment.h"
#include "core/matrix/window.h"

#define ROWS    50
#define COLUMNS 14
#define ROUNDS  200

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void die(const char *what, const struct error *error)
{
    fprintf(stderr, "page: %s: %s\n", what, error->text);
    exit(1);
}

/* A real file of that size: reserved, so that its pages exist, with a header in front. */
static void make(int dir, const char *name, uint64_t bytes, char order, struct matrix *ret)
{
    struct error error = {0};
    memset(ret, 0, sizeof *ret);
    if (dtype_parse("<f2", &ret->dtype, &error))
        die("dtype", &error);
    ret->order = order;
    ret->rank = 2;
    ret->shape[1] = 60000;
    ret->shape[0] = bytes / 2 / ret->shape[1];
    uint8_t *header;
    size_t size;
    if (npy_write_header(ret, &header, &size, &error))
        die("header", &error);
    ret->offset = size;
    int fd = openat(dir, name, O_CREAT | O_EXCL | O_RDWR, 0600);
    if (fd < 0 || write(fd, header, size) != (ssize_t)size ||
        posix_fallocate(fd, 0, (off_t)(size + ret->shape[0] * ret->shape[1] * 2)) != 0) {
        fprintf(stderr, "page: no room for the matrix\n");
        exit(1);
    }
    close(fd);
    free(header);
}

static void page(const struct directory *directory, const char *name, const struct identity *id,
                 const struct matrix *matrix)
{
    struct error error = {0};
    struct view view;
    uint16_t values[ROWS * COLUMNS];
    view_whole(matrix, &view);
    uint64_t origin[2] = {(uint64_t)random() % (matrix->shape[0] - ROWS),
                          (uint64_t)random() % (matrix->shape[1] - COLUMNS)};
    uint64_t extent[2] = {ROWS, COLUMNS};
    int fd = segment_open(directory, name, id, &error);
    if (fd < 0 || window_read(fd, matrix, &view, origin, extent, values, &error))
        die("read", &error);
    close(fd);
    char text[64];
    for (size_t i = 0; i < ROWS * COLUMNS; i++)
        number_text(&matrix->dtype, &values[i], NUMBER_SHORT, text, sizeof text);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void measure(const struct directory *directory, uint64_t bytes, char order)
{
    struct matrix matrix;
    struct segment segment;
    struct error error = {0};
    double times[ROUNDS];
    make(directory_fd(directory), "page.shm", bytes, order, &matrix);
    if (segment_stat(directory, "page.shm", &segment, &error))
        die("stat", &error);
    for (int i = 0; i < ROUNDS; i++) {
        double start = now_ms();
        page(directory, "page.shm", &segment.id, &matrix);
        times[i] = now_ms() - start;
    }
    qsort(times, ROUNDS, sizeof times[0], by_value);
    printf("%c %.3f %.3f\n", order, times[ROUNDS / 2], times[ROUNDS - 1]);
    unlinkat(directory_fd(directory), "page.shm", 0);
    segment_clear(&segment);
    matrix_clear(&matrix);
}

int main(int argc, char **argv)
{
    struct directory *directory;
    struct error error = {0};
    if (argc != 3)
        return 2;
    if (directory_open(&directory, argv[1], false, &error))
        die(argv[1], &error);
    measure(directory, strtoull(argv[2], NULL, 10), 'C');
    measure(directory, strtoull(argv[2], NULL, 10), 'F');
    directory_close(directory);
    return 0;
}
