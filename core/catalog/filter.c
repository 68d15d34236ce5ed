/*
 * Text to terms. Finding where a term's pieces stand (term_find) is apart from what they mean, so that
 * completion finds them in the same way.
 */
#include "core/catalog/filter_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/sys/glob.h"
#include "core/sys/memory.h"
#include "core/sys/text.h"

#define TERM_SHOWN 80 /* bytes of a term in an error */

static const struct field_info fields[FIELD_COUNT] = {
    [FIELD_WORD] = {"", false, false, "a text", 0},
    [FIELD_NAME] = {"name", false, false, "a pattern such as *.shm", 0},
    [FIELD_USER] = {"user", false, true, "a user's name or number, or a pattern such as data*",
                    FILTER_NEEDS_USERS},
    [FIELD_GROUP] = {"group", false, true, "a group's name or number, or a pattern such as data*",
                     FILTER_NEEDS_GROUPS},
    [FIELD_LAYOUT] = {"layout", false, true, NULL, FILTER_NEEDS_CONTENT},
    [FIELD_TYPE] = {"type", false, false, "a type such as f2, >f8 or float32, or a pattern such as float*",
                    FILTER_NEEDS_CONTENT},
    [FIELD_PRODUCER] = {"producer", false, true, "a producer such as pytorch, or a pattern", 0},
    [FIELD_STATE] = {"state", false, true, NULL, FILTER_NEEDS_SWEEP},
    [FIELD_IS] = {"is", false, true, NULL, 0},
    [FIELD_SIZE] = {"size", true, false, "a size such as 10G, with K, M, G or T", 0},
    [FIELD_ALLOCATED] = {"allocated", true, false, "a size such as 10G, with K, M, G or T", 0},
    [FIELD_AGE] = {"age", true, false, "an age such as 7d or 1h30m, in s, m, h, d or w", FILTER_NEEDS_TIME},
    [FIELD_HOLDERS] = {"holders", true, false, "a count such as 2", FILTER_NEEDS_SWEEP},
};

const struct field_info *field_info(enum field field)
{
    return &fields[field];
}

enum field field_find(const char *name, size_t length)
{
    for (int i = FIELD_WORD + 1; i < FIELD_COUNT; i++)
        if (strlen(fields[i].name) == length && memcmp(fields[i].name, name, length) == 0)
            return (enum field)i;
    return FIELD_COUNT;
}

/* --- where the pieces stand --- */

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Behind a value that begins at this byte. Sets *fault where its quotes are wrong. */
static size_t value_end(const char *text, size_t at, const char **fault)
{
    if (text[at] != '"') {
        while (text[at] && !is_blank(text[at]))
            at++;
        return at;
    }
    for (at++; text[at] && (text[at] != '"' || text[at + 1] == '"'); at++)
        at += text[at] == '"';
    if (!text[at]) {
        *fault = "expected a closing \"";
        return at;
    }
    for (at++; text[at] && !is_blank(text[at]); at++)
        *fault = "expected a blank behind the closing \"";
    return at;
}

/* The comparison at a byte; NONE: none. ':' is EQUAL too, for it stands where a field does not compare. */
static enum comparison take_comparison(const char *text, size_t *at)
{
    bool or_equal = text[*at] && text[*at + 1] == '=';
    switch (text[*at]) {
    case '<':
        *at += 1u + or_equal;
        return or_equal ? LESS_OR_EQUAL : LESS;
    case '>':
        *at += 1u + or_equal;
        return or_equal ? GREATER_OR_EQUAL : GREATER;
    case '=':
        *at += 1;
        return EQUAL;
    default:
        return COMPARISON_NONE;
    }
}

bool term_find(const char *text, size_t at, struct term_place *ret_place)
{
    while (is_blank(text[at]))
        at++;
    if (!text[at])
        return false;
    struct term_place place = {.start = at};
    for (; text[at] == '!'; at++)
        place.negated = !place.negated;
    place.body = place.field_end = place.value = at;
    while (is_letter(text[at]))
        at++;
    if (text[at] && strchr(":<>=", text[at])) {
        place.field_end = at;
        place.comparison = take_comparison(text, &at);
        at += place.comparison == COMPARISON_NONE;
        place.value = at;
        if (place.field_end == place.body)
            place.fault = "expected a field in front, with no blank between, as in size>10G";
    }
    place.end = place.value_end = value_end(text, place.value, &place.fault);
    *ret_place = place;
    return true;
}

