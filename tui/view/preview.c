/*
 * The preview's model: what it knows of the segment, what must be read, what the keys do. Where it is:
 * preview_place.c; what fits: preview_fit.c; how it looks: preview_draw.c; reading: preview_fetch.c.
 */
#include "tui/view/preview.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sys/checked.h"
#include "core/sys/memory.h"
#include "tui/view/preview_private.h"

struct preview *preview_new(const char *name, const struct identity *id, int64_t now)
{
    struct preview *preview = calloc(1, sizeof *preview);
    assert(preview);
    preview->name = strdup(name);
    assert(preview->name);
    preview->id = *id;
    preview->now = now;
    preview->again = true;
    preview->wrap = 1;
    preview->row_axis = preview->column_axis = preview->step_axis = -1;
    return preview;
}

static pid_t *dup_pids(const pid_t *pids, size_t count)
{
    pid_t *copy = memory_new(count * sizeof *copy);
    for (size_t i = 0; i < count; i++)
        copy[i] = pids[i];
    return copy;
}

static void drop_values(struct preview *preview)
{
    free(preview->cells);
    free(preview->changed);
    preview->cells = NULL;
    preview->changed = NULL;
    preview->has_values = false;
}

void preview_drop_matrix(struct preview *preview)
{
    if (preview->has_matrix)
        matrix_clear(&preview->matrix);
    memset(&preview->matrix, 0, sizeof preview->matrix);
    preview->has_matrix = preview->hex = false;
    preview->generation++;
    drop_values(preview);
}

void preview_free(struct preview *preview)
{
    if (!preview)
        return;
    preview_drop_matrix(preview);
    matrix_clear(&preview->own);
    lens_free(preview->lens);
    free(preview->widths);
    free(preview->reason);
    free(preview->name);
    free(preview->pids);
    line_free(preview->line);
    free(preview);
}

void preview_take_holders(struct preview *preview, const struct holders *holders)
{
    free(preview->pids);
    preview->unlinked = true;
    preview->pid_count = holders ? holders->count : 0;
    preview->pids = memory_new(preview->pid_count * sizeof *preview->pids);
    for (size_t i = 0; i < preview->pid_count; i++)
        preview->pids[i] = holders->list[i].pid;
}

void preview_rename(struct preview *preview, const char *name)
{
    char *copy = strdup(name);
    assert(copy);
    free(preview->name);
    preview->name = copy;
    preview->again = true;
}

const struct identity *preview_identity(const struct preview *preview)
{
    return &preview->id;
}

const char *preview_name(const struct preview *preview)
{
    return preview->name;
}

/* --- pages --- */

/* An axis that is not in the grid may be the one of no length. */
static bool is_empty(const struct matrix *matrix)
{
    for (int axis = 0; axis < matrix->rank; axis++)
        if (matrix->shape[axis] == 0)
            return true;
    return false;
}

struct page preview_page(const struct preview *preview)
{
    struct page page = {.arrangement = preview->arrangement,
                        .row_axis = preview->row_axis,
                        .column_axis = preview->column_axis,
                        .wrap = preview->wrap,
                        .top = preview->top,
                        .left = preview->left};
    memcpy(page.fixed, preview->fixed, sizeof page.fixed);
    uint64_t rows = preview_grid_rows(preview), columns = preview_grid_columns(preview);
    if (page.top >= rows || page.left >= columns || preview->rows < 1 || is_empty(&preview->matrix))
        return page;
    page.columns = (uint32_t)min_u64(columns - page.left, preview_columns_that_fit(preview, page.left));
    page.rows = (uint32_t)min_u64(rows - page.top, (uint64_t)preview->rows);
    if (page.arrangement == ARRANGE_FLAT)
        page.columns = (uint32_t)columns; /* whole rows: they lie together */
    uint64_t row_bytes = preview_cell_bytes(&preview->matrix, &page) * page.columns;
    while (page.rows > 1 && row_bytes * page.rows > PREVIEW_PAGE_MAX)
        page.rows /= 2;
    return page;
}

bool page_same_slice(const struct page *a, const struct page *b)
{
    if (a->arrangement != b->arrangement || a->row_axis != b->row_axis || a->column_axis != b->column_axis ||
        a->wrap != b->wrap)
        return false;
    for (int axis = 0; axis < MATRIX_RANK_MAX; axis++)
        if (axis != a->row_axis && axis != a->column_axis && a->fixed[axis] != b->fixed[axis])
            return false;
    return true;
}

