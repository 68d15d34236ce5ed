/*
 * Elements as doubles, and their sums.
 */
#include <errno.h>
#include <float.h>
#include <math.h>

#include "core/analysis/map_private.h"

#define LANES 8

int map_values_make(const struct dtype *dtype, struct map_values *ret, struct error *error)
{
    struct dtype to;
    char name[DTYPE_NAME_MAX];
    dtype_name(dtype, name);
    if (!dtype_is_numeric(dtype))
        return error_set(error, ENOTSUP, "a map is of numbers, not of %s", name);
    *ret = (struct map_values){.is_complex = dtype->kind == DTYPE_COMPLEX};
    int r = dtype_parse(ret->is_complex ? "c16" : "f8", &to, error);
    return r < 0 ? r : converter_make(dtype, &to, CONVERT_BEST, &ret->converter, error);
}

static double magnitude(double real, double imaginary)
{
    double square = real * real + imaginary * imaginary;
    if (square > 1e-280 && square < 1e300)
        return sqrt(square);
    if (isnan(real) || isnan(imaginary))
        return NAN;
    double exact = hypot(real, imaginary);
    return isinf(exact) && !isinf(real) && !isinf(imaginary) ? DBL_MAX : exact;
}

void map_values_get(const struct map_values *how, const void *elements, size_t n, double *values)
{
    struct convert_counts counts = {0};
    converter_run(&how->converter, elements, values, n, &counts);
    for (size_t i = 0; how->is_complex && i < n; i++)
        values[i] = magnitude(values[2 * i], values[2 * i + 1]);
}

/* Some are not finite, or their sum is not. */
static void add_with_care(struct map_sum *sum, const double *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double value = values[i];
        if (isfinite(value)) {
            sum->sum += value;
            sum->most = value > sum->most ? value : sum->most;
            sum->least = value < sum->least ? value : sum->least;
        } else {
            sum->nan += isnan(value);
            sum->inf += isinf(value);
        }
    }
}

void map_sum_add(struct map_sum *sum, const double *values, size_t n)
{
    double sums[LANES] = {0}, most[LANES] = {0}, least[LANES] = {0};
    size_t i = 0;
    sum->count += n;
    for (; i + LANES <= n; i += LANES)
        for (unsigned lane = 0; lane < LANES; lane++) {
            double value = values[i + lane];
            sums[lane] += value;
            most[lane] = value > most[lane] ? value : most[lane];
            least[lane] = value < least[lane] ? value : least[lane];
        }
    for (; i < n; i++) {
        sums[0] += values[i];
        most[0] = values[i] > most[0] ? values[i] : most[0];
        least[0] = values[i] < least[0] ? values[i] : least[0];
    }
    double all = 0;
    for (unsigned lane = 0; lane < LANES; lane++)
        all += sums[lane];
    if (!isfinite(all)) {
        add_with_care(sum, values, n);
        return;
    }
    sum->sum += all;
    for (unsigned lane = 0; lane < LANES; lane++) {
        sum->most = most[lane] > sum->most ? most[lane] : sum->most;
        sum->least = least[lane] < sum->least ? least[lane] : sum->least;
    }
}

void map_sum_merge(struct map_sum *sum, const struct map_sum *more)
{
    sum->sum += more->sum;
    sum->count += more->count;
    sum->nan += more->nan;
    sum->inf += more->inf;
    sum->most = more->most > sum->most ? more->most : sum->most;
    sum->least = more->least < sum->least ? more->least : sum->least;
}

/* Steele, Lea and Flood's splitmix64 (2014). */
uint64_t map_hash(uint64_t a, uint64_t b)
{
    uint64_t x = (a + 1) * UINT64_C(0x9e3779b97f4a7c15) + b * UINT64_C(0xd1342543de82ef95);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}
