/*
 * The preview of a real segment in a private directory, drawn into fake cells: it reads what it wants and
 * does its studies at once, with a clock of the test's own.
 */
#ifndef SHMTOP_TESTS_SUPPORT_GRID_H
#define SHMTOP_TESTS_SUPPORT_GRID_H

#include "tests/support/draw.h"
#include "tests/support/tmpdir.h"
#include "tui/values/preview.h"

struct grid {
    struct tmpdir *tmpdir;
    struct directory *directory;
    struct preview *preview;
    struct cells cells;
    int64_t now;
    bool ascii, heat;
    bool no_studies;                              /* they are asked for, and done by grid_supply alone */
    bool out[STUDY_SLOT_COUNT];                   /* under way */
    unsigned studied[STUDY_SLOT_COUNT];           /* so far */
    struct study_request *last[STUDY_SLOT_COUNT]; /* owned; NULL: none yet */
};

/* Opens and draws it at 24 × 80, or whatever the cells already are. From an all-zero struct (or
 * one with now, ascii, heat, no_studies or cells set). */
void grid_open(struct grid *grid, struct tmpdir *tmpdir, const char *name);
void grid_close(struct grid *grid);

/* Lets it read and study what it wants, and draws. */
void grid_settle(struct grid *grid);
void grid_size(struct grid *grid, int rows, int columns);
/* The reply of the study that is under way (taken; NULL: it is done now), and what follows. */
void grid_supply(struct grid *grid, enum study_slot slot, struct study_reply *reply);
void grid_wait(struct grid *grid, int64_t ms);

/* Keys one after another, each with what follows from it. */
void grid_keys(struct grid *grid, const char *keys);
void grid_key(struct grid *grid, uint32_t code);

/* The cell where text stands first; fails where it does not. */
const struct cell *grid_cell(const struct grid *grid, const char *text);

/* --- segments in .npy form --- */

/* dtype: as numpy writes it. */
void grid_write(const struct tmpdir *tmpdir, const char *name, const char *dtype, char order, int rank,
                const uint64_t *shape, const void *data, size_t size);
/* Doubles 0, 0.5, 1, … */
void grid_write_doubles(const struct tmpdir *tmpdir, const char *name, char order, int rank,
                        const uint64_t *shape);
/* One byte-sized or larger element anew, in place. */
void grid_put(const struct tmpdir *tmpdir, const char *name, uint64_t index, const void *value, size_t size);
/* Rows of: id int32, z complex64, price float64 (big-endian), name S8, pair (2,) float32. */
void grid_write_struct(const struct tmpdir *tmpdir, const char *name, uint64_t rows);

#endif
