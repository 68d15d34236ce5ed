/*
 * A stage for the app: events with a clock of the test's own, effects counted instead of done, the screen as
 * cells.
 */
#ifndef SHMTOP_TESTS_SUPPORT_STAGE_H
#define SHMTOP_TESTS_SUPPORT_STAGE_H

#include "core/catalog/catalog.h"
#include "tui/app/app.h"
#include "tui/app/jobs.h"

#define STAGE_WALL (1764000000 * (int64_t)1000000000) /* 2025-11-24 16:00 UTC */

struct stage {
    struct app *app;
    struct jobs *jobs; /* where set, what is asked for of the directory is really done */
    struct cells cells;
    int64_t now, wall;
    unsigned asked[EFFECT_QUIT + 1];         /* effects so far, by kind */
    struct effect last[EFFECT_QUIT + 1];     /* the last of each kind; owned */
    struct effect studies[STUDY_SLOT_COUNT]; /* those before the last, in no order; owned */
    unsigned next_study;
};

/* What a test says of a segment; what it leaves out is 0. */
struct stage_segment {
    const char *name;
    uint64_t size;
    const char *type;  /* NULL: no matrix */
    uint64_t shape[3]; /* up to the first 0 */
    const char *damage;
    int64_t age; /* seconds */
    unsigned uid;
    uint64_t inode;   /* 0: made from the name */
    mode_t type_bits; /* S_IFDIR, …; 0: a regular file */
    bool unrecognised;
};

/* What a sweep finds of a process and a segment; what it leaves out is 0. */
struct stage_holder {
    const char *name; /* of the segment */
    pid_t pid;
    const char *command;
    unsigned uid;
    bool writable;
    unsigned mapped, open;
    const char *cmdline, *unit; /* NULL: none */
    int64_t age;                /* seconds since it started */
    uint64_t inode;             /* of the segment; 0: made from the name */
    uint64_t size;              /* of an unlinked one that may be asked */
    bool deleted, known;        /* of the segment: as in struct sweep_other */
};

struct stage_sweep {
    const struct stage_holder *holders; /* those of one segment stand together */
    size_t count;
    uint32_t processes, unread;
    const char *reason; /* NULL: complete */
    int64_t took;       /* ms */
};

/* options may be NULL: /dev/shm on testhost, numeric off. */
void stage_open(struct stage *stage, int rows, int columns, const struct app_options *options);
/* At 80x24, on a real directory: there is no watch, so that the test says what changed. */
void stage_open_real(struct stage *stage, const char *directory);
/* The same, with what users and the admin say of raw segments (borrowed). */
void stage_open_described(struct stage *stage, const char *directory, struct descriptions *descriptions);
void stage_close(struct stage *stage);

void stage_tell(struct stage *stage, struct event *event);
void stage_key(struct stage *stage, uint32_t code);
void stage_type(struct stage *stage, const char *text); /* each character a key */
void stage_paste(struct stage *stage, const char *text);
void stage_resize(struct stage *stage, int rows, int columns);
void stage_wait(struct stage *stage, int64_t milliseconds); /* with a tick whenever one is due */

/* A scan that finds these, from its first batch to its end. */
void stage_scan(struct stage *stage, const struct stage_segment *segments, size_t n);
/* A look that finds these, or that one is gone. */
void stage_look(struct stage *stage, const struct stage_segment *segments, size_t n);
void stage_gone(struct stage *stage, const char *name);
/* A look that finds one under a new name (told's inode is its own), and its old one gone. */
void stage_rename(struct stage *stage, const char *name, const struct stage_segment *told);

/* What a look at an unlinked one through its holders finds; unrecognised: that it may not be read. */
void stage_reach(struct stage *stage, const struct stage_segment *told);

/* What was asked for last of the values ends so (takes the reply), for the segment as its row shows it. */
void stage_studied(struct stage *stage, struct study_reply *reply);
/* Waits until one for the details is out, which then ends as in tests/support/studied.h; false where none is
 * within two seconds. */
bool stage_study(struct stage *stage, int64_t took);

/* A process of these ends: told to the app as by its loop. */
void stage_exited(struct stage *stage, pid_t pid);
uint64_t stage_ticks(pid_t pid); /* when it started, as in struct process_id */

/* The sweep that was asked for ends. The creators that it asks for live if they are among the holders. */
void stage_sweep(struct stage *stage, const struct stage_sweep *told);

/* Does what is asked for, and draws, until the screen shows the text; fails after 20 s. */
void stage_until(struct stage *stage, const char *text);

/* Settles and draws. */
void stage_draw(struct stage *stage);

/* Who a sweep finds to hold a segment. */
struct stage_known {
    const char *name;
    size_t holders;      /* how many: pids 881, 882, … */
    const char *command; /* of all of them */
    uint64_t deleted;    /* its size: the name is gone; 0: it is not */
};
/* A sweep that finds these and nobody else ends. Creators are gone. complete: every process was read. */
void stage_know(struct stage *stage, const struct stage_known *known, size_t n, bool complete);

/* Every state, and a damaged one. */
void stage_open_states(struct stage *stage, int rows, int columns, bool ascii);

/* Opened and scanned, at 80x24, with eight segments: see stage.c. */
void stage_open_usual(struct stage *stage, int rows, int columns, bool ascii);

#endif
