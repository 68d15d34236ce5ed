/*
 * What the files of the lens share.
 */
#ifndef SHMTOP_TUI_VALUES_LENS_PRIVATE_H
#define SHMTOP_TUI_VALUES_LENS_PRIVATE_H

#include "core/matrix/factor.h"
#include "tui/values/lens.h"
#include "tui/view/line.h"

enum lens_field { LENS_TYPE, LENS_SHAPE, LENS_ORDER, LENS_OFFSET, LENS_BUTTONS, LENS_FIELD_COUNT };

#define LENS_BUTTONS_MAX 4
#define LENS_TEXT_MAX    1408 /* of a shape */

struct lens {
    bool may_record;
    bool known; /* what follows is */
    uint64_t size, payload;
    bool recorded;

    enum lens_field focus;
    int button;
    struct line *type, *shape, *offset; /* owned */
    int order;                          /* 0: C, 1: F */

    /* What is said. */
    bool is_right;
    struct matrix matrix; /* owns nothing: a simple type */
    char verdict[ERROR_TEXT_MAX];

    /* The shapes that so many bytes may have, the likely ones first. */
    struct factoring offered[FACTORINGS_MAX];
    size_t offered_count;
    bool chosen;                      /* what stands in the field was not typed: */
    int wanted_rank;                  /* it is this shape, */
    uint64_t wanted[MATRIX_RANK_MAX]; /* filled to the segment's end */
};

/* The offered shape that is said now; -1: none of them. */
int lens_offered_now(const struct lens *lens);

/* What the fields say becomes the matrix, or the reason why there is none. */
void lens_read(struct lens *lens);
/* The same, after a shape that was not typed was fitted to the new type and offset. */
void lens_refill(struct lens *lens);
/* The next of the offered shapes, or the one before. */
void lens_pick(struct lens *lens, int by);

/* The buttons that there are, as what each does. Returns how many. */
int lens_buttons(const struct lens *lens, enum lens_result ret_results[LENS_BUTTONS_MAX],
                 const char *ret_texts[LENS_BUTTONS_MAX]);

#endif
