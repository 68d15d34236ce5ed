/*
 * The delete dialog's work beside the screen: the check; and the deletion, which begins with another check.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/sys/calls.h"
#include "core/sys/fd.h"
#include "core/sys/memory.h"
#include "core/transfer/keep.h"
#include "tui/view/delete_private.h"

void delete_check_free(struct delete_check *check)
{
    if (!check)
        return;
    delete_check_clear(check);
    free(check);
}

/*
 * So many are not all asked for a lease once more before the first of them goes: each is when it goes, and
 * one that is held by then is kept. Who came meanwhile and can be seen stops everything all the same.
 */
#define MANY 1000

static bool asks_late(const struct delete_dialog_request *request)
{
    return request->is_deletion && request->count > MANY;
}

/* What the kernel will refuse whatever is confirmed is told before anything is. */
static void foresee_refusals(const struct directory *directory, struct delete_check *check)
{
    uid_t me = sys.geteuid();
    struct error error;
    for (size_t i = 0; me != 0 && i < check->count; i++) {
        struct delete_item *item = &check->items[i];
        bool ours = item->segment.uid == me && !strchr(item->segment.name, '/');
        if (!item->problem.code && !ours &&
            removal_foresee(directory, item->segment.name, item->segment.uid, &error) < 0)
            item->problem = error;
    }
}

static struct delete_check *run_check(const struct directory *directory, const struct host *host,
                                      const struct delete_dialog_request *request, struct progress *progress,
                                      struct error *error)
{
    struct delete_check *check = memory_new(sizeof *check);
    if ((asks_late(request) ? delete_check_quickly
                            : delete_check)(directory, host, (const char *const *)request->names,
                                            request->ids, request->count, check, progress, error) == 0) {
        foresee_refusals(directory, check);
        return check;
    }
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

/* late: b was not asked for its lease. */
static bool same_item(const struct delete_item *a, const struct delete_item *b, bool late)
{
    bool same_held = a->held == b->held || (late && b->held == HELD_UNKNOWN);
    return a->problem.code == b->problem.code && same_held && a->is_protected == b->is_protected &&
           a->doubtful == b->doubtful &&
           (a->problem.code != 0 || identity_equal(&a->segment.id, &b->segment.id)) &&
           same_holders(&a->holders, &b->holders) && same_files(&a->files, &b->files);
}

static bool same_check(const struct delete_check *a, const struct delete_check *b, bool late)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (!same_item(&a->items[i], &b->items[i], late))
            return false;
    return true;
}

/* --- the deletion --- */

/* What was confirmed for an item is what was shown of it, and no more. */
static struct delete_allow allowed(const struct delete_item *item)
{
    return (struct delete_allow){.held = delete_item_is_held(item) || item->doubtful,
                                 .is_protected = item->is_protected};
}

/* A deletion under way. */
struct deletion {
    const struct directory *directory;
    const struct delete_dialog_request *request;
    const struct delete_check *check;
    struct progress *progress;
    struct delete_dialog_reply *reply;
};

static bool is_chosen(const struct deletion *deletion, size_t i)
{
    return !deletion->request->chosen || deletion->request->chosen[i];
}

static struct delete_outcome *add_outcome(struct deletion *deletion, size_t i)
{
    struct delete_outcome *outcome = &deletion->reply->outcomes[deletion->reply->count++];
    outcome->name = memory_dup(deletion->request->names[i]);
    return outcome;
}

/* It is gone: what comes back when, and how long it can be had again. */
static void take_removed(struct delete_outcome *outcome, const struct delete_item *item, uint64_t freed)
{
    const struct holders *holders = &item->holders;
    char until[64 + 4 * sizeof holders->list->command];
    outcome->freed = freed;
    outcome->later = item->freed_later;
    if (!delete_item_can_come_back(item, sys.geteuid()))
        return;
    delete_holders_text(holders, 1, until, sizeof until);
    if (holders->count > 1)
        snprintf(until, sizeof until, "its %zu processes", holders->count);
    if (asprintf(&outcome->until, "%s %s", until, holders->count == 1 ? "ends" : "end") < 0)
        abort();
}

/* The check may have counted something else. */
static void restart_progress(struct progress *progress, uint64_t total)
{
    if (!progress)
        return;
    atomic_store(&progress->done, 0);
    progress_set_total(progress, total);
}

