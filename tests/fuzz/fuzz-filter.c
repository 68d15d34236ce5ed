/*
 * Any text as a filter, its first line as the name of the row: what is taken answers about rows, what is not
 * says where; completion replaces a part of the text by what begins with it.
 */
#include <stdlib.h>
#include <string.h>

#include "core/catalog/filter.h"
#include "core/sys/glob.h"
#include "tests/fuzz/target.h"

const char fuzz_corpus[] = "filter";

#define CHECK(condition) ((condition) ? (void)0 : abort())

static const struct producer producer = {.id = "pytorch"};

static void try_filter(const char *text, char *name)
{
    struct filter *filter;
    struct error error = {0};
    size_t length = strlen(text);
    int r = filter_parse(text, &filter, &error);
    if (r < 0) {
        CHECK(error.code == -r && error.text[0] != '\0');
        CHECK(error.start <= length && error.length <= length - error.start);
        return;
    }
    struct row row = {.name = name, .size = 1536, .created = 1764000000, .producer = &producer};
    for (int state = STATE_UNKNOWN; state < STATE_COUNT; state++) {
        row.state = (uint8_t)state;
        row.layout = (uint8_t)state;
        filter_matches(filter, &row, &(struct filter_context){NULL, 1764000000000000000});
        CHECK(filter_next_change(filter, &row, 1764000000000000000) > 1764000000000000000);
    }
    filter_free(filter);
}

static void try_completion(const char *text, size_t cursor)
{
    struct filter_completion completion;
    filter_complete(text, cursor, NULL, NULL, &completion);
    CHECK(completion.start <= completion.end && completion.end <= strlen(text));
    size_t typed = completion.end - completion.start;
    for (size_t i = 0; i < completion.count; i++)
        CHECK(strncmp(completion.candidates[i], text + completion.start, typed) == 0);
    filter_completion_shared(&completion);
    filter_completion_clear(&completion);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    if (size > 0)
        memcpy(text, data, size);
    text[size] = '\0';
    char *line = strchr(text, '\n'), name[512] = "Prices.shm";
    if (line && line > text && (size_t)(line - text) < sizeof name) {
        memcpy(name, text, (size_t)(line - text));
        name[line - text] = '\0';
    }
    const char *rest = line ? line + 1 : text;
    try_filter(rest, name);
    try_completion(rest, size / 2);
    try_completion(rest, SIZE_MAX);
    size_t at;
    if (glob_is_valid(rest, &at))
        glob_matches(rest, name);
    free(text);
    return 0;
}
