#include "core/matrix/cell.h"

#include <math.h>
#include <string.h>

#include "core/matrix/decimal.h"
#include "core/matrix/half.h"
#include "core/matrix/number.h"
#include "core/sys/checked.h"

#define PRECISION 8

static struct decimal load(const char *element, uint64_t size)
{
    uint16_t half;
    float single;
    double value;
    switch (size) {
    case 2:
        memcpy(&half, element, sizeof half);
        return decimal_from_half(half);
    case 4:
        memcpy(&single, element, sizeof single);
        return decimal_from_float(single);
    default:
        memcpy(&value, element, sizeof value);
        return decimal_from_double(value);
    }
}

static double load_double(const char *element, uint64_t size)
{
    const struct dtype dtype = {.kind = DTYPE_FLOAT, .itemsize = size};
    return number_double(&dtype, element);
}

static struct decimal round_plainly(const struct decimal *decimal)
{
    return decimal_round(decimal, decimal_point(decimal) + PRECISION);
}

static void raise(int *most, int value)
{
    if (*most < value)
        *most = value;
}

static int exponent_width(const struct decimal *decimal)
{
    int exponent = decimal_point(decimal) - 1;
    return exponent >= 100 || exponent <= -100 ? 3 : 2;
}

static int fraction_width(const struct decimal *decimal)
{
    int behind = decimal->count - decimal_point(decimal);
    return decimal->digits && behind > 0 ? behind : 0;
}

static void measure_real(struct real_format *format, const char *element, uint64_t size)
{
    double value = load_double(element, size);
    if (!isfinite(value)) {
        format->any_other = true;
        format->any_negative_inf |= value < 0;
        return;
    }
    double magnitude = fabs(value);
    if (magnitude != 0) {
        format->least = format->any_nonzero && format->least < magnitude ? format->least : magnitude;
        format->most = format->any_nonzero && format->most > magnitude ? format->most : magnitude;
        format->any_nonzero = true;
    }
    format->any_finite = true;
    struct decimal decimal = load(element, size);
    struct decimal plain = round_plainly(&decimal), scientific = decimal_round(&decimal, PRECISION + 1);
    int sign = decimal.negative || format->plus, point = decimal_point(&plain);
    raise(&format->whole, sign + (point > 1 ? point : 1));
    raise(&format->fraction, fraction_width(&plain));
    raise(&format->sign, sign);
    raise(&format->scientific_fraction, scientific.count - 1);
    raise(&format->exponent, exponent_width(&scientific));
}

/* In the array's own type, as numpy divides. */
static double divide(double a, double b, uint64_t size)
{
    double quotient = a / b;
    return size == 2   ? half_to_double(half_from_double(quotient))
           : size == 4 ? (double)(float)quotient
                       : quotient;
}

static void settle_real(struct real_format *format, uint64_t size)
{
    format->scientific = format->any_nonzero && (format->most >= 1e8 || format->least < 0.0001 ||
                                                 divide(format->most, format->least, size) > 1000);
    format->left = format->scientific ? format->sign + 1 : format->whole;
    format->right =
        format->scientific ? format->scientific_fraction + 2 + format->exponent : format->fraction;
    if (!format->any_finite)
        format->left = format->right = 0;
    if (format->any_other) {
        raise(&format->left, 3 - (format->right + 1));
        raise(&format->left, 3 + (format->plus || format->any_negative_inf) - (format->right + 1));
    }
}

static void add_blanks(struct text *text, int n)
{
    while (n-- > 0)
        text_add_char(text, ' ');
}

static void add_other(struct text *text, const struct real_format *format, double value)
{
    const char *sign = value < 0 ? "-" : format->plus ? "+" : "";
    add_blanks(text, format->left + 1 + format->right - 3 - (int)strlen(sign));
    text_add_string(text, sign);
    text_add_string(text, isnan(value) ? "nan" : "inf");
}

/* The digits with the point that numpy always writes: "1." */
static void add_plain(struct text *text, const struct real_format *format, const struct decimal *decimal)
{
    struct decimal rounded = round_plainly(decimal);
    int point = decimal_point(&rounded), fraction = fraction_width(&rounded);
    int sign = decimal->negative || format->plus;
    add_blanks(text, format->left - sign - (point > 1 ? point : 1));
    if (!decimal->negative && format->plus)
        text_add_char(text, '+');
    decimal_add_positional(text, &rounded, 0);
    if (fraction == 0)
        text_add_char(text, '.');
}

static void add_scientific(struct text *text, const struct real_format *format, const struct decimal *decimal)
{
    struct decimal rounded = decimal_exact(decimal, format->scientific_fraction + 1);
    add_blanks(text, format->left - (decimal->negative || format->plus) - 1);
    if (!decimal->negative && format->plus)
        text_add_char(text, '+');
    char digits[40];
    struct text scientific;
    text_init(&scientific, digits, sizeof digits);
    decimal_add_scientific(&scientific, &rounded, format->scientific_fraction, format->exponent);
    char *exponent = strchr(digits, 'e');
    text_add(text, digits, (size_t)(exponent - digits));
    if (format->scientific_fraction == 0)
        text_add_char(text, '.');
    text_add_string(text, exponent);
}