bool page_covers(const struct page *have, const struct page *want)
{
    return page_same_slice(have, want) && have->top <= want->top && have->left <= want->left &&
           have->top + have->rows >= want->top + want->rows &&
           have->left + have->columns >= want->left + want->columns;
}

static const uint8_t *cell_of(const struct page *page, const uint8_t *cells, size_t cell_bytes, uint64_t row,
                              uint64_t column)
{
    if (row < page->top || column < page->left || row - page->top >= page->rows ||
        column - page->left >= page->columns)
        return NULL;
    return cells + ((row - page->top) * page->columns + (column - page->left)) * cell_bytes;
}

const uint8_t *preview_cell(const struct preview *preview, uint64_t row, uint64_t column)
{
    if (!preview->has_values)
        return NULL;
    return cell_of(&preview->page, preview->cells, preview->cell_bytes, row, column);
}

/* --- keys --- */

static void open_line(struct preview *preview)
{
    if (!preview->has_matrix || preview->matrix.rank == 0)
        return;
    preview->line = line_new(NULL);
}

static void close_line(struct preview *preview)
{
    line_free(preview->line);
    preview->line = NULL;
}

static void enter_line(struct preview *preview)
{
    struct error error = {0};
    if (!line_is_empty(preview->line) && preview_place_goto(preview, line_text(preview->line), &error) < 0) {
        strcpy(preview->message, error.text);
        return; /* open, to be corrected */
    }
    close_line(preview);
}

/* r: looks anew, and at whoever bears the name now. */
static void look_anew(struct preview *preview)
{
    if (preview->condition == CONDITION_OTHER) {
        preview->id = preview->other;
        preview->saying = SAYING_NOTHING;
    }
    if (preview->condition != CONDITION_FINE && preview->condition != CONDITION_GONE) {
        if (preview->saying == SAYING_NOTHING)
            preview_drop_matrix(preview);
        preview->condition = CONDITION_FINE;
        preview->looked = false;
    }
    preview->again = true;
}

enum preview_result preview_action(struct preview *preview, enum action action, int64_t now)
{
    preview->now = now;
    preview->message[0] = '\0';
    switch (action) {
    case ACTION_GOTO:
        open_line(preview);
        return PREVIEW_USED;
    case ACTION_PAUSE:
        preview->frozen = !preview->frozen;
        return PREVIEW_USED;
    case ACTION_RESCAN:
        look_anew(preview);
        return PREVIEW_USED;
    default:
        return preview_place_action(preview, action);
    }
}

enum preview_result preview_key(struct preview *preview, const struct key *key, int64_t now)
{
    if (!preview->line && !preview->lens)
        return preview_action(preview, action_of_key(key, SCREEN_GRID, true), now);
    preview->now = now;
    preview->message[0] = '\0';
    if (preview->lens) {
        preview_lens_key(preview, key);
        return PREVIEW_USED;
    }
    switch (line_key(preview->line, key)) {
    case LINE_ENTERED:
        enter_line(preview);
        break;
    case LINE_ESCAPED:
        close_line(preview);
        break;
    default:
        break;
    }
    return PREVIEW_USED;
}

void preview_paste(struct preview *preview, const char *text)
{
    if (preview->lens)
        preview_lens_paste(preview, text);
    else if (preview->line)
        line_paste(preview->line, text);
}

bool preview_wants_text(const struct preview *preview)
{
    return preview->line != NULL || preview->lens != NULL;
}

/* --- asking --- */

static bool is_missing(const struct preview *preview, const struct page *page)
{
    if (page->rows == 0 || page->columns == 0)
        return false;
    return !preview->has_values || !page_covers(&preview->page, page);
}

static int64_t period(const struct preview *preview)
{
    return preview->condition == CONDITION_FINE ? PREVIEW_PERIOD : PREVIEW_PERIOD_GONE;
}

static bool is_due(const struct preview *preview, int64_t now)
{
    if (preview->again || !preview->looked)
        return true;
    return !preview->frozen && now - preview->supplied_at >= period(preview);
}

int64_t preview_due(const struct preview *preview)
{
    if (preview->asked)
        return preview->asked_at + PREVIEW_SLOW;
    if (preview->again || !preview->looked)
        return preview->now;
    return preview->frozen ? INT64_MAX : preview->supplied_at + period(preview);
}

