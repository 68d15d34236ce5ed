/*
 * What the table in layout.c is made of: one recogniser a file.
 */
#ifndef SHMTOP_CORE_LAYOUT_RECOGNISER_H
#define SHMTOP_CORE_LAYOUT_RECOGNISER_H

#include "core/layout/layout.h"

enum verdict {
    VERDICT_NO,
    VERDICT_YES,     /* *ret_matrix is set where the layout has one, and fits the file */
    VERDICT_DAMAGED, /* it is this layout, but what it says is wrong: the error says how */
    VERDICT_NEED,    /* *ret_need bytes of head, more than the probe has and the file's size allows */
};

/* Pure: everything that may be looked at is in the probe. */
typedef enum verdict recogniser_function(const struct layout_probe *probe, struct matrix *ret_matrix,
                                         size_t *ret_need, struct error *error);

recogniser_function npy_recognise;
recogniser_function semaphore_recognise;

#endif
