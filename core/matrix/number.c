#include "core/matrix/number.h"

#include <math.h>
#include <string.h>

#include "core/matrix/datetime.h"
#include "core/matrix/decimal.h"
#include "core/matrix/half.h"
#include "core/matrix/window.h"
#include "core/sys/text.h"

#define SHORT_DIGITS      5
#define SCIENTIFIC_DIGITS 6

/* An unsigned integer of 1, 2, 4 or 8 bytes. */
static uint64_t load_unsigned(const void *element, uint64_t size)
{
    uint8_t u8;
    uint16_t u16;
    uint32_t u32;
    uint64_t u64;
    switch (size) {
    case 1:
        memcpy(&u8, element, 1);
        return u8;
    case 2:
        memcpy(&u16, element, 2);
        return u16;
    case 4:
        memcpy(&u32, element, 4);
        return u32;
    default:
        memcpy(&u64, element, 8);
        return u64;
    }
}

static int64_t load_signed(const void *element, uint64_t size)
{
    uint64_t value = load_unsigned(element, size);
    int unused = 64 - 8 * (int)size;
    return (int64_t)(value << unused) >> unused;
}

static double load_real(const void *element, uint64_t size)
{
    float single;
    double value;
    switch (size) {
    case 2:
        return half_to_double((uint16_t)load_unsigned(element, 2));
    case 4:
        memcpy(&single, element, 4);
        return single;
    default:
        memcpy(&value, element, 8);
        return value;
    }
}

static struct decimal load_decimal(const void *element, uint64_t size)
{
    switch (size) {
    case 2:
        return decimal_from_half((uint16_t)load_unsigned(element, 2));
    case 4:
        return decimal_from_float((float)load_real(element, 4));
    default:
        return decimal_from_double(load_real(element, 8));
    }
}

/* Python's repr: plain from 1e-4 on and below 1e16. */
static void add_full(struct text *text, const struct decimal *decimal, int fraction)
{
    int point = decimal_point(decimal);
    if (point > -4 && point <= 16)
        decimal_add_positional(text, decimal, fraction);
    else
        decimal_add_scientific(text, decimal, 0, 2);
}

/* C's %.5g. */
static void add_short(struct text *text, const struct decimal *decimal)
{
    struct decimal rounded = decimal_round(decimal, SHORT_DIGITS);
    int point = decimal_point(&rounded);
    if (point > -4 && point <= SHORT_DIGITS)
        decimal_add_positional(text, &rounded, 0);
    else
        decimal_add_scientific(text, &rounded, 0, 2);
}

/* fraction: digits that FULL writes behind the point at least (1 for "1.0", 0 within a complex). */
static void add_real(struct text *text, const void *element, uint64_t size, enum number_style style,
                     int fraction)
{
    double value = load_real(element, size);
    if (isnan(value)) {
        text_add_string(text, "nan");
        return;
    }
    if (isinf(value)) {
        text_add_string(text, value < 0 ? "-inf" : "inf");
        return;
    }
    struct decimal decimal = load_decimal(element, size);
    if (style == NUMBER_SHORT) {
        add_short(text, &decimal);
    } else if (style == NUMBER_SCIENTIFIC) {
        struct decimal rounded = decimal_round(&decimal, SCIENTIFIC_DIGITS);
        decimal_add_scientific(text, &rounded, SCIENTIFIC_DIGITS - 1, 2);
    } else {
        add_full(text, &decimal, fraction);
    }
}

/* "1+2j"; "2j" where the real part is +0, as Python writes it. */
static void add_complex(struct text *text, const char *element, uint64_t size, enum number_style style)
{
    uint64_t part = size / 2;
    double real = load_real(element, part), imaginary = load_real(element + part, part);
    if (real != 0 || signbit(real)) {
        add_real(text, element, part, style, 0);
        if (!signbit(imaginary) || isnan(imaginary))
            text_add_char(text, '+');
    }
    add_real(text, element + part, part, style, 0);
    text_add_char(text, 'j');
}

/* Without the padding. */
static uint64_t bytes_length(const char *element, uint64_t size)
{
    while (size > 0 && element[size - 1] == '\0')
        size--;
    return size;
}

static uint64_t unicode_length(const char *element, uint64_t size)
{
    uint64_t n = size / 4;
    while (n > 0 && load_unsigned(element + 4 * (n - 1), 4) == 0)
        n--;
    return n;
}

/* A string's characters, which in a struct lie in the field's own byte order. */
struct string {
    const struct dtype *dtype;
    const char *at;
    uint64_t length; /* bytes of S, characters of U */
    bool swapped;
};

