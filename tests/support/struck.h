/*
 * Loads of which every system call is struck: it fails, comes short, is interrupted, or kills the process.
 * After each the directory is as product.md says ("All or nothing"): the name is the whole new matrix, or
 * what it was before; beside it lies nothing, but after a kill at most the one complete file of a
 * replacement, locked while its loader lived, which the next shmtop removes.
 */
#ifndef SHMTOP_TESTS_SUPPORT_STRUCK_H
#define SHMTOP_TESTS_SUPPORT_STRUCK_H

#include "core/transfer/load.h"
#include "tests/support/tmpdir.h"

#define STRUCK_ROWS    60
#define STRUCK_COLUMNS 100
#define STRUCK_COUNT   (STRUCK_ROWS * STRUCK_COLUMNS)

struct struck {
    struct tmpdir tmpdir, files; /* the directory of segments; source files and an empty proc root */
    struct directory *directory;
    struct source_options from;
    struct load_options options;
    struct dtype wide; /* <u2 */
    const char *file;  /* among the files: what is loaded */
    bool is_piped;     /* through descriptor 0, which is another pipe from then on */
    int (*open)(const struct struck *struck, struct load **ret_load, struct error *error);
    bool is_large;     /* several blocks: struck by fewer errors, and over no old segment */
    const char *want;  /* among the files: what a load has to make */
    bool has_old;      /* a segment of the name is there, and is to be replaced */
    bool must_succeed; /* an interruption or a short count is no failure */
    /* Of what was loaded: its description is where it must be. NULL: it needs none. */
    void (*check_description)(const struct struck *struck);
    bool undescribed;   /* the last load, which did not die, said that it could not be recorded */
    unsigned done;      /* runs that came to the wanted end */
    unsigned leftovers; /* of killed runs */
};

/* Fixtures. Among the files are, of numbers from 0 to 255, c.npy and f.npy in either order, |u1, and
 * c-wide.npy and f-wide.npy, <u2. c.npy is what is loaded and wanted, with one thread. */
int struck_setup(void **state);
int struck_teardown(void **state);

/* The number in a row and column. */
uint8_t struck_number(unsigned row, unsigned column);

/* Opens file, by a path or through the pipe: what open is unless a test says otherwise. */
int struck_open(const struct struck *struck, struct load **ret_load, struct error *error);

/* Loads it as a.shm: what open or load_run returns; a failure has its words. */
int struck_load(struct struck *struck, struct error *error);

/* Whether the segment or file in the directory is, byte for byte, this one of the files. */
bool struck_holds(const struct struck *struck, const char *name, const char *file);

/* Strikes every call in every way, then all of it again where what is loaded replaces a segment. */
void struck_each(struct struck *struck);

#endif
