/*
 * The values of a segment in a grid: rows and columns of any two axes, one slice at a time; one dimension
 * wraps; a struct has one column a field; what bears no shape is shown as bytes in hex. A model without I/O:
 * preview_wants says what must be read, preview_fetch (preview_fetch.c) reads it beside the screen,
 * preview_supply takes the answer.
 *
 *   loop: key → preview_key → preview_layout → r = preview_wants → (worker) preview_fetch(directory,
 * proc_root, r) → preview_supply → preview_draw
 *
 * It draws the last complete page until the next one is there, so that nothing flashes.
 */
#ifndef SHMTOP_TUI_VALUES_PREVIEW_H
#define SHMTOP_TUI_VALUES_PREVIEW_H

#include "core/process/sweep.h"
#include "tui/app/action.h"
#include "tui/term/cells.h"
#include "tui/values/study.h"
#include "tui/view/line.h"

struct preview;
struct preview_request; /* immutable once made; preview_fetch may run on another thread */
struct preview_reply;

/* name is raw and copied. All times are monotonic milliseconds. */
struct preview *preview_new(const char *name, const struct identity *id, int64_t now);
void preview_free(struct preview *preview);

/* What was searched for before, for its line; borrowed, and added to. */
void preview_share_history(struct preview *preview, struct line_history *conditions);

/* The segment was renamed: it is looked at under its new name from now on. */
void preview_rename(struct preview *preview, const char *name);
/* Its name is gone: from now on it is looked at through who holds it (copied; NULL: nobody). */
void preview_take_holders(struct preview *preview, const struct holders *holders);
const struct identity *preview_identity(const struct preview *preview);
const char *preview_name(const struct preview *preview); /* raw, borrowed */

#define PREVIEW_SLICE_MAX (22 * MATRIX_RANK_MAX)

/*
 * The slice that is shown as an index of the whole matrix, "17,:,:"; "" where that is all of it. Transposed:
 * its two axes stand the other way round. False where there is no matrix (bytes in hex, nothing known yet).
 */
bool preview_slice(const struct preview *preview, char buf[PREVIEW_SLICE_MAX], bool *ret_transposed);

enum preview_result {
    PREVIEW_UNUSED, /* not ours: the app's own (q, ?, !, Esc, …) */
    PREVIEW_USED,
};

/* A key: of the line ("go to", "find") while that is open, else the action it has on the screen that is shown. */
enum preview_result preview_key(struct preview *preview, const struct key *key, int64_t now);
enum preview_result preview_action(struct preview *preview, enum action action, int64_t now);
/* False for a key that could only say why it does nothing: there is no other slice, no axis to choose. */
bool preview_has_use_for(const struct preview *preview, enum action action);
/* Text that is to be copied to the clipboard, once; NULL: none. The caller owns it. */
char *preview_take_copy(struct preview *preview);
void preview_paste(struct preview *preview, const char *text);
/* Which of its screens is shown: SCREEN_GRID, SCREEN_MAP or SCREEN_CENSUS. */
unsigned preview_screen(const struct preview *preview);
bool preview_wants_text(const struct preview *preview); /* the line is open */

/*
 * Opens the lens: type, shape, order and offset are said by hand, and the bytes shown so. may_record: to
 * record that is offered. It is closed by its own keys.
 */
void preview_open_lens(struct preview *preview, bool may_record);
bool preview_lens_is_open(const struct preview *preview);

/* What is to be recorded of it, or that what was recorded is to go. */
struct preview_record {
    bool clear;
    struct matrix matrix; /* not clear; owns nothing */
};
/* The key that records what it is looked at as; says what is missing where nothing is said. */
void preview_ask_record(struct preview *preview);
/* True where it was asked for since; once. */
bool preview_wants_record(struct preview *preview, struct preview_record *ret_record);
/* It was done: from now on the segment is what it says itself. */
void preview_recorded(struct preview *preview, bool clear);
/* Whether what is shown is only said, and what; false: it is what the segment says itself. */
bool preview_said(const struct preview *preview, struct matrix *ret_matrix); /* which owns nothing */

/* Whether the terminal has colours for heat; before preview_layout. At first it has none. */
void preview_show_heat(struct preview *preview, bool heat);
/* Settles what is visible in a rectangle of this size; after each change, before preview_wants and
 * preview_draw. */
void preview_layout(struct preview *preview, int rows, int columns, bool ascii);

/* What must be read now, or NULL: one request at a time. The caller owns it. */
struct preview_request *preview_wants(struct preview *preview, int64_t now);
/* When to ask again for a refresh (at most 4 times a second); INT64_MAX: while frozen and nothing is missing.
 */
int64_t preview_due(const struct preview *preview);
/* Takes the reply. NULL: the job was lost (cancelled); it will be asked for again. */
void preview_supply(struct preview *preview, struct preview_reply *reply, int64_t now);

/*
 * Its studies (tui/values/study.h), of each slot one at a time: what is wanted now, or NULL (the caller owns
 * it); whether the one under way is wanted no more (true once: it is to be cancelled); its reply, which is
 * taken (NULL: it was lost or cancelled); how far it is.
 */
struct study_request *preview_wants_study(struct preview *preview, enum study_slot slot, int64_t now);
bool preview_gives_up_study(struct preview *preview, enum study_slot slot);
void preview_supply_study(struct preview *preview, enum study_slot slot, struct study_reply *reply,
                          int64_t now);
void preview_study_progress(struct preview *preview, enum study_slot slot, uint64_t done, uint64_t total,
                            int64_t now);

void preview_draw(const struct preview *preview, struct cells *cells, struct rect rect);

/* Reads; never NULL. proc_root: "/proc". Holds no descriptor afterwards. */
struct preview_reply *preview_fetch(const struct directory *directory, const char *proc_root,
                                    const struct preview_request *request);
void preview_request_free(struct preview_request *request);
void preview_reply_free(struct preview_reply *reply);

#endif
