#include "core/matrix/dtype.h"

#include <endian.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "core/sys/checked.h"
#include "core/sys/text.h"

#define NATIVE  (__BYTE_ORDER == __LITTLE_ENDIAN ? '<' : '>')
#define SWAPPED (__BYTE_ORDER == __LITTLE_ENDIAN ? '>' : '<')

/* Fields are immutable once made, so that threads may share them; the count is the only thing that changes.
 */
struct dtype_fields {
    _Atomic unsigned references;
    size_t count;
    struct dtype_field field[]; /* name, title and dims owned, dtype dupped */
};

struct dtype dtype_dup(const struct dtype *dtype)
{
    if (dtype->fields)
        atomic_fetch_add_explicit(&dtype->fields->references, 1, memory_order_relaxed);
    return *dtype;
}

static void fields_free(struct dtype_fields *fields)
{
    for (size_t i = 0; i < fields->count; i++) {
        free((char *)fields->field[i].name);
        free((char *)fields->field[i].title);
        free((uint64_t *)fields->field[i].dims);
        dtype_clear(&fields->field[i].dtype);
    }
    free(fields);
}

void dtype_clear(struct dtype *dtype)
{
    if (dtype->fields && atomic_fetch_sub_explicit(&dtype->fields->references, 1, memory_order_acq_rel) == 1)
        fields_free(dtype->fields);
    dtype->fields = NULL;
}

static bool string_equal(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool field_equal(const struct dtype_field *a, const struct dtype_field *b)
{
    return a->rank == b->rank && a->levels == b->levels && string_equal(a->name, b->name) &&
           string_equal(a->title, b->title) && dtype_equal(&a->dtype, &b->dtype) &&
           (a->rank == 0 || memcmp(a->dims, b->dims, (size_t)a->rank * sizeof a->dims[0]) == 0);
}

bool dtype_equal(const struct dtype *a, const struct dtype *b)
{
    if (a->kind != b->kind || a->order != b->order || a->itemsize != b->itemsize ||
        strcmp(a->unit, b->unit) != 0)
        return false;
    size_t count = dtype_field_count(a);
    if (count != dtype_field_count(b))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!field_equal(&a->fields->field[i], &b->fields->field[i]))
            return false;
    return true;
}

/* --- simple types --- */

static bool is_power_of_two_upto(uint64_t size, uint64_t least, uint64_t most)
{
    return size >= least && size <= most && (size & (size - 1)) == 0;
}

static bool size_is_legal(enum dtype_kind kind, uint64_t size)
{
    switch (kind) {
    case DTYPE_BOOL:
        return size == 1;
    case DTYPE_INT:
    case DTYPE_UINT:
        return is_power_of_two_upto(size, 1, 8);
    case DTYPE_FLOAT:
        return is_power_of_two_upto(size, 2, 8);
    case DTYPE_COMPLEX:
        return is_power_of_two_upto(size, 8, 16);
    case DTYPE_DATETIME:
    case DTYPE_TIMEDELTA:
        return size == 8;
    case DTYPE_BYTES:
    case DTYPE_VOID:
        return size <= DTYPE_SIZE_MAX;
    case DTYPE_UNICODE:
        return size <= DTYPE_SIZE_MAX && size % 4 == 0;
    case DTYPE_STRUCT:
        break;
    }
    return false;
}

