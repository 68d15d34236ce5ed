/*
 * Statistics by the places on one axis. Two ways, by how the elements of a place lie:
 *
 * In runs, where the kept axis is not the fastest: each run goes through the kernel into its place's tally.
 *
 * In columns, where it is the fastest or runs are short (each of a run's elements is a column of its own
 * then): rows of all columns are converted to doubles, a strip of columns at a time, and added to sums around
 * a value of each column, which is exact enough for so many rows as are added before the sums go into the
 * columns' tallies. Strips keep what they add to in the first cache. What is not finite is counted by itself,
 * and what is so large or small that its square is no double goes into the tally by itself, which computes
 * with long doubles.
 *
 * Either way there is one set of sums a slot, few slots, and they are put together in their order.
 */
#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/analysis/statistics_private.h"
#include "core/analysis/strips.h"
#include "core/matrix/window.h"
#include "core/sys/checked.h"

#define RUN_SHORT   16 /* elements: fewer are columns */
#define COLUMNS_MAX STATISTICS_PLACES_MAX

/* Memory of all sums, by which the slots are counted, and how many there are in any case. */
#define SUMS_BYTES (UINT64_C(32) << 20)
#define SLOTS_MIN  4
#define SLOTS_MAX  64

struct places {
    const struct survey *survey;
    enum dtype_kind kind;
    const struct strip_kernels *strips_kernels;
    enum { AS_DOUBLE, AS_INT64, AS_UINT64, AS_MAGNITUDE } as;
    struct converter converter; /* to doubles, or to complex numbers of doubles */
    uint64_t places, inner;     /* elements of a run */
    bool in_columns;
    uint64_t width;        /* tallies of a slot: columns or places */
    uint64_t strips;       /* of a slot */
    struct tally *tallies; /* slots · width */
    struct strip *strip;   /* slots · strips */
};

/* --- strips --- */

static bool is_integer(const struct places *places)
{
    return places->as == AS_INT64 || places->as == AS_UINT64;
}

/* A value of it may be nan, or too large to be squared. */
static bool is_any_float(const struct places *places)
{
    return places->kind == DTYPE_FLOAT || places->kind == DTYPE_COMPLEX;
}

static void empty_strip(const struct places *places, struct strip *strip)
{
    memset(strip, 0, sizeof *strip);
    strip->unbegun = STRIP;
    for (unsigned j = 0; j < STRIP; j++) {
        if (is_integer(places)) {
            strip->min.i[j] = INT64_MAX;
            strip->max.i[j] = INT64_MIN;
        } else {
            strip->min.f[j] = INFINITY;
            strip->max.f[j] = -INFINITY;
        }
    }
}

/* One value that is no part of the sums: it has a tally of its own. */
static void add_aside(struct strip *strip, unsigned j, double value, enum dtype_kind kind,
                      struct tally *tally)
{
    struct tally one = {.count = 1, .finite = 1, .min.f = value, .max.f = value, .mean = value};
    tally_merge(tally, &one, kind);
    strip->aside[j]++;
}

static void add_odd(struct strip *strip, unsigned j, double value, enum dtype_kind kind, struct tally *tally)
{
    double magnitude = fabs(value);
    if (isnan(value)) {
        strip->nan[j]++;
    } else if (isinf(value)) {
        value > 0 ? strip->posinf[j]++ : strip->neginf[j]++;
    } else if (magnitude > STRIP_LARGE || (magnitude < STRIP_SMALL && magnitude != 0)) {
        add_aside(strip, j, value, kind, tally);
    } else {
        if (!strip->begun[j]) {
            strip->begun[j] = true;
            strip->unbegun--;
            strip->middle[j] = value;
        }
        double distance = value - strip->middle[j];
        strip->sum[j] += distance;
        strip->square[j] += distance * distance;
        strip->zeros[j] += value == 0;
        strip->min.f[j] = fmin(strip->min.f[j], value);
        strip->max.f[j] = fmax(strip->max.f[j], value);
    }
}

