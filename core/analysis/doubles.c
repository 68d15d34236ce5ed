#include "core/analysis/doubles.h"

#include <float.h>
#include <math.h>

#define COMPLEX_PIECE (KERNEL_PIECE / 2) /* as many bytes as one of doubles */

bool doubles_make(const struct dtype *dtype, enum convert_level level, struct doubles *ret_doubles)
{
    if (!dtype_is_numeric(dtype))
        return false;
    struct doubles doubles = {.kernels = analysis_kernels(level), .size = dtype->itemsize};
    struct dtype to;
    bool is_complex = dtype->kind == DTYPE_COMPLEX;
    if (!doubles.kernels ||
        dtype_make(is_complex ? DTYPE_COMPLEX : DTYPE_FLOAT, '=', is_complex ? dtype->itemsize : 8, NULL, &to,
                   NULL) < 0 ||
        converter_make(dtype, &to, level, &doubles.converter, NULL) < 0)
        return false;
    doubles.part = is_complex ? (unsigned)dtype->itemsize / 2 : 0;
    doubles.is_plain = !is_complex && doubles.converter.is_copy;
    *ret_doubles = doubles;
    return true;
}

static double magnitude(double re, double im)
{
    if (isnan(re) || isnan(im))
        return NAN;
    double size = hypot(re, im);
    return isinf(size) && isfinite(re) && isfinite(im) ? DBL_MAX : size;
}

/* Where a square was too large or too small. */
static void mend(const f8_at *x, size_t n, double *magnitudes)
{
    for (size_t i = 0; i < n; i++) {
        double re = x[2 * i], im = x[2 * i + 1], square = re * re + im * im;
        bool is_zero = re == 0 && im == 0;
        if (!(square >= SQUARE_LEAST && square <= SQUARE_GREATEST) && !is_zero)
            magnitudes[i] = magnitude(re, im);
    }
}

static void get_magnitudes(const struct doubles *doubles, const void *elements, size_t n, double *buffer)
{
    _Alignas(64) uint8_t native[COMPLEX_PIECE * 16];
    if (!doubles->converter.is_copy) {
        struct convert_counts ignored = {0};
        converter_run(&doubles->converter, elements, native, n, &ignored);
        elements = native;
    }
    if (doubles->part == 4)
        doubles->kernels->magnitude_f4(elements, n, buffer);
    else if (!doubles->kernels->magnitude_f8(elements, n, buffer))
        mend(elements, n, buffer);
}

const f8_at *doubles_get(const struct doubles *doubles, const void *elements, size_t n, double *buffer)
{
    if (doubles->is_plain)
        return elements;
    if (!doubles->part) {
        struct convert_counts ignored = {0};
        converter_run(&doubles->converter, elements, buffer, n, &ignored);
        return buffer;
    }
    for (size_t at = 0; at < n; at += COMPLEX_PIECE)
        get_magnitudes(doubles, (const uint8_t *)elements + at * doubles->size,
                       n - at < COMPLEX_PIECE ? n - at : COMPLEX_PIECE, buffer + at);
    return buffer;
}
