/*
 * All elements of a view in its C order, in blocks: memory stays bounded whatever its size.
 */
#ifndef SHMTOP_CORE_MATRIX_WALK_H
#define SHMTOP_CORE_MATRIX_WALK_H

#include "core/matrix/index.h"

#define WALK_BLOCK (UINT64_C(4) << 20) /* bytes; a block has one element at least */

struct walk {
    int fd;
    const struct matrix *matrix;    /* borrowed */
    const struct view *view;        /* borrowed */
    uint64_t most[MATRIX_RANK_MAX]; /* extents of a block that is whole */
    bool began;

    /* The block at hand. */
    uint64_t origin[MATRIX_RANK_MAX], extent[MATRIX_RANK_MAX]; /* in the view */
    uint64_t elements;
    uint8_t *block; /* owned: the elements, packed in C order, native (structs: as stored) */

    char *text; /* owned */
    size_t text_size;
};

/* -ENOMEM. */
int walk_begin(struct walk *walk, int fd, const struct matrix *matrix, const struct view *view,
               struct error *error);
void walk_end(struct walk *walk);

/* Reads the next block: 1; 0 after the last, and where the view has no element; or as window_read. */
int walk_next(struct walk *walk, struct error *error);

/* An element, or a part of one that has this type, as number_text with NUMBER_FULL, however long: borrowed
 * until the next call. */
const char *walk_text(struct walk *walk, const struct dtype *dtype, const void *element, size_t *ret_length);

/* The next index in C order below count; false after the last, and index is all 0 again. */
bool walk_step(int rank, const uint64_t *count, uint64_t *index);

#endif
