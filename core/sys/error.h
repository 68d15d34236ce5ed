/*
 * Errors: a code and a sentence.
 *
 * Core returns 0 or -code, and fills a struct error where most is known. The code is an errno value, and its
 * class decides the exit status (product.md "Exit codes"), so each failure uses the one that means the same:
 *
 *   EBADMSG    malformed or damaged input            exit 1
 *   ENOTSUP    well-formed input that is refused     exit 1   (object arrays, unknown kinds)
 *   EINVAL     usage: a bad name, index, number      exit 2
 *   ENOENT     not found                             exit 3
 *   EEXIST     the name is taken                     exit 4
 *   EBUSY      held or protected                     exit 4
 *   EROFS      read-only                             exit 4
 *   ESTALE     replaced or changed meanwhile         exit 4
 *   ENOSPC     no room (EDQUOT, EFBIG alike)         exit 4
 *   EACCES     no permission (EPERM alike)           exit 5
 *   ECANCELED  the user stopped it
 *   others     what the kernel said                  exit 1
 *
 * The text is the reason alone, printable (names in it went through name_escape), without a newline and
 * without the name of the segment: the caller prints "shmtop: NAME: text".
 */
#ifndef SHMTOP_CORE_SYS_ERROR_H
#define SHMTOP_CORE_SYS_ERROR_H

#define ERROR_TEXT_MAX 512

struct error {
    int code; /* a positive errno value; 0 while nothing failed */
    char text[ERROR_TEXT_MAX];
    unsigned start, length; /* the bytes at fault of a text that was parsed, where a parser says so; length 0:
                               not said */
};

/* Fills *error (which may be NULL), start and length with 0, and returns -code. A text too long is cut at a
 * character boundary. */
int error_set(struct error *error, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* As error_set, with ": " and the system's words for the code behind the text. */
int error_set_errno(struct error *error, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
