/*
 * The kernels of statistics alone, for bench-stats.py. A measurement a line on standard input, WHAT TYPE
 * BYTES LEVEL DATA (WHAT tally, count or histogram; LEVEL as in bench-convert; DATA normal, same, nan or
 * steps); the answer is the gigabytes a second of one run over so many bytes, the best of many within 30 ms,
 * or "-" where this machine has not got the level.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/analysis/histogram.h"

#define BINS 20

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static double unit(void)
{
    return ((double)rand() + 0.5) / ((double)RAND_MAX + 1);
}

static double value(const char *data, size_t i)
{
    if (strcmp(data, "same") == 0)
        return 1;
    if (strcmp(data, "steps") == 0)
        return (double)(i % 101);
    if (strcmp(data, "nan") == 0 && i % 5000 == 77)
        return (double)NAN;
    return 50 + 15 * sqrt(-2 * log(unit())) * cos(6.283185307179586 * unit());
}

static void fill(const struct dtype *dtype, uint8_t *elements, size_t n, const char *data)
{
    struct dtype doubles;
    struct converter converter;
    struct convert_counts counts = {0};
    if (dtype_parse("f8", &doubles, NULL) < 0 ||
        converter_make(&doubles, dtype, CONVERT_BEST, &converter, NULL) < 0)
        exit(2);
    for (size_t i = 0; i < n; i++) {
        double x = value(data, i);
        converter_run(&converter, &x, elements + i * dtype->itemsize, 1, &counts);
    }
}

struct job {
    const char *what;
    struct dtype dtype;
    const struct tally_kernel *kernel;
    enum convert_level level;
    struct histogram histogram;
    uint32_t *counts;
};

static void run(struct job *job, const void *elements, size_t n)
{
    struct tally tally = {0};
    if (strcmp(job->what, "count") == 0)
        tally_count(&job->dtype, elements, n, job->counts);
    else if (strcmp(job->what, "histogram") == 0)
        histogram_count(&job->histogram, &job->dtype, elements, n, job->level, job->histogram.counts);
    else
        tally_run(job->kernel, elements, n, &tally);
}

static double measure(struct job *job, const void *elements, size_t n)
{
    double least = 1e18, began = now(), end;
    run(job, elements, n);
    do {
        double start = now();
        run(job, elements, n);
        end = now();
        least = end - start < least ? end - start : least;
    } while (end - began < 3e7);
    return least;
}

/* Between the extremes, as in the program. */
static void make_histogram(struct job *job, const void *elements, size_t n)
{
    struct tally tally = {0};
    tally_run(job->kernel, elements, n, &tally);
    double low = tally.min.f, high = tally.max.f;
    if (job->dtype.kind == DTYPE_INT)
        low = (double)tally.min.i, high = (double)tally.max.i;
    else if (job->dtype.kind != DTYPE_FLOAT && job->dtype.kind != DTYPE_COMPLEX)
        low = (double)tally.min.u, high = (double)tally.max.u;
    if (histogram_make(low, high, BINS, &job->histogram, NULL) < 0)
        exit(1);
}

static void answer(struct job *job, size_t size, const char *data)
{
    size_t n = size / job->dtype.itemsize;
    job->kernel = tally_kernel(&job->dtype, job->level);
    if (!job->kernel) {
        printf("-\n");
        return;
    }
    uint8_t *elements = aligned_alloc(64, size);
    job->counts = calloc(TALLY_COUNTS, sizeof *job->counts);
    if (!elements || !job->counts)
        exit(1);
    fill(&job->dtype, elements, n, data);
    make_histogram(job, elements, n);
    printf("%.2f\n", (double)size / measure(job, elements, n));
    histogram_clear(&job->histogram);
    free(job->counts);
    free(elements);
}

int main(void)
{
    static const char *const levels[] = {"portable", "avx2", "avx512", "neon", "best"};
    char what[16], type[8], level[16], data[16];
    size_t size;
    while (scanf("%15s %7s %zu %15s %15s", what, type, &size, level, data) == 5) {
        struct job job = {.what = what, .level = CONVERT_PORTABLE};
        while (job.level < CONVERT_BEST && strcmp(levels[job.level], level) != 0)
            job.level++;
        if (dtype_parse(type, &job.dtype, NULL) < 0)
            return 2;
        answer(&job, size, data);
        fflush(stdout);
    }
    return 0;
}
