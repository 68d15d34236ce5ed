#include "tui/app/action.h"

#include <stdio.h>
#include <string.h>

static const struct action_info table[] = {
    {ACTION_UP, SCREEN_ALL, {'k', KEY_CODE_UP}, "Move", "up", "One row up.", 0, false},
    {ACTION_DOWN, SCREEN_ALL, {'j', KEY_CODE_DOWN}, "Move", "down", "One row down.", 0, false},
    {ACTION_LEFT, SCREEN_GRID, {'h', KEY_CODE_LEFT}, "Move", "left", "One column left.", 0, false},
    {ACTION_RIGHT, SCREEN_GRID, {'l', KEY_CODE_RIGHT}, "Move", "right", "One column right.", 0, false},
    {ACTION_LEFT,
     SCREEN_TABLE,
     {'h', KEY_CODE_LEFT},
     "Move",
     "fold",
     "To the group's heading; there: fold it.",
     0,
     false},
    {ACTION_RIGHT, SCREEN_TABLE, {'l', KEY_CODE_RIGHT}, "Move", "unfold", "Unfold the group.", 0, false},
    {ACTION_PAGE_UP,
     SCREEN_ALL,
     {KEY_CODE_PAGE_UP, KEY_CTRL('B')},
     "Move",
     "page up",
     "One page up.",
     0,
     false},
    {ACTION_PAGE_DOWN,
     SCREEN_ALL,
     {KEY_CODE_PAGE_DOWN, KEY_CTRL('F')},
     "Move",
     "page down",
     "One page down.",
     0,
     false},
    {ACTION_HALF_UP, SCREEN_ALL, {KEY_CTRL('U')}, "Move", "half up", "Half a page up.", 0, false},
    {ACTION_HALF_DOWN, SCREEN_ALL, {KEY_CTRL('D')}, "Move", "half down", "Half a page down.", 0, false},
    {ACTION_FIRST, SCREEN_TABLE, {'g', KEY_CODE_HOME}, "Move", "first", "The first row.", 0, false},
    {ACTION_LAST, SCREEN_TABLE, {'G', KEY_CODE_END}, "Move", "last", "The last row.", 0, false},
    {ACTION_FIRST, SCREEN_GRID, {'g'}, "Move", "top", "The first row.", 0, false},
    {ACTION_LAST, SCREEN_GRID, {'G'}, "Move", "bottom", "The last row.", 0, false},
    {ACTION_ROW_START, SCREEN_GRID, {KEY_CODE_HOME, '0'}, "Move", "row start", "The first column.", 0, false},
    {ACTION_ROW_END, SCREEN_GRID, {KEY_CODE_END, '$'}, "Move", "row end", "The last column.", 0, false},
    {ACTION_GOTO, SCREEN_TABLE, {':'}, "Move", "go to", "Go to a segment by name.", 0, false},
    {ACTION_GOTO,
     SCREEN_GRID,
     {':'},
     "Move",
     "go to",
     "Go to an element by its index, as in 17,1204.",
     5,
     false},

    {ACTION_OPEN,
     SCREEN_TABLE,
     {KEY_ENTER_CODE},
     "Look",
     "look",
     "Look at the values; on a heading: fold or unfold it.",
     1,
     false},
    {ACTION_DETAIL,
     SCREEN_TABLE,
     {'i'},
     "Look",
     "detail",
     "Show a strip of details; again: all of them; again: none; a pane where there is room.",
     10,
     false},
    {ACTION_DETAIL, SCREEN_GRID, {'i'}, "Look", "detail", "Show or hide the details.", 10, false},
    {ACTION_HOLDERS,
     SCREEN_ALL,
     {'u'},
     "Look",
     "users",
     "Show who holds the segment: each process that maps it or has it open.",
     0,
     false},

    {ACTION_SLICE_PREVIOUS, SCREEN_GRID, {'['}, "Slice", "slice", "The previous slice.", 2, false},
    {ACTION_SLICE_NEXT, SCREEN_GRID, {']'}, "Slice", "next slice", "The next slice.", 0, false},
    {ACTION_SLICE_BACK_10, SCREEN_GRID, {'{'}, "Slice", "10 back", "Ten slices back.", 0, false},
    {ACTION_SLICE_ON_10, SCREEN_GRID, {'}'}, "Slice", "10 on", "Ten slices on.", 0, false},
    {ACTION_NEXT_AXIS,
     SCREEN_GRID,
     {'\t'},
     "Slice",
     "axis",
     "The next axis for [ and ] to move along.",
     0,
     false},
    {ACTION_AXIS_ROWS, SCREEN_GRID, {'x'}, "Slice", "row axis", "Choose the axis that runs down.", 3, false},
    {ACTION_AXIS_COLUMNS,
     SCREEN_GRID,
     {'y'},
     "Slice",
     "column axis",
     "Choose the axis that runs across.",
     0,
     false},
    {ACTION_TRANSPOSE, SCREEN_GRID, {'t'}, "Slice", "transpose", "Swap rows and columns.", 4, false},

    {ACTION_LOAD, SCREEN_TABLE, {'L'}, "Do", "load", "Load a file into a segment.", 2, true},
    {ACTION_DELETE,
     SCREEN_TABLE,
     {'d', KEY_CODE_DELETE, KEY_CODE_F1 + 7},
     "Do",
     "delete",
     "Delete the marked rows, else the row under the cursor; asks first.",
     3,
     true},
    {ACTION_SAVE,
     SCREEN_TABLE,
     {'e'},
     "Do",
     "export",
     "Save the matrix under the cursor into a .npy or .csv file.",
     0,
     true},
    {ACTION_SAVE,
     SCREEN_GRID,
     {'e'},
     "Do",
     "export",
     "Save the slice that is shown into a .npy or .csv file.",
     6,
     true},
    {ACTION_RESTORE,
     SCREEN_TABLE,
     {'R'},
     "Do",
     "restore",
     "Give an unlinked segment its last name again, as a copy; asks for one where that is taken.",
     3,
     true},
    {ACTION_COPY,
     SCREEN_TABLE,
     {'y'},
     "Do",
     "copy",
     "Copy the names of the marked rows, else of the cursor's, to the clipboard.",
     0,
     false},

    {ACTION_SORT, SCREEN_TABLE, {'s'}, "Order", "sort", "Choose the column to sort by.", 6, false},
    {ACTION_SORT_PREVIOUS,
     SCREEN_TABLE,
     {'<'},
     "Order",
     "sort left",
     "Sort by the column to the left.",
     0,
     false},
    {ACTION_SORT_NEXT,
     SCREEN_TABLE,
     {'>'},
     "Order",
     "sort right",
     "Sort by the column to the right.",
     0,
     false},
    {ACTION_REVERSE, SCREEN_TABLE, {'I'}, "Order", "invert", "Invert the order.", 0, false},
    {ACTION_GROUP,
     SCREEN_TABLE,
     {'t'},
     "Order",
     "group",
     "Group by owner; again: by producer; again: not at all.",
     8,
     false},
    {ACTION_COLUMNS, SCREEN_TABLE, {'c'}, "Order", "columns", "Choose which columns are shown.", 9, false},
    {ACTION_FOLLOW,
     SCREEN_TABLE,
     {'F'},
     "Order",
     "newest",
     "Keep the cursor on the newest row; again: no more.",
     0,
     false},
    {ACTION_PAUSE, SCREEN_ALL, {'Z'}, "Order", "pause", "Freeze what is shown; again: go on.", 11, false},
    {ACTION_FILTER,
     SCREEN_TABLE,
     {'/'},
     "Find",
     "filter",
     "Show only what fits: a part of the name, or terms as in user:bob size>1G.",
     5,
     false},
    {ACTION_STATE_NEXT,
     SCREEN_TABLE,
     {'\t'},
     "Find",
     "state",
     "Show one state alone: live, idle, stale, leaked, unlinked; then all.",
     7,
     false},
    {ACTION_STATE_PREVIOUS,
     SCREEN_TABLE,
     {KEY_CODE_BACK_TAB},
     "Find",
     "state back",
     "The state before.",
     0,
     false},

    {ACTION_MARK,
     SCREEN_TABLE,
     {' '},
     "Mark",
     "mark",
     "Mark or unmark the row and go to the next.",
     4,
     false},
    {ACTION_MARK_ALL, SCREEN_TABLE, {'a'}, "Mark", "mark all", "Mark all rows shown.", 0, false},
    {ACTION_MARK_INVERT,
     SCREEN_TABLE,
     {'*'},
     "Mark",
     "invert marks",
     "Mark what is not marked, unmark what is.",
     0,
     false},
    {ACTION_MARK_RANGE,
     SCREEN_TABLE,
     {'v'},
     "Mark",
     "range",
     "Begin a range of marks; moving extends it, Space ends it, Esc gives it up.",
     0,
     false},
    {ACTION_MARK_PATTERN,
     SCREEN_TABLE,
     {'+'},
     "Mark",
     "mark by filter",
     "Mark the rows shown that a filter fits, as in name:*.shm or age>7d.",
     0,
     false},
    {ACTION_UNMARK, SCREEN_TABLE, {'U'}, "Mark", "unmark", "Take all marks off.", 0, false},

    {ACTION_HELP, SCREEN_ALL, {'?', KEY_CODE_F1}, "Also", "help", "This help.", 12, false},
    {ACTION_MESSAGES, SCREEN_ALL, {'!'}, "Also", "messages", "The last 100 messages.", 0, false},
    {ACTION_RESCAN,
     SCREEN_ALL,
     {'r', KEY_CODE_F1 + 4},
     "Also",
     "rescan",
     "Look at everything anew.",
     0,
     false},
    {ACTION_REDRAW, SCREEN_ALL, {KEY_CTRL('L')}, "Also", "redraw", "Draw the screen anew.", 0, false},
    {ACTION_BACK, SCREEN_TABLE, {'q'}, "Also", "quit", "Quit; during a load it asks.", 13, false},
    {ACTION_BACK, SCREEN_GRID, {'q'}, "Also", "back", "Back to the table.", 13, false},
    {ACTION_CLOSE,
     SCREEN_ALL,
     {KEY_ESCAPE_CODE},
     "Also",
     "close",
     "Close what is open; take off what narrows the table, one by one; never quits.",
     0,
     false},
    {ACTION_QUIT, SCREEN_ALL, {'Q'}, "Also", "quit", "Quit from anywhere.", 0, false},
    {ACTION_INTERRUPT,
     SCREEN_ALL,
     {KEY_CTRL('C')},
     "Also",
     "cancel",
     "Cancel a running load, else quit.",
     0,
     false},
    {ACTION_SUSPEND, SCREEN_ALL, {KEY_CTRL('Z')}, "Also", "suspend", "Suspend; fg brings it back.", 0, false},
};

