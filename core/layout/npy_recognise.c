#include <errno.h>

#include "core/layout/npy.h"
#include "core/layout/recogniser.h"

static enum verdict check_against_file(const struct layout_probe *probe, struct matrix *matrix,
                                       struct error *error)
{
    uint64_t bytes;
    if (matrix_bytes(matrix, &bytes, error) < 0)
        return VERDICT_DAMAGED;
    /* The parser saw the whole header, so offset <= size where the probe tells the truth; a growing file may
     * not. */
    if (matrix->offset > probe->size || bytes > probe->size - matrix->offset) {
        error_set(error, EBADMSG,
                  "its header tells of %llu bytes of data, but the file has %llu behind the header",
                  (unsigned long long)bytes,
                  (unsigned long long)(matrix->offset > probe->size ? 0 : probe->size - matrix->offset));
        return VERDICT_DAMAGED;
    }
    return VERDICT_YES;
}

enum verdict npy_recognise(const struct layout_probe *probe, struct layout_result *ret, size_t *ret_need,
                           struct error *error)
{
    if (!npy_has_magic(probe->head, probe->head_size))
        return VERDICT_NO;
    struct matrix matrix;
    int r = npy_parse_header(probe->head, probe->head_size, &matrix, error);
    if (r > 0 && (uint64_t)r > probe->size) {
        error_set(error, EBADMSG, "its header is cut short: %d bytes needed, the file has %llu", r,
                  (unsigned long long)probe->size);
        return VERDICT_DAMAGED;
    }
    if (r > 0) {
        *ret_need = (size_t)r;
        return VERDICT_NEED;
    }
    if (r < 0)
        return VERDICT_DAMAGED;
    enum verdict verdict = check_against_file(probe, &matrix, error);
    if (verdict == VERDICT_YES)
        ret->matrix = matrix;
    else
        matrix_clear(&matrix);
    return verdict;
}
