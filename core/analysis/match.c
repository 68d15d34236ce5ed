#include "core/analysis/match.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "core/analysis/match_private.h"
#include "core/analysis/operand.h"

/* --- levels --- */

static const struct match_kernels *choose_kernels(enum convert_level level)
{
#if defined(__x86_64__)
    bool has_avx2 = __builtin_cpu_supports("avx2");
    bool has_avx512 = has_avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    if (has_avx512 && (level == CONVERT_AVX512 || level == CONVERT_BEST))
        return &match_avx512;
    if (has_avx2 && (level == CONVERT_AVX2 || level == CONVERT_BEST))
        return &match_avx2;
#endif
    return level == CONVERT_PORTABLE || level == CONVERT_BEST ? &match_portable : NULL;
}

/* --- ranges --- */

/* Numbers from first to last of a width, which goes round. */
static struct match_range make_range(uint64_t size, uint64_t first, uint64_t last)
{
    return (struct match_range){.low = (first + sign_of(size)) & mask_of(size),
                                .high = ((last - first) & mask_of(size)) ^ sign_of(size)};
}

static void set_range(struct match *match, unsigned part, uint64_t size, uint64_t first, uint64_t last)
{
    match->way = MATCH_RANGE;
    match->range[part] = make_range(size, first, last);
}

struct making {
    const struct condition *condition;
    const struct dtype *dtype;
    const struct match_kernels *kernels;
    const char *operand; /* without quotes */
    struct match match;
};

static void set_kernel(struct making *making, enum match_key key, uint64_t size)
{
    int width = size == 1 ? WIDTH_1 : size == 2 ? WIDTH_2 : size == 4 ? WIDTH_4 : WIDTH_8;
    making->match.kernel = making->kernels->kernel[key][dtype_is_swapped(making->dtype)][width];
}

/*
 * Narrows a range of whole numbers to those that meet it. What equals the operand is [low, high]: empty, low
 * being high + 1, where the operand lies between two.
 */
static void narrow(enum condition_kind kind, __int128 low, __int128 high, __int128 *first, __int128 *last)
{
    if (kind == CONDITION_LESS)
        *last = low - 1;
    else if (kind == CONDITION_LESS_EQUAL)
        *last = high;
    else if (kind == CONDITION_GREATER)
        *first = high + 1;
    else if (kind == CONDITION_GREATER_EQUAL)
        *first = low;
    else {
        *first = low;
        *last = high;
    }
}

/* --- whole numbers --- */

/* Those of [least, most] that meet it: a range [*first, *last], or all outside of it. False where none is in
 * the range. */
static bool meet_whole(enum condition_kind kind, const struct operand_whole *operand, __int128 least,
                       __int128 most, __int128 *first, __int128 *last)
{
    __int128 ceiling = operand->floor + !operand->is_whole;
    *first = least;
    *last = most;
    narrow(kind, ceiling, operand->floor, first, last);
    *first = *first < least ? least : *first;
    *last = *last > most ? most : *last;
    return *first <= *last;
}

/* Of elements that are whole numbers of that size, from least to most; others (NaT) only differ. */
static void match_whole(struct making *making, const struct operand_whole *operand, __int128 least,
                        __int128 most)
{
    struct match *match = &making->match;
    enum condition_kind kind = making->condition->kind;
    uint64_t size = making->dtype->itemsize;
    __int128 first, last;
    bool any = meet_whole(kind, operand, least, most, &first, &last);
    if (!any)
        match->way = kind == CONDITION_NOT_EQUAL ? MATCH_ALL : MATCH_NONE;
    else if (kind == CONDITION_NOT_EQUAL)
        set_range(match, 0, size, (uint64_t)last + 1, (uint64_t)first - 1);
    else if (last - first == (__int128)mask_of(size))
        match->way = MATCH_ALL;
    else
        set_range(match, 0, size, (uint64_t)first, (uint64_t)last);
    set_kernel(making, KEY_PLAIN, size);
}

static int match_integer(struct making *making, struct error *error)
{
    struct operand_whole operand;
    uint64_t size = making->dtype->itemsize;
    bool is_signed = making->dtype->kind == DTYPE_INT;
    if (making->condition->kind < CONDITION_LESS)
        return 0;
    if (!operand_read_whole(making->operand, &operand))
        return condition_refuse(making->condition, "expected a number, as >3, for the elements are numbers",
                                error);
    match_whole(making, &operand, is_signed ? -(__int128)sign_of(size) : 0,
                is_signed ? (__int128)sign_of(size) - 1 : (__int128)mask_of(size));
    return 0;
}

