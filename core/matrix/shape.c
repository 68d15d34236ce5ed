#include "core/matrix/shape.h"

#include <errno.h>
#include <string.h>

#include "core/sys/checked.h"

#define BLANKS " \t"

static int fail(const char *text, const char *at, const char *what, struct error *error)
{
    int r = error_set(error, EINVAL, "%s", what);
    if (error) {
        error->start = (unsigned)(at - text);
        error->length = (unsigned)strcspn(at, "," BLANKS);
    }
    return r;
}

static const char *skip_blanks(const char *at)
{
    return at + strspn(at, BLANKS);
}

/* One length at *at, which moves behind it. */
static int parse_length(const char *text, const char **at, uint64_t *ret_length, struct error *error)
{
    const char *start = *at, *end = start + strspn(start, "0123456789");
    uint64_t length = 0;
    if (end == start)
        return fail(text, start, "a shape is lengths separated by commas, as 40000,60000", error);
    for (const char *digit = start; digit < end; digit++)
        if (checked_mul_u64(length, 10, &length) ||
            checked_add_u64(length, (uint64_t)(*digit - '0'), &length) || length > INT64_MAX)
            return fail(text, start, "no matrix can be that long", error);
    *at = end;
    *ret_length = length;
    return 0;
}

static int parse_lengths(const char *text, const char **at, int *ret_rank, uint64_t *shape,
                         struct error *error)
{
    int rank = 0;
    for (;;) {
        if (rank == MATRIX_RANK_MAX)
            return fail(text, *at, "a shape has at most 64 lengths", error);
        int r = parse_length(text, at, &shape[rank], error);
        if (r < 0)
            return r;
        rank++;
        *at = skip_blanks(*at);
        if (**at != ',')
            break;
        *at = skip_blanks(*at + 1);
        if (**at == '\0' || **at == ')')
            break;
    }
    *ret_rank = rank;
    return 0;
}

int shape_parse(const char *text, int *ret_rank, uint64_t shape[MATRIX_RANK_MAX], struct error *error)
{
    uint64_t lengths[MATRIX_RANK_MAX];
    int rank = 0, r = 0;
    const char *at = skip_blanks(text);
    bool enclosed = *at == '(';
    at = skip_blanks(at + enclosed);
    if (!(enclosed && *at == ')'))
        r = parse_lengths(text, &at, &rank, lengths, error);
    if (r < 0)
        return r;
    if (enclosed && *at != ')')
        return fail(text, at, "the parenthesis is not closed", error);
    at = skip_blanks(at + enclosed);
    if (*at)
        return fail(text, at, "a shape is lengths separated by commas, as 40000,60000", error);
    memcpy(shape, lengths, (size_t)rank * sizeof lengths[0]);
    *ret_rank = rank;
    return 0;
}
