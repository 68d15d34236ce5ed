/*
 * The delete dialog: what goes, who uses it, how much memory comes back; the safe answer first. A model
 * without I/O: the check and the deletion are asked for with delete_dialog_wants and done by
 * delete_dialog_fetch (delete_fetch.c) beside the screen.
 *
 * Nothing confirms but a key pressed after the facts were on the screen: keys before delete_dialog_shown are
 * dropped (Escape and q cancel), a paste is dropped always. What is held or protected needs the word
 * `delete`, typed. At the confirmation everything is looked at again; if anything changed, nothing is deleted
 * and the new state is shown.
 *
 * One by one (o) each segment is asked for in turn and deleted only after the last answer, so that Escape
 * means Cancel here too. Copies first (s): what could not be copied is not deleted.
 */
#ifndef SHMTOP_TUI_VIEW_DELETE_DIALOG_H
#define SHMTOP_TUI_VIEW_DELETE_DIALOG_H

#include "core/catalog/catalog.h"
#include "core/process/host.h"
#include "tui/term/key.h"
#include "tui/view/dialog.h"

struct delete_dialog;
struct delete_dialog_request;
struct delete_dialog_reply;

struct delete_target {
    const char *name;              /* raw; copied */
    struct identity id;            /* as the table knows it: another one is not deleted */
    const char *owner;             /* printable; copied; NULL: the number is shown */
    enum state state;              /* as the table shows it */
    bool unlinked;                 /* it has no name to take away: passed over, which is said */
    bool loading;                  /* unlinked: for it has none yet */
    const struct holders *holders; /* of what is unlinked; borrowed for the call; NULL: not known */
};

struct delete_dialog_options {
    const char *directory; /* its path, for the text; copied */
    const char *home;      /* copies go to shm-saved in it; copied; NULL: none can be made */
    uid_t me;              /* geteuid() */
};

struct delete_dialog *delete_dialog_new(const struct delete_dialog_options *options,
                                        const struct delete_target *targets, size_t n);
void delete_dialog_free(struct delete_dialog *dialog);

enum dialog_result delete_dialog_key(struct delete_dialog *dialog, const struct key *key);
void delete_dialog_paste(struct delete_dialog *dialog, const char *text); /* dropped */

/* The check, then the deletion, or NULL: one request at a time, owned by the caller. Both belong in LANE_JOB;
 * the deletion's progress counts items, or with copies their bytes. */
struct delete_dialog_request *delete_dialog_wants(struct delete_dialog *dialog);
/* Takes the reply; NULL: the job was lost. wall: ns since 1970, for ages. DIALOG_CLOSE when all was deleted.
 */
enum dialog_result delete_dialog_supply(struct delete_dialog *dialog, struct delete_dialog_reply *reply,
                                        int64_t wall);
void delete_dialog_progress(struct delete_dialog *dialog, uint64_t done, uint64_t total);

/* To be called after each frame was shown on the terminal. */
void delete_dialog_shown(struct delete_dialog *dialog);

void delete_dialog_layout(struct delete_dialog *dialog, int rows, int columns, bool ascii);
void delete_dialog_draw(const struct delete_dialog *dialog, struct cells *cells, struct rect rect);

/* After DIALOG_CLOSE: "2 deleted (a, b), 768M freed, copies in ~/shm-saved"; "" where nothing was done. */
const char *delete_dialog_message(const struct delete_dialog *dialog);
bool delete_dialog_message_is_error(const struct delete_dialog *dialog);

/* Does it; never NULL. progress may be NULL. */
struct delete_dialog_reply *delete_dialog_fetch(const struct directory *directory, const struct host *host,
                                                const struct delete_dialog_request *request,
                                                struct progress *progress);
void delete_dialog_request_free(struct delete_dialog_request *request);
void delete_dialog_reply_free(struct delete_dialog_reply *reply);

#endif