const struct action_info *action_table(unsigned *ret_count)
{
    *ret_count = sizeof table / sizeof table[0];
    return table;
}

static bool has_key(const struct action_info *info, uint32_t code)
{
    for (unsigned i = 0; i < ACTION_KEYS_MAX && info->keys[i]; i++)
        if (info->keys[i] == code)
            return true;
    return false;
}

enum action action_of_key(const struct key *key, unsigned screen, bool read_only)
{
    if (key->alt)
        return ACTION_NONE;
    for (unsigned i = 0; i < sizeof table / sizeof table[0]; i++) {
        const struct action_info *info = &table[i];
        if ((info->screens & screen) && has_key(info, key->code) && !(read_only && info->mutates))
            return info->action;
    }
    return ACTION_NONE;
}

const struct action_info *action_info(enum action action)
{
    for (unsigned i = 0; i < sizeof table / sizeof table[0]; i++)
        if (table[i].action == action)
            return &table[i];
    return NULL;
}

void action_key_text(uint32_t code, char *buf)
{
    static const struct {
        uint32_t code;
        const char *text;
    } named[] = {
        {KEY_ENTER_CODE, "Enter"},
        {' ', "Space"},
        {'\t', "Tab"},
        {KEY_ESCAPE_CODE, "Esc"},
        {KEY_CODE_UP, "Up"},
        {KEY_CODE_DOWN, "Down"},
        {KEY_CODE_LEFT, "Left"},
        {KEY_CODE_RIGHT, "Right"},
        {KEY_CODE_HOME, "Home"},
        {KEY_CODE_END, "End"},
        {KEY_CODE_PAGE_UP, "PgUp"},
        {KEY_CODE_PAGE_DOWN, "PgDn"},
        {KEY_CODE_DELETE, "Del"},
        {KEY_CODE_BACK_TAB, "Shift-Tab"},
    };
    for (unsigned i = 0; i < sizeof named / sizeof named[0]; i++) {
        if (named[i].code == code) {
            strcpy(buf, named[i].text);
            return;
        }
    }
    if (code >= KEY_CODE_F1 && code <= KEY_CODE_F12)
        snprintf(buf, 16, "F%u", (unsigned)(code - KEY_CODE_F1 + 1));
    else if (code < 32)
        snprintf(buf, 16, "^%c", (char)(code + '@'));
    else
        snprintf(buf, 16, "%c", (char)code);
}
