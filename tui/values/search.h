/*
 * Searching for a value: `/` asks for a condition, n and N go on with it. The search goes through the whole
 * matrix beside the screen, from the cursor on and round its end, and the cursor goes to what it finds. In
 * structs it goes through the field under the cursor. A part of the preview's model, without I/O: what it
 * wants is a study (tui/values/study.h).
 */
#ifndef SHMTOP_TUI_VALUES_SEARCH_H
#define SHMTOP_TUI_VALUES_SEARCH_H

#include "tui/app/action.h"
#include "tui/values/study.h"
#include "tui/view/line.h"

struct preview;
struct drawing;

#define SEARCH_DELAY 200 /* ms that it runs before that is shown */

struct search {
    struct line_history *history; /* borrowed; NULL: none */
    bool has_condition;
    struct condition condition; /* the last */

    /* The one that is under way. */
    bool running; /* it was asked for and nothing is known yet */
    bool wanted;  /* its study has not begun */
    bool backward;
    unsigned generation; /* of the matrix that it goes through, and */
    uint64_t field;      /* of a struct: the field */
    uint64_t from;       /* the number of the element that it began at */
    int64_t began;
    uint64_t done, total;

    bool out;      /* a study is under way: this one's, or an older one's, which is */
    bool obsolete; /* to be cancelled */

    /* What was found last, and whether that is being said: until the next key. */
    bool has_place, says, wrapped;
    struct {
        unsigned generation;
        uint64_t field, number;
    } place;
};

/*
 * Keys that mean a search: /, n, N, and while one runs Esc and ^C, which cancel it before they do anything
 * else. False for any other. Either way what was found before is no longer said.
 */
bool search_action(struct preview *preview, enum action action);
bool search_line_key(struct preview *preview, const struct key *key); /* while a line is open */
/* What was typed; "": the last condition again. -EINVAL: it is none, and the line stays open. */
int search_enter(struct preview *preview, const char *text, struct error *error);

/* Its study: as in preview.h. */
struct study_request *search_wants(struct preview *preview, int64_t now);
bool search_gives_up(struct preview *preview);
void search_supply(struct preview *preview, struct study_reply *reply, int64_t now);
void search_progress(struct preview *preview, uint64_t done, uint64_t total);

/* How far it is, or what it found. False where there is nothing to say. */
bool search_draw(const struct drawing *drawing, int y);

#endif
