#include "core/sys/text.h"

#include <string.h>

#include "core/sys/checked.h"

struct range {
    uint32_t first, last;
};

/* General categories Cc, Cf, Zl and Zp of Unicode 15: UnicodeData.txt. */
static const struct range unprintable[] = {
    {0x00, 0x1f},       {0x7f, 0x9f},       {0xad, 0xad},       {0x600, 0x605},     {0x61c, 0x61c},
    {0x6dd, 0x6dd},     {0x70f, 0x70f},     {0x890, 0x891},     {0x8e2, 0x8e2},     {0x180e, 0x180e},
    {0x200b, 0x200f},   {0x2028, 0x202e},   {0x2060, 0x2064},   {0x2066, 0x206f},   {0xfeff, 0xfeff},
    {0xfff9, 0xfffb},   {0x110bd, 0x110bd}, {0x110cd, 0x110cd}, {0x13430, 0x1343f}, {0x1bca0, 0x1bca3},
    {0x1d173, 0x1d17a}, {0xe0001, 0xe0001}, {0xe0020, 0xe007f},
};

bool text_is_unprintable(uint32_t character)
{
    size_t low = 0, high = sizeof unprintable / sizeof unprintable[0];
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (character > unprintable[middle].last)
            low = middle + 1;
        else if (character < unprintable[middle].first)
            high = middle;
        else
            return true;
    }
    return false;
}

size_t text_decode(const void *bytes, size_t length, uint32_t *ret_character)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *at = bytes;
    if (at[0] < 0x80) {
        *ret_character = at[0];
        return 1;
    }
    size_t size = at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : 2;
    if (at[0] < 0xc2 || at[0] > 0xf4 || size > length)
        return 0;
    uint32_t character = at[0] & (0xffu >> (size + 1));
    for (size_t i = 1; i < size; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return 0;
        character = character << 6 | (at[i] & 0x3fu);
    }
    if (character < least[size] || character > 0x10ffff || (character >= 0xd800 && character <= 0xdfff))
        return 0;
    *ret_character = character;
    return size;
}

size_t text_encode(uint32_t character, char *bytes)
{
    static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    size_t size = character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
    for (size_t i = size - 1; i > 0; i--) {
        bytes[i] = (char)(0x80 | (character & 0x3f));
        character >>= 6;
    }
    bytes[0] = (char)(lead[size] | character);
    return size;
}

void text_init(struct text *text, char *buf, size_t size)
{
    *text = (struct text){.buf = buf, .size = size};
    if (size > 0)
        buf[0] = '\0';
}

void text_add(struct text *text, const char *piece, size_t length)
{
    if (text->written == text->length && length < text->size - text->written) {
        memcpy(text->buf + text->written, piece, length);
        text->written += length;
        text->buf[text->written] = '\0';
    }
    text->length += length;
}

void text_add_string(struct text *text, const char *string)
{
    text_add(text, string, strlen(string));
}

void text_add_char(struct text *text, char c)
{
    text_add(text, &c, 1);
}

void text_add_u64(struct text *text, uint64_t value)
{
    char digits[20];
    size_t at = sizeof digits;
    do
        digits[--at] = (char)('0' + value % 10);
    while (value /= 10);
    text_add(text, digits + at, sizeof digits - at);
}

void text_add_i64(struct text *text, int64_t value)
{
    if (value < 0)
        text_add_char(text, '-');
    text_add_u64(text, value < 0 ? -(uint64_t)value : (uint64_t)value);
}

static void write_hex(char *piece, uint64_t value, int digits)
{
    for (int i = 0; i < digits; i++)
        piece[i] = "0123456789abcdef"[value >> 4 * (digits - 1 - i) & 0xf];
}

void text_add_hex(struct text *text, uint64_t value, int digits)
{
    char piece[16];
    write_hex(piece, value, digits);
    text_add(text, piece, (size_t)digits);
}

/* The escape is one piece: it is never cut in two. */
static void add_escape(struct text *text, char letter, uint32_t value, int digits)
{
    char piece[10] = {'\\', letter};
    write_hex(piece + 2, value, digits);
    text_add(text, piece, 2 + (size_t)digits);
}

void text_add_escaped(struct text *text, uint32_t character)
{
    if (character == '\\')
        text_add(text, "\\\\", 2);
    else if (character < 0x20 || character == 0x7f)
        add_escape(text, 'x', character, 2);
    else if (character > 0x10ffff || (character > 0xffff && text_is_unprintable(character)))
        add_escape(text, 'U', character, 8);
    else if ((character >= 0xd800 && character <= 0xdfff) || text_is_unprintable(character))
        add_escape(text, 'u', character, 4);
    else {
        char piece[TEXT_UTF8_MAX];
        text_add(text, piece, text_encode(character, piece));
    }
}

void text_add_escaped_bytes(struct text *text, const void *bytes, size_t length)
{
    const unsigned char *at = bytes;
    while (length > 0) {
        uint32_t character;
        size_t taken = text_decode(at, length, &character);
        if (taken > 0)
            text_add_escaped(text, character);
        else
            add_escape(text, 'x', at[0], 2);
        taken += taken == 0;
        at += taken;
        length -= taken;
    }
}

bool text_read_u64(const char *text, size_t length, uint64_t most, uint64_t *ret_number)
{
    uint64_t number = 0;
    for (size_t i = 0; i < length; i++)
        if (text[i] < '0' || text[i] > '9' || checked_mul_u64(number, 10, &number) ||
            checked_add_u64(number, (uint64_t)(text[i] - '0'), &number) || number > most)
            return false;
    if (length > 0)
        *ret_number = number;
    return length > 0;
}
