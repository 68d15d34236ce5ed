/*
 * The catalog: one row a segment, where facts join. It belongs to one thread (the loop's). Facts come in
 * batches; change records come out; rows have a serial that stays theirs through renames and is never used
 * again, so that cursor and marks follow the segment and not its place.
 *
 * Sized for 100,000 rows in some 28 MB: a row is 168 bytes, and rows share their types and shapes. Hash
 * tables by name and by identity; no operation on one name walks all rows.
 */
#ifndef SHMTOP_CORE_CATALOG_CATALOG_H
#define SHMTOP_CORE_CATALOG_CATALOG_H

#include "core/process/sweep.h"
#include "core/process/producers.h"
#include "core/segment/lease.h"
#include "core/segment/segment.h"

struct catalog;
struct packed_matrix; /* private: core/catalog/packed.h */

/* product.md "What is known of a segment". */
enum state {
    STATE_UNKNOWN,  /* no sweep has ended yet, or none that could have seen it */
    STATE_LIVE,     /* somebody maps it or has it open */
    STATE_IDLE,     /* nobody holds it */
    STATE_STALE,    /* nobody holds it, it is old, and its producer never leaves one on purpose */
    STATE_LEAKED,   /* nobody holds it and its creator is dead */
    STATE_UNLINKED, /* its name is gone, somebody holds the memory */
    STATE_COUNT
};

struct row {
    uint64_t serial; /* never 0 */
    char *name;      /* raw */
    struct identity id;
    uint64_t size;
    uint64_t allocated;       /* unmeasured: as size */
    uint64_t first_allocated; /* when it was first seen; made under our eyes: 0. Growth counts from there */
    int64_t created;          /* ns; 0: not known */
    int64_t modified;         /* ns; 0: not known */
    int64_t appeared;         /* monotonic ms when it was created under our eyes; 0: it was there before */
    int64_t grown; /* monotonic ms when its size or allocation last grew under our eyes; 0: never */
    const struct producer *producer; /* borrowed; NULL: not known */
    const struct holders *holders; /* borrowed from the last sweep; NULL: it found nobody, or none has ended.
                                      A directory's are those of all its entries */
    struct packed_matrix *matrix;  /* owned */
    char *damage;                  /* owned; NULL: not damaged */
    uid_t uid;
    gid_t gid;
    mode_t mode;
    uint32_t links;
    pid_t creator_pid; /* 0: not known */
    uint32_t held_at;  /* the catalog's own: when `held` was asked, seconds of `now` */
    uint32_t place;    /* stays while the row lives, then another row's: below catalog_places */
    uint32_t index;    /* for catalog_at */
    uint8_t layout;    /* enum layout */
    uint8_t state;     /* enum state */
    uint8_t creator;   /* enum creator: whether creator_pid lives */
    uint8_t held; /* enum held: what a lease said last, HELD_UNKNOWN where none was asked since a change */
    bool doubtful : 1; /* the sweep was incomplete and no lease settled the state: tables put "?" to it */
    bool unlinked : 1; /* its name is gone: `name` is its last, others may bear the same, catalog_find passes
                          over it. It is looked at through its holders alone: catalog_take_unlinked */
    bool loading : 1;  /* an unnamed matrix that another shmtop is loading; unlinked is set too */
    bool unmeasured : 1; /* unlinked and not permitted: size is its longest mapping; owner (-1), mode and
                            times are not known (0) */
    bool ownerless : 1;  /* its owner has no process on this host */
    enum description description : 2; /* who tells what it is, of LAYOUT_DESCRIBED */
    bool recognised : 1;   /* the bytes were looked at since they changed; else layout and matrix are the last
                              known */
    bool is_protected : 1; /* by its producer */
    bool marked : 1;       /* the caller's */
    bool in_directory : 1; /* its bytes are counted in a directory's row too */
    bool unlinked_lately : 1; /* the catalog's own, as the next four: since the last scope was made */
    bool departing : 1;       /* gone in the batch under way */
    bool seen : 1;            /* by the scan under way */
    bool counted : 1;         /* in catalog_allocated */
};

