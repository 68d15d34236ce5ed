#include "core/matrix/index.h"

#include <errno.h>
#include <string.h>

#include "core/sys/text.h"

/* Byte strides of the matrix's axes; a dim of 0 counts as 1, so that they stay within what matrix_bytes
 * checked. */
static void matrix_strides(const struct matrix *matrix, int64_t *ret_stride)
{
    int64_t stride = (int64_t)matrix->dtype.itemsize;
    for (int i = 0; i < matrix->rank; i++) {
        int axis = matrix->order == 'F' ? i : matrix->rank - 1 - i;
        ret_stride[axis] = stride;
        stride *= matrix->shape[axis] > 0 ? (int64_t)matrix->shape[axis] : 1;
    }
}

void view_whole(const struct matrix *matrix, struct view *ret_view)
{
    struct view view = {.rank = matrix->rank};
    matrix_strides(matrix, view.stride);
    for (int axis = 0; axis < matrix->rank; axis++) {
        view.count[axis] = matrix->shape[axis];
        view.axis[axis] = axis;
        view.step[axis] = 1;
    }
    *ret_view = view;
}

/* One term between commas: an integer, a slice or "...". */
struct term {
    const char *text;
    size_t length;
    enum { TERM_INTEGER, TERM_SLICE, TERM_ELLIPSIS } kind;
    bool has[3];
    int64_t value[3]; /* start, stop, step; of an integer the first */
};

static int fail(const struct term *term, const char *what, struct error *error)
{
    char printable[80];
    struct text text;
    text_init(&text, printable, sizeof printable);
    text_add_escaped_bytes(&text, term->text, term->length);
    return error_set(error, EINVAL, "index '%s': %s", printable, what);
}

static void skip_blanks(const char **at, const char *end)
{
    while (*at < end && (**at == ' ' || **at == '\t'))
        ++*at;
}

/* A decimal integer with blanks around it; what does not fit is cut to ±(2^63-1), which clips and errs alike.
 */
static bool take_integer(const char **at, const char *end, int64_t *ret_value)
{
    bool negative = *at < end && **at == '-';
    if (*at < end && (**at == '-' || **at == '+'))
        ++*at;
    if (*at == end || **at < '0' || **at > '9')
        return false;
    int64_t value = 0;
    bool over = false;
    for (; *at < end && **at >= '0' && **at <= '9'; ++*at)
        over |=
            __builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, **at - '0', &value);
    if (over)
        value = INT64_MAX;
    *ret_value = negative ? -value : value;
    return true;
}

static int parse_term(struct term *term, struct error *error)
{
    const char *at = term->text, *end = at + term->length;
    static const char expected[] = "expected an integer, a slice as start:stop:step, or ...";
    skip_blanks(&at, end);
    if (end - at >= 3 && strncmp(at, "...", 3) == 0) {
        at += 3;
        skip_blanks(&at, end);
        term->kind = TERM_ELLIPSIS;
        return at == end ? 0 : fail(term, expected, error);
    }
    term->kind = TERM_INTEGER;
    for (int part = 0;; part++) {
        skip_blanks(&at, end);
        if (at < end && *at != ':') {
            if (!take_integer(&at, end, &term->value[part]))
                return fail(term, expected, error);
            term->has[part] = true;
        }
        skip_blanks(&at, end);
        if (at == end)
            break;
        if (*at != ':' || part == 2)
            return fail(term, expected, error);
        at++;
        term->kind = TERM_SLICE;
    }
    if (term->kind == TERM_INTEGER && !term->has[0])
        return fail(term, expected, error);
    if (term->has[2] && term->value[2] == 0)
        return fail(term, "a slice's step cannot be 0", error);
    return 0;
}

/* Around all: as it stands behind an array's name in Python. */
static void skip_brackets(const char **at, const char **end)
{
    const char *last = *end;
    while (last > *at && (last[-1] == ' ' || last[-1] == '\t'))
        last--;
    if (last - *at < 2 || **at != '[' || last[-1] != ']')
        return;
    ++*at;
    *end = last - 1;
    skip_blanks(at, *end);
}

/* Splits at commas. A comma at the end is allowed, as in Python. Returns the number of terms or -EINVAL. */
static int parse_terms(const char *text, struct term terms[MATRIX_RANK_MAX + 1], struct error *error)
{
    int n = 0;
    const char *end = text + strlen(text);
    skip_blanks(&text, end);
    skip_brackets(&text, &end);
    while (text < end) {
        const char *comma = memchr(text, ',', (size_t)(end - text));
        const char *stop = comma ? comma : end;
        if (n > MATRIX_RANK_MAX)
            return error_set(error, EINVAL, "too many indices: more than %d", MATRIX_RANK_MAX);
        terms[n] = (struct term){.text = text, .length = (size_t)(stop - text)};
        int r = parse_term(&terms[n++], error);
        if (r < 0)
            return r;
        text = comma ? comma + 1 : end;
        skip_blanks(&text, end);
    }
    return n;
}

