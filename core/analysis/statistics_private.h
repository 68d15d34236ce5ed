/*
 * What statistics.c and places.c share: a pass with what it takes to sample it, and to tell whether what it
 * read was written to meanwhile.
 */
#ifndef SHMTOP_CORE_ANALYSIS_STATISTICS_PRIVATE_H
#define SHMTOP_CORE_ANALYSIS_STATISTICS_PRIVATE_H

#include "core/analysis/statistics.h"

/* What a segment looked like. */
struct seal {
    uint64_t size;
    int64_t modified; /* ns */
    uint64_t digest;  /* of some of its bytes: who writes through a map leaves nothing else */
};

struct survey {
    struct pass pass;
    uint64_t every; /* as in pass_run */
    unsigned threads;
    const struct tally_kernel *kernel;
    struct seal before;
};

/* Checks the type, and plans a pass over all. */
int survey_plan(int fd, const struct matrix *matrix, const struct view *view,
                const struct statistics_options *options, struct survey *ret, struct error *error);

/* Thins it out to about so many elements, in runs of at most so many. */
void survey_thin(struct survey *survey, uint64_t sample, uint64_t run);

/* Elements that a run reads; one too many blocks' where the last is short. */
uint64_t survey_elements(const struct survey *survey);

/* The tally of n zeros: what lies in a hole comes without elements. */
struct tally survey_zeros(uint64_t n);

/* Looks at the segment before the first run, and after the last one: whether it was written to. */
int survey_begin(struct survey *survey, struct error *error);
int survey_end(const struct survey *survey, bool *ret_rewritten, struct error *error);

/* The rest of what belongs to a tally. */
void statistics_complete(const struct survey *survey, uint64_t elements, bool rewritten,
                         struct statistics *statistics);

#endif
