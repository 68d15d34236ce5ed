#include "core/transfer/delete_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/segment/members.h"
#include "core/sys/calls.h"
#include "core/sys/memory.h"

static int add_target(struct checking *checking, const struct target *target)
{
    if (checking->count == checking->capacity) {
        size_t capacity = checking->capacity ? 2 * checking->capacity : 16;
        struct target *targets = reallocarray(checking->targets, capacity, sizeof *targets);
        if (!targets) {
            free(target->name);
            return -ENOMEM;
        }
        checking->targets = targets;
        checking->capacity = capacity;
    }
    checking->targets[checking->count++] = *target;
    return 0;
}

/* A directory is as held as the worst in it. */
static enum held worse(enum held a, enum held b)
{
    if (a == HELD_YES || b == HELD_YES)
        return HELD_YES;
    return a == HELD_NO ? b : a;
}

static void check_protected(const struct checking *checking, struct delete_item *item, const char *name)
{
    const struct producer *producer = producers_find(checking->host->producers, name, NULL);
    bool known = producer_is_protected(producer);
    if (item->is_protected || !(known || checking->host->producers_lost))
        return;
    item->is_protected = true;
    item->protected_by = known ? producer->label : "perhaps: the producers file could not be used";
}

static int take_member(void *context, const struct member *member)
{
    struct checking *checking = context;
    struct delete_item *item = &checking->check->items[checking->item];
    check_protected(checking, item, member->file); /* however deep it lies */
    if (member->is_directory)
        return 0;
    item->held = worse(item->held, member->held);
    return add_target(checking, &(struct target){.id = member->id,
                                                 .name = memory_dup(member->file),
                                                 .item = checking->item,
                                                 .allocated = member->allocated,
                                                 .links = member->links,
                                                 .uid = member->uid,
                                                 .is_regular = member->is_regular,
                                                 .held = member->held});
}

/* What is wrong with one item is its problem; only what ends the whole check is returned. */
static int look_into_directory(struct checking *checking, struct delete_item *item)
{
    item->held = HELD_NO;
    int r = members_each(checking->directory, item->segment.name, take_member, checking, checking->progress,
                         &item->problem);
    return r == -ECANCELED || r == -ENOMEM ? r : 0;
}

static int take_file(struct checking *checking, const struct delete_item *item)
{
    const struct segment *segment = &item->segment;
    return add_target(checking, &(struct target){.id = segment->id,
                                                 .item = checking->item,
                                                 .allocated = segment->allocated,
                                                 .links = segment->links,
                                                 .uid = segment->uid,
                                                 .is_regular = S_ISREG(segment->mode),
                                                 .held = item->held});
}

static int take_item(struct checking *checking)
{
    struct delete_item *item = &checking->check->items[checking->item];
    if (item->problem.code)
        return 0;
    check_protected(checking, item, item->segment.name);
    if (S_ISDIR(item->segment.mode))
        return look_into_directory(checking, item);
    if (delete_is_file(item) && item->together)
        delete_ask_lease(checking, item);
    return take_file(checking, item);
}

static int by_item(const void *a, const void *b)
{
    const struct target *x = a, *y = b;
    if (x->item != y->item)
        return x->item < y->item ? -1 : 1;
    return delete_compare_ids(&x->id, &y->id);
}

/* The targets of an item stand together. */
static void list_files(struct checking *checking)
{
    struct delete_check *check = checking->check;
    qsort(checking->targets, checking->count, sizeof *checking->targets, by_item);
    for (size_t i = 0; i < checking->count; i++) {
        struct removal_list *files = &check->items[checking->targets[i].item].files;
        checking->targets[i].index = i;
        check->ids[i] = checking->targets[i].id;
        check->names[i] = checking->targets[i].name;
        checking->targets[i].name = NULL;
        if (files->count++ == 0) {
            files->ids = &check->ids[i];
            files->held = &check->held[i];
            check->items[checking->targets[i].item].file_names = check->names[i] ? &check->names[i] : NULL;
        }
    }
    check->listed = checking->count;
}

