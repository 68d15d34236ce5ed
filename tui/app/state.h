/*
 * The app's insides, for the files of this room and its tests only.
 */
#ifndef SHMTOP_TUI_APP_STATE_H
#define SHMTOP_TUI_APP_STATE_H

#include <assert.h>

#include "core/catalog/listing.h"
#include "core/catalog/trend.h"
#include "core/catalog/warnings.h"
#include "core/sys/lookup.h"
#include "tui/app/action.h"
#include "tui/app/app.h"
#include "tui/view/column_menu.h"
#include "tui/view/detail.h"
#include "tui/view/header.h"
#include "tui/view/help.h"
#include "tui/view/holders.h"
#include "tui/view/line.h"
#include "tui/view/menu.h"
#include "tui/view/messages.h"
#include "tui/view/table.h"

#define APP_EFFECTS_MAX 64
#define APP_MIN_COLUMNS 20
#define APP_MIN_ROWS    4

#define APP_FREED_MS 100 /* a segment's end is told before its memory is back */
#define APP_LOOK_MS  100 /* the preview is asked at most so often whether it wants to look again */
#define APP_TICK_MS  1000
#define APP_SLOW_MS                                                                                          \
    2000 /* what is on screen, the file system and the directory itself are looked at again                  \
          */
#define APP_HOLD_MS   5000  /* after a key rows keep their places */
#define APP_FOLLOW_MS 64000 /* the longest wait before a raw segment is recognised again */

#define APP_FOLLOW_MORE_MS 20 /* between two batches of watches on held segments */

#define APP_LOOKS_MAX       2    /* looks at changed names that may be out */
#define APP_MEASURE_AT_ONCE 4096 /* with more rows marks and bars are counted once a second */
#define APP_AGAIN_MAX       4096 /* raw segments that are recognised again */
#define APP_CHUNK           512  /* names recognised in one background look */

/* Which of the two base screens has the keyboard, and what stands over it. */
enum over {
    OVER_NOTHING,
    OVER_FILTER, /* the filter's line has the keyboard */
    OVER_GOTO,
    OVER_RESTORE, /* the line of the name that an unlinked segment gets */
    OVER_PATTERN, /* the line of marks by a filter */
    OVER_MENU,
    OVER_COLUMNS,
    OVER_HELP,
    OVER_MESSAGES,
    OVER_HOLDERS,
    OVER_DETAIL, /* all that is known of the row under the cursor, where there is no pane */
    OVER_LOAD,
    OVER_DELETE,
    OVER_SAVE,
};

/* A component's job outside: at most one a component. */
struct errand {
    uint64_t token; /* of the component that is open; events with another are dropped */
    bool out;
};

/* A segment without shape that may be described soon: recognised again after 1, 2, 4 … 64 s. */
struct again {
    uint64_t serial;
    int64_t due;
    int64_t wait;
};

/* What is said of the filter's line. */
struct filtering {
    struct error error;                  /* code 0: it is right */
    bool unfinished;                     /* what is wrong is just being typed */
    struct filter_completion candidates; /* owned: listed below it; none: count 0 */
};

/* The tokens of looks: what each is for. */
enum look_token {
    LOOK_WATCHED, /* names that the watch gave, or that we changed ourselves */
    LOOK_CHUNK,   /* the next rows whose bytes were not looked at yet */
    LOOK_VISIBLE, /* rows on screen */
    LOOK_AGAIN,   /* raw ones whose time has come */
};

/* Work that must be done about the directory. */
struct chores {
    bool scanning, scan_again, scanned_once;
    size_t looks;   /* out */
    bool filling;   /* the rows' bytes are being recognised, chunk after chunk */
    bool chunk_out; /* a chunk of it is out */
    size_t fill_next, fill_found;
    bool visible_out; /* the rows on screen are being recognised */
    int64_t slow;     /* due */
    int64_t freed;    /* when the file system is measured once more, for memory that comes back; 0: not */
    struct again again[APP_AGAIN_MAX];
    size_t again_count;
    uint64_t again_newest; /* the last serial that was considered */
    unsigned *asked[2];    /* owned: ids of users and groups that were asked for */
    size_t asked_count[2], asked_room[2];
    size_t names_out; /* asked for and not answered yet */
};

