#include "tui/view/hints.h"

static bool applies(const struct hints *hints, const struct action_info *info)
{
    if (info->action == (hints->restores ? ACTION_DELETE : ACTION_RESTORE))
        return false;
    return (info->screens & hints->screen) && !(hints->read_only && info->mutates) &&
           !(hints->preview && !preview_has_use_for(hints->preview, info->action));
}

/* The action with a place in the line; NULL: none. */
static const struct action_info *hint_at(int place, const struct hints *hints)
{
    unsigned n;
    const struct action_info *table = action_table(&n);
    for (unsigned i = 0; i < n; i++)
        if (table[i].hint == place && applies(hints, &table[i]))
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

static int hint_width(const struct action_info *info, char key[16])
{
    action_key_text(info->keys[0], key);
    return text_width(key) + 1 + text_width(info->name) + 2;
}

#define PLACES_MAX 32

/* Which places fit: the last two (help and quit) above all, then from the first on. */
static void choose(bool chosen[PLACES_MAX], int width, const struct hints *hints)
{
    int last = last_place(), room = width - 1 + 2;
    for (int i = 0; i < last; i++) {
        int place = i < 2 ? last - i : i - 1;
        const struct action_info *info = hint_at(place, hints);
        char key[16];
        if (!info || hint_width(info, key) > room)
            continue;
        room -= hint_width(info, key);
        chosen[place] = true;
    }
}

void hints_draw(const struct hints *hints, struct cells *cells, struct rect rect)
{
    bool chosen[PLACES_MAX] = {false};
    choose(chosen, rect.width, hints);
    int x = rect.x + 1;
    for (int place = 1; place < PLACES_MAX; place++) {
        if (!chosen[place])
            continue;
        const struct action_info *info = hint_at(place, hints);
        char key[16];
        hint_width(info, key);
        x += cells_put(cells, rect.y, x, -1, ROLE_KEY, 0, key) + 1;
        x += cells_put(cells, rect.y, x, -1, ROLE_DIM, 0, info->name) + 2;
    }
}