/* "[ns]", "[25s]" or "" into numpy's form, which has no count of 1. */
static bool copy_unit(const char *unit, char ret_unit[DTYPE_UNIT_MAX])
{
    static const char *const known[] = {"Y",  "M",  "W",  "D",  "h",  "m", "s",
                                        "ms", "us", "ns", "ps", "fs", "as"};
    size_t length = strlen(unit);
    ret_unit[0] = '\0';
    if (length == 0)
        return true;
    if (length < 3 || unit[0] != '[' || unit[length - 1] != ']')
        return false;
    uint64_t count = 0;
    size_t at = 1;
    for (; unit[at] >= '0' && unit[at] <= '9'; at++)
        if ((count = count * 10 + (uint64_t)(unit[at] - '0')) > INT32_MAX)
            return false;
    if (at > 1 && count == 0)
        return false;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (length - 1 - at != strlen(known[i]) || strncmp(unit + at, known[i], length - 1 - at) != 0)
            continue;
        struct text text;
        text_init(&text, ret_unit, DTYPE_UNIT_MAX);
        text_add_char(&text, '[');
        if (count > 1)
            text_add_u64(&text, count);
        text_add_string(&text, known[i]);
        text_add_char(&text, ']');
        return true;
    }
    return false;
}

static char settle_order(enum dtype_kind kind, char order, uint64_t size)
{
    if (kind == DTYPE_BYTES || kind == DTYPE_VOID || kind == DTYPE_STRUCT || size == 1)
        return '|';
    return order == '<' || order == '>' ? order : NATIVE;
}

/* As dtype_make, but false for whatever is no legal type. */
static bool make_simple(enum dtype_kind kind, char order, uint64_t itemsize, const char *unit,
                        struct dtype *ret_dtype)
{
    struct dtype dtype = {.kind = kind, .order = settle_order(kind, order, itemsize), .itemsize = itemsize};
    if (!order || !strchr("<>=|", order) || !size_is_legal(kind, itemsize))
        return false;
    if (kind == DTYPE_DATETIME || kind == DTYPE_TIMEDELTA) {
        if (!copy_unit(unit ? unit : "", dtype.unit))
            return false;
    } else if (unit && unit[0]) {
        return false;
    }
    *ret_dtype = dtype;
    return true;
}

int dtype_make(enum dtype_kind kind, char order, uint64_t itemsize, const char *unit, struct dtype *ret_dtype,
               struct error *error)
{
    if (kind == (enum dtype_kind)'O')
        return error_set(error, ENOTSUP, "object arrays are not supported: their values are pickles");
    if (kind == DTYPE_FLOAT && (itemsize == 12 || itemsize == 16))
        return error_set(error, ENOTSUP, "float%d is not supported", (int)itemsize * 8);
    if (kind == DTYPE_COMPLEX && (itemsize == 24 || itemsize == 32))
        return error_set(error, ENOTSUP, "complex%d is not supported", (int)itemsize * 8);
    if (!make_simple(kind, order, itemsize, unit, ret_dtype))
        return error_set(error, EINVAL, "no element type of kind '%c' has %llu bytes%s",
                         kind > ' ' && kind < 0x7f ? (char)kind : '?', (unsigned long long)itemsize,
                         unit && unit[0] ? " and this unit" : "");
    return 0;
}

struct alias {
    const char *name;
    char kind;
    unsigned char size;
};

/* numpy's names and one-letter codes. 'l' and 'L' as on 64-bit Linux. */
static const struct alias aliases[] = {
    {"bool", 'b', 1},        {"?", 'b', 1},           {"int8", 'i', 1},
    {"b", 'i', 1},           {"int16", 'i', 2},       {"h", 'i', 2},
    {"int32", 'i', 4},       {"i", 'i', 4},           {"int64", 'i', 8},
    {"q", 'i', 8},           {"l", 'i', 8},           {"int", 'i', 8},
    {"uint8", 'u', 1},       {"B", 'u', 1},           {"uint16", 'u', 2},
    {"H", 'u', 2},           {"uint32", 'u', 4},      {"I", 'u', 4},
    {"uint64", 'u', 8},      {"Q", 'u', 8},           {"L", 'u', 8},
    {"uint", 'u', 8},        {"float16", 'f', 2},     {"half", 'f', 2},
    {"e", 'f', 2},           {"float32", 'f', 4},     {"single", 'f', 4},
    {"f", 'f', 4},           {"float64", 'f', 8},     {"double", 'f', 8},
    {"float", 'f', 8},       {"d", 'f', 8},           {"complex64", 'c', 8},
    {"F", 'c', 8},           {"complex128", 'c', 16}, {"complex", 'c', 16},
    {"D", 'c', 16},          {"float96", 'f', 12},    {"float128", 'f', 16},
    {"longdouble", 'f', 16}, {"g", 'f', 16},          {"complex192", 'c', 24},
    {"complex256", 'c', 32}, {"G", 'c', 32},          {"clongdouble", 'c', 32},
    {"object", 'O', 8},
};

