/*
 * Patterns as a shell knows them: '*' any run of characters ('/' too), '?' one character, "[a-z_]" one of
 * these, "[!a-z]" or "[^a-z]" none of these (a ']' that stands first is one of them); everything else is
 * itself, a backslash too, so that "[*]" is the star. Pattern and text are UTF-8; no locale is asked.
 */
#ifndef SHMTOP_CORE_SYS_GLOB_H
#define SHMTOP_CORE_SYS_GLOB_H

#include <stdbool.h>
#include <stddef.h>

/* Whether the pattern is well formed: every '[' has its ']'. *ret_at: where one has not. */
bool glob_is_valid(const char *pattern, size_t *ret_at);

/* Whether the pattern holds anything but characters that are themselves. */
bool glob_is_pattern(const char *text);

/* Whether a valid pattern fits the whole text. Goes back to the last star only: never more steps than the
 * lengths of both multiplied, and few more than the text's length unless pattern and text are made for it. */
bool glob_matches(const char *pattern, const char *text);

#endif
