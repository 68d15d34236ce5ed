#include "tui/view/lens.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/catalog/format.h"
#include "core/matrix/fit.h"
#include "core/sys/checked.h"
#include "core/sys/memory.h"
#include "tui/view/lens_private.h"

/* What the keys step through. */
static const char *const types[] = {
    "float16", "float32", "float64",   "int8",       "uint8", "int16", "uint16", "int32", "uint32", "int64",
    "uint64",  "bool",    "complex64", "complex128", ">f2",   ">f4",   ">f8",    ">i2",   ">i4",    ">i8"};
#define TYPES ((int)(sizeof types / sizeof types[0]))

struct lens *lens_new(bool may_record)
{
    struct lens *lens = memory_new(sizeof *lens);
    lens->may_record = may_record;
    lens->type = line_new(NULL);
    lens->shape = line_new(NULL);
    lens->offset = line_new(NULL);
    return lens;
}

void lens_free(struct lens *lens)
{
    if (!lens)
        return;
    line_free(lens->type);
    line_free(lens->shape);
    line_free(lens->offset);
    free(lens);
}

/* --- what is said --- */

static void say(struct lens *lens, const char *what, const struct error *error)
{
    snprintf(lens->verdict, sizeof lens->verdict, "%s%.*s", what, (int)(sizeof lens->verdict - 16),
             error->text);
}

static bool read_type(struct lens *lens, struct dtype *ret_dtype)
{
    struct error error = {0};
    if (dtype_parse(line_text(lens->type), ret_dtype, &error) < 0)
        say(lens, "type: ", &error);
    else if (ret_dtype->itemsize == 0)
        snprintf(lens->verdict, sizeof lens->verdict, "type: one of no bytes");
    else
        return true;
    return false;
}

static bool read_offset(struct lens *lens, uint64_t *ret_offset)
{
    const char *text = line_text(lens->offset);
    char *end;
    errno = 0;
    unsigned long long offset = strtoull(text, &end, 10);
    bool is_number = *text >= '0' && *text <= '9' && *end == '\0' && errno == 0 && offset <= INT64_MAX;
    if (!is_number && *text)
        snprintf(lens->verdict, sizeof lens->verdict, "offset: a number of bytes is expected");
    *ret_offset = is_number ? offset : 0;
    return is_number || !*text;
}

/* As people and programs write it, "(1000, 768)" or "1000 x 768", in the form that fit_parse reads. */
static void plain_shape(const char *text, char *buf, size_t size)
{
    size_t n = 0;
    for (; *text && n + 1 < size; text++) {
        if (strchr(" ()[]\xc3", *text))
            continue;
        buf[n++] = *text == 'x' || *text == '\x97' ? ',' : *text; /* × is c3 97 */
    }
    n -= n > 1 && buf[n - 1] == ',';
    buf[n] = '\0';
}

static bool read_shape(struct lens *lens, struct fit *ret_fit)
{
    char text[LENS_TEXT_MAX];
    struct error error = {0};
    plain_shape(line_text(lens->shape), text, sizeof text);
    if (fit_parse(text, ret_fit, &error) == 0)
        return true;
    say(lens, "shape: ", &error);
    return false;
}

/* Bytes of the shape, its open dimension left out; false beyond all measure. */
static bool shape_bytes(const struct fit *fit, const struct matrix *matrix, uint64_t *ret_bytes)
{
    struct matrix all = *matrix; /* borrows its dtype */
    all.rank = fit->rank;
    memcpy(all.shape, fit->dims, sizeof all.shape);
    return matrix_bytes(&all, ret_bytes, NULL) == 0;
}

static void say_why_not(struct lens *lens, const struct fit *fit, const struct error *error)
{
    char needs[FORMAT_BYTES_MAX], has[FORMAT_BYTES_MAX], lacks[FORMAT_BYTES_MAX];
    uint64_t bytes = 0;
    if (lens->matrix.offset > lens->size) {
        snprintf(lens->verdict, sizeof lens->verdict, "offset: the segment ends at byte %" PRIu64,
                 lens->size);
    } else if (fit->open < 0 && shape_bytes(fit, &lens->matrix, &bytes) &&
               !checked_add_u64(bytes, lens->matrix.offset, &bytes)) {
        format_bytes(bytes, needs, sizeof needs);
        format_bytes(lens->size, has, sizeof has);
        format_bytes(bytes - lens->size, lacks, sizeof lacks);
        snprintf(lens->verdict, sizeof lens->verdict, "needs %s, the segment has %s: %s short", needs, has,
                 lacks);
    } else {
        say(lens, "shape: ", error);
    }
}

