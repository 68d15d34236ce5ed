/*
 * A piece of at most KERNEL_PIECE elements is summed twice while it is in the first cache: for its mean, then
 * for the deviations from that. The second sum tells, by what is left of it, what rounding took from the
 * first. 64-bit integers are summed exactly, and their deviations are differences of integers: a double
 * would drop what differs in time stamps of nanoseconds.
 *
 * Where the sum is finite, so is every element; only else the slower loop looks at each, in smaller pieces,
 * so that a nan here and there slows down little.
 *
 * Floats are summed once, with their squares, which doubles hold; only where the mean lies so far off that
 * little of the squares is deviation are the deviations summed as well.
 */
#include "core/analysis/tally.h"

#include <float.h>
#include <math.h>
#include <pthread.h>

#include "core/analysis/doubles.h"
#include "core/sys/checked.h"

/* Where no square of a deviation, and no sum of a piece's, is too large or too small for a double. */
#define PLAIN_GREATEST 0x1p480
#define PLAIN_LEAST    0x1p-480

struct tally_kernel {
    bool is_there;
    enum dtype_kind kind;
    bool is_long;   /* an integer of 64 bits */
    bool is_single; /* a float of 32 bits, in native byte order */
    struct doubles doubles;
    struct converter to_native; /* is_long: from the other byte order */
};

/* --- merging --- */

/* The mean is middle + more, which may be less than a last place of it. */
static void set_mean(struct tally *tally, double middle, long double more)
{
    tally->mean = (double)(middle + more);
    tally->mean_rest = (double)((long double)middle - tally->mean + more);
}

static void merge_extremes(struct tally *tally, const struct tally *more, enum dtype_kind kind)
{
    switch (kind) {
    case DTYPE_INT:
        tally->min.i = more->min.i < tally->min.i ? more->min.i : tally->min.i;
        tally->max.i = more->max.i > tally->max.i ? more->max.i : tally->max.i;
        return;
    case DTYPE_BOOL:
    case DTYPE_UINT:
        tally->min.u = more->min.u < tally->min.u ? more->min.u : tally->min.u;
        tally->max.u = more->max.u > tally->max.u ? more->max.u : tally->max.u;
        return;
    default:
        tally->min.f = more->min.f < tally->min.f ? more->min.f : tally->min.f;
        tally->max.f = more->max.f > tally->max.f ? more->max.f : tally->max.f;
        return;
    }
}

/* Chan, Golub, LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances", 1979.
 * In long double, which holds the square of any difference of doubles. */
static void merge_moments(struct tally *tally, const struct tally *more)
{
    long double apart = ((long double)more->mean - tally->mean) + (more->mean_rest - tally->mean_rest);
    long double n = (long double)tally->finite;
    long double share = (long double)more->finite / (n + (long double)more->finite);
    tally->squares += more->squares + apart * apart * n * share;
    if (apart != 0)
        set_mean(tally, tally->mean, tally->mean_rest + apart * share);
}

void tally_merge(struct tally *tally, const struct tally *more, enum dtype_kind kind)
{
    if (more->finite > 0 && tally->finite > 0) {
        merge_extremes(tally, more, kind);
        merge_moments(tally, more);
    } else if (more->finite > 0) {
        tally->min = more->min;
        tally->max = more->max;
        tally->mean = more->mean;
        tally->mean_rest = more->mean_rest;
        tally->squares = more->squares;
    }
    tally->count += more->count;
    tally->nan += more->nan;
    tally->posinf += more->posinf;
    tally->neginf += more->neginf;
    tally->zeros += more->zeros;
    tally->finite += more->finite;
}

double tally_std(const struct tally *tally)
{
    if (tally->finite == 0)
        return NAN;
    return (double)sqrtl(tally->squares / (long double)tally->finite);
}

/* --- a piece of doubles --- */

/* Where squares would overflow a double, or vanish. */
static void deviate_far(const f8_at *x, size_t n, struct tally *tally)
{
    long double sum = 0, off_sum = 0, squares = 0, finite = (long double)tally->finite;
    for (size_t i = 0; i < n; i++)
        sum += isfinite(x[i]) ? x[i] : 0;
    long double middle = sum / finite;
    for (size_t i = 0; i < n; i++) {
        long double off = isfinite(x[i]) ? x[i] - middle : 0;
        off_sum += off;
        squares += off * off;
    }
    set_mean(tally, (double)middle, middle - (double)middle + off_sum / finite);
    tally->squares = squares - off_sum * off_sum / finite;
}

