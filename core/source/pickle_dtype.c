/*
 * Element types: dtype("f8", False, True) makes one, its state (version, order, sub-array, names, fields,
 * itemsize, alignment, flags, metadata) says the rest. Fields lie anywhere in an element, with what numpy's
 * align=True leaves between them: padding that dtype.descr, and so an .npy header, names.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/source/pickle_private.h"
#include "core/sys/checked.h"
#include "core/sys/text.h"

#define HAS_OBJECTS 1 /* numpy's NPY_ITEM_HASOBJECT */

enum { VERSION, ORDER, SUB_ARRAY, NAMES, FIELDS, ITEMSIZE, ALIGNMENT, FLAGS, METADATA, STATE_MAX };

static int refuse_objects(struct pickle_machine *machine)
{
    return pickle_refuse(machine, ENOTSUP, "an object array: its values are pickles themselves");
}

int pickle_make_dtype(struct pickle_machine *machine, struct pickle_value arguments)
{
    struct pickle_dtype made = {0};
    struct error error = {0};
    char printable[64];
    void *place;
    size_t n;
    const struct pickle_value *given = pickle_items_of(machine, arguments, &n);
    const char *name = n >= 1 && n <= 3 ? pickle_plain_string(machine, given[0]) : NULL;
    if (!name)
        return pickle_refuse(machine, ENOTSUP, "calls dtype with something other than a type's name");
    if (name[0] == 'O')
        return refuse_objects(machine);
    if (dtype_parse(name, &made.dtype, &error) == -ENOTSUP)
        return pickle_refuse(machine, ENOTSUP, "%s", error.text);
    if (error.code) {
        struct text text;
        text_init(&text, printable, sizeof printable);
        text_add_escaped_bytes(&text, name, strlen(name));
        return pickle_refuse(machine, ENOTSUP, "element type '%s' is not supported", printable);
    }
    int r = pickle_grow(machine, &machine->dtypes, sizeof made, 1, PICKLE_DTYPES_MAX, "types", &place);
    if (r < 0)
        return r;
    *(struct pickle_dtype *)place = made;
    return pickle_push(machine, PICKLE_DTYPE, (int64_t)machine->dtypes.count - 1);
}

/* --- simple types --- */

/* numpy's metadata of a datetime: (dict, (unit, count, divisor, events)). "" where there is none. */
static int read_unit(struct pickle_machine *machine, struct pickle_value metadata,
                     char ret_unit[DTYPE_UNIT_MAX])
{
    size_t n = 0;
    const struct pickle_value *parts =
        metadata.kind == PICKLE_TUPLE ? pickle_items_of(machine, metadata, &n) : NULL;
    ret_unit[0] = '\0';
    if (metadata.kind == PICKLE_NONE)
        return 0;
    bool is_pair = n == 2 && parts[1].kind == PICKLE_TUPLE;
    const struct pickle_value *of = is_pair ? pickle_items_of(machine, parts[1], &n) : NULL;
    const char *unit = is_pair && n >= 3 ? pickle_plain_string(machine, of[0]) : NULL;
    if (!unit || of[1].kind != PICKLE_INT || of[2].kind != PICKLE_INT || of[2].number != 1)
        return pickle_refuse(machine, ENOTSUP, "a unit of a datetime in a form that is not known");
    if (strcmp(unit, "generic") == 0)
        return 0;
    int length = snprintf(ret_unit, DTYPE_UNIT_MAX, "[%lld%s]", (long long)of[1].number, unit);
    if (length >= DTYPE_UNIT_MAX)
        return pickle_refuse(machine, EBADMSG, "a unit of a datetime that makes no sense");
    return 0;
}

