#include "core/matrix/csv.h"

#include <errno.h>
#include <string.h>

#include "core/matrix/walk.h"

int csv_check(const struct matrix *matrix, const struct view *view, struct error *error)
{
    if (view->rank > 2)
        return error_set(error, EINVAL,
                         "csv has two dimensions at most and this has %d: choose with -i, as in -i 0",
                         view->rank);
    if (matrix->dtype.itemsize > CSV_ITEM_MAX)
        return error_set(error, ENOTSUP, "its elements of %llu bytes are too large for csv",
                         (unsigned long long)matrix->dtype.itemsize);
    return 0;
}

/* A field is quoted where it holds what CSV means something by, or blanks at an end. */
static void put_quoted(struct sink *sink, const char *text, size_t length)
{
    bool plain = length > 0 && !strpbrk(text, ",\"\r\n") && text[0] != ' ' && text[length - 1] != ' ';
    if (plain) {
        sink_put(sink, text, length);
        return;
    }
    sink_put_char(sink, '"');
    for (; *text; text++) {
        if (*text == '"')
            sink_put_char(sink, '"');
        sink_put_char(sink, *text);
    }
    sink_put_char(sink, '"');
}

/* The elements at hand; rest: how many of the row are to come. */
static void put_block(struct sink *sink, struct walk *walk, bool is_number, uint64_t width, uint64_t *rest)
{
    const struct dtype *dtype = &walk->matrix->dtype;
    for (uint64_t i = 0; i < walk->elements; i++) {
        size_t length;
        const char *text = walk_text(walk, dtype, walk->block + i * dtype->itemsize, &length);
        if (is_number)
            sink_put(sink, text, length);
        else
            put_quoted(sink, text, length);
        sink_put_char(sink, --*rest > 0 ? ',' : '\n');
        *rest = *rest > 0 ? *rest : width;
    }
}

int csv_write(struct sink *sink, int fd, const struct matrix *matrix, const struct view *view,
              struct progress *progress, struct error *error)
{
    struct walk walk;
    bool is_number = dtype_is_numeric(&matrix->dtype);
    uint64_t width = view->rank == 2 ? view->count[1] : 1, rest = width;
    int r = walk_begin(&walk, fd, matrix, view, error);
    if (r < 0)
        return r;
    while ((r = walk_next(&walk, error)) > 0) {
        put_block(sink, &walk, is_number, width, &rest);
        progress_add(progress, walk.elements * matrix->dtype.itemsize);
        if (sink->code < 0)
            break;
        if (progress_cancelled(progress)) {
            r = error_set(error, ECANCELED, "stopped");
            break;
        }
    }
    walk_end(&walk);
    return r < 0 ? r : sink_flush(sink);
}
