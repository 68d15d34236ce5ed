#include "tui/view/combo.h"

#include <stdio.h>
#include <string.h>

#define TYPED_WIDTH 16 /* of what is typed */

static int typed_width(int width)
{
    return width < TYPED_WIDTH + 2 ? width - 2 : TYPED_WIDTH;
}

void combo_open(struct combo *combo, const char *const *texts)
{
    *combo = (struct combo){.line = line_new(NULL)};
    for (; texts[combo->count] && combo->count < COMBO_MAX; combo->count++)
        snprintf(combo->offered[combo->count], COMBO_TEXT_MAX, "%s", texts[combo->count]);
}

void combo_close(struct combo *combo)
{
    line_free(combo->line);
    combo->line = NULL;
}

static int find(const struct combo *combo, const char *text)
{
    for (int i = 0; i < combo->count; i++)
        if (strcmp(combo->offered[i], text) == 0)
            return i;
    return -1;
}

void combo_offer(struct combo *combo, char texts[][COMBO_TEXT_MAX], int count)
{
    char before[COMBO_TEXT_MAX];
    snprintf(before, sizeof before, "%s", combo->offered[combo->chosen]);
    combo->count = 1 + (count < COMBO_MAX - 1 ? count : COMBO_MAX - 1);
    memcpy(combo->offered[1], texts, (size_t)(combo->count - 1) * COMBO_TEXT_MAX);
    int found = find(combo, before);
    if (found < 0 && !combo->is_typed) {
        line_set(combo->line, before);
        combo->is_typed = true;
    }
    combo->chosen = found < 0 ? 0 : found;
}

void combo_reset(struct combo *combo)
{
    combo->chosen = 0;
    combo->is_typed = false;
}

bool combo_is_set(const struct combo *combo)
{
    return combo->is_typed || combo->chosen > 0;
}

void combo_leave(struct combo *combo)
{
    int found = combo->is_typed ? find(combo, line_text(combo->line)) : -1;
    if (found < 0)
        return;
    combo->chosen = found;
    combo->is_typed = false;
}

const char *combo_text(const struct combo *combo)
{
    return combo->is_typed ? line_text(combo->line) : combo->offered[combo->chosen];
}

static void begin_to_type(struct combo *combo, const char *text)
{
    line_set(combo->line, text);
    combo->is_typed = true;
}

static enum line_result choose(struct combo *combo, int by)
{
    if (!combo->is_typed)
        combo->chosen = (combo->chosen + by + combo->count) % combo->count;
    combo->is_typed = false;
    return LINE_EDITED;
}

/* A key for the line; one that was emptied is one in which nothing was typed. */
static enum line_result type(struct combo *combo, const struct key *key)
{
    enum line_result result = line_key(combo->line, key);
    if (line_is_empty(combo->line))
        combo_reset(combo);
    return result;
}

static bool is_character(uint32_t code)
{
    return code > ' ' && code != 0x7f && code < KEY_CODE_BASE;
}

enum line_result combo_key(struct combo *combo, const struct key *key)
{
    if (key->alt)
        return LINE_UNUSED;
    switch (key->code) {
    case KEY_CODE_LEFT:
        return choose(combo, -1);
    case KEY_CODE_RIGHT:
        return choose(combo, 1);
    case '\t':
        return LINE_COMPLETE;
    case KEY_ENTER_CODE:
    case '\n':
        return LINE_ENTERED;
    case KEY_ESCAPE_CODE:
        return LINE_ESCAPED;
    case KEY_CTRL('C'):
        return combo->is_typed ? type(combo, key) : LINE_ESCAPED;
    case KEY_BACKSPACE_CODE:
        if (!combo->is_typed && combo->chosen > 0)
            begin_to_type(combo, combo->offered[combo->chosen]);
        break;
    case ' ':
        if (!combo->is_typed)
            return choose(combo, 1);
        break;
    default:
        if (!combo->is_typed && is_character(key->code))
            begin_to_type(combo, "");
    }
    return combo->is_typed ? type(combo, key) : LINE_UNUSED;
}

bool combo_paste(struct combo *combo, const char *text)
{
    if (!combo->is_typed)
        line_set(combo->line, "");
    bool changed = line_paste(combo->line, text);
    if (!line_is_empty(combo->line))
        combo->is_typed = true;
    return changed;
}

void combo_layout(struct combo *combo, int width)
{
    line_layout(combo->line, typed_width(width));
}

/* --- drawing --- */

static int draw_typed(const struct combo *combo, struct cells *cells, int y, int x, int width, bool focused)
{
    int field = typed_width(width);
    if (field < 1)
        return 0;
    cells_put(cells, y, x, 1, ROLE_STRONG, 0, "[");
    line_draw(combo->line, cells, y, x + 1, field, focused);
    cells_put(cells, y, x + 1 + field, 1, ROLE_STRONG, 0, "]");
    return field + 3;
}

/* How many are passed over so that the chosen one is to be seen. */
static int first_shown(const struct combo *combo, int width)
{
    int first = combo->is_typed ? 0 : combo->chosen;
    for (int used = 0; first > 0; first--) {
        used += text_width(combo->offered[first]) + 3;
        if (used + text_width(combo->offered[first - 1]) + 3 > width)
            break;
    }
    return first;
}

void combo_draw(const struct combo *combo, struct cells *cells, int y, int x, int width, bool focused)
{
    int right = x + width;
    if (combo->is_typed)
        x += draw_typed(combo, cells, y, x, width, focused);
    for (int i = first_shown(combo, width); i < combo->count && x < right; i++) {
        bool here = !combo->is_typed && i == combo->chosen;
        char text[COMBO_TEXT_MAX + 2];
        snprintf(text, sizeof text, here ? "[%s]" : " %s ", combo->offered[i]);
        x += cells_put_cut(cells, y, x, right - x, here ? ROLE_STRONG : ROLE_DIM,
                           here && focused ? CELL_SELECTED : 0, text) +
             1;
    }
}
