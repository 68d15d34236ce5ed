/*
 * Any bytes as a whole file, under names that say what lies in it: the recognisers look at head and tail,
 * never beyond, and what they take lies within the file. The same bytes as a description, a state file and
 * the admin's rules.
 */
#include <stdlib.h>
#include <string.h>

#include "core/layout/layout.h"
#include "core/segment/descriptions_private.h"
#include "tests/fuzz/target.h"

const char fuzz_corpus[] = "layout";

#define CHECK(condition) ((condition) ? (void)0 : abort())

static void check_within(const struct matrix *matrix, uint64_t size)
{
    uint64_t bytes;
    CHECK(matrix->rank >= 0 && matrix->rank <= MATRIX_RANK_MAX);
    CHECK(matrix->order == 'C' || (matrix->order == 'F' && matrix->rank >= 2));
    CHECK(matrix_bytes(matrix, &bytes, NULL) == 0);
    CHECK(matrix->offset <= size && bytes <= size - matrix->offset);
}

static void check_result(struct layout_result *result, uint64_t size)
{
    CHECK(result->damaged == (result->reason[0] != '\0'));
    CHECK(!(result->damaged && result->has_matrix));
    CHECK(result->payload <= size && result->creator >= 0);
    for (const char *at = result->reason; *at; at++)
        CHECK((unsigned char)*at >= ' ' && *at != 0x7f);
    if (result->has_matrix)
        check_within(&result->matrix, size);
    layout_result_clear(result);
}

/* Copies of their own, so that a sanitizer sees each step beyond them. */
static uint8_t *dup_bytes(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);
    CHECK(copy);
    if (size > 0)
        memcpy(copy, data, size);
    return copy;
}

static void try_file(const char *name, const uint8_t *data, size_t size)
{
    size_t head_size = size < LAYOUT_HEAD ? size : LAYOUT_HEAD,
           tail_size = size < LAYOUT_TAIL ? size : LAYOUT_TAIL;
    uint8_t *tail = dup_bytes(data + size - tail_size, tail_size), *head = dup_bytes(data, head_size);
    struct layout_probe probe = {.name = name, .size = size, .head = head, .head_size = head_size};
    struct layout_result result;
    int need;
    while ((need = layout_recognise(&probe, &result)) > 0) {
        if (need == LAYOUT_NEED_TAIL) {
            CHECK(!probe.tail);
            probe.tail = tail;
            probe.tail_size = tail_size;
            continue;
        }
        CHECK((size_t)need > probe.head_size && (size_t)need <= size);
        free(head);
        probe.head = head = dup_bytes(data, (size_t)need);
        probe.head_size = (size_t)need;
    }
    CHECK(need == 0);
    check_result(&result, size);
    free(head);
    free(tail);
}

static void try_description(const uint8_t *data, size_t size)
{
    struct layout_result result;
    size_t half = size / 2;
    uint8_t *copy = dup_bytes(data, size);
    layout_describe((char *)copy, size, "", 0, 4096, &result);
    CHECK(result.layout == LAYOUT_DESCRIBED);
    check_result(&result, 4096);
    layout_describe((char *)copy, half, (char *)copy + half, size - half, 4096, &result);
    check_result(&result, 4096);
    free(copy);
}

static void try_records(const char *text, size_t size)
{
    struct records records, back;
    records_parse(&records, text, size);
    size_t length;
    char *written = records_write(&records, &length);
    records_parse(&back, written, length);
    CHECK(back.left == records.left);
    for (size_t i = 0; i < records.count; i++)
        if (records.list[i].header)
            CHECK(strcmp(records_find(&back, &records.list[i].id)->header, records.list[i].header) == 0);
    free(written);
    records_clear(&records);
    records_clear(&back);
}

static void try_rules(const char *text, size_t size)
{
    static const uint64_t sizes[] = {0, 1, 24, 4096, UINT64_MAX};
    struct rules rules;
    struct error error = {0};
    if (rules_parse(&rules, text, size, &error) < 0)
        CHECK(error.text[0] && rules.count == 0);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct matrix matrix;
        if (!rules_find(&rules, "Prices.shm", sizes[i], &matrix))
            continue;
        check_within(&matrix, sizes[i]);
        matrix_clear(&matrix);
    }
    rules_clear(&rules);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    try_file("x", data, size);
    try_file("x.im.shm", data, size);
    try_file("torch_1_2_3", data, size);
    try_description(data, size);
    char *text = (char *)dup_bytes(data, size);
    try_records(text, size);
    try_rules(text, size);
    free(text);
    return 0;
}
