/*
 * Publishing: a segment is written to an unnamed file (O_TMPFILE), its room reserved first (fallocate in 64
 * MiB pieces), and it gets its name when it is complete. A reader never sees half a matrix; a load that is
 * cancelled or killed leaves nothing. Mode, group and owner are set before the name is. Where the file system
 * has no unnamed files it is refused: a hidden name instead would outlive a SIGKILL with half a matrix in it.
 *
 * A replacement gives the complete file a hidden name (.shmtop-PID-N, locked with flock) and renames it over
 * the old one, so that at every instant the name is either the old segment or the new one.
 */
#ifndef SHMTOP_CORE_SEGMENT_PUBLISH_H
#define SHMTOP_CORE_SEGMENT_PUBLISH_H

#include "core/segment/lease.h"
#include "core/segment/segment.h"

#define PUBLISH_PIECE (64u << 20)

struct publish_options {
    mode_t mode; /* permission bits; used if mode_set (else 0666 less the umask, or the replaced one's) */
    bool mode_set;
    uid_t uid;            /* (uid_t)-1: keep */
    gid_t gid;            /* (gid_t)-1: keep */
    bool replace;         /* an existing regular file of that name may be replaced */
    bool allow_held;      /* … even if held */
    bool allow_protected; /* … even if protected (the caller asks process/producers.h and passes is_protected)
                           */
    bool is_protected;
    /* A descriptor, opened by us alone, that may be of the segment to replace (a matrix that is loaded from
     * itself): it is no holder. 0: none. */
    int own_fd;
};

/* What a replacement replaces. */
struct publish_old {
    struct identity id;
    uint64_t allocated; /* bytes */
    uint32_t links;
    enum held held; /* at begin; after commit: at the moment of the replacement */
};

struct publish;

/*
 * Checks what can be checked before any work: read-only, name, whether it exists (-EEXIST; with replace:
 * -EBUSY held or protected, -EEXIST not a regular file, -EACCES not ours in a sticky directory), the parent
 * of DIR/FILE exists
 * (-ENOENT). Opens the unnamed file with mode, group and owner as they will be (-EACCES where they may not be
 * given); -ENOSPC where not even an inode is left, -ENOTSUP where there are no unnamed files.
 */
int publish_begin(struct publish **ret_publish, const struct directory *directory, const char *name,
                  const struct publish_options *options, struct error *error);

/* What it is, before it has its name, until a restart. Borrowed. */
const struct identity *publish_get_id(const struct publish *publish);

/* The segment that will be, or was, replaced; NULL where there is none. Borrowed. */
const struct publish_old *publish_get_old(const struct publish *publish);

/* Sets the size and reserves all of it, once. Cancel works between pieces. -ENOSPC, -EFBIG, -ECANCELED. */
int publish_reserve(struct publish *publish, uint64_t size, struct progress *progress, struct error *error);

/*
 * For a segment whose size is not known yet, instead: reserves what is missing up to size, as often as it
 * takes; publish_set_size then cuts it to its length. The same errors; what was reserved stays.
 */
int publish_grow(struct publish *publish, uint64_t size, struct progress *progress, struct error *error);

/*
 * For a segment with holes, instead: sets the size and reserves nothing, then publish_reserve_part each part
 * that will be written. The same errors.
 */
int publish_set_size(struct publish *publish, uint64_t size, struct error *error);
int publish_reserve_part(struct publish *publish, uint64_t offset, uint64_t count, struct progress *progress,
                         struct error *error);

/* Gives it the user attributes (user.*) of an open file, where both file systems have any: 0, or what failed.
 */
int publish_copy_attributes(struct publish *publish, int from_fd, struct error *error);

/* Begins anew with another unnamed file, as publish_begin opened the first, which goes to *ret_fd: the caller
 * reads from it and closes it, and then it is gone. After a failure the publish can only be freed. */
int publish_restart(struct publish *publish, int *ret_fd, struct error *error);

/* Gives it one user attribute ("user.npy_header"). -ENOTSUP where its file system has none (tmpfs before
 * Linux 6.6), or what failed. */
int publish_set_attribute(struct publish *publish, const char *name, const void *value, size_t size,
                          struct error *error);

/* Writes bytes at offset, within the reserved size. Safe on several threads for ranges apart. */
int publish_write(struct publish *publish, uint64_t offset, const void *bytes, size_t size,
                  struct error *error);

/*
 * All of the reserved size as memory to be written, until the segment gets its name or the publish ends: for
 * bytes that go to so many places that a write for each would take for ever. Its pages are there already, and
 * as long as it has no name nobody else can take them away, so that no store ends in SIGBUS. They are shared
 * memory, but count as ours while they are mapped. -ENOMEM where our address space is limited.
 */
int publish_map(struct publish *publish, uint8_t **ret_bytes, struct error *error);

/* Maps the pages of a part of that memory at once, instead of each as it is met. It need not be done. Safe on
 * several threads. */
void publish_map_populate(struct publish *publish, uint64_t offset, uint64_t size);

/*
 * Copies count bytes at from_offset of a regular file to to_offset, inside the kernel: of the source nothing
 * is mapped, so nothing that happens to it can end in SIGBUS, and no buffer is needed. With beside a second
 * thread helps where there is much to copy. A source that ends early is -ESTALE. Progress is added in bytes;
 * -ECANCELED. Not while another call writes.
 */
int publish_copy(struct publish *publish, uint64_t to_offset, int from_fd, uint64_t from_offset,
                 uint64_t count, bool beside, struct progress *progress, struct error *error);

/*
 * Gives the name: linkat, or for a replacement link + rename in one step, after looking once more whether the
 * old one is still the same (-ESTALE) and unheld (-EBUSY). -EEXIST where the name was taken meanwhile. Fills
 * *ret_id. Then the publish is over: only free it.
 */
int publish_commit(struct publish *publish, struct identity *ret_id, struct error *error);

/* Ends it; without commit nothing remains. */
void publish_free(struct publish *publish);

/*
 * Removes what a SIGKILL between the two steps of a replacement left of ours in the directory and its
 * sub-directories: regular .shmtop-PID-N of our user whose flock is free. Does nothing in a read-only
 * directory. One whose mode (load --mode 0) lets its owner neither read nor write stays, except for root: its
 * lock cannot be asked for, to change its mode would change that of a replacement under way, and that no
 * process bears the PID says nothing of another pid namespace.
 */
void publish_clean_leftovers(const struct directory *directory);

#endif