static int sweep_targets(struct checking *checking, struct error *error)
{
    struct delete_check *check = checking->check;
    check->ids = calloc(checking->count, sizeof *check->ids);
    check->held = calloc(checking->count, sizeof *check->held);
    check->names = calloc(checking->count, sizeof *check->names);
    if (!check->ids || !check->held || !check->names)
        return error_set_errno(error, ENOMEM, "cannot look who holds them");
    list_files(checking);
    struct sweep_scope scope = {.ids = check->ids, .n = checking->count, .threads = sweep_threads()};
    int r = sweep_run(checking->host->proc_root, &scope, &check->sweep, checking->progress, error);
    for (size_t i = 0; r == 0 && i < checking->count; i++)
        check->held[i] = check->sweep.of[i].count > 0;
    return r;
}

/*
 * A lease is refused for the microseconds in which anybody looks at a file, a shmtop like us too. Where the
 * sweep found nobody it is asked once more.
 */
static void ask_again(const struct checking *checking)
{
    for (size_t i = 0; i < checking->count; i++) {
        struct target *target = &checking->targets[i];
        struct delete_item *item = &checking->check->items[target->item];
        if (target->held != HELD_YES || checking->check->sweep.of[target->index].count > 0 ||
            !delete_is_file(item))
            continue;
        delete_ask_lease(checking, item);
        target->held = item->held;
    }
}

/* Where not everybody could be seen the deletion must not be the first to ask: what is in doubt is refused,
 * and root may have no right to leases. */
static void ask_in_doubt(struct checking *checking)
{
    if (!checking->without_leases || checking->check->sweep.complete)
        return;
    checking->without_leases = false;
    for (size_t i = 0; i < checking->count; i++) {
        struct target *target = &checking->targets[i];
        struct delete_item *item = &checking->check->items[target->item];
        if (target->held != HELD_UNKNOWN || target->uid == checking->me || !delete_is_file(item))
            continue;
        delete_ask_lease(checking, item);
        target->held = item->held;
    }
}

static int check_all(struct checking *checking, struct error *error)
{
    int r = delete_look_at_all(checking, error);
    for (size_t i = 0; i < checking->check->count && r == 0; i++) {
        checking->item = i;
        r = progress_cancelled(checking->progress) ? -ECANCELED : take_item(checking);
    }
    if (r < 0)
        return error_set(error, -r, r == -ECANCELED ? "stopped" : "no memory left to look at them");
    if (checking->count == 0)
        return 0;
    if ((r = sweep_targets(checking, error)) < 0)
        return r;
    ask_in_doubt(checking);
    ask_again(checking);
    r = delete_account_all(checking);
    return r < 0 ? error_set_errno(error, -r, "cannot look who holds them") : 0;
}

/* names and the like are set. */
static int check_begun(struct checking *checking, size_t n, struct delete_check *ret_check,
                       struct error *error)
{
    struct delete_check check = {.count = n};
    checking->check = &check;
    check.items = calloc(n + 1, sizeof *check.items);
    check.merged = calloc(n + 1, sizeof(struct holder *));
    int r = check.items && check.merged ? check_all(checking, error)
                                        : error_set_errno(error, ENOMEM, "cannot look at them");
    for (size_t i = 0; i < checking->count; i++)
        free(checking->targets[i].name);
    free(checking->targets);
    if (r < 0)
        delete_check_clear(&check);
    else
        *ret_check = check;
    return r;
}

int delete_check(const struct directory *directory, const struct host *host, const char *const *names,
                 const struct identity *expected, size_t n, struct delete_check *ret_check,
                 struct progress *progress, struct error *error)
{
    struct checking checking = {directory, host, names, expected, .me = sys.geteuid(), .progress = progress};
    return check_begun(&checking, n, ret_check, error);
}

int delete_check_quickly(const struct directory *directory, const struct host *host, const char *const *names,
                         const struct identity *expected, size_t n, struct delete_check *ret_check,
                         struct progress *progress, struct error *error)
{
    struct checking checking = {
        directory, host, names, expected, .without_leases = true, .me = sys.geteuid(), .progress = progress};
    return check_begun(&checking, n, ret_check, error);
}

void delete_check_clear(struct delete_check *check)
{
    for (size_t i = 0; i < check->count; i++) {
        if (check->items)
            segment_clear(&check->items[i].segment);
        if (check->merged)
            free(check->merged[i]);
    }
    free(check->items);
    free(check->merged);
    for (size_t i = 0; i < check->listed; i++)
        free(check->names[i]);
    free(check->ids);
    free(check->names);
    free(check->held);
    sweep_clear(&check->sweep);
    memset(check, 0, sizeof *check);
}
