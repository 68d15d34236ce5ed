/*
 * What a look at the segment brings: what it is now, whether it still is what it was, and the values.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/values/preview_private.h"

static void set_plight(struct preview *preview, enum plight plight, const char *text)
{
    if (preview->plight != plight)
        preview->plight_since = preview->now;
    preview->plight = plight;
    snprintf(preview->plight_text, sizeof preview->plight_text, "%s", text);
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
    preview_place_reset(preview);
    if (!first)
        preview_say(preview, "its header changed: it is another matrix now");
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
        set_plight(preview, PLIGHT_SHRUNK, text);
    } else {
        snprintf(text, sizeof text, "its header is gone: %s (r looks at the bytes)", why_no_values(segment));
        set_plight(preview, PLIGHT_DAMAGED, text);
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
        set_plight(preview, PLIGHT_FINE, "");
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
        set_plight(preview, PLIGHT_FINE, "");
        set_reason(preview, NULL);
        if (!preview->has_matrix || preview->hex || !preview_matrix_equal(&preview->matrix, segment->matrix))
            adopt_matrix(preview, segment->matrix);
    } else if (preview->has_matrix && !preview->hex && preview->has_values) {
        lose_matrix(preview, segment);
    } else {
        set_plight(preview, PLIGHT_FINE, "");
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
    if (!preview->lens && preview->record == RECORD_NO_WISH && !preview_is_said(preview))
        preview->saying = SAYING_NOTHING; /* it says the same by now */
    if (preview->saying == SAYING_NOTHING)
        take_own(preview, segment);
    else
        hold_against(preview, segment);
    preview_lens_told(preview);
}

static void note_changes(struct preview *preview, const struct preview_reply *reply)
{
    const struct page *page = &reply->page;
    bool any = false;
    size_t n = (size_t)reply->page.rows * reply->page.columns;
    bool *changed = calloc(n ? n : 1, sizeof *changed);
    assert(changed);
    if (preview->has_values && preview->cell_bytes == reply->cell_bytes &&
        page_same_slice(&preview->page, &reply->page)) {
        for (size_t i = 0; i < n; i++) {
            const uint8_t *before = preview_cell(preview, page->top + i / page->columns,
                                                 page_column(page, (uint32_t)(i % page->columns)));
            changed[i] =
                before && memcmp(before, reply->cells + i * reply->cell_bytes, reply->cell_bytes) != 0;
            any |= changed[i];
        }
    }
    free(preview->changed);
    preview->changed = changed;
    if (any) {
        preview_figures_changed(preview);
        preview_tint_changed(preview);
        census_changed(preview);
    }
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
        if (reply->is_short && preview->plight == PLIGHT_FINE && !preview->hex && preview->has_values) {
            lose_matrix(preview, &reply->segment);
        } else if (preview->plight == PLIGHT_FINE && !reply->copying) {
            take_values(preview, reply);
        }
        break;
    case FOUND_NOTHING:
        set_plight(preview, PLIGHT_GONE, "");
        break;
    case FOUND_OTHER:
        preview->other = reply->segment.id;
        set_plight(preview, PLIGHT_OTHER, "another segment has this name now: r looks at it");
        break;
    case FOUND_FAILURE:
        set_plight(preview, PLIGHT_FAILED, reply->error.text);
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
    if (reply->copying)
        preview_block_supply(preview, reply);
    preview->looked = true;
    preview->supplied_at = now;
    preview_layout(preview, preview->height, preview->breadth, preview->ascii);
    preview_reply_free(reply);
}
