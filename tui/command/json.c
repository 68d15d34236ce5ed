#include "tui/command/json.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

void json_begin(struct json *json, FILE *out, bool ascii)
{
    json->out = out;
    json->ascii = ascii;
    json->depth = 0;
    json->filled[0] = json->after_key = json->on_new_line = false;
    json->used = 0;
}

static void flush(struct json *json)
{
    fwrite_unlocked(json->buffer, 1, json->used, json->out);
    json->used = 0;
}

static void put(struct json *json, const char *text, size_t length)
{
    if (length > JSON_BUFFER - json->used)
        flush(json);
    if (length > JSON_BUFFER) {
        fwrite_unlocked(text, 1, length, json->out);
        return;
    }
    memcpy(json->buffer + json->used, text, length);
    json->used += length;
}

static void put_character(struct json *json, char c)
{
    put(json, &c, 1);
}

void json_end(struct json *json)
{
    assert(json->depth == 0);
    put_character(json, '\n');
    flush(json);
}

static void put_string(struct json *json, const char *text)
{
    put(json, text, strlen(text));
}

/* Before an element: the comma, or nothing behind a key. */
static void separate(struct json *json)
{
    if (json->after_key) {
        json->after_key = false;
        return;
    }
    if (json->filled[json->depth])
        put_string(json, json->on_new_line ? ",\n" : ", ");
    else if (json->on_new_line)
        put_string(json, "\n");
    json->on_new_line = false;
    json->filled[json->depth] = true;
}

static void open_level(struct json *json, char opening, char closing)
{
    separate(json);
    put_character(json, opening);
    assert(json->depth + 1 < JSON_DEPTH_MAX);
    json->depth++;
    json->filled[json->depth] = false;
    json->closing[json->depth] = closing;
}

void json_open_object(struct json *json)
{
    open_level(json, '{', '}');
}

void json_open_array(struct json *json)
{
    open_level(json, '[', ']');
}

void json_close(struct json *json)
{
    assert(json->depth > 0 && !json->after_key);
    if (json->on_new_line)
        put_character(json, '\n');
    json->on_new_line = false;
    put_character(json, json->closing[json->depth--]);
}

void json_line(struct json *json)
{
    json->on_new_line = true;
}

/* A character of UTF-8 at text; what is not valid is U+FFFD and one byte long. Returns its length. */
static size_t decode(const char *text, uint32_t *ret_code)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *bytes = (const unsigned char *)text;
    size_t length = bytes[0] < 0x80   ? 1
                    : bytes[0] < 0xC2 ? 0
                    : bytes[0] < 0xE0 ? 2
                    : bytes[0] < 0xF0 ? 3
                    : bytes[0] < 0xF5 ? 4
                                      : 0;
    uint32_t code = length == 1 ? bytes[0] : bytes[0] & (0xFFu >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        if ((bytes[i] & 0xC0) != 0x80)
            length = 0;
        else
            code = code << 6 | (bytes[i] & 0x3F);
    }
    if (length == 0 || code < least[length] || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) {
        *ret_code = 0xFFFD;
        return 1;
    }
    *ret_code = code;
    return length;
}

static void put_unit(struct json *json, unsigned unit)
{
    char text[8];
    put(json, text, (size_t)snprintf(text, sizeof text, "\\u%04x", unit));
}

static void put_escaped(struct json *json, uint32_t code)
{
    switch (code) {
    case '"':
        put_string(json, "\\\"");
        break;
    case '\\':
        put_string(json, "\\\\");
        break;
    case '\n':
        put_string(json, "\\n");
        break;
    case '\t':
        put_string(json, "\\t");
        break;
    default:
        if (code > 0xFFFF) {
            put_unit(json, 0xD800 + ((code - 0x10000) >> 10));
            put_unit(json, 0xDC00 + ((code - 0x10000) & 0x3FF));
        } else {
            put_unit(json, code);
        }
    }
}

static bool is_plain(unsigned char byte)
{
    return byte >= 0x20 && byte < 0x7F && byte != '"' && byte != '\\';
}

static void put_quoted(struct json *json, const char *text)
{
    put_character(json, '"');
    while (*text) {
        size_t plain = 0;
        while (is_plain((unsigned char)text[plain]))
            plain++;
        put(json, text, plain);
        text += plain;
        if (!*text)
            break;
        uint32_t code;
        size_t length = decode(text, &code);
        bool invalid = code == 0xFFFD && length == 1;
        if (code < 0x80 || json->ascii || invalid)
            put_escaped(json, code);
        else
            put(json, text, length);
        text += length;
    }
    put_character(json, '"');
}

void json_key(struct json *json, const char *key)
{
    assert(json->depth > 0 && json->closing[json->depth] == '}' && !json->after_key);
    separate(json);
    put_quoted(json, key);
    put_string(json, ": ");
    json->after_key = true;
}

void json_put_text(struct json *json, const char *text)
{
    separate(json);
    if (text)
        put_quoted(json, text);
    else
        put_string(json, "null");
}

void json_put_unsigned(struct json *json, uint64_t value)
{
    char text[20];
    size_t start = sizeof text;
    do
        text[--start] = (char)('0' + value % 10);
    while (value /= 10);
    separate(json);
    put(json, text + start, sizeof text - start);
}

void json_put_signed(struct json *json, int64_t value)
{
    char text[24];
    separate(json);
    put(json, text, (size_t)snprintf(text, sizeof text, "%" PRId64, value));
}

void json_put_bool(struct json *json, bool value)
{
    separate(json);
    put_string(json, value ? "true" : "false");
}

void json_put_null(struct json *json)
{
    separate(json);
    put_string(json, "null");
}

static size_t digits(const char *text)
{
    return strspn(text, "0123456789");
}

/* RFC 8259 §6: -? (0 | [1-9] digits) (. digits)? ([eE] [+-]? digits)? */
static bool is_number(const char *text)
{
    text += *text == '-';
    size_t whole = digits(text);
    if (whole == 0 || (text[0] == '0' && whole > 1))
        return false;
    text += whole;
    if (*text == '.') {
        size_t fraction = digits(++text);
        if (fraction == 0)
            return false;
        text += fraction;
    }
    if (*text == 'e' || *text == 'E') {
        text++;
        text += *text == '+' || *text == '-';
        size_t exponent = digits(text);
        if (exponent == 0)
            return false;
        text += exponent;
    }
    return *text == '\0';
}

void json_put_number(struct json *json, const char *text)
{
    separate(json);
    if (is_number(text))
        put_string(json, text);
    else
        put_quoted(json, text);
}