static struct string string_of(const struct dtype *dtype, const char *element, bool swapped)
{
    uint64_t length = dtype->kind == DTYPE_BYTES ? bytes_length(element, dtype->itemsize)
                                                 : unicode_length(element, dtype->itemsize);
    return (struct string){dtype, element, length, swapped};
}

static uint32_t unicode_at(const struct string *string, uint64_t i)
{
    uint32_t character = (uint32_t)load_unsigned(string->at + 4 * i, 4);
    return string->swapped ? __builtin_bswap32(character) : character;
}

static void add_escaped_quote(struct text *text, char quote)
{
    text_add_char(text, '\\');
    text_add_char(text, quote);
}

/* quote: the one around it, escaped within; 0: none. */
static void add_bytes(struct text *text, const struct string *string, char quote)
{
    const char *at = string->at, *end = at + string->length;
    while (at < end) {
        const char *next = quote ? memchr(at, quote, (size_t)(end - at)) : NULL;
        text_add_escaped_bytes(text, at, (size_t)((next ? next : end) - at));
        if (next)
            add_escaped_quote(text, quote);
        at = next ? next + 1 : end;
    }
}

static void add_unicode(struct text *text, const struct string *string, char quote)
{
    for (uint64_t i = 0; i < string->length; i++) {
        uint32_t character = unicode_at(string, i);
        if (quote && character == (unsigned char)quote)
            add_escaped_quote(text, quote);
        else
            text_add_escaped(text, character);
    }
}

static void add_string(struct text *text, const struct string *string, char quote)
{
    if (string->dtype->kind == DTYPE_BYTES)
        add_bytes(text, string, quote);
    else
        add_unicode(text, string, quote);
}

static bool has_character(const struct string *string, char wanted)
{
    if (string->dtype->kind == DTYPE_BYTES)
        return memchr(string->at, wanted, string->length) != NULL;
    for (uint64_t i = 0; i < string->length; i++)
        if (unicode_at(string, i) == (unsigned char)wanted)
            return true;
    return false;
}

/* As Python does: in ' unless that would have to be escaped and " would not. */
static void add_quoted_string(struct text *text, const struct string *string)
{
    char quote = has_character(string, '\'') && !has_character(string, '"') ? '"' : '\'';
    text_add_string(text, string->dtype->kind == DTYPE_BYTES ? "b" : "");
    text_add_char(text, quote);
    add_string(text, string, quote);
    text_add_char(text, quote);
}

static void add_hex_bytes(struct text *text, const void *element, uint64_t size)
{
    const uint8_t *bytes = element;
    text_add_string(text, "0x");
    for (uint64_t i = 0; i < size; i++)
        text_add_hex(text, bytes[i], 2);
}

/* Unit by unit, each with its most significant digit first. */
static void add_hex(struct text *text, const struct dtype *dtype, const char *element)
{
    uint64_t unit = dtype_swap_unit(dtype);
    if (unit == 1) {
        add_hex_bytes(text, element, dtype->itemsize);
        return;
    }
    text_add_string(text, "0x");
    for (uint64_t at = 0; at < dtype->itemsize; at += unit)
        text_add_hex(text, load_unsigned(element + at, unit), (int)unit * 2);
}

static void add_element(struct text *text, const struct dtype *dtype, const void *element,
                        enum number_style style);

static bool is_string(const struct dtype *dtype)
{
    return dtype->kind == DTYPE_BYTES || dtype->kind == DTYPE_UNICODE;
}

/* Strings and dates in quotes, as in numpy's repr; the rest by style. In native byte order. */
static void add_quoted(struct text *text, const struct dtype *dtype, const char *element,
                       enum number_style style)
{
    bool is_date =
        dtype->kind == DTYPE_DATETIME || (dtype->kind == DTYPE_TIMEDELTA && number_is_nan(dtype, element));
    text_add_string(text, is_date ? "'" : "");
    add_element(text, dtype, element, style);
    text_add_string(text, is_date ? "'" : "");
}

/* An element of a field, which lies in its own byte order. */
static void add_stored(struct text *text, const struct dtype *dtype, const char *element,
                       enum number_style style)
{
    char copy[16];
    if (is_string(dtype)) {
        struct string string = string_of(dtype, element, dtype_is_swapped(dtype));
        add_quoted_string(text, &string);
        return;
    }
    if (dtype_is_swapped(dtype)) {
        memcpy(copy, element, dtype->itemsize);
        window_swap(dtype, copy, 1);
        element = copy;
    }
    add_quoted(text, dtype, element, style);
}

