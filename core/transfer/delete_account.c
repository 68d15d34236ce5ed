/*
 * What comes back: each file once, however many of its names go, with the last of them.
 */
#include <errno.h>
#include <stdlib.h>

#include "core/transfer/delete_private.h"

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

static int by_file(const void *a, const void *b)
{
    const struct target *x = a, *y = b;
    int r = delete_compare_ids(&x->id, &y->id);
    return r ? r : (x->item > y->item) - (x->item < y->item);
}

int delete_account_all(struct checking *checking)
{
    int r = 0;
    qsort(checking->targets, checking->count, sizeof *checking->targets, by_file);
    for (size_t i = 0, n; i < checking->count && r == 0; i += n) {
        const struct target *first = &checking->targets[i];
        for (n = 1; i + n < checking->count && delete_compare_ids(&first->id, &first[n].id) == 0;)
            n++;
        r = account(checking, first, n);
    }
    return r;
}
