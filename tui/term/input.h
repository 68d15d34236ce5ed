/*
 * From the bytes that a terminal sends to keys and pastes. Pure: no curses, no file, no clock; whoever feeds
 * it says when a sequence that stands unfinished will not go on.
 *
 * The sequences of xterm, screen, tmux, the Linux console, rxvt and the VT100 are known here (they do not
 * contradict each other); those of other terminals are added from terminfo. An unknown sequence is swallowed
 * whole, so that none of its letters acts as a key.
 */
#ifndef SHMTOP_TUI_TERM_INPUT_H
#define SHMTOP_TUI_TERM_INPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/term/key.h"
#include "tui/term/terminal.h"

#define INPUT_PASTE_MAX    (64 * 1024)
#define INPUT_BUFFER_MAX   4096
#define INPUT_SEQUENCE_MAX 16
#define INPUT_ADDED_MAX    40

/* All zero at the start. */
struct input {
    unsigned char bytes[INPUT_BUFFER_MAX];
    size_t count;
    char erase; /* the tty's own erase character, a Backspace; 0: none */
    struct {
        char sequence[INPUT_SEQUENCE_MAX];
        uint32_t code;
    } added[INPUT_ADDED_MAX];
    size_t added_count;
    bool pasting;
    char *paste; /* owned; while pasting */
    size_t paste_length;
};

void input_free(struct input *input);
/* A sequence that is not in our own table; ignored if it is no escape sequence, too long, or one too many. */
void input_add(struct input *input, const char *sequence, uint32_t code);

/* Where bytes may be read to, and how many; then input_fed says how many came. */
unsigned char *input_space(struct input *input, size_t *ret_size);
void input_fed(struct input *input, size_t n);

/*
 * INPUT_KEY, INPUT_PASTE (text owned by the caller, printable or not, without NUL, cut at INPUT_PASTE_MAX at
 * a character's boundary) or INPUT_NONE. ended: no more bytes came in time, so an Escape is an Escape. A
 * paste waits for its end however long that takes.
 */
enum terminal_input input_next(struct input *input, bool ended, struct key *ret_key, char **ret_text);
/* After INPUT_NONE: the beginning of a sequence is there. */
bool input_is_partial(const struct input *input);

#endif
