#include "core/matrix/shape.h"

#include <errno.h>
#include <string.h>

#include "core/sys/text.h"

#define BLANKS " \t"
#define DIGITS "0123456789"

struct reading {
    const char *text, *at;
    bool may_be_open;
    int rank, open;
    uint64_t lengths[MATRIX_RANK_MAX];
};

static int fail(const struct reading *reading, const char *what, struct error *error)
{
    int r = error_set(error, EINVAL, "%s", what);
    if (error) {
        error->start = (unsigned)(reading->at - reading->text);
        error->length = (unsigned)strcspn(reading->at, "," BLANKS);
    }
    return r;
}

static int fail_form(const struct reading *reading, struct error *error)
{
    return fail(reading, "a shape is lengths separated by commas, as 40000,60000", error);
}

static void skip_blanks(struct reading *reading)
{
    reading->at += strspn(reading->at, BLANKS);
}

static int take_open(struct reading *reading, struct error *error)
{
    if (strspn(reading->at + 1, DIGITS) != 1 || reading->at[1] != '1')
        return fail(reading, "a negative dimension (only -1 has a meaning)", error);
    if (reading->open >= 0)
        return fail(reading, "only one dimension may be -1", error);
    reading->at += strlen("-1");
    reading->open = reading->rank;
    reading->lengths[reading->rank++] = 0;
    return 0;
}

static int take_number(struct reading *reading, struct error *error)
{
    size_t digits = strspn(reading->at, DIGITS);
    uint64_t length = 0;
    if (digits == 0)
        return fail_form(reading, error);
    if (!text_read_u64(reading->at, digits, INT64_MAX, &length))
        return fail(reading, "no matrix can be that long", error);
    reading->at += digits;
    reading->lengths[reading->rank++] = length;
    return 0;
}

static int take_lengths(struct reading *reading, struct error *error)
{
    for (;;) {
        if (reading->rank == MATRIX_RANK_MAX)
            return fail(reading, "a shape has at most 64 lengths", error);
        int r = reading->may_be_open && *reading->at == '-' ? take_open(reading, error)
                                                            : take_number(reading, error);
        if (r < 0)
            return r;
        skip_blanks(reading);
        if (*reading->at != ',')
            return 0;
        reading->at++;
        skip_blanks(reading);
        if (*reading->at == '\0' || *reading->at == ')')
            return 0;
    }
}

static int take_shape(struct reading *reading, struct error *error)
{
    int r = 0;
    skip_blanks(reading);
    bool enclosed = *reading->at == '(';
    reading->at += enclosed;
    skip_blanks(reading);
    if (!(enclosed && *reading->at == ')'))
        r = take_lengths(reading, error);
    if (r < 0)
        return r;
    if (enclosed && *reading->at != ')')
        return fail(reading, "the parenthesis is not closed", error);
    reading->at += enclosed;
    skip_blanks(reading);
    return *reading->at ? fail_form(reading, error) : 0;
}

static int parse(struct reading *reading, int *ret_rank, uint64_t *shape, struct error *error)
{
    int r = take_shape(reading, error);
    if (r < 0)
        return r;
    memcpy(shape, reading->lengths, (size_t)reading->rank * sizeof shape[0]);
    *ret_rank = reading->rank;
    return 0;
}

int shape_parse(const char *text, int *ret_rank, uint64_t shape[MATRIX_RANK_MAX], struct error *error)
{
    struct reading reading = {.text = text, .at = text, .open = -1};
    return parse(&reading, ret_rank, shape, error);
}

int shape_parse_open(const char *text, int *ret_rank, uint64_t shape[MATRIX_RANK_MAX], int *ret_open,
                     struct error *error)
{
    struct reading reading = {.text = text, .at = text, .may_be_open = true, .open = -1};
    int r = parse(&reading, ret_rank, shape, error);
    if (r == 0)
        *ret_open = reading.open;
    return r;
}
