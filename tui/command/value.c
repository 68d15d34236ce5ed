#include "tui/command/value.h"

#include <stdlib.h>

#include "core/matrix/number.h"
#include "core/sys/memory.h"

void value_begin(struct value *value, const struct dtype *dtype)
{
    *value = (struct value){.dtype = dtype};
    if (dtype->kind == DTYPE_COMPLEX) {
        value->part = *dtype;
        value->part.kind = DTYPE_FLOAT;
        value->part.itemsize /= 2;
    }
    value->text = memory_grow(NULL, &value->size, 256, 1);
}

void value_end(struct value *value)
{
    free(value->text);
}

static const char *text_of(struct value *value, const struct dtype *dtype, const void *element)
{
    size_t length = number_text(dtype, element, NUMBER_FULL, value->text, value->size);
    if (length >= value->size) {
        value->text = memory_grow(value->text, &value->size, length + 1, 1);
        number_text(dtype, element, NUMBER_FULL, value->text, value->size);
    }
    return value->text;
}

const char *value_text(struct value *value, const void *element)
{
    return text_of(value, value->dtype, element);
}

void value_json(struct value *value, struct json *json, const void *element)
{
    const uint8_t *parts = element;
    switch (value->dtype->kind) {
    case DTYPE_BOOL:
        json_put_bool(json, number_double(value->dtype, element) != 0);
        break;
    case DTYPE_INT:
    case DTYPE_UINT:
    case DTYPE_FLOAT:
        json_put_number(json, value_text(value, element));
        break;
    case DTYPE_COMPLEX:
        json_open_array(json);
        json_put_number(json, text_of(value, &value->part, parts));
        json_put_number(json, text_of(value, &value->part, parts + value->part.itemsize));
        json_close(json);
        break;
    default:
        json_put_text(json, value_text(value, element));
    }
}
