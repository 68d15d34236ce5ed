/*
 * UTF-8 and the columns that a character takes, by our own tables: the cells, and so the tests' golden
 * screens, are the same in every locale.
 */
#ifndef SHMTOP_TUI_TERM_WIDTH_H
#define SHMTOP_TUI_TERM_WIDTH_H

#include <stddef.h>
#include <stdint.h>

#define CHARACTER_REPLACEMENT 0xfffd

/*
 * The character at text (NUL-terminated), and in *ret_code its number. Returns its bytes, 0 at the end. What
 * is no UTF-8 (RFC 3629: no surrogates, nothing overlong, nothing above 10FFFF) is one byte long and
 * UINT32_MAX.
 */
size_t utf8_decode(const char *text, uint32_t *ret_code);
/* Writes the UTF-8 of code, at most 4 bytes and a NUL; returns the bytes without it. */
size_t utf8_encode(uint32_t code, char ret_text[5]);

/* Columns: 0 (combining), 1 or 2; -1 for what must not reach a terminal: controls, format and bidi
 * characters, no characters at all. */
int character_width(uint32_t code);

#endif