struct preview_request *preview_wants(struct preview *preview, int64_t now)
{
    preview->now = now;
    if (preview->asked || preview->height < 1)
        return NULL;
    struct page page = preview_page(preview);
    bool missing = preview->condition == CONDITION_FINE && is_missing(preview, &page);
    if (!missing && !is_due(preview, now))
        return NULL;
    struct preview_request *request = calloc(1, sizeof *request);
    assert(request);
    request->name = strdup(preview->name);
    assert(request->name);
    request->id = preview->id;
    request->generation = preview->generation;
    request->has_matrix = preview->has_matrix;
    request->hex = preview->hex;
    request->said = preview->saying == SAYING_THIS;
    if (preview->has_matrix)
        matrix_copy(&preview->matrix, &request->matrix);
    request->page = page;
    request->unlinked = preview->unlinked;
    request->pids = dup_pids(preview->pids, preview->pid_count);
    request->pid_count = preview->pid_count;
    preview->asked = true;
    preview->asked_at = now;
    preview->asking = page;
    preview->again = false;
    return request;
}

/* --- taking the answer --- */

static void set_condition(struct preview *preview, enum condition condition, const char *text)
{
    if (preview->condition != condition)
        preview->condition_since = preview->now;
    preview->condition = condition;
    snprintf(preview->condition_text, sizeof preview->condition_text, "%s", text);
}

static void set_reason(struct preview *preview, const char *text)
{
    free(preview->reason);
    preview->reason = text ? strdup(text) : NULL;
}

bool preview_matrix_equal(const struct matrix *a, const struct matrix *b)
{
    return a->rank == b->rank && a->order == b->order && a->offset == b->offset &&
           dtype_equal(&a->dtype, &b->dtype) &&
           memcmp(a->shape, b->shape, (size_t)a->rank * sizeof a->shape[0]) == 0;
}

/* The matrix becomes what the segment says (takes it). */
static void adopt_matrix(struct preview *preview, struct matrix *matrix)
{
    bool first = !preview->has_matrix || preview->hex;
    preview_drop_matrix(preview);
    preview->matrix = *matrix;
    preview->has_matrix = true;
    memset(matrix, 0, sizeof *matrix);
    set_reason(preview, NULL);
    preview_place_reset(preview);
    if (!first)
        strcpy(preview->message, "its header changed: it is another matrix now");
}

void preview_adopt_bytes(struct preview *preview, uint64_t size)
{
    preview_drop_matrix(preview);
    preview->has_matrix = preview->hex = true;
    dtype_make(DTYPE_UINT, '|', 1, "", &preview->matrix.dtype, NULL);
    preview->matrix.order = 'C';
    preview->matrix.rank = 1;
    preview->matrix.shape[0] = size;
    preview_place_reset(preview);
}

static void resize_bytes(struct preview *preview, uint64_t size)
{
    if (preview->matrix.shape[0] == size)
        return;
    preview->matrix.shape[0] = size;
    preview_place_clamp(preview);
}

static const char *why_no_values(const struct segment *segment)
{
    switch (segment->layout) {
    case LAYOUT_DIRECTORY:
        return "a directory: its files can be looked at one by one";
    case LAYOUT_OTHER:
        return "not a regular file: it is never opened";
    case LAYOUT_UNKNOWN:
        return "its bytes may not be read: another user's";
    case LAYOUT_SEMAPHORE:
        return "a semaphore: its bytes";
    case LAYOUT_SHAREDARRAY:
        return segment->damage ? segment->damage : "a SharedArray that does not tell its type: its bytes";
    case LAYOUT_IMAGESTREAM:
        return segment->damage ? segment->damage : "an image whose values lie in a GPU: its bytes";
    default:
        return segment->damage ? segment->damage : "nothing in it says its type and shape: its bytes";
    }
}

bool preview_is_readable(enum layout layout)
{
    return layout != LAYOUT_UNKNOWN && layout != LAYOUT_DIRECTORY && layout != LAYOUT_OTHER;
}

/* A segment that had a matrix has none that fits any more: the last values stay. */
static void lose_matrix(struct preview *preview, const struct segment *segment)
{
    char text[ERROR_TEXT_MAX];
    uint64_t bytes = 0;
    if (matrix_bytes(&preview->matrix, &bytes, NULL) == 0 && segment->size < preview->matrix.offset + bytes) {
        snprintf(text, sizeof text, "it shrank: %llu of %llu bytes are left (%s looks at them)",
                 (unsigned long long)segment->size, (unsigned long long)(preview->matrix.offset + bytes),
                 preview->saying == SAYING_NOTHING ? "r" : "D");
        set_condition(preview, CONDITION_SHRUNK, text);
    } else {
        snprintf(text, sizeof text, "its header is gone: %s (r looks at the bytes)", why_no_values(segment));
        set_condition(preview, CONDITION_DAMAGED, text);
    }
}

