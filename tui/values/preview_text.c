/*
 * Values of the preview as text.
 */
#include <stdio.h>
#include <string.h>

#include "core/matrix/number.h"
#include "core/matrix/window.h"
#include "core/segment/name.h"
#include "core/sys/checked.h"
#include "tui/values/preview_private.h"

static size_t append(char *buf, size_t size, size_t length, const char *text)
{
    if (length < size)
        snprintf(buf + length, size - length, "%s", text);
    return length + strlen(text);
}

/* A field that is an array: its elements in brackets, as many as were read. */
static size_t array_text(const struct dtype_field *field, const uint8_t *cell, uint64_t bytes, int style,
                         char *buf, size_t size)
{
    uint64_t count = field->dtype.itemsize ? bytes / field->dtype.itemsize : 0, all = 1;
    size_t length = append(buf, size, 0, "[");
    for (int i = 0; i < field->rank; i++)
        if (checked_mul_u64(all, field->dims[i], &all))
            all = UINT64_MAX;
    for (uint64_t i = 0; i < count && length < size; i++) {
        char text[PREVIEW_TEXT_MAX];
        uint8_t element[PREVIEW_CELL_MAX];
        memcpy(element, cell + i * field->dtype.itemsize, field->dtype.itemsize);
        window_swap(&field->dtype, element, 1);
        number_text(&field->dtype, element, style, text, sizeof text);
        if (i > 0)
            length = append(buf, size, length, ", ");
        length = append(buf, size, length, text);
    }
    return append(buf, size, length, count < all ? ", …]" : "]");
}

size_t preview_cell_text(const struct preview *preview, const uint8_t *cell, uint64_t column, int style,
                         char *buf, size_t size)
{
    const struct dtype *whole = &preview->matrix.dtype;
    struct dtype dtype = preview_column_dtype(&preview->matrix, preview->arrangement, column);
    uint64_t full = whole->itemsize;
    if (preview->arrangement == ARRANGE_FIELDS) {
        struct dtype_field field = dtype_field_at(whole, column);
        full = field.dtype.itemsize;
        if (field.rank > 0)
            return array_text(&field, cell, dtype.itemsize, style, buf, size);
    }
    size_t length = number_text(&dtype, cell, style, buf, size);
    if (length >= size)
        length = strlen(buf);
    return full > dtype.itemsize ? append(buf, size, length, "…") : length;
}
