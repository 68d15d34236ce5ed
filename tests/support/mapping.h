/*
 * The map's screen of a real segment: tests/support/looking.h with its studies done.
 */
#ifndef SHMTOP_TESTS_SUPPORT_MAPPING_H
#define SHMTOP_TESTS_SUPPORT_MAPPING_H

#include "tests/support/looking.h"

/* Does the studies that the map asks for, each in 310 ms, until it asks for no more. */
void mapping_settle(struct looking *looking);
/* Opens it at this size and shows the map. */
void mapping_open(struct looking *looking, void **state, const char *name, int rows, int columns, bool heat,
                  bool ascii);
/* Keys, and what follows from each. */
void mapping_press(struct looking *looking, const char *keys);

/* Float32: waves of both signs; nan on the rows and columns that are given as {top, bottom, left, right}. */
void mapping_write_waves(struct tmpdir *tmpdir, const char *name, uint64_t rows, uint64_t columns,
                         const uint64_t nan[4]);

#endif
