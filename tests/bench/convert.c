/*
 * Conversion kernels alone, for bench-convert.py. A measurement a line on standard input, FROM TO ELEMENTS
 * LEVEL (portable, avx2, avx512, neon or best); the answer is the time of one run in nanoseconds, the least
 * of many within 30 ms, or "-" where this machine has not got the level.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "core/matrix/convert.h"

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

/* 0 … 99 in turn, which every type holds. */
static void fill(const struct dtype *dtype, uint8_t *elements, size_t n)
{
    struct dtype bytes;
    struct converter converter;
    struct convert_counts counts = {0};
    if (dtype_parse("u1", &bytes, NULL) < 0 ||
        converter_make(&bytes, dtype, CONVERT_BEST, &converter, NULL) < 0)
        exit(2);
    for (size_t i = 0; i < n; i++) {
        uint8_t value = (uint8_t)(i % 100);
        converter_run(&converter, &value, elements + i * dtype->itemsize, 1, &counts);
    }
}

static double measure(const struct converter *converter, const uint8_t *from, uint8_t *to, size_t n)
{
    struct convert_counts counts = {0};
    double least = 1e18, began = now(), end;
    converter_run(converter, from, to, n, &counts);
    do {
        double start = now();
        converter_run(converter, from, to, n, &counts);
        end = now();
        least = end - start < least ? end - start : least;
    } while (end - began < 3e7);
    return least;
}

static uint8_t *allocate(size_t size)
{
    uint8_t *bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (bytes == MAP_FAILED)
        exit(1);
    madvise(bytes, size, MADV_HUGEPAGE); /* as numpy does */
    return bytes;
}

static void answer(const struct dtype *from, const struct dtype *to, size_t n, enum convert_level level)
{
    struct converter converter;
    if (converter_make(from, to, level, &converter, NULL) < 0) {
        printf("-\n");
        return;
    }
    size_t from_size = n * from->itemsize, to_size = n * to->itemsize;
    uint8_t *in = allocate(from_size), *out = allocate(to_size);
    fill(from, in, n);
    printf("%.0f\n", measure(&converter, in, out, n));
    munmap(in, from_size);
    munmap(out, to_size);
}

int main(void)
{
    static const char *const levels[] = {"portable", "avx2", "avx512", "neon", "best"};
    char from_name[8], to_name[8], level_name[16];
    size_t n;
    while (scanf("%7s %7s %zu %15s", from_name, to_name, &n, level_name) == 4) {
        struct dtype from, to;
        enum convert_level level = CONVERT_PORTABLE;
        while (level < CONVERT_BEST && strcmp(levels[level], level_name) != 0)
            level++;
        if (dtype_parse(from_name, &from, NULL) < 0 || dtype_parse(to_name, &to, NULL) < 0)
            return 2;
        answer(&from, &to, n, level);
        fflush(stdout);
    }
    return 0;
}
