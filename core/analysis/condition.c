#include "core/analysis/condition.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "core/sys/text.h"

#define SHOWN     80                       /* bytes of a condition in an error */
#define VALUE_MAX (CONDITION_TEXT_MAX - 3) /* the sign has two bytes at most */

#define EXPECTED "expected nan, inf, or <, <=, >, >=, = or != and a value, as >3"

static const struct {
    const char *sign;
    enum condition_kind kind;
} comparisons[] = {
    /* A sign that another one begins with stands behind it. */
    {"<=", CONDITION_LESS_EQUAL}, {"<", CONDITION_LESS},       {">=", CONDITION_GREATER_EQUAL},
    {">", CONDITION_GREATER},     {"!=", CONDITION_NOT_EQUAL}, {"==", CONDITION_EQUAL},
    {"=", CONDITION_EQUAL},
};
#define COMPARISONS (sizeof comparisons / sizeof comparisons[0])

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static int refuse(const char *text, size_t length, const char *what, struct error *error)
{
    char printable[SHOWN];
    struct text shown;
    text_init(&shown, printable, sizeof printable);
    text_add_escaped_bytes(&shown, text, length);
    return error_set(error, EINVAL, "%s%s: %s", printable, shown.length > shown.written ? "…" : "", what);
}

int condition_refuse(const struct condition *condition, const char *what, struct error *error)
{
    char text[CONDITION_TEXT_MAX + 2];
    size_t length = condition_text(condition, text, sizeof text);
    return refuse(text, length, what, error);
}

/* Without blanks around it. */
static const char *trim(const char *text, size_t *ret_length)
{
    while (is_blank(*text))
        text++;
    size_t length = strlen(text);
    while (length > 0 && is_blank(text[length - 1]))
        length--;
    *ret_length = length;
    return text;
}

static bool is_word(const char *text, size_t length, const char *word)
{
    return strlen(word) == length && strncasecmp(text, word, length) == 0;
}

/* What may stand alone for = and itself. */
static bool is_bare_value(const char *text, size_t length)
{
    return (text[0] >= '0' && text[0] <= '9') || strchr("+-.\"", text[0]) || is_word(text, length, "true") ||
           is_word(text, length, "false");
}

static enum condition_kind take_kind(const char *text, size_t length, size_t *ret_sign)
{
    *ret_sign = 0;
    if (is_word(text, length, "nan") || is_word(text, length, "nat"))
        return CONDITION_NAN;
    if (is_word(text, length, "inf"))
        return CONDITION_INF;
    for (size_t i = 0; i < COMPARISONS; i++) {
        size_t sign = strlen(comparisons[i].sign);
        if (strncmp(text, comparisons[i].sign, sign) == 0) {
            *ret_sign = sign;
            return comparisons[i].kind;
        }
    }
    return CONDITION_EQUAL;
}

/* What is wrong with the value, or NULL. */
static const char *find_fault(enum condition_kind kind, const char *operand, size_t length)
{
    if (length == 0)
        return "expected a value behind the sign, as >3";
    if (operand[0] == '"') {
        size_t at = 1;
        while (at < length && (operand[at] != '"' || (at + 1 < length && operand[at + 1] == '"')))
            at += 1u + (operand[at] == '"');
        return at == length      ? "expected a closing \""
               : at + 1 < length ? "nothing may follow the closing \""
                                 : NULL;
    }
    if (strchr("<>=!", operand[0]))
        return "expected one of <, <=, >, >=, = and !=; a text that begins so stands in double quotes";
    if (kind < CONDITION_EQUAL && !is_bare_value(operand, length) && !is_word(operand, length, "inf"))
        return "expected a number or a date behind the sign, as >3";
    return NULL;
}

static int check_text(const char *text, size_t length, struct error *error)
{
    uint32_t character;
    if (length == 0)
        return error_set(error, EINVAL, EXPECTED);
    for (size_t at = 0, n; at < length; at += n)
        if ((n = text_decode(text + at, length - at, &character)) == 0)
            return refuse(text, length,
                          "expected UTF-8; in a text such a byte is written as it is shown, \\xff for one",
                          error);
    return 0;
}

int condition_parse(const char *text, struct condition *ret, struct error *error)
{
    size_t length, sign;
    text = trim(text, &length);
    int r = check_text(text, length, error);
    if (r < 0)
        return r;
    struct condition condition = {.kind = take_kind(text, length, &sign)};
    if (condition.kind >= CONDITION_LESS) {
        if (sign == 0 && !is_bare_value(text, length))
            return refuse(text, length, EXPECTED, error);
        const char *operand = text + sign;
        size_t size = length - sign;
        for (; size > 0 && is_blank(*operand); size--)
            operand++;
        if (size > VALUE_MAX)
            return error_set(error, EINVAL, "a value has at most %d bytes, this has %zu", VALUE_MAX, size);
        const char *fault = find_fault(condition.kind, operand, size);
        if (fault)
            return refuse(text, length, fault, error);
        memcpy(condition.operand, operand, size);
    }
    *ret = condition;
    return 0;
}

size_t condition_text(const struct condition *condition, char *buf, size_t size)
{
    static const char *const signs[] = {
        [CONDITION_NAN] = "nan",       [CONDITION_INF] = "inf",      [CONDITION_LESS] = "<",
        [CONDITION_LESS_EQUAL] = "<=", [CONDITION_GREATER] = ">",    [CONDITION_GREATER_EQUAL] = ">=",
        [CONDITION_EQUAL] = "=",       [CONDITION_NOT_EQUAL] = "!=",
    };
    struct text text;
    text_init(&text, buf, size);
    text_add_string(&text, signs[condition->kind]);
    text_add_string(&text, condition->operand);
    return text.length;
}