static int build_simple(struct pickle_machine *machine, struct pickle_dtype *type, char order,
                        struct pickle_value itemsize, struct pickle_value metadata)
{
    enum dtype_kind kind = type->dtype.kind;
    uint64_t size = type->dtype.itemsize;
    char unit[DTYPE_UNIT_MAX] = "";
    struct error error = {0};
    if (kind == DTYPE_BYTES || kind == DTYPE_UNICODE || kind == DTYPE_VOID) {
        if (itemsize.kind != PICKLE_INT || itemsize.number < 0)
            return pickle_refuse(machine, EBADMSG, "a type without a size");
        size = (uint64_t)itemsize.number;
    } else if (kind == DTYPE_DATETIME || kind == DTYPE_TIMEDELTA) {
        int r = read_unit(machine, metadata, unit);
        if (r < 0)
            return r;
    }
    if (dtype_make(kind, order, size, unit, &type->dtype, &error) < 0)
        return pickle_refuse(machine, error.code == ENOTSUP ? ENOTSUP : EBADMSG, "%s", error.text);
    return 0;
}

/* --- a field that is an array: (dtype, shape) --- */

static int take_dims(struct pickle_machine *machine, struct pickle_value shape, uint64_t *dims, int *ret_rank)
{
    size_t n = 1;
    const struct pickle_value *of = shape.kind == PICKLE_TUPLE ? pickle_items_of(machine, shape, &n) : &shape;
    if (n > DTYPE_RANK_MAX)
        return pickle_refuse(machine, EBADMSG, "a field of %zu dimensions", n);
    for (size_t axis = 0; axis < n; axis++) {
        if (of[axis].kind != PICKLE_INT || of[axis].number < 0)
            return pickle_refuse(machine, EBADMSG, "a field's shape that is no tuple of natural numbers");
        dims[axis] = (uint64_t)of[axis].number;
    }
    *ret_rank = (int)n;
    return 0;
}

static bool size_of(const struct pickle_dtype *type, uint64_t *ret_size)
{
    uint64_t size = type->dtype.itemsize;
    for (int axis = 0; axis < type->rank; axis++)
        if (checked_mul_u64(size, type->dims[axis], &size) || size > DTYPE_SIZE_MAX)
            return false;
    *ret_size = size;
    return true;
}

/* The elements' own dims, where they are arrays again, follow as an inner level. */
static int add_inner(struct pickle_machine *machine, const struct pickle_dtype *inner, uint64_t *dims,
                     struct pickle_dtype *type)
{
    if (type->rank + inner->rank > DTYPE_RANK_MAX)
        return pickle_refuse(machine, EBADMSG, "a field of %d dimensions", type->rank + inner->rank);
    if (inner->rank > 0) {
        memcpy(dims + type->rank, inner->dims, (size_t)inner->rank * sizeof dims[0]);
        if (type->rank > 0)
            type->levels = 1ull << type->rank;
        type->levels |= inner->levels << type->rank;
    }
    type->rank += inner->rank;
    return 0;
}

static int build_sub_array(struct pickle_machine *machine, struct pickle_dtype *type,
                           struct pickle_value sub_array, struct pickle_value itemsize)
{
    uint64_t dims[DTYPE_RANK_MAX], size;
    struct pickle_dtype made = {.is_built = true};
    size_t n = 0;
    const struct pickle_value *parts =
        sub_array.kind == PICKLE_TUPLE ? pickle_items_of(machine, sub_array, &n) : NULL;
    if (n != 2 || parts[0].kind != PICKLE_DTYPE)
        return pickle_refuse(machine, EBADMSG, "a field's shape in a form that is not known");
    const struct pickle_dtype *inner = pickle_dtype_of(machine, parts[0]);
    int r = take_dims(machine, parts[1], dims, &made.rank);
    if (r < 0 || (r = add_inner(machine, inner, dims, &made)) < 0)
        return r;
    made.dims = dims;
    made.depth = inner->depth;
    made.fields = inner->fields;
    made.dtype = inner->dtype;
    if (!size_of(&made, &size) || itemsize.kind != PICKLE_INT || (uint64_t)itemsize.number != size)
        return pickle_refuse(machine, EBADMSG, "a field whose size is not that of its elements");
    size_t bytes = (size_t)made.rank * sizeof dims[0];
    if (!(made.dims = malloc(bytes ? bytes : 1)))
        return pickle_no_memory(machine);
    memcpy(made.dims, dims, bytes);
    made.dtype = dtype_dup(&inner->dtype);
    dtype_clear(&type->dtype);
    *type = made;
    return 0;
}

