#include "core/segment/name.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#define NAME_PART_MAX 255

struct range {
    uint32_t first, last;
};

/* General categories Cc (C1; ASCII's are told apart), Cf, Zl and Zp of Unicode 15: UnicodeData.txt. */
static const struct range unprintable[] = {
    {0x80, 0x9f},       {0xad, 0xad},       {0x600, 0x605},     {0x61c, 0x61c},     {0x6dd, 0x6dd},
    {0x70f, 0x70f},     {0x890, 0x891},     {0x8e2, 0x8e2},     {0x180e, 0x180e},   {0x200b, 0x200f},
    {0x2028, 0x202e},   {0x2060, 0x2064},   {0x2066, 0x206f},   {0xfeff, 0xfeff},   {0xfff9, 0xfffb},
    {0x110bd, 0x110bd}, {0x110cd, 0x110cd}, {0x13430, 0x1343f}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a},
    {0xe0001, 0xe0001}, {0xe0020, 0xe007f},
};

static bool is_unprintable(uint32_t character)
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

/*
 * Decodes one character after the table of well-formed sequences (Unicode 15, table 3-7), so that overlong
 * forms, surrogates and what lies above 10FFFF are invalid. Returns its length, 0 where the first byte begins
 * none.
 */
static size_t decode(const unsigned char *bytes, size_t length, uint32_t *ret_character)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned char first = bytes[0];
    if (first < 0x80) {
        *ret_character = first;
        return 1;
    }
    size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || size > length)
        return 0;
    uint32_t character = first & (0xffu >> (size + 1));
    for (size_t i = 1; i < size; i++) {
        if ((bytes[i] & 0xc0) != 0x80)
            return 0;
        character = character << 6 | (bytes[i] & 0x3fu);
    }
    if (character < least[size] || character > 0x10ffff || (character >= 0xd800 && character <= 0xdfff))
        return 0;
    *ret_character = character;
    return size;
}

static size_t encode(uint32_t character, unsigned char *bytes)
{
    if (character < 0x80) {
        bytes[0] = (unsigned char)character;
        return 1;
    }
    size_t size = character >= 0x10000 ? 4 : character >= 0x800 ? 3 : 2;
    for (size_t i = size - 1; i > 0; i--) {
        bytes[i] = (unsigned char)(0x80 | (character & 0x3f));
        character >>= 6;
    }
    bytes[0] = (unsigned char)((0xf00u >> size & 0xff) | character);
    return size;
}

/* Writes \x, \u or \U and so many digits. */
static size_t write_escape(char *piece, char letter, uint32_t value, int digits)
{
    piece[0] = '\\';
    piece[1] = letter;
    for (int i = 0; i < digits; i++)
        piece[2 + i] = "0123456789abcdef"[value >> 4 * (digits - 1 - i) & 0xf];
    return 2 + (size_t)digits;
}

/* The printable form of the first character: at most 10 bytes. *ret_taken: how many raw bytes it stands for.
 */
static size_t escape_one(const unsigned char *raw, size_t length, bool ascii_only, char *piece,
                         size_t *ret_taken)
{
    uint32_t character;
    size_t taken = decode(raw, length, &character);
    *ret_taken = taken ? taken : 1;
    if (!taken || character < 0x20 || character == 0x7f)
        return write_escape(piece, 'x', raw[0], 2);
    if (character == '\\') {
        memcpy(piece, "\\\\", 2);
        return 2;
    }
    if (character >= 0x80 && (ascii_only || is_unprintable(character)))
        return character > 0xffff ? write_escape(piece, 'U', character, 8)
                                  : write_escape(piece, 'u', character, 4);
    memcpy(piece, raw, taken);
    return taken;
}