/* When a lease was asked for of a row. */
struct question {
    uint64_t serial;
    int64_t at;
};

#define USE_QUESTIONS 256
#define USE_ASK_MS    10000 /* a lease is asked for at most so often of one row */

/* Who holds what: when it was asked last. */
struct use {
    bool began;  /* a first sweep */
    bool out;    /* one is under way */
    bool wanted; /* something changed since the last began */
    bool asked;  /* and it was a key */
    bool taking; /* what changes comes from a sweep */
    bool found;  /* the one being taken brings something new */
    bool said_failed;
    bool calm;        /* the last found nothing new, and nothing happened since */
    size_t attended;  /* processes whose end was asked to be told */
    int64_t ended;    /* the last: monotonic ms */
    int64_t answered; /* when the last for a key began: monotonic ms */
    int64_t cost;     /* its length, ns */
    int64_t credit;   /* ns that sweeps after changes may take, as it was when the last ended */
    struct question questions[USE_QUESTIONS];
};

/* A held segment: whether the end of its last holder is watched for. */
struct follow {
    uint64_t serial;
    struct identity id;
    bool asked, watched;
    bool reaching; /* an unlinked one: asked, not answered */
};

struct follows {
    struct follow *list; /* owned, in no order */
    size_t count, room;
    struct lookup by_serial;
    struct identity *forget; /* owned: watches to be given up */
    size_t forget_count, forget_room;
    bool pending; /* something is to be asked for */
};

/* What the header's notes are made of. */
struct noting {
    struct trend trend;
    struct logind logind;
    bool has_logind;
    int64_t logind_due;             /* when it is to be read again */
    int64_t found;                  /* when warnings were looked for last; 0: never */
    uint64_t version;               /* the catalog's then, */
    uint64_t used;                  /* and how full the file system was */
    const char *said[WARNINGS_MAX]; /* codes that were said */
    size_t said_count;
};

/* What the room for the details' map was measured for. */
struct map_room {
    uint64_t serial, version; /* of the row, of the catalog */
    uint64_t plane_rows;
    struct rect rect;
    bool watched, whole, pane;
};

struct app {
    bool read_only, ascii, heat;
    unsigned umask, uid;
    size_t exits_room;      /* so many of them can be */
    char *home;             /* owned; NULL: none */
    char *path;             /* owned: of the directory, raw */
    char *directory, *host; /* owned, printable */
    int rows, columns;
    int64_t now, wall;
    int64_t frozen_now, frozen_wall; /* what is drawn while paused */
    int64_t key_at;                  /* of the last key; INT64_MIN: none */
    int64_t refreshed;               /* the last EVENT_TICK */
    int64_t tick;                    /* due */

    struct users *users;
    struct catalog *catalog;
    struct listing *listing;
    struct groups *groups;
    struct table table;
    bool follow_newest; /* the cursor goes to what appears */
    uint64_t newest;    /* the serial of what appeared, for the cursor to go to; 0: nothing did */
    uint64_t listed;    /* the catalog's version that the listing shows */
    bool resort;        /* the order must be made anew, whatever was held */
    bool held;          /* the order is not what it should be: a key was pressed just before */
    bool measure;       /* marks changed */
    int64_t measured;

    enum following following;
    bool paused, has_usage, show_detail, dirty;
    struct directory_usage usage;
    struct header_notes notes;
    struct messages *messages;

