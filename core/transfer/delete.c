#include "core/transfer/delete.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/segment/members.h"
#include "core/sys/calls.h"
#include "core/sys/memory.h"
#include "core/sys/workers.h"

/* One file that would go. */
struct target {
    struct identity id;
    char *name; /* owned until list_files: of a directory's member */
    size_t item;
    size_t index; /* in the check's lists */
    uint64_t allocated;
    uint32_t links;
    uid_t uid;
    bool is_regular;
    enum held held;
};

/* A check under way. */
struct checking {
    const struct directory *directory;
    const struct host *host;
    const char *const *names;
    const struct identity *expected;
    bool without_leases; /* of those that the deletion can ask */
    uid_t me;
    struct progress *progress;
    struct delete_check *check;
    struct target *targets;
    size_t count, capacity;
    size_t item; /* that is looked at */
};

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
    if (item->is_protected || !producer_is_protected(producer))
        return;
    item->is_protected = true;
    item->protected_by = producer->label;
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

static int compare_ids(const struct identity *x, const struct identity *y)
{
    if (x->device != y->device)
        return x->device < y->device ? -1 : 1;
    return x->inode < y->inode ? -1 : x->inode > y->inode;
}

/* --- the items one by one, on several threads --- */

static void stat_item(const struct checking *checking, size_t i)
{
    struct delete_item *item = &checking->check->items[i];
    if (segment_stat(checking->directory, checking->names[i], &item->segment, &item->problem) < 0)
        return;
    if (checking->expected && !identity_equal(&checking->expected[i], &item->segment.id))
        error_set(&item->problem, ESTALE, "replaced meanwhile: another segment bears this name now");
}

static int stat_range(void *context, uint64_t first, uint64_t count, struct error *error)
{
    (void)error;
    for (uint64_t i = first; i < first + count; i++)
        stat_item(context, i);
    return 0;
}

static bool is_file(const struct delete_item *item)
{
    return item->problem.code == 0 && S_ISREG(item->segment.mode);
}

static void ask_lease(const struct checking *checking, struct delete_item *item)
{
    const struct segment *segment = &item->segment;
    struct error error = {0};
    if (checking->without_leases && (checking->me == 0 || checking->me == segment->uid))
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
        if (is_file(item) && !item->together)
            ask_lease(checking, item);
    }
    return 0;
}

static int items_by_id(const void *a, const void *b)
{
    return compare_ids(&(*(struct delete_item *const *)a)->segment.id,
                       &(*(struct delete_item *const *)b)->segment.id);
}

static void mark_together(const struct checking *checking)
{
    const struct delete_check *check = checking->check;
    struct delete_item **files = memory_new((check->count + 1) * sizeof *files);
    size_t n = 0;
    for (size_t i = 0; i < check->count; i++)
        if (is_file(&check->items[i]))
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

static int look_at_all(struct checking *checking, struct error *error)
{
    size_t count = checking->check->count;
    unsigned threads = workers_useful_threads(DELETE_THREADS);
    int r = parallel_ranges(count, DELETE_GRAIN, threads, stat_range, checking, checking->progress, error);
    if (r < 0)
        return r;
    mark_together(checking);
    return parallel_ranges(count, DELETE_GRAIN, threads, lease_range, checking, checking->progress, error);
}

/* --- what would go with each --- */

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
    if (is_file(item) && item->together)
        ask_lease(checking, item);
    return take_file(checking, item);
}

static int compare_numbers(size_t x, size_t y)
{
    return x < y ? -1 : x > y;
}

static int by_item(const void *a, const void *b)
{
    const struct target *x = a, *y = b;
    return x->item != y->item ? compare_numbers(x->item, y->item) : compare_ids(&x->id, &y->id);
}

static int by_file(const void *a, const void *b)
{
    const struct target *x = a, *y = b;
    int r = compare_ids(&x->id, &y->id);
    return r ? r : compare_numbers(x->item, y->item);
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
    struct sweep_scope scope = {
        .ids = check->ids, .n = checking->count, .threads = workers_useful_threads(SWEEP_THREADS)};
    int r = sweep_run(checking->host->proc_root, &scope, &check->sweep, checking->progress, error);
    for (size_t i = 0; r == 0 && i < checking->count; i++)
        check->held[i] = check->sweep.of[i].count > 0;
    return r;
}

/* Two lists ordered by pid into one; a process in both is one holder. to has room for both. */
static size_t merge(const struct holders *a, const struct holders *b, struct holder *to)
{
    size_t n = 0;
    for (size_t i = 0, j = 0; i < a->count || j < b->count;) {
        if (i < a->count && j < b->count && a->list[i].pid == b->list[j].pid) {
            to[n] = a->list[i++];
            to[n].mapped += b->list[j].mapped;
            to[n].open += b->list[j].open;
            to[n].writable |= b->list[j++].writable;
        } else if (j == b->count || (i < a->count && a->list[i].pid < b->list[j].pid)) {
            to[n] = a->list[i++];
        } else {
            to[n] = b->list[j++];
        }
        n++;
    }
    return n;
}

static int add_holders(struct delete_check *check, size_t i, const struct holders *more)
{
    struct holders *holders = &check->items[i].holders;
    if (more->count == 0)
        return 0;
    if (holders->count == 0) {
        *holders = *more;
        return 0;
    }
    struct holder *merged = calloc(holders->count + more->count, sizeof *merged);
    if (!merged)
        return -ENOMEM;
    holders->count = merge(holders, more, merged);
    holders->list = merged;
    free(check->merged[i]);
    check->merged[i] = merged;
    return 0;
}

/* One file that would go, under n names; the memory goes with the last of them. */
static int account(const struct checking *checking, const struct target *targets, size_t n)
{
    struct delete_check *check = checking->check;
    const struct holders *holders = &check->sweep.of[targets->index];
    const struct target *last = &targets[n - 1];
    bool is_held = last->held == HELD_YES || holders->count > 0;
    bool doubtful = !is_held && !check->sweep.complete && last->uid != checking->me &&
                    last->held != HELD_NO && last->is_regular;
    int r = 0;
    if (!is_held && n >= last->links)
        check->items[last->item].freed_now += last->allocated;
    else
        check->items[last->item].freed_later += last->allocated;
    for (size_t i = 0; i < n && r == 0; i++) {
        if (i > 0 && targets[i].item == targets[i - 1].item)
            continue;
        check->items[targets[i].item].shared |= targets[i].item != last->item;
        check->items[targets[i].item].doubtful |= doubtful;
        r = add_holders(check, targets[i].item, holders);
    }
    return r;
}

static int account_all(const struct checking *checking)
{
    int r = 0;
    qsort(checking->targets, checking->count, sizeof *checking->targets, by_file);
    for (size_t i = 0, n; i < checking->count && r == 0; i += n) {
        const struct target *first = &checking->targets[i];
        for (n = 1; i + n < checking->count && compare_ids(&first->id, &first[n].id) == 0;)
            n++;
        r = account(checking, first, n);
    }
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
        if (target->held != HELD_YES || checking->check->sweep.of[target->index].count > 0 || !is_file(item))
            continue;
        ask_lease(checking, item);
        target->held = item->held;
    }
}

static int check_all(struct checking *checking, struct error *error)
{
    int r = look_at_all(checking, error);
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
    ask_again(checking);
    r = account_all(checking);
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
