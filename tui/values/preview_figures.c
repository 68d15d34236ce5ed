/*
 * The statistics below the grid: of each visible column of the slice, of each visible field, or of the one
 * dimension that wraps. They are asked for beside the screen, a few columns more than are seen, and kept as
 * long as the slice is shown. Of long columns a sample comes first. Whatever is written to is gone through
 * again from time to time, so rarely that it costs next to nothing.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sys/checked.h"
#include "core/sys/memory.h"
#include "tui/values/preview_private.h"

#define FIGURES_MAX   1024                /* columns that are kept: by their number, modulo */
#define SAMPLE        (UINT64_C(1) << 20) /* elements of a sample */
#define SAMPLED_ABOVE (UINT64_C(4) << 20)
#define MARGIN_MOST   (UINT64_C(1) << 20) /* elements of the columns beside the visible ones */
#define CHANGED_AFTER 2000                /* ms between two rounds where values were seen to change, */
#define CHANGED_COST  20                  /* and so many times as long as a round takes; */
#define CALM_AFTER    10000               /* and where none were: a map can be written to unseen */
#define CALM_COST     200
#define RETRY_AFTER   5000

#define ROWS_FOR_FIGURES 18 /* of the rectangle */
#define ROWS_FOR_STD     30

struct figures {
    struct page slice;
    unsigned generation; /* of the matrix */
    struct figure *list; /* owned; FIGURES_MAX; NULL: none yet */
    unsigned round;      /* what is of an older one is made anew, and shown until then */
    int64_t round_began;
    int64_t cost, cost_before; /* ms of studies in this round and the one before */
    bool changed;              /* values were seen to change in this round */
    int64_t not_before;        /* after a failure */
    char failure[ERROR_TEXT_MAX];

    bool asked, given_up; /* a study is under way */
    uint64_t mark;        /* of it: counts them */
    uint64_t first, count;
    bool asked_sample;
    unsigned asked_round;
    uint64_t done, total;
};

void preview_figures_free(struct preview *preview)
{
    if (preview->figures)
        free(preview->figures->list);
    free(preview->figures);
    preview->figures = NULL;
}

/* --- whether there are any --- */

static struct dtype type_of(const struct preview *preview, uint64_t column)
{
    const struct matrix *matrix = &preview->matrix;
    if (preview->arrangement != ARRANGE_FIELDS)
        return matrix->dtype;
    struct dtype_field field = dtype_field_at(&matrix->dtype, column);
    if (field.rank > 0)
        return (struct dtype){.kind = DTYPE_VOID, .order = '|', .itemsize = 1};
    return field.dtype;
}

bool preview_has_figures(const struct preview *preview, uint64_t column)
{
    struct dtype dtype = type_of(preview, column);
    return statistics_check(&dtype, NULL) == 0;
}

bool preview_any_has_figures(const struct preview *preview)
{
    uint64_t columns = preview->arrangement == ARRANGE_FIELDS ? preview_grid_columns(preview) : 1;
    for (uint64_t i = 0; i < columns; i++)
        if (preview_has_figures(preview, i))
            return true;
    return false;
}

int preview_figures_rows(const struct preview *preview)
{
    if (preview->height < ROWS_FOR_FIGURES || !preview->has_matrix || preview->hex || preview->lens ||
        preview_grid_rows(preview) == 0 || preview_grid_columns(preview) == 0 ||
        !preview_any_has_figures(preview))
        return 0;
    if (preview->arrangement == ARRANGE_FLAT)
        return preview->matrix.rank == 0 ? 0 : 2;
    return preview->height < ROWS_FOR_STD ? 5 : 6;
}

/* --- what is known --- */

static const struct figure *entry(const struct preview *preview, uint64_t column)
{
    const struct figures *figures = preview->figures;
    if (!figures || !figures->list)
        return NULL;
    const struct figure *figure = &figures->list[column % FIGURES_MAX];
    return figure->known && figure->column == column ? figure : NULL;
}

/* One dimension has the figures of one column. */
static uint64_t place_of(const struct preview *preview, uint64_t column)
{
    return preview->arrangement == ARRANGE_FLAT ? 0 : column;
}

static bool is_slice(const struct preview *preview)
{
    return preview_shows_slice(preview, &preview->figures->slice, preview->figures->generation);
}

