/*
 * The load dialog as its parts see it: load_dialog.c (its course), load_fields.c (what stands in the form,
 * and what is wrong with it), load_keys.c, load_members.c (the list of what an .npz holds), load_draw.c (the
 * form) and load_facts.c (what it says of file and name), load_message.c (what is said at the end),
 * load_look.c and load_fetch.c (the work beside the screen).
 */
#ifndef SHMTOP_TUI_VIEW_LOAD_PRIVATE_H
#define SHMTOP_TUI_VIEW_LOAD_PRIVATE_H

#include "core/transfer/load.h"
#include "core/transfer/load_preview.h"
#include "core/source/source_list.h"
#include "tui/view/combo.h"
#include "tui/view/file_form.h"
#include "tui/view/load_dialog.h"

enum load_request_kind { LOAD_COMPLETE, LOAD_LOOK, LOAD_PREVIEW, LOAD_RUN };

enum load_exists { EXISTS_FAIL, EXISTS_REPLACE, EXISTS_REPLACE_HELD };

enum load_field {
    FIELD_FILE,
    FIELD_MEMBER,    /* of an .npz with several */
    FIELD_DELIMITER, /* of text */
    FIELD_HEADERS,   /* of text */
    FIELD_NAME,
    FIELD_MODE,
    FIELD_TYPE,
    FIELD_SHAPE, /* of what may be raw bytes */
    FIELD_LOSSY,
    FIELD_ORDER,
    FIELD_LAYOUT,
    FIELD_EXISTS,
    FIELD_LOAD,
    FIELD_CANCEL,
    FIELD_COUNT
};

struct load_dialog_request {
    enum load_request_kind kind;
    unsigned generation; /* of what was typed */
    char *typed;         /* the path as typed */
    char *home;          /* NULL: none */
    char *name;          /* NULL: the default */
    char *member;        /* NULL: the first that can be loaded */
    uint32_t delimiter;  /* as source.h */
    int64_t header_lines;
    bool has_shape; /* raw bytes */
    int rank;
    uint64_t shape[MATRIX_RANK_MAX];
    bool has_as;
    struct dtype as; /* simple, it owns nothing */
    bool strict;
    enum layout layout;
    enum load_order order;
    enum load_exists exists;
    bool mode_set;
    unsigned mode; /* where it is not set that of a new file */
};

enum load_name_state { NAME_UNKNOWN, NAME_FREE, NAME_EXISTS, NAME_BAD };

/* What a file holds, as far as it is known. */
struct load_file {
    bool is_read;
    bool is_text, is_pickle;
    bool may_be_raw; /* nothing says what it is */
    uint64_t size;   /* of the file */
    char kind[64];
    char type[DTYPE_NAME_MAX];
    char shape[256];
    char order;        /* 'C', 'F'; 0 where it means nothing */
    bool is_estimated; /* rows and bytes */
    uint64_t bytes;    /* of data */
};

/* What a load came to. */
struct load_outcome {
    struct load_report report;          /* owned; of the holders of the old one only the sweep */
    char types[2 * DTYPE_NAME_MAX + 8]; /* "float64 → float16" */
    char shape[256];
    bool is_of_file, is_lossy; /* a failure */
};

struct load_dialog_reply {
    enum load_request_kind kind;
    unsigned generation;
    struct completion *completion; /* LOAD_COMPLETE */
    struct error error;            /* of the file, of the preview, of the load */
    /* LOAD_LOOK */
    struct load_file file;
    struct source_members members; /* owned */
    size_t member;                 /* of them: which one file is about */
    char name[NAME_PATH_MAX];      /* the name it gets; "" : none */
    enum load_name_state name_state;
    struct error name_error;
    uint64_t old_size; /* NAME_EXISTS */
    mode_t mode;       /* that it gets */
    char readers[128]; /* "everyone may read it" */
    char removal[320]; /* that logind may delete it; "" : it does not */
    bool has_room;
    uint64_t needed;
    struct room room;
    /* LOAD_PREVIEW */
    char types[2 * DTYPE_NAME_MAX + 8];
    bool to_integer, is_kept;
    struct load_preview preview;
    /* LOAD_RUN */
    struct load_outcome outcome;
};

struct load_dialog {
    char *home, *directory;
    const struct users *users;
    struct file_form form; /* its fields: enum load_field */
    struct line *name, *mode;
    bool name_edited, mode_edited;
    struct combo delimiter, headers, type, shape;
    int lossy, layout, order, exists; /* of the choices */
    char *member;                     /* owned: the one chosen; NULL: none was */
    size_t member_at;                 /* of the list, for its cursor */
    bool members_open;
    size_t members_first;