static void say_how(struct lens *lens)
{
    char type[DTYPE_NAME_MAX], shape[192], takes[FORMAT_BYTES_MAX], has[FORMAT_BYTES_MAX],
        left[64] = "all of it";
    uint64_t bytes = 0;
    matrix_bytes(&lens->matrix, &bytes, NULL);
    dtype_name(&lens->matrix.dtype, type);
    matrix_shape_text(lens->matrix.rank, lens->matrix.shape, false, shape, sizeof shape);
    uint64_t rest = lens->size - lens->matrix.offset - bytes;
    format_bytes(bytes, takes, sizeof takes);
    format_bytes(lens->size, has, sizeof has);
    if (rest > 0)
        snprintf(left, sizeof left, "%" PRIu64 " bytes behind it are left over", rest);
    else if (lens->matrix.offset > 0)
        snprintf(left, sizeof left, "to the last byte");
    snprintf(lens->verdict, sizeof lens->verdict, "%s %s: %s of %s, %s", type, shape, takes, has, left);
}

static void offer_shapes(struct lens *lens)
{
    uint64_t offset = lens->matrix.offset;
    lens->offered_count =
        lens->known && offset < lens->size
            ? factor_shapes(lens->size - offset, lens->matrix.dtype.itemsize, lens->offered, FACTORINGS_MAX)
            : 0;
}

/* What the fields say becomes the matrix, or the reason why there is none. */
static void read_fields(struct lens *lens)
{
    struct fit fit;
    struct error error = {0};
    lens->is_right = false;
    lens->offered_count = 0;
    lens->matrix = (struct matrix){.order = lens->order ? 'F' : 'C'};
    if (!lens->known) {
        snprintf(lens->verdict, sizeof lens->verdict, "reading…");
        return;
    }
    if (!read_type(lens, &lens->matrix.dtype) || !read_offset(lens, &lens->matrix.offset))
        return;
    offer_shapes(lens);
    if (!read_shape(lens, &fit))
        return;
    if (fit_apply(&fit, lens->size, &lens->matrix, &error) < 0) {
        say_why_not(lens, &fit, &error);
        return;
    }
    lens->is_right = true;
    say_how(lens);
}

bool lens_matrix(const struct lens *lens, struct matrix *ret_matrix)
{
    if (lens->is_right)
        *ret_matrix = lens->matrix;
    return lens->is_right;
}

const char *lens_verdict(const struct lens *lens)
{
    return lens->verdict;
}

bool lens_know(struct lens *lens, uint64_t size, uint64_t payload, bool recorded)
{
    bool changed = !lens->known || lens->size != size;
    lens->known = true;
    lens->size = size;
    lens->payload = payload;
    lens->recorded = recorded;
    if (changed)
        read_fields(lens);
    return changed;
}

/* --- where one begins --- */

static void set_offset(struct lens *lens, uint64_t offset)
{
    char text[32];
    snprintf(text, sizeof text, "%" PRIu64, offset);
    line_set(lens->offset, text);
}