/* Any byte but 0 is true. */
static int match_bool(struct making *making, struct error *error)
{
    struct operand_whole operand = {.floor = 1, .is_whole = true};
    if (making->condition->kind < CONDITION_LESS)
        return 0;
    if (strcasecmp(making->operand, "false") == 0)
        operand.floor = 0;
    else if (strcasecmp(making->operand, "true") != 0 && !operand_read_whole(making->operand, &operand))
        return condition_refuse(making->condition,
                                "expected True, False or a number, for the elements are bool", error);
    enum condition_kind kind = making->condition->kind;
    __int128 first, last;
    bool inside = meet_whole(kind, &operand, 0, 1, &first, &last);
    bool outside = kind == CONDITION_NOT_EQUAL;
    bool no = (inside && first == 0) != outside, yes = (inside && last == 1) != outside;
    if (no && yes)
        making->match.way = MATCH_ALL;
    else if (no || yes)
        set_range(&making->match, 0, 1, yes, yes ? 255 : 0);
    set_kernel(making, KEY_PLAIN, 1);
    return 0;
}

/* --- dates --- */

static int match_date(struct making *making, struct error *error)
{
    struct operand_whole operand;
    bool is_count = making->dtype->kind == DTYPE_TIMEDELTA;
    set_kernel(making, KEY_PLAIN, 8);
    if (making->condition->kind == CONDITION_NAN)
        set_range(&making->match, 0, 8, sign_of(8), sign_of(8));
    if (making->condition->kind < CONDITION_LESS)
        return 0;
    if (is_count ? !operand_read_whole(making->operand, &operand)
                 : !operand_read_date(making->operand, making->dtype->unit, &operand))
        return condition_refuse(
            making->condition,
            is_count ? "expected a count of the elements' unit, as >3"
                     : "expected a date or time, as =2026-11-25 or >2026-11-25T21:00; NaT is nan",
            error);
    match_whole(making, &operand, (__int128)INT64_MIN + 1, INT64_MAX);
    return 0;
}

/* --- floats --- */

static uint64_t infinity_of(uint64_t size)
{
    return size == 2 ? 0x7c00 : size == 4 ? 0x7f800000 : UINT64_C(0x7ff0000000000000);
}

/* What KEY_ORDER makes of bits. */
static int64_t order_of(uint64_t bits, uint64_t size)
{
    return bits & sign_of(size) ? -(int64_t)(bits & ~sign_of(size)) - 1 : (int64_t)bits;
}

/* The range, in KEY_ORDER, that is met, or for != the one outside of which all is. False where it is empty.
 */
static bool meet_float(enum condition_kind kind, const struct operand_float *operand, uint64_t size,
                       int64_t *first, int64_t *last)
{
    int64_t inf = order_of(infinity_of(size), size), low = order_of(operand->bits, size), high = low;
    if (low == 0 || low == -1) { /* either zero */
        low = -1;
        high = 0;
    }
    /* Beyond the last finite value stands what is between it and inf. */
    if (operand->beyond && low > 0)
        high--;
    else if (operand->beyond)
        low++;
    __int128 from = -inf - 1, to = inf;
    narrow(kind, low, high, &from, &to);
    *first = (int64_t)from;
    *last = (int64_t)to;
    return from <= to;
}

/* A number in one part of the elements, or in all of them. */
static void match_float(struct match *match, unsigned part, enum condition_kind kind,
                        const struct operand_float *operand, uint64_t size)
{
    int64_t first, last;
    if (!meet_float(kind, operand, size, &first, &last))
        match->way = kind == CONDITION_NOT_EQUAL ? MATCH_ALL : MATCH_NONE;
    else if (kind == CONDITION_NOT_EQUAL)
        set_range(match, part, size, (uint64_t)last + 1, (uint64_t)first - 1);
    else
        set_range(match, part, size, (uint64_t)first, (uint64_t)last);
}

static void match_special(struct making *making, uint64_t size)
{
    uint64_t inf = infinity_of(size);
    bool is_nan = making->condition->kind == CONDITION_NAN;
    set_range(&making->match, 0, size, inf + is_nan, is_nan ? sign_of(size) - 1 : inf);
    set_kernel(making, KEY_MAGNITUDE, size);
}

