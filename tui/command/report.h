/*
 * What a command tells a person: "shmtop: NAME: reason" on standard error. Whatever it is given, no control
 * byte reaches the terminal.
 */
#ifndef SHMTOP_TUI_COMMAND_REPORT_H
#define SHMTOP_TUI_COMMAND_REPORT_H

#include <stdio.h>

#include "tui/command/exit.h"
#include "tui/command/options.h"

/* name_escape for this terminal; returns buf. */
const char *report_escape(const struct options *options, const char *raw, char *buf, size_t size);

/*
 * Printable UTF-8 as this terminal can show it: with options->ascii × is x, the rest above ASCII \uNNNN. What
 * is ASCII stays as it is. Writes at most size bytes, NUL-terminated; returns the length needed.
 */
size_t report_text(const struct options *options, const char *printable, char *buf, size_t size);

/* Prints printable text to out in this way. */
void report_put(const struct options *options, FILE *out, const char *printable);
void report_putf(const struct options *options, FILE *out, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* "shmtop: SUBJECT: text"; subject is raw, NULL for none; an empty one is shown as ''. */
void report_problem(const struct options *options, const char *subject, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same from an error; returns its exit status. */
enum exit_status report_error(const struct options *options, const char *subject, const struct error *error);

/* A mistake in the usage: says where to read about it. who: the command, or NULL. Returns EXIT_STATUS_USAGE.
 */
enum exit_status report_usage(const struct options *options, const char *who, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * The size of the terminal on standard output, 80 by 24 where there is none. As ls and its like: COLUMNS and
 * LINES go before what the terminal says. Returns whether it is a terminal.
 */
bool report_extent(unsigned *ret_columns, unsigned *ret_rows);

/*
 * From here on what is printed on stdout is written so that report_finish knows why it could not be; SIGPIPE
 * is ignored meanwhile, so that a reader who leaves does not stop a deletion half-way.
 */
void report_begin(void);

/* The same for what was written to standard output around stdout: code (errno) is why it failed. */
void report_output_failed(int code);

/* Whether the last that was printed met nobody who reads. Then it is forgotten: no failure, where to be left
 * is the usual end. */
bool report_reader_left(void);

/*
 * Flushes standard output and says if not all of it could be written. Returns the worse of status and that
 * failure. Where nobody reads any more the program ends here as other tools do: by SIGPIPE, silently; or, if
 * whoever started it ignored that signal, with the message.
 */
enum exit_status report_finish(const struct options *options, enum exit_status status);

#endif
