/*
 * The one table of actions: what each is called, its keys, where it applies and whether it changes anything.
 * The dispatcher, the hint line, the help and the man page's list of keys are made from it.
 */
#ifndef SHMTOP_TUI_APP_ACTION_H
#define SHMTOP_TUI_APP_ACTION_H

#include "tui/term/key.h"

enum action {
    ACTION_NONE,
    /* moving */
    ACTION_UP,
    ACTION_DOWN,
    ACTION_LEFT,
    ACTION_RIGHT,
    ACTION_PAGE_UP,
    ACTION_PAGE_DOWN,
    ACTION_HALF_UP,
    ACTION_HALF_DOWN,
    ACTION_FIRST,
    ACTION_LAST,
    ACTION_ROW_START,
    ACTION_ROW_END,
    ACTION_GOTO,
    /* looking */
    ACTION_OPEN,
    ACTION_DETAIL,
    ACTION_HOLDERS,
    ACTION_LENS,
    ACTION_MAP,
    ACTION_CENSUS,
    /* ordering and finding */
    ACTION_SORT,
    ACTION_SORT_PREVIOUS,
    ACTION_SORT_NEXT,
    ACTION_REVERSE,
    ACTION_PAUSE,
    ACTION_FILTER,
    ACTION_STATE_NEXT,
    ACTION_STATE_PREVIOUS,
    ACTION_GROUP,
    ACTION_COLUMNS,
    ACTION_FOLLOW,
    /* marking */
    ACTION_MARK,
    ACTION_MARK_ALL,
    ACTION_MARK_INVERT,
    ACTION_MARK_RANGE,
    ACTION_MARK_PATTERN,
    ACTION_UNMARK,
    /* doing */
    ACTION_LOAD,
    ACTION_DELETE,
    ACTION_SAVE,
    ACTION_RESTORE,
    ACTION_RECORD,
    ACTION_COPY,
    /* the grid's axes */
    ACTION_SLICE_PREVIOUS,
    ACTION_SLICE_NEXT,
    ACTION_SLICE_BACK_10,
    ACTION_SLICE_ON_10,
    ACTION_AXIS_ROWS,
    ACTION_AXIS_COLUMNS,
    ACTION_TRANSPOSE,
    ACTION_NEXT_AXIS,
    /* how values look */
    ACTION_FORMAT,
    ACTION_NARROWER,
    ACTION_WIDER,
    ACTION_MAGNITUDE,
    ACTION_TINT,
    ACTION_FREEZE,
    ACTION_EXTREME,
    ACTION_EXACT,
    /* finding a value */
    ACTION_FIND,
    ACTION_FIND_NEXT,
    ACTION_FIND_PREVIOUS,
    /* everywhere */
    ACTION_HELP,
    ACTION_MESSAGES,
    ACTION_RESCAN,
    ACTION_REDRAW,
    ACTION_BACK,
    ACTION_CLOSE,
    ACTION_QUIT,
    ACTION_INTERRUPT,
    ACTION_SUSPEND,
    ACTION_COUNT
};

/* Where an action applies: a set of screens. */
#define SCREEN_TABLE  0x1
#define SCREEN_GRID   0x2
#define SCREEN_MAP    0x4 /* of the grid's slice */
#define SCREEN_CENSUS 0x8 /* the statistics of its columns */
#define SCREEN_VALUES (SCREEN_GRID | SCREEN_MAP | SCREEN_CENSUS)
#define SCREEN_ALL    (SCREEN_TABLE | SCREEN_VALUES)

#define ACTION_KEYS_MAX 4

struct action_info {
    enum action action;
    unsigned screens;
    uint32_t keys[ACTION_KEYS_MAX]; /* 0: none */
    const char *group;              /* heading in the help: "Move", "Look", … */
    const char *name;               /* one or two words, for the hint line: "delete" */
    const char *text;               /* a short sentence, for the help and the man page */
    int hint;                       /* place in the hint line, 1 first; 0: not in it */
    bool mutates;                   /* absent with --read-only */
};

/* The table, ACTION_NONE excluded. */
const struct action_info *action_table(unsigned *ret_count);
/* The action of a key on a screen; ACTION_NONE. With read_only a mutating action is not found. */
enum action action_of_key(const struct key *key, unsigned screen, bool read_only);
const struct action_info *action_info(enum action action);
/* A key as people write it: "Enter", "Space", "^L", "F1", "[". buf of at least 16. */
void action_key_text(uint32_t code, char *buf);

#endif
