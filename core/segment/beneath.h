/*
 * Looking beneath a directory's descriptor: this room's own tools, for directory.c, segment.c, lease.c,
 * removal.c.
 *
 * A name has two parts at most, so it is resolved part by part, each opened with O_NOFOLLOW beneath the one
 * before: what openat2(RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS) would do, on every
 * kernel and in one way.
 */
#ifndef SHMTOP_CORE_SEGMENT_BENEATH_H
#define SHMTOP_CORE_SEGMENT_BENEATH_H

#include "core/segment/segment.h"
#include "core/sys/calls.h"

/* Where a name is: the descriptor that its last part is relative to. For FILE it is the directory's own. */
struct place {
    int fd;           /* borrowed, or opened (O_PATH) */
    int opened;       /* -1: none */
    const char *file; /* points into the name */
};
/* -EINVAL (name_check), -ENOENT (DIR is missing, a link or no directory), -EACCES. */
int place_find(const struct directory *directory, const char *name, struct place *ret_place,
               struct error *error);
void place_close(struct place *place);
#define AUTO_PLACE __attribute__((cleanup(place_close)))

/* What statx says of file beneath dirfd ("": of dirfd itself), following no link. 0 or -errno. */
struct facts {
    struct statx st;
    struct identity id;
};
int facts_get(int dirfd, const char *file, struct facts *ret_facts);

/* The born of an identity, from what statx said of file beneath dirfd; flags are name_to_handle_at's, for
 * file systems without birth times. */
int64_t facts_born(const struct statx *st, int dirfd, const char *file, int flags);

/*
 * Whether another file system, or another part of this one, is mounted on the entry of these facts; device:
 * of the directory that it lies in. Before Linux 5.8 the second kind is not seen.
 */
bool facts_are_of_mount(const struct facts *facts, uint64_t device);
/* -EBUSY where something is mounted on the directory that place names, whose facts these are. */
int place_check_mount(const struct place *place, const struct facts *facts, struct error *error);

/* ns since 1970, clamped to what 64 bits hold: any user may set any time. */
int64_t facts_time(const struct statx_timestamp *time);

/* As directory_open_file, with what fstat said of it; beneath_open_at opens file beneath dirfd. */
int beneath_open_file(const struct directory *directory, const char *name, int flags, struct facts *ret_facts,
                      struct error *error);
int beneath_open_at(int dirfd, const char *file, int flags, struct facts *ret_facts, struct error *error);

/* As beneath_open_at, of what was just looked at: before are its facts. For who does not read: no O_NOATIME
 * is added. */
int beneath_open_known(int dirfd, const char *file, int flags, const struct facts *before,
                       struct facts *ret_facts, struct error *error);

/* directory_may_look at what is open. */
int beneath_may_look(const struct directory *directory, int fd, struct error *error);

/* Opens file beneath dirfd to list it: the descriptor, or -errno. */
int beneath_open_list(int dirfd, const char *file);

/* The sentence and class for an errno of a call on an entry: "no permission to VERB it". Returns -class. */
int beneath_error(struct error *error, int code, const char *verb);

/* The entries of one directory, in the kernel's order, without "." and "..". */
struct entries {
    int fd; /* taken */
    size_t at, filled, size;
    char *buf;
    unsigned char type; /* DT_… of the last name; DT_UNKNOWN where the file system does not say */
};
/* Takes fd, also on failure. 0 or -ENOMEM. */
int entries_open(struct entries *entries, int fd, size_t size);
/* The next name, borrowed until the next call; NULL at the end or on an error (*ret_error: 0 or -errno). */
const char *entries_next(struct entries *entries, int *ret_error);
void entries_close(struct entries *entries);
#define AUTO_ENTRIES __attribute__((cleanup(entries_close)))
#define ENTRIES_NONE                                                                                         \
    {                                                                                                        \
        .fd = -1                                                                                             \
    }

/*
 * Walks the tree of an open directory (fd is taken): visit is called for every entry below it, for a
 * directory after what is in it, and ends the walk where it returns other than 0. Deeper than TREE_DEPTH_MAX,
 * onto another file system or into what may not be read it does not go: that is passed over, or with strict
 * -ELOOP, -EXDEV, -EACCES. -ECANCELED, -EIO …
 */
#define TREE_DEPTH_MAX 64
typedef int tree_visit(void *context, int dirfd, const char *file, const struct facts *facts);
int tree_walk(int fd, bool strict, struct progress *progress, tree_visit *visit, void *context);

/* Sums the regular files of the tree at file beneath dirfd, each once however many links it has. As
 * tree_walk. */
struct tree_sum {
    uint64_t size, allocated;
};
int tree_sum(int dirfd, const char *file, struct progress *progress, struct tree_sum *ret_sum);

#endif
