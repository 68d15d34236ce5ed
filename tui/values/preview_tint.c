/*
 * Cells coloured by their values. The scale goes from the 1st to the 99th percentile of the slice, which a
 * sampled map tells, of a struct those of each field; until that is there, of the page. It stays while one
 * scrolls, and follows values that are seen to change, slowly.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/sys/memory.h"
#include "tui/values/preview_private.h"

#define FOLLOW_AFTER 5000 /* ms between two scales of values that change, */
#define FOLLOW_COST  20   /* and so many times as long as a scale takes */

#define ROWS_FOR_SCALE 8 /* of the rectangle */

enum knowledge {
    KNOWN_PAGE,
    KNOWN_SLICE,
    KNOWN_TO_FAIL, /* the page's stays */
};

struct scale {
    enum knowledge knowledge;
    bool any; /* a finite value is there, so: */
    struct map_scale scale;
    bool old; /* values changed since */
};

struct tint {
    struct page slice;
    unsigned generation;
    struct scale *scales; /* owned; of each field, else one */
    size_t count;
    bool changed;
    int64_t began, cost;

    bool asked, given_up; /* a study is under way, */
    bool stale;           /* of a slice that is no longer shown; */
    uint64_t mark;
    size_t of; /* of this scale */
};

void preview_tint_free(struct preview *preview)
{
    if (preview->tint)
        free(preview->tint->scales);
    free(preview->tint);
    preview->tint = NULL;
}

/* --- values --- */

static double value_of(const struct dtype *dtype, const uint8_t *cell)
{
    return dtype->kind == DTYPE_COMPLEX ? preview_magnitude(dtype, cell) : number_double(dtype, cell);
}

static size_t scale_of(const struct preview *preview, uint64_t column)
{
    return preview->arrangement == ARRANGE_FIELDS ? (size_t)column : 0;
}

