#include "tests/support/test.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/analysis/statistics.h"
#include "core/matrix/convert.h"
#include "core/matrix/window.h"
#include "core/sys/calls.h"
#include "core/sys/fd.h"

/* The same numbers in every run. */
static uint64_t random_state;

static uint64_t random_bits(void)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    uint64_t bits = random_state ^ random_state >> 33;
    return bits * 0x9e3779b97f4a7c15u ^ bits >> 29;
}

static uint64_t random_below(uint64_t n)
{
    return (random_bits() >> 20) % n;
}

static const char *const types[] = {"?",  "i1", "u1",  "<i2", ">u2", ">i4", "<u4", "i8", ">i8",
                                    "u8", "f2", ">f2", "<f4", ">f4", "f8",  ">f8", "c8", "c16"};
#define TYPES (sizeof types / sizeof types[0])

/* Numbers of all sorts as doubles, and as the type has them. */
static double odd_value(void)
{
    static const double odd[] = {NAN, INFINITY, -INFINITY, 0.0, -0.0, 1, -1, 65504, 1e-7, 5e-324};
    uint64_t choice = random_below(60);
    if (choice < sizeof odd / sizeof odd[0])
        return odd[choice];
    return ((double)random_below(2001) - 1000) / 7;
}

static void put_values(const struct dtype *dtype, uint8_t *to, uint64_t n, double (*value)(void))
{
    struct dtype from;
    struct converter converter;
    struct convert_counts counts = {0};
    assert_int_equal(dtype_parse("f8", &from, NULL), 0);
    if (dtype->kind == DTYPE_INT && dtype->itemsize == 8) {
        for (uint64_t i = 0; i < n * 8; i++)
            to[i] = (uint8_t)random_bits();
        return;
    }
    struct dtype part = *dtype;
    if (dtype->kind == DTYPE_COMPLEX) {
        part.kind = DTYPE_FLOAT;
        part.itemsize /= 2;
        n *= 2;
    }
    assert_int_equal(converter_make(&from, &part, CONVERT_BEST, &converter, NULL), 0);
    for (uint64_t i = 0; i < n; i++) {
        double v = value();
        converter_run(&converter, &v, to + i * part.itemsize, 1, &counts);
    }
}

static struct matrix make(const char *type, char order, int rank, const uint64_t *shape)
{
    struct matrix matrix = {.order = order, .rank = rank};
    assert_int_equal(dtype_parse(type, &matrix.dtype, NULL), 0);
    if (rank > 0)
        memcpy(matrix.shape, shape, (size_t)rank * sizeof shape[0]);
    return matrix;
}

