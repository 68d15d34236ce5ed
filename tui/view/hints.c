#include "tui/view/hints.h"

/* For whom the line is. */
struct reader {
    unsigned screen;
    bool read_only;
    const struct preview *preview;
};

static bool applies(const struct reader *reader, const struct action_info *info)
{
    return (info->screens & reader->screen) && !(reader->read_only && info->mutates) &&
           !(reader->preview && !preview_has_use_for(reader->preview, info->action));
}

/* The action with a place in the line; NULL: none. */
static const struct action_info *hint_at(int place, const struct reader *reader)
{
    unsigned n;
    const struct action_info *table = action_table(&n);
    for (unsigned i = 0; i < n; i++)
        if (table[i].hint == place && applies(reader, &table[i]))
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
static void choose(bool chosen[PLACES_MAX], int width, const struct reader *reader)
{
    int last = last_place(), room = width - 1 + 2;
    for (int i = 0; i < last; i++) {
        int place = i < 2 ? last - i : i - 1;
        const struct action_info *info = hint_at(place, reader);
        char key[16];
        if (!info || hint_width(info, key) > room)
            continue;
        room -= hint_width(info, key);
        chosen[place] = true;
    }
}

void hints_draw(struct cells *cells, struct rect rect, unsigned screen, bool read_only,
                const struct preview *preview)
{
    const struct reader reader = {screen, read_only, preview};
    bool chosen[PLACES_MAX] = {false};
    choose(chosen, rect.width, &reader);
    int x = rect.x + 1;
    for (int place = 1; place < PLACES_MAX; place++) {
        if (!chosen[place])
            continue;
        const struct action_info *info = hint_at(place, &reader);
        char key[16];
        hint_width(info, key);
        x += cells_put(cells, rect.y, x, -1, ROLE_KEY, 0, key) + 1;
        x += cells_put(cells, rect.y, x, -1, ROLE_DIM, 0, info->name) + 2;
    }
}