static int compare(const void *a, const void *b)
{
    const double *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

/* The finite values of the page that one scale is for: how many. */
static size_t collect(const struct preview *preview, size_t of, double *ret_values)
{
    const struct page *page = &preview->page;
    size_t n = 0, cells = (size_t)page->rows * page->columns;
    for (size_t i = 0; i < cells; i++) {
        uint64_t row = page->top + i / page->columns;
        uint64_t column = page_column(page, (uint32_t)(i % page->columns));
        if (scale_of(preview, column) != of || column >= preview_row_length(preview, row))
            continue;
        struct dtype dtype = preview_column_dtype(&preview->matrix, preview->arrangement, column);
        double value = value_of(&dtype, preview->cells + i * preview->cell_bytes);
        if (isfinite(value))
            ret_values[n++] = value;
    }
    return n;
}

static void scale_of_page(struct preview *preview, size_t of)
{
    struct scale *scale = &preview->tint->scales[of];
    double *values = memory_new(((size_t)preview->page.rows * preview->page.columns + 1) * sizeof *values);
    size_t n = collect(preview, of, values);
    scale->any = n > 0;
    if (n > 0) {
        qsort(values, n, sizeof *values, compare);
        double low = values[(n - 1) / 100], high = values[n - 1 - (n - 1) / 100];
        map_scale_make(low, high, low < 0 && high > 0, &scale->scale);
    }
    free(values);
}

/* --- the scales of the slice --- */

static bool is_slice(const struct preview *preview)
{
    const struct tint *tint = preview->tint;
    return tint && preview_shows_slice(preview, &tint->slice, tint->generation);
}

static void begin_slice(struct preview *preview)
{
    struct tint *tint = preview->tint;
    if (!tint)
        tint = preview->tint = memory_new(sizeof *tint);
    free(tint->scales);
    tint->slice = preview_page(preview);
    tint->generation = preview->generation;
    tint->count = preview->arrangement == ARRANGE_FIELDS ? preview_grid_columns(preview) : 1;
    tint->scales = memory_new(tint->count * sizeof *tint->scales);
    tint->changed = false;
    tint->began = preview->now;
    tint->cost = 0;
    tint->stale = tint->asked;
}

static bool is_shown(const struct preview *preview)
{
    return preview->tints && preview->has_values && preview->screen == SCREEN_GRID &&
           preview_tint_rows(preview) > 0;
}

void preview_tint_layout(struct preview *preview)
{
    if (!is_shown(preview))
        return;
    if (!is_slice(preview))
        begin_slice(preview);
    struct page now = preview_page(preview);
    if (!page_same_slice(&preview->page, &now))
        return;
    for (uint32_t i = 0; i < preview->page.columns; i++) {
        uint64_t column = page_column(&preview->page, i);
        size_t of = scale_of(preview, column);
        bool first = i == 0 || preview->arrangement == ARRANGE_FIELDS;
        if (first && preview_has_figures(preview, column) &&
            preview->tint->scales[of].knowledge != KNOWN_SLICE)
            scale_of_page(preview, of);
    }
}

bool preview_tint_scale(const struct preview *preview, uint64_t column, struct map_scale *ret_scale,
                        bool *ret_page)
{
    if (!preview->tints || !is_slice(preview) || !preview_has_figures(preview, column))
        return false;
    const struct scale *scale = &preview->tint->scales[scale_of(preview, column)];
    *ret_scale = scale->scale;
    *ret_page = scale->knowledge != KNOWN_SLICE;
    return scale->any;
}

uint8_t preview_tint_of(const struct preview *preview, const uint8_t *cell, uint64_t column)
{
    struct dtype dtype = preview_column_dtype(&preview->matrix, preview->arrangement, column);
    struct map_scale scale;
    bool page;
    if (!preview->tints || !preview_has_figures(preview, column))
        return 0;
    if (number_is_nan(&dtype, cell))
        return HEAT_NAN;
    if (number_is_inf(&dtype, cell))
        return HEAT_INF;
    if (!preview_tint_scale(preview, column, &scale, &page))
        return 0;
    unsigned level = map_scale_level(&scale, value_of(&dtype, cell), HEAT_LEVELS);
    return scale.diverging ? heat_diverging(level) : heat_rising(level);
}

int preview_tint_rows(const struct preview *preview)
{
    return preview->tints && preview->height >= ROWS_FOR_SCALE && preview->has_matrix && !preview->hex &&
           !preview->lens && preview_any_has_figures(preview);
}

void preview_tint_changed(struct preview *preview)
{
    if (preview->tint)
        preview->tint->changed = true;
}

void preview_tint_toggle(struct preview *preview)
{
    if (preview->hex || !preview_any_has_figures(preview)) {
        preview_say(preview, "%s",
                    preview->hex ? "bytes: D looks at them as numbers, which have heat"
                                 : "no numbers to colour");
        return;
    }
    preview->tints = !preview->tints;
    begin_slice(preview);
    preview_layout(preview, preview->height, preview->breadth, preview->ascii);
}

/* --- the study --- */

static bool needs_scale(const struct preview *preview, uint64_t column)
{
    const struct scale *scale = &preview->tint->scales[scale_of(preview, column)];
    if (!preview_has_figures(preview, column))
        return false;
    return scale->old || (scale->knowledge != KNOWN_SLICE && scale->knowledge != KNOWN_TO_FAIL);
}

/* Values changed: the scales are those of before. */
static void grow_old(struct preview *preview, int64_t now)
{
    struct tint *tint = preview->tint;
    int64_t after = tint->cost * FOLLOW_COST > FOLLOW_AFTER ? tint->cost * FOLLOW_COST : FOLLOW_AFTER;
    if (!tint->changed || preview->frozen || now - tint->began < after)
        return;
    tint->changed = false;
    tint->began = now;
    tint->cost = 0;
    for (size_t i = 0; i < tint->count; i++)
        tint->scales[i].old = tint->scales[i].knowledge == KNOWN_SLICE;
}

struct study_request *preview_tint_want(struct preview *preview, int64_t now)
{
    uint64_t column = 0;
    if (!is_shown(preview) || preview->plight != PLIGHT_FINE || !is_slice(preview))
        return NULL;
    struct page page = preview_page(preview);
    struct tint *tint = preview->tint;
    grow_old(preview, now);
    uint32_t i = 0;
    while (i < page.columns && !needs_scale(preview, page_column(&page, i)))
        i++;
    if (i == page.columns)
        return NULL;
    column = page_column(&page, i);
    struct study_request *request = preview_study_new(preview, STUDY_OF_MAP);
    preview_plane(preview, &request->view);
    if (preview_has_fields(preview))
        preview_view_field(&request->matrix, column, &request->view, &request->dtype);
    request->map.rows = request->map.columns = 32;
    request->mark = ++tint->mark;
    tint->asked = true;
    tint->given_up = tint->stale = false;
    tint->of = scale_of(preview, column);
    return request;
}

bool preview_tint_give_up(struct preview *preview)
{
    struct tint *tint = preview->tint;
    if (!tint || !tint->asked || tint->given_up || (is_shown(preview) && is_slice(preview) && !tint->stale))
        return false;
    tint->given_up = true;
    return true;
}

void preview_tint_supply(struct preview *preview, struct study_reply *reply, int64_t now)
{
    struct tint *tint = preview->tint;
    (void)now;
    if (!tint || !tint->asked)
        return;
    tint->asked = false;
    if (!reply || tint->stale || reply->mark != tint->mark)
        return;
    struct scale *scale = &tint->scales[tint->of];
    scale->old = false;
    if (reply->found == STUDY_DONE) {
        const struct map *map = &reply->map;
        tint->cost += reply->took;
        scale->knowledge = KNOWN_SLICE;
        scale->any = isfinite(map->low) && isfinite(map->high);
        if (scale->any)
            map_scale_make(map->low, map->high, map->is_signed, &scale->scale);
    } else if (reply->found != STUDY_FAILED || reply->error.code != ECANCELED) {
        scale->knowledge = KNOWN_TO_FAIL;
    }
}
