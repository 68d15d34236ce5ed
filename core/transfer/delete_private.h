/*
 * What the files of the check before a deletion share: delete_look.c looks at each item, delete.c lists what
 * would go and sweeps, delete_account.c says what comes back.
 */
#ifndef SHMTOP_CORE_TRANSFER_DELETE_PRIVATE_H
#define SHMTOP_CORE_TRANSFER_DELETE_PRIVATE_H

#include "core/transfer/delete.h"

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

/* By device and inode. */
int delete_compare_ids(const struct identity *x, const struct identity *y);

/* A regular file that can be deleted. */
bool delete_is_file(const struct delete_item *item);

/* Fills segment, problem, together and held of all items, except held of those that are together and of
 * directories. -ECANCELED. */
int delete_look_at_all(struct checking *checking, struct error *error);
void delete_ask_lease(const struct checking *checking, struct delete_item *item);

/* After the sweep: holders, what comes back, doubt. Sorts the targets by file. -ENOMEM. */
int delete_account_all(struct checking *checking);

#endif