/* A field from dimension `axis` on: its element, or "[1, 2]" for a sub-array. Returns where the next one
 * begins. */
static const char *add_field(struct text *text, const struct dtype_field *field, int axis, const char *at,
                             enum number_style style)
{
    if (axis == field->rank) {
        add_stored(text, &field->dtype, at, style);
        return at + field->dtype.itemsize;
    }
    text_add_char(text, '[');
    for (uint64_t i = 0; i < field->dims[axis]; i++) {
        text_add_string(text, i ? ", " : "");
        at = add_field(text, field, axis + 1, at, style);
    }
    text_add_char(text, ']');
    return at;
}

static void add_struct(struct text *text, const struct dtype *dtype, const char *element,
                       enum number_style style)
{
    size_t shown = 0;
    text_add_char(text, '(');
    for (size_t i = 0; i < dtype_field_count(dtype); i++) {
        struct dtype_field field = dtype_field_at(dtype, i);
        if (dtype_field_is_padding(&field))
            continue;
        text_add_string(text, shown++ ? ", " : "");
        add_field(text, &field, 0, element + field.offset, style);
    }
    text_add_string(text, shown == 1 ? ",)" : ")");
}

static void add_element(struct text *text, const struct dtype *dtype, const void *element,
                        enum number_style style)
{
    uint64_t size = dtype->itemsize;
    if (style == NUMBER_HEX) {
        add_hex(text, dtype, element);
        return;
    }
    switch (dtype->kind) {
    case DTYPE_BOOL:
        text_add_string(text, load_unsigned(element, 1) ? "True" : "False");
        break;
    case DTYPE_INT:
        text_add_i64(text, load_signed(element, size));
        break;
    case DTYPE_UINT:
        text_add_u64(text, load_unsigned(element, size));
        break;
    case DTYPE_FLOAT:
        add_real(text, element, size, style, 1);
        break;
    case DTYPE_COMPLEX:
        add_complex(text, element, size, style);
        break;
    case DTYPE_BYTES:
    case DTYPE_UNICODE: {
        struct string string = string_of(dtype, element, false);
        add_string(text, &string, 0);
        break;
    }
    case DTYPE_VOID:
        add_hex_bytes(text, element, size);
        break;
    case DTYPE_DATETIME:
    case DTYPE_TIMEDELTA:
        datetime_add(text, load_signed(element, size), dtype->kind == DTYPE_DATETIME ? dtype->unit : "");
        break;
    case DTYPE_STRUCT:
        add_struct(text, dtype, element, style);
        break;
    }
}

size_t number_text(const struct dtype *dtype, const void *element, enum number_style style, char *buf,
                   size_t size)
{
    struct text text;
    text_init(&text, buf, size);
    struct string string;
    if (style == NUMBER_QUOTED && is_string(dtype)) {
        string = string_of(dtype, element, false);
        add_quoted_string(&text, &string);
    } else if (style == NUMBER_QUOTED)
        add_quoted(&text, dtype, element, NUMBER_FULL);
    else
        add_element(&text, dtype, element, style);
    return text.length;
}

double number_double(const struct dtype *dtype, const void *element)
{
    switch (dtype->kind) {
    case DTYPE_BOOL:
        return load_unsigned(element, 1) != 0;
    case DTYPE_INT:
        return (double)load_signed(element, dtype->itemsize);
    case DTYPE_UINT:
        return (double)load_unsigned(element, dtype->itemsize);
    case DTYPE_FLOAT:
        return load_real(element, dtype->itemsize);
    default:
        return NAN;
    }
}

/* Whether a part of a float or complex is so. */
static bool any_part(const struct dtype *dtype, const char *element, bool (*is)(double))
{
    uint64_t part = dtype_swap_unit(dtype);
    if (dtype->kind != DTYPE_FLOAT && dtype->kind != DTYPE_COMPLEX)
        return false;
    for (uint64_t at = 0; at < dtype->itemsize; at += part)
        if (is(load_real(element + at, part)))
            return true;
    return false;
}

static bool real_is_nan(double value)
{
    return isnan(value);
}

static bool real_is_inf(double value)
{
    return isinf(value);
}

bool number_is_nan(const struct dtype *dtype, const void *element)
{
    if (dtype->kind == DTYPE_DATETIME || dtype->kind == DTYPE_TIMEDELTA)
        return load_signed(element, 8) == INT64_MIN;
    return any_part(dtype, element, real_is_nan);
}

bool number_is_inf(const struct dtype *dtype, const void *element)
{
    return any_part(dtype, element, real_is_inf);
}
