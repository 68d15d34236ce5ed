#include "tui/view/dialog.h"

#include <stdio.h>
#include <string.h>

#define WIDTH_MAX 96
#define MARGIN    4

struct rect dialog_place(struct rect within, int height, int width)
{
    if (height > within.height)
        height = within.height;
    if (width > within.width)
        width = within.width;
    return (struct rect){within.y + (within.height - height) / 2, within.x + (within.width - width) / 2,
                         height, width};
}

int dialog_width(struct rect within)
{
    int width = within.width - 2 * MARGIN;
    return within.width < 60 ? within.width : width < WIDTH_MAX ? width : WIDTH_MAX;
}

int dialog_field_width(int inside)
{
    return inside > DIALOG_LABEL ? inside - DIALOG_LABEL : 0;
}

void dialog_label(struct cells *cells, int y, int x, int width, const char *text, bool focused)
{
    cells_put(cells, y, x, width < DIALOG_LABEL ? width : DIALOG_LABEL, focused ? ROLE_STRONG : ROLE_DIM,
              focused ? CELL_BOLD : 0, text);
}

void dialog_choice(struct cells *cells, int y, int x, int width, const char *const *choices, int chosen,
                   bool focused)
{
    int right = x + width;
    for (int i = 0; choices[i] && x < right; i++) {
        bool here = i == chosen;
        char text[40];
        snprintf(text, sizeof text, here ? "[%s]" : " %s ", choices[i]);
        x += cells_put_cut(cells, y, x, right - x, here ? ROLE_STRONG : ROLE_DIM,
                           here && focused ? CELL_SELECTED : 0, text) +
             1;
    }
}

void dialog_buttons(struct cells *cells, int y, int x, int width, const char *const *texts, int n, int focus)
{
    int used = 0, right = x + width;
    for (int i = 0; i < n; i++)
        used += text_width(texts[i]) + 4 + (i > 0 ? 3 : 0);
    if (used < width)
        x += (width - used) / 2;
    for (int i = 0; i < n; i++) {
        uint8_t flags = i == focus ? CELL_SELECTED : 0;
        if (x >= right)
            return;
        x += cells_put(cells, y, x, right - x, ROLE_BUTTON, flags, i == focus ? "[ " : "  ");
        x += cells_put(cells, y, x, right - x, ROLE_BUTTON, flags, texts[i]);
        x += cells_put(cells, y, x, right - x, ROLE_BUTTON, flags, i == focus ? " ]" : "  ") + 3;
    }
}

/* Bytes of a text that fit into a width, up to a blank; the word alone where it is longer than that. */
static size_t fitting(const char *text, int width)
{
    char part[512];
    size_t best = strcspn(text, " ");
    for (size_t n = best; n < sizeof part; n += 1 + strcspn(text + n + 1, " ")) {
        memcpy(part, text, n);
        part[n] = '\0';
        if (text_width(part) > width)
            break;
        best = n;
        if (text[n] == '\0')
            break;
    }
    return best;
}

int dialog_text(struct cells *cells, struct rect rect, enum role role, const char *text)
{
    int lines = 0;
    for (; *text && lines < rect.height; lines++) {
        char part[512];
        size_t n = fitting(text, rect.width);
        bool last = lines + 1 == rect.height; /* takes the rest, cut */
        snprintf(part, sizeof part, "%.*s", last ? (int)strlen(text) : (int)n, text);
        if (cells)
            cells_put_cut(cells, rect.y + lines, rect.x, rect.width, role, 0, part);
        text += n;
        text += *text == ' ';
    }
    return lines;
}
