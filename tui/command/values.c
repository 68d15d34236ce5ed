#include "tui/command/values.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/matrix/csv.h"
#include "core/matrix/walk.h"
#include "tui/command/value.h"

static int write_out(void *out, const void *bytes, size_t size)
{
    return fwrite(bytes, 1, size, out) == size ? 0 : -EIO;
}

int values_csv(FILE *out, int fd, const struct matrix *matrix, const struct view *view, struct error *error)
{
    struct sink sink;
    int r = csv_check(matrix, view, error);
    if (r < 0)
        return r;
    sink_begin(&sink, write_out, out);
    r = csv_write(&sink, fd, matrix, view, NULL, error);
    return sink.code < 0 ? error_set(error, EIO, "cannot write") : r;
}

struct json_context {
    struct json json;
    struct value value;
};

/* index: its place in the view. */
static void put_json(struct json_context *context, const struct view *view, const uint64_t *index,
                     const void *element)
{
    int opened = view->rank;
    while (opened > 0 && index[opened - 1] == 0)
        opened--;
    for (int axis = opened; axis < view->rank; axis++) {
        if (axis == opened && axis > 0)
            json_line(&context->json);
        json_open_array(&context->json);
    }
    value_json(&context->value, &context->json, element);
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
    } while (walk_step(rank, view->count, index));
    return 0;
}

static void put_block(struct json_context *context, struct walk *walk)
{
    uint64_t within[MATRIX_RANK_MAX] = {0}, index[MATRIX_RANK_MAX];
    const uint8_t *element = walk->block;
    do {
        for (int axis = 0; axis < walk->view->rank; axis++)
            index[axis] = walk->origin[axis] + within[axis];
        put_json(context, walk->view, index, element);
        element += walk->matrix->dtype.itemsize;
    } while (walk_step(walk->view->rank, walk->extent, within));
}

static int put_all(FILE *out, struct json_context *context, struct walk *walk, struct error *error)
{
    int r;
    while ((r = walk_next(walk, error)) > 0) {
        put_block(context, walk);
        if (ferror(out))
            return error_set(error, EIO, "cannot write");
    }
    return r;
}

static int begin(struct walk *walk, int fd, const struct matrix *matrix, const struct view *view,
                 struct error *error)
{
    const struct dtype *dtype = &matrix->dtype;
    if (dtype->itemsize > VALUE_ITEM_MAX)
        return error_set(error, ENOTSUP, "its elements of %llu bytes are too large to show",
                         (unsigned long long)dtype->itemsize);
    return walk_begin(walk, fd, matrix, view, error);
}

int values_json(FILE *out, bool ascii, int fd, const struct matrix *matrix, const struct view *view,
                struct error *error)
{
    struct walk walk;
    struct json_context context = {0};
    int code = begin(&walk, fd, matrix, view, error);
    if (code < 0)
        return code;
    value_begin(&context.value, &matrix->dtype);
    json_begin(&context.json, out, ascii);
    if (view_elements(view) == 0)
        code = put_empty(out, &context.json, view, error);
    else
        code = put_all(out, &context, &walk, error);
    if (code == 0)
        json_end(&context.json);
    value_end(&context.value);
    walk_end(&walk);
    return code;
}