    enum over over;
    struct line *line; /* of the filter, of "go to" and of marks by a filter */
    struct filtering filtering;
    struct menu menu;
    struct column_menu column_menu;
    struct help help;
    struct holders_view holders;
    size_t history_back;
    int detail_top;          /* rows of the details above the screen */
    struct preview *preview; /* open: the grid is the base screen */
    struct load_dialog *load;
    struct delete_dialog *deletion;
    struct save_dialog *saving;
    struct line_history *files, *filters, *names, *conditions;
    char *wanted; /* owned: a name that was loaded, for the cursor to go to once it is seen */
    uint64_t last_token;
    uint64_t restore_serial;        /* of the row that OVER_RESTORE asks a name for */
    struct insight *insight;        /* what is known of the values of the cursor's row */
    unsigned map_rows, map_columns; /* the room for its map */
    struct map_room map_room;
    struct errand studies[STUDY_SLOT_COUNT];
    struct errand preview_errand, load_errand, delete_errand, save_errand, restore_errand, describe_errand;

    struct chores chores;
    struct use use;
    struct follows follows;
    struct noting noting;

    struct effect effects[APP_EFFECTS_MAX];
    size_t effect_first, effect_count;
};

/* app.c */
struct effect *app_ask(struct app *app, enum effect_kind kind); /* a new effect at the end, to be filled */

/* facts.c: what is known of the directory, and what must be looked at */
void facts_open(struct app *app);
void facts_close(struct app *app);
void facts_rescan(struct app *app);
void facts_changed(struct app *app, const struct row *row); /* a row is new or was updated */
void facts_look(struct app *app, const char *name);         /* at once */
void facts_measure(struct app *app);                        /* the file system, at once */
void facts_freed(struct app *app);                          /* the file system, a little later */
void facts_watch(struct app *app, const struct event *event);
void facts_looked(struct app *app, const struct event *event);
void facts_scanned(struct app *app, const struct error *error);
void facts_look_done(struct app *app, uint64_t token);
void facts_named(struct app *app, const struct event *event);
void facts_name_holders(struct app *app, const struct row *row); /* asks for the users of those who hold it */
void facts_tick(struct app *app);
void facts_measure_due(struct app *app); /* what facts_freed left for later, if its time has come */
void facts_visible(struct app *app);     /* asks for what the rows on screen lack */

/* use.c: who holds what, and when to ask */
void use_changed(struct app *app); /* something that matters: a sweep as soon as may be */
void use_asked(struct app *app);   /* a key asks: at once, whatever others took */
void use_stir(struct app *app);    /* somebody is there, or something moves: not as seldom as in a calm */
void use_want(struct app *app);    /* begins a sweep that a change wants */
void use_tick(struct app *app);    /* begins one that is due though nothing changed */
int64_t use_due(const struct app *app);
void use_swept(struct app *app, struct swept *swept); /* takes its sweep */
void use_exited(struct app *app, const struct event *event);
bool use_asks_held(struct app *app,
                   const struct row *row); /* whether the kernel is to be asked now: true once */

/* follow.c: when memory comes back */
void follow_changed(struct app *app, const struct change *change);
void follow_want(struct app *app); /* asks for watches */
void follow_answered(struct app *app, const struct event *event);
void follow_released(struct app *app, const struct event *event);
void follow_absent(struct app *app); /* the directory is gone, and its rows with it */
bool follow_is_watched(const struct app *app, const struct row *row);
void follow_close(struct app *app);

/* notes.c: what the header says besides */
void notes_usage(struct app *app); /* the file system was measured */
void notes_shmem(struct app *app, const struct shmem *shmem);
void notes_logind(struct app *app, struct logind *logind); /* takes it */
void notes_named(struct app *app);                         /* all names that were asked for are known */
void notes_tick(struct app *app);                          /* on the slow tick */
void notes_close(struct app *app);

/* Whether nothing but a notice can be drawn. */
static inline bool app_is_too_small(const struct app *app)
{
    return app->rows < APP_MIN_ROWS || app->columns < APP_MIN_COLUMNS;
}

/* keys.c */
void keys_event(struct app *app, const struct event *event);
unsigned keys_screen(const struct app *app);           /* SCREEN_TABLE or SCREEN_GRID */
void keys_action(struct app *app, enum action action); /* of the screen that has the keyboard */
void keys_open_goto(struct app *app);
const struct row *keys_row(struct app *app); /* parts_row, which the cursor stays on; says that it is gone */
void keys_open_over(struct app *app, enum over over);