static int make_file(const void *bytes, size_t size)
{
    int fd = memfd_create("statistics", MFD_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(fd_pwrite_all(fd, bytes, size, 0), 0);
    return fd;
}

static int make_values(const struct matrix *matrix, double (*value)(void))
{
    uint64_t n, size;
    assert_int_equal(matrix_count(matrix, &n, NULL), 0);
    assert_int_equal(matrix_bytes(matrix, &size, NULL), 0);
    uint8_t *bytes = malloc(size + 1);
    put_values(&matrix->dtype, bytes, n, value);
    int fd = make_file(bytes, size);
    free(bytes);
    return fd;
}

/* --- the naive way, element by element, in long double --- */

struct naive {
    uint64_t count, nan, posinf, neginf, zeros, finite;
    long double min, max, mean, std, largest;
};

static long double real_value(const struct dtype *dtype, const void *element)
{
    if (dtype->kind == DTYPE_INT && dtype->itemsize == 8)
        return *(const int64_t *)element;
    if (dtype->kind == DTYPE_UINT && dtype->itemsize == 8)
        return *(const uint64_t *)element;
    if (dtype->kind != DTYPE_COMPLEX)
        return number_double(dtype, element);
    double part[2];
    for (int i = 0; i < 2; i++)
        part[i] = dtype->itemsize == 8 ? (double)((const float *)element)[i] : ((const double *)element)[i];
    if (isnan(part[0]) || isnan(part[1]))
        return NAN;
    return isinf(part[0]) || isinf(part[1]) ? INFINITY : hypot(part[0], part[1]);
}

static struct naive count_naively(int fd, const struct matrix *matrix, const struct view *view)
{
    struct naive naive = {.count = view_elements(view), .min = INFINITY, .max = -INFINITY};
    struct dtype native = matrix->dtype;
    uint64_t origin[MATRIX_RANK_MAX] = {0}, size = native.itemsize;
    uint8_t *values = malloc(naive.count * size + 16);
    long double sum = 0, squares = 0;
    assert_int_equal(window_read(fd, matrix, view, origin, view->count, values, NULL), 0);
    for (int step = 0; step < 2; step++) {
        for (uint64_t i = 0; i < naive.count; i++) {
            _Alignas(16) uint8_t element[16];
            memcpy(element, values + i * size, size);
            long double value = real_value(&native, element);
            if (step == 1) {
                if (isfinite(value))
                    squares += (value - naive.mean) * (value - naive.mean);
                continue;
            }
            naive.nan += isnan(value);
            naive.posinf += isinf(value) && value > 0;
            naive.neginf += isinf(value) && value < 0;
            naive.zeros += value == 0;
            if (!isfinite(value))
                continue;
            naive.finite++;
            naive.min = fminl(naive.min, value);
            naive.max = fmaxl(naive.max, value);
            sum += value;
        }
        naive.mean = naive.finite > 0 ? sum / naive.finite : 0;
    }
    naive.std = naive.finite > 0 ? sqrtl(squares / naive.finite) : NAN;
    naive.largest = fmaxl(fabsl(naive.min), fabsl(naive.max));
    free(values);
    return naive;
}

static void check(const struct statistics *statistics, const struct naive *naive, const char *what)
{
    const struct tally *tally = &statistics->tally;
    bool same = tally->count == naive->count && tally->nan == naive->nan && tally->posinf == naive->posinf &&
                tally->neginf == naive->neginf && tally->zeros == naive->zeros &&
                tally->finite == naive->finite;
    if (same && naive->finite > 0) {
        const union tally_value values[] = {tally->min, tally->max};
        for (int i = 0; i < 2; i++) {
            long double value = statistics->value.kind == DTYPE_FLOAT ? (long double)values[i].f
                                : statistics->value.kind == DTYPE_INT ? (long double)values[i].i
                                                                      : (long double)values[i].u;
            long double wanted = i == 0 ? naive->min : naive->max;
            /* Of a complex number the last place is a matter of hypot. */
            same = same && fabsl(value - wanted) <=
                               (statistics->value.kind == DTYPE_FLOAT ? fabsl(wanted) * 2.3e-16L : 0);
        }
        /* Of subnormal ones a few last places: they have no more. */
        const long double least = 1e-322L;
        same = same && fabsl(tally->mean - naive->mean) <= 1e-13L * naive->largest + least &&
               fabsl(statistics->std - naive->std) <= 1e-12L * naive->std + 1e-15L * naive->largest + least;
    }
    if (!same)
        fail_msg("%s: count %llu nan %llu inf %llu %llu zeros %llu of %llu, mean %.17g of %.17Lg, std %.17g "
                 "of %.17Lg, %.17g to %.17g of %.17Lg to %.17Lg",
                 what, (unsigned long long)tally->count, (unsigned long long)tally->nan,
                 (unsigned long long)tally->posinf, (unsigned long long)tally->neginf,
                 (unsigned long long)tally->zeros, (unsigned long long)naive->zeros, tally->mean, naive->mean,
                 statistics->std, naive->std, statistics_value(statistics, false),
                 statistics_value(statistics, true), naive->min, naive->max);
}

/* One place of an axis, as a view. */
static struct view place_view(const struct view *view, int axis, uint64_t place)
{
    struct view one = *view;
    one.start += (int64_t)place * view->stride[axis];
    one.count[axis] = 1;
    return one;
}

static void check_view(int fd, const struct matrix *matrix, const struct view *view, const char *what)
{
    struct statistics statistics;
    struct error error = {0};
    struct statistics_options options = {.threads = 2};
    struct naive naive = count_naively(fd, matrix, view);
    if (statistics_run(fd, matrix, view, &options, &statistics, NULL, &error) != 0)
        fail_msg("%s: %s", what, error.text);
    assert_false(statistics.sampled);
    assert_false(statistics.rewritten);
    check(&statistics, &naive, what);
    statistics_clear(&statistics);
    for (int axis = 0; axis < view->rank; axis++) {
        uint64_t n = view->count[axis];
        struct statistics *list = calloc(n + 1, sizeof *list);
        if (statistics_by_place(fd, matrix, view, axis, &options, list, NULL, &error) != 0)
            fail_msg("%s: %s", what, error.text);
        for (uint64_t place = 0; place < n; place += n < 40 || place + 2 > n ? 1 : 1 + place / 3) {
            char where[200];
            struct view one = place_view(view, axis, place);
            naive = count_naively(fd, matrix, &one);
            snprintf(where, sizeof where, "%s, axis %d, place %d", what, axis, (int)place);
            check(&list[place], &naive, where);
            assert_false(list[place].sampled);
            assert_false(list[place].rewritten);
        }
        free(list);
    }
}

static void small_views_are_as_the_naive_way_has_them(void **state)
{
    (void)state;
    static const char *const slices[] = {":", "::-1", "::2", "1:", "::-3", "0", "2:1"};
    random_state = 3;
    for (int round = 0; round < 3000; round++) {
        int rank = (int)random_below(5);
        uint64_t shape[4];
        for (int k = 0; k < rank; k++)
            shape[k] = 1 + random_below(k == 1 ? 40 : 6);
        struct matrix matrix = make(types[random_below(TYPES)], random_below(2) ? 'C' : 'F', rank, shape);
        char index[100] = "", what[200];
        for (int k = 0; k < rank; k++)
            strcat(strcat(index, slices[random_below(random_below(8) ? 6 : 7)]), ",");
        struct view view;
        assert_int_equal(view_parse(&matrix, index, &view, NULL), 0);
        if (view.rank > 1 && random_below(2))
            view_swap_axes(&view, 0, view.rank - 1);
        int fd = make_values(&matrix, odd_value);
        snprintf(what, sizeof what, "round %d: %c%d [%s] of %c", round, matrix.dtype.kind,
                 (int)matrix.dtype.itemsize, index, matrix.order);
        check_view(fd, &matrix, &view, what);
        close(fd);
    }
}

static double near_a_million(void)
{
    return 1e6 + (double)random_below(1000) / 1024;
}

/* Several blocks and strips, more rows than go into sums at once, and numbers that lie close together. */
static void large_views_are_as_the_naive_way_has_them(void **state)
{
    (void)state;
    static const struct {
        const char *type;
        uint64_t shape[3];
        double (*value)(void);
    } list[] = {
        {"f8", {5000, 60, 1}, near_a_million},  {"f8", {40, 60000, 1}, odd_value},
        {"f2", {3000, 700, 1}, odd_value},      {"f4", {300, 300, 3}, near_a_million},
        {"u1", {700, 30, 20}, odd_value},       {"i8", {900, 333, 1}, odd_value},
        {">u8", {900, 333, 1}, near_a_million}, {"c8", {2000, 100, 1}, odd_value},
    };
    random_state = 4;
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++)
        for (int order = 0; order < 2; order++) {
            struct matrix matrix = make(list[i].type, order ? 'F' : 'C', 3, list[i].shape);
            struct view view;
            view_whole(&matrix, &view);
            int fd = make_values(&matrix, list[i].value);
            check_view(fd, &matrix, &view, list[i].type);
            close(fd);
        }
}

