/*
 * The map's screen: the slice that the grid shows as a whole, a colour or a character for each block of its
 * elements, with the grid's window in it, and statistics beside it. A part of the preview, whose cursor,
 * slice and dispatch it shares: a model without I/O, whose studies run beside the screen.
 *
 * One dimension (a list of numbers, the bytes of a segment, the field of a list of structs) is folded: blocks
 * follow one another in reading order.
 *
 * What is shown is a sample at first and anew every few seconds, less often while it stays the same, for who
 * writes through a map of the memory leaves no trace. X goes through every element once. The last map stays
 * until there is a newer one.
 */
#ifndef SHMTOP_TUI_VALUES_MAP_H
#define SHMTOP_TUI_VALUES_MAP_H

#include "tui/values/preview_private.h"

#define PREVIEW_MAP_PERIOD 2000  /* ms between two samples, at least */
#define PREVIEW_MAP_MOST   16000 /* while nothing changes */
#define PREVIEW_MAP_SHARE  20    /* and so many times as long as the last one took */

struct preview_map;

/* NULL is fine. */
void preview_map_free(struct preview_map *map);

/* Why there is no map of what is shown: a sentence; NULL: there is one. */
const char *preview_map_refusal(const struct preview *preview);

/* Shows the map, or says why not. */
void preview_map_open(struct preview *preview);
/* A key's action while the map is shown. */
enum preview_result preview_map_action(struct preview *preview, enum action action);

/* Looks anew as soon as it can. */
void preview_map_renew(struct preview *preview);

/* Settles what is visible, and that nothing is where there is no map; after the grid's own layout. */
void preview_map_layout(struct preview *preview);

/* As preview_wants_study and its companions. */
struct study_request *preview_map_wants(struct preview *preview, int64_t now);
bool preview_map_gives_up(struct preview *preview);
void preview_map_supply(struct preview *preview, struct study_reply *reply, int64_t now);
void preview_map_progress(struct preview *preview, uint64_t done, uint64_t total);

/* One line: what the map is of. */
void preview_map_draw_header(const struct drawing *drawing, int y);
void preview_map_draw(const struct drawing *drawing, int y, int rows);
/* What is known of the block under the cursor; "" . */
void preview_map_block_text(const struct preview *preview, char *buf, size_t size);

#endif
