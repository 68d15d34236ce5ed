/*
 * Names in a world-writable directory are hostile until escaped: this is the one function that makes a name (or any
 * text from outside) printable, for the screen, messages, tables and JSON alike. product.md "Names".
 */
#ifndef SHMTOP_CORE_SEGMENT_NAME_H
#define SHMTOP_CORE_SEGMENT_NAME_H

#include <stdbool.h>
#include <stddef.h>

#include "core/sys/error.h"

#define NAME_PATH_MAX 512 /* "DIR/FILE" and its NUL: 255 + 1 + 255 + 1 */
#define NAME_PRINTABLE_MAX (10 * 511 + 1)

/*
 * Escapes: a byte of invalid UTF-8 or an ASCII control as \xNN; other control, format and bidi characters (Cc, Cf,
 * Zl, Zp, surrogates never valid) as \uNNNN or \UNNNNNNNN, lower case; a backslash as \\. With ascii_only every
 * character above 0x7e too (for terminals without UTF-8). Needs no locale. Writes at most size bytes,
 * NUL-terminated, never cutting an escape or a character in two; returns the length needed.
 */
size_t name_escape(const char *raw, size_t length, bool ascii_only, char *buf, size_t size);

/*
 * The raw bytes of an escaped name, NUL-terminated in buf (size NAME_PATH_MAX is enough). Returns true where text
 * holds at least one escape and all are well formed, and the result holds no NUL.
 */
bool name_unescape(const char *text, char *buf, size_t size);

/*
 * Whether a NAME addresses an entry: "FILE" or "DIR/FILE", each part 1..255 bytes, not "." or "..". -EINVAL with
 * the reason. For names to create and to look up alike.
 */
int name_check(const char *name, struct error *error);

/*
 * The name, "FILE" or "DIR/FILE", that a path as the kernel shows it has in the directory that it shows as
 * root. whole: the directory is the root of its file system (directory_is_whole), so a path that does not lie
 * in root was seen through another mount, and its last component is taken. buf holds NAME_PATH_MAX. False
 * where it lies elsewhere or deeper.
 */
bool name_of_path(const char *root, bool whole, const char *path, char *buf);

/* True for .shmtop-PID-N, also in a DIR: what a replacement under way is called, never listed. */
bool name_is_temporary(const char *name);

#endif