/* --- structs --- */

/* A struct under construction. */
struct fields {
    struct dtype_field *list;
    size_t count;
    uint64_t end; /* of the last */
    int depth;
    size_t total; /* with those within */
};

static int pad(struct pickle_machine *machine, struct fields *fields, uint64_t offset)
{
    if (offset < fields->end)
        return pickle_refuse(machine, ENOTSUP, "a struct whose fields overlap or are out of order");
    if (offset > DTYPE_SIZE_MAX)
        return pickle_refuse(machine, EBADMSG, "a struct of more than %d bytes", DTYPE_SIZE_MAX);
    if (offset > fields->end)
        fields->list[fields->count++] = (struct dtype_field){
            .name = "", .dtype = {.kind = DTYPE_VOID, .order = '|', .itemsize = offset - fields->end}};
    fields->end = offset;
    return 0;
}

static bool is_utf8(const char *text)
{
    uint32_t character;
    for (size_t left = strlen(text), n; left > 0; text += n, left -= n)
        if ((n = text_decode(text, left, &character)) == 0)
            return false;
    return true;
}

/* The value of a name in the dict of fields: (dtype, offset) or (dtype, offset, title). */
static int add_field(struct pickle_machine *machine, struct fields *fields, struct pickle_value name,
                     const struct pickle_value *value)
{
    size_t n = 0;
    uint64_t size;
    const struct pickle_value *parts =
        value && value->kind == PICKLE_TUPLE ? pickle_items_of(machine, *value, &n) : NULL;
    const char *chars = pickle_plain_string(machine, name);
    const char *title = n == 3 ? pickle_plain_string(machine, parts[2]) : NULL;
    if ((n != 2 && !title) || parts[0].kind != PICKLE_DTYPE || parts[1].kind != PICKLE_INT ||
        parts[1].number < 0)
        return pickle_refuse(machine, EBADMSG, "a field of a struct in a form that is not known");
    if (!chars || !is_utf8(chars) || (title && !is_utf8(title)))
        return pickle_refuse(machine, EBADMSG, "a field's name that is no text");
    const struct pickle_dtype *type = pickle_dtype_of(machine, parts[0]);
    int r = pad(machine, fields, (uint64_t)parts[1].number);
    if (r < 0)
        return r;
    if (!size_of(type, &size))
        return pickle_refuse(machine, EBADMSG, "a struct of more than %d bytes", DTYPE_SIZE_MAX);
    fields->end += size;
    fields->depth = type->depth > fields->depth ? type->depth : fields->depth;
    fields->total += 1 + type->fields;
    fields->list[fields->count++] = (struct dtype_field){.name = chars,
                                                         .title = title,
                                                         .dtype = type->dtype,
                                                         .rank = type->rank,
                                                         .dims = type->dims,
                                                         .levels = type->levels};
    return 0;
}

static int gather(struct pickle_machine *machine, struct fields *fields, const struct pickle_value *names,
                  size_t n, struct pickle_value dict, struct pickle_value itemsize)
{
    if (itemsize.kind != PICKLE_INT || itemsize.number < 0)
        return pickle_refuse(machine, EBADMSG, "a type without a size");
    for (size_t i = 0; i < n; i++) {
        if (names[i].kind != PICKLE_STRING)
            return pickle_refuse(machine, EBADMSG, "a field's name that is no text");
        int r = add_field(machine, fields, names[i], pickle_dict_find(machine, dict, names[i]));
        if (r < 0)
            return r;
    }
    /* The memo makes a few types into very many fields. */
    if (fields->total > PICKLE_ENTRIES_MAX)
        return pickle_refuse(machine, EBADMSG, "more fields than any array needs");
    if (fields->depth >= DTYPE_DEPTH_MAX)
        return pickle_refuse(machine, EBADMSG, "a type nested more than %d deep", DTYPE_DEPTH_MAX);
    return pad(machine, fields, (uint64_t)itemsize.number);
}

