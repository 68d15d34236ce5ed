#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/segment/descriptions_private.h"
#include "core/sys/glob.h"
#include "core/sys/memory.h"
#include "core/sys/text.h"

#define LINE_MAX_BYTES 2048
#define WORDS_MAX      5

/* The words of a line, cut in place. Returns how many, WORDS_MAX + 1 where there are more. */
static size_t cut_words(char *line, char *words[WORDS_MAX])
{
    size_t n = 0;
    char *rest = NULL;
    for (char *word = strtok_r(line, " \t\r", &rest); word; word = strtok_r(NULL, " \t\r", &rest)) {
        if (n == WORDS_MAX)
            return WORDS_MAX + 1;
        words[n++] = word;
    }
    return n;
}

/* Fills the rule but its glob. Returns what is wrong, or NULL. */
static const char *read_words(char *words[WORDS_MAX], size_t n, struct rule *rule, struct error *reason)
{
    size_t at;
    if (n < 3 || n > WORDS_MAX)
        return "expected GLOB DTYPE SHAPE [ORDER [OFFSET]]";
    if (!glob_is_valid(words[0], &at))
        return "expected a ']' behind each '[' of the pattern";
    if (dtype_parse(words[1], &rule->dtype, reason) < 0 || fit_parse(words[2], &rule->shape, reason) < 0)
        return reason->text;
    if (rule->dtype.itemsize == 0)
        return "a type of no bytes";
    if (n > 3 && strcmp(words[3], "C") != 0 && strcmp(words[3], "F") != 0)
        return "expected the order C or F behind the shape";
    if (n > 4 && !text_read_u64(words[4], strlen(words[4]), INT64_MAX, &rule->offset))
        return "expected an offset in bytes behind the order";
    rule->order = n > 3 ? words[3][0] : 'C';
    return NULL;
}

static int take_line(struct rules *rules, char *line, unsigned number, struct error *error)
{
    char *words[WORDS_MAX];
    struct rule rule = {.order = 'C'};
    struct error reason = {0};
    line += strspn(line, " \t\r");
    if (*line == '#' || *line == '\0')
        return 0;
    const char *wrong = read_words(words, cut_words(line, words), &rule, &reason);
    if (!wrong && rules->count == RULES_MAX)
        wrong = "more than 1024 rules";
    if (wrong)
        return error_set(error, EBADMSG, "line %u: %s", number, wrong);
    rule.glob = memory_dup(words[0]);
    rules->list = memory_grow(rules->list, &rules->capacity, rules->count + 1, sizeof *rules->list);
    rules->list[rules->count++] = rule;
    return 0;
}

int rules_parse(struct rules *rules, const char *text, size_t size, struct error *error)
{
    const char *end = text + size;
    int r = 0;
    *rules = (struct rules){0};
    for (unsigned number = 1; r == 0 && text < end; number++) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        size_t length = (size_t)((newline ? newline : end) - text);
        char line[LINE_MAX_BYTES];
        if (length >= sizeof line || memchr(text, '\0', length)) {
            r = error_set(error, EBADMSG, "line %u: too long, or with a NUL byte", number);
            break;
        }
        memcpy(line, text, length);
        line[length] = '\0';
        r = take_line(rules, line, number, error);
        text += length + 1;
    }
    if (r < 0)
        rules_clear(rules);
    return r;
}

void rules_clear(struct rules *rules)
{
    for (size_t i = 0; i < rules->count; i++) {
        free(rules->list[i].glob);
        dtype_clear(&rules->list[i].dtype);
    }
    free(rules->list);
    *rules = (struct rules){0};
}

bool rules_find(const struct rules *rules, const char *name, uint64_t size, struct matrix *ret_matrix)
{
    char printable[NAME_PRINTABLE_MAX];
    if (rules->count > 0)
        name_escape(name, strlen(name), false, printable, sizeof printable);
    for (size_t i = 0; i < rules->count; i++) {
        const struct rule *rule = &rules->list[i];
        if (!glob_matches(rule->glob, printable))
            continue;
        struct matrix matrix = {.dtype = rule->dtype, .order = rule->order, .offset = rule->offset};
        if (fit_apply(&rule->shape, size, &matrix, NULL) < 0)
            continue;
        matrix.dtype = dtype_dup(&rule->dtype);
        *ret_matrix = matrix;
        return true;
    }
    return false;
}
