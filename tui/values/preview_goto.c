/*
 * The line "go to": an index as numpy writes it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tui/values/preview_private.h"

/* One number of an index on an axis of `count`; hex where the matrix is bytes. */
static int parse_position(const char **text, uint64_t count, int axis, bool hex, uint64_t *ret_position,
                          struct error *error)
{
    const char *p = *text;
    while (*p == ' ')
        p++;
    bool negative = *p == '-';
    const char *digits = p + negative;
    if (*digits < '0' || *digits > '9')
        return error_set(error, EINVAL, "a number is expected, as in 17,1204");
    char *end;
    errno = 0;
    unsigned long long value =
        strtoull(digits, &end, hex && digits[0] == '0' && (digits[1] | 0x20) == 'x' ? 16 : 10);
    bool fits = errno == 0 && (negative ? value <= count && value > 0 : value < count);
    if (!fits && !(negative && value == 0 && count > 0))
        return error_set(error, EINVAL, "%.*s is out of range for axis %d of %llu", (int)(end - p), p, axis,
                         (unsigned long long)count);
    while (*end == ' ')
        end++;
    *text = end;
    *ret_position = negative && value ? count - value : value;
    return 0;
}

/* The axes that n numbers speak of: all of them, or those of the grid. 0: no way to read n numbers. */
static int axes_of(const struct preview *preview, int n, int *ret_axes)
{
    int rank = preview->matrix.rank;
    if (n == rank) {
        for (int i = 0; i < n; i++)
            ret_axes[i] = i;
        return n;
    }
    if (n > 2 || preview->row_axis < 0 || (n == 2 && preview->column_axis < 0))
        return 0;
    ret_axes[0] = preview->row_axis;
    if (n == 2)
        ret_axes[1] = preview->column_axis;
    return n;
}

static int count_numbers(const char *text)
{
    int n = 1;
    for (; *text; text++)
        n += *text == ',';
    return n;
}

/* The index as typed, without the blanks and brackets that may stand around it. malloc'ed. */
static char *bare_index(const char *text)
{
    size_t n;
    text += strspn(text, " [(");
    n = strlen(text);
    while (n > 0 && strchr(" ])", text[n - 1]))
        n--;
    return strndup(text, n);
}

int preview_place_goto(struct preview *preview, const char *typed, struct error *error)
{
    int axes[MATRIX_RANK_MAX], n, result = 0;
    uint64_t position[MATRIX_RANK_MAX];
    char *text = bare_index(typed);
    const char *p = text;
    if (!text)
        return error_set(error, ENOMEM, "out of memory");
    n = count_numbers(text);
    if (!preview->has_matrix || preview->matrix.rank == 0 || n > MATRIX_RANK_MAX ||
        axes_of(preview, n, axes) == 0) {
        result = error_set(error, EINVAL, "%d numbers: the matrix has %d axes", n, preview->matrix.rank);
        goto out;
    }
    for (int i = 0; i < n; i++) {
        result =
            parse_position(&p, preview->matrix.shape[axes[i]], axes[i], preview->hex, &position[i], error);
        if (result < 0)
            goto out;
        if (*p != (i + 1 < n ? ',' : '\0')) {
            result = error_set(error, EINVAL, "an index is numbers with commas between, as 17,1204");
            goto out;
        }
        p += *p == ',';
    }
    preview_place_go(preview, axes, position, n);
    preview_place_clamp(preview);
out:
    free(text);
    return result;
}