/* Filled on the left alone. Returns how many blanks are due on the right. */
static int add_real(struct text *text, const struct real_format *format, const char *element, uint64_t size)
{
    double value = load_double(element, size);
    if (!isfinite(value)) {
        add_other(text, format, value);
        return 0;
    }
    struct decimal decimal = load(element, size);
    if (format->scientific) {
        add_scientific(text, format, &decimal);
        return 0;
    }
    add_plain(text, format, &decimal);
    struct decimal rounded = round_plainly(&decimal);
    return format->right - fraction_width(&rounded);
}

static size_t count_characters(const char *text)
{
    size_t n = 0;
    for (; *text; text++)
        n += ((unsigned char)*text & 0xc0) != 0x80;
    return n;
}

/* What is in quotes stays so when it is cut. text is not empty. */
static const char *closing_quote(const char *text, size_t *ret_opening)
{
    *ret_opening = text[0] == 'b' ? 2 : 1;
    return text[*ret_opening - 1] == '"' ? "\"" : "'";
}

static bool is_quoted(const struct dtype *dtype)
{
    return dtype->kind == DTYPE_BYTES || dtype->kind == DTYPE_UNICODE || dtype->kind == DTYPE_DATETIME;
}

/* The first characters of what is longer than the limit, quotes not counted. */
static void add_cut(struct text *text, const struct cell_format *format, const char *whole)
{
    size_t opening = 0, end = 0;
    const char *closing = is_quoted(format->dtype) ? closing_quote(whole, &opening) : "";
    for (size_t n = 0; whole[end] && n + 3 < format->limit + opening; n++)
        do
            end++;
        while (((unsigned char)whole[end] & 0xc0) == 0x80);
    text_add(text, whole, end);
    text_add_string(text, "...");
    text_add_string(text, closing);
}

/* A value of a kind that is no float, unfilled, cut to the limit. */
static void add_other_kind(struct text *text, const struct cell_format *format, const void *element)
{
    char short_text[1024];
    if (format->limit == 0) {
        /* Straight into place: such a text may have any length. */
        size_t left = text->size - text->written;
        size_t length =
            number_text(format->dtype, element, NUMBER_QUOTED, left ? text->buf + text->written : NULL, left);
        text->length += length;
        text->written += length < left ? length : 0;
        return;
    }
    size_t quotes = is_quoted(format->dtype) ? 3 : 0; /* b'' */
    size_t size = min_u64((format->limit + quotes) * 4, sizeof short_text);
    size_t length = number_text(format->dtype, element, NUMBER_QUOTED, short_text, size);
    quotes -= quotes && short_text[0] != 'b';
    if (length >= size || count_characters(short_text) > format->limit + quotes)
        add_cut(text, format, short_text);
    else
        text_add(text, short_text, length);
}

static bool is_filled(const struct dtype *dtype)
{
    return dtype->kind == DTYPE_BOOL || dtype->kind == DTYPE_INT || dtype->kind == DTYPE_UINT ||
           dtype->kind == DTYPE_DATETIME || dtype->kind == DTYPE_TIMEDELTA;
}

void cell_begin(struct cell_format *format, const struct dtype *dtype, size_t limit)
{
    *format = (struct cell_format){.dtype = dtype, .imaginary.plus = true, .limit = limit};
}

void cell_measure(struct cell_format *format, const void *element)
{
    uint64_t size = format->dtype->itemsize;
    if (format->dtype->kind == DTYPE_FLOAT) {
        measure_real(&format->real, element, size);
    } else if (format->dtype->kind == DTYPE_COMPLEX) {
        measure_real(&format->real, element, size / 2);
        measure_real(&format->imaginary, (const char *)element + size / 2, size / 2);
    } else {
        char buf[1100];
        struct text text;
        text_init(&text, buf, sizeof buf);
        add_other_kind(&text, format, element);
        size_t width = text.length < sizeof buf ? count_characters(buf) : text.length;
        format->width = width > format->width ? width : format->width;
    }
}

static size_t real_width(const struct real_format *format)
{
    return (size_t)(format->left + 1 + format->right);
}

void cell_settle(struct cell_format *format)
{
    const struct dtype *dtype = format->dtype;
    if (dtype->kind == DTYPE_BOOL)
        format->width = 5; /* " True" even where no False is */
    if (dtype->kind != DTYPE_FLOAT && dtype->kind != DTYPE_COMPLEX)
        return;
    uint64_t part = dtype_swap_unit(dtype);
    settle_real(&format->real, part);
    settle_real(&format->imaginary, part);
    format->width = real_width(&format->real);
    if (dtype->kind == DTYPE_COMPLEX)
        format->width += real_width(&format->imaginary) + 1;
}

size_t cell_text(const struct cell_format *format, const void *element, char *buf, size_t size)
{
    const struct dtype *dtype = format->dtype;
    struct text text;
    text_init(&text, buf, size);
    if (dtype->kind == DTYPE_FLOAT) {
        add_blanks(&text, add_real(&text, &format->real, element, dtype->itemsize));
    } else if (dtype->kind == DTYPE_COMPLEX) {
        uint64_t part = dtype->itemsize / 2;
        add_blanks(&text, add_real(&text, &format->real, element, part));
        int blanks = add_real(&text, &format->imaginary, (const char *)element + part, part);
        text_add_char(&text, 'j');
        add_blanks(&text, blanks);
    } else {
        if (is_filled(dtype)) {
            char plain[128];
            struct text unfilled;
            text_init(&unfilled, plain, sizeof plain);
            add_other_kind(&unfilled, format, element);
            add_blanks(&text, (int)format->width - (int)unfilled.length);
        }
        add_other_kind(&text, format, element);
    }
    return text.length;
}
