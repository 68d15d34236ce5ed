#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <unistd.h>

#include "core/sys/checked.h"
#include "core/sys/threads.h"
#include "core/sys/workers.h"

#define HELPERS_MAX 63

struct ranges {
    uint64_t total, grain, count;
    _Atomic uint64_t next; /* index of the next range: it cannot overflow, as an offset could */
    _Atomic int result;    /* the first failure */
    range_function *work;
    void *context;
    struct progress *progress;
    pthread_mutex_t lock; /* of error */
    struct error *error;
};

static void fail(struct ranges *ranges, int code, const struct error *error)
{
    pthread_mutex_lock(&ranges->lock);
    if (atomic_load(&ranges->result) == 0) {
        if (ranges->error)
            *ranges->error = *error;
        atomic_store(&ranges->result, code);
    }
    pthread_mutex_unlock(&ranges->lock);
}

static int run_one(struct ranges *ranges, uint64_t index, struct error *error)
{
    if (progress_cancelled(ranges->progress))
        return error_set(error, ECANCELED, "stopped");
    uint64_t first = index * ranges->grain;
    return ranges->work(ranges->context, first, min_u64(ranges->grain, ranges->total - first), error);
}

static void *run_ranges(void *context)
{
    struct ranges *ranges = context;
    while (atomic_load(&ranges->result) == 0) {
        uint64_t index = atomic_fetch_add(&ranges->next, 1);
        if (index >= ranges->count)
            break;
        struct error error = {0};
        int r = run_one(ranges, index, &error);
        if (r != 0)
            fail(ranges, r, &error);
    }
    return NULL;
}

int parallel_ranges(uint64_t total, uint64_t grain, unsigned threads, range_function *work, void *context,
                    struct progress *progress, struct error *error)
{
    assert(grain > 0);
    struct ranges ranges = {.total = total,
                            .grain = grain,
                            .count = total / grain + (total % grain != 0),
                            .work = work,
                            .context = context,
                            .progress = progress,
                            .lock = PTHREAD_MUTEX_INITIALIZER,
                            .error = error};
    pthread_t helpers[HELPERS_MAX];
    unsigned n = 0;
    /* Where no more threads are to be had, those that are do all of it. */
    while (n < HELPERS_MAX && n + 1 < threads && n + 1 < ranges.count &&
           thread_start(&helpers[n], run_ranges, &ranges) == 0)
        n++;
    run_ranges(&ranges);
    while (n > 0)
        pthread_join(helpers[--n], NULL);
    pthread_mutex_destroy(&ranges.lock);
    return atomic_load(&ranges.result);
}

unsigned workers_useful_threads(unsigned limit)
{
    cpu_set_t set;
    long n = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : sysconf(_SC_NPROCESSORS_ONLN);
    if (n < 1 || limit < 1)
        return 1;
    return (unsigned)min_u64((uint64_t)n, limit);
}
