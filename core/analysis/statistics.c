/*
 * Each block is tallied into its slot, and the slots are put together in their order, two by two. Types of at
 * most 16 bits are counted by value instead, a table a thread, for sums of whole numbers have no order.
 */
#include "core/analysis/statistics.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/analysis/statistics_private.h"
#include "core/matrix/half.h"

void statistics_clear(struct statistics *statistics)
{
    histogram_clear(&statistics->histogram);
    *statistics = (struct statistics){0};
}

/* --- the extremes --- */

static struct dtype type_of_values(const struct dtype *dtype)
{
    struct dtype native = {0};
    if (dtype->kind == DTYPE_COMPLEX)
        dtype_make(DTYPE_FLOAT, '=', 8, NULL, &native, NULL);
    else
        dtype_make(dtype->kind, '=', dtype->itemsize, NULL, &native, NULL);
    return native;
}

static union tally_value extreme(const struct statistics *statistics, bool max)
{
    return max ? statistics->tally.max : statistics->tally.min;
}

double statistics_value(const struct statistics *statistics, bool max)
{
    union tally_value value = extreme(statistics, max);
    if (statistics->value.kind == DTYPE_INT)
        return (double)value.i;
    return statistics->value.kind == DTYPE_FLOAT ? value.f : (double)value.u;
}

/* As an element of this type: integers are cut, which loses nothing. */
static void put_element(const struct dtype *dtype, union tally_value value, void *element)
{
    if (dtype->kind == DTYPE_FLOAT && dtype->itemsize == 2)
        memcpy(element, &(uint16_t){half_from_double(value.f)}, 2);
    else if (dtype->kind == DTYPE_FLOAT && dtype->itemsize == 4)
        memcpy(element, &(float){(float)value.f}, 4);
    else if (dtype->itemsize == 1)
        memcpy(element, &(uint8_t){(uint8_t)value.u}, 1);
    else if (dtype->itemsize == 2)
        memcpy(element, &(uint16_t){(uint16_t)value.u}, 2);
    else if (dtype->itemsize == 4)
        memcpy(element, &(uint32_t){(uint32_t)value.u}, 4);
    else
        memcpy(element, &value, 8);
}

size_t statistics_value_text(const struct statistics *statistics, bool max, enum number_style style,
                             char *buf, size_t size)
{
    uint8_t element[8];
    if (size > 0)
        buf[0] = '\0';
    if (statistics->tally.finite == 0)
        return 0;
    put_element(&statistics->value, extreme(statistics, max), element);
    return number_text(&statistics->value, element, style, buf, size);
}

void statistics_complete(const struct survey *survey, uint64_t elements, bool rewritten,
                         struct statistics *statistics)
{
    statistics->std = tally_std(&statistics->tally);
    statistics->value = type_of_values(&survey->pass.dtype);
    statistics->sampled = statistics->tally.count < elements;
    statistics->rewritten = rewritten;
}

/* --- by value --- */

struct counting {
    const struct dtype *dtype;
    struct {
        uint32_t *counts; /* TALLY_COUNTS; NULL: none yet */
        uint64_t pending; /* elements in them */
        uint64_t *sums;
    } table[PASS_THREADS_MAX];
};

static void fold(struct counting *counting, unsigned thread)
{
    uint32_t *counts = counting->table[thread].counts;
    for (unsigned i = 0; i < TALLY_COUNTS; i++)
        counting->table[thread].sums[i] += counts[i];
    memset(counts, 0, TALLY_COUNTS * sizeof *counts);
    counting->table[thread].pending = 0;
}

static int count_block(void *context, unsigned thread, const struct pass_block *block, struct error *error)
{
    struct counting *counting = context;
    if (!counting->table[thread].counts) {
        counting->table[thread].counts = calloc(TALLY_COUNTS, sizeof *counting->table[thread].counts);
        counting->table[thread].sums = calloc(TALLY_COUNTS, sizeof *counting->table[thread].sums);
        if (!counting->table[thread].counts || !counting->table[thread].sums)
            return error_set(error, ENOMEM, "no memory to count values");
    }
    if (!block->elements) {
        counting->table[thread].sums[0] += block->count; /* the bits of zero */
        return 0;
    }
    if (counting->table[thread].pending + block->count > UINT32_MAX)
        fold(counting, thread);
    tally_count(counting->dtype, block->elements, block->count, counting->table[thread].counts);
    counting->table[thread].pending += block->count;
    return 0;
}

