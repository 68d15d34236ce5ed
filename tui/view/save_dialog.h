/*
 * The save dialog: into which file, what is written and how much room there is; then the progress. A model
 * without I/O: what it wants to know or done it asks for with save_dialog_wants, save_dialog_fetch
 * (save_fetch.c) does it beside the screen.
 */
#ifndef SHMTOP_TUI_VIEW_SAVE_DIALOG_H
#define SHMTOP_TUI_VIEW_SAVE_DIALOG_H

#include "core/process/host.h"
#include "core/segment/directory.h"
#include "core/segment/segment.h"
#include "core/sys/progress.h"
#include "tui/term/key.h"
#include "tui/view/dialog.h"
#include "tui/view/line.h"

struct save_dialog;
struct save_dialog_request;
struct save_dialog_reply;

struct save_dialog_options {
    const char *name; /* of the segment, raw; copied */
    struct identity id;
    bool unlinked;     /* it has no name: it is opened through who holds it */
    const pid_t *pids; /* copied: those */
    size_t pid_count;
    const char *index;       /* of what is saved, "" for all; copied */
    bool transposed;         /* the two axes of that the other way round */
    const struct matrix *as; /* what its bytes are said to be; owns nothing, copied; NULL: what it says */
    const char *home;        /* copied; NULL: "~" means nothing */
    struct line_history *history; /* of files; borrowed, added to when a save starts; may be NULL */
};

struct save_dialog *save_dialog_new(const struct save_dialog_options *options);
void save_dialog_free(struct save_dialog *dialog);

/* now: monotonic ms. */
enum dialog_result save_dialog_key(struct save_dialog *dialog, const struct key *key, int64_t now);
void save_dialog_paste(struct save_dialog *dialog, const char *text);

/*
 * What must be done now, or NULL: one request at a time, owned by the caller. The save itself
 * (save_dialog_request_is_save) belongs in LANE_JOB and reports progress in bytes; the others are short
 * looks.
 */
struct save_dialog_request *save_dialog_wants(struct save_dialog *dialog, int64_t now);
bool save_dialog_request_is_save(const struct save_dialog_request *request);
/* Takes the reply; NULL: the job was lost or never began. DIALOG_CLOSE after a save. */
enum dialog_result save_dialog_supply(struct save_dialog *dialog, struct save_dialog_reply *reply,
                                      int64_t now);

/* Whether a save runs: then feed save_dialog_progress, at most 10 times a second. */
bool save_dialog_is_saving(const struct save_dialog *dialog);
void save_dialog_progress(struct save_dialog *dialog, uint64_t done, uint64_t total, int64_t now);
/* `q`, `Q` or a signal while a save runs: shows the question "stop it and quit?". */
void save_dialog_ask_quit(struct save_dialog *dialog);

void save_dialog_layout(struct save_dialog *dialog, int rows, int columns, bool ascii);
void save_dialog_draw(const struct save_dialog *dialog, struct cells *cells, struct rect rect);

/* After DIALOG_CLOSE: the words for the message line ("~/prices.npy saved: float16 400 × 600, 469K in 0.1
 * s"), "" for nothing. */
const char *save_dialog_message(const struct save_dialog *dialog);

/* Does it; never NULL. progress may be NULL. */
struct save_dialog_reply *save_dialog_fetch(const struct directory *directory, const struct host *host,
                                            const struct save_dialog_request *request,
                                            struct progress *progress);
void save_dialog_request_free(struct save_dialog_request *request);
void save_dialog_reply_free(struct save_dialog_reply *reply);

#endif
