/*
 * Saves from a private directory of segments into another one. Every function fails the running test if it
 * cannot do what it says.
 */
#ifndef SHMTOP_TESTS_SUPPORT_SAVING_H
#define SHMTOP_TESTS_SUPPORT_SAVING_H

#include "core/layout/layout.h"
#include "core/matrix/index.h"
#include "core/transfer/save.h"
#include "tests/support/tmpdir.h"

/* Segments in shm/, files in out/. */
struct saving {
    struct tmpdir tmpdir;
    struct directory *directory;
    struct layout_result source; /* of shm/a */
    struct view view;
    struct save save;
    /* of saves that are struck */
    const char *file;
    bool replace;
};

/* For cmocka. */
int saving_setup(void **state);
int saving_teardown(void **state);

/* Opens shm/a and chooses a view of it. */
void saving_choose(struct saving *fixture, const char *index);

/* shm/a of this type and shape, with bytes that tell where they are. */
void saving_make(struct saving *fixture, const char *descr, bool fortran, const char *shape, size_t size);

/* Saves what was chosen as out/NAME, whose ending says the format. As save_to_file. */
int saving_run(struct saving *fixture, const char *name, bool replace, struct progress *progress,
               struct save_report *report, struct error *error);

/* … which must do. */
struct save_report saving_expect(struct saving *fixture, const char *name, bool replace);

/* … or must fail with this code and these words. */
void saving_expect_failure(struct saving *fixture, const char *name, bool replace, int code,
                           const char *words);

/* How many there are in out/. */
unsigned saving_files(const struct saving *fixture);

/* out/NAME holds the view, in this order, and nothing behind it. */
void saving_holds_view(const struct saving *fixture, const char *name, char order);

/* Saves this view as out/a.npy, and it holds it. */
void saving_expect_view(struct saving *fixture, const char *index, char order);

#endif
