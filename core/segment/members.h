/*
 * All that lies in a directory's tree, at any depth: what goes when the directory is deleted.
 */
#ifndef SHMTOP_CORE_SEGMENT_MEMBERS_H
#define SHMTOP_CORE_SEGMENT_MEMBERS_H

#include "core/segment/lease.h"

struct member {
    const char *file; /* its own name, raw; borrowed */
    int dirfd;        /* of the directory that it lies in; borrowed */
    struct identity id;
    uint64_t allocated;
    uint32_t links;
    uid_t uid;
    bool is_directory, is_regular;
    enum held held; /* what the lease said; what is no regular file takes none: HELD_NO */
};

/* For each(): opens a regular file for reading, if it still is the same one: the descriptor, or as
 * segment_open. */
int member_open(const struct member *member, struct error *error);

/*
 * Calls each(context, member) for everything in the tree of the directory NAME; a
 * failing each ends it with its value. No link is followed. -ENOENT, -EACCES where a part of it may not be
 * read, -ENOTSUP where it is too deep, -EBUSY where another file system is mounted in or on it, -ECANCELED.
 */
typedef int member_function(void *context, const struct member *member);
int members_each(const struct directory *directory, const char *name, member_function *each, void *context,
                 struct progress *progress, struct error *error);

#endif
