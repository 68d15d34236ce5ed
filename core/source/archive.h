/*
 * A zip archive that is read: its members by name, and the bytes of one. What zip is, libzip knows; here are
 * the bounds that a hostile archive meets, and the names as they stand in it.
 *
 * Of members that bear the same name only the last is there, as for Python's zipfile. No number from the
 * archive sizes any memory: libzip may read a directory of ARCHIVE_DIRECTORY_MAX bytes and
 * ARCHIVE_MEMBERS_MAX members, and the rest goes through the caller's buffers.
 */
#ifndef SHMTOP_CORE_SOURCE_ARCHIVE_H
#define SHMTOP_CORE_SOURCE_ARCHIVE_H

#include "core/source/input.h"

#define ARCHIVE_DIRECTORY_MAX (32u << 20)
#define ARCHIVE_MEMBERS_MAX   100000

struct archive;

struct archive_member {
    const char *name; /* raw, never to be shown as it is; borrowed from the archive */
    uint64_t index;   /* where it stands in the archive's directory */
    uint64_t size;    /* bytes as the directory says, which may lie */
    uint64_t packed;  /* bytes in the file, as it says */
    uint32_t crc;     /* CRC-32, as it says */
    uint16_t method;  /* 0 stored, 8 deflated, others are refused */
    uint16_t encryption;
};

/*
 * Reads the directory of a regular file. The input is borrowed, and must stay. -EBADMSG no zip archive, or
 * damaged; -ENOTSUP more members than above; -EIO and others where the file cannot be read, -ENOMEM.
 */
int archive_open(struct archive **ret_archive, const struct input *input, struct error *error);
void archive_close(struct archive *archive);

/* Members, in the order of the archive's directory. Borrowed. */
size_t archive_count(const struct archive *archive);
const struct archive_member *archive_get(const struct archive *archive, size_t i);

/* The member called like the first length bytes of name with suffix behind them; NULL: none. */
const struct archive_member *archive_find(const struct archive *archive, const char *name, size_t length,
                                          const char *suffix);

/* The bytes of one member, once. */
struct archive_stream;
/* -ENOTSUP names the encryption or the method that is not read. */
int archive_stream_open(struct archive_stream **ret_stream, struct archive *archive,
                        const struct archive_member *member, struct error *error);
void archive_stream_close(struct archive_stream *stream);

/*
 * The next size bytes, fewer only at the member's end, where its length is compared with what the directory
 * says. The count; -EBADMSG damaged, -ESTALE where the file changed since the input was opened.
 */
ssize_t archive_stream_read(struct archive_stream *stream, void *buf, size_t size, struct error *error);

/*
 * All that was read is to be given to this, in the same order; it may be on another thread, for the CRC takes
 * an eighth of the time of inflating. When the member has ended finish compares it with what the directory
 * says: 0, or as above.
 */
void archive_stream_check(struct archive_stream *stream, const void *bytes, size_t size);
int archive_stream_finish(struct archive_stream *stream, struct error *error);

#endif
