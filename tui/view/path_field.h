/*
 * A line for a path, with completion as mc does it (complete.h): the first Tab completes, the second lists.
 */
#ifndef SHMTOP_TUI_VIEW_PATH_FIELD_H
#define SHMTOP_TUI_VIEW_PATH_FIELD_H

#include "tui/view/complete.h"
#include "tui/view/line.h"

struct path_field {
    struct line *line;         /* owned */
    struct completion *listed; /* owned: candidates on show; NULL: none */
    size_t first, fit;         /* of them that are visible; fit is set by the layout */
    bool suggested;            /* the text is a suggestion that nobody has touched */
};

/* Empty. history is borrowed and may be NULL. */
void path_field_open(struct path_field *field, const struct line_history *history);
void path_field_close(struct path_field *field);

/* Puts a text there that is taken by whatever key moves in it, and replaced by what is typed or pasted. */
void path_field_suggest(struct path_field *field, const char *text);
enum line_result path_field_key(struct path_field *field, const struct key *key); /* as line_key */
bool path_field_paste(struct path_field *field, const char *text);                /* as line_paste */

/* Closes the list. False: there was none. */
bool path_field_close_list(struct path_field *field);

/* Tab while the list is open: its next page. False: it is not. */
bool path_field_page(struct path_field *field);

/* The candidates for what stood in the line when they were asked for. */
enum path_result {
    PATH_LATE,      /* another text stands there by now */
    PATH_COMPLETED, /* the text changed */
    PATH_LISTED,
    PATH_COMPLETE, /* nothing is left to do */
    PATH_NONE,     /* there is no candidate */
};
/* Takes the candidates out of *completion where they are listed. */
enum path_result path_field_take(struct path_field *field, struct completion **completion);

/* place: the room for the list. */
void path_field_layout(struct path_field *field, struct rect place);
void path_field_draw(const struct path_field *field, struct cells *cells, struct rect place); /* the list */

#endif
