/*
 * What happens to the app (events) and what it asks for (effects).
 *
 * An event carries its time: the app has no clock. What an event points to is borrowed for the length of
 * app_update, but for the segments, whose contents the catalog takes. What an effect points to is owned by
 * the effect: effect_clear.
 */
#ifndef SHMTOP_TUI_APP_EVENT_H
#define SHMTOP_TUI_APP_EVENT_H

#include "core/process/users.h"
#include "core/segment/segment.h"
#include "core/transfer/delete.h"
#include "core/transfer/load.h"
#include "tui/term/key.h"

struct preview_request;
struct preview_reply;
struct load_request;
struct load_reply;

/* A name that was looked at: what is there now, or that nothing is. */
struct looked {
    struct segment segment; /* name always set; the app takes the contents */
    bool gone;
};

/* How the directory is followed. */
enum following {
    FOLLOW_EVENTS,  /* inotify */
    FOLLOW_POLLING, /* inotify refused: rescans */
    FOLLOW_ABSENT,  /* the path names nothing now */
};

enum event_kind {
    EVENT_KEY,
    EVENT_PASTE,
    EVENT_RESIZE,
    EVENT_TICK,      /* app_due has come */
    EVENT_RESUMED,   /* after a stop: repaint, rescan */
    EVENT_WATCH,     /* names to look at, or everything */
    EVENT_FOLLOWING, /* how the directory is followed from now on */
    EVENT_LOOKED,    /* a batch of a scan or a look */
    EVENT_SCANNED,   /* the end of a scan */
    EVENT_LOOK_DONE, /* the end of a look */
    EVENT_USAGE,
    EVENT_USER, /* a name was found */
    EVENT_GROUP,
    EVENT_PREVIEW,       /* values */
    EVENT_LOAD_REPLY,    /* for the load dialog */
    EVENT_LOAD_PROGRESS, /* of the running load */
    EVENT_LOAD_DONE,
    EVENT_DELETE_CHECKED,
    EVENT_DELETED,     /* one item */
    EVENT_DELETE_DONE, /* all of them */
};

struct event {
    enum event_kind kind;
    int64_t now;  /* monotonic, ms */
    int64_t wall; /* ns since 1970 */
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
        struct directory_usage usage;
        struct {
            unsigned id;
            const char *name;
        } user;
        const struct preview_reply *preview;
        const struct load_reply *load_reply;
        struct {
            uint64_t done, total;
        } progress;
        struct {
            const struct load_report *report; /* NULL where it failed */
            const struct error *error;
        } loaded;
        struct {
            struct delete_check *check; /* the dialog takes its contents; NULL where it failed */
            const struct error *error;
        } checked;
        struct {
            const char *name; /* raw */
            uint64_t freed;
            const struct error *error; /* code 0: deleted */
        } deleted;
        const struct error *error; /* EVENT_SCANNED: code 0, or why it failed */
    } u;
};

enum effect_kind {
    EFFECT_SCAN,
    EFFECT_LOOK,  /* stat, and recognise what `names` says */
    EFFECT_RENEW, /* is the directory still the one its path names? */
    EFFECT_USERS, /* names of ids */
    EFFECT_PREVIEW,
    EFFECT_LOAD_REQUEST,
    EFFECT_LOAD,
    EFFECT_LOAD_CANCEL,
    EFFECT_DELETE_CHECK,
    EFFECT_DELETE, /* what was checked and confirmed */
    EFFECT_SUSPEND,
    EFFECT_REPAINT,
    EFFECT_QUIT,
};

struct look_name {
    char *name;
    bool recognise; /* else only stat */
};

struct effect {
    enum effect_kind kind;
    union {
        struct {
            struct look_name *names; /* owned */
            size_t count;
            bool usage; /* of the file system too */
            bool first; /* before what waits */
        } look;
        struct {
            unsigned *ids; /* owned */
            size_t count;
            bool groups;
        } users;
        struct preview_request *preview;   /* owned */
        struct load_request *load_request; /* owned */
        struct {
            char *file, *name; /* owned, raw */
            struct load_options options;
        } load;
        struct {
            char **names;         /* owned */
            struct identity *ids; /* owned */
            size_t count;
        } check;
        struct {
            struct delete_check *check; /* owned */
            struct delete_allow allow;
        } del;
    } u;
};

void effect_clear(struct effect *effect);

#endif
