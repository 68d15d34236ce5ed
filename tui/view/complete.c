#include "tui/view/complete.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/segment/name.h"

void completion_free(struct completion *completion)
{
    if (!completion)
        return;
    for (size_t i = 0; i < completion->count; i++)
        free(completion->names[i]);
    free(completion->names);
    free(completion->text);
    free(completion);
}

char *complete_expand(const char *text, const char *home)
{
    bool is_home = text[0] == '~' && (text[1] == '/' || text[1] == '\0') && home;
    size_t size = strlen(text) + (is_home ? strlen(home) : 0) + 1;
    char *path = malloc(size);
    assert(path);
    strcpy(path, is_home ? home : "");
    strcat(path, is_home ? text + 1 : text);
    return path;
}

/* Bytes that all names begin with, never half a character. */
static size_t common_length(const struct completion *completion)
{
    const char *first = completion->names[0];
    size_t n = strlen(first);
    for (size_t i = 1; i < completion->count; i++) {
        size_t same = 0;
        while (same < n && completion->names[i][same] == first[same])
            same++;
        n = same;
    }
    while (n > 0 && ((unsigned char)first[n] & 0xc0) == 0x80)
        n--;
    return n;
}

char *completion_text(const struct completion *completion)
{
    size_t n = completion->count ? common_length(completion) : 0;
    if (n == 0)
        return strdup(completion->text);
    char *text = malloc(completion->prefix + n + 1);
    assert(text);
    memcpy(text, completion->text, completion->prefix);
    memcpy(text + completion->prefix, completion->names[0], n);
    text[completion->prefix + n] = '\0';
    return text;
}

static int widest_name(const struct completion *completion)
{
    int widest = 1;
    for (size_t i = 0; i < completion->count; i++) {
        int width = text_width(completion->names[i]);
        if (width > widest)
            widest = width;
    }
    return widest;
}

int completion_columns(const struct completion *completion, int width)
{
    int columns = width / (widest_name(completion) + 2);
    return columns < 1 ? 1 : columns;
}

size_t completion_draw(const struct completion *completion, size_t first, struct cells *cells,
                       struct rect rect)
{
    size_t drawn = 0;
    if (rect.height < 1 || rect.width < 1)
        return 0;
    int columns = completion_columns(completion, rect.width);
    int width = columns > 1 ? widest_name(completion) + 2 : rect.width;
    size_t fit = (size_t)columns * (size_t)rect.height;
    for (; drawn < fit && first + drawn < completion->count; drawn++) {
        const char *name = completion->names[first + drawn];
        int y = rect.y + (int)drawn / columns, x = rect.x + (int)drawn % columns * width;
        size_t length = strlen(name);
        bool directory = length > 0 && name[length - 1] == '/';
        cells_put_cut(cells, y, x, width - (columns > 1), directory ? ROLE_TYPE : ROLE_TEXT, 0, name);
    }
    return drawn;
}
