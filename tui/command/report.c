#include "tui/command/report.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "core/segment/name.h"
#include "core/sys/fd.h"

const char *report_escape(const struct options *options, const char *raw, char *buf, size_t size)
{
    name_escape(raw, strlen(raw), options->ascii, buf, size);
    return buf;
}

/* Decodes one character of valid UTF-8; what is not valid counts as a byte. Returns its length. */
static size_t decode(const char *text, uint32_t *ret_code)
{
    const unsigned char *bytes = (const unsigned char *)text;
    size_t length = bytes[0] < 0xC0 ? 1 : bytes[0] < 0xE0 ? 2 : bytes[0] < 0xF0 ? 3 : 4;
    uint32_t code = length == 1 ? bytes[0] : bytes[0] & (0xFFu >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        if ((bytes[i] & 0xC0) != 0x80) {
            *ret_code = bytes[0];
            return 1;
        }
        code = code << 6 | (bytes[i] & 0x3F);
    }
    *ret_code = code;
    return length;
}

static size_t ascii_character(uint32_t code, char buf[16])
{
    if (code < 0x80)
        return (size_t)snprintf(buf, 16, "%c", (char)code);
    if (code == 0xD7)
        return (size_t)snprintf(buf, 16, "x");
    return (size_t)snprintf(buf, 16, code > 0xFFFF ? "\\U%08x" : "\\u%04x", (unsigned)code);
}

size_t report_text(const struct options *options, const char *printable, char *buf, size_t size)
{
    size_t length = 0;
    bool fits = true;
    while (*printable) {
        uint32_t code;
        char ascii[16];
        size_t taken = decode(printable, &code);
        size_t put = options->ascii ? ascii_character(code, ascii) : taken;
        fits = fits && length + put < size;
        if (fits)
            memcpy(buf + length, options->ascii ? ascii : printable, put);
        if (fits)
            buf[length + put] = '\0';
        length += put;
        printable += taken;
    }
    if (size > 0 && length == 0)
        buf[0] = '\0';
    return length;
}

void report_put(const struct options *options, FILE *out, const char *printable)
{
    if (!options->ascii) {
        fputs(printable, out);
        return;
    }
    while (*printable) {
        uint32_t code;
        char ascii[16];
        printable += decode(printable, &code);
        fwrite(ascii, 1, ascii_character(code, ascii), out);
    }
}

__attribute__((format(printf, 3, 0))) static void put_formatted(const struct options *options, FILE *out,
                                                                const char *format, va_list arguments)
{
    char *text;
    if (vasprintf(&text, format, arguments) < 0)
        return;
    report_put(options, out, text);
    free(text);
}

void report_putf(const struct options *options, FILE *out, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    put_formatted(options, out, format, arguments);
    va_end(arguments);
}

static void put_subject(const struct options *options, const char *subject)
{
    fputs("shmtop: ", stderr);
    if (!subject)
        return;
    if (!subject[0])
        subject = "''";
    size_t size = 10 * strlen(subject) + 1;
    char *shown = malloc(size);
    if (shown)
        fputs(report_escape(options, subject, shown, size), stderr);
    free(shown);
    fputs(": ", stderr);
}

void report_problem(const struct options *options, const char *subject, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    put_subject(options, subject);
    put_formatted(options, stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
}

enum exit_status report_error(const struct options *options, const char *subject, const struct error *error)
{
    report_problem(options, subject, "%s", error->text);
    return exit_status_of(error->code);
}

enum exit_status report_usage(const struct options *options, const char *who, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    put_subject(options, who);
    put_formatted(options, stderr, format, arguments);
    fprintf(stderr, "; see shmtop %s%s--help\n", who ? who : "", who ? " " : "");
    va_end(arguments);
    return EXIT_STATUS_USAGE;
}

static unsigned from_environment(const char *name, unsigned otherwise)
{
    const char *text = getenv(name);
    char *end;
    unsigned long value = text ? strtoul(text, &end, 10) : 0;
    return value > 0 && value <= 10000 && !*end ? (unsigned)value : otherwise;
}

bool report_extent(unsigned *ret_columns, unsigned *ret_rows)
{
    struct winsize size = {0};
    bool is_terminal = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0;
    bool known = is_terminal && size.ws_col > 0 && size.ws_row > 0;
    *ret_columns = from_environment("COLUMNS", known ? size.ws_col : 80);
    *ret_rows = from_environment("LINES", known ? size.ws_row : 24);
    return is_terminal;
}

/* Why the first write failed, 0: none did; a stream itself remembers only that one did. */
static int output_failure;

void report_output_failed(int code)
{
    if (!output_failure)
        output_failure = code;
}

static ssize_t write_output(void *cookie, const char *bytes, size_t size)
{
    (void)cookie;
    int code = fd_write_all(STDOUT_FILENO, bytes, size);
    if (code == 0)
        return (ssize_t)size;
    report_output_failed(-code);
    return 0; /* fopencookie(3): not -1 */
}

/* Whether SIGPIPE, had we not ignored it, would have ended us. */
static bool pipe_signal_ends;

void report_begin(void)
{
    struct sigaction before;
    pipe_signal_ends = sigaction(SIGPIPE, NULL, &before) == 0 && before.sa_handler == SIG_DFL;
    signal(SIGPIPE, SIG_IGN);
    FILE *out = fopencookie(NULL, "w", (cookie_io_functions_t){.write = write_output});
    if (out)
        stdout = out;
}

bool report_reader_left(void)
{
    if (!ferror(stdout) || output_failure != EPIPE)
        return false;
    __fpurge(stdout);
    clearerr(stdout);
    output_failure = 0;
    return true;
}

enum exit_status report_finish(const struct options *options, enum exit_status status)
{
    bool failed = ferror(stdout) || output_failure;
    if (fflush(stdout) == 0 && !failed)
        return status;
    if (output_failure == EPIPE && pipe_signal_ends) {
        signal(SIGPIPE, SIG_DFL);
        raise(SIGPIPE);
    }
    report_problem(options, "standard output", "%s",
                   output_failure ? strerrordesc_np(output_failure) : "not all could be written");
    return exit_status_worse(status, EXIT_STATUS_FAILED);
}
