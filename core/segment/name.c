#include "core/segment/name.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "core/sys/text.h"

#define NAME_PART_MAX 255

/* For terminals that know no UTF-8: what is not ASCII as \u or \U too, invalid bytes and the rest as ever. */
static void add_ascii(struct text *text, const char *raw, size_t length)
{
    for (size_t at = 0, n; at < length; at += n) {
        char piece[16];
        uint32_t character;
        n = text_decode(raw + at, length - at, &character);
        if (n > 1)
            text_add(text, piece,
                     (size_t)sprintf(piece, character > 0xffff ? "\\U%08x" : "\\u%04x", character));
        else
            text_add_escaped_bytes(text, raw + at, n = 1);
    }
}

size_t name_escape(const char *raw, size_t length, bool ascii_only, char *buf, size_t size)
{
    struct text text;
    text_init(&text, buf, size);
    if (ascii_only)
        add_ascii(&text, raw, length);
    else
        text_add_escaped_bytes(&text, raw, length);
    return text.length;
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
static size_t unescape_one(const char *text, char *bytes, size_t *ret_taken)
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
        bytes[0] = (char)value;
        return 1;
    }
    if (value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
        return 0;
    return text_encode(value, bytes);
}

bool name_unescape(const char *text, char *buf, size_t size)
{
    size_t written = 0;
    bool any = false;
    while (*text) {
        char bytes[TEXT_UTF8_MAX] = {*text};
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

/* What follows root and its slash; NULL where path does not lie in it. */
static const char *beneath(const char *root, const char *path)
{
    size_t length = strlen(root);
    while (length && root[length - 1] == '/')
        length--;
    return strncmp(path, root, length) == 0 && path[length] == '/' ? path + length + 1 : NULL;
}

bool name_of_path(const char *root, bool whole, const char *path, char *buf)
{
    const char *name = beneath(root, path);
    const char *last = strrchr(path, '/');
    if (!name && whole && last)
        name = last + 1;
    if (!name || strlen(name) >= NAME_PATH_MAX || name_check(name, NULL) < 0)
        return false;
    memcpy(buf, name, strlen(name) + 1);
    return true;
}
