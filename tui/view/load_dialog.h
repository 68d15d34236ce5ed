/*
 * The load dialog: which file, what it holds, under which name, as what type and how; then the progress of
 * the load. A model without I/O: what it wants to know or done it asks for with load_dialog_wants,
 * load_dialog_fetch (load_fetch.c) does it beside the screen.
 *
 * What is known of a file comes in two steps, each bounded whatever its size: a look (what it holds, whether
 * the name is free, the room), then a preview of the conversion on its first million values. Both are of what
 * stood in the fields when they were asked for, and are of no use once something else stands there.
 */
#ifndef SHMTOP_TUI_VIEW_LOAD_DIALOG_H
#define SHMTOP_TUI_VIEW_LOAD_DIALOG_H

#include "core/process/host.h"
#include "core/process/users.h"
#include "core/segment/directory.h"
#include "core/sys/progress.h"
#include "tui/term/key.h"
#include "tui/view/dialog.h"
#include "tui/view/line.h"

struct load_dialog;
struct load_dialog_request;
struct load_dialog_reply;

struct load_dialog_options {
    const char *home;             /* copied; NULL: "~" means nothing */
    const char *directory;        /* its path, for the text; copied */
    unsigned umask;               /* for the mode that is shown */
    const struct users *users;    /* for who holds what was replaced; borrowed; NULL: no names */
    struct line_history *history; /* of files; borrowed, added to when a load starts; may be NULL */
};

struct load_dialog *load_dialog_new(const struct load_dialog_options *options);
void load_dialog_free(struct load_dialog *dialog);

/* now: monotonic ms. */
enum dialog_result load_dialog_key(struct load_dialog *dialog, const struct key *key, int64_t now);
void load_dialog_paste(struct load_dialog *dialog, const char *text);

/*
 * What must be done now, or NULL: one request at a time, owned by the caller. The load itself
 * (load_dialog_request_is_load) belongs in LANE_JOB and reports progress in bytes; the others are short
 * looks.
 */
struct load_dialog_request *load_dialog_wants(struct load_dialog *dialog, int64_t now);
bool load_dialog_request_is_load(const struct load_dialog_request *request);
/* True once where what is under way is of no use any more: it shall be cancelled (workers_cancel); its reply
 * comes all the same. */
bool load_dialog_gives_up(struct load_dialog *dialog);
/* Takes the reply; NULL: the job was lost or never began. DIALOG_CLOSE after a load. */
enum dialog_result load_dialog_supply(struct load_dialog *dialog, struct load_dialog_reply *reply,
                                      int64_t now);

/* Whether a load runs: then feed load_dialog_progress, at most 10 times a second. */
bool load_dialog_is_loading(const struct load_dialog *dialog);
void load_dialog_progress(struct load_dialog *dialog, uint64_t done, uint64_t total, uint64_t lost,
                          int64_t now);
/* `q`, `Q` or a signal while a load runs: shows the question "stop it and quit?". */
void load_dialog_ask_quit(struct load_dialog *dialog);

void load_dialog_layout(struct load_dialog *dialog, int rows, int columns, bool ascii);
void load_dialog_draw(const struct load_dialog *dialog, struct cells *cells, struct rect rect);

/* After DIALOG_CLOSE: the words for the message line ("prices.shm loaded: float64 → float16 40000 ×
 * 60000, 4.5G in 1.2 s; 12 values overflowed to inf"), "" for nothing. */
const char *load_dialog_message(const struct load_dialog *dialog);
bool load_dialog_message_is_error(const struct load_dialog *dialog);
/* The raw name that was loaded, for the cursor to go to; NULL: none. */
const char *load_dialog_loaded(const struct load_dialog *dialog);

/* Does it; never NULL. cgroup_root "/sys/fs/cgroup"; progress may be NULL. */
struct load_dialog_reply *load_dialog_fetch(const struct directory *directory, const struct host *host,
                                            const char *cgroup_root,
                                            const struct load_dialog_request *request,
                                            struct progress *progress);
void load_dialog_request_free(struct load_dialog_request *request);
void load_dialog_reply_free(struct load_dialog_reply *reply);

#endif
