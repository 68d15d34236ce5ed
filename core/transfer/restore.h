/*
 * The undo of a deletion: the bytes of a segment whose name is gone, copied into a new one, while anyone
 * still holds them.
 */
#ifndef SHMTOP_CORE_TRANSFER_RESTORE_H
#define SHMTOP_CORE_TRANSFER_RESTORE_H

#include "core/segment/publish.h"

struct restore_options {
    const char *proc_root, *cgroup_root; /* "/proc", "/sys/fs/cgroup" */
};

struct restore_report {
    struct identity id;
    uint64_t size;
    uint64_t allocated; /* bytes copied: holes stay holes */
    bool other_group;   /* not its old one, which we may not give: what its group might do nobody's may */
    bool undescribed;   /* what the user's state file said of the old one could not be said of it too */
    bool changed;       /* it was written or resized while it was copied: old values and new may be mixed */
};

/*
 * Copies what is open for reading behind from into a new segment, name: all or nothing, its room asked for
 * first. It gets the old one's mode, user attributes and description, as root its owner, and its group where
 * it may be given. Its holders keep the old one. Progress in bytes copied. -EEXIST where the name is taken,
 * -EROFS, -ENOENT (no such DIR), -ENOSPC, -ESTALE (it shrank meanwhile), -EACCES, -ECANCELED.
 */
int restore_run(const struct directory *directory, const char *name, int from,
                const struct restore_options *options, struct restore_report *ret_report,
                struct progress *progress, struct error *error);

#endif
