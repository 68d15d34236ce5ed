/*
 * How fast a file system fills, from what it says of itself again and again.
 *
 * The rate is that of the last two minutes, or since the first sample where that is shorter: a load of ten
 * minutes ago is no reason to say that it fills now, and one tick is none either. Nothing is said before a
 * minute has passed, or ten seconds where more than a 100th of the whole changed; nor of less than a MiB a
 * minute. When it will be full is said where it grew in both halves of that time.
 */
#ifndef SHMTOP_CORE_CATALOG_TREND_H
#define SHMTOP_CORE_CATALOG_TREND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TREND_WINDOW_MS  120000
#define TREND_SPACING_MS 2000 /* of the samples kept */
#define TREND_SAMPLES    (TREND_WINDOW_MS / TREND_SPACING_MS + 2)

struct trend_sample {
    int64_t at; /* monotonic ms */
    uint64_t used;
};

/* All zero: nothing was fed yet. */
struct trend {
    struct trend_sample samples[TREND_SAMPLES]; /* a ring; the oldest at first */
    unsigned first, count;
    struct trend_sample last;
    uint64_t free;
};

/* now: monotonic ms, never smaller than before. used and free in bytes; free is UINT64_MAX where there is no
 * limit. */
void trend_feed(struct trend *trend, int64_t now, uint64_t used, uint64_t free);

/* Bytes a minute, negative where it empties; 0: nothing to say. */
int64_t trend_rate(const struct trend *trend);

/* Seconds until it is full at this rate; -1: never, not within a day, or it grew in one step. */
int64_t trend_seconds_to_full(const struct trend *trend);

/* "+1.2G/min, full in 8 min", "+1.2G/min" (as above), "-300M/min", "": nothing to
 * say. Writes at most size bytes, NUL-terminated; returns the length needed. */
#define TREND_TEXT_MAX 48
size_t trend_text(const struct trend *trend, char *buf, size_t size);

#endif