static const struct alias *find_alias(const char *text)
{
    for (size_t i = 0; i < sizeof aliases / sizeof aliases[0]; i++)
        if (strcmp(aliases[i].name, text) == 0)
            return &aliases[i];
    return NULL;
}

/* The decimal number at *text, at most DTYPE_SIZE_MAX; moves *text behind it. */
static bool take_size(const char **text, uint64_t *ret_size)
{
    uint64_t size = 0;
    const char *at = *text;
    for (; *at >= '0' && *at <= '9'; at++)
        if ((size = size * 10 + (uint64_t)(*at - '0')) > DTYPE_SIZE_MAX)
            return false;
    if (at == *text)
        return false;
    *text = at;
    *ret_size = size;
    return true;
}

static int refuse_text(const char *whole, struct error *error)
{
    char printable[64];
    struct text text;
    text_init(&text, printable, sizeof printable);
    text_add_escaped_bytes(&text, whole, strlen(whole));
    return error_set(error, EINVAL, "'%s' is no element type; expected one like f2, <f8, float32, u1 or bool",
                     printable);
}

int dtype_parse(const char *whole, struct dtype *ret_dtype, struct error *error)
{
    const char *text = whole;
    char order = '=';
    if (text[0] && strchr("<>=|", text[0]))
        order = *text++;
    const struct alias *alias = find_alias(text);
    /* A long name takes no order: numpy has no "<float16". */
    if (alias && (text == whole || !alias->name[1]))
        return dtype_make((enum dtype_kind)alias->kind, order, alias->size, NULL, ret_dtype, error);
    char kind = text[0];
    uint64_t size = 8;
    if (strncmp(text, "datetime64", 10) == 0 || strncmp(text, "timedelta64", 11) == 0) {
        kind = text[0] == 'd' ? 'M' : 'm';
        text += kind == 'M' ? 10 : 11;
    } else if (kind == 'O' && !text[1]) {
        return dtype_make((enum dtype_kind)kind, order, size, NULL, ret_dtype, error);
    } else {
        if (!kind || !strchr("biufcSaUVMmO", kind))
            return refuse_text(whole, error);
        text++;
        if (!take_size(&text, &size))
            return refuse_text(whole, error);
    }
    if (kind == 'a')
        kind = DTYPE_BYTES;
    if (kind == DTYPE_UNICODE)
        size *= 4;
    if (text[0] && kind != DTYPE_DATETIME && kind != DTYPE_TIMEDELTA)
        return refuse_text(whole, error);
    struct error specific = {0};
    int r = dtype_make((enum dtype_kind)kind, order, size, text, ret_dtype, &specific);
    if (r == -ENOTSUP && error)
        *error = specific;
    return r == -EINVAL ? refuse_text(whole, error) : r;
}

/* --- structs --- */

uint64_t dtype_field_size(const struct dtype_field *field)
{
    uint64_t size = field->dtype.itemsize;
    for (int axis = 0; axis < field->rank; axis++)
        size *= field->dims[axis];
    return size;
}

bool dtype_field_is_padding(const struct dtype_field *field)
{
    return field->name[0] == '\0' && field->dtype.kind == DTYPE_VOID && field->rank == 0;
}

