#include "tui/command/values.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/matrix/number.h"
#include "core/sys/checked.h"
#include "tui/command/json.h"

#define BLOCK_BYTES (4u << 20)

/*
 * The walk: boxes of the view in its C order, each whole in the last axes, a range in one, a single step in
 * those before; so the elements of a box, one after the other, are the view's in C order.
 */
struct walk {
    int fd;
    const struct matrix *matrix;
    const struct view *view;
    uint64_t itemsize;
    uint64_t origin[MATRIX_RANK_MAX];
    uint64_t extent[MATRIX_RANK_MAX];
    uint64_t elements; /* in the block */
    uint8_t *block;    /* owned */
    char *text;        /* owned: one element as text */
    size_t text_size;
};

/* Puts one element; index: its place in the view. */
typedef void put_function(void *context, struct walk *walk, const uint64_t *index, const void *element);

static int walk_begin(struct walk *walk, int fd, const struct matrix *matrix, const struct view *view,
                      struct error *error)
{
    uint64_t itemsize = matrix->dtype.itemsize;
    if (itemsize > VALUES_ITEM_MAX)
        return error_set(error, ENOTSUP, "its elements of %llu bytes are too large to show",
                         (unsigned long long)itemsize);
    *walk = (struct walk){.fd = fd, .matrix = matrix, .view = view, .itemsize = itemsize, .elements = 1};
    uint64_t most = BLOCK_BYTES / max_u64(itemsize, 1);
    for (int axis = view->rank - 1; axis >= 0; axis--) {
        walk->extent[axis] = min_u64(view->count[axis], most / walk->elements);
        walk->extent[axis] = max_u64(walk->extent[axis], 1);
        walk->elements *= walk->extent[axis];
        if (walk->extent[axis] < view->count[axis])
            most = walk->elements;
    }
    walk->text_size = 256;
    walk->block = malloc(walk->elements * max_u64(itemsize, 1));
    walk->text = malloc(walk->text_size);
    if (walk->block && walk->text)
        return 0;
    free(walk->block);
    free(walk->text);
    return error_set_errno(error, ENOMEM, "cannot read its values");
}

static void walk_end(struct walk *walk)
{
    free(walk->block);
    free(walk->text);
}

static const char *walk_text(struct walk *walk, const struct dtype *dtype, const void *element)
{
    size_t length = number_text(dtype, element, NUMBER_FULL, walk->text, walk->text_size);
    if (length < walk->text_size)
        return walk->text;
    char *larger = realloc(walk->text, length + 1);
    if (!larger)
        return walk->text;
    walk->text = larger;
    walk->text_size = length + 1;
    number_text(dtype, element, NUMBER_FULL, walk->text, walk->text_size);
    return walk->text;
}

/* The next index in C order within count; false after the last. */
static bool step(int rank, const uint64_t *count, uint64_t *index)
{
    for (int axis = rank - 1; axis >= 0; axis--) {
        if (++index[axis] < count[axis])
            return true;
        index[axis] = 0;
    }
    return false;
}

/* Moves to the next block; false after the last. */
static bool next_block(struct walk *walk)
{
    for (int axis = walk->view->rank - 1; axis >= 0; axis--) {
        walk->origin[axis] += walk->extent[axis];
        if (walk->origin[axis] < walk->view->count[axis])
            return true;
        walk->origin[axis] = 0;
    }
    return false;
}

static void put_block(struct walk *walk, const uint64_t *extent, put_function *put, void *context)
{
    uint64_t within[MATRIX_RANK_MAX] = {0}, index[MATRIX_RANK_MAX];
    const uint8_t *element = walk->block;
    do {
        for (int axis = 0; axis < walk->view->rank; axis++)
            index[axis] = walk->origin[axis] + within[axis];
        put(context, walk, index, element);
        element += walk->itemsize;
    } while (step(walk->view->rank, extent, within));
}

static int walk_run(struct walk *walk, FILE *out, put_function *put, void *context, struct error *error)
{
    if (view_elements(walk->view) == 0)
        return 0;
    do {
        uint64_t extent[MATRIX_RANK_MAX];
        for (int axis = 0; axis < walk->view->rank; axis++)
            extent[axis] = min_u64(walk->extent[axis], walk->view->count[axis] - walk->origin[axis]);
        int code = window_read(walk->fd, walk->matrix, walk->view, walk->origin, extent, walk->block, error);
        if (code < 0)
            return code;
        put_block(walk, extent, put, context);
        if (ferror(out))
            return error_set(error, EIO, "cannot write");
    } while (next_block(walk));
    return 0;
}

