/*
 * Values: what stands behind a field.
 */
#include "core/catalog/filter_private.h"

#include <stdlib.h>
#include <string.h>

#include "core/catalog/state.h"
#include "core/sys/checked.h"
#include "core/sys/glob.h"
#include "core/sys/memory.h"

#define BILLION UINT64_C(1000000000)

/* --- closed sets --- */

static const char *const qualities[IS_COUNT] = {
    [IS_HELD] = "held",       [IS_UNHELD] = "unheld",       [IS_PROTECTED] = "protected",
    [IS_DAMAGED] = "damaged", [IS_OWNERLESS] = "ownerless", [IS_LOADING] = "loading",
};

const char *field_choice(enum field field, unsigned i, unsigned *ret_choice)
{
    switch (field) {
    case FIELD_LAYOUT:
        *ret_choice = LAYOUT_UNKNOWN + 1 + i;
        return layout_name((enum layout) * ret_choice);
    case FIELD_STATE:
        *ret_choice = STATE_UNKNOWN + 1 + i;
        return *ret_choice < STATE_COUNT ? state_name((enum state) * ret_choice) : NULL;
    case FIELD_IS:
        *ret_choice = i;
        return i < IS_COUNT ? qualities[i] : NULL;
    default:
        return NULL;
    }
}

static bool take_choice(struct term *term, const char *value)
{
    const char *word;
    for (unsigned i = 0; (word = field_choice(term->field, i, &term->choice)); i++)
        if (strcmp(word, value) == 0)
            return true;
    return false;
}

/* --- numbers with units --- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool take_digits(const char **at, uint64_t *ret_number)
{
    uint64_t number = 0;
    const char *from = *at;
    for (; is_digit(**at); ++*at)
        if (checked_mul_u64(number, 10, &number) || checked_add_u64(number, (uint64_t)(**at - '0'), &number))
            return false;
    *ret_number = number;
    return *at != from;
}

/* ".25" of a unit, to the nearest below; what lies beyond nine digits counts for nothing. */
static bool take_fraction(const char **at, uint64_t *ret_billionths)
{
    uint64_t digit = BILLION / 10;
    *ret_billionths = 0;
    if (**at != '.')
        return true;
    if (!is_digit(*++*at))
        return false;
    for (; is_digit(**at); ++*at, digit /= 10)
        *ret_billionths += digit * (uint64_t)(**at - '0');
    return true;
}

static bool multiply(uint64_t whole, uint64_t billionths, uint64_t unit, uint64_t *ret_value)
{
    uint64_t part = billionths * (unit / BILLION) + billionths * (unit % BILLION) / BILLION, product;
    return !checked_mul_u64(whole, unit, &product) && !checked_add_u64(product, part, ret_value);
}

static bool take_size(const char *value, uint64_t *ret_bytes)
{
    static const char units[] = "KMGTkmgt";
    uint64_t whole, billionths;
    if (!take_digits(&value, &whole) || !take_fraction(&value, &billionths))
        return false;
    const char *unit = *value ? strchr(units, *value) : NULL;
    if (*value ? !unit || value[1] : billionths > 0)
        return false;
    return multiply(whole, billionths, unit ? UINT64_C(1024) << 10 * ((unit - units) % 4) : 1, ret_bytes);
}

static uint64_t age_unit(char c)
{
    const uint64_t second = BILLION;
    switch (c) {
    case 's':
        return second;
    case 'm':
        return 60 * second;
    case 'h':
        return 3600 * second;
    case 'd':
        return 86400 * second;
    case 'w':
        return 7 * 86400 * second;
    default:
        return 0;
    }
}

/* One or more parts, as tables show them: 7d, 3d04h, 1.5h. In ns, less than 292 years. */
static bool take_age(const char *value, uint64_t *ret_nanoseconds)
{
    uint64_t sum = 0;
    do {
        uint64_t whole, billionths, part;
        if (!take_digits(&value, &whole) || !take_fraction(&value, &billionths) || !age_unit(*value) ||
            !multiply(whole, billionths, age_unit(*value), &part) || checked_add_u64(sum, part, &sum))
            return false;
    } while (*++value);
    *ret_nanoseconds = sum;
    return sum <= INT64_MAX / 2;
}

static bool take_count(const char *value, uint64_t *ret_count)
{
    return take_digits(&value, ret_count) && !*value;
}

/* --- the rest --- */

/* A name that tables show and that dtype_parse does not take: "struct", "str160", "bytes24", "void32". */
static bool is_shown_type(const char *value)
{
    static const char *const words[] = {"str", "bytes", "void"};
    if (strcmp(value, "struct") == 0)
        return true;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        size_t length = strlen(words[i]);
        if (strncmp(value, words[i], length) == 0 && value[length])
            return value[length + strspn(value + length, "0123456789")] == '\0';
    }
    return false;
}

static bool take_type(struct term *term, const char *value)
{
    if (dtype_parse(value, &term->dtype, NULL) == 0) {
        term->any_unit = !term->dtype.unit[0];
        return true;
    }
    if (!glob_is_pattern(value) && !is_shown_type(value))
        return false;
    term->text = memory_dup(value);
    return true;
}

bool term_take_value(struct term *term, const char *value)
{
    switch (term->field) {
    case FIELD_LAYOUT:
    case FIELD_STATE:
    case FIELD_IS:
        return take_choice(term, value);
    case FIELD_TYPE:
        return take_type(term, value);
    case FIELD_SIZE:
    case FIELD_ALLOCATED:
        return take_size(value, &term->number);
    case FIELD_AGE:
        return take_age(value, &term->number);
    case FIELD_HOLDERS:
        return take_count(value, &term->number);
    default:
        term->text = memory_dup(value);
        for (char *at = term->text; term->field == FIELD_WORD && *at; at++)
            *at = filter_fold(*at);
        return true;
    }
}
