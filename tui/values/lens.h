/*
 * What a person says that the bytes of a segment are: a panel of type, shape, order and offset, held against
 * the segment's size with each key. A model without I/O; the preview (preview_lens.c) shows what it says.
 *
 *   key → lens_key → LENS_CHANGED → lens_matrix → the grid shows the bytes so
 */
#ifndef SHMTOP_TUI_VALUES_LENS_H
#define SHMTOP_TUI_VALUES_LENS_H

#include "core/matrix/matrix.h"
#include "tui/term/cells.h"
#include "tui/term/key.h"

struct lens;

/* may_record: recording is offered. It says nothing before the first lens_know. */
struct lens *lens_new(bool may_record);
void lens_free(struct lens *lens);

/* What is known of the segment: its size, where bytes begin that are no header, whether what it is stands
 * beside it already. True where what is said came to mean something else. */
bool lens_know(struct lens *lens, uint64_t size, uint64_t payload, bool recorded);

/* Begins with this matrix (NULL: the likeliest of raw bytes); after lens_know. */
void lens_begin(struct lens *lens, const struct matrix *matrix);

/* What is said; nothing in it is owned. False where it is wrong or does not fit: lens_verdict tells why. */
bool lens_matrix(const struct lens *lens, struct matrix *ret_matrix);
const char *lens_verdict(const struct lens *lens);

enum lens_result {
    LENS_UNUSED,
    LENS_USED,
    LENS_CHANGED, /* something else is said */
    LENS_KEEP,    /* close, and go on looking at it so */
    LENS_RECORD,  /* the same, and record it */
    LENS_CLEAR,   /* close, and take away what was recorded */
    LENS_BACK,    /* close, and look at it as before */
};
enum lens_result lens_key(struct lens *lens, const struct key *key);
enum lens_result lens_paste(struct lens *lens, const char *text);

#define LENS_ROWS 8

/* Settles it for so many columns; before lens_draw. */
void lens_layout(struct lens *lens, int columns);

/* Draws the rows that there is room for: the field in focus and the verdict above all. */
void lens_draw(const struct lens *lens, struct cells *cells, struct rect rect);

#endif
