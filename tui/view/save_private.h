/*
 * What the files of the save dialog share.
 */
#ifndef SHMTOP_TUI_VIEW_SAVE_PRIVATE_H
#define SHMTOP_TUI_VIEW_SAVE_PRIVATE_H

#include "core/transfer/save.h"
#include "tui/view/file_form.h"
#include "tui/view/save_dialog.h"

enum save_request_kind { SAVE_COMPLETE, SAVE_LOOK, SAVE_RUN };

/* Which matrix. */
struct save_subject {
    char *name; /* owned, raw */
    struct identity id;
    bool unlinked;
    pid_t *pids; /* owned */
    size_t pid_count;
    char *index; /* owned */
    bool transposed;
    bool is_said;
    struct matrix said; /* is_said: in place of what it says itself; owns nothing */
};

struct save_dialog_request {
    enum save_request_kind kind;
    unsigned generation; /* of what was typed */
    struct save_subject subject;
    char *typed; /* the path as typed */
    char *home;  /* NULL: none */
    bool replace;
};

/* What will be written, as far as it is known. */
struct save_content {
    bool is_read;
    char type[DTYPE_NAME_MAX];
    char shape[256];
    uint64_t bytes; /* of the file; of CSV the least */
};

enum save_place_state { PLACE_UNKNOWN, PLACE_FREE, PLACE_EXISTS, PLACE_BAD };

struct save_dialog_reply {
    enum save_request_kind kind;
    unsigned generation;
    struct completion *completion; /* SAVE_COMPLETE */
    struct error error;            /* of the segment, of the save */
    struct save_content content;
    enum save_place_state place_state;
    struct error place_error;
    uint64_t old_size, free;
    struct save_report report; /* SAVE_RUN */
};

enum save_field {
    SAVE_FIELD_FILE,
    SAVE_FIELD_FORMAT,
    SAVE_FIELD_EXISTS,
    SAVE_FIELD_SAVE,
    SAVE_FIELD_CANCEL,
    SAVE_FIELD_COUNT
};

struct save_dialog {
    struct save_subject subject;
    char *home;
    struct file_form form;           /* its fields: enum save_field */
    int exists;                      /* of the choices: 0 refuse, 1 replace */
    struct save_dialog_reply *facts; /* the last look; NULL: none */
    char message[ERROR_TEXT_MAX + 512];
};

void save_subject_clear(struct save_subject *subject);

/* The choices of a field, NULL-terminated, and the one chosen (-1: none, the file's name says no format);
 * NULL where the field is no choice. */
const char *const *save_dialog_choices(const struct save_dialog *dialog, enum save_field field,
                                       int *ret_chosen);
/* Whether what is known of the file is of what stands in the fields now. */
bool save_dialog_is_current(const struct save_dialog *dialog);

/* For save_keys.c. */
void save_dialog_move_focus(struct save_dialog *dialog, int by);
void save_dialog_choose(struct save_dialog *dialog, int by);
void save_dialog_start(struct save_dialog *dialog);

#endif
