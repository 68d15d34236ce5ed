/*
 * The statistics of every column of the slice that is shown, in a table: a line a column, of structs a line a
 * field, of one dimension one line; and one of all columns together. A part of the preview's model, without
 * I/O: first a sample, then all elements, each by a study (tui/values/study.h), and after that nothing by
 * itself, for it costs as much as reading all of the slice.
 *
 * The cursor is the grid's: the line of the column that it is on. Of more columns than a study takes the
 * lines are those around it.
 */
#ifndef SHMTOP_TUI_VALUES_CENSUS_H
#define SHMTOP_TUI_VALUES_CENSUS_H

#include "tui/app/action.h"
#include "tui/values/study.h"

struct census;
struct preview;
struct drawing;

void census_free(struct census *census);

/* Keys on its screen, and S on the others. False for one that means the same wherever one is. */
bool census_action(struct preview *preview, enum action action);
bool census_has_use_for(const struct preview *preview, enum action action);
/* Goes to a column by its index, or to a field by its name. -EINVAL. */
int census_goto(struct preview *preview, const char *text, struct error *error);

/* Settles what its lines are of, their order and the scroll; with preview_layout, while it is on the screen.
 */
void census_layout(struct preview *preview);

/* Values were seen to change. */
void census_changed(struct preview *preview);

/* Its studies: as in preview.h. */
struct study_request *census_wants(struct preview *preview, int64_t now);
bool census_gives_up(struct preview *preview);
void census_supply(struct preview *preview, struct study_reply *reply, int64_t now);
void census_progress(struct preview *preview, uint64_t done, uint64_t total);

/* All of it from row y on but the last row, which tells of the line under the cursor. */
void census_draw(struct drawing *drawing, int y);
void census_draw_bottom(const struct drawing *drawing, int y);

#endif