static void set_shape(struct lens *lens, int rank, const uint64_t *dims)
{
    char text[LENS_TEXT_MAX];
    size_t n = 0;
    for (int i = 0; i < rank && n < sizeof text; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%" PRIu64, i ? "," : "", dims[i]);
    line_set(lens->shape, rank ? text : "1");
}

/* As dtype_parse reads it; a struct's bytes. */
static void set_type(struct lens *lens, const struct dtype *dtype)
{
    char text[64];
    if (dtype->kind == DTYPE_STRUCT)
        snprintf(text, sizeof text, "V%" PRIu64, dtype->itemsize);
    else if (dtype_is_numeric(dtype) && !dtype_is_swapped(dtype))
        dtype_name(dtype, text);
    else
        dtype_descr(dtype, text, sizeof text);
    line_set(lens->type, text);
}

/* The whole of it as one row: what is not known is not made up. */
static void begin_with_likely(struct lens *lens)
{
    uint64_t bytes = lens->payload < lens->size ? lens->size - lens->payload : 0;
    line_set(lens->type, bytes % 2 == 0 ? types[0] : "uint8");
    set_offset(lens, lens->payload);
    line_set(lens->shape, bytes ? "-1" : "0");
    read_fields(lens);
    if (lens->is_right)
        set_shape(lens, lens->matrix.rank, lens->matrix.shape);
    lens->chosen = true;
}

void lens_begin(struct lens *lens, const struct matrix *matrix)
{
    if (!matrix) {
        begin_with_likely(lens);
    } else {
        set_type(lens, &matrix->dtype);
        set_offset(lens, matrix->offset);
        set_shape(lens, matrix->rank, matrix->shape);
        lens->order = matrix->order == 'F';
        lens->chosen = false;
    }
    read_fields(lens);
}

/* --- shapes --- */

static bool is_offered(const struct factoring *offered, const struct matrix *matrix)
{
    return offered->rank == matrix->rank &&
           memcmp(offered->dims, matrix->shape, (size_t)offered->rank * sizeof offered->dims[0]) == 0;
}

int lens_offered_now(const struct lens *lens)
{
    for (size_t i = 0; lens->is_right && i < lens->offered_count; i++)
        if (is_offered(&lens->offered[i], &lens->matrix))
            return (int)i;
    return -1;
}

/* A shape that was chosen, not typed, goes on to fill the segment: with as many columns where that is
 * possible. */
static void refill(struct lens *lens)
{
    struct matrix before = lens->matrix;
    read_fields(lens);
    uint64_t row = lens->matrix.dtype.itemsize, room = lens->size - lens->matrix.offset;
    if (!lens->chosen || lens->offered_count == 0)
        return;
    bool fills = before.rank == 2 && !checked_mul_u64(row, before.shape[1], &row) && row && room % row == 0;
    const uint64_t dims[2] = {fills ? room / row : lens->offered[0].dims[0], before.shape[1]};
    set_shape(lens, fills ? 2 : 1, dims);
    read_fields(lens);
}

static enum lens_result changed(struct lens *lens)
{
    refill(lens);
    return LENS_CHANGED;
}

static enum lens_result pick(struct lens *lens, int by)
{
    int count = (int)lens->offered_count, now = lens_offered_now(lens);
    if (count == 0)
        return LENS_USED;
    int next = now < 0 ? (by > 0 ? 0 : count - 1) : (now + by + count) % count;
    set_shape(lens, lens->offered[next].rank, lens->offered[next].dims);
    lens->chosen = true;
    read_fields(lens);
    return LENS_CHANGED;
}

/* --- keys --- */

int lens_buttons(const struct lens *lens, enum lens_result ret_results[LENS_BUTTONS_MAX],
                 const char *ret_texts[LENS_BUTTONS_MAX])
{
    const struct {
        enum lens_result result;
        const char *text;
        bool there;
    } all[LENS_BUTTONS_MAX] = {{LENS_KEEP, "Look", true},
                               {LENS_RECORD, "Record", lens->may_record},
                               {LENS_CLEAR, "Clear record", lens->may_record && lens->recorded},
                               {LENS_BACK, "As before", true}};
    int n = 0;
    for (int i = 0; i < LENS_BUTTONS_MAX; i++) {
        if (!all[i].there)
            continue;
        ret_results[n] = all[i].result;
        ret_texts[n++] = all[i].text;
    }
    return n;
}

static enum lens_result move_focus(struct lens *lens, int by)
{
    lens->focus = (enum lens_field)(((int)lens->focus + by + LENS_FIELD_COUNT) % LENS_FIELD_COUNT);
    lens->button = 0;
    return LENS_USED;
}

/* What does not fit is looked at as nothing: it stays open, to be corrected. */
static enum lens_result enter(struct lens *lens)
{
    enum lens_result results[LENS_BUTTONS_MAX], result = LENS_KEEP;
    const char *texts[LENS_BUTTONS_MAX];
    if (lens->focus == LENS_BUTTONS && lens->button < lens_buttons(lens, results, texts))
        result = results[lens->button];
    return (result == LENS_KEEP || result == LENS_RECORD) && !lens->is_right ? LENS_USED : result;
}

static enum lens_result step_type(struct lens *lens, int by)
{
    int at = -1;
    for (int i = 0; i < TYPES; i++)
        if (strcmp(types[i], line_text(lens->type)) == 0)
            at = i;
    line_set(lens->type, types[at < 0 ? (by > 0 ? 0 : TYPES - 1) : (at + by + TYPES) % TYPES]);
    return changed(lens);
}

static enum lens_result set_order(struct lens *lens, int order)
{
    lens->order = order;
    read_fields(lens);
    return LENS_CHANGED;
}

static enum lens_result step_button(struct lens *lens, int by)
{
    enum lens_result results[LENS_BUTTONS_MAX];
    const char *texts[LENS_BUTTONS_MAX];
    int count = lens_buttons(lens, results, texts);
    lens->button = (lens->button + by + count) % count;
    return LENS_USED;
}

static struct line *line_in_focus(const struct lens *lens)
{
    return lens->focus == LENS_TYPE     ? lens->type
           : lens->focus == LENS_SHAPE  ? lens->shape
           : lens->focus == LENS_OFFSET ? lens->offset
                                        : NULL;
}

static enum lens_result edited(struct lens *lens)
{
    if (lens->focus == LENS_SHAPE)
        lens->chosen = false;
    return changed(lens);
}

/* What Left and Right (by) mean where they do not move in a text. */
static enum lens_result step(struct lens *lens, int by)
{
    switch (lens->focus) {
    case LENS_TYPE:
        return step_type(lens, by);
    case LENS_ORDER:
        return set_order(lens, !lens->order);
    case LENS_BUTTONS:
        return step_button(lens, by);
    default:
        return LENS_UNUSED;
    }
}

static enum lens_result key_without_text(struct lens *lens, uint32_t code)
{
    switch (code) {
    case KEY_ENTER_CODE:
    case '\n':
        return enter(lens);
    case ' ':
        return lens->focus == LENS_BUTTONS ? enter(lens) : step(lens, 1);
    case 'c':
    case 'C':
        return lens->focus == LENS_ORDER ? set_order(lens, 0) : LENS_UNUSED;
    case 'f':
    case 'F':
        return lens->focus == LENS_ORDER ? set_order(lens, 1) : LENS_UNUSED;
    default:
        return LENS_UNUSED;
    }
}

/* Keys that mean the same in every field, or what the field alone has no use for. */
static enum lens_result common_key(struct lens *lens, uint32_t code)
{
    switch (code) {
    case '\t':
        return move_focus(lens, 1);
    case KEY_CODE_BACK_TAB:
        return move_focus(lens, -1);
    case KEY_CODE_DOWN:
        return lens->focus == LENS_SHAPE ? pick(lens, 1) : move_focus(lens, 1);
    case KEY_CODE_UP:
        return lens->focus == LENS_SHAPE ? pick(lens, -1) : move_focus(lens, -1);
    case KEY_CODE_RIGHT:
        return step(lens, 1);
    case KEY_CODE_LEFT:
        return step(lens, -1);
    case KEY_ESCAPE_CODE:
    case KEY_CTRL('C'):
        return LENS_BACK;
    default:
        return LENS_UNUSED;
    }
}

enum lens_result lens_key(struct lens *lens, const struct key *key)
{
    struct line *line = line_in_focus(lens);
    bool moves = lens->focus == LENS_SHAPE || lens->focus == LENS_OFFSET;
    enum lens_result result = LENS_UNUSED;
    if (!key->alt && !(moves && (key->code == KEY_CODE_LEFT || key->code == KEY_CODE_RIGHT)) &&
        key->code != KEY_CTRL('C'))
        result = common_key(lens, key->code);
    if (result != LENS_UNUSED)
        return result;
    if (!line)
        return key->alt                     ? LENS_UNUSED
               : key->code == KEY_CTRL('C') ? LENS_BACK
                                            : key_without_text(lens, key->code);
    switch (line_key(line, key)) {
    case LINE_EDITED:
        return edited(lens);
    case LINE_MOVED:
        return LENS_USED;
    case LINE_ENTERED:
        return enter(lens);
    case LINE_ESCAPED:
        return LENS_BACK;
    default:
        return LENS_UNUSED;
    }
}

enum lens_result lens_paste(struct lens *lens, const char *text)
{
    struct line *line = line_in_focus(lens);
    return line && line_paste(line, text) ? edited(lens) : LENS_UNUSED;
}
