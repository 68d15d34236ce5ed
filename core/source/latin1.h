/*
 * Bytes that stand as text: each is the character of its number (Latin-1), written in UTF-8.
 */
#ifndef SHMTOP_CORE_SOURCE_LATIN1_H
#define SHMTOP_CORE_SOURCE_LATIN1_H

#include <stddef.h>
#include <stdint.h>

/*
 * Decodes until room bytes are made or the text ends, but not a character that the end cuts, nor one that is
 * malformed or above 255. Returns the bytes made; *ret_taken of the text were used up.
 */
size_t latin1_decode(const uint8_t *text, size_t size, uint8_t *bytes, size_t room, size_t *ret_taken);

#endif
