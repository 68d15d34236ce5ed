/*
 * One entry of a directory: what stat says, and what its bytes say.
 *
 * segment_stat() is cheap (one statx) and is what a scan does; segment_recognise() opens the file and reads its head and
 * tail. Both keep nothing open afterwards: a descriptor kept would make us a holder.
 */
#ifndef SHMTOP_CORE_SEGMENT_SEGMENT_H
#define SHMTOP_CORE_SEGMENT_SEGMENT_H

#include <sys/types.h>

#include "core/layout/layout.h"
#include "core/segment/directory.h"
#include "core/segment/name.h"
#include "core/sys/progress.h"

/*
 * What makes a segment the same one: device, inode and birth time (ns), so that a reused inode number is another segment.
 * Where the file system has no birth time: the generation from name_to_handle_at, or 0.
 */
struct identity {
    uint64_t device;
    uint64_t inode;
    int64_t born;
};
bool identity_equal(const struct identity *a, const struct identity *b);

/* Who tells what raw bytes are. */
enum description {
    DESCRIPTION_NONE,
    DESCRIPTION_ATTRIBUTE, /* the file's own attribute */
    DESCRIPTION_STATE,     /* the user's state file */
    DESCRIPTION_RULE,      /* the admin's rules */
};

struct segment {
    char *name; /* owned, raw: "FILE" or "DIR/FILE" */
    struct identity id;
    uint64_t size;      /* st_size; a directory: the sum of its tree */
    uint64_t allocated; /* st_blocks * 512; a directory: the sum of its tree */
    int64_t created;    /* ns since 1970; 0: not known */
    int64_t modified;   /* ns since 1970 */
    uid_t uid;
    gid_t gid;
    mode_t mode; /* with the file type */
    uint32_t links;
    bool recognised;     /* what follows was looked at (layout may still be unknown: no permission) */
    enum layout layout;  /* set by segment_stat already for what is no regular file, and for semaphores by name */
    struct matrix *matrix; /* owned; NULL: none, or damaged */
    char *damage;          /* owned; NULL: not damaged */
    uint64_t payload;      /* without matrix: where the bytes begin that are no header */
    enum description description; /* of LAYOUT_DESCRIBED */
    pid_t creator_pid;     /* that its bytes tell: core/process/creator.h; 0: none */
};

void segment_clear(struct segment *segment); /* frees what it owns, zeroes it */

/*
 * The facts of one entry. -ENOENT where it is gone. Names that begin with ".shmtop-" followed by PID-N are ours and
 * never reported (-ENOENT).
 */
int segment_stat(const struct directory *directory, const char *name, struct segment *ret, struct error *error);

/* The facts of an open file, which is called name: for one that is reached through no name. 0 or -errno. */
int segment_stat_opened(int fd, const char *name, struct segment *ret, struct error *error);

/*
 * Opens and recognises, filling recognised, layout, matrix, damage of a segment that segment_stat filled. What may not be
 * read stays LAYOUT_UNKNOWN with recognised set: no failure. -ENOENT, -ESTALE where it is no longer the same one.
 */
int segment_recognise(const struct directory *directory, struct segment *segment, struct error *error);

/* The same of what is open already, and has or had this name in the directory (which may be NULL: then its own
 * attribute alone describes it). -ESTALE where it is another. */
int segment_recognise_opened(const struct directory *directory, struct segment *segment, int fd, struct error *error);

/* Whether a NAME has the form "#INODE". */
bool segment_read_inode(const char *text, uint64_t *ret_inode);

/* What lies in an open regular file of this raw name and size: *ret is to be cleared. 0 or -errno. */
int segment_probe(int fd, const char *name, uint64_t size, struct layout_result *ret);

/* Looks up a NAME as a user gives it: literally, else unescaped, else "#INODE". Fills *ret as segment_stat. -ENOENT, -EINVAL. */
int segment_find(const struct directory *directory, const char *text, struct segment *ret, struct error *error);

/* Opens a segment for reading, if it is still the one with this identity: the descriptor, or as directory_open_file, -ESTALE. */
int segment_open(const struct directory *directory, const char *name, const struct identity *id, struct error *error);

/*
 * Walks the directory and, one level deep, its sub-directories: each(context, segment) is called with segment_stat facts
 * and takes what it wants (set segment->name NULL after taking the struct's contents by copy); what remains is cleared. A
 * failing each ends the scan with its value. Entries that vanish meanwhile are passed over. Links are reported (LAYOUT_OTHER), not followed; a sub-directory that may not be read is reported alone.
 */
typedef int segment_function(void *context, struct segment *segment);
int segment_scan(const struct directory *directory, segment_function *each, void *context,
                 struct progress *progress, struct error *error);

/* The same below one sub-directory: its own row and its entries' rows. */
int segment_scan_subdirectory(const struct directory *directory, const char *name, segment_function *each, void *context,
                              struct progress *progress, struct error *error);

#endif