size_t name_escape(const char *raw, size_t length, bool ascii_only, char *buf, size_t size)
{
    const unsigned char *bytes = (const unsigned char *)raw;
    size_t needed = 0, written = 0;
    for (size_t at = 0, taken; at < length; at += taken) {
        char piece[10];
        size_t n = escape_one(bytes + at, length - at, ascii_only, piece, &taken);
        /* After the first piece that does not fit, none is written: what stands there is a prefix. */
        if (written == needed && needed + n < size) {
            memcpy(buf + written, piece, n);
            written += n;
        }
        needed += n;
    }
    if (size > 0)
        buf[written] = '\0';
    return needed;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

static bool read_hex(const char *text, int digits, uint32_t *ret_value)
{
    uint32_t value = 0;
    for (int i = 0; i < digits; i++) {
        int digit = hex_digit(text[i]);
        if (digit < 0)
            return false;
        value = value << 4 | (uint32_t)digit;
    }
    *ret_value = value;
    return true;
}

/* The bytes of the escape at text (behind its backslash). Returns how many; 0: malformed. *ret_taken:
 * characters of text. */
static size_t unescape_one(const char *text, unsigned char *bytes, size_t *ret_taken)
{
    int digits = text[0] == 'x' ? 2 : text[0] == 'u' ? 4 : text[0] == 'U' ? 8 : 0;
    uint32_t value;
    *ret_taken = 1 + (size_t)digits;
    if (text[0] == '\\') {
        bytes[0] = '\\';
        return 1;
    }
    if (digits == 0 || !read_hex(text + 1, digits, &value) || value == 0)
        return 0;
    if (digits == 2) {
        bytes[0] = (unsigned char)value;
        return 1;
    }
    if (value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
        return 0;
    return encode(value, bytes);
}

bool name_unescape(const char *text, char *buf, size_t size)
{
    size_t written = 0;
    bool any = false;
    while (*text) {
        unsigned char bytes[4] = {(unsigned char)*text};
        size_t n = 1, taken = 0;
        if (*text++ == '\\') {
            n = unescape_one(text, bytes, &taken);
            any = true;
        }
        if (n == 0 || n >= size - written)
            return false;
        memcpy(buf + written, bytes, n);
        written += n;
        text += taken;
    }
    if (size > 0)
        buf[written] = '\0';
    return any;
}

static int check_part(const char *part, size_t length, struct error *error)
{
    if (length == 0)
        return error_set(error, EINVAL, "a name is FILE or DIR/FILE, with neither part empty");
    if (length > NAME_PART_MAX)
        return error_set(error, EINVAL, "a name has at most %d bytes, this has %zu", NAME_PART_MAX, length);
    if (part[0] == '.' && (length == 1 || (length == 2 && part[1] == '.')))
        return error_set(error, EINVAL, "\".\" and \"..\" name no segment");
    return 0;
}

int name_check(const char *name, struct error *error)
{
    if (name[0] == '\0')
        return error_set(error, EINVAL, "the name is empty");
    if (name[0] == '/')
        return error_set(error, EINVAL, "a name is relative to the directory: FILE or DIR/FILE, no path");
    const char *slash = strchr(name, '/');
    if (!slash)
        return check_part(name, strlen(name), error);
    if (strchr(slash + 1, '/'))
        return error_set(error, EINVAL, "a name is FILE or DIR/FILE: no deeper");
    int r = check_part(name, (size_t)(slash - name), error);
    return r < 0 ? r : check_part(slash + 1, strlen(slash + 1), error);
}

static const char *skip_digits(const char *text)
{
    while (*text >= '0' && *text <= '9')
        text++;
    return text;
}

bool name_is_temporary(const char *name)
{
    static const char prefix[] = ".shmtop-";
    const char *slash = strrchr(name, '/');
    const char *file = slash ? slash + 1 : name;
    if (strncmp(file, prefix, sizeof prefix - 1) != 0)
        return false;
    const char *pid = file + sizeof prefix - 1;
    const char *dash = skip_digits(pid);
    if (dash == pid || *dash != '-')
        return false;
    const char *end = skip_digits(dash + 1);
    return end != dash + 1 && *end == '\0';
}
