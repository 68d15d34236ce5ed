/*
 * What core converts, for tests/interop/test-convert-numpy.py. A job a line on standard input, tab-separated:
 *   FROM TO IN OUT   types, a file of elements, a file to write
 * and an answer a line on standard output: saturated, overflowed, lost_nan; or "error", text.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/matrix/convert.h"

#define BYTES_MAX (1 << 20)

static uint8_t from[BYTES_MAX + 1], to[16 * BYTES_MAX + 1];

static int read_file(const char *path, size_t *ret_n, struct error *error)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return error_set(error, ENOENT, "cannot open %s", path);
    *ret_n = fread(from + 1, 1, BYTES_MAX, file); /* at an odd address, as in a file of any header */
    fclose(file);
    return 0;
}

static int write_file(const char *path, size_t n, struct error *error)
{
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(to + 1, 1, n, file) != n || fclose(file) != 0)
        return error_set(error, EIO, "cannot write %s", path);
    return 0;
}

static int run(char **word, struct convert_counts *counts, struct error *error)
{
    struct dtype from_type, to_type;
    struct converter converter;
    size_t size = 0;
    int r;
    if ((r = dtype_parse(word[0], &from_type, error)) < 0 ||
        (r = dtype_parse(word[1], &to_type, error)) < 0 ||
        (r = converter_make(&from_type, &to_type, CONVERT_BEST, &converter, error)) < 0 ||
        (r = read_file(word[2], &size, error)) < 0)
        return r;
    uint64_t n = size / from_type.itemsize;
    converter_run(&converter, from + 1, to + 1, n, counts);
    return write_file(word[3], n * to_type.itemsize, error);
}

int main(void)
{
    char line[4096];
    while (fgets(line, sizeof line, stdin)) {
        char *word[4] = {NULL}, *rest = line;
        line[strcspn(line, "\n")] = '\0';
        for (int i = 0; i < 4 && rest; i++)
            word[i] = strsep(&rest, "\t");
        struct convert_counts counts = {0};
        struct error error = {0};
        if (!word[3] || run(word, &counts, &error) < 0)
            printf("error\t%s\n", error.text);
        else
            printf("%llu\t%llu\t%llu\n", (unsigned long long)counts.saturated,
                   (unsigned long long)counts.overflowed, (unsigned long long)counts.lost_nan);
        fflush(stdout);
    }
    return 0;
}
