/*
 * Why a segment has no values to show, and what to do about it.
 */
#ifndef SHMTOP_TUI_COMMAND_NO_VALUES_H
#define SHMTOP_TUI_COMMAND_NO_VALUES_H

#include "core/segment/segment.h"

/* Of a segment that was recognised and has no matrix: -errno, whose class is the exit status. A raw one is
 * told which shapes its size allows. */
int no_values(const struct segment *segment, struct error *error);

#endif
