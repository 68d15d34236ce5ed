/*
 * What stands in the load dialog's form.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/matrix/factor.h"
#include "core/matrix/shape.h"
#include "tui/term/width.h"
#include "tui/view/load_private.h"

static const char *const delimiters[] = {"as found", ",", ";", "tab", "blanks", "|", NULL};
static const char *const headers[] = {"as found", "0", "1", "2", NULL};
static const char *const types[] = {"keep", "f2", "f4", "f8", "i1", "i2",  "i4",   "i8",
                                    "u1",   "u2", "u4", "u8", "c8", "c16", "bool", NULL};
static const char *const shapes[] = {"not raw", NULL};
static const char *const lossy[] = {"load and count", "refuse", NULL};
static const char *const layouts[] = {"npy", "raw", NULL};
static const char *const orders[] = {"as file", "C", "F", NULL};
static const char *const exists[] = {"fail", "replace", "replace even if in use", NULL};

void load_fields_open(struct load_dialog *dialog)
{
    dialog->name = line_new(NULL);
    dialog->mode = line_new(NULL);
    combo_open(&dialog->delimiter, delimiters);
    combo_open(&dialog->headers, headers);
    combo_open(&dialog->type, types);
    combo_open(&dialog->shape, shapes);
}

void load_fields_close(struct load_dialog *dialog)
{
    line_free(dialog->name);
    line_free(dialog->mode);
    combo_close(&dialog->delimiter);
    combo_close(&dialog->headers);
    combo_close(&dialog->type);
    combo_close(&dialog->shape);
    free(dialog->member);
}

struct line *load_field_line(struct load_dialog *dialog, enum load_field field)
{
    return field == FIELD_FILE   ? dialog->form.file.line
           : field == FIELD_NAME ? dialog->name
           : field == FIELD_MODE ? dialog->mode
                                 : NULL;
}

struct combo *load_field_combo(struct load_dialog *dialog, enum load_field field)
{
    return field == FIELD_DELIMITER ? &dialog->delimiter
           : field == FIELD_HEADERS ? &dialog->headers
           : field == FIELD_TYPE    ? &dialog->type
           : field == FIELD_SHAPE   ? &dialog->shape
                                    : NULL;
}

const char *const *load_field_choices(const struct load_dialog *dialog, enum load_field field,
                                      int *ret_chosen)
{
    switch (field) {
    case FIELD_LOSSY:
        *ret_chosen = dialog->lossy;
        return lossy;
    case FIELD_LAYOUT:
        *ret_chosen = dialog->layout;
        return layouts;
    case FIELD_ORDER:
        *ret_chosen = dialog->order;
        return orders;
    case FIELD_EXISTS:
        *ret_chosen = dialog->exists;
        return exists;
    default:
        return NULL;
    }
}

void load_field_choose(struct load_dialog *dialog, enum load_field field, int by)
{
    int now = 0, n = 0;
    const char *const *choices = load_field_choices(dialog, field, &now);
    int *chosen = field == FIELD_LOSSY    ? &dialog->lossy
                  : field == FIELD_LAYOUT ? &dialog->layout
                  : field == FIELD_ORDER  ? &dialog->order
                                          : &dialog->exists;
    while (choices[n])
        n++;
    *chosen = (now + by + n) % n;
}

bool load_field_is_shown(const struct load_dialog *dialog, enum load_field field)
{
    const struct load_dialog_reply *facts = dialog->facts;
    switch (field) {
    case FIELD_MEMBER:
        return facts && facts->members.count > 1;
    case FIELD_DELIMITER:
    case FIELD_HEADERS:
        return facts && facts->file.is_text;
    case FIELD_SHAPE:
        return facts && facts->file.may_be_raw;
    default:
        return true;
    }
}

void load_fields_forget_file(struct load_dialog *dialog)
{
    free(dialog->member);
    dialog->member = NULL;
    combo_reset(&dialog->delimiter);
    combo_reset(&dialog->headers);
    combo_reset(&dialog->shape);
}

/* --- what they mean --- */

static int read_type(const struct load_dialog *dialog, struct load_dialog_request *request,
                     struct error *error)
{
    if (!combo_is_set(&dialog->type))
        return 0;
    int r = dtype_parse(combo_text(&dialog->type), &request->as, error);
    request->has_as = r == 0;
    return r;
}

