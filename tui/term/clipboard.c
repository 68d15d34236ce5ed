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

char *clipboard_sequence(const char *text, size_t n, bool tmux)
{
    /* Within tmux's own wrapping each escape is doubled. */
    const char *begin = tmux ? "\033Ptmux;\033\033]52;c;" : "\033]52;c;", *end = tmux ? "\a\033\\" : "\a";
    if (n > CLIPBOARD_MAX)
        return NULL;
    char *sequence = memory_new(strlen(begin) + (n + 2) / 3 * 4 + strlen(end) + 1);
    strcpy(put_base64(strcpy(sequence, begin) + strlen(begin), text, n), end);
    return sequence;
}