static int apply_integer(const struct term *term, int axis, uint64_t dim, int64_t stride, struct view *view,
                         struct error *error)
{
    int64_t index = term->value[0];
    if (index < 0)
        index += (int64_t)dim;
    if (index < 0 || (uint64_t)index >= dim) {
        char what[100];
        struct text text;
        text_init(&text, what, sizeof what);
        text_add_string(&text, "out of range for axis ");
        text_add_u64(&text, (uint64_t)axis);
        text_add_string(&text, ", which has ");
        text_add_u64(&text, dim);
        text_add_string(&text, dim == 1 ? " element" : " elements");
        return fail(term, what, error);
    }
    view->start += index * stride;
    view->first[axis] = index;
    view->step[axis] = 0;
    return 0;
}

static int64_t clip(int64_t index, int64_t dim, int64_t least, int64_t most)
{
    if (index < 0)
        index += dim;
    return index < least ? least : index > most ? most : index;
}

/* Python's slice.indices(). */
static void apply_slice(const struct term *term, int axis, uint64_t dim, int64_t stride, struct view *view)
{
    int64_t size = (int64_t)dim;
    int64_t step = term->has[2] ? term->value[2] : 1;
    int64_t least = step < 0 ? -1 : 0, most = step < 0 ? size - 1 : size;
    int64_t start = term->has[0] ? clip(term->value[0], size, least, most) : step < 0 ? most : least;
    int64_t stop = term->has[1] ? clip(term->value[1], size, least, most) : step < 0 ? least : most;
    uint64_t count = 0;
    if (step > 0 && start < stop)
        count = (uint64_t)(stop - start - 1) / (uint64_t)step + 1;
    else if (step < 0 && start > stop)
        count = (uint64_t)(start - stop - 1) / -(uint64_t)step + 1;
    /* Where there is no second element the step is of no use, and stride · step could overflow. */
    if (count < 2)
        step = step < 0 ? -1 : 1;
    if (count == 0)
        start = 0;
    view->start += start * stride;
    view->count[view->rank] = count;
    view->stride[view->rank] = step * stride;
    view->axis[view->rank++] = axis;
    view->first[axis] = start;
    view->step[axis] = step;
}

int view_parse(const struct matrix *matrix, const char *text, struct view *ret_view, struct error *error)
{
    struct term terms[MATRIX_RANK_MAX + 1];
    int n = parse_terms(text, terms, error);
    if (n < 0)
        return n;
    int ellipses = 0;
    for (int i = 0; i < n; i++)
        if (terms[i].kind == TERM_ELLIPSIS && ++ellipses > 1)
            return fail(&terms[i], "... may stand only once", error);
    int given = n - ellipses;
    if (given > matrix->rank)
        return error_set(error, EINVAL, "too many indices: %d for a matrix of %d dimension%s", given,
                         matrix->rank, matrix->rank == 1 ? "" : "s");
    int64_t stride[MATRIX_RANK_MAX];
    matrix_strides(matrix, stride);
    const struct term all = {.kind = TERM_SLICE};
    struct view view = {0};
    int axis = 0;
    for (int i = 0; i <= n; i++) {
        /* "...", or the end where none is, stands for the axes that nobody named. */
        bool rest = i < n ? terms[i].kind == TERM_ELLIPSIS : ellipses == 0;
        for (int k = rest ? matrix->rank - given : 0; k > 0; k--, axis++)
            apply_slice(&all, axis, matrix->shape[axis], stride[axis], &view);
        if (i == n || rest)
            continue;
        if (terms[i].kind == TERM_SLICE) {
            apply_slice(&terms[i], axis, matrix->shape[axis], stride[axis], &view);
        } else {
            int r = apply_integer(&terms[i], axis, matrix->shape[axis], stride[axis], &view, error);
            if (r < 0)
                return r;
        }
        axis++;
    }
    *ret_view = view;
    return 0;
}

uint64_t view_elements(const struct view *view)
{
    uint64_t elements = 1;
    for (int i = 0; i < view->rank; i++)
        if (view->count[i] == 0)
            return 0;
    for (int i = 0; i < view->rank; i++)
        elements *= view->count[i];
    return elements;
}

void view_swap_axes(struct view *view, int a, int b)
{
    uint64_t count = view->count[a];
    int64_t stride = view->stride[a];
    int axis = view->axis[a];
    view->count[a] = view->count[b];
    view->stride[a] = view->stride[b];
    view->axis[a] = view->axis[b];
    view->count[b] = count;
    view->stride[b] = stride;
    view->axis[b] = axis;
}