static void holes_are_zeros(void **state)
{
    (void)state;
    static const char *const index[] = {"", ":,::7", "::-1,3", "::2,1:", "77"};
    static const char *const each[] = {"f8", "f2", "u8", "c8", "i4"};
    random_state = 8;
    for (size_t t = 0; t < 5; t++)
        for (int order = 0; order < 2; order++) {
            struct matrix matrix = make(each[t], order ? 'F' : 'C', 2, (uint64_t[]){3000, 300});
            int fd = memfd_create("statistics", MFD_CLOEXEC);
            uint64_t size;
            assert_int_equal(matrix_bytes(&matrix, &size, NULL), 0);
            assert_int_equal(ftruncate(fd, (off_t)size), 0);
            for (int island = 0; island < 3; island++) {
                uint8_t bytes[4096];
                put_values(&matrix.dtype, bytes, sizeof bytes / matrix.dtype.itemsize, odd_value);
                assert_int_equal(fd_pwrite_all(fd, bytes, 4096, random_below(size / 4096) * 4096), 0);
            }
            for (size_t i = 0; i < 5; i++) {
                struct view view;
                assert_int_equal(view_parse(&matrix, index[i], &view, NULL), 0);
                check_view(fd, &matrix, &view, index[i]);
            }
            close(fd);
        }
}