size_t term_value_end(const char *text, const struct term_place *place, enum field field, size_t at)
{
    bool lists = fields[field].lists && text[place->value] != '"';
    const char *comma = lists && at < place->value_end ? memchr(text + at, ',', place->value_end - at) : NULL;
    return comma ? (size_t)(comma - text) : place->value_end;
}

/* --- errors --- */

/* "TERM: expected WHAT", the term's place in the error. */
static int refuse(const char *text, const struct term_place *place, const char *what, struct error *error)
{
    char term[TERM_SHOWN];
    struct text shown;
    text_init(&shown, term, sizeof term);
    text_add_escaped_bytes(&shown, text + place->start, place->end - place->start);
    int r = error_set(error, EINVAL, "%s%s: %s", term, shown.length > shown.written ? "…" : "", what);
    if (error) {
        error->start = (unsigned)place->start;
        error->length = (unsigned)(place->end - place->start);
    }
    return r;
}

static void add_list(struct text *list, const char *word, bool first, bool last)
{
    text_add_string(list, first ? "" : last ? " or " : ", ");
    text_add_string(list, word);
}

/* "npy, raw or other" */
static void add_choices(struct text *list, enum field field)
{
    unsigned choice;
    const char *word;
    for (unsigned i = 0; (word = field_choice(field, i, &choice)); i++)
        add_list(list, word, i == 0, !field_choice(field, i + 1, &choice));
}

static int refuse_field(const char *text, const struct term_place *place, struct error *error)
{
    char what[ERROR_TEXT_MAX];
    struct text list;
    text_init(&list, what, sizeof what);
    text_add_string(&list, "expected a field: ");
    for (int i = FIELD_WORD + 1; i < FIELD_COUNT; i++)
        add_list(&list, fields[i].name, i == FIELD_WORD + 1, i == FIELD_COUNT - 1);
    text_add_string(&list, "; in double quotes it is a text to look for");
    return refuse(text, place, what, error);
}

/* The value, or what stands between field and value, is not what the field takes. */
static int refuse_value(const char *text, const struct term_place *place, enum field field,
                        struct error *error)
{
    const struct field_info *info = &fields[field];
    char what[ERROR_TEXT_MAX];
    struct text list;
    text_init(&list, what, sizeof what);
    text_add_string(&list, "expected ");
    if (info->compares != (place->comparison != COMPARISON_NONE)) {
        text_add_string(&list, info->name);
        text_add_string(&list, info->compares ? " with < <= > >= or =, and " : ": and ");
    }
    if (info->expected)
        text_add_string(&list, info->expected);
    else
        add_choices(&list, field);
    return refuse(text, place, what, error);
}

/* --- what they mean --- */

/* Bytes [at, end) of the text without the quotes around them; the caller frees it. */
static char *value_text(const char *text, size_t at, size_t end)
{
    char *value = memory_new(end - at + 1), *to = value;
    bool quoted = text[at] == '"';
    at += quoted;
    end -= quoted;
    for (; at < end; at++) {
        *to++ = text[at];
        at += quoted && text[at] == '"';
    }
    return value;
}

/* One of the values, which stands in bytes [at, end), for a term whose field and comparison are set. */
static int parse_value(const char *text, const struct term_place *place, size_t at, size_t end,
                       struct term *term, struct error *error)
{
    const struct field_info *info = &fields[term->field];
    char *value = value_text(text, at, end);
    int r = 0;
    if (info->compares != (term->comparison != COMPARISON_NONE) || !*value)
        r = refuse_value(text, place, term->field, error);
    else if (!info->compares && term->field != FIELD_WORD && !glob_is_valid(value, &at))
        r = refuse(text, place, "expected a ] behind the [; [[] is a [ itself", error);
    else if (!term_take_value(term, value))
        r = refuse_value(text, place, term->field, error);
    free(value);
    return r;
}

