/*
 * Deleting by identity.
 */
#ifndef SHMTOP_CORE_SEGMENT_REMOVAL_H
#define SHMTOP_CORE_SEGMENT_REMOVAL_H

#include "core/segment/lease.h"

/*
 * Unlinks name if it still is the segment with this identity (where it can be had, while we hold its lease,
 * so that nobody opens it in between; must_be_unheld makes a refused lease -EBUSY). A directory's tree is
 * removed file by file with unlinkat beneath its descriptor, no link followed, bounded depth. -EROFS,
 * -ENOENT, -ESTALE (another now), -EACCES (sticky directory: says whose), -EBUSY.
 */
int removal_unlink(const struct directory *directory, const char *name, const struct identity *id,
                   bool must_be_unheld, struct error *error);

/* -EACCES or -EROFS, as removal_unlink will say it: name lies in a directory where we may delete nothing, or
 * in a sticky one and neither is ours. Of a directory all that lies in it is asked for. */
int removal_foresee(const struct directory *directory, const char *name, uid_t owner, struct error *error);

/*
 * What may go: the file, or every file that was listed in a directory's tree, ordered by device and inode.
 * removal_unlink_listed deletes a directory only if it holds no other file (-ESTALE; asked before the first
 * unlink, and again before each): what was made in it since was neither shown nor checked.
 */
struct removal_list {
    const struct identity *ids; /* borrowed */
    const bool *held;           /* borrowed: of each, whether a sweep found holders; NULL: none was made */
    size_t count;
};

/* What went, also where it failed half-way through a tree. */
struct removed {
    uint64_t freed; /* bytes of files whose last name went and that nobody is known to hold */
    enum held held; /* of a single file: what its lease said at that moment */
};
int removal_unlink_listed(const struct directory *directory, const char *name, const struct identity *id,
                          const struct removal_list *listed, bool must_be_unheld, struct removed *ret_removed,
                          struct error *error);

#endif
