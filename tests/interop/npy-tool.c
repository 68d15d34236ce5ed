/*
 * What core makes of a .npy file, for tests/interop/test-npy-numpy.py. A command a line on standard input,
 * tab-separated, an answer a line on standard output: header FILE          → descr, order, shape, offset; or
 * "error", text rewrite FILE         → the header that we write for it, in hexadecimal read FILE INDEX OUT  →
 * the bytes of the view, into the file OUT values FILE INDEX    → the values of the view as full text,
 * tab-separated short FILE INDEX     → the same in 5 digits print FILE INDEX COLUMNS ROWS → the summary, its
 * lines joined by tabs
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/layout/npy.h"
#include "core/matrix/number.h"
#include "core/matrix/summary.h"
#include "core/matrix/window.h"
#include "core/sys/fd.h"

struct opened {
    int fd;
    struct matrix matrix;
};

static int open_npy(const char *path, struct opened *ret, struct error *error)
{
    static uint8_t head[NPY_HEADER_MAX];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return error_set(error, ENOENT, "cannot open %s", path);
    ssize_t n = fd_pread_full(fd, head, sizeof head, 0);
    int r = n < 0 ? (int)n : npy_parse_header(head, (size_t)n, &ret->matrix, error);
    if (r != 0) {
        close(fd);
        return r < 0 ? r : error_set(error, EBADMSG, "cut short");
    }
    ret->fd = fd;
    return 0;
}

static void print_hex(const uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        printf("%02x", bytes[i]);
}

static int do_header(struct opened *file, struct error *error)
{
    (void)error;
    static char descr[NPY_HEADER_MAX];
    dtype_descr(&file->matrix.dtype, descr, sizeof descr);
    printf("%s\t%c\t", descr, file->matrix.order);
    for (int axis = 0; axis < file->matrix.rank; axis++)
        printf("%s%llu", axis ? "," : "", (unsigned long long)file->matrix.shape[axis]);
    char name[DTYPE_NAME_MAX];
    dtype_name(&file->matrix.dtype, name);
    printf("\t%llu\t%s", (unsigned long long)file->matrix.offset, name);
    return 0;
}

static int do_rewrite(struct opened *file, struct error *error)
{
    uint8_t *header;
    size_t size;
    int r = npy_write_header(&file->matrix, &header, &size, error);
    if (r < 0)
        return r;
    print_hex(header, size);
    free(header);
    return 0;
}

static int read_view(struct opened *file, const char *index, uint8_t **ret_bytes, uint64_t *ret_n,
                     struct error *error)
{
    struct view view;
    int r = view_parse(&file->matrix, index, &view, error);
    if (r < 0)
        return r;
    const uint64_t origin[MATRIX_RANK_MAX] = {0};
    uint64_t n = view_elements(&view);
    uint8_t *bytes = malloc(n * file->matrix.dtype.itemsize + 1);
    if (!bytes)
        return error_set(error, ENOMEM, "no memory");
    r = window_read(file->fd, &file->matrix, &view, origin, view.count, bytes, error);
    if (r < 0) {
        free(bytes);
        return r;
    }
    *ret_bytes = bytes;
    *ret_n = n;
    return 0;
}

static int do_read(struct opened *file, const char *index, const char *path, struct error *error)
{
    uint8_t *bytes;
    uint64_t n;
    int r = read_view(file, index, &bytes, &n, error);
    if (r < 0)
        return r;
    FILE *out = fopen(path, "wb");
    if (!out || fwrite(bytes, file->matrix.dtype.itemsize, n, out) != n || fclose(out) != 0)
        r = error_set(error, EIO, "cannot write %s", path);
    free(bytes);
    return r;
}

static int do_values(struct opened *file, const char *index, enum number_style style, struct error *error)
{
    uint8_t *bytes;
    uint64_t n;
    int r = read_view(file, index, &bytes, &n, error);
    if (r < 0)
        return r;
    for (uint64_t i = 0; i < n; i++) {
        char text[2000];
        number_text(&file->matrix.dtype, bytes + i * file->matrix.dtype.itemsize, style, text, sizeof text);
        printf("%s%s", i ? "\t" : "", text);
    }
    free(bytes);
    return 0;
}

static int do_print(struct opened *file, const char *index, unsigned columns, unsigned rows,
                    struct error *error)
{
    struct view view;
    int r = view_parse(&file->matrix, index, &view, error);
    if (r < 0)
        return r;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    r = summary_print(out, file->fd, &file->matrix, &view, columns, rows, error);
    fclose(out);
    for (size_t i = 0; r == 0 && i < size; i++)
        if (text[i] != '\n' || i + 1 < size)
            putchar(text[i] == '\n' ? '\t' : text[i]);
    free(text);
    return r;
}

static int run(char **word, struct error *error)
{
    struct opened file;
    int r = open_npy(word[1], &file, error);
    if (r < 0)
        return r;
    const char *index = word[2] ? word[2] : "";
    if (strcmp(word[0], "header") == 0)
        r = do_header(&file, error);
    else if (strcmp(word[0], "rewrite") == 0)
        r = do_rewrite(&file, error);
    else if (strcmp(word[0], "read") == 0 && word[3])
        r = do_read(&file, index, word[3], error);
    else if (strcmp(word[0], "values") == 0)
        r = do_values(&file, index, NUMBER_FULL, error);
    else if (strcmp(word[0], "short") == 0)
        r = do_values(&file, index, NUMBER_SHORT, error);
    else if (strcmp(word[0], "print") == 0 && word[3] && word[4])
        r = do_print(&file, index, (unsigned)atoi(word[3]), (unsigned)atoi(word[4]), error);
    else
        r = error_set(error, EINVAL, "no such command");
    matrix_clear(&file.matrix);
    close(file.fd);
    return r;
}

int main(void)
{
    char line[4096];
    while (fgets(line, sizeof line, stdin)) {
        char *word[6] = {NULL}, *rest = line;
        line[strcspn(line, "\n")] = '\0';
        for (int i = 0; i < 5 && rest; i++)
            word[i] = strsep(&rest, "\t");
        struct error error = {0};
        if (word[1] && run(word, &error) < 0)
            printf("error\t%s", error.text);
        printf("\n");
        fflush(stdout);
    }
    return 0;
}
