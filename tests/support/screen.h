/*
 * A libvterm screen as text: what a person would see of a program's output. tests/support/pty.c feeds it.
 */
#ifndef SHMTOP_TESTS_SUPPORT_SCREEN_H
#define SHMTOP_TESTS_SUPPORT_SCREEN_H

#include <stdbool.h>
#include <stddef.h>

struct screen;

/* answer is called with what the terminal says by itself (reports that the program asked for). */
struct screen *screen_new(int rows, int columns, void (*answer)(const char *bytes, size_t n, void *data),
                          void *data);
void screen_free(struct screen *screen);
void screen_feed(struct screen *screen, const char *bytes, size_t n);
void screen_resize(struct screen *screen, int rows, int columns);

/* Colours: of 256; -1: the terminal's own. */
struct screen_cell {
    char text[64]; /* UTF-8; "": a blank, or the right half of a wide character */
    int width;
    bool bold, italic, underline, reverse;
    int foreground, background;
};

int screen_rows(const struct screen *screen);
int screen_columns(const struct screen *screen);
void screen_cell(struct screen *screen, int y, int x, struct screen_cell *ret_cell);
/* Without trailing blanks. Valid until the next call. */
const char *screen_row(struct screen *screen, int y);
bool screen_has(struct screen *screen, const char *text);
void screen_cursor(struct screen *screen, int *ret_y, int *ret_x);
bool screen_is_alternate(const struct screen *screen);
bool screen_cursor_is_visible(const struct screen *screen);
/* The rows, and below them a line for each run of cells that are not plain: "ROW FIRST-LAST what". malloc'ed.
 */
char *screen_text(struct screen *screen, bool attributes);

#endif
