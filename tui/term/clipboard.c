#include "tui/term/clipboard.h"

#include <stdint.h>
#include <string.h>

#include "core/sys/memory.h"

/* Base64 of RFC 4648 §4; returns the end. */
static char *put_base64(char *at, const char *text, size_t n)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < n; i += 3) {
        uint32_t three = (uint32_t)(unsigned char)text[i] << 16;
        three |= i + 1 < n ? (uint32_t)(unsigned char)text[i + 1] << 8 : 0;
        three |= i + 2 < n ? (uint32_t)(unsigned char)text[i + 2] : 0;
        *at++ = digits[three >> 18];
        *at++ = digits[three >> 12 & 63];
        *at++ = i + 1 < n ? digits[three >> 6 & 63] : '=';
        *at++ = i + 2 < n ? digits[three & 63] : '=';
    }
    return at;
}

static char *put_sequence(char *at, const char *begin, const char *text, size_t n, const char *end)
{
    return stpcpy(put_base64(stpcpy(at, begin), text, n), end);
}

char *clipboard_sequence(const char *text, size_t n, bool tmux)
{
    if (n > CLIPBOARD_MAX)
        return NULL;
    char *sequence = memory_new(2 * ((n + 2) / 3 * 4 + 32));
    char *end = put_sequence(sequence, "\033]52;c;", text, n, "\a");
    if (tmux) /* within the wrapping each escape is doubled */
        put_sequence(end, "\033Ptmux;\033\033]52;c;", text, n, "\a\033\\");
    return sequence;
}