const struct figure *preview_figure(const struct preview *preview, uint64_t column)
{
    return preview->figures && is_slice(preview) ? entry(preview, place_of(preview, column)) : NULL;
}

struct figures_state preview_figures_state(const struct preview *preview)
{
    struct figures_state state = {0};
    const struct figures *figures = preview->figures;
    if (!figures || !is_slice(preview))
        return state;
    state.failure = figures->failure;
    state.under_way = figures->asked && !figures->asked_sample;
    state.done = figures->done;
    state.total = figures->total;
    return state;
}

void preview_figures_changed(struct preview *preview)
{
    if (preview->figures)
        preview->figures->changed = true;
}

/* --- asking --- */

static void begin_slice(struct preview *preview, int64_t now)
{
    struct figures *figures = preview->figures;
    if (figures && is_slice(preview))
        return;
    if (!figures)
        figures = preview->figures = memory_new(sizeof *figures);
    if (figures->list)
        memset(figures->list, 0, FIGURES_MAX * sizeof *figures->list);
    figures->slice = preview_page(preview);
    figures->generation = preview->generation;
    figures->round++;
    figures->round_began = now;
    figures->cost = figures->cost_before = 0;
    figures->changed = false;
    figures->not_before = now;
    figures->failure[0] = '\0';
}

static void begin_round(struct preview *preview, int64_t now)
{
    struct figures *figures = preview->figures;
    int64_t cost = figures->cost > figures->cost_before ? figures->cost : figures->cost_before;
    int64_t after = figures->changed ? CHANGED_AFTER : CALM_AFTER;
    cost *= figures->changed ? CHANGED_COST : CALM_COST;
    if (preview->frozen || now - figures->round_began < (cost > after ? cost : after))
        return;
    figures->round++;
    figures->round_began = now;
    figures->cost_before = figures->cost;
    figures->cost = 0;
    figures->changed = false;
}

/* What a column still needs. */
enum need { NEED_NOTHING, NEED_EXACT, NEED_ANY };

static enum need need_of(const struct preview *preview, uint64_t column)
{
    const struct figure *figure = entry(preview, column);
    if (!preview_has_figures(preview, column))
        return NEED_NOTHING;
    if (!figure)
        return NEED_ANY;
    return figure->round != preview->figures->round || figure->statistics.sampled ? NEED_EXACT : NEED_NOTHING;
}

/* The columns of [first, end) from the first to the last one that needs as much. */
static bool narrow(const struct preview *preview, enum need need, uint64_t *first, uint64_t *end)
{
    while (*first < *end && need_of(preview, *first) < need)
        ++*first;
    while (*first < *end && need_of(preview, *end - 1) < need)
        --*end;
    return *first < *end;
}

/* Those that are kept, or those that move; of a struct one field at a time, for each has its own type. */
static bool columns_in_need(const struct preview *preview, enum need need, uint64_t *first, uint64_t *end)
{
    struct page page = preview_page(preview);
    *first = 0;
    *end = place_of(preview, page.kept);
    if (preview->arrangement == ARRANGE_FLAT)
        *end = 1;
    if (!narrow(preview, need, first, end)) {
        if (preview->arrangement == ARRANGE_FLAT)
            return false;
        *first = page.left;
        *end = page.left + (page.columns - page.kept);
        if (!narrow(preview, need, first, end))
            return false;
    }
    if (preview->arrangement == ARRANGE_FIELDS)
        *end = *first + 1;
    return true;
}

static uint64_t elements_of(const struct preview *preview, uint64_t columns)
{
    if (preview->arrangement == ARRANGE_FLAT)
        return preview->matrix.shape[0];
    return preview_grid_rows(preview) * columns;
}

/* What is cheap is made for the neighbours too. */
static void widen(const struct preview *preview, uint64_t *first, uint64_t *end)
{
    uint64_t count = *end - *first, columns = preview_grid_columns(preview);
    if (preview->arrangement != ARRANGE_PLANE || elements_of(preview, 3 * count) > MARGIN_MOST ||
        3 * count > FIGURES_MAX)
        return;
    *first -= min_u64(*first, count);
    *end = min_u64(*end + count, columns);
}