/* So many rows of a strip as doubles, what is behind its last column 0. */
struct rows {
    _Alignas(64) double value[STRIP_ROWS * STRIP];
    _Alignas(64) int64_t integer[STRIP_ROWS * STRIP];
    double parts[2 * STRIP]; /* of complex numbers */
};

/* nan where a part is; else inf where one is; what is finite stays so. */
static double magnitude_of(double re, double im)
{
    if (isnan(re) || isnan(im))
        return NAN;
    double magnitude = hypot(re, im);
    return isinf(magnitude) && !isinf(re) && !isinf(im) ? DBL_MAX : magnitude;
}

static void read_row(const struct places *places, struct rows *rows, unsigned row, const void *elements,
                     unsigned columns)
{
    struct convert_counts counts = {0};
    double *value = rows->value + row * STRIP;
    int64_t *integer = rows->integer + row * STRIP;
    if (places->as == AS_MAGNITUDE) {
        converter_run(&places->converter, elements, rows->parts, columns, &counts);
        for (unsigned j = 0; j < columns; j++)
            value[j] = magnitude_of(rows->parts[2 * j], rows->parts[2 * j + 1]);
    } else {
        converter_run(&places->converter, elements, value, columns, &counts);
    }
    if (is_integer(places)) {
        uint64_t turn = places->as == AS_UINT64 ? UINT64_C(1) << 63 : 0;
        memcpy(integer, elements, columns * sizeof *integer);
        window_swap(&places->survey->pass.dtype, integer, columns);
        for (unsigned j = 0; turn && j < columns; j++)
            integer[j] = (int64_t)((uint64_t)integer[j] ^ turn);
        memset(integer + columns, 0, (STRIP - columns) * sizeof *integer);
    }
    memset(value + columns, 0, (STRIP - columns) * sizeof *value);
}

/* Row by row and column by column: where a column has no middle yet, or a value is odd. */
static void add_slowly(const struct places *places, struct strip *strip, const struct rows *rows, unsigned n,
                       unsigned columns, struct tally *tallies)
{
    for (unsigned row = 0; row < n; row++)
        for (unsigned j = 0; j < STRIP; j++)
            add_odd(strip, j, rows->value[row * STRIP + j], places->kind, j < columns ? &tallies[j] : NULL);
}

static void add_fast(const struct places *places, struct strip *strip, const struct rows *rows, unsigned n)
{
    const struct strip_kernels *kernels = places->strips_kernels;
    for (unsigned row = 0; row < n; row += n == STRIP_ROWS ? STRIP_ROWS : 1) {
        const double *value = rows->value + row * STRIP;
        const int64_t *integer = rows->integer + row * STRIP;
        if (!is_integer(places)) {
            (n == STRIP_ROWS ? kernels->add_rows : kernels->add_row)(strip, value);
        } else {
            (n == STRIP_ROWS ? kernels->sum_rows : kernels->sum_row)(strip, value);
            (n == STRIP_ROWS ? kernels->bound_rows : kernels->bound_row)(strip, integer);
        }
    }
}

static void add_some(const struct places *places, struct strip *strip, const struct rows *rows, unsigned n,
                     unsigned columns, struct tally *tallies)
{
    if (!is_any_float(places) && strip->unbegun > 0) {
        memcpy(strip->middle, rows->value, sizeof strip->middle);
        strip->unbegun = 0;
    }
    if (strip->unbegun > 0 ||
        (is_any_float(places) && !places->strips_kernels->is_plain(rows->value, n * STRIP)))
        add_slowly(places, strip, rows, n, columns, tallies);
    else
        add_fast(places, strip, rows, n);
    strip->rows += n;
}

