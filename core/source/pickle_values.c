#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/source/pickle_private.h"

int pickle_refuse(struct pickle_machine *machine, int code, const char *format, ...)
{
    char words[ERROR_TEXT_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    return error_set(machine->error, code, "at byte %llu: %s", (unsigned long long)machine->opcode_at, words);
}

int pickle_no_memory(struct pickle_machine *machine)
{
    return error_set_errno(machine->error, ENOMEM, "cannot read the pickle");
}

int pickle_grow(struct pickle_machine *machine, struct pickle_table *table, size_t item_size, size_t n,
                size_t max, const char *what, void **ret_items)
{
    if (n > max || table->count > max - n)
        return pickle_refuse(machine, EBADMSG, "more %s than any array needs", what);
    if (!table->items || table->count + n > table->capacity) {
        size_t capacity = table->capacity ? table->capacity * 2 : 64;
        while (capacity < table->count + n)
            capacity *= 2;
        void *items = realloc(table->items, capacity * item_size);
        if (!items)
            return pickle_no_memory(machine);
        table->items = items;
        table->capacity = capacity;
    }
    *ret_items = (char *)table->items + table->count * item_size;
    table->count += n;
    return 0;
}

/* --- the stack --- */

static size_t floor_of(const struct pickle_machine *machine)
{
    return machine->mark_count ? machine->marks[machine->mark_count - 1] : 0;
}

int pickle_push(struct pickle_machine *machine, enum pickle_kind kind, int64_t number)
{
    void *place = NULL;
    int r = pickle_grow(machine, &machine->stack, sizeof(struct pickle_value), 1, PICKLE_STACK_MAX,
                        "values on the stack", &place);
    if (r == 0)
        *(struct pickle_value *)place = (struct pickle_value){kind, number};
    return r;
}

int pickle_peek(struct pickle_machine *machine, size_t below, struct pickle_value *ret)
{
    if (machine->stack.count - floor_of(machine) <= below)
        return pickle_refuse(machine, EBADMSG, "takes from an empty stack");
    *ret = ((const struct pickle_value *)machine->stack.items)[machine->stack.count - 1 - below];
    return 0;
}

int pickle_pop(struct pickle_machine *machine, struct pickle_value *ret)
{
    int r = pickle_peek(machine, 0, ret);
    if (r == 0)
        machine->stack.count--;
    return r;
}

int pickle_mark(struct pickle_machine *machine)
{
    if (machine->mark_count == PICKLE_MARKS_MAX)
        return pickle_refuse(machine, EBADMSG, "nested deeper than any array is");
    machine->marks[machine->mark_count++] = machine->stack.count;
    return 0;
}

int pickle_take_marked(struct pickle_machine *machine, const struct pickle_value **ret_values, size_t *ret_n)
{
    if (machine->mark_count == 0)
        return pickle_refuse(machine, EBADMSG, "a mark is missing");
    size_t first = machine->marks[--machine->mark_count];
    *ret_values = (const struct pickle_value *)machine->stack.items + first;
    *ret_n = machine->stack.count - first;
    machine->stack.count = first;
    return 0;
}

/* --- the memo --- */

int pickle_memo_set(struct pickle_machine *machine, uint64_t index)
{
    struct pickle_table *memo = &machine->memo;
    struct pickle_value value;
    void *more = NULL;
    int r = pickle_peek(machine, 0, &value);
    if (r == 0 && index >= PICKLE_MEMO_MAX)
        r = pickle_refuse(machine, EBADMSG, "place %llu of the memo, more than any array needs",
                          (unsigned long long)index);
    if (r == 0 && index >= memo->count) {
        size_t n = (size_t)index + 1 - memo->count;
        r = pickle_grow(machine, memo, sizeof value, n, PICKLE_MEMO_MAX, "memo", &more);
        if (r == 0)
            memset(more, 0, n * sizeof value);
    }
    if (r < 0)
        return r;
    struct pickle_value *place = (struct pickle_value *)memo->items + index;
    machine->memo_used += place->kind == PICKLE_UNSET;
    *place = value;
    return 0;
}

int pickle_memo_get(struct pickle_machine *machine, uint64_t index)
{
    const struct pickle_value *places = machine->memo.items;
    if (index >= machine->memo.count || places[index].kind == PICKLE_UNSET)
        return pickle_refuse(machine, EBADMSG, "takes from place %llu of the memo, where nothing is",
                             (unsigned long long)index);
    return pickle_push(machine, places[index].kind, places[index].number);
}

/* --- strings, tuples, dicts --- */

int pickle_push_string(struct pickle_machine *machine, const struct pickle_string *string, const void *bytes)
{
    struct pickle_string made = *string;
    void *place = NULL, *chars = NULL;
    int r = pickle_grow(machine, &machine->strings, sizeof made, 1, PICKLE_OBJECTS_MAX, "strings", &place);
    if (r == 0 && made.is_held) {
        made.at = machine->chars.count;
        r = pickle_grow(machine, &machine->chars, 1, made.length + 1, 2 * PICKLE_PROGRAM_MAX, "text", &chars);
        if (r == 0) {
            memcpy(chars, bytes, made.length);
            ((char *)chars)[made.length] = '\0';
        }
    }
    if (r < 0)
        return r;
    *(struct pickle_string *)place = made;
    return pickle_push(machine, PICKLE_STRING, (int64_t)machine->strings.count - 1);
}

int pickle_push_tuple(struct pickle_machine *machine, const struct pickle_value *items, size_t n)
{
    void *place = NULL, *copies = NULL;
    int r = pickle_grow(machine, &machine->tuples, sizeof(struct pickle_tuple), 1, PICKLE_OBJECTS_MAX,
                        "tuples", &place);
    if (r == 0)
        r = pickle_grow(machine, &machine->items, sizeof *items, n, PICKLE_ITEMS_MAX, "tuples", &copies);
    if (r < 0)
        return r;
    *(struct pickle_tuple *)place = (struct pickle_tuple){machine->items.count - n, n};
    if (n > 0)
        memcpy(copies, items, n * sizeof *items);
    return pickle_push(machine, PICKLE_TUPLE, (int64_t)machine->tuples.count - 1);
}

int pickle_push_dict(struct pickle_machine *machine)
{
    void *place = NULL;
    int r = pickle_grow(machine, &machine->dicts, sizeof(struct pickle_dict), 1, PICKLE_OBJECTS_MAX, "dicts",
                        &place);
    if (r < 0)
        return r;
    *(struct pickle_dict *)place = (struct pickle_dict){0};
    return pickle_push(machine, PICKLE_DICT, (int64_t)machine->dicts.count - 1);
}

int pickle_dict_add(struct pickle_machine *machine, struct pickle_value dict, struct pickle_value key,
                    struct pickle_value value)
{
    struct pickle_dict *of = (struct pickle_dict *)machine->dicts.items + dict.number;
    void *place = NULL;
    if (key.kind != PICKLE_STRING)
        return pickle_refuse(machine, ENOTSUP, "%s as key of a dict: no array has such",
                             pickle_kind_words(key));
    int r = pickle_grow(machine, &machine->entries, sizeof(struct pickle_entry), 1, PICKLE_ENTRIES_MAX,
                        "entries of dicts", &place);
    if (r < 0)
        return r;
    *(struct pickle_entry *)place = (struct pickle_entry){key, value, of->newest};
    of->newest = machine->entries.count;
    of->count++;
    return 0;
}

static bool same_string(const struct pickle_machine *machine, struct pickle_value a, struct pickle_value b)
{
    const struct pickle_string *x = pickle_string_of(machine, a), *y = pickle_string_of(machine, b);
    return x == y || (x->is_held && y->is_held && x->length == y->length &&
                      memcmp(pickle_chars_of(machine, x), pickle_chars_of(machine, y), x->length) == 0);
}

const struct pickle_value *pickle_dict_find(const struct pickle_machine *machine, struct pickle_value dict,
                                            struct pickle_value key)
{
    const struct pickle_dict *of = (const struct pickle_dict *)machine->dicts.items + dict.number;
    for (size_t at = of->newest; at > 0;) {
        const struct pickle_entry *entry = (const struct pickle_entry *)machine->entries.items + at - 1;
        if (same_string(machine, entry->key, key))
            return &entry->value;
        at = entry->older;
    }
    return NULL;
}

const struct pickle_string *pickle_string_of(const struct pickle_machine *machine, struct pickle_value value)
{
    return (const struct pickle_string *)machine->strings.items + value.number;
}

const char *pickle_chars_of(const struct pickle_machine *machine, const struct pickle_string *string)
{
    return (const char *)machine->chars.items + string->at;
}

const struct pickle_value *pickle_items_of(const struct pickle_machine *machine, struct pickle_value tuple,
                                           size_t *ret_n)
{
    const struct pickle_tuple *of = (const struct pickle_tuple *)machine->tuples.items + tuple.number;
    *ret_n = of->count;
    return (const struct pickle_value *)machine->items.items + of->first;
}

struct pickle_dtype *pickle_dtype_of(const struct pickle_machine *machine, struct pickle_value value)
{
    return (struct pickle_dtype *)machine->dtypes.items + value.number;
}

const char *pickle_plain_string(const struct pickle_machine *machine, struct pickle_value value)
{
    if (value.kind != PICKLE_STRING)
        return NULL;
    const struct pickle_string *string = pickle_string_of(machine, value);
    if (!string->is_held)
        return NULL;
    const char *chars = pickle_chars_of(machine, string);
    return strlen(chars) == string->length ? chars : NULL;
}

const char *pickle_kind_words(struct pickle_value value)
{
    static const char *const words[] = {
        [PICKLE_UNSET] = "nothing",    [PICKLE_NONE] = "None",       [PICKLE_BOOL] = "a truth value",
        [PICKLE_INT] = "a number",     [PICKLE_STRING] = "a string", [PICKLE_TUPLE] = "a tuple",
        [PICKLE_DICT] = "a dict",      [PICKLE_NAME] = "a class",    [PICKLE_DTYPE] = "a dtype",
        [PICKLE_ARRAY] = "an ndarray",
    };
    return words[value.kind];
}