/* The counts of all threads, to be freed; NULL: no memory. */
static uint64_t *sum_counts(struct counting *counting)
{
    uint64_t *sums = calloc(TALLY_COUNTS, sizeof *sums);
    for (unsigned thread = 0; sums && thread < PASS_THREADS_MAX; thread++) {
        if (!counting->table[thread].counts)
            continue;
        fold(counting, thread);
        for (unsigned i = 0; i < TALLY_COUNTS; i++)
            sums[i] += counting->table[thread].sums[i];
    }
    return sums;
}

static int make_histogram(struct statistics *statistics, unsigned bins, struct error *error)
{
    if (bins == 0 || statistics->tally.finite == 0)
        return 0;
    int r = histogram_make(statistics_value(statistics, false), statistics_value(statistics, true), bins,
                           &statistics->histogram, error);
    statistics->has_histogram = r == 0;
    return r;
}

static int run_counted(const struct survey *survey, unsigned bins, struct statistics *statistics,
                       struct progress *progress, struct error *error)
{
    struct counting counting = {.dtype = &survey->pass.dtype};
    int r = pass_run(&survey->pass, survey->every, survey->threads, count_block, &counting, progress, error);
    uint64_t *sums = r == 0 ? sum_counts(&counting) : NULL;
    if (r == 0 && !sums)
        r = error_set(error, ENOMEM, "no memory to count values");
    if (r == 0) {
        tally_of_counts(counting.dtype, sums, &statistics->tally);
        r = make_histogram(statistics, bins, error);
    }
    if (r == 0 && statistics->has_histogram)
        histogram_of_counts(&statistics->histogram, counting.dtype, sums);
    free(sums);
    for (unsigned thread = 0; thread < PASS_THREADS_MAX; thread++) {
        free(counting.table[thread].counts);
        free(counting.table[thread].sums);
    }
    return r;
}

/* --- by tallies --- */

struct tallying {
    const struct survey *survey;
    struct tally *slots;
};

static int tally_block(void *context, unsigned thread, const struct pass_block *block, struct error *error)
{
    struct tallying *tallying = context;
    (void)thread, (void)error;
    if (!block->elements) {
        const struct tally zeros = survey_zeros(block->count);
        tally_merge(&tallying->slots[block->slot], &zeros, tallying->survey->pass.dtype.kind);
        return 0;
    }
    tally_run(tallying->survey->kernel, block->elements, block->count, &tallying->slots[block->slot]);
    return 0;
}

/* Two by two, so that all of them are merged into others of about their size. */
static struct tally merge(const struct tally *slots, uint64_t n, enum dtype_kind kind)
{
    if (n == 1)
        return slots[0];
    struct tally tally = merge(slots, n / 2, kind), more = merge(slots + n / 2, n - n / 2, kind);
    tally_merge(&tally, &more, kind);
    return tally;
}

static int run_tally(const struct survey *survey, struct statistics *statistics, struct progress *progress,
                     struct error *error)
{
    uint64_t n = pass_slots(&survey->pass, survey->every);
    struct tallying tallying = {.survey = survey};
    if (n == 0)
        return 0;
    if (!(tallying.slots = calloc(n, sizeof *tallying.slots)))
        return error_set(error, ENOMEM, "no memory to sum values");
    int r = pass_run(&survey->pass, survey->every, survey->threads, tally_block, &tallying, progress, error);
    if (r == 0)
        statistics->tally = merge(tallying.slots, n, survey->pass.dtype.kind);
    free(tallying.slots);
    return r;
}

/* --- the histogram of a second pass --- */

