/*
 * Publishing: a segment is written to an unnamed file (O_TMPFILE), its room reserved first (fallocate in 64 MiB pieces),
 * and it gets its name when it is complete. A reader never sees half a matrix; a load that is cancelled or killed leaves nothing.
 * Mode, group, owner and attributes are set before the name is.
 */
#ifndef SHMTOP_CORE_SEGMENT_PUBLISH_H
#define SHMTOP_CORE_SEGMENT_PUBLISH_H

#include "core/segment/segment.h"

#define PUBLISH_PIECE (64u << 20)

struct publish_options {
    mode_t mode;     /* permission bits; used if mode_set (else 0666 less the umask, or the replaced one's) */
    bool mode_set;
    uid_t uid;       /* (uid_t)-1: keep */
    gid_t gid;       /* (gid_t)-1: keep */
    bool replace;    /* an existing regular file of that name may be replaced */
    bool allow_held; /* … even if held */
    bool allow_protected; /* … even if protected (the caller asks process/protected.h and passes is_protected) */
    bool is_protected;
};

struct publish;

/*
 * Checks what can be checked before any work: read-only, name, whether it exists (-EEXIST; with replace: -EBUSY held,
 * -ENOTSUP not a regular file, -EACCES not ours in a sticky directory), the parent of DIR/FILE exists (-ENOENT). Opens the
 * unnamed file; -ENOSPC where not even an inode is left.
 */
int publish_begin(struct publish **ret_publish, const struct directory *directory, const char *name,
                  const struct publish_options *options, struct error *error);

/* Sets the size and reserves all of it. Cancel works between pieces. -ENOSPC, -ECANCELED. */
int publish_reserve(struct publish *publish, uint64_t size, struct progress *progress, struct error *error);

/* Writes bytes at offset, within the reserved size. Safe on several threads for ranges apart. */
int publish_write(struct publish *publish, uint64_t offset, const void *bytes, size_t size, struct error *error);

/*
 * Copies count bytes at from_offset of a regular file to to_offset, on up to threads threads, with no buffer of its own. A
 * source that ends early is -ESTALE "shrank while it was read". Progress is added in bytes.
 */
int publish_copy(struct publish *publish, uint64_t to_offset, int from_fd, uint64_t from_offset, uint64_t count,
                 unsigned threads, struct progress *progress, struct error *error);

/* Gives the name: linkat, or for a replacement link + rename in one step. Fills *ret_id. Then the publish is over: only free it. */
int publish_commit(struct publish *publish, struct identity *ret_id, struct error *error);

/* Ends it; without commit nothing remains. */
void publish_free(struct publish *publish);

/* Removes what a SIGKILL between the two steps of a replacement left of ours in the directory: .shmtop-PID-N whose flock is free. */
void publish_clean_leftovers(const struct directory *directory);

#endif
