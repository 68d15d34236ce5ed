#include "core/sys/glob.h"

#include <stdint.h>
#include <string.h>

#include "core/sys/text.h"

/* The first character, of what is not UTF-8 the first byte (then no code point). Returns its length. */
static size_t next_character(const char *text, uint32_t *ret_character)
{
    if ((unsigned char)*text < 0x80) {
        *ret_character = (unsigned char)*text;
        return 1;
    }
    size_t n = text_decode(text, strnlen(text, TEXT_UTF8_MAX), ret_character);
    if (n == 0)
        *ret_character = UINT32_MAX;
    return n ? n : 1;
}

/* The ']' that ends the set at '['; NULL: none does. */
static const char *set_end(const char *set)
{
    set++;
    if (*set == '!' || *set == '^')
        set++;
    return *set ? strchr(set + 1, ']') : NULL;
}

static bool set_holds(const char *set, const char *end, uint32_t character)
{
    bool negated = set[1] == '!' || set[1] == '^', found = false;
    for (set += negated ? 2 : 1; set < end;) {
        uint32_t first, last;
        set += next_character(set, &first);
        last = first;
        if (set[0] == '-' && set + 1 < end)
            set += 1 + next_character(set + 1, &last);
        found = found || (character >= first && character <= last);
    }
    return found != negated;
}

/* How many bytes of text the first element of the pattern, no star, takes; 0: it does not fit. *pattern moves
 * behind it. */
static size_t fit_one(const char **pattern, const char *text)
{
    const char *end = **pattern == '[' ? set_end(*pattern) : NULL;
    uint32_t character;
    if (**pattern == '?') {
        ++*pattern;
        return next_character(text, &character);
    }
    if (!end)
        return *(*pattern)++ == *text;
    size_t n = next_character(text, &character);
    n = set_holds(*pattern, end, character) ? n : 0;
    *pattern = end + 1;
    return n;
}

/* Where in the text what stands behind a star may begin, at or behind a character; NULL: nowhere. */
static const char *next_start(const char *pattern, const char *text)
{
    return strchr("*?[", *pattern) ? text : strchr(text, *pattern); /* strchr finds the end too */
}

bool glob_matches(const char *pattern, const char *text)
{
    const char *star = NULL,
               *back = NULL; /* behind the last star; where the text goes on if it takes no more */
    uint32_t character;
    while (*text) {
        if (*pattern == '*') {
            star = ++pattern;
            if (!*star)
                return true;
            back = text = next_start(star, text);
            if (!text)
                return false;
            continue;
        }
        size_t taken = *pattern ? fit_one(&pattern, text) : 0;
        if (taken > 0) {
            text += taken;
            continue;
        }
        if (!star)
            return false;
        pattern = star;
        back = text = next_start(star, back + next_character(back, &character));
        if (!text)
            return false;
    }
    return pattern[strspn(pattern, "*")] == '\0';
}

bool glob_is_valid(const char *pattern, size_t *ret_at)
{
    for (const char *at = pattern; (at = strchr(at, '['));) {
        const char *end = set_end(at);
        if (!end) {
            *ret_at = (size_t)(at - pattern);
            return false;
        }
        at = end + 1;
    }
    return true;
}

bool glob_is_pattern(const char *text)
{
    return strpbrk(text, "*?[") != NULL;
}
