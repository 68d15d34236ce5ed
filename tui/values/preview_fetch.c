/*
 * Reading for the preview, beside the screen: the segment is looked at anew each time (it may be gone,
 * another one, of another shape), then one page is read, and nothing stays open.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/matrix/window.h"
#include "core/sys/checked.h"
#include "core/sys/fd.h"
#include "tui/values/preview_private.h"

void preview_request_free(struct preview_request *request)
{
    if (!request)
        return;
    if (request->has_matrix)
        matrix_clear(&request->matrix);
    reach_clear(&request->reach);
    free(request);
}

void preview_reply_free(struct preview_reply *reply)
{
    if (!reply)
        return;
    segment_clear(&reply->segment);
    free(reply->cells);
    free(reply);
}

/* --- types of columns --- */

/* What is too large to be read whole is cut, if its kind can be; a large struct is read as bytes. */
static struct dtype trimmed(struct dtype dtype)
{
    if (dtype.itemsize <= PREVIEW_CELL_MAX)
        return dtype;
    if (dtype.kind == DTYPE_STRUCT) {
        dtype.kind = DTYPE_VOID;
        dtype.order = '|';
        dtype.fields = NULL;
    }
    dtype.itemsize = PREVIEW_CELL_MAX;
    return dtype;
}

/* A field that is an array is read as it is stored. */
static struct dtype stored_array(const struct dtype_field *field)
{
    struct dtype dtype = {.kind = DTYPE_VOID, .order = '|'};
    uint64_t size = field->dtype.itemsize;
    for (int i = 0; i < field->rank; i++)
        if (checked_mul_u64(size, field->dims[i], &size))
            size = PREVIEW_CELL_MAX;
    dtype.itemsize = min_u64(size, PREVIEW_CELL_MAX);
    return dtype;
}

struct dtype preview_column_dtype(const struct matrix *matrix, enum arrangement arrangement, uint64_t column)
{
    if (arrangement != ARRANGE_FIELDS || column >= dtype_field_count(&matrix->dtype))
        return trimmed(matrix->dtype);
    struct dtype_field field = dtype_field_at(&matrix->dtype, column);
    return field.rank > 0 ? stored_array(&field) : trimmed(field.dtype);
}

size_t preview_cell_bytes(const struct matrix *matrix, const struct page *page)
{
    size_t most = 0;
    uint64_t n = page->arrangement == ARRANGE_FIELDS ? page->columns : 1;
    for (uint64_t i = 0; i < n; i++)
        most = max_u64(
            most, preview_column_dtype(matrix, page->arrangement, page_column(page, (uint32_t)i)).itemsize);
    return most ? most : 1;
}

/* --- reading --- */

struct view preview_view_of(const struct matrix *matrix, const struct page *page)
{
    struct view whole, view;
    view_whole(matrix, &whole);
    view = whole;
    if (page->arrangement == ARRANGE_FLAT)
        return view;
    view.rank = 0;
    for (int axis = 0; axis < matrix->rank; axis++)
        if (axis != page->row_axis && axis != page->column_axis)
            view.start += (int64_t)page->fixed[axis] * whole.stride[axis];
    const int axes[2] = {page->row_axis, page->column_axis};
    for (int i = 0; i < 2; i++) {
        if (axes[i] < 0)
            continue;
        view.count[view.rank] = whole.count[axes[i]];
        view.stride[view.rank] = whole.stride[axes[i]];
        view.axis[view.rank++] = axes[i];
    }
    return view;
}

void preview_plane(const struct preview *preview, struct view *ret_view)
{
    struct page page = preview_page(preview);
    *ret_view = preview_view_of(&preview->matrix, &page);
}

bool preview_view_field(const struct matrix *matrix, uint64_t index, struct view *view,
                        struct dtype *ret_dtype)
{
    struct dtype_field field = dtype_field_at(&matrix->dtype, index);
    view->start += (int64_t)field.offset;
    *ret_dtype = field.dtype;
    if (field.rank == 0)
        return true;
    if (view->rank == MATRIX_RANK_MAX)
        return false;
    /* Its elements lie together, in C order. */
    uint64_t size = dtype_field_size(&field);
    view->count[view->rank] = field.dtype.itemsize > 0 ? size / field.dtype.itemsize : 0;
    view->stride[view->rank] = (int64_t)field.dtype.itemsize;
    view->axis[view->rank] = view->rank;
    view->rank++;
    return true;
}

struct reading {
    int fd;
    const struct matrix *matrix;
    struct preview_reply *reply;
    struct error *error;
};

/* The elements as one dtype, packed into cells of their size. -ESTALE is a short read, and no failure. */
static int read_box(struct reading *reading, const struct dtype *dtype, const struct view *view,
                    const uint64_t *origin, const uint64_t *extent, uint8_t *to)
{
    struct matrix matrix = *reading->matrix; /* borrows: not cleared */
    matrix.dtype = *dtype;
    if (dtype->itemsize == 0)
        return 0;
    int result = window_read(reading->fd, &matrix, view, origin, extent, to, reading->error);
    if (result != -ESTALE)
        return result;
    reading->reply->is_short = true;
    return 0;
}

static int read_flat(struct reading *reading, const struct page *page)
{
    struct view view = preview_view_of(reading->matrix, page);
    struct dtype dtype = preview_column_dtype(reading->matrix, page->arrangement, 0);
    uint64_t origin = page->top * page->wrap, extent = 1;
    if (view.rank > 0) {
        if (origin >= view.count[0])
            return 0;
        extent = min_u64((uint64_t)page->rows * page->columns, view.count[0] - origin);
    }
    return read_box(reading, &dtype, &view, &origin, &extent, reading->reply->cells);
}

