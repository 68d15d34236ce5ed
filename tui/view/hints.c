#include "tui/view/hints.h"

/* The action with a place in the line; NULL: none. */
static const struct action_info *hint_at(int place, unsigned screen, bool read_only)
{
    unsigned n;
    const struct action_info *table = action_table(&n);
    for (unsigned i = 0; i < n; i++)
        if (table[i].hint == place && (table[i].screens & screen) && !(read_only && table[i].mutates))
            return &table[i];
    return NULL;
}

static int last_place(void)
{
    unsigned n;
    const struct action_info *table = action_table(&n);
    int last = 0;
    for (unsigned i = 0; i < n; i++)
        if (table[i].hint > last)
            last = table[i].hint;
    return last;
}

void hints_draw(struct cells *cells, struct rect rect, unsigned screen, bool read_only)
{
    int x = 1;
    for (int place = 1; place <= last_place(); place++) {
        const struct action_info *info = hint_at(place, screen, read_only);
        if (!info)
            continue;
        char key[16];
        action_key_text(info->keys[0], key);
        if (x + text_width(key) + 1 + text_width(info->name) > rect.width)
            continue;
        x += cells_put(cells, rect.y, rect.x + x, -1, ROLE_KEY, 0, key) + 1;
        x += cells_put(cells, rect.y, rect.x + x, -1, ROLE_DIM, 0, info->name) + 2;
    }
}