/* The extremes of a column in the type that the tally has. */
static void put_extremes(const struct places *places, const struct strip *strip, unsigned j,
                         struct tally *tally)
{
    const uint64_t turn = UINT64_C(1) << 63;
    switch (places->kind) {
    case DTYPE_INT:
        tally->min.i = is_integer(places) ? strip->min.i[j] : (int64_t)strip->min.f[j];
        tally->max.i = is_integer(places) ? strip->max.i[j] : (int64_t)strip->max.f[j];
        break;
    case DTYPE_BOOL:
    case DTYPE_UINT:
        tally->min.u = is_integer(places) ? (uint64_t)strip->min.i[j] ^ turn : (uint64_t)strip->min.f[j];
        tally->max.u = is_integer(places) ? (uint64_t)strip->max.i[j] ^ turn : (uint64_t)strip->max.f[j];
        break;
    default:
        tally->min.f = strip->min.f[j] + 0.0; /* -0.0 is 0 */
        tally->max.f = strip->max.f[j] + 0.0;
    }
}

static void flush_column(const struct places *places, const struct strip *strip, unsigned j,
                         struct tally *tally)
{
    uint64_t n = strip->rows - strip->nan[j] - strip->posinf[j] - strip->neginf[j] - strip->aside[j];
    struct tally more = {.count = strip->rows - strip->aside[j],
                         .nan = strip->nan[j],
                         .posinf = strip->posinf[j],
                         .neginf = strip->neginf[j],
                         .zeros = (uint64_t)strip->zeros[j],
                         .finite = n};
    if (n > 0) {
        long double shift = (long double)strip->sum[j] / n;
        long double squares = strip->square[j] - strip->sum[j] * shift;
        more.mean = (double)(strip->middle[j] + shift);
        more.squares = squares > 0 ? squares : 0;
        put_extremes(places, strip, j, &more);
    }
    tally_merge(tally, &more, places->kind);
}

static void flush_strip(const struct places *places, struct strip *strip, unsigned columns,
                        struct tally *tallies)
{
    if (strip->rows == 0)
        return;
    for (unsigned j = 0; j < columns; j++)
        flush_column(places, strip, j, &tallies[j]);
    empty_strip(places, strip);
}

static unsigned columns_of(const struct places *places, uint64_t strip)
{
    return (unsigned)min_u64(places->width - strip * STRIP, STRIP);
}

/* Rows of all columns. */
static void add_rows(const struct places *places, const struct pass_block *block)
{
    uint64_t itemsize = places->survey->pass.dtype.itemsize, rows = block->count / places->width;
    struct rows values;
    for (uint64_t s = 0; s < places->strips; s++) {
        struct strip *strip = &places->strip[block->slot * places->strips + s];
        struct tally *tallies = &places->tallies[block->slot * places->width + s * STRIP];
        unsigned columns = columns_of(places, s);
        const char *at = (const char *)block->elements + s * STRIP * itemsize;
        for (uint64_t row = 0; row < rows; row += STRIP_ROWS) {
            unsigned n = (unsigned)min_u64(rows - row, STRIP_ROWS);
            if (strip->rows + n > STRIP_MAX)
                flush_strip(places, strip, columns, tallies);
            for (unsigned i = 0; i < n; i++, at += places->width * itemsize)
                read_row(places, &values, i, at, columns);
            add_some(places, strip, &values, n, columns, tallies);
        }
    }
}

/* --- runs --- */

static void add_runs(const struct places *places, const struct pass_block *block)
{
    uint64_t itemsize = places->survey->pass.dtype.itemsize, left = block->count;
    uint64_t place = block->first / places->inner % places->places, within = block->first % places->inner;
    const char *at = block->elements;
    while (left > 0) {
        uint64_t n = min_u64(places->inner - within, left);
        tally_run(places->survey->kernel, at, n, &places->tallies[block->slot * places->width + place]);
        at += n * itemsize;
        left -= n;
        within = 0;
        if (++place == places->places)
            place = 0;
    }
}

/* --- holes --- */

