/*
 * What the term at the cursor may become.
 */
#include "core/catalog/filter_private.h"

#include <stdlib.h>
#include <string.h>

#include "core/sys/memory.h"

struct collector {
    struct filter_completion *completion;
    const char *typed; /* what each begins with */
    size_t length;
    const void *last; /* the last dtype, producer or id that was seen: rows come in runs */
};

/* The first candidate that is not below this text. */
static size_t lower_bound(const struct filter_completion *completion, const char *text)
{
    size_t low = 0, high = completion->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(completion->candidates[middle], text) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Keeps them sorted, each once; of too many the first. */
static void collect(struct collector *collector, const char *text)
{
    struct filter_completion *completion = collector->completion;
    if (strncmp(text, collector->typed, collector->length) != 0)
        return;
    size_t at = lower_bound(completion, text);
    if (at < completion->count && strcmp(completion->candidates[at], text) == 0)
        return;
    if (completion->count == FILTER_CANDIDATES_MAX) {
        completion->cut = true;
        if (at == completion->count)
            return;
        free(completion->candidates[--completion->count]);
    }
    memmove(&completion->candidates[at + 1], &completion->candidates[at],
            (completion->count - at) * sizeof completion->candidates[0]);
    completion->candidates[at] = memory_dup(text);
    completion->count++;
}

static void collect_fields(struct collector *collector)
{
    char text[32];
    for (int i = FIELD_WORD + 1; i < FIELD_COUNT; i++) {
        const struct field_info *info = field_info((enum field)i);
        char *end = stpcpy(text, info->name);
        end[0] = info->compares ? '>' : ':';
        end[1] = '\0';
        collect(collector, text);
    }
}

static void collect_choices(struct collector *collector, enum field field)
{
    unsigned choice;
    const char *word;
    for (unsigned i = 0; (word = field_choice(field, i, &choice)); i++)
        collect(collector, word);
}

/* A blank in a value would end it. */
static void collect_value(struct collector *collector, const char *value)
{
    if (value && *value && !strpbrk(value, " \t\n\v\f\r\""))
        collect(collector, value);
}

static void collect_from(struct collector *collector, enum field field, const struct row *row,
                         const struct users *users)
{
    const struct dtype *dtype = row_dtype(row);
    char name[DTYPE_NAME_MAX];
    switch (field) {
    case FIELD_TYPE:
        if (!dtype || dtype == collector->last)
            break;
        collector->last = dtype;
        dtype_name(dtype, name);
        collect_value(collector, name);
        break;
    case FIELD_PRODUCER:
        if (!row->producer || row->producer == collector->last)
            break;
        collector->last = row->producer;
        collect_value(collector, row->producer->id);
        break;
    default:
        if (users && !row->unmeasured)
            collect_value(collector,
                          field == FIELD_USER ? users_name(users, row->uid) : users_group(users, row->gid));
        break;
    }
}

static void collect_values(struct collector *collector, enum field field, struct catalog *catalog,
                           const struct users *users)
{
    bool open = field == FIELD_USER || field == FIELD_GROUP || field == FIELD_TYPE || field == FIELD_PRODUCER;
    for (size_t i = 0; open && catalog && i < catalog_count(catalog); i++)
        collect_from(collector, field, catalog_at(catalog, i), users);
    collect_choices(collector, field);
}

/* The term that the cursor is in or behind of; else none there: an empty one. */
static struct term_place place_at(const char *text, size_t cursor)
{
    struct term_place place;
    for (size_t at = 0; term_find(text, at, &place) && place.start <= cursor; at = place.end)
        if (cursor <= place.end)
            return place;
    return (struct term_place){
        .start = cursor, .end = cursor, .body = cursor, .field_end = cursor, .value = cursor};
}

/* Where the value at the cursor begins, of several. */
static size_t value_start(const char *text, const struct term_place *place, enum field field, size_t cursor)
{
    size_t start = place->value, end;
    while (field < FIELD_COUNT && (end = term_value_end(text, place, field, start)) < cursor)
        start = end + 1;
    return start;
}

void filter_complete(const char *text, size_t cursor, struct catalog *catalog, const struct users *users,
                     struct filter_completion *ret_completion)
{
    size_t length = strlen(text);
    cursor = cursor < length ? cursor : length;
    struct term_place place = place_at(text, cursor);
    size_t name = place.field_end - place.body;
    bool in_value = name > 0 && cursor >= place.value;
    enum field field = field_find(text + place.body, name);
    size_t start = in_value ? value_start(text, &place, field, cursor) : place.body;
    if (start > cursor)
        start = cursor;
    *ret_completion = (struct filter_completion){.start = start, .end = cursor};
    if (cursor < place.body || (!in_value && name > 0) || text[start] == '"')
        return; /* among the "!"s, in a field that stands already, in quotes */
    ret_completion->candidates = memory_new(FILTER_CANDIDATES_MAX * sizeof ret_completion->candidates[0]);
    struct collector collector = {
        .completion = ret_completion, .typed = text + start, .length = cursor - start};
    if (!in_value)
        collect_fields(&collector);
    else if (field < FIELD_COUNT)
        collect_values(&collector, field, catalog, users);
}

void filter_completion_clear(struct filter_completion *completion)
{
    for (size_t i = 0; i < completion->count; i++)
        free(completion->candidates[i]);
    free(completion->candidates);
    *completion = (struct filter_completion){0};
}

size_t filter_completion_shared(const struct filter_completion *completion)
{
    if (completion->count == 0)
        return 0;
    const char *first = completion->candidates[0], *last = completion->candidates[completion->count - 1];
    size_t shared = 0; /* sorted: what first and last share, all do */
    while (first[shared] && first[shared] == last[shared])
        shared++;
    while (shared > 0 && (first[shared] & 0xc0) == 0x80)
        shared--;
    return shared - (completion->end - completion->start);
}