/* Appends a term, and one more for each further value. */
static int parse_term(struct filter *filter, const char *text, const struct term_place *place,
                      struct error *error)
{
    if (place->fault)
        return refuse(text, place, place->fault, error);
    size_t length = place->field_end - place->body, at = place->value, end;
    enum field field = length == 0 ? FIELD_WORD : field_find(text + place->body, length);
    if (field == FIELD_COUNT)
        return refuse_field(text, place, error);
    int r = 0;
    for (bool first = true; r == 0 && (first || at <= place->value_end); first = false, at = end + 1) {
        if (filter->count == FILTER_TERMS_MAX)
            return refuse(text, place, "a filter has at most 64 terms", error);
        struct term *term = &filter->terms[filter->count++];
        *term = (struct term){.field = field,
                              .negated = place->negated,
                              .alternative = !first,
                              .comparison = place->comparison};
        end = term_value_end(text, place, field, at);
        r = parse_value(text, place, at, end, term, error);
    }
    return r;
}

static unsigned term_needs(const struct term *term)
{
    if (term->field != FIELD_IS)
        return fields[term->field].needs;
    if (term->choice == IS_DAMAGED)
        return FILTER_NEEDS_CONTENT;
    return term->choice == IS_PROTECTED ? 0 : FILTER_NEEDS_SWEEP;
}

static int check_text(const char *text, struct error *error)
{
    size_t length = strlen(text);
    if (length > FILTER_TEXT_MAX)
        return error_set(error, EINVAL, "a filter has at most %d bytes, this has %zu", FILTER_TEXT_MAX,
                         length);
    uint32_t character;
    for (size_t at = 0, n; at < length; at += n) {
        n = text_decode(text + at, length - at, &character);
        if (n > 0)
            continue;
        int r = error_set(error, EINVAL,
                          "\\x%02x at byte %zu: expected UTF-8; in a name such a byte is "
                          "written as it is shown, \\x%02x",
                          (unsigned char)text[at], at + 1, (unsigned char)text[at]);
        if (error) {
            error->start = (unsigned)at;
            error->length = 1;
        }
        return r;
    }
    return 0;
}

/* The dearest fields come first in enum field: they are asked last. What is of one field keeps its order. */
static void cheapest_first(struct filter *filter)
{
    for (size_t i = 1; i < filter->count; i++) {
        struct term term = filter->terms[i];
        size_t at = i;
        for (; at > 0 && filter->terms[at - 1].field < term.field; at--)
            filter->terms[at] = filter->terms[at - 1];
        filter->terms[at] = term;
    }
}

int filter_parse(const char *text, struct filter **ret_filter, struct error *error)
{
    int r = check_text(text, error);
    if (r < 0)
        return r;
    struct filter *filter = memory_new(sizeof *filter);
    filter->text = memory_dup(text);
    struct term_place place;
    for (size_t at = 0; r == 0 && term_find(text, at, &place); at = place.end) {
        size_t first = filter->count;
        r = parse_term(filter, text, &place, error);
        for (size_t i = first; r == 0 && i < filter->count; i++)
            filter->needs |= term_needs(&filter->terms[i]);
    }
    if (r < 0) {
        filter_free(filter);
        return r;
    }
    cheapest_first(filter);
    *ret_filter = filter;
    return 0;
}

void filter_free(struct filter *filter)
{
    if (!filter)
        return;
    for (size_t i = 0; i < filter->count; i++)
        free(filter->terms[i].text);
    free(filter->text);
    free(filter);
}

const char *filter_text(const struct filter *filter)
{
    return filter->text;
}

bool filter_is_empty(const struct filter *filter)
{
    return filter->count == 0;
}

bool filter_has_pattern_word(const struct filter *filter)
{
    for (size_t i = 0; i < filter->count; i++) {
        const struct term *term = &filter->terms[i];
        if (term->field == FIELD_WORD && !term->negated && strpbrk(term->text, "*?"))
            return true;
    }
    return false;
}

unsigned filter_needs(const struct filter *filter)
{
    return filter->needs;
}
