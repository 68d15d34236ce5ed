/*
 * The insides of a filter: its terms compiled. For the files filter*.c only.
 */
#ifndef SHMTOP_CORE_CATALOG_FILTER_PRIVATE_H
#define SHMTOP_CORE_CATALOG_FILTER_PRIVATE_H

#include "core/catalog/filter.h"

enum field {
    FIELD_WORD, /* a bare word */
    FIELD_NAME,
    FIELD_USER,
    FIELD_GROUP,
    FIELD_LAYOUT,
    FIELD_TYPE,
    FIELD_PRODUCER,
    FIELD_STATE,
    FIELD_IS,
    FIELD_SIZE,
    FIELD_ALLOCATED,
    FIELD_AGE,
    FIELD_HOLDERS,
    FIELD_COUNT
};

enum comparison { COMPARISON_NONE, LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL, EQUAL };

/* What is: asks. */
enum quality { IS_HELD, IS_UNHELD, IS_PROTECTED, IS_DAMAGED, IS_OWNERLESS, IS_LOADING, IS_COUNT };

struct field_info {
    const char *name;
    bool compares;        /* with < <= > >= =, else with ':' */
    bool lists;           /* several values with commas between */
    const char *expected; /* "a size such as 10G"; NULL: one of its choices */
    unsigned needs;
};

struct term {
    enum field field;
    bool negated;
    bool alternative; /* another value of the term before it: one of them must fit */
    enum comparison comparison;
    uint64_t number;    /* bytes, holders, ns of age */
    unsigned choice;    /* enum layout, enum state or enum quality */
    char *text;         /* owned: a word in lower case, or a pattern; NULL: none */
    struct dtype dtype; /* FIELD_TYPE without text */
    bool any_unit;      /* of a datetime */
};

struct filter {
    char *text; /* owned */
    unsigned needs;
    size_t count;
    struct term terms[FILTER_TERMS_MAX];
};

const struct field_info *field_info(enum field field);

/* The i-th value of a field with a closed set, and what it stands for; NULL behind the last, and for every
 * other field. */
const char *field_choice(enum field field, unsigned i, unsigned *ret_choice);

/* Letters only, as a field's name; FIELD_COUNT: none. */
enum field field_find(const char *name, size_t length);

/* Fills what the value says into a term whose field and comparison are set. False: it is no such value. */
bool term_take_value(struct term *term, const char *value);

/* A letter of ASCII in lower case. */
static inline char filter_fold(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Where the pieces of a term stand; ends are behind the last byte. */
struct term_place {
    size_t start, end;       /* of the term */
    size_t body;             /* behind the "!"s */
    size_t field_end;        /* of the field's name; body: a word */
    size_t value, value_end; /* of the value or word, quotes included */
    bool negated;
    enum comparison comparison;
    const char *fault; /* what was expected where its form is wrong; NULL: it is right */
};

/* Finds the first term at or behind a byte. False: there is none. */
bool term_find(const char *text, size_t at, struct term_place *ret_place);

/* Behind the one of its values that begins at a byte: at a comma, or value_end. */
size_t term_value_end(const char *text, const struct term_place *place, enum field field, size_t at);

#endif
