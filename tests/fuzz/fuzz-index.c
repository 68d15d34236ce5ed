/*
 * Any text as an index and as a type: what is taken must select elements of the matrix and none beside it.
 */
#include <stdlib.h>
#include <string.h>

#include "core/matrix/index.h"
#include "tests/fuzz/target.h"

const char fuzz_corpus[] = "index";

#define CHECK(condition) ((condition) ? (void)0 : abort())

/* The least and the greatest byte that the view can reach lie within the data. */
static void check_view(const struct matrix *matrix, const struct view *view)
{
    uint64_t bytes;
    CHECK(matrix_bytes(matrix, &bytes, NULL) == 0);
    CHECK(view->rank >= 0 && view->rank <= matrix->rank);
    if (view_elements(view) == 0)
        return;
    __int128 low = view->start, high = view->start;
    for (int k = 0; k < view->rank; k++) {
        __int128 reach = (__int128)view->stride[k] * (int64_t)(view->count[k] - 1);
        *(reach < 0 ? &low : &high) += reach;
        CHECK(view->axis[k] >= 0 && view->axis[k] < matrix->rank);
        CHECK(view->count[k] <= matrix->shape[view->axis[k]]);
    }
    CHECK(low >= 0 && high + (int64_t)matrix->dtype.itemsize <= (int64_t)bytes);
}

static void try_index(const char *text, char order, int rank, const uint64_t *shape)
{
    struct matrix matrix = {
        .order = order, .rank = rank, .dtype = {.kind = DTYPE_FLOAT, .order = '<', .itemsize = 8}};
    if (rank > 0)
        memcpy(matrix.shape, shape, (size_t)rank * sizeof shape[0]);
    struct view view;
    struct error error = {0};
    int r = view_parse(&matrix, text, &view, &error);
    if (r == 0)
        check_view(&matrix, &view);
    else
        CHECK(r < 0 && error.text[0] != '\0' && error.code == -r);
}

static void try_type(const char *text)
{
    struct dtype dtype, back;
    struct error error = {0};
    if (dtype_parse(text, &dtype, &error) < 0) {
        CHECK(error.text[0] != '\0');
        return;
    }
    char descr[64];
    CHECK(dtype_descr(&dtype, descr, sizeof descr) < sizeof descr);
    CHECK(dtype_parse(descr, &back, &error) == 0 && dtype_equal(&dtype, &back));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    if (size > 0)
        memcpy(text, data, size);
    text[size] = '\0';
    try_index(text, 'C', 0, NULL);
    try_index(text, 'C', 1, (uint64_t[]){7});
    try_index(text, 'F', 3, (uint64_t[]){5, 1, 300});
    try_index(text, 'C', 3, (uint64_t[]){4, 0, 9});
    try_index(text, 'C', 2, (uint64_t[]){UINT64_C(1) << 30, UINT64_C(1) << 29});
    try_index(text, 'C', 1, (uint64_t[]){INT64_MAX / 8});
    try_type(text);
    free(text);
    return 0;
}
