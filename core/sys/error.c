#include "core/sys/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Cuts a text that vsnprintf truncated where a UTF-8 character begins, so that it stays printable. */
static void trim_partial_character(char *text, size_t size)
{
    size_t end = size - 1;
    size_t start = end;
    while (start > 0 && end - start < 4 && ((unsigned char)text[start - 1] & 0xC0) == 0x80)
        start--;
    if (start > 0 && (unsigned char)text[start - 1] >= 0xC0)
        text[start - 1] = '\0';
}

__attribute__((format(printf, 2, 0))) static void format_text(struct error *error, const char *format,
                                                              va_list arguments, const char *tail)
{
    int length = vsnprintf(error->text, sizeof error->text, format, arguments);
    if (length < 0)
        error->text[0] = '\0';
    if (length >= (int)sizeof error->text)
        trim_partial_character(error->text, sizeof error->text);
    if (!tail)
        return;
    size_t used = strlen(error->text);
    snprintf(error->text + used, sizeof error->text - used, ": %s", tail);
}

int error_set(struct error *error, int code, const char *format, ...)
{
    if (error) {
        va_list arguments;
        va_start(arguments, format);
        error->code = code;
        error->start = error->length = 0;
        format_text(error, format, arguments, NULL);
        va_end(arguments);
    }
    return -code;
}

int error_set_errno(struct error *error, int code, const char *format, ...)
{
    if (error) {
        va_list arguments;
        va_start(arguments, format);
        error->code = code;
        error->start = error->length = 0;
        const char *words = strerrordesc_np(code);
        format_text(error, format, arguments, words ? words : "unknown error");
        va_end(arguments);
    }
    return -code;
}
