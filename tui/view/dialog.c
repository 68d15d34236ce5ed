#include "tui/view/dialog.h"

struct rect dialog_place(struct rect within, int height, int width)
{
    if (height > within.height)
        height = within.height;
    if (width > within.width)
        width = within.width;
    return (struct rect){within.y + (within.height - height) / 2, within.x + (within.width - width) / 2,
                         height, width};
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