enum change_kind {
    CHANGE_CREATED, /* row->unlinked: not created now, but found by a sweep */
    CHANGE_UPDATED,
    CHANGE_RENAMED,
    CHANGE_DELETED,  /* the row goes: its name is gone and nobody was seen to hold it; row->unlinked: its
                        memory came back (row->loading: or it was given up) */
    CHANGE_UNLINKED, /* its name is gone, the row stays, for the last sweep found who holds it */
    CHANGE_LINKED,   /* a row without a name got one: a load is complete */
    CHANGE_LEFT /* an unlinked row goes, but not its memory: a sweep found that it bears a name outside of
                   the directory */
};
struct change {
    enum change_kind kind;
    const struct row *row; /* where it goes valid only during the call */
    const char *old_name;  /* CHANGE_RENAMED, CHANGE_LINKED */
};
typedef void change_function(void *context, const struct change *change);

/* Whether the row goes. */
static inline bool change_is_end(const struct change *change)
{
    return change->kind == CHANGE_DELETED || change->kind == CHANGE_LEFT;
}

/* producers (borrowed) may be NULL: the built-in table; each may be NULL. */
struct catalog *catalog_new(const struct producers *producers, change_function *each, void *context);
void catalog_free(struct catalog *catalog);

/*
 * A batch: begin, any number of put and gone, commit. now: monotonic ms, for `appeared` and `grown`. What
 * each says of one name replaces what was said of it before; the rows change at put where the row stays the
 * same, else at commit. A name that is gone and an identity that came under another name in the same batch
 * are one rename: the row stays. A name whose identity changed is another segment: a new row. Names of one
 * identity (hard links) are a row each, with the same facts. A regular file whose last name is gone while the
 * last sweep found holders keeps its row, unlinked; a name that one of those gets is a change of that row.
 * put takes the segment's contents (and zeroes it). A segment that was not recognised leaves the row what it
 * showed of layout and matrix while identity and size are the same, and `recognised` while time of change,
 * owner and mode are the same too: else the row is to be recognised again.
 */
void catalog_begin(struct catalog *catalog, int64_t now);
void catalog_put(struct catalog *catalog, struct segment *segment);
void catalog_gone(struct catalog *catalog, const char *name);
void catalog_commit(struct catalog *catalog);

/*
 * A full rescan: between scan_begin and scan_end (which may span many batches) every name put is seen;
 * scan_end, outside any batch, deletes the rows that were not. A new name with the identity of a row not yet
 * seen waits until it is clear whether that is a rename or a second link. The first scan marks nothing as
 * new.
 */
void catalog_scan_begin(struct catalog *catalog);
void catalog_scan_end(struct catalog *catalog, int64_t now);

size_t catalog_count(const struct catalog *catalog);
struct row *catalog_find(struct catalog *catalog, const char *name);
/* One that shows this segment, of several links any. */
struct row *catalog_by_identity(struct catalog *catalog, const struct identity *id);
struct row *catalog_by_serial(struct catalog *catalog, uint64_t serial);
struct row *catalog_at(struct catalog *catalog, size_t index); /* any order, index < count */

/* The row at a place, for tables beside the catalog: row->place < catalog_places. NULL where none lives there
 * now. */
struct row *catalog_by_place(struct catalog *catalog, uint32_t place);
uint32_t catalog_places(const struct catalog *catalog);

/*
 * Bytes of all rows, each counted once: a directory's row sums its tree, so the rows of its entries do not
 * count, nor does a row outside that is a hard link to one of them; of several links one counts. O(1).
 */
uint64_t catalog_allocated(const struct catalog *catalog);

/*
 * What the next sweep should ask for: everything held on the directory's device, the creators of rows, the
 * owners. The sweep that is taken next must be one of the scope that was made last; rows that are newer than
 * the scope are not judged by it. ret_scope is owned: sweep_scope_clear.
 */
