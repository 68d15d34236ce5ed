/*
 * What the files of the delete dialog share.
 */
#ifndef SHMTOP_TUI_VIEW_DELETE_PRIVATE_H
#define SHMTOP_TUI_VIEW_DELETE_PRIVATE_H

#include "core/transfer/delete.h"
#include "tui/view/delete_dialog.h"
#include "tui/view/line.h"

#define DELETE_WORD      "delete"
#define DELETE_SAVED     "shm-saved" /* the directory for copies, in the user's home */
#define DELETE_NOTES_MAX 14

struct delete_dialog_request {
    bool is_deletion;
    size_t count;
    char **names;
    struct identity *ids;
    struct delete_check *shown; /* owned; a deletion: what the user confirmed */
    bool *chosen;               /* owned; a deletion: which of them; NULL: all */
    char *copies;               /* owned; a deletion: the directory for copies; NULL: none are made */
};

/* What became of one item. */
struct delete_outcome {
    char *name;            /* raw */
    struct error error;    /* code 0: it is deleted */
    uint64_t freed, later; /* bytes: at once, and when the holders end */
    char *until;           /* owned: "23111 python3 ends": so long can it be restored; NULL: it cannot */
    char *copy;            /* raw name of its copy (the last, of a directory); NULL: none was made */
    bool changed;          /* it was written while it was copied */
};

struct delete_dialog_reply {
    bool is_deletion;
    struct error error;         /* the check failed, or there is no directory for copies */
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
    DELETE_CHOOSING, /* one by one */
    DELETE_RUNNING,
    DELETE_FAILED, /* the check */
    DELETE_REPORT, /* some were not deleted */
};

enum delete_focus { FOCUS_CANCEL, FOCUS_DELETE, FOCUS_ONE, FOCUS_WORD };

/* A line of the list: an item, or a file in a directory that is one. */
struct delete_line {
    size_t item;
    const char *file; /* raw; borrowed from the check; NULL: the item itself */
};

/* One that the dialog is about. */
struct delete_subject {
    char *name;  /* owned */
    char *owner; /* owned; NULL: not known */
    struct identity id;
    enum state state;
};

struct delete_dialog {
    char *directory, *home;
    uid_t me;
    size_t count;
    struct delete_subject *subjects; /* owned */
    size_t unlinked;                 /* others that were passed over */
    char *unlinked_text;             /* owned: why, and what would free them */

    enum delete_stage stage;
    bool asked;     /* a request is under way */
    bool was_shown; /* since the stage began */
    struct error error;
    struct delete_check *check; /* what is shown */
    struct delete_line *lines;  /* owned: of check */
    size_t line_count;
    int64_t wall;
    bool changed;
    bool has_usage;
    struct directory_usage usage;
    uint64_t done, total;
    size_t outcome_count;
    struct delete_outcome *outcomes;

    bool saves;        /* copies first */
    bool *chosen;      /* owned: of each; NULL: all */
    size_t at;         /* the item that is asked for */
    bool all_the_rest; /* of those that need no word */

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
bool delete_item_needs_word(const struct delete_item *item);
bool delete_dialog_needs_word(const struct delete_dialog *dialog);
/* Whether the word is asked for now. */
bool delete_dialog_asks_word(const struct delete_dialog *dialog);
bool delete_dialog_is_theirs(const struct delete_dialog *dialog, const struct delete_item *item);
/* Whether it can be asked for one by one: there is more than one. */
bool delete_dialog_has_choice(const struct delete_dialog *dialog);
/* Whether a sentence of the question would be missing or cut on the screen: then nothing can be confirmed. */
bool delete_dialog_is_too_small(const struct delete_dialog *dialog);
/* Lines of the list: items, or what became of them. */
size_t delete_dialog_lines(const struct delete_dialog *dialog);
/* How many of them are visible in a rectangle of the layout's height. */
size_t delete_dialog_visible(const struct delete_dialog *dialog);
/* A stage begins, with nothing shown of it yet. */
void delete_dialog_begin(struct delete_dialog *dialog, enum delete_stage stage);

/* Whether it is known who holds it, or that nobody does. */
bool delete_item_certain(const struct delete_check *check, const struct delete_item *item);
/* Whether it can be restored once it is deleted, while its holders run: what is open in one of them; what is
 * only mapped, by root. */
bool delete_item_can_come_back(const struct delete_item *item, uid_t me);
/* Columns for what became of an item. */
int delete_dialog_reason_width(const struct delete_dialog *dialog);

/* "881 train.py, 902 dash, +2" with the first n of them by name. */
void delete_holders_text(const struct holders *holders, size_t n, char *buf, size_t size);

/* "prices.shm deleted, 0 freed: R restores it until 23111 python3 ends and 7.6M come back" */
void delete_summary_text(const struct delete_dialog *dialog, char *buf, size_t size);

/* The sentences below the list (delete_notes.c). */
struct delete_notes {
    size_t count;
    struct delete_note {
        enum role role;
        char text[ERROR_TEXT_MAX + 64];
    } list[DELETE_NOTES_MAX];
};
void delete_notes_make(const struct delete_dialog *dialog, struct delete_notes *ret_notes);

#endif
