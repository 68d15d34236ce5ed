/*
 * The header parser. It reads tokens from left to right, once, with the reader's position as its only state;
 * the nesting of a struct's type is the only recursion, and it is bounded. Whatever Python would take beyond
 * the grammar of npy.md §2 (prefixes, concatenated strings, other number forms, comments) is refused with the
 * place.
 */
#include "core/layout/npy.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/sys/checked.h"
#include "core/sys/text.h"

#define MAGIC      "\x93NUMPY"
#define MAGIC_SIZE 6

struct reader {
    const uint8_t *start, *at, *end;
    int version;
    struct error *error;
};

/* A tuple of dimensions. */
struct dims {
    int rank;
    uint64_t dim[MATRIX_RANK_MAX];
};

/* A type as a descr gives it: perhaps with the dimensions of a sub-array around it. */
struct type {
    struct dtype dtype;
    struct dims dims;
    uint64_t levels; /* as in struct dtype_field */
};

static int fail(struct reader *reader, const char *what)
{
    return error_set(reader->error, EBADMSG, "malformed header: %s at byte %zu", what,
                     (size_t)(reader->at - reader->start));
}

static void skip_blanks(struct reader *reader)
{
    while (reader->at < reader->end && *reader->at && strchr(" \t\n\r\f", *reader->at))
        reader->at++;
}

/* The next character behind blanks, 0 at the end. */
static char peek(struct reader *reader)
{
    skip_blanks(reader);
    return reader->at < reader->end ? (char)*reader->at : '\0';
}

static bool take(struct reader *reader, char c)
{
    if (peek(reader) != c)
        return false;
    reader->at++;
    return true;
}

static int expect(struct reader *reader, char c)
{
    char what[] = "expected '?'";
    what[10] = c;
    return take(reader, c) ? 0 : fail(reader, what);
}

static bool take_word(struct reader *reader, const char *word)
{
    size_t length = strlen(word);
    skip_blanks(reader);
    if ((size_t)(reader->end - reader->at) < length || memcmp(reader->at, word, length) != 0)
        return false;
    reader->at += length;
    return true;
}

/*
 * "," between items, and before the closing bracket if it likes. Returns 1 where another item follows, 0
 * behind the closing bracket.
 */
static int next_item(struct reader *reader, char close)
{
    bool comma = take(reader, ',');
    if (take(reader, close))
        return 0;
    return comma ? 1 : fail(reader, "expected ',' or a closing bracket");
}

/* --- strings --- */

