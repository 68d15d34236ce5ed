/*
 * What happens to the app (events) and what it asks for (effects).
 *
 * An event carries its time: the app has no clock. What an event points to is borrowed for the length of
 * app_update, but for the contents of segments and the replies of components, which the app takes. What an
 * effect points to is owned by the effect: whoever takes it calls effect_clear, or steals it.
 */
#ifndef SHMTOP_TUI_APP_EVENT_H
#define SHMTOP_TUI_APP_EVENT_H

#include "core/process/logind.h"
#include "core/process/shmem.h"
#include "core/process/sweep.h"
#include "core/process/users.h"
#include "core/segment/lease.h"
#include "core/segment/segment.h"
#include "core/transfer/restore.h"
#include "tui/view/delete_dialog.h"
#include "tui/view/load_dialog.h"
#include "tui/values/preview.h"
#include "tui/view/save_dialog.h"
#include "tui/values/study.h"

/* A name that was looked at: what is there now, or that nothing is. */
struct looked {
    struct segment segment; /* its name is always set; the app takes the contents */
    bool gone;
    bool asked; /* whether somebody holds it was asked of the kernel: */
    enum held held;
};

/* What a sweep found. */
struct swept {
    struct error error; /* code 0, or why it failed: then the rest is zero */
    struct sweep sweep; /* with its length; the app takes the contents */
    char *root;         /* owned: directory_kernel_path; NULL: not known */
    bool whole;         /* directory_is_whole */
};
void swept_clear(struct swept *swept);

/* What became of one that was to be restored. */
struct restored {
    char *name; /* owned, raw */
    struct restore_report report;
    struct error error; /* code 0: it was */
};

/* What became of a description that was to be recorded, or taken away. */
struct described {
    char *name; /* owned, raw */
    struct identity id;
    bool clear;
    struct matrix matrix;   /* not clear: what it is said to be; owns nothing */
    struct error error;     /* code 0: it was */
    enum description where; /* not clear: it stands there now */
    char *file;             /* owned, raw: the state file, if that is where; else NULL */
    bool unlinked;
    struct segment segment; /* unlinked: what it is now; the app takes the contents */
};
void described_clear(struct described *described);

/* How the directory is followed. */
enum following {
    FOLLOW_EVENTS,  /* inotify */
    FOLLOW_POLLING, /* inotify is refused: rescans */
    FOLLOW_ABSENT,  /* the path names no directory now */
};

enum event_kind {
    EVENT_KEY,
    EVENT_PASTE,
    EVENT_RESIZE,
    EVENT_TICK,      /* app_due has come */
    EVENT_RESUMED,   /* after a stop: what was missed must be looked at again */
    EVENT_WATCH,     /* names to look at, or everything */
    EVENT_FOLLOWING, /* how the directory is followed from now on */
    EVENT_LOOKED,    /* a batch of a scan or of a look */
    EVENT_SCANNED,   /* the end of a scan */
    EVENT_LOOK_DONE, /* the end of a look */
    EVENT_USAGE,     /* of the file system */
    EVENT_NAMED,     /* the name of a user or group */
    EVENT_SHMEM,     /* shared memory of the whole host */
    EVENT_LOGIND,    /* whether it deletes segments at logout */
    EVENT_SWEPT,     /* who holds what */
    EVENT_ENDED,     /* a process that holds something is gone: which, only a sweep tells */
    EVENT_FOLLOWED,  /* whether the end of a segment's last holder is watched for; its token is the row's
                        serial */
    EVENT_RELEASED,  /* memory came back */
    EVENT_EXITED,    /* these processes ended */
    EVENT_PREVIEW,   /* a reply for a component; NULL: the job was lost */
    EVENT_LOAD,
    EVENT_DELETE,
    EVENT_SAVE,
    EVENT_RESTORED,  /* NULL: the job was lost */
    EVENT_DESCRIBED, /* the same */
    EVENT_LOAD_PROGRESS,
    EVENT_DELETE_PROGRESS,
    EVENT_SAVE_PROGRESS,
    EVENT_STUDY, /* a reply; NULL: the job was lost */
    EVENT_STUDY_PROGRESS,
};

