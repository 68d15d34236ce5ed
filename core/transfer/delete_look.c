/*
 * A look at each item, on several threads: what it is, and whether a lease says that it is held.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "core/sys/memory.h"
#include "core/sys/workers.h"
#include "core/transfer/delete_private.h"

int delete_compare_ids(const struct identity *x, const struct identity *y)
{
    if (x->device != y->device)
        return x->device < y->device ? -1 : 1;
    return x->inode < y->inode ? -1 : x->inode > y->inode;
}

static void stat_item(const struct checking *checking, size_t i)
{
    struct delete_item *item = &checking->check->items[i];
    if (segment_stat(checking->directory, checking->names[i], &item->segment, &item->problem) < 0)
        return;
    const struct identity *expected = checking->expected ? &checking->expected[i] : NULL;
    if (expected && expected->inode && !identity_equal(expected, &item->segment.id))
        error_set(&item->problem, ESTALE, "replaced meanwhile: another segment bears this name now");
}

static int stat_range(void *context, uint64_t first, uint64_t count, struct error *error)
{
    (void)error;
    for (uint64_t i = first; i < first + count; i++)
        stat_item(context, i);
    return 0;
}

bool delete_is_file(const struct delete_item *item)
{
    return item->problem.code == 0 && S_ISREG(item->segment.mode);
}

void delete_ask_lease(const struct checking *checking, struct delete_item *item)
{
    const struct segment *segment = &item->segment;
    struct error error = {0};
    if (checking->without_leases && checking->me == segment->uid)
        return;
    int r = lease_ask_segment(checking->directory, segment, &item->held, &error);
    if (r == -ENOENT || r == -ESTALE)
        item->problem = error;
}

static int lease_range(void *context, uint64_t first, uint64_t count, struct error *error)
{
    const struct checking *checking = context;
    (void)error;
    for (uint64_t i = first; i < first + count; i++) {
        struct delete_item *item = &checking->check->items[i];
        if (delete_is_file(item) && !item->together)
            delete_ask_lease(checking, item);
    }
    return 0;
}

static int items_by_id(const void *a, const void *b)
{
    return delete_compare_ids(&(*(struct delete_item *const *)a)->segment.id,
                              &(*(struct delete_item *const *)b)->segment.id);
}

static void mark_together(const struct checking *checking)
{
    const struct delete_check *check = checking->check;
    struct delete_item **files = memory_new((check->count + 1) * sizeof *files);
    size_t n = 0;
    for (size_t i = 0; i < check->count; i++)
        if (delete_is_file(&check->items[i]))
            files[n++] = &check->items[i];
    qsort(files, n, sizeof *files, items_by_id);
    for (size_t i = 0; i < n; i++) {
        if (files[i]->segment.links > 1)
            files[i]->together = true;
        if (i > 0 && items_by_id(&files[i - 1], &files[i]) == 0)
            files[i - 1]->together = files[i]->together = true;
    }
    free(files);
}

int delete_look_at_all(struct checking *checking, struct error *error)
{
    size_t count = checking->check->count;
    unsigned threads = workers_useful_threads(DELETE_THREADS);
    int r = parallel_ranges(count, DELETE_GRAIN, threads, stat_range, checking, checking->progress, error);
    if (r < 0)
        return r;
    mark_together(checking);
    return parallel_ranges(count, DELETE_GRAIN, threads, lease_range, checking, checking->progress, error);
}
