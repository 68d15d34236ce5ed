/* What insight*.c share. */
#ifndef SHMTOP_TUI_VALUES_INSIGHT_PRIVATE_H
#define SHMTOP_TUI_VALUES_INSIGHT_PRIVATE_H

#include "tui/values/insight.h"

/* When the values of a result were read, and what of. */
struct stamp {
    bool is_there;
    int64_t modified; /* as the row said, */
    uint64_t size;
    int64_t found_modified; /* and as the study found it */
    uint64_t found_size;
    int64_t at; /* monotonic ms */
    int64_t took;
};

/* What is known of one segment's matrix. */
struct finding_kept {
    struct identity id;
    struct matrix matrix; /* owned */
    uint64_t used;        /* the order of uses */
    struct stamp looked, mapped;
    struct statistics statistics;
    int64_t cost; /* ms: of the last look that is repeated, where what it says may have changed */
    struct map map;
    unsigned map_rows, map_columns; /* that it was asked for with */
};

struct insight_kept {
    struct finding_kept *list[INSIGHT_KEPT]; /* owned */
    size_t count;
    uint64_t uses;
};

/* NULL: nothing is. */
struct finding_kept *insight_kept_find(struct insight_kept *kept, const struct identity *id,
                                       const struct matrix *matrix);
/* A new one where there is none; the least used goes where there is no more room. It counts as used. */
struct finding_kept *insight_kept_make(struct insight_kept *kept, const struct identity *id,
                                       const struct matrix *matrix);
void insight_kept_use(struct insight_kept *kept, struct finding_kept *finding);
/* Those of the least used go, but for the newest INSIGHT_MAPS_KEPT. */
void insight_kept_drop_maps(struct insight_kept *kept);
void insight_kept_remove(struct insight_kept *kept, const struct identity *id);
void insight_kept_clear(struct insight_kept *kept);

enum wish { WISH_NOTHING, WISH_SAMPLE, WISH_EXACT, WISH_MAP };

struct asked {
    enum wish wish; /* WISH_NOTHING: none is out */
    bool repeated;  /* it is what is done again */
    uint64_t visit;
    struct identity id;
    struct matrix matrix; /* owned */
    int64_t modified;
    uint64_t size;
    unsigned map_rows, map_columns;
    uint64_t done, total;
};

/* Which row it is; what of it matters. */
struct subject {
    bool is_there; /* a row whose values can be studied */
    struct identity id;
    struct matrix matrix; /* owned */
    uint64_t bytes;       /* of the matrix */
    char *name;           /* owned */
    int64_t modified;
    uint64_t size;
    bool live; /* somebody may write to it */
};

struct insight {
    struct insight_kept kept;
    struct subject subject;
    struct finding_kept *known; /* of the subject; NULL: nothing yet. Borrowed from kept */
    bool seen;
    unsigned map_rows, map_columns;
    uint64_t visit;   /* of the cursor to a row, counted */
    int64_t arrived;  /* monotonic ms */
    bool read_whole;  /* in this visit */
    bool no_map;      /* it failed in this visit */
    unsigned retries; /* in this visit */
    int64_t retry;    /* when; 0: not */
    char trouble[ERROR_TEXT_MAX];
    struct asked asked;
};

/* Whether a result is that of the subject as it is now. */
bool insight_is_fresh(const struct insight *insight, const struct stamp *stamp);

/* The plane that is mapped: the last two axes, the others at 0. */
void insight_plane(const struct matrix *matrix, struct view *ret_view);

#endif
