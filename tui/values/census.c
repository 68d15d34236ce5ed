#include "tui/values/census.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sys/checked.h"
#include "core/sys/memory.h"
#include "tui/values/census_private.h"

/* --- what it is of --- */

/* Columns of the slice: of one dimension, however it wraps, there is one. */
static uint64_t column_count(const struct preview *preview)
{
    return preview->arrangement == ARRANGE_FLAT ? 1 : preview_grid_columns(preview);
}

static uint64_t cursor_column(const struct preview *preview)
{
    return preview->arrangement == ARRANGE_FLAT ? 0 : preview->cursor_column;
}

static void forget(struct census *census)
{
    free(census->parts);
    free(census->lines);
    free(census->order);
    census->parts = NULL;
    census->lines = NULL;
    census->order = NULL;
    census->part_count = 0;
    census->count = 0;
}

void census_free(struct census *census)
{
    if (census)
        forget(census);
    free(census);
}

bool census_is_current(const struct preview *preview)
{
    const struct census *census = preview->census;
    uint64_t column = cursor_column(preview);
    return census && census->parts && preview->has_matrix &&
           preview_shows_slice(preview, &census->slice, census->generation) &&
           (census->count == 0 || (column >= census->first && column - census->first < census->count));
}

/* The columns around the cursor, as many as a study takes. */
static void choose_window(struct census *census, const struct preview *preview)
{
    uint64_t all = column_count(preview), column = cursor_column(preview);
    census->count = min_u64(all, STATISTICS_PLACES_MAX);
    census->first = column - min_u64(column, census->count / 2);
    if (census->first > all - census->count)
        census->first = all - census->count;
}

/* What a part looks at: the columns of the window, or a field. False where the type has no statistics. */
static bool view_of_part(const struct preview *preview, const struct matrix *matrix, size_t part,
                         struct view *ret_view, struct dtype *ret_dtype)
{
    const struct census *census = preview->census;
    struct view view = preview_view_of(matrix, &census->slice);
    struct dtype dtype = matrix->dtype;
    if (preview_has_fields(preview) && !preview_view_field(matrix, part, &view, &dtype))
        return false;
    if (preview->arrangement == ARRANGE_PLANE) {
        view.start += (int64_t)census->first * view.stride[1];
        view.count[1] = census->count;
    }
    *ret_view = view;
    *ret_dtype = dtype;
    return statistics_check(&dtype, NULL) == 0;
}

void census_restart(struct preview *preview)
{
    struct census *census = preview->census;
    memset(census->lines, 0, (size_t)census->count * sizeof *census->lines);
    for (size_t part = 0; part < census->part_count; part++) {
        struct view view;
        struct dtype dtype;
        bool has = view_of_part(preview, &preview->matrix, part, &view, &dtype);
        census->parts[part] = has ? CENSUS_UNKNOWN : CENSUS_WITHOUT;
    }
    census->whole = (struct statistics){0};
    census->rewritten = census->changed = census->stopped = false;
    census->trouble[0] = '\0';
    census->took = 0;
    census->obsolete = census->out;
    census_sort(census);
}

static void begin(struct preview *preview)
{
    struct census *census = preview->census;
    forget(census);
    census->generation = preview->generation;
    census->slice = preview_page(preview);
    census->top = 0;
    memset(census->widths, 0, sizeof census->widths);
    choose_window(census, preview);
    census->part_count = preview_has_fields(preview) ? (size_t)census->count : 1;
    census->parts = memory_new((census->part_count + 1) * sizeof *census->parts);
    census->lines = memory_new((size_t)(census->count + 1) * sizeof *census->lines);
    census->order = memory_new((size_t)(census->count + 1) * sizeof *census->order);
    census_restart(preview);
}

bool census_settle(struct preview *preview)
{
    if (!preview->has_matrix || preview->screen != SCREEN_CENSUS)
        return false;
    if (!preview->census)
        preview->census = memory_new(sizeof *preview->census);
    if (!census_is_current(preview))
        begin(preview);
    return true;
}

size_t census_part_of(const struct census *census, uint64_t line)
{
    return census->part_count == census->count ? (size_t)line : 0;
}

bool census_is_exact(const struct census *census)
{
    for (size_t part = 0; part < census->part_count; part++)
        if (census->parts[part] != CENSUS_EXACT && census->parts[part] != CENSUS_WITHOUT)
            return false;
    return true;
}

const struct statistics *census_line(const struct census *census, uint64_t line)
{
    if (line == CENSUS_WHOLE)
        return census->parts[0] == CENSUS_UNKNOWN ? NULL : &census->whole;
    enum census_known known = census->parts[census_part_of(census, line)];
    return known == CENSUS_UNKNOWN || known == CENSUS_WITHOUT ? NULL : &census->lines[line];
}

uint64_t census_elements(const struct preview *preview, uint64_t *ret_looked)
{
    const struct census *census = preview->census;
    uint64_t elements = 0;
    *ret_looked = 0;
    for (size_t part = 0; part < census->part_count; part++) {
        struct view view;
        struct dtype dtype;
        if (view_of_part(preview, &preview->matrix, part, &view, &dtype))
            elements += view_elements(&view);
    }
    for (uint64_t line = 0; line < census->count; line++)
        *ret_looked += census->lines[line].tally.count;
    return elements;
}

