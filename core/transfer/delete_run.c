/*
 * Deleting what delete_check looked at.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "core/sys/memory.h"
#include "core/sys/workers.h"
#include "core/transfer/delete.h"

bool delete_item_is_held(const struct delete_item *item)
{
    return item->held == HELD_YES || item->holders.count > 0;
}

static int refuse(const struct delete_item *item, struct delete_allow allow, struct error *error)
{
    if (item->is_protected && !allow.is_protected)
        return error_set(
            error, EBUSY,
            "protected (%s): what uses it breaks without it (--allow protected deletes it all the same)",
            item->protected_by ? item->protected_by : "by its name");
    if (delete_item_is_held(item) && !allow.held)
        return error_set(error, EBUSY, "in use (--allow held deletes it all the same: who uses it keeps it)");
    if (item->doubtful && !allow.held)
        return error_set(error, EBUSY,
                         "another user's, and whether it is in use cannot be known from here (--allow held "
                         "deletes it all the same)");
    return 0;
}

int delete_foresee(const struct directory *directory, const struct delete_item *item,
                   struct delete_allow allow, struct error *error)
{
    if (item->problem.code)
        return error_set(error, item->problem.code, "%s", item->problem.text);
    int r = removal_foresee(directory, item->segment.name, item->segment.uid, error);
    return r < 0 ? r : refuse(item, allow, error);
}

int delete_run(const struct directory *directory, const struct delete_item *item, struct delete_allow allow,
               struct removed *ret_removed, struct error *error)
{
    *ret_removed = (struct removed){.held = item->held};
    if (item->problem.code || refuse(item, allow, error) < 0)
        return delete_foresee(directory, item, allow, error);
    int r = removal_unlink_listed(directory, item->segment.name, &item->segment.id, &item->files, !allow.held,
                                  ret_removed, error);
    if (S_ISDIR(item->segment.mode))
        ret_removed->held = item->held;
    return r;
}

/* --- many --- */

struct running {
    const struct directory *directory;
    const struct delete_check *check;
    const struct delete_allow *allow;
    struct delete_result *results;
    struct progress *progress;
};

/* Whether it is all the same when it goes. */
static bool goes_alone(const struct delete_item *item)
{
    return item->problem.code || (S_ISREG(item->segment.mode) && !item->together);
}

/* Most go: 10,000 sentences that say nothing would be 5 MB. */
static struct error *keep_error(const struct error *error)
{
    struct error *kept = memory_new(sizeof *kept);
    *kept = *error;
    return kept;
}

static void run_item(const struct running *running, size_t i)
{
    struct delete_result *result = &running->results[i];
    struct error error;
    *result = (struct delete_result){0};
    int r = progress_cancelled(running->progress) ? error_set(&error, ECANCELED, "stopped before it")
                                                  : delete_run(running->directory, &running->check->items[i],
                                                               running->allow[i], &result->removed, &error);
    if (r < 0)
        result->error = keep_error(&error);
    progress_add(running->progress, 1);
}

static int run_range(void *context, uint64_t first, uint64_t count, struct error *error)
{
    const struct running *running = context;
    (void)error;
    for (uint64_t i = first; i < first + count; i++)
        if (goes_alone(&running->check->items[i]))
            run_item(running, i);
    return 0;
}

void delete_run_all(const struct directory *directory, const struct delete_check *check,
                    const struct delete_allow *allow, struct delete_result *results,
                    struct progress *progress)
{
    struct running running = {directory, check, allow, results, progress};
    parallel_ranges(check->count, DELETE_GRAIN, workers_useful_threads(DELETE_THREADS), run_range, &running,
                    NULL, NULL);
    for (size_t i = 0; i < check->count; i++)
        if (!goes_alone(&check->items[i]))
            run_item(&running, i);
}

void delete_results_clear(struct delete_result *results, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(results[i].error);
        results[i].error = NULL;
    }
}
