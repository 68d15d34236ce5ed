/*
 * Small files of settings that we believe, because only root or we ourselves can have written them.
 */
#ifndef SHMTOP_CORE_SYS_TRUSTED_H
#define SHMTOP_CORE_SYS_TRUSTED_H

#include <stdbool.h>
#include <stddef.h>

#include "core/sys/calls.h"
#include "core/sys/error.h"

#define TRUSTED_MAX (1u << 20) /* bytes that are read of one */

/* Who else may write to it. */
enum trusted_writers {
    TRUSTED_GROUP, /* its group: an admin's file */
    TRUSTED_NOBODY /* nobody, and its last component is no link: a user's own file */
};

/*
 * Reads the file at path, relative to dirfd: a regular one that root or we own, that nobody else may write
 * and of at most TRUSTED_MAX bytes. *ret_text is malloc'ed, with a NUL behind its *ret_size bytes; *ret_facts
 * (may be NULL) is what statx says of what was read. -ENOENT (*error is untouched), -ENOTSUP, -EPERM, -EFBIG,
 * -EACCES.
 */
int trusted_read(int dirfd, const char *path, enum trusted_writers writers, char **ret_text, size_t *ret_size,
                 struct statx *ret_facts, struct error *error);

#endif
