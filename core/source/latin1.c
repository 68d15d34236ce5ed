#include "core/source/latin1.h"

/* Half of all random bytes are two in UTF-8, which no processor can guess: so no branch depends on it. */
size_t latin1_decode(const uint8_t *text, size_t size, uint8_t *bytes, size_t room, size_t *ret_taken)
{
    size_t n = 0, at = 0;
    while (n < room && at + 1 < size) {
        uint8_t c = text[at], next = text[at + 1];
        uint8_t two = c >> 7, mask = (uint8_t)-two;
        uint8_t wide = (uint8_t)(c << 6 | (next & 0x3f));
        if (((uint8_t)((c & 0xfe) ^ 0xc2) | (uint8_t)((next & 0xc0) ^ 0x80)) & mask)
            break;
        bytes[n++] = (uint8_t)((wide & mask) | (c & (uint8_t)~mask));
        at += 1u + two;
    }
    if (n < room && at + 1 == size && text[at] < 0x80)
        bytes[n++] = text[at++];
    *ret_taken = at;
    return n;
}