/* What a person says goes before what it says itself, as long as it fits. */
static void hold_against(struct preview *preview, const struct segment *segment)
{
    set_reason(preview, segment->matrix ? NULL : why_no_values(segment));
    if (preview->saying == SAYING_THIS && !preview->lens &&
        layout_check_size(&preview->matrix, segment->size, NULL) < 0)
        lose_matrix(preview, segment);
    else
        set_condition(preview, CONDITION_FINE, "");
}

static void keep_own(struct preview *preview, const struct segment *segment)
{
    preview->size = segment->size;
    preview->layout = segment->layout;
    preview->payload = segment->payload;
    preview->described = segment->description;
    preview->recorded = segment->layout == LAYOUT_DESCRIBED;
    matrix_clear(&preview->own);
    preview->has_own = segment->matrix != NULL;
    if (segment->matrix)
        matrix_copy(segment->matrix, &preview->own);
}

/* What the segment is now. */
static void take_own(struct preview *preview, struct segment *segment)
{
    if (segment->matrix) {
        set_condition(preview, CONDITION_FINE, "");
        if (!preview->has_matrix || preview->hex || !preview_matrix_equal(&preview->matrix, segment->matrix))
            adopt_matrix(preview, segment->matrix);
    } else if (preview->has_matrix && !preview->hex && preview->has_values) {
        lose_matrix(preview, segment);
    } else {
        set_condition(preview, CONDITION_FINE, "");
        set_reason(preview, why_no_values(segment));
        if (!preview_is_readable(segment->layout))
            preview_drop_matrix(preview);
        else if (!preview->hex)
            preview_adopt_bytes(preview, segment->size);
        else
            resize_bytes(preview, segment->size);
    }
}

static void take_facts(struct preview *preview, struct segment *segment)
{
    keep_own(preview, segment);
    if (preview->saying == SAYING_NOTHING)
        take_own(preview, segment);
    else
        hold_against(preview, segment);
    preview_lens_told(preview);
}

static void note_changes(struct preview *preview, const struct preview_reply *reply)
{
    size_t n = (size_t)reply->page.rows * reply->page.columns;
    bool *changed = calloc(n ? n : 1, sizeof *changed);
    assert(changed);
    if (preview->has_values && preview->cell_bytes == reply->cell_bytes &&
        page_same_slice(&preview->page, &reply->page)) {
        for (size_t i = 0; i < n; i++) {
            const uint8_t *before = preview_cell(preview, reply->page.top + i / reply->page.columns,
                                                 reply->page.left + i % reply->page.columns);
            changed[i] =
                before && memcmp(before, reply->cells + i * reply->cell_bytes, reply->cell_bytes) != 0;
        }
    }
    free(preview->changed);
    preview->changed = changed;
}

static void take_values(struct preview *preview, struct preview_reply *reply)
{
    if (!reply->has_values || reply->generation != preview->generation)
        return;
    note_changes(preview, reply);
    free(preview->cells);
    preview->cells = reply->cells;
    reply->cells = NULL;
    preview->page = reply->page;
    preview->cell_bytes = reply->cell_bytes;
    preview->has_values = true;
}

static void take_reply(struct preview *preview, struct preview_reply *reply)
{
    switch (reply->found) {
    case FOUND_IT:
        take_facts(preview, &reply->segment);
        if (reply->is_short && preview->condition == CONDITION_FINE && !preview->hex && preview->has_values) {
            lose_matrix(preview, &reply->segment);
        } else if (preview->condition == CONDITION_FINE) {
            take_values(preview, reply);
        }
        break;
    case FOUND_NOTHING:
        set_condition(preview, CONDITION_GONE, "");
        break;
    case FOUND_OTHER:
        preview->other = reply->segment.id;
        set_condition(preview, CONDITION_OTHER, "another segment has this name now: r looks at it");
        break;
    case FOUND_FAILURE:
        set_condition(preview, CONDITION_FAILED, reply->error.text);
        break;
    }
}

void preview_supply(struct preview *preview, struct preview_reply *reply, int64_t now)
{
    preview->now = now;
    preview->asked = false;
    if (!reply) {
        preview->again = true;
        return;
    }
    take_reply(preview, reply);
    preview->looked = true;
    preview->supplied_at = now;
    preview_layout(preview, preview->height, preview->breadth, preview->ascii);
    preview_reply_free(reply);
}