static void deviate(const struct analysis_kernels *kernels, const f8_at *x, size_t n, double middle,
                    struct tally *tally)
{
    struct deviation off;
    long double finite = (long double)tally->finite;
    if (tally->finite == n)
        kernels->deviate_f8(x, n, middle, &off);
    else
        kernels->deviate_f8_some(x, n, middle, &off);
    set_mean(tally, middle, off.sum / finite);
    tally->squares = off.squares - (long double)off.sum * off.sum / finite;
}

#define PIECE_ODD (KERNEL_PIECE / 4) /* elements that the slower loop takes at once */

/* False, and nothing is done, where it is not finite and the piece is larger than that. */
static bool tally_doubles(const struct analysis_kernels *kernels, const f8_at *x, size_t n,
                          struct tally *tally)
{
    struct sum_f8 sum;
    kernels->sum_f8(x, n, &sum);
    if (!isfinite(sum.sum) && n > PIECE_ODD)
        return false;
    if (!isfinite(sum.sum))
        kernels->sum_f8_some(x, n, &sum);
    *tally = (struct tally){.count = n,
                            .nan = sum.nan,
                            .posinf = sum.posinf,
                            .neginf = sum.neginf,
                            .zeros = sum.zeros,
                            .finite = sum.finite};
    if (sum.finite == 0)
        return true;
    double size = fmax(fabs(sum.min), fabs(sum.max)), width = sum.max - sum.min;
    if (width == 0) {
        tally->mean = sum.min + 0.0; /* -0.0 becomes 0 */
    } else if (size <= PLAIN_GREATEST && width >= PLAIN_LEAST) {
        deviate(kernels, x, n, sum.sum / (double)sum.finite, tally);
    } else {
        deviate_far(x, n, tally);
    }
    tally->min.f = sum.min + 0.0;
    tally->max.f = sum.max + 0.0;
    return true;
}

/* --- a piece of floats --- */

/* How much of the squares may be that of the mean: some last places of them are lost, and of the deviations
 * so many times more. */
#define MEAN_SHARE_MOST (31 / 32.0L)

/* False, and nothing is done, where any is not finite. */
static bool tally_singles(const struct analysis_kernels *kernels, const f4_at *x, size_t n,
                          struct tally *tally)
{
    struct sum_f4 sum;
    kernels->sum_f4(x, n, &sum);
    if (!isfinite(sum.sum))
        return false;
    *tally = (struct tally){.count = n, .zeros = sum.zeros, .finite = n};
    tally->min.f = (double)sum.min + 0.0; /* -0.0 becomes 0 */
    tally->max.f = (double)sum.max + 0.0;
    tally->mean = tally->min.f;
    if (sum.min == sum.max)
        return true;
    long double middle = sum.sum / (long double)n, of_mean = middle * sum.sum;
    struct deviation off;
    set_mean(tally, 0, middle);
    if (of_mean <= sum.squares * MEAN_SHARE_MOST) {
        tally->squares = sum.squares - of_mean;
        return true;
    }
    kernels->deviate_f4(x, n, tally->mean, &off);
    set_mean(tally, tally->mean, off.sum / (long double)n);
    tally->squares = off.squares - (long double)off.sum * off.sum / (long double)n;
    return true;
}

/* Whose doubles are exact, but whose extremes are integers. */
static void turn_extremes(struct tally *tally, enum dtype_kind kind)
{
    if (tally->finite == 0)
        return;
    if (kind == DTYPE_INT) {
        tally->min.i = (int64_t)tally->min.f;
        tally->max.i = (int64_t)tally->max.f;
    } else if (kind == DTYPE_UINT || kind == DTYPE_BOOL) {
        tally->min.u = (uint64_t)tally->min.f;
        tally->max.u = (uint64_t)tally->max.f;
    }
}

/* --- a piece of 64-bit integers --- */

static void deviate_long(const struct analysis_kernels *kernels, const i8_at *x, size_t n, int64_t flip,
                         const struct sum_i8 *sum, struct tally *tally)
{
    struct deviation off;
    uint64_t middle = (uint64_t)(sum->sum / n); /* of the raised values */
    int64_t canonical = (int64_t)(middle ^ (uint64_t)INT64_MIN);
    long double left = (long double)(uint64_t)(sum->sum % n); /* what the mean is above that, times n */
    long double whole = flip ? (long double)middle : (long double)canonical;
    set_mean(tally, (double)whole, whole - (double)whole + left / n);
    if (sum->min == sum->max)
        return;
    if ((uint64_t)sum->max - (uint64_t)sum->min <= INT64_MAX)
        kernels->deviate_i8(x, n, canonical ^ flip, &off);
    else
        kernels->deviate_i8_wide(x, n, flip, (double)canonical, &off);
    tally->squares = off.squares - (long double)off.sum * off.sum / n;
}