/* Of each column there are as many zeros as there are rows. */
static void add_zero_rows(const struct places *places, const struct pass_block *block)
{
    const struct tally zeros = survey_zeros(block->count / places->width);
    for (uint64_t i = 0; i < places->width; i++)
        tally_merge(&places->tallies[block->slot * places->width + i], &zeros, places->kind);
}

/* All places have their part of what is all rounds; then run by run. */
static void add_zero_runs(const struct places *places, const struct pass_block *block)
{
    struct tally *tallies = &places->tallies[block->slot * places->width];
    uint64_t round = places->inner * places->places, left = block->count % round;
    uint64_t place = block->first / places->inner % places->places, within = block->first % places->inner;
    struct tally zeros = survey_zeros(block->count / round * places->inner);
    for (uint64_t i = 0; zeros.count > 0 && i < places->places; i++)
        tally_merge(&tallies[i], &zeros, places->kind);
    while (left > 0) {
        zeros = survey_zeros(min_u64(places->inner - within, left));
        tally_merge(&tallies[place], &zeros, places->kind);
        left -= zeros.count;
        within = 0;
        if (++place == places->places)
            place = 0;
    }
}

/* --- all of it --- */

static int add_block(void *context, unsigned thread, const struct pass_block *block, struct error *error)
{
    const struct places *places = context;
    (void)thread, (void)error;
    if (places->in_columns)
        (block->elements ? add_rows : add_zero_rows)(places, block);
    else
        (block->elements ? add_runs : add_zero_runs)(places, block);
    return 0;
}

/* How the elements of one place lie. */
static void find_runs(struct places *places, const struct view *view, int axis)
{
    const struct pass *pass = &places->survey->pass;
    places->places = view->count[axis];
    places->inner = 1;
    int k = pass->rank - 1;
    while (k >= 0 && pass->axis[k] != axis)
        places->inner *= pass->count[k--];
    places->in_columns = places->inner < RUN_SHORT && places->inner * places->places <= COLUMNS_MAX &&
                         places->inner * places->places > 1;
    places->width = places->in_columns ? places->inner * places->places : places->places;
    places->strips = places->in_columns ? (places->width + STRIP - 1) / STRIP : 0;
}

static int choose_kernels(struct places *places, struct error *error)
{
    const struct dtype *from = &places->survey->pass.dtype;
    enum convert_level level = CONVERT_PORTABLE;
    struct dtype to;
    bool wide = from->itemsize == 8;
    places->kind = from->kind;
    places->as = from->kind == DTYPE_COMPLEX        ? AS_MAGNITUDE
                 : from->kind == DTYPE_INT && wide  ? AS_INT64
                 : from->kind == DTYPE_UINT && wide ? AS_UINT64
                                                    : AS_DOUBLE;
    convert_find_level(CONVERT_BEST, &level);
    places->strips_kernels = &strips_portable;
#if defined(__x86_64__)
    if (level == CONVERT_AVX2 || level == CONVERT_AVX512)
        places->strips_kernels = &strips_avx2;
#endif
    int r = dtype_parse(places->as == AS_MAGNITUDE ? "c16" : "f8", &to, error);
    return r < 0 ? r : converter_make(from, &to, CONVERT_BEST, &places->converter, error);
}

/* Blocks of whole rows where there are columns, and a sample in which each place has its part. */
static void cut(struct places *places, struct survey *survey, uint64_t sample)
{
    uint64_t bytes = places->width * sizeof(struct tally) + places->strips * sizeof(struct strip);
    uint64_t row = places->in_columns ? places->width : 1;
    uint64_t run = places->in_columns ? UINT64_MAX : max_u64(sample / places->places / 4, 1);
    survey_thin(survey, sample, run);
    survey->pass.block = max_u64(survey->pass.block / row, 1) * row;
    survey->pass.slots = max_u64(min_u64(SUMS_BYTES / bytes, SLOTS_MAX), SLOTS_MIN);
    if (survey->every > 1)
        survey->every = max_u64(pass_blocks(&survey->pass) / max_u64(sample / survey->pass.block, 8), 1);
}

