#include "tui/view/messages.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/sys/memory.h"
#include "tui/view/dialog.h"

struct said {
    bool is_error;
    int64_t wall;
    char text[MESSAGES_TEXT_MAX];
};

struct messages {
    size_t count, next; /* of the ring */
    size_t current;     /* what the line shows, if shown */
    bool shown;
    int64_t until; /* monotonic ms; of an information */
    struct said ring[MESSAGES_KEPT];
};

struct messages *messages_new(void)
{
    return memory_new(sizeof(struct messages));
}

void messages_free(struct messages *messages)
{
    free(messages);
}

static const struct said *kept(const struct messages *messages, size_t index)
{
    return &messages->ring[(messages->next + MESSAGES_KEPT - messages->count + index) % MESSAGES_KEPT];
}

static struct said *add(struct messages *messages, bool is_error, int64_t wall)
{
    struct said *said = &messages->ring[messages->next];
    messages->next = (messages->next + 1) % MESSAGES_KEPT;
    if (messages->count < MESSAGES_KEPT)
        messages->count++;
    said->is_error = is_error;
    said->wall = wall;
    return said;
}

void messages_note(struct messages *messages, int64_t wall, const char *text)
{
    struct said *said = add(messages, false, wall);
    snprintf(said->text, sizeof said->text, "%s", text);
}

void messages_say(struct messages *messages, bool is_error, int64_t now, int64_t wall, const char *format,
                  ...)
{
    messages->current = messages->next;
    struct said *said = add(messages, is_error, wall);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(said->text, sizeof said->text, format, arguments);
    va_end(arguments);
    messages->shown = true;
    messages->until = now + MESSAGES_INFO_MS;
}

bool messages_key(struct messages *messages)
{
    bool is_error;
    if (!messages_current(messages, &is_error) || !is_error)
        return false;
    messages->shown = false;
    return true;
}

bool messages_tick(struct messages *messages, int64_t now)
{
    bool is_error;
    if (!messages_current(messages, &is_error) || is_error || now < messages->until)
        return false;
    messages->shown = false;
    return true;
}

const char *messages_current(const struct messages *messages, bool *ret_is_error)
{
    if (!messages->shown)
        return NULL;
    const struct said *said = &messages->ring[messages->current];
    *ret_is_error = said->is_error;
    return said->text;
}

size_t messages_count(const struct messages *messages)
{
    return messages->count;
}

const char *messages_text(const struct messages *messages, size_t index)
{
    return kept(messages, index)->text;
}

static void clock_text(int64_t wall, char buf[16])
{
    time_t seconds = wall / 1000000000;
    struct tm tm;
    if (!localtime_r(&seconds, &tm) || strftime(buf, 16, "%H:%M:%S", &tm) == 0)
        buf[0] = '\0';
}

/* With its time; returns the lines it takes. cells NULL: only measures. */
static int draw_said(const struct said *said, struct cells *cells, struct rect rect)
{
    char time[16];
    clock_text(said->wall, time);
    if (cells)
        cells_put(cells, rect.y, rect.x, rect.width, ROLE_DIM, 0, time);
    rect.x += text_width(time) + 2;
    rect.width -= text_width(time) + 2;
    if (rect.width <= 0)
        return 1;
    return dialog_text(cells, rect, said->is_error ? ROLE_BAD : ROLE_TEXT, said->text);
}

void messages_draw_history(const struct messages *messages, struct cells *cells, struct rect rect,
                           size_t back)
{
    cells_box(cells, rect, ROLE_RULE, "Messages");
    int height = rect.height - 2, width = rect.width - 4;
    if (height <= 0 || width <= 0)
        return;
    if (messages->count == 0)
        cells_put(cells, rect.y + 1, rect.x + 2, width, ROLE_DIM, 0, "nothing was said yet");
    size_t end = back < messages->count ? messages->count - back : messages->count, first = end;
    struct rect line = {rect.y + 1, rect.x + 2, height, width};
    /* As many as fit before the last of them; that one at any rate. */
    for (int left = height, lines; first > 0; left -= lines, first--) {
        lines = draw_said(kept(messages, first - 1), NULL, (struct rect){0, 0, height, width});
        if (lines > left)
            break;
    }
    for (size_t i = first; i < end; i++) {
        int used = draw_said(kept(messages, i), cells, line);
        line.y += used;
        line.height -= used;
    }
}
