/*
 * A condition made for a type: which of n elements meet it.
 *
 * Every condition on a number is a range of whole numbers. Integers are their own; the bits of a float
 * without the sign are a whole number that grows with the magnitude (nan above inf above all else), and with
 * the bits of negative ones turned round one that grows with the value. So one loop a width and way finds
 * all, and what is outside of a range is a range too, for the numbers of a width go round.
 */
#ifndef SHMTOP_CORE_ANALYSIS_MATCH_H
#define SHMTOP_CORE_ANALYSIS_MATCH_H

#include "core/analysis/condition.h"
#include "core/matrix/convert.h"

#define MATCH_ITEM_MAX (1u << 16) /* bytes of an element, at most */

struct match_range {
    uint64_t low;  /* what is taken away first, modulo the width: the least is then the least signed number */
    uint64_t high; /* and this the greatest that is met, signed */
};

/* Writes the places of those of n elements that meet it, rising, to ret_places (room for n); returns how
 * many. */
typedef size_t match_kernel(const void *elements, size_t n, const struct match_range *range,
                            uint32_t *ret_places);

/* A value without owner. Private. */
struct match {
    enum {
        MATCH_NONE,
        MATCH_ALL,
        MATCH_RANGE,
        MATCH_EITHER,    /* part of a complex number */
        MATCH_BOTH,      /* parts */
        MATCH_MAGNITUDE, /* of a complex number */
        MATCH_TEXT,      /* as it is printed */
    } way;
    bool negated; /* BOTH, TEXT */
    const struct dtype *dtype;
    match_kernel *kernel;
    struct match_range range[2]; /* of both parts */
    char text[CONDITION_TEXT_MAX];
};

/*
 * The dtype must stay as long as the match. level: CONVERT_BEST but in tests (-EOPNOTSUPP where the machine
 * or the build has not got it). -EINVAL where the condition makes no sense for the type, saying what was
 * expected; -ENOTSUP for structs and for elements above MATCH_ITEM_MAX.
 */
int match_make(const struct condition *condition, const struct dtype *dtype, enum convert_level level,
               struct match *ret, struct error *error);

/* Whether no element whatever can meet it. */
bool match_is_never(const struct match *match);

/* As a kernel, of elements as stored, at any alignment; n < 2^32. Thread-safe. */
size_t match_run(const struct match *match, const void *elements, size_t n, uint32_t *ret_places);

#endif