static void nothing_of_any_size_takes_no_time(void **state)
{
    (void)state;
    static const char *const each[] = {"f8", "f2", "u1"};
    for (size_t t = 0; t < 3; t++) {
        struct dtype dtype;
        assert_int_equal(dtype_parse(each[t], &dtype, NULL), 0);
        uint64_t rows = (UINT64_C(1) << 50) / dtype.itemsize;
        struct matrix matrix = make(each[t], 'C', 2, (uint64_t[]){rows, 3});
        struct view view;
        struct statistics statistics, list[3];
        struct statistics_options options = {.bins = 4};
        const uint8_t one = 0x40; /* the highest byte: 2.0, or 64 */
        int fd = memfd_create("statistics", MFD_CLOEXEC);
        assert_int_equal(ftruncate(fd, (off_t)(rows * 3 * dtype.itemsize)), 0);
        assert_int_equal(pwrite(fd, &one, 1, (off_t)((rows * 2 + 1) * dtype.itemsize - 1)), 1);
        view_whole(&matrix, &view);
        assert_int_equal(statistics_run(fd, &matrix, &view, &options, &statistics, NULL, NULL), 0);
        assert_int_equal(statistics.tally.count, rows * 3);
        assert_int_equal(statistics.tally.zeros, rows * 3 - 1);
        assert_int_equal(statistics.histogram.counts[0], rows * 3 - 1);
        assert_int_equal(statistics.histogram.counts[3], 1);
        statistics_clear(&statistics);
        assert_int_equal(statistics_by_place(fd, &matrix, &view, 1, &options, list, NULL, NULL), 0);
        for (int i = 0; i < 3; i++)
            assert_int_equal(list[i].tally.count, rows);
        assert_int_equal(list[0].tally.zeros + list[1].tally.zeros + list[2].tally.zeros, rows * 3 - 1);
        close(fd);
    }
}

static double extreme_value(void)
{
    static const double values[] = {DBL_MAX, -DBL_MAX, 1e200, 5e-324, -1e-310, 1e-200, 3e-150, NAN};
    return values[random_below(8)];
}

static double tiny_value(void)
{
    return (double)random_below(1000) * 5e-324;
}

static void sums_neither_overflow_nor_vanish(void **state)
{
    (void)state;
    static double (*const values[])(void) = {extreme_value, tiny_value};
    for (int i = 0; i < 4; i++) {
        struct matrix matrix = make(i < 2 ? "f8" : "c16", 'C', 2, (uint64_t[]){300, 40});
        struct view view;
        view_whole(&matrix, &view);
        int fd = make_values(&matrix, values[i % 2]);
        if (i != 2) /* the magnitude of two of the largest is none */
            check_view(fd, &matrix, &view, "extreme");
        struct statistics statistics;
        assert_int_equal(statistics_run(fd, &matrix, &view, &(struct statistics_options){.bins = 7},
                                        &statistics, NULL, NULL),
                         0);
        assert_true(isfinite(statistics.tally.mean));
        uint64_t sum = 0;
        for (int k = 0; k < 7; k++)
            sum += statistics.histogram.counts[k];
        assert_int_equal(sum, statistics.tally.finite);
        statistics_clear(&statistics);
        close(fd);
    }
}

static bool same_tally(const struct tally *a, const struct tally *b)
{
    return a->count == b->count && a->nan == b->nan && a->zeros == b->zeros && a->finite == b->finite &&
           a->min.u == b->min.u && a->max.u == b->max.u && memcmp(&a->mean, &b->mean, 8) == 0 &&
           a->squares == b->squares;
}