/* keys_table.c */
void keys_table_action(struct app *app, enum action action);
bool keys_table_close(struct app *app); /* gives up a range, else the state shown alone; false: neither */
void keys_menu_event(struct app *app, const struct key *key);
void keys_columns_event(struct app *app, const struct key *key);
void keys_mark_matching(struct app *app, const char *text); /* a filter */
void keys_detail_event(struct app *app, const struct key *key);
void keys_open_detail(struct app *app);                     /* over values */
void keys_appeared(struct app *app, const struct row *row); /* a row is new */
void keys_settle(struct app *app);                          /* the cursor goes to it */

/* filtering.c: the filter's line, and that of marks by a filter */
void filtering_open(struct app *app, enum over over);  /* OVER_FILTER or OVER_PATTERN */
void filtering_set(struct app *app, const char *text); /* a filter without its line */
void filtering_key(struct app *app, const struct key *key);
void filtering_paste(struct app *app, const char *text);
bool filtering_says(const struct app *app); /* whether filtering_draw draws */
/* What is wrong with it, or the candidates. False where there is nothing to say. */
bool filtering_draw(const struct app *app, struct cells *cells, struct rect rect);
void filtering_draw_help(struct cells *cells, struct rect rect);

/* parts.c: the preview and the dialogs */
void parts_open_preview(struct app *app);
void parts_close_preview(struct app *app);
/* What is looked at: the row of the segment whose values are shown, wherever the cursor is by now, else that
 * of the cursor. NULL: there is none (any more). */
const struct row *parts_row(const struct app *app);
void parts_settle(struct app *app);    /* closes what stands over values and is about a row that is gone */
void parts_open_lens(struct app *app); /* in the preview, which is opened where it is not */
void parts_open_load(struct app *app);
void parts_open_delete(struct app *app);
void parts_open_save(struct app *app); /* of the row under the cursor, or of the slice that is shown */
void parts_key(struct app *app, const struct key *key); /* to the dialog that is open */
void parts_paste(struct app *app, const char *text);
void parts_reply(struct app *app, const struct event *event); /* takes the reply */
void parts_progress(struct app *app, const struct event *event);
void parts_want(struct app *app); /* asks for what the components want */

/* copying.c: names of the marked rows, else of the cursor's, to the clipboard */
void copying_names(struct app *app);
void copying_values(struct app *app); /* of the preview, where it has any to copy */

/* restoring.c: an unlinked segment gets its name again */
void restoring_begin(
    struct app *app); /* that of the cursor; asks for a name where its own is taken or none */
void restoring_key(struct app *app, const struct key *key); /* of the line that asks */
bool restoring_stop(struct app *app);                       /* false: none is being restored */
void restoring_done(struct app *app, const struct event *event);

/* describing.c: what a person says that a segment is, recorded beside it */
void describing_want(struct app *app); /* asks for what the preview wants recorded */
void describing_done(struct app *app, const struct event *event);

/* studying.c: statistics, maps and searches */
void studying_settle(struct app *app); /* where the details are, and what of */
void studying_want(struct app *app);   /* asks for what is wanted, cancels what is wanted no more */
void studying_reply(struct app *app, const struct event *event); /* takes the reply */
void studying_progress(struct app *app, const struct event *event);
void studying_again(struct app *app); /* what is known of the cursor's values is to be found out anew */
int64_t studying_due(const struct app *app);  /* when something of the details will be wanted */
void studying_leave_preview(struct app *app); /* it is closed: its studies are cancelled */

/* frame.c */
struct frame {
    struct rect header, table, detail, footer, hints;
    bool pane; /* the detail is a pane beside the table */
};
void frame_make(const struct app *app, struct frame *frame);

/* draw.c */
/* Where the line of input stands. */
struct rect draw_line_field(const struct app *app, const struct frame *frame);
struct detail draw_detail(const struct app *app); /* of parts_row */
struct table_style draw_style(const struct app *app);

void app_say(struct app *app, bool is_error, const char *format, ...) __attribute__((format(printf, 3, 4)));
void app_quit(struct app *app);

#endif
