/*
 * What the console has to say: one message line, and the last hundred with their times.
 *
 * In the history a long one takes several lines. An information stays for six seconds, an error until the
 * next key. Texts are printable: names in them went through name_escape.
 */
#ifndef SHMTOP_TUI_VIEW_MESSAGES_H
#define SHMTOP_TUI_VIEW_MESSAGES_H

#include "tui/term/cells.h"

#define MESSAGES_KEPT     100
#define MESSAGES_INFO_MS  6000
#define MESSAGES_TEXT_MAX 512

struct messages;

struct messages *messages_new(void);
void messages_free(struct messages *messages);

/* now: monotonic ms; wall: ns since 1970. */
void messages_say(struct messages *messages, bool is_error, int64_t now, int64_t wall, const char *format,
                  ...) __attribute__((format(printf, 5, 6)));
/* For the history alone: it stands elsewhere on the screen. */
void messages_note(struct messages *messages, int64_t wall, const char *text);

/* A key was pressed: an error has been seen. True where the line changed. */
bool messages_key(struct messages *messages);

/* Time goes on. True where the line changed. */
bool messages_tick(struct messages *messages, int64_t now);

/* What the message line shows now; NULL: nothing. */
const char *messages_current(const struct messages *messages, bool *ret_is_error);

size_t messages_count(const struct messages *messages);
/* A kept message's text, 0 the oldest. */
const char *messages_text(const struct messages *messages, size_t index);

/* The history, oldest first, scrolled back by so many lines from the newest. */
void messages_draw_history(const struct messages *messages, struct cells *cells, struct rect rect,
                           size_t back);

#endif