static void the_number_of_threads_changes_nothing(void **state)
{
    (void)state;
    static const char *const each[] = {"f8", "f4", "f2", "i4"};
    random_state = 6;
    for (size_t i = 0; i < 4; i++) {
        struct matrix matrix = make(each[i], 'C', 2, (uint64_t[]){3000, 400});
        struct view view;
        view_whole(&matrix, &view);
        int fd = make_values(&matrix, i == 2 ? odd_value : near_a_million);
        struct statistics one, many;
        static struct statistics one_list[3000], many_list[3000];
        for (unsigned threads = 2; threads < 6; threads++) {
            struct statistics_options few = {.bins = 9, .threads = 1}, lots = {.bins = 9, .threads = threads};
            assert_int_equal(statistics_run(fd, &matrix, &view, &few, &one, NULL, NULL), 0);
            assert_int_equal(statistics_run(fd, &matrix, &view, &lots, &many, NULL, NULL), 0);
            assert_true(same_tally(&one.tally, &many.tally));
            assert_memory_equal(one.histogram.counts, many.histogram.counts, 9 * sizeof(uint64_t));
            statistics_clear(&one);
            statistics_clear(&many);
            for (int axis = 0; axis < 2; axis++) {
                statistics_by_place(fd, &matrix, &view, axis, &few, one_list, NULL, NULL);
                statistics_by_place(fd, &matrix, &view, axis, &lots, many_list, NULL, NULL);
                for (uint64_t place = 0; place < matrix.shape[axis]; place++)
                    assert_true(same_tally(&one_list[place].tally, &many_list[place].tally));
            }
        }
        close(fd);
    }
}

static void a_histogram_is_as_numpy_defines_it(void **state)
{
    (void)state;
    static const char *const each[] = {"f8", "f2"};
    const double values[] = {0, 0.5, 1, 1.5, 2, 3, 4, NAN, INFINITY, 4};
    for (int i = 0; i < 2; i++) {
        struct matrix matrix = make(each[i], 'C', 1, (uint64_t[]){10});
        struct dtype from;
        struct converter converter;
        struct convert_counts counts = {0};
        uint8_t bytes[80];
        struct view view;
        struct statistics statistics;
        dtype_parse("f8", &from, NULL);
        assert_int_equal(converter_make(&from, &matrix.dtype, CONVERT_BEST, &converter, NULL), 0);
        converter_run(&converter, values, bytes, 10, &counts);
        int fd = make_file(bytes, sizeof bytes);
        view_whole(&matrix, &view);
        struct progress progress = {0};
        assert_int_equal(statistics_run(fd, &matrix, &view, &(struct statistics_options){.bins = 4},
                                        &statistics, &progress, NULL),
                         0);
        assert_true(statistics.has_histogram);
        assert_int_equal(progress.done, i == 0 ? 20 : 10);
        assert_int_equal(progress.total, progress.done);
        static const uint64_t wanted[] = {2, 2, 1, 3};
        assert_memory_equal(statistics.histogram.counts, wanted, sizeof wanted);
        assert_true(statistics.histogram.edges[0] == 0 && statistics.histogram.edges[4] == 4);
        statistics_clear(&statistics);
        /* Of nothing finite there is none. */
        assert_int_equal(view_parse(&matrix, "7:9", &view, NULL), 0);
        assert_int_equal(statistics_run(fd, &matrix, &view, &(struct statistics_options){.bins = 4},
                                        &statistics, NULL, NULL),
                         0);
        assert_false(statistics.has_histogram);
        assert_true(isnan(statistics.std));
        char text[8] = "x";
        assert_int_equal(statistics_value_text(&statistics, true, NUMBER_FULL, text, sizeof text), 0);
        assert_string_equal(text, "");
        close(fd);
    }
}

static void extremes_are_texts_of_the_type(void **state)
{
    (void)state;
    static const struct {
        const char *type, *bytes, *min, *max;
    } list[] = {
        {"?", "\0\1", "False", "True"},
        {"i1", "\200\177", "-128", "127"},
        {"<i2", "\0\200\377\177", "-32768", "32767"},
        {">u4", "\0\0\0\1\377\377\377\377", "1", "4294967295"},
        {"<i8", "\0\0\0\0\0\0\0\200\377\377\377\377\377\377\377\177", "-9223372036854775808",
         "9223372036854775807"},
        {">u8", "\0\0\0\0\0\0\0\1\377\377\377\377\377\377\377\377", "1", "18446744073709551615"},
        {"<f2", "\146\056\377\173", "0.1", "65500.0"}, /* 0x2e66, 0x7bff */
        {"<f4", "\315\314\314\075\0\0\200\277", "-1.0", "0.1"},
    };
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
        struct matrix matrix = make(list[i].type, 'C', 1, (uint64_t[]){2});
        struct view view;
        struct statistics statistics;
        char text[64];
        int fd = make_file(list[i].bytes, 2 * matrix.dtype.itemsize);
        view_whole(&matrix, &view);
        assert_int_equal(
            statistics_run(fd, &matrix, &view, &(struct statistics_options){0}, &statistics, NULL, NULL), 0);
        statistics_value_text(&statistics, false, NUMBER_FULL, text, sizeof text);
        assert_string_equal(text, list[i].min);
        statistics_value_text(&statistics, true, NUMBER_FULL, text, sizeof text);
        assert_string_equal(text, list[i].max);
        close(fd);
    }
}