/* A field is quoted where it holds what CSV means something by (RFC 4180), or blanks at an end. */
static void put_field(FILE *out, const char *text)
{
    size_t length = strlen(text);
    bool plain = !strpbrk(text, ",\"\r\n") && length > 0 && text[0] != ' ' && text[length - 1] != ' ';
    if (plain) {
        fwrite_unlocked(text, 1, length, out);
        return;
    }
    putc_unlocked('"', out);
    for (; *text; text++) {
        if (*text == '"')
            putc_unlocked('"', out);
        putc_unlocked(*text, out);
    }
    putc_unlocked('"', out);
}

static void put_csv(void *context, struct walk *walk, const uint64_t *index, const void *element)
{
    FILE *out = context;
    put_field(out, walk_text(walk, &walk->matrix->dtype, element));
    bool goes_on = walk->view->rank == 2 && index[1] + 1 < walk->view->count[1];
    putc_unlocked(goes_on ? ',' : '\n', out);
}

int values_csv(FILE *out, int fd, const struct matrix *matrix, const struct view *view, struct error *error)
{
    struct walk walk;
    int code = walk_begin(&walk, fd, matrix, view, error);
    if (code < 0)
        return code;
    code = walk_run(&walk, out, put_csv, out, error);
    walk_end(&walk);
    return code;
}

struct json_context {
    struct json json;
    bool is_complex;
    struct dtype part; /* of a complex number */
};

static void put_json_value(struct json_context *context, struct walk *walk, const void *element)
{
    struct json *json = &context->json;
    const struct dtype *dtype = &walk->matrix->dtype;
    switch (dtype->kind) {
    case DTYPE_BOOL:
        json_put_bool(json, number_double(dtype, element) != 0);
        break;
    case DTYPE_INT:
    case DTYPE_UINT:
    case DTYPE_FLOAT:
        json_put_number(json, walk_text(walk, dtype, element));
        break;
    case DTYPE_COMPLEX:
        json_open_array(json);
        json_put_number(json, walk_text(walk, &context->part, element));
        json_put_number(json,
                        walk_text(walk, &context->part, (const uint8_t *)element + context->part.itemsize));
        json_close(json);
        break;
    default:
        json_put_text(json, walk_text(walk, dtype, element));
    }
}

static void put_json(void *context_, struct walk *walk, const uint64_t *index, const void *element)
{
    struct json_context *context = context_;
    const struct view *view = walk->view;
    int opened = view->rank;
    while (opened > 0 && index[opened - 1] == 0)
        opened--;
    for (int axis = opened; axis < view->rank; axis++) {
        if (axis == opened && axis > 0)
            json_line(&context->json);
        json_open_array(&context->json);
    }
    put_json_value(context, walk, element);
    for (int axis = view->rank - 1; axis >= 0 && index[axis] + 1 == view->count[axis]; axis--)
        json_close(&context->json);
}

/* A view without elements: lists down to the first axis that has none. */
static int put_empty(FILE *out, struct json *json, const struct view *view, struct error *error)
{
    int rank = 0;
    while (view->count[rank] != 0)
        rank++;
    uint64_t index[MATRIX_RANK_MAX] = {0};
    do {
        int opened = rank;
        while (opened > 0 && index[opened - 1] == 0)
            opened--;
        for (int axis = opened; axis < rank; axis++)
            json_open_array(json);
        json_open_array(json);
        json_close(json);
        for (int axis = rank - 1; axis >= 0 && index[axis] + 1 == view->count[axis]; axis--)
            json_close(json);
        if (ferror(out))
            return error_set(error, EIO, "cannot write");
    } while (step(rank, view->count, index));
    return 0;
}

int values_json(FILE *out, bool ascii, int fd, const struct matrix *matrix, const struct view *view,
                struct error *error)
{
    struct walk walk;
    struct json_context context = {.is_complex = matrix->dtype.kind == DTYPE_COMPLEX};
    int code = walk_begin(&walk, fd, matrix, view, error);
    if (code < 0)
        return code;
    if (context.is_complex)
        code = dtype_make(DTYPE_FLOAT, matrix->dtype.order, matrix->dtype.itemsize / 2, "", &context.part,
                          error);
    json_begin(&context.json, out, ascii);
    if (code == 0 && view_elements(view) == 0)
        code = put_empty(out, &context.json, view, error);
    else if (code == 0)
        code = walk_run(&walk, out, put_json, &context, error);
    if (code == 0)
        json_end(&context.json);
    walk_end(&walk);
    return code;
}
