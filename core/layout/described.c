/*
 * Raw bytes with a description beside them: product.md "Segments that describe themselves".
 */
#include <errno.h>
#include <string.h>

#include "core/layout/layout.h"
#include "core/layout/npy.h"
#include "core/sys/text.h"

int layout_check_size(const struct matrix *matrix, uint64_t size, struct error *error)
{
    uint64_t bytes, room = matrix->offset > size ? 0 : size - matrix->offset;
    int r = matrix_bytes(matrix, &bytes, error);
    if (r < 0)
        return r;
    if (matrix->offset > size || bytes > room)
        return error_set(
            error, EBADMSG, "its description tells of %llu bytes from byte %llu on, but it has %llu bytes",
            (unsigned long long)bytes, (unsigned long long)matrix->offset, (unsigned long long)size);
    return 0;
}

static int read_matrix(const char *header, size_t n, const char *offset_text, size_t offset_n, uint64_t size,
                       struct matrix *ret_matrix, struct error *error)
{
    struct matrix matrix;
    uint64_t offset = 0;
    if (offset_n > 0 && !text_read_u64(offset_text, offset_n, INT64_MAX, &offset))
        return error_set(error, EBADMSG, "the offset in its description is no number below 2^63");
    int r = npy_parse_dictionary(header, n, offset, &matrix, error);
    if (r < 0)
        return r;
    r = layout_check_size(&matrix, size, error);
    if (r < 0)
        matrix_clear(&matrix);
    else
        *ret_matrix = matrix;
    return r;
}

void layout_describe(const char *header, size_t n, const char *offset, size_t offset_n, uint64_t size,
                     struct layout_result *ret)
{
    struct error error = {0};
    *ret = (struct layout_result){.layout = LAYOUT_DESCRIBED};
    ret->damaged = read_matrix(header, n, offset, offset_n, size, &ret->matrix, &error) < 0;
    ret->has_matrix = !ret->damaged;
    memcpy(ret->reason, error.text, sizeof ret->reason);
}