static uint64_t read_bytes;

static ssize_t counted_pread(int fd, void *buf, size_t size, off_t offset)
{
    ssize_t n = sys_kernel.pread(fd, buf, size, offset);
    read_bytes += n > 0 ? (uint64_t)n : 0;
    return n;
}

static void a_sample_is_about_as_large_as_asked_and_cheap(void **state)
{
    (void)state;
    int fd = memfd_create("statistics", MFD_CLOEXEC);
    assert_int_equal(ftruncate(fd, 5000000000), 0);
    static const char *const index[] = {"", "::7,::-3", ":,77", "77"};
    for (size_t i = 0; i < sizeof index / sizeof index[0]; i++) {
        struct matrix matrix = make("f2", 'C', 2, (uint64_t[]){50000, 50000});
        struct view view;
        struct statistics statistics;
        struct statistics_options options = {.sample = 20000, .threads = 1};
        static struct statistics list[50000];
        assert_int_equal(view_parse(&matrix, index[i], &view, NULL), 0);
        sys.pread = counted_pread;
        read_bytes = 0;
        assert_int_equal(statistics_run(fd, &matrix, &view, &options, &statistics, NULL, NULL), 0);
        assert_true(statistics.sampled);
        assert_in_range(statistics.tally.count, 15000, 30000);
        assert_int_equal(statistics.tally.zeros, statistics.tally.count);
        assert_in_range(read_bytes, 30000, 1000000);
        uint64_t all = 0;
        options.sample = 1000000;
        for (int axis = 0; axis < view.rank && view.rank > 1; axis++) {
            assert_int_equal(statistics_by_place(fd, &matrix, &view, axis, &options, list, NULL, NULL), 0);
            for (uint64_t place = 0; place < view.count[axis]; place++) {
                assert_true(list[place].tally.count > 0 && list[place].sampled);
                all += list[place].tally.count;
            }
            assert_in_range(all, 500000, 2000000);
            all = 0;
        }
        sys.pread = sys_kernel.pread;
    }
    close(fd);
}

/* A sample of more than there is is all of it. */
static void a_large_sample_is_exact(void **state)
{
    (void)state;
    struct matrix matrix = make("i4", 'C', 2, (uint64_t[]){30, 40});
    struct view view;
    struct statistics statistics;
    view_whole(&matrix, &view);
    int fd = make_values(&matrix, odd_value);
    struct statistics_options options = {.sample = 1200};
    assert_int_equal(statistics_run(fd, &matrix, &view, &options, &statistics, NULL, NULL), 0);
    assert_false(statistics.sampled);
    assert_int_equal(statistics.tally.count, 1200);
    close(fd);
}

/* Somebody writes through a map when the n-th read is done: nothing of the file tells. */
static uint8_t *map;
static unsigned write_at, reads;

static ssize_t pread_and_write(int fd, void *buf, size_t size, off_t offset)
{
    ssize_t n = sys_kernel.pread(fd, buf, size, offset);
    if (++reads == write_at)
        memset(map, 0x40, 2000000);
    return n;
}