static int refuse_number(const struct making *making, const char *what, struct error *error)
{
    return condition_refuse(making->condition,
                            strcasecmp(making->operand, "nan") == 0
                                ? "nothing equals nan: the condition nan, without a sign, finds it"
                                : what,
                            error);
}

static int match_real(struct making *making, struct error *error)
{
    struct operand_float operand;
    unsigned size = (unsigned)making->dtype->itemsize;
    if (making->condition->kind < CONDITION_LESS) {
        match_special(making, size);
        return 0;
    }
    if (!operand_read_float(making->operand, size, &operand))
        return refuse_number(making, "expected a number, as >3, for the elements are numbers", error);
    match_float(&making->match, 0, making->condition->kind, &operand, size);
    set_kernel(making, KEY_ORDER, size);
    return 0;
}

static int match_parts(struct making *making, unsigned size, struct error *error)
{
    char text[2][OPERAND_MAX + 1];
    struct operand_float operand[2];
    struct match *match = &making->match;
    if (!operand_split_complex(making->operand, text[0], text[1]) ||
        !operand_read_float(text[0], size, &operand[0]) || !operand_read_float(text[1], size, &operand[1]))
        return refuse_number(making, "expected a number, as =3 or =1+2j, for the elements are complex",
                             error);
    match->negated = making->condition->kind == CONDITION_NOT_EQUAL;
    bool possible = true;
    for (unsigned i = 0; i < 2; i++) {
        match_float(match, i, CONDITION_EQUAL, &operand[i], size);
        possible &= match->way == MATCH_RANGE;
    }
    match->way = possible ? MATCH_BOTH : match->negated ? MATCH_ALL : MATCH_NONE;
    return 0;
}

static int match_complex(struct making *making, struct error *error)
{
    struct operand_float operand;
    unsigned size = (unsigned)making->dtype->itemsize / 2;
    enum condition_kind kind = making->condition->kind;
    if (kind < CONDITION_LESS) {
        match_special(making, size);
        making->match.way = MATCH_EITHER;
        return 0;
    }
    if (kind >= CONDITION_EQUAL)
        return match_parts(making, size, error);
    if (!operand_read_float(making->operand, 8, &operand))
        return refuse_number(
            making, "expected a real number, as >3, for complex elements are compared by magnitude", error);
    match_float(&making->match, 0, kind, &operand, 8);
    if (making->match.way == MATCH_RANGE)
        making->match.way = MATCH_MAGNITUDE;
    return 0;
}

/* --- text --- */

static int match_text(struct making *making, struct error *error)
{
    enum condition_kind kind = making->condition->kind;
    if (kind < CONDITION_LESS)
        return 0;
    if (kind < CONDITION_EQUAL)
        return condition_refuse(making->condition, "expected = or != and a text, for the elements are text",
                                error);
    making->match.way = MATCH_TEXT;
    making->match.negated = kind == CONDITION_NOT_EQUAL;
    strcpy(making->match.text, making->operand);
    return 0;
}

static int make(struct making *making, struct error *error)
{
    switch (making->dtype->kind) {
    case DTYPE_BOOL:
        return match_bool(making, error);
    case DTYPE_INT:
    case DTYPE_UINT:
        return match_integer(making, error);
    case DTYPE_FLOAT:
        return match_real(making, error);
    case DTYPE_COMPLEX:
        return match_complex(making, error);
    case DTYPE_DATETIME:
    case DTYPE_TIMEDELTA:
        return match_date(making, error);
    case DTYPE_BYTES:
    case DTYPE_UNICODE:
    case DTYPE_VOID:
        return match_text(making, error);
    default:
        return error_set(error, ENOTSUP,
                         "its elements are structs, and a condition is on a number, a date or a text");
    }
}

int match_make(const struct condition *condition, const struct dtype *dtype, enum convert_level level,
               struct match *ret, struct error *error)
{
    char operand[OPERAND_MAX + 1];
    struct making making = {.condition = condition,
                            .dtype = dtype,
                            .kernels = choose_kernels(level),
                            .operand = operand,
                            .match = {.way = MATCH_NONE, .dtype = dtype}};
    if (!making.kernels)
        return error_set(error, EOPNOTSUPP, "this machine has not got these kernels");
    if (dtype->itemsize > MATCH_ITEM_MAX)
        return error_set(error, ENOTSUP, "its elements of %llu bytes are too large to compare",
                         (unsigned long long)dtype->itemsize);
    operand_unquote(condition->operand, operand);
    int r = make(&making, error);
    if (r == 0)
        *ret = making.match;
    return r;
}
