/*
 * Text from bytes: a bounded buffer that knows how long the whole would be, UTF-8, and the escaping that
 * makes hostile bytes printable. Needs no locale.
 */
#ifndef SHMTOP_CORE_SYS_TEXT_H
#define SHMTOP_CORE_SYS_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A text under construction in a caller's buffer. Pieces are written whole or not at all, and none after the
 * first that did not fit, so what stands in buf is always a prefix, cut between pieces and NUL-terminated.
 */
struct text {
    char *buf;      /* may be NULL where size is 0 */
    size_t size;    /* of buf, the NUL included */
    size_t written; /* bytes in buf */
    size_t length;  /* bytes that the whole text needs, without the NUL */
};

void text_init(struct text *text, char *buf, size_t size);
void text_add(struct text *text, const char *piece, size_t length);
void text_add_string(struct text *text, const char *string);
void text_add_char(struct text *text, char c);
void text_add_u64(struct text *text, uint64_t value);
void text_add_i64(struct text *text, int64_t value);
void text_add_hex(struct text *text, uint64_t value, int digits);

/* One character, escaped where it is not printable: \xNN for ASCII controls, \uNNNN, \UNNNNNNNN, \\. */
void text_add_escaped(struct text *text, uint32_t character);
/* Bytes as UTF-8, each character as above, each byte of what is invalid as \xNN. */
void text_add_escaped_bytes(struct text *text, const void *bytes, size_t length);

#define TEXT_UTF8_MAX 4

/*
 * Decodes the first character of bytes (length > 0): returns its length, 0 where no well-formed sequence
 * stands there (overlong forms, surrogates and what lies above 10FFFF included).
 */
size_t text_decode(const void *bytes, size_t length, uint32_t *ret_character);
/* Encodes a character below 110000 in at most TEXT_UTF8_MAX bytes; returns how many. */
size_t text_encode(uint32_t character, char *bytes);

/* A number of decimal digits alone, at most most. False for anything else, no digit too. */
bool text_read_u64(const char *text, size_t length, uint64_t most, uint64_t *ret_number);

/* Controls, format and bidi characters, line and paragraph separators: categories Cc, Cf, Zl, Zp. */
bool text_is_unprintable(uint32_t character);

#endif