struct event {
    enum event_kind kind;
    int64_t now;    /* monotonic, ms */
    int64_t wall;   /* ns since 1970 */
    uint64_t token; /* of the effect that it answers: looks, components and their progress */
    union {
        struct key key;
        const char *paste;
        struct {
            int rows, columns;
        } size;
        struct {
            const char *const *names;
            size_t count;
            bool everything;
        } watch;
        enum following following;
        struct {
            struct looked *list;
            size_t count;
            bool scan; /* of a scan, else of a look */
        } looked;
        struct error scanned; /* code 0, or why the scan failed */
        struct directory_usage usage;
        struct shmem shmem;
        struct logind *logind; /* the app takes the contents */
        struct swept *swept;
        struct {
            const struct identity *id;
            int fd; /* what was opened of it; -1: nothing. For whoever has the watches */
            bool watched;
            bool reached;            /* it has no name: it was looked at through its holders */
            struct segment *segment; /* reached: what was found, the app takes the contents; NULL: it may not
                                        be read */
        } followed;
        struct {
            const struct identity *ids;
            size_t count;
            bool lost; /* watches were lost: all are to be asked for anew */
        } released;
        struct {
            const struct process_id *list;
            size_t count;
        } exited;
        struct {
            unsigned id;
            bool group;
            const char *name; /* printable */
        } named;
        struct preview_reply *preview;
        struct load_dialog_reply *load;
        struct delete_dialog_reply *deletion;
        struct save_dialog_reply *save;
        const struct restored *restored;
        struct described *described;
        struct study_reply *study;
        struct {
            uint64_t done, total;
            uint64_t lost; /* values, of a load */
        } progress;
    } u;
};

enum effect_kind {
    EFFECT_SCAN,
    EFFECT_LOOK,
    EFFECT_RENEW, /* is the directory still the one that its path names? Answered where not with EVENT_WATCH
                     or EVENT_FOLLOWING */
    EFFECT_NAMES, /* of users or groups */
    EFFECT_LOGIND,
    EFFECT_SWEEP,  /* who holds what; answered with EVENT_SWEPT, whatever happens */
    EFFECT_FOLLOW, /* watch for the end of the last holder of segments that have a name, forget others; each
                      answered with EVENT_FOLLOWED */
    EFFECT_REACH,  /* the same of those without, through who holds them; what lies in them is looked at too */
    EFFECT_ATTEND, /* tell with EVENT_EXITED when these processes end, and of no others */
    EFFECT_PREVIEW,
    EFFECT_LOAD,
    EFFECT_DELETE,
    EFFECT_SAVE,
    EFFECT_RESTORE,
    EFFECT_DESCRIBE,
    EFFECT_STUDY, /* statistics, a map, a search */
    EFFECT_STOP, /* cancel the job of token; its reply comes all the same */
    EFFECT_COPY, /* a text to the terminal's clipboard */
    EFFECT_SUSPEND,
    EFFECT_REPAINT,
    EFFECT_QUIT,
};

struct look_name {
    char *name;     /* owned, raw */
    bool recognise; /* else stat is enough */
    bool ask_held;  /* of the kernel, with a lease */
};

struct follow_target {
    uint64_t serial; /* of its row */
    struct identity id;
    char *name;  /* owned, raw; of one that has none its last */
    pid_t *pids; /* owned: who holds it */
    size_t pid_count;
};

struct follow_list {
    struct follow_target *targets; /* owned */
    size_t count;
    struct identity *forget; /* owned */
    size_t forget_count;
};

/* An unlinked segment, and who holds it. */
struct restore_request {
    char *name; /* owned, raw: its last, to be given again */
    struct identity id;
    pid_t *pids; /* owned */
    size_t pid_count;
};

/* What a segment is said to be, to be recorded beside it. */
struct describe_request {
    char *name; /* owned, raw */
    struct identity id;
    bool unlinked;
    pid_t *pids; /* owned: who holds it, if it is unlinked */
    size_t pid_count;
    bool clear;           /* what was recorded is taken away */
    struct matrix matrix; /* not clear; owns nothing */
};

struct effect {
    enum effect_kind kind;
    uint64_t token;
    union {
        struct {
            struct look_name *names; /* owned */
            size_t count;
            pid_t *pids; /* owned: is one of them gone? Then EVENT_ENDED */
            size_t pid_count;
            bool usage; /* measure the file system too */
            bool first; /* before other looks that wait */
        } look;
        struct {
            unsigned *ids; /* owned */
            size_t count;
            bool groups;
        } names;
        char *copy;                /* owned */
        struct sweep_scope sweep;  /* owned; its device is filled in by the job */
        struct follow_list follow; /* owned */
        struct {
            struct process_id *list; /* owned */
            size_t count;
        } attend;
        struct preview_request *preview;        /* owned */
        struct load_dialog_request *load;       /* owned */
        struct delete_dialog_request *deletion; /* owned */
        struct save_dialog_request *save;       /* owned */
        struct restore_request restore;         /* owned */
        struct describe_request describe;       /* owned */
        struct study_request *study;            /* owned */
    } u;
};

void effect_clear(struct effect *effect);

#endif
