/*
 * A streaming JSON writer: what is written is gone, so that 100,000 segments take no more memory than one.
 *
 * It keeps the commas and the nesting. Text is UTF-8 and stays so, but for what JSON wants escaped; with
 * ascii all above U+007E is \uNNNN. Bytes of invalid UTF-8 (names never hold any: they went through
 * name_escape) become U+FFFD. Nothing depends on the locale.
 */
#ifndef SHMTOP_TUI_COMMAND_JSON_H
#define SHMTOP_TUI_COMMAND_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define JSON_DEPTH_MAX 80 /* a matrix of 64 dimensions and the objects around it */
#define JSON_BUFFER    8192

struct json {
    FILE *out; /* borrowed; failures are its ferror, once the buffer went there */
    bool ascii;
    int depth;
    bool filled[JSON_DEPTH_MAX]; /* whether that level has an element: the next needs a comma */
    char closing[JSON_DEPTH_MAX];
    bool after_key;
    bool on_new_line; /* asked for by json_line */
    size_t used;
    char buffer[JSON_BUFFER]; /* stdio costs a call for each of the small pieces */
};

void json_begin(struct json *json, FILE *out, bool ascii);
/* Ends the document with a newline; everything must be closed. */
void json_end(struct json *json);

void json_open_object(struct json *json);
void json_open_array(struct json *json);
void json_close(struct json *json); /* the innermost object or array */

/* The next element or closing bracket stands on a new line. */
void json_line(struct json *json);

void json_key(struct json *json, const char *key);
void json_put_text(struct json *json, const char *text); /* NULL: null */
void json_put_unsigned(struct json *json, uint64_t value);
void json_put_signed(struct json *json, int64_t value);
void json_put_bool(struct json *json, bool value);
void json_put_null(struct json *json);

/* A number as text of number_text; what JSON has no number for ("nan", "inf", "-inf") becomes a string. */
void json_put_number(struct json *json, const char *text);

#endif
