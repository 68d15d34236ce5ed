#include "core/transfer/delete.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/segment/members.h"

/* One file that would go. */
struct target {
    struct identity id;
    size_t item;
    uint64_t allocated;
    uint32_t links;
    enum held held;
};

/* A check under way. */
struct checking {
    const struct directory *directory;
    const struct host *host;
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
        if (!targets)
            return -ENOMEM;
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
    return add_target(checking, &(struct target){member->id, checking->item, member->allocated, member->links,
                                                 member->held});
}

/* What is wrong with one item is its problem; only what ends the whole check is returned. */
static int look_into_directory(struct checking *checking, struct delete_item *item)
{
    item->held = HELD_NO;
    int r = members_each(checking->directory, item->segment.name, take_member, checking, checking->progress,
                         &item->problem);
    return r == -ECANCELED || r == -ENOMEM ? r : 0;
}

static int look_at_file(struct checking *checking, struct delete_item *item)
{
    const struct segment *segment = &item->segment;
    struct error error = {0};
    if (S_ISREG(segment->mode)) {
        int r = lease_ask(checking->directory, segment->name, &segment->id, &item->held, &error);
        if (r == -ENOENT || r == -ESTALE)
            item->problem = error;
    }
    return add_target(checking, &(struct target){segment->id, checking->item, segment->allocated,
                                                 segment->links, item->held});
}

static int look_at_item(struct checking *checking, const char *name, const struct identity *expected)
{
    struct delete_item *item = &checking->check->items[checking->item];
    if (segment_stat(checking->directory, name, &item->segment, &item->problem) < 0)
        return 0;
    if (expected && !identity_equal(expected, &item->segment.id)) {
        error_set(&item->problem, ESTALE, "replaced meanwhile: another segment bears this name now");
        return 0;
    }
    check_protected(checking, item, name);
    return S_ISDIR(item->segment.mode) ? look_into_directory(checking, item) : look_at_file(checking, item);
}

/* By item, and the names of one file together. */
static int compare_targets(const void *a, const void *b)
{
    const struct target *x = a, *y = b;
    if (x->item != y->item)
        return x->item < y->item ? -1 : 1;
    if (x->id.device != y->id.device)
        return x->id.device < y->id.device ? -1 : 1;
    if (x->id.inode != y->id.inode)
        return x->id.inode < y->id.inode ? -1 : 1;
    return 0;
}

/* The targets of an item stand together. */
static void list_files(struct checking *checking)
{
    struct delete_check *check = checking->check;
    for (size_t i = 0; i < checking->count; i++) {
        struct removal_list *files = &check->items[checking->targets[i].item].files;
        check->ids[i] = checking->targets[i].id;
        if (files->count++ == 0)
            files->ids = &check->ids[i];
    }
}

static int sweep_targets(struct checking *checking, struct error *error)
{
    struct delete_check *check = checking->check;
    check->ids = calloc(checking->count, sizeof *check->ids);
    if (!check->ids)
        return error_set_errno(error, ENOMEM, "cannot look who holds them");
    list_files(checking);
    struct sweep_scope scope = {.ids = check->ids, .n = checking->count};
    return sweep_run(checking->host->proc_root, &scope, &check->sweep, checking->progress, error);
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

/* One file of an item, under n names in it: who holds it, and when its memory comes back. */
static int account(struct delete_check *check, const struct target *target, size_t n,
                   const struct holders *holders)
{
    struct delete_item *item = &check->items[target->item];
    bool comes_back = n >= target->links && target->held != HELD_YES && holders->count == 0;
    if (comes_back)
        item->freed_now += target->allocated;
    else
        item->freed_later += target->allocated;
    return add_holders(check, target->item, holders);
}

static int account_all(const struct checking *checking)
{
    int r = 0;
    for (size_t i = 0, n; i < checking->count && r == 0; i += n) {
        const struct target *first = &checking->targets[i];
        for (n = 1; i + n < checking->count && compare_targets(first, first + n) == 0;)
            n++;
        r = account(checking->check, first, n, &checking->check->sweep.of[i]);
    }
    return r;
}

static int check_all(struct checking *checking, const char *const *names, const struct identity *expected,
                     struct error *error)
{
    int r = 0;
    for (size_t i = 0; i < checking->check->count && r == 0; i++) {
        checking->item = i;
        r = progress_cancelled(checking->progress)
                ? -ECANCELED
                : look_at_item(checking, names[i], expected ? &expected[i] : NULL);
    }
    if (r < 0)
        return error_set(error, -r, r == -ECANCELED ? "stopped" : "no memory left to look at them");
    if (checking->count == 0)
        return 0;
    qsort(checking->targets, checking->count, sizeof *checking->targets, compare_targets);
    if ((r = sweep_targets(checking, error)) < 0)
        return r;
    r = account_all(checking);
    return r < 0 ? error_set_errno(error, -r, "cannot look who holds them") : 0;
}

int delete_check(const struct directory *directory, const struct host *host, const char *const *names,
                 const struct identity *expected, size_t n, struct delete_check *ret_check,
                 struct progress *progress, struct error *error)
{
    struct delete_check check = {.count = n};
    struct checking checking = {.directory = directory, .host = host, .progress = progress, .check = &check};
    check.items = calloc(n + 1, sizeof *check.items);
    check.merged = calloc(n + 1, sizeof(struct holder *));
    int r = check.items && check.merged ? check_all(&checking, names, expected, error)
                                        : error_set_errno(error, ENOMEM, "cannot look at them");
    free(checking.targets);
    if (r < 0)
        delete_check_clear(&check);
    else
        *ret_check = check;
    return r;
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
    free(check->ids);
    sweep_clear(&check->sweep);
    memset(check, 0, sizeof *check);
}

bool delete_item_is_held(const struct delete_item *item)
{
    return item->held == HELD_YES || item->holders.count > 0;
}

int delete_run(const struct directory *directory, const struct delete_item *item, struct delete_allow allow,
               uint64_t *ret_freed, struct error *error)
{
    if (item->problem.code)
        return error_set(error, item->problem.code, "%s", item->problem.text);
    if (item->is_protected && !allow.is_protected)
        return error_set(error, EBUSY,
                         "protected: it belongs to %s (--allow protected deletes it all the same)",
                         item->protected_by ? item->protected_by : "software that needs it");
    if (delete_item_is_held(item) && !allow.held)
        return error_set(error, EBUSY, "in use (--allow held deletes it all the same: who uses it keeps it)");
    int r = removal_unlink_listed(directory, item->segment.name, &item->segment.id, &item->files, !allow.held,
                                  error);
    if (r == 0)
        *ret_freed = item->freed_now;
    return r;
}
