/*
 * What all dialogs have in common. A dialog is modal: every key and paste goes to it.
 */
#ifndef SHMTOP_TUI_VIEW_DIALOG_H
#define SHMTOP_TUI_VIEW_DIALOG_H

#include "tui/term/cells.h"

enum dialog_result {
    DIALOG_UNUSED, /* the key means nothing here */
    DIALOG_USED,   /* draw again, ask X_wants */
    DIALOG_STOP,   /* the running job shall be cancelled (workers_cancel); its reply comes all the same */
    DIALOG_CLOSE,  /* it is over: take X_message, free it */
    DIALOG_QUIT,   /* the user wants to leave the program: cancel the running job, quit */
};

#define DIALOG_WIDTH 72

/* A box of at most this size in the middle of the rectangle. */
struct rect dialog_place(struct rect within, int height, int width);

/* How wide a form is in a rectangle. */
int dialog_width(struct rect within);

/* The rows of a form: a label in DIALOG_LABEL columns, the field behind it. */
#define DIALOG_LABEL 11             /* "If exists  " */
int dialog_field_width(int inside); /* 0 where there is no room */
void dialog_label(struct cells *cells, int y, int x, int width, const char *text, bool focused);

/* A field of a few choices, NULL-terminated: "[chosen]  other ". */
void dialog_choice(struct cells *cells, int y, int x, int width, const char *const *choices, int chosen,
                   bool focused);

/* Draws buttons in the middle of a row, the focused one selected (focus < 0: none). */
void dialog_buttons(struct cells *cells, int y, int x, int width, const char *const *texts, int n, int focus);

/* A text broken between words over the lines of a rectangle; returns the lines used. The last line is cut
 * where there are too few. cells NULL: only measures. */
int dialog_text(struct cells *cells, struct rect rect, enum role role, const char *text);

#endif