    bool preview_wanted;
    enum load_request_kind asked_kind; /* form.asked: of what */
    unsigned asked_generation;
    bool gave_up;
    struct load_dialog_reply *facts;   /* the last look; NULL: none */
    struct load_dialog_reply *preview; /* the last one; NULL: none */

    unsigned plain_mode; /* of a new file */
    char message[ERROR_TEXT_MAX + 1024];
    bool message_is_error;
    char *loaded;
};

/* --- load_fields.c --- */

void load_fields_open(struct load_dialog *dialog);
void load_fields_close(struct load_dialog *dialog);

/* The line, combo or choices of a field, where it is of that kind; else NULL. Choices are NULL-terminated. */
struct line *load_field_line(struct load_dialog *dialog, enum load_field field);
struct combo *load_field_combo(struct load_dialog *dialog, enum load_field field);
const char *const *load_field_choices(const struct load_dialog *dialog, enum load_field field,
                                      int *ret_chosen);
void load_field_choose(struct load_dialog *dialog, enum load_field field, int by);

/* Whether it is on the form: some are of one kind of file only. */
bool load_field_is_shown(const struct load_dialog *dialog, enum load_field field);

/* What only goes with the file that was typed before is forgotten. */
void load_fields_forget_file(struct load_dialog *dialog);

/* After a look: shapes that raw bytes may have. */
void load_fields_offer_shapes(struct load_dialog *dialog);

/* What the fields ask for, into the request. False where one of them says nothing of use: which and why. */
bool load_fields_read(const struct load_dialog *dialog, struct load_dialog_request *request,
                      enum load_field *ret_field, struct error *ret_error);

/* --- load_dialog.c --- */

/* Whether what is known of the file and name is of what stands in the fields now. */
bool load_dialog_is_current(const struct load_dialog *dialog);
/* Something was typed or chosen in the field in focus: what is known is of something else. */
void load_dialog_changed(struct load_dialog *dialog);
void load_dialog_move_focus(struct load_dialog *dialog, int by);
/* Starts the load, or says what stands in its way. */
void load_dialog_start(struct load_dialog *dialog);

/* --- load_members.c --- */

/* The key is about the list. */
bool load_members_key(struct load_dialog *dialog, uint32_t code);
void load_members_layout(struct load_dialog *dialog, struct rect place);
void load_members_draw(const struct load_dialog *dialog, struct cells *cells, struct rect place);
void load_members_draw_chosen(const struct load_dialog *dialog, struct cells *cells, int y, int x, int width);

/* --- load_facts.c --- */

/* Why nothing is known of the file; NULL: nothing is to be said. */
const char *load_facts_reason(const struct load_dialog *dialog);
/* What the file holds; returns the lines that it takes. cells NULL: only measures. */
int load_facts_draw_file(const struct load_dialog *dialog, struct cells *cells, struct rect rect);
void load_facts_draw_name(const struct load_dialog *dialog, struct cells *cells, int y, int x, int width);
void load_facts_draw_mode(const struct load_dialog *dialog, struct cells *cells, int y, int x, int width);
/* What the conversion does to the first values, or which field says nothing of use; "" while nothing is
 * known. */
void load_facts_preview(const struct load_dialog *dialog, char *buf, size_t size, enum role *ret_role);
void load_facts_draw_room(const struct load_dialog *dialog, struct cells *cells, int y, int x, int width);

/* --- load_message.c --- */

void load_message_make(struct load_dialog *dialog, const struct load_dialog_reply *reply, int64_t now);

/* --- load_look.c, load_fetch.c --- */

#define LOAD_PREVIEW_VALUES 1000000

/* Where the host's facts come from. */
struct load_place {
    const struct directory *directory;
    const struct host *host;
    const char *cgroup_root;
};

struct load_options load_request_options(const struct load_dialog_request *request,
                                         const struct load_place *place);
/* member: NULL for what is no .npz. Borrows from both. */
struct source_options load_request_source(const struct load_dialog_request *request, const char *member);

/* The name it gets. */
void load_choose_name(const struct load_dialog_request *request, struct load_dialog_reply *reply);

/* The path as the system takes it, malloc'ed; NULL where there is none, with an error where "-" was typed. */
char *load_request_path(const struct load_dialog_request *request, struct error *error);

/* The members of an .npz, and which is meant; NULL where it is none, or none of them can be loaded. Borrowed
 * from reply. */
const char *load_find_member(const struct load_dialog_request *request, const char *path,
                             struct load_dialog_reply *reply);

void load_look(const struct load_place *place, const struct load_dialog_request *request,
               struct load_dialog_reply *reply);

#endif
