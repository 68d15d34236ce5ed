/*
 * What the files of the load dialog share.
 */
#ifndef SHMTOP_TUI_VIEW_LOAD_PRIVATE_H
#define SHMTOP_TUI_VIEW_LOAD_PRIVATE_H

#include "core/transfer/load.h"
#include "tui/view/load_dialog.h"
#include "tui/view/path_field.h"
#include "tui/view/progress_box.h"

enum load_request_kind { LOAD_COMPLETE, LOAD_LOOK, LOAD_RUN };

enum load_exists { EXISTS_FAIL, EXISTS_REPLACE, EXISTS_REPLACE_HELD };

struct load_dialog_request {
    enum load_request_kind kind;
    unsigned generation; /* of what was typed */
    char *typed;         /* the path as typed */
    char *home;          /* NULL: none */
    char *name;          /* NULL: the default */
    enum layout layout;
    enum load_order order;
    enum load_exists exists;
    bool mode_set;
    unsigned mode;
};

enum load_name_state { NAME_UNKNOWN, NAME_FREE, NAME_EXISTS, NAME_BAD };

/* What a file holds, as far as it is known. */
struct load_file {
    bool is_read;
    char kind[32];
    char type[DTYPE_NAME_MAX];
    char shape[256];
    char order; /* 'C', 'F'; 0 where it means nothing */
    uint64_t bytes;
};

struct load_dialog_reply {
    enum load_request_kind kind;
    unsigned generation;
    struct completion *completion; /* LOAD_COMPLETE */
    struct error error;            /* of the file, of the load */
    struct load_file file;
    char name[NAME_PATH_MAX]; /* the name it gets; "" : none */
    enum load_name_state name_state;
    struct error name_error;
    uint64_t old_size; /* NAME_EXISTS */
    bool has_room;
    uint64_t needed;
    struct room room;
    /* LOAD_RUN */
    uint64_t bytes;
    bool replaced;
    size_t still_held; /* processes on the one replaced */
    uint64_t old_allocated;
};

enum load_field {
    FIELD_FILE,
    FIELD_NAME,
    FIELD_MODE,
    FIELD_LAYOUT,
    FIELD_ORDER,
    FIELD_EXISTS,
    FIELD_LOAD,
    FIELD_CANCEL,
    FIELD_COUNT
};

struct load_dialog {
    char *home, *directory;
    struct line_history *history;
    struct path_field file;
    struct line *name, *mode;
    bool name_edited, mode_edited;
    int layout, order, exists; /* of the choices */
    enum load_field focus;

    unsigned generation; /* of what was typed and chosen */
    bool look_wanted, complete_wanted, run_wanted;
    bool asked;                      /* a request is under way */
    struct load_dialog_reply *facts; /* the last look; NULL: none */

    bool loading;
    struct progress_box progress;
    int64_t now;

    char error[ERROR_TEXT_MAX + 64]; /* in the form */
    int height, width;
    bool ascii;
    char message[ERROR_TEXT_MAX + 512];
    bool message_is_error;
    char *loaded;
};

/* The choices of a field, NULL-terminated, and the one chosen; NULL where the field is no choice. */
const char *const *load_dialog_choices(const struct load_dialog *dialog, enum load_field field,
                                       int *ret_chosen);
/* Whether what is known of the file and name is of what stands in the fields now. */
bool load_dialog_is_current(const struct load_dialog *dialog);
/* 0..0777 from octal digits; false where it is none. */
bool load_parse_mode(const char *text, unsigned *ret_mode);

/* For load_keys.c. The line in focus; NULL: none. */
struct line *load_dialog_line(struct load_dialog *dialog);
/* Something was typed or chosen in the field in focus: what is known is of something else. */
void load_dialog_changed(struct load_dialog *dialog);
void load_dialog_move_focus(struct load_dialog *dialog, int by);
/* Starts the load, or says what stands in its way. */
void load_dialog_start(struct load_dialog *dialog);

#endif
