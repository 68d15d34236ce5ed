/*
 * Rows against terms. A name is made printable once a row, and only where it is not printable already.
 */
#include "core/catalog/filter_private.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/catalog/evidence.h"
#include "core/sys/glob.h"

#define SECOND INT64_C(1000000000)

enum answer { NO, YES, UNKNOWN };

/* A row under test, with its name in the forms that were asked for. */
struct subject {
    const struct row *row;
    const struct filter_context *context;
    const char *printable; /* NULL: not made yet */
    bool is_folded;
    char escaped[NAME_PRINTABLE_MAX], folded[NAME_PRINTABLE_MAX];
};

static enum answer answer(bool yes)
{
    return yes ? YES : NO;
}

/* --- names --- */

/* Plain ASCII is printable as it is. */
static bool is_plain(char c)
{
    return c >= 0x20 && c != 0x7f && c != '\\'; /* above ASCII: negative */
}

static const char *printable(struct subject *subject)
{
    const char *name = subject->row->name, *at = name;
    if (subject->printable)
        return subject->printable;
    while (is_plain(*at))
        at++;
    subject->printable = subject->escaped;
    if (!*at)
        subject->printable = name;
    else
        name_escape(name, strlen(name), false, subject->escaped, sizeof subject->escaped);
    return subject->printable;
}

/* Folds and looks whether that is all there is to do in one pass over the name. */
static void fold_name(struct subject *subject)
{
    const char *name = subject->row->name;
    size_t n = 0;
    for (; is_plain(name[n]) && n < sizeof subject->folded - 1; n++)
        subject->folded[n] = filter_fold(name[n]);
    subject->folded[n] = '\0';
    if (name[n]) {
        name = printable(subject);
        for (n = 0; name[n]; n++)
            subject->folded[n] = filter_fold(name[n]);
        subject->folded[n] = '\0';
    }
    subject->is_folded = true;
}

static bool holds_word(struct subject *subject, const char *word)
{
    if (!subject->is_folded)
        fold_name(subject);
    const char *at = strchr(subject->folded, word[0]); /* nearly always the answer is no already */
    return at && strstr(at, word);
}

static enum answer id_fits(const char *pattern, const char *name, uint32_t id, const struct row *row)
{
    char number[12];
    if (row->unmeasured)
        return UNKNOWN;
    snprintf(number, sizeof number, "%" PRIu32, id);
    return answer((name && glob_matches(pattern, name)) || glob_matches(pattern, number));
}

/* --- content --- */

static enum answer type_fits(const struct term *term, const struct row *row)
{
    const struct dtype *dtype = row_dtype(row);
    if (!dtype)
        return row->layout == LAYOUT_UNKNOWN ? UNKNOWN : NO;
    if (!term->text)
        return answer(dtype->kind == term->dtype.kind && dtype->itemsize == term->dtype.itemsize &&
                      (term->any_unit || strcmp(dtype->unit, term->dtype.unit) == 0));
    char name[DTYPE_NAME_MAX];
    dtype_name(dtype, name);
    return answer(glob_matches(term->text, name));
}

/* --- use --- */

static enum answer is_quality(enum quality quality, const struct row *row)
{
    bool swept = row->state != STATE_UNKNOWN;
    bool held = row->state == STATE_LIVE || row->state == STATE_UNLINKED;
    switch (quality) {
    case IS_HELD:
        return swept ? answer(held) : UNKNOWN;
    case IS_UNHELD:
        return swept ? answer(!held) : UNKNOWN;
    case IS_PROTECTED:
        return answer(row->is_protected);
    case IS_DAMAGED:
        return answer(row->damage != NULL);
    case IS_OWNERLESS:
        return swept && !row->unmeasured ? answer(row->ownerless) : UNKNOWN;
    case IS_LOADING:
        return swept ? answer(row->loading) : UNKNOWN;
    case IS_COUNT:
        break;
    }
    return UNKNOWN;
}

static enum answer compare(enum comparison comparison, uint64_t value, uint64_t with)
{
    switch (comparison) {
    case LESS:
        return answer(value < with);
    case LESS_OR_EQUAL:
        return answer(value <= with);
    case GREATER:
        return answer(value > with);
    case GREATER_OR_EQUAL:
        return answer(value >= with);
    case EQUAL:
        return answer(value == with);
    case COMPARISON_NONE:
        break;
    }
    return UNKNOWN;
}

static enum answer compare_holders(const struct term *term, const struct row *row)
{
    if (!row_holders_known(row))
        return UNKNOWN;
    return compare(term->comparison, row->holders ? row->holders->count : 0, term->number);
}

