/*
 * Statistics of a view, whole or by the places on one axis: product.md's `stats`.
 *
 * One pass over the elements, two where a histogram is asked for (its range must be known), one again for
 * types of 16 bits and less, which are counted by value. The result does not depend on the number of threads.
 */
#ifndef SHMTOP_CORE_ANALYSIS_STATISTICS_H
#define SHMTOP_CORE_ANALYSIS_STATISTICS_H

#include "core/analysis/histogram.h"
#include "core/analysis/pass.h"
#include "core/matrix/number.h"

struct statistics_options {
    unsigned bins;    /* of the histogram; 0: none */
    uint64_t sample;  /* look at about so many elements, in runs all over the view; 0: at all of them */
    unsigned threads; /* at most; 0: as many as are useful */
};

struct statistics {
    struct tally tally;
    double std;
    struct dtype
        value;      /* the type of min and max, native, owns nothing: that of the elements; complex: <f8 */
    bool sampled;   /* tally.count elements were looked at, not all */
    bool rewritten; /* it was written to meanwhile: the numbers are of no one moment */
    bool has_histogram;
    struct histogram histogram; /* owned */
};
void statistics_clear(struct statistics *statistics);

/* Whether a type has statistics: -ENOTSUP, and a sentence why not. */
int statistics_check(const struct dtype *dtype, struct error *error);

/*
 * Of all elements of the view of the matrix in fd (a matrix whose dtype is that of a struct's field and whose
 * view has the struct's strides is fine). progress in elements: twice as many where there are two passes.
 * -ENOTSUP as statistics_check; -ESTALE where it shrank; -ECANCELED; -errno.
 */
int statistics_run(int fd, const struct matrix *matrix, const struct view *view,
                   const struct statistics_options *options, struct statistics *ret,
                   struct progress *progress, struct error *error);

#define STATISTICS_PLACES_MAX 65536

/*
 * By the places on one axis of the view (a plane's columns: axis 1), over all others: list has
 * view->count[axis] entries, which own nothing but are as from statistics_run; no histograms. -E2BIG for more
 * than STATISTICS_PLACES_MAX places: narrow the view.
 */
int statistics_by_place(int fd, const struct matrix *matrix, const struct view *view, int axis,
                        const struct statistics_options *options, struct statistics *list,
                        struct progress *progress, struct error *error);

/* An extreme as text: number_text with this style. Returns the length needed; "" where nothing is finite. */
size_t statistics_value_text(const struct statistics *statistics, bool max, enum number_style style,
                             char *buf, size_t size);
double statistics_value(const struct statistics *statistics, bool max);

#endif