struct binning {
    const struct histogram *histogram;
    const struct dtype *dtype;
    uint64_t *counts[PASS_THREADS_MAX]; /* owned; NULL: none yet */
    unsigned zero;                      /* the bin of 0; as many as there are bins: it is in none */
    _Atomic uint64_t strays;
};

/* As the rest is counted. */
static int find_zero(struct binning *binning, struct error *error)
{
    const uint8_t zero[16] = {0};
    unsigned bins = binning->histogram->bins;
    uint64_t *counts = calloc(bins, sizeof *counts);
    if (!counts)
        return error_set(error, ENOMEM, "no memory for a histogram");
    histogram_count(binning->histogram, binning->dtype, zero, 1, CONVERT_BEST, counts);
    while (binning->zero < bins && counts[binning->zero] == 0)
        binning->zero++;
    free(counts);
    return 0;
}

static int bin_block(void *context, unsigned thread, const struct pass_block *block, struct error *error)
{
    struct binning *binning = context;
    uint64_t **counts = &binning->counts[thread];
    if (!*counts && !(*counts = calloc(binning->histogram->bins, sizeof **counts)))
        return error_set(error, ENOMEM, "no memory for a histogram");
    if (block->elements)
        binning->strays += histogram_count(binning->histogram, binning->dtype, block->elements, block->count,
                                           CONVERT_BEST, *counts);
    else if (binning->zero < binning->histogram->bins)
        (*counts)[binning->zero] += block->count;
    else
        binning->strays += block->count;
    return 0;
}

static int run_histogram(const struct survey *survey, struct statistics *statistics, bool *ret_rewritten,
                         struct progress *progress, struct error *error)
{
    struct histogram *histogram = &statistics->histogram;
    struct binning binning = {.histogram = histogram, .dtype = &survey->pass.dtype};
    struct pass second = survey->pass; /* a copy: the seal that is taken again must read in its order */
    second.backward = true;
    int r = find_zero(&binning, error);
    if (r == 0)
        r = pass_run(&second, survey->every, survey->threads, bin_block, &binning, progress, error);
    uint64_t all = 0;
    for (unsigned thread = 0; thread < PASS_THREADS_MAX; thread++) {
        for (unsigned i = 0; binning.counts[thread] && i < histogram->bins; i++) {
            histogram->counts[i] += binning.counts[thread][i];
            all += binning.counts[thread][i];
        }
        free(binning.counts[thread]);
    }
    *ret_rewritten = binning.strays > 0 || all != statistics->tally.finite;
    return r;
}

/* --- all of it --- */

static int run(const struct survey *survey, unsigned bins, struct statistics *statistics, bool *ret_rewritten,
               struct progress *progress, struct error *error)
{
    bool counted = tally_is_counted(&survey->pass.dtype);
    progress_set_total(progress, survey_elements(survey) * (bins > 0 && !counted ? 2 : 1));
    statistics->value = type_of_values(&survey->pass.dtype);
    if (counted)
        return run_counted(survey, bins, statistics, progress, error);
    int r = run_tally(survey, statistics, progress, error);
    if (r == 0)
        r = make_histogram(statistics, bins, error);
    if (r == 0 && statistics->has_histogram)
        r = run_histogram(survey, statistics, ret_rewritten, progress, error);
    return r;
}

int statistics_run(int fd, const struct matrix *matrix, const struct view *view,
                   const struct statistics_options *options, struct statistics *ret,
                   struct progress *progress, struct error *error)
{
    struct survey survey;
    struct statistics statistics = {0};
    bool rewritten = false, unlike = false;
    int r = survey_plan(fd, matrix, view, options, &survey, error);
    if (r < 0)
        return r;
    uint64_t elements = survey.pass.elements;
    survey_thin(&survey, options->sample, UINT64_MAX);
    r = survey_begin(&survey, error);
    if (r == 0)
        r = run(&survey, options->bins, &statistics, &unlike, progress, error);
    if (r == 0)
        r = survey_end(&survey, &rewritten, error);
    if (r < 0) {
        statistics_clear(&statistics);
        return r;
    }
    statistics_complete(&survey, elements, rewritten || unlike, &statistics);
    *ret = statistics;
    return 0;
}
