/*
 * A type as numpy writes it: dtype.str, repr(dtype.descr), dtype.name.
 */
#include "core/matrix/dtype.h"

#include <string.h>

#include "core/sys/text.h"

/* What Python's repr escapes beside the unprintable: other blanks, private use. Unassigned characters are not
 * known here. */
static bool repr_escapes(uint32_t c)
{
    return text_is_unprintable(c) || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) ||
           c == 0x202f || c == 0x205f || c == 0x3000 || (c >= 0xe000 && c <= 0xf8ff) || c >= 0xf0000;
}

static void add_repr_character(struct text *text, uint32_t c, char quote)
{
    if (c == '\\' || c == (unsigned char)quote) {
        text_add_char(text, '\\');
        text_add_char(text, (char)c);
    } else if (c == '\n' || c == '\r' || c == '\t') {
        text_add_string(text, c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\t");
    } else if (repr_escapes(c)) {
        text_add_string(text, c < 0x100 ? "\\x" : c < 0x10000 ? "\\u" : "\\U");
        text_add_hex(text, c, c < 0x100 ? 2 : c < 0x10000 ? 4 : 8);
    } else {
        char utf8[TEXT_UTF8_MAX];
        text_add(text, utf8, text_encode(c, utf8));
    }
}

/* Python's repr of a string: double quotes where it has single ones and no double. */
static void add_repr(struct text *text, const char *string)
{
    char quote = strchr(string, '\'') && !strchr(string, '"') ? '"' : '\'';
    text_add_char(text, quote);
    for (size_t left = strlen(string); left > 0;) {
        uint32_t c;
        size_t taken = text_decode(string, left, &c);
        if (taken == 0) {
            c = (unsigned char)*string;
            taken = 1;
        }
        add_repr_character(text, c, quote);
        string += taken;
        left -= taken;
    }
    text_add_char(text, quote);
}

static void add_simple(struct text *text, const struct dtype *dtype)
{
    text_add_char(text, dtype->order);
    text_add_char(text, (char)dtype->kind);
    text_add_u64(text, dtype->kind == DTYPE_UNICODE ? dtype->itemsize / 4 : dtype->itemsize);
    text_add_string(text, dtype->unit);
}

static void add_dims(struct text *text, const uint64_t *dims, int n)
{
    text_add_char(text, '(');
    for (int i = 0; i < n; i++) {
        text_add_string(text, i ? ", " : "");
        text_add_u64(text, dims[i]);
    }
    text_add_string(text, n == 1 ? ",)" : ")");
}

static void add_struct(struct text *text, const struct dtype *dtype);

/* The type of a field from its dimension `from` on: "'<f8'", or "('<f8', (5,))" where an inner sub-array
 * follows. */
static void add_field_type(struct text *text, const struct dtype_field *field, int from)
{
    int until = from;
    while (until < field->rank && (until == from || !(field->levels >> until & 1)))
        until++;
    /* The outermost level stands behind the type without parentheses of its own. */
    bool inner = from > 0 && until > from;
    if (inner)
        text_add_char(text, '(');
    if (until < field->rank) {
        add_field_type(text, field, until);
    } else if (field->dtype.kind == DTYPE_STRUCT) {
        add_struct(text, &field->dtype);
    } else {
        text_add_char(text, '\'');
        add_simple(text, &field->dtype);
        text_add_char(text, '\'');
    }
    if (until > from) {
        text_add_string(text, ", ");
        add_dims(text, field->dims + from, until - from);
    }
    if (inner)
        text_add_char(text, ')');
}

static void add_struct(struct text *text, const struct dtype *dtype)
{
    text_add_char(text, '[');
    for (size_t i = 0; i < dtype_field_count(dtype); i++) {
        const struct dtype_field one = dtype_field_at(dtype, i), *field = &one;
        text_add_string(text, i ? ", (" : "(");
        if (field->title) {
            text_add_char(text, '(');
            add_repr(text, field->title);
            text_add_string(text, ", ");
        }
        add_repr(text, field->name);
        text_add_string(text, field->title ? "), " : ", ");
        add_field_type(text, field, 0);
        text_add_char(text, ')');
    }
    text_add_char(text, ']');
}

size_t dtype_descr(const struct dtype *dtype, char *buf, size_t size)
{
    struct text text;
    text_init(&text, buf, size);
    if (dtype->kind == DTYPE_STRUCT)
        add_struct(&text, dtype);
    else
        add_simple(&text, dtype);
    return text.length;
}

static const char *kind_name(enum dtype_kind kind)
{
    switch (kind) {
    case DTYPE_BOOL:
        return "bool";
    case DTYPE_INT:
        return "int";
    case DTYPE_UINT:
        return "uint";
    case DTYPE_FLOAT:
        return "float";
    case DTYPE_COMPLEX:
        return "complex";
    case DTYPE_BYTES:
        return "bytes";
    case DTYPE_UNICODE:
        return "str";
    case DTYPE_VOID:
        return "void";
    case DTYPE_DATETIME:
        return "datetime64";
    case DTYPE_TIMEDELTA:
        return "timedelta64";
    case DTYPE_STRUCT:
        return "struct";
    }
    return "";
}

void dtype_name(const struct dtype *dtype, char buf[DTYPE_NAME_MAX])
{
    struct text text;
    text_init(&text, buf, DTYPE_NAME_MAX);
    text_add_string(&text, kind_name(dtype->kind));
    if (dtype->kind == DTYPE_DATETIME || dtype->kind == DTYPE_TIMEDELTA)
        text_add_string(&text, dtype->unit);
    else if (dtype->kind != DTYPE_BOOL && dtype->kind != DTYPE_STRUCT && dtype->itemsize > 0)
        text_add_u64(&text, dtype->itemsize * 8);
}
