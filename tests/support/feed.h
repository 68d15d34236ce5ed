/*
 * Standard input of the running test: bytes that come through a pipe, as another program's output would.
 */
#ifndef SHMTOP_TESTS_SUPPORT_FEED_H
#define SHMTOP_TESTS_SUPPORT_FEED_H

#include <stddef.h>
#include <sys/types.h>

struct feed {
    int saved; /* the standard input of before; -1: there was none */
    pid_t child;
};

/* A child writes the bytes, at most piece at a time, until nobody reads any more. */
void feed_begin(struct feed *feed, const void *bytes, size_t size, size_t piece);
void feed_end(struct feed *feed);

#endif
