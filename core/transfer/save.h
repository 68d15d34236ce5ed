/*
 * A segment's matrix, or a view of it, into a file outside the segments, or down a stream.
 *
 * .npy: what lies together in the segment, in C or Fortran order, keeps its order and is copied inside the
 * kernel, its holes as holes; any other view is written in C order, block by block, as np.save does. The byte
 * order is kept. .csv: core/matrix/csv.h.
 *
 * A file is made all or nothing (target.h). Nothing is ever written through a link or over what is no regular
 * file. What is replaced gives its mode, its group and, where root replaces it, its owner; a new file is no
 * more open than the segment and the umask allow.
 */
#ifndef SHMTOP_CORE_TRANSFER_SAVE_H
#define SHMTOP_CORE_TRANSFER_SAVE_H

#include <stdbool.h>

#include "core/matrix/index.h"
#include "core/segment/directory.h"
#include "core/sys/progress.h"

enum save_format { SAVE_NPY, SAVE_CSV };

/* By FILE's ending, ".npy" or ".csv" in any case; "-" is npy. -EINVAL. */
int save_format_of(const char *file, enum save_format *ret_format, struct error *error);

/* What is saved; all borrowed. */
struct save {
    int fd; /* of the segment */
    const struct matrix *matrix;
    const struct view *view;
    enum save_format format;
};

/* 0, or why a view cannot be saved in this format: as csv_check. */
int save_check(const struct save *save, struct error *error);

/* Bytes of an .npy file with its header; of CSV the least that it can take. */
int save_size(const struct save *save, uint64_t *ret_bytes, struct error *error);

/* Where a FILE is to lie. */
struct save_place {
    int directory;  /* owned: O_PATH */
    char file[256]; /* in it */
    bool exists;    /* a regular file */
    uint64_t size;  /* of that one */
    uint64_t device, inode;
    unsigned mode, uid, gid;
    uint64_t free; /* bytes that the file system has for us; UINT64_MAX: no limit, or not known */
};

/*
 * Looks where FILE leads. segments: whose segments are saved; -EROFS where nothing may be written, -EBUSY
 * where FILE is one of them, for who replaces a segment asks who uses it (load --replace). -ENOENT (no such
 * directory), -EEXIST (a directory, link, FIFO … bears the name), -EACCES, -EINVAL.
 */
int save_place_open(const char *path, const struct directory *segments, struct save_place *ret_place,
                    struct error *error);
void save_place_close(struct save_place *place);

struct save_report {
    uint64_t bytes; /* written */
    bool replaced;
    bool changed; /* the segment was written or resized meanwhile: old values and new may be mixed */
};

/*
 * Saves into a place. Progress in bytes of elements. -EEXIST where the file exists and replace does not say
 * otherwise, or was made meanwhile; -ESTALE where the segment shrank, or the file was replaced meanwhile;
 * -ENOSPC, -EFBIG, -EACCES, -ECANCELED, -ENOMEM …; then nothing of it is left.
 */
int save_to_file(const struct save *save, const struct save_place *place, bool replace,
                 struct progress *progress, struct save_report *ret_report, struct error *error);

/* Saves to what is open for writing, from where it stands on: a pipe, a terminal, a file. -EPIPE where nobody
 * reads any more. */
int save_to_stream(const struct save *save, int to, struct progress *progress, struct save_report *ret_report,
                   struct error *error);

#endif