uint64_t census_cursor_line(const struct preview *preview)
{
    return cursor_column(preview) - preview->census->first;
}

/* --- its studies --- */

/* The next part to be looked at: first all of them somehow, then exactly. part_count: none. */
static size_t next_part(const struct census *census)
{
    size_t sampled = census->part_count;
    for (size_t part = 0; part < census->part_count; part++) {
        if (census->parts[part] == CENSUS_UNKNOWN)
            return part;
        if (census->parts[part] == CENSUS_SAMPLED && sampled == census->part_count)
            sampled = part;
    }
    return sampled;
}

/* A search is waited for more, and they share a lane. */
static bool gives_way(const struct preview *preview)
{
    return preview->screen != SCREEN_CENSUS || preview->lens || preview->search.running;
}

struct study_request *census_wants(struct preview *preview, int64_t now)
{
    (void)now;
    if (gives_way(preview) || !census_settle(preview))
        return NULL;
    struct census *census = preview->census;
    size_t part = next_part(census);
    if (census->stopped || part == census->part_count)
        return NULL;
    bool plane = preview->arrangement == ARRANGE_PLANE;
    struct study_request *request = preview_study_new(preview, plane ? STUDY_BY_PLACE : STUDY_STATISTICS);
    view_of_part(preview, &request->matrix, part, &request->view, &request->dtype);
    uint64_t elements = view_elements(&request->view);
    census->exact = census->parts[part] == CENSUS_SAMPLED || elements / 4 <= CENSUS_SAMPLE;
    request->statistics.sample = census->exact ? 0 : CENSUS_SAMPLE;
    request->axis = 1;
    request->waited_for = true;
    census->part = part;
    census->out = true;
    census->obsolete = false;
    census->done = census->total = 0;
    return request;
}

static void stop(struct census *census, const char *trouble)
{
    census->stopped = true;
    snprintf(census->trouble, sizeof census->trouble, "%s", trouble);
}

bool census_gives_up(struct preview *preview)
{
    struct census *census = preview->census;
    if (!census || !census->out)
        return false;
    if (preview_is_lost(preview))
        stop(census, "it is gone");
    bool obsolete = census->obsolete || census->stopped || gives_way(preview) || !census_is_current(preview);
    census->out = !obsolete; /* its reply counts no more */
    return obsolete;
}

void census_progress(struct preview *preview, uint64_t done, uint64_t total)
{
    if (!preview->census)
        return;
    preview->census->done = min_u64(done, total);
    preview->census->total = total;
}

/* All columns together, where they are of one type. */
static void add_up(struct preview *preview)
{
    struct census *census = preview->census;
    struct statistics whole = {0};
    if (preview->arrangement != ARRANGE_PLANE || census->count == 0)
        return;
    whole.value = census->lines[0].value;
    for (uint64_t line = 0; line < census->count; line++) {
        tally_merge(&whole.tally, &census->lines[line].tally, whole.value.kind);
        whole.sampled |= census->lines[line].sampled;
    }
    whole.std = tally_std(&whole.tally);
    census->whole = whole;
}

static bool take_lines(struct census *census, struct study_reply *reply)
{
    if (reply->kind == STUDY_STATISTICS) {
        census->lines[census->part] = reply->statistics;
        census->lines[census->part].has_histogram = false;
        census->lines[census->part].histogram = (struct histogram){0}; /* the reply's own */
        return true;
    }
    if (!reply->places || reply->place_count != census->count)
        return false;
    free(census->lines);
    census->lines = reply->places;
    reply->places = NULL;
    return true;
}

static void take(struct preview *preview, struct study_reply *reply)
{
    struct census *census = preview->census;
    if (!take_lines(census, reply))
        return;
    census->parts[census->part] = census->exact ? CENSUS_EXACT : CENSUS_SAMPLED;
    for (uint64_t line = 0; line < census->count; line++)
        census->rewritten |= census->lines[line].rewritten;
    census->took = census->exact ? census->took + reply->took : 0;
    census->since = preview->now;
    census->changed = false;
    add_up(preview);
    census_sort(census);
}

void census_supply(struct preview *preview, struct study_reply *reply, int64_t now)
{
    struct census *census = preview->census;
    (void)now;
    if (!census || !census->out) /* it was given up */
        return;
    census->out = false;
    if (census->obsolete || !census_is_current(preview))
        return;
    if (!reply)
        return; /* lost: it is wanted still */
    switch (reply->found) {
    case STUDY_DONE:
        take(preview, reply);
        break;
    case STUDY_GONE:
        stop(census, "it is gone");
        break;
    case STUDY_OTHER:
        stop(census, "what lies there now is another matrix");
        break;
    case STUDY_FAILED:
        stop(census, reply->error.text);
        break;
    }
}

void census_changed(struct preview *preview)
{
    if (preview->census)
        preview->census->changed = true;
}

void census_layout(struct preview *preview)
{
    if (census_settle(preview))
        census_settle_layout(preview);
}
