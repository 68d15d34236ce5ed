/*
 * What the forms that move a file have in common (save_dialog.h, load_dialog.h): a path, fields below it and
 * two buttons, one of them all in focus; a look when something was typed, then the work itself with its
 * progress. Which fields there are, how they look and what is asked for is the dialog's.
 */
#ifndef SHMTOP_TUI_VIEW_FILE_FORM_H
#define SHMTOP_TUI_VIEW_FILE_FORM_H

#include "core/sys/error.h"
#include "tui/view/path_field.h"
#include "tui/view/progress_box.h"

struct file_form {
    struct line_history *history; /* borrowed; may be NULL */
    struct path_field file;       /* owned */
    int focus;                    /* a field of the dialog's; 0 is the file */
    int go_button;                /* the field of the button that does it; Cancel is the next one */

    unsigned generation; /* of what was typed and chosen */
    bool look_wanted, complete_wanted, run_wanted;
    bool asked; /* a request is under way */

    bool running;
    struct progress_box progress;

    char error[ERROR_TEXT_MAX + 64]; /* said in the form */
    int height;
    bool ascii;
};

void file_form_open(struct file_form *form, struct line_history *history, int go_button);
void file_form_close(struct file_form *form);

bool file_form_has_focus(const struct file_form *form, int field);

/* --- its course --- */

/* Something was typed or chosen: what is known is of something else. */
void file_form_changed(struct file_form *form);
void file_form_complain(struct file_form *form, int field, const char *text);
void file_form_clear_error(struct file_form *form);

/* The work shall begin, and what else was wanted is of no use any more. */
void file_form_run(struct file_form *form);
void file_form_progress(struct file_form *form, uint64_t done, uint64_t total, int64_t now);
void file_form_ask_quit(struct file_form *form); /* while it runs */

/* --- keys --- */

/* What a key comes to. The dialog knows what the first ones mean, file_form_result the rest. */
enum file_form_step {
    FORM_NEXT,
    FORM_BACK,
    FORM_EDITED,
    FORM_COMPLETE, /* Tab in a line */
    FORM_LEFT,
    FORM_RIGHT,
    FORM_GO,
    FORM_ESCAPE, /* out of a line: closes the list of candidates, else the dialog */
    FORM_CLOSE,
    FORM_STAY, /* used */
    FORM_UNUSED,
};

/* In any field; in one of a few choices; on a button, where Left and Right go to the other one. */
enum file_form_step file_form_field_key(uint32_t code);
enum file_form_step file_form_choice_key(uint32_t code);
enum file_form_step file_form_button_key(struct file_form *form, uint32_t code);
/* After a key in a line or a combo. */
enum file_form_step file_form_line_step(enum line_result result, const struct key *key);

enum dialog_result file_form_result(struct file_form *form, enum file_form_step step);

/* While it runs. Work that has not begun yet, for another request is under way, is taken back by a stop. */
enum dialog_result file_form_running_key(struct file_form *form, uint32_t code);

/* Tab in the path: the next page of its list, else candidates are wanted. False: there is nothing to
 * complete. */
bool file_form_complete(struct file_form *form);

/* --- drawing --- */

/* The progress in place of the form. False: the form is to be drawn. */
bool file_form_draw_progress(const struct file_form *form, const struct progress_words *words,
                             struct cells *cells, struct rect rect);
/* The button that does it, "Save", and Cancel; while it runs "saving…". */
void file_form_draw_buttons(const struct file_form *form, const char *go, const char *going,
                            struct cells *cells, struct rect rect);

#define FORM_ROWS_MAX 24

/* Where the rows of a form are in its box. Where not all fit, the one in focus and the next one do. */
struct file_form_rows {
    struct rect box;
    int above;                  /* lines that are not seen at the top */
    int top[FORM_ROWS_MAX + 1]; /* of each row, and below the last, in lines from the first row's */
};

/* Lines of a form that are as wide as the box's inside. */
int file_form_inside(struct rect within);
/* heights: of the n rows, in lines. */
void file_form_rows_place(struct file_form_rows *rows, struct rect within, const int *heights, int n,
                          int focus);
/* The part of a row that is seen; height 0: none is. */
struct rect file_form_row(const struct file_form_rows *rows, int row);
/* The room below a row for a list, over the rest of the form and to the end of the rectangle. */
struct rect file_form_list_place(const struct file_form_rows *rows, struct rect within, int row);

#endif
