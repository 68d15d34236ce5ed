#include "core/catalog/trend.h"

#include <stdio.h>

#include "core/catalog/format.h"

#define MINUTE_MS    60000
#define LEAST_MS     10000
#define LEAST_RATE   (1 << 20)
#define SOON_MS      60000 /* with less time than that, only what is more than a 100th of the whole */
#define LONGEST_FULL (24 * 3600)

static const struct trend_sample *sample(const struct trend *trend, unsigned i)
{
    return &trend->samples[(trend->first + i) % TREND_SAMPLES];
}

/* Drops what lies before the window, but for the one that the window begins in. */
static void forget(struct trend *trend, int64_t now)
{
    while (trend->count > 1 && sample(trend, 1)->at <= now - TREND_WINDOW_MS) {
        trend->first = (trend->first + 1) % TREND_SAMPLES;
        trend->count--;
    }
}

void trend_feed(struct trend *trend, int64_t now, uint64_t used, uint64_t free)
{
    trend->last = (struct trend_sample){now, used};
    trend->free = free;
    forget(trend, now);
    if (trend->count > 0 && now - sample(trend, trend->count - 1)->at < TREND_SPACING_MS)
        return;
    if (trend->count == TREND_SAMPLES) {
        trend->first = (trend->first + 1) % TREND_SAMPLES;
        trend->count--;
    }
    trend->samples[(trend->first + trend->count++) % TREND_SAMPLES] = trend->last;
}

/* What is less than a 100th of the whole and went in within a minute may come out again as soon. */
static bool may_be_a_blip(const struct trend *trend, int64_t elapsed, uint64_t change)
{
    uint64_t used = trend->last.used;
    uint64_t size = trend->free > UINT64_MAX - used ? UINT64_MAX : used + trend->free;
    return elapsed < SOON_MS && change <= size / 100;
}

int64_t trend_rate(const struct trend *trend)
{
    if (trend->count == 0)
        return 0;
    const struct trend_sample *from = sample(trend, 0);
    int64_t elapsed = trend->last.at - from->at;
    uint64_t used = trend->last.used;
    if (elapsed < LEAST_MS ||
        may_be_a_blip(trend, elapsed, used > from->used ? used - from->used : from->used - used))
        return 0;
    __int128 rate = ((__int128)trend->last.used - from->used) * MINUTE_MS / elapsed;
    if (rate > INT64_MAX || rate < -INT64_MAX)
        return rate > 0 ? INT64_MAX : -INT64_MAX;
    return rate < LEAST_RATE && rate > -LEAST_RATE ? 0 : (int64_t)rate;
}

/* Whether it grew in both halves of the time seen, in each by a quarter at least: one step does not go on. */
static bool goes_on(const struct trend *trend)
{
    const struct trend_sample *from = sample(trend, 0);
    int64_t middle = from->at + (trend->last.at - from->at) / 2;
    uint64_t before = from->used, growth = trend->last.used - from->used;
    for (unsigned i = 1; i < trend->count && sample(trend, i)->at <= middle; i++)
        before = sample(trend, i)->used;
    return before >= from->used && before - from->used >= growth / 4 && trend->last.used >= before &&
           trend->last.used - before >= growth / 4;
}

int64_t trend_seconds_to_full(const struct trend *trend)
{
    int64_t rate = trend_rate(trend);
    if (rate <= 0 || trend->free == UINT64_MAX || !goes_on(trend))
        return -1;
    unsigned __int128 seconds = (unsigned __int128)trend->free * 60 / (uint64_t)rate;
    return seconds > LONGEST_FULL ? -1 : (int64_t)seconds;
}

static void full_text(int64_t seconds, char *buf, size_t size)
{
    if (seconds < 60)
        snprintf(buf, size, ", full in %d s", (int)seconds);
    else if (seconds < 120 * 60)
        snprintf(buf, size, ", full in %d min", (int)(seconds / 60));
    else
        snprintf(buf, size, ", full in %d h", (int)(seconds / 3600));
}

size_t trend_text(const struct trend *trend, char *buf, size_t size)
{
    int64_t rate = trend_rate(trend), seconds = trend_seconds_to_full(trend);
    char bytes[FORMAT_BYTES_MAX], full[32] = "";
    if (rate == 0)
        return (size_t)snprintf(buf, size, "%s", "");
    format_bytes((uint64_t)(rate < 0 ? -rate : rate), bytes, sizeof bytes);
    if (seconds >= 0)
        full_text(seconds, full, sizeof full);
    return (size_t)snprintf(buf, size, "%c%s/min%s", rate < 0 ? '-' : '+', bytes, full);
}
