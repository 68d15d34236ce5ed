/*
 * What is known of the values of the row under the table's cursor: statistics with a histogram, and a small
 * map. The app says where the cursor is; the model says which study it wants next, takes the reply, and keeps
 * the last results, so that moving back and forth shows them at once.
 *
 * It waits until the cursor rests. A small segment is then looked through whole; of a large one a sample is
 * taken, then the map, and only where the cursor stays all of it is read, once a visit. What was written to
 * since (its time of modification says so) is looked at again, at a pace that its cost sets; who writes
 * through a map leaves no trace, so what somebody holds to write is sampled anew now and then, seldom enough
 * to cost next to nothing. What does not change is never looked at twice.
 */
#ifndef SHMTOP_TUI_VALUES_INSIGHT_H
#define SHMTOP_TUI_VALUES_INSIGHT_H

#include "core/catalog/catalog.h"
#include "tui/term/cells.h"
#include "tui/values/figures.h"
#include "tui/values/study.h"

#define INSIGHT_REST_MS    150   /* the cursor stands still: something is asked for */
#define INSIGHT_STAYS_MS   1000  /* and here all of a large segment is */
#define INSIGHT_REFRESH_MS 10000 /* between two looks at what may be written to without a trace, at least */
#define INSIGHT_CHANGED_MS 1000  /* the same of what was written to */
#define INSIGHT_WHOLE      (UINT64_C(64) << 20) /* bytes: a small segment */
#define INSIGHT_SAMPLE     1000000              /* elements */
#define INSIGHT_KEPT       64                   /* segments whose results are kept */
#define INSIGHT_MAPS_KEPT  16                   /* those of them that keep their map */
#define INSIGHT_MAP_BUDGET (UINT64_C(4) << 20)  /* bytes that the map reads */

struct insight;

struct insight *insight_new(void);
void insight_free(struct insight *insight);

/* Where the cursor is. */
struct insight_place {
    const struct row *row;          /* NULL: on none */
    bool seen;                      /* its details are on the screen, and time goes on */
    unsigned map_rows, map_columns; /* blocks of the map that there is room for; 0: no room */
};
void insight_follow(struct insight *insight, const struct insight_place *place, int64_t now);

/* What is wanted now, of the row that it was told last; NULL: nothing. Owned by the caller. It is out until
 * the reply is supplied. */
struct study_request *insight_wants(struct insight *insight, const struct row *row, int64_t now);
/* When something will be wanted next; INT64_MAX: not by itself. */
int64_t insight_due(const struct insight *insight);
/* Whether what is out is wanted no more. */
bool insight_gives_up(const struct insight *insight);
/* Takes the contents of a reply, which stays the caller's; NULL: it was lost. True where the segment is not
 * what its row says, so that it should be looked at again. */
bool insight_supply(struct insight *insight, struct study_reply *reply, int64_t now);
void insight_progress(struct insight *insight, uint64_t done, uint64_t total);

/* Whatever is known of the row is to be found out anew: all of it. */
void insight_forget(struct insight *insight, int64_t now);

/* --- what it shows --- */

#define INSIGHT_SLICE_MAX 200

/* What is to be shown of the row; borrowed until the insight is told something. */
struct insight_known {
    bool magnitudes;                     /* they are complex: what is said is of their magnitudes */
    bool has_values;                     /* the row has a matrix of numbers, with elements */
    const char *trouble;                 /* why nothing is known; "" */
    const struct statistics *statistics; /* NULL: not known yet */
    const struct map *map;               /* NULL: not known yet, or there is no room */
    char how[FIGURES_HOW_MAX + 32];      /* where the statistics are from, and what is still to come; without
                                            statistics: what is being done */
    char slice[INSIGHT_SLICE_MAX];       /* the map's plane, "[0, 0, :, :]"; "": it is the whole matrix */
    uint64_t plane_rows, plane_columns;  /* of the map; 0: there will be none */
};
void insight_known(const struct insight *insight, const struct row *row, int64_t now,
                   struct insight_known *ret_known);

/* On one line: "min -3.10  mean 0.0214  max 4.71  std 1.00  nan 0  inf 0  (exact, 0.09 s)". */
void insight_put_line(const struct insight_known *known, struct cells *cells, int y, int x, int width);

/* The rows that each part has of so many; 0: it is left out. */
struct insight_layout {
    int statistics, histogram, map; /* each with its heading, the map with its scale */
    bool lying;                     /* the histogram's bars */
    unsigned map_rows, map_columns; /* blocks */
};
/* whole: there are as many rows as it takes. */
void insight_lay_out(const struct insight_known *known, int height, int width, bool heat, bool whole,
                     struct insight_layout *ret_layout);
/* Draws it; returns the rows used. */
int insight_draw(const struct insight_known *known, struct cells *cells, struct rect rect, bool whole);

#endif
