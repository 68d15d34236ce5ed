/*
 * The values of real segments in a private directory, drawn into fake cells: a preview, what it reads, and
 * its studies, answered by hand or really done.
 */
#ifndef SHMTOP_TESTS_SUPPORT_LOOKING_H
#define SHMTOP_TESTS_SUPPORT_LOOKING_H

#include "core/matrix/matrix.h"
#include "tests/support/tmpdir.h"
#include "tui/values/preview.h"

struct looking {
    struct tmpdir *tmpdir;
    struct directory *directory;
    struct preview *preview;
    struct line_history *history;
    struct cells cells;
    int64_t now;
    bool ascii;
    struct study_request *asked[STUDY_SLOT_COUNT]; /* owned: the study under way; NULL: none */
    unsigned asks[STUDY_SLOT_COUNT];               /* so far */
    unsigned given_up[STUDY_SLOT_COUNT];           /* so far */
};

/* At 24 rows of 80. state: of tmpdir_setup. */
void looking_open(struct looking *looking, void **state, const char *name);
void looking_close(struct looking *looking);

/* Lets it read what it wants, takes the studies that it wants, and draws. A study that it gives up ends as a
 * cancelled one does. */
void looking_settle(struct looking *looking);
void looking_size(struct looking *looking, int rows, int columns);
void looking_press(struct looking *looking, const char *keys); /* "\r" and "\x1b" are keys too */
void looking_press_code(struct looking *looking, uint32_t code);
void looking_wait(struct looking *looking, int64_t ms);

/* Ends the study under way with a reply (taken; NULL: it was lost). */
void looking_answer(struct looking *looking, enum study_slot slot, struct study_reply *reply);
/* The same, with what it really finds. */
void looking_study(struct looking *looking, enum study_slot slot);

/* A type without fields. */
struct matrix looking_matrix(const char *dtype, char order, int rank, const uint64_t *shape);
/* A .npy file of the doubles 0, 0.5, 1, … */
void looking_write_doubles(struct tmpdir *tmpdir, const char *name, char order, int rank,
                           const uint64_t *shape);
/* One of them anew, by its place in memory. */
void looking_write_double(struct tmpdir *tmpdir, const char *name, uint64_t place, double value);

#endif
