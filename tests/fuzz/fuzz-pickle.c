/*
 * Any bytes as a pickle: the machine must end with an array or words, in bounded memory, without a byte
 * beyond what it was given; and type and shape that it takes must be ones that an .npy header can say.
 */
#include <stdlib.h>
#include <string.h>

#include "core/layout/npy.h"
#include "core/source/pickle_machine.h"
#include "tests/fuzz/target.h"

const char fuzz_corpus[] = "pickle";

#define CHECK(condition) ((condition) ? (void)0 : abort())

struct bytes {
    const uint8_t *at;
    size_t left;
};

static ssize_t read_bytes(void *context, void *buf, size_t size, struct error *error)
{
    struct bytes *bytes = context;
    size_t n = size < bytes->left ? size : bytes->left;
    (void)error;
    if (n > 0)
        memcpy(buf, bytes->at, n);
    bytes->at += n;
    bytes->left -= n;
    return (ssize_t)n;
}

static void check_matrix(const struct matrix *matrix)
{
    uint64_t bytes;
    uint8_t *header;
    size_t size;
    struct matrix back;
    struct error error = {0};
    CHECK(matrix->rank >= 0 && matrix->rank <= MATRIX_RANK_MAX);
    CHECK(matrix->order == 'C' || (matrix->order == 'F' && matrix->rank >= 2));
    CHECK(matrix_bytes(matrix, &bytes, NULL) == 0);
    CHECK(npy_write_header(matrix, &header, &size, &error) == 0);
    int r = npy_parse_header(header, size, &back, &error);
    CHECK(r == 0 || size > NPY_HEADER_MAX);
    if (r == 0) {
        CHECK(dtype_equal(&back.dtype, &matrix->dtype));
        matrix_clear(&back);
    }
    free(header);
}

static void check_array(const struct pickle_array *array, size_t size)
{
    uint64_t bytes;
    check_matrix(&array->matrix);
    CHECK(matrix_bytes(&array->matrix, &bytes, NULL) == 0);
    CHECK(array->offset <= size && array->size <= size - array->offset);
    CHECK(array->is_text ? bytes <= array->size : bytes == array->size);
    volatile uint8_t byte = 0; /* a sanitizer sees whether all are there */
    for (uint64_t i = 0; array->held && i < bytes; i++)
        byte = array->held[i];
    (void)byte;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes bytes = {data, size};
    struct pickle_machine *machine;
    struct pickle_array array;
    struct error error = {0};
    CHECK(pickle_machine_new(&machine, read_bytes, &bytes, NULL) == 0);
    int r = pickle_machine_run(machine, &error);
    if (r == 1) {
        pickle_machine_get_ahead(machine, &array);
        if (array.matrix.rank >= 0)
            check_matrix(&array.matrix);
        if (array.size <= bytes.left) {
            bytes.at += array.size;
            bytes.left -= array.size;
            r = pickle_machine_run(machine, &error);
            CHECK(r <= 0);
        }
    }
    CHECK(pickle_machine_position(machine) <= size);
    if (r == 0) {
        pickle_machine_get_array(machine, &array);
        check_array(&array, size);
    } else if (r < 0) {
        CHECK(error.code == -r);
        CHECK(strstr(error.text, "at byte "));
        for (const char *c = error.text; *c; c++)
            CHECK((unsigned char)*c >= ' ' && *c != 0x7f);
    }
    pickle_machine_free(machine);
    return 0;
}
