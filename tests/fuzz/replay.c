/*
 * Runs a fuzz target without libFuzzer: its committed corpus as it is, then a fixed number of mutations of
 * it, the same in every run. Prints TAP. A failure is a crash; which input it was stands in the line before
 * it.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/target.h"

#define MUTATIONS 100000
#define INPUT_MAX (1 << 17)

struct input {
    uint8_t *bytes;
    size_t size;
};

static struct input *corpus;
static size_t corpus_count;
static uint64_t random_state = 20261125;

static uint32_t random_below(uint32_t n)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((random_state >> 33) % n);
}

/* Each input in a block of its own size, so that a sanitizer sees a step beyond it. */
static void run(const uint8_t *bytes, size_t size)
{
    uint8_t *exact = malloc(size ? size : 1);
    if (size > 0)
        memcpy(exact, bytes, size);
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
}

static int load_corpus(const char *directory)
{
    struct dirent **entries;
    int n = scandir(directory, &entries, NULL, alphasort);
    if (n < 0)
        return -1;
    corpus = calloc((size_t)n + 1, sizeof *corpus);
    for (int i = 0; i < n; i++) {
        char path[4400];
        snprintf(path, sizeof path, "%s/%s", directory, entries[i]->d_name);
        FILE *file = entries[i]->d_name[0] == '.' ? NULL : fopen(path, "rb");
        free(entries[i]);
        if (!file)
            continue;
        struct input *input = &corpus[corpus_count++];
        input->bytes = malloc(INPUT_MAX);
        input->size = fread(input->bytes, 1, INPUT_MAX, file);
        fclose(file);
    }
    free(entries);
    return corpus_count > 0 ? 0 : -1;
}

/* Flips, removes, repeats, overwrites, or crosses with another input. */
static size_t mutate(uint8_t *bytes, size_t size)
{
    static const char words[] = "{}[](),:'\"\\ \n0123456789LTrueFalse-<>|=fiucSUVMmObx";
    uint32_t at = size ? random_below((uint32_t)size) : 0;
    uint32_t length = 1 + random_below(16);
    const struct input *other = &corpus[random_below((uint32_t)corpus_count)];
    switch (size ? random_below(6) : 3) {
    case 0:
        bytes[at] ^= (uint8_t)(1u << random_below(8));
        return size;
    case 1:
        length = length < size - at ? length : (uint32_t)(size - at);
        memmove(bytes + at, bytes + at + length, size - at - length);
        return size - length;
    case 2:
        length = length < size - at ? length : (uint32_t)(size - at);
        if (size + length > INPUT_MAX)
            return size;
        memmove(bytes + at + length, bytes + at, size - at);
        return size + length;
    case 3:
        if (size == INPUT_MAX)
            return size;
        memmove(bytes + at + 1, bytes + at, size - at);
        bytes[at] = (uint8_t)words[random_below(sizeof words - 1)];
        return size + 1;
    case 4:
        bytes[at] = (uint8_t)words[random_below(sizeof words - 1)];
        return size;
    default:
        if (at >= other->size)
            return size;
        memcpy(bytes + at, other->bytes + at, other->size - at);
        return other->size;
    }
}

int main(void)
{
    char directory[4000];
    const char *source = getenv("SRCDIR");
    snprintf(directory, sizeof directory, "%s/tests/fuzz/corpus/%s", source ? source : SRCDIR, fuzz_corpus);
    printf("1..2\n");
    if (load_corpus(directory) < 0) {
        printf("Bail out! no corpus in %s\n", directory);
        return 1;
    }
    for (size_t i = 0; i < corpus_count; i++) {
        printf("# input %zu\n", i);
        fflush(stdout);
        run(corpus[i].bytes, corpus[i].size);
    }
    printf("ok 1 - %zu inputs of the corpus\n# mutations of %s\n", corpus_count, fuzz_corpus);
    fflush(stdout);
    static uint8_t bytes[INPUT_MAX];
    for (int i = 0; i < MUTATIONS; i++) {
        const struct input *input = &corpus[random_below((uint32_t)corpus_count)];
        size_t size = input->size;
        memcpy(bytes, input->bytes, size);
        for (uint32_t n = 1 + random_below(4); n > 0; n--)
            size = mutate(bytes, size);
        run(bytes, size);
    }
    printf("ok 2 - %d mutations\n", MUTATIONS);
    for (size_t i = 0; i < corpus_count; i++)
        free(corpus[i].bytes);
    free(corpus);
    return 0;
}