void catalog_scope(struct catalog *catalog, uint64_t device, struct sweep_scope *ret_scope);
void sweep_scope_clear(struct sweep_scope *scope);

#define CATALOG_HELD_S                                                                                       \
    15 /* longer than between two questions about a row on screen, so that its "?" stays away */

/*
 * Joins what a sweep found into every row: holders, creators, who has no process, states, and the rows of
 * what is unlinked. The sweep is taken (and zeroed). root: directory_kernel_path, NULL: not known, then
 * nothing is unlinked; whole: directory_is_whole. A segment whose mark " (deleted)" is all that speaks for it
 * is not unlinked while a name leads to it. Rows of what is unlinked keep their serial over sweeps and go
 * when one no longer finds them, or finds that they bear a name elsewhere (moved out of the directory).
 *
 * What a lease said of a row stays for CATALOG_HELD_S, and not beyond a complete sweep.
 *
 * now: monotonic ms; wall: ns since 1970. Emits the changes.
 */
void catalog_take_sweep(struct catalog *catalog, struct sweep *sweep, const char *root, bool whole,
                        int64_t now, int64_t wall);
const struct sweep *catalog_sweep(const struct catalog *catalog); /* the last; NULL: none has ended */

/*
 * What a look through its holders found of one whose name is gone (unlinked_look; taken, and zeroed); NULL:
 * it may not be read, what was known stays. Nothing happens where no unlinked row is it, or it is being
 * loaded. now: monotonic ms.
 */
void catalog_take_unlinked(struct catalog *catalog, const struct identity *id, struct segment *segment,
                           int64_t now);

/* Whether an unlinked row is to be looked at: its bytes were not since they changed. */
bool row_wants_holders(const struct row *row);

/* Who of those that the last sweep saw holds the segment of a row, or is the only one that may have made it:
 * each once, the youngest first. Owned. Of whom it is not known when they started nobody is in it. */
size_t catalog_processes(const struct catalog *catalog, struct process_id **ret_processes);

/*
 * Some of them have ended: they hold nothing, and what they made has no creator. Rows are judged anew. One
 * that is unlinked and lost its last holder stays, without holders, until its memory came back or a sweep is
 * taken. now: monotonic ms; wall: ns since 1970. Emits the changes.
 */
void catalog_exited(struct catalog *catalog, const struct process_id *exited, size_t n, int64_t now,
                    int64_t wall);

/* What a lease said of a row, at the time of the batch or the sweep before. */
void catalog_take_held(struct catalog *catalog, struct row *row, enum held held, int64_t wall);

/* The memory of a segment came back (IN_DELETE_SELF): its unlinked row goes; one whose name is not known to
 * be gone yet will go with it. */
void catalog_released(struct catalog *catalog, const struct identity *id);

/* Rows in each state, and their bytes, counted as catalog_allocated does: each once. O(1). */
struct catalog_totals {
    size_t count[STATE_COUNT];
    uint64_t bytes[STATE_COUNT];
};
const struct catalog_totals *catalog_totals(const struct catalog *catalog);

/* Rises with every change, so that a view knows whether it must be made anew. */
uint64_t catalog_version(const struct catalog *catalog);

/* Fills *ret (cleared by the caller). False where the row has no matrix. */
bool row_matrix(const struct row *row, struct matrix *ret_matrix);
int row_rank(const struct row *row);                  /* -1: no matrix */
const struct dtype *row_dtype(const struct row *row); /* NULL: no matrix; borrowed */
char row_order(const struct row *row);                /* 'C' or 'F'; 0: no matrix */
uint64_t row_dim(const struct row *row, int axis);

/* A row made from a segment outside any catalog, for commands: takes its contents; row_clear frees. */
void row_from_segment(struct row *row, struct segment *segment, const struct producers *producers);
void row_clear(struct row *row);
/* A copy without holders, to be cleared. */
void row_copy(struct row *to, const struct row *from);

#endif
