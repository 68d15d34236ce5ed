/*
 * A line of input: the emacs keys that people expect, history, wide and combining characters, horizontal
 * scroll. A model without I/O; used for the filter, "go to", paths, names, modes and the typed word.
 *
 * Keys: ^A Home, ^E End, ^B Left, ^F Right, M-b, M-f (M-Left, M-Right) words; ^H Backspace, ^D Del, ^W and
 * M-Backspace the word before, M-d the word behind, ^U all before, ^K all behind, ^Y gives back what ^W ^U ^K
 * M-d took; Up M-p, Down M-n history; ^C clears, in an empty line it is Escape.
 */
#ifndef SHMTOP_TUI_VIEW_LINE_H
#define SHMTOP_TUI_VIEW_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/term/cells.h"
#include "tui/term/key.h"

#define LINE_MAX_BYTES 4096 /* of text; what does not fit is dropped */

/* What was entered before, newest last, no entry twice; at most 100. One history may serve many lines, one
 * after another. */
struct line_history;
struct line_history *line_history_new(void);
void line_history_free(struct line_history *history);
void line_history_add(struct line_history *history, const char *text); /* "" is passed over */
size_t line_history_count(const struct line_history *history);

struct line;

/* Empty. history is borrowed and may be NULL. */
struct line *line_new(const struct line_history *history);
void line_free(struct line *line);

void line_set(struct line *line,
              const char *text);                /* cursor at the end; what is no printable UTF-8 is dropped */
const char *line_text(const struct line *line); /* UTF-8; borrowed until the next change */
bool line_is_empty(const struct line *line);
size_t line_cursor(const struct line *line); /* byte */

/* What is wrong in the text, by its bytes: drawn so. length 0: nothing. Until the text changes. */
void line_mark(struct line *line, size_t start, size_t length);

enum line_result {
    LINE_UNUSED,   /* not a key of ours (Up and Down too, where the history has no more): the owner may use it
                    */
    LINE_MOVED,    /* used; the text is as before */
    LINE_EDITED,   /* the text changed */
    LINE_ENTERED,  /* Enter */
    LINE_ESCAPED,  /* Escape, or ^C in an empty line */
    LINE_COMPLETE, /* Tab */
};
enum line_result line_key(struct line *line, const struct key *key);

/* Inserts a paste: one line of it, for newlines, controls and invalid parts are dropped. It never enters
 * anything. True where the text changed. */
bool line_paste(struct line *line, const char *text);

/* Settles the horizontal scroll for a field of this width; after keys and before drawing. */
void line_layout(struct line *line, int columns);

/* Draws the field; focused: with the terminal's cursor in it. */
void line_draw(const struct line *line, struct cells *cells, int y, int x, int width, bool focused);

#endif
