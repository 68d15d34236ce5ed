/*
 * What the files of saving share.
 */
#ifndef SHMTOP_CORE_TRANSFER_SAVE_PRIVATE_H
#define SHMTOP_CORE_TRANSFER_SAVE_PRIVATE_H

#include "core/transfer/save.h"

/* Whether the file that a place found still bears the name. */
bool save_place_is_current(const struct save_place *place);

/* How a view is written as .npy: its header's matrix (borrows the dtype), and whether its elements lie
 * together in that order. */
bool save_is_packed(const struct save *save, struct matrix *ret_matrix);

/* Where the bytes go. */
struct save_out {
    int fd;
    bool is_file; /* a new one, as large as it will be; else a stream */
    uint64_t at;  /* of the file: bytes written so far */
};

/* Writes what comes next: 0 or -errno. */
int save_put(struct save_out *out, const void *bytes, size_t size);

/* To a file: the elements, at most WALK_BLOCK bytes each, in C order, as stored. */
int save_write_boxes(const struct save *save, struct save_out *out, struct progress *progress,
                     struct error *error);

/* The whole .npy. -errno; with error->code 0 writing failed, without words. */
int save_write_npy(const struct save *save, struct save_out *out, struct progress *progress,
                   struct error *error);

#endif