static void what_is_written_to_meanwhile_is_told(void **state)
{
    (void)state;
    static const char *const each[] = {"f8", "u1", "f4"};
    for (size_t i = 0; i < 3; i++)
        for (int by_place = 0; by_place < 2; by_place++) {
            struct matrix matrix = make(each[i], 'C', 2, (uint64_t[]){4000, 500});
            struct view view;
            struct statistics statistics = {0};
            struct statistics_options options = {.bins = 5, .threads = 1};
            static struct statistics list[500];
            view_whole(&matrix, &view);
            int fd = make_values(&matrix, odd_value);
            map = mmap(NULL, 2000000, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
            assert_true(map != MAP_FAILED);
            reads = 0;
            write_at = 17;
            sys.pread = pread_and_write;
            if (by_place)
                statistics_by_place(fd, &matrix, &view, 1, &options, list, NULL, NULL);
            else
                statistics_run(fd, &matrix, &view, &options, &statistics, NULL, NULL);
            sys.pread = sys_kernel.pread;
            assert_true(reads > 17);
            assert_true(by_place ? list[77].rewritten : statistics.rewritten);
            statistics_clear(&statistics);
            munmap(map, 2000000);
            close(fd);
        }
}

static ssize_t pread_and_shrink(int fd, void *buf, size_t size, off_t offset)
{
    if (++reads == write_at)
        assert_int_equal(ftruncate(fd, 1000), 0);
    return sys_kernel.pread(fd, buf, size, offset);
}

static void what_shrinks_is_an_error(void **state)
{
    (void)state;
    for (write_at = 1; write_at < 40; write_at += 3) {
        struct matrix matrix = make("f8", 'C', 2, (uint64_t[]){1000, 500});
        struct view view;
        struct statistics statistics = {0};
        struct error error = {0};
        view_whole(&matrix, &view);
        int fd = make_values(&matrix, odd_value);
        reads = 0;
        sys.pread = pread_and_shrink;
        int r = statistics_run(fd, &matrix, &view, &(struct statistics_options){.bins = 3, .threads = 1},
                               &statistics, NULL, &error);
        sys.pread = sys_kernel.pread;
        assert_int_equal(r, -ESTALE);
        assert_string_equal(error.text, "it shrank while it was read");
        statistics_clear(&statistics);
        close(fd);
    }
}

static void what_has_no_statistics_is_refused(void **state)
{
    (void)state;
    static const char *const each[] = {"S3", "U2", "M8[ns]", "m8[s]", "V4"};
    for (size_t i = 0; i < sizeof each / sizeof each[0]; i++) {
        struct matrix matrix = make(each[i], 'C', 1, (uint64_t[]){2});
        struct view view;
        struct error error = {0};
        struct statistics statistics;
        view_whole(&matrix, &view);
        assert_int_equal(
            statistics_run(-1, &matrix, &view, &(struct statistics_options){0}, &statistics, NULL, &error),
            -ENOTSUP);
        assert_non_null(strstr(error.text, "they are of numbers"));
    }
    struct matrix matrix = make("u1", 'C', 2, (uint64_t[]){2, 65537});
    struct view view;
    struct error error = {0};
    view_whole(&matrix, &view);
    assert_int_equal(
        statistics_by_place(-1, &matrix, &view, 1, &(struct statistics_options){0}, NULL, NULL, &error),
        -E2BIG);
    assert_non_null(strstr(error.text, "narrow the view"));
}

static void nothing_has_places_of_nothing(void **state)
{
    (void)state;
    struct matrix matrix = make("f8", 'C', 2, (uint64_t[]){0, 300});
    struct view view;
    struct statistics list[300];
    int fd = make_file("", 0);
    view_whole(&matrix, &view);
    assert_int_equal(
        statistics_by_place(fd, &matrix, &view, 1, &(struct statistics_options){0}, list, NULL, NULL), 0);
    for (int i = 0; i < 300; i++) {
        assert_int_equal(list[i].tally.count, 0);
        assert_true(isnan(list[i].std));
    }
    assert_int_equal(
        statistics_by_place(fd, &matrix, &view, 0, &(struct statistics_options){0}, NULL, NULL, NULL), 0);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_views_are_as_the_naive_way_has_them),
        cmocka_unit_test(large_views_are_as_the_naive_way_has_them),
        cmocka_unit_test(holes_are_zeros),
        cmocka_unit_test(nothing_of_any_size_takes_no_time),
        cmocka_unit_test(sums_neither_overflow_nor_vanish),
        cmocka_unit_test(the_number_of_threads_changes_nothing),
        cmocka_unit_test(a_histogram_is_as_numpy_defines_it),
        cmocka_unit_test(extremes_are_texts_of_the_type),
        cmocka_unit_test(a_sample_is_about_as_large_as_asked_and_cheap),
        cmocka_unit_test(a_large_sample_is_exact),
        cmocka_unit_test(what_is_written_to_meanwhile_is_told),
        cmocka_unit_test(what_shrinks_is_an_error),
        cmocka_unit_test(what_has_no_statistics_is_refused),
        cmocka_unit_test(nothing_has_places_of_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
