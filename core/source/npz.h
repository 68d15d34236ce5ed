/*
 * An .npz: a zip archive whose members are .npy files, each a matrix under a key, which is the member's name
 * less ".npy". numpy's np.savez and np.load; npy.md §4.
 */
#ifndef SHMTOP_CORE_SOURCE_NPZ_H
#define SHMTOP_CORE_SOURCE_NPZ_H

#include "core/matrix/matrix.h"
#include "core/source/archive.h"

/* Bytes behind an array that a member may have, for they are read too: only at its end is its CRC known. */
#define NPZ_SLACK (64u << 10)

#define NPZ_MAGIC_SIZE 4

/* True where bytes begin as a zip archive with members, or with none, does. */
bool npz_has_magic(const uint8_t *bytes, size_t n);

/* Bytes of the member's name that are its key: all of it where it does not end in .npy, or where another
 * member is called like the shorter one, as Python's z[key] then gives that one. */
size_t npz_key_length(const struct archive *archive, const struct archive_member *member);

/*
 * The member of this key or full name, which comes first, in its raw or else its escaped form; NULL: the only
 * one that is a matrix (called .npy, or beginning like one). -ENOENT, -EINVAL where there are several, each
 * with what there is; -EBADMSG where there is none.
 */
int npz_choose(struct archive *archive, const char *key, const struct archive_member **ret_member,
               struct error *error);

/* The matrix in one member, its data yet to be read. */
struct npz_matrix {
    struct matrix matrix;
    uint64_t bytes; /* of data */
    uint64_t left;  /* yet to be read */
    struct archive_stream *stream;
};

/* -EBADMSG no .npy, or cut short, or more behind its array than NPZ_SLACK; -ENOTSUP of an encryption, method
 * or type that is refused. Here and below the errors do not name the member: the caller knows it. */
int npz_open(struct npz_matrix *ret_npz, struct archive *archive, const struct archive_member *member,
             struct error *error);
void npz_close(struct npz_matrix *npz);

/* The next size bytes of data. */
ssize_t npz_read(struct npz_matrix *npz, void *buf, size_t size, struct error *error);

/* Takes them into the CRC: all of them, in the same order. It may run beside the reading. */
void npz_check(struct npz_matrix *npz, const void *bytes, size_t size);

/* After the last of them: reads what is behind, and with that the CRC is known to be right. */
int npz_finish(struct npz_matrix *npz, struct error *error);

#endif
