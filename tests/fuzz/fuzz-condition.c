/*
 * Any text as a condition: what is taken reads back to itself from what it is written as, and on each type it
 * either has a match, whose places are in order and those of the other levels, or a reason.
 */
#include <stdlib.h>
#include <string.h>

#include "core/analysis/match.h"
#include "tests/fuzz/target.h"

const char fuzz_corpus[] = "condition";

#define CHECK(condition) ((condition) ? (void)0 : abort())
#define ELEMENTS         64

static size_t run(const struct condition *condition, const struct dtype *dtype, enum convert_level level,
                  const uint8_t *elements, uint32_t *places)
{
    struct match match;
    struct error error = {0};
    int r = match_make(condition, dtype, level, &match, &error);
    if (r < 0) {
        CHECK(error.code == -r && error.text[0] != '\0');
        return 0;
    }
    size_t found = match_run(&match, elements, ELEMENTS, places);
    CHECK(found <= ELEMENTS);
    for (size_t i = 0; i < found; i++)
        CHECK(places[i] < ELEMENTS && (i == 0 || places[i] > places[i - 1]));
    return found;
}

/* The elements are the text itself, again and again. */
static void try_type(const struct condition *condition, const char *type, const uint8_t *data, size_t size)
{
    struct dtype dtype;
    uint8_t elements[ELEMENTS * 16];
    uint32_t portable[ELEMENTS], best[ELEMENTS];
    CHECK(dtype_parse(type, &dtype, NULL) == 0);
    for (size_t i = 0; i < sizeof elements; i++)
        elements[i] = size > 0 ? data[i % size] : 0;
    size_t found = run(condition, &dtype, CONVERT_PORTABLE, elements, portable);
    CHECK(run(condition, &dtype, CONVERT_BEST, elements, best) == found);
    CHECK(memcmp(portable, best, found * sizeof best[0]) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const types[] = {"b1",   "i1", ">u2", "<i4", "u8",    ">f2",    "f4",      "<f8", "c8",
                                        ">c16", "S7", "<U3", "V2",  "M8[D]", "M8[7Y]", "<m8[ns]", "M8"};
    struct condition condition, again;
    struct error error = {0};
    char *text = malloc(size + 1), written[CONDITION_TEXT_MAX];
    if (size > 0)
        memcpy(text, data, size);
    text[size] = '\0';
    int r = condition_parse(text, &condition, &error);
    if (r < 0) {
        CHECK(error.code == -r && error.text[0] != '\0');
    } else {
        CHECK(condition_text(&condition, written, sizeof written) < sizeof written);
        CHECK(condition_parse(written, &again, &error) == 0);
        CHECK(again.kind == condition.kind && strcmp(again.operand, condition.operand) == 0);
        for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
            try_type(&condition, types[i], data, size);
    }
    free(text);
    return 0;
}
