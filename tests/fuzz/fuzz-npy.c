/*
 * Any bytes as the beginning of a segment: the parser must settle on a verdict without a step beyond them,
 * and what it takes must survive being written and read again.
 */
#include <stdlib.h>
#include <string.h>

#include "core/layout/layout.h"
#include "core/layout/npy.h"
#include "tests/fuzz/target.h"

const char fuzz_corpus[] = "npy";

#define CHECK(condition) ((condition) ? (void)0 : abort())

static void check_sound(const struct matrix *matrix)
{
    uint64_t bytes;
    CHECK(matrix->rank >= 0 && matrix->rank <= MATRIX_RANK_MAX);
    CHECK(matrix->order == 'C' || (matrix->order == 'F' && matrix->rank >= 2));
    CHECK(matrix_bytes(matrix, &bytes, NULL) == 0);
    CHECK(bytes <= INT64_MAX - matrix->offset);
    CHECK(matrix->dtype.itemsize <= DTYPE_SIZE_MAX);
}

static void check_round_trip(const struct matrix *matrix)
{
    uint8_t *header;
    size_t size;
    struct error error = {0};
    CHECK(npy_write_header(matrix, &header, &size, &error) == 0);
    CHECK(size % 64 == 0);
    struct matrix back;
    int r = npy_parse_header(header, size, &back, &error);
    /* Escapes and growth room may make a header too long that was not. */
    CHECK(r == 0 || size > NPY_HEADER_MAX);
    if (r == 0) {
        CHECK(dtype_equal(&back.dtype, &matrix->dtype));
        CHECK(back.rank == matrix->rank);
        CHECK(memcmp(back.shape, matrix->shape, (size_t)back.rank * sizeof back.shape[0]) == 0);
        matrix_clear(&back);
    }
    free(header);
}

static void check_layout(const uint8_t *data, size_t size)
{
    struct layout_probe probe = {.name = "x",
                                 .size = size,
                                 .head = data,
                                 .head_size = size < LAYOUT_HEAD ? size : LAYOUT_HEAD,
                                 .tail = data + (size < LAYOUT_TAIL ? 0 : size - LAYOUT_TAIL),
                                 .tail_size = size < LAYOUT_TAIL ? size : LAYOUT_TAIL};
    struct layout_result result;
    int need;
    while ((need = layout_recognise(&probe, &result)) > 0) {
        CHECK((size_t)need > probe.head_size && (size_t)need <= size);
        probe.head_size = (size_t)need;
    }
    CHECK(need == 0);
    CHECK(result.damaged == (result.reason[0] != '\0'));
    CHECK(!(result.damaged && result.has_matrix));
    for (const char *at = result.reason; *at; at++)
        CHECK((unsigned char)*at >= ' ' && *at != 0x7f);
    layout_result_clear(&result);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct matrix matrix;
    struct error error = {0};
    int r = npy_parse_header(data, size, &matrix, &error);
    if (r == 0) {
        check_sound(&matrix);
        check_round_trip(&matrix);
        matrix_clear(&matrix);
    } else if (r > 0) {
        CHECK((size_t)r > size && r <= NPY_HEADER_MAX);
    } else {
        CHECK(error.text[0] != '\0' && error.code == -r);
    }
    check_layout(data, size);
    return 0;
}
