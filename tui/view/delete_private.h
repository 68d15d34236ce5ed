/*
 * What the files of the delete dialog share.
 */
#ifndef SHMTOP_TUI_VIEW_DELETE_PRIVATE_H
#define SHMTOP_TUI_VIEW_DELETE_PRIVATE_H

#include "core/transfer/delete.h"
#include "tui/view/delete_dialog.h"
#include "tui/view/line.h"

#define DELETE_WORD "delete"

struct delete_dialog_request {
    bool is_deletion;
    size_t count;
    char **names;
    struct identity *ids;
    struct delete_check *shown; /* owned; a deletion: what the user confirmed */
};

/* What became of one item. */
struct delete_outcome {
    char *name;         /* raw */
    struct error error; /* code 0: it is deleted */
    uint64_t freed;
};

struct delete_dialog_reply {
    bool is_deletion;
    struct error error;         /* the check failed */
    struct delete_check *check; /* owned; NULL after a deletion or a failure */
    bool changed;               /* a deletion that stopped, for check is not what was shown */
    bool has_usage;
    struct directory_usage usage;
    size_t count;
    struct delete_outcome *outcomes; /* owned */
};

void delete_check_free(struct delete_check *check);

enum delete_stage {
    DELETE_CHECKING,
    DELETE_ASKING,
    DELETE_RUNNING,
    DELETE_FAILED, /* the check */
    DELETE_REPORT, /* some were not deleted */
};

enum delete_focus { FOCUS_CANCEL, FOCUS_DELETE, FOCUS_WORD };

struct delete_dialog {
    char *directory;
    size_t count;
    char **names;
    char **owners; /* of each, may be NULL */
    struct identity *ids;
    uid_t me;

    enum delete_stage stage;
    bool asked;     /* a request is under way */
    bool was_shown; /* since the stage began */
    struct error error;
    struct delete_check *check; /* what is shown */
    int64_t wall;
    bool changed;
    bool has_usage;
    struct directory_usage usage;
    uint64_t done, total;
    size_t outcome_count;
    struct delete_outcome *outcomes;

    enum delete_focus focus;
    struct line *word;
    bool wrong_word;
    size_t top; /* of the list */
    int height, width;
    bool ascii;
    char message[ERROR_TEXT_MAX + 512];
    bool message_is_error;
};

/* Items that can be deleted at all; those that need the word. */
size_t delete_dialog_possible(const struct delete_dialog *dialog);
bool delete_dialog_needs_word(const struct delete_dialog *dialog);
/* Whether a sentence of the question would be missing or cut on the screen: then nothing can be confirmed. */
bool delete_dialog_is_too_small(const struct delete_dialog *dialog);
/* Lines of the list: items, or what became of them. */
size_t delete_dialog_lines(const struct delete_dialog *dialog);
/* How many of them are visible in a rectangle of the layout's height. */
size_t delete_dialog_visible(const struct delete_dialog *dialog);

#endif
