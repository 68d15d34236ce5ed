/*
 * Deleting with the checks of product.md "Deleting": protected names, holders (lease and sweep) and identity.
 * Used by `rm` and the dialog.
 */
#ifndef SHMTOP_CORE_TRANSFER_DELETE_H
#define SHMTOP_CORE_TRANSFER_DELETE_H

#include "core/process/host.h"
#include "core/process/sweep.h"
#include "core/segment/removal.h"

/* Many are looked at and deleted by so many threads, so many at a time. */
#define DELETE_THREADS 4
#define DELETE_GRAIN   64

struct delete_item {
    struct segment segment; /* owned; facts at the time of the check; a directory's are its tree's sums */
    enum held held;         /* what the lease said; a directory: the worst of its tree */
    struct holders
        holders; /* borrowed from the check; a directory's are those of its whole tree, no pid twice */
    bool
        doubtful; /* another user's, and neither a lease nor a complete sweep could tell whether it is held */
    bool is_protected; /* the name, or one in the directory */
    const char *protected_by;
    uint64_t freed_now;   /* bytes that come back at once */
    uint64_t freed_later; /* bytes that come back when the holders end (or another hard link goes) */
    bool together; /* has other links, or is asked for twice: not to be opened while another of them is, for
                      each would be the other's holder */
    bool shared;   /* some of its bytes have another name in an item behind it, and are counted there */
    struct removal_list files; /* borrowed from the check: every file that would go */
    char *const *file_names;   /* of each, raw, its own name; NULL for what is no directory */
    struct error problem;      /* code != 0: it cannot be deleted at all (gone, …) */
};

struct delete_check {
    size_t count;
    struct delete_item *items; /* in the order asked for */
    struct sweep sweep;        /* of everything that would go; its order is nobody's business */
    struct identity *ids;      /* owned: of everything that would go, the items' one after the other */
    char **names;              /* owned: of each, where it lies in a directory that would go; else NULL */
    bool *held;                /* owned: of each, whether the sweep found holders */
    size_t listed;
    struct holder **merged; /* owned: the directories' holders */
};

/*
 * Looks at each raw name anew, asks leases, sweeps once. expected (may be NULL): identities the caller saw
 * (inode 0: none); another is -ESTALE in problem. Bytes are counted once, however many names of a file go. Fails only where
 * nothing can be said at all: -ECANCELED, -ENOMEM, a failed sweep.
 */
int delete_check(const struct directory *directory, const struct host *host, const char *const *names,
                 const struct identity *expected, size_t n, struct delete_check *ret_check,
                 struct progress *progress, struct error *error);
/* The same for who deletes at once: of our own files (held stays HELD_UNKNOWN) the deletion will ask. Of
 * another's it is asked now: where no lease can be had and the sweep did not see all, it is doubtful. */
int delete_check_quickly(const struct directory *directory, const struct host *host, const char *const *names,
                         const struct identity *expected, size_t n, struct delete_check *ret_check,
                         struct progress *progress, struct error *error);
void delete_check_clear(struct delete_check *check);

/* True where the sweep found a holder, or the lease was refused. */
bool delete_item_is_held(const struct delete_item *item);

struct delete_allow {
    bool held, is_protected;
};

/*
 * 0, or what delete_run will refuse: its problem; -EACCES, another user's in a sticky directory; -EBUSY,
 * protected, held, or another user's that may be (unless allowed).
 */
int delete_foresee(const struct directory *directory, const struct delete_item *item,
                   struct delete_allow allow, struct error *error);

/* Deletes one checked item: refuses as delete_foresee, then removal_unlink_listed. */
int delete_run(const struct directory *directory, const struct delete_item *item, struct delete_allow allow,
               struct removed *ret_removed, struct error *error);

struct delete_result {
    struct removed removed;
    struct error *error; /* owned; NULL: it went */
};

/*
 * delete_run for all items of a check, allow and results one for each: on several threads, for a lease, an
 * unlink and the giving back of the memory are each some microseconds in the kernel. What has other links,
 * and what is no regular file, goes last and in the order of the items. Progress counts items; what a cancel
 * keeps is -ECANCELED.
 */
void delete_run_all(const struct directory *directory, const struct delete_check *check,
                    const struct delete_allow *allow, struct delete_result *results,
                    struct progress *progress);
void delete_results_clear(struct delete_result *results, size_t n); /* frees what they own */

#endif
