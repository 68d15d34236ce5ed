/*
 * What the table in layout.c is made of: one recogniser a file.
 */
#ifndef SHMTOP_CORE_LAYOUT_RECOGNISER_H
#define SHMTOP_CORE_LAYOUT_RECOGNISER_H

#include "core/layout/layout.h"

enum verdict {
    VERDICT_NO,
    VERDICT_YES,       /* ret->matrix is set, and fits the file */
    VERDICT_BARE,      /* it is this layout, but has no matrix whose values can be read */
    VERDICT_DAMAGED,   /* it is this layout, but what it says is wrong: the error says how */
    VERDICT_NEED,      /* *ret_need bytes of head, more than the probe has and the file's size allows */
    VERDICT_NEED_TAIL, /* the tail, which the probe does not have yet */
};

/* Pure: everything that may be looked at is in the probe. Fills matrix, payload and creator of a zeroed *ret,
 * the first only with VERDICT_YES. */
typedef enum verdict recogniser_function(const struct layout_probe *probe, struct layout_result *ret,
                                         size_t *ret_need, struct error *error);

recogniser_function npy_recognise;
recogniser_function semaphore_recognise;
recogniser_function imagestream_recognise;
recogniser_function sharedarray_recognise;
recogniser_function refcounted_recognise;

#endif
