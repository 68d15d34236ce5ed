#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/process/producers_table.h"
#include "core/sys/memory.h"
#include "core/sys/text.h"

#define ID_MAX    32
#define LABEL_MAX 64

struct words {
    const char *text, *end;
};

struct word {
    const char *text;
    size_t length;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static void skip_blanks(struct words *words)
{
    while (words->text < words->end && is_blank(*words->text))
        words->text++;
}

/* The next word; length 0 at the end of the line. */
static struct word next_word(struct words *words)
{
    skip_blanks(words);
    struct word word = {.text = words->text};
    while (words->text < words->end && !is_blank(*words->text))
        words->text++;
    word.length = (size_t)(words->text - word.text);
    return word;
}

static bool word_is(struct word word, const char *text)
{
    return word.length == strlen(text) && memcmp(word.text, text, word.length) == 0;
}

#define LAYOUT_WORD "layout:"

static bool word_begins(struct word word, const char *text)
{
    return word.length >= strlen(text) && memcmp(word.text, text, strlen(text)) == 0;
}

static bool parse_layout(struct word word, enum layout *ret_layout)
{
    const size_t skip = strlen(LAYOUT_WORD);
    const struct word name = {word.text + skip, word.length - skip};
    for (enum layout layout = LAYOUT_UNKNOWN + 1; layout_name(layout); layout++)
        if (word_is(name, layout_name(layout))) {
            *ret_layout = layout;
            return true;
        }
    return false;
}

static struct word rest_of(struct words *words)
{
    skip_blanks(words);
    while (words->end > words->text && is_blank(words->end[-1]))
        words->end--;
    return (struct word){.text = words->text, .length = (size_t)(words->end - words->text)};
}

static char *dup_word(struct word word)
{
    char *text = memory_new(word.length + 1);
    memcpy(text, word.text, word.length);
    return text;
}

static bool is_id(struct word word)
{
    for (size_t i = 0; i < word.length; i++) {
        char c = word.text[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!plain && (i == 0 || !strchr("-_.+", c) || !c))
            return false;
    }
    return word.length > 0 && word.length <= ID_MAX;
}

static bool is_printable(struct word word)
{
    for (size_t at = 0, n; at < word.length; at += n) {
        uint32_t character;
        n = text_decode(word.text + at, word.length - at, &character);
        if (n == 0 || text_is_unprintable(character))
            return false;
    }
    return true;
}

static const char *const disposals[] = {
    [DISPOSAL_ASK] = "ask",   [DISPOSAL_OK] = "ok",       [DISPOSAL_SELF] = "self",
    [DISPOSAL_LIVE] = "live", [DISPOSAL_NEVER] = "never",
};

const char *disposal_text(enum disposal disposal)
{
    return disposals[disposal];
}

static bool parse_disposal(struct word word, enum disposal *ret_disposal)
{
    for (unsigned i = 0; i < sizeof disposals / sizeof disposals[0]; i++) {
        if (word_is(word, disposals[i])) {
            *ret_disposal = (enum disposal)i;
            return true;
        }
    }
    return false;
}

/* NULL, or what was expected. */
static const char *parse_row(struct words words, struct producer_row *ret_row)
{
    struct producer_row row = {0};
    const char *problem = NULL;
    struct word id = next_word(&words);
    if (!is_id(id))
        return "a short id of a-z, 0-9, '-', '_', '.' and '+'";
    struct word pattern = next_word(&words);
    bool of_layout = word_begins(pattern, LAYOUT_WORD);
    if (of_layout && !parse_layout(pattern, &row.layout))
        return "a layout behind layout:, as npy or sharedarray";
    if (!of_layout && !pattern_parse(&row.pattern, pattern.text, pattern.length, &problem))
        return problem;
    if (of_layout)
        row.pattern.pid = -1;
    if (!parse_disposal(next_word(&words), &row.producer.disposal))
        return "ask, ok, self, live or never behind the pattern";
    struct words ahead = words;
    bool in_content = word_is(next_word(&ahead), "content");
    if (in_content && row.pattern.pid >= 0)
        return "the creator's pid in the name or in the content, not both";
    struct word label = rest_of(in_content ? &ahead : &words);
    if (!is_printable(label) || label.length > LABEL_MAX)
        return "a label of at most 64 printable bytes";
    row.producer.creator = in_content             ? CREATOR_IN_CONTENT
                           : row.pattern.pid >= 0 ? CREATOR_IN_NAME
                                                  : CREATOR_NOWHERE;
    row.producer.id = dup_word(id);
    row.producer.pattern = dup_word(pattern);
    row.producer.label = dup_word(label.length > 0 ? label : id);
    *ret_row = row;
    return NULL;
}

static bool is_empty(struct words line)
{
    skip_blanks(&line);
    return line.text == line.end || *line.text == '#';
}

int producers_parse(const char *text, size_t length, producer_row_function *each, void *context,
                    struct error *error)
{
    const char *end = text + length;
    unsigned number = 1;
    for (const char *next; text < end; text = next, number++) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        struct words line = {.text = text, .end = newline ? newline : end};
        next = newline ? newline + 1 : end;
        if (is_empty(line))
            continue;
        struct producer_row row;
        const char *expected = parse_row(line, &row);
        if (expected)
            return error_set(error, EBADMSG, "line %u: expected %s", number, expected);
        each(context, &row);
    }
    return 0;
}
