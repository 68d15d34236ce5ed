/*
 * The filter language of product.md, one for --where and the console's line:
 *
 *   filter = [ term { blanks term } ]          all must hold; none: every row passes
 *   term   = { "!" } ( word | field ":" value { "," value } | field comparison value )
 *
 * Of several values (of user, group, layout, producer, state and is) one must fit; there is no other "or".
 * A word is looked for in the printable name, ASCII letters in either case. In double quotes, where `""` is a
 * quote, a word or value may hold blanks, and a word may look like a term: name:"a b", "size>1G". A backslash
 * is itself, as in printable names; in quotes a comma is itself too. What is not known of a row (who holds it
 * before a sweep, its layout where the bytes may not be read) fits neither a term nor its negation.
 */
#ifndef SHMTOP_CORE_CATALOG_FILTER_H
#define SHMTOP_CORE_CATALOG_FILTER_H

#include "core/catalog/catalog.h"
#include "core/process/users.h"

#define FILTER_TEXT_MAX  4096 /* bytes */
#define FILTER_TERMS_MAX 64

struct filter;

/*
 * -EINVAL: the text "TERM: expected …" names the first term that is wrong, and error->start and ->length say
 * where in the text it stands. Any bytes may come.
 */
int filter_parse(const char *text, struct filter **ret_filter, struct error *error);
void filter_free(struct filter *filter);

const char *filter_text(const struct filter *filter); /* as parsed; borrowed */
bool filter_is_empty(const struct filter *filter);    /* no term: every row passes */
/* A bare word such as *.shm is looked for as it stands: to be told where nothing fits. */
bool filter_has_pattern_word(const struct filter *filter);

/* What the answer depends on, so that a caller finds it out first, and asks anew when it changes. */
enum filter_need {
    FILTER_NEEDS_USERS = 1,   /* names of users */
    FILTER_NEEDS_GROUPS = 2,  /* names of groups */
    FILTER_NEEDS_TIME = 4,    /* the time */
    FILTER_NEEDS_SWEEP = 8,   /* states, holders, owners */
    FILTER_NEEDS_CONTENT = 16 /* the segment's bytes recognised */
};
unsigned filter_needs(const struct filter *filter);

struct filter_context {
    const struct users *users; /* NULL, or an id not looked up: its number alone */
    int64_t wall;              /* ns since 1970 */
};

bool filter_matches(const struct filter *filter, const struct row *row, const struct filter_context *context);

/* When the answer about a row may next change by the passing of time alone: ns since 1970, after wall;
 * INT64_MAX: never. */
int64_t filter_next_change(const struct filter *filter, const struct row *row, int64_t wall);

#define FILTER_CANDIDATES_MAX 256

struct filter_completion {
    size_t start, end; /* the bytes of the text that a candidate replaces */
    size_t count;
    char **candidates; /* owned, each begins with the bytes [start, end) */
    bool cut;          /* there are more than FILTER_CANDIDATES_MAX */
};

/*
 * What the term at the cursor (a byte) may become: fields ("size>", "user:"), then the values of a closed
 * set, or of users, groups, producers and types those that occur in the catalog (which may be NULL, as users
 * may). Nothing for what can be no term, or is an open text. The caller clears it.
 */
void filter_complete(const char *text, size_t cursor, struct catalog *catalog, const struct users *users,
                     struct filter_completion *ret_completion);
void filter_completion_clear(struct filter_completion *completion);

/* How many further bytes all candidates share behind what is typed. */
size_t filter_completion_shared(const struct filter_completion *completion);

#endif