static int hex_digit(uint8_t c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* The escapes that repr writes. at: behind the backslash. */
static int take_escape(struct reader *reader, uint32_t *ret_character)
{
    uint8_t c = reader->at < reader->end ? *reader->at++ : 0;
    int digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
    const char *simple = "\\\\''\"\"n\nr\rt\t";
    for (size_t i = 0; c && simple[i]; i += 2)
        if (c == (uint8_t)simple[i]) {
            *ret_character = (uint8_t)simple[i + 1];
            return 0;
        }
    uint32_t value = 0;
    if (digits == 0 || reader->end - reader->at < digits)
        return fail(reader, "an escape that is not supported");
    for (int i = 0; i < digits; i++) {
        int digit = hex_digit(*reader->at);
        if (digit < 0)
            return fail(reader, "expected a hexadecimal digit");
        value = value << 4 | (uint32_t)digit;
        reader->at++;
    }
    if (value == 0 || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
        return fail(reader, "an escape that is no character");
    *ret_character = value;
    return 0;
}

/* One character of a string: version 3 is UTF-8 (checked before), the others are latin-1. */
static int take_character(struct reader *reader, uint32_t *ret_character)
{
    if (*reader->at == '\n' || *reader->at == '\r')
        return fail(reader, "a line end within a string");
    if (*reader->at == '\\') {
        reader->at++;
        return take_escape(reader, ret_character);
    }
    if (reader->version < 3) {
        *ret_character = *reader->at++;
        return 0;
    }
    reader->at += text_decode(reader->at, (size_t)(reader->end - reader->at), ret_character);
    return 0;
}

/* A quoted string as UTF-8, malloc'ed. No longer than twice the bytes that are there. */
static int take_string(struct reader *reader, char **ret_string)
{
    char quote = peek(reader);
    if (quote != '\'' && quote != '"')
        return fail(reader, "expected a string");
    reader->at++;
    const uint8_t *close = reader->at;
    while (close < reader->end && *close != (uint8_t)quote)
        close += *close == '\\' ? 2 : 1;
    if (close >= reader->end)
        return fail(reader, "a string without an end");
    char *string = malloc(2 * (size_t)(close - reader->at) + 1);
    if (!string)
        return error_set(reader->error, ENOMEM, "no memory for a header");
    size_t length = 0;
    while (reader->at < close) {
        uint32_t character;
        int r = take_character(reader, &character);
        if (r < 0) {
            free(string);
            return r;
        }
        length += text_encode(character, string + length);
    }
    reader->at = close + 1;
    string[length] = '\0';
    *ret_string = string;
    return 0;
}

/* --- numbers and shapes --- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int take_dim(struct reader *reader, uint64_t *ret_dim)
{
    char first = peek(reader);
    if (first == '-')
        return fail(reader, "a negative dimension");
    if (!is_digit(first))
        return fail(reader, "expected a dimension");
    uint64_t dim = 0;
    bool zeros = first == '0';
    for (; reader->at < reader->end && is_digit((char)*reader->at); reader->at++) {
        uint64_t digit = *reader->at - (uint64_t)'0';
        if (zeros && digit != 0)
            return fail(reader, "a number with leading zeros");
        if (checked_mul_u64(dim, 10, &dim) || checked_add_u64(dim, digit, &dim) || dim > INT64_MAX)
            return fail(reader, "a dimension above 2^63-1");
    }
    if (reader->version < 3 && reader->at < reader->end && *reader->at == 'L')
        reader->at++;
    *ret_dim = dim;
    return 0;
}

/* "()", "(1,)", "(1, 2)", "(1, 2,)"; "(1)" is no tuple. */
static int take_dims(struct reader *reader, struct dims *ret_dims)
{
    struct dims dims = {0};
    int r = expect(reader, '(');
    if (r < 0)
        return r;
    if (take(reader, ')')) {
        *ret_dims = dims;
        return 0;
    }
    do {
        if (dims.rank == MATRIX_RANK_MAX)
            return error_set(reader->error, EBADMSG, "more than %d dimensions", MATRIX_RANK_MAX);
        if ((r = take_dim(reader, &dims.dim[dims.rank])) < 0)
            return r;
        dims.rank++;
        if (dims.rank == 1 && peek(reader) == ')')
            return fail(reader, "expected ',' behind the only dimension");
        r = next_item(reader, ')');
    } while (r > 0);
    if (r == 0)
        *ret_dims = dims;
    return r;
}

/* --- types --- */

static int take_type(struct reader *reader, int depth, struct type *ret_type);

static int take_simple_type(struct reader *reader, struct type *ret_type)
{
    char *string;
    int r = take_string(reader, &string);
    if (r < 0)
        return r;
    struct dtype dtype;
    struct error reason = {0};
    r = dtype_parse(string, &dtype, &reason);
    free(string);
    if (r == -EINVAL)
        return error_set(reader->error, EBADMSG, "%s", reason.text);
    if (r < 0) {
        if (reader->error)
            *reader->error = reason;
        return r;
    }
    *ret_type = (struct type){.dtype = dtype};
    return 0;
}

/* Puts the dimensions of a sub-array around a type that may be one itself. */
static int wrap_type(struct reader *reader, struct type *type, const struct dims *outer)
{
    int inner = type->dims.rank;
    if (outer->rank + inner > DTYPE_RANK_MAX)
        return error_set(reader->error, EBADMSG, "a sub-array of more than %d dimensions", DTYPE_RANK_MAX);
    if (outer->rank == 0)
        return 0;
    memmove(type->dims.dim + outer->rank, type->dims.dim, (size_t)inner * sizeof type->dims.dim[0]);
    memcpy(type->dims.dim, outer->dim, (size_t)outer->rank * sizeof outer->dim[0]);
    type->dims.rank = outer->rank + inner;
    if (inner > 0)
        type->levels = (type->levels | 1) << outer->rank;
    return 0;
}

/* "(descr, shape)", the reader behind "(". */
static int take_sub_array(struct reader *reader, int depth, struct type *ret_type)
{
    struct type type;
    struct dims dims;
    int r = take_type(reader, depth, &type);
    if (r < 0)
        return r;
    if ((r = expect(reader, ',')) == 0 && (r = take_dims(reader, &dims)) == 0 &&
        (r = wrap_type(reader, &type, &dims)) == 0) {
        take(reader, ',');
        r = expect(reader, ')');
    }
    if (r < 0)
        dtype_clear(&type.dtype);
    else
        *ret_type = type;
    return r;
}

/* A field under construction: what struct dtype_field points to, owned. */
struct field {
    char *name, *title;
    struct type type;
};

static void field_clear(struct field *field)
{
    free(field->name);
    free(field->title);
    dtype_clear(&field->type.dtype);
    *field = (struct field){0};
}

/* "name" or "('title', 'name')". */
static int take_field_name(struct reader *reader, struct field *field)
{
    if (!take(reader, '('))
        return take_string(reader, &field->name);
    int r = take_string(reader, &field->title);
    if (r == 0 && (r = expect(reader, ',')) == 0)
        r = take_string(reader, &field->name);
    if (r == 0) {
        take(reader, ',');
        r = expect(reader, ')');
    }
    return r;
}

/* "(name, descr)" or "(name, descr, shape)". What was taken before a failure stands in *field. */
static int take_field(struct reader *reader, int depth, struct field *field)
{
    int r;
    if ((r = expect(reader, '(')) < 0 || (r = take_field_name(reader, field)) < 0 ||
        (r = expect(reader, ',')) < 0 || (r = take_type(reader, depth, &field->type)) < 0)
        return r;
    r = next_item(reader, ')');
    if (r <= 0)
        return r;
    struct dims dims;
    if ((r = take_dims(reader, &dims)) < 0 || (r = wrap_type(reader, &field->type, &dims)) < 0)
        return r;
    take(reader, ',');
    return expect(reader, ')');
}

/* Room for one more field, doubling. */
static int grow_fields(struct reader *reader, struct field **fields, size_t n)
{
    if (n == DTYPE_FIELDS_MAX)
        return error_set(reader->error, EBADMSG, "a struct of more than %d fields", DTYPE_FIELDS_MAX);
    if (n & (n - 1))
        return 0;
    struct field *grown = realloc(*fields, (n ? 2 * n : 1) * sizeof *grown);
    if (!grown)
        return error_set(reader->error, ENOMEM, "no memory for a header");
    *fields = grown;
    return 0;
}

static int make_struct(struct reader *reader, const struct field *fields, size_t n, struct type *ret_type)
{
    struct dtype_field *made = calloc(n + 1, sizeof *made);
    if (!made)
        return error_set(reader->error, ENOMEM, "no memory for a header");
    for (size_t i = 0; i < n; i++) {
        made[i].name = fields[i].name;
        made[i].title = fields[i].title;
        made[i].dtype = fields[i].type.dtype;
        made[i].rank = fields[i].type.dims.rank;
        made[i].dims = fields[i].type.dims.dim;
        made[i].levels = fields[i].type.levels;
    }
    struct type type = {0};
    int r = dtype_make_struct(made, n, &type.dtype, reader->error);
    free(made);
    if (r == 0)
        *ret_type = type;
    return r;
}

/* "[field, …]", the reader behind "[". */
static int take_struct(struct reader *reader, int depth, struct type *ret_type)
{
    struct field *fields = NULL;
    size_t n = 0;
    int r = take(reader, ']') ? 0 : 1;
    while (r > 0) {
        if ((r = grow_fields(reader, &fields, n)) < 0)
            break;
        fields[n] = (struct field){0};
        r = take_field(reader, depth, &fields[n++]);
        if (r == 0)
            r = next_item(reader, ']');
    }
    if (r == 0)
        r = make_struct(reader, fields, n, ret_type);
    for (size_t i = 0; i < n; i++)
        field_clear(&fields[i]);
    free(fields);
    return r;
}

static int take_type(struct reader *reader, int depth, struct type *ret_type)
{
    if (depth > DTYPE_DEPTH_MAX)
        return error_set(reader->error, EBADMSG, "a type nested more than %d deep", DTYPE_DEPTH_MAX);
    switch (peek(reader)) {
    case '[':
        reader->at++;
        return take_struct(reader, depth + 1, ret_type);
    case '(':
        reader->at++;
        return take_sub_array(reader, depth + 1, ret_type);
    default:
        return take_simple_type(reader, ret_type);
    }
}

/* --- the dictionary --- */

struct dictionary {
    bool has_descr, has_order, has_shape;
    struct type type;
    bool fortran_order;
    struct dims shape;
};

static int take_bool(struct reader *reader, bool *ret_value)
{
    bool value = take_word(reader, "True");
    if (!value && !take_word(reader, "False"))
        return fail(reader, "fortran_order is neither True nor False");
    *ret_value = value;
    return 0;
}

static int take_value(struct reader *reader, const char *key, struct dictionary *dictionary)
{
    bool *seen = strcmp(key, "descr") == 0           ? &dictionary->has_descr
                 : strcmp(key, "fortran_order") == 0 ? &dictionary->has_order
                 : strcmp(key, "shape") == 0         ? &dictionary->has_shape
                                                     : NULL;
    if (!seen)
        return fail(reader, "a key that is none of 'descr', 'fortran_order', 'shape'");
    if (*seen)
        return fail(reader, "a key that occurs twice");
    int r = seen == &dictionary->has_descr   ? take_type(reader, 0, &dictionary->type)
            : seen == &dictionary->has_order ? take_bool(reader, &dictionary->fortran_order)
                                             : take_dims(reader, &dictionary->shape);
    *seen = r == 0;
    return r;
}

static int take_item(struct reader *reader, struct dictionary *dictionary)
{
    char *key;
    int r = take_string(reader, &key);
    if (r < 0)
        return r;
    r = expect(reader, ':');
    if (r == 0)
        r = take_value(reader, key, dictionary);
    free(key);
    return r;
}

/* All of the text. What was taken before a failure stands in *dictionary. */
static int take_dictionary(struct reader *reader, struct dictionary *dictionary)
{
    int r = expect(reader, '{');
    if (r < 0)
        return r;
    r = take(reader, '}') ? 0 : 1;
    while (r > 0)
        if ((r = take_item(reader, dictionary)) == 0)
            r = next_item(reader, '}');
    if (r < 0)
        return r;
    if (peek(reader) || reader->at < reader->end)
        return fail(reader, "something behind the dictionary");
    const char *missing = !dictionary->has_descr   ? "descr"
                          : !dictionary->has_order ? "fortran_order"
                          : !dictionary->has_shape ? "shape"
                                                   : NULL;
    return missing ? error_set(reader->error, EBADMSG, "malformed header: the key '%s' is missing", missing)
                   : 0;
}

/* The dtype moves from the dictionary into the matrix. */
static int build_matrix(struct dictionary *dictionary, uint64_t offset, struct matrix *ret_matrix,
                        struct error *error)
{
    struct matrix matrix = {.dtype = dictionary->type.dtype, .order = 'C', .offset = offset};
    const struct dims *shape = &dictionary->shape, *inner = &dictionary->type.dims;
    if (dictionary->fortran_order && shape->rank >= 2)
        matrix.order = 'F';
    /* A sub-array as the element type: its dimensions come last, which is what C order means. */
    if (inner->rank > 0 && matrix.order == 'F')
        return error_set(error, ENOTSUP, "Fortran order with a sub-array as element type is not supported");
    if (shape->rank + inner->rank > MATRIX_RANK_MAX)
        return error_set(error, EBADMSG, "more than %d dimensions", MATRIX_RANK_MAX);
    matrix.rank = shape->rank + inner->rank;
    memcpy(matrix.shape, shape->dim, (size_t)shape->rank * sizeof shape->dim[0]);
    memcpy(matrix.shape + shape->rank, inner->dim, (size_t)inner->rank * sizeof inner->dim[0]);
    uint64_t bytes;
    int r = matrix_bytes(&matrix, &bytes, error);
    if (r < 0)
        return r;
    if (bytes > INT64_MAX - offset)
        return error_set(error, EBADMSG, "the shape has more bytes than fit in 63 bits");
    dictionary->type.dtype = (struct dtype){0};
    *ret_matrix = matrix;
    return 0;
}

static int check_characters(const struct reader *reader)
{
    if (memchr(reader->at, '\0', (size_t)(reader->end - reader->at)))
        return error_set(reader->error, EBADMSG, "malformed header: a NUL byte");
    uint32_t character;
    for (const uint8_t *at = reader->at; reader->version >= 3 && at < reader->end;) {
        size_t taken = text_decode(at, (size_t)(reader->end - at), &character);
        if (taken == 0)
            return error_set(reader->error, EBADMSG, "malformed header: invalid UTF-8");
        at += taken;
    }
    return 0;
}

/* All of the reader's text as what lies at offset. */
static int take_text(struct reader *reader, uint64_t offset, struct matrix *ret_matrix)
{
    struct dictionary dictionary = {0};
    int r = check_characters(reader);
    if (r == 0)
        r = take_dictionary(reader, &dictionary);
    if (r == 0)
        r = build_matrix(&dictionary, offset, ret_matrix, reader->error);
    dtype_clear(&dictionary.type.dtype);
    return r;
}

bool npy_has_magic(const uint8_t *bytes, size_t n)
{
    return n >= MAGIC_SIZE && memcmp(bytes, MAGIC, MAGIC_SIZE) == 0;
}

/* Magic, version and length. Returns 0, the bytes needed to go on, or -EBADMSG. */
static int parse_prefix(const uint8_t *bytes, size_t n, size_t *ret_start, size_t *ret_end,
                        struct error *error)
{
    if (memcmp(bytes, MAGIC, n < MAGIC_SIZE ? n : MAGIC_SIZE) != 0)
        return error_set(error, EBADMSG, "does not begin with \\x93NUMPY");
    if (n < 10)
        return 10;
    if (bytes[6] < 1 || bytes[6] > 3 || bytes[7] != 0)
        return error_set(error, EBADMSG, "npy version %d.%d is not known (1.0, 2.0 and 3.0 are)", bytes[6],
                         bytes[7]);
    size_t start = bytes[6] == 1 ? 10 : 12;
    if (n < start)
        return (int)start;
    uint32_t length = bytes[8] | (uint32_t)bytes[9] << 8;
    if (start == 12)
        length |= (uint32_t)bytes[10] << 16 | (uint32_t)bytes[11] << 24;
    if (length > NPY_HEADER_MAX - start)
        return error_set(error, EBADMSG, "a header of %lu bytes (at most %d are read)", (unsigned long)length,
                         NPY_HEADER_MAX - (int)start);
    if (n < start + length)
        return (int)(start + length);
    *ret_start = start;
    *ret_end = start + length;
    return 0;
}

int npy_parse_header(const uint8_t *bytes, size_t n, struct matrix *ret_matrix, struct error *error)
{
    size_t start = 0, end = 0;
    int r = parse_prefix(bytes, n, &start, &end, error);
    if (r != 0)
        return r;
    struct reader reader = {
        .start = bytes, .at = bytes + start, .end = bytes + end, .version = bytes[6], .error = error};
    return take_text(&reader, end, ret_matrix);
}

int npy_parse_dictionary(const void *text, size_t n, uint64_t offset, struct matrix *ret_matrix,
                         struct error *error)
{
    const uint8_t *bytes = text;
    if (n > NPY_HEADER_MAX)
        return error_set(error, EBADMSG, "a header of %zu bytes (at most %d are read)", n, NPY_HEADER_MAX);
    if (offset > INT64_MAX)
        return error_set(error, EBADMSG, "data that begin behind what 63 bits can count");
    struct reader reader = {.start = bytes, .at = bytes, .end = bytes + n, .version = 3, .error = error};
    return take_text(&reader, offset, ret_matrix);
}