static struct study_request *request_of(const struct preview *preview, uint64_t first, uint64_t end)
{
    bool plane = preview->arrangement == ARRANGE_PLANE;
    struct study_request *request = preview_study_new(preview, plane ? STUDY_BY_PLACE : STUDY_STATISTICS);
    preview_plane(preview, &request->view);
    if (plane) {
        request->axis = 1;
        request->view.start += (int64_t)first * request->view.stride[1];
        request->view.count[1] = end - first;
    } else if (preview_has_fields(preview)) {
        preview_view_field(&request->matrix, first, &request->view, &request->dtype);
    }
    return request;
}

static bool is_shown(const struct preview *preview)
{
    return preview->screen == SCREEN_GRID && preview->plight == PLIGHT_FINE && preview->has_values &&
           preview_figures_rows(preview) > 0;
}

struct study_request *preview_figures_want(struct preview *preview, int64_t now)
{
    uint64_t first, end;
    bool sample = false;
    if (!is_shown(preview))
        return NULL;
    begin_slice(preview, now);
    begin_round(preview, now);
    struct figures *figures = preview->figures;
    if (now < figures->not_before)
        return NULL;
    if (columns_in_need(preview, NEED_ANY, &first, &end))
        sample = elements_of(preview, end - first) > SAMPLED_ABOVE;
    else if (!columns_in_need(preview, NEED_EXACT, &first, &end))
        return NULL;
    if (!sample)
        widen(preview, &first, &end);
    struct study_request *request = request_of(preview, first, end);
    request->statistics.sample = sample ? SAMPLE : 0;
    request->mark = ++figures->mark;
    figures->asked = true;
    figures->given_up = false;
    figures->first = first;
    figures->count = end - first;
    figures->asked_sample = sample;
    figures->asked_round = figures->round;
    figures->done = figures->total = 0;
    return request;
}

static bool is_asked(const struct figures *figures, uint64_t column)
{
    return column >= figures->first && column - figures->first < figures->count;
}

/* Whether what is under way is of what is seen, and nothing else is waited for. */
static bool is_still_wanted(const struct preview *preview)
{
    const struct figures *figures = preview->figures;
    struct page page = preview_page(preview);
    bool any = false;
    if (!is_shown(preview) || !is_slice(preview))
        return false;
    for (uint32_t i = 0; i < page.columns; i++) {
        uint64_t column = place_of(preview, page_column(&page, i));
        bool asked = is_asked(figures, column);
        any |= asked;
        if (!asked && preview->arrangement != ARRANGE_FIELDS && need_of(preview, column) == NEED_ANY)
            return false;
    }
    return any;
}

bool preview_figures_give_up(struct preview *preview)
{
    struct figures *figures = preview->figures;
    if (!figures || !figures->asked || figures->given_up || is_still_wanted(preview))
        return false;
    figures->given_up = true;
    return true;
}

/* --- taking --- */

static void take(struct figures *figures, uint64_t column, const struct statistics *statistics)
{
    struct figure *figure = &figures->list[column % FIGURES_MAX];
    *figure = (struct figure){.column = column, .known = true, .round = figures->asked_round};
    figure->statistics = *statistics; /* without a histogram it owns nothing */
}

void preview_figures_supply(struct preview *preview, struct study_reply *reply, int64_t now)
{
    struct figures *figures = preview->figures;
    if (!figures)
        return;
    figures->asked = false;
    if (!reply || reply->mark != figures->mark || !is_slice(preview))
        return;
    if (reply->found != STUDY_DONE) {
        bool cancelled = reply->found == STUDY_FAILED && reply->error.code == ECANCELED;
        figures->not_before = cancelled ? now : now + RETRY_AFTER;
        snprintf(figures->failure, sizeof figures->failure, "%s",
                 reply->found == STUDY_FAILED && !cancelled ? reply->error.text : "");
        return;
    }
    if (!figures->list)
        figures->list = memory_new(FIGURES_MAX * sizeof *figures->list);
    figures->failure[0] = '\0';
    figures->cost += reply->took;
    if (reply->kind == STUDY_STATISTICS)
        take(figures, figures->first, &reply->statistics);
    for (uint64_t i = 0; reply->kind == STUDY_BY_PLACE && i < reply->place_count; i++)
        take(figures, figures->first + i, &reply->places[i]);
}

void preview_figures_progress(struct preview *preview, uint64_t done, uint64_t total)
{
    if (preview->figures && preview->figures->asked) {
        preview->figures->done = done;
        preview->figures->total = total;
    }
}