static void tally_longs(const struct analysis_kernels *kernels, const i8_at *x, size_t n,
                        enum dtype_kind kind, struct tally *tally)
{
    struct sum_i8 sum;
    int64_t flip = kind == DTYPE_INT ? 0 : INT64_MIN;
    kernels->sum_i8(x, n, flip, &sum);
    *tally = (struct tally){.count = n, .zeros = sum.zeros, .finite = n};
    tally->min.i = sum.min ^ flip; /* the bits of an unsigned one, too */
    tally->max.i = sum.max ^ flip;
    deviate_long(kernels, x, n, flip, &sum, tally);
}

/* --- kernels --- */

static const char types[][4] = {"?",  "i1", "i2", "i4", "i8", "u1", "u2",
                                "u4", "u8", "f2", "f4", "f8", "c8", "c16"};
#define TYPES (sizeof types / sizeof types[0])

static struct tally_kernel kernels[CONVERT_BEST][TYPES][2]; /* [1]: in the other byte order */
static struct dtype kernel_dtype[TYPES];
static pthread_once_t kernels_once = PTHREAD_ONCE_INIT;

static void make_kernel(const struct dtype *native, bool swapped, enum convert_level level,
                        struct tally_kernel *ret_kernel)
{
    struct dtype dtype = *native;
    if (swapped && dtype.order != '|')
        dtype.order = dtype.order == '<' ? '>' : '<';
    ret_kernel->kind = dtype.kind;
    ret_kernel->is_long = (dtype.kind == DTYPE_INT || dtype.kind == DTYPE_UINT) && dtype.itemsize == 8;
    ret_kernel->is_single = dtype.kind == DTYPE_FLOAT && dtype.itemsize == 4 && !dtype_is_swapped(&dtype);
    ret_kernel->is_there =
        doubles_make(&dtype, level, &ret_kernel->doubles) &&
        (!ret_kernel->is_long || converter_make(&dtype, native, level, &ret_kernel->to_native, NULL) == 0);
}

static void make_kernels(void)
{
    for (size_t t = 0; t < TYPES; t++) {
        if (dtype_parse(types[t], &kernel_dtype[t], NULL) < 0)
            continue;
        for (int level = 0; level < CONVERT_BEST; level++) {
            make_kernel(&kernel_dtype[t], false, level, &kernels[level][t][0]);
            make_kernel(&kernel_dtype[t], true, level, &kernels[level][t][1]);
        }
    }
}

const struct tally_kernel *tally_kernel(const struct dtype *dtype, enum convert_level wanted)
{
    enum convert_level level;
    if (!dtype_is_numeric(dtype) || !convert_find_level(wanted, &level))
        return NULL;
    pthread_once(&kernels_once, make_kernels);
    for (size_t t = 0; t < TYPES; t++)
        if (kernel_dtype[t].kind == dtype->kind && kernel_dtype[t].itemsize == dtype->itemsize) {
            const struct tally_kernel *kernel = &kernels[level][t][dtype_is_swapped(dtype)];
            return kernel->is_there ? kernel : NULL;
        }
    return NULL;
}

/* False as of tally_doubles. */
static bool tally_piece(const struct tally_kernel *kernel, const void *elements, size_t n,
                        struct tally *tally)
{
    _Alignas(64) double buffer[KERNEL_PIECE];
    if (kernel->is_single && tally_singles(kernel->doubles.kernels, elements, n, tally))
        return true;
    if (kernel->is_single && n > PIECE_ODD)
        return false;
    if (!kernel->is_long) {
        const f8_at *x = doubles_get(&kernel->doubles, elements, n, buffer);
        if (!tally_doubles(kernel->doubles.kernels, x, n, tally))
            return false;
        turn_extremes(tally, kernel->kind);
        return true;
    }
    if (!kernel->to_native.is_copy) {
        struct convert_counts ignored = {0};
        converter_run(&kernel->to_native, elements, buffer, n, &ignored);
        elements = buffer;
    }
    tally_longs(kernel->doubles.kernels, elements, n, kernel->kind, tally);
    return true;
}

/* In pieces of so many elements. */
static void tally_pieces(const struct tally_kernel *kernel, const uint8_t *at, uint64_t n, size_t most,
                         struct tally *tally)
{
    for (size_t m; n > 0; n -= m, at += m * kernel->doubles.size) {
        struct tally piece;
        m = (size_t)min_u64(n, most);
        if (tally_piece(kernel, at, m, &piece))
            tally_merge(tally, &piece, kernel->kind);
        else
            tally_pieces(kernel, at, m, PIECE_ODD, tally);
    }
}

void tally_run(const struct tally_kernel *kernel, const void *elements, uint64_t n, struct tally *tally)
{
    struct tally all = {0};
    tally_pieces(kernel, elements, n, KERNEL_PIECE, &all);
    tally_merge(tally, &all, kernel->kind);
}