static int set_fields(struct pickle_machine *machine, struct pickle_dtype *type, const struct fields *fields)
{
    struct error error = {0};
    struct dtype made;
    if (dtype_make_struct(fields->list, fields->count, &made, &error) < 0)
        return pickle_refuse(machine, error.code, "%s", error.text);
    dtype_clear(&type->dtype);
    type->dtype = made;
    type->depth = fields->depth + 1;
    type->fields = fields->total;
    return 0;
}

/* A dict has two entries for a field with a title. */
static int build_struct(struct pickle_machine *machine, struct pickle_dtype *type,
                        const struct pickle_value *state)
{
    size_t n;
    const struct pickle_value *names = pickle_items_of(machine, state[NAMES], &n);
    const struct pickle_dict *dict = (const struct pickle_dict *)machine->dicts.items + state[FIELDS].number;
    if (n > DTYPE_FIELDS_MAX || dict->count > 2 * DTYPE_FIELDS_MAX)
        return pickle_refuse(machine, EBADMSG, "a struct of more than %d fields", DTYPE_FIELDS_MAX);
    machine->fields += n;
    if (machine->fields > PICKLE_ENTRIES_MAX)
        return pickle_refuse(machine, EBADMSG, "more fields than any array needs");
    struct fields fields = {.list = calloc(2 * n + 1, sizeof *fields.list)};
    if (!fields.list)
        return pickle_no_memory(machine);
    int r = gather(machine, &fields, names, n, state[FIELDS], state[ITEMSIZE]);
    if (r == 0)
        r = set_fields(machine, type, &fields);
    free(fields.list);
    return r;
}

/* --- the state --- */

static int read_order(struct pickle_machine *machine, struct pickle_value value, char *ret_order)
{
    const char *order = pickle_plain_string(machine, value);
    if (!order || !order[0] || order[1] || !strchr("<>=|", order[0]))
        return pickle_refuse(machine, EBADMSG, "a byte order that is none of < > = |");
    *ret_order = order[0];
    return 0;
}

static int build_kind(struct pickle_machine *machine, struct pickle_dtype *type,
                      const struct pickle_value *state)
{
    char order = 0;
    int r = read_order(machine, state[ORDER], &order);
    if (r < 0)
        return r;
    if (state[SUB_ARRAY].kind != PICKLE_NONE)
        return build_sub_array(machine, type, state[SUB_ARRAY], state[ITEMSIZE]);
    if (state[NAMES].kind == PICKLE_NONE && state[FIELDS].kind == PICKLE_NONE)
        return build_simple(machine, type, order, state[ITEMSIZE], state[METADATA]);
    if (type->dtype.kind != DTYPE_VOID || state[NAMES].kind != PICKLE_TUPLE ||
        state[FIELDS].kind != PICKLE_DICT)
        return pickle_refuse(machine, EBADMSG, "a struct's fields in a form that is not known");
    return build_struct(machine, type, state);
}

/* 9 parts as of version 4, where a datetime has a unit; 8 as of version 3. */
int pickle_build_dtype(struct pickle_machine *machine, struct pickle_value target, struct pickle_value state)
{
    struct pickle_value parts[STATE_MAX] = {[METADATA] = {.kind = PICKLE_NONE}};
    struct pickle_dtype *type = pickle_dtype_of(machine, target);
    size_t n = 0;
    const struct pickle_value *given =
        state.kind == PICKLE_TUPLE ? pickle_items_of(machine, state, &n) : NULL;
    if (n != METADATA && n != STATE_MAX)
        return pickle_refuse(machine, ENOTSUP, "a state of a dtype that is no tuple of 8 or 9");
    memcpy(parts, given, n * sizeof parts[0]);
    if (parts[VERSION].kind != PICKLE_INT || parts[VERSION].number < 3 || parts[VERSION].number > 4)
        return pickle_refuse(machine, ENOTSUP, "a state of a dtype whose version is neither 3 nor 4");
    if (type->is_built)
        return pickle_refuse(machine, EBADMSG, "a dtype whose state is set twice");
    if (parts[FLAGS].kind != PICKLE_INT || parts[FLAGS].number & HAS_OBJECTS)
        return refuse_objects(machine);
    int r = build_kind(machine, type, parts);
    if (r == 0)
        type->is_built = true;
    return r;
}