static int read_delimiter(const struct load_dialog *dialog, struct load_dialog_request *request,
                          struct error *error)
{
    const char *text = combo_text(&dialog->delimiter);
    uint32_t character;
    if (!combo_is_set(&dialog->delimiter))
        request->delimiter = SOURCE_DELIMITER_AUTO;
    else if (strcmp(text, "tab") == 0)
        request->delimiter = '\t';
    else if (strcmp(text, "blanks") == 0 || strcmp(text, "space") == 0)
        request->delimiter = SOURCE_DELIMITER_BLANKS;
    else if (utf8_decode(text, &character) == strlen(text) && character != UINT32_MAX)
        request->delimiter = character;
    else
        return error_set(error, EINVAL, "a delimiter is one character, tab, or blanks");
    return 0;
}

static int read_headers(const struct load_dialog *dialog, struct load_dialog_request *request,
                        struct error *error)
{
    const char *text = combo_text(&dialog->headers);
    char *end;
    request->header_lines = -1;
    if (!combo_is_set(&dialog->headers))
        return 0;
    errno = 0;
    long long lines = strtoll(text, &end, 10);
    if (text[strspn(text, "0123456789")] || errno)
        return error_set(error, EINVAL, "header lines are a number, 0 where there are none");
    request->header_lines = lines;
    return 0;
}

static int read_shape(const struct load_dialog *dialog, struct load_dialog_request *request,
                      struct error *error)
{
    if (!combo_is_set(&dialog->shape) || !load_field_is_shown(dialog, FIELD_SHAPE))
        return 0;
    int r = shape_parse(combo_text(&dialog->shape), &request->rank, request->shape, error);
    request->has_shape = r == 0;
    return r;
}

/* 0..0777 from octal digits. */
static int read_mode(const struct load_dialog *dialog, struct load_dialog_request *request,
                     struct error *error)
{
    const char *text = line_text(dialog->mode);
    unsigned mode = 0;
    size_t digits = strspn(text, "01234567");
    for (size_t i = 0; i < digits && mode <= 0777; i++)
        mode = mode * 8 + (unsigned)(text[i] - '0');
    request->mode = dialog->plain_mode;
    if (!*text || text[digits] || mode > 0777)
        return error_set(error, EINVAL, "the mode is octal, as 0640");
    request->mode_set = dialog->mode_edited;
    if (request->mode_set)
        request->mode = mode;
    return 0;
}

bool load_fields_read(const struct load_dialog *dialog, struct load_dialog_request *request,
                      enum load_field *ret_field, struct error *ret_error)
{
    static const struct {
        enum load_field field;
        int (*read)(const struct load_dialog *, struct load_dialog_request *, struct error *);
    } readers[] = {{FIELD_DELIMITER, read_delimiter},
                   {FIELD_HEADERS, read_headers},
                   {FIELD_MODE, read_mode},
                   {FIELD_TYPE, read_type},
                   {FIELD_SHAPE, read_shape}};
    bool good = true;
    for (size_t i = 0; i < sizeof readers / sizeof readers[0]; i++) {
        struct error error;
        if (readers[i].read(dialog, request, &error) == 0)
            continue;
        if (good) {
            *ret_field = readers[i].field;
            *ret_error = error;
        }
        good = false;
    }
    return good;
}

/* --- raw bytes --- */

void load_fields_offer_shapes(struct load_dialog *dialog)
{
    char texts[FACTORINGS_MAX][COMBO_TEXT_MAX];
    struct factoring found[FACTORINGS_MAX];
    struct load_dialog_request request = {0};
    struct error error;
    size_t count = 0;
    if (dialog->facts->file.may_be_raw && read_type(dialog, &request, &error) == 0 && request.has_as)
        count = factor_shapes(dialog->facts->file.size, request.as.itemsize, found, FACTORINGS_MAX);
    for (size_t i = 0; i < count; i++) {
        unsigned long long rows = found[i].dims[0], columns = found[i].dims[1];
        if (found[i].rank == 1)
            snprintf(texts[i], sizeof texts[i], "%llu", rows);
        else
            snprintf(texts[i], sizeof texts[i], "%llu,%llu", rows, columns);
    }
    combo_offer(&dialog->shape, texts, (int)count);
}
