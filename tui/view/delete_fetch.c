/*
 * The delete dialog's work beside the screen: the check; and the deletion, which begins with another check.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tui/view/delete_private.h"

void delete_check_free(struct delete_check *check)
{
    if (!check)
        return;
    delete_check_clear(check);
    free(check);
}

static struct delete_check *run_check(const struct directory *directory, const struct host *host,
                                      const struct delete_dialog_request *request, struct progress *progress,
                                      struct error *error)
{
    struct delete_check *check = calloc(1, sizeof *check);
    assert(check);
    if (delete_check(directory, host, (const char *const *)request->names, request->ids, request->count,
                     check, progress, error) == 0)
        return check;
    free(check);
    return NULL;
}

/* --- what changed --- */

static bool same_holders(const struct holders *a, const struct holders *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (a->list[i].pid != b->list[i].pid || a->list[i].started != b->list[i].started)
            return false;
    return true;
}

static bool same_files(const struct removal_list *a, const struct removal_list *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (!identity_equal(&a->ids[i], &b->ids[i]))
            return false;
    return true;
}

static bool same_item(const struct delete_item *a, const struct delete_item *b)
{
    return a->problem.code == b->problem.code && a->held == b->held && a->is_protected == b->is_protected &&
           (a->problem.code != 0 || identity_equal(&a->segment.id, &b->segment.id)) &&
           same_holders(&a->holders, &b->holders) && same_files(&a->files, &b->files);
}

static bool same_check(const struct delete_check *a, const struct delete_check *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (!same_item(&a->items[i], &b->items[i]))
            return false;
    return true;
}

/* --- the deletion --- */

/* What was confirmed for an item is what was shown of it, and no more. */
static struct delete_allow allowed(const struct delete_item *item)
{
    return (struct delete_allow){.held = delete_item_is_held(item), .is_protected = item->is_protected};
}

static void delete_one(const struct directory *directory, const struct delete_item *item, const char *name,
                       struct delete_outcome *ret)
{
    ret->name = strdup(name);
    assert(ret->name);
    if (item->problem.code) {
        ret->error = item->problem;
        return;
    }
    struct removed removed;
    if (delete_run(directory, item, allowed(item), &removed, &ret->error) == 0) {
        ret->freed = removed.freed;
        ret->error.code = 0;
    }
}

static void delete_all(const struct directory *directory, const struct delete_dialog_request *request,
                       const struct delete_check *check, struct progress *progress,
                       struct delete_dialog_reply *reply)
{
    reply->outcomes = calloc(check->count ? check->count : 1, sizeof *reply->outcomes);
    assert(reply->outcomes);
    reply->count = check->count;
    for (size_t i = 0; i < check->count; i++) {
        if (progress_cancelled(progress)) {
            reply->outcomes[i].name = strdup(request->names[i]);
            assert(reply->outcomes[i].name);
            error_set(&reply->outcomes[i].error, ECANCELED, "stopped before it");
            continue;
        }
        delete_one(directory, &check->items[i], request->names[i], &reply->outcomes[i]);
        progress_add(progress, 1);
    }
}

/* The check may have counted something else. */
static void restart_progress(struct progress *progress, size_t total)
{
    if (!progress)
        return;
    atomic_store(&progress->done, 0);
    progress_set_total(progress, total);
}

static void run_deletion(const struct directory *directory, const struct delete_dialog_request *request,
                         struct progress *progress, struct delete_check *check,
                         struct delete_dialog_reply *reply)
{
    if (!same_check(request->shown, check)) {
        reply->check = check;
        reply->changed = true;
        return;
    }
    restart_progress(progress, check->count);
    delete_all(directory, request, check, progress, reply);
    delete_check_free(check);
}

struct delete_dialog_reply *delete_dialog_fetch(const struct directory *directory, const struct host *host,
                                                const struct delete_dialog_request *request,
                                                struct progress *progress)
{
    struct delete_dialog_reply *reply = calloc(1, sizeof *reply);
    struct error error = {0};
    assert(reply);
    reply->is_deletion = request->is_deletion;
    struct delete_check *check = run_check(directory, host, request, progress, &error);
    if (!check)
        reply->error = error;
    else if (request->is_deletion)
        run_deletion(directory, request, progress, check, reply);
    else
        reply->check = check;
    reply->has_usage = directory_usage(directory, &reply->usage, NULL) == 0;
    return reply;
}