/* All of the check, on several threads. */
static void delete_at_once(struct deletion *deletion)
{
    const struct delete_check *check = deletion->check;
    struct delete_allow *allow = memory_new((check->count + 1) * sizeof *allow);
    struct delete_result *results = memory_new((check->count + 1) * sizeof *results);
    for (size_t i = 0; i < check->count; i++)
        allow[i] = allowed(&deletion->request->shown->items[i]);
    restart_progress(deletion->progress, check->count);
    delete_run_all(deletion->directory, check, allow, results, deletion->progress);
    for (size_t i = 0; i < check->count; i++) {
        struct delete_outcome *outcome = add_outcome(deletion, i);
        if (results[i].error)
            outcome->error = *results[i].error;
        else
            take_removed(outcome, &check->items[i], results[i].removed.freed);
    }
    delete_results_clear(results, check->count);
    free(results);
    free(allow);
}

/* Its copy, if one is wanted; what could not be copied is not deleted. */
static int save(struct deletion *deletion, const struct delete_item *item, int target,
                struct delete_outcome *outcome)
{
    struct kept kept;
    struct error error;
    if (target < 0)
        return 0;
    int r = keep_copy(deletion->directory, item->segment.name, &item->segment.id, target, &kept,
                      deletion->progress, &error);
    outcome->copy = kept.files > 0 ? memory_dup(kept.file) : NULL;
    outcome->changed = kept.changed;
    if (r == -ECANCELED)
        return error_set(&outcome->error, ECANCELED, "stopped before it");
    return r < 0 ? error_set(&outcome->error, error.code, "kept, for it could not be copied: %s", error.text)
                 : 0;
}

static void delete_one(struct deletion *deletion, size_t i, int target)
{
    const struct delete_item *item = &deletion->check->items[i];
    struct delete_outcome *outcome = add_outcome(deletion, i);
    struct removed removed;
    if (progress_cancelled(deletion->progress)) {
        error_set(&outcome->error, ECANCELED, "stopped before it");
    } else if (item->problem.code) {
        outcome->error = item->problem;
    } else if (save(deletion, item, target, outcome) == 0) {
        if (delete_run(deletion->directory, item, allowed(&deletion->request->shown->items[i]), &removed,
                       &outcome->error) == 0) {
            outcome->error.code = 0;
            take_removed(outcome, item, removed.freed);
        }
    }
    if (target < 0)
        progress_add(deletion->progress, 1);
}

/* Those that were chosen, directories last; target: the directory for copies, -1: none are wanted. */
static void delete_in_turn(struct deletion *deletion, int target)
{
    uint64_t items = 0, bytes = 0;
    for (size_t i = 0; i < deletion->check->count; i++) {
        items += is_chosen(deletion, i);
        bytes += is_chosen(deletion, i) ? deletion->check->items[i].segment.allocated : 0;
    }
    restart_progress(deletion->progress, target < 0 ? items : bytes);
    /* What lies in a directory that goes too would be gone with it. */
    for (int directories = 0; directories < 2; directories++)
        for (size_t i = 0; i < deletion->check->count; i++)
            if (is_chosen(deletion, i) && S_ISDIR(deletion->check->items[i].segment.mode) == directories)
                delete_one(deletion, i, target);
}

/* Nothing is deleted where there is no place for the copies. */
static void delete_all(struct deletion *deletion)
{
    const struct delete_dialog_request *request = deletion->request;
    int target AUTO_CLOSE = -1;
    struct error error = {0};
    if (request->copies && keep_open_target(request->copies, &target, &error) < 0) {
        error_set(&deletion->reply->error, error.code, "nothing was deleted: %s", error.text);
        return;
    }
    deletion->reply->outcomes = memory_new((request->count + 1) * sizeof *deletion->reply->outcomes);
    if (request->chosen || request->copies)
        delete_in_turn(deletion, target);
    else
        delete_at_once(deletion);
}

static void run_deletion(struct deletion *deletion, struct delete_check *check)
{
    if (!same_check(deletion->request->shown, check, asks_late(deletion->request))) {
        deletion->reply->check = check;
        deletion->reply->changed = true;
        return;
    }
    delete_all(deletion);
    delete_check_free(check);
}

struct delete_dialog_reply *delete_dialog_fetch(const struct directory *directory, const struct host *host,
                                                const struct delete_dialog_request *request,
                                                struct progress *progress)
{
    struct delete_dialog_reply *reply = memory_new(sizeof *reply);
    struct error error = {0};
    reply->is_deletion = request->is_deletion;
    struct delete_check *check = run_check(directory, host, request, progress, &error);
    struct deletion deletion = {directory, request, check, progress, reply};
    if (!check)
        reply->error = error;
    else if (request->is_deletion)
        run_deletion(&deletion, check);
    else
        reply->check = check;
    reply->has_usage = directory_usage(directory, &reply->usage, NULL) == 0;
    return reply;
}