/* Columns of the page that lie together, packed. */
static int read_columns(struct reading *reading, const struct dtype *dtype, const struct view *view,
                        const struct page *page, uint32_t first, uint32_t count, uint8_t *to)
{
    const uint64_t origin[2] = {page->top, page_column(page, first)}, extent[2] = {page->rows, count};
    return count == 0 ? 0 : read_box(reading, dtype, view, origin, extent, to);
}

static void spread(struct preview_reply *reply, const struct page *page, uint32_t first, uint32_t count,
                   const uint8_t *packed)
{
    size_t bytes = reply->cell_bytes;
    for (uint32_t row = 0; row < page->rows; row++)
        memcpy(reply->cells + ((size_t)row * page->columns + first) * bytes, packed + row * count * bytes,
               count * bytes);
}

static int read_plane(struct reading *reading, const struct page *page)
{
    struct view view = preview_view_of(reading->matrix, page);
    struct dtype dtype = preview_column_dtype(reading->matrix, page->arrangement, 0);
    uint32_t moving = page->columns - page->kept;
    int result = 0;
    if (page->kept == 0)
        return read_columns(reading, &dtype, &view, page, 0, page->columns, reading->reply->cells);
    uint8_t *packed = calloc((size_t)page->rows * max_u64(page->kept, moving), reading->reply->cell_bytes);
    if (!packed)
        return error_set(reading->error, ENOMEM, "out of memory");
    result = read_columns(reading, &dtype, &view, page, 0, page->kept, packed);
    spread(reading->reply, page, 0, page->kept, packed);
    if (result == 0)
        result = read_columns(reading, &dtype, &view, page, page->kept, moving, packed);
    spread(reading->reply, page, page->kept, moving, packed);
    free(packed);
    return result;
}

/* One field of all rows; spread out, for the cells of a page are all of one size. */
static int read_field(struct reading *reading, const struct page *page, uint32_t i)
{
    struct preview_reply *reply = reading->reply;
    uint64_t column = page_column(page, i);
    struct dtype dtype = preview_column_dtype(reading->matrix, page->arrangement, column);
    struct view view = preview_view_of(reading->matrix, page);
    view.start += (int64_t)dtype_field_at(&reading->matrix->dtype, column).offset;
    uint8_t *packed = calloc(page->rows, dtype.itemsize ? dtype.itemsize : 1);
    if (!packed)
        return error_set(reading->error, ENOMEM, "out of memory");
    const uint64_t extent = page->rows;
    int result = read_box(reading, &dtype, &view, &page->top, &extent, packed);
    for (uint32_t row = 0; row < page->rows; row++)
        memcpy(reply->cells + ((size_t)row * page->columns + i) * reply->cell_bytes,
               packed + row * dtype.itemsize, dtype.itemsize);
    free(packed);
    return result;
}

static int read_fields(struct reading *reading, const struct page *page)
{
    int result = 0;
    for (uint32_t i = 0; i < page->columns && result == 0; i++)
        result = read_field(reading, page, i);
    return result;
}

/* A page of bytes may begin behind the end now, for they shrink without being another matrix. */
static bool is_inside(const struct matrix *matrix, const struct page *page)
{
    uint64_t count = 0;
    return page->rows > 0 && page->columns > 0 && matrix_count(matrix, &count, NULL) == 0 && count > 0;
}

static int read_page(struct reading *reading, const struct preview_request *request)
{
    struct preview_reply *reply = reading->reply;
    const struct page *page = &request->page;
    if (!is_inside(reading->matrix, page))
        return 0;
    reply->cell_bytes = preview_cell_bytes(reading->matrix, page);
    reply->cells = calloc((size_t)page->rows * page->columns, reply->cell_bytes);
    if (!reply->cells)
        return error_set(reading->error, ENOMEM, "out of memory");
    int result = page->arrangement == ARRANGE_FLAT    ? read_flat(reading, page)
                 : page->arrangement == ARRANGE_PLANE ? read_plane(reading, page)
                                                      : read_fields(reading, page);
    if (result == 0) {
        reply->page = *page;
        reply->has_values = true;
    }
    return result;
}

/* Whether the page that was asked for is one of what the segment is now. */
static bool still_fits(const struct preview_request *request, const struct segment *segment)
{
    if (!request->has_matrix)
        return false;
    if (request->said)
        return preview_is_readable(segment->layout) &&
               layout_check_size(&request->matrix, segment->size, NULL) == 0;
    if (request->hex)
        return segment->matrix == NULL;
    return segment->matrix && preview_matrix_equal(&request->matrix, segment->matrix);
}

static int look(const struct directory *directory, const char *proc_root,
                const struct preview_request *request, struct preview_reply *reply, struct error *error)
{
    struct segment *segment = &reply->segment;
    int fd AUTO_CLOSE = reach_open(&request->reach, directory, proc_root, segment, error);
    if (fd == -ESTALE && !identity_equal(&segment->id, &request->reach.id)) {
        reply->found = FOUND_OTHER;
        return 0;
    }
    /* What it is may be known though its bytes may not be read. */
    if (segment->recognised && !still_fits(request, segment))
        return 0;
    if (fd < 0)
        return fd;
    struct reading reading = {fd, &request->matrix, reply, error};
    return read_page(&reading, request);
}

struct preview_reply *preview_fetch(const struct directory *directory, const char *proc_root,
                                    const struct preview_request *request)
{
    struct preview_reply *reply = calloc(1, sizeof *reply);
    assert(reply);
    reply->generation = request->generation;
    reply->copying = request->copying;
    int result = look(directory, proc_root, request, reply, &reply->error);
    if (result == -ENOENT)
        reply->found = FOUND_NOTHING;
    else if (result < 0)
        reply->found = FOUND_FAILURE;
    return reply;
}
