#include "tui/command/as.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/sys/text.h"
#include "tui/command/report.h"

static int take_type(struct as *as, const char *value, struct error *error)
{
    as->has_type = true;
    int r = dtype_parse(value, &as->dtype, error);
    return r == 0 && as->dtype.itemsize == 0 ? error_set(error, EINVAL, "a type of no bytes") : r;
}

static int take_value(struct as *as, int option, const char *value, struct error *error)
{
    switch (option) {
    case OPTION_AS:
        return take_type(as, value, error);
    case OPTION_SHAPE:
        as->has_shape = true;
        return fit_parse(value, &as->shape, error);
    case OPTION_ORDER:
        as->has_order = true;
        as->order = value[0];
        return strcmp(value, "C") == 0 || strcmp(value, "F") == 0 ? 0 : error_set(error, EINVAL, "C or F");
    default:
        as->has_offset = true;
        return text_read_u64(value, strlen(value), INT64_MAX, &as->offset)
                   ? 0
                   : error_set(error, EINVAL, "a number of bytes below 2^63");
    }
}

int as_take(struct as *as, const struct options *options, const char *who, int option, const char *value)
{
    static const char *const names[] = {"as", "shape", "order", "offset"};
    struct error error = {0};
    if (option < OPTION_AS || option > OPTION_OFFSET)
        return 1;
    if (take_value(as, option, value, &error) == 0)
        return 0;
    report_usage(options, who, "option --%s: %s", names[option - OPTION_AS], error.text);
    return -EINVAL;
}

int as_check(const struct as *as, const struct options *options, const char *who)
{
    if (as->has_type == as->has_shape && (as->has_type || !(as->has_order || as->has_offset)))
        return 0;
    report_usage(options, who, "what the bytes are takes both --as DTYPE and --shape N,M...");
    return -EINVAL;
}

int as_matrix(const struct as *as, uint64_t size, uint64_t payload, struct matrix *ret_matrix,
              struct error *error)
{
    struct matrix matrix = {.dtype = as->dtype,
                            .order = as->has_order ? as->order : 'C',
                            .offset = as->has_offset ? as->offset : payload};
    int r = fit_apply(&as->shape, size, &matrix, error);
    if (r == 0)
        *ret_matrix = matrix;
    return r;
}

/* "3,072,000" */
static void put_number(uint64_t number, char buf[32])
{
    char digits[24];
    int n = snprintf(digits, sizeof digits, "%llu", (unsigned long long)number);
    for (int i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0)
            *buf++ = ',';
        *buf++ = digits[i];
    }
    *buf = '\0';
}

void as_cover_text(const struct matrix *matrix, uint64_t size, char *buf, size_t buf_size)
{
    char covered[32], all[32];
    uint64_t bytes = 0;
    buf[0] = '\0';
    if (matrix_bytes(matrix, &bytes, NULL) < 0 || size - matrix->offset <= bytes)
        return;
    put_number(bytes, covered);
    put_number(size, all);
    snprintf(buf, buf_size, "covers %s of %s bytes", covered, all);
}