static int allocate(struct places *places, uint64_t slots, struct error *error)
{
    places->tallies = calloc(slots * places->width, sizeof *places->tallies);
    places->strip = calloc(slots * places->strips + 1, sizeof *places->strip);
    if (!places->tallies || !places->strip)
        return error_set(error, ENOMEM, "no memory for the sums of %llu places",
                         (unsigned long long)places->places);
    for (uint64_t s = 0; s < slots * places->strips; s++)
        empty_strip(places, &places->strip[s]);
    return 0;
}

/* Into the tallies of the first slot. */
static void put_together(const struct places *places, uint64_t slots)
{
    for (uint64_t slot = 0; slot < slots; slot++)
        for (uint64_t s = 0; s < places->strips; s++)
            flush_strip(places, &places->strip[slot * places->strips + s], columns_of(places, s),
                        &places->tallies[slot * places->width + s * STRIP]);
    for (uint64_t slot = 1; slot < slots; slot++)
        for (uint64_t i = 0; i < places->width; i++)
            tally_merge(&places->tallies[i], &places->tallies[slot * places->width + i], places->kind);
}

static void fill(const struct places *places, uint64_t elements, bool rewritten, struct statistics *list)
{
    uint64_t each = places->width / places->places;
    for (uint64_t place = 0; place < places->places; place++) {
        list[place] = (struct statistics){.tally = places->tallies[place * each]};
        for (uint64_t i = 1; i < each; i++)
            tally_merge(&list[place].tally, &places->tallies[place * each + i], places->kind);
        statistics_complete(places->survey, elements / places->places, rewritten, &list[place]);
    }
}

/* The axis runs the other way in the pass. */
static void turn_round(struct statistics *list, uint64_t n)
{
    for (uint64_t i = 0; i < n / 2; i++) {
        struct statistics other = list[i];
        list[i] = list[n - 1 - i];
        list[n - 1 - i] = other;
    }
}

static bool is_reversed(const struct pass *pass, int axis)
{
    for (int k = 0; k < pass->rank; k++)
        if (pass->axis[k] == axis)
            return pass->reversed[k];
    return false;
}

static int run(struct survey *survey, const struct view *view, int axis, uint64_t sample,
               struct statistics *list, struct progress *progress, struct error *error)
{
    struct places places = {.survey = survey};
    uint64_t elements = survey->pass.elements;
    bool rewritten = false;
    find_runs(&places, view, axis);
    cut(&places, survey, sample);
    uint64_t slots = max_u64(pass_slots(&survey->pass, survey->every), 1);
    int r = choose_kernels(&places, error);
    if (r == 0)
        r = allocate(&places, slots, error);
    if (r == 0)
        r = survey_begin(survey, error);
    progress_set_total(progress, survey_elements(survey));
    if (r == 0)
        r = pass_run(&survey->pass, survey->every, survey->threads, add_block, &places, progress, error);
    if (r == 0)
        r = survey_end(survey, &rewritten, error);
    if (r == 0) {
        put_together(&places, slots);
        fill(&places, elements, rewritten, list);
        if (is_reversed(&survey->pass, axis))
            turn_round(list, places.places);
    }
    free(places.tallies);
    free(places.strip);
    return r;
}

int statistics_by_place(int fd, const struct matrix *matrix, const struct view *view, int axis,
                        const struct statistics_options *options, struct statistics *list,
                        struct progress *progress, struct error *error)
{
    struct survey survey;
    int r = survey_plan(fd, matrix, view, options, &survey, error);
    if (r < 0)
        return r;
    if (view->count[axis] > STATISTICS_PLACES_MAX)
        return error_set(error, E2BIG, "more than %d places: narrow the view", STATISTICS_PLACES_MAX);
    if (view->count[axis] == 0)
        return 0;
    return run(&survey, view, axis, options->sample, list, progress, error);
}
