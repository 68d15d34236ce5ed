/*
 * Keys as the application sees them, whatever the terminal sent.
 */
#ifndef SHMTOP_TUI_TERM_KEY_H
#define SHMTOP_TUI_TERM_KEY_H

#include <stdbool.h>
#include <stdint.h>

/* A Unicode character is its own code (Ctrl-A is 1, Enter '\r', Escape 27, Backspace 127, Tab '\t'); the
 * rest: */
enum key_code {
    KEY_CODE_BASE = 0x110000,
    KEY_CODE_UP,
    KEY_CODE_DOWN,
    KEY_CODE_LEFT,
    KEY_CODE_RIGHT,
    KEY_CODE_HOME,
    KEY_CODE_END,
    KEY_CODE_PAGE_UP,
    KEY_CODE_PAGE_DOWN,
    KEY_CODE_INSERT,
    KEY_CODE_DELETE,
    KEY_CODE_BACK_TAB,
    KEY_CODE_F1, /* F2 is F1 + 1, … */
    KEY_CODE_F12 = KEY_CODE_F1 + 11,
    KEY_CODE_WHEEL_UP,
    KEY_CODE_WHEEL_DOWN,
    KEY_CODE_CLICK,
};
#define KEY_CTRL(letter)   ((letter)&0x1f)
#define KEY_ENTER_CODE     '\r'
#define KEY_ESCAPE_CODE    27
#define KEY_BACKSPACE_CODE 127

struct key {
    uint32_t code;
    bool alt;
    int y, x; /* KEY_CODE_CLICK */
};

#endif