static int64_t birth(const struct row *row)
{
    return row->created ? row->created : row->modified;
}

/* Ages are whole seconds, as in JSON. */
static enum answer compare_age(const struct term *term, const struct row *row, int64_t wall)
{
    if (!birth(row))
        return UNKNOWN;
    int64_t age = 0, least;
    if (!__builtin_sub_overflow(wall, birth(row), &least) && least > 0)
        age = least / SECOND * SECOND;
    return compare(term->comparison, (uint64_t)age, term->number);
}

/* --- all of it --- */

static enum answer term_fits(const struct term *term, struct subject *subject)
{
    const struct row *row = subject->row;
    const struct users *users = subject->context->users;
    switch (term->field) {
    case FIELD_WORD:
        return answer(holds_word(subject, term->text));
    case FIELD_NAME:
        return answer(glob_matches(term->text, printable(subject)));
    case FIELD_USER:
        return id_fits(term->text, users ? users_name(users, row->uid) : NULL, row->uid, row);
    case FIELD_GROUP:
        return id_fits(term->text, users ? users_group(users, row->gid) : NULL, row->gid, row);
    case FIELD_LAYOUT:
        return row->layout == LAYOUT_UNKNOWN ? UNKNOWN : answer(row->layout == term->choice);
    case FIELD_TYPE:
        return type_fits(term, row);
    case FIELD_PRODUCER:
        return answer(row->producer && glob_matches(term->text, row->producer->id));
    case FIELD_STATE:
        return row->state == STATE_UNKNOWN ? UNKNOWN : answer(row->state == term->choice);
    case FIELD_IS:
        return is_quality((enum quality)term->choice, row);
    case FIELD_SIZE:
        return compare(term->comparison, row->size, term->number);
    case FIELD_ALLOCATED:
        return row->unmeasured ? UNKNOWN : compare(term->comparison, row->allocated, term->number);
    case FIELD_AGE:
        return compare_age(term, row, subject->context->wall);
    case FIELD_HOLDERS:
        return compare_holders(term, row);
    case FIELD_COUNT:
        break;
    }
    return UNKNOWN;
}

/* Of a term's values the best, from the i-th term on; *ret_next: behind the last of them. */
static enum answer values_fit(const struct filter *filter, size_t i, struct subject *subject,
                              size_t *ret_next)
{
    enum answer best = NO;
    do {
        enum answer one = best == YES ? NO : term_fits(&filter->terms[i], subject);
        best = one == NO ? best : one;
    } while (++i < filter->count && filter->terms[i].alternative);
    *ret_next = i;
    return best;
}

bool filter_matches(const struct filter *filter, const struct row *row, const struct filter_context *context)
{
    struct subject subject;
    subject.row = row;
    subject.context = context;
    subject.printable = NULL;
    subject.is_folded = false;
    for (size_t i = 0, next; i < filter->count; i = next)
        if (values_fit(filter, i, &subject, &next) != (filter->terms[i].negated ? NO : YES))
            return false;
    return true;
}

/* --- time --- */

/* When, after wall, a row born then is so many ns old; INT64_MAX: never, or it has been. */
static int64_t comes_of_age(int64_t born, int64_t age, int64_t wall)
{
    int64_t then;
    return __builtin_add_overflow(born, age, &then) || then <= wall ? INT64_MAX : then;
}

/* An age in whole seconds reaches a number at the second at or above it, and passes it at the one behind it.
 */
static int64_t term_next_change(const struct term *term, const struct row *row, int64_t wall)
{
    int64_t number = (int64_t)term->number;
    int64_t reached = comes_of_age(birth(row), (number + SECOND - 1) / SECOND * SECOND, wall);
    int64_t passed = comes_of_age(birth(row), number / SECOND * SECOND + SECOND, wall);
    switch (term->comparison) {
    case LESS:
    case GREATER_OR_EQUAL:
        return reached;
    case GREATER:
    case LESS_OR_EQUAL:
        return passed;
    default:
        return reached < passed ? reached : passed;
    }
}

int64_t filter_next_change(const struct filter *filter, const struct row *row, int64_t wall)
{
    int64_t next = INT64_MAX;
    if (!(filter->needs & FILTER_NEEDS_TIME) || !birth(row))
        return next;
    for (size_t i = 0; i < filter->count; i++) {
        if (filter->terms[i].field != FIELD_AGE)
            continue;
        int64_t change = term_next_change(&filter->terms[i], row, wall);
        next = change < next ? change : next;
    }
    return next;
}
