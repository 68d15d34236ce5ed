/*
 * What goes through all of a segment's values beside the screen: statistics, a map, a search. The views ask
 * for a study and get its result; between two studies nothing stays open.
 */
#ifndef SHMTOP_TUI_VALUES_STUDY_H
#define SHMTOP_TUI_VALUES_STUDY_H

#include "core/analysis/find.h"
#include "core/analysis/map.h"
#include "core/analysis/statistics.h"
#include "core/process/reach.h"

/* For whom: at most one study is under way for each. */
enum study_slot {
    STUDY_PANE,    /* the details of the row under the table's cursor */
    STUDY_FIGURES, /* the rows of statistics below the grid */
    STUDY_MAP,
    STUDY_CENSUS, /* the table of all columns */
    STUDY_SEARCH,
    STUDY_TINT, /* the scale of the grid's colours */
    STUDY_SLOT_COUNT
};

enum study_kind { STUDY_STATISTICS, STUDY_BY_PLACE, STUDY_OF_MAP, STUDY_OF_SEARCH };

/* Immutable once made; study_run may use it on another thread. */
struct study_request {
    enum study_kind kind;
    struct reach reach;
    bool said;            /* the matrix is what a person says; else the segment must still say it itself */
    struct matrix matrix; /* owned: what the segment is, whole */
    struct dtype dtype;   /* of the elements of the view: the matrix's, or that of a field; borrows from it */
    struct view view;
    bool waited_for; /* by somebody who asked for it: not behind figures that are shown by the way */
    uint64_t mark;   /* the asker's own: comes back in the reply */
    struct statistics_options statistics; /* STUDY_STATISTICS, STUDY_BY_PLACE */
    int axis;                             /* STUDY_BY_PLACE: of the view */
    struct map_options map;
    struct {
        struct condition condition;
        uint64_t from; /* as find_next */
        bool backward;
    } search;
};
void study_request_free(struct study_request *request);

/* A request that is still to be filled with what is asked for: of the whole matrix. */
struct study_request *study_request_new(enum study_kind kind, const struct reach *reach,
                                        const struct matrix *matrix, bool said);

enum study_found {
    STUDY_DONE,
    STUDY_GONE,   /* no such segment any more */
    STUDY_OTHER,  /* another one bears its name, or it is another matrix now */
    STUDY_FAILED, /* error; error.code ECANCELED: it was cancelled */
};

struct study_reply {
    enum study_kind kind;
    uint64_t mark;
    enum study_found found;
    struct error error;
    uint64_t size;                /* of the segment, and */
    int64_t modified;             /* its time of modification, before the study */
    int64_t took;                 /* ms */
    struct statistics statistics; /* owned */
    struct statistics *places;    /* owned; STUDY_BY_PLACE: place_count of them */
    uint64_t place_count;
    struct map map; /* owned */
    bool is_there;  /* STUDY_OF_SEARCH: something was found, at */
    bool wrapped;   /* having gone round the end */
    uint64_t number;
};
void study_reply_free(struct study_reply *reply);

/* Whether somebody waits for it and for nothing else: a search, a table; and not a figure by the way. */
bool study_is_waited_for(const struct study_request *request);

/* Does it; never NULL. Holds no descriptor afterwards. */
struct study_reply *study_run(const struct directory *directory, const char *proc_root,
                              const struct study_request *request, struct progress *progress);

#endif
