/*
 * Replies to studies, made by hand: a bell of numbers around 0, and a map of two waves.
 */
#ifndef SHMTOP_TESTS_SUPPORT_STUDIED_H
#define SHMTOP_TESTS_SUPPORT_STUDIED_H

#include "tui/values/study.h"

/* What it finds of the request's matrix, after so many ms; the times of the segment are 0. Owned by the
 * caller. */
struct study_reply *studied(const struct study_request *request, int64_t took);

/* The same, failed. */
struct study_reply *studied_not(const struct study_request *request, enum study_found found, int code,
                                const char *text);

#endif
