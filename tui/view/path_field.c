#include "tui/view/path_field.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sys/memory.h"

#define LIST_MAX 12 /* rows of its box */

void path_field_open(struct path_field *field, const struct line_history *history)
{
    *field = (struct path_field){.line = line_new(history)};
}

void path_field_close(struct path_field *field)
{
    path_field_close_list(field);
    line_free(field->line);
    field->line = NULL;
}

void path_field_suggest(struct path_field *field, const char *text)
{
    line_set(field->line, text);
    field->suggested = true;
}

enum line_result path_field_key(struct path_field *field, const struct key *key)
{
    bool types =
        !key->alt && key->code >= ' ' && key->code < KEY_CODE_BASE && key->code != KEY_BACKSPACE_CODE;
    if (types && field->suggested)
        line_set(field->line, "");
    enum line_result result = line_key(field->line, key);
    if (result != LINE_UNUSED)
        field->suggested = false;
    return result;
}

bool path_field_paste(struct path_field *field, const char *text)
{
    char *suggestion = field->suggested ? memory_dup(line_text(field->line)) : NULL;
    if (suggestion)
        line_set(field->line, "");
    bool changed = line_paste(field->line, text);
    if (suggestion && !changed) /* there was nothing in it */
        line_set(field->line, suggestion);
    field->suggested = field->suggested && !changed;
    free(suggestion);
    return changed;
}

bool path_field_close_list(struct path_field *field)
{
    bool was_open = field->listed;
    completion_free(field->listed);
    field->listed = NULL;
    field->first = 0;
    return was_open;
}

bool path_field_page(struct path_field *field)
{
    if (!field->listed)
        return false;
    field->first += field->fit;
    if (field->first >= field->listed->count)
        field->first = 0;
    return true;
}

enum path_result path_field_take(struct path_field *field, struct completion **completion)
{
    const struct completion *found = *completion;
    if (strcmp(found->text, line_text(field->line)) != 0)
        return PATH_LATE;
    char *text = completion_text(found);
    assert(text);
    enum path_result result = strcmp(text, found->text) != 0 ? PATH_COMPLETED
                              : found->count > 1             ? PATH_LISTED
                              : found->count == 1            ? PATH_COMPLETE
                                                             : PATH_NONE;
    if (result == PATH_COMPLETED)
        line_set(field->line, text);
    if (result == PATH_LISTED) {
        path_field_close_list(field);
        field->listed = *completion;
        *completion = NULL;
    }
    free(text);
    return result;
}

/* --- the list --- */

static struct rect list_box(const struct path_field *field, struct rect box)
{
    size_t columns = (size_t)completion_columns(field->listed, box.width - 4);
    size_t rows = (field->listed->count + columns - 1) / columns;
    if (box.height > LIST_MAX)
        box.height = LIST_MAX;
    if ((size_t)box.height > rows + 2)
        box.height = (int)rows + 2;
    return box;
}

static size_t list_fit(const struct path_field *field, struct rect box)
{
    int rows = box.height > 3 ? box.height - 2 : 1;
    return (size_t)rows * (size_t)completion_columns(field->listed, box.width - 4);
}

void path_field_layout(struct path_field *field, struct rect place)
{
    if (field->listed)
        field->fit = list_fit(field, list_box(field, place));
}

void path_field_draw(const struct path_field *field, struct cells *cells, struct rect place)
{
    const struct completion *listed = field->listed;
    char title[96];
    if (!listed)
        return;
    struct rect box = list_box(field, place);
    size_t first = field->first, fit = list_fit(field, box), end = first + fit;
    if (box.height < 3 || box.width < 8)
        return;
    if (fit >= listed->count)
        snprintf(title, sizeof title, "%zu begin like this", listed->count);
    else
        snprintf(title, sizeof title, "%zu-%zu of %zu%s, Tab: more", first + 1,
                 end < listed->count ? end : listed->count, listed->count, listed->cut ? "+" : "");
    cells_box(cells, box, ROLE_RULE, title);
    completion_draw(listed, first, cells, (struct rect){box.y + 1, box.x + 2, box.height - 2, box.width - 4});
}
