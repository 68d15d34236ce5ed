/*
 * Deleting with the checks of product.md "Deleting": protected names, holders (lease and sweep) and identity.
 * Used by `rm` and the dialog.
 */
#ifndef SHMTOP_CORE_TRANSFER_DELETE_H
#define SHMTOP_CORE_TRANSFER_DELETE_H

#include "core/process/host.h"
#include "core/process/sweep.h"
#include "core/segment/removal.h"

struct delete_item {
    struct segment segment; /* owned; facts at the time of the check; a directory's are its tree's sums */
    enum held held;         /* what the lease said; a directory: the worst of its tree */
    struct holders
        holders;       /* borrowed from the check; a directory's are those of its whole tree, no pid twice */
    bool is_protected; /* the name, or one in the directory */
    const char *protected_by;
    uint64_t freed_now;        /* bytes that come back at once */
    uint64_t freed_later;      /* bytes that come back when the holders end (or another hard link goes) */
    struct removal_list files; /* borrowed from the check: every file that would go */
    struct error problem;      /* code != 0: it cannot be deleted at all (gone, …) */
};

struct delete_check {
    size_t count;
    struct delete_item *items; /* in the order asked for */
    struct sweep sweep;        /* of everything that would go; its order is nobody's business */
    struct identity *ids;      /* owned: of everything that would go, the items' one after the other */
    struct holder **merged;    /* owned: the directories' holders */
};

/*
 * Looks at each raw name anew, asks leases, sweeps once. expected (may be NULL): identities the caller saw;
 * another is -ESTALE in problem. Fails only where nothing can be said at all: -ECANCELED, -ENOMEM, a failed
 * sweep.
 */
int delete_check(const struct directory *directory, const struct host *host, const char *const *names,
                 const struct identity *expected, size_t n, struct delete_check *ret_check,
                 struct progress *progress, struct error *error);
void delete_check_clear(struct delete_check *check);

/* True where the sweep found a holder, or the lease was refused. */
bool delete_item_is_held(const struct delete_item *item);

struct delete_allow {
    bool held, is_protected;
};

/*
 * Deletes one checked item: refuses held (-EBUSY) and protected (-EBUSY) unless allowed, then removal_unlink.
 * *ret_freed: bytes given back now.
 */
int delete_run(const struct directory *directory, const struct delete_item *item, struct delete_allow allow,
               uint64_t *ret_freed, struct error *error);

#endif