static bool checked_field_size(const struct dtype_field *field, uint64_t *ret_size)
{
    uint64_t size = field->dtype.itemsize;
    for (int axis = 0; axis < field->rank; axis++)
        if (checked_mul_u64(size, field->dims[axis], &size) || size > DTYPE_SIZE_MAX)
            return false;
    *ret_size = size;
    return true;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int check_names(const struct dtype_field *fields, size_t n, struct error *error)
{
    const char *names[DTYPE_FIELDS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        if (!dtype_field_is_padding(&fields[i]))
            names[count++] = fields[i].name;
    qsort(names, count, sizeof names[0], compare_names);
    for (size_t i = 1; i < count; i++) {
        if (strcmp(names[i - 1], names[i]) != 0)
            continue;
        char printable[64];
        struct text text;
        text_init(&text, printable, sizeof printable);
        text_add_escaped_bytes(&text, names[i], strlen(names[i]));
        return error_set(error, EBADMSG, "field '%s' occurs more than once", printable);
    }
    return 0;
}

static bool copy_field(const struct dtype_field *from, struct dtype_field *ret)
{
    size_t dims_size = (size_t)from->rank * sizeof from->dims[0];
    uint64_t *dims = from->rank ? malloc(dims_size) : NULL;
    char *name = strdup(from->name);
    char *title = from->title ? strdup(from->title) : NULL;
    if (!name || (from->title && !title) || (from->rank && !dims)) {
        free(name);
        free(title);
        free(dims);
        return false;
    }
    *ret = *from;
    if (dims)
        memcpy(dims, from->dims, dims_size);
    ret->name = name;
    ret->title = title;
    ret->dims = dims;
    ret->dtype = dtype_dup(&from->dtype);
    return true;
}

int dtype_make_struct(const struct dtype_field *fields, size_t n, struct dtype *ret_dtype,
                      struct error *error)
{
    if (n > DTYPE_FIELDS_MAX)
        return error_set(error, EBADMSG, "a struct of more than %d fields", DTYPE_FIELDS_MAX);
    int r = check_names(fields, n, error);
    if (r < 0)
        return r;
    struct dtype_fields *made = calloc(1, sizeof *made + n * sizeof made->field[0]);
    if (!made)
        return error_set(error, ENOMEM, "no memory for a struct type");
    made->references = 1;
    uint64_t offset = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t size;
        if (!checked_field_size(&fields[i], &size) || offset + size > DTYPE_SIZE_MAX) {
            fields_free(made);
            return error_set(error, EBADMSG, "a struct of more than %d bytes", DTYPE_SIZE_MAX);
        }
        if (!copy_field(&fields[i], &made->field[i])) {
            fields_free(made);
            return error_set(error, ENOMEM, "no memory for a struct type");
        }
        made->count++;
        made->field[i].offset = offset;
        offset += size;
    }
    *ret_dtype = (struct dtype){.kind = DTYPE_STRUCT, .order = '|', .itemsize = offset, .fields = made};
    return 0;
}

size_t dtype_field_count(const struct dtype *dtype)
{
    return dtype->fields ? dtype->fields->count : 0;
}

struct dtype_field dtype_field_at(const struct dtype *dtype, size_t index)
{
    return dtype->fields->field[index];
}

/* --- properties --- */

bool dtype_is_numeric(const struct dtype *dtype)
{
    return dtype->kind == DTYPE_BOOL || dtype->kind == DTYPE_INT || dtype->kind == DTYPE_UINT ||
           dtype->kind == DTYPE_FLOAT || dtype->kind == DTYPE_COMPLEX;
}

bool dtype_is_swapped(const struct dtype *dtype)
{
    return dtype->order == SWAPPED;
}

uint64_t dtype_swap_unit(const struct dtype *dtype)
{
    switch (dtype->kind) {
    case DTYPE_INT:
    case DTYPE_UINT:
    case DTYPE_FLOAT:
    case DTYPE_DATETIME:
    case DTYPE_TIMEDELTA:
        return dtype->itemsize;
    case DTYPE_COMPLEX:
        return dtype->itemsize / 2;
    case DTYPE_UNICODE:
        return 4;
    default:
        return 1;
    }
}
